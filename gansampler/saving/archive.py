"""One file of named bytes: an archive of the ZIP kind, unpacked, with a digest as its comment.

Nothing in it is compressed, so what is read is never larger than the file itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ..files import written_whole

# What may be in it; all else, a path that climbs out say, is refused.
MEMBERS = re.compile(r"sampler\.json|arrays\.safetensors|judges/[0-9]{1,4}\.skops")
DIGEST_SIZE = 64
BLOCK = 2**20


def write_archive(path: str | Path, members: Mapping[str, bytes]) -> None:
    """Write all members or, if something goes wrong on the way, leave what is at `path`."""
    with written_whole(path) as file:
        with ZipFile(file, "w", ZIP_STORED) as archive:
            archive.comment = b"0" * DIGEST_SIZE
            for name, content in members.items():
                # Without a time, so that the same sampler is the same file.
                archive.writestr(ZipInfo(name), content)
        size = file.tell() - DIGEST_SIZE
        with open(file.name, "rb") as written:
            file.flush()
            digest = _digest(written, size)
        file.seek(size)
        file.write(digest)


def read_archive(path: str | Path) -> dict[str, bytes]:
    """Read all members; a ValueError tells of a file that is not whole, or holds anything else."""
    with open(path, "rb") as file:
        _check_digest(file)
        try:
            with ZipFile(file) as archive:
                check_members(archive, _size(file))
                return {info.filename: archive.read(info) for info in archive.infolist()}
        # Of a header that lies zipfile says many things.
        except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError) as error:
            raise ValueError(f"it is no archive ({error})") from error


def check_members(archive: ZipFile, size: int, allowed: re.Pattern[str] | None = MEMBERS) -> None:
    """Refuse members that are compressed, that a file of this size cannot hold, or not `allowed`.

    None allows every name.
    """
    infos = archive.infolist()
    names = [info.filename for info in infos]
    for info in infos:
        if allowed is not None and not allowed.fullmatch(info.filename):
            raise ValueError(f"it holds {info.filename[:80]!r}, which does not belong there")
        if info.compress_type != ZIP_STORED or info.file_size != info.compress_size:
            raise ValueError(f"{info.filename!r} in it is compressed")
    if len(set(names)) < len(names):
        raise ValueError("it holds two members of one name")
    if sum(info.file_size for info in infos) > size:
        raise ValueError("it declares more bytes than it has")


def _check_digest(file: IO[bytes]) -> None:
    size = _size(file) - DIGEST_SIZE
    file.seek(0)
    if size < 0 or file.read(2) != b"PK":
        raise ValueError("it is no file of a saved sampler")
    digest = _digest(file, size)
    if file.read(DIGEST_SIZE) != digest:
        raise ValueError("it is cut off, or was changed after it was written")


def _size(file: IO[bytes]) -> int:
    return file.seek(0, 2)


def _digest(file: IO[bytes], size: int) -> bytes:
    """Give the SHA-256 of the first bytes of a file as text; leave the file behind them."""
    digest, left = hashlib.sha256(), size
    file.seek(0)
    while left and (block := file.read(min(BLOCK, left))):
        digest.update(block)
        left -= len(block)
    return digest.hexdigest().encode()
