"""The library: every document we know, in one SQLite file. The truth of the writing day.

Readers never open it; they read published generations. It remembers which files were read,
so that an unchanged file is not parsed again, and what they held, so that an index can be
rebuilt without the files and a killed run goes on where it stopped.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

from .errors import DamagedIndexError
from .records import Document, PageNote

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files(
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL, reader TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS documents(
    doc_id TEXT PRIMARY KEY, path TEXT NOT NULL REFERENCES files(path) ON DELETE CASCADE,
    content_hash TEXT NOT NULL, record TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS failures(
    path TEXT NOT NULL REFERENCES files(path) ON DELETE CASCADE, place TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS documents_by_path ON documents(path);
"""
_DATES = ("published", "updated")


@dataclass(frozen=True, slots=True)
class FileState:
    """How a file looked when it was last read. reader: the version of the code that read it."""

    size: int
    mtime_ns: int
    sha256: str
    reader: str


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


class Library:
    """Open with a path; use as a context manager. One writer at a time (the index lock sees to it)."""

    def __init__(self, path: Path) -> None:
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;" + _SCHEMA)
        except sqlite3.DatabaseError as error:
            raise DamagedIndexError(
                f"{path} hỏng: {error} | {path} is damaged",
                "chuyển tệp ấy đi nơi khác rồi chạy lại hoitin index với mọi thư mục tin",
            ) from error

    def __enter__(self) -> Library:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()

    def file(self, path: str) -> FileState | None:
        """Return how the file at `path` looked when it was last read, or None."""
        row = self._db.execute("SELECT size, mtime_ns, sha256, reader FROM files WHERE path = ?", (path,)).fetchone()
        return FileState(*row) if row else None

    def files_under(self, folder: str) -> list[str]:
        """Return the known files below `folder` (an absolute path)."""
        prefix = folder.rstrip("/") + "/"
        rows = self._db.execute("SELECT path FROM files WHERE substr(path, 1, ?) = ? ORDER BY path", (len(prefix), prefix))
        return [path for (path,) in rows]

    def failures(self, path: str) -> list[tuple[str, str]]:
        """Return what could not be read of a file when it was last read: place, reason."""
        return list(self._db.execute("SELECT place, reason FROM failures WHERE path = ? ORDER BY rowid", (path,)))

    def put_file(
        self, path: str, state: FileState, documents: Iterable[Document], failures: Sequence[tuple[str, str]] = ()
    ) -> list[str]:
        """Store what a file holds, in place of what it held before, and return its doc_ids.

        failures: what of it cannot be read (place, reason), looked at once `documents` has ended. Where there are
        any, documents that the file held before and lacks now stay: they may stand in the broken part.
        All or nothing: if `documents` raises, the library is as it was.
        """
        self._db.execute("BEGIN IMMEDIATE")
        try:
            before = [doc_id for (doc_id,) in self._db.execute("SELECT doc_id FROM documents WHERE path = ?", (path,))]
            self._db.execute(
                "INSERT INTO files VALUES (?, ?, ?, ?, ?) ON CONFLICT(path) DO UPDATE SET size = excluded.size,"
                " mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256, reader = excluded.reader",
                (path, state.size, state.mtime_ns, state.sha256, state.reader),
            )
            doc_ids = []
            for document in documents:
                row = (document.doc_id, path, document.content_hash, document_to_json(document))
                self._db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)", row)
                doc_ids.append(document.doc_id)
            if not failures:
                gone = set(before) - set(doc_ids)
                self._db.executemany("DELETE FROM documents WHERE doc_id = ?", [(doc_id,) for doc_id in gone])
            self._db.execute("DELETE FROM failures WHERE path = ?", (path,))
            self._db.executemany("INSERT INTO failures VALUES (?, ?, ?)", [(path, *failure) for failure in failures])
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        return doc_ids

    def touch_file(self, path: str, state: FileState) -> None:
        """Remember a new date of a file whose content is the same."""
        self._db.execute("UPDATE files SET size = ?, mtime_ns = ? WHERE path = ?", (state.size, state.mtime_ns, path))

    def remove_files(self, paths: Iterable[str]) -> None:
        """Forget files and the documents in them."""
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("DELETE FROM files WHERE path = ?", [(path,) for path in paths])
        self._db.execute("COMMIT")

    def content_hashes(self) -> dict[str, str]:
        """Return doc_id -> content_hash of every document."""
        return dict(self._db.execute("SELECT doc_id, content_hash FROM documents"))

    def paths(self) -> dict[str, str]:
        """Return doc_id -> path of the file that holds it."""
        return dict(self._db.execute("SELECT doc_id, path FROM documents"))

    def documents(self, doc_ids: Iterable[str]) -> Iterator[Document]:
        """Yield these documents, in the order given; unknown ids are left out."""
        with closing(self._db.cursor()) as cursor:
            for doc_id in doc_ids:
                row = cursor.execute("SELECT record FROM documents WHERE doc_id = ?", (doc_id,)).fetchone()
                if row:
                    yield document_from_json(row[0])
