"""Quality on a BEIR folder: its corpus is indexed aside, its questions asked, the measures returned."""

from __future__ import annotations

import tempfile
from pathlib import Path

from docs_store import Generations, UsageError, load_embedder
from indexer import Progress, reindex
from retriever.evaluate import evaluate_search, read_question_set


def evaluate_folder(folder: Path, model: str, progress: Progress) -> dict[str, dict[str, float]]:
    """Return ranking -> measure -> value for fused, lexical and dense search, accented and not.

    Raises UsageError if the folder is not BEIR's: corpus.jsonl, queries.jsonl, qrels.tsv.
    """
    questions = read_question_set(folder)
    embedder = load_embedder(model)
    with tempfile.TemporaryDirectory(prefix="hoitin-eval-") as scratch:
        report = reindex(Path(scratch), [folder / "corpus.jsonl"], embedder, progress=progress)
        if not report.documents:
            raise UsageError(f"{folder}/corpus.jsonl không có bài nào | {folder}/corpus.jsonl has no document")
        return evaluate_search(Generations(Path(scratch)).open_current(), embedder, questions)
