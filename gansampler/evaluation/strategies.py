"""What can be done about imbalance: one entry each."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd
from imblearn.over_sampling import RandomOverSampler
from sklearn.base import clone

from .. import CGANOverSampler, JitterOverSampler, LSGANOverSampler
from ..naming import check_name
from .smote import TableSMOTE


class Sampler(Protocol):
    """Whatever resamples, as imbalanced-learn does it."""

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
        """Return the resampled rows and their classes."""
        ...


@dataclass(frozen=True)
class Strategy:
    """A way to treat imbalance: new rows, or weights, or another decision, or nothing.

    Parameters
    ----------
    description : str
        A few words for the report.
    make_sampler : callable, optional
        From a seed to an object with ``fit_resample``, which sees the rows to be fitted alone.
    class_weight : "balanced", optional
        Weight each row by the inverse size of its class, as scikit-learn does.
    tune_decision : bool, default=False
        Whether the decision is tuned by inner cross-validation, see
        `gansampler.evaluation.decision.tune_decision`.
    """

    description: str
    make_sampler: Callable[[int], Sampler] | None = None
    class_weight: str | None = None
    tune_decision: bool = False


STRATEGIES: dict[str, Strategy] = {
    "none": Strategy("the rows as they are"),
    "tuned_threshold": Strategy(
        "the rows as they are, the decision threshold tuned inside the training part",
        tune_decision=True,
    ),
    "class_weight": Strategy(
        "the rows as they are, weighted to balance the classes", class_weight="balanced"
    ),
    "random": Strategy(
        "duplicates of random rows", lambda seed: RandomOverSampler(random_state=seed)
    ),
    "smote": Strategy("SMOTE, SMOTENC or SMOTEN, as the columns ask", TableSMOTE),
    "jitter": Strategy(
        "the control without a network: jittered anchors, accepted by a classifier",
        lambda seed: JitterOverSampler(random_state=seed),
    ),
    "cgan": Strategy(
        "conditional GAN, non-saturating loss", lambda seed: CGANOverSampler(random_state=seed)
    ),
    "lsgan": Strategy(
        "conditional least-squares GAN", lambda seed: LSGANOverSampler(random_state=seed)
    ),
}


def pick_strategies(
    wanted: Iterable[str] | Mapping[str, Any] | None,
) -> dict[str, Strategy]:
    """Look strategies up by name, and make some out of a user's own samplers.

    Parameters
    ----------
    wanted : iterable of str, or mapping, or None
        Keys of `STRATEGIES`; or a mapping from a name of your own to such a key, to a `Strategy`,
        or to an object with ``fit_resample``. None means all of `STRATEGIES`.

    Returns
    -------
    dict of str to Strategy

    Raises
    ------
    ValueError
        For an unknown name, and if nothing is asked for.
    TypeError
        For an object that cannot resample.
    """
    if wanted is None:
        return dict(STRATEGIES)
    if isinstance(wanted, str):
        wanted = [wanted]
    if not isinstance(wanted, Mapping):
        wanted = {name: name for name in wanted}
    if not wanted:
        raise ValueError(f"No strategy was asked for. Known: {', '.join(STRATEGIES)}.")
    return {name: _as_strategy(value) for name, value in wanted.items()}


def _as_strategy(value: Any) -> Strategy:
    if isinstance(value, Strategy):
        return value
    if hasattr(value, "fit_resample"):
        return Strategy(type(value).__name__, lambda seed: _seeded_copy(value, seed))
    if isinstance(value, str):
        return STRATEGIES[check_name(value, STRATEGIES, "strategy")]
    raise TypeError(
        f"{value!r} is no strategy. Give a name ({', '.join(STRATEGIES)}), a Strategy, or an "
        "object with fit_resample."
    )


def _seeded_copy(sampler: Any, seed: int) -> Any:
    """Copy a user's sampler for one fold; a seed that the user has set stays."""
    if not hasattr(sampler, "get_params"):
        return deepcopy(sampler)
    sampler = clone(sampler)
    if sampler.get_params().get("random_state", seed) is None:
        sampler.set_params(random_state=seed)
    return sampler
