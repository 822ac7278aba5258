"""What can be done about imbalance: one entry each."""

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from itertools import chain
from typing import Any

from imblearn.ensemble import BalancedRandomForestClassifier, EasyEnsembleClassifier
from imblearn.over_sampling import ADASYN, SVMSMOTE, BorderlineSMOTE, KMeansSMOTE
from imblearn.under_sampling import EditedNearestNeighbours, TomekLinks

from ... import (
    CGANOverSampler,
    Enlarge,
    GuardedOverSampler,
    JitterOverSampler,
    LSGANOverSampler,
)
from ...seeding import seeded_copy
from .ensembles import (
    InPlaceOfLearner,
    Lesson,
    calibrated,
    in_place_of_learner,
    judge,
    with_forest,
    with_judge,
)
from .learners import Predictor
from .lookup import by_name, find
from .table_samplers import (
    Cleaned,
    TableCTGAN,
    TableOverSampler,
    TableRandomOverSampler,
    TableSMOTE,
    TableTVAE,
    VariantOverSampler,
)

# The name of an optional module, and of the package that brings it.
PACKAGES = {
    "ctgan": "ctgan",
    "imblearn_extra": "imbalanced-learn-extra",
    "smote_variants": "smote-variants",
}

# What a strategy can be, from the least to the greatest effort.
KINDS = ("plain", "decision", "weights", "rows", "network", "ensemble")


@dataclass(frozen=True)
class Strategy:
    """A way to treat imbalance: new rows, weights, another decision, other models, or nothing.

    Parameters
    ----------
    description : str
        A few words for the report.
    make_sampler : callable, optional
        From a seed to an object with ``fit_resample``, which sees the rows to be fitted alone.
    class_weight : "balanced", optional
        Weight each row by the inverse size of its class, as scikit-learn does.
    tune_decision : bool, default=False
        Whether the decision is tuned by inner cross-validation, for each metric of labels; see
        `gansampler.evaluation.axes.decision.tune_decision`.
    learn : callable, optional
        From a `gansampler.evaluation.axes.ensembles.Lesson` to a model with ``predict_proba``, in
        place of the learner that is fitted once; without weights. With a sampler, the learner that
        the lesson fits gets the sampler's rows under those it is fitted on, and all else that
        learns beside it has the rows as they are. What fits a model in place of the learner, a
        `gansampler.evaluation.axes.ensembles.InPlaceOfLearner`, has no sampler beside it.
    kind : str, default="rows"
        What it does: one of `KINDS`.
    by_default : bool, default=True
        Whether it is compared when no names are given, or only when its name is.
    needs : str, optional
        An optional module, a key of `PACKAGES`.
    """

    description: str
    make_sampler: Callable[[int], Any] | None = None
    class_weight: str | None = None
    tune_decision: bool = False
    learn: Callable[[Lesson], Predictor] | None = None
    kind: str = "rows"
    by_default: bool = True
    needs: str | None = None

    def __post_init__(self) -> None:
        if self.learn is not None and self.class_weight:
            raise ValueError(
                "A strategy that learns in its own way gets the rows without weights: leave out "
                "its weights, or learn."
            )
        if self.make_sampler is not None and isinstance(self.learn, InPlaceOfLearner):
            raise ValueError(
                "A model in place of the learner gets no row of a sampler: leave out the sampler, "
                "or learn with the learner, as with_judge does."
            )


def _geometric_smote(neighbours: int) -> Any:
    from imblearn_extra.gsmote import GeometricSMOTE

    return GeometricSMOTE(k_neighbors=neighbours)


def _over(make_sampler: Callable[[int], Any]) -> Callable[[int], TableOverSampler]:
    return partial(TableOverSampler, make_sampler)


def _lsgan(seed: int, **params: Any) -> LSGANOverSampler:
    return LSGANOverSampler(random_state=seed, **params)


def _jitter(seed: int, **params: Any) -> JitterOverSampler:
    return JitterOverSampler(random_state=seed, **params)


def _enlarged(make_sampler: Callable[..., Any]) -> Callable[[int], Any]:
    return partial(make_sampler, sampling_strategy=Enlarge(3))


_on_request = partial(Strategy, by_default=False)

STRATEGIES: dict[str, Strategy] = {
    "none": Strategy("the rows as they are", kind="plain"),
    "tuned_threshold": Strategy(
        "the rows as they are, the decision threshold tuned inside the training part for each "
        "score",
        tune_decision=True,
        kind="decision",
    ),
    "class_weight": Strategy(
        "the rows as they are, weighted to balance the classes",
        class_weight="balanced",
        kind="weights",
    ),
    "random": Strategy("duplicates of random rows", TableRandomOverSampler),
    "smote": Strategy("SMOTE, SMOTENC or SMOTEN, as the columns ask", TableSMOTE),
    "jitter": Strategy(
        "the control without a network: jittered anchors, accepted by a classifier",
        _jitter,
    ),
    "cgan": Strategy(
        "conditional GAN, non-saturating loss",
        lambda seed: CGANOverSampler(random_state=seed),
        kind="network",
    ),
    "lsgan": Strategy(
        "conditional least-squares GAN",
        _lsgan,
        kind="network",
    ),
    "jitter_x3": Strategy(
        "the control without a network, every class three times as large as the largest",
        _enlarged(_jitter),
    ),
    "lsgan_x3": Strategy(
        "conditional least-squares GAN, every class three times as large as the largest",
        _enlarged(_lsgan),
        kind="network",
    ),
    "guarded_lsgan": _on_request(
        "LSGAN, classes balanced, enlarged or left as they are, as held-out rows speak for",
        lambda seed: GuardedOverSampler(random_state=seed),
        kind="network",
    ),
    "random_x3": _on_request(
        "duplicates, every class three times as large as the largest",
        _enlarged(TableRandomOverSampler),
    ),
    "smote_x3": _on_request(
        "SMOTE, every class three times as large as the largest", _enlarged(TableSMOTE)
    ),
    "calibrated": _on_request(
        "the rows as they are, probabilities calibrated by inner folds",
        learn=calibrated,
        kind="decision",
    ),
    "smote_scaled": _on_request(
        "SMOTE whose neighbours are found among columns of variance 1",
        partial(TableSMOTE, scaled=True),
    ),
    "borderline_smote": _on_request(
        "SMOTE from rows that are near other classes",
        _over(lambda neighbours: BorderlineSMOTE(k_neighbors=neighbours)),
    ),
    "adasyn": _on_request(
        "ADASYN: the more new rows, the more neighbours of other classes",
        _over(lambda neighbours: ADASYN(n_neighbors=neighbours)),
    ),
    "svm_smote": _on_request(
        "SMOTE from the support vectors of an SVM",
        _over(lambda neighbours: SVMSMOTE(k_neighbors=neighbours)),
    ),
    "kmeans_smote": _on_request(
        "SMOTE inside the clusters where the class is frequent",
        _over(lambda neighbours: KMeansSMOTE(k_neighbors=min(neighbours, 2))),
    ),
    "smote_tomek": _on_request(
        "SMOTE, then both rows of each Tomek link are taken away",
        lambda seed: Cleaned(TableSMOTE(seed), TomekLinks(sampling_strategy="all")),
    ),
    "smote_enn": _on_request(
        "SMOTE, then rows whose nearest neighbours are of other classes are taken away",
        lambda seed: Cleaned(TableSMOTE(seed), EditedNearestNeighbours(sampling_strategy="all")),
    ),
    "geometric_smote": _on_request(
        "Geometric SMOTE: new rows inside balls around rows of the class",
        _over(_geometric_smote),
        needs="imblearn_extra",
    ),
    "polynom_fit_smote": _on_request(
        "polynom-fit SMOTE, star: new rows between those of the class and their mean",
        _over(lambda _: VariantOverSampler("polynom_fit_SMOTE_star")),
        needs="smote_variants",
    ),
    "prowsyn": _on_request(
        "ProWSyn: the more new rows, the nearer the other classes",
        _over(lambda neighbours: VariantOverSampler("ProWSyn", {"n_neighbors": neighbours})),
        needs="smote_variants",
    ),
    "ctgan": _on_request(
        "CTGAN trained on all rows, and asked for the small classes",
        TableCTGAN,
        kind="network",
        needs="ctgan",
    ),
    "tvae": _on_request(
        "TVAE trained on the rows of each small class", TableTVAE, kind="network", needs="ctgan"
    ),
    "balanced_forest": _on_request(
        "instead of the learner a random forest, each tree of rows with equal classes",
        learn=in_place_of_learner(BalancedRandomForestClassifier),
        kind="ensemble",
    ),
    "easy_ensemble": _on_request(
        "instead of the learner ten times AdaBoost, each of rows with equal classes",
        learn=in_place_of_learner(EasyEnsembleClassifier),
        kind="ensemble",
    ),
    "with_forest": _on_request(
        "the rows as they are, the learner beside a random forest of 200 trees",
        learn=with_forest,
        kind="ensemble",
    ),
    "judge": _on_request(
        "instead of the learner the committee that judges the rows of the samplers",
        learn=InPlaceOfLearner(judge),
        kind="ensemble",
    ),
    "with_judge": _on_request(
        "the rows as they are, the learner beside the judge of the samplers",
        learn=with_judge,
        kind="ensemble",
    ),
    "jitter_x3_with_judge": _on_request(
        "the learner with the rows of jitter_x3, beside the judge without them",
        _enlarged(_jitter),
        learn=with_judge,
        kind="ensemble",
    ),
    "lsgan_x3_with_judge": _on_request(
        "the learner with the rows of lsgan_x3, beside the judge without them",
        _enlarged(_lsgan),
        learn=with_judge,
        kind="ensemble",
    ),
}


def pick_strategies(wanted: Iterable[str] | Mapping[str, Any] | None) -> dict[str, Strategy]:
    """Look strategies up by name, and make some out of a user's own samplers.

    None means those of `STRATEGIES` that are ``by_default``, "all" among names means all of them;
    of these, those whose package is not installed are left out with a warning. One that was asked
    for by its name needs it: an ImportError says how to install it.
    """
    if wanted is None:
        return _installed({name: entry for name, entry in STRATEGIES.items() if entry.by_default})
    if not isinstance(wanted, Mapping):
        wanted = [wanted] if isinstance(wanted, str) else list(wanted)
        everything = list(_installed(STRATEGIES)) if "all" in wanted else []
        names = [everything if name == "all" else [name] for name in wanted]
        wanted = list(chain.from_iterable(names))
    values = by_name(wanted, STRATEGIES, "strategy")
    strategies = {name: _as_strategy(value) for name, value in values.items()}
    for name, strategy in strategies.items():
        if package := _missing_package(strategy):
            raise ImportError(f"{name} needs the package {package}: pip install {package}")
    return strategies


def _installed(strategies: dict[str, Strategy]) -> dict[str, Strategy]:
    missing = {name: _missing_package(strategy) for name, strategy in strategies.items()}
    missing = {name: package for name, package in missing.items() if package}
    if missing:
        words = ", ".join(f"{name} (pip install {package})" for name, package in missing.items())
        warnings.warn(f"Left out, for want of a package: {words}.", stacklevel=4)
    return {name: strategy for name, strategy in strategies.items() if name not in missing}


def _missing_package(strategy: Strategy) -> str | None:
    if strategy.needs is None or find_spec(strategy.needs) is not None:
        return None
    return PACKAGES[strategy.needs]


def _as_strategy(value: Any) -> Strategy:
    found = find(value, STRATEGIES, "strategy", _is_strategy)
    if isinstance(found, Strategy):
        return found
    if _is_strategy(found):
        return Strategy(type(found).__name__, partial(seeded_copy, found))
    if isinstance(value, str):
        raise ValueError(f"The strategy {value!r} has no fit_resample.")
    raise TypeError(
        f"{value!r} is no strategy. Give a name ({', '.join(STRATEGIES)}), a Strategy, or an "
        "object with fit_resample."
    )


def _is_strategy(value: Any) -> bool:
    return isinstance(value, Strategy) or hasattr(value, "fit_resample")
