"""The comparison: every strategy on the same folds, as a long table of scores."""

import warnings
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from numbers import Integral
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from ..columns import check_features
from ..targets import check_target
from .axes.learners import pick_learners
from .axes.metrics import pick_metrics
from .axes.readouts import pick_readouts
from .axes.strategies import pick_strategies
from .folds import Split
from .labels import classes_by_frequency
from .protocols import make_splits
from .treatment import Fold
from .trial import COLUMNS, Key, Trial, try_strategy


def compare(
    X: Any,
    y: Any,
    strategies: Iterable[str] | Mapping[str, Any] | None = None,
    *,
    learners: Iterable[str] | Mapping[str, Any] = ("xgboost",),
    readouts: Iterable[str] = ("as_is",),
    folds: int = 5,
    repeats: int = 1,
    protocol: Mapping[str, Any] | None = None,
    metrics: Iterable[str] | None = None,
    params: Mapping[str, Any] | None = None,
    dataset: str = "data",
    random_state: int = 0,
    verbose: int = 0,
) -> pd.DataFrame:
    """Score strategies against imbalance by stratified cross-validation with learners behind them.

    Only rows of the training part reach a sampler, an encoder or early stopping. For a learner that
    stops early, 15 % of the training part are set aside before resampling (by the protocols
    "group" and "time" whole groups, or the latest rows); others get all of it.
    All strategies see the same folds and the same rows set aside. A strategy resamples once for all
    learners that are given the same rows.

    Parameters
    ----------
    X : DataFrame or array of shape (n, columns)
        Numbers, dates, text and categories, holes allowed; no infinities.
    y : array-like of shape (n,), (n, 1), or one-hot of shape (n, classes)
        Classes, each of at least `folds` rows. Samplers and learners get plain numbers, booleans or
        text, whatever the container.
    strategies : iterable of str, or mapping, or None
        Names out of `gansampler.evaluation.STRATEGIES`, or a mapping from a name of your own to an
        object with ``fit_resample``, to a `Strategy`, or to such a name. None means those that
        are compared by default; of the others some need one more package.
    learners : iterable of str, or mapping, default=("xgboost",)
        Names out of `gansampler.evaluation.LEARNERS`, or import paths of classifiers such as
        "sklearn.linear_model.LogisticRegression"; or a mapping from a name of your own to one of
        these, or to a classifier. Classifiers get categories as columns of 0 and 1, and quantities
        without holes and scaled.
    readouts : iterable of str, default=("as_is",)
        Names out of `gansampler.evaluation.READOUTS`: "as_is", "tuned" (the decision is tuned by
        inner cross-validation, which resamples and fits five times more), "prior_corrected"
        (the probabilities are taken back to the class shares before resampling).
    folds : int, default=5
        Number of folds.
    repeats : int, default=1
        How often the rows are shuffled and folded anew; 1 by time.
    protocol : mapping, optional
        How the table is cut or thinned instead of plain stratified folds, see
        `gansampler.evaluation.protocols`: ``{"group": column}`` holds out groups as a whole,
        ``{"time": column}`` later rows; in both the column is no feature.
        ``{"imbalance_ratio": r}`` and ``{"minority_sizes": [20, 50]}`` take rows of the smallest
        class out of the training parts alone; these go with each of the others.
    metrics : iterable of str or None
        Names out of `gansampler.evaluation.METRICS`; None means all.
    params : mapping, optional
        Parameters of the learners, beside or instead of their own: ``name`` for all of them, or
        ``learner__name`` for one.
    dataset : str, default="data"
        The name that goes into the table; what a protocol did is added, as "data@minority=20".
    random_state : int, default=0
        Seed of everything.
    verbose : int, default=0
        1 shows a progress bar with the time left.

    Returns
    -------
    DataFrame
        One row for each strategy, learner, readout, repeat (from 1), fold (from 1) and metric.
        `seconds` is what they took on that fold from resampling to the labels, with the resampling
        that a strategy does once for several learners; `status` is "ok", or the error that stopped
        the strategy with this learner on this fold, in one row without a metric. Beside the metrics
        that were asked for there are, once for each learner with the readout "as_is",

        - ``seconds_resample``, ``seconds_fit``;
        - ``rows_before``, ``rows_after``: rows to be fitted, before and after resampling;
        - ``ratio_before``, ``ratio_after``: smallest class divided by largest class in them;
        - ``trees``: how many trees XGBoost predicts with.

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
        learners=learners,
        readouts=readouts,
        folds=folds,
        repeats=repeats,
        protocol=protocol,
        metrics=metrics,
        params=params,
        dataset=dataset,
        random_state=random_state,
        verbose=verbose,
    )
    return pd.DataFrame([row for trial in trials for row in trial.rows], columns=COLUMNS)


class Trials:
    """Trials that are run as they are read, and known by their keys before.

    Parameters
    ----------
    keys : list of (dataset, strategy, repeat, fold)
        In the order of the trials.
    run : callable
        Gives an iterator of `Trial`.
    """

    def __init__(self, keys: list[Key], run: Callable[[], Iterator[Trial]]) -> None:
        self.keys = keys
        self._run = run

    def __iter__(self) -> Iterator[Trial]:
        return self._run()


def run_trials(
    X: Any,
    y: Any,
    strategies: Iterable[str] | Mapping[str, Any] | None = None,
    *,
    learners: Iterable[str] | Mapping[str, Any] = ("xgboost",),
    readouts: Iterable[str] = ("as_is",),
    folds: int = 5,
    repeats: int = 1,
    protocol: Mapping[str, Any] | None = None,
    metrics: Iterable[str] | None = None,
    params: Mapping[str, Any] | None = None,
    dataset: str = "data",
    random_state: int = 0,
    verbose: int = 0,
    only: Container[Key] | None = None,
) -> Trials:
    """Run what `compare` describes, and hand out each trial as soon as it is done.

    The input is checked at the call, the work is done as the trials are read.

    Parameters
    ----------
    X, y, strategies, learners, readouts, folds, repeats, protocol, metrics, params
        As in `compare`.
    dataset, random_state, verbose
        As in `compare`.
    only : container of (dataset, strategy, repeat, fold), optional
        The trials to run, if not all of them. Each gives the same scores as among all.

    Returns
    -------
    iterable of Trial
        One for each fold and strategy, with all learners; ``keys`` lists them before they are run.

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
    taught = pick_learners(learners, params)
    read = pick_readouts(readouts)
    chosen = pick_strategies(strategies)
    scores = pick_metrics(metrics)
    X, splits = make_splits(
        X, y, protocol or {}, folds=folds, repeats=repeats, random_state=random_state
    )
    if any(learner.stops_early for learner in taught.values()):
        _say_if_unstopped(splits)
    classes = classes_by_frequency(y)
    todo = {
        (dataset + split.variant, name, split.repeat, split.fold): split
        for split in splits
        for name in chosen
    }
    if only is not None:
        todo = {key: split for key, split in todo.items() if key in only}

    def run() -> Iterator[Trial]:
        with tqdm(total=len(todo), disable=not verbose, unit="fit") as bar:
            for key, split in todo.items():
                name = key[1]
                bar.set_description(f"{name}, fold {split.fold}{split.variant}")
                fold = Fold(X, y, classes, split, random_state)
                yield try_strategy(name, chosen[name], fold, taught, read, scores, key[0])
                bar.update()

    return Trials(list(todo), run)


def _say_if_unstopped(splits: Iterable[Split]) -> None:
    if any(len(split.validation) == 0 for split in splits):
        warnings.warn(
            "No early stopping: in some fold no rows of two classes or more can be set aside, so "
            "XGBoost grows all its trees.",
            stacklevel=3,
        )
