"""The decision: tuned on rows that were left out, and on nothing else."""

import numpy as np
import pandas as pd

from gansampler.evaluation.decision import most_probable, tune_decision


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
