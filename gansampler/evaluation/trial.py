"""One strategy on one fold: resample, fit, read out, score, for each learner."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from time import perf_counter
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd

from .axes.decision import Decision, most_probable
from .axes.details import DETAILS, Outcome, Rows, measure_details
from .axes.learners import Learner
from .axes.metrics import Metric
from .axes.readouts import Fitted, Readout
from .axes.strategies import Strategy
from .folds import derive_seed
from .treatment import Fold, Treatment

COLUMNS = [
    *("dataset", "strategy", "learner", "readout", "repeat", "fold"),
    *("metric", "value", "seconds", "status"),
]
# Dataset, strategy, repeat, fold: what tells a trial from all others.
Key = tuple[str, str, int, int]
# Of measures that no readout can change, and of failures.
NO_READOUT = "as_is"


@dataclass(frozen=True)
class Trial:
    """What one strategy did on one fold, with all learners.

    Parameters
    ----------
    rows : list of dict
        Rows of the result table, with the keys `COLUMNS`. For a learner on which the strategy
        failed, one row with a status that is not "ok".
    new_rows : DataFrame or None
        The generated rows, if any.
    new_labels : Series or None
        Their classes.
    history : list of dict
        The training history of the sampler, if it keeps one.
    details : dict of str to list of dict
        What `axes.details.DETAILS` measure for each learner and readout, with the
        keys of `rows` that say where it comes from.
    """

    rows: list[dict[str, Any]]
    new_rows: pd.DataFrame | None = None
    new_labels: pd.Series | None = None
    history: list[dict[str, Any]] = field(default_factory=list)
    details: dict[str, Rows] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Dataset, strategy, repeat and fold."""
        row = self.rows[0]
        return row["dataset"], row["strategy"], row["repeat"], row["fold"]


@dataclass(frozen=True)
class Measured:
    """What came out of a learner by one readout.

    Parameters
    ----------
    readout : str
        Its name.
    values : dict
        Values by metric.
    seconds : float
        From resampling to prediction.
    details : dict of str to list of dict
        What is kept beside them.
    status : str, default="ok"
        Or the error.
    """

    readout: str
    values: dict[str | None, float]
    seconds: float
    details: dict[str, Rows] = field(default_factory=dict)
    status: str = "ok"


def try_strategy(
    name: str,
    strategy: Strategy,
    fold: Fold,
    learners: Mapping[str, Learner],
    readouts: Mapping[str, Readout],
    metrics: Mapping[str, Metric],
    dataset: str,
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
    learners : mapping of str to Learner
        What learns from the rows that the strategy leaves.
    readouts : mapping of str to callable
        What is made of the learners' probabilities.
    metrics : mapping of str to Metric
        The scores to take.
    dataset : str
        The name of the table, for the rows.

    Returns
    -------
    Trial
    """
    treatment = Treatment(strategy, fold, derive_seed(*fold.seeds, crc32(name.encode())))
    rows: Rows = []
    details: dict[str, Rows] = {name: [] for name in DETAILS}
    for learner, entry in learners.items():
        for measured in _try_learner(treatment, entry, readouts, metrics):
            origin = {
                **{"dataset": dataset, "strategy": name, "learner": learner},
                **{"readout": measured.readout},
                **{"repeat": fold.split.repeat, "fold": fold.split.fold},
            }
            cost = {"seconds": measured.seconds, "status": measured.status}
            rows += [
                {**origin, "metric": metric, "value": value, **cost}
                for metric, value in measured.values.items()
            ]
            for kind, found in measured.details.items():
                details[kind] += [{**origin, **row} for row in found]
    return Trial(rows, details=details, **treatment.generated())


def _try_learner(
    treatment: Treatment,
    learner: Learner,
    readouts: Mapping[str, Readout],
    metrics: Mapping[str, Metric],
) -> list[Measured]:
    started = perf_counter()
    try:
        return list(_run_learner(treatment, learner, readouts, metrics))
    except Exception as error:
        message = (str(error).strip() or "no message").splitlines()[0]
        status = f"{type(error).__name__}: {message}"
        return [Measured(NO_READOUT, {None: np.nan}, perf_counter() - started, status=status)]


def _run_learner(
    treatment: Treatment,
    learner: Learner,
    readouts: Mapping[str, Readout],
    metrics: Mapping[str, Metric],
) -> Iterator[Measured]:
    """Resample, fit and score."""
    fold = treatment.fold
    positions = fold.training(learner)
    before, after = fold.y.iloc[positions], treatment.resample(positions)
    tune = cache(partial(treatment.tune, learner, positions))

    started = perf_counter()
    model = treatment.fit(learner, positions)
    decide = tune() if treatment.strategy.tune_decision else most_probable
    seconds_fit = perf_counter() - started
    X_test, codes = fold.coded(fold.split.test)
    probabilities = model.predict_proba(X_test)
    seconds = after.seconds + perf_counter() - started

    fitted = Fitted(decide, tune, after.enrichment)
    for name, readout in readouts.items():
        started = perf_counter()
        shown, decides = readout(probabilities, fitted)
        values = _score(codes, metrics, probabilities, shown, decides)
        spent = seconds + perf_counter() - started
        predicted = (decides or fitted.decide)(probabilities)
        details = measure_details(Outcome(codes, predicted, shown, fold.classes))
        yield Measured(name, values, spent, details)
    values = {"seconds_resample": after.seconds, "seconds_fit": seconds_fit}
    split = fold.split
    values |= {"rows_train": len(split.fit) + len(split.validation), "rows_test": len(split.test)}
    values |= _sizes(before, "before") | _sizes(after.y, "after")
    if hasattr(model, "n_trees_"):
        values["trees"] = model.n_trees_
    yield Measured(NO_READOUT, values, seconds)


def _score(
    codes: np.ndarray,
    metrics: Mapping[str, Metric],
    probabilities: np.ndarray,
    shown: np.ndarray,
    decide: Decision | None,
) -> dict[str | None, float]:
    """Give the value of each metric, those of labels only if something decides."""
    values: dict[str | None, float] = {}
    for name, metric in metrics.items():
        if metric.needs_probabilities:
            values[name] = float(metric.function(codes, shown))
        elif decide is not None:
            values[name] = float(metric.function(codes, decide(probabilities, name)))
    return values


def _sizes(y: pd.Series, moment: str) -> dict[str | None, float]:
    counts = y.astype(object).value_counts()
    return {f"rows_{moment}": len(y), f"ratio_{moment}": counts.min() / counts.max()}
