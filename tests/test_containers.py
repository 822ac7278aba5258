"""Tables of polars and of Arrow come in, and come back as what they were."""

import datetime as dt
import pickle
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier

from gansampler import GuardedOverSampler, JitterOverSampler, LSGANOverSampler, quality_report
from gansampler.containers import as_pandas, emptied, put_below
from gansampler.evaluation import compare
from gansampler.plotting import RowMapDisplay

pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

N, RARE = 80, 26
FEW = {"steps": 10, "random_state": 0}


def with_holes(values):
    return [None if place % 7 == 3 else value for place, value in enumerate(values)]


def every_dtype():
    """Make a table of polars with a column of each dtype, most of them with holes."""
    rng = np.random.default_rng(0)
    few, words = rng.integers(0, 9, N), rng.choice(["x", "y"], N).tolist()
    days = [dt.timedelta(int(day)) for day in rng.integers(0, 99, N)]
    return pl.DataFrame(
        {
            "integer": pl.Series(with_holes(rng.integers(0, 99, N).tolist()), dtype=pl.Int64),
            "beyond a float": pl.Series(few.astype("uint64") + np.uint64(2**63)),
            "byte": pl.Series(few, dtype=pl.Int8),
            "float": rng.normal(size=N),
            "single": pl.Series(with_holes(rng.normal(size=N).tolist()), dtype=pl.Float32),
            "text": with_holes(words),
            "categorical": pl.Series(with_holes(words), dtype=pl.Categorical),
            "enum": pl.Series(words, dtype=pl.Enum(["x", "y", "never seen"])),
            "boolean": with_holes(rng.choice([True, False], N).tolist()),
            "date": with_holes([dt.date(2020, 1, 1) + day for day in days]),
            "moment": with_holes([dt.datetime(2020, 1, 1) + day for day in days]),
            "duration": with_holes(days),
            "decimal": pl.Series([f"{number}.50" for number in few]).cast(pl.Decimal(10, 2)),
        }
    )


def classes():
    return pl.Series("kind", ["common"] * (N - RARE) + ["rare"] * RARE)


@pytest.mark.parametrize(
    "sampler", [JitterOverSampler(random_state=0), LSGANOverSampler(**FEW)], ids=["none", "gan"]
)
def test_polars_comes_back_as_polars(sampler):
    X, y = every_dtype(), classes()
    X_new, y_new = sampler.fit_resample(X, y)
    assert X_new.schema == X.schema
    assert X_new.head(N).equals(X)
    assert len(X_new) == 2 * (N - RARE)
    assert (y_new.name, y_new.dtype) == ("kind", pl.String)
    assert y_new.to_list() == y.to_list() + ["rare"] * (N - 2 * RARE)
    more = sampler.sample(5)
    assert more.schema == X.schema
    assert len(more) == 5


def test_new_rows_of_polars_are_those_of_pandas():
    X, y = every_dtype().select("integer", "float", "text", "date"), classes()
    got, _ = JitterOverSampler(random_state=0).fit_resample(X, y)
    expected, _ = JitterOverSampler(random_state=0).fit_resample(as_pandas(X), as_pandas(y))
    pd.testing.assert_frame_equal(as_pandas(got), expected)


def test_arrow_comes_back_as_arrow():
    X, y = every_dtype().to_arrow(), pa.chunked_array([classes().to_list()])
    X_new, y_new = JitterOverSampler(random_state=0).fit_resample(X, y)
    assert isinstance(X_new, pa.Table)
    assert X_new.schema == X.schema
    assert X_new.slice(0, N).equals(X)
    assert isinstance(y_new, pa.ChunkedArray)
    assert y_new.slice(0, N).equals(y)


def test_a_one_hot_target_comes_back_one_hot():
    one_hot = classes().to_dummies()
    _, y_new = JitterOverSampler(random_state=0).fit_resample(every_dtype(), one_hot)
    assert y_new.columns == one_hot.columns
    assert y_new.sum().rows() == [(N - RARE, N - RARE)]


def test_the_guard_gives_back_polars():
    guarded = GuardedOverSampler(JitterOverSampler(), cv=2, random_state=0, standard_errors=1000)
    X = every_dtype()
    X_new, _ = guarded.fit_resample(X, classes())
    assert X_new.schema == X.schema
    assert len(X_new) > N
    assert guarded.sample(3, "rare").schema == X.schema


def test_polars_goes_through_a_pipeline_that_is_cross_validated():
    from imblearn.pipeline import make_pipeline

    X = every_dtype().select("float", "byte")
    pipeline = make_pipeline(JitterOverSampler(random_state=0), DecisionTreeClassifier())
    assert np.isfinite(cross_val_score(pipeline, X, classes(), cv=2)).all()


def test_figures_pictures_and_the_benchmark_take_polars():
    X, y = every_dtype(), classes()
    results = compare(X, y, ["none", "jitter"], folds=2, repeats=1, metrics=["roc_auc"])
    assert set(results["status"]) == {"ok"}
    report = quality_report(JitterOverSampler(random_state=0), X, y, label="rare")
    assert "duplicates" in report.frame.index
    real = X.filter(y == "rare")
    assert RowMapDisplay.from_rows(real, real.head(9)) is not None


def test_a_sampler_of_polars_can_be_pickled():
    sampler = JitterOverSampler(random_state=0)
    sampler.fit_resample(every_dtype(), classes())
    assert pickle.loads(pickle.dumps(sampler)).sample(4).equals(sampler.sample(4))


def test_a_lazy_frame_is_refused_with_the_way_out():
    with pytest.raises(TypeError, match=r"polars LazyFrame holds no rows yet.*collect"):
        JitterOverSampler().fit_resample(every_dtype().lazy(), classes())


def test_a_column_of_lists_is_refused():
    X = every_dtype().select("float").with_columns(pl.Series("lists", [[1, 2]] * N))
    with pytest.raises(ValueError, match="lists"):
        JitterOverSampler().fit_resample(X, classes())


def test_without_pyarrow_it_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match="polars DataFrame, pyarrow is needed"):
        as_pandas(every_dtype())


@pytest.mark.parametrize("thing", [None, 3, "text", [1], np.ones(3), pd.Series([1])])
def test_all_else_passes(thing):
    assert as_pandas(thing) is thing
    assert emptied(thing) is None


def test_an_emptied_table_takes_rows():
    X = every_dtype()
    assert len(emptied(X)) == 0
    assert put_below(emptied(X), as_pandas(X)).equals(X)


def test_a_column_without_a_name_keeps_it():
    X = pl.DataFrame({"": np.linspace(0, 1, 7), "b": range(7)})
    X_new, _ = JitterOverSampler(random_state=0).fit_resample(X, [0, 0, 0, 0, 1, 1, 1])
    assert X_new.schema == X.schema
    assert X_new.head(7).equals(X)
