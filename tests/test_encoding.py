import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from gansampler.encoding import MAX_SLOTS, TableEncoder, matrix_columns, missing_mask, widen


def test_every_dtype_comes_back(mixed):
    frame, _ = mixed
    encoder = TableEncoder().fit(frame)
    Z = encoder.transform(frame)
    assert Z.dtype == np.float32
    assert np.isfinite(Z).all()
    pd.testing.assert_frame_equal(encoder.inverse_transform(Z), frame)


def test_any_matrix_decodes_to_values_that_were_seen(mixed):
    frame, _ = mixed
    encoder = TableEncoder().fit(frame)
    rng = np.random.default_rng(1)
    Z = rng.normal(scale=3, size=(500, encoder.width_)).astype(np.float32)
    decoded = encoder.inverse_transform(Z, rng)
    assert (decoded.dtypes == frame.dtypes).all()
    for name in frame:
        seen = set(frame[name].dropna())
        assert set(decoded[name].dropna()) <= seen
        assert len(seen) == 0 or decoded[name].isna().any() == frame[name].isna().any()


def test_snapping_is_what_decoding_and_encoding_again_would_do(mixed):
    frame, _ = mixed
    encoder = TableEncoder().fit(frame)
    Z = np.random.default_rng(2).normal(size=(200, encoder.width_)).astype(np.float32)
    snapped = encoder.snap(Z)
    np.testing.assert_array_equal(snapped, encoder.transform(encoder.inverse_transform(Z)))
    np.testing.assert_array_equal(encoder.snap(snapped), snapped)


def test_scores_are_normal_quantiles_of_mid_ranks():
    column = np.array([[3.0], [1.0], [3.0], [10.0]])
    Z = TableEncoder().fit_transform(column)
    np.testing.assert_allclose(Z[:, 0], norm.ppf([0.5, 0.125, 0.5, 0.875]), atol=1e-6)


def test_an_unseen_number_lies_between_its_neighbours():
    encoder = TableEncoder().fit(np.array([[1.0], [2.0], [4.0]]))
    low, between, high = encoder.transform(np.array([[2.0], [3.0], [4.0]]))[:, 0]
    assert between == pytest.approx((low + high) / 2)


def test_ordered_categories_keep_their_order():
    grades = pd.Categorical(["b", "a", "c"], categories=["c", "b", "a"], ordered=True)
    Z = TableEncoder().fit_transform(pd.DataFrame({"grade": grades}))
    assert Z.shape == (3, 1)
    assert Z[2] < Z[0] < Z[1]


def test_rare_categories_share_a_slot_and_come_back_by_frequency():
    names = [f"c{i}" for i in range(MAX_SLOTS + 50)]
    frame = pd.DataFrame({"name": names * 2 + names[:100] * 3})
    encoder = TableEncoder().fit(frame)
    Z = encoder.transform(frame)
    assert Z.shape[1] == MAX_SLOTS
    decoded = encoder.inverse_transform(Z, np.random.default_rng(0))["name"]
    assert (decoded[:100] == frame["name"][:100]).all()
    rare = decoded[Z[:, -1] == 1]
    assert len(set(rare)) > 10
    assert set(rare) <= set(names[100:])


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ("auto", [True, True, False]),
        (None, [True, False, False]),
        (["grade"], [True, False, True]),
        ([2], [True, False, True]),
        ([-1], [True, False, True]),
        ([False, True, False], [True, True, False]),
    ],
)
def test_which_columns_are_nominal(features, expected):
    frame = pd.DataFrame({"text": ["a", "b"], "flag": [True, False], "grade": [1, 2]})
    spans = TableEncoder(features).fit(frame).spans_
    assert [span.kind == "category" for span in spans] == expected


@pytest.mark.parametrize("features", [["nowhere"], [7], [True, False], [[0]], [[0], [1, 2]]])
def test_features_that_do_not_fit_are_refused(features):
    with pytest.raises(
        ValueError, match=r"categorical_features=.*does not fit a table of 3 columns"
    ):
        TableEncoder(features).fit(np.zeros((4, 3)))


def test_categories_of_booleans_are_categories():
    flags = pd.DataFrame({"flag": pd.Categorical([True, False, True]), "n": [1, 2, 3]})
    for features in (None, ["n"]):
        assert TableEncoder(features).fit(flags).spans_[0].kind == "category"


@pytest.mark.parametrize("dtype", ["Float32", "Float64", "double[pyarrow]"])
@pytest.mark.parametrize("features", ["auto", ["share"]])
def test_zero_by_zero_is_missing(dtype, features):
    zeros = pd.Series([0.0, 1.0, 2.0, 0.0, None] * 2).astype(dtype)
    frame = pd.DataFrame({"share": zeros / zeros, "nothing": zeros * 0 / (zeros * 0)})
    encoder = TableEncoder(features).fit(frame)
    Z = encoder.transform(frame)
    assert np.isfinite(Z).all()
    decoded = encoder.inverse_transform(Z)
    assert decoded["share"].isna().tolist() == [True, False, False, True, True] * 2
    assert decoded["nothing"].isna().all()
    assert (decoded.dtypes == frame.dtypes).all()


def test_columns_that_cannot_be_encoded_are_named():
    with pytest.raises(
        ValueError, match=r"Column 'lists' cannot be used: it holds a list \(\[1\]\)"
    ):
        TableEncoder().fit(pd.DataFrame({"lists": [[1], [2]]}))


def test_the_wrong_number_of_columns_is_refused():
    with pytest.raises(ValueError, match=r"X has 2 columns.*fitted on\s3"):
        TableEncoder().fit(np.zeros((4, 3))).transform(np.zeros((4, 2)))


def test_the_compact_form_has_a_column_a_span():
    frame = pd.DataFrame({"n": [1.0, None], "c": ["a", "b"]})
    encoder = TableEncoder().fit(frame)
    compact = matrix_columns(encoder.spans_, encoder.transform(frame))
    np.testing.assert_array_equal(compact, [[0, 0, 0], [0, 1, 1]])


def test_compact_rows_say_what_wide_ones_say(mixed):
    frame, _ = mixed
    encoder = TableEncoder().fit(frame)
    C, Z = encoder.compact(frame), encoder.transform(frame)
    assert C.shape == (len(frame), len(encoder.spans_)) and C.dtype == np.float32
    np.testing.assert_array_equal(widen(encoder.spans_, C), Z)
    np.testing.assert_array_equal(matrix_columns(encoder.spans_, Z), C)
    pd.testing.assert_frame_equal(encoder.restore(C), frame)
    holes = [span.start for span in encoder.spans_ if span.kind == "missing"]
    np.testing.assert_array_equal(
        missing_mask(encoder.spans_, C), Z[:, [h + 1 for h in holes]] == 1
    )


def test_an_unseen_category_is_minus_one_and_has_an_empty_block():
    encoder = TableEncoder().fit(pd.DataFrame({"kind": ["a", "b", "a"]}))
    C = encoder.compact(pd.DataFrame({"kind": ["b", "new"]}))
    assert C[:, 0].tolist() == [1, -1]
    assert widen(encoder.spans_, C).tolist() == [[0, 1], [0, 0]]


def test_numbers_alone_are_compact_as_they_are():
    encoder = TableEncoder().fit(np.array([[1.0, 4.0], [2.0, 3.0]]))
    Z = encoder.transform(np.array([[2.0, 4.0]]))
    assert matrix_columns(encoder.spans_, Z) is Z and widen(encoder.spans_, Z) is Z
