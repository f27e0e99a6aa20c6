"""What a question wants of this news: the ways to ask it, the number, the time, the order of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from docs_store import Abbreviations, Generation
from docs_store.document_numbers import find_numbers
from docs_store.vietnamese import syllables

from .filters import Filters
from .ordering import wants_newest, wants_timeline, without_time
from .periods import Period, find_period
from .query import MAX_QUESTION, Question, clean, understand
from .small_talk import is_small_talk
from .spelling import Correction, correct

_NO_FILTERS = Filters()
_LONG = 25  # syllables
RENAMED_SHARE = 0.9  # what a body did under its new name answers a little less than what it did under the one asked for


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask: the question, and how much a passage found by it counts, 0 to 1."""

    question: Question
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Intent:
    """A question, understood. ways: at least one, the question as it was asked first."""

    asked: str
    ways: tuple[Way, ...]
    number: str = ""  # key of the document number that the answer must hold
    period: Period | None = None
    newest: bool = False
    timeline: bool = False
    corrections: tuple[Correction, ...] = ()
    also_called: tuple[tuple[str, str], ...] = ()  # what the question says, and what it was also taken for
    filters: Filters = _NO_FILTERS  # set by a person beside the question
    small_talk: bool = False  # said to whoever answers, not asked of the news

    @property
    def question(self) -> Question:
        return self.ways[0].question

    @property
    def filter(self) -> Period | None:
        """The period that answers are held to. A bare year is none: it may be that of the matter, not of the news."""
        return None if self.period is None or self.period.year_only else self.period


def find_intent(
    text: str,
    generation: Generation,
    abbreviations: Abbreviations,
    today: date,
    *,
    any_time: bool = False,
    as_typed: bool = False,
    filters: Filters = _NO_FILTERS,
) -> Intent:
    """Return what `text` wants. any_time: do not hold the answer to the period that it names. as_typed: put no slip right.

    Raises UsageError if it is empty or longer than MAX_QUESTION.
    """
    asked = clean(text)
    numbers = [number.key for number in find_numbers(asked)]
    told_at_length = len(syllables(asked)) > _LONG  # a time in it is part of the story, not of what is asked for
    period = None if any_time or told_at_length else find_period(asked, today)
    if period and not generation.passages.newest(1):
        period = None  # news without a single date cannot be held to one
    newest, timeline = wants_newest(asked), wants_timeline(asked)
    about = without_time(asked, period if period and not period.year_only else None) if period or newest or timeline else asked
    about = about or asked
    corrections: tuple[Correction, ...] = ()
    if not as_typed:
        about, corrections = correct(about, generation.lexical.frequencies, abbreviations.knows)
    readings = [reading for reading in abbreviations.readings(about) if len(reading.text) <= MAX_QUESTION]
    ways = [Way(understand(about))]
    ways += [Way(understand(reading.text), RENAMED_SHARE if reading.renamed else 1.0) for reading in readings]
    return Intent(
        asked=asked,
        ways=tuple(ways),
        number=numbers[0] if numbers else "",
        period=period,
        newest=newest,
        timeline=timeline,
        corrections=corrections,
        also_called=tuple(dict.fromkeys((one.said, one.meant) for reading in readings for one in reading.used)),
        filters=filters,
        small_talk=is_small_talk(asked),
    )
