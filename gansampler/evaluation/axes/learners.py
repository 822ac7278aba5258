"""What learns from the rows: one entry each, a model with its parameters."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ...naming import check_name
from .lookup import import_object
from .models import ClassifierModel, Model, XGBoostModel


@dataclass(frozen=True)
class Learner:
    """A learner behind every strategy.

    Parameters
    ----------
    description : str
        A few words for the report.
    make : callable
        From parameters and a seed to an unfitted `Model`.
    params : mapping
        The parameters it is made with.
    """

    description: str
    make: Callable[[Mapping[str, Any], int], Model]
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stops_early(self) -> bool:
        """Whether rows are to be set aside for it."""
        return self.make(self.params, 0).stops_early


LEARNERS: dict[str, Learner] = {
    "xgboost": Learner(
        "XGBoost of up to 500 trees, stopped early on rows that are set aside",
        XGBoostModel,
        {"n_estimators": 500, "early_stopping_rounds": 30},
    ),
    "xgboost_default": Learner("XGBoost with its own defaults", XGBoostModel),
    "xgboost_tuned": Learner(
        "XGBoost of 300 small trees that learn slowly",
        XGBoostModel,
        {"n_estimators": 300, "learning_rate": 0.05, "max_depth": 4, "subsample": 0.8},
    ),
}


def pick_learners(
    wanted: Iterable[str] | Mapping[str, Any], params: Mapping[str, Any] | None = None
) -> dict[str, Learner]:
    """Look learners up by name, make some out of classifiers, and give them their parameters.

    Parameters
    ----------
    wanted : iterable of str, or mapping
        Keys of `LEARNERS`, or import paths of classifiers such as
        "sklearn.linear_model.LogisticRegression"; or a mapping from a name of your own to one of
        these, to a classifier, or to a `Learner`.
    params : mapping, optional
        Parameters beside or instead of a learner's own: ``name`` for all that were asked for, or
        ``learner__name`` for one of them, which goes before.

    Returns
    -------
    dict of str to Learner

    Raises
    ------
    ValueError
        For anything that is no learner, gives no probabilities, or does not take its parameters.
    """
    if isinstance(wanted, str):
        wanted = [wanted]
    if not isinstance(wanted, Mapping):
        wanted = {name: name for name in wanted}
    if not wanted:
        raise ValueError(f"No learner was asked for. Known: {', '.join(LEARNERS)}.")
    learners = {name: _as_learner(value) for name, value in wanted.items()}
    for name, learner in learners.items():
        own = _own_params(name, params or {}, learners)
        learners[name] = replace(learner, params={**learner.params, **own})
        learners[name].make(learners[name].params, 0).check()
    return learners


def _as_learner(value: Any) -> Learner:
    if isinstance(value, Learner):
        return value
    if not isinstance(value, str):
        return Learner(type(value).__name__, partial(ClassifierModel, value))
    if "." in value:
        return Learner(value, partial(ClassifierModel, import_object(value, "learner")))
    return LEARNERS[check_name(value, LEARNERS, "learner")]


def _own_params(learner: str, params: Mapping[str, Any], learners: Iterable[str]) -> dict[str, Any]:
    """Take the parameters that are meant for one learner; those for it alone go before."""
    prefixes = [f"{name}__" for name in learners]
    for_all = {
        name: value
        for name, value in params.items()
        if not any(name.startswith(prefix) for prefix in prefixes)
    }
    mine = f"{learner}__"
    for_this = {
        name.removeprefix(mine): value for name, value in params.items() if name.startswith(mine)
    }
    return {**for_all, **for_this}
