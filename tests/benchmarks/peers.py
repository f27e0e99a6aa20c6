"""hoitin beside its peers in one run: `python -m tests.benchmarks.peers FOLDER…` (BEIR folders).

Prints nDCG@10 of bm25s over plain syllables, of txtai's hybrid search with hoitin's own model, and of hoitin;
accented, unaccented and half-accented. The peers are not among hoitin's dependencies; have them beside it:

    pip install --target PEERS --no-deps bm25s txtai msgpack
    PYTHONPATH=PEERS python -m tests.benchmarks.peers FOLDER…
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean, median

from docs_store import Generations, load_embedder
from indexer import reindex
from retriever.evaluate import QuestionSet, Searcher, ndcg_at_k, read_question_set
from retriever.typed import half_accented, unaccented

MODEL = Path(__file__).parents[2] / "docs_store" / "default_model" / "weights"
TYPED: dict[str, Callable[[str], str]] = {"accented": str, "unaccented": unaccented, "half-accented": half_accented}
Rank = Callable[[str], list[str]]


def main() -> None:
    """Run every search on every folder and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    folders = parser.parse_args().folders
    print("| set | search | " + " | ".join(TYPED) + " | p50 ms |\n|---|---|" + "---|" * (len(TYPED) + 1), flush=True)
    for folder in folders:
        questions = read_question_set(folder)
        for name, rank in _searches(folder):
            cells, seconds = [], []
            for change in TYPED.values():
                score, times = _measure(rank, questions, change)
                cells.append(f"{score:.4f}")
                seconds += times
            print(f"| {folder.name} | {name} | " + " | ".join(cells) + f" | {median(seconds) * 1000:.1f} |", flush=True)


def _measure(rank: Rank, questions: QuestionSet, change: Callable[[str], str]) -> tuple[float, list[float]]:
    scores, seconds = [], []
    for query_id, text in questions.queries.items():
        question = change(text)
        started = time.perf_counter()
        ranked = rank(question)
        seconds.append(time.perf_counter() - started)
        scores.append(ndcg_at_k(ranked, questions.qrels[query_id]))
    return mean(scores), seconds


def _searches(folder: Path) -> Iterator[tuple[str, Rank]]:
    lines = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines if line]
    ids = [str(record["_id"]) for record in records]
    texts = [f"{record.get('title') or ''}\n{record['text']}".strip() for record in records]
    yield "bm25s", _bm25s(ids, texts)
    yield "txtai hybrid", _txtai(ids, texts)
    embedder = load_embedder("static")
    with tempfile.TemporaryDirectory() as scratch:
        reindex(Path(scratch), [folder / "corpus.jsonl"], embedder)
        yield "hoitin", Searcher(Generations(Path(scratch)).open_current(), embedder, Path(scratch)).fused


def _bm25s(ids: list[str], texts: list[str]) -> Rank:
    import bm25s

    def syllables(text: str) -> list[str]:
        return re.findall(r"\w+", text.lower())

    index = bm25s.BM25()
    index.index([syllables(text) for text in texts], show_progress=False)

    def rank(question: str) -> list[str]:
        found, _ = index.retrieve([syllables(question)], k=min(10, len(ids)), show_progress=False)
        return [ids[place] for place in found[0]]

    return rank


def _txtai(ids: list[str], texts: list[str]) -> Rank:
    from txtai import Embeddings

    index = Embeddings(path=str(MODEL), method="sentence-transformers", hybrid=True, content=False)
    index.index(zip(ids, texts, strict=True))
    return lambda question: [str(found) for found, _ in index.search(question, 10)]


if __name__ == "__main__":
    main()
