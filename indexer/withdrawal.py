"""Taking an article out of the answers at once, letting it in again, erasing its text.

The act is a line in the log of takedowns (`docs_store.takedowns`), which every reader asks at every question: it needs no lock,
so an article is out at once though an index is being made. Whoever holds the lock, or gets it next, makes it final (`settle`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from docs_store import (
    BusyError,
    DamagedError,
    Document,
    Entry,
    Generation,
    Generations,
    HoitinError,
    Library,
    NoIndexError,
    Standing,
    StorageError,
    Takedown,
    Trouble,
    UsageError,
    address_key,
    takedown_of,
    text_key,
)

from .recovery import LIBRARY, VECTORS, open_library, recover
from .vectors import forget

_WAIT = 600.0  # seconds to wait for a running index
_PATIENCE = 5.0  # seconds to wait where the running index can do it instead

log = logging.getLogger("hoitin")


@dataclass(slots=True)
class Desk:
    """What who writes has before them. published: the whole generation, None if there is none; troubles: to be told."""

    library: Library
    published: Generation | None
    troubles: list[Trouble] = field(default_factory=list)
    recovered: list[str] = field(default_factory=list)  # sources of documents that the library had lost


@contextmanager
def writing(generations: Generations, wait: float = 0.0) -> Iterator[Desk]:
    """Hold the right to write to the data folder, the library open and whole. Takedowns are made final first, and at the end.

    wait: seconds to wait for it. Raises BusyError, StorageError.
    """
    with generations.lock(wait=wait):
        generations.takedowns.mend()
        library, troubles = open_library(generations.data)
        with library:
            desk = Desk(library, _published(generations), troubles)
            if desk.published:
                desk.recovered = recover(library, desk.published)
            settle(generations, desk)
            try:
                yield desk
            except BaseException:
                with suppress(HoitinError, OSError):  # the first error is the one to tell
                    settle(generations, desk)
                raise
            settle(generations, desk)


def settle(generations: Generations, desk: Desk) -> bool:
    """Publish without what was taken out, and keep no generation that holds it. Hold the lock. Tell whether there was any."""
    standing = generations.takedowns.standing()
    base = desk.published
    if not standing or base is None:
        return False
    entries = desk.library.entries()
    out = [doc_id for doc_id in base.passages.content_hashes() if held(standing, doc_id, entries)]
    if not out:
        return False
    builder = generations.build(base, base.manifest.model.dimension)
    try:
        builder.take_down(out)
        generations.publish(builder, base.manifest.model, base.manifest.chunking, kept=1)
    except BaseException:
        builder.discard()
        raise
    desk.published = generations.open_current(whole=True)
    forget(generations.data, desk.published)
    return True


def held(standing: Standing, doc_id: str, entries: Mapping[str, Entry]) -> Takedown | None:
    """Return the takedown that keeps a document out of the answers."""
    entry = entries.get(doc_id)
    return standing.of(doc_id, entry.text_key, entry.address_key) if entry else standing.of(doc_id)


def withdraw(data: Path, *names: str, person: str, reason: str = "", final: bool = True) -> list[Document]:
    """Take out of the answers what the names name, and return it. It stays out, whatever becomes of its file.

    names: doc_ids, files (all their documents), or "file#record". final: make it final too (`make_final`).
    Raises UsageError if there is no such document, and nothing is taken out then; NoIndexError; StorageError if it could not
    be written down.
    """
    generations = Generations(data)
    documents, entries = _named(generations, names)
    out = {document.doc_id for document in documents}
    for document in documents:
        keys = {text_key(document.pages), address_key(document.url)} - {""}
        alike = [entry.doc_id for entry in entries.values() if keys & {entry.text_key, entry.address_key}]
        generations.takedowns.add([takedown_of(document, person, reason, set(alike) - out)])
    if final:
        make_final(data)
    return documents


def make_final(data: Path) -> None:
    """Keep no generation that holds what was taken out: it is dropped here, or by the `reindex` that is running."""
    try:
        with writing(Generations(data), wait=_PATIENCE):
            pass
    except BusyError:  # who holds the lock settles before it is let go
        pass
    except StorageError as error:  # it is out of the answers; the next who writes makes it final
        log.error("%s", error)


def erase(data: Path, *names: str, person: str, reason: str = "") -> tuple[list[Takedown], list[str]]:
    """Take documents out, and their text out of the library and of every generation; return them and the files that hold it.

    names: as for `withdraw`; what is taken out already can be named too. What stays is who took out which id, when and why.
    Raises UsageError, NoIndexError, StorageError, BusyError (it is out of the answers then, but not yet erased).
    """
    generations = Generations(data)
    known = {doc_id for name in names for doc_id in _out(generations, name)}
    fresh = [name for name in names if not _out(generations, name)]
    if fresh:
        known |= {document.doc_id for document in withdraw(data, *fresh, person=person, reason=reason)}
    with writing(generations, wait=_WAIT) as desk:
        files = _erase(generations, desk, known, person)
    return [one for one in generations.takedowns.standing() if one.doc_id in known], files


def erase_old(generations: Generations, desk: Desk, days: int, person: str) -> None:
    """Erase what was taken out more than so many days ago. Hold the lock."""
    last = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    old = {one.doc_id for one in generations.takedowns.standing() if not one.erased and one.time < last}
    if old:
        _erase(generations, desk, old, person)


def _erase(generations: Generations, desk: Desk, doc_ids: set[str], person: str) -> list[str]:
    settle(generations, desk)
    files = desk.library.erase(doc_ids)
    forget(generations.data, desk.published)
    for name in (LIBRARY, VECTORS):
        for kept in generations.data.glob(f"{name}.damaged-*"):  # set aside, and it has the text, or what was made of it
            kept.unlink()
    generations.takedowns.erase(doc_ids, person)
    return files


def restore(data: Path, name: str, *, person: str) -> list[str]:
    """Let withdrawn documents in again and return their doc_ids; the next `reindex` publishes them.

    What was erased comes back once its file is read again. Raises UsageError if nothing of that name was withdrawn.
    """
    generations = Generations(data)
    doc_ids = _out(generations, name)
    if not doc_ids:
        raise UsageError(f"{name!r} không nằm trong số bài đã gỡ | {name!r} was not withdrawn", "hoitin status")
    erased = [one.doc_id for one in generations.takedowns.standing() if one.doc_id in doc_ids and one.erased]
    if not erased:
        return [one.doc_id for one in generations.takedowns.lift(doc_ids, person)]
    with writing(generations, wait=_WAIT) as desk:
        desk.library.let_in(erased)
        return [one.doc_id for one in generations.takedowns.lift(doc_ids, person)]


def withdrawals(data: Path) -> list[Takedown]:
    """Return what is withdrawn, the latest last."""
    return list(Generations(data).takedowns.standing())


def _out(generations: Generations, name: str) -> list[str]:
    """Return the ids of what is taken out and goes by that name."""
    names = {name, os.path.abspath(name)}  # noqa: PTH100 - as `reindex` names files
    return [
        one.doc_id
        for one in generations.takedowns.standing()
        if names & {one.doc_id, one.source, one.source.partition("#")[0]} - {""}
    ]


def _published(generations: Generations) -> Generation | None:
    try:
        return generations.open_current(whole=True)
    except (NoIndexError, DamagedError):
        return None


def _named(generations: Generations, names: tuple[str, ...]) -> tuple[list[Document], dict[str, Entry]]:
    """Return the documents that the names name, of the library and of the published index, and the library's entries."""
    try:
        published = generations.open_current().passages
    except DamagedError:  # a running server may still answer from it
        published = None
    out = generations.takedowns.standing().doc_ids()
    entries: dict[str, Entry] = {}
    documents: dict[str, Document] = {}
    with suppress(DamagedError), Library(generations.data / LIBRARY, read_only=True) as library:
        entries = library.entries()
        found = _found(names, entries, published.sources() if published else {}, out)
        documents = {document.doc_id: document for document in library.documents(found)}
    found = _found(names, entries, published.sources() if published else {}, out)
    for doc_id in found:
        if published and doc_id not in documents and (document := published.document(doc_id)):
            documents[doc_id] = document
    return list(documents.values()), entries


def _found(names: tuple[str, ...], entries: Mapping[str, Entry], sources: Mapping[str, str], out: frozenset[str]) -> list[str]:
    """Return the ids that the names name; either side may know some alone. Raises UsageError."""
    places = {doc_id: {doc_id, entry.path, entry.source} for doc_id, entry in entries.items()}
    for doc_id, source in sources.items():
        places.setdefault(doc_id, {doc_id}).add(source)
    found: dict[str, None] = {}
    for name in names:
        wanted = {name, os.path.abspath(name)}  # noqa: PTH100 - as `reindex` names files
        named = [doc_id for doc_id, known in places.items() if wanted & known and doc_id not in out]
        if not named:
            raise UsageError(f"Không có tài liệu {name!r} trong kho | No document {name!r} in the library", "hoitin status")
        found |= dict.fromkeys(named)
    return list(found)
