"""What lies in the folders given, against what the library knows: new, changed, moved, gone.

Only regular files inside the folders are taken; links out of them, devices, pipes and
hidden files are not. Nothing is written here, so a dry run asks the same questions.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from docs_store import FileState, Library, Trouble, UsageError
from docs_store.vietnamese import storable

from .sidecar import SUFFIXES, sidecar_of

Reader = Callable[[str], str]

_GUARDED_SHARE = 0.3  # a run that removes more than this share of a folder's files asks first
_GUARDED_COUNT = 10


@dataclass(slots=True)
class Found:
    """What became of the files, by path. Every file given is in one of these."""

    unchanged: list[str] = field(default_factory=list)
    touched: dict[str, FileState] = field(default_factory=dict)  # of those, the ones with another time than before
    new: dict[str, FileState] = field(default_factory=dict)
    changed: dict[str, FileState] = field(default_factory=dict)
    renamed: dict[str, tuple[str, FileState]] = field(default_factory=dict)  # new path -> old path, state
    gone: list[str] = field(default_factory=list)
    failed: list[Trouble] = field(default_factory=list)
    targets: dict[Path, Path] = field(default_factory=dict)  # of links within the folder, what each leads to


def compare(
    paths: Sequence[Path],
    library: Library,
    data: Path,
    reader: Reader,
    *,
    allow_many_removals: bool = False,
    by_content: bool = False,
) -> Found:
    """Return what the files and folders at `paths` hold, compared with the library.

    data: our own folder, which is never news. reader: path -> the version of the code that would read it.
    by_content: compare every file by its content, however it looks. Raises UsageError if suspiciously many files of a folder
    are gone, or the folder itself, or all that it held: a disk that is not mounted looks so.
    """
    found = Found()
    gone: list[str] = []
    files: dict[str, FileState | None] = {}
    known_below: dict[Path, dict[str, FileState]] = {}
    for given in paths:
        path = Path(os.path.abspath(given))  # noqa: PTH100 - links stay as they are named
        below = known_below[path] = library.files_under(str(path))
        if path.is_dir():
            for file in _walk(path, data.resolve(), found.failed):
                if str(file) not in files and _is_news(file, path, found):
                    files[str(file)] = below.get(str(file))
        elif os.path.lexists(path):
            if _is_news(path, path.parent, found):
                files[str(path)] = library.file(str(path))
        elif library.file(str(path)):
            gone.append(str(path))
        elif not below:
            found.failed.append(Trouble(storable(str(path)), "không có tệp này | no such file"))
        gone += [file for file in below if file not in files and _is_gone(file)]
    moved: set[str] = set()
    for name, before in files.items():
        _compare_one(name, before, library, reader, found, moved, by_content=by_content)
    found.gone = [file for file in dict.fromkeys(gone) if file not in moved]
    if not allow_many_removals:
        for folder, below in known_below.items():
            _guard_removals(folder, below, found.gone, files)
    return found


def _compare_one(
    file: str, known: FileState | None, library: Library, reader: Reader, found: Found, moved: set[str], *, by_content: bool
) -> None:
    try:
        state = _state(Path(file), None if by_content else known, reader(file))
    except OSError as error:
        found.failed.append(Trouble(file, f"không đọc được: {error.strerror} | cannot be read"))
        return
    if known is None:
        old = next((old for old in library.same_content(state) if old not in moved and _is_gone(old)), None)
        if old is None:
            found.new[file] = state
        else:
            found.renamed[file] = (old, state)
            moved.add(old)
    elif (known.sha256, known.reader) == (state.sha256, state.reader):
        found.unchanged.append(file)
        if known != state:
            found.touched[file] = state
    else:
        found.changed[file] = state


def _is_gone(file: str) -> bool:
    """Tell whether a file is known not to be there; one in a folder that cannot be looked into may well be."""
    try:
        os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def suspiciously_many(lost: int, known: int) -> bool:
    """Tell whether so many of the known files are gone that a person should be asked."""
    return lost > max(_GUARDED_COUNT, _GUARDED_SHARE * known)


def _guard_removals(folder: Path, known: Mapping[str, FileState], gone: list[str], there: Collection[str]) -> None:
    lost = sum(file in known for file in gone)
    if lost and not os.path.lexists(folder):
        raise UsageError(
            f"Không còn {folder}, nơi đã nạp {lost} tệp | {folder}, where {lost} files came from, is gone",
            "kiểm tra ổ đĩa mạng đã gắn chưa; nếu đúng là đã xóa, chạy lại với --yes",
        )
    emptied = lost > 1 and not any(Path(file).is_relative_to(folder) for file in there)
    if emptied or suspiciously_many(lost, len(known)):
        raise UsageError(
            f"{lost} trong {len(known)} tệp đã lập chỉ mục ở {folder} không còn nữa"
            f" | {lost} of {len(known)} indexed files in {folder} are gone",
            "nếu đúng là đã xóa, chạy lại với --yes",
        )


def _walk(folder: Path, data: Path, failed: list[Trouble]) -> Iterator[Path]:
    """Yield the files below a folder in a fixed order; hidden ones, links to folders, sidecars and our own data left out.

    A folder that cannot be looked into is noted in `failed`.
    """

    def note(error: OSError) -> None:
        failed.append(Trouble(storable(str(error.filename)), f"không mở được thư mục: {error.strerror} | cannot be opened"))

    for parent, folders, files in os.walk(folder, onerror=note, followlinks=False):
        if (data / "generations").is_dir() and Path(parent).resolve() == data:
            folders[:] = []
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        names = set(files)
        for name in sorted(files):
            if not name.startswith(".") and not (name.endswith(SUFFIXES) and name.rpartition(".")[0] in names):
                yield Path(parent, name)


def _is_news(file: Path, root: Path, found: Found) -> bool:
    """Tell whether a directory entry is a regular file inside `root`; if not, note why in `found`."""
    failed = found.failed
    try:
        str(file).encode()
        mode = file.stat().st_mode
    except UnicodeEncodeError:
        failed.append(Trouble(storable(str(file)), "tên tệp không phải UTF-8 | the file name is not UTF-8"))
        return False
    except OSError as error:
        failed.append(Trouble(str(file), f"không đọc được: {error.strerror} | cannot be read"))
        return False
    if not stat.S_ISREG(mode):
        failed.append(Trouble(str(file), "không phải tệp thường | not a regular file"))
        return False
    if file.is_symlink():
        found.targets[file] = file.resolve()
        if not found.targets[file].is_relative_to(root.resolve()):
            failed.append(Trouble(str(file), "liên kết ra ngoài thư mục | a link out of the folder"))
            return False
    return True


def is_as_read(file: Path, known: FileState) -> bool:
    """Tell whether a file and its sidecar still hold what was read; they are read again only where their time alone changed."""
    try:
        parts = [file, *([sidecar] if (sidecar := sidecar_of(file)) else [])]
        same_size = sum(part.stat().st_size for part in parts) == known.size
        return same_size and _state(file, known, known.reader).sha256 == known.sha256
    except OSError:
        return False


def _state(file: Path, known: FileState | None, reader: str) -> FileState:
    """Return how a file and its sidecar look now; the content is not read again where size and time are as before."""
    parts = [file, *([sidecar] if (sidecar := sidecar_of(file)) else [])]
    statuses = [part.stat() for part in parts]
    size, mtime_ns = sum(status.st_size for status in statuses), max(status.st_mtime_ns for status in statuses)
    # A correction of the same length may keep the time of the file, as an export sets it; not these two.
    ctime_ns, inode = max(status.st_ctime_ns for status in statuses), statuses[0].st_ino
    if known and (known.size, known.mtime_ns, known.ctime_ns, known.inode) == (size, mtime_ns, ctime_ns, inode):
        return FileState(size, mtime_ns, known.sha256, reader, ctime_ns, inode)
    digest = hashlib.sha256()
    for part in parts:
        with _open_at_once(part) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return FileState(size, mtime_ns, digest.hexdigest(), reader, ctime_ns, inode)


def _open_at_once(file: Path) -> BinaryIO:
    """Return the opened file; one that has become a pipe since it was looked at gives nothing, instead of no end."""
    return open(file, "rb", opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK))
