"""The folds: disjoint, stratified, and kind to small classes."""

import numpy as np

from gansampler.evaluation.folds import carve_validation, derive_seed, stratified_splits


def test_derived_seeds_differ_and_repeat():
    seeds = {derive_seed(0, i, j) for i in range(10) for j in range(10)}
    assert len(seeds) == 100
    assert derive_seed(0, 1, 2) in seeds
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_splits_are_disjoint_stratified_and_score_each_row_once_a_repeat():
    codes = np.repeat([0, 1, 2], [200, 40, 9])
    splits = list(stratified_splits(codes, folds=3, repeats=2, random_state=0))
    assert [(s.repeat, s.fold) for s in splits] == [(r, f) for r in (1, 2) for f in (1, 2, 3)]
    for split in splits:
        rows = np.concatenate([split.fit, split.validation, split.test])
        np.testing.assert_array_equal(np.sort(rows), np.arange(len(codes)))
        assert set(codes[split.test]) == set(codes[split.fit]) == {0, 1, 2}
        assert 0.1 < len(split.validation) / (len(split.validation) + len(split.fit)) < 0.2
    for repeat in (1, 2):
        tested = np.concatenate([s.test for s in splits if s.repeat == repeat])
        np.testing.assert_array_equal(np.sort(tested), np.arange(len(codes)))
    assert not np.array_equal(splits[0].test, splits[3].test)


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
