"""What a run of the indexer did: every file given is in one of its lists."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Failure:
    """A file, or a line of one, that was not indexed, and why."""

    path: str
    reason: str


@dataclass(slots=True)
class Report:
    """Paths of files by what became of them; passages: how many the index now holds."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    documents: int = 0
    passages: int = 0
    generation: str = ""
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON types."""
        return asdict(self)
