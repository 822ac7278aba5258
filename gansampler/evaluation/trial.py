"""One strategy on one fold: resample, fit, decide, score."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
from sklearn.utils.class_weight import compute_sample_weight

from .decision import most_probable, tune_decision
from .folds import Split, derive_seed
from .labels import code_labels
from .learner import XGBoostLearner
from .metrics import Metric
from .strategies import Strategy

COLUMNS = ["dataset", "strategy", "fold", "repeat", "metric", "value", "seconds", "status"]


@dataclass(frozen=True)
class Trial:
    """What one strategy did on one fold.

    Parameters
    ----------
    rows : list of dict
        Rows of the result table, with the keys `COLUMNS`. One row with a status that is not "ok" if
        the strategy failed.
    new_rows : DataFrame or None
        The generated rows, if any.
    new_labels : Series or None
        Their classes.
    history : list of dict
        The training history of the sampler, if it keeps one.
    """

    rows: list[dict[str, Any]]
    new_rows: pd.DataFrame | None = None
    new_labels: pd.Series | None = None
    history: list[dict[str, Any]] = field(default_factory=list)


class Fold:
    """One split of the table, and all that strategies share on it.

    Parameters
    ----------
    X : DataFrame of shape (n, columns)
        The whole table.
    y : Series of n rows
        Its classes.
    classes : Index
        What `classes_by_frequency` returned.
    split : Split
        Which rows are for what.
    params : mapping
        Parameters for XGBoost.
    random_state : int
        Seed of the run.
    """

    def __init__(
        self,
        X: pd.DataFrame,
        y: pd.Series,
        classes: pd.Index,
        split: Split,
        params: Mapping[str, Any],
        random_state: int,
    ) -> None:
        self.split = split
        self.classes = classes
        self.params = params
        self.seeds = (random_state, split.repeat, split.fold)
        self.X_fit = X.iloc[split.fit].reset_index(drop=True)
        self.y_fit = y.iloc[split.fit].reset_index(drop=True)
        self.validation = X.iloc[split.validation], code_labels(y.iloc[split.validation], classes)
        self.X_test = X.iloc[split.test]
        self.test_codes = code_labels(y.iloc[split.test], classes)

    def learn(self, X: pd.DataFrame, y: pd.Series, class_weight: str | None) -> XGBoostLearner:
        """Fit XGBoost on some rows, stopped by the rows that this fold has set aside.

        Parameters
        ----------
        X : DataFrame of shape (m, columns)
            Rows, resampled or not.
        y : Series of m rows
            Their classes.
        class_weight : "balanced" or None
            How rows are weighted.

        Returns
        -------
        XGBoostLearner
            Fitted.
        """
        codes = code_labels(y, self.classes)
        weights = None if class_weight is None else compute_sample_weight(class_weight, codes)
        learner = XGBoostLearner(self.params, random_state=derive_seed(*self.seeds))
        return learner.fit(X, codes, validation=self.validation, sample_weight=weights)


def try_strategy(
    name: str, strategy: Strategy, fold: Fold, metrics: Mapping[str, Metric], dataset: str
) -> Trial:
    """Run a strategy on a fold; an error becomes a row, so that the others still get their turn.

    Parameters
    ----------
    name : str
        Of the strategy.
    strategy : Strategy
        What to do about imbalance.
    fold : Fold
        The rows.
    metrics : mapping of str to Metric
        The scores to take.
    dataset : str
        The name of the table, for the rows.

    Returns
    -------
    Trial
    """
    started = perf_counter()
    seed = derive_seed(*fold.seeds, crc32(name.encode()))
    where = {
        "dataset": dataset,
        "strategy": name,
        "fold": fold.split.fold,
        "repeat": fold.split.repeat,
    }
    try:
        values, generated = _run_strategy(strategy, fold, metrics, seed)
        status = "ok"
    except Exception as error:
        message = (str(error).strip() or "no message").splitlines()[0]
        values, generated, status = {None: np.nan}, {}, f"{type(error).__name__}: {message}"
    seconds = perf_counter() - started
    rows = [
        {**where, "metric": metric, "value": value, "seconds": seconds, "status": status}
        for metric, value in values.items()
    ]
    return Trial(rows, **generated)


def _run_strategy(
    strategy: Strategy, fold: Fold, metrics: Mapping[str, Metric], seed: int
) -> tuple[dict[str | None, float], dict[str, Any]]:
    """Resample, fit and score; give all values by name, and what was generated."""

    def resample(X: pd.DataFrame, y: pd.Series) -> tuple[pd.DataFrame, pd.Series, Any]:
        if strategy.make_sampler is None:
            return X, y, None
        sampler = strategy.make_sampler(seed)
        X_new, y_new = sampler.fit_resample(X, y)
        # A sampler may hand back arrays.
        return pd.DataFrame(X_new, columns=X.columns), pd.Series(y_new), sampler

    def fit(X: pd.DataFrame, y: pd.Series) -> XGBoostLearner:
        X, y, _ = resample(X, y)
        return fold.learn(X, y, strategy.class_weight)

    started = perf_counter()
    X, y, sampler = resample(fold.X_fit, fold.y_fit)
    resampled = perf_counter()
    learner = fold.learn(X, y, strategy.class_weight)
    decide = (
        tune_decision(fit, fold.X_fit, fold.y_fit, fold.classes, random_state=seed)
        if strategy.tune_decision
        else most_probable
    )
    fitted = perf_counter()

    probabilities = learner.predict_proba(fold.X_test)
    values = _score(fold.test_codes, probabilities, decide(probabilities), metrics)
    values |= {"seconds_resample": resampled - started, "seconds_fit": fitted - resampled}
    values |= _sizes(fold.y_fit, "before") | _sizes(y, "after") | {"trees": learner.n_trees_}
    return values, _generated(fold, X, y, sampler)


def _score(
    codes: np.ndarray,
    probabilities: np.ndarray,
    predicted: np.ndarray,
    metrics: Mapping[str, Metric],
) -> dict[str | None, float]:
    return {
        name: float(
            metric.function(codes, probabilities if metric.needs_probabilities else predicted)
        )
        for name, metric in metrics.items()
    }


def _sizes(y: pd.Series, moment: str) -> dict[str | None, float]:
    counts = y.astype(object).value_counts()
    return {f"rows_{moment}": len(y), f"ratio_{moment}": counts.min() / counts.max()}


def _generated(fold: Fold, X: pd.DataFrame, y: pd.Series, sampler: Any) -> dict[str, Any]:
    """Find the rows that a sampler stacked under the original ones; none if it moved those."""
    n_original = len(fold.X_fit)
    if len(X) <= n_original or not X.iloc[:n_original].equals(fold.X_fit):
        return {}
    return {
        "new_rows": X.iloc[n_original:],
        "new_labels": y.iloc[n_original:],
        "history": list(getattr(sampler, "history_", [])),
    }
