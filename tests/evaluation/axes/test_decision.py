"""The decision: tuned on rows that were left out, and on nothing else."""

import numpy as np
import pandas as pd
import pytest

from gansampler.evaluation.axes.decision import most_probable, tune_decision
from gansampler.evaluation.axes.metrics import METRICS


class Fixed:
    """A model whose probability of class 1 is the column p."""

    def predict_proba(self, X):
        return np.column_stack([1 - X["p"], X["p"]])


def test_tuned_decision_finds_the_threshold_that_balances():
    # Class 1 is a tenth of the rows and always gets .2, class 0 always gets .1.
    y = pd.Series([0] * 180 + [1] * 20)
    X = pd.DataFrame({"p": np.where(y == 1, 0.2, 0.1)})
    fitted = []

    def fit(rows):
        fitted.append(len(rows))
        return Fixed()

    decide = tune_decision(fit, X, y, pd.Index([0, 1], dtype=object), random_state=0)
    np.testing.assert_array_equal(decide(Fixed().predict_proba(X)), y)
    assert most_probable(Fixed().predict_proba(X)).sum() == 0
    assert fitted == [160] * 5


def test_tuned_decision_scores_only_rows_that_were_left_out():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"id": np.arange(100), "p": rng.random(100)})
    y = pd.Series([0] * 80 + [1] * 20)
    seen = []

    class Spy(Fixed):
        def __init__(self, rows):
            self.rows = rows

        def predict_proba(self, X):
            assert not self.rows & set(X["id"])
            seen.extend(X["id"])
            return super().predict_proba(X)

    tune_decision(lambda rows: Spy(set(rows)), X, y, pd.Index([0, 1], dtype=object), random_state=0)
    assert sorted(seen) == list(range(100))


def test_tuned_decision_without_rows_to_tune_on_corrects_by_the_prior():
    y = pd.Series([0] * 96 + [1] * 4)
    X = pd.DataFrame({"p": np.full(100, 0.05)})

    def never(rows):
        raise AssertionError("nothing to tune, so nothing to fit")

    decide = tune_decision(never, X, y, pd.Index([0, 1], dtype=object), random_state=0)
    assert decide(np.array([[0.95, 0.05], [0.97, 0.03]])).tolist() == [1, 0]


def test_a_threshold_may_move_away_from_the_minority():
    # As after too much resampling: class 1 always gets .9, class 0 always gets .6.
    y = pd.Series([0] * 180 + [1] * 20)
    X = pd.DataFrame({"p": np.where(y == 1, 0.9, 0.6)})
    classes = pd.Index([0, 1], dtype=object)
    decide = tune_decision(lambda rows: Fixed(), X, y, classes, random_state=0)
    np.testing.assert_array_equal(decide(Fixed().predict_proba(X)), y)


def test_of_equal_thresholds_the_one_nearest_to_one_half_is_taken():
    y = pd.Series([0] * 180 + [1] * 20)
    X = pd.DataFrame({"p": np.where(y == 1, 0.9, 0.1)})
    classes = pd.Index([0, 1], dtype=object)
    decide = tune_decision(lambda rows: Fixed(), X, y, classes, random_state=0)
    assert decide(np.array([[0.51, 0.49], [0.49, 0.51]])).tolist() == [0, 1]


@pytest.mark.parametrize("n_groups", [1, 2, 3, 30])
def test_tuned_decision_scores_no_group_that_was_fitted_on(n_groups):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"p": rng.random(200), "group": rng.integers(0, n_groups, 200)})
    y = pd.Series([0] * 160 + [1] * 40)
    seen = []

    class Spy(Fixed):
        def __init__(self, rows):
            assert set(y[rows]) == {0, 1}
            self.groups = set(X["group"][rows])

        def predict_proba(self, X):
            assert not self.groups & set(X["group"])
            seen.extend(X.index)
            return super().predict_proba(X)

    classes, groups = pd.Index([0, 1], dtype=object), X["group"].to_numpy()
    tune_decision(Spy, X, y, classes, groups=groups, random_state=0)
    assert sorted(seen) == (list(range(200)) if n_groups > 1 else [])


def test_an_inner_fold_that_would_take_a_class_out_of_the_fit_is_not_scored():
    y = pd.Series([0] * 80 + [1] * 20)
    X = pd.DataFrame({"p": np.full(100, 0.05)})
    groups = np.where(y == 1, 0, 1 + np.arange(100) % 8)
    classes = pd.Index([0, 1], dtype=object)
    how = {"groups": groups, "random_state": 0}
    decide = tune_decision(lambda rows: Fixed(), X, y, classes, **how)
    # One class alone is left to score, so the prior decides: more than a fifth is class 1.
    assert decide(np.array([[0.75, 0.25], [0.85, 0.15]])).tolist() == [1, 0]


@pytest.fixture
def noisy():
    """1,000 rows, a tenth of class 1, with probabilities that tell something."""
    rng = np.random.default_rng(0)
    y = pd.Series([0] * 900 + [1] * 100)
    return pd.DataFrame({"p": np.clip(0.15 * y + rng.beta(2, 12, 1000), 0, 1)}), y


def test_each_metric_has_the_threshold_that_is_best_for_itself_without_a_further_fit(noisy):
    X, y = noisy
    fits = []

    def fit(rows):
        fits.append(rows)
        return Fixed()

    decide = tune_decision(fit, X, y, pd.Index([0, 1], dtype=object), random_state=0)
    p = Fixed().predict_proba(X)
    for judge in ("f1", "mcc", "accuracy", "balanced_accuracy"):
        score = METRICS[judge].function
        tuned = {name: score(y, decide(p, name)) for name in ("f1", "mcc", "balanced_accuracy")}
        assert score(y, decide(p, judge)) >= max(tuned.values())
    assert decide(p, "f1").sum() < decide(p, "balanced_accuracy").sum()
    assert len(fits) == 5


def test_recall_and_precision_are_those_of_the_threshold_for_f1(noisy):
    X, y = noisy
    decide = tune_decision(
        lambda rows: Fixed(), X, y, pd.Index([0, 1], dtype=object), random_state=0
    )
    p = Fixed().predict_proba(X)
    for name in ("recall", "precision"):
        np.testing.assert_array_equal(decide(p, name), decide(p, "f1"))


def test_inner_folds_in_order_of_time_never_look_ahead(noisy):
    X, y = noisy
    spans = np.random.default_rng(1).permutation(np.arange(1000)) // 5
    classes, seen = pd.Index([0, 1], dtype=object), []

    class Spy(Fixed):
        def __init__(self, rows):
            self.latest = spans[rows].max()

        def predict_proba(self, X):
            assert spans[X.index].min() > self.latest
            seen.extend(X.index)
            return super().predict_proba(X)

    tune_decision(Spy, X, y, classes, groups=spans, ordered=True, random_state=0)
    assert len(set(seen)) == len(seen) > 800
