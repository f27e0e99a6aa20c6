"""Taking an article out of the answers at once, and letting it in again; each with a line in audit.jsonl.

At once means: though an index is being made. What is taken out is withheld from every reader first; whoever holds the lock,
or gets it next, makes it final (`settle`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from docs_store import (
    BusyError,
    DamagedError,
    Document,
    Generations,
    HoitinError,
    Library,
    NoIndexError,
    UsageError,
    Withdrawal,
)

AUDIT = "audit.jsonl"
_WAIT = 600.0  # seconds to wait for a running index
_PATIENCE = 5.0  # seconds to wait where the running index can do it instead


def withdraw(data: Path, *names: str, person: str, reason: str = "") -> list[Document]:
    """Take out of the answers what the names name, and return it. It stays out, whatever becomes of its file.

    names: doc_ids, files (all their documents), or "file#record". No generation that still holds it is kept: it is dropped
    here, or by the `reindex` that is running. Raises UsageError if there is no such document, and nothing is taken out then;
    NoIndexError.
    """
    generations = Generations(data)
    documents = _named(generations, names)
    for document in documents:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        withdrawal = Withdrawal(document.doc_id, document.title, document.source, now, person, reason)
        if generations.withheld.add(withdrawal):
            _audit(data, "remove", withdrawal)
    with suppress(BusyError), writing(generations, wait=_PATIENCE):  # who holds the lock settles before it is let go
        pass
    return documents


@contextmanager
def writing(generations: Generations, wait: float = 0.0) -> Iterator[Library]:
    """Hold the right to write to the data folder, its library open. What is withheld is made final first, and at the end.

    wait: seconds to wait for it. Raises BusyError.
    """
    with generations.lock(wait=wait), Library(generations.data / "library.sqlite") as library:
        settle(generations, library)
        try:
            yield library
        except BaseException:
            with suppress(HoitinError, OSError):  # the first error is the one to tell
                settle(generations, library)
            raise
        settle(generations, library)


def settle(generations: Generations, library: Library) -> bool:
    """Make final what is withheld: out of the library and of every generation. Hold the lock. Tells if there was any.

    Where no generation is whole it stays withheld, for a reader may have one open, until the next is published.
    """
    pending = generations.withheld.all()
    if not pending:
        return False
    told = {(line["action"], line["doc_id"], line["time"]) for line in _audit_lines(generations.data)}
    for withdrawal in pending:
        if ("remove", withdrawal.doc_id, withdrawal.time) not in told:  # killed before it could
            _audit(generations.data, "remove", withdrawal)
        library.withdraw(withdrawal)
    doc_ids = [withdrawal.doc_id for withdrawal in pending]
    try:
        base = generations.open_current(whole=True)
    except NoIndexError:
        generations.withheld.release(doc_ids)
        return True
    except DamagedError:
        return False
    builder = generations.build(base, base.manifest.model.dimension)
    try:
        builder.remove(doc_ids)
        generations.publish(builder, base.manifest.model, base.manifest.chunking, kept=1)
    except BaseException:
        builder.discard()
        raise
    generations.withheld.release(doc_ids)
    return True


def restore(data: Path, name: str, *, person: str) -> list[str]:
    """Let withdrawn documents in again and return their doc_ids; the next `reindex` publishes them.

    Raises UsageError if nothing of that name was withdrawn.
    """
    with writing(Generations(data), wait=_WAIT) as library:
        names = (name, os.path.abspath(name))  # noqa: PTH100 - as `reindex` names files
        out = [one for one in library.withdrawals() if one.doc_id in names or one.source in names]
        if not out:
            raise UsageError(f"{name!r} không nằm trong số bài đã gỡ | {name!r} was not withdrawn", "hoitin status")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        for one in out:
            library.restore(one.doc_id)
            _audit(data, "restore", Withdrawal(one.doc_id, one.title, one.source, now, person, ""))
    return [one.doc_id for one in out]


def withdrawals(data: Path) -> list[Withdrawal]:
    """Return what is withdrawn, the latest last."""
    pending = Generations(data).withheld.all()
    path = data / "library.sqlite"
    if not path.exists():
        return pending
    with Library(path) as library:
        final = library.withdrawals()
    return [one for one in final if one not in pending] + pending


def _named(generations: Generations, names: tuple[str, ...]) -> list[Document]:
    """Return the documents that the names name, of the library and of the published generation: either may hold some alone."""
    try:
        published = generations.open_current().passages
    except DamagedError:  # a running server may still answer from it
        published = None
    with Library(generations.data / "library.sqlite") as library:
        out = {one.doc_id for one in library.withdrawals()} | generations.withheld.doc_ids()
        places = {doc_id: {doc_id, file} for doc_id, file in library.paths().items()}
        for sources in (library.sources(), published.sources() if published else {}):
            for doc_id, source in sources.items():
                places.setdefault(doc_id, {doc_id}).add(source)
        found: dict[str, None] = {}
        for name in names:
            wanted = {name, os.path.abspath(name)}  # noqa: PTH100 - as `reindex` names files
            named = [doc_id for doc_id, known in places.items() if wanted & known and doc_id not in out]
            if not named:
                raise UsageError(f"Không có tài liệu {name!r} trong kho | No document {name!r} in the library", "hoitin status")
            found |= dict.fromkeys(named)
        documents = {document.doc_id: document for document in library.documents(found)}
    for doc_id in found:
        if published and doc_id not in documents and (document := published.document(doc_id)):
            documents[doc_id] = document
    return list(documents.values())


def _audit(data: Path, action: str, what: Withdrawal) -> None:
    """Add one line to the audit log, and see it on the disk before going on."""
    line = {
        "time": what.time,
        "action": action,
        "doc_id": what.doc_id,
        "title": what.title,
        "person": what.person,
        "reason": what.reason,
    }
    with (data / AUDIT).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def _audit_lines(data: Path) -> Iterator[dict[str, str]]:
    with suppress(FileNotFoundError), (data / AUDIT).open(encoding="utf-8") as stream:
        for line in stream:
            with suppress(ValueError):  # cut short by a full disk
                yield json.loads(line)
