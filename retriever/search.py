"""Search: BM25 and dense vectors over the same passages, fused, and the best read once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from docs_store import Embedder, FieldWeights, Generation

from .answer import Hit
from .evidence import Evidence
from .query import Question


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """Depths and weights of search, tuned on the development sets (`hoitin eval`, docs/retrieval.md).

    read: how many of the fused passages are read for evidence.
    """

    lexical_depth: int = 100
    dense_depth: int = 50
    dense_weight: float = 0.6
    evidence_weight: float = 0.8
    read: int = 30
    fields: FieldWeights = field(default_factory=FieldWeights)


def search(
    generation: Generation, embedder: Embedder, question: Question, top_k: int = 50, settings: SearchSettings | None = None
) -> list[Hit]:
    """Return up to top_k passages, best first.

    A passage's score is its BM25 as a share of the best BM25, plus dense_weight times its cosine,
    plus, for the best of them, evidence_weight times the coverage of its best three sentences.
    Score fusion, because rank fusion with a weaker dense model lost .06 to .15 nDCG.
    """
    settings = settings or SearchSettings()
    hits = fuse(generation, embedder, question, top_k, settings)
    return rerank(generation, question, hits, settings)


def fuse(generation: Generation, embedder: Embedder, question: Question, top_k: int, settings: SearchSettings) -> list[Hit]:
    """Return up to top_k passages by BM25 and dense score together, best first."""
    lexical = dict(generation.lexical.search(question.text, settings.lexical_depth, settings.fields))
    vector = embedder.embed_queries([question.text])[0]
    dense = dict(generation.vectors.search(vector, settings.dense_depth))
    missing = [passage_id for passage_id in lexical if passage_id not in dense]
    cosines = dense | dict(zip(missing, generation.vectors.scores(vector, missing), strict=True))
    top = max(lexical.values(), default=1.0)
    scores = {
        passage_id: lexical.get(passage_id, 0.0) / top + settings.dense_weight * max(cosine, 0.0)
        for passage_id, cosine in cosines.items()
    }
    # Equal scores are ordered by id, so that a question always gets the same answer.
    ranked = sorted(scores, key=lambda passage_id: (-scores[passage_id], passage_id))[:top_k]
    return [
        Hit(passage, scores[passage.passage_id], _found_by(passage.passage_id, lexical, dense))
        for passage in generation.passages.passages(ranked)
    ]


def rerank(generation: Generation, question: Question, hits: Sequence[Hit], settings: SearchSettings) -> list[Hit]:
    """Return the hits, the first of them moved by how much of the question stands close together in each."""
    if not settings.evidence_weight:
        return list(hits)
    evidence = find_evidence(generation, question)
    heads = generation.passages.heads(hit.passage.doc_id for hit in hits[: settings.read])
    read = [
        replace(
            hit, score=hit.score + settings.evidence_weight * evidence.window(heads[hit.passage.doc_id].title, hit.passage.text)
        )
        for hit in hits[: settings.read]
    ]
    read.sort(key=lambda hit: (-hit.score, hit.passage.passage_id))
    return [*read, *hits[settings.read :]]


def find_evidence(generation: Generation, question: Question) -> Evidence:
    """Return what the question looks for, weighed by how rare each term is in this generation."""
    lexical = generation.lexical
    return Evidence(
        question, lexical.frequencies("body", question.terms), lexical.frequencies("pairs", question.pairs), lexical.count
    )


def _found_by(passage_id: int, lexical: dict[int, float], dense: dict[int, float]) -> str:
    if passage_id in lexical:
        return "both" if passage_id in dense else "lexical"
    return "dense"


def distinct_first(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """Return up to `limit` hits: each document's best first, then the rest, both in order."""
    seen: set[str] = set()
    first: list[Hit] = []
    rest: list[Hit] = []
    for hit in hits:
        (rest if hit.passage.doc_id in seen else first).append(hit)
        seen.add(hit.passage.doc_id)
    return [*first, *rest][:limit]
