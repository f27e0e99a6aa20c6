"""The assistant: a question in, an answer with citations out, always from one whole generation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from docs_store import Document, Embedder, Generation, Generations, ModelMismatchError

from .answer import Answer, Citation, Hit
from .evidence import Evidence
from .query import Question, joined_figures, understand
from .search import SearchSettings, distinct_first, find_evidence, search

CITATIONS = 5
_CONSIDERED = 30  # hits whose text is looked at


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """When an answer is good enough.

    min_coverage: share of the question's IDF weight that the best passage must meet.
    keep_share: a further citation must score at least this share of the first.
    other_figures: factor on the score of a passage that lacks a year or figure the question names.
    """

    min_coverage: float = 0.45
    keep_share: float = 0.4
    other_figures: float = 0.8
    search: SearchSettings = field(default_factory=SearchSettings)


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
        self._open: tuple[str, Generation] | None = None

    def generation(self) -> Generation:
        """Return the published generation, opened once.

        Raises NoIndexError, DamagedIndexError or ModelMismatchError.
        """
        line = self._generations.current_line()
        with self._lock:
            if self._open is None or self._open[0] != line:
                opened = self._generations.open_current()
                _check_model(opened, self._model())
                self._open = (line, opened)
            return self._open[1]

    def ask(self, question: str) -> Answer:
        """Return the passages that answer `question`, or an Answer with found=False.

        Raises UsageError for an empty or overlong question, and what `generation` raises.
        """
        asked = understand(question)
        generation = self.generation()
        hits = search(generation, self._model(), asked, _CONSIDERED, self._settings.search)
        evidence = find_evidence(generation, asked)
        heads = generation.passages.heads(hit.passage.doc_id for hit in hits)
        hits = self._by_figures(asked, hits, heads)
        chosen = distinct_first(hits, CITATIONS)
        found = any(self._is_good(asked, evidence, hit, heads[hit.passage.doc_id]) for hit in chosen[:3])
        floor = self._settings.keep_share * chosen[0].score if chosen else 0.0
        citations = tuple(
            _citation(number, hit, heads[hit.passage.doc_id], evidence)
            for number, hit in enumerate((hit for hit in chosen if hit.score >= floor), 1)
        )
        return Answer(
            question=asked.text,
            found=found,
            citations=citations if found else (),
            generation=generation.name,
            documents=generation.manifest.documents,
            nearest=() if found else citations[:3],
        )

    def _by_figures(self, question: Question, hits: list[Hit], heads: dict[str, Document]) -> list[Hit]:
        """Return the hits with those put back that lack a figure of the question."""
        if not question.figures:
            return hits
        weighed = [
            hit
            if _meets_figures(question, hit, heads[hit.passage.doc_id])
            else replace(hit, score=hit.score * self._settings.other_figures)
            for hit in hits
        ]
        return sorted(weighed, key=lambda hit: -hit.score)

    def _is_good(self, question: Question, evidence: Evidence, hit: Hit, head: Document) -> bool:
        met = evidence.coverage(hit.passage.text, head.title, head.lead)
        return met >= self._settings.min_coverage and _meets_figures(question, hit, head)

    def _model(self) -> Embedder:
        if self._embedder is None:
            self._embedder = self._load()
        return self._embedder


def _meets_figures(question: Question, hit: Hit, head: Document) -> bool:
    """Tell whether a passage, its context or its date has every year and figure that the question names."""
    text = joined_figures(f"{head.title}\n{head.lead}\n{hit.passage.text}\n{head.published or ''}")
    return all(figure in text for figure in question.figures)


def _check_model(generation: Generation, embedder: Embedder) -> None:
    made_with = generation.manifest.model
    if made_with.fingerprint != embedder.card.fingerprint:
        raise ModelMismatchError(
            f"Chỉ mục được lập bằng mô hình {made_with.name!r}, không phải {embedder.card.name!r}"
            f" | The index was made with model {made_with.name!r}, not {embedder.card.name!r}",
            "hoitin index --rebuild",
        )


def _citation(number: int, hit: Hit, head: Document, evidence: Evidence) -> Citation:
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
    )
