"""Reading and checking tables: good ones come through, bad ones are named."""

import numpy as np
import pandas as pd
import pytest

from gansampler.tables import read_table, split_target

GOOD = "size,kind,class\n1.5,a,0\n,b,1\n"


def write(folder, text, name="data.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_reads_common_separators_and_keeps_text_and_holes(tmp_path, separator):
    path = write(tmp_path, GOOD.replace(",", separator))
    table = read_table(path)
    assert list(table.columns) == ["size", "kind", "class"]
    assert table["size"].isna().tolist() == [False, True]
    assert table["kind"].tolist() == ["a", "b"]


def test_separators_inside_quotes_do_not_count(tmp_path):
    table = read_table(write(tmp_path, '"a,b,c,d";"x";"say ""y,"""\n1;2;3\n'))
    assert list(table.columns) == ["a,b,c,d", "x", 'say "y,"']


def test_decimal_commas_are_read_between_semicolons(tmp_path):
    text = "a;b;c;d;e;f\n1,5;7;x1,5;1,5;2020-01-01;1.234,5\n-2;8;2,5;;a;2,5\n+3,25;9;3;2;b;3,5\n"
    table = read_table(write(tmp_path, text))
    assert table["a"].tolist() == [1.5, -2.0, 3.25]
    assert table["b"].tolist() == [7, 8, 9]
    assert table["c"].tolist() == ["x1,5", "2,5", "3"]
    np.testing.assert_array_equal(table["d"], [1.5, np.nan, 2.0])
    assert table["e"].tolist() == ["2020-01-01", "a", "b"]
    assert table["f"].tolist() == ["1.234,5", "2,5", "3,5"]
    quoted = read_table(write(tmp_path, 'a,b\n"1,5",1\n"2,5",2\n'))
    assert quoted["a"].tolist() == ["1,5", "2,5"], "between commas they may be lists"


def test_text_of_iso_dates_alone_is_dates(tmp_path):
    text = "day,then,last,broken,class\n2020-01-01,2020-01-01T10:00+01:00,2020-01-01,2020-02-30,0\n"
    table = read_table(write(tmp_path, text + ",2020-01-01T10:00+02:00,soon,2020-03-01,1\n"))
    assert table["day"].tolist() == [pd.Timestamp("2020-01-01"), pd.NaT]
    assert (table["then"].iloc[0] - table["then"].iloc[1]) == pd.Timedelta(1, "h")
    assert table["last"].tolist() == ["2020-01-01", "soon"]
    assert table["broken"].tolist() == ["2020-02-30", "2020-03-01"], "there is no such day"


def test_reads_byte_order_mark_quotes_and_line_breaks_in_fields(tmp_path):
    table = read_table(write(tmp_path, '\ufeffa,b\n"1,5","two\nlines"\n'))
    assert list(table.columns) == ["a", "b"]
    assert table.iloc[0].tolist() == ["1,5", "two\nlines"]


def test_reads_parquet(tmp_path):
    table = pd.DataFrame({"a": [1, 2], "b": pd.Categorical(["x", "y"])})
    table.to_parquet(tmp_path / "data.parquet")
    pd.testing.assert_frame_equal(read_table(tmp_path / "data.parquet"), table)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("a,b\n", "no rows"),
        ("a,b\n1,2\n3\n", r"line 3: 1 fields where the header has 2"),
        ("a,b\n1,2\n3,4,5\n", r"line 3: 3 fields where the header has 2"),
        # The line where the broken row starts, not where the reader gave up.
        ('a,b\n1,2\n3,"4\n5,6\n', r"line 3: "),
        ('a,b\n"1\n1",2\n3\n', r"line 4: 1 fields"),
        ("a,b,a\n1,2,3\n", "more than one column named 'a'"),
        (b"a,b\n\xe9,2\n", "UTF-8"),
        (b"\xe9,b\n1,2\n", "UTF-8"),
    ],
)
def test_names_what_is_wrong_with_a_file(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read_table(write(tmp_path, text))


def test_names_a_quote_that_swallows_the_file(tmp_path):
    for end in ("", '"\n'):  # such a field is too long for the reader even if it ends
        with pytest.raises(ValueError, match=r"line 2: field larger than .* or close the quote"):
            read_table(write(tmp_path, 'a,b\n1,"' + "x" * 200_000 + end))


def test_says_that_there_is_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(IsADirectoryError, match="folder"):
        read_table(tmp_path)


def test_splits_target_and_dropped_columns_off():
    table = pd.DataFrame({"id": [1, 2], "size": [3, 4], "class": [0, 1]})
    X, y = split_target(table, "class", ["id"])
    assert list(X.columns) == ["size"]
    assert y.tolist() == [0, 1]


@pytest.mark.parametrize("target", ["1", 1])
def test_a_column_named_by_a_number_is_found_by_its_text_too(target):
    X, y = split_target(pd.DataFrame([[3, 4, 5]], columns=["a", 1, 2]), target, ["2"])
    assert list(X.columns) == ["a"]
    assert y.tolist() == [4]


@pytest.mark.parametrize(
    ("target", "drop", "message"),
    [
        ("clas", [], "no column 'clas'. Did you mean 'class'"),
        ("class", ["idd"], "no column 'idd'. Did you mean 'id'"),
        ("class", ["class"], "cannot be dropped"),
        ("class", ["id"], "No feature column"),
    ],
)
def test_names_columns_that_are_not_there(target, drop, message):
    table = pd.DataFrame({"id": [1, 2], "class": [0, 1]})
    with pytest.raises(ValueError, match=message):
        split_target(table, target, drop)
