"""A table as numbers: learnt from training rows, and from nothing else."""

import numpy as np
import pandas as pd

from gansampler.evaluation.axes.learners import FeatureMatrix, one_hot_and_scaled


def test_feature_matrix_learns_from_training_rows_alone(mixed):
    X, _ = mixed
    X = X.assign(text=X["text"].fillna("x"))
    training, held_out = X[X["text"] != "z"], X[X["text"] == "z"]
    features = FeatureMatrix().fit(training)
    place = X.columns.get_loc("text")
    assert np.isnan(features.transform(held_out)[:, place]).all()
    assert np.isin(features.transform(training)[:, place], [0, 1]).all()
    types = dict(zip(X.columns, features.feature_types_, strict=True))
    assert {name for name, kind in types.items() if kind == "c"} == {
        *("bool", "boolean", "text", "string", "category")
    }


def test_ordered_categories_keep_their_order():
    grades = pd.Categorical(
        ["middle", "low", "high"], categories=["low", "middle", "high"], ordered=True
    )
    X = pd.DataFrame({"grade": grades})
    assert FeatureMatrix().fit(X).transform(X)[:, 0].tolist() == [1, 0, 2]


def test_moments_and_large_numbers_keep_their_distances():
    day = pd.to_datetime(["2026-01-01 00:00:00", "2026-01-01 00:00:01"])
    X = pd.DataFrame({"moment": day, "number": [2**40, 2**40 + 1]})
    found = FeatureMatrix().fit(X).transform(X)
    assert np.diff(found, axis=0).tolist() == [[1, 1]]


def test_one_hot_and_scaled_learns_from_training_rows_alone(mixed):
    X, _ = mixed
    X = X.assign(text=X["text"].fillna("x"))
    seen = (X["text"] != "z").to_numpy()
    features = FeatureMatrix().fit(X[seen])
    preprocessing = one_hot_and_scaled(features.feature_types_)
    training = preprocessing.fit_transform(features.transform(X[seen]))
    held_out = preprocessing.transform(features.transform(X[~seen]))
    assert np.isfinite(training).all() and np.isfinite(held_out).all()
    assert training.shape[1] == held_out.shape[1] > X.shape[1]
    names = preprocessing.get_feature_names_out()
    text = X.columns.get_loc("text")
    ones = [place for place, name in enumerate(names) if f"categories__x{text}_" in name]
    assert len(ones) == 2
    assert (training[:, ones].sum(axis=1) == 1).all()
    assert (held_out[:, ones] == 0).all(), "an unseen category is none of the seen ones"
    quantity = names.tolist().index("quantities__x0")
    assert abs(training[:, quantity].mean()) < 1e-5
    assert abs(held_out[:, quantity].mean()) > 1e-5, "held-out rows were scaled by themselves"


def test_a_hole_in_a_quantity_gets_the_median_of_training():
    features = FeatureMatrix().fit(pd.DataFrame({"a": [0.0, 2.0, 100.0]}))
    preprocessing = one_hot_and_scaled(features.feature_types_)
    preprocessing.fit(features.transform(pd.DataFrame({"a": [0.0, 2.0, 100.0]})))
    hole, median = preprocessing.transform(np.array([[np.nan], [2.0]]))
    assert hole == median
