"""What a loader gives back, and what every loader needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of one document and what the file itself says about it.

    Empty fields are looked for in the text afterwards (see `indexer.metadata`).
    """

    pages: tuple[str, ...]
    format: str
    paged: bool = False
    title: str = ""
    publisher: str = ""
    author: str = ""
    url: str = ""
    lead: str = ""
    published: date | None = None
    # A date that says when the file was made, not when the news came out: used if nothing better is found.
    made: date | None = None
    record_id: str = ""  # which record of the file, where a file holds many


Load = Callable[[Path], Extract]
