"""What a user meets: classes, tables, bad input, interruptions."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from imblearn.over_sampling import SMOTE
from sklearn.exceptions import NotFittedError
from sklearn.svm import LinearSVC
from torch import nn

from gansampler import CGANOverSampler, JitterOverSampler, LSGANOverSampler
from gansampler import gan as gan_module
from gansampler.acceptance import Acceptance, ClassifierAcceptance
from gansampler.anchors import NeighborAnchors, TreeAnchors
from gansampler.losses import (
    GradientPenalty,
    LeastSquares,
    RelativisticLeastSquares,
    Wasserstein,
    WassersteinGP,
)

FAST = {"steps": 2, "batch_size": 32, "hidden_sizes": (8,), "random_state": 0}
KINDS = [
    pytest.param(lambda **kw: LSGANOverSampler(**FAST, **kw), id="lsgan"),
    pytest.param(
        lambda **kw: CGANOverSampler(**FAST, anchor=None, acceptance=None, **kw), id="plain cgan"
    ),
    pytest.param(lambda **kw: JitterOverSampler(random_state=0, **kw), id="jitter"),
    pytest.param(
        lambda **kw: JitterOverSampler(random_state=0, **{"anchor": "trees", **kw}), id="trees"
    ),
]
each_kind = pytest.mark.parametrize("make", KINDS)


@each_kind
def test_a_frame_of_every_dtype_goes_through(make, mixed):
    X, y = mixed
    before = X.copy(), y.copy()
    sampler = make()
    X_new, y_new = sampler.fit_resample(X, y)
    pd.testing.assert_frame_equal(X, before[0])
    pd.testing.assert_series_equal(y, before[1])
    pd.testing.assert_frame_equal(X_new[: len(X)], X)
    pd.testing.assert_series_equal(y_new[: len(y)], y)
    assert Counter(y_new) == {"many": 90, "few": 90, "rare": 90}
    np.testing.assert_array_equal(sampler.synthetic_mask_, np.arange(270) >= 120)
    generated = X_new[sampler.synthetic_mask_]
    for name in X:
        assert set(generated[name].dropna()) <= set(X[name].dropna())
    more = sampler.sample(5, "few")
    assert (more.dtypes == X.dtypes).all()
    assert list(more.index) == list(range(5))


@pytest.mark.parametrize("make", KINDS[::2])
def test_holes_come_at_the_rate_of_their_class(make):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [600, 150, 150])
    X = pd.DataFrame(rng.normal(size=(900, 4)) + y[:, None]).add_prefix("x")
    rates = {1: 0.7, 2: 0.2}
    X["x0"] = X["x0"].mask(rng.random(900) < np.select([y == 1, y == 2], [0.7, 0.2], 0.5))
    X_new, y_new = make().fit_resample(X, y)
    for label, rate in rates.items():
        made = X_new["x0"][900:][y_new[900:] == label]
        assert made.isna().mean() == pytest.approx(rate, abs=0.12)


@each_kind
@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("auto", {0: 100, 1: 100, 2: 100}),
        ("minority", {0: 100, 1: 40, 2: 100}),
        ("all", {0: 100, 1: 100, 2: 100}),
        ({0: 130, 2: 11}, {0: 130, 1: 40, 2: 11}),
        (lambda y: {1: 50}, {0: 100, 1: 50, 2: 10}),
    ],
)
def test_every_sampling_strategy(make, strategy, expected):
    X = np.random.default_rng(0).normal(size=(150, 3))
    y = np.repeat([0, 1, 2], [100, 40, 10])
    X_new, y_new = make(sampling_strategy=strategy).fit_resample(X, y)
    assert Counter(y_new.tolist()) == expected
    assert len(X_new) == len(y_new)


@pytest.mark.parametrize("n", [np.nan, np.inf, 30.5, "30", None, 2**70, 10**400, [30]])
@pytest.mark.parametrize("how", [lambda asked: asked, lambda asked: lambda y: asked])
def test_a_sampling_strategy_of_no_whole_rows_is_refused(how, n):
    with pytest.raises(ValueError, match=r"sampling_strategy asks for .* rows of class 1: give a"):
        JitterOverSampler(how({1: n})).fit_resample(GOOD, LABELS)


def test_a_sampling_strategy_that_makes_no_dict_is_refused():
    with pytest.raises(TypeError, match=r"sampling_strategy=.*must give a dict.*it gave \[30\]"):
        JitterOverSampler(lambda y: [30]).fit_resample(GOOD, LABELS)


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("kind", [int, float, np.float64, np.float16, np.int8, np.uint64])
def test_whole_rows_may_be_of_any_type_of_number(kind):
    _, y_new = JitterOverSampler({1: kind(30)}, acceptance=None).fit_resample(GOOD, LABELS)
    assert Counter(y_new.tolist())[1] == 30


def test_a_share_as_sampling_strategy():
    X, y = np.random.default_rng(0).normal(size=(120, 3)), np.repeat(["a", "b"], [100, 20])
    _, y_new = LSGANOverSampler(0.5, **FAST).fit_resample(X, y)
    assert Counter(y_new.tolist()) == {"a": 100, "b": 50}


@each_kind
def test_balanced_rows_train_nothing_and_come_back(make, monkeypatch):
    X, y = np.random.default_rng(0).normal(size=(20, 3)), np.repeat([0, 1], 10)
    monkeypatch.setattr(gan_module, "train", None)
    sampler = make()
    X_new, y_new = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(X_new, X)
    np.testing.assert_array_equal(y_new, y)
    assert not sampler.synthetic_mask_.any()
    assert sampler.history_ == []
    assert sampler.generator_ is None
    assert dict(sampler.sampling_strategy_) == {1: 0}
    with pytest.raises(ValueError, match=r"took no part in .* in `sampling_strategy`\.$"):
        sampler.sample(3, 1)


@each_kind
@pytest.mark.parametrize("rows", [1, 2, "constant"])
def test_classes_that_cannot_be_learnt_are_duplicated_with_one_warning(make, rows):
    rng = np.random.default_rng(0)
    few = rng.normal(size=(rows, 3)) if rows != "constant" else np.ones((9, 3))
    X = np.concatenate([rng.normal(size=(40, 3)), rng.normal(size=(12, 3)), few])
    y = np.repeat(["a", "b", "c"], [40, 12, len(few)]).astype(object)
    with pytest.warns(UserWarning, match="rows are duplicated instead: 'c'") as caught:
        X_new, y_new = make().fit_resample(X, y)
    assert len(caught) == 1
    assert Counter(y_new.tolist()) == {"a": 40, "b": 40, "c": 40}
    made = X_new[len(X) :][y_new[len(X) :] == "c"]
    assert {tuple(row) for row in made} <= {tuple(row) for row in few}


def test_a_class_of_three_rows_is_learnt():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(63, 4)), np.repeat([0, 1], [60, 3])
    X_new, y_new = LSGANOverSampler(**FAST).fit_resample(X, y)
    assert Counter(y_new.tolist()) == {0: 60, 1: 60}
    assert len(np.unique(X_new[63:], axis=0)) > 20


@each_kind
def test_one_row_of_a_majority_and_all_categorical_columns(make):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.choice(list("abc"), (60, 4))).add_prefix("x").astype("category")
    X_new, _ = make().fit_resample(X, np.repeat([0, 1], [50, 10]))
    assert (X_new.dtypes == X.dtypes).all()


def test_more_rows_of_a_class_that_took_no_part():
    X, y = np.random.default_rng(0).normal(size=(60, 3)), np.repeat([0, 1], [50, 10])
    sampler = LSGANOverSampler(train_on="minority", **FAST)
    sampler.fit_resample(X, y)
    assert sampler.sample(4, 1).shape == (4, 3)
    with pytest.raises(ValueError, match=r"Class 0 took no part.*train_on='all'"):
        sampler.sample(4, 0)
    with pytest.raises(ValueError, match=r"label=7 is not a class; the classes are \[0, 1\]"):
        sampler.sample(4, 7)
    with pytest.raises(ValueError, match="n=-1 must be a whole number"):
        sampler.sample(-1, 1)
    assert sampler.sample(0, 1).shape == (0, 3)
    both = LSGANOverSampler(**FAST)
    both.fit_resample(X, y)
    assert both.sample(4, 0).shape == (4, 3)
    with pytest.raises(NotFittedError):
        LSGANOverSampler().sample(1, 0)


GOOD = np.random.default_rng(0).normal(size=(60, 3))
LABELS = np.repeat([0, 1], [50, 10])
WITH_INFINITY = pd.DataFrame(GOOD, columns=["a", "b", "c"]).replace(GOOD[4, 1], np.inf)
TWICE = pd.DataFrame(GOOD, columns=["a", "b", "a"])


@pytest.mark.parametrize(
    ("settings", "X", "y", "message"),
    [
        ({}, WITH_INFINITY, LABELS, r"infinity in the columns \['b'\]"),
        ({}, WITH_INFINITY.to_numpy(), LABELS, "infinity"),
        ({}, WITH_INFINITY.to_numpy().astype(object), LABELS, r"infinity in the columns \[1\]"),
        ({}, WITH_INFINITY[["a"]].astype("complex64"), LABELS, "Complex data not supported"),
        ({}, TWICE, LABELS, "more than one column named 'a'"),
        ({}, GOOD, np.zeros(60), "more than 1 class"),
        ({}, GOOD, np.linspace(0, 1, 60), "continuous"),
        ({}, GOOD, np.where(LABELS == 1, np.nan, 0.0), "y contains NaN"),
        ({}, GOOD, LABELS[:40], "inconsistent numbers of samples"),
        ({}, GOOD[:0], LABELS[:0], r"0 sample\(s\)"),
        ({}, pd.DataFrame(GOOD)[[]], LABELS, r"0 feature\(s\)"),
        ({"sampling_strategy": {1: 5}}, GOOD, LABELS, "greater or equal to the original"),
        ({"sampling_strategy": {7: 50}}, GOOD, LABELS, "not present in the data"),
        ({"sampling_strategy": 0.1}, GOOD, LABELS, "remove samples|ratio"),
        ({"sampling_strategy": "everything"}, GOOD, LABELS, "'sampling_strategy' parameter"),
        ({"categorical_features": [3]}, GOOD, LABELS, "does not fit a table of 3 columns"),
        ({"batch_size": 0}, GOOD, LABELS, r"'batch_size'.*\[1, inf\)"),
        ({"batch_size": 10, "pac": 4}, GOOD, LABELS, "multiple of pac=4"),
        ({"batch_size": 4, "pac": 4, "batch_norm": "both"}, GOOD, LABELS, "at least two packs"),
        ({"loss": "lsgan"}, GOOD, LABELS, "'loss' parameter"),
        ({"penalty": "r3"}, GOOD, LABELS, "'penalty' parameter"),
        ({"optimizer": "sgd"}, GOOD, LABELS, "'optimizer' parameter"),
        ({"learning_rate": (1e-3, 1e-3, 1e-3)}, GOOD, LABELS, "a pair of them"),
        ({"learning_rate": []}, GOOD, LABELS, "a pair of them"),
        ({"learning_rate": (1e-3, np.inf)}, GOOD, LABELS, "a pair of them"),
        ({"learning_rate": -1.0}, GOOD, LABELS, "'learning_rate' parameter"),
        ({"learning_rate": 1e300}, GOOD, LABELS, "Good ones lie between"),
        ({"learning_rate": (10**400, 1e-3)}, GOOD, LABELS, "Good ones lie between"),
        ({"hidden_sizes": (8, 0)}, GOOD, LABELS, "hidden_sizes"),
        ({"hidden_sizes": [True]}, GOOD, LABELS, "hidden_sizes"),
        ({"anchor": "nearest"}, GOOD, LABELS, "'anchor' parameter"),
        ({"acceptance": "all"}, GOOD, LABELS, "'acceptance' parameter"),
        ({"device": "abacus"}, GOOD, LABELS, "device='abacus' cannot be used here"),
        (
            {"device": "meta"},
            GOOD,
            LABELS,
            r"device='meta' cannot be used here \(.*'auto' or 'cpu'",
        ),
    ],
)
def test_bad_input_is_refused_before_training(settings, X, y, message, monkeypatch):
    monkeypatch.setattr(gan_module, "train", lambda *_, **__: pytest.fail("trained"))
    sampler = CGANOverSampler(**settings)
    with pytest.raises(ValueError, match=message):
        sampler.fit_resample(X, y)
    assert not [name for name in vars(sampler) if name.endswith("_")]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"anchor": NeighborAnchors(0)}, "'n_neighbors' parameter of NeighborAnchors"),
        ({"anchor": NeighborAnchors(jitter=np.nan)}, "'jitter' parameter"),
        ({"anchor": NeighborAnchors(jitter=-0.5)}, "'jitter' parameter"),
        ({"anchor": TreeAnchors(0)}, "'n_trees' parameter of TreeAnchors"),
        ({"anchor": TreeAnchors(min_samples_leaf=0)}, "'min_samples_leaf' parameter"),
        ({"acceptance": ClassifierAcceptance(LinearSVC())}, "'classifier' .* 'predict_proba'"),
        ({"acceptance": ClassifierAcceptance(sharpness="2")}, "'sharpness' parameter"),
        ({"acceptance": ClassifierAcceptance(sharpness=np.nan)}, "'sharpness' parameter"),
        ({"acceptance": ClassifierAcceptance(sharpness=np.inf)}, "'sharpness' parameter"),
        ({"acceptance": ClassifierAcceptance(sharpness=-1)}, "'sharpness' parameter"),
        ({"moved": 1.5}, "'moved' parameter"),
        ({"loss": LeastSquares("a")}, "'a' parameter of LeastSquares"),
        ({"loss": Wasserstein(-1.0)}, "'clip' parameter"),
        ({"loss": WassersteinGP(-3.0)}, "'weight' parameter"),
        ({"loss": GradientPenalty()}, r"loss=GradientPenalty\(\) .* as `penalty`"),
        ({"penalty": GradientPenalty(-1)}, "'on_real' parameter"),
        ({"discriminator": lambda i, o: nn.Linear(i, 2)}, "`discriminator` returns must map"),
    ],
)
def test_parts_that_cannot_work_are_refused_before_anything_is_learnt(
    settings, message, monkeypatch
):
    for part in (NeighborAnchors, ClassifierAcceptance):
        monkeypatch.setattr(part, "fit", lambda *_: pytest.fail("fitted"))
    with pytest.raises(ValueError, match=message):
        CGANOverSampler(**settings).fit_resample(GOOD, LABELS)


def test_a_rule_without_sensible_weights_ends_in_an_error():
    class Unknown(Acceptance):
        def fit(self, Z, codes, encoder, rng):
            return self

        def weigh(self, Z, code):
            return np.full(len(Z), np.nan)

    with pytest.raises(ValueError, match=r"acceptance=Unknown\(\) must give each of"):
        JitterOverSampler(acceptance=Unknown()).fit_resample(GOOD, LABELS)


@pytest.mark.parametrize(("moved", "share"), [(0, 0), (0.25, 0.25), (1, 1)])
def test_so_many_candidates_are_moved_and_the_others_stay_at_their_anchors(moved, share):
    X = np.random.default_rng(0).normal(size=(120, 2))
    y = np.repeat([0, 1], [100, 20])
    sampler = LSGANOverSampler(moved=moved, acceptance=None, steps=2, random_state=0)
    sampler.fit_resample(X, y)
    sampler.gan_.propose = lambda codes, *_: np.full((len(codes), 2), 9, dtype=np.float32)
    at_the_top = (sampler.sample(2_000, 1) == X.max(axis=0)).all(axis=1)
    assert at_the_top.mean() == pytest.approx(share, abs=0.04)


def test_no_classes_at_all_are_refused_as_by_imbalanced_learn():
    messages = []
    for sampler in (SMOTE(), LSGANOverSampler()):
        with pytest.raises(ValueError) as caught:
            sampler.fit_resample(GOOD, None)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def test_a_whole_number_is_a_learning_rate_and_any_least_squares_a_loss():
    sampler = LSGANOverSampler(loss=RelativisticLeastSquares(), learning_rate=1, **FAST)
    assert sampler.fit_resample(GOOD, LABELS)[0].shape == (100, 3)


@each_kind
def test_numbers_of_the_other_byte_order(make):
    expected, _ = make().fit_resample(GOOD, LABELS)
    X_new, _ = make().fit_resample(GOOD.astype(GOOD.dtype.newbyteorder()), LABELS)
    np.testing.assert_array_equal(X_new, expected)


def test_sparse_rows_are_refused_with_the_way_out():
    with pytest.raises(TypeError, match=r"Sparse data was passed for X.*toarray"):
        LSGANOverSampler().fit_resample(scipy.sparse.csr_matrix(GOOD), LABELS)


def test_an_unknown_parameter_is_refused():
    with pytest.raises(TypeError, match="epochs"):
        LSGANOverSampler(epochs=3)
    with pytest.raises(ValueError, match="'loss' parameter"):
        LSGANOverSampler(loss="hinge").fit_resample(GOOD, LABELS)


def test_an_interrupted_fit_leaves_an_estimator_that_was_never_fitted(monkeypatch):
    sampler = LSGANOverSampler(**FAST)
    sampler.fit_resample(GOOD, LABELS)

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(gan_module, "train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sampler.fit_resample(GOOD, LABELS)
    assert not [name for name in vars(sampler) if name.endswith("_")]
    with pytest.raises(NotFittedError):
        sampler.sample(1, 1)


def test_the_progress_bar_is_shown_when_asked_for(capsys):
    LSGANOverSampler(**FAST).fit_resample(GOOD, LABELS)
    assert capsys.readouterr().err == ""
    LSGANOverSampler(verbose=1, **FAST).fit_resample(GOOD, LABELS)
    assert "LSGANOverSampler: 100%" in capsys.readouterr().err


@pytest.mark.parametrize("hole", [None, pd.NaT, pd.NA, np.nan], ids=str)
def test_holes_among_objects_stay_what_they_are(hole):
    frame = pd.DataFrame({"all": [hole] * 12, "some": [hole, "a"] * 6}, dtype=object)
    sampler = JitterOverSampler(random_state=0)
    X, _ = sampler.fit_resample(frame.assign(n=np.arange(12.0)), [0] * 8 + [1] * 4)
    for rows in (X, sampler.sample(20, 1)):
        assert set(map(type, rows["all"])) == {type(hole)}
        assert set(map(type, rows["some"])) <= {type(hole), str}


def overlapping():
    y = np.repeat([0, 1], [90, 30])
    return np.random.default_rng(0).normal(size=(120, 2)) + y[:, None], y


def test_each_new_row_has_the_judges_probability_as_its_weight():
    X, y = overlapping()
    sampler = JitterOverSampler(random_state=0)
    X_new, y_new = sampler.fit_resample(X, y)
    judge = sampler.acceptance_
    sure = judge.judge_.predict_proba(judge.view_(sampler.encoder_.transform(X_new)))
    expected = np.where(sampler.synthetic_mask_, sure[np.arange(len(y_new)), y_new], 1)
    np.testing.assert_allclose(sampler.sample_weight_, expected, atol=1e-6)
    assert 0 < sampler.sample_weight_.min() < sampler.sample_weight_.max() == 1


def test_without_a_judge_every_row_counts_alike():
    sampler = JitterOverSampler(acceptance=None, random_state=0)
    _, y_new = sampler.fit_resample(*overlapping())
    np.testing.assert_array_equal(sampler.sample_weight_, np.ones(len(y_new)))


def test_weights_of_the_rows_are_refused_with_the_way_out():
    X, y = overlapping()
    with pytest.raises(TypeError, match=r"X and y alone, not \['sample_weight'\].*the learner"):
        JitterOverSampler().fit_resample(X, y, sample_weight=np.ones(len(y)))
