"""Taking an article out of the answers at once, and letting it in again; each with a line in audit.jsonl."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from docs_store import Document, Generations, Library, UsageError, Withdrawal

AUDIT = "audit.jsonl"
_WAIT = 600.0  # seconds to wait for a running index


def withdraw(data: Path, *names: str, person: str, reason: str = "") -> list[Document]:
    """Take out what the names name, publish at once, and return it. It stays out, whatever becomes of its file.

    names: doc_ids, files (all their documents), or "file#record". No generation that still holds it is kept.
    Raises UsageError if there is no such document, and nothing is taken out then; BusyError, NoIndexError.
    """
    generations = Generations(data)
    if not generations.current_line():
        generations.open_current()  # says so, before a lock makes the folder
    with generations.lock(wait=_WAIT), Library(data / "library.sqlite") as library:
        base = generations.open_current()
        found = dict.fromkeys(doc_id for name in names for doc_id in _named(library, name))
        documents = list(library.documents(found))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        for document in documents:
            library.withdraw(Withdrawal(document.doc_id, document.title, document.source, now, person, reason))
            _audit(data, "remove", document.doc_id, document.title, person, reason)
        builder = generations.build(base, base.manifest.model.dimension)
        try:
            builder.remove([document.doc_id for document in documents])
            generations.publish(builder, base.manifest.model, base.manifest.chunking, kept=1)
        except BaseException:
            builder.discard()
            raise
    return documents


def restore(data: Path, name: str, *, person: str) -> list[str]:
    """Let withdrawn documents in again and return their doc_ids; the next `reindex` publishes them.

    Raises UsageError if nothing of that name was withdrawn.
    """
    with Generations(data).lock(wait=_WAIT), Library(data / "library.sqlite") as library:
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
    path = data / "library.sqlite"
    if not path.exists():
        return []
    with Library(path) as library:
        return library.withdrawals()


def _named(library: Library, name: str) -> list[str]:
    path = os.path.abspath(name)  # noqa: PTH100
    out = {one.doc_id for one in library.withdrawals()}
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
