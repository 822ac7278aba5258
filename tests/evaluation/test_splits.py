"""The splits: disjoint, stratified, kind to small classes; who is held out and who is thinned."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from gansampler.evaluation import compare, trial
from gansampler.evaluation.axes.decision import tune_decision
from gansampler.evaluation.splits import (
    PROTOCOLS,
    SPANS,
    ByGroup,
    ByTime,
    Splits,
    Stratified,
    Variant,
    derive_seed,
    latest_aside,
    make_splits,
)

ARGUMENTS = {
    "group": "patient",
    "time": "day",
    "imbalance_ratio": 0.05,
    "minority_sizes": [5, 10, 15],
}
FAST = {"repeats": 1, "learners": ["xgboost_default"], "params": {"n_estimators": 5, "n_jobs": 1}}


def test_derived_seeds_differ_and_repeat():
    seeds = {derive_seed(0, i, j) for i in range(10) for j in range(10)}
    assert len(seeds) == 100
    assert derive_seed(0, 1, 2) in seeds
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_stratified_folds_score_each_row_once_and_hold_every_class():
    codes = np.repeat([0, 1, 2], [200, 40, 9])
    tested = []
    for training, test in Stratified().cut(codes, folds=3, random_state=0):
        np.testing.assert_array_equal(np.union1d(training, test), np.arange(len(codes)))
        assert set(codes[test]) == set(codes[training]) == {0, 1, 2}
        tested.append(test)
    np.testing.assert_array_equal(np.sort(np.concatenate(tested)), np.arange(len(codes)))
    (_, other), *_ = Stratified().cut(codes, folds=3, random_state=1)
    assert not np.array_equal(tested[0], other)


def test_groups_are_never_parted():
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1], [270, 30])
    group = pd.Series(rng.choice(list("abcdefghijkl"), 300))
    tested = []
    for training, test in ByGroup(group).cut(codes, folds=3, random_state=0):
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
    parts = list(ByTime(column).cut(np.zeros(200), folds=4, random_state=0))
    assert len(parts) == 4
    for training, test in parts:
        assert days[training].max() < days[test].min()
    for (before, test), (after, _) in pairwise(parts):
        np.testing.assert_array_equal(np.union1d(before, test), after)


def test_text_that_is_no_date_is_refused():
    column = pd.Series(["31.1.2024", "1.2.2024", "2.2.2024"], name="day")
    with pytest.raises(ValueError, match="'day' holds no times"):
        ByTime(column)


def test_small_classes_stay_in_the_fit_part():
    codes = np.repeat([0, 1, 2], [100, 7, 6])
    fit, validation = Stratified().set_aside(np.arange(113), codes, random_state=0)
    assert np.bincount(codes[validation], minlength=3).tolist()[1:] == [1, 0]
    assert (codes[fit] == 2).sum() == 6


def test_one_divisible_class_is_not_enough_for_early_stopping():
    codes = np.repeat([0, 1], [100, 6])
    fit, validation = Stratified().set_aside(np.arange(106), codes, random_state=0)
    assert len(validation) == 0
    assert len(fit) == 106


def test_whole_groups_are_set_aside_for_early_stopping():
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1], [540, 60])
    groups = rng.integers(0, 40, 600)
    training = np.flatnonzero(groups < 30)
    fit, validation = ByGroup(pd.Series(groups)).set_aside(training, codes, random_state=0)
    np.testing.assert_array_equal(np.union1d(fit, validation), training)
    assert not set(groups[fit]) & set(groups[validation])
    shares = np.bincount(codes[validation]) / np.bincount(codes[training])
    np.testing.assert_allclose(shares, 0.15, atol=0.05)


@pytest.mark.parametrize("groups", [np.zeros(100, int), np.repeat([0, 1], [80, 20])])
def test_groups_that_hold_all_of_a_class_cannot_be_set_aside(groups):
    codes = np.repeat([0, 1], [80, 20])
    way = ByGroup(pd.Series(groups))
    fit, validation = way.set_aside(np.arange(100), codes, random_state=0)
    assert len(validation) == 0
    assert len(fit) == 100


def test_the_latest_rows_are_set_aside_for_early_stopping():
    days = pd.Series(np.random.default_rng(0).permutation(np.repeat(np.arange(100), 4)))
    codes = np.arange(400) % 10 // 9
    training = np.flatnonzero(days < 80)
    way = ByTime(days)
    fit, validation = way.set_aside(training, codes, random_state=0)
    assert days[fit].max() < days[validation].min()
    assert len(validation) == 48
    fit, validation = latest_aside(training, (days < 5).to_numpy() * 1, way.groups)
    assert (len(fit), len(validation)) == (320, 0)


def test_spans_of_time_are_ordered_and_part_no_time():
    days = pd.Series(np.random.default_rng(0).integers(0, 700, 1000))
    table = pd.DataFrame({"day": days, "span": ByTime(days).groups}).sort_values("day")
    assert table["span"].is_monotonic_increasing
    assert (table.groupby("day")["span"].nunique() == 1).all()
    assert SPANS / 2 < table["span"].nunique() <= SPANS


@pytest.fixture
def table():
    """300 rows of two classes, a tenth of them in the minority."""
    rng = np.random.default_rng(0)
    y = pd.Series(np.repeat(["common", "rare"], [270, 30]), name="class")
    X = pd.DataFrame(
        {
            "signal": (y == "rare") + rng.normal(size=300),
            "patient": rng.choice(list("abcdefghijkl"), 300),
            "day": rng.integers(0, 100, 300),
        }
    )
    return X, y


def cut(table, protocol, *, folds=3, repeats=1, random_state=0):
    how = {"folds": folds, "repeats": repeats, "random_state": random_state}
    return make_splits(*table, protocol, **how)


def test_every_protocol_is_tested():
    assert set(ARGUMENTS) == set(PROTOCOLS)


@pytest.mark.parametrize("name", ["", *PROTOCOLS])
def test_splits_are_disjoint_repeatable_and_hold_every_class(table, name):
    protocol = {name: ARGUMENTS[name]} if name else {}
    X, y = table
    repeats = [1] if name == "time" else [1, 2]
    _, splits = cut(table, protocol, repeats=len(repeats))
    _, again = cut(table, protocol, repeats=len(repeats))
    assert [(s.repeat, s.fold) for s in splits if s.variant == splits[0].variant] == [
        (repeat, fold) for repeat in repeats for fold in (1, 2, 3)
    ]
    assert {split.ordered for split in splits} == {name == "time"}
    for split, same in zip(splits, again, strict=True):
        for part in ("fit", "validation", "test"):
            np.testing.assert_array_equal(getattr(split, part), getattr(same, part))
        rows = np.concatenate([split.fit, split.validation, split.test])
        assert len(np.unique(rows)) == len(rows) <= len(X)
        assert set(y[split.fit]) == set(y[split.test]) == {"common", "rare"}
        assert (np.diff(split.fit) > 0).all()


def test_without_a_protocol_the_whole_table_is_used(table):
    X, splits = cut(table, {}, repeats=2)
    assert X is table[0]
    assert {split.variant for split in splits} == {Variant()}
    for split in splits:
        assert len(split.fit) + len(split.validation) + len(split.test) == 300
        assert 0.1 < len(split.validation) / (len(split.validation) + len(split.fit)) < 0.2
    for repeat in (1, 2):
        tested = np.concatenate([split.test for split in splits if split.repeat == repeat])
        np.testing.assert_array_equal(np.sort(tested), np.arange(300))
    assert not np.array_equal(splits[0].test, splits[3].test)


@pytest.mark.parametrize("name", ["group", "time"])
def test_the_column_that_rows_are_held_out_by_is_no_feature(table, name):
    column = ARGUMENTS[name]
    X, splits = cut(table, {name: column})
    assert list(X) == [each for each in table[0] if each != column]
    assert {split.variant for split in splits} == {Variant(f"{name}={column}")}
    values = table[0][column]
    for split in splits:
        training = np.union1d(split.fit, split.validation)
        if name == "group":
            assert not set(values[training]) & set(values[split.test])
            assert not set(values[split.fit]) & set(values[split.validation])
        else:
            assert values[training].max() < values[split.test].min()
            assert values[split.fit].max() < values[split.validation].min()


def test_repeats_by_time_would_be_the_same_folds(table):
    with pytest.raises(ValueError, match="each repeat would be the same folds: give repeats=1"):
        cut(table, {"time": "day"}, repeats=2)


@pytest.mark.parametrize("name", ["group", "time"])
def test_inner_folds_do_not_part_what_is_held_out_together(table, name, monkeypatch):
    seen = []

    def spy(fit, X, y, classes, *, groups, **how):
        seen.append(groups)
        return tune_decision(fit, X, y, classes, groups=groups, **how)

    monkeypatch.setattr(trial, "tune_decision", spy)
    how = {"protocol": {name: ARGUMENTS[name]}, "folds": 2, "metrics": ["mcc"], **FAST}
    results = compare(*table, ["tuned_threshold"], **how)
    assert set(results["status"]) == {"ok"}
    _, splits = cut(table, {name: ARGUMENTS[name]}, folds=2)
    column = table[0][ARGUMENTS[name]]
    for split, groups in zip(splits, seen, strict=True):
        training = np.union1d(split.fit, split.validation)
        pairs = pd.DataFrame({"group": groups, "value": column[training].to_numpy()})
        assert (pairs.groupby("value")["group"].nunique() == 1).all()
        assert len(np.unique(groups)) > 3


def test_a_ratio_is_had_by_rows_of_the_smallest_class_in_training_alone(table):
    _, plain = cut(table, {})
    _, thinned = cut(table, {"imbalance_ratio": 0.05})
    _, y = table
    for full, less in zip(plain, thinned, strict=True):
        assert less.variant == Variant("ratio=0.05")
        np.testing.assert_array_equal(less.test, full.test)
        training = np.union1d(less.fit, less.validation)
        assert set(training) < set(np.union1d(full.fit, full.validation))
        counts = y[training].value_counts()
        assert counts["common"] == 180
        assert counts["rare"] == 9


def test_sizes_make_a_learning_curve_whose_rows_are_nested(table):
    _, splits = cut(table, {"minority_sizes": [5, 10, 15]})
    _, y = table
    rare = [{row for row in np.union1d(s.fit, s.validation) if y[row] == "rare"} for s in splits]
    assert [len(rows) for rows in rare] == [5, 10, 15] * 3
    assert rare[0] < rare[1] < rare[2]
    assert [s.variant for s in splits[:3]] == [Variant("", 5), Variant("", 10), Variant("", 15)]
    np.testing.assert_array_equal(splits[0].test, splits[2].test)


def test_sizes_that_cannot_be_had_are_left_out_with_a_warning(table):
    with pytest.warns(UserWarning, match="up to 500: these are left out"):
        _, splits = cut(table, {"minority_sizes": [5, 500]})
    assert {split.variant for split in splits} == {Variant("", 5)}


def test_holding_out_and_thinning_go_together(table):
    _, splits = cut(table, {"minority_sizes": [5, 8], "group": "patient"})
    assert {s.variant for s in splits} == {
        Variant("group=patient", 5),
        Variant("group=patient", 8),
    }
    patient = table[0]["patient"]
    for split in splits:
        assert not set(patient[split.fit]) & set(patient[split.test])


def test_a_ratio_and_a_size_are_both_told(table):
    protocol = {"time": "day", "imbalance_ratio": 0.06, "minority_sizes": [5]}
    _, splits = cut(table, protocol, folds=2)
    assert {split.variant for split in splits} == {Variant("time=day, ratio=0.06", 5)}


def test_results_tell_the_protocol_in_columns_of_their_own(table):
    protocol = {"minority_sizes": [5, 10]}
    how = {"protocol": protocol, "dataset": "mine@home", "folds": 2, **FAST}
    results = compare(*table, ["none", "random"], metrics=["mcc"], **how)
    assert set(results["status"]) == {"ok"}
    assert set(results["dataset"]) == {"mine@home"}
    assert set(results["protocol"]) == {""}
    before = results[results["metric"] == "ratio_before"].groupby("minority_rows")["value"].mean()
    assert before.to_dict() == pytest.approx({5: 5 / 135, 10: 10 / 135})


def test_a_split_is_the_same_alone_and_among_all(table):
    protocol = {"minority_sizes": [5, 10], "group": "patient"}
    _, among_all = cut(table, protocol, repeats=2)
    alone = Splits(*table, protocol, folds=3, random_state=0)
    for split in reversed(among_all):
        same = alone.make(split.repeat, split.fold, split.variant)
        for part in ("fit", "validation", "test"):
            np.testing.assert_array_equal(getattr(split, part), getattr(same, part))


@pytest.mark.parametrize(
    ("protocol", "message"),
    [
        ({"groups": "patient"}, "no protocol 'groups'. Did you mean 'group'"),
        ({"group": "pateint"}, "no column 'pateint'. Did you mean 'patient'"),
        ({"group": "patient", "time": "day"}, "cannot be held out by group and by time"),
        ({"group": "half"}, "'half' holds 2 groups, fewer than the 3 folds"),
        ({"time": "signal_hole"}, "'signal_hole' has no value in 1 rows"),
        ({"time": "class_copy"}, "has no row of the class 'rare': ask for fewer folds"),
        ({"time": "patient"}, "'patient' holds no times"),
        ({"imbalance_ratio": 0.5}, "give a ratio from 0.0056 to 0.11"),
        ({"imbalance_ratio": 0.001}, "imbalance_ratio=0.001 cannot be had"),
        ({"minority_sizes": [50]}, "the smallest must be from 1 to 20"),
        ({"minority_sizes": [0, 5]}, "the smallest must be from 1 to 20"),
        ({"minority_sizes": []}, "the smallest must be from 1 to 20"),
    ],
)
def test_what_cannot_be_followed_is_refused(table, protocol, message):
    X, y = table
    X = X.assign(
        half=np.arange(300) % 2,
        signal_hole=X["signal"].where(np.arange(300) > 0),
        class_copy=(y == "rare").astype(int) * 300 + np.arange(300),
    )
    with pytest.raises(ValueError, match=message):
        compare(X, y, ["none"], folds=3, protocol=protocol, **FAST)


@pytest.mark.parametrize("name", ["group", "time"])
def test_a_lone_column_leaves_no_feature(table, name):
    column = ARGUMENTS[name]
    with pytest.raises(ValueError, match=f"No feature column is left beside '{column}'"):
        compare(table[0][[column]], table[1], ["none"], protocol={name: column}, **FAST)
