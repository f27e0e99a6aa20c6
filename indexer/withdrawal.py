"""Taking an article out of the answers at once, and letting it in again; each with a line in audit.jsonl.

At once means: though an index is being made. What is taken out is withheld from every reader first; whoever holds the lock,
or gets it next, makes it final (`settle`).
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from docs_store import BusyError, Document, Generations, HoitinError, Library, UsageError, Withdrawal

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
    generations.open_current()  # says where there is none, before a lock makes the folder
    with Library(data / "library.sqlite") as library:
        out = {one.doc_id for one in library.withdrawals()} | generations.withheld.doc_ids()
        found = dict.fromkeys(doc_id for name in names for doc_id in _named(library, name, out))
        documents = list(library.documents(found))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        for document in documents:
            _audit(data, "remove", document.doc_id, document.title, person, reason)
            withdrawal = Withdrawal(document.doc_id, document.title, document.source, now, person, reason)
            generations.withheld.add(withdrawal)
        try:
            with generations.lock(wait=_PATIENCE):
                settle(generations, library)
        except BusyError:  # it settles before it lets go of the lock
            pass
    return documents


def settle(generations: Generations, library: Library) -> bool:
    """Make final what is withheld: out of the library and of every generation. Hold the lock. Tells if there was any."""
    pending = generations.withheld.all()
    if not pending:
        return False
    for withdrawal in pending:
        library.withdraw(withdrawal)
    doc_ids = [withdrawal.doc_id for withdrawal in pending]
    try:
        base = generations.open_current(whole=True)
    except HoitinError:  # nothing published, or nothing whole: the next one is made from the library
        base = None
    if base is not None:
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
    generations = Generations(data)
    with generations.lock(wait=_WAIT), Library(data / "library.sqlite") as library:
        settle(generations, library)
        names = (name, os.path.abspath(name))  # noqa: PTH100 - as `reindex` names files
        out = [one for one in library.withdrawals() if one.doc_id in names or one.source in names]
        if not out:
            raise UsageError(f"{name!r} không nằm trong số bài đã gỡ | {name!r} was not withdrawn", "hoitin status")
        for one in out:
            library.restore(one.doc_id)
            _audit(data, "restore", one.doc_id, one.title, person, "")
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


def _named(library: Library, name: str, out: set[str]) -> list[str]:
    path = os.path.abspath(name)  # noqa: PTH100
    sources = library.sources()
    found = [
        doc_id
        for doc_id, file in library.paths().items()
        if doc_id not in out and (name == doc_id or path in (file, sources[doc_id]))
    ]
    if not found:
        raise UsageError(f"Không có tài liệu {name!r} trong kho | No document {name!r} in the library", "hoitin status")
    return found


def _audit(data: Path, action: str, doc_id: str, title: str, person: str, reason: str) -> None:
    """Add one line to the audit log, and see it on the disk before going on."""
    line = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "action": action,
        "doc_id": doc_id,
        "title": title,
        "person": person,
        "reason": reason,
    }
    with (data / AUDIT).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
