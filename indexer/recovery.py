"""What the library lost comes back from the published generation, which holds every document with its text.

A library that is missing, new, emptied or damaged is no order to delete. What was taken out of it on purpose, it says itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from docs_store import DamagedError, Generation, Library, Trouble

LIBRARY, VECTORS = "library.sqlite", "vectors.sqlite"


def open_library(data: Path) -> tuple[Library, list[Trouble]]:
    """Return the library of a data folder, and what had to be said of it. Hold the lock.

    A damaged one is set aside, and an empty one stands in its place. Raises StorageError.
    """
    path = data / LIBRARY
    try:
        return Library(path), []
    except DamagedError as error:
        return Library(path), [set_aside(path, error)]


def set_aside(path: Path, error: DamagedError) -> Trouble:
    """Keep a damaged library, or store of vectors, under another name, and return what to say of it. Hold the lock."""
    now = datetime.now(UTC)
    kept = path.with_name(f"{path.name}.damaged-{now:%Y%m%dT%H%M%S%f}")
    for suffix in ("", "-wal", "-shm", "-journal"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(kept.with_name(kept.name + suffix))
    said = str(error).partition(" | ")[0]
    return Trouble(str(path), f"{said}. Đã lập lại từ chỉ mục đang dùng, tệp hỏng giữ ở {kept.name} | rebuilt", warning=True)


def recover(library: Library, published: Generation) -> list[str]:
    """Take in again what is published and the library lost; return the sources. Hold the lock."""
    known = library.doc_ids() | library.dropped()
    return list(_adopt(library, published, [one for one in published.passages.content_hashes() if one not in known]))


def mend(library: Library, published: Generation | None, doc_ids: Iterable[str] | None) -> tuple[list[str], list[str]]:
    """Put right documents, all by default, whose stored text is no longer what was read; return (sources, files to read again).

    The published text takes its place; where there is none the document goes, and its file is read again. Hold the lock.
    """
    unsound = library.unsound(doc_ids)
    if not unsound:
        return [], []
    entries = library.entries()
    had = published.passages.content_hashes() if published else {}
    adopted = _adopt(library, published, [doc_id for doc_id in unsound if doc_id in had]) if published else {}
    gone = [doc_id for doc_id in unsound if doc_id not in had]
    library.drop(gone)
    files = {entries[doc_id].path for doc_id in unsound}
    for file in files:
        library.read_again(file)
    return [*adopted, *(entries[doc_id].path for doc_id in gone)], sorted(files | set(adopted.values()))


def _adopt(library: Library, published: Generation, doc_ids: Iterable[str]) -> dict[str, str]:
    return library.adopt(document for doc_id in doc_ids if (document := published.passages.document(doc_id)))
