"""The assistant: a question in, an answer with citations out, always from one whole generation."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from docs_store import (
    ABBREVIATIONS_FILE,
    Abbreviations,
    DamagedError,
    Embedder,
    Generation,
    Generations,
    HoitinError,
    ModelCard,
    ModelError,
    StorageError,
    load_abbreviations,
    mismatch,
    shipped_abbreviations,
    shipped_model,
)
from docs_store import today as vietnam_today
from docs_store.files import state_of

from .answer import Answer, Citation, Copy, Offer, Understood
from .confidence import CALIBRATION_FILE, Calibration, calibration_key, load_calibration
from .duplicates import Story
from .filters import Filters
from .findings import Findings, FindSettings, find
from .follow_up import Turn, complete_question
from .intent import Intent, find_intent
from .marking import mark
from .periods import Period
from .query import clean
from .search import in_period
from .unknown import unknown_words

CITATIONS = 5
TIMELINE = 12  # citations of a timeline
_NO_FILTERS = Filters()
_NEAREST = 3  # documents named where there is no answer
_TRY_AGAIN = 5.0  # seconds until what could not be opened is tried again

log = logging.getLogger("hoitin")


@dataclass(frozen=True, slots=True)
class AnswerSettings(FindSettings):
    """How an answer is put together.

    keep_share: a further citation must score at least this share of the first.
    calibration: instead of the one for the embedding model.
    """

    keep_share: float = 0.6
    calibration: Calibration | None = None


@dataclass(frozen=True, slots=True)
class _Opened:
    """A generation with what is read once for it."""

    state: _State
    generation: Generation
    embedder: Embedder  # the one that made its vectors
    abbreviations: Abbreviations
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class _State:
    """What changes when there is something else to read: the published line, the takedowns, the side files."""

    published: str
    takedowns: object
    beside: tuple[object, ...]


class Assistant:
    """Answers from the published generation of a data folder, and follows it.

    load: gives the embedding model that is set, called once, when it is needed. shipped: gives the model that made a
    generation if it comes with hoitin: one of those stands in while the vectors of the other are made.
    Safe to share between threads. aside: a new generation is opened by a thread of its own while the old one answers, for a
    server; else the question that finds it there opens it. What cannot be read is told by `problems`, and the last good
    one answers on.
    """

    def __init__(
        self,
        data: Path,
        load: Callable[[], Embedder],
        settings: AnswerSettings | None = None,
        *,
        shipped: Callable[[ModelCard], Embedder | None] = shipped_model,
        aside: bool = False,
    ) -> None:
        self._generations = Generations(data)
        self._load = load
        self._shipped = shipped
        self._settings = settings or AnswerSettings()
        self._aside = aside
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._embedder: Embedder | None = None
        self._open: _Opened | None = None
        self._opening: threading.Thread | None = None
        self._tried: tuple[str, float] = ("", 0.0)  # what could not be opened last, and when
        self._problems: dict[str, str] = {}

    def generation(self) -> Generation:
        """Return the published generation, opened once.

        Raises NoIndexError, DamagedError, StorageError or ModelMismatchError where none was open before.
        """
        return self._opened().generation

    def problems(self) -> list[str]:
        """Return what cannot be read now, as keys: "index", "takedowns", "abbreviations", "calibration"."""
        return sorted([*self._problems])

    def load_model(self) -> None:
        """Load the published generation with its model now rather than at the first question. Raises ModelError.

        Where there is none, the model that is set.
        """
        try:
            self.generation()
        except ModelError:
            raise
        except HoitinError:  # told with every question
            self._model()

    def embedder(self) -> Embedder:
        """Return the embedding model that is set, loaded once. Raises ModelError."""
        return self._model()

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        *,
        today: date | None = None,
        any_time: bool = False,
        as_typed: bool = False,
        filters: Filters = _NO_FILTERS,
        offering: bool = False,
    ) -> Answer:
        """Return the passages that answer `question`, or an Answer with found=False.

        turns: the conversation so far, that a question may lean on. today: what "hôm qua" counts
        from. any_time: do not hold the answer to the period that the question names. as_typed: put
        no slip of typing right. filters: hold it to these days, this publisher, this section. offering: where there is no
        answer, also look for other ways to ask that have one. Searches once, and twice more at most.
        Raises UsageError for an empty or overlong question, and what `generation` raises.
        """
        opened = self._opened()
        settings = self._settings
        whole = complete_question(question, turns) if turns else question
        day = today or vietnam_today()

        def find_as(text: str, *, any_time: bool, as_typed: bool, filters: Filters) -> Findings:
            intent = find_intent(
                text, opened.generation, opened.abbreviations, day, any_time=any_time, as_typed=as_typed, filters=filters
            )
            return find(opened.generation, opened.embedder, intent, settings)

        findings = find_as(whole, any_time=any_time, as_typed=as_typed, filters=filters)
        intent = findings.intent
        calibration = opened.calibration
        citations = _citations(findings, calibration, settings)
        sure = findings.confidence(calibration)
        found = sure >= calibration.threshold
        nearest = () if found or intent.small_talk else _one_each(citations)[:_NEAREST]
        offers: list[Offer] = []

        def offer(name: str, other: Findings) -> None:
            if other.confidence(calibration) >= calibration.threshold:
                offers.append(Offer(name, len(_citations(other, calibration, settings))))

        if not found and (intent.filter or filters):  # nothing there: what comes closest elsewhere
            elsewhere = find_as(whole, any_time=True, as_typed=as_typed, filters=_NO_FILTERS)
            nearest = nearest or _one_each(_citations(elsewhere, calibration, settings))[:_NEAREST]
            held = "both" if intent.filter and filters else "period" if intent.filter else "filters"
            one = _one_of(elsewhere, intent.filter, filters, calibration) if offering and held == "both" else ""
            if one:
                offer(one, find_as(whole, any_time=one == "period", as_typed=as_typed, filters=_other(one, filters)))
            if not offers:
                offer(held, elsewhere)
        other = _otherwise(intent, question, whole, as_typed=as_typed)
        if not found and offering and other and not offers:
            text, typed = (question, as_typed) if other == "turns" else (whole, other == "spelling")
            offer(other, find_as(text, any_time=any_time, as_typed=typed, filters=filters))
        generation = opened.generation
        return Answer(
            question=clean(question),
            found=found,
            citations=citations if found else (),
            generation=generation.name,
            documents=generation.documents,
            understood=_understood(intent),
            confidence=round(sure, 4),
            nearest=nearest,
            unknown=() if found or intent.small_talk else unknown_words(intent.question.text, generation.lexical.frequencies),
            offers=tuple(offers),
        )

    # --- what is open -------------------------------------------------------------------

    def _opened(self) -> _Opened:
        with self._lock:
            try:
                state = self._state()
            except StorageError as error:
                if self._open is None:
                    raise
                self._tell("index", error)
                return self._open
            if self._open is None:
                self._open = self._current(state)
            elif self._open.state != state:
                self._open = self._follow(self._open, state)
            return self._open

    def _state(self) -> _State:
        published, takedowns = self._generations.state()
        data = self._generations.data
        beside = tuple(state_of(data / name) for name in (ABBREVIATIONS_FILE, CALIBRATION_FILE))
        return _State(published, takedowns, beside)

    def _follow(self, opened: _Opened, state: _State) -> _Opened:
        """Return what to answer from now that there is something else to read. What was taken down is gone at once."""
        before = opened.state
        if (before.takedowns, before.beside) != (state.takedowns, state.beside):
            opened = self._beside(opened, replace(state, published=before.published))
        if state.published == before.published or (self._tried[0] == state.published and time.monotonic() < self._tried[1]):
            return opened
        if not self._aside:
            return self._next(state) or opened
        if self._opening is None or not self._opening.is_alive():
            self._opening = threading.Thread(target=self._open_aside, args=[state], daemon=True)
            self._opening.start()
        return opened

    def _beside(self, opened: _Opened, state: _State) -> _Opened:
        """Return the same generation with the takedowns and side files as they are now."""
        try:
            withheld = self._generations.takedowns.standing().doc_ids()
            self._problems.pop("takedowns", None)
        except StorageError as error:
            self._tell("takedowns", error)
            return opened
        return self._make(opened.generation.withholding(withheld), state, opened)

    def _open_aside(self, state: _State) -> None:
        opened = self._next(state)
        if opened:
            with self._lock:
                self._open = opened

    def _next(self, state: _State) -> _Opened | None:
        """Return the generation published since, opened; None, told as a problem, where it cannot be."""
        try:
            return self._current(state)
        except HoitinError as error:
            self._tried = state.published, time.monotonic() + _TRY_AGAIN
            self._tell("index", error)
            return None

    def _current(self, state: _State) -> _Opened:
        """Return what is published, opened: the newest whole one, and a word of it where that is not the last."""
        opened = self._make(self._generations.open_current(), state, self._open)
        name = opened.generation.name
        log.info("answering from generation %s", name, extra={"facts": {"generation": name}})
        if state.published.startswith(name):
            self._problems.pop("index", None)
        else:
            self._tell("index", DamagedError(f"{state.published.partition(' ')[0]}: chỉ mục hỏng | the index is damaged"))
        return opened

    def _make(self, generation: Generation, state: _State, before: _Opened | None = None) -> _Opened:
        """Return what is read once for a generation. A side file that is wrong is told, and the last good one counts."""
        made_with = generation.manifest.model
        embedder = before.embedder if before and before.embedder.card.fingerprint == made_with.fingerprint else None
        embedder = embedder or self._shipped(made_with) or self._model()
        card = embedder.card
        if card.fingerprint != made_with.fingerprint:
            raise mismatch(made_with, card)
        data = self._generations.data
        key = calibration_key(card.fingerprint, self._settings.reader)
        news = generation.passages.abbreviations()
        try:
            known = load_abbreviations(data, news)
            self._problems.pop("abbreviations", None)
        except HoitinError as error:
            self._tell("abbreviations", error)
            known = before.abbreviations if before else Abbreviations([*news, *shipped_abbreviations()])
        try:
            calibration = self._settings.calibration or load_calibration(data, key)
            self._problems.pop("calibration", None)
        except HoitinError as error:
            self._tell("calibration", error)
            calibration = before.calibration if before else load_calibration(None, key)
        return _Opened(state, generation, embedder, known, calibration)

    def _tell(self, key: str, error: HoitinError) -> None:
        """Keep a problem for `problems`, and log it once."""
        if self._problems.get(key) != str(error):
            self._problems[key] = str(error)
            log.error("%s; answering on with what was read before", error)

    def _model(self) -> Embedder:
        with self._loading:
            if self._embedder is None:
                self._embedder = self._load()
            return self._embedder


def _citations(findings: Findings, calibration: Calibration, settings: AnswerSettings) -> tuple[Citation, ...]:
    """Return what an answer shows of the findings, in the order that was asked for."""
    intent = findings.intent
    chosen = findings.distinct(TIMELINE if intent.timeline else CITATIONS)
    floor = settings.keep_share * chosen[0].hit.score if chosen else 0.0
    kept = [story for story in chosen if story.hit.score >= floor]
    found = findings.confidence(calibration) >= calibration.threshold
    if found and (intent.newest or intent.timeline):
        kept = [story for story in kept if findings.likelihood(story, calibration) >= calibration.threshold]
        kept.sort(key=lambda story: findings.head(story).published or date.min, reverse=not intent.timeline)
    return tuple(_citation(number, story, findings, calibration) for number, story in enumerate(kept, 1))


def _one_of(elsewhere: Findings, period: Period | None, filters: Filters, calibration: Calibration) -> str:
    """Return which of "period" and "filters" alone seems to hide the answer, "" if both do. elsewhere: found with neither."""
    good = [story for story in elsewhere.judged() if elsewhere.likelihood(story, calibration) >= calibration.threshold]
    if any(filters.allow(elsewhere.head(story)) for story in good):
        return "period"
    if any(period is None or in_period(period, elsewhere.head(story), story.hit.passage.text) for story in good):
        return "filters"
    return ""


def _other(taken_off: str, filters: Filters) -> Filters:
    return _NO_FILTERS if taken_off == "filters" else filters


def _otherwise(intent: Intent, question: str, whole: str, *, as_typed: bool) -> str:
    """Return the other way to take the words of a question, "" if there is none."""
    if intent.corrections:
        return "spelling"
    if as_typed:
        return "typing"
    return "turns" if whole != question else ""


def _one_each(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """Return the first citation of each document."""
    first: dict[str, Citation] = {}
    for citation in citations:
        first.setdefault(citation.doc_id, citation)
    return tuple(first.values())


def _understood(intent: Intent) -> Understood:
    period = intent.filter
    return Understood(
        question=intent.asked,
        period=period.phrase if period else "",
        first=period.start if period else None,
        last=period.end if period else None,
        order="timeline" if intent.timeline else "newest" if intent.newest else "",
        number=intent.number,
        corrections=tuple((one.typed, one.meant) for one in intent.corrections),
        also_called=intent.also_called,
        filters=intent.filters,
        small_talk=intent.small_talk,
    )


def _citation(number: int, story: Story, findings: Findings, calibration: Calibration) -> Citation:
    hit, head = story.hit, findings.head(story)
    passage = hit.passage
    marked = mark(findings.evidences[0], passage.text, findings.readings.get(passage.passage_id))
    return Citation(
        number=number,
        doc_id=head.doc_id,
        content_hash=head.content_hash,
        title=head.title,
        publisher=head.publisher,
        url=head.url,
        published=head.published,
        page=passage.page,
        paged=head.paged,
        start=passage.start,
        end=passage.end,
        passage=passage.text,
        quote=passage.text[marked.start : marked.end],
        quote_start=marked.start,
        score=round(hit.score, 4),
        document_number=head.number,
        notes=tuple(note for note in head.notes if note.page == passage.page),
        copies=tuple(Copy(one.doc_id, one.title, one.publisher, one.url, one.published) for one in story.copies),
        mark_strength=round(marked.strength, 4),
        lacks=findings.lacks(story),
        confidence=round(findings.story_confidence(story, calibration), 4),
    )
