"""A trial: one strategy on one fold: resample, fit, read out and score, for each learner."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from time import perf_counter
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import pandas as pd
from sklearn.utils.class_weight import compute_sample_weight

from ..calibration import Enrichment
from .axes.decision import Decision, most_probable, tune_decision
from .axes.details import DETAILS, Outcome, Rows, measure_details
from .axes.ensembles import Lesson
from .axes.learners import Learner, Model, Predictor
from .axes.metrics import Metric
from .axes.readouts import Fitted, Readout
from .axes.strategies import Strategy
from .splits import Split, derive_seed, latest_aside
from .tables import code_labels

# Of measures that no readout can change, and of failures.
NO_READOUT = "as_is"
# So many generated rows of a strategy are kept to be shown.
MAX_EXAMPLE = 600
# Told from the seeds of the first fit, for metrics that compare two.
AGAIN = 2


class Key(NamedTuple):
    """What tells a trial from all others."""

    dataset: str
    protocol: str
    minority_rows: int | None
    strategy: str
    repeat: int
    fold: int


@dataclass(frozen=True)
class Trial:
    """What one strategy did on one fold, with all learners, in plain data.

    `rows` are those of the long table; for a learner on which the strategy failed, one row with a
    status that is not "ok". `details` are what `axes.details.DETAILS` measure for each learner and
    readout, with the columns that say where they come from. Of the first fold there is an
    `example`, if there are new rows: some of the ``rows``, their ``labels``, and the ``history`` of
    the training.
    """

    key: Key
    rows: Rows
    details: dict[str, Rows]
    example: dict[str, Any] | None = None


class Fold:
    """One split of a table of `X` (n, columns) and `y`, and all that strategies share on it."""

    def __init__(
        self, X: pd.DataFrame, y: pd.Series, classes: pd.Index, split: Split, random_state: int
    ) -> None:
        self.X, self.y, self.classes, self.split = X, y, classes, split
        self.seeds = (random_state, split.repeat, split.fold)

    @cached_property
    def codes(self) -> np.ndarray:
        """The code (n,) of each row's class."""
        return code_labels(self.y, self.classes)

    def rows(self, positions: np.ndarray) -> tuple[pd.DataFrame, pd.Series]:
        """Take the rows at positions (m,) out of the table, numbered from 0."""
        X, y = self.X.iloc[positions], self.y.iloc[positions]
        return X.reset_index(drop=True), y.reset_index(drop=True)

    def coded(self, positions: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
        """Take rows out of the table, with codes (m,) for their classes."""
        X, _ = self.rows(positions)
        return X, self.codes[positions]

    def groups(self, positions: np.ndarray) -> np.ndarray | None:
        """Give the numbers of what must not be parted among some rows."""
        groups = self.split.groups
        return None if groups is None else groups[positions]

    def training(self, learner: Learner) -> np.ndarray:
        """Give the rows for a learner: one that does not stop early gets all of them."""
        split = self.split
        return split.fit if learner.stops_early else np.union1d(split.fit, split.validation)


@dataclass(frozen=True)
class Resampled:
    """What a strategy has made of some rows: m rows to fit, their classes, and weights if any.

    `enrichment` says how many times denser each class became, see
    `gansampler.calibration.correct_resampling`. New rows start at `first_new`, which is m if there
    are none, or if they do not lie under the old ones.
    """

    X: pd.DataFrame
    y: pd.Series
    codes: np.ndarray
    weights: np.ndarray | None
    enrichment: Enrichment
    first_new: int
    history: list[dict[str, Any]]
    seconds: float


class Treatment:
    """A strategy on a fold. What it makes of some rows is made once, for all learners."""

    def __init__(
        self, strategy: Strategy, fold: Fold, seed: int, learner_seed: int | None = None
    ) -> None:
        self.strategy, self.fold, self.seed = strategy, fold, seed
        self.learner_seed = derive_seed(*fold.seeds) if learner_seed is None else learner_seed
        self._made: dict[bytes, Resampled | Exception] = {}

    def with_other_seeds(self) -> "Treatment":
        """Give the same strategy on the same fold, with other seeds for all that is random."""
        again = derive_seed(*self.fold.seeds, AGAIN)
        return Treatment(self.strategy, self.fold, derive_seed(self.seed, AGAIN), again)

    def resample(self, positions: np.ndarray) -> Resampled:
        """Resample rows at positions (m,), or give what was made of them before, be it an error."""
        if self.strategy.make_sampler is None:  # nothing worth its memory
            return self._resample(positions)
        key = positions.tobytes()
        if key not in self._made:
            try:
                self._made[key] = self._resample(positions)
            except Exception as error:
                self._made[key] = error
        made = self._made[key]
        if isinstance(made, Exception):
            raise made
        return made

    def _resample(self, positions: np.ndarray) -> Resampled:
        started = perf_counter()
        X, y = X_old, _ = self.fold.rows(positions)
        sampler = None
        if self.strategy.make_sampler is not None:
            sampler = self.strategy.make_sampler(self.seed)
            X_new, y_new = sampler.fit_resample(X, y)
            # A sampler may hand back arrays.
            X, y = pd.DataFrame(X_new, columns=X.columns), pd.Series(y_new)
        seconds = perf_counter() - started
        stacked = len(X) > len(X_old) and X.iloc[: len(X_old)].equals(X_old)
        codes = code_labels(y, self.fold.classes)
        how = self.strategy.class_weight
        weights = None if how is None else compute_sample_weight(how, codes)
        return Resampled(
            X,
            y,
            codes,
            weights=weights,
            enrichment=self._told_enrichment(sampler)
            or _even_enrichment(self.fold.codes[positions], codes, weights),
            first_new=len(X_old) if stacked else len(X),
            history=list(getattr(sampler, "history_", [])),
            seconds=seconds,
        )

    def _told_enrichment(self, sampler: Any) -> Enrichment | None:
        """Give what a sampler tells of its rows, if it does, with classes as in the fold."""
        if not hasattr(sampler, "enrichment"):
            return None
        order = code_labels(pd.Series(np.unique(self.fold.y)), self.fold.classes)

        def enrichment(probabilities: np.ndarray) -> np.ndarray:
            ratios = np.empty_like(probabilities)
            ratios[:, order] = sampler.enrichment(probabilities[:, order])
            return ratios

        return enrichment

    def fit(self, learner: Learner, positions: np.ndarray) -> Predictor:
        """Resample some rows of the table, and fit on what comes out; no class may be gone.

        A learner that stops early is stopped by the rows that the fold has set aside.
        """
        return self._fit(learner, positions, self.fold.split.validation)

    def _fit(self, learner: Learner, positions: np.ndarray, validation: np.ndarray) -> Predictor:
        if self.strategy.learn is None:
            return self._fit_learner(learner, positions, validation)
        X, codes = self.fold.coded(positions)
        lesson = Lesson(
            X,
            codes,
            groups=self.fold.groups(positions),
            seed=self.seed,
            fit=lambda rows: self._fit_learner(learner, positions[rows], validation),
        )
        return self.strategy.learn(lesson)

    def _fit_learner(
        self, learner: Learner, positions: np.ndarray, validation: np.ndarray
    ) -> Model:
        made, fold = self.resample(positions), self.fold
        lost = fold.classes.delete(np.unique(made.codes))
        if len(lost):
            raise ValueError(f"No row is left to learn class {lost[0]!r} from.")
        return learner.make(learner.params, self.learner_seed).fit(
            made.X,
            made.codes,
            validation=fold.coded(validation),
            sample_weight=made.weights,
        )

    def tune(self, learner: Learner, positions: np.ndarray) -> Decision:
        """Tune the decision of a learner by inner folds of some rows, each resampled by itself."""
        X, y = self.fold.rows(positions)
        return tune_decision(
            lambda inner: self._fit_inner(learner, positions[inner]),
            X,
            y,
            self.fold.classes,
            groups=self.fold.groups(positions),
            ordered=self.fold.split.ordered,
            random_state=self.seed,
        )

    def _fit_inner(self, learner: Learner, positions: np.ndarray) -> Predictor:
        """Fit on the rows of an inner fold; in order of time its own latest rows stop it."""
        split = self.fold.split
        if not split.ordered or split.groups is None or not learner.stops_early:
            return self.fit(learner, positions)
        return self._fit(learner, *latest_aside(positions, self.fold.codes, split.groups))

    def example(self) -> dict[str, Any] | None:
        """Give some new rows of the first learner for whom there were any, to be shown."""
        for made in self._made.values():
            if isinstance(made, Resampled) and made.first_new < len(made.X):
                new = np.arange(made.first_new, len(made.X))
                if len(new) > MAX_EXAMPLE:
                    drawn = np.random.default_rng(self.seed).permutation(new)[:MAX_EXAMPLE]
                    new = np.sort(drawn)
                X, y = made.X.iloc[new], made.y.iloc[new]
                return {"rows": X, "labels": y, "history": made.history}
        return None


def _even_enrichment(
    before: np.ndarray, after: np.ndarray, weights: np.ndarray | None
) -> Enrichment:
    """Classes that became denser everywhere alike, by rows or by their weights."""
    return lambda probabilities: np.bincount(after, weights) / np.bincount(before)


class Read(NamedTuple):
    """What came out of a learner by one readout."""

    readout: str
    values: Mapping[str | None, float]
    seconds: float
    details: Mapping[str, Rows]


def run_trial(
    name: str,
    strategy: Strategy,
    fold: Fold,
    learners: Mapping[str, Learner],
    readouts: Mapping[str, Readout],
    metrics: Mapping[str, Metric],
    dataset: str,
) -> Trial:
    """Run a strategy on a fold; an error becomes a row, so that the others still get their turn."""
    split = fold.split
    key = Key(dataset, *split.variant, name, split.repeat, split.fold)
    treatment = Treatment(strategy, fold, derive_seed(*fold.seeds, crc32(name.encode())))
    rows: Rows = []
    details: dict[str, Rows] = {kind: [] for kind in DETAILS}
    for learner, entry in learners.items():
        started, status = perf_counter(), "ok"
        try:
            found = list(_run_learner(treatment, entry, readouts, metrics))
        except Exception as error:
            status = _in_a_line(error)
            found = [Read(NO_READOUT, {None: np.nan}, perf_counter() - started, {})]
        for read in found:
            origin = {**key._asdict(), "learner": learner, "readout": read.readout}
            cost = {"seconds": read.seconds, "status": status}
            rows += [
                {**origin, "metric": metric, "value": float(value), **cost}
                for metric, value in read.values.items()
            ]
            for kind, measured in read.details.items():
                details[kind] += [{**origin, **row} for row in measured]
    is_first = split.repeat == split.fold == 1
    return Trial(key, rows, details, treatment.example() if is_first else None)


def _in_a_line(error: Exception) -> str:
    message = (str(error).strip() or "no message").splitlines()[0]
    return f"{type(error).__name__}: {message}"


class Learnt(NamedTuple):
    """A fitted learner, what it says of the held-out rows, and what readouts may know of it."""

    model: Predictor
    probabilities: np.ndarray
    fitted: Fitted
    made: Resampled
    seconds_fit: float
    seconds: float


def _learn(treatment: Treatment, learner: Learner) -> Learnt:
    """Resample and fit."""
    fold = treatment.fold
    positions = fold.training(learner)
    made = treatment.resample(positions)
    tune = cache(partial(treatment.tune, learner, positions))
    started = perf_counter()
    model = treatment.fit(learner, positions)
    decide = tune() if treatment.strategy.tune_decision else most_probable
    seconds_fit = perf_counter() - started
    probabilities = model.predict_proba(fold.rows(fold.split.test)[0])
    seconds = made.seconds + perf_counter() - started
    fitted = Fitted(decide, tune, _learnt_enrichment(model, made.enrichment))
    return Learnt(model, probabilities, fitted, made, seconds_fit, seconds)


def _learnt_enrichment(model: Predictor, of_rows: Enrichment) -> Enrichment:
    """Tell how much denser the classes look to a model; what learns in its own way may know."""
    if isinstance(model, Model):
        return of_rows
    if hasattr(model, "enrichment"):
        return model.enrichment(of_rows)
    return np.ones_like  # as calibrated, on rows that are not resampled


def _run_learner(
    treatment: Treatment,
    learner: Learner,
    readouts: Mapping[str, Readout],
    metrics: Mapping[str, Metric],
) -> Iterator[Read]:
    """Learn, and score by each readout; then give what was measured beside."""
    learnt, fold = _learn(treatment, learner), treatment.fold
    again = cache(lambda: _learn(treatment.with_other_seeds(), learner))
    codes = fold.codes[fold.split.test]
    for name, readout in readouts.items():
        started = perf_counter()
        shown, decide = readout(learnt.probabilities, learnt.fitted)
        values: dict[str | None, float] = {}
        for score, metric in metrics.items():
            if metric.needs_probabilities:
                values[score] = metric.function(codes, shown)
            elif decide is not None:
                labels = decide(learnt.probabilities, score)
                truth = _other_labels(again(), readout, score) if metric.compares_seeds else codes
                values[score] = metric.function(truth, labels)
        spent = learnt.seconds + perf_counter() - started
        predicted = (decide or learnt.fitted.decide)(learnt.probabilities)
        details = measure_details(Outcome(codes, predicted, shown, fold.classes))
        yield Read(name, values, spent, details)
    yield Read(NO_READOUT, _effort(fold, learner, learnt), learnt.seconds, {})


def _other_labels(learnt: Learnt, readout: Readout, metric: str) -> np.ndarray:
    """Give the labels of another fit, by a readout that decides."""
    _, decide = readout(learnt.probabilities, learnt.fitted)
    return (decide or learnt.fitted.decide)(learnt.probabilities, metric)


def _effort(fold: Fold, learner: Learner, learnt: Learnt) -> dict[str | None, float]:
    """Measure what no readout changes: seconds, rows and trees."""
    split, made = fold.split, learnt.made
    values: dict[str | None, float] = {"seconds_resample": made.seconds}
    values |= {"seconds_fit": learnt.seconds_fit}
    values |= {"rows_train": len(split.fit) + len(split.validation), "rows_test": len(split.test)}
    values |= _sizes(fold.y.iloc[fold.training(learner)], "before") | _sizes(made.y, "after")
    if hasattr(learnt.model, "n_trees_"):
        values["trees"] = learnt.model.n_trees_
    return values


def _sizes(y: pd.Series, moment: str) -> dict[str | None, float]:
    counts = y.astype(object).value_counts()
    return {f"rows_{moment}": len(y), f"ratio_{moment}": counts.min() / counts.max()}
