"""Search: BM25 and dense vectors over the same passages, fused, and the best read once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from docs_store import Document, Embedder, FieldWeights, Generation
from docs_store.diacritics import lacks_marks, readings, see

from .answer import Hit
from .evidence import Evidence, find_evidence
from .intent import Intent
from .periods import Period, names_day_in
from .reranking import Reranker
from .weights import Weights, weights_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

Lexical = dict[int, float]  # passage id -> BM25 as a share of the best
Days = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """Depths of search, tuned on the development sets (`hoitin eval`, docs/retrieval.md).

    weights: None for those that fit the model of the index. read: how many of the fused passages are read for evidence.
    reranker: judges the first `reranked` passages once more, by a model that reads question and passage together.
    """

    lexical_depth: int = 100
    dense_depth: int = 50
    weights: Weights | None = None
    read: int = 25
    fields: FieldWeights = field(default_factory=FieldWeights)
    reranker: Reranker | None = None
    reranked: int = 20


# Greater than any other score can be: who holds the number asked for comes first, always.
_HOLDS_NUMBER = 10.0
_READ_FOR_MARKS = 40  # passages
_DEEPER = 6  # times the dense depth, where most of what is found lies outside the period


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found, best first, and the question as it was likeliest meant, with the marks that it lacked."""

    hits: list[Hit]
    meant: str


def search(
    generation: Generation, embedder: Embedder, intent: Intent, top_k: int = 50, settings: SearchSettings | None = None
) -> Searched:
    """Return up to top_k passages, best first.

    A passage's score is its BM25 as a share of the best BM25 plus its cosine; for the best of them also how much of the
    question stands close together in it, and how many of its names (`Weights`).
    Score fusion, because rank fusion with a weaker dense model lost .06 to .15 nDCG. Of the ways to
    ask, the best counts. Passages that hold the document number asked for come before all others.
    """
    settings = settings or SearchSettings()
    lexical = find_lexical(generation, intent, settings)
    meant = meant_by(generation, embedder, [way.question.text for way in intent.ways], lexical)
    vectors = embed_meant(embedder, meant)
    evidences = [find_evidence(generation, way.question) for way in intent.ways]

    def ordered(hits: Sequence[Hit]) -> list[Hit]:
        seen = read(generation, evidences, hits, settings)
        return settings.reranker.rerank(intent.question.text, seen, settings.reranked) if settings.reranker else seen

    hits = ordered(fuse(generation, vectors, lexical, intent, top_k, settings))
    if intent.number:
        holders = ordered(_holders(generation, vectors, intent, top_k, settings))
        first = [replace(hit, score=hit.score + _HOLDS_NUMBER) for hit in holders]
        held = {hit.passage.passage_id for hit in first}
        hits = [*first, *(hit for hit in hits if hit.passage.passage_id not in held)][:top_k]
    return Searched(hits, meant[0][0])


def find_lexical(generation: Generation, intent: Intent, settings: SearchSettings) -> Lexical:
    """Return what BM25 finds: passage id -> score as a share of the best. Where a period is asked for, of that above all."""
    period = intent.filter
    lexical = _lexical(generation, intent, settings, days=(period.start, period.end) if period else None)
    if period and not period.relative:  # news of another day may speak of the day asked for
        lexical = _lexical(generation, intent, settings) | lexical
    return lexical


def meant_by(generation: Generation, embedder: Embedder, questions: Sequence[str], lexical: Lexical) -> list[tuple[str, ...]]:
    """Return for each question what it may mean, the likeliest first.

    The question as it was typed, unless the embedder reads marks that it lacks: they are then put back as in the passages
    that BM25 finds.
    """
    if not embedder.reads_marks or not any(map(lacks_marks, questions)):
        return [(question,) for question in questions]
    best = sorted(lexical, key=lambda passage_id: (-lexical[passage_id], passage_id))[:_READ_FOR_MARKS]
    texts = [passage.text for passage in generation.passages.passages(best)]
    return [readings(question, see(question, texts)) for question in questions]


def embed_meant(embedder: Embedder, meant: Sequence[tuple[str, ...]]) -> list[Vectors]:
    """Return for each question the unit vectors of what it may mean, shape (readings, dimension)."""
    vectors = embedder.embed_queries([text for texts in meant for text in texts])
    return np.split(vectors, np.cumsum([len(texts) for texts in meant])[:-1])


def fuse(
    generation: Generation,
    vectors: Sequence[Vectors],
    lexical: Lexical,
    intent: Intent,
    top_k: int,
    settings: SearchSettings,
) -> list[Hit]:
    """Return up to top_k passages by BM25 and dense score together, best first. vectors: of the ways to ask."""
    period = intent.filter
    dense = _dense(generation, vectors, intent, settings.dense_depth * (_DEEPER if period or intent.filters else 1))
    if period is None and not intent.filters:
        return _fused(generation, vectors, lexical, dense, top_k, settings)
    hits = _fused(generation, vectors, lexical, dense, len(lexical) + len(dense), settings)
    heads = generation.passages.heads(hit.passage.doc_id for hit in hits)

    def allowed(hit: Hit) -> bool:
        head = heads[hit.passage.doc_id]
        return intent.filters.allow(head) and (period is None or in_period(period, head, hit.passage.text))

    return [hit for hit in hits if allowed(hit)][:top_k]


def in_period(period: Period, head: Document, text: str) -> bool:
    """Tell whether news was published in the period, or, unless that counts from today, names a day in it."""
    day = head.published
    if day and (period.start is None or day >= period.start) and (period.end is None or day <= period.end):
        return True
    return not period.relative and names_day_in(period, f"{head.title}\n{text}", day)


def read(generation: Generation, evidences: Sequence[Evidence], hits: Sequence[Hit], settings: SearchSettings) -> list[Hit]:
    """Return the hits, the first of them moved by how much of the question stands close together in each."""
    weights = settings.weights or weights_for(generation.manifest.model)
    heads = generation.passages.heads(hit.passage.doc_id for hit in hits[: settings.read])
    seen = []
    for hit in hits[: settings.read]:
        head = heads[hit.passage.doc_id]
        window = max(evidence.window(head.title, hit.passage.text) for evidence in evidences)
        named = max(evidence.named(head.title, head.lead, hit.passage.text) for evidence in evidences)
        seen.append(replace(hit, window=window, named=named))
    dense = weights.dense_where(max((hit.window for hit in seen), default=0.0))
    seen = [replace(hit, score=_score(hit, dense, weights)) for hit in seen]
    seen.sort(key=lambda hit: (-hit.score, hit.passage.passage_id))
    return [*seen, *hits[settings.read :]]


def _score(hit: Hit, dense: float, weights: Weights) -> float:
    likeness = dense * max(hit.cosine, 0.0)
    lexical: float = hit.lexical**weights.lexical_power
    return lexical + likeness + weights.evidence * hit.window + weights.names * hit.named


def _lexical(
    generation: Generation, intent: Intent, settings: SearchSettings, *, number: str = "", days: Days | None = None
) -> Lexical:
    """Return passage id -> BM25 as a share of the best, over the ways to ask."""
    scores: dict[int, float] = {}
    filters = intent.filters
    within = _both(days, (filters.first, filters.last)) if filters.first or filters.last else days
    withheld = generation.withheld_passages
    for way in intent.ways:
        found = generation.lexical.search(
            way.question.text,
            settings.lexical_depth + len(withheld),
            settings.fields,
            number=number,
            days=within,
            publisher=filters.publisher,
            section=filters.section,
        )
        ranked = [(passage_id, score) for passage_id, score in found if passage_id not in withheld]
        for passage_id, score in ranked[: settings.lexical_depth]:
            scores[passage_id] = max(scores.get(passage_id, 0.0), way.share * score / ranked[0][1])
    return scores


def _both(days: Days | None, others: Days) -> Days:
    """Return the days that lie in both."""
    first, last = days or (None, None)
    return (
        max((day for day in (first, others[0]) if day), default=None),
        min((day for day in (last, others[1]) if day), default=None),
    )


def _dense(generation: Generation, vectors: Sequence[Vectors], intent: Intent, depth: int) -> dict[int, float]:
    """Return passage id -> likeness of the nearest passages, over the ways to ask."""
    scores: dict[int, float] = {}
    likeness = generation.manifest.model.likeness
    withheld = generation.withheld_passages
    for share, vector in ((way.share, vector) for way, read in zip(intent.ways, vectors, strict=True) for vector in read):
        found = generation.vectors.search(vector, depth + len(withheld))
        for passage_id, cosine in [pair for pair in found if pair[0] not in withheld][:depth]:
            scores[passage_id] = max(scores.get(passage_id, 0.0), share * likeness(cosine))
    return scores


def _holders(
    generation: Generation, vectors: Sequence[Vectors], intent: Intent, top_k: int, settings: SearchSettings
) -> list[Hit]:
    """Return the passages that hold the document number asked for, best first."""
    lexical = _lexical(generation, intent, settings, number=intent.number)
    return _fused(generation, vectors, lexical, {}, top_k, settings)


def _fused(
    generation: Generation,
    vectors: Sequence[Vectors],
    lexical: Lexical,
    dense: dict[int, float],
    top_k: int,
    settings: SearchSettings,
) -> list[Hit]:
    missing = [passage_id for passage_id in lexical if passage_id not in dense]
    cosines = dict(dense)
    if missing:
        likeness = generation.manifest.model.likeness
        held = [generation.vectors.scores(vector, missing) for vector in vectors[0]]
        for passage_id, found in zip(missing, zip(*held, strict=True), strict=True):
            known = [cosine for cosine in found if cosine is not None]
            if known:
                cosines[passage_id] = likeness(max(known))
        # A passage that waits for its vector is as near as the middle of the others: with nothing it would come behind
        # whatever has one, and it is the news that has just come in.
        middle = median(cosines.values()) if cosines else 0.0
        cosines |= {passage_id: middle for passage_id in missing if passage_id not in cosines}
    weights = settings.weights or weights_for(generation.manifest.model)
    scores = {
        passage_id: lexical.get(passage_id, 0.0) + weights.dense * max(cosine, 0.0) for passage_id, cosine in cosines.items()
    }
    # Equal scores are ordered by id, so that a question always gets the same answer.
    ranked = sorted(scores, key=lambda passage_id: (-scores[passage_id], passage_id))[:top_k]
    return [
        Hit(passage, scores[i], lexical=lexical.get(i, 0.0), cosine=cosines[i])
        for passage in generation.passages.passages(ranked)
        for i in (passage.passage_id,)
    ]


def distinct_first(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """Return up to `limit` hits: each document's best first, then the rest, both in order."""
    seen: set[str] = set()
    first: list[Hit] = []
    rest: list[Hit] = []
    for hit in hits:
        (rest if hit.passage.doc_id in seen else first).append(hit)
        seen.add(hit.passage.doc_id)
    return [*first, *rest][:limit]
