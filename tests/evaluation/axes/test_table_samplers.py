"""Samplers of other packages on tables as they come."""

import logging
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import ADASYN, SMOTE, SVMSMOTE, BorderlineSMOTE, RandomOverSampler
from sklearn.datasets import make_classification
from sklearn.preprocessing import StandardScaler

from gansampler import Enlarge, LSGANOverSampler
from gansampler.evaluation import STRATEGIES
from gansampler.evaluation.axes.table_samplers import (
    NEIGHBOURS,
    FilledTable,
    TableCTGAN,
    TableOverSampler,
    TableRandomOverSampler,
    TableSMOTE,
    TableSynthesizer,
)

ON_REQUEST = [
    name for name, each in STRATEGIES.items() if each.make_sampler and not each.by_default
]
CLEANING = ["smote_tomek", "smote_enn"]
# A guard may add nothing.
ADDING = [name for name in ON_REQUEST if name not in [*CLEANING, "guarded_lsgan"]]
# These add rows of the largest class, too.
ENLARGING = [name for name in ON_REQUEST if "_x3" in name]
# The star of polynom-fit SMOTE has no choice to make.
RANDOM = [name for name in ON_REQUEST if name not in ("polynom_fit_smote", "kmeans_smote")]


@pytest.fixture(scope="module")
def numbers():
    X, y = make_classification(300, weights=[0.85], class_sep=0.5, random_state=0)
    return pd.DataFrame(X).add_prefix("x"), pd.Series(np.array(["common", "rare"])[y], name="y")


@pytest.fixture(autouse=True)
def few_epochs():
    """Train CTGAN and TVAE as briefly as shows that rows come through."""
    full = TableSynthesizer.__init__

    def brief(self, random_state, **params):
        full(self, random_state, **{"epochs": 2, **params})

    with mock.patch.object(TableSynthesizer, "__init__", brief):
        yield


def make_sampler(name, seed=0):
    needed = STRATEGIES[name].needs
    if needed is not None:
        pytest.importorskip(needed)
    sampler = STRATEGIES[name].make_sampler(seed)
    if name == "guarded_lsgan":
        return sampler.set_params(sampler=LSGANOverSampler(steps=5), cv=2)
    return sampler.set_params(steps=5) if hasattr(sampler, "steps") else sampler


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


def test_smote_of_scaled_columns_is_smote_behind_a_scaler(mixed):
    X, y = mixed
    X = X[["float", "float32"]].astype("float64") * [1, 1000]
    ours, _ = TableSMOTE(0, scaled=True).fit_resample(X, y)
    scaler = StandardScaler().fit(X)
    theirs, _ = SMOTE(random_state=0).fit_resample(scaler.transform(X), y)
    np.testing.assert_allclose(ours, scaler.inverse_transform(theirs), rtol=1e-9, atol=1e-9)
    pd.testing.assert_frame_equal(ours.iloc[: len(X)], X)


def test_smote_of_scaled_columns_keeps_every_dtype(mixed):
    X, y = mixed
    X_new, y_new = TableSMOTE(0, scaled=True).fit_resample(X, y)
    pd.testing.assert_frame_equal(X_new.iloc[: len(X)], X)
    assert y_new.value_counts().unique().tolist() == [90]
    for name in ("date", "zone", "duration", "Int"):
        added = X_new.loc[len(X) :, name]
        assert X[name].min() <= added.min() and added.max() <= X[name].max()


def test_enlarged_smote_and_duplicates_are_imbalanced_learns(mixed):
    X, y = mixed
    X = X[["float", "float32"]].astype("float64")
    how = {"sampling_strategy": Enlarge(3), "random_state": 0}
    for name, theirs in {"smote_x3": SMOTE(**how), "random_x3": RandomOverSampler(**how)}.items():
        X_new, y_new = make_sampler(name).fit_resample(X, y)
        expected, labels = theirs.fit_resample(X, y)
        pd.testing.assert_frame_equal(X_new, expected)
        pd.testing.assert_series_equal(y_new, labels)
        assert y_new.value_counts().unique().tolist() == [270]


@pytest.mark.parametrize("name", ENLARGING)
def test_enlarged_tables_keep_their_rows_and_dtypes(mixed, name):
    X, y = mixed
    X_new, y_new = make_sampler(name).fit_resample(X, y)
    pd.testing.assert_frame_equal(X_new.iloc[: len(X)], X)
    assert X_new.dtypes.equals(X.dtypes) and y_new.dtype == y.dtype
    assert y_new.value_counts().unique().tolist() == [270]


def test_a_sampler_may_add_nothing(mixed):
    class Nothing(RandomOverSampler):
        def fit_resample(self, X, y):
            return X, y

    X, y = mixed
    for one_hot in (True, False):
        sampler = TableOverSampler(lambda neighbours: Nothing(), 0)
        sampler.one_hot = one_hot
        X_new, y_new = sampler.fit_resample(X, y)
        pd.testing.assert_frame_equal(X_new, X)
        pd.testing.assert_series_equal(y_new, y)


@pytest.mark.parametrize("kind", ["bool", "category", "Int64", "string"])
def test_classes_keep_their_dtype(kind):
    rng = np.random.default_rng(0)
    y = pd.Series(np.repeat([0, 1], [40, 8]), name="y").astype(kind)
    X = pd.DataFrame({"a": rng.normal(size=48), "b": rng.choice(["p", "q"], 48)}, index=y.index)
    for name in ("smote", "random", "adasyn", "smote_tomek"):
        _, y_new = make_sampler(name).fit_resample(X, y)
        assert (y_new.dtype, y_new.name) == (y.dtype, "y")


def test_scaled_smote_finds_neighbours_whatever_the_units():
    rng = np.random.default_rng(0)
    y = pd.Series([0] * 60 + [1] * 20)
    small = rng.normal(size=80)
    X = pd.DataFrame({"small": small, "twin": small + rng.normal(0, 0.01, 80)})
    X["large"] = rng.normal(0, 1e6, 80)
    for name in ("smote", "smote_scaled"):
        rows = make_sampler(name).fit_resample(X, y)[0].iloc[80:]
        assert rows["large"].abs().max() <= X["large"].abs().max()
        np.testing.assert_allclose(rows["twin"], rows["small"], atol=0.05)
    shifted = make_sampler("smote_scaled").fit_resample(X.assign(large=X["large"] / 1e6), y)[0]
    scaled = make_sampler("smote_scaled").fit_resample(X, y)[0]
    np.testing.assert_allclose(shifted["small"], scaled["small"], atol=1e-6)
    raw = [
        make_sampler("smote").fit_resample(X.assign(large=X["large"] / u), y)[0] for u in (1, 1e6)
    ]
    assert not np.allclose(raw[0]["small"], raw[1]["small"])


@pytest.mark.parametrize("name", sorted({*ADDING} - {*ENLARGING, "kmeans_smote"}))
def test_new_rows_come_under_the_original_ones(mixed, name):
    X, y = mixed
    keep = y != "rare"  # six rows are too few for some of them
    X, y = X[keep].reset_index(drop=True), y[keep].reset_index(drop=True)
    X_new, y_new = make_sampler(name).fit_resample(X, y)
    pd.testing.assert_frame_equal(X_new.iloc[: len(X)], X)
    pd.testing.assert_series_equal(y_new.iloc[: len(y)], y)
    assert (X_new.dtypes == X.dtypes).all()
    added = X_new.iloc[len(X) :]
    assert set(y_new.iloc[len(y) :]) == {"few"}
    assert 30 < len(added) < 90
    assert added["empty"].isna().all()
    assert added.drop(columns="empty").notna().all().all()
    for column in ["text", "string", "category", "ordered", "bool", "boolean"]:
        assert set(added[column]) <= set(X[column].dropna())


@pytest.mark.parametrize("name", CLEANING)
def test_cleaned_rows_are_as_they_were(mixed, name):
    X, y = mixed
    X = X.drop(columns=["date", "zone", "duration"])  # seconds are far apart: few rows were left
    before, _ = make_sampler("smote").fit_resample(X, y)
    X_new, y_new = make_sampler(name).fit_resample(X, y)
    assert (X_new.dtypes == X.dtypes).all()
    assert 100 < len(X_new) == len(y_new) < len(before)
    assert X_new["text"].isna().any(), "holes were filled"
    assert set(X_new["float"]) < set(before["float"])


def test_kmeans_smote_adds_where_the_class_is_frequent():
    rng = np.random.default_rng(0)
    y = pd.Series(np.repeat([0, 1], [160, 40]))
    far = np.where((y == 1) & (y.index % 4 > 0), 20, 0)  # three quarters of the class
    X = pd.DataFrame({"a": far + rng.normal(size=200), "text": rng.choice(["p", "q"], 200)})
    X_new, y_new = make_sampler("kmeans_smote").fit_resample(X, y)
    pd.testing.assert_frame_equal(X_new.iloc[:200], X)
    assert 155 < (y_new == 1).sum() < 170
    assert X_new.loc[200:, "a"].min() > 10
    assert set(X_new.loc[200:, "text"]) == {"p", "q"}


@pytest.mark.parametrize("name", RANDOM)
def test_seeds(numbers, name):
    first, again, other = (make_sampler(name, seed).fit_resample(*numbers)[0] for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("borderline_smote", BorderlineSMOTE),
        ("adasyn", ADASYN),
        ("svm_smote", SVMSMOTE),
        ("smote_tomek", SMOTETomek),
        ("smote_enn", SMOTEENN),
    ],
)
def test_of_numbers_they_are_imbalanced_learns(numbers, name, theirs):
    X, y = make_sampler(name).fit_resample(*numbers)
    X_theirs, y_theirs = theirs(random_state=0).fit_resample(*numbers)
    columns = list(X)

    def in_order(rows, labels):
        return rows.assign(y=labels).sort_values(columns, ignore_index=True)

    pd.testing.assert_frame_equal(in_order(X, y), in_order(X_theirs, y_theirs))


@pytest.mark.parametrize("n_rare", [1, 2, NEIGHBOURS])
@pytest.mark.parametrize("name", [n for n in ON_REQUEST if n != "kmeans_smote"])
def test_a_class_of_a_few_rows(name, n_rare):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(40 + n_rare, 2)), columns=["a", "b"])
    y = pd.Series([0] * 40 + [1] * n_rare)
    _, y_new = make_sampler(name).fit_resample(X, y)
    assert (y_new == 1).sum() >= n_rare


def test_one_hot_columns_and_the_way_back(mixed):
    X, _ = mixed
    table = FilledTable(X[["text", "int", "boolean", "empty"]], one_hot=True)
    assert table.values.shape == (len(X), 3 + 1 + 2)
    assert not table.is_code.any()
    back = table.decode(table.values)
    for name in ("text", "boolean", "int"):
        seen = X[name].notna()
        assert (back.loc[seen, name] == X.loc[seen, name]).all()
    assert back["empty"].isna().all()
    nearest = table.decode(np.array([[0.2, 0.5, 0.3, 4.4, 0.1, 0.9]]))
    first, second = X["text"].dropna().unique()[1], X["boolean"].dropna().unique()[1]
    assert nearest.iloc[0, :3].tolist() == [first, 4, second]


def test_a_logger_is_put_back(numbers):
    pytest.importorskip("smote_variants")
    logger = logging.getLogger("smote_variants")
    before = logger.level
    make_sampler("prowsyn").fit_resample(*numbers)
    assert logger.level == before


def test_a_class_that_is_never_generated_is_an_error(numbers):
    pytest.importorskip("ctgan")
    model = mock.Mock()
    model.sample.return_value = pd.DataFrame({"x0": [1.0], "class": [-1]})
    with (
        mock.patch.object(TableCTGAN, "_fit", return_value=model),
        pytest.raises(RuntimeError, match=r"CTGAN generated 0 of \d+ rows of a class"),
    ):
        TableCTGAN(0).fit_resample(*numbers)


def test_tvae_learns_the_class_alone():
    pytest.importorskip("ctgan")
    rng = np.random.default_rng(0)
    y = pd.Series(np.repeat([0, 1, 2], [80, 30, 1]))
    X = pd.DataFrame({"a": 100.0 * y + rng.normal(size=111), "text": rng.choice(["p", "q"], 111)})
    X_new, y_new = make_sampler("tvae").fit_resample(X, y)
    assert y_new.value_counts().tolist() == [80] * 3
    added = X_new.iloc[111:]
    assert added.loc[y_new == 1, "a"].between(90, 110).all()
    assert len(added[y_new[111:] == 1].drop_duplicates()) == 50
    assert (added[y_new[111:] == 2] == X.iloc[110]).all().all()
