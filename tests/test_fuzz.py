"""Random tables: what comes in is understood, what goes out was there, nothing else changes.

``pytest tests/test_fuzz.py --frames 5000`` tries so many; a failure names the seed of its table.
"""

import copy
import csv
import warnings
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import torch
from frames import random_fields, random_frame, random_target

from gansampler import JitterOverSampler, LSGANOverSampler
from gansampler.cli import main
from gansampler.columns import check_features, describe_columns
from gansampler.evaluation import compare
from gansampler.evaluation.report import looks
from gansampler.texts import doubts

SAMPLERS = [
    lambda seed: JitterOverSampler(acceptance=None, random_state=seed),
    lambda seed: JitterOverSampler(random_state=seed),
    lambda seed: LSGANOverSampler(
        steps=2, batch_size=16, hidden_sizes=(4,), latent_dim=2, random_state=seed
    ),
]
# A forest takes 50 ms, and most of what goes wrong has nothing to do with it.
CHANCES = [0.7, 0.15, 0.15]


def pytest_generate_tests(metafunc):
    n = metafunc.config.getoption("frames")
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(n))
    if "seldom" in metafunc.fixturenames:
        metafunc.parametrize("seldom", range(0, n, 20))


def draw(seed):
    """Draw a sampler, a table and its classes."""
    rng = np.random.default_rng(seed)
    X = random_frame(rng)
    y = random_target(rng, X.index)
    return SAMPLERS[rng.choice(len(SAMPLERS), p=CHANCES)](seed), X, y


@pytest.fixture(autouse=True)
def nothing_is_said_twice():
    """Let only what pandas will drop be an error; small classes may be spoken of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def test_frames_come_back_as_they_were(seed):
    sampler, X, y = draw(seed)
    given = X.copy(deep=True), copy.deepcopy(y)
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    assert_untouched(X, y, given)
    n = len(X)
    pd.testing.assert_frame_equal(X_resampled.iloc[:n], X.reset_index(drop=True))
    assert_labels_of(y_resampled[:n], y)
    assert set(Counter(list(y_resampled)).values()) == {max(Counter(list(y)).values())}
    label, most = max(sampler.sampling_strategy_.items(), key=lambda item: item[1], default=(0, 0))
    drawn = sampler.sample(4, label) if most else X.iloc[:0]
    for new in (X_resampled.iloc[n:], drawn):
        assert new.columns.equals(X.columns)
        assert new.dtypes.tolist() == X.dtypes.tolist()
        for i in range(X.shape[1]):
            seen = set(map(repr, X.iloc[:, i].tolist()))
            assert set(map(repr, new.iloc[:, i].tolist())) <= seen, X.dtypes.iloc[i]


def assert_untouched(X, y, given):
    pd.testing.assert_frame_equal(X, given[0])
    if isinstance(y, pd.Series):
        pd.testing.assert_series_equal(y, given[1])
    else:
        np.testing.assert_array_equal(y, given[1])


def assert_labels_of(labels, y):
    if isinstance(y, pd.Series):
        pd.testing.assert_series_equal(labels, y.reset_index(drop=True))
    else:
        np.testing.assert_array_equal(labels, y)
        assert labels.dtype == y.dtype


def test_the_same_seed_gives_the_same_rows_and_touches_no_other(seldom):
    sampler, X, y = draw(seldom)
    states = np.random.mtrand._rand.get_state()[1].copy(), torch.get_rng_state()
    first, _ = sampler.fit_resample(X, y)
    again, _ = sampler.fit_resample(X, y)
    pd.testing.assert_frame_equal(first, again)
    np.testing.assert_array_equal(np.random.mtrand._rand.get_state()[1], states[0])
    assert torch.equal(torch.get_rng_state(), states[1])


def test_arrays_of_objects_come_back_as_they_were(seldom):
    sampler, X, y = draw(seldom)
    rows = X.to_numpy(dtype=object)
    given = rows.copy()
    resampled, _ = sampler.fit_resample(rows, y)
    assert list(map(repr, rows.ravel())) == list(map(repr, given.ravel()))
    assert list(map(repr, resampled[: len(X)].ravel())) == list(map(repr, given.ravel()))
    for i in range(X.shape[1]):
        assert set(map(repr, resampled[:, i])) <= set(map(repr, given[:, i]))


def test_any_table_can_be_benchmarked(seldom):
    _, X, y = draw(seldom)
    y = pd.Series(np.asarray(y, dtype=object)).map(str)
    enough = y.map(y.value_counts()).to_numpy() >= 2
    X, y = X[enough], y[enough]
    if y.nunique() < 2 or X.isna().all(axis=None):
        return
    params = {"n_estimators": 2, "n_jobs": 1}
    strategies = ["none", "smote", "random", "jitter"]
    try:
        how = {"folds": 2, "repeats": 1, "learners": ["xgboost_default"], "params": params}
        results = compare(X, y, strategies, **how)
    except ValueError as error:
        assert "replace them" in str(error)
    else:
        assert set(results["status"]) == {"ok"}


def test_any_table_can_be_described_and_drawn(seldom):
    _, X, _ = draw(seldom)
    assert list(map(repr, describe_columns(X).index)) == list(map(repr, X.columns))
    assert all(isinstance(sentence, str) for sentence in doubts(X))
    if X.isna().all(axis=None):
        return
    try:
        twins = check_features(X)
    except ValueError as error:
        assert "replace them" in str(error)
        return
    assert describe_columns(twins)["read as"].tolist() == describe_columns(X)["read as"].tolist()
    for name in twins:
        looks.plot_column(twins[name], {"jitter": twins[name]})
    assert looks.Projection(twins)(twins).shape == (len(X), 2)


def test_generated_fields_stand_in_their_column_of_the_file(seldom, tmp_path):
    rng = np.random.default_rng(seldom)
    header, rows, label = random_fields(rng)
    separator = rng.choice([",", ";", "\t"])
    how = {"delimiter": separator, "lineterminator": str(rng.choice(["\n", "\r\n"]))}
    source, out = tmp_path / "source.csv", tmp_path / "new.csv"
    with open(source, "w", newline="", encoding=rng.choice(["utf-8", "utf-8-sig"])) as file:
        csv.writer(file, **how).writerows([header, *rows])
    words = ["--target", "class", "--label", label, "-n", "20", "--sampler", "jitter"]
    assert main(["generate", str(source), *words, "--out", str(out)]) == 0
    with open(out, newline="", encoding="utf-8-sig") as file:
        new_header, *new = csv.reader(file, delimiter=separator)
    assert new_header == header
    assert len(new) == 20
    for seen, generated in zip(zip(*rows, strict=True), zip(*new, strict=True), strict=True):
        assert set(generated) <= set(seen)
    assert {row[-1] for row in new} == {label}
