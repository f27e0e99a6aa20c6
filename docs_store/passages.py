"""The texts of one generation: documents and their passages in one SQLite file.

Written once while a generation is built, then only read.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from .abbreviations import Abbreviation, find_abbreviations
from .records import Document, PageNote, Passage

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents(
    doc_id TEXT PRIMARY KEY, content_hash TEXT NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL,
    publisher TEXT NOT NULL, author TEXT NOT NULL, url TEXT NOT NULL, lead TEXT NOT NULL,
    published TEXT, format TEXT NOT NULL, paged INTEGER NOT NULL, section TEXT NOT NULL, updated TEXT,
    number TEXT NOT NULL, language TEXT NOT NULL, notes TEXT NOT NULL, origins TEXT NOT NULL,
    pages TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS passages(
    passage_id INTEGER PRIMARY KEY, doc_id TEXT NOT NULL, page INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS abbreviations(doc_id TEXT NOT NULL, short TEXT NOT NULL, long TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS abbreviations_by_document ON abbreviations(doc_id);
CREATE INDEX IF NOT EXISTS passages_by_document ON passages(doc_id);
CREATE INDEX IF NOT EXISTS documents_by_date ON documents(published);
"""
_HEAD = (
    "doc_id, content_hash, source, title, publisher, author, url, lead, published, format, paged,"
    " section, updated, number, language, notes, origins"
)
_MEANINGS = 2  # of one abbreviation
_CHUNK = 500  # SQLite's limit on variables is larger; this keeps statements short


class PassagesWriter:
    """Adds and removes documents in a file that no reader sees yet."""

    def __init__(self, path: Path) -> None:
        # Durability comes from the publication's fsync: a killed build is thrown away whole.
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;" + _SCHEMA + "BEGIN;")

    def add(self, document: Document, passages: Sequence[Passage]) -> None:
        """Store one document with its passages."""
        self._db.execute(
            f"INSERT INTO documents({_HEAD}, pages) VALUES ({', '.join('?' * 18)})",
            (
                document.doc_id, document.content_hash, document.source, document.title, document.publisher,
                document.author, document.url, document.lead, _day(document.published), document.format, int(document.paged),
                document.section, _day(document.updated), document.number, document.language,
                json.dumps([asdict(note) for note in document.notes], ensure_ascii=False),
                json.dumps(document.origins, ensure_ascii=False), json.dumps(document.pages, ensure_ascii=False),
            ),
        )  # fmt: skip
        self._db.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
            [(p.passage_id, p.doc_id, p.page, p.start, p.end, p.text) for p in passages],
        )
        explained = {(one.short, one.long) for page in document.pages for one in find_abbreviations(page)}
        self._db.executemany(
            "INSERT INTO abbreviations VALUES (?, ?, ?)", [(document.doc_id, *pair) for pair in sorted(explained)]
        )

    def remove(self, doc_id: str) -> list[int]:
        """Remove one document; return the ids of the passages that went with it."""
        ids = [i for (i,) in self._db.execute("SELECT passage_id FROM passages WHERE doc_id = ?", (doc_id,))]
        self._db.execute("DELETE FROM passages WHERE doc_id = ?", (doc_id,))
        self._db.execute("DELETE FROM abbreviations WHERE doc_id = ?", (doc_id,))
        self._db.execute("DELETE FROM documents WHERE doc_id = ?", (doc_id,))
        return ids

    def move(self, doc_id: str, source: str) -> None:
        """Note the new source of a document."""
        self._db.execute("UPDATE documents SET source = ? WHERE doc_id = ?", (source, doc_id))

    def counts(self) -> tuple[int, int]:
        """Return how many documents and passages there are."""
        row = self._db.execute("SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages)").fetchone()
        return int(row[0]), int(row[1])

    def close(self) -> None:
        """Finish writing."""
        self._db.execute("COMMIT")
        self._db.close()


class PassagesReader:
    """Reads a finished file. Safe to share between threads: each gets its own connection.

    withheld: doc_ids of which nothing is read.
    """

    def __init__(self, path: Path, withheld: Collection[str] = ()) -> None:
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._withheld = withheld
        self._local = threading.local()
        self._connection()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
        return connection

    def withheld(self) -> frozenset[int]:
        """Return the ids of the passages of which nothing is read."""
        if not self._withheld:
            return frozenset()
        rows = self._connection().execute("SELECT passage_id FROM main.passages JOIN temp.withheld USING (doc_id)")
        return frozenset(passage_id for (passage_id,) in rows)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._uri, uri=True)
        if self._withheld:
            connection.execute("CREATE TEMP TABLE withheld(doc_id TEXT PRIMARY KEY)")
            connection.executemany("INSERT INTO withheld VALUES (?)", [(doc_id,) for doc_id in self._withheld])
            for table in ("documents", "passages", "abbreviations"):  # a temporary name hides the file's own
                rows = f"SELECT * FROM main.{table} WHERE doc_id NOT IN (SELECT doc_id FROM temp.withheld)"
                connection.execute(f"CREATE TEMP VIEW {table} AS {rows}")
            connection.commit()
        return connection

    def passages(self, passage_ids: Sequence[int]) -> list[Passage]:
        """Return these passages in the order given; unknown ids are left out."""
        found: dict[int, Passage] = {}
        for begin in range(0, len(passage_ids), _CHUNK):
            chunk = list(passage_ids[begin : begin + _CHUNK])
            marks = ",".join("?" * len(chunk))
            for row in self._connection().execute(f"SELECT * FROM passages WHERE passage_id IN ({marks})", chunk):
                found[row[0]] = Passage(*row)
        return [found[i] for i in passage_ids if i in found]

    def document_passages(self, doc_id: str) -> list[Passage]:
        """Return a document's passages in reading order."""
        rows = self._connection().execute("SELECT * FROM passages WHERE doc_id = ? ORDER BY page, start", (doc_id,))
        return [Passage(*row) for row in rows]

    def document(self, doc_id: str) -> Document | None:
        """Return a document with its text, or None."""
        row = self._connection().execute(f"SELECT {_HEAD}, pages FROM documents WHERE doc_id = ?", (doc_id,)).fetchone()
        return _document(row[:-1], tuple(json.loads(row[-1]))) if row else None

    def heads(self, doc_ids: Iterable[str]) -> dict[str, Document]:
        """Return doc_id -> Document without its pages, for citations."""
        ids = list(dict.fromkeys(doc_ids))
        heads: dict[str, Document] = {}
        for begin in range(0, len(ids), _CHUNK):
            chunk = ids[begin : begin + _CHUNK]
            marks = ",".join("?" * len(chunk))
            for row in self._connection().execute(f"SELECT {_HEAD} FROM documents WHERE doc_id IN ({marks})", chunk):
                heads[row[0]] = _document(row, ())
        return heads

    def newest(self, limit: int) -> list[Document]:
        """Return the most recently published documents, newest first, without their pages."""
        rows = self._connection().execute(
            f"SELECT {_HEAD} FROM documents WHERE published IS NOT NULL ORDER BY published DESC, doc_id LIMIT ?", (limit,)
        )
        return [_document(row, ()) for row in rows]

    def values(self, field: str) -> dict[str, int]:
        """Return the publishers ("publisher") or sections ("section") of the documents with their counts, most first."""
        if field not in ("publisher", "section"):
            raise ValueError(field)
        return dict(
            self._connection().execute(
                f"SELECT {field}, count(*) FROM documents WHERE {field} <> '' GROUP BY {field} ORDER BY 2 DESC, 1"
            )
        )

    def abbreviations(self) -> list[Abbreviation]:
        """Return what the documents themselves explain, the most often explained first, at most two meanings each."""
        rows = self._connection().execute(
            "SELECT short, min(long), count(*) AS n FROM abbreviations GROUP BY short, lower(long) ORDER BY n DESC, short, 2"
        )
        meanings: Counter[str] = Counter()
        found = []
        for short, long, _ in rows:
            meanings[short] += 1
            if meanings[short] <= _MEANINGS:
                found.append(Abbreviation(short, long))
        return found

    def content_hashes(self) -> dict[str, str]:
        """Return doc_id -> content_hash of every document."""
        return dict(self._connection().execute("SELECT doc_id, content_hash FROM documents"))

    def sources(self) -> dict[str, str]:
        """Return doc_id -> source of every document."""
        return dict(self._connection().execute("SELECT doc_id, source FROM documents"))

    def formats(self) -> dict[str, int]:
        """Return format -> how many documents have it."""
        return dict(self._connection().execute("SELECT format, count(*) FROM documents GROUP BY format ORDER BY 2 DESC"))

    def all_documents(self) -> Iterator[Document]:
        """Yield every document with its text."""
        connection = self._connect()
        try:
            for row in connection.execute(f"SELECT {_HEAD}, pages FROM documents ORDER BY doc_id"):
                yield _document(row[:-1], tuple(json.loads(row[-1])))
        finally:
            connection.close()


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _document(row: tuple[str, ...], pages: tuple[str, ...]) -> Document:
    (
        doc_id, content_hash, source, title, publisher, author, url, lead, published, kind, paged,
        section, updated, number, language, notes, origins,
    ) = row  # fmt: skip
    return Document(
        doc_id=doc_id, source=source, title=title, pages=pages, content_hash=content_hash, format=kind,
        publisher=publisher, author=author, url=url, lead=lead,
        published=date.fromisoformat(published) if published else None, paged=bool(paged),
        section=section, updated=date.fromisoformat(updated) if updated else None, number=number, language=language,
        notes=tuple(PageNote(**note) for note in json.loads(notes)), origins=json.loads(origins),
    )  # fmt: skip
