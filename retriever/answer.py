"""What a question gets back. Frozen values; greater scores are better."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from docs_store import PageNote, Passage

from .filters import Filters


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that search found.

    score orders the hits. lexical: BM25 as a share of the best hit's, 0 to 1; cosine: of question
    and passage; window: coverage of the question by the best three sentences; named: share of the
    question's names that the passage, its headline or lead has. Both are 0 if they were not read.
    """

    passage: Passage
    score: float
    lexical: float = 0.0
    cosine: float = 0.0
    window: float = 0.0
    named: float = 0.0


@dataclass(frozen=True, slots=True)
class Copy:
    """Another printing of the same story."""

    doc_id: str
    title: str
    publisher: str
    url: str
    published: date | None


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
    notes: tuple[PageNote, ...] = ()  # how its page was read, where not simply
    document_number: str = ""  # 12/2024/TT-BKHCN, where the document has one
    copies: tuple[Copy, ...] = ()  # who printed it too, oldest first; this one is the earliest
    confidence: float = 0.0  # 0 to 1: how likely the passage answers
    mark_strength: float = 1.0  # 0 to 1: how likely the quote is the part that answers, if the passage does
    lacks: tuple[str, ...] = ()  # names and numbers of the question, as written, that the passage does not have


@dataclass(frozen=True, slots=True)
class Understood:
    """How a question was taken, to be shown to the one who asked.

    question: complete, where what was typed leaned on the turns before. first, last: the period
    that the answer is held to, None where it is open; period: the words that said so, "" if none.
    filters: what a person set beside the question.
    """

    question: str
    period: str = ""
    first: date | None = None
    last: date | None = None
    order: str = ""  # "newest": newest first; "timeline": oldest first
    number: str = ""
    corrections: tuple[tuple[str, str], ...] = ()  # as typed, as taken
    also_called: tuple[tuple[str, str], ...] = ()
    filters: Filters = field(default_factory=Filters)
    small_talk: bool = False  # said to whoever answers: it was not asked of the news


@dataclass(frozen=True, slots=True)
class Offer:
    """Another way to ask that has an answer, and how many passages it finds.

    name: what is taken off: "period", "filters", "both", "spelling" (slips put right), "typing" (the wish to leave them),
    "turns" (the conversation).
    """

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Answer:
    """found=False: nothing good enough; `citations` is then empty and `nearest` has what came closest.

    unknown: words and names of the question that no document has, where there is no answer.
    """

    question: str
    found: bool
    citations: tuple[Citation, ...]
    generation: str
    documents: int  # how many documents were searched
    understood: Understood
    confidence: float = 0.0  # 0 to 1: how likely the first citation answers
    nearest: tuple[Citation, ...] = ()
    unknown: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
