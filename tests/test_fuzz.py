"""Random tables: what comes in is understood, what goes out was there, nothing else changes.

Two ways to the same invariants. ``pytest tests/test_fuzz.py --frames 5000`` tries so many tables
from seeds, large and quickly made; a failure names its seed. Hypothesis draws smaller tables and
settings of the samplers, ``--hypothesis-profile fuzz`` ten thousand of them; it shrinks a failure
to few rows and columns, and prints what makes it again. ``make fuzz`` does both.
"""

import copy
import csv
import random
import re
import warnings
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
import strategies
import torch
from frames import random_fields, random_frame, random_target
from hypothesis import given, settings
from hypothesis import strategies as st
from interruptions import interrupted_at
from sklearn.base import clone
from strategies import counted, rows_asked_for

from gansampler import JitterOverSampler, LSGANOverSampler
from gansampler.cli import main
from gansampler.columns import check_features, describe_columns
from gansampler.evaluation import compare
from gansampler.evaluation.report import looks
from gansampler.losses import GradientPenalty
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
    """Let numbers gone wrong be errors, and what pandas will drop; small classes may be named."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("error", RuntimeWarning)
        yield


def test_frames_come_back_as_they_were(seed):
    sampler, X, y = draw(seed)
    with nothing_else_changes(X, y):
        X_resampled, y_resampled = sampler.fit_resample(X, y)
    assert_kept(sampler, X, y, X_resampled, y_resampled)


def assert_kept(sampler, X, y, X_resampled, y_resampled):
    """Hold what came out, and what can be drawn besides, against what went in and was asked for."""
    n, counts = len(X), counted(y)
    pd.testing.assert_frame_equal(X_resampled.iloc[:n], X.reset_index(drop=True))
    assert_labels_of(y_resampled[:n], y)
    assert counted(y_resampled) == rows_asked_for(sampler.sampling_strategy, counts)
    assert sampler.synthetic_mask_.tolist() == [False] * n + [True] * (len(X_resampled) - n)
    label, most = max(sampler.sampling_strategy_.items(), key=lambda item: item[1], default=(0, 0))
    drawn = sampler.sample(4, label) if most else X.iloc[:0]
    assert_seen(X_resampled.iloc[n:], X)
    assert_seen(drawn, X)


def assert_seen(new, X):
    """Let new rows look like others, and hold nothing that those do not."""
    assert new.columns.equals(X.columns)
    assert new.dtypes.tolist() == X.dtypes.tolist()
    for i in range(X.shape[1]):
        seen = set(map(repr, X.iloc[:, i].tolist()))
        assert set(map(repr, new.iloc[:, i].tolist())) <= seen, X.dtypes.iloc[i]


@contextmanager
def nothing_else_changes(X, y):
    """Hold what the user gave, and what all code of a process shares, against what it was."""
    given = X.copy(deep=True), copy.deepcopy(y)
    with nothing_shared_changes():
        yield
    assert_untouched(X, y, given)


@contextmanager
def nothing_shared_changes():
    """Hold what all code of a process shares against what it was."""
    # Hypothesis seeds by 0, and one thread is what fits set: from others changes can be told.
    random.random(), np.random.mtrand._rand.random(), torch.rand(1)
    threads = torch.get_num_threads()
    torch.set_num_threads(3)
    before = shared_state()
    try:
        yield
        assert shared_state() == before
    finally:
        torch.set_num_threads(threads)


def shared_state():
    """Tell what all code of a process shares: sources of randomness, threads, filters, modes."""
    return {
        "numpy's random state": repr(np.random.mtrand._rand.get_state()),
        "torch's random state": torch.get_rng_state().tolist(),
        "python's random state": random.getstate(),
        "torch's threads": torch.get_num_threads(),
        "torch's modes": (torch.get_default_dtype(), torch.is_grad_enabled()),
        "filters of warnings": list(warnings.filters),
        "numpy's errors": np.geterr(),
    }


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


def share(part):
    """Let a test have its part of the examples of the profile."""
    return settings(max_examples=round(part * settings.default.max_examples))


@share(0.55)
@given(strategies.cases())
def test_whatever_is_asked_for_is_given_and_nothing_else(case):
    sampler, table = case
    X, y = table.make()
    with nothing_else_changes(X, y):
        first, labels = sampler.fit_resample(X, y)
        again, _ = clone(sampler).fit_resample(X, y)
    pd.testing.assert_frame_equal(first, again)
    assert_kept(sampler, X, y, first, labels)


# Each is good for some parameters, and bad for all others.
VALUES = [None, "none", "", b"", -1, 0, 0.5, 1.5, 3, np.nan, np.inf, True, 1j, pd.NA, pd.NaT]
VALUES += [[], [0], ["a"], [-1], [None], [0.5, "x"], (1, 2, 3), {}, {9: 9}, {0: np.nan}]
VALUES += [len, GradientPenalty(), JitterOverSampler(), np.ones((2, 2)), pd.DataFrame()]
# So large that no memory holds it; of these, work that never ends would be the answer.
HUGE, UNENDING = [2**40, 2**70, 1e300, (2**40, 2**40)], {"steps", "discriminator_steps"}


@share(0.2)
@given(strategies.cases(), st.data())
def test_a_setting_is_taken_or_refused_by_its_name(case, data):
    sampler, table = case
    name = data.draw(st.sampled_from(sorted(sampler.get_params(deep=False))))
    values = VALUES if name in UNENDING else [*VALUES, *HUGE]
    sampler.set_params(**{name: data.draw(st.sampled_from(values))})
    refused = assert_good_or_refused(sampler, *table.make())
    if (
        refused is not None and name.removesuffix("s") not in refused
    ):  # imbalanced-learn says it in other words
        assert name == "sampling_strategy"
        assert re.search("ratio|not present in the data", refused)


def assert_good_or_refused(sampler, X, y):
    """Let a sampler do its work, or say in words why it cannot and be as if never fitted."""
    with nothing_else_changes(X, y):
        try:
            sampler.fit_resample(X, y)
        except (ValueError, TypeError, FloatingPointError) as error:
            assert not [name for name in vars(sampler) if name.endswith("_")]
            assert is_ours(error), f"{error!r} was not foreseen"
            return str(error)
    return None


def is_ours(error):
    """Whether an error was raised by this package, or by those that check for it."""
    frames, frame = [], error.__traceback__
    while frame is not None:
        frames.append(frame.tb_frame.f_code.co_filename)
        frame = frame.tb_next
    checks = ("sklearn/utils", "imblearn/utils", "gansampler/")
    return any(each in frames[-1].replace("\\", "/") for each in checks)


# What is wrong with a table, and a word that says so.
WRONG = {
    "a column twice": (lambda X, y: (pd.concat([X, X], axis=1), y), "more than one column"),
    "no rows": (lambda X, y: (X[:0], y[:0]), "0 sample|class"),
    "no columns": (lambda X, y: (X.iloc[:, :0], y), "0 feature"),
    "a row too few": (lambda X, y: (X[1:], y), "inconsistent numbers"),
    "a class too few": (lambda X, y: (X, y[1:]), "inconsistent numbers|class"),
    "one class": (lambda X, y: (X, np.zeros(len(X))), "class"),
    "no classes": (lambda X, y: (X, None), "y"),
    "holes in the classes": (lambda X, y: (X, [None, *list(y)[1:]]), "NaN"),
    "numbers for classes": (lambda X, y: (X, np.arange(len(X)) + 0.5), "continuous"),
    "complex classes": (lambda X, y: (X, np.asarray(y == y) * 1j), "[Cc]omplex"),
    "two targets": (lambda X, y: (X, np.ones((len(X), 2))), "[Mm]ultilabel"),
    "infinity": (lambda X, y: (X.assign(**{"∞": np.inf}), y), "inf"),
    "complex numbers": (lambda X, y: (X.assign(c=1j), y), "[Cc]omplex"),
    "lists": (lambda X, y: (X.assign(lists=[[1]] * len(X)), y), "lists"),
    "dicts": (lambda X, y: (X.assign(dicts=[{}] * len(X)), y), "dicts"),
    "no table": (lambda X, y: (None, y), "array"),
    "a number": (lambda X, y: (3, y), "array"),
    "a cube": (lambda X, y: (np.ones((len(X), 2, 2)), y), "dim"),
}


@pytest.mark.parametrize("wrong", WRONG)
@share(0.005)
@given(strategies.cases(names=strategies.NAMES[:1]))
def test_what_is_wrong_with_a_table_is_said(wrong, case):
    sampler, table = case
    change, word = WRONG[wrong]
    X, y = change(*table.make())
    with pytest.raises((ValueError, TypeError), match=word) as caught:
        sampler.fit_resample(X, y)
    assert is_ours(caught.value)
    assert not [name for name in vars(sampler) if name.endswith("_")]


@share(0.1)
@given(strategies.cases(kinds=strategies.KINDS_OF_POLARS, names=[["a", "b c", "", "😀", "self"]]))
def test_polars_comes_back_as_polars(case):
    pl = pytest.importorskip("polars")
    sampler, table = case
    X, y = table.make()
    X = pl.from_pandas(X.reset_index(drop=True))
    given = X.clone()
    with nothing_shared_changes():
        first, labels = sampler.fit_resample(X, y)
        again, _ = clone(sampler).fit_resample(X, y)
    assert given.equals(X)
    assert first.schema == X.schema
    assert first.head(len(X)).equals(X)
    assert first.equals(again)
    assert counted(labels) == rows_asked_for(sampler.sampling_strategy, counted(y))
    for name in X.columns:
        assert set(map(repr, first[name])) <= set(map(repr, X[name]))


@share(0.06)
@given(strategies.cases(), st.floats(0, 1))
def test_an_interruption_at_any_moment_leaves_no_trace(case, moment):
    sampler, table = case
    X, y = table.make()
    with interrupted_at(None) as calls:
        expected, _ = sampler.fit_resample(X, y)
    with nothing_else_changes(X, y):
        with pytest.raises(KeyboardInterrupt), interrupted_at(1 + int(moment * (len(calls) - 1))):
            sampler.fit_resample(X, y)
        assert not [name for name in vars(sampler) if name.endswith("_")]
    again, _ = sampler.fit_resample(X, y)
    pd.testing.assert_frame_equal(again, expected)


def test_the_same_seed_gives_the_same_rows_and_touches_no_other(seldom):
    sampler, X, y = draw(seldom)
    with nothing_else_changes(X, y):
        first, _ = sampler.fit_resample(X, y)
        again, _ = sampler.fit_resample(X, y)
    pd.testing.assert_frame_equal(first, again)


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
