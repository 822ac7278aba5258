"""SMOTE on tables as they come."""

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import RandomOverSampler

from gansampler.evaluation.axes.table_samplers import TableRandomOverSampler, TableSMOTE


def test_smote_keeps_the_original_rows_and_the_dtypes(mixed):
    X, y = mixed
    X_new, y_new = TableSMOTE(0).fit_resample(X, y)
    pd.testing.assert_frame_equal(X_new.iloc[: len(X)], X)
    pd.testing.assert_series_equal(y_new.iloc[: len(y)], y)
    assert y_new.value_counts().unique().tolist() == [90]
    added = X_new.iloc[len(X) :]
    assert added["empty"].isna().all()
    assert added.drop(columns="empty").notna().all().all()
    for name in ["text", "string", "category", "ordered", "bool", "boolean"]:
        assert set(added[name]) <= set(X[name].dropna())


def test_smote_of_numbers_is_imbalanced_learns(mixed):
    from imblearn.over_sampling import SMOTE

    X, y = mixed
    X = X[["float", "float32"]].astype("float64")
    ours = TableSMOTE(0).fit_resample(X, y)
    theirs = SMOTE(random_state=0).fit_resample(X, y)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.equals(other)


def test_duplicates_are_imbalanced_learns_and_of_any_dtype(mixed):
    X, y = mixed
    X_new, y_new = TableRandomOverSampler(0).fit_resample(X, y)
    assert X_new.dtypes.equals(X.dtypes)
    rows, labels = RandomOverSampler(random_state=0).fit_resample(X[["float"]], y)
    pd.testing.assert_frame_equal(X_new[["float"]], rows)
    pd.testing.assert_series_equal(y_new, labels)
    zones = X[["zone"]].dropna()  # which imbalanced-learn cannot give back
    assert TableRandomOverSampler(0).fit_resample(zones, y[zones.index])[0].dtypes["zone"] == (
        zones["zone"].dtype
    )


def test_smote_of_categories_alone(mixed):
    X, y = mixed
    X_new, y_new = TableSMOTE(0).fit_resample(X[["text", "category"]], y)
    assert y_new.value_counts().unique().tolist() == [90]
    assert set(X_new["category"].dropna()) == {"u", "v"}


@pytest.mark.parametrize("n_rare", [1, 2, 5])
def test_smote_of_a_class_of_a_few_rows(n_rare):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(40 + n_rare, 2)), columns=["a", "b"])
    y = pd.Series([0] * 40 + [1] * n_rare)
    X_new, y_new = TableSMOTE(0).fit_resample(X, y)
    added = X_new[41 + n_rare - 1 :]
    assert (y_new == 1).sum() == 40
    low, high = X[y == 1].min(), X[y == 1].max()
    assert ((added >= low - 1e-9) & (added <= high + 1e-9)).all().all()
    assert (added.drop_duplicates().shape[0] == 1) == (n_rare == 1)


def test_smote_of_balanced_classes_adds_nothing():
    X, y = pd.DataFrame({"a": [1.0, 2.0]}), pd.Series([0, 1])
    X_new, y_new = TableSMOTE(0).fit_resample(X, y)
    pd.testing.assert_frame_equal(X_new, X)
    pd.testing.assert_series_equal(y_new, y)
