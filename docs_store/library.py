"""The library: every document we know, in one SQLite file. The truth of the writing day.

Readers read published generations; of this they ask, at most, whether a file is still as it was
read (`file_of`). It remembers which files were read,
so that an unchanged file is not parsed again, and what they held, so that an index can be
rebuilt without the files and a killed run goes on where it stopped.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

from .errors import DamagedError
from .records import Document, PageNote

# One step a version; a library made by an older hoitin is brought up to date when it is opened.
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
)
_DATES = ("published", "updated")


@dataclass(frozen=True, slots=True)
class FileState:
    """How a file looked when it was last read. reader: the version of the code that read it."""

    size: int
    mtime_ns: int
    sha256: str
    reader: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file, or a place in it, that could not be read; as a warning, one that was read but not to be relied on."""

    path: str
    reason: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A document taken out of the answers by a person. time: ISO 8601, UTC."""

    doc_id: str
    title: str
    source: str
    time: str
    person: str
    reason: str


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


def file_of(library: Path, document: Document) -> FileState | None:
    """Return how the file that is this document, and nothing beside it, looked when it was read; None if that is not known.

    For readers: opens the library for reading only, and makes none.
    """
    for option in ("", "&immutable=1"):  # the second where the folder may not be written to
        with suppress(sqlite3.Error), closing(sqlite3.connect(f"{library.resolve().as_uri()}?mode=ro{option}", uri=True)) as db:
            row = db.execute(
                "SELECT size, mtime_ns, sha256, reader FROM files JOIN documents USING (path) WHERE doc_id = ? AND path = ?",
                (document.doc_id, document.source),
            ).fetchone()
            return FileState(*row) if row else None
    return None


class Library:
    """Open with a path; use as a context manager. One writer at a time (the index lock sees to it)."""

    def __init__(self, path: Path | str) -> None:
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;")
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            for number, step in enumerate(_SCHEMA[version:], version + 1):
                self._db.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;")
        except sqlite3.DatabaseError as error:
            raise DamagedError(
                f"{path} hỏng: {error} | {path} is damaged",
                "chuyển tệp ấy đi nơi khác rồi chạy lại hoitin index với mọi thư mục tin",
            ) from error

    def __enter__(self) -> Library:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()

    # --- files --------------------------------------------------------------------------

    def file(self, path: str) -> FileState | None:
        """Return how the file at `path` looked when it was last read, or None."""
        row = self._db.execute("SELECT size, mtime_ns, sha256, reader FROM files WHERE path = ?", (path,)).fetchone()
        return FileState(*row) if row else None

    def files_under(self, folder: str) -> dict[str, FileState]:
        """Return path -> state of the known files below `folder` (an absolute path)."""
        prefix = folder.rstrip("/") + "/"
        rows = self._db.execute(
            "SELECT path, size, mtime_ns, sha256, reader FROM files WHERE substr(path, 1, ?) = ? ORDER BY path",
            (len(prefix), prefix),
        )
        return {path: FileState(*state) for path, *state in rows}

    def troubles(self) -> dict[str, list[Trouble]]:
        """Return path -> what could not be read, or not be relied on, when the file was last read."""
        found: dict[str, list[Trouble]] = {}
        for path, place, reason, warning in self._db.execute("SELECT * FROM troubles ORDER BY rowid"):
            found.setdefault(path, []).append(Trouble(place, reason, bool(warning)))
        return found

    def put_file(self, path: str, state: FileState, documents: Iterable[Document], troubles: Sequence[Trouble] = ()) -> None:
        """Store what a file holds, in place of what it held before.

        A document keeps the doc_id that the same place had before, so that a renamed file's does not change later.
        troubles: looked at once `documents` has ended. Where some place could not be read, documents that the file
        held before and lacks now stay: they may stand in the broken part.
        All or nothing: if `documents` raises, the library is as it was.
        """
        with self._transaction():
            before = dict(
                self._db.execute("SELECT json_extract(record, '$.source'), doc_id FROM documents WHERE path = ?", (path,))
            )
            self._put_state(path, state)
            for document in documents:
                doc_id = before.pop(document.source, None) or self._free_id(document)
                document = replace(document, doc_id=doc_id)
                row = (document.doc_id, path, document.content_hash, document_to_json(document))
                self._db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)", row)
            if all(trouble.warning for trouble in troubles):
                self._db.executemany("DELETE FROM documents WHERE doc_id = ?", [(doc_id,) for doc_id in before.values()])
            self._put_troubles(path, troubles)

    def fail_file(self, path: str, state: FileState, troubles: Sequence[Trouble]) -> None:
        """Remember that a file as it now is cannot be read. What it held before stays: nothing is lost to a bad save."""
        with self._transaction():
            self._put_state(path, state)
            self._put_troubles(path, troubles)

    def touch_file(self, path: str, state: FileState) -> None:
        """Remember a new date of a file whose content is the same."""
        self._db.execute("UPDATE files SET size = ?, mtime_ns = ? WHERE path = ?", (state.size, state.mtime_ns, path))

    def rename_file(self, old: str, new: str, state: FileState) -> bool:
        """Let a file that only moved keep its documents, under their doc_ids; tell whether its name was a title in them."""
        with self._transaction():
            self._put_state(new, state)
            rows = self._db.execute("SELECT doc_id, record FROM documents WHERE path = ?", (old,)).fetchall()
            for doc_id, record in rows:
                document = document_from_json(record)
                moved = replace(document, source=new + document.source.removeprefix(old))
                self._db.execute(
                    "UPDATE documents SET path = ?, record = ? WHERE doc_id = ?", (new, document_to_json(moved), doc_id)
                )
            self._db.execute("UPDATE troubles SET path = ?, place = replace(place, ?, ?) WHERE path = ?", (new, old, new, old))
            self._db.execute("DELETE FROM files WHERE path = ?", (old,))
        return any(json.loads(record)["origins"].get("title") == "file name" for _, record in rows)

    def remove_files(self, paths: Iterable[str]) -> None:
        """Forget files and the documents in them."""
        with self._transaction():
            self._db.executemany("DELETE FROM files WHERE path = ?", [(path,) for path in paths])

    def same_content(self, state: FileState) -> list[str]:
        """Return the known files that had this content and were read by the same reader."""
        rows = self._db.execute("SELECT path FROM files WHERE sha256 = ? AND reader = ?", (state.sha256, state.reader))
        return [path for (path,) in rows]

    # --- documents ----------------------------------------------------------------------

    def content_hashes(self) -> dict[str, str]:
        """Return doc_id -> content_hash of every document that may be answered from."""
        return dict(
            self._db.execute("SELECT doc_id, content_hash FROM documents WHERE doc_id NOT IN (SELECT doc_id FROM withdrawn)")
        )

    def paths(self) -> dict[str, str]:
        """Return doc_id -> path of the file that holds it."""
        return dict(self._db.execute("SELECT doc_id, path FROM documents"))

    def sources(self) -> dict[str, str]:
        """Return doc_id -> source of every document."""
        return dict(self._db.execute("SELECT doc_id, json_extract(record, '$.source') FROM documents"))

    def documents(self, doc_ids: Iterable[str]) -> Iterator[Document]:
        """Yield these documents, in the order given; unknown ids are left out."""
        with closing(self._db.cursor()) as cursor:
            for doc_id in doc_ids:
                row = cursor.execute("SELECT record FROM documents WHERE doc_id = ?", (doc_id,)).fetchone()
                if row:
                    yield document_from_json(row[0])

    # --- taken out by a person ----------------------------------------------------------

    def withdraw(self, withdrawal: Withdrawal) -> None:
        """Keep a document out of the answers, whatever its file becomes, until it is restored."""
        self._db.execute(
            "INSERT OR REPLACE INTO withdrawn VALUES (?, ?, ?, ?, ?, ?)",
            (
                withdrawal.doc_id, withdrawal.title, withdrawal.source,
                withdrawal.time, withdrawal.person, withdrawal.reason,
            ),
        )  # fmt: skip

    def restore(self, doc_id: str) -> None:
        """Let a withdrawn document into the answers again."""
        self._db.execute("DELETE FROM withdrawn WHERE doc_id = ?", (doc_id,))

    def withdrawals(self) -> list[Withdrawal]:
        """Return what was withdrawn, the latest last."""
        return [Withdrawal(*row) for row in self._db.execute("SELECT * FROM withdrawn ORDER BY time, doc_id")]

    # --- within -------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _put_state(self, path: str, state: FileState) -> None:
        self._db.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?) ON CONFLICT(path) DO UPDATE SET size = excluded.size,"
            " mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256, reader = excluded.reader",
            (path, state.size, state.mtime_ns, state.sha256, state.reader),
        )

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
