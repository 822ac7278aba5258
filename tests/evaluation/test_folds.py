"""The folds: disjoint, stratified, and kind to small classes."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from gansampler.evaluation.folds import (
    SPANS,
    carve_groups,
    carve_latest,
    carve_validation,
    cut_by_group,
    cut_by_time,
    cut_stratified,
    derive_seed,
    number_spans,
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


def test_whole_groups_are_set_aside_for_early_stopping():
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1], [540, 60])
    groups = rng.integers(0, 40, 600)
    training = np.flatnonzero(groups < 30)
    fit, validation = carve_groups(training, codes, groups, random_state=0)
    np.testing.assert_array_equal(np.union1d(fit, validation), training)
    assert not set(groups[fit]) & set(groups[validation])
    shares = np.bincount(codes[validation]) / np.bincount(codes[training])
    np.testing.assert_allclose(shares, 0.15, atol=0.05)


@pytest.mark.parametrize("groups", [np.zeros(100, int), np.repeat([0, 1], [80, 20])])
def test_groups_that_hold_all_of_a_class_cannot_be_set_aside(groups):
    codes = np.repeat([0, 1], [80, 20])
    fit, validation = carve_groups(np.arange(100), codes, groups, random_state=0)
    assert len(validation) == 0
    assert len(fit) == 100


def test_the_latest_rows_are_set_aside_for_early_stopping():
    days = pd.Series(np.random.default_rng(0).permutation(np.repeat(np.arange(100), 4)))
    codes = np.arange(400) % 10 // 9
    training = np.flatnonzero(days < 80)
    spans = number_spans(days)
    fit, validation = carve_latest(training, codes, spans, random_state=0)
    assert days[fit].max() < days[validation].min()
    assert len(validation) == 48
    fit, validation = carve_latest(training, (days < 5).to_numpy() * 1, spans, random_state=0)
    assert (len(fit), len(validation)) == (320, 0)


def test_spans_of_time_are_ordered_and_part_no_time():
    days = pd.Series(np.random.default_rng(0).integers(0, 700, 1000))
    table = pd.DataFrame({"day": days, "span": number_spans(days)}).sort_values("day")
    assert table["span"].is_monotonic_increasing
    assert (table.groupby("day")["span"].nunique() == 1).all()
    assert SPANS / 2 < table["span"].nunique() <= SPANS
