"""One strategy on one fold: what it makes of the rows, and what is learnt from them."""

from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.class_weight import compute_sample_weight

from ..calibration import Enrichment
from .axes.decision import Decision, tune_decision
from .axes.ensembles import Lesson
from .axes.learners import Learner, Model, Predictor
from .axes.strategies import Strategy
from .folds import Split, carve_latest, derive_seed
from .labels import code_labels


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
    random_state : int
        Seed of the run.
    """

    def __init__(
        self, X: pd.DataFrame, y: pd.Series, classes: pd.Index, split: Split, random_state: int
    ) -> None:
        self.X, self.y, self.classes, self.split = X, y, classes, split
        self.seeds = (random_state, split.repeat, split.fold)

    def rows(self, positions: np.ndarray) -> tuple[pd.DataFrame, pd.Series]:
        """Take some rows out of the table.

        Parameters
        ----------
        positions : ndarray of int, shape (m,)
            Where they are.

        Returns
        -------
        X : DataFrame of shape (m, columns)
        y : Series of m rows
        """
        X, y = self.X.iloc[positions], self.y.iloc[positions]
        return X.reset_index(drop=True), y.reset_index(drop=True)

    def coded(self, positions: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
        """Take some rows out of the table, with codes for their classes.

        Parameters
        ----------
        positions : ndarray of int, shape (m,)
            Where they are.

        Returns
        -------
        X : DataFrame of shape (m, columns)
        codes : ndarray of int, shape (m,)
        """
        X, y = self.rows(positions)
        return X, code_labels(y, self.classes)

    def training(self, learner: Learner) -> np.ndarray:
        """Say which rows are for a learner: one that does not stop early gets all of them.

        Parameters
        ----------
        learner : Learner

        Returns
        -------
        ndarray of int
            Sorted row positions.
        """
        split = self.split
        return split.fit if learner.stops_early else np.union1d(split.fit, split.validation)


@dataclass(frozen=True)
class Resampled:
    """What a strategy has made of some rows.

    Parameters
    ----------
    X : DataFrame of shape (m, columns)
        Rows to fit.
    y : Series of m rows
        Their classes.
    codes : ndarray of int, shape (m,)
        The same as codes.
    weights : ndarray of float, shape (m,), or None
        Their weights.
    enrichment : callable
        How many times denser each class became, see `gansampler.calibration.correct_resampling`.
    first_new : int
        Where the new rows start; m if there are none, or if they do not lie under the old ones.
    history : list of dict
        The training history of the sampler, if it keeps one.
    seconds : float
        What resampling took.
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
    """A strategy on a fold. What it makes of some rows is made once, for all learners.

    Parameters
    ----------
    strategy : Strategy
        What to do about imbalance.
    fold : Fold
        The rows.
    seed : int
        Of the strategy on this fold.
    """

    def __init__(self, strategy: Strategy, fold: Fold, seed: int) -> None:
        self.strategy, self.fold, self.seed = strategy, fold, seed
        self._made: dict[bytes, Resampled | Exception] = {}

    def resample(self, positions: np.ndarray) -> Resampled:
        """Resample some rows, or give what was made of them before, be it an error.

        Parameters
        ----------
        positions : ndarray of int, shape (m,)
            Rows of the table.

        Returns
        -------
        Resampled
        """
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
        X, y = X_old, y_old = self.fold.rows(positions)
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
            or _even_enrichment(code_labels(y_old, self.fold.classes), codes, weights),
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
            groups=self._groups(positions),
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
        return learner.make(learner.params, derive_seed(*fold.seeds)).fit(
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
            groups=self._groups(positions),
            ordered=self.fold.split.ordered,
            random_state=self.seed,
        )

    def _fit_inner(self, learner: Learner, positions: np.ndarray) -> Predictor:
        """Fit on the rows of an inner fold; in order of time its own latest rows stop it."""
        split, groups = self.fold.split, self.fold.split.groups
        if not split.ordered or groups is None or not learner.stops_early:
            return self.fit(learner, positions)
        codes = code_labels(self.fold.y, self.fold.classes)
        seed = derive_seed(*self.fold.seeds)
        return self._fit(learner, *carve_latest(positions, codes, groups, random_state=seed))

    def _groups(self, positions: np.ndarray) -> np.ndarray | None:
        groups = self.fold.split.groups
        return None if groups is None else groups[positions]

    def generated(self) -> dict[str, Any]:
        """Give the new rows of the first learner for whom there were some.

        Returns
        -------
        dict
            Fields of `Trial`.
        """
        for made in self._made.values():
            if isinstance(made, Resampled) and made.first_new < len(made.X):
                X, y = made.X.iloc[made.first_new :], made.y.iloc[made.first_new :]
                return {"new_rows": X, "new_labels": y, "history": made.history}
        return {}


def _even_enrichment(
    before: np.ndarray, after: np.ndarray, weights: np.ndarray | None
) -> Enrichment:
    """Classes that became denser everywhere alike, by rows or by their weights."""
    return lambda probabilities: np.bincount(after, weights) / np.bincount(before)
