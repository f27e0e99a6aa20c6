"""What a run of the indexer did: every file given is in one of its lists."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from docs_store import Document, Trouble

_PAGES_NAMED = 20


@dataclass(slots=True)
class Report:
    """Paths of files by what became of them; passages: how many the index now holds; waiting: of them for their vector."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)  # from, to
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)
    failed: list[Trouble] = field(default_factory=list)
    warnings: list[Trouble] = field(default_factory=list)  # read, but not to be relied on
    later: list[tuple[str, str]] = field(default_factory=list)  # kept back until the day of publication that it states
    held: list[tuple[str, str]] = field(default_factory=list)  # the text or the address of what was taken down: source, doc_id
    recovered: list[str] = field(default_factory=list)  # lost by the library, taken in again from the published index
    documents: int = 0
    passages: int = 0
    waiting: int = 0
    generation: str = ""
    seconds: float = 0.0

    @property
    def changed(self) -> bool:
        """Whether the run has anything to tell."""
        return bool(self.added or self.updated or self.renamed or self.removed or self.failed or self.recovered)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON types."""
        record = asdict(self)
        for name in ("failed", "warnings"):
            record[name] = [{"path": trouble.path, "reason": trouble.reason} for trouble in getattr(self, name)]
        return record


def doubts(document: Document) -> list[Trouble]:
    """Return a warning for each reason why pages of a document are not to be relied on."""
    pages: dict[str, list[int]] = {}
    for note in document.notes:
        if note.kind in ("unread", "doubtful"):
            pages.setdefault(note.detail, []).append(note.page + 1)
    return [
        Trouble(document.source, f"trang {_joined(numbers)}: {detail}" if document.paged else detail, warning=True)
        for detail, numbers in pages.items()
    ]


def _joined(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:_PAGES_NAMED]))
    return f"{shown}… ({len(numbers)} trang)" if len(numbers) > _PAGES_NAMED else shown
