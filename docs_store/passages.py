"""The texts of one generation: documents and their passages in one SQLite file.

Written once while a generation is built, then only read.
"""

from __future__ import annotations

import copy
import itertools
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from .abbreviations import Abbreviation, find_abbreviations
from .database import connect
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
        # secure_delete: what is taken out leaves no bytes behind in free pages.
        self._db = connect(path, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA secure_delete = ON;" + _SCHEMA + "BEGIN;"
        )

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

    def close(self, *, compact: bool = False) -> None:
        """Finish writing. compact: leave no free page, which could hold what was deleted before."""
        self._db.execute("COMMIT")
        if compact:
            self._db.execute("VACUUM")
        self._db.close()

    def abandon(self) -> None:
        """Close without finishing."""
        self._db.close()


class PassagesReader:
    """Reads a finished file. Safe to share between threads; goes on reading though the file is deleted meanwhile.

    withheld: doc_ids of which nothing is read; those that the file does not have are passed over.
    """

    def __init__(self, path: Path, withheld: Collection[str] = ()) -> None:
        # One connection for all threads, which SQLite serialises: another could not be opened once the file is gone.
        self._db = connect(path, options="mode=ro&immutable=1", check_same_thread=False)
        self._db.execute("PRAGMA temp_store = MEMORY")
        self._views = itertools.count(1)
        self._withhold(withheld)

    def withholding(self, doc_ids: Collection[str]) -> PassagesReader:
        """Return a reader of the same file that withholds these."""
        other = copy.copy(self)
        other._withhold(doc_ids)
        return other

    def _withhold(self, doc_ids: Collection[str]) -> None:
        held = [one for one in doc_ids if self._db.execute("SELECT 1 FROM documents WHERE doc_id = ?", (one,)).fetchone()]
        self.withheld = frozenset(held)
        self._documents, self._passages, self._abbreviations = "documents", "passages", "abbreviations"
        if held:
            number = next(self._views)
            self._db.execute(f"CREATE TEMP TABLE withheld_{number}(doc_id TEXT PRIMARY KEY)")
            self._db.executemany(f"INSERT INTO withheld_{number} VALUES (?)", [(doc_id,) for doc_id in held])
            for table in ("documents", "passages", "abbreviations"):
                rows = f"SELECT * FROM main.{table} WHERE doc_id NOT IN (SELECT doc_id FROM temp.withheld_{number})"
                self._db.execute(f"CREATE TEMP VIEW {table}_{number} AS {rows}")
                setattr(self, f"_{table}", f"temp.{table}_{number}")
            self._db.commit()

    def withheld_passages(self) -> list[tuple[Passage, Document]]:
        """Return the passages of which nothing is read, each with its document's head."""
        found = []
        for doc_id in sorted(self.withheld):
            row = self._db.execute(f"SELECT {_HEAD} FROM main.documents WHERE doc_id = ?", (doc_id,)).fetchone()
            rows = self._db.execute("SELECT * FROM main.passages WHERE doc_id = ?", (doc_id,)).fetchall()
            found += [(Passage(*passage), _document(row, ())) for passage in rows]
        return found

    def passages(self, passage_ids: Sequence[int]) -> list[Passage]:
        """Return these passages in the order given; unknown ids are left out."""
        found: dict[int, Passage] = {}
        for begin in range(0, len(passage_ids), _CHUNK):
            chunk = list(passage_ids[begin : begin + _CHUNK])
            marks = ",".join("?" * len(chunk))
            for row in self._db.execute(f"SELECT * FROM {self._passages} WHERE passage_id IN ({marks})", chunk):
                found[row[0]] = Passage(*row)
        return [found[i] for i in passage_ids if i in found]

    def document_passages(self, doc_id: str) -> list[Passage]:
        """Return a document's passages in reading order."""
        rows = self._db.execute(f"SELECT * FROM {self._passages} WHERE doc_id = ? ORDER BY page, start", (doc_id,))
        return [Passage(*row) for row in rows]

    def headed_texts(self, passage_ids: Sequence[int] | None = None) -> Iterator[tuple[int, str, str]]:
        """Yield (passage id, headline of its document, text) of these passages, or of all; unknown ids are left out."""
        rows = f"SELECT passage_id, title, text FROM {self._passages} JOIN {self._documents} USING (doc_id)"
        if passage_ids is None:
            yield from self._db.execute(f"{rows} ORDER BY doc_id, page, start")
        for begin in range(0, len(passage_ids or ()), _CHUNK):
            chunk = list((passage_ids or ())[begin : begin + _CHUNK])
            yield from self._db.execute(f"{rows} WHERE passage_id IN ({','.join('?' * len(chunk))})", chunk)

    def document(self, doc_id: str) -> Document | None:
        """Return a document with its text, or None."""
        row = self._db.execute(f"SELECT {_HEAD}, pages FROM {self._documents} WHERE doc_id = ?", (doc_id,)).fetchone()
        return _document(row[:-1], tuple(json.loads(row[-1]))) if row else None

    def heads(self, doc_ids: Iterable[str]) -> dict[str, Document]:
        """Return doc_id -> Document without its pages, for citations."""
        ids = list(dict.fromkeys(doc_ids))
        heads: dict[str, Document] = {}
        for begin in range(0, len(ids), _CHUNK):
            chunk = ids[begin : begin + _CHUNK]
            marks = ",".join("?" * len(chunk))
            for row in self._db.execute(f"SELECT {_HEAD} FROM {self._documents} WHERE doc_id IN ({marks})", chunk):
                heads[row[0]] = _document(row, ())
        return heads

    def newest(self, limit: int) -> list[Document]:
        """Return the most recently published documents, newest first, without their pages."""
        rows = self._db.execute(
            f"SELECT {_HEAD} FROM {self._documents} WHERE published IS NOT NULL ORDER BY published DESC, doc_id LIMIT ?",
            (limit,),
        )
        return [_document(row, ()) for row in rows]

    def values(self, field: str) -> dict[str, int]:
        """Return the publishers ("publisher") or sections ("section") of the documents with their counts, most first."""
        if field not in ("publisher", "section"):
            raise ValueError(field)
        return dict(
            self._db.execute(
                f"SELECT {field}, count(*) FROM {self._documents} WHERE {field} <> '' GROUP BY {field} ORDER BY 2 DESC, 1"
            )
        )

    def abbreviations(self) -> list[Abbreviation]:
        """Return what the documents themselves explain, the most often explained first, at most two meanings each."""
        rows = self._db.execute(
            f"SELECT short, min(long), count(*) AS n FROM {self._abbreviations} GROUP BY short, lower(long)"
            " ORDER BY n DESC, short, 2"
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
        return dict(self._db.execute(f"SELECT doc_id, content_hash FROM {self._documents}"))

    def sources(self) -> dict[str, str]:
        """Return doc_id -> source of every document."""
        return dict(self._db.execute(f"SELECT doc_id, source FROM {self._documents}"))

    def urls(self) -> dict[str, str]:
        """Return doc_id -> address of the original, of every document that has one."""
        return dict(self._db.execute(f"SELECT doc_id, url FROM {self._documents} WHERE url <> ''"))

    def formats(self) -> dict[str, int]:
        """Return format -> how many documents have it."""
        return dict(self._db.execute(f"SELECT format, count(*) FROM {self._documents} GROUP BY format ORDER BY 2 DESC"))

    def all_documents(self) -> Iterator[Document]:
        """Yield every document with its text."""
        for row in self._db.execute(f"SELECT {_HEAD}, pages FROM {self._documents} ORDER BY doc_id"):
            yield _document(row[:-1], tuple(json.loads(row[-1])))


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
