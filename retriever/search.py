"""Search: BM25 and dense vectors over the same passages, fused, and the best read once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from docs_store import Document, Embedder, FieldWeights, Generation

from .answer import Hit
from .evidence import Evidence, find_evidence
from .intent import Intent
from .periods import Period, names_day_in
from .reranking import Reranker

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

Days = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """Depths and weights of search, tuned on the development sets (`hoitin eval`, docs/retrieval.md).

    read: how many of the fused passages are read for evidence. reranker: judges the first `reranked`
    passages once more, by a model that reads question and passage together.
    """

    lexical_depth: int = 100
    dense_depth: int = 50
    dense_weight: float = 0.6
    evidence_weight: float = 0.8
    names_weight: float = 0.05
    read: int = 20
    fields: FieldWeights = field(default_factory=FieldWeights)
    reranker: Reranker | None = None
    reranked: int = 20


# Greater than any other score can be: who holds the number asked for comes first, always.
_HOLDS_NUMBER = 10.0
_DEEPER = 6  # times the dense depth, where most of what is found lies outside the period


def search(
    generation: Generation, embedder: Embedder, intent: Intent, top_k: int = 50, settings: SearchSettings | None = None
) -> list[Hit]:
    """Return up to top_k passages, best first.

    A passage's score is its BM25 as a share of the best BM25, plus dense_weight times its cosine,
    plus, for the best of them, evidence_weight times the coverage of its best three sentences and
    names_weight times the share of the question's names that it has.
    Score fusion, because rank fusion with a weaker dense model lost .06 to .15 nDCG. Of the ways to
    ask, the best counts. Passages that hold the document number asked for come before all others.
    """
    settings = settings or SearchSettings()
    vectors = embed_ways(embedder, intent)
    evidences = [find_evidence(generation, way.question) for way in intent.ways]

    def ordered(hits: Sequence[Hit]) -> list[Hit]:
        seen = read(generation, evidences, hits, settings)
        return settings.reranker.rerank(intent.question.text, seen, settings.reranked) if settings.reranker else seen

    hits = ordered(fuse(generation, vectors, intent, top_k, settings))
    if intent.number:
        holders = ordered(_holders(generation, vectors, intent, top_k, settings))
        first = [replace(hit, score=hit.score + _HOLDS_NUMBER) for hit in holders]
        held = {hit.passage.passage_id for hit in first}
        hits = [*first, *(hit for hit in hits if hit.passage.passage_id not in held)][:top_k]
    return hits


def embed_ways(embedder: Embedder, intent: Intent) -> Vectors:
    """Return the unit vectors of the ways to ask, shape (len(intent.ways), dimension)."""
    return embedder.embed_queries([way.question.text for way in intent.ways])


def fuse(generation: Generation, vectors: Vectors, intent: Intent, top_k: int, settings: SearchSettings) -> list[Hit]:
    """Return up to top_k passages by BM25 and dense score together, best first. vectors: of the ways to ask."""
    period = intent.filter
    lexical = _lexical(generation, intent, settings, days=(period.start, period.end) if period else None)
    dense = _dense(generation, vectors, intent, settings.dense_depth * (_DEEPER if period or intent.filters else 1))
    if period is None and not intent.filters:
        return _fused(generation, vectors, lexical, dense, top_k, settings)
    if period and not period.relative:  # news of another day may speak of the day asked for
        lexical = _lexical(generation, intent, settings) | lexical
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
    heads = generation.passages.heads(hit.passage.doc_id for hit in hits[: settings.read])
    seen = []
    for hit in hits[: settings.read]:
        head = heads[hit.passage.doc_id]
        window = max(evidence.window(head.title, hit.passage.text) for evidence in evidences)
        named = max(evidence.named(head.title, head.lead, hit.passage.text) for evidence in evidences)
        score = hit.score + settings.evidence_weight * window + settings.names_weight * named
        seen.append(replace(hit, score=score, window=window, named=named))
    seen.sort(key=lambda hit: (-hit.score, hit.passage.passage_id))
    return [*seen, *hits[settings.read :]]


def _lexical(
    generation: Generation, intent: Intent, settings: SearchSettings, *, number: str = "", days: Days | None = None
) -> dict[int, float]:
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


def _dense(generation: Generation, vectors: Vectors, intent: Intent, depth: int) -> dict[int, float]:
    """Return passage id -> likeness of the nearest passages, over the ways to ask."""
    scores: dict[int, float] = {}
    likeness = generation.manifest.model.likeness
    withheld = generation.withheld_passages
    for way, vector in zip(intent.ways, vectors, strict=True):
        found = generation.vectors.search(vector, depth + len(withheld))
        for passage_id, cosine in [pair for pair in found if pair[0] not in withheld][:depth]:
            scores[passage_id] = max(scores.get(passage_id, 0.0), way.share * likeness(cosine))
    return scores


def _holders(generation: Generation, vectors: Vectors, intent: Intent, top_k: int, settings: SearchSettings) -> list[Hit]:
    """Return the passages that hold the document number asked for, best first."""
    lexical = _lexical(generation, intent, settings, number=intent.number)
    return _fused(generation, vectors, lexical, {}, top_k, settings)


def _fused(
    generation: Generation,
    vectors: Vectors,
    lexical: dict[int, float],
    dense: dict[int, float],
    top_k: int,
    settings: SearchSettings,
) -> list[Hit]:
    missing = [passage_id for passage_id in lexical if passage_id not in dense]
    cosines = dict(dense)
    if missing:
        likeness = generation.manifest.model.likeness
        cosines |= zip(missing, map(likeness, generation.vectors.scores(vectors[0], missing)), strict=True)
    scores = {
        passage_id: lexical.get(passage_id, 0.0) + settings.dense_weight * max(cosine, 0.0)
        for passage_id, cosine in cosines.items()
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
