"""Probabilities after resampling: back to the prior of the rows that were given."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn
from imblearn.combine import SMOTEENN
from imblearn.over_sampling import ADASYN, SMOTE, SVMSMOTE, RandomOverSampler
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import NearMiss
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import calibration_curve
from sklearn.datasets import make_blobs, make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from gansampler import (
    Enlarge,
    GuardedOverSampler,
    JitterOverSampler,
    PriorCorrectedClassifier,
)
from gansampler.calibration import correct_resampling


def oversampled(sampler=None):
    return make_pipeline(
        RandomOverSampler(random_state=0) if sampler is None else sampler, LogisticRegression()
    )


@parametrize_with_checks(
    [
        PriorCorrectedClassifier(LogisticRegression(), resampled_prior="balanced"),
        PriorCorrectedClassifier(oversampled()),
    ]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def data():
    return make_classification(4000, weights=[0.95], flip_y=0.02, class_sep=0.7, random_state=0)


class Unsure(ClassifierMixin, BaseEstimator):
    """Gives the same probabilities to every row, and the last class as its decision."""

    def __init__(self, probabilities=(0.5, 0.5)):
        self.probabilities = probabilities

    def fit(self, X, y, *, weight=None):
        self.classes_, self.weight_ = np.unique(y), weight
        return self

    def predict_proba(self, X):
        return np.tile(self.probabilities, (len(X), 1))

    def predict(self, X):
        return np.repeat(self.classes_[-1], len(X))


def test_formula_by_hand():
    # 0.6 * 0.9 / 0.5 = 1.08 and 0.4 * 0.1 / 0.5 = 0.08, of 1.16 together.
    np.testing.assert_allclose(
        correct_resampling([[0.6, 0.4]], lambda p: np.array([0.5 / 0.9, 0.5 / 0.1])),
        [[1.08 / 1.16, 0.08 / 1.16]],
    )
    np.testing.assert_allclose(correct_resampling([[0.6, 0.4]], lambda p: 1.0), [[0.6, 0.4]])
    assert correct_resampling(np.empty((0, 3)), np.ones_like).shape == (0, 3)


@pytest.mark.parametrize("power", [0, 1, 2, 4, 8])
@pytest.mark.parametrize("growth", [[0, 0.5], [0, 30], [0, 3000], [9, 0, 200], [1, 2, 3]])
def test_what_was_denser_where_it_was_likely_is_undone(growth, power):
    truth = np.random.default_rng(0).dirichlet(np.full(len(growth), 0.5), size=500)
    truth[:2] = np.eye(len(growth))[:2]

    def enrichment(probabilities):
        return 1 + np.array(growth) * probabilities**power

    learnt = truth * enrichment(truth)
    learnt /= learnt.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(correct_resampling(learnt, enrichment), truth, atol=1e-7)


@pytest.mark.parametrize(
    "prior",
    [
        {"c": 6, "a": 2, "b": 4},
        [2, 4, 6],
        pd.Series([1, 2, 3]) / 6,
        pd.Series({"c": 6, "a": 2, "b": 4}),
        pd.Series({"c": 6, "a": 2, "b": 4}, index=pd.CategoricalIndex(["c", "a", "b"])),
    ],
)
def test_three_classes_and_a_given_prior(prior):
    y = np.repeat(["a", "b", "c"], [10, 8, 2])
    model = PriorCorrectedClassifier(Unsure([0.2, 0.3, 0.5]), resampled_prior=prior)
    model.fit(np.zeros((20, 1)), y)
    np.testing.assert_allclose(model.prior_, [0.5, 0.4, 0.1])
    np.testing.assert_allclose(model.resampled_prior_, [1 / 6, 2 / 6, 3 / 6])
    # 0.2 * 0.5 * 6 = 0.6, then 0.3 * 0.4 * 3 = 0.36, then 0.5 * 0.1 * 2 = 0.1, of 1.06 together.
    expected = np.array([0.6, 0.36, 0.1]) / 1.06
    np.testing.assert_allclose(model.predict_proba(np.zeros((2, 1))), [expected, expected])
    assert model.predict(np.zeros((2, 1))).tolist() == ["c", "c"]


@pytest.mark.parametrize(
    "sampler", [RandomOverSampler(random_state=0), JitterOverSampler(random_state=0)]
)
def test_probabilities_are_better_than_uncorrected(data, sampler):
    X, X_test, y, y_test = train_test_split(*data, random_state=0, stratify=data[1])
    plain = oversampled(clone(sampler)).fit(X, y)
    model = PriorCorrectedClassifier(oversampled(clone(sampler))).fit(X, y)
    np.testing.assert_array_equal(model.predict(X_test), plain.predict(X_test))
    before, after = plain.predict_proba(X_test), model.predict_proba(X_test)
    assert log_loss(y_test, after) < 0.7 * log_loss(y_test, before)
    bias_before, bias_after = (p[:, 1].mean() - y_test.mean() for p in (before, after))
    assert bias_before > y_test.mean()
    assert abs(bias_after) < bias_before / 4


def test_sharpened_rows_need_more_than_the_change_of_the_prior(data):
    X, X_test, y, y_test = train_test_split(*data, random_state=0, stratify=data[1])
    pipeline = make_pipeline(JitterOverSampler(random_state=0), HistGradientBoostingClassifier())
    model = PriorCorrectedClassifier(pipeline).fit(X, y)
    by_prior = correct_resampling(
        model.estimator_.predict_proba(X_test), lambda p: model.resampled_prior_ / model.prior_
    )
    assert log_loss(y_test, model.predict_proba(X_test)) < 0.9 * log_loss(y_test, by_prior)


def expected_calibration_error(y, probability):
    share, mean = calibration_curve(y, probability, n_bins=10, strategy="quantile")
    return np.abs(share - mean).mean()


def test_probabilities_behind_enlargement_are_as_good_as_without_rows():
    """Where the learner can follow what the new rows say, that is; a straight line cannot."""
    losses = []
    for seed in range(3):
        table = make_classification(
            8000, 12, n_informative=5, weights=[0.9], flip_y=0.04, class_sep=0.8, random_state=seed
        )
        X, X_test, y, y_test = train_test_split(*table, train_size=1500, random_state=0)
        trees = HistGradientBoostingClassifier(random_state=0)
        sampler = JitterOverSampler(Enlarge(3), random_state=seed)
        model = PriorCorrectedClassifier(make_pipeline(sampler, trees)).fit(X, y)
        np.testing.assert_allclose(model.resampled_prior_, 0.5)
        ways = model, model.estimator_, clone(trees).fit(X, y)
        found = [each.predict_proba(X_test)[:, 1] for each in ways]
        kinds = (log_loss, brier_score_loss, expected_calibration_error)
        losses.append([[kind(y_test, p) for p in found] for kind in kinds])
    corrected, uncorrected, without = np.mean(losses, axis=0).T
    assert (corrected < [0.9, 0.95, 0.7] * uncorrected).all()
    assert (corrected < without).all()


def test_enrichment_counts_the_new_rows_of_every_class(data):
    sampler = JitterOverSampler(Enlarge(3), acceptance=None, random_state=0)
    _, y_new = sampler.fit_resample(*data)
    ratios = sampler.enrichment(np.full((2, 2), 0.5))
    expected = np.bincount(y_new) / np.bincount(data[1])
    np.testing.assert_allclose(ratios, [expected, expected])
    assert (expected >= 3).all()


@pytest.mark.parametrize("strategy", ["auto", Enlarge(3)])
def test_where_a_guard_lets_rows_pass_its_sampler_tells_where_they_lie(data, strategy):
    jitter = JitterOverSampler(random_state=0)
    guard = GuardedOverSampler(jitter, LogisticRegression(), standard_errors=1e9, random_state=0)
    guard.set_params(sampling_strategy=strategy)
    data = data[0][:800], data[1][:800]
    model = PriorCorrectedClassifier(oversampled(guard)).fit(*data)
    inner = model.estimator_[0].sampler_
    learnt = model.estimator_.predict_proba(data[0])
    expected = correct_resampling(learnt, inner.enrichment)
    np.testing.assert_array_equal(model.predict_proba(data[0]), expected)
    guard.set_params(standard_errors=-1e9).fit_resample(*data)
    assert not hasattr(guard, "enrichment")
    assert not hasattr(clone(guard), "enrichment")


@pytest.mark.parametrize(("standard_errors", "share"), [(-1e9, 0.06), (1e9, 0.5)])
def test_rows_that_a_guard_holds_back_change_no_prior(data, standard_errors, share):
    guard = GuardedOverSampler(
        RandomOverSampler(), LogisticRegression(), standard_errors=standard_errors, random_state=0
    )
    model = PriorCorrectedClassifier(oversampled(guard)).fit(*data)
    assert model.estimator_[0].held_back_ == (share < 0.5)
    np.testing.assert_allclose(model.resampled_prior_[1], share, atol=0.02)


def test_in_cross_validation(data):
    scores = [
        cross_val_score(model, *data, cv=3, scoring="neg_log_loss", error_score="raise").mean()
        for model in (oversampled(), PriorCorrectedClassifier(oversampled()))
    ]
    assert scores[1] > scores[0] + 0.1


def test_prior_of_several_oversamplers_and_of_none():
    X = np.random.default_rng(0).normal(size=(100, 2))
    y = pd.Series(np.repeat(["x", "y", "z"], [60, 30, 10]), dtype="category")
    steps = [
        *(StandardScaler(), RandomOverSampler(sampling_strategy={"z": 20}), "passthrough"),
        *(SMOTE(sampling_strategy={"y": 40, "z": 40}), LogisticRegression()),
    ]
    model = PriorCorrectedClassifier(make_pipeline(*steps)).fit(X, y)
    np.testing.assert_allclose(model.resampled_prior_, np.array([60, 40, 40]) / 140)
    model = PriorCorrectedClassifier(make_pipeline(LogisticRegression())).fit(X, y)
    np.testing.assert_allclose(model.resampled_prior_, model.prior_)
    np.testing.assert_allclose(model.predict_proba(X), model.estimator_.predict_proba(X))


@pytest.mark.parametrize(
    ("sampler", "data"),
    [
        (ADASYN(random_state=0), make_classification(400, weights=[0.9], random_state=0)),
        # Without rows near the border it adds about half.
        (
            SVMSMOTE(random_state=0),
            make_blobs([200, 40], centers=[[0, 0], [30, 0]], random_state=0),
        ),
    ],
)
def test_prior_is_counted_for_samplers_that_add_other_than_they_say(sampler, data):
    _, y = clone(sampler).fit_resample(*data)
    model = PriorCorrectedClassifier(oversampled(sampler)).fit(*data)
    assert model.resampled_prior_[1] == y.mean() != 0.5
    assert [name for name, _ in model.estimator_.steps] == [
        name for name, _ in model.estimator.steps
    ]


def test_frames_with_text_and_holes(mixed):
    X, y = mixed
    ends = make_pipeline(JitterOverSampler(random_state=0), Unsure([0.4, 0.3, 0.3]))
    model = PriorCorrectedClassifier(ends).fit(X, y)
    assert model.n_features_in_ == X.shape[1]
    assert model.feature_names_in_.tolist() == X.columns.tolist()
    np.testing.assert_allclose(model.prior_, [0.2, 0.75, 0.05])
    np.testing.assert_allclose(model.resampled_prior_, 1 / 3)
    assert model.classes_[model.predict_proba(X[:1]).argmax()] == "many"


def test_clone_and_pickle(data):
    X, y = data
    model = PriorCorrectedClassifier(oversampled(), resampled_prior={0: 1, 1: 1})
    assert clone(model).resampled_prior == {0: 1, 1: 1}
    model.fit(X, y)
    restored = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(restored.predict_proba(X), model.predict_proba(X))


def test_fit_parameters_reach_the_estimator_with_and_without_routing():
    X, y = np.zeros((4, 1)), [0, 0, 1, 1]
    model = PriorCorrectedClassifier(Unsure(), resampled_prior="balanced")
    assert model.fit(X, y, weight=3).estimator_.weight_ == 3
    with sklearn.config_context(enable_metadata_routing=True):
        routed = clone(model).set_params(estimator=Unsure().set_fit_request(weight=True))
        assert routed.fit(X, y, weight=3).estimator_.weight_ == 3
        with pytest.raises(TypeError, match="unexpected argument"):
            routed.fit(X, y, other=3)


REFUSED = [
    (oversampled(NearMiss()), "auto", "NearMiss does .*resampled_prior"),
    (oversampled(SMOTEENN()), "auto", "SMOTEENN does .*resampled_prior"),
    (oversampled(GuardedOverSampler(SMOTEENN())), "auto", "SMOTEENN does .*resampled_prior"),
    (oversampled(), "blanced", r"'blanced' must be .* which are \[0, 1\]"),
    (oversampled(), None, "None must be"),
    (oversampled(), [0.5, 0.3, 0.2], "one number above zero for each class"),
    (oversampled(), [1.0, 0.0], "above zero"),
    (oversampled(), [1.0, np.nan], "above zero"),
    (oversampled(), {0: 1.0}, "each class"),
    (oversampled(), {0: 1.0, 1: "much"}, "each class"),
    (LinearSVC(), "balanced", "LinearSVC gives no probabilities"),
]


@pytest.mark.parametrize(("estimator", "prior", "message"), REFUSED)
def test_what_cannot_be_known_is_refused_before_training(estimator, prior, message, monkeypatch):
    monkeypatch.setattr(type(estimator), "fit", lambda *_: pytest.fail("training has started"))
    model = PriorCorrectedClassifier(estimator, resampled_prior=prior)
    with pytest.raises(ValueError, match=message):
        model.fit(np.arange(4.0).reshape(-1, 1), [0, 0, 0, 1])
    assert not hasattr(model, "n_features_in_")


@pytest.mark.parametrize("y", [["a", None, "b", "b"], pd.Series([0, 1, None, 1], dtype="Int64")])
def test_a_missing_class_is_refused(y):
    with pytest.raises(ValueError, match="y contains NaN"):
        PriorCorrectedClassifier(oversampled()).fit(np.zeros((4, 1)), y)


@pytest.mark.parametrize(
    "kind", ["bool", "boolean", "category", "category of boolean", "bool[pyarrow]", "column"]
)
def test_classes_come_in_any_container(kind):
    X, y = make_classification(200, weights=[0.8], random_state=0)
    flags = pd.Series(y.astype(bool))
    if kind == "column":
        given = flags.to_frame("flag")
    elif kind == "category of boolean":
        given = flags.astype("boolean").astype("category")
    else:
        given = flags.astype(kind)
    expected = PriorCorrectedClassifier(oversampled(JitterOverSampler(random_state=0))).fit(X, y)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = clone(expected).fit(X, given)
    assert bool(caught) == (kind == "column"), "scikit-learn's classifiers warn of columns"
    assert model.classes_.tolist() == [False, True] and model.predict(X).dtype == bool
    np.testing.assert_array_equal(model.predict_proba(X), expected.predict_proba(X))


def test_one_hot_classes_are_refused_as_by_classifiers():
    X, y = make_classification(200, weights=[0.8], random_state=0)
    with pytest.raises(ValueError, match="y should be a 1d array"):
        PriorCorrectedClassifier(oversampled()).fit(X, np.eye(2)[y])
