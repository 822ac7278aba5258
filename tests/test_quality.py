"""One report on generated rows, whatever the table, the sampler and the class."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE, RandomOverSampler
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_info

import gansampler
from gansampler import ConditionalGAN, JitterOverSampler, LSGANOverSampler, metrics, quality_report
from gansampler.quality import QualityReport
from gansampler.quality.figures import FIGURES

WAYS = ["duplicates", "SMOTE", "real held-out rows"]
FAST = {"random_state": 0, "steps": 2, "batch_size": 32, "hidden_sizes": (8,), "latent_dim": 4}


class Given:
    """A sampler whose rows and whose history are given."""

    def __init__(self, rows, history=()):
        self.rows, self.history_ = rows, list(history)

    def get_params(self, deep=True):
        return {}

    def sample(self, n, label):
        return self.rows[:n]


@pytest.fixture(scope="module")
def data():
    X, y = make_classification(400, n_features=6, weights=[0.7], random_state=0)
    return pd.DataFrame(X).add_prefix("x"), pd.Series(y)


@pytest.fixture(scope="module")
def real(data):
    X, y = data
    own = X[y == 1].reset_index(drop=True)
    return own[:60], own[60:]


@pytest.fixture
def quick_judge(monkeypatch):
    """A linear two-sample test, where its verdict does not matter."""
    quick = partial(metrics.two_sample_auc, classifier=LogisticRegression(), folds=2)
    monkeypatch.setattr(metrics, "two_sample_auc", quick)


def test_every_dtype_with_holes_has_every_figure(mixed):
    X, y = mixed
    before = X.copy()
    sampler = LSGANOverSampler(**FAST)
    report = quality_report(sampler, X, y, label="many")
    assert list(report.frame.index) == ["LSGANOverSampler", *WAYS]
    assert list(report.frame.columns) == list(FIGURES)
    assert report.frame.notna().all(axis=None)
    assert list(report.by_column.index) == list(X.columns)
    assert report.by_column.apply(lambda column: column.between(0, 1)).all(axis=None)
    assert (report.n_training, report.n_held_out, report.n_rows) == (45, 45, 22)
    pd.testing.assert_frame_equal(X, before)
    assert not hasattr(sampler, "history_")


@pytest.mark.usefixtures("quick_judge")
def test_the_smallest_class_is_looked_at_and_too_few_rows_are_refused(mixed):
    X, y = mixed
    with pytest.raises(ValueError, match="Class 'rare' has 6 rows, and a report needs 24 of them"):
        quality_report(JitterOverSampler(), X, y)
    report = quality_report(JitterOverSampler(), X, y, label="few")
    assert (report.label, report.n_training, report.n_rows) == ("few", 12, 6)
    report = quality_report(JitterOverSampler(), X[y != "rare"], y[y != "rare"])
    assert report.label == "few"


def test_copies_and_real_rows_are_known_by_their_figures(data):
    frame = quality_report(JitterOverSampler(), *data).frame
    share, ratio = frame["nearest_training_share"], frame["nearest_neighbour_distance_ratio"]
    assert share["duplicates"] > 0.9
    assert ratio["duplicates"] == 0
    assert share["duplicates"] > share["SMOTE"] > share["real held-out rows"]
    assert ratio["duplicates"] < ratio["SMOTE"] < ratio["real held-out rows"]
    assert abs(frame.loc["real held-out rows", "two_sample_auc"] - 0.5) < 0.2
    assert frame.loc["real held-out rows", "coverage"] > 0.8


def test_poor_rows_are_known_by_their_figures(data, real):
    X, y = data
    _, held_out = real
    poor = pd.DataFrame(np.zeros((40, 6)), columns=X.columns)
    frame = quality_report(poor, X, y, held_out=held_out + 1e-9).frame
    assert frame.loc["generated rows", "two_sample_auc"] > 0.95
    assert frame.loc["generated rows", "diversity"] == 0
    assert frame.loc["generated rows", "recall"] == 0
    assert frame.loc["generated rows", "kolmogorov_smirnov"] > 0.3


@pytest.mark.usefixtures("quick_judge")
def test_the_same_seed_gives_the_same_report_and_global_state_stays(data):
    before = np.random.mtrand._rand.get_state()[1].copy()
    threads = [pool["num_threads"] for pool in threadpool_info()]
    reports = [
        quality_report(LSGANOverSampler(steps=2), *data, random_state=seed) for seed in (3, 3, 4)
    ]
    assert str(reports[0]) == str(reports[1]) != str(reports[2])
    np.testing.assert_array_equal(np.random.mtrand._rand.get_state()[1], before)
    assert [pool["num_threads"] for pool in threadpool_info()] == threads


@pytest.mark.usefixtures("quick_judge")
def test_arrays_and_lists_have_the_figures_of_frames(data):
    X, y = data
    frames = [
        quality_report(JitterOverSampler(), rows, classes).frame
        for rows, classes in [
            (X, y),
            (X.to_numpy(), y.to_numpy()),
            (X.to_numpy().tolist(), list(y)),
        ]
    ]
    pd.testing.assert_frame_equal(frames[0], frames[1])
    pd.testing.assert_frame_equal(frames[0], frames[2])


@pytest.mark.usefixtures("quick_judge")
def test_samplers_of_imbalanced_learn_are_taken(data):
    X, y = data
    report = quality_report(SMOTE(), X, y)
    assert list(report.frame.index) == ["SMOTE, yours", *WAYS]
    copies = quality_report(RandomOverSampler(), X, y).frame
    assert copies.loc["RandomOverSampler", "nearest_training_share"] > 0.9


@pytest.mark.usefixtures("quick_judge")
def test_a_gan_on_plain_arrays_is_taken_fitted_or_not(data):
    X, y = data[0].to_numpy(), data[1].to_numpy()
    gan = ConditionalGAN(steps=2, batch_size=32, hidden_sizes=(8,), random_state=0)
    report = quality_report(gan, X, y)
    assert list(report.frame.index) == ["ConditionalGAN", *WAYS]
    assert report.collapsed in (True, False)
    assert quality_report(gan.fit(X, y), X, y).n_held_out == 0


def test_a_sampler_that_adds_nothing_is_refused(data):
    class Idle(JitterOverSampler):
        def fit_resample(self, X, y):
            return X, y

    with pytest.raises(ValueError, match="has added no row of class 1 that could be judged"):
        quality_report(Idle(), *data)


@pytest.mark.usefixtures("quick_judge")
def test_a_fitted_sampler_is_compared_with_what_it_learnt_from(data):
    X, y = data
    sampler = JitterOverSampler(random_state=0)
    sampler.fit_resample(X, y)
    report = quality_report(sampler, X, y)
    assert list(report.frame.index) == ["JitterOverSampler", *WAYS[:-1]]
    assert report.frame["nearest_training_share"].isna().all()
    missing = ["nearest_training_share", "total_variation"]
    assert report.frame.drop(columns=missing).notna().all(axis=None)
    assert report.n_held_out == 0
    assert "none held out: rows are compared with these, so copies look better" in str(report)
    # Its own draws go on as if nothing had been.
    again = JitterOverSampler(random_state=0)
    again.fit_resample(X, y)
    pd.testing.assert_frame_equal(sampler.sample(5, 1), again.sample(5, 1))


@pytest.mark.usefixtures("quick_judge")
def test_held_out_rows_can_be_given(data, real):
    X, y = data
    training, held_out = real
    known = pd.concat([X[y == 0], training], ignore_index=True)
    classes = np.repeat([0, 1], [(y == 0).sum(), len(training)])
    half = len(held_out) // 2
    copies = training.sample(30, random_state=0)[known.columns[::-1]]
    for sampler in (JitterOverSampler(), copies):
        report = quality_report(sampler, known, classes, held_out=held_out)
        assert (report.n_training, report.n_held_out) == (60, len(held_out))
        assert report.frame.drop(columns="total_variation").notna().all(axis=None)
        assert "real held-out rows" in report.frame.index
    copies = report.frame.loc["generated rows"]
    assert copies["nearest_training_share"] == 1
    assert copies["nearest_neighbour_distance_ratio"] == 0
    fitted = JitterOverSampler(random_state=0)
    fitted.fit_resample(known, classes)
    assert quality_report(fitted, known, classes, held_out=held_out).n_rows == half
    assert quality_report(fitted, known, classes, held_out=held_out, n=9).n_rows == 9


@pytest.mark.usefixtures("quick_judge")
def test_the_number_of_rows_is_bounded():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(5000, 2)), np.repeat([0, 1], 2500)
    report = quality_report(X[2500:], X, y, label=1)
    assert report.n_rows == 1000
    assert quality_report(X[2500:], X, y, label=1, n=50).n_rows == 50


@pytest.mark.usefixtures("quick_judge")
def test_nominal_columns_are_those_of_the_sampler(data):
    X, y = data
    X = X.assign(code=np.arange(len(X)) % 3)
    for features, figure in [("auto", "isna"), (["code"], "notna")]:
        report = quality_report(JitterOverSampler(categorical_features=features), X, y)
        assert getattr(report.frame["total_variation"], figure)().all()


@pytest.mark.usefixtures("quick_judge")
def test_one_column_and_one_value_leave_figures_out():
    X, y = np.ones((100, 1)), np.repeat([0, 1], [60, 40])
    X[:60] += np.random.default_rng(0).normal(size=(60, 1))
    frame = quality_report(RandomOverSampler(), X, y).frame
    missing = frame.columns[frame.isna().all()]
    assert list(missing) == ["total_variation", "correlation_difference", "diversity"]


def test_bad_input_is_refused_before_any_work(data, real, monkeypatch):
    X, y = data
    training, held_out = real

    def refuse(*arguments, **words):
        raise AssertionError("nothing should be fitted")

    monkeypatch.setattr(JitterOverSampler, "fit_resample", refuse)
    sampler = JitterOverSampler()
    with pytest.raises(ValueError, match=r"label='x' is not a class; the classes are \[0, 1\]"):
        quality_report(sampler, X, y, label="x")
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        quality_report(sampler, X, y[:-1])
    with pytest.raises(ValueError, match="held_out has other columns than X: 'x0' alone in X"):
        quality_report(sampler, X, y, held_out=held_out.drop(columns="x0"))
    with pytest.raises(ValueError, match=r"held_out has 11 rows: .* 12 or more"):
        quality_report(sampler, X, y, held_out=held_out[:11])
    with pytest.raises(ValueError, match=r"generated has no rows: .* 6 or more"):
        quality_report(training[:0], X, y)
    with pytest.raises(ValueError, match="generated has other columns than X"):
        quality_report(training.to_numpy(), X, y)
    with pytest.raises(ValueError, match="generated must be a table"):
        quality_report("LSGANOverSampler", X, y)
    with pytest.raises(ValueError, match="n=5 must be a whole number, 6 or more"):
        quality_report(sampler, X, y, n=5)
    with pytest.raises(ValueError, match="Class 1 has 2 rows"):
        quality_report(training, X[:3], [0, 1, 1], label=1)


def test_a_fitted_sampler_says_itself_what_it_cannot_draw(data):
    X, y = data
    sampler = JitterOverSampler(random_state=0)
    sampler.fit_resample(X, y)
    with pytest.raises(ValueError, match="Class 0 took no part in training"):
        quality_report(sampler, X, y, label=0)


@pytest.mark.usefixtures("quick_judge")
@pytest.mark.parametrize(
    ("history", "said"),
    [
        ([{"collapsed": True}], "COLLAPSED: by its training history"),
        ([{"collapsed": True}, {"collapsed": False}], "the generator did not collapse"),
        ([{"seconds": 1.0}], "no training history that says"),
        ([], "no training history that says"),
    ],
)
def test_a_collapse_is_said_wherever_the_report_is_seen(data, real, history, said):
    sampler = Given(real[0], history)
    report = quality_report(sampler, *data)
    for view in (str(report), repr(report), report._repr_html_(), report.to_html()):
        assert said in view
    assert ('<p class="alarm">' in report.to_html()) == ("COLLAPSED" in said)
    assert report.collapsed == (history[-1].get("collapsed") if history else None)


@pytest.mark.usefixtures("quick_judge")
def test_views_explain_every_figure_and_escape_names(data, real):
    X, y = data
    X = X.rename(columns={"x0": "<b>&"})
    report = quality_report(JitterOverSampler(), X, y.map({0: "no", 1: "<i>yes"}))
    assert isinstance(report, QualityReport)
    text, page = str(report), report.to_html()
    for figure in FIGURES.values():
        assert f"{figure.title}: {figure.meaning}. Perfect: {figure.perfect}." in text
    for way in report.frame.index:
        assert f"<th>{way}</th>" in page
    assert "<i>" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;" in page
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<table") == report._repr_html_().count("<table") == 2
    shown = f"{report.frame.iloc[0, 0]:.3f}"
    assert shown in text
    assert shown in page


@pytest.mark.usefixtures("quick_judge")
def test_columns_of_any_name_are_named(data):
    X, y = data
    names = [0, 2.5, ("p", 1), None, pd.Timestamp(0), ("p", 2)]
    X = X.set_axis(pd.Index(names, tupleize_cols=False), axis=1)
    own = X[y == 1]
    report = quality_report(own, X, y)
    assert list(report.by_column.index) == names
    assert "('p', 1)" in str(report)


@pytest.mark.usefixtures("quick_judge")
def test_targets_of_any_kind_are_taken(data):
    X, y = data
    one_hot = pd.get_dummies(y.map({0: "no", 1: "yes"}))
    reports = [
        quality_report(JitterOverSampler(), X, classes)
        for classes in (one_hot, y.map({0: "no", 1: "yes"}).astype("category"))
    ]
    assert [report.label for report in reports] == ["yes", "yes"]
    pd.testing.assert_frame_equal(reports[0].frame, reports[1].frame)


def test_it_is_a_public_name():
    assert "quality_report" in gansampler.__all__
    assert gansampler.quality_report is quality_report
