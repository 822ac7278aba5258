"""New rows only where held-out rows do not speak against them."""

import pickle
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import torch
from imblearn.combine import SMOTEENN
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler, TomekLinks
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_info

from gansampler import Enlarge, GuardedOverSampler, JitterOverSampler
from gansampler.evaluation.axes.strategies import pick_strategies
from gansampler.guard import BALANCE_OR_MORE, best_of, ranking_score, speaks_against


class Mislabelled(BaseOverSampler):
    """Adds rows of the largest class under the name of the others."""

    def __init__(self, sampling_strategy="auto"):
        super().__init__(sampling_strategy=sampling_strategy)

    def _fit_resample(self, X, y):
        counts = Counter(y)
        wrong = X[y == max(counts, key=counts.get)]
        wanted = {label: n for label, n in self.sampling_strategy_.items() if n}
        rows = [np.resize(wrong, (n, X.shape[1])) for n in wanted.values()]
        labels = np.repeat(np.array(list(wanted), dtype=y.dtype), list(wanted.values()))
        return np.concatenate([X, *rows]), np.concatenate([y, labels])


class Recorder(DecisionTreeClassifier):
    """Keeps the rows of each fit."""

    seen = []

    def fit(self, X, y):
        self.seen.append((X, y))
        return super().fit(X, y)


class Tree(DecisionTreeClassifier):
    """Looks at the first column alone."""

    def fit(self, X, y):
        return super().fit(X[["float"]], y)

    def predict_proba(self, X):
        return super().predict_proba(X[["float"]])


@pytest.fixture(scope="module")
def data():
    return make_classification(300, weights=[0.85], class_sep=0.6, random_state=0)


def guard(sampler=None, **params):
    classifier = params.pop("classifier", GaussianNB())
    params = {"sampling_strategy": "auto", **params}
    return GuardedOverSampler(sampler or RandomOverSampler(), classifier, random_state=0, **params)


def held(scores):
    return [{"score_without": before, "score_with": after} for before, after in scores]


def test_the_rule():
    better, worse = held([(0.5, 0.7), (0.6, 0.7)]), held([(0.7, 0.5), (0.7, 0.6)])
    assert not speaks_against(better, 0) and speaks_against(worse, 0)
    # Differences of -0.2 and -0.1: mean -0.15, variance 0.005, so s = sqrt(0.005 (1/2 + 1)).
    assert speaks_against(worse, 1.7) and not speaks_against(worse, 1.8)
    assert not speaks_against(better, -1.7) and speaks_against(better, -1.8)
    assert speaks_against([], 0)
    assert not speaks_against(held([(0.5, 0.5)] * 3), 0)


@pytest.mark.parametrize("k", [2, 3, 10])
def test_the_standard_error_is_corrected_for_folds_that_learn_from_the_same_rows(k):
    gains = np.random.default_rng(k).normal(-0.1, 0.05, k)
    error = np.sqrt((1 / k + (1 / k) / ((k - 1) / k)) * gains.var(ddof=1))
    evidence = held((0.5, 0.5 + gain) for gain in gains)
    limit = -gains.mean() / error
    assert speaks_against(evidence, limit - 0.01) and not speaks_against(evidence, limit + 0.01)


def test_the_score_is_the_mean_over_classes_and_measures():
    codes = np.array([0, 0, 1, 1, 2, 2])
    probabilities = np.random.default_rng(0).dirichlet([1, 1, 1], 6)
    expected = [
        measure(codes == code, probabilities[:, code])
        for measure in (roc_auc_score, average_precision_score)
        for code in (1, 2)
    ]
    assert ranking_score(codes, probabilities, np.array([1, 2])) == pytest.approx(np.mean(expected))


@pytest.mark.parametrize(
    ("scores", "standard_errors", "best"),
    [
        ([(0.5, 0.6), (0.5, 0.7)], 0, 1),
        ([(0.5, 0.7), (0.5, 0.6)], 0, 0),
        ([(0.5, 0.6), (0.5, 0.6)], 0, 0),  # at a tie fewer rows
        ([(0.5, 0.4), (0.5, 0.6)], 0, 1),
        ([(0.5, 0.4), (0.5, 0.3)], 0, None),
        ([(0.5, 0.4), (0.5, 0.3)], 1000, 0),  # what may be added is chosen among all the same
    ],
)
def test_the_choice_among_strategies(scores, standard_errors, best):
    wobble = np.array([-0.01, 0.01])
    evidence = [
        {"score_without": before, "score_with": after + each}
        for each in wobble
        for before, after in scores
    ]
    assert best_of(evidence, len(scores), standard_errors) == best


def test_nothing_is_chosen_without_evidence():
    assert best_of([], 2, 1000) is best_of([], 0, 0) is None


def test_less_certain_strategies_are_out_where_evidence_must_be_clear():
    surer, higher = held([(0.5, 0.60), (0.5, 0.61)]), held([(0.5, 0.50), (0.5, 0.80)])
    evidence = [surer[0], higher[0], surer[1], higher[1]]
    assert [best_of(evidence, 2, each) for each in (0, -2, -1000)] == [1, 0, None]


class BetterBig(LogisticRegression):
    """Ranks rightly once it has seen more than 800 rows, and the wrong way round before."""

    def fit(self, X, y):
        super().fit(X, y)
        if len(X) < 800:
            self.coef_ = -self.coef_
        return self


@pytest.mark.parametrize(
    ("classifier", "best"),
    [(BetterBig(), Enlarge(3)), (DecisionTreeClassifier(max_depth=2), None)],
)
def test_the_guard_decides_between_no_rows_balance_and_enlargement(data, classifier, best):
    X, y = data
    many = np.bincount(y).max()
    sampler = GuardedOverSampler(Mislabelled(), classifier, random_state=0)
    if best is not None:
        sampler.set_params(sampler=RandomOverSampler())
    _, y_new = sampler.fit_resample(X, y)
    assert sampler.best_strategy_ == best and sampler.held_back_ == (best is None)
    expected = np.bincount(y) if best is None else [3 * many, 3 * many]
    np.testing.assert_array_equal(np.bincount(y_new), expected)
    first = {1: many - (y == 1).sum()}
    more = {0: 2 * many, 1: 3 * many - (y == 1).sum()}
    assert sampler.sampling_strategy_ == (first if best is None else more)
    tried = [(each["fold"], each["sampling_strategy"]) for each in sampler.evidence_]
    assert tried == [(fold, each) for fold in (1, 2, 3) for each in BALANCE_OR_MORE]


def test_fits_without_rows_are_made_once_a_fold(data):
    Recorder.seen.clear()
    X, y = data
    GuardedOverSampler(RandomOverSampler(), Recorder(), random_state=0).fit_resample(X, y)
    many = round(np.bincount(y).max() * 2 / 3)
    sizes = [len(rows) for rows, _ in Recorder.seen]
    np.testing.assert_allclose(sizes, [200, 2 * many, 6 * many] * 3, atol=4)


def test_of_strategies_that_ask_for_the_same_rows_or_none_one_is_tried(data):
    X, y = data
    capped, none = Enlarge(3, max_rows=1), {1: int((y == 1).sum())}
    Recorder.seen.clear()
    strategies = [capped, none, "auto", "minority"]
    sampler = guard(classifier=Recorder(), sampling_strategy=strategies, standard_errors=1000)
    sampler.fit_resample(X, y)
    assert len(Recorder.seen) == 6 and sampler.best_strategy_ == capped


def test_one_strategy_is_given_as_for_any_sampler(data):
    rows = [
        guard(SMOTE(), sampling_strategy=given, standard_errors=1000).fit_resample(*data)[0]
        for given in (Enlarge(2), [Enlarge(2)])
    ]
    np.testing.assert_array_equal(*rows)
    assert len(rows[0]) == 4 * np.bincount(data[1]).max()


def test_rows_that_hurt_are_held_back(data):
    X, y = data
    sampler = guard(Mislabelled(), classifier=DecisionTreeClassifier(max_depth=4))
    X_new, y_new = sampler.fit_resample(X, y)
    assert sampler.held_back_ is True and sampler.sampler_ is None
    assert sampler.sampling_strategy_ == {1: Counter(y)[0] - Counter(y)[1]}
    np.testing.assert_array_equal(X_new, X)
    np.testing.assert_array_equal(y_new, y)
    assert not np.shares_memory(X_new, X)
    assert sampler.synthetic_mask_.tolist() == [False] * len(X)
    with pytest.raises(ValueError, match=r"held back, see `evidence_`.*without the guard"):
        sampler.sample(3)
    assert [scores["fold"] for scores in sampler.evidence_] == [1, 2, 3]
    means = pd.DataFrame(sampler.evidence_).mean(numeric_only=True)
    assert means["score_with"] < means["score_without"]


def test_rows_that_do_not_hurt_are_those_of_the_sampler(data):
    sampler = guard(SMOTE(random_state=7), standard_errors=1000)
    X_new, y_new = sampler.fit_resample(*data)
    expected, _ = SMOTE(random_state=7).fit_resample(*data)
    assert sampler.held_back_ is False
    assert len(set(Counter(y_new).values())) == 1
    np.testing.assert_array_equal(X_new, expected)
    np.testing.assert_array_equal(sampler.synthetic_mask_, np.arange(len(X_new)) >= 300)
    with pytest.raises(AttributeError, match="SMOTE cannot draw more rows: it has no `sample`"):
        sampler.sample(3)


def test_more_rows_are_those_of_the_sampler(mixed):
    X, y = mixed
    how = {"sampling_strategy": "auto", "standard_errors": 1000}
    sampler = GuardedOverSampler(JitterOverSampler(), cv=2, random_state=0, **how)
    X_new, _ = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(sampler.synthetic_mask_, np.arange(len(X_new)) >= len(X))
    rows = sampler.sample(5, "few")
    assert (rows.dtypes == X.dtypes).all() and len(rows) == 5
    with pytest.raises(ValueError, match="label='none' is not a class"):
        sampler.sample(5, "none")


def test_nobody_knows_which_rows_are_new_where_given_ones_were_taken_away(data):
    sampler = guard(SMOTEENN(random_state=0), standard_errors=1000)
    X_new, _ = sampler.fit_resample(*data)
    assert sampler.synthetic_mask_ is None and not sampler.held_back_ and len(X_new)


def test_classifiers_see_no_row_that_they_are_scored_on(data):
    X, y = data
    Recorder.seen.clear()
    guard(classifier=Recorder(), cv=4).fit_resample(X, y)
    assert len(Recorder.seen) == 8
    rows = [{tuple(row) for row in seen} for seen, _ in Recorder.seen]
    for without, with_new in zip(rows[::2], rows[1::2], strict=True):
        assert without == with_new, "duplicates are of the training part alone"
        assert len(without) == 225
    for _, labels in Recorder.seen[1::2]:
        counts = Counter(labels)
        assert abs(counts[0] - counts[1]) <= 1, "the same ratio as is asked for outside"


def test_tiny_classes_are_trained_on_and_not_scored():
    X, y = make_classification(
        200, n_classes=3, n_informative=4, weights=[0.6, 0.2], random_state=0
    )
    y = np.array(["many", "few", "tiny"])[y]
    keep = (y != "tiny") | (np.cumsum(y == "tiny") <= 2)
    Recorder.seen.clear()
    sampler = guard(classifier=Recorder())
    sampler.fit_resample(X[keep], y[keep])
    assert all(Counter(labels)[2] >= 2 for _, labels in Recorder.seen)
    evidence = pd.DataFrame(sampler.evidence_)
    assert np.isfinite(evidence[["score_without", "score_with"]]).all(axis=None)


def test_without_evidence_nothing_is_added(data):
    X, y = data
    keep = (y == 0) | (np.cumsum(y == 1) <= 2)
    sampler = guard()
    with pytest.warns(UserWarning, match="none can be held out") as caught:
        X_new, _ = sampler.fit_resample(X[keep], y[keep])
    assert caught[0].filename == __file__
    assert sampler.held_back_ and sampler.evidence_ == [] and len(X_new) == keep.sum()


def test_nothing_is_tried_where_no_row_is_asked_for(data):
    Recorder.seen.clear()
    X, y = data
    balanced = np.concatenate([np.flatnonzero(y == 1), np.flatnonzero(y == 0)[: (y == 1).sum()]])
    sampler = guard(classifier=Recorder())
    X_new, _ = sampler.fit_resample(X[balanced], y[balanced])
    assert not sampler.held_back_ and not Recorder.seen and len(X_new) == len(balanced)
    assert not sampler.synthetic_mask_.any()
    with pytest.raises(ValueError, match="No row was asked for"):
        sampler.sample(3)


def test_sampling_strategy_is_shrunk_with_the_folds(data):
    Recorder.seen.clear()
    X, y = data
    wanted = {1: Counter(y)[1] + 60}
    sampler = guard(classifier=Recorder(), sampling_strategy=wanted, standard_errors=1000)
    _, y_new = sampler.fit_resample(X, y)
    assert Counter(y_new)[1] == wanted[1]
    for (_, before), (_, after) in zip(Recorder.seen[::2], Recorder.seen[1::2], strict=True):
        assert Counter(after)[1] - Counter(before)[1] == 40


def test_any_table_by_default(mixed):
    X, y = mixed
    X.index = X.index + 5
    sampler = GuardedOverSampler(JitterOverSampler(), cv=2, random_state=0, standard_errors=1000)
    X_new, y_new = sampler.fit_resample(X, y)
    pd.testing.assert_frame_equal(X_new[: len(X)], X.reset_index(drop=True))
    assert set(y_new.value_counts()) == {90 if sampler.best_strategy_ == "auto" else 270}


def test_a_frame_that_is_held_back_comes_as_it_is(mixed):
    X, y = mixed
    X.index = X.index + 5
    sampler = guard(classifier=Tree(max_depth=3), standard_errors=-1000)
    X_new, y_new = sampler.fit_resample(X, y)
    assert sampler.held_back_
    pd.testing.assert_frame_equal(X_new, X.reset_index(drop=True))
    pd.testing.assert_series_equal(y_new, y)


def test_the_same_seed_gives_the_same_rows_and_evidence(data):
    first, again, other = guard(SMOTE()), guard(SMOTE()), guard(SMOTE()).set_params(random_state=1)
    rows = [sampler.fit_resample(*data)[0] for sampler in (first, again, other)]
    np.testing.assert_array_equal(rows[0], rows[1])
    assert first.evidence_ == again.evidence_ != other.evidence_


def test_global_state_stays_as_it_was(data):
    state = np.random.mtrand._rand.get_state()[1].copy(), torch.get_rng_state()
    threads = [pool["num_threads"] for pool in threadpool_info()]
    GuardedOverSampler(SMOTE(), GaussianNB()).fit_resample(*data)
    np.testing.assert_array_equal(np.random.mtrand._rand.get_state()[1], state[0])
    assert torch.equal(torch.get_rng_state(), state[1])
    assert [pool["num_threads"] for pool in threadpool_info()] == threads


def test_nested_parameters_pipelines_and_pickles(data):
    sampler = guard(SMOTE()).set_params(sampler__k_neighbors=3, classifier__var_smoothing=1e-6)
    copy = clone(sampler)
    assert copy.sampler.k_neighbors == 3 and copy.classifier.var_smoothing == 1e-6
    assert copy.sampler is not sampler.sampler
    model = make_pipeline(copy, LogisticRegression())
    assert cross_val_score(model, *data, cv=3, error_score="raise").min() > 0.5
    expected, _ = sampler.fit_resample(*data)
    restored = pickle.loads(pickle.dumps(sampler))
    assert restored.evidence_ == sampler.evidence_
    np.testing.assert_array_equal(restored.fit_resample(*data)[0], expected)
    assert sampler.sampler.sampling_strategy == "auto", "the user's own sampler was changed"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"cv": 1}, "cv"),
        ({"sampler": object()}, "sampler"),
        ({"sampling_strategy": ()}, r"sampling_strategy=\(\) is empty"),
        ({"sampling_strategy": ["auto", object()]}, "'sampling_strategy' parameter of Guarded"),
        ({"sampling_strategy": ["auto", "rare"]}, "a str among .* Got 'rare'"),
        ({"sampling_strategy": ["auto", {5: 900}]}, "not present in the data"),
        ({"sampler": SMOTE(sampling_strategy=0.5)}, "sampling_strategy of GuardedOverSampler"),
        ({"sampler": make_pipeline(SMOTE(), LogisticRegression())}, "sampler"),
        ({"sampler": RandomUnderSampler()}, r"RandomUnderSampler\(\) takes rows away"),
        ({"sampler": TomekLinks()}, r"TomekLinks\(\) takes rows away"),
        ({"classifier": object()}, "classifier"),
        ({"standard_errors": np.nan}, "standard_errors"),
    ],
)
def test_errors_come_before_any_training(data, params, message):
    sampler = GuardedOverSampler(Mislabelled(), GaussianNB()).set_params(**params)
    with pytest.raises(ValueError, match=message):
        sampler.fit_resample(*data)
    assert not hasattr(sampler, "evidence_")


def test_a_fold_that_is_too_small_for_the_sampler_is_named(data):
    X, y = data
    keep = (y == 0) | (np.cumsum(y == 1) <= 8)
    counts = r"fold 1, with the class counts \{0: \d+, 1: 5\}\. .* raise `cv`.*n_neighbors = 6"
    with pytest.raises(ValueError, match=counts):
        guard(SMOTE()).fit_resample(X[keep], y[keep])


def test_an_interrupted_fit_leaves_a_guard_that_was_never_fitted(data, monkeypatch):
    def interrupted(*args):
        raise KeyboardInterrupt

    sampler = guard()
    sampler.fit_resample(*data)
    monkeypatch.setattr(GaussianNB, "fit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sampler.fit_resample(*data)
    assert not [name for name in vars(sampler) if name.endswith("_")]


def test_a_word_in_one_row_does_not_stop_the_trees(data):
    X, y = data
    X = X[:, :2].astype(object)
    X[5, 1] = "unknown"
    sampler = GuardedOverSampler(JitterOverSampler(), random_state=0)
    sampler.fit_resample(X, y)
    assert len(sampler.evidence_) == 6


def test_missing_classes_are_refused(data):
    X, y = data
    with pytest.raises(ValueError, match="contains NaN"):
        guard().fit_resample(X, np.where(np.arange(len(y)) == 3, np.nan, y))


def test_the_strategy_guards_an_lsgan():
    sampler = pick_strategies(["guarded_lsgan"])["guarded_lsgan"].make_sampler(3)
    assert isinstance(sampler, GuardedOverSampler)
    assert sampler.sampler is None and sampler.random_state == 3
