"""The assistant: a question in, an answer with citations out, always from one whole generation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from docs_store import Abbreviations, Document, Embedder, Generation, Generations, ModelMismatchError, load_abbreviations
from docs_store import today as vietnam_today

from .answer import Answer, Citation, Copy, Understood
from .confidence import Calibration, load_calibration
from .duplicates import Story
from .evidence import Evidence
from .filters import Filters
from .findings import FindSettings, find
from .follow_up import Turn, complete_question
from .intent import Intent, find_intent
from .query import clean
from .unknown import unknown_words

CITATIONS = 5
TIMELINE = 12  # citations of a timeline
_NO_FILTERS = Filters()
_NEAREST = 3  # documents named where there is no answer


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

    state: tuple[str, frozenset[str]]
    generation: Generation
    abbreviations: Abbreviations
    calibration: Calibration


class Assistant:
    """Answers from the published generation of a data folder; moves to a new one at the next question.

    Safe to share between threads.
    """

    def __init__(self, data: Path, load: Callable[[], Embedder], settings: AnswerSettings | None = None) -> None:
        self._generations = Generations(data)
        self._load = load
        self._settings = settings or AnswerSettings()
        self._lock = threading.Lock()
        self._embedder: Embedder | None = None
        self._open: _Opened | None = None

    def generation(self) -> Generation:
        """Return the published generation, opened once.

        Raises NoIndexError, DamagedError or ModelMismatchError.
        """
        return self._opened().generation

    def load_model(self) -> None:
        """Load the embedding model now rather than at the first question. Raises ModelError."""
        self._model()

    def embedder(self) -> Embedder:
        """Return the embedding model, loaded once. Raises ModelError."""
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
    ) -> Answer:
        """Return the passages that answer `question`, or an Answer with found=False.

        turns: the conversation so far, that a question may lean on. today: what "hôm qua" counts
        from. any_time: do not hold the answer to the period that the question names. as_typed: put
        no slip of typing right. filters: hold it to these days, this publisher, this section.
        Raises UsageError for an empty or overlong question, and what `generation` raises.
        """
        opened = self._opened()
        settings = self._settings
        whole = complete_question(question, turns) if turns else question
        today = today or vietnam_today()
        intent = find_intent(
            whole, opened.generation, opened.abbreviations, today, any_time=any_time, as_typed=as_typed, filters=filters
        )
        findings = find(opened.generation, self._model(), intent, settings)
        chosen = findings.distinct(TIMELINE if intent.timeline else CITATIONS)
        calibration = opened.calibration
        sure = findings.confidence(calibration)
        found = sure >= calibration.threshold
        floor = settings.keep_share * chosen[0].hit.score if chosen else 0.0
        kept = [story for story in chosen if story.hit.score >= floor]
        if found and (intent.newest or intent.timeline):
            kept = [story for story in kept if findings.story_confidence(story, calibration) >= calibration.threshold]
            kept.sort(key=lambda story: findings.head(story).published or date.min, reverse=not intent.timeline)
        evidence = findings.evidences[0]
        citations = tuple(
            _citation(number, story, findings.head(story), evidence, findings.story_confidence(story, calibration))
            for number, story in enumerate(kept, 1)
        )
        nearest = () if found else _one_each(citations)[:_NEAREST]
        if not found and not nearest and (intent.filter or filters):  # nothing there: name what comes closest elsewhere
            elsewhere = self.ask(question, turns, today=today, any_time=True, as_typed=as_typed)
            nearest = _one_each(elsewhere.citations or elsewhere.nearest)[:_NEAREST]
        return Answer(
            question=clean(question),
            found=found,
            citations=citations if found else (),
            generation=opened.generation.name,
            documents=opened.generation.manifest.documents,
            understood=_understood(intent),
            confidence=round(sure, 4),
            nearest=nearest,
            unknown=() if found else unknown_words(intent.question.text, opened.generation.lexical.frequencies),
        )

    def _opened(self) -> _Opened:
        state = self._generations.state()
        with self._lock:
            if self._open is None or self._open.state != state:
                generation = self._generations.open_current()
                card = self._model().card
                _check_model(generation, card.fingerprint, card.name)
                data = self._generations.data
                abbreviations = load_abbreviations(data, generation.passages.abbreviations())
                calibration = self._settings.calibration or load_calibration(data, card.fingerprint)
                self._open = _Opened(state, generation, abbreviations, calibration)
            return self._open

    def _model(self) -> Embedder:
        if self._embedder is None:
            self._embedder = self._load()
        return self._embedder


def _one_each(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """Return the first citation of each document."""
    first: dict[str, Citation] = {}
    for citation in citations:
        first.setdefault(citation.doc_id, citation)
    return tuple(first.values())


def _check_model(generation: Generation, fingerprint: str, name: str) -> None:
    made_with = generation.manifest.model
    if made_with.fingerprint != fingerprint:
        raise ModelMismatchError(
            f"Chỉ mục được lập bằng mô hình {made_with.name!r}, không phải {name!r}"
            f" | The index was made with model {made_with.name!r}, not {name!r}",
            "hoitin index --rebuild",
        )


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
    )


def _citation(number: int, story: Story, head: Document, evidence: Evidence, confidence: float) -> Citation:
    hit = story.hit
    passage = hit.passage
    begin, end = evidence.quote(passage.text)
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
        quote=passage.text[begin:end],
        quote_start=begin,
        score=round(hit.score, 4),
        document_number=head.number,
        notes=tuple(note for note in head.notes if note.page == passage.page),
        copies=tuple(Copy(one.doc_id, one.title, one.publisher, one.url, one.published) for one in story.copies),
        confidence=round(confidence, 4),
    )
