"""How scores are read out of a fitted learner: one entry each.

A readout changes neither the rows nor the learner, only what is made of its probabilities.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ...calibration import Enrichment, correct_resampling
from ...naming import check_name
from .decision import Decision
from .lookup import by_name


@dataclass(frozen=True)
class Fitted:
    """What a readout may know of how a learner was fitted.

    `decide` is the strategy's own decision, `tune` gives the one that is tuned by inner folds, and
    `enrichment` tells how many times denser each class became by resampling, see
    `gansampler.calibration.correct_resampling`.
    """

    decide: Decision
    tune: Callable[[], Decision]
    enrichment: Enrichment


# From the probabilities (n, classes) of a learner to those that are scored, and to what decides on
# the former; None where the labels are those of "as_is", which are scored there.
Readout = Callable[[np.ndarray, Fitted], tuple[np.ndarray, Decision | None]]


def as_is(probabilities: np.ndarray, fitted: Fitted) -> tuple[np.ndarray, Decision]:
    """Take probabilities and decision as they come."""
    return probabilities, fitted.decide


def tuned(probabilities: np.ndarray, fitted: Fitted) -> tuple[np.ndarray, Decision]:
    """Tune the decision for each metric by inner folds, with the resampling inside them.

    Confusion matrices and rates are those of the labels that are tuned for balanced accuracy. See
    `gansampler.evaluation.axes.decision.tune_decision`.
    """
    return probabilities, fitted.tune()


def prior_corrected(probabilities: np.ndarray, fitted: Fitted) -> tuple[np.ndarray, None]:
    """Take the probabilities back to what they were before resampling; the labels stay.

    This is what `gansampler.PriorCorrectedClassifier` does; for the formula see
    `gansampler.calibration.correct_resampling`.
    """
    return correct_resampling(probabilities, fitted.enrichment), None


READOUTS: dict[str, Readout] = {
    "as_is": as_is,
    "tuned": tuned,
    "prior_corrected": prior_corrected,
}


def pick_readouts(names: Iterable[str]) -> dict[str, Readout]:
    """Look readouts up by name."""
    names = by_name(names, READOUTS, "readout")
    return {name: READOUTS[check_name(name, READOUTS, "readout")] for name in names}
