"""How a CSV is written is found out, and what is wrong with one is named."""

import gzip

import pandas as pd
import pytest

from gansampler.csv_form import Form, find_form
from gansampler.tables import parse_table

BODY = "size{0}kind{0}class\n1.5{0}a{0}0\n2.5{0}b{0}1\n"


def write(folder, text, name="data.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "name", "form"),
    [
        ("a,b\n1,2\n", "t.csv", Form(",", "utf-8", "\n")),
        ("a;b\r\n1;2\r\n", "t.csv", Form(";", "utf-8", "\r\n")),
        ("a\tb\n1\t2\n", "t.csv", Form("\t", "utf-8", "\n")),
        ("a,x,y\tb\n1\t2\n", "T.TSV", Form("\t", "utf-8", "\n")),
        ("\ufeffa,b\n1,2\n", "t.csv", Form(",", "utf-8-sig", "\n")),
        ('"a\n,,,";b;c\n1;2;3\n', "t.csv", Form(";", "utf-8", "\n")),
        ("a\n1\n", "t.csv", Form(",", "utf-8", "\n")),
    ],
)
def test_the_first_line_tells_how_a_file_is_written(tmp_path, text, name, form):
    assert find_form(write(tmp_path, text, name)) == form


@pytest.mark.parametrize(
    ("sep", "mark"), [("|", "|"), ("tab", "\t"), ("\\t", "\t"), ("space", " "), (":", ":")]
)
def test_a_separator_that_is_told_is_taken(tmp_path, sep, mark):
    table = parse_table(write(tmp_path, BODY.format(mark)), sep=sep)
    assert list(table.columns) == ["size", "kind", "class"]
    assert table["size"].tolist() == [1.5, 2.5]


def test_runs_of_spaces_are_one_separator(tmp_path):
    table = parse_table(write(tmp_path, "  size   kind class\n   1.5 a      0\n"), sep=" ")
    assert table.iloc[0].tolist() == [1.5, "a", 0]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "UTF-8", "utf_8_sig"])
def test_an_encoding_that_is_told_is_taken(tmp_path, encoding):
    path = write(tmp_path, "größe,b\n1,é\n", encoding=encoding)
    table = parse_table(path, encoding=encoding)
    assert list(table.columns) == ["größe", "b"]
    assert table["b"].tolist() == ["é"]


@pytest.mark.parametrize("mark", ["|", ":", " ", "  "])
def test_another_separator_is_asked_for(tmp_path, mark):
    with pytest.raises(ValueError, match=r"holds one column, 'size.*Is the separator .*--sep"):
        parse_table(write(tmp_path, BODY.format(mark)))


def test_a_column_alone_may_have_spaces_and_bars_in_its_name(tmp_path):
    assert len(parse_table(write(tmp_path, "the size|cm\n1\n2\n"))) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("5.1,3.5,0\n4.9,3.0,1\n", "numbers alone in its first line.*line of names above"),
        ("5.1,3.5,5.1,no\n4.9,3.0,1.4,yes\n", "named '5.1'.*looks like a row of values"),
        (b"<!DOCTYPE html>\n<html></html>", "a web page"),
        (b"PAR1\x15\x04\x15\x00", r"no CSV, but a parquet file: let its name end in \.parquet"),
        (b"PK\x03\x04\x14\x00", "an Excel workbook or a zip"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), r"packed by gzip: let its name end in \.gz"),
        (b"SQLite format 3\x00", "database"),
        ("größe,b\n1,2\n".encode("cp1252"), "no CSV in UTF-8: byte 0xf6 .*--encoding cp1252"),
        ("a,b\n1,2\n".encode("utf-16"), "no CSV in UTF-8: byte 0xf.*--encoding cp1252 or utf-16"),
    ],
)
def test_the_real_cause_is_named(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        parse_table(write(tmp_path, text))


@pytest.mark.parametrize("header", ["0,1,2", "2020,2019,2018", "0.1,0.5,class"])
def test_numbers_may_be_names(tmp_path, header):
    table = parse_table(write(tmp_path, f"{header}\n1,2,3\n"))
    assert list(table.columns) == header.split(",")


def test_names_that_look_like_magic_are_names(tmp_path):
    assert list(parse_table(write(tmp_path, "PAR1,BZh\n1,2\n")).columns) == ["PAR1", "BZh"]


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"sep": "ab"}, "'ab' is no separator"),
        ({"sep": '"'}, "is no separator"),
        ({"encoding": "utf-9"}, "utf-9: unknown encoding"),
        ({"encoding": "base64"}, "base64"),
        ({"encoding": "utf-16"}, "no CSV in UTF-16"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, told, message):
    with pytest.raises(ValueError, match=message):
        parse_table(write(tmp_path, "a,b\n1,2\n3\n"[:9]), **told)


def test_a_parquet_file_that_is_none_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"data\.parquet cannot be read as \.parquet"):
        parse_table(write(tmp_path, "a,b\n1,2\n", "data.parquet"))
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "t.parquet")
    packed = gzip.compress((tmp_path / "t.parquet").read_bytes())
    with pytest.raises(ValueError, match="packed: unpack it"):
        parse_table(write(tmp_path, packed, "data.parquet.gz"))
