"""Files that are opened by their endings, and written whole or not at all."""

import bz2
import errno
import gzip
import io
import lzma
import os
import zipfile

import pytest

from gansampler.files import (
    PACK,
    bare_name,
    check_folder,
    check_writable,
    endings,
    unpacked,
    write_whole,
    written_whole,
)

TEXT = b"a,b\n1,2\n" * 50


def zipped(*names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, TEXT)
    return content.getvalue()


PACKED = {
    "t.csv": TEXT,
    "t.csv.gz": gzip.compress(TEXT),
    "t.CSV.BZ2": bz2.compress(TEXT),
    "t.csv.xz": lzma.compress(TEXT),
    "t.csv.zip": zipped("inside/t.csv"),
}


@pytest.mark.parametrize(
    ("name", "expected", "bare"),
    [
        ("a/b.csv", (".csv", ""), "b"),
        ("B.CSV.GZ", (".csv", ".gz"), "B"),
        ("data.2020.parquet", (".parquet", ""), "data.2020"),
        ("data.gz", ("", ".gz"), "data"),
        ("data", ("", ""), "data"),
    ],
)
def test_endings_tell_what_a_file_is(name, expected, bare):
    assert endings(name) == expected
    assert bare_name(name) == bare


@pytest.mark.parametrize("name", PACKED)
def test_packed_files_are_opened(tmp_path, name):
    (tmp_path / name).write_bytes(PACKED[name])
    with unpacked(tmp_path / name) as file:
        assert file.read() == TEXT


@pytest.mark.parametrize("name", list(PACKED)[1:])
@pytest.mark.parametrize("harm", [lambda content: content[:-20], lambda _: TEXT])
def test_a_packed_file_that_is_cut_off_or_none_is_named(tmp_path, name, harm):
    (tmp_path / name).write_bytes(harm(PACKED[name]))
    with (
        pytest.raises(ValueError, match=f"{name} is damaged, cut off"),
        unpacked(tmp_path / name) as file,
    ):
        file.read()


def test_an_archive_of_several_files_is_refused(tmp_path):
    (tmp_path / "t.zip").write_bytes(zipped("a.csv", "b.csv"))
    with pytest.raises(ValueError, match=r"t\.zip holds 2 files"), unpacked(tmp_path / "t.zip"):
        pass


@pytest.mark.parametrize("ending", PACK)
def test_what_is_packed_can_be_opened_and_is_the_same_twice(tmp_path, ending):
    path = tmp_path / f"t.csv{ending}"
    contents = []
    for _ in range(2):
        with written_whole(path) as raw, PACK[ending](raw) as file:
            file.write(TEXT)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    with unpacked(path) as file:
        assert file.read() == TEXT


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_a_file_that_cannot_be_finished_leaves_the_older_one(tmp_path, error):
    path = tmp_path / "page.html"
    write_whole(path, "older")
    with pytest.raises(type(error)) as caught, written_whole(path) as file:
        file.write(b"half")
        raise error
    if isinstance(error, OSError):
        assert caught.value.filename == str(path)
    assert path.read_text() == "older"
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]


def test_a_file_that_is_replaced_keeps_its_rights_and_its_link(tmp_path):
    (tmp_path / "true.csv").write_text("older")
    (tmp_path / "true.csv").chmod(0o640)
    (tmp_path / "link.csv").symlink_to(tmp_path / "true.csv")
    write_whole(tmp_path / "link.csv", "newer")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "true.csv").read_text() == "newer"
    assert (tmp_path / "true.csv").stat().st_mode & 0o777 == 0o640


def test_what_could_not_be_written_is_told_before(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"folder is in the way"):
        check_writable(tmp_path / "folder")
    with pytest.raises(ValueError, match=r"a\.csv cannot be written: No such file"):
        check_writable(tmp_path / "none/a.csv")
    with pytest.raises(ValueError, match=r"cannot be made \(.*name another"):
        check_folder(tmp_path / "file", ["a.csv"])
    with pytest.raises(ValueError, match=r"cannot be made \(Not a directory"):
        check_folder(tmp_path / "file/deeper", ["a.csv"])
    with pytest.raises(ValueError, match=r"folder is in the way"):
        check_folder(tmp_path, ["new.csv", "folder"])
    check_writable(tmp_path / "file")
    check_folder(tmp_path / "one/two", ["a.csv"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_or_folder_that_is_read_only_is_told_before(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "file").chmod(0o444)
    with pytest.raises(ValueError, match="may not be overwritten"):
        check_writable(tmp_path / "file")
    tmp_path.chmod(0o555)
    with pytest.raises(ValueError, match="Permission denied"):
        check_writable(tmp_path / "new")
    with pytest.raises(ValueError, match="Permission denied"):
        check_folder(tmp_path / "deeper", ["new"])
    tmp_path.chmod(0o755)
