"""The records every room shares. All are frozen values; none of them does any work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class PageNote:
    """What a reader must know of how one page was read.

    kind: "ocr" (read from a picture), "unread" (a picture that nobody read: the page is empty),
    "doubtful" (the text cannot be trusted), "converted" (from an encoding of before Unicode),
    "rebuilt" (broken spacing put right).
    """

    page: int  # index, from 0
    kind: str
    detail: str = ""  # the encoding converted from, or why the text is doubtful
    confidence: float | None = None  # 0 to 1; of OCR, the mean over its words


@dataclass(frozen=True, slots=True)
class Document:
    """One article, law or report as hoitin knows it.

    doc_id says *which* document this is and stays when its text changes;
    content_hash says what it says *now*.
    """

    doc_id: str
    source: str  # the file it came from, absolute; "#id" follows for one record of many
    title: str
    pages: tuple[str, ...]  # the text, page by page; one page where the format has none
    content_hash: str
    format: str = "txt"
    publisher: str = ""
    author: str = ""
    url: str = ""  # http(s) address of the original, or empty
    lead: str = ""
    published: date | None = None
    paged: bool = False  # True when page numbers mean something to a reader (PDF)
    section: str = ""  # the rubric it stood under, "Chuyển đổi số"
    updated: date | None = None
    number: str = ""  # its document number as written, 12/2024/TT-BKHCN
    language: str = ""  # ISO 639-1, "vi"; empty where unknown
    notes: tuple[PageNote, ...] = ()
    origins: dict[str, str] = field(default_factory=dict)  # field -> where its value came from, "og:title"


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one page that search can return.

    The product's promise: document.pages[page][start:end] == text, always.
    A quote is byte for byte in the source. `hoitin verify` checks every one.
    """

    passage_id: int  # positive, below 2**63; the same text at the same place keeps its id
    doc_id: str
    page: int  # index into document.pages, from 0
    start: int  # offsets in characters
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The embedding model that an index was made with.

    cosine_low, cosine_width: its scale. Models put their cosines in different places: a static embedding's spread from 0 on,
    those of e5 lie between .7 and .9 whatever is asked. cosine_low says nothing; cosine_low + cosine_width speaks as strongly
    for a passage as a cosine of 1 on the scale that the weights of search were chosen on.
    """

    name: str
    fingerprint: str
    dimension: int
    cosine_low: float = 0.0
    cosine_width: float = 1.0

    def likeness(self, cosine: float) -> float:
        """Return a cosine on the common scale, where 0 says nothing."""
        return (cosine - self.cosine_low) / self.cosine_width


@dataclass(frozen=True, slots=True)
class FileCheck:
    """Size in bytes and SHA-256 of one published file."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a published generation holds, and how to know that it is whole.

    waiting: how many of the passages have no vector yet, and are found by their words alone.
    """

    generation: str
    created: str  # ISO 8601, UTC
    format_version: int
    chunking: str
    model: ModelCard
    documents: int
    passages: int
    waiting: int = 0
    files: dict[str, FileCheck] = field(default_factory=dict)
