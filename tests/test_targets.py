"""Classes from any container: read alike, given back as they were, refused with words."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import sparse

from gansampler import JitterOverSampler
from gansampler.targets import Target, check_classes, check_target

CODES = np.repeat([0, 1], [8, 4])
WORDS = np.array(["no", "yes"])[CODES]
FLAGS = pd.Series(CODES.astype(bool), name="flag", index=range(30, 18, -1))
DAYS = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(CODES, unit="D"))
DICTIONARY = pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))

OF_WORDS = {
    "array": WORDS,
    "array of objects": WORDS.astype(object),
    "list": WORDS.tolist(),
    "tuple": tuple(WORDS),
    "series": pd.Series(WORDS, name="answer", index=range(30, 18, -1)),
    "string": pd.Series(WORDS, dtype="string"),
    "string of Arrow": pd.Series(WORDS, dtype="string[pyarrow]"),
    "dictionary of Arrow": pd.Series(WORDS).astype(DICTIONARY),
    "category": pd.Series(WORDS, dtype="category"),
    "unused and ordered": pd.Series(pd.Categorical(WORDS, ["z", "yes", "no", "a"], ordered=True)),
    "categorical": pd.Categorical(WORDS),
    "extension array": pd.array(WORDS, dtype="string"),
    "index": pd.Index(WORDS, name="answer"),
    "frame": pd.DataFrame({"answer": WORDS}),
    "frame of category": pd.DataFrame({"answer": pd.Categorical(WORDS)}),
    "column": WORDS[:, None],
    "list of lists": [[word] for word in WORDS.tolist()],
    "one-hot frame": pd.get_dummies(pd.Series(WORDS)),
    "one-hot numbers": pd.get_dummies(pd.Series(WORDS), dtype="int8"),
    "one-hot nullable": pd.get_dummies(pd.Series(WORDS)).astype("boolean"),
    "one-hot sparse": pd.get_dummies(pd.Series(WORDS), sparse=True),
}
OF_NUMBERS = {
    **{
        dtype: pd.Series(CODES).astype(dtype)
        for dtype in ("int8", "uint64", "Int64", "int32[pyarrow]", "category", "object")
    },
    **{dtype: pd.Series(CODES).astype(dtype) for dtype in ("float32", "Float64")},
    "sparse": pd.Series(pd.arrays.SparseArray(CODES)),
    "list": CODES.tolist(),
    "other byte order": CODES.astype(CODES.dtype.newbyteorder()),
    "column": CODES[:, None],
    "one-hot": np.eye(2)[CODES],
    "one-hot lists": np.eye(2, dtype=int)[CODES].tolist(),
}
OF_FLAGS = {
    **{dtype: FLAGS.astype(dtype) for dtype in ("bool", "boolean", "bool[pyarrow]", "object")},
    **{
        f"category of {dtype}": FLAGS.astype(dtype).astype("category")
        for dtype in ("bool", "boolean", "bool[pyarrow]")
    },
}
OF_OTHERS = {
    "bands": pd.cut(pd.Series(CODES + 0.5), 2),
    "days": DAYS,
    "days of Arrow": DAYS.astype("timestamp[ns][pyarrow]"),
    "days in seconds": DAYS.to_numpy().astype("M8[s]"),
    "months": DAYS.dt.to_period("M").where(CODES == 0, pd.Period("2021-01")),
    "pairs": pd.Series([("a", int(code)) for code in CODES]),
    "bytes": WORDS.astype("S"),
    "three classes, one-hot": np.eye(3, dtype=int)[np.repeat([0, 1, 2], 4)],
}
EVERY = {
    f"{kind}: {name}": y
    for kind, group in {
        "words": OF_WORDS,
        "numbers": OF_NUMBERS,
        "flags": OF_FLAGS,
        "others": OF_OTHERS,
    }.items()
    for name, y in group.items()
}


def assert_same(got, expected):
    assert type(got) is type(expected)
    if isinstance(expected, pd.DataFrame):
        pd.testing.assert_frame_equal(got, expected.reset_index(drop=True))
    elif isinstance(expected, pd.Series):
        pd.testing.assert_series_equal(got, expected.reset_index(drop=True))
    elif isinstance(expected, pd.Index):
        pd.testing.assert_index_equal(got, expected)
    elif isinstance(expected, (list, tuple)):
        assert got == expected
    elif isinstance(expected, np.ndarray):
        assert got.dtype == expected.dtype and np.array_equal(got, expected)
    else:
        pd.testing.assert_extension_array_equal(got, expected)


@pytest.mark.parametrize("y", OF_WORDS.values(), ids=OF_WORDS)
def test_words_are_read_alike(y):
    target = Target(y)
    assert target.classes.tolist() == ["no", "yes"] and target.labels.tolist() == WORDS.tolist()
    assert target.labels.dtype == object
    np.testing.assert_array_equal(target.codes, CODES)


@pytest.mark.parametrize("y", OF_NUMBERS.values(), ids=OF_NUMBERS)
def test_numbers_are_read_alike(y):
    target = Target(y)
    assert target.labels.dtype.kind in "iuf"
    assert target.classes.tolist() == [0, 1] and target.labels.tolist() == CODES.tolist()


@pytest.mark.parametrize("y", OF_FLAGS.values(), ids=OF_FLAGS)
def test_booleans_are_read_alike(y):
    target = Target(y)
    assert target.labels.dtype == bool
    assert target.classes.tolist() == [False, True] and target.name == "flag"


@pytest.mark.parametrize("y", EVERY.values(), ids=EVERY)
def test_labels_come_back_as_they_were(y):
    target = Target(y)
    assert_same(target.restore(target.labels), y)
    more = target.restore(np.concatenate([target.labels, target.classes[[1, 0, 1]]]))
    first = more.iloc[:12] if isinstance(y, (pd.Series, pd.DataFrame)) else more[:12]
    assert_same(first, y)
    assert Target(more).codes[12:].tolist() == [1, 0, 1]
    if isinstance(y, pd.DataFrame):
        assert (more.dtypes == y.dtypes).all() and list(more.columns) == list(y.columns)


def test_labels_in_another_order_have_the_dtype_too():
    y = pd.Series([True, False, True], dtype="boolean", name="t").astype("category")
    got = Target(y).restore(np.array([False, False, True]))
    pd.testing.assert_series_equal(got, pd.Series([False, False, True], name="t").astype(y.dtype))


def test_equal_labels_are_one_class_and_each_row_keeps_its_own():
    y = pd.Series([0, True, 1.0, 1, False], dtype=object)
    target = Target(y)
    assert len(target.classes) == 2
    back = target.restore(target.classes[[0, 1, 1, 1, 0, 1]])
    assert [repr(label) for label in back] == ["0", "True", "1.0", "1", "False", "True"]


def test_one_hot_frames_name_their_classes_whatever_the_order_of_columns():
    frame = pd.get_dummies(pd.Series(WORDS))[["yes", "no"]]
    assert Target(frame).classes.tolist() == ["no", "yes"]
    assert list(Target(frame).restore(WORDS).columns) == ["yes", "no"]


@pytest.mark.parametrize("y", [OF_WORDS["one-hot frame"], OF_FLAGS["category of boolean"]])
def test_a_sampler_gives_back_what_it_got(y):
    sampler = JitterOverSampler(random_state=0)
    X = pd.DataFrame({"a": np.arange(12.0)})
    _, y_new = sampler.fit_resample(X, y)
    expected = y.reset_index(drop=True)
    assert len(y_new) == 16 and not y_new.isna().any(axis=None)
    if isinstance(y, pd.DataFrame):
        pd.testing.assert_frame_equal(y_new[:12], expected)
        assert sampler.sample(2, "yes").shape == (2, 1)
    else:
        pd.testing.assert_series_equal(y_new[:12], expected)
        assert sampler.sample(2, True).shape == (2, 1)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "Expected array-like .*None"),
        ("yes", "Expected array-like"),
        (iter([0, 1]), "Expected array-like"),
        (sparse.csr_matrix(np.eye(2)), r"sparse matrix.*y\.toarray"),
        (np.zeros((2, 2, 2)), r"one class a row.*\(2, 2, 2\)"),
        (pd.DataFrame(index=range(3)), "0 columns"),
        ([[1, 1], [0, 1]], "2 columns.*Multilabel and multioutput targets are not supported"),
        ([[0, 0], [0, 1]], "2 columns"),
        ([[0.3, 0.7], [0, 1]], "2 columns"),
        ([["a", "b"], ["c", "d"]], "2 columns"),
        (pd.DataFrame(np.eye(2), columns=["a", "a"]), "2 columns"),
        (pd.DataFrame({"a": [1, None], "b": [0, 1]}), "NaN.*1 of 2 rows .*row 2"),
        (pd.Series(["a", None, "b"], name="t"), "NaN.*The target 't' .*1 of 3 rows .*row 2"),
        (pd.Series([1, None], dtype="Int64"), "Input y contains NaN"),
        (pd.Categorical(["a", None]), "Input y contains NaN"),
        (np.ma.array([0, 1], mask=[False, True]), "Input y contains NaN"),
        (np.array([0, np.nan]), "Input y contains NaN"),
        ([0.5, 1.0], r"continuous \(0\.5"),
        (pd.Series([0, 1.5], dtype=object), "continuous"),
        ([np.inf, 1.0], r"continuous \(inf"),
        ([1j, 2], "Complex data not supported"),
        (["a", 1], "cannot be sorted.*int, str"),
        (pd.Series([True, "yes"]), "cannot be sorted.*bool, str"),
        (pd.Series([["a"], ["b"]]), "cannot be sorted or told apart .*list"),
    ],
)
def test_refuses_what_holds_no_classes(y, message):
    with pytest.raises(ValueError, match=message):
        Target(y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["a", "b", None, "b"] * 3, "no value in 3 of 12 rows .*row 3"),
        (["a"] * 12, "one class alone, 'a'"),
        ([], "one class alone: there"),
        (["a"] * 10 + ["b"] * 2, r"fewer rows than the 3 folds: 'b' \(rows: 2\)"),
        (list(range(100)), "100 different values"),
    ],
)
def test_refuses_targets_that_cannot_be_cross_validated(y, message):
    with pytest.raises(ValueError, match=message):
        check_target(y, n_rows=len(y), folds=3)


def test_refuses_another_number_of_rows_and_one_fold():
    with pytest.raises(ValueError, match="inconsistent"):
        check_target(["a", "b"] * 7, n_rows=12, folds=3)
    with pytest.raises(ValueError, match="folds=1"):
        check_target(["a", "b"], n_rows=2, folds=1)


def test_cross_validated_classes_are_plain_and_keep_their_name():
    for y, dtype in [(OF_FLAGS["category of boolean"], bool), (OF_NUMBERS["Int64"], int)]:
        expected = pd.Series(CODES, name=y.name).astype(dtype)
        pd.testing.assert_series_equal(check_target(y, n_rows=12, folds=3), expected)
    for y in OF_WORDS.values():
        checked = check_target(y, n_rows=12, folds=3)
        assert checked.dtype == object and checked.tolist() == WORDS.tolist()
    bands = check_target(OF_OTHERS["bands"], n_rows=12, folds=3)
    assert bands.unique().tolist() == ["(0.499, 1.0]", "(1.0, 1.5]"]


def test_checked_classes_are_the_target():
    assert check_classes(WORDS).classes.tolist() == ["no", "yes"]
