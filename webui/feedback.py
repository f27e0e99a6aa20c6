"""What readers say of answers: one JSON line each in DATA/feedback.jsonl. No name, no address, no cookie is kept.

A line is appended in one write under a lock, so that servers that share the folder do not mix
theirs. When the file is full it becomes feedback.1.jsonl and the one of that name goes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from docs_store.files import locked

REASONS = ("wrong", "old", "incomplete", "other")
MAX_COMMENT = 500  # characters
MAX_FILE = 5_000_000  # bytes; two files of that size are kept
_NAME, _OLD_NAME = "feedback.jsonl", "feedback.1.jsonl"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One reader's word on one answer. question: complete. documents: doc_ids cited, as the server answers it now."""

    time: str  # ISO 8601, UTC
    question: str
    helpful: bool
    reason: str = ""  # one of REASONS, "" where helpful or not said
    comment: str = ""
    held_to: str = ""  # filters and switches, as in the page's address
    found: bool = False
    confidence: float = 0.0
    generation: str = ""
    documents: tuple[str, ...] = ()


def now() -> str:
    """Return the time as feedback records it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def add_feedback(data: Path, feedback: Feedback) -> None:
    """Append one line; when it returns, the line is with the operating system."""
    line = json.dumps(asdict(feedback), ensure_ascii=False).encode() + b"\n"
    data.mkdir(parents=True, exist_ok=True)
    path = data / _NAME
    with locked(path, private=True):
        if path.exists() and path.stat().st_size + len(line) > MAX_FILE:
            path.replace(data / _OLD_NAME)
        with path.open("ab", buffering=0) as file:
            file.write(line)


def read_feedback(data: Path) -> list[Feedback]:
    """Return all that is kept, newest first. A line that was cut short is passed over."""
    found = [one for name in (_OLD_NAME, _NAME) for one in _read(data / name)]
    return found[::-1]


def _read(path: Path) -> Iterator[Feedback]:
    known = {field.name for field in fields(Feedback)}
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            values = {name: value for name, value in json.loads(line).items() if name in known}
            yield Feedback(**values | {"documents": tuple(values.get("documents", ()))})
        except (ValueError, TypeError, AttributeError):
            continue
