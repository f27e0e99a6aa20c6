"""Filters that a person sets beside the question: days of publication, publisher, section."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from docs_store import Document


@dataclass(frozen=True, slots=True)
class Filters:
    """What answers must come from. first, last: days of publication, both included; "" and None leave open."""

    first: date | None = None
    last: date | None = None
    publisher: str = ""
    section: str = ""

    def __bool__(self) -> bool:
        return bool(self.first or self.last or self.publisher or self.section)

    def allow(self, head: Document) -> bool:
        """Tell whether a document may answer. One without a date is not within any days."""
        if self.publisher not in ("", head.publisher) or self.section not in ("", head.section):
            return False
        if not (self.first or self.last):
            return True
        day = head.published
        return day is not None and (self.first is None or self.first <= day) and (self.last is None or day <= self.last)
