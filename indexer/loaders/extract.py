"""What a loader gives back, and what every loader needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from docs_store import PageNote


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of one document and what the file itself says about it.

    Empty fields are looked for in the text afterwards (see `indexer.metadata`).
    origins: field -> where the loader found it, in few words ("og:title", "PDF properties").
    notes: pages that were not simply read (see PageNote).
    """

    pages: tuple[str, ...]
    format: str
    paged: bool = False
    title: str = ""
    publisher: str = ""
    author: str = ""
    url: str = ""
    lead: str = ""
    section: str = ""
    published: date | None = None
    updated: date | None = None
    # A date that says when the file was made, not when the news came out: used if nothing better is found.
    made: date | None = None
    number: str = ""
    language: str = ""
    record_id: str = ""  # which record of the file, where a file holds many
    notes: tuple[PageNote, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)


Load = Callable[[Path], Extract]
