"""Measures of search over a BEIR folder: corpus.jsonl, queries.jsonl, qrels.tsv."""

from __future__ import annotations

import csv
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, quantiles

from docs_store import Embedder, Generation, UsageError
from docs_store.vietnamese import fold

from .query import MAX_QUESTION, understand
from .search import SearchSettings, search

DEPTH = 100  # passages asked for, so that ten documents are left when each counts once


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions by id, and for each the grades of the documents that answer it."""

    name: str
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]


def read_question_set(folder: Path) -> QuestionSet:
    """Return the questions and judgements of a BEIR folder. Raises UsageError if it is none."""
    try:
        lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
        queries = {str(record["_id"]): str(record["text"]) for record in map(json.loads, filter(None, lines))}
        qrels: dict[str, dict[str, int]] = {}
        with (folder / "qrels.tsv").open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t"):
                if int(row["score"]) > 0:
                    qrels.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(
            f"{folder} không phải bộ BEIR: {error!r} | {folder} is not a BEIR folder",
            "cần corpus.jsonl, queries.jsonl, qrels.tsv",
        ) from error
    return QuestionSet(folder.name, {query_id: text for query_id, text in queries.items() if query_id in qrels}, qrels)


def ndcg_at_k(ranked: Sequence[str], grades: Mapping[str, int], k: int = 10) -> float:
    """Return nDCG@k in [0, 1] for one query.

    ranked: document ids, best first. grades: document id -> grade > 0; absent means 0.
    Source: Järvelin & Kekäläinen, TOIS 20(4), 2002; linear gain, log2 discount.
    """
    gain = sum(grades.get(doc, 0) / math.log2(place + 2) for place, doc in enumerate(ranked[:k]))
    ideal = sum(grade / math.log2(place + 2) for place, grade in enumerate(sorted(grades.values(), reverse=True)[:k]))
    return gain / ideal


def evaluate(rank: Callable[[str], Sequence[str]], question_set: QuestionSet) -> dict[str, float]:
    """Return nDCG@10, hit@1, recall@10, MRR@10 and milliseconds p50 and p95 of a ranking function.

    rank: question -> document ids, best first, each once.
    """
    ndcg, hit, recall, reciprocal, milliseconds = [], [], [], [], []
    for query_id, text in question_set.queries.items():
        grades = question_set.qrels[query_id]
        started = time.perf_counter()
        ranked = list(rank(text))[:10]
        milliseconds.append((time.perf_counter() - started) * 1000)
        ndcg.append(ndcg_at_k(ranked, grades))
        hit.append(float(bool(ranked) and ranked[0] in grades))
        recall.append(sum(doc in grades for doc in ranked) / len(grades))
        reciprocal.append(next((1 / place for place, doc in enumerate(ranked, 1) if doc in grades), 0.0))
    if not ndcg:
        raise UsageError(f"Bộ {question_set.name} không có câu hỏi nào | Test set {question_set.name} has no question")
    cuts = quantiles(milliseconds, n=20) if len(milliseconds) > 1 else milliseconds * 19
    return {
        "ndcg@10": mean(ndcg), "hit@1": mean(hit), "recall@10": mean(recall), "mrr": mean(reciprocal),
        "p50_ms": cuts[9], "p95_ms": cuts[18],
    }  # fmt: skip


def evaluate_search(
    generation: Generation, embedder: Embedder, question_set: QuestionSet, settings: SearchSettings | None = None
) -> dict[str, dict[str, float]]:
    """Return the measures of lexical, dense and fused search, each also for unaccented questions.

    The generation must have been indexed from the folder's corpus.jsonl.
    """
    settings = settings or SearchSettings()
    names = {doc_id: source.rpartition("#")[2] for doc_id, source in generation.passages.sources().items()}

    def documents(doc_ids: Sequence[str]) -> list[str]:
        return [names[doc_id] for doc_id in dict.fromkeys(doc_ids)]

    def fused(question: str) -> list[str]:
        hits = search(generation, embedder, understand(question[:MAX_QUESTION]), DEPTH, settings)
        return documents([hit.passage.doc_id for hit in hits])

    def lexical(question: str) -> list[str]:
        ranked = generation.lexical.search(question, DEPTH, settings.fields)
        return documents([p.doc_id for p in generation.passages.passages([i for i, _ in ranked])])

    def dense(question: str) -> list[str]:
        ranked = generation.vectors.search(embedder.embed_queries([question])[0], DEPTH)
        return documents([p.doc_id for p in generation.passages.passages([i for i, _ in ranked])])

    measures = {}
    for name, rank in {"fused": fused, "lexical": lexical, "dense": dense}.items():
        measures[name] = evaluate(rank, question_set)
        measures[f"{name}-unaccented"] = evaluate(lambda question, rank=rank: rank(fold(question)), question_set)  # type: ignore[misc]
    return measures
