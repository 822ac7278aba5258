"""The folds: disjoint, stratified, and kind to small classes."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from gansampler.evaluation.folds import (
    carve_validation,
    cut_by_group,
    cut_by_time,
    cut_stratified,
    derive_seed,
)


def test_derived_seeds_differ_and_repeat():
    seeds = {derive_seed(0, i, j) for i in range(10) for j in range(10)}
    assert len(seeds) == 100
    assert derive_seed(0, 1, 2) in seeds
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_stratified_folds_score_each_row_once_and_hold_every_class():
    codes = np.repeat([0, 1, 2], [200, 40, 9])
    tested = []
    for training, test in cut_stratified(codes, folds=3, random_state=0):
        np.testing.assert_array_equal(np.union1d(training, test), np.arange(len(codes)))
        assert set(codes[test]) == set(codes[training]) == {0, 1, 2}
        tested.append(test)
    np.testing.assert_array_equal(np.sort(np.concatenate(tested)), np.arange(len(codes)))
    (_, other), *_ = cut_stratified(codes, folds=3, random_state=1)
    assert not np.array_equal(tested[0], other)


def test_groups_are_never_parted():
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1], [270, 30])
    group = pd.Series(rng.choice(list("abcdefghijkl"), 300))
    tested = []
    for training, test in cut_by_group(codes, group, folds=3, random_state=0):
        assert not set(group[training]) & set(group[test])
        tested.append(test)
    np.testing.assert_array_equal(np.sort(np.concatenate(tested)), np.arange(300))


@pytest.mark.parametrize("kind", ["number", "date", "text", "zone"])
def test_only_later_rows_are_scored_and_one_time_is_never_parted(kind):
    days = np.random.default_rng(0).integers(0, 25, 200)
    dates = pd.Series(pd.Timestamp("2023-12-20") + pd.to_timedelta(days, unit="D"))
    column = {
        "number": pd.Series(days),
        "date": dates,
        "text": dates.dt.strftime("%Y-%m-%d"),
        "zone": dates.dt.tz_localize("UTC"),
    }[kind]
    parts = list(cut_by_time(np.zeros(200), column, folds=4, random_state=0))
    assert len(parts) == 4
    for training, test in parts:
        assert days[training].max() < days[test].min()
    for (before, test), (after, _) in pairwise(parts):
        np.testing.assert_array_equal(np.union1d(before, test), after)


def test_text_that_is_no_date_is_refused():
    column = pd.Series(["31.1.2024", "1.2.2024", "2.2.2024"], name="day")
    with pytest.raises(ValueError, match="'day' holds no times"):
        list(cut_by_time(np.zeros(3), column, folds=2, random_state=0))


def test_small_classes_stay_in_the_fit_part():
    codes = np.repeat([0, 1, 2], [100, 7, 6])
    fit, validation = carve_validation(np.arange(113), codes, random_state=0)
    assert np.bincount(codes[validation], minlength=3).tolist()[1:] == [1, 0]
    assert (codes[fit] == 2).sum() == 6


def test_one_divisible_class_is_not_enough_for_early_stopping():
    codes = np.repeat([0, 1], [100, 6])
    fit, validation = carve_validation(np.arange(106), codes, random_state=0)
    assert len(validation) == 0
    assert len(fit) == 106
