"""The library: every document we know, in one SQLite file. The truth of the writing day.

Readers read published generations; of this they ask, at most, whether a file is still as it was
read (`file_of`). It remembers which files were read,
so that an unchanged file is not parsed again, and what they held, so that an index can be
rebuilt without the files and a killed run goes on where it stopped.

It is not the only place that knows a document: a published generation holds each with its text. What the library lost,
by whatever cause, comes back from there (`indexer.recovery`); `dropped` tells what was taken out of it on purpose.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

from .database import connect
from .errors import HoitinError, UsageError
from .records import Document, PageNote
from .takedowns import address_key, text_key

# One step a version; a library made by an older hoitin is brought up to date when it is opened for writing.
_SCHEMA = (
    """
    CREATE TABLE IF NOT EXISTS files(
        path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
        sha256 TEXT NOT NULL, reader TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS documents(
        doc_id TEXT PRIMARY KEY, path TEXT NOT NULL REFERENCES files(path) ON DELETE CASCADE,
        content_hash TEXT NOT NULL, record TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS failures(
        path TEXT NOT NULL REFERENCES files(path) ON DELETE CASCADE, place TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS documents_by_path ON documents(path);
    """,
    """
    DROP TABLE failures;
    CREATE TABLE troubles(
        path TEXT NOT NULL REFERENCES files(path) ON DELETE CASCADE ON UPDATE CASCADE,
        place TEXT NOT NULL, reason TEXT NOT NULL, warning INTEGER NOT NULL) STRICT;
    CREATE INDEX troubles_by_path ON troubles(path);
    CREATE INDEX files_by_content ON files(sha256);
    CREATE TABLE withdrawn(
        doc_id TEXT PRIMARY KEY, title TEXT NOT NULL, source TEXT NOT NULL,
        time TEXT NOT NULL, person TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
    """,
    """
    DROP TABLE withdrawn;
    ALTER TABLE files ADD COLUMN ctime_ns INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE files ADD COLUMN inode INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE documents ADD COLUMN source TEXT NOT NULL DEFAULT '';
    ALTER TABLE documents ADD COLUMN published TEXT;
    ALTER TABLE documents ADD COLUMN text_key TEXT NOT NULL DEFAULT '';
    ALTER TABLE documents ADD COLUMN address_key TEXT NOT NULL DEFAULT '';
    ALTER TABLE documents ADD COLUMN seal TEXT NOT NULL DEFAULT '';
    CREATE TABLE dropped(doc_id TEXT PRIMARY KEY) STRICT;
    CREATE TABLE left_out(doc_id TEXT PRIMARY KEY, path TEXT NOT NULL) STRICT;
    """,
)
_DATES = ("published", "updated")
_FILE = "size, mtime_ns, sha256, reader, ctime_ns, inode"
_MEND = "hoitin index THƯ_MỤC_TIN: lập lại kho từ chỉ mục đang dùng, tệp hỏng được giữ lại bên cạnh"


@dataclass(frozen=True, slots=True)
class FileState:
    """How a file looked when it was last read. reader: the version of the code that read it."""

    size: int
    mtime_ns: int
    sha256: str
    reader: str
    ctime_ns: int = 0
    inode: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file, or a place in it, that could not be read; as a warning, one that was read but not to be relied on."""

    path: str
    reason: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """What the library knows of a document without its text. text_key, address_key: see `takedowns`."""

    doc_id: str
    path: str
    source: str
    content_hash: str
    text_key: str
    address_key: str
    published: date | None


def document_to_json(document: Document) -> str:
    """Return the document as one line of JSON that `document_from_json` reads back."""
    record = asdict(document)
    for name in _DATES:
        record[name] = record[name].isoformat() if record[name] else None
    return json.dumps(record, ensure_ascii=False)


def document_from_json(text: str) -> Document:
    """Return the document that `document_to_json` wrote."""
    record: dict[str, Any] = json.loads(text)
    record["pages"] = tuple(record["pages"])
    record["notes"] = tuple(PageNote(**note) for note in record.get("notes", ()))
    for name in _DATES:
        record[name] = date.fromisoformat(record[name]) if record.get(name) else None
    return Document(**record)


def content_hash_of(document: Document) -> str:
    """Return a digest of all that a document says: everything but which one it is and where it lies."""
    record = document_to_json(replace(document, doc_id="", source="", content_hash=""))
    return hashlib.sha256(record.encode()).hexdigest()[:32]


def file_of(library: Path, document: Document) -> FileState | None:
    """Return how the file that is this document, and nothing beside it, looked when it was read; None if that is not known.

    For readers: opens the library for reading only, and makes none.
    """
    with suppress(HoitinError), closing(_connect(library, read_only=True)) as db:
        row = db.execute(
            f"SELECT {_FILE} FROM files JOIN documents USING (path) WHERE doc_id = ? AND path = ?",
            (document.doc_id, document.source),
        ).fetchone()
        return FileState(*row) if row else None
    return None


def _connect(path: Path, *, read_only: bool) -> Any:
    """Return a connection. For reading only it makes no file, takes no lock and asks for no right to write."""
    if not read_only:
        return connect(path, mend=_MEND, isolation_level=None)
    still = not os.access(path.parent, os.W_OK) or not path.with_name(path.name + "-wal").exists()
    return connect(path, mend=_MEND, options="mode=ro&immutable=1" if still else "mode=ro", isolation_level=None)


class Library:
    """Open with a path; use as a context manager. One writer at a time (the index lock sees to it).

    read_only: nothing is made, migrated or locked; a library that is not there is an empty one.
    """

    def __init__(self, path: Path | str, *, read_only: bool = False) -> None:
        """Raises StorageError, DamagedError."""
        self.path = Path(path)
        if read_only and not self.path.exists():
            path, read_only = ":memory:", False
        self._db = _connect(Path(path), read_only=read_only)
        try:
            if not read_only:
                self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;")
                self._migrate()
            elif self._version() != len(_SCHEMA):
                raise UsageError(f"{path} là của bản hoitin cũ hơn | {path} is of an older hoitin", "hoitin index THƯ_MỤC_TIN")
        except BaseException:
            self._db.close()
            raise

    def _version(self) -> int:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        return int(version)

    def _migrate(self) -> None:
        before = self._version()
        for number, step in enumerate(_SCHEMA[before:], before + 1):
            self._db.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;")
        if 0 < before < 3:
            with self._db.transaction():
                for path, record in self._db.execute("SELECT path, record FROM documents").fetchall():
                    self._put_document(path, document_from_json(record))

    def __enter__(self) -> Library:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()

    # --- files --------------------------------------------------------------------------

    def file(self, path: str) -> FileState | None:
        """Return how the file at `path` looked when it was last read, or None."""
        row = self._db.execute(f"SELECT {_FILE} FROM files WHERE path = ?", (path,)).fetchone()
        return FileState(*row) if row else None

    def files_under(self, folder: str) -> dict[str, FileState]:
        """Return path -> state of the known files below `folder` (an absolute path)."""
        prefix = folder.rstrip("/") + "/"
        rows = self._db.execute(
            f"SELECT path, {_FILE} FROM files WHERE substr(path, 1, ?) = ? ORDER BY path",
            (len(prefix), prefix),
        )
        return {path: FileState(*state) for path, *state in rows}

    def troubles(self) -> dict[str, list[Trouble]]:
        """Return path -> what could not be read, or not be relied on, when the file was last read."""
        found: dict[str, list[Trouble]] = {}
        for path, place, reason, warning in self._db.execute("SELECT * FROM troubles ORDER BY rowid"):
            found.setdefault(path, []).append(Trouble(place, reason, bool(warning)))
        return found

    def paths_of_files(self) -> list[str]:
        """Return the path of every known file."""
        return [path for (path,) in self._db.execute("SELECT path FROM files ORDER BY path")]

    def put_file(
        self,
        path: str,
        state: FileState,
        documents: Iterable[Document],
        troubles: Sequence[Trouble] = (),
        left_out: Collection[str] = (),
        may_lose: Callable[[int, int], bool] = lambda lost, before: True,
    ) -> None:
        """Store what a file holds, in place of what it held before.

        A document keeps the doc_id that the same place had before, so that a renamed file's does not change later.
        troubles, left_out: looked at once `documents` has ended. Where some place could not be read, documents that the
        file held before and lacks now stay: they may stand in the broken part. left_out: ids of erased documents that the
        file still holds and that are not stored. may_lose: asked whether so many of the documents
        that the file held before may go; if not, raises UsageError.
        All or nothing: if it raises, the library is as it was.
        """
        with self._db.transaction():
            before = dict(self._db.execute("SELECT source, doc_id FROM documents WHERE path = ?", (path,)))
            held = len(before)
            self._put_state(path, state)
            for document in documents:
                doc_id = before.pop(document.source, None) or self._free_id(document)
                self._put_document(path, replace(document, doc_id=doc_id))
            if all(trouble.warning for trouble in troubles):
                if before and not may_lose(len(before), held):
                    raise UsageError(
                        f"{len(before)} trong {held} bài không còn trong tệp | {len(before)} of {held} articles are gone",
                        "nếu đúng là đã xóa, chạy lại với --yes",
                    )
                self._drop(before.values())
            self._leave_out(path, left_out)
            self._put_troubles(path, troubles)

    def adopt(self, documents: Iterable[Document]) -> dict[str, str]:
        """Take in documents that a published generation has; return source -> path of the file that each lies in.

        The files are read again when they are next seen.
        """
        paths = {}
        with self._db.transaction():
            for document in documents:
                path = paths[document.source] = self._path_of(document.source)
                self._db.execute("INSERT OR IGNORE INTO files VALUES (?, 0, 0, '', '', 0, 0)", (path,))
                self.read_again(path)
                self._put_document(path, document)
        return paths

    def drop(self, doc_ids: Iterable[str]) -> None:
        """Forget documents of which nothing sound is left."""
        with self._db.transaction():
            self._drop(doc_ids)

    def read_again(self, path: str) -> None:
        """Have a file read again when it is next seen, whatever it looks like."""
        self._db.execute("UPDATE files SET sha256 = '', size = 0 WHERE path = ?", (path,))

    def fail_file(self, path: str, state: FileState, troubles: Sequence[Trouble]) -> None:
        """Remember that a file as it now is cannot be read. What it held before stays: nothing is lost to a bad save."""
        with self._db.transaction():
            self._put_state(path, state)
            self._put_troubles(path, troubles)

    def touch_file(self, path: str, state: FileState) -> None:
        """Remember a new date of a file whose content is the same."""
        self._db.execute(
            "UPDATE files SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ? WHERE path = ?",
            (state.size, state.mtime_ns, state.ctime_ns, state.inode, path),
        )

    def rename_file(self, old: str, new: str, state: FileState) -> bool:
        """Let a file that only moved keep its documents, under their doc_ids; tell whether its name was a title in them."""
        with self._db.transaction():
            self._put_state(new, state)
            records = [row[0] for row in self._db.execute("SELECT record FROM documents WHERE path = ?", (old,))]
            for document in map(document_from_json, records):
                moved = replace(document, source=new + document.source.removeprefix(old))
                self._put_document(new, moved)
            self._db.execute("UPDATE troubles SET path = ?, place = replace(place, ?, ?) WHERE path = ?", (new, old, new, old))
            self._db.execute("DELETE FROM files WHERE path = ?", (old,))
        return any(json.loads(record)["origins"].get("title") == "file name" for record in records)

    def remove_files(self, paths: Iterable[str]) -> None:
        """Forget files and the documents in them."""
        paths = list(paths)
        with self._db.transaction():
            for path in paths:
                self._db.execute("INSERT OR IGNORE INTO dropped SELECT doc_id FROM documents WHERE path = ?", (path,))
            self._db.executemany("DELETE FROM files WHERE path = ?", [(path,) for path in paths])

    def same_content(self, state: FileState) -> list[str]:
        """Return the known files that had this content and were read by the same reader."""
        rows = self._db.execute("SELECT path FROM files WHERE sha256 = ? AND reader = ?", (state.sha256, state.reader))
        return [path for (path,) in rows]

    # --- documents ----------------------------------------------------------------------

    def entries(self) -> dict[str, Entry]:
        """Return doc_id -> what is known of each document without its text."""
        rows = self._db.execute(
            "SELECT doc_id, path, source, content_hash, text_key, address_key, published FROM documents ORDER BY doc_id"
        )
        return {
            doc_id: Entry(doc_id, path, source, content_hash, text, address, _day(published))
            for doc_id, path, source, content_hash, text, address, published in rows
        }

    def doc_ids(self) -> set[str]:
        """Return the ids of all documents."""
        return {doc_id for (doc_id,) in self._db.execute("SELECT doc_id FROM documents")}

    def dropped(self) -> set[str]:
        """Return the ids of what was taken out on purpose: that a generation still has it is no reason to take it in again."""
        return {doc_id for (doc_id,) in self._db.execute("SELECT doc_id FROM dropped")}

    def unsound(self, doc_ids: Iterable[str] | None = None) -> list[str]:
        """Return those documents, of all by default, of which what is stored is not what was put in."""
        rows: Iterable[Any]
        if doc_ids is None:
            rows = self._db.execute("SELECT * FROM documents ORDER BY doc_id")
        else:
            rows = (self._db.execute("SELECT * FROM documents WHERE doc_id = ?", (doc_id,)).fetchone() for doc_id in doc_ids)
        return [row[0] for row in rows if row and row[-1] != _seal(row[:-1])]

    def documents(self, doc_ids: Iterable[str]) -> Iterator[Document]:
        """Yield these documents, in the order given; unknown ids are left out."""
        with closing(self._db.cursor()) as cursor:
            for doc_id in doc_ids:
                row = cursor.execute("SELECT record FROM documents WHERE doc_id = ?", (doc_id,)).fetchone()
                if row:
                    yield document_from_json(row[0])

    def erase(self, doc_ids: Collection[str]) -> list[str]:
        """Take documents out, and their bytes out of the file; return the paths of the files that held them."""
        paths = []
        self._db.execute("PRAGMA secure_delete = ON")
        with self._db.transaction():
            for doc_id in doc_ids:
                for (path,) in self._db.execute("SELECT path FROM documents WHERE doc_id = ?", (doc_id,)).fetchall():
                    paths.append(path)
                    self._leave_out(path, [doc_id])
                self._drop([doc_id])
        if paths:  # what was deleted before, without this, may lie in free pages still
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return paths

    def let_in(self, doc_ids: Iterable[str]) -> None:
        """Have the files read again that hold these erased documents."""
        with self._db.transaction():
            for doc_id in doc_ids:
                for (path,) in self._db.execute("SELECT path FROM left_out WHERE doc_id = ?", (doc_id,)).fetchall():
                    self.read_again(path)
                self._db.execute("DELETE FROM left_out WHERE doc_id = ?", (doc_id,))

    # --- within -------------------------------------------------------------------------

    def _put_state(self, path: str, state: FileState) -> None:
        self._db.execute(
            f"INSERT INTO files(path, {_FILE}) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT(path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns,"
            " sha256 = excluded.sha256, reader = excluded.reader, ctime_ns = excluded.ctime_ns, inode = excluded.inode",
            (path, state.size, state.mtime_ns, state.sha256, state.reader, state.ctime_ns, state.inode),
        )

    def _put_document(self, path: str, document: Document) -> None:
        row = (
            document.doc_id, path, document.content_hash, document_to_json(document), document.source,
            document.published.isoformat() if document.published else None,
            text_key(document.pages), address_key(document.url),
        )  # fmt: skip
        self._db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, _seal(row)))
        self._db.execute("DELETE FROM dropped WHERE doc_id = ?", (document.doc_id,))

    def _leave_out(self, path: str, doc_ids: Iterable[str]) -> None:
        self._db.executemany("INSERT OR REPLACE INTO left_out VALUES (?, ?)", [(doc_id, path) for doc_id in doc_ids])

    def _drop(self, doc_ids: Iterable[str]) -> None:
        rows = [(doc_id,) for doc_id in doc_ids]
        self._db.executemany("DELETE FROM documents WHERE doc_id = ?", rows)
        self._db.executemany("INSERT OR IGNORE INTO dropped VALUES (?)", rows)

    def _path_of(self, source: str) -> str:
        """Return the file that a source lies in: of "a#b#1" the longest that is known or there, else what stands before "#"."""
        parts = source.split("#")
        paths = ["#".join(parts[:count]) for count in range(len(parts), 0, -1)]
        return next((path for path in paths if self.file(path) or os.path.lexists(path)), parts[0])

    def _put_troubles(self, path: str, troubles: Sequence[Trouble]) -> None:
        self._db.execute("DELETE FROM troubles WHERE path = ?", (path,))
        self._db.executemany(
            "INSERT INTO troubles VALUES (?, ?, ?, ?)",
            [(path, trouble.path, trouble.reason, trouble.warning) for trouble in troubles],
        )

    def _free_id(self, document: Document) -> str:
        """Return the document's id; where a file that has since moved away holds it, the id with a number behind."""
        doc_id, number = document.doc_id, 1
        while self._db.execute("SELECT 1 FROM documents WHERE doc_id = ?", (doc_id,)).fetchone():
            number += 1
            doc_id = f"{document.doc_id}-{number}"
        return doc_id


def _day(text: str | None) -> date | None:
    with suppress(ValueError, TypeError):
        return date.fromisoformat(text) if text else None
    return None


def _seal(row: tuple[str | None, ...]) -> str:
    """Return a checksum of a row as it is put in: a bit that changes later, in whatever column, is noticed."""
    return hashlib.sha256("\0".join(map(str, row)).encode("utf-8", "surrogatepass")).hexdigest()
