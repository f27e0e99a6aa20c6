"""Measures of search: questions with judgements, rankings, nDCG@10 and its kin.

A question set is a BEIR folder (corpus.jsonl, queries.jsonl, qrels.tsv; answers.tsv where the
answers themselves are marked) or a CSV of one's own questions over one's own news.
"""

from __future__ import annotations

import csv
import json
import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import mean, quantiles

from docs_store import Embedder, Generation, UsageError, load_abbreviations, today
from docs_store.vietnamese import fold

from .answer import Hit
from .findings import Findings, FindSettings, find
from .intent import Intent, find_intent
from .marking import mark
from .query import MAX_QUESTION
from .search import embed_meant, find_lexical, fuse, meant_by, search
from .typed import TYPED

DEPTH = 100  # passages asked for, so that ten documents are left when each counts once


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions by id, and for each the grades of the documents that answer it.

    answers: query id -> document and where in its text the answer stands (start, end).
    """

    name: str
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]
    answers: dict[str, tuple[str, int, int]] = field(default_factory=dict)

    def sample(self, count: int) -> QuestionSet:
        """Return the set with up to `count` of its questions, drawn by chance, always the same."""
        drawn = random.Random(self.name).sample(sorted(self.queries), min(count, len(self.queries)))
        return replace(self, queries={query_id: self.queries[query_id] for query_id in drawn})


def read_question_set(folder: Path, answers: Path | None = None) -> QuestionSet:
    """Return the questions and judgements of a BEIR folder. Raises UsageError if it is none."""
    try:
        lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
        queries = {str(record["_id"]): str(record["text"]) for record in map(json.loads, filter(None, lines))}
        qrels: dict[str, dict[str, int]] = {}
        for row in _rows(folder / "qrels.tsv"):
            if int(row["score"]) > 0:
                qrels.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
        marked = answers or folder / "answers.tsv"
        spans = {
            row["query-id"]: (row["corpus-id"], int(row["start"]), int(row["end"]))
            for row in (_rows(marked) if answers or marked.exists() else [])
            if row["query-id"] in queries
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{folder} không phải bộ BEIR: {error!r} | {folder} is not a BEIR folder",
            "cần corpus.jsonl, queries.jsonl, qrels.tsv",
        ) from error
    return QuestionSet(folder.name, {query_id: text for query_id, text in queries.items() if query_id in qrels}, qrels, spans)


def read_question_csv(path: Path, generation: Generation) -> QuestionSet:
    """Return the questions of a CSV: question, and either a document (id, file name, title) or words it must hold.

    The first row may name the columns. Raises UsageError for a row whose document is not indexed.
    """
    documents = list(generation.passages.all_documents())
    texts = {document.doc_id: [fold(text) for text in (document.title, *document.pages)] for document in documents}
    queries: dict[str, str] = {}
    qrels: dict[str, dict[str, int]] = {}
    names = document_names(generation)
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = list(csv.reader(text.splitlines(), csv.Sniffer().sniff(text[:4096], ",;\t") if text.strip() else csv.excel))
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError(
            f"Không đọc được {path}: {error} | Cannot read {path}", "mỗi dòng: câu hỏi, tài liệu hoặc từ ngữ"
        ) from error
    for number, row in enumerate(rows, 1):
        if len(row) < 2 or not row[0].strip() or (number == 1 and fold(row[0]).strip() in ("question", "cau hoi")):
            continue
        wanted = row[1].strip()
        right = {
            names[document.doc_id]: 1
            for document in documents
            if wanted in (document.doc_id, document.title, Path(document.source).name, names[document.doc_id])
        } or {
            names[document.doc_id]: 1 for document in documents if any(fold(wanted) in text for text in texts[document.doc_id])
        }
        if not right or not wanted:
            raise UsageError(
                f"{path}, dòng {number}: không có tài liệu hay từ ngữ {wanted!r} trong chỉ mục"
                f" | {path}, line {number}: nothing indexed is or holds {wanted!r}"
            )
        queries[str(number)], qrels[str(number)] = row[0].strip(), right
    return QuestionSet(path.stem, queries, qrels)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


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
    searcher: Searcher, question_set: QuestionSet, progress: Callable[[str, int, int], None] = lambda *_: None
) -> dict[str, dict[str, float]]:
    """Return ranking -> measure -> value; each ranking also for the questions as people type them.

    shown is what an answer shows, read by the reader where there is one; fused is what that is made of; scores is BM25 and
    dense score without the reading of passages; lexical and dense are the halves alone; reranked, where a reranker is set,
    is fused reordered by it. The generation must hold the documents that the question set names.
    """
    rankings: dict[str, Callable[[str], list[str]]] = {
        "shown": searcher.shown,
        "fused": searcher.fused,
        "scores": searcher.scores,
        "lexical": searcher.lexical,
        "dense": searcher.dense,
    }
    if searcher.settings.search.reranker:
        rankings = {"reranked": searcher.reranked} | rankings
    typed: dict[str, Callable[[str], str]] = {"": str, **TYPED}
    measures = {}
    done = 0
    for name, rank in rankings.items():
        for kind, change in typed.items():
            measures[f"{name}-{kind}".rstrip("-")] = evaluate(_changed(rank, change), question_set)
            done += 1
            progress("eval", done, len(rankings) * len(typed))
    return measures


def _changed(rank: Callable[[str], list[str]], change: Callable[[str], str]) -> Callable[[str], list[str]]:
    return lambda question: rank(change(question))


class Searcher:
    """Rankings of document names by one generation, for measuring."""

    def __init__(self, generation: Generation, embedder: Embedder, data: Path, settings: FindSettings | None = None) -> None:
        self.generation, self.embedder = generation, embedder
        self.settings = settings or FindSettings()
        self.abbreviations = load_abbreviations(data, generation.passages.abbreviations())
        self.names = document_names(generation)

    def intent(self, question: str) -> Intent:
        """Return what the question wants, as an assistant would take it, but for the time: test corpora bear no true dates."""
        return find_intent(question[:MAX_QUESTION], self.generation, self.abbreviations, today(), any_time=True)

    def find(self, question: str) -> Findings:
        """Return what the assistant would find."""
        return find(self.generation, self.embedder, self.intent(question), self.settings)

    def shown(self, question: str) -> list[str]:
        """Rank as the answer shows it: the stories in the order of the cards, each with those that print it too."""
        shown: dict[str, None] = {}
        for story in self.find(question).distinct(DEPTH):
            shown |= {self.names[story.hit.passage.doc_id]: None}
            shown |= {self.names[copy.doc_id]: None for copy in story.copies}
        return list(shown)

    def fused(self, question: str) -> list[str]:
        settings = replace(self.settings.search, reranker=None)
        return self.documents(search(self.generation, self.embedder, self.intent(question), DEPTH, settings).hits)

    def reranked(self, question: str) -> list[str]:
        return self.documents(search(self.generation, self.embedder, self.intent(question), DEPTH, self.settings.search).hits)

    def scores(self, question: str) -> list[str]:
        intent = self.intent(question)
        lexical = find_lexical(self.generation, intent, self.settings.search)
        meant = meant_by(self.generation, self.embedder, [way.question.text for way in intent.ways], lexical)
        vectors = embed_meant(self.embedder, meant)
        return self.documents(fuse(self.generation, vectors, lexical, intent, DEPTH, self.settings.search))

    def lexical(self, question: str) -> list[str]:
        ranked = self.generation.lexical.search(question, DEPTH, self.settings.search.fields)
        return self._by_id([passage_id for passage_id, _ in ranked])

    def dense(self, question: str) -> list[str]:
        lexical = dict(self.generation.lexical.search(question, DEPTH, self.settings.search.fields))
        (vectors,) = embed_meant(self.embedder, meant_by(self.generation, self.embedder, [question], lexical))
        ranked = self.generation.vectors.search(vectors[0], DEPTH)
        return self._by_id([passage_id for passage_id, _ in ranked])

    def _by_id(self, passage_ids: Sequence[int]) -> list[str]:
        found = self.generation.passages.passages(passage_ids)
        return list(dict.fromkeys(self.names[passage.doc_id] for passage in found))

    def documents(self, hits: Sequence[Hit]) -> list[str]:
        return list(dict.fromkeys(self.names[hit.passage.doc_id] for hit in hits))


def document_names(generation: Generation) -> dict[str, str]:
    """Return doc_id -> the name that question sets use: the record's id, or else the doc_id itself."""
    sources = generation.passages.sources()
    return {doc_id: source.rpartition("#")[2] if "#" in source else doc_id for doc_id, source in sources.items()}


def quote_measures(searcher: Searcher, question_set: QuestionSet) -> dict[str, float]:
    """Return how often the highlighted words hold the marked answer, where the right document came first.

    Of the answers of `question_set`; a document is taken to be its first page.
    """
    first = right = 0
    for query_id, (name, start, end) in question_set.answers.items():
        findings = searcher.find(question_set.queries[query_id])
        stories = findings.distinct(1)
        if not stories or searcher.documents([stories[0].hit]) != [name]:
            continue
        first += 1
        passage = stories[0].hit.passage
        marked = mark(findings.evidences[0], passage.text, findings.readings.get(passage.passage_id))
        right += passage.start + marked.start <= start and end <= passage.start + marked.end
    return {"answers": len(question_set.answers), "found-first": first, "quote-holds-answer": right / first if first else 0.0}
