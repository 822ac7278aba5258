"""How much each class counts for a classifier, whatever resamples or weighs rows inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, NoReturn

import numpy as np
from imblearn import ensemble as balanced
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.pipeline import Pipeline as SamplingPipeline
from imblearn.under_sampling import RandomUnderSampler
from numpy.typing import NDArray
from sklearn import ensemble, get_config, svm
from sklearn.base import BaseEstimator, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.model_selection._search import BaseSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils import check_consistent_length
from sklearn.utils.metadata_routing import process_routing

from .columns import Floats

WAYS_OUT = (
    "Give the class shares that it is trained on as resampled_prior: 'balanced', a mapping from "
    "each class, or an array in the order of the sorted classes. Or put PriorCorrectedClassifier "
    "around the part inside that does it, or use sklearn.calibration.CalibratedClassifierCV."
)

# Parameters that change how much classes count, with the values that change nothing.
NEUTRAL: dict[str, tuple[Any, ...]] = {
    "sampling_strategy": (),
    "fit_prior": (None, True),
    "priors": (None, "empirical"),
    **dict.fromkeys(["class_weight", "class_weights", "auto_class_weights"], (None,)),
    **dict.fromkeys(["class_prior", "sampler"], (None,)),
    **dict.fromkeys(["is_unbalance", "unbalance"], (None, False)),
    **dict.fromkeys(["balance_probabilities", "unbalanced_sets"], (None, False)),
    **dict.fromkeys(["neg_bagging_fraction", "pos_bagging_fraction"], (None, 1)),
    "scale_pos_weight": (None, 1),
}

# Each of their members gets as many rows of one class as of another, with these strategies.
BALANCED_ENSEMBLES = (
    balanced.BalancedBaggingClassifier,
    balanced.BalancedRandomForestClassifier,
    balanced.EasyEnsembleClassifier,
)
BALANCING = ("all", "auto", "not minority")

# Their probabilities do not move as weights do: full-grown trees have pure leaves, AdaBoost weighs
# anew in every round, and Platt's scaling, in the support vector machines, knows no weights.
DEAF_TO_WEIGHTS = (
    *(ensemble.AdaBoostClassifier, ensemble.BaggingClassifier, ensemble.VotingClassifier),
    *(ensemble.ExtraTreesClassifier, ensemble.RandomForestClassifier, svm.NuSVC, svm.SVC),
)


@dataclass(frozen=True)
class LearntPrior:
    """What a classifier has learnt from, in the order of the sorted classes.

    ``shares`` and ``factors`` have shape (classes,): how much of all that is learnt from is of a
    class, and how many times denser it became, beside what ``sampler`` tells by ``enrichment``.
    """

    shares: Floats
    factors: Floats
    sampler: Any = None

    def enrichment(self, probabilities: Floats) -> Floats:
        """Tell how many times denser each class became, from probabilities, (n, classes)."""
        told = 1.0 if self.sampler is None else self.sampler.enrichment(probabilities)
        return told * self.factors


def fit_and_read(estimator: Any, X: Any, y: NDArray[Any], params: Mapping[str, Any]) -> LearntPrior:
    """Fit a classifier, and tell what it learnt from; refuse before that what cannot be known."""
    template = _layers(estimator)
    _put_counter(template)
    _read(template, y, params)
    estimator.fit(X, y, **params)
    fitted = _layers(estimator)
    learnt = _read(fitted, y, params)
    _take_counters([*template, *fitted])
    return learnt


def _layers(estimator: Any) -> list[Any]:
    """List an estimator, the one inside whose probabilities it gives, and so on to a learner."""
    layers = [estimator]
    while (inside := _inside(layers[-1])) is not None:
        layers.append(inside)
    return layers


def _inside(layer: Any) -> Any:
    if isinstance(layer, Pipeline):
        return layer.steps[-1][1]
    if isinstance(layer, BaseSearchCV):
        return getattr(layer, "best_estimator_", layer.estimator)
    if isinstance(layer, (FixedThresholdClassifier, TunedThresholdClassifierCV)):
        return getattr(layer, "estimator_", layer.estimator)
    return None


class _ClassCounter(BaseEstimator):
    """A step that passes rows on, and keeps how many of each class there were."""

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        self.counts_ = dict(zip(*np.unique(y, return_counts=True), strict=True))
        return X, y


def _put_counter(layers: list[Any]) -> None:
    """Count behind the last sampler; not all add as many as their ``sampling_strategy_`` says."""
    for pipeline in [layer for layer in layers if isinstance(layer, SamplingPipeline)][-1:]:
        *before, last = pipeline.steps
        pipeline.steps = [*before, ("class_counter", _ClassCounter()), last]


def _take_counters(layers: list[Any]) -> None:
    for layer in layers:
        if isinstance(layer, SamplingPipeline):
            layer.steps = [step for step in layer.steps if not isinstance(step[1], _ClassCounter)]


def _read(layers: list[Any], y: NDArray[Any], params: Mapping[str, Any]) -> LearntPrior:
    """Tell what the last layer learns from; before the fit only whether that will be known."""
    classes, codes, given = np.unique(y, return_inverse=True, return_counts=True)
    samplers, counts = _resampled(layers, dict(zip(classes, given, strict=True)))
    row_weights, means = _row_weights(layers, params), None
    if row_weights is not None:
        if samplers:
            _refuse("Which rows a sample_weight belongs to is not known behind a sampler.")
        check_consistent_length(y, row_weights)
        means = np.bincount(codes, weights=row_weights) / given
    weighed = _weighed(layers[-1], classes, counts, means)
    if not ((counts > 0) & np.isfinite(weighed) & (weighed > 0)).all():
        _refuse(f"Some of the classes {classes.tolist()} would have no weight above zero.")
    told = len(samplers) == 1 and hasattr(samplers[0], "enrichment")
    factors = weighed / (counts if told else given)
    return LearntPrior(weighed / weighed.sum(), factors, samplers[0] if told else None)


def _resampled(layers: list[Any], given: Mapping[Any, int]) -> tuple[list[Any], Floats]:
    """List the samplers, and count the rows of each class that come out of them."""
    steps = [
        step for layer in layers if isinstance(layer, Pipeline) for _, step in layer.steps[:-1]
    ]
    *samplers, counter = [step for step in steps if hasattr(step, "fit_resample")] or [None]
    if not isinstance(counter, (_ClassCounter, NoneType)):
        _refuse(f"The rows that come out of {type(counter).__name__} could not be counted.")
    for sampler in samplers:
        _check_sampler(sampler)
    counts = getattr(counter, "counts_", given)
    return samplers, np.array([counts.get(label, 0) for label in given], dtype=np.float64)


def _check_sampler(sampler: Any) -> None:
    """Refuse a sampler that takes rows away by more than their class."""
    while hasattr(sampler, "_adder"):  # a guard
        sampler = sampler._adder
    # Combined samplers, too, call themselves over-samplers, and then take rows away.
    if not isinstance(sampler, (BaseOverSampler, RandomUnderSampler)):
        _refuse(
            f"What {type(sampler).__name__} does to the classes cannot be known, as it is "
            "neither an over-sampler of imbalanced-learn nor RandomUnderSampler."
        )


def _row_weights(layers: list[Any], params: Mapping[str, Any]) -> Any:
    """Find the ``sample_weight`` that reaches the last layer."""
    routing = get_config()["enable_metadata_routing"]
    for layer in layers[:-1]:
        step = layer.steps[-1][0] if isinstance(layer, Pipeline) else "estimator"
        if routing:
            params = process_routing(layer, "fit", **params)[step].fit
        elif isinstance(layer, Pipeline):
            prefix = f"{step}__"
            params = {k.removeprefix(prefix): v for k, v in params.items() if k.startswith(prefix)}
    return params.get("sample_weight")


def _weighed(
    learner: Any, classes: NDArray[Any], counts: Floats, row_weights: Floats | None
) -> Floats:
    """Tell how much the rows of each class weigh together for a learner, shape (classes,)."""
    found = _telltales(learner)
    if row_weights is not None and not np.allclose(row_weights, row_weights[0]):
        found["sample_weight"] = row_weights
    if not found:
        return counts
    (name, value), *more = found.items()
    known = None if more else _known(learner, name, value, classes, counts)
    if known is None:
        told = ", ".join(f"{name}={value!r}" for name, value in found.items())
        _refuse(f"What {type(learner).__name__} makes of the classes is not known: {told}.")
    return known


def _telltales(learner: Any) -> dict[str, Any]:
    """Find what resamples or weighs in a learner, or is fitted already, with its place in it."""
    if isinstance(learner, FrozenEstimator):
        return {"estimator": learner.estimator}
    if _restores(learner):
        return {}
    params = learner.get_params(deep=True)
    if isinstance(
        learner, ensemble.StackingClassifier
    ):  # the last one learns from rows as they are given
        params = {k: v for k, v in params.items() if k.startswith("final_estimator")}
    restored = tuple(f"{name}__" for name, value in params.items() if _restores(value))
    return {k: v for k, v in params.items() if not k.startswith(restored) and _tells(k, v)}


def _restores(estimator: Any) -> bool:
    """Tell whether probabilities are those of the rows that `fit` gets, whatever is inside."""
    if isinstance(estimator, FrozenEstimator):
        return False
    return isinstance(estimator, CalibratedClassifierCV) or hasattr(estimator, "resampled_prior")


def _tells(name: str, value: Any) -> bool:
    if hasattr(value, "fit_resample"):
        return True
    if isinstance(value, FrozenEstimator):
        return is_classifier(value)
    neutral = NEUTRAL.get(name.rpartition("__")[2])
    return neutral is not None and not (np.ndim(value) == 0 and value in neutral)


def _known(
    learner: Any, name: str, value: Any, classes: NDArray[Any], counts: Floats
) -> Floats | None:
    """Tell how much the classes weigh together where one parameter says so; None if it does not."""
    if isinstance(learner, BALANCED_ENSEMBLES):
        balanced = name == "sampling_strategy" and value in BALANCING
        return np.ones(len(classes)) if balanced else None
    if _is_deaf(learner, len(classes)):
        return None
    match name, value:
        case "sample_weight", _:
            return counts * value
        case "class_weight", Mapping():
            return counts * [value.get(label, 1) for label in classes]
        case "class_weight" | "auto_class_weights", "balanced" | "Balanced":
            return np.ones(len(classes))
        case "auto_class_weights", "SqrtBalanced":
            return np.sqrt(counts)
        case "scale_pos_weight", _ if len(classes) == 2:
            return counts * [1, value]
        case "is_unbalance", True if len(classes) == 2:
            return np.ones(len(classes))
    return None


def _is_deaf(learner: Any, n_classes: int) -> bool:
    """Tell whether weights of classes move the probabilities less than they say, or otherwise."""
    if n_classes > 2 and getattr(learner, "solver", None) == "liblinear":
        return True  # one class against the rest, as below
    deaf = (*DEAF_TO_WEIGHTS, SGDClassifier) if n_classes > 2 else DEAF_TO_WEIGHTS
    return isinstance(learner, deaf) or hasattr(learner, "resampled_prior")


def _refuse(cause: str) -> NoReturn:
    raise ValueError(f"{cause} {WAYS_OUT}")
