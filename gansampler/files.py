"""Files: what their endings say, how packed ones are opened, and how one is written as a whole."""

import bz2
import gzip
import lzma
import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import BadZipFile, ZipFile


def _from_zip(raw: IO[bytes]) -> IO[bytes]:
    archive = ZipFile(raw)
    names = [name for name in archive.namelist() if not name.endswith("/")]
    if len(names) != 1:
        raise ValueError(f"{raw.name} holds {len(names)} files: give an archive of one CSV.")
    return archive.open(names[0])


def _from_zst(raw: IO[bytes]) -> IO[bytes]:
    try:
        import zstandard
    except ImportError as error:
        raise ImportError(
            f"{raw.name} needs zstandard: install it by pip install zstandard, or unpack the file."
        ) from error
    return zstandard.open(raw)


# An open file -> what is packed in it, by the ending.
UNPACK: dict[str, Callable[[IO[bytes]], Any]] = {
    "": lambda raw: raw,
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zip": _from_zip,
    ".zst": _from_zst,
}
PACK: dict[str, Callable[[IO[bytes]], Any]] = {
    "": lambda raw: raw,
    # Without name and time, so that the same rows are the same file.
    ".gz": lambda raw: gzip.GzipFile("", "wb", fileobj=raw, mtime=0),
    ".bz2": lambda raw: bz2.BZ2File(raw, "wb"),
    ".xz": lambda raw: lzma.LZMAFile(raw, "wb"),  # noqa: SIM115
}
BROKEN = (EOFError, BadZipFile, lzma.LZMAError, zlib.error)


def endings(path: str | Path) -> tuple[str, str]:
    """Give the ending that tells what a file is, such as ".csv", and the one of its packing."""
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    packing = suffixes.pop() if suffixes and suffixes[-1] in UNPACK else ""
    return (suffixes[-1] if suffixes else ""), packing


def bare_name(path: str | Path) -> str:
    """Give the name of a file without its endings."""
    _, packing = endings(path)
    return (Path(path).with_suffix("") if packing else Path(path)).stem


@contextmanager
def unpacked(path: str | Path) -> Iterator[IO[bytes]]:
    """Open a file to read what is in it; its packing is told by its ending."""
    _, packing = endings(path)
    try:
        with open(path, "rb") as raw, UNPACK[packing](raw) as file:
            yield file
    except Exception as error:
        if not _is_of_packing(error):
            raise
        raise ValueError(
            f"{path} is damaged, cut off, or not what its ending says ({error}): fetch it again, "
            "or give it the right ending."
        ) from error


def _is_of_packing(error: Exception) -> bool:
    """Tell what is wrong with the content of a packed file from all else."""
    if isinstance(error, OSError):
        return error.errno is None
    return isinstance(error, BROKEN) or type(error).__name__ == "ZstdError"


@contextmanager
def written_whole(path: str | Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of `path` once all is written; if not all is, none is."""
    path = Path(os.path.realpath(path))  # a link stays one
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as file:
            yield file
        if path.exists():
            shutil.copymode(path, unfinished)
        unfinished.replace(path)
    except OSError as error:
        if error.filename is None:  # a full disk does not say which file it was
            error.filename = str(path)
        raise
    finally:
        unfinished.unlink(missing_ok=True)


def write_whole(path: str | Path, text: str) -> None:
    """Write text in UTF-8, all of it, or leave what is there."""
    with written_whole(path) as file:
        file.write(text.encode())


def check_writable(path: str | Path) -> None:
    """Refuse a place for a file that `written_whole` could not write; leave nothing there."""
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        raise ValueError(f"{path} is in the way of a file of that name: choose another place.")
    if path.exists() and not os.access(path, os.W_OK):
        raise ValueError(f"{path} is there and may not be overwritten: choose another place.")
    try:
        TemporaryFile(dir=path.parent).close()
    except OSError as error:
        raise ValueError(f"{path} cannot be written: {error.strerror}.") from error


def check_folder(folder: Path, names: Iterable[str]) -> None:
    """Refuse a folder in which these files could not be written; leave all as it is."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            check_writable(folder / name)
    except OSError as error:
        raise ValueError(
            f"The folder {folder} cannot be made ({error.strerror}): name another one."
        ) from error
    finally:
        for each in missing:
            with suppress(OSError):  # it was not made, or is used by now
                each.rmdir()
