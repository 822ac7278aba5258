"""The command line: what it writes, what it returns, and how it says no."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gansampler import JitterOverSampler, __version__
from gansampler.cli import main
from gansampler.evaluation import read_store
from gansampler.evaluation.jobs import Job
from gansampler.saving.writing import write_sampler

FEW_TREES = ["--param", "n_estimators=5", "--param", "n_jobs=1", "--repeats", "1"]


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [90, 24])
    return pd.DataFrame(
        {
            "id": np.arange(114),
            "size": np.where(rng.random(114) < 0.1, np.nan, (y + rng.normal(size=114)).round(2)),
            "class": y,
            "kind": rng.choice(["a", "b,c", 'd"e'], 114),
            "flag": rng.random(114) < 0.5,
            "day": rng.choice(["2020-01-01", "2021-02-03"], 114),
        }
    )


@pytest.fixture
def data(table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table.to_csv("data.csv", index=False)
    return "data.csv"


def test_benchmark_writes_results_summary_and_report(data, tmp_path, capsys):
    words = ["benchmark", data, "--target", "class", "--drop", "id", "--folds", "3"]
    words += ["--strategies", "none", "smote", "jitter", "--out", "a/b", "--seed", "3", *FEW_TREES]
    assert main(words) == 0
    results = pd.read_csv(tmp_path / "a/b/results.csv")
    assert list(results.columns) == [
        *("dataset", "protocol", "minority_rows", "strategy", "learner", "readout"),
        *("repeat", "fold", "metric", "value", "seconds", "status"),
    ]
    assert set(results["strategy"]) == {"none", "smote", "jitter"}
    assert set(results["dataset"]) == {"data"}
    assert set(results["status"]) == {"ok"}
    summary = (tmp_path / "a/b/summary.md").read_text(encoding="utf-8")
    out, progress = capsys.readouterr()
    assert summary.startswith("## Mean accuracy, and class ratio")
    shown, words = out.split("\n\nWritten: ")[0].split("## In words")
    assert summary.endswith(words + "\n"), "the terminal ends with all words"
    titles = re.findall("^## (Mean|Gain over \\w+)", shown, re.MULTILINE)
    assert titles == ["Mean", "Mean", "Gain over none"]
    assert len(re.findall("^## ", summary, re.MULTILINE)) > 5, "the file has all tables"
    assert "9/9" in progress
    report = (tmp_path / "a/b/report.html").read_text(encoding="utf-8")
    command = "gansampler benchmark data.csv --target class --drop id --folds 3"
    assert command in report
    assert "values of size" in report
    assert "values of id" not in report


def test_classes_that_are_dates_are_benchmarked_to_the_last_picture(table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    classes = sorted(table["class"].unique())
    days = dict(zip(classes, pd.date_range("2024-01-30", periods=len(classes)), strict=True))
    table.assign(**{"class": table["class"].map(days)}).to_parquet("dates.parquet")
    words = ["benchmark", "dates.parquet", "--target", "class", "--folds", "2", *FEW_TREES]
    assert main([*words, "--strategies", "none", "jitter"]) == 0
    report = (tmp_path / "results/report.html").read_text(encoding="utf-8")
    assert "values of size" in report


def test_benchmark_takes_learners_readouts_and_protocols(data, tmp_path):
    logistic = "sklearn.linear_model.LogisticRegression"
    words = ["benchmark", data, "--target", "class", "--folds", "2", "--strategies", "random"]
    words += ["--learners", "xgboost_default", logistic, "--readouts", "as_is", "prior_corrected"]
    words += ["--minority-sizes", "5", "--group", "id", "--out", "out", "--repeats", "1"]
    words += ["--metrics", "mcc", "--metrics", "roc_auc", "instability"]
    for param in (
        "xgboost_default__n_estimators=5",
        "xgboost_default__n_jobs=1",
        f"{logistic}__C=1",
    ):
        words += ["--param", param]
    assert main(words) == 0
    results = pd.read_csv(tmp_path / "out/results.csv")
    assert set(results["status"]) == {"ok"}
    assert set(results["learner"]) == {"xgboost_default", logistic}
    assert set(results["readout"]) == {"as_is", "prior_corrected"}
    assert set(results["dataset"]) == {"data"}
    assert set(results["protocol"]) == {"group=id"}
    assert set(results["minority_rows"]) == {5}
    assert set(results["metric"]) >= {"mcc", "roc_auc", "instability"}
    assert "f1" not in set(results["metric"])
    assert set(results.loc[results["metric"] == "trees", "value"]) == {5}
    report = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "C=1" in report
    assert "group=id, minority_sizes=5" in report


@pytest.fixture
def pages(monkeypatch):
    """What would have been written, without the time it takes to draw it."""
    found = []

    def keep(arguments, store):
        found.append((store.frame(), list(store.columns()["data"].index)))
        return 0

    monkeypatch.setattr("gansampler.cli._write_pages", keep)
    return found


@pytest.fixture
def undrawn(monkeypatch):
    """Results and summary are written, and in place of the report one word."""
    monkeypatch.setattr("gansampler.evaluation.report.render_report", lambda *_, **__: "undrawn")


def test_what_is_given_twice_is_taken_together(data, pages):
    words = ["benchmark", data, "--target", "class", "--folds", "2", "--out", "out", *FEW_TREES]
    words += ["--drop", "id", "--drop", "kind", "--strategies", "none", "--strategies", "random"]
    words += ["--learners", "xgboost", "--learners", "xgboost_default"]
    words += ["--readouts", "as_is", "--readouts", "prior_corrected"]
    words += ["--minority-sizes", "5", "--minority-sizes", "8"]
    assert main(words) == 0
    results, columns = pages[0]
    assert columns == ["size", "flag", "day"]
    assert set(results["strategy"]) == {"none", "random"}
    assert set(results["learner"]) == {"xgboost", "xgboost_default"}
    assert set(results["readout"]) == {"as_is", "prior_corrected"}
    assert set(results["minority_rows"]) == {5, 8}


@pytest.mark.parametrize("store", [[], ["--store", "run.sqlite"]])
def test_a_file_name_is_not_read_like_a_protocol(data, tmp_path, undrawn, store):
    (tmp_path / "data@work.csv").write_text((tmp_path / data).read_text())
    words = ["benchmark", "data@work.csv", "--target", "class", "--folds", "2", "--out", "out"]
    words += ["--learners", "xgboost_default", "--strategies", "none", *store, *FEW_TREES]
    assert main(words) == 0
    results = pd.read_csv(tmp_path / "out/results.csv")
    assert set(results["dataset"]) == {"data@work"}
    assert results["protocol"].isna().all()


def test_benchmark_without_a_file_takes_the_embedded_table(tmp_path, capsys):
    words = ["benchmark", "--folds", "2", "--strategies", "none", "--out", str(tmp_path)]
    assert main([*words, *FEW_TREES]) == 0
    results = pd.read_csv(tmp_path / "results.csv")
    assert set(results["dataset"]) == {"winequality_red4"}
    rows = results.loc[results["metric"] == "rows_before", "value"]
    assert rows.between(600, 800).all()


def test_benchmark_of_the_same_command_gives_the_same_scores(data, tmp_path, undrawn):
    words = ["benchmark", data, "--target", "class", "--folds", "2", "--strategies", "jitter"]
    for out in ("one", "two"):
        assert main([*words, "--out", out, *FEW_TREES]) == 0
    one, two = (pd.read_csv(tmp_path / out / "results.csv") for out in ("one", "two"))
    timeless = ~one["metric"].str.startswith("seconds")
    pd.testing.assert_series_equal(one.loc[timeless, "value"], two.loc[timeless, "value"])


def test_a_failing_strategy_is_reported_and_makes_the_exit_code_1(data, tmp_path, monkeypatch):
    from gansampler.evaluation import STRATEGIES, Strategy

    def broken(seed):
        raise RuntimeError("out of luck")

    monkeypatch.setitem(STRATEGIES, "broken", Strategy("fails", broken))
    words = ["benchmark", data, "--target", "class", "--folds", "2", "--out", "out"]
    assert main([*words, "--strategies", "broken", "none", *FEW_TREES]) == 1
    results = pd.read_csv(tmp_path / "out/results.csv")
    assert (results["status"] == "RuntimeError: out of luck").sum() == 2
    assert (results.loc[results["strategy"] == "none", "status"] == "ok").all()
    for page in ("summary.md", "report.html"):
        assert "RuntimeError: out of luck" in (tmp_path / "out" / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("separator", [",", ";"])
def test_generate_writes_rows_like_those_of_the_input(table, tmp_path, monkeypatch, separator):
    monkeypatch.chdir(tmp_path)
    table.to_csv("data.csv", index=False, sep=separator)
    words = ["generate", "data.csv", "--target", "class", "--label", "1", "-n", "250"]
    assert main([*words, "--out", "new.csv", "--param", "steps=5"]) == 0
    new = pd.read_csv("new.csv", sep=separator)
    assert list(new.columns) == list(table.columns)
    pd.testing.assert_series_equal(new.dtypes, pd.read_csv("data.csv", sep=separator).dtypes)
    assert len(new) == 250
    assert set(new["class"]) == {1}
    for name in ("kind", "flag", "day"):
        assert set(new[name]) <= set(table[name])
    assert len(new.drop(columns="class").drop_duplicates()) > 200
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.csv", "new.csv"]


def test_generate_writes_decimal_commas_like_those_of_the_input(table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table.to_csv("data.csv", index=False, sep=";", decimal=",")
    words = ["generate", "data.csv", "--target", "class", "--label", "1", "-n", "50"]
    assert main([*words, "--out", "new.csv", "--sampler", "jitter"]) == 0
    new = pd.read_csv("new.csv", sep=";", decimal=",")
    pd.testing.assert_series_equal(new.dtypes, table.dtypes)
    assert new["size"].dropna().between(-3, 5).all()


def test_generate_writes_in_chunks_without_repeating_itself(data, monkeypatch):
    words = ["generate", data, "--target", "class", "--label", "1", "-n", "250"]
    words += ["--sampler", "jitter", "--out"]
    assert main([*words, "whole.csv"]) == 0
    monkeypatch.setattr("gansampler.generate.ROWS_A_CHUNK", 100)
    assert main([*words, "chunks.csv"]) == 0
    new = pd.read_csv("chunks.csv")
    assert len(new) == 250
    assert set(new["class"]) == {1}
    assert not new.iloc[:50].equals(new.iloc[100:150].reset_index(drop=True))


def test_generate_keeps_its_sampler_and_draws_from_it_later(data, tmp_path, capsys):
    train = ["generate", data, "--target", "class", "--drop", "id", "--seed", "3"]
    assert main([*train, "--label", "1", "-n", "30", "--out", "at_once.csv"]) == 0
    assert main([*train, "--label", "1", "--save", "one.gan"]) == 0
    assert main([*train, "--save", "model.gan"]) == 0
    assert "Written: the sampler in model.gan" in capsys.readouterr().out
    Path(data).unlink()
    draw = ["generate", "--label", "1", "-n", "30"]
    assert main([*draw, "--model", "one.gan", "--out", "later.csv"]) == 0
    assert Path("later.csv").read_bytes() == Path("at_once.csv").read_bytes()
    assert main([*draw, "--model", "one.gan", "--out", "others.csv", "--seed", "1"]) == 0
    assert Path("later.csv").read_bytes() != Path("others.csv").read_bytes()
    for label in ("0", "1"):
        draw = ["generate", "--label", label, "-n", "4", "--out", "new.tsv"]
        assert main([*draw, "--model", "model.gan"]) == 0
        new = pd.read_csv("new.tsv", sep="\t")
        assert list(new.columns) == ["size", "class", "kind", "flag", "day"]
        assert set(new["class"].astype(str)) == {label}
    assert main([*draw[:2], "0", *draw[3:], "--model", "one.gan"]) == 2
    assert "one.gan has learnt no class 0" in capsys.readouterr().err


def test_generate_draws_from_no_file_that_was_not_kept_by_it(data, table, capsys):
    draw = ["generate", "--label", "1", "-n", "4", "--out", "new.csv", "--model"]
    sampler = JitterOverSampler(acceptance=None)
    sampler.fit_resample(table[["size"]], table["class"])
    sampler.save("python.gan")
    assert main([*draw, "python.gan"]) == 2
    assert "was saved in Python" in capsys.readouterr().err
    values = table["size"].array
    whole = {
        "columns": [["size", values, values]],
        "labels": [[0, "0"], [1, "1"]],
        "target": "class",
        "order": ["size", "class"],
        "header": ["size", "class"],
        "form": [";", "utf-8", "\n"],
    }
    for beside in (
        [],
        {"columns": 1},
        {"columns": [], "labels": [], "target": "c", "order": [], "header": [], "form": [1] * 3},
        {**whole, "columns": [["size", pd.array(["a"]), pd.array(["a"])]]},
        {**whole, "form": [";", "zip_codec", "\n"]},
        {**whole, "form": [";;", "utf-8", "\n"]},
        {**whole, "header": ["size"]},
    ):
        write_sampler(sampler, "damaged.gan", beside)
        assert main([*draw, "damaged.gan"]) == 2
        assert "damaged.gan cannot be loaded: how values" in capsys.readouterr().err
    assert main([*draw, data]) == 2
    assert "data.csv cannot be loaded" in capsys.readouterr().err
    assert not Path("new.csv").exists()
    write_sampler(sampler, "whole.gan", whole)
    assert main([*draw, "whole.gan"]) == 0
    assert list(pd.read_csv("new.csv", sep=";")) == ["size", "class"]


def test_generate_takes_the_largest_class_too(data):
    words = ["generate", data, "--target", "class", "--label", "0", "-n", "5"]
    assert main([*words, "--out", "new.csv", "--sampler", "jitter"]) == 0
    assert pd.read_csv("new.csv")["class"].tolist() == [0] * 5


@pytest.mark.parametrize("sampler", ["lsgan", "cgan", "jitter", "trees"])
def test_generate_is_repeatable(data, tmp_path, sampler):
    words = ["generate", data, "--target", "class", "--label", "1", "-n", "20"]
    words += ["--sampler", sampler] + (["--param", "steps=5"] if sampler.endswith("gan") else [])
    for seed, name in [("1", "a.csv"), ("1", "b.csv"), ("2", "c.csv")]:
        assert main([*words, "--seed", seed, "--out", name]) == 0
    a, b, c = ((tmp_path / name).read_text() for name in ("a.csv", "b.csv", "c.csv"))
    assert a == b != c


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ([True, False], "True"),
        (["yes", "no"], "no"),
        ([1.0, 2.0], "2"),
        ([1.0, 2.0], "2.0"),
        (["1", "x"], "1"),
    ],
)
def test_a_label_is_found_whatever_its_type(table, tmp_path, monkeypatch, values, label):
    monkeypatch.chdir(tmp_path)
    table["class"] = np.where(table["class"] == 0, *values)
    table.to_csv("data.csv", index=False)
    words = ["generate", "data.csv", "--target", "class", "--label", label, "-n", "4"]
    assert main([*words, "--out", "new.csv", "--sampler", "jitter"]) == 0
    assert pd.read_csv("new.csv", dtype=str)["class"].unique().tolist() in ([label], [label + ".0"])


def test_generate_reads_parquet_with_categories(table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table.astype({"class": "str"}).astype({"class": "category", "kind": "category"}).to_parquet(
        "data.parquet"
    )
    words = ["generate", "data.parquet", "--target", "class", "--label", "1", "-n", "4"]
    assert main([*words, "--out", "new.csv", "--sampler", "jitter"]) == 0
    assert pd.read_csv("new.csv")["class"].tolist() == [1] * 4


def test_an_interrupted_generate_leaves_no_file(data, tmp_path, monkeypatch, capsys):
    from gansampler import JitterOverSampler

    monkeypatch.setattr("gansampler.generate.ROWS_A_CHUNK", 10)
    whole, calls = JitterOverSampler.sample, []

    def interrupted(self, n, label):
        calls.append(n)
        if len(calls) == 3:  # the first is the fit's own
            raise KeyboardInterrupt
        return whole(self, n, label)

    monkeypatch.setattr(JitterOverSampler, "sample", interrupted)
    words = ["generate", data, "--target", "class", "--label", "1", "-n", "50"]
    assert main([*words, "--out", "new.csv", "--sampler", "jitter"]) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]
    assert capsys.readouterr().err.splitlines()[-1] == "gansampler: interrupted, nothing written"


BENCHMARK = ["benchmark", "data.csv", "--target", "class"]
GENERATE = ["generate", "data.csv", "--target", "class", "--label", "1", "--out", "new.csv", "-n"]
REFUSED = [
    ([], "COMMAND"),
    (["benchmrk"], "benchmrk"),
    (["benchmark", "none.csv", "--target", "class"], "no file 'none.csv'"),
    (["benchmark", "data.csv"], "--target is missing: .* id, size, class"),
    (["benchmark", "--target", "class"], "--target needs a file"),
    (["benchmark", "data.csv", "--target", "clas"], "Did you mean 'class'"),
    (["benchmark", "data.csv", "--target", "size"], "no value in|continuous"),
    (["benchmark", "data.csv", "--target", "id"], "114 different values"),
    ([*BENCHMARK, "--drop", "ID"], "no column 'ID'"),
    ([*BENCHMARK, "--strategies", "lsgann"], "Did you mean 'lsgan'"),
    ([*BENCHMARK, "--param", "max_dept=3"], "Did you mean 'max_depth'"),
    ([*BENCHMARK, "--param", "max_depth"], "name=value"),
    ([*BENCHMARK, "--param", "max_depth=deep"], "max_depth='deep'"),
    ([*BENCHMARK, "--param", "xgboost__max_dept=3"], "Did you mean 'max_depth'"),
    ([*BENCHMARK, "--learners", "xgbost"], "Did you mean 'xgboost'"),
    ([*BENCHMARK, "--learners", "sklearn.svm.LinearSVC"], "LinearSVC gives no probabilities"),
    ([*BENCHMARK, "--readouts", "tune"], "Did you mean 'tuned'"),
    ([*BENCHMARK, "--strategies", "mine.py"], "no file 'mine.py'"),
    ([*BENCHMARK, "--group", "kid"], "Did you mean 'kind'"),
    ([*BENCHMARK, "--group", "flag"], "holds 2 groups, fewer than the 5 folds"),
    ([*BENCHMARK, "--time", "kind"], "'kind' holds no times"),
    ([*BENCHMARK, "--imbalance-ratio", "0.9"], "give a ratio from"),
    *(
        ([*BENCHMARK, f"--imbalance-ratio={ratio}"], f"'{ratio}' is no number between 0 and 1")
        for ratio in ("nan", "0", "1", "2", "-0.1", "few")
    ),
    ([*BENCHMARK, "--minority-sizes", "50"], "from 1 to 19"),
    ([*BENCHMARK, "--folds", "1"], "folds=1"),
    ([*BENCHMARK, "--folds", "25"], "fewer rows than the 25 folds"),
    ([*BENCHMARK, "--folds", "many"], "--folds"),
    ([*BENCHMARK, "--seed", "-1"], "seed"),
    ([*BENCHMARK, "--out", "data.csv"], "data.csv"),
    (["benchmark", "data.csv:class", "data.csv:class"], "More than one .* data"),
    ([*BENCHMARK, "--metrics", "mc"], "Did you mean 'mcc'"),
    (["benchmark", *["data.csv:class"] * 2, "--store", "run.sqlite"], "More than one .* data"),
    ([*BENCHMARK, "--store", "data.csv"], "no store"),
    ([*BENCHMARK, "--store", "run.sqlite", "--n-jobs", "0"], "n_jobs=0 runs nothing"),
    (["benchmark", "data.csv:clas", "--store", "run.sqlite"], "data: .*Did you mean 'class'"),
    (["benchmark", "data.csv", "--store", "run.sqlite"], "--target is missing"),
    (["benchmark", "--store", "run.sqlite"], "--store needs a file: gansampler benchmark data.csv"),
    (["report", "run.sqlite"], "no store 'run.sqlite'"),
    (["report", "data.csv"], "data.csv is no store"),
    ([*GENERATE, "0"], "1 row or more"),
    ([*GENERATE[:1], *GENERATE[2:], "5"], "generate needs one file"),
    ([GENERATE[0], "data.csv", *GENERATE[1:], "5"], "generate needs one file"),
    ([*GENERATE, "5", "--label", "2"], "no class '2'. Known: 0, 1"),
    ([*GENERATE, "5", "--sampler", "lsgn"], "Did you mean 'lsgan'"),
    ([*GENERATE, "5", "--param", "step=5"], "Did you mean 'steps'"),
    ([*GENERATE, "5", "--param", "batch_size=0"], "batch_size"),
    ([*GENERATE, "5", "--out", "data.csv"], "the input itself"),
    ([*GENERATE, "5", "--out", "none/new.csv"], "folder does not exist"),
    ([*GENERATE, "5", "--out", "new.parquet"], "written as CSV"),
    ([*GENERATE, "5", "--out", "new.csv.zip"], r"\.zip is not written; choose .*\.csv\.gz"),
    ([*GENERATE, "5", "--out", "/dev/null"], "in the way"),
    ([*GENERATE, "5", "--drop", "ID"], "no column 'ID'"),
    (GENERATE[:4], r"Missing: --label, -n, --out\. .*--save model\.gan"),
    (GENERATE[:6], r"Missing: -n, --out\."),
    ([*GENERATE[:4], "--save", "model.gan", "-n", "5"], r"Missing: --label, --out\."),
    (["generate", "data.csv", "--save", "model.gan"], "--target is missing: .* id, size, class"),
    ([*GENERATE[:4], "--save", "data.csv"], "the input itself"),
    ([*GENERATE[:4], "--save", "none/model.gan"], "folder does not exist"),
    ([*GENERATE, "5", "--save", "new.csv"], "is where new.csv goes"),
    ([*GENERATE[:4], "--save", "model.gan", "--report", "r.html"], "name it by --label"),
    ([*GENERATE, "5", "--model", "model.gan"], "a table, --target would mean nothing"),
    (["generate", "--model", "none.gan"], "Missing: --label, -n, --out"),
    ([*GENERATE[:1], *GENERATE[4:], "5", "--model", "none.gan"], "No such file.*none.gan"),
    ([*GENERATE, "5", "--read", "kind=number"], "'kind' cannot be read as a number"),
    ([*BENCHMARK, "--read", "kind"], "column=number"),
    ([*BENCHMARK, "--read", "kind=text"], "no reading of a column 'text'.*category, drop"),
    ([*BENCHMARK, "--read", "kin=date"], "Did you mean 'kind'"),
    ([*BENCHMARK, "--read", "class=drop"], "target column 'class' cannot be dropped"),
    ([*BENCHMARK, "--sep", "ab"], "'ab' is no separator"),
    ([*BENCHMARK, "--encoding", "utf-9"], "unknown encoding: utf-9"),
    ([*BENCHMARK, "--minority-sizes", "few"], "'few' is no whole number"),
    ([*BENCHMARK, "--out", "data.csv/deeper"], "Not a directory"),
]


@pytest.mark.parametrize(("words", "message"), REFUSED)
def test_bad_input_is_refused_in_one_line(data, tmp_path, capsys, words, message):
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = [line for line in err.splitlines() if line.startswith("gansampler: error: ")]
    assert err.endswith(f"{line}\n")
    assert re.search(message, line)
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


def test_the_real_cause_of_a_missing_column_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "iris.csv").write_text("5.1,3.5,1.4,0.2,setosa\n4.9,3.0,1.4,0.2,virginica\n")
    assert main(["benchmark", "iris.csv", "--target", "class"]) == 2
    assert "looks like a row of values (5.1, 3.5, 1.4, ...)" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--strategies", "--drop", "--learners", "--minority-sizes"])
@pytest.mark.parametrize("file", ["data.csv", "data.csv:class"])
def test_a_file_behind_a_list_is_a_file(data, pages, option, file):
    words = {
        "--strategies": ["none"],
        "--drop": ["id", "kind"],
        "--learners": ["xgboost_default"],
        "--minority-sizes": ["5"],
    }
    target = [] if ":" in file else ["--target", "class"]
    first = ["benchmark", *target, *FEW_TREES, "--strategies", "none", "--folds", "2"]
    assert main([*first, option, *words[option], file]) == 0
    results, columns = pages[0]
    assert set(results["strategy"]) == {"none"}
    assert ("id" in columns) == (option != "--drop")


def test_a_file_behind_columns_to_drop_is_a_file_for_generate_too(data):
    words = [*GENERATE[:1], *GENERATE[2:], "3", "--sampler", "jitter", "--drop", "id", data]
    assert main(words) == 0
    assert "id" not in pd.read_csv("new.csv")


def test_how_columns_are_read_is_told_once(data, undrawn, capsys):
    words = ["benchmark", data, "--target", "class", "--folds", "2", "--strategies", "none"]
    words += ["--read", "flag=drop", "--read", "kind=category", "--out", "out", *FEW_TREES]
    assert main(words) == 0
    said = capsys.readouterr().err
    assert said.count("Each value of the column 'id' is different") == 1
    table = [line.split() for line in said.splitlines() if line.startswith(("day ", "kind "))]
    assert table == [["kind", "category", "3", "0"], ["day", "date", "2", "0"]]
    assert "flag" not in said
    store = ["--store", "run.sqlite"]
    assert main([*words, *store]) == 0
    assert "How the columns of data are read:" in capsys.readouterr().err
    assert main([*words, *store]) == 0, "the same reading"
    assert "How the columns" not in capsys.readouterr().err, "nothing is left to do"
    assert main([*words[:4], *words[6:], *store]) == 2


def test_how_columns_are_read_comes_with_the_pages(data, monkeypatch):
    found = []
    monkeypatch.setattr(
        "gansampler.evaluation.report.render_report",
        lambda *_, columns, **__: found.append(columns) or "",
    )
    words = [*BENCHMARK, "--folds", "2", "--strategies", "none", "--drop", "id", *FEW_TREES]
    assert main(words) == main([*words, "--store", "run.sqlite"]) == 0
    assert main(["report", "run.sqlite"]) == 0
    (one, stored, again) = found
    pd.testing.assert_frame_equal(stored["data"], one["data"])
    pd.testing.assert_frame_equal(stored["data"], again["data"])
    assert one["data"].loc["day", "read as"] == "date"


NONE = ["--folds", "2", "--strategies", "none", "--out", "out"]


@pytest.mark.parametrize("store", [[], ["--store", "run.sqlite"]])
def test_results_are_written_before_anything_is_drawn(data, tmp_path, monkeypatch, capsys, store):
    def fail(*_, **__):
        raise RuntimeError("no font")

    monkeypatch.setattr("gansampler.evaluation.report.render_report", fail)
    assert main([*BENCHMARK, *NONE, *FEW_TREES, *store]) == 0
    assert "The report could not be made (RuntimeError: no font)" in capsys.readouterr().err
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["results.csv", "summary.md"]


def test_a_figure_that_cannot_be_drawn_is_left_out(data, tmp_path, monkeypatch, capsys):
    def fail(*_, **__):
        raise RuntimeError("no font")

    for name in ("figures.plot_ratios", "looks.Projection"):
        monkeypatch.setattr(f"gansampler.evaluation.report.{name}", fail)
    words = [*BENCHMARK, "--folds", "2", "--strategies", "none", "jitter", "--out", "out"]
    assert main([*words, *FEW_TREES]) == 0
    said = capsys.readouterr().err
    for name in ("class ratio before and after", "rows of jitter"):
        left_out = f"The figure '{name}' is left out of the report: it could not be drawn (Run"
        assert said.count(left_out) == 1
    report = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "values of size" in report
    assert 'alt="rows of jitter"' not in report


def test_an_interruption_of_the_drawing_keeps_the_results(data, tmp_path, monkeypatch, capsys):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("gansampler.evaluation.report.render_report", interrupt)
    assert main([*BENCHMARK, *NONE, *FEW_TREES]) == 130
    assert "interrupted; results.csv and summary.md are in out" in capsys.readouterr().err
    assert (tmp_path / "out/results.csv").exists()


@pytest.fixture
def untrained(monkeypatch):
    """No trial may begin."""

    def fail(*_, **__):
        raise AssertionError("it was trained")

    monkeypatch.setattr("gansampler.evaluation.jobs.run_trial", fail)
    monkeypatch.setattr("gansampler.JitterOverSampler.fit_resample", fail)


@pytest.mark.parametrize("name", ["results.csv", "summary.md", "report.html"])
@pytest.mark.parametrize("store", [[], ["--store", "run.sqlite"]])
def test_a_folder_in_the_way_is_told_before_any_training(
    data, tmp_path, untrained, capsys, name, store
):
    (tmp_path / "out" / name).mkdir(parents=True)
    assert main([*BENCHMARK, *NONE, *store]) == 2
    assert f"{name} is in the way" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["results.csv", "summary.md", "report.html"])
def test_files_of_somebody_else_are_not_overwritten(data, tmp_path, untrained, capsys, name):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("year,income\n2020,7\n")
    assert main([*BENCHMARK, *NONE]) == 2
    message = f"out holds {name}, but no results of gansampler: name another folder by --out, or"
    assert message in capsys.readouterr().err
    assert (tmp_path / "out" / name).read_text() == "year,income\n2020,7\n"


def test_they_are_if_so_asked_and_own_results_always(data, tmp_path, undrawn):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/results.csv").write_text("mine\n")
    words = [*BENCHMARK, *NONE, *FEW_TREES]
    assert main([*words, "--overwrite"]) == main(words) == 0
    own = tmp_path / "out/results.csv"
    old = pd.read_csv(own).drop(columns=["learner", "readout"])
    old.to_csv(own, index=False)
    assert main(words) == 0, "results of an older version"


def test_an_error_without_a_file_names_none(data, monkeypatch, capsys):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gansampler.cli.generate", fail)
    assert main([*GENERATE, "5"]) == 2
    assert capsys.readouterr().err == "gansampler: error: No space left on device\n"


def test_a_full_disk_is_named_with_the_file_and_leaves_the_older_one(data, tmp_path):
    (tmp_path / "new.csv").write_text("older")
    code = (
        "import resource, signal, sys; from gansampler.cli import main; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); sys.exit(main(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", code, *GENERATE, "500", "--sampler", "jitter"]
    run = subprocess.run(words, capture_output=True, text=True)
    assert run.returncode == 2
    last = run.stderr.splitlines()[-1]
    assert last == f"gansampler: error: File too large: {tmp_path / 'new.csv'}"
    assert (tmp_path / "new.csv").read_text() == "older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.csv", "new.csv"]


@pytest.fixture
def fill_disk(monkeypatch):
    """Let a file of that name meet a full disk."""
    whole = Path.open

    def fill(name):
        def open_or_fill(self, *how, **more):
            is_it = self.name == f"{name}.part"
            return whole(Path("/dev/full") if is_it else self, *how, **more)

        monkeypatch.setattr(Path, "open", open_or_fill)

    return fill


on_linux = pytest.mark.skipif(not Path("/dev/full").exists(), reason="asks Linux for a full disk")


@on_linux
@pytest.mark.parametrize("name", ["results.csv", "summary.md", "report.html"])
def test_a_full_disk_leaves_the_older_pages_and_the_results(
    data, tmp_path, undrawn, fill_disk, capsys, name
):
    words = [*BENCHMARK, *NONE, *FEW_TREES, "--store", "run.sqlite"]
    assert main(words) == 0
    before = {path.name: path.read_text() for path in (tmp_path / "out").iterdir()}
    results = read_store("run.sqlite")
    fill_disk(name)
    assert main([*words, "--strategies", "random"]) == 2
    message = f"gansampler: error: No space left on device: {tmp_path / 'out' / name}"
    assert capsys.readouterr().err.splitlines()[-1] == message
    after = {path.name: path.read_text() for path in (tmp_path / "out").iterdir()}
    assert after.keys() == before.keys()
    assert after[name] == before[name]
    kept = read_store("run.sqlite")
    assert set(kept["strategy"]) == {"none", "random"}
    pd.testing.assert_frame_equal(kept[kept["strategy"] == "none"].reset_index(drop=True), results)


@on_linux
def test_a_full_disk_leaves_the_older_report_on_generated_rows(data, tmp_path, fill_disk, capsys):
    (tmp_path / "page.html").write_text("older")
    fill_disk("page.html")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gansampler.generate._report", lambda *_: "newer")
        assert main([*GENERATE, "5", "--sampler", "jitter", "--report", "page.html"]) == 2
    assert "No space left on device" in capsys.readouterr().err.splitlines()[-1]
    assert (tmp_path / "page.html").read_text() == "older"
    assert len(pd.read_csv("new.csv")) == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.csv", "new.csv", "page.html"]


@pytest.mark.parametrize("module", ["gansampler.cli", "torch", "pandas"])
def test_an_interruption_of_the_imports_is_quiet(tmp_path, module):
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTING.format(module=module))
    run = subprocess.run(
        [sys.executable, "-m", "gansampler", "--version"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
    )
    assert (run.returncode, run.stdout) == (130, "")
    assert run.stderr == "gansampler: interrupted, nothing written\n"


ROOT = Path(__file__).parents[1]
INTERRUPTING = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
"""


def test_a_diverged_training_is_no_bad_input(data, tmp_path, monkeypatch, capsys):
    from gansampler import LSGANOverSampler

    def diverge(self, X, y):
        raise FloatingPointError("the loss is nan")

    monkeypatch.setattr(LSGANOverSampler, "fit_resample", diverge)
    assert main([*GENERATE, "5", "--sampler", "lsgan"]) == 1
    assert capsys.readouterr().err.endswith("\ngansampler: error: the loss is nan\n")


def test_missing_packages_are_named(data, monkeypatch, capsys):
    for name in [name for name in sys.modules if name.startswith("gansampler.evaluation")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "xgboost", None)
    assert main(BENCHMARK) == 2
    assert 'needs xgboost: install it by pip install "gansampler[benchmark]"' in (
        capsys.readouterr().err
    )


def test_warnings_are_one_line_and_filters_are_put_back(data, undrawn, capsys):
    import warnings

    before = list(warnings.filters), warnings.showwarning
    table = pd.read_csv(data)
    table[table["class"] == 0].head(40).to_csv("few.csv", index=False)
    table[table["class"] == 1].head(4).to_csv("few.csv", index=False, header=False, mode="a")
    words = ["benchmark", "few.csv", "--target", "class", "--folds", "2", "--out", "out"]
    words += ["--learners", "xgboost"]
    assert main([*words, "--strategies", "none", *FEW_TREES]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert any("gansampler: warning: No early stopping" in line for line in lines)
    assert (list(warnings.filters), warnings.showwarning) == before


def test_module_and_version_run():
    words = [sys.executable, "-m", "gansampler", "--version"]
    assert subprocess.run(words, capture_output=True, text=True).stdout.strip() == __version__


def test_several_files_go_into_a_store_that_is_taken_up_again(data, tmp_path, undrawn, capsys):
    table = pd.read_csv(data).drop(columns="id")
    table.rename(columns={"class": "y"}).to_parquet(tmp_path / "other.parquet")
    words = ["benchmark", "data.csv", "other.parquet:y", "--target", "class", "--folds", "2"]
    words += [*FEW_TREES, "--strategies", "none"]
    assert main([*words, "--n-jobs", "2", "--out", "unkept"]) == 0
    words = [*words[:-2], "--store", "run.sqlite", "--strategies", "none"]
    assert main(words) == 0
    assert "already" not in capsys.readouterr().err
    one, other = (pd.read_csv(f"{out}/results.csv") for out in ("unkept", "results"))
    timeless = ~one["metric"].str.startswith("seconds")
    pd.testing.assert_series_equal(one["value"][timeless], other["value"][timeless])
    assert main([*words, "random"]) == 0
    assert "4 of 8 trials are in run.sqlite already" in capsys.readouterr().err
    results = pd.read_csv(tmp_path / "results/results.csv")
    trials = results[["dataset", "strategy", "fold"]].drop_duplicates()
    assert len(trials) == 2 * 2 * 2
    assert set(results["dataset"]) == {"data", "other"}
    assert main(["report", "run.sqlite", "--out", "again"]) == 0
    for name in ("results.csv", "summary.md"):
        written = [(tmp_path / folder / name).read_text() for folder in ("results", "again")]
        assert written[0] == written[1]


def test_the_report_of_a_store_of_several_files_says_what_it_holds(
    data, tmp_path, undrawn, monkeypatch
):
    (tmp_path / "other.csv").write_text((tmp_path / data).read_text())
    words = ["benchmark", "data.csv", "other.csv", "--target", "class", "--folds", "2"]
    words += [*FEW_TREES, "--strategies", "none", "--store", "run.sqlite"]
    assert main(words) == 0
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert main(["report", "run.sqlite", "--out", "out"]) == 0
    report = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "gansampler report run.sqlite" in report
    assert "data, other" in report


def test_an_interrupted_run_says_how_to_go_on(data, monkeypatch, capsys):
    from gansampler.evaluation.store import Store

    whole, kept = Store.add, []

    def add(self, trial):
        if kept:
            raise KeyboardInterrupt
        whole(self, trial)
        kept.append(trial.key)

    monkeypatch.setattr(Store, "add", add)
    words = [*BENCHMARK, "--folds", "2", "--store", "run.sqlite", "--strategies", "none"]
    assert main([*words, *FEW_TREES]) == 130
    line = capsys.readouterr().err.splitlines()[-1]
    assert "what was finished is in run.sqlite, and the same command goes on" in line
    with Store("run.sqlite") as store:
        assert store.done() == set(kept)


def test_the_report_of_a_store_shows_generated_rows(data, tmp_path):
    words = [*BENCHMARK, "--folds", "2", "--strategies", "none", "jitter", "--out", "out"]
    assert main([*words, "--store", "run.sqlite", *FEW_TREES]) == 0
    assert main([*words, *FEW_TREES, "--out", "unkept"]) == 0
    for folder in ("out", "unkept"):
        report = (tmp_path / folder / "report.html").read_text(encoding="utf-8")
        for alt in ("real rows of 1", "rows of jitter", "values of size", "values of day"):
            assert f'alt="{alt}"' in report
        assert "114 rows, 5 columns beside the target" in report
        assert "0 (90), 1 (24)" in report


def test_repeats_follow_from_the_size_of_the_table_unless_they_are_given(data, pages):
    words = [*BENCHMARK, "--folds", "2", "--strategies", "none", *FEW_TREES[:-2]]
    assert main(words) == main([*words, "--repeats", "2"]) == 0
    assert [results["repeat"].max() for results, _ in pages] == [3, 2]


@pytest.mark.parametrize(("store", "apart"), [([], False), (["--store", "run.sqlite"], True)])
def test_a_run_that_nobody_goes_on_with_uses_all_threads(data, monkeypatch, undrawn, store, apart):
    found = []
    run = Job.run
    monkeypatch.setattr(Job, "run", lambda job: found.append(job.apart) or run(job))
    assert main([*BENCHMARK, *NONE, *FEW_TREES, *store]) == 0
    assert set(found) == {apart}


def test_help_says_what_each_readout_does(capsys):
    with pytest.raises(SystemExit):
        main(["benchmark", "--help"])
    said = capsys.readouterr().out
    assert "    tuned              Tune the decision for each metric by inner folds" in said
