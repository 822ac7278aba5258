"""What can be done about imbalance: one entry each."""

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from itertools import chain
from typing import Any, Protocol

import pandas as pd
from imblearn.ensemble import BalancedRandomForestClassifier, EasyEnsembleClassifier
from imblearn.over_sampling import ADASYN, SVMSMOTE, BorderlineSMOTE, KMeansSMOTE
from imblearn.under_sampling import EditedNearestNeighbours, TomekLinks

from ... import CGANOverSampler, GuardedOverSampler, JitterOverSampler, LSGANOverSampler
from ...naming import check_name
from ...seeding import seeded_copy
from .ensembles import Lesson, calibrated, in_place_of_learner, with_forest
from .lookup import import_object, load_from_file
from .models import Predictor
from .smote import (
    Cleaned,
    TableOverSampler,
    TableRandomOverSampler,
    TableScaledSMOTE,
    TableSMOTE,
)
from .synthesizers import TableCTGAN, TableTVAE
from .variants import VariantOverSampler

# The name of an optional module, and of the package that brings it.
PACKAGES = {
    "ctgan": "ctgan",
    "imblearn_extra": "imbalanced-learn-extra",
    "smote_variants": "smote-variants",
}

# What a strategy can be, from the least to the greatest effort.
KINDS = ("plain", "decision", "weights", "rows", "network", "ensemble")


class Sampler(Protocol):
    """Whatever resamples, as imbalanced-learn does it."""

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
        """Return the resampled rows and their classes."""
        ...


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
        place of the learner that is fitted once; without a sampler and weights.
    kind : str, default="rows"
        What it does: one of `KINDS`.
    by_default : bool, default=True
        Whether it is compared when no names are given, or only when its name is.
    needs : str, optional
        An optional module, a key of `PACKAGES`.
    """

    description: str
    make_sampler: Callable[[int], Sampler] | None = None
    class_weight: str | None = None
    tune_decision: bool = False
    learn: Callable[[Lesson], Predictor] | None = None
    kind: str = "rows"
    by_default: bool = True
    needs: str | None = None

    def __post_init__(self) -> None:
        if self.learn is not None and (self.make_sampler or self.class_weight):
            raise ValueError(
                "A strategy that learns in its own way gets the rows as they are: leave out its "
                "sampler and its weights, or learn."
            )


def _geometric_smote(neighbours: int) -> Any:
    from imblearn_extra.gsmote import GeometricSMOTE

    return GeometricSMOTE(k_neighbors=neighbours)


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
        lambda seed: JitterOverSampler(random_state=seed),
    ),
    "cgan": Strategy(
        "conditional GAN, non-saturating loss",
        lambda seed: CGANOverSampler(random_state=seed),
        kind="network",
    ),
    "lsgan": Strategy(
        "conditional least-squares GAN",
        lambda seed: LSGANOverSampler(random_state=seed),
        kind="network",
    ),
    "guarded_lsgan": Strategy(
        "the same, unless held-out rows speak against its rows",
        lambda seed: GuardedOverSampler(random_state=seed),
        kind="network",
        by_default=False,
    ),
    "calibrated": Strategy(
        "the rows as they are, probabilities calibrated by inner folds",
        learn=calibrated,
        kind="decision",
        by_default=False,
    ),
    "smote_scaled": Strategy(
        "SMOTE whose neighbours are found among columns of variance 1",
        TableScaledSMOTE,
        by_default=False,
    ),
    "borderline_smote": Strategy(
        "SMOTE from rows that are near other classes",
        partial(TableOverSampler, lambda neighbours: BorderlineSMOTE(k_neighbors=neighbours)),
        by_default=False,
    ),
    "adasyn": Strategy(
        "ADASYN: the more new rows, the more neighbours of other classes",
        partial(TableOverSampler, lambda neighbours: ADASYN(n_neighbors=neighbours)),
        by_default=False,
    ),
    "svm_smote": Strategy(
        "SMOTE from the support vectors of an SVM",
        partial(TableOverSampler, lambda neighbours: SVMSMOTE(k_neighbors=neighbours)),
        by_default=False,
    ),
    "kmeans_smote": Strategy(
        "SMOTE inside the clusters where the class is frequent",
        partial(TableOverSampler, lambda neighbours: KMeansSMOTE(k_neighbors=min(neighbours, 2))),
        by_default=False,
    ),
    "smote_tomek": Strategy(
        "SMOTE, then both rows of each Tomek link are taken away",
        lambda seed: Cleaned(TableSMOTE(seed), TomekLinks(sampling_strategy="all")),
        by_default=False,
    ),
    "smote_enn": Strategy(
        "SMOTE, then rows whose nearest neighbours are of other classes are taken away",
        lambda seed: Cleaned(TableSMOTE(seed), EditedNearestNeighbours(sampling_strategy="all")),
        by_default=False,
    ),
    "geometric_smote": Strategy(
        "Geometric SMOTE: new rows inside balls around rows of the class",
        partial(TableOverSampler, _geometric_smote),
        by_default=False,
        needs="imblearn_extra",
    ),
    "polynom_fit_smote": Strategy(
        "polynom-fit SMOTE, star: new rows between those of the class and their mean",
        partial(TableOverSampler, lambda _: VariantOverSampler("polynom_fit_SMOTE_star")),
        by_default=False,
        needs="smote_variants",
    ),
    "prowsyn": Strategy(
        "ProWSyn: the more new rows, the nearer the other classes",
        partial(
            TableOverSampler,
            lambda neighbours: VariantOverSampler("ProWSyn", {"n_neighbors": neighbours}),
        ),
        by_default=False,
        needs="smote_variants",
    ),
    "ctgan": Strategy(
        "CTGAN trained on all rows, and asked for the small classes",
        TableCTGAN,
        kind="network",
        by_default=False,
        needs="ctgan",
    ),
    "tvae": Strategy(
        "TVAE trained on the rows of each small class",
        TableTVAE,
        kind="network",
        by_default=False,
        needs="ctgan",
    ),
    "balanced_forest": Strategy(
        "instead of the learner a random forest, each tree of rows with equal classes",
        learn=in_place_of_learner(BalancedRandomForestClassifier),
        kind="ensemble",
        by_default=False,
    ),
    "easy_ensemble": Strategy(
        "instead of the learner ten times AdaBoost, each of rows with equal classes",
        learn=in_place_of_learner(EasyEnsembleClassifier),
        kind="ensemble",
        by_default=False,
    ),
    "with_forest": Strategy(
        "the rows as they are, the learner beside a random forest of 200 trees",
        learn=with_forest,
        kind="ensemble",
        by_default=False,
    ),
}


def pick_strategies(
    wanted: Iterable[str] | Mapping[str, Any] | None,
) -> dict[str, Strategy]:
    """Look strategies up by name, and make some out of a user's own samplers.

    Parameters
    ----------
    wanted : iterable of str, or mapping, or None
        Keys of `STRATEGIES`, import paths of samplers such as
        "imblearn.over_sampling.SMOTE(k_neighbors=3)", or Python files that define one class or
        object with ``fit_resample``, or one `Strategy`; or a mapping from a name of your own to one
        of these, to a `Strategy`, or to an object with ``fit_resample``. None means those of
        `STRATEGIES` that are ``by_default``, "all" among names means all of them; of these, those
        whose package is not installed are left out with a warning.

    Returns
    -------
    dict of str to Strategy

    Raises
    ------
    ValueError
        For an unknown name, and if nothing is asked for.
    TypeError
        For an object that cannot resample.
    ImportError
        If a strategy that was asked for by its name needs a package that is not installed; the
        message says how to install it.
    """
    if isinstance(wanted, str):
        wanted = [wanted]
    if wanted is None:
        return _installed({name: entry for name, entry in STRATEGIES.items() if entry.by_default})
    if not isinstance(wanted, Mapping):
        wanted = list(wanted)
        everything = _installed(STRATEGIES) if "all" in wanted else {}
        # By their names, of which each comes once.
        names = [[*everything] if name == "all" else [name] for name in wanted]
        wanted = {name: name for name in chain.from_iterable(names)}
    if not wanted:
        raise ValueError(f"No strategy was asked for. Known: {', '.join(STRATEGIES)}.")
    strategies = {name: _as_strategy(value) for name, value in wanted.items()}
    for name, strategy in strategies.items():
        if package := _missing_package(strategy):
            raise ImportError(f"{name} needs the package {package}: pip install {package}")
    return strategies


def _installed(strategies: dict[str, Strategy]) -> dict[str, Strategy]:
    missing = {
        name: package
        for name, strategy in strategies.items()
        if (package := _missing_package(strategy))
    }
    if missing:
        words = ", ".join(f"{name} (pip install {package})" for name, package in missing.items())
        warnings.warn(f"Left out, for want of a package: {words}.", stacklevel=4)
    return {name: strategy for name, strategy in strategies.items() if name not in missing}


def _missing_package(strategy: Strategy) -> str | None:
    if strategy.needs is None or find_spec(strategy.needs) is not None:
        return None
    return PACKAGES[strategy.needs]


def _as_strategy(value: Any) -> Strategy:
    if isinstance(value, str):
        if value in STRATEGIES or "." not in value:
            return STRATEGIES[check_name(value, STRATEGIES, "strategy")]
        described = value
        if value.endswith(".py"):
            value = load_from_file(value, _is_strategy, "strategy")
        else:
            value = import_object(value, "strategy")
        if not _is_strategy(value):
            raise ValueError(f"The strategy {described!r} has no fit_resample.")
    if isinstance(value, Strategy):
        return value
    if not _is_strategy(value):
        raise TypeError(
            f"{value!r} is no strategy. Give a name ({', '.join(STRATEGIES)}), a Strategy, or an "
            "object with fit_resample."
        )
    return Strategy(type(value).__name__, partial(seeded_copy, value))


def _is_strategy(value: Any) -> bool:
    return isinstance(value, Strategy) or hasattr(value, "fit_resample")
