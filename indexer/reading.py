"""Reading files in guarded child processes: one bad file is one line in the report.

A child leaves what it read as JSON lines in a spool file, so that a file of many articles
needs no more memory here than one of them. A child that dies or hangs is replaced, its file
reported, and the others go on. An archive is unpacked by one child; each member is then read
like a file of its own.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import stat
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from docs_store import Document, LoadError, Trouble, document_from_json, document_to_json
from docs_store.errors import first_line
from docs_store.vietnamese import storable

from . import loaders
from .guard import MEMORY, confine, limits
from .metadata import Origin, complete
from .report import doubts
from .sidecar import Sidecar, read_sidecar

if TYPE_CHECKING:
    from pebble import ProcessPool

_AHEAD = 4  # files handed out ahead, per child
_TROUBLES = 200  # places in one file that are named; the rest are counted


@dataclass(slots=True)
class Reading:
    """What one file gave.

    documents: to be taken once, before the next file's. error: nothing of it can be read; lasting: nor will it be
    another time, as long as the file stays as it is.
    """

    path: Path
    documents: Iterator[Document] = field(default_factory=lambda: iter(()))
    troubles: list[Trouble] = field(default_factory=list)
    error: LoadError | None = None

    @property
    def lasting(self) -> bool:
        return not isinstance(self.error, ChildLostError)


class ChildLostError(LoadError):
    """The child that read the file ran out of time or memory, or crashed."""


def read_files(
    paths: Sequence[Path], processes: int | None = None, targets: Mapping[Path, Path] | None = None
) -> Iterator[Reading]:
    """Yield what each file holds, or the reason why it cannot be read; in the order given.

    targets: of the paths that are links, what each was found to lead to. No other link is followed.
    """
    if not paths:
        return
    from pebble import ProcessPool

    count = min(processes or os.cpu_count() or 1, len(paths))
    # spawn: forking a process in which FAISS or tokenizers run threads can hang.
    context = multiprocessing.get_context("spawn")
    with (
        TemporaryDirectory(prefix="hoitin-") as folder,
        ProcessPool(max_workers=count, initializer=confine, context=context) as pool,
    ):
        spool = _Spool(pool, Path(folder))
        try:
            waiting: deque[Callable[[], Reading]] = deque()
            for path in paths:
                waiting.append(spool.hand_out((targets or {}).get(path, path), Origin(path)))
                if len(waiting) >= _AHEAD * count:
                    yield waiting.popleft()()
            while waiting:
                yield waiting.popleft()()
        finally:
            pool.stop()  # type: ignore[no-untyped-call]


def read_file(path: Path) -> Document:
    """Return the one document that a file holds, in this process. Raises LoadError."""
    return next(read_documents(path, Origin(path), []))


def read_documents(path: Path, origin: Origin, troubles: list[Trouble]) -> Iterator[Document]:
    """Yield what a file holds, in this process; note in `troubles` the places that cannot be read or relied on.

    Raises LoadError if nothing in it can be read.
    """
    if not loaders.holds_many(path):
        sidecar = Sidecar() if origin.member else read_sidecar(origin.path)
        document = _explained(lambda: complete(loaders.load(path), origin, sidecar))
        troubles += doubts(document)
        yield document
        return

    def on_bad_record(number: int, reason: str) -> None:
        troubles.append(Trouble(f"{origin.source}:{number}", reason))

    seen: set[str] = set()
    for extract in loaders.read_many(path, on_bad_record):
        try:
            document = _explained(partial(complete, extract, origin))
            if document.doc_id in seen:
                raise LoadError("trùng id với một dòng trước | the same id as an earlier line")
        except LoadError as error:
            troubles.append(Trouble(f"{origin.source}#{extract.record_id}", str(error)))
            continue
        seen.add(document.doc_id)
        yield document
    if not seen:
        raise LoadError("không có bài nào | no article in it")


def _explained(read: Callable[[], Document]) -> Document:
    """Return what `read` returns; whatever it raises becomes a LoadError, but for want of memory."""
    try:
        return read()
    except (LoadError, MemoryError):
        raise
    except RecursionError as error:
        raise LoadError("cấu trúc lồng quá sâu | nested too deep") from error
    except Exception as error:  # a parser's own bug must not end the run
        raise LoadError(f"{type(error).__name__}: {first_line(error)} | the file could not be read") from error


# --- in the child ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Taken:
    """What a child found: places not to be read or relied on; of an archive, each member's file or why there is none."""

    troubles: tuple[Trouble, ...] = ()
    members: tuple[tuple[str, Path | LoadError], ...] | None = None


def _take(path: Path, origin: Origin, spool: Path) -> _Taken:
    """Write the file's documents to `spool`, or an archive's members into a folder of that name. Raises LoadError."""
    status = _regular(path)
    with limits(status.st_size):
        if not origin.member and loaders.is_archive(path):
            spool.mkdir()
            return _Taken(members=tuple(loaders.unpack(path, spool)))
        troubles: list[Trouble] = []
        with spool.open("w", encoding="utf-8") as stream:
            for document in read_documents(path, origin, troubles):
                stream.write(document_to_json(document) + "\n")
    after = _regular(path)
    if (after.st_dev, after.st_ino) != (status.st_dev, status.st_ino):
        raise ChildLostError("tệp bị thay trong lúc đọc | the file was replaced while it was read")
    more = len(troubles) - _TROUBLES
    if more > 0:
        troubles[_TROUBLES:] = [Trouble(origin.source, f"và {more} chỗ khác | and {more} more places")]
    return _Taken(
        tuple(replace(trouble, path=storable(trouble.path), reason=_one_line(trouble.reason)) for trouble in troubles)
    )


def _regular(path: Path) -> os.stat_result:
    """Return the state of a regular file. Raises ChildLostError if it has become a link or a pipe since it was found."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise ChildLostError("không phải tệp thường | not a regular file")
    return status


# --- in the parent --------------------------------------------------------------------------


class _Spool:
    """Hands files to the children, and collects what they leave."""

    def __init__(self, pool: ProcessPool, folder: Path) -> None:
        self._pool = pool
        self._folder = folder
        self._names = itertools.count()

    def hand_out(self, path: Path, origin: Origin) -> Callable[[], Reading]:
        """Hand out one file; return what to call for its reading."""
        spool = self._folder / str(next(self._names))
        future = self._pool.schedule(_take, args=[path, origin, spool])

        def collect() -> Reading:
            try:
                taken: _Taken = outcome(future)
            except LoadError as error:
                return Reading(origin.path, error=error)
            if taken.members is not None:
                return self._together(origin.path, taken.members)
            return Reading(origin.path, _spooled(spool), list(taken.troubles))

        return collect

    def _together(self, path: Path, members: Sequence[tuple[str, Path | LoadError]]) -> Reading:
        """Return one reading of all the members of an archive, each read like a file of its own."""
        origins = {name: Origin(path, member=name) for name, _ in members}
        handed = {name: self.hand_out(file, origins[name]) for name, file in members if isinstance(file, Path)}
        readings = [
            (name, handed[name]() if name in handed else Reading(path, error=LoadError(_one_line(str(why)))))
            for name, why in members
        ]
        whole = Reading(path, chain.from_iterable(reading.documents for _, reading in readings))
        for name, reading in readings:
            whole.troubles += reading.troubles
            if reading.error:
                whole.troubles.append(Trouble(origins[name].source, str(reading.error)))
        if all(reading.error for _, reading in readings):
            whole.error = LoadError("không có tệp nào trong đó đọc được | nothing in it can be read")
        return whole


def _spooled(spool: Path) -> Iterator[Document]:
    with spool.open(encoding="utf-8") as stream:
        for line in stream:
            yield document_from_json(line)
    spool.unlink()


def outcome(future: Any) -> Any:
    """Return what a child returned. Raises LoadError with one line for whatever else happened to it."""
    from pebble import ProcessExpired

    try:
        return future.result()
    except LoadError as error:
        raise type(error)(_one_line(str(error))) from error
    except OSError as error:
        code = error.exitcode if isinstance(error, ProcessExpired) else None
        if code == -signal.SIGALRM or isinstance(error, FutureTimeoutError):
            raise ChildLostError("đọc quá lâu | took too long") from error
        if code is None:
            raise ChildLostError(f"không đọc được: {error.strerror or first_line(error)} | cannot be read") from error
        raise ChildLostError(_OUT_OF_MEMORY) from error
    except MemoryError as error:
        raise ChildLostError(_OUT_OF_MEMORY) from error
    except Exception as error:  # a fault of ours, or of a parser's: one file's, not the run's
        raise LoadError(_one_line(f"{type(error).__name__}: {first_line(error)} | the file could not be read")) from error


_OUT_OF_MEMORY = f"cần quá nhiều bộ nhớ hoặc làm hỏng bộ đọc (giới hạn {MEMORY >> 20} MB) | out of memory or reader crashed"


def _one_line(text: str) -> str:
    return storable(" ".join(text.split()))[:500]
