"""Generated rows are written as the source writes its own, field by field."""

import csv
import gzip
import io
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest

from gansampler.cli import main
from gansampler.files import unpacked
from gansampler.spelling import as_written, find_label, seen_columns, spelled_labels

N = 120
LABELS = np.repeat(["no", "yes"], [90, 30])


def text_columns():
    """Fields that a reader of numbers would change, each column another kind."""
    rng = np.random.default_rng(0)
    hole = rng.random(N) < 0.2

    def some(values):
        return rng.choice(values, N)

    return {
        "zip": [f"{code:05d}" for code in rng.integers(100, 9999, N)],
        "id": [str(10**29 + int(i)) for i in rng.integers(0, 50, N)],
        "long": [str(2**63 + int(i)) for i in rng.integers(0, 50, N)],
        "count": np.where(hole, "", rng.integers(0, 9, N).astype(str)),
        "digits": [f"{value:.17f}" for value in rng.random(N)],
        "short": some(["1.50", "2.0", "3", "1e3", "-0"]),
        "plus": some(["+1", "+2", "0x1", " 7"]),
        "country": some(["NA", "DE", "None", "nan"]),
        "holes": np.where(hole, "n/a", some(["0.50", "1.25"])),
        "flag": some(["true", "false"]),
        "shout": np.where(hole, "NULL", some(["TRUE", "FALSE"])),
        "comma": some(["1,5", "2,50", "3"]),
        "money": some(["$1,000", "$20"]),
        "day": some(["2020-01-31", "2021-12-01", ""]),
        "moment": some(["2020-01-31T10:00:00Z", "2020-01-31T12:00:00+01:00"]),
        "far": some(["9999-12-31", "2020-01-01"]),
        "words": some(['say "so"', "a;b,c\td", "two\nlines", "two\r\nlines", "one\rreturn", " b "]),
        "empty": [""] * N,
        "größe": some(["é", "ü"]),
    }


@pytest.fixture(scope="module")
def columns():
    return text_columns()


def write(path, columns, labels=LABELS, **options):
    options = {"delimiter": ",", "lineterminator": "\n", "quoting": csv.QUOTE_ALL, **options}
    encoding = options.pop("encoding", "utf-8")
    with open(path, "w", newline="", encoding=encoding) as file:
        rows = zip(*columns.values(), labels, strict=True)
        csv.writer(file, **options).writerows([[*columns, "target"], *rows])


def read(path, delimiter=",", encoding="utf-8"):
    """Read all fields, the first line apart."""
    with unpacked(path) as file, io.TextIOWrapper(file, encoding, newline="") as text:
        head, *rows = csv.reader(text, delimiter=delimiter)
    return head, list(zip(*rows, strict=True))


def run(source, out, *more, label="yes", n=200):
    words = ["generate", str(source), "--target", "target", "--label", label, "-n", str(n)]
    return main([*words, "--sampler", "jitter", "--out", str(out), *more])


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_field_stands_in_that_column_of_the_source(tmp_path, columns, separator):
    source, out = tmp_path / "t.csv", tmp_path / "new.csv"
    write(source, columns, delimiter=separator)
    assert run(source, out, *(["--sep", "|"] if separator == "|" else [])) == 0
    head, new = read(out, separator)
    assert head == [*columns, "target"]
    for name, values in zip(columns, new, strict=False):
        assert set(values) <= set(map(str, columns[name])), name
    assert {len(values) for values in new} == {200}
    assert set(new[-1]) == {"yes"}
    for name in ("zip", "digits"):
        assert len(set(new[list(columns).index(name)])) > 10
    for name in ("holes", "shout", "country"):
        assert len(set(new[list(columns).index(name)])) >= 2
    # As a reader of tables finds it, too.
    again = pd.read_csv(out, sep=separator, dtype=str, keep_default_na=False)
    assert len(again) == 200
    assert set(again["words"]) <= set(columns["words"])


def test_line_ends_byte_order_mark_and_encoding_are_those_of_the_source(tmp_path, columns):
    few = {name: columns[name] for name in ("zip", "größe")}
    write(tmp_path / "t.csv", few, lineterminator="\r\n", encoding="utf-8-sig")
    assert run(tmp_path / "t.csv", tmp_path / "new.csv") == 0
    content = (tmp_path / "new.csv").read_bytes()
    assert content.startswith("\ufeffzip,größe,target\r\n".encode())
    assert content.count(b"\n") == content.count(b"\r\n") == 201
    for encoding in ("cp1252", "utf-16"):
        write(tmp_path / "t.csv", few, encoding=encoding)
        assert run(tmp_path / "t.csv", tmp_path / "new.csv", "--encoding", encoding) == 0
        _, (_, sizes, _) = read(tmp_path / "new.csv", encoding=encoding)
        assert set(sizes) == {"é", "ü"}


@pytest.mark.parametrize("ending", [".csv.gz", ".CSV.BZ2", ".csv.xz"])
def test_rows_are_packed_as_the_name_says(tmp_path, columns, ending):
    write(tmp_path / "t.csv", {"zip": columns["zip"]})
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress((tmp_path / "t.csv").read_bytes()))
    assert run(tmp_path / "t.csv.gz", tmp_path / f"new{ending}") == 0
    _, (codes, _) = read(tmp_path / f"new{ending}")
    assert set(codes) <= set(columns["zip"])
    assert run(tmp_path / "t.csv", tmp_path / "plain.csv") == 0
    assert read(tmp_path / f"new{ending}") == read(tmp_path / "plain.csv")


def test_a_name_for_tabs_gets_tabs(tmp_path, columns):
    write(tmp_path / "t.csv", {"zip": columns["zip"]})
    assert run(tmp_path / "t.csv", tmp_path / "new.tsv") == 0
    assert read(tmp_path / "new.tsv", "\t")[0] == ["zip", "target"]


def test_columns_that_are_dropped_or_read_otherwise(tmp_path, columns, capsys):
    chosen = {"": range(N), "zip": columns["zip"], "target2": LABELS, "money": columns["money"]}
    write(tmp_path / "t.csv", {**chosen, "self": columns["short"]})
    more = ["--drop", "target2", "--read", "zip=category", "--read", "money=number"]
    assert run(tmp_path / "t.csv", tmp_path / "new.csv", *more) == 0
    head, (index, codes, money, *_) = read(tmp_path / "new.csv")
    assert head == ["", "zip", "money", "self", "target"]
    assert set(codes) <= set(columns["zip"])
    assert set(money) == {"$1,000", "$20"}
    assert set(index) <= set(map(str, range(N)))
    said = capsys.readouterr().err
    assert said.count("'Unnamed: 0' has no name") == 1
    assert "'money'" not in said
    table = {line.split()[0]: line.split()[1] for line in said.splitlines() if "    " in line}
    assert (table["zip"], table["money"], table["self"]) == ("category", "number", "number")
    assert run(tmp_path / "t.csv", tmp_path / "b.csv", "--read", "Unnamed: 0=drop") == 0
    assert read(tmp_path / "b.csv")[0] == ["zip", "target2", "money", "self", "target"]


@pytest.mark.parametrize(
    ("wanted", "y", "written", "found"),
    [
        ("true", [True, False], ["true", "false"], (True, "true")),
        ("True", [True, False], ["true", "false"], (True, "true")),
        ("007", [7, 8], ["007", "08"], (7, "007")),
        ("7", [7, 8], ["007", "08"], (7, "007")),
        ("7", [7, 7, 8], ["007", "7", "08"], (7, "7")),
        ("1", [1.0, 2.0], ["1.00", "2"], (1.0, "1.00")),
        ("2", [1.0, 2.0], [1.0, 2.0], (2.0, 2.0)),
        ("1.0", ["1", "1.0"], ["1", "1.0"], ("1.0", "1.0")),
        ("1", ["1.0", "1"], ["1.0", "1"], ("1", "1")),
    ],
)
def test_a_label_is_found_by_how_it_is_written_or_what_it_is(wanted, y, written, found):
    assert find_label(wanted, spelled_labels(pd.Series(y), pd.Series(written))) == found


def test_a_label_that_is_not_there_is_said_with_those_that_are():
    with pytest.raises(ValueError, match=r"no class 'yes'\. Known: false, true"):
        find_label("yes", [(True, "true"), (False, "false")])


def test_a_target_of_numbers_words_or_dates_is_written_as_it_stands(tmp_path, columns):
    few = {"zip": columns["zip"], "short": columns["short"]}
    for no, yes in [("00", "01"), ("false", "true"), ("2020-01-01", "2020-01-02"), ("1", "2.0")]:
        write(tmp_path / "t.csv", few, np.where(LABELS == "no", no, yes))
        assert run(tmp_path / "t.csv", tmp_path / "new.csv", label=yes, n=5) == 0
        assert read(tmp_path / "new.csv")[1][-1] == (yes,) * 5


def test_each_value_becomes_the_field_that_it_stands_in(mixed):
    X, _ = mixed
    fields = pd.DataFrame({name: [f"{name} {row}" for row in range(len(X))] for name in X})
    rows = X.iloc[::-1].reset_index(drop=True)
    written = as_written(rows, seen_columns(X, fields), {"class": "x"})
    for name in X:
        first = written[name].str.split().str[-1].astype(int)
        again = X[name].iloc[first].reset_index(drop=True)
        pd.testing.assert_series_equal(again, rows[name])
    assert set(written["class"]) == {"x"}


def test_parquet_of_any_names_and_values_is_written_as_pandas_writes_it(tmp_path):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            0: rng.normal(size=N),
            1: pd.array(rng.integers(0, 9, N), dtype="Int64"),
            2: pd.period_range("2020-01", periods=N, freq="M"),
            3: pd.Series(rng.choice(["NA", "x"], N)).where(rng.random(N) < 0.8),
            4: LABELS,
        }
    )
    table.loc[::7, 1] = pd.NA
    table.to_parquet(tmp_path / "T.PARQUET")
    words = ["generate", str(tmp_path / "T.PARQUET"), "--target", "4", "--label", "yes", "-n", "99"]
    out = tmp_path / "new.csv"
    assert main([*words, "--sampler", "jitter", "--drop", "2", "--out", str(out)]) == 0
    whole = io.StringIO(table.to_csv(index=False))
    known = pd.read_csv(whole, dtype=str, keep_default_na=False)
    new = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert list(new.columns) == ["0", "1", "3", "4"]
    for name in new:
        assert set(new[name]) <= set(known[name]), name


def test_a_workbook_is_read_where_its_reader_is_installed(tmp_path, columns):
    pytest.importorskip("openpyxl")
    few = {name: columns[name] for name in ("zip", "count", "country")}
    pd.DataFrame({**few, "target": LABELS}).to_excel(tmp_path / "t.xlsx", index=False)
    assert run(tmp_path / "t.xlsx", tmp_path / "new.csv") == 0
    _, new = read(tmp_path / "new.csv")
    for name, values in zip(few, new, strict=False):
        assert set(values) <= set(few[name]), name


def test_a_missing_reader_of_workbooks_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "")
    assert run(tmp_path / "t.xlsx", tmp_path / "new.csv") == 2
    assert "openpyxl" in capsys.readouterr().err


def test_a_report_on_the_class_is_written_beside_the_rows(tmp_path, columns, capsys):
    source, out, page = (tmp_path / name for name in ("t.csv", "new.csv", "report.html"))
    write(source, columns)
    assert run(source, tmp_path / "plain.csv", n=20) == 0
    assert run(source, out, "--report", str(page), n=20) == 0
    assert out.read_bytes() == (tmp_path / "plain.csv").read_bytes()
    assert "a report on such rows in" in capsys.readouterr().out
    shown = page.read_text(encoding="utf-8")
    assert "rows of class &#x27;yes&#x27;: JitterOverSampler." in shown
    for way in ("duplicates", "SMOTE", "real held-out rows"):
        assert f"<th>{way}</th>" in shown
    assert "größe" in shown or "<th>words</th>" in shown


def test_a_report_that_cannot_be_written_is_refused_before_any_work(tmp_path, columns, capsys):
    source, out = tmp_path / "t.csv", tmp_path / "new.html"
    write(source, {"zip": columns["zip"]})
    for page, why in [
        (tmp_path / "report.csv", "ends in .html"),
        (tmp_path / "nowhere" / "report.html", "its folder does not exist"),
        (out, "is where the rows go"),
    ]:
        assert run(source, out, "--report", str(page)) == 2
        assert why in capsys.readouterr().err
    few = np.repeat(["no", "yes"], [110, 10])
    write(source, {"zip": columns["zip"]}, few)
    assert run(source, out, "--report", str(tmp_path / "report.html")) == 2
    assert "Class 'yes' has 10 rows, and a report needs 24" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], None),
        (["--useful"], "classifier"),
        (["--param", "acceptance=classifier"], "classifier"),
        (["--useful", "--param", "acceptance=None"], None),
    ],
)
def test_rows_like_real_ones_are_asked_for_unless_useful_ones_are(
    tmp_path, columns, monkeypatch, words, expected
):
    found = []
    monkeypatch.setattr(
        "gansampler.JitterOverSampler.fit_resample",
        lambda sampler, *_: found.append(sampler.acceptance) or sampler.stop,
    )
    write(tmp_path / "t.csv", {"zip": columns["zip"]})
    with pytest.raises(AttributeError, match="stop"):
        run(tmp_path / "t.csv", tmp_path / "new.csv", *words)
    assert found == [expected]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ("JitterOverSampler", "trees", None)),
        (["--useful"], ("LSGANOverSampler", "neighbors", "classifier")),
        (["--param", "steps=5"], ("LSGANOverSampler", "neighbors", None)),
        (["--param", "candidates=5"], ("JitterOverSampler", "trees", None)),
        (["--sampler", "lsgan"], ("LSGANOverSampler", "neighbors", None)),
        (["--sampler", "trees", "--useful"], ("JitterOverSampler", "trees", "classifier")),
        (["--sampler", "jitter"], ("JitterOverSampler", "neighbors", None)),
    ],
)
def test_trees_are_taken_unless_rows_of_use_are_asked_for(
    tmp_path, columns, monkeypatch, words, expected
):
    found = []

    def look(sampler, *_):
        found.append((type(sampler).__name__, sampler.anchor, sampler.acceptance))
        raise ValueError("seen")

    monkeypatch.setattr("gansampler.base.BaseGANOverSampler.fit_resample", look)
    write(tmp_path / "t.csv", {"zip": columns["zip"]})
    source = ["generate", str(tmp_path / "t.csv"), "--target", "target", "--label", "yes"]
    assert main([*source, "-n", "5", "--out", str(tmp_path / "new.csv"), *words]) == 2
    assert found == [expected]


def test_trees_write_fields_of_the_source(tmp_path, columns):
    source, out = tmp_path / "t.csv", tmp_path / "new.csv"
    write(source, columns)
    assert run(source, out, "--sampler", "trees", n=50) == 0
    _, new = read(out)
    for name, values in zip(columns, new, strict=False):
        assert set(values) <= set(map(str, columns[name])), name
