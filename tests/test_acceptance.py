import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import BaggingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from gansampler.acceptance import (
    ClassifierAcceptance,
    acceptance_bound,
    checked_weights,
    draw_accepted,
    keep_rates,
)
from gansampler.encoding import TableEncoder


def test_the_classifier_prefers_its_class():
    rng = np.random.default_rng(0)
    Z = np.concatenate([rng.normal(-2, 1, (100, 1)), rng.normal(2, 1, (20, 1))]).astype(np.float32)
    codes = np.repeat([0, 1], [100, 20])
    grid = np.array([[-3.0], [0.0], [3.0]], dtype=np.float32)
    for classifier in (None, LogisticRegression()):
        judge = ClassifierAcceptance(classifier, sharpness=1)
        judge.fit(Z, codes, TableEncoder().fit(Z), np.random.default_rng(0))
        weights = judge.weigh(grid, 1)
        assert weights[0] < weights[1] < weights[2]
        np.testing.assert_allclose(weights + judge.weigh(grid, 0), 1)


def test_sharpness_is_the_power_of_the_probability():
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(200, 1)).astype(np.float32)
    codes = (Z[:, 0] + rng.normal(size=200) > 0).astype(int)
    weights = {}
    for sharpness in (1.0, 2.5):
        judge = ClassifierAcceptance(LogisticRegression(), sharpness=sharpness)
        judge.fit(Z, codes, TableEncoder().fit(Z), np.random.default_rng(0))
        weights[sharpness] = judge.weigh(Z, 1)
    np.testing.assert_allclose(weights[2.5], weights[1.0] ** 2.5)


def judged(classifier):
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(100, 3)).astype(np.float32)
    codes = (Z[:, 0] + rng.normal(size=100) > 0).astype(int)
    return ClassifierAcceptance(classifier).fit(Z, codes, TableEncoder().fit(Z), rng)


def test_every_part_of_the_judge_is_seeded_unless_its_user_has_done_so():
    tree = DecisionTreeClassifier(max_features=1)
    state = np.random.mtrand._rand.get_state()[1].copy()
    weights = [
        judged(make_pipeline(BaggingClassifier(tree, 5))).weigh(np.eye(3), 1) for _ in range(2)
    ]
    np.testing.assert_array_equal(*weights)
    np.testing.assert_array_equal(np.random.mtrand._rand.get_state()[1], state)
    assert judged(DecisionTreeClassifier(random_state=7)).judge_.random_state == 7


class Recorder(DecisionTreeClassifier):
    """A tree on the numbers of a table, which keeps the rows that it is given."""

    def fit(self, X, y):
        self.seen_ = [X]
        return super().fit(X[["size"]], y)

    def predict_proba(self, X):
        self.seen_.append(X)
        return super().predict_proba(X[["size"]])


def test_a_judge_may_read_the_table_as_it_is():
    table = pd.DataFrame({"size": np.arange(6.0), "kind": pd.Categorical(list("aababb"))})
    encoder = TableEncoder().fit(table)
    Z, codes = encoder.transform(table), np.repeat([0, 1], 3)
    rule = ClassifierAcceptance(Recorder(), on_table=True)
    weights = rule.fit(Z, codes, encoder, np.random.default_rng(0)).weigh(Z, 1)
    np.testing.assert_array_equal(weights, codes)
    for rows in rule.judge_.seen_:
        pd.testing.assert_frame_equal(rows, table)


def test_a_judge_that_reads_numbers_gets_one_for_each_column_and_hole():
    table = pd.DataFrame({"size": [0.0, 1.0, None, 3.0], "kind": list("abca")})
    encoder = TableEncoder().fit(table)
    rule = ClassifierAcceptance(DecisionTreeClassifier())
    rule.fit(encoder.transform(table), np.array([0, 0, 1, 1]), encoder, np.random.default_rng(0))
    assert rule.judge_.n_features_in_ == 3


@pytest.mark.parametrize("on_table", [False, True])
def test_a_judge_reads_the_same_after_a_pickle(on_table):
    table = pd.DataFrame({"size": [0.0, 1.0, None, 3.0]})
    encoder, codes = TableEncoder().fit(table), np.array([0, 0, 1, 1])
    rule = ClassifierAcceptance(DecisionTreeClassifier(), on_table=on_table)
    Z = encoder.transform(table)
    rule.fit(Z, codes, encoder, np.random.default_rng(0))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(rule)).weigh(Z, 1), codes)


@pytest.mark.parametrize("weights", [[np.nan, 1], [np.inf, 1], [-0.1, 1], [1], [[1], [1]]])
def test_weights_that_accept_nothing_or_the_wrong_rows_are_refused(weights):
    with pytest.raises(ValueError, match=r"acceptance=ClassifierAcceptance\(\) .*finite weight"):
        checked_weights(weights, ClassifierAcceptance(), 2)


def test_rows_are_accepted_in_proportion_to_their_weight():
    rng = np.random.default_rng(0)

    def propose(n):
        return rng.integers(0, 4, (n, 1)).astype(np.float32)

    accepted, weights, selection = draw_accepted(propose, lambda Z: Z[:, 0] / 3, 60_000, 8, rng)
    np.testing.assert_array_equal(weights, accepted[:, 0] / 3)
    share = np.bincount(accepted[:, 0].astype(int), minlength=4) / len(accepted)
    np.testing.assert_allclose(share, [0, 1 / 6, 2 / 6, 3 / 6], atol=0.01)
    assert selection.rate == pytest.approx(0.5, abs=0.01)
    # Candidates were alike, so the lift of each is four times its share of what stayed.
    np.testing.assert_allclose(selection.lift(np.arange(4) / 3), 4 * share, atol=0.04)


def test_the_lift_knows_of_weights_beyond_the_bound():
    rng = np.random.default_rng(0)

    def propose(n):
        return rng.choice(4, (n, 1), p=[0.7, 0.25, 0.04, 0.01]).astype(np.float32)

    weights = np.array([0.001, 0.01, 0.5, 1.0])
    accepted, _, selection = draw_accepted(
        propose, lambda Z: weights[Z[:, 0].astype(int)], 60_000, 8, rng
    )
    share = np.bincount(accepted[:, 0].astype(int), minlength=4) / len(accepted)
    assert selection.rate == pytest.approx(1 / 8, abs=0.01)
    lift = selection.lift(weights)
    assert lift[2] == lift[3]
    np.testing.assert_allclose(lift * [0.7, 0.25, 0.04, 0.01], share, atol=0.01)


def test_holes_keep_the_rates_of_the_candidates():
    rng = np.random.default_rng(0)
    holes = rng.random((5000, 3)) < [0.2, 0.7, 0.0]
    holes[:, 1] |= holes[:, 0]  # columns that miss together
    weights = np.where(holes[:, 0], 0.01, 1.0) * rng.random(5000)
    assert np.average(holes, axis=0, weights=weights)[0] < 0.01
    raked = keep_rates(weights, holes)
    kept = np.average(holes, axis=0, weights=raked)
    np.testing.assert_allclose(kept, holes.mean(axis=0), atol=1e-3)
    # Among rows with the same holes the rule decides as before.
    alike = (holes == holes[0]).all(axis=1)
    ratio = raked[alike] / weights[alike]
    np.testing.assert_allclose(ratio, ratio[0])


def test_without_holes_the_weights_stay():
    weights = np.arange(1.0, 5.0)
    np.testing.assert_array_equal(keep_rates(weights, np.zeros((4, 0), dtype=bool)), weights)


@pytest.mark.parametrize("n", [1, 7, 300, 40_000])
def test_exactly_as_many_as_asked_and_never_far_too_many_drawn(n):
    rng = np.random.default_rng(0)
    drawn = []

    def propose(m):
        drawn.append(m)
        return rng.random((m, 2)).astype(np.float32)

    # Hardly any candidate is plausible, so the budget decides.
    rows, _, _ = draw_accepted(propose, lambda Z: (Z[:, 0] > 0.999).astype(float), n, 5, rng)
    assert rows.shape == (n, 2)
    assert sum(drawn) <= 5 * 1.3 * n + 600
    assert len(np.unique(rows, axis=0)) == n


def test_nothing_plausible_still_gives_rows():
    rng = np.random.default_rng(0)
    rows, _, _ = draw_accepted(
        lambda n: rng.random((n, 1)).astype(np.float32), lambda Z: np.zeros(len(Z)), 50, 8, rng
    )
    assert len(rows) == 50


@pytest.mark.parametrize("candidates", [1, 2, 8, 50])
def test_the_bound_accepts_one_in_candidates(candidates):
    weights = np.random.default_rng(0).random(1000) ** 6 + 1e-9
    bound = acceptance_bound(weights, candidates)
    accepted = np.minimum(1, weights / bound).mean()
    assert accepted >= 1 / candidates - 1e-9
    assert bound == pytest.approx(weights.max()) or accepted == pytest.approx(1 / candidates)
