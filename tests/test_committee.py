import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.metrics import roc_auc_score

from gansampler import JitterOverSampler
from gansampler.committee import make_committee
from gansampler.encoding import TableEncoder
from gansampler.seeding import seeded_copy


@pytest.fixture(autouse=True)
def small_committee():
    """Look at the committee in its full size."""


def lesson(n, seed=0):
    """Rows of numbers, categories and holes whose class hangs on two of them."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(n, 3)), columns=list("abc"))
    table["kind"] = rng.choice(["x", "y", "z"], n)
    signal = table["a"] + (table["kind"] == "x") + rng.normal(size=n)
    table.loc[rng.random(n) < 0.2, "b"] = np.nan
    return table, (signal > 0.3).astype(int).to_numpy()


def taught(n, seed=0):
    table, codes = lesson(n)
    encoder = TableEncoder().fit(table)
    C = encoder.compact(table)
    return seeded_copy(make_committee(encoder.spans_, n), seed).fit(C, codes), encoder


def test_it_ranks_by_the_mean_of_its_members():
    judge, encoder = taught(200)
    table, codes = lesson(400, seed=1)
    C, Z = encoder.compact(table), encoder.transform(table)
    trees, linear = judge.estimators_
    of_linear = linear[1:].predict_proba(Z)  # it reads rows wide
    members = [forest.predict_proba(C) for forest in trees.estimators_] + [of_linear]
    np.testing.assert_allclose(judge.predict_proba(C), np.mean(members, axis=0), rtol=1e-6)
    assert roc_auc_score(codes, judge.predict_proba(C)[:, 1]) > 0.7


def test_what_a_user_wants_from_transformers_is_not_for_it():
    table, codes = lesson(60)
    with config_context(transform_output="pandas"), warnings.catch_warnings():
        warnings.simplefilter("error")
        sampler = JitterOverSampler(random_state=0).fit_resample(table, codes)
    again = JitterOverSampler(random_state=0).fit_resample(table, codes)
    pd.testing.assert_frame_equal(sampler[0], again[0])


def test_the_same_seed_gives_the_same_judge():
    C = TableEncoder().fit(lesson(50)[0]).compact(lesson(50)[0])
    first, again, other = (taught(50, seed)[0].predict_proba(C) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize(("rows", "trees"), [(20, 100), (5_000, 50), (300_000, 25)])
def test_the_more_rows_the_fewer_trees_and_none_learns_from_more_than_ten_thousand(rows, trees):
    members = dict(make_committee([], rows).estimators)
    assert ("linear" in members) == (rows <= 10_000)
    forests = [forest for _, forest in members["trees"].estimators]
    assert {forest.n_estimators for forest in forests} == {trees}
    assert {forest.max_samples for forest in forests} == {min(rows, 10_000)}


def test_a_rare_class_among_many_rows_is_judged():
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(12_000, 1)).astype(np.float32)
    codes = np.zeros(len(Z), dtype=int)
    codes[:3], Z[:3] = 1, 9
    encoder = TableEncoder().fit(Z)
    judge = seeded_copy(make_committee(encoder.spans_, len(Z)), 0).fit(Z, codes)
    assert judge.predict_proba(np.array([[9.0]], dtype=np.float32))[0, 1] > 0.1
