"""Vectors kept by model and text, so that none is computed twice: by a run that was killed, by an index made anew.

On disk DATA/vectors.sqlite: a digest of the text that was embedded, never the text; the vector in half precision, which is
what the published index keeps, so that one from here is to the bit the one that was published: 768 bytes of the encoder's,
60 MB for 77,000 passages. A row that has changed since it was put in is no row. What is dropped leaves no byte behind.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from .database import connect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors(
    text BLOB NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL, seal INTEGER NOT NULL, PRIMARY KEY (text, model)) STRICT;
"""
_CHUNK = 500  # SQLite's limit on variables is larger; this keeps statements short


def text_digest(text: str) -> bytes:
    """Return the key of an embedded text."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


class VectorStore:
    """Open with a path; use as a context manager. Hold the index lock to change anything.

    texts are keys of `text_digest`; models are fingerprints.
    """

    def __init__(self, path: Path) -> None:
        """Raises StorageError, DamagedError."""
        self._db = connect(path, mend="hoitin index THƯ_MỤC_TIN", isolation_level=None)
        try:  # auto_vacuum: pages that are given up are cut off the file
            self._db.executescript("PRAGMA auto_vacuum = FULL; PRAGMA secure_delete = ON;" + _SCHEMA)
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> VectorStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def get(self, model: str, texts: Sequence[bytes]) -> dict[bytes, Vector]:
        """Return text -> vector of those that are kept."""
        found: dict[bytes, Vector] = {}
        for begin in range(0, len(texts), _CHUNK):
            chunk = list(texts[begin : begin + _CHUNK])
            rows = self._db.execute(
                f"SELECT text, vector, seal FROM vectors WHERE model = ? AND text IN ({','.join('?' * len(chunk))})",
                [model, *chunk],
            )
            found |= {text: _vector(vector) for text, vector, seal in rows.fetchall() if seal == _seal(text, model, vector)}
        return found

    def texts(self, model: str) -> set[bytes]:
        """Return the texts whose vector by this model is kept."""
        rows = self._db.execute("SELECT text, vector, seal FROM vectors WHERE model = ?", (model,))
        return {text for text, vector, seal in rows if seal == _seal(text, model, vector)}

    def is_empty(self) -> bool:
        """Tell whether it keeps nothing: it is new."""
        return self._db.execute("SELECT 1 FROM vectors LIMIT 1").fetchone() is None

    def put(self, model: str, vectors: Iterable[tuple[bytes, Vector]]) -> None:
        """Keep the vectors of texts, all or none; on the disk when this returns."""
        with self._db.transaction():
            self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", _rows(model, vectors))

    def keep(self, texts: Iterable[bytes], model: str = "") -> None:
        """Drop what belongs to no other text than these, and to another model where one is named."""
        with self._db.transaction():
            if model:
                self._db.execute("DELETE FROM vectors WHERE model <> ?", (model,))
            known = {text for (text,) in self._db.execute("SELECT DISTINCT text FROM vectors").fetchall()}
            gone = known.difference(texts)
            self._db.executemany("DELETE FROM vectors WHERE text = ?", [(text,) for text in gone])


def _rows(model: str, vectors: Iterable[tuple[bytes, Vector]]) -> Iterator[tuple[bytes, str, bytes, int]]:
    for text, vector in vectors:
        content = vector.astype("<f2").tobytes()
        yield text, model, content, _seal(text, model, content)


def _vector(content: bytes) -> Vector:
    return np.frombuffer(content, dtype="<f2").astype(np.float32)


def _seal(text: bytes, model: str, content: bytes) -> int:
    return zlib.crc32(content, zlib.crc32(model.encode(), zlib.crc32(text)))
