"""What a question gets back. Frozen values; greater scores are better."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from docs_store import Passage


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that search found. found_by: "lexical", "dense" or "both"."""

    passage: Passage
    score: float
    found_by: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage given as answer, with all that its card shows.

    passage is the source's own text, document.pages[page][start:end]; quote is the sentence
    in it that answers, passage[quote_start:][:len(quote)].
    """

    number: int
    doc_id: str
    content_hash: str
    title: str
    publisher: str
    url: str
    published: date | None
    page: int  # index, from 0
    paged: bool  # True when page + 1 is a number a reader knows
    start: int
    end: int
    passage: str
    quote: str
    quote_start: int
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """found=False: nothing good enough; `citations` is then empty and `nearest` has what came closest."""

    question: str
    found: bool
    citations: tuple[Citation, ...]
    generation: str
    documents: int  # how many documents were searched
    nearest: tuple[Citation, ...] = ()
