"""More rows than balance asks for, in every over-sampler that takes callables."""

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE, SMOTENC, RandomOverSampler
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from gansampler import CGANOverSampler, Enlarge, JitterOverSampler
from gansampler.base import BaseGANOverSampler
from gansampler.targets import Target

SAMPLERS = [
    RandomOverSampler(random_state=0),
    SMOTE(random_state=0),
    SMOTENC([2], random_state=0),
    JitterOverSampler(random_state=0),
    CGANOverSampler(steps=1, random_state=0),
]
each_sampler = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda each: type(each).__name__)


@pytest.fixture(scope="module")
def X():
    rng = np.random.default_rng(0)
    return np.column_stack([rng.normal(size=(60, 2)), rng.integers(0, 3, 60)])


CODES = np.repeat([0, 1, 2], [36, 14, 10])


@pytest.mark.parametrize(
    ("times", "max_rows", "size"),
    [
        (3, None, 108),
        (1.25, None, 45),
        (1, None, 36),
        (2.3, None, 83),  # 82.8, which is not cut off
        (3, 324, 108),
        (3, 323, 107),  # a third of 323
        (3, 110, 36),  # 36 are there already
        (3, 1, 36),
        (np.int64(3), np.int32(1000), 108),
        (np.float32(1.5), None, 54),
        (1.7e308, None, sys.maxsize),
        (1.7e308, 324, 108),
    ],
)
def test_every_class_has_so_many_rows(times, max_rows, size):
    asked = Enlarge(times, max_rows=max_rows)(CODES)
    assert asked == {0: size, 1: size, 2: size}
    assert {type(each) for each in [*asked, *asked.values()]} == {int}


def test_by_default_three_times_and_a_cap():
    assert Enlarge()(CODES) == dict.fromkeys(range(3), 108)
    large = np.repeat([0, 1], [20_000, 100])
    assert Enlarge()(large) == {0: 25_000, 1: 25_000}
    assert Enlarge()(np.repeat([0, 1], [30_000, 100])) == {0: 30_000, 1: 30_000}


TEXT = np.array(["c", "a", "b"])[CODES]
TARGETS = {
    "text": (TEXT, "abc"),
    "objects": (TEXT.astype(object), "abc"),
    "list": (TEXT.tolist(), "abc"),
    "bool": (CODES == 2, [False, True]),
    "numpy scalars": ([*map(np.int64, CODES)], [0, 1, 2]),
    "floats": (CODES.astype(float), [0.0, 1.0, 2.0]),
    "series": (pd.Series(TEXT, index=np.arange(60) + 7), "abc"),
    "categories": (pd.Series(TEXT, dtype="category"), "abc"),
    "strings": (pd.Series(TEXT, dtype="string"), "abc"),
    "column": (pd.DataFrame({"y": TEXT}), "abc"),
    "one-hot": (np.eye(3, dtype=int)[CODES], [0, 1, 2]),
    "one-hot frame": (pd.get_dummies(pd.Series(TEXT)), "abc"),
}
each_target = pytest.mark.parametrize("kind", TARGETS)


@each_target
def test_classes_in_any_container(kind):
    y, classes = TARGETS[kind]
    size = 3 * (50 if kind == "bool" else 36)
    assert Enlarge(3)(y) == dict.fromkeys(classes, size)


@each_sampler
@each_target
def test_samplers_fill_every_class(X, sampler, kind):
    y, classes = TARGETS[kind]
    if isinstance(y, pd.DataFrame) and not isinstance(sampler, BaseGANOverSampler):
        pytest.skip("imbalanced-learn reads such frames otherwise")
    sampler = clone(sampler).set_params(sampling_strategy=Enlarge(2))
    X_new, y_new = sampler.fit_resample(X, y)
    size = 2 * (50 if kind == "bool" else 36)
    counts = np.bincount(Target(y_new).codes)
    assert counts.tolist() == [size] * len(classes) and len(X_new) == sum(counts)
    np.testing.assert_array_equal(X_new[:60], X)


@each_sampler
def test_times_one_and_a_cap_below_balance_are_auto(X, sampler):
    expected, _ = clone(sampler).fit_resample(X, CODES)
    for strategy in (Enlarge(1), Enlarge(3, max_rows=10)):
        same = clone(sampler).set_params(sampling_strategy=strategy)
        np.testing.assert_array_equal(same.fit_resample(X, CODES)[0], expected)


def test_rows_of_the_largest_class_are_its_own():
    X, y = make_classification(300, weights=[0.9], class_sep=2, random_state=0)
    sampler = JitterOverSampler(Enlarge(2), random_state=0)
    X_new, y_new = sampler.fit_resample(X, y)
    assert sampler.sampling_strategy_ == {0: 2 * 269 - 269, 1: 2 * 269 - 31}
    assert sampler.synthetic_mask_.sum() == len(X_new) - 300
    truth = LogisticRegression().fit(X, y)
    assert truth.score(X_new[300:], y_new[300:]) > 0.9
    assert len(sampler.sample(4, 0)) == 4


def test_equality_hash_and_words():
    assert Enlarge(3) == Enlarge(3.0) == Enlarge() and hash(Enlarge(3)) == hash(Enlarge())
    assert Enlarge(2) != Enlarge(3) != Enlarge(3, max_rows=None)
    assert eval(repr(Enlarge(2.5, max_rows=7))) == Enlarge(2.5, max_rows=7)
    assert "Enlarge(times=3, max_rows=50000)" in repr(JitterOverSampler(Enlarge(3)))


def test_it_cannot_be_changed_behind_the_back_of_a_sampler():
    with pytest.raises(AttributeError):
        Enlarge(3).times = 4


def test_clone_set_params_pickle_and_search(X):
    sampler = clone(JitterOverSampler(random_state=0).set_params(sampling_strategy=Enlarge(2)))
    assert sampler.sampling_strategy == Enlarge(2)
    assert pickle.loads(pickle.dumps(sampler)).sampling_strategy == Enlarge(2)
    grid = {"jitteroversampler__sampling_strategy": ["auto", Enlarge(2), Enlarge(3)]}
    model = make_pipeline(sampler, LogisticRegression())
    y = (CODES > 0).astype(int)
    search = GridSearchCV(model, grid, cv=2, error_score="raise").fit(X, y)
    assert search.cv_results_["param_jitteroversampler__sampling_strategy"][1] == Enlarge(2)


@pytest.mark.parametrize("times", [0.99, 0, -3, np.nan, np.inf, "3", None, [3]])
def test_times_that_cannot_be_are_refused(times):
    with pytest.raises(ValueError, match=r"'times' parameter of Enlarge must be .* \[1"):
        Enlarge(times)


@pytest.mark.parametrize("max_rows", [0, -1, 2.5, np.inf, "many"])
def test_caps_that_cannot_be_are_refused(max_rows):
    with pytest.raises(ValueError, match=r"'max_rows' parameter of Enlarge must be an int"):
        Enlarge(3, max_rows=max_rows)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([], "one class alone"),
        (["a", "a"], "one class alone"),
        ([0.5, 1.5], "continuous"),
        (["a", None], "contains NaN"),
        (3, "array-like"),
    ],
)
def test_what_holds_no_classes_is_refused(y, message):
    with pytest.raises(ValueError, match=message):
        Enlarge(3)(y)


def test_torch_is_not_imported():
    words = (
        "import sys, gansampler; gansampler.Enlarge(3)([0, 0, 1]); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
