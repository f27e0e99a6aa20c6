"""ZIP archives of documents: each member is written out under a made-up name, or refused with its reason.

A member's own name is only told, never used as a path: what lies on the disk cannot leave
the folder that the caller gave. A zip in a zip is opened one level deep.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from zipfile import ZipFile, ZipInfo

from docs_store import LoadError
from docs_store.vietnamese import nfc, storable

from .fonts import windows_text
from .kinds import kind_of
from .zips import open_member, open_zip

_DEEPEST = 2  # the archive itself, and a zip in it
_CHUNK = 1 << 20
_UTF8_NAME = 0x800
_RATIO_FROM = 1 << 20  # bytes; below, any ratio is harmless
_SUFFIX = re.compile(r"(?:\.[a-z0-9]{1,8})?\.(?:gz|xz)$|\.[a-z0-9]{1,8}$")
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(slots=True)
class Limits:
    """What one archive may hold, all levels together."""

    members: int = 10_000
    member_bytes: int = 256 << 20
    total_bytes: int = 2 << 30
    ratio: int = 200  # a text packs 3 to 20 times, a bomb 1000 times
    written: int = 0  # files so far


def is_archive(path: Path) -> bool:
    """Tell whether a file is a ZIP of documents; office files are zips too, but documents."""
    try:
        kind = kind_of(path)
    except LoadError:
        return False
    return kind == "archive" or (not kind and path.suffix.lower() == ".zip")


def unpack(path: Path, folder: Path, limits: Limits | None = None) -> Iterator[tuple[str, Path | LoadError]]:
    """Yield each member's name with the file in the empty `folder` that it was written to, or why it is refused.

    Hidden files and folders and those of macOS are passed over. A zip's members are named
    "trong.zip/tin.docx". The caller may delete a file once it has it.
    Raises LoadError if the archive as a whole is bad.
    """
    yield from _unpack(path, folder, replace(limits or Limits()), "", 1)


def _unpack(path: Path, folder: Path, left: Limits, prefix: str, depth: int) -> Iterator[tuple[str, Path | LoadError]]:
    seen: set[str] = set()
    with open_zip(path, "ZIP", left.members) as archive:
        for member in archive.infolist():
            name = _name(member)
            if member.filename.endswith("/") or _is_furniture(name):
                continue
            shown = prefix + name
            try:
                left.members -= 1
                _check(member, name, seen, left)
                target = folder / f"{left.written:05d}{_suffix(name)}"
                left.written += 1
                _write(archive, member, target, left)
                if not is_archive(target):
                    yield shown, target
                    continue
                try:
                    if depth >= _DEEPEST:
                        raise LoadError("ZIP lồng quá một cấp | a zip in a zip in a zip")
                    yield from _unpack(target, folder, left, shown + "/", depth + 1)
                finally:
                    target.unlink()
            except LoadError as error:
                yield shown, error


def _name(member: ZipInfo) -> str:
    """Return a member's name as the person who packed it saw it."""
    name = member.filename
    if not member.flag_bits & _UTF8_NAME:  # then zipfile takes its bytes for those of the first PC
        raw = name.encode("cp437", "replace")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = windows_text(raw, "cp1258")
    return storable(nfc(name)).replace("\\", "/")


def _is_furniture(name: str) -> bool:
    """Tell whether a member is what a system hides: .DS_Store, __MACOSX."""
    return any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in PurePosixPath(name).parts)


def _check(member: ZipInfo, name: str, seen: set[str], left: Limits) -> None:
    """Raise LoadError if a member is none that an honest archive of documents has."""
    mode = member.external_attr >> 16
    key = name.casefold()
    if left.members < 0:
        raise LoadError("tệp ZIP có quá nhiều tệp con | too many members in the archive")
    if name.startswith("/") or _DRIVE.match(name) or ".." in PurePosixPath(name).parts:
        raise LoadError("đường dẫn ra ngoài thư mục | a path out of the folder")
    if key in seen:
        raise LoadError("trùng tên với một tệp trước | the same name as an earlier member")
    seen.add(key)
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise LoadError("là liên kết hoặc tệp đặc biệt | a link or a special file")
    if member.file_size > _RATIO_FROM and member.file_size > left.ratio * max(1, member.compress_size):
        raise LoadError(f"nén quá {left.ratio} lần, giống bom nén | packed more than {left.ratio} times, like a zip bomb")


def _write(archive: ZipFile, member: ZipInfo, target: Path, left: Limits) -> None:
    try:
        with open_member(archive, member, min(left.member_bytes, left.total_bytes)) as source, target.open("xb") as copy:
            while data := source.read(_CHUNK):
                copy.write(data)
                left.total_bytes -= len(data)
    except OSError as error:
        raise LoadError(f"không ghi được: {error.strerror} | cannot be written") from error
    except LoadError:
        target.unlink(missing_ok=True)
        raise


def _suffix(name: str) -> str:
    found = _SUFFIX.search(name.lower())
    return found.group() if found else ""
