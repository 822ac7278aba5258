"""The comparison: every strategy on the same folds, as a long table of scores."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from numbers import Integral
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from ..tables import check_features, check_target
from .folds import Split, stratified_splits
from .labels import classes_by_frequency, code_labels
from .learner import check_params
from .metrics import pick_metrics
from .strategies import pick_strategies
from .trial import COLUMNS, Fold, Trial, try_strategy


def compare(
    X: Any,
    y: Any,
    strategies: Iterable[str] | Mapping[str, Any] | None = None,
    *,
    folds: int = 5,
    repeats: int = 1,
    metrics: Iterable[str] | None = None,
    params: Mapping[str, Any] | None = None,
    dataset: str = "data",
    random_state: int = 0,
    verbose: int = 0,
) -> pd.DataFrame:
    """Score strategies against imbalance by stratified cross-validation with XGBoost behind them.

    Only rows of the training part reach a sampler, an encoder or early stopping; 15 % of the
    training part are set aside before resampling, to stop XGBoost when 30 more trees bring nothing.
    All strategies see the same folds and the same rows set aside.

    Parameters
    ----------
    X : DataFrame or array of shape (n, columns)
        Numbers, dates, text and categories, holes allowed; no infinities.
    y : Series or array of shape (n,)
        Classes, each of at least `folds` rows.
    strategies : iterable of str, or mapping, or None
        Names out of `gansampler.evaluation.STRATEGIES`, or a mapping from a name of your own to an
        object with ``fit_resample``, to a `Strategy`, or to such a name. None means those that
        are compared by default; of the others some need one more package.
    folds : int, default=5
        Number of folds.
    repeats : int, default=1
        How often the rows are shuffled and folded anew.
    metrics : iterable of str or None
        Names out of `gansampler.evaluation.METRICS`; None means all.
    params : mapping, optional
        Parameters for `xgboost.XGBClassifier`, beside or instead of 500 trees with early stopping.
    dataset : str, default="data"
        The name that goes into the table.
    random_state : int, default=0
        Seed of everything.
    verbose : int, default=0
        1 shows a progress bar with the time left.

    Returns
    -------
    DataFrame
        One row for each strategy, fold (from 1), repeat (from 1) and metric. `seconds` is what the
        strategy took on that fold from resampling to prediction; `status` is "ok", or the error
        that stopped the strategy on this fold, in one row without a metric. Beside the metrics
        that were asked for there are

        - ``seconds_resample``, ``seconds_fit``;
        - ``rows_before``, ``rows_after``: rows to be fitted, before and after resampling;
        - ``ratio_before``, ``ratio_after``: smallest class divided by largest class in them;
        - ``trees``: how many trees early stopping kept.

    Raises
    ------
    ValueError
        For anything that cannot be benchmarked, before the first training.
    ImportError
        If a strategy needs a package that is not installed; before the first training, too.

    Examples
    --------
    >>> from gansampler.datasets import load_winequality_red4
    >>> from gansampler.evaluation import compare
    >>> X, y = load_winequality_red4()
    >>> table = compare(X, y, ["none", "smote"], folds=3, params={"n_estimators": 20})
    >>> sorted(table["strategy"].unique())
    ['none', 'smote']
    """
    trials = run_trials(
        X,
        y,
        strategies,
        folds=folds,
        repeats=repeats,
        metrics=metrics,
        params=params,
        dataset=dataset,
        random_state=random_state,
        verbose=verbose,
    )
    return pd.DataFrame([row for trial in trials for row in trial.rows], columns=COLUMNS)


def run_trials(
    X: Any,
    y: Any,
    strategies: Iterable[str] | Mapping[str, Any] | None = None,
    *,
    folds: int = 5,
    repeats: int = 1,
    metrics: Iterable[str] | None = None,
    params: Mapping[str, Any] | None = None,
    dataset: str = "data",
    random_state: int = 0,
    verbose: int = 0,
) -> Iterator[Trial]:
    """Run what `compare` describes, and hand out each trial as soon as it is done.

    The input is checked at the call, the work is done as the iterator is read.

    Parameters
    ----------
    X, y, strategies, folds, repeats, metrics, params, dataset, random_state, verbose
        As in `compare`.

    Returns
    -------
    iterator of Trial
        ``repeats * folds * strategies`` of them, fold by fold.

    Raises
    ------
    ValueError, ImportError
        As in `compare`.
    """
    X = check_features(X)
    y = check_target(y, n_rows=len(X), folds=folds)
    if repeats < 1:
        raise ValueError(f"repeats={repeats} leaves nothing to do: give 1 or more.")
    if not (isinstance(random_state, Integral) and random_state >= 0):
        raise ValueError(f"The seed must be a whole number from 0, but is {random_state!r}.")
    params = dict(params or {})
    check_params(params)
    chosen = pick_strategies(strategies)
    scores = pick_metrics(metrics)
    classes = classes_by_frequency(y)
    codes = code_labels(y, classes)

    def trials() -> Iterator[Trial]:
        splits = stratified_splits(codes, folds=folds, repeats=repeats, random_state=random_state)
        with tqdm(total=folds * repeats * len(chosen), disable=not verbose, unit="fit") as bar:
            for split in splits:
                fold = Fold(X, y, classes, split, params, random_state)
                _say_if_unstopped(split)
                for name, strategy in chosen.items():
                    bar.set_description(f"{name}, fold {split.fold}")
                    yield try_strategy(name, strategy, fold, scores, dataset)
                    bar.update()

    return trials()


def _say_if_unstopped(split: Split) -> None:
    if len(split.validation) == 0:
        warnings.warn(
            "No early stopping: fewer than two classes have rows enough to set some aside, so "
            "XGBoost grows all its trees.",
            stacklevel=2,
        )
