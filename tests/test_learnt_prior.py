"""What resamples or weighs inside a classifier is counted, or refused."""

import pickle

import numpy as np
import pytest
import sklearn
from imblearn.combine import SMOTEENN
from imblearn.ensemble import (
    BalancedBaggingClassifier,
    BalancedRandomForestClassifier,
    EasyEnsembleClassifier,
    RUSBoostClassifier,
)
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import Pipeline as SamplingPipeline
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler, TomekLinks
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import SelectFromModel
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from gansampler import GuardedOverSampler, JitterOverSampler, PriorCorrectedClassifier

X, y = make_classification(1500, weights=[0.9], flip_y=0.01, class_sep=0.5, random_state=0)
PLAIN = LogisticRegression().fit(X, y).predict_proba(X)
BALANCED = LogisticRegression(class_weight="balanced")


class Weighing(LogisticRegression):
    """Weighs as the boosted trees of LightGBM and CatBoost do."""

    def __init__(self, is_unbalance=False, auto_class_weights=None, C=1.0):
        super().__init__(C=C)
        self.is_unbalance = is_unbalance
        self.auto_class_weights = auto_class_weights

    def fit(self, X, y):
        classes, counts = np.unique(y, return_counts=True)
        power = 0.5 if self.auto_class_weights == "SqrtBalanced" else 1
        weighs = self.is_unbalance or self.auto_class_weights
        weights = (counts / counts.max()) ** -power if weighs else np.ones(len(classes))
        return super().fit(X, y, weights[np.searchsorted(classes, y)])


def duplicates(share="auto"):
    return RandomOverSampler(sampling_strategy=share, random_state=0)


def oversampled(last=None, share="auto"):
    return make_pipeline(duplicates(share), LogisticRegression() if last is None else last)


def search(estimator, **grid):
    return GridSearchCV(estimator, grid, cv=2, scoring="balanced_accuracy", error_score="raise")


def corrected(estimator, **fit_params):
    return PriorCorrectedClassifier(estimator).fit(X, y, **fit_params)


def deep_steps(model):
    return [name for name in model.get_params() if "class_counter" in name]


LINEAR = {
    "a pipeline in a pipeline": make_pipeline(StandardScaler(), oversampled()),
    "three deep": make_pipeline(StandardScaler(), make_pipeline(StandardScaler(), oversampled())),
    "inside scikit-learn's": Pipeline([("a", StandardScaler()), ("b", oversampled())]),
    "around scikit-learn's": make_pipeline(
        duplicates(), Pipeline([("a", StandardScaler()), ("b", LogisticRegression())])
    ),
    "a sampler on each level": oversampled(oversampled(), 0.3),
    "under-sampled": make_pipeline(RandomUnderSampler(random_state=0), LogisticRegression()),
    "weights": BALANCED,
    "weights in a pipeline": make_pipeline(StandardScaler(), BALANCED),
    "a dict of weights": LogisticRegression(class_weight={1: 6.0}),
    "weights of resampled rows": oversampled(BALANCED, 0.3),
    "more weights for resampled rows": oversampled(LogisticRegression(class_weight={1: 2}), 0.3),
    "is_unbalance": Weighing(is_unbalance=True),
    "auto_class_weights": oversampled(Weighing(auto_class_weights="Balanced"), 0.3),
    "square root": oversampled(Weighing(auto_class_weights="SqrtBalanced"), 0.3),
    "stochastic": SGDClassifier(
        loss="log_loss", class_weight="balanced", alpha=0.01, random_state=0
    ),
    "balanced bags": BalancedBaggingClassifier(LogisticRegression(), 5, random_state=0),
    "resampled balanced bags": oversampled(
        BalancedBaggingClassifier(LogisticRegression(), 5, random_state=0), 0.3
    ),
    "search over weights": search(LogisticRegression(), class_weight=[None, "balanced"]),
    "search over strategies": search(
        oversampled(), randomoversampler__sampling_strategy=[0.3, 0.8, "auto"]
    ),
    "search over samplers": search(
        make_pipeline(StandardScaler(), oversampled()),
        pipeline__randomoversampler=["passthrough", RandomUnderSampler(random_state=0)],
    ),
    "search in a pipeline": oversampled(search(LogisticRegression(), C=[0.1, 1]), 0.5),
    "tuned threshold": TunedThresholdClassifierCV(oversampled()),
    "fixed threshold": FixedThresholdClassifier(make_pipeline(StandardScaler(), BALANCED)),
    "calibrated": CalibratedClassifierCV(oversampled()),
    "calibrated behind a sampler": oversampled(CalibratedClassifierCV(BALANCED)),
    "stacked": StackingClassifier(
        [("a", oversampled()), ("b", BALANCED)], LogisticRegression(), cv=2
    ),
    "stacked behind a sampler": oversampled(
        StackingClassifier([("a", BALANCED)], LogisticRegression(), cv=2)
    ),
    "corrected inside": VotingClassifier(
        [("a", PriorCorrectedClassifier(oversampled())), ("b", LogisticRegression())], voting="soft"
    ),
    "weights of a transformer": make_pipeline(SelectFromModel(BALANCED), LogisticRegression()),
}


@pytest.mark.parametrize("name", LINEAR)
def test_probabilities_are_those_without_resampling(name):
    model = corrected(LINEAR[name])
    probabilities = model.predict_proba(X)
    assert abs(probabilities[:, 1].mean() - y.mean()) < 0.02
    assert log_loss(y, probabilities) < log_loss(y, PLAIN) + 0.02
    np.testing.assert_array_equal(model.predict(X), model.estimator_.predict(X))


TREES = {
    "balanced bags": BalancedBaggingClassifier(
        DecisionTreeClassifier(max_depth=4), 10, random_state=0
    ),
    "balanced forest": BalancedRandomForestClassifier(
        20, min_samples_leaf=5, random_state=0, n_jobs=1
    ),
    "easy ensemble": EasyEnsembleClassifier(3, AdaBoostClassifier(n_estimators=10), random_state=0),
    "tree": DecisionTreeClassifier(max_depth=4, class_weight="balanced"),
    "boosted": HistGradientBoostingClassifier(max_iter=15, max_depth=3, class_weight="balanced"),
    "xgboost": XGBClassifier(n_estimators=15, max_depth=3, scale_pos_weight=9, n_jobs=1),
    "search over weights of xgboost": search(
        XGBClassifier(n_estimators=15, max_depth=3, n_jobs=1), scale_pos_weight=[1, 9]
    ),
}


@pytest.mark.parametrize("name", TREES)
def test_trees_come_near_to_the_share(name):
    model = corrected(TREES[name])
    probabilities, before = model.predict_proba(X), model.estimator_.predict_proba(X)
    assert before[:, 1].mean() > 2 * y.mean()
    assert abs(probabilities[:, 1].mean() - y.mean()) < 0.05
    assert log_loss(y, probabilities) < log_loss(y, before) - 0.05


def test_shares_are_counted_by_weight():
    half = corrected(oversampled(LogisticRegression(class_weight={1: 2.0}), 0.5))
    np.testing.assert_allclose(half.resampled_prior_, 0.5)
    labels = np.repeat(["a", "b", "c"], [1000, 300, 200])
    weighing = LogisticRegression(class_weight={"b": 2, "c": 4})
    model = PriorCorrectedClassifier(weighing).fit(X, labels)
    np.testing.assert_allclose(model.resampled_prior_, np.array([10, 6, 8]) / 24)


def test_a_given_prior_wins():
    bags = BaggingClassifier(oversampled(), 3, random_state=0)
    model = PriorCorrectedClassifier(bags, resampled_prior="balanced").fit(X, y)
    assert abs(model.predict_proba(X)[:, 1].mean() - y.mean()) < 0.02


def test_a_sampler_tells_where_its_rows_lie_also_deep_inside_and_beside_weights():
    flat = corrected(make_pipeline(JitterOverSampler(random_state=0), LogisticRegression()))
    nested = corrected(
        make_pipeline(StandardScaler(with_std=False, with_mean=False), flat.estimator)
    )
    np.testing.assert_allclose(nested.predict_proba(X), flat.predict_proba(X))
    # The same weight for all rows of a class that is balanced already.
    weighed = make_pipeline(JitterOverSampler(random_state=0), BALANCED)
    np.testing.assert_allclose(
        corrected(weighed).predict_proba(X), flat.predict_proba(X), atol=1e-3
    )
    found = corrected(search(flat.estimator, logisticregression__C=[1.0]))
    np.testing.assert_allclose(found.predict_proba(X), flat.predict_proba(X))
    restored = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(restored.predict_proba(X), found.predict_proba(X))


@pytest.mark.parametrize("name", ["three deep", "around scikit-learn's", "search over samplers"])
def test_no_step_for_counting_stays(name):
    model = corrected(LINEAR[name])
    fitted = model.estimator_
    assert not deep_steps(model.estimator)
    assert not deep_steps(fitted)
    assert not deep_steps(getattr(fitted, "best_estimator_", fitted))


WEIGHTS = np.where(y == 1, 9.0, 1.0)


@pytest.mark.parametrize(
    ("estimator", "name"),
    [
        (LogisticRegression(), "sample_weight"),
        (search(LogisticRegression(), C=[1.0]), "sample_weight"),
        (
            make_pipeline(StandardScaler(), LogisticRegression()),
            "logisticregression__sample_weight",
        ),
        (
            make_pipeline(make_pipeline(StandardScaler(), LogisticRegression())),
            "pipeline__logisticregression__sample_weight",
        ),
    ],
)
def test_weights_of_rows_are_counted(estimator, name):
    model = corrected(estimator, **{name: WEIGHTS})
    assert model.estimator_.predict_proba(X)[:, 1].mean() > 0.3
    assert abs(model.predict_proba(X)[:, 1].mean() - y.mean()) < 0.02
    even = corrected(estimator, **{name: np.full(len(y), 2.0)})
    np.testing.assert_allclose(even.resampled_prior_, even.prior_)


@pytest.mark.parametrize(
    "around",
    [
        lambda learner: learner,
        lambda learner: make_pipeline(StandardScaler(), learner),
        lambda learner: search(make_pipeline(StandardScaler(), learner)),
    ],
)
def test_weights_of_rows_are_counted_where_they_are_routed(around):
    with sklearn.config_context(enable_metadata_routing=True):
        learner = LogisticRegression().set_fit_request(sample_weight="rows")
        model = corrected(around(learner), rows=WEIGHTS)
    assert model.estimator_.predict_proba(X)[:, 1].mean() > 0.3
    assert abs(model.predict_proba(X)[:, 1].mean() - y.mean()) < 0.02


def test_weights_for_a_transformer_change_nothing():
    model = corrected(
        make_pipeline(StandardScaler(), LogisticRegression()), standardscaler__sample_weight=WEIGHTS
    )
    np.testing.assert_allclose(model.resampled_prior_, model.prior_)


REFUSED = [
    (make_pipeline(SMOTEENN(), LogisticRegression()), "SMOTEENN does"),
    (make_pipeline(StandardScaler(), make_pipeline(TomekLinks(), BALANCED)), "TomekLinks does"),
    (search(make_pipeline(TomekLinks(), BALANCED)), "TomekLinks does"),
    (make_pipeline(GuardedOverSampler(SMOTEENN()), BALANCED), "SMOTEENN does"),
    (BaggingClassifier(oversampled()), "estimator__randomoversampler__sampling_strategy='auto'"),
    (BaggingClassifier(BALANCED), "estimator__class_weight='balanced'"),
    (AdaBoostClassifier(BALANCED), "estimator__class_weight='balanced'"),
    (OneVsRestClassifier(BALANCED), "estimator__class_weight='balanced'"),
    (OneVsRestClassifier(oversampled()), "estimator__randomoversampler"),
    (VotingClassifier([("a", BALANCED)], voting="soft"), "a__class_weight='balanced'"),
    (StackingClassifier([("a", BALANCED)], BALANCED), "final_estimator__class_weight='balanced'"),
    (RandomForestClassifier(class_weight="balanced_subsample"), "class_weight='balanced_subsample"),
    (SVC(probability=True, class_weight="balanced"), "class_weight='balanced'"),
    (RUSBoostClassifier(), "sampling_strategy='auto'"),
    (EasyEnsembleClassifier(sampling_strategy={0: 200}), "sampling_strategy={0: 200}"),
    (BalancedBaggingClassifier(sampling_strategy=0.5), "sampling_strategy=0.5"),
    (BalancedBaggingClassifier(sampler=JitterOverSampler()), r"sampler=JitterOverSampler\(\)"),
    (BalancedBaggingClassifier(BALANCED), "estimator__class_weight='balanced'"),
    (BalancedRandomForestClassifier(class_weight={1: 2}), "class_weight={1: 2}"),
    (LogisticRegression(class_weight={1: 0}), "no weight above zero"),
    (GaussianNB(priors=[0.5, 0.5]), r"priors=\[0.5, 0.5\]"),
    (FrozenEstimator(LogisticRegression().fit(X, y)), "FrozenEstimator"),
    (VotingClassifier([("a", FrozenEstimator(BALANCED))], voting="soft"), "a=FrozenEstimator"),
]


@pytest.mark.parametrize(("estimator", "message"), REFUSED)
@pytest.mark.parametrize("around", [lambda e: e, lambda e: make_pipeline(StandardScaler(), e)])
def test_what_is_not_known_is_refused_before_training(estimator, message, around, monkeypatch):
    for kind in (type(estimator), StandardScaler, SamplingPipeline):
        monkeypatch.setattr(kind, "fit", lambda *_: pytest.fail("training has started"))
    with pytest.raises(ValueError, match=f"{message}.*resampled_prior"):
        corrected(around(estimator))


def test_weights_that_are_not_known_are_refused():
    with pytest.raises(ValueError, match="sample_weight belongs to is not known behind a sampler"):
        corrected(oversampled(), logisticregression__sample_weight=WEIGHTS)
    with pytest.raises(ValueError, match="class_weight='balanced', sample_weight=array"):
        corrected(BALANCED, sample_weight=WEIGHTS)
    with pytest.raises(ValueError, match=r"RandomForestClassifier makes .* sample_weight=array"):
        corrected(RandomForestClassifier(), sample_weight=WEIGHTS)
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[1500, 3\]"):
        corrected(LogisticRegression(), sample_weight=[1, 2, 3])


@pytest.mark.parametrize(
    "learner",
    [
        SGDClassifier(loss="log_loss", class_weight="balanced"),
        XGBClassifier(scale_pos_weight=2),
        Weighing(is_unbalance=True),
    ],
)
def test_weights_of_one_class_against_another_are_refused_for_three(learner):
    with pytest.raises(ValueError, match=f"{type(learner).__name__} makes"):
        PriorCorrectedClassifier(learner).fit(X, np.arange(len(X)) % 3)


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ({"randomoversampler": [TomekLinks()]}, "TomekLinks does"),
        ({"logisticregression": [oversampled()]}, "could not be counted"),
        ({"logisticregression": [GaussianNB(priors=[0.5, 0.5])]}, "priors="),
    ],
)
def test_what_a_search_finds_is_refused_where_it_is_not_known(grid, message):
    model = PriorCorrectedClassifier(search(oversampled(), **grid))
    with pytest.raises(ValueError, match=f"{message}.*resampled_prior"):
        model.fit(X, y)
    assert not hasattr(model, "estimator_")


def test_a_lost_class_is_refused():
    model = PriorCorrectedClassifier(
        make_pipeline(RandomUnderSampler(sampling_strategy={0: 0}), LogisticRegression())
    )
    labels = np.arange(len(X)) % 3
    with pytest.raises(ValueError, match=r"Some of the classes \[0, 1, 2\]"):
        model.fit(X, labels)


@pytest.mark.parametrize(
    "transformer",
    [
        make_pipeline(duplicates(), StandardScaler()),
        ColumnTransformer([("a", make_pipeline(duplicates(), StandardScaler()), [0, 1])]),
    ],
)
@pytest.mark.parametrize("kind", [Pipeline, SamplingPipeline])
def test_rows_that_a_transformer_adds_are_an_error(transformer, kind):
    steps = [("transformer", transformer), ("learner", LogisticRegression())]
    with pytest.raises((TypeError, ValueError), match=r"inconsistent numbers|not be Pipelines"):
        corrected(kind(steps))
