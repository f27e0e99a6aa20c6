"""What each part of search is worth: `python -m tests.benchmarks.ablation FOLDER…` (BEIR folders).

Prints nDCG@10 as parts are added one by one, each set's corpus indexed once.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from statistics import mean

from docs_store import FieldWeights, Generations, load_embedder
from indexer import reindex
from retriever import MAX_QUESTION, FindSettings, Intent, SearchSettings, Way, search, understand, weights_for
from retriever.evaluate import DEPTH, QuestionSet, Searcher, ndcg_at_k, read_question_set

BODY = FieldWeights(body=1.0, pairs=0.0, heading=0.0, accented=0.0)
PAIRS = FieldWeights(body=1.0, pairs=0.5, heading=0.0, accented=0.0)
HEADING = FieldWeights(body=1.0, pairs=0.5, heading=0.1, accented=0.0)


def _lexical(fields: FieldWeights) -> Callable[[Searcher], Callable[[str], list[str]]]:
    return lambda searcher: (
        Searcher(searcher.generation, searcher.embedder, Path(), FindSettings(search=SearchSettings(fields=fields))).lexical
    )


def _stage(**changes: float) -> Callable[[Searcher], Callable[[str], list[str]]]:
    def stage(searcher: Searcher) -> Callable[[str], list[str]]:
        weights = replace(weights_for(searcher.generation.manifest.model), **changes)
        chosen = SearchSettings(weights=weights)
        return lambda question: searcher.documents(
            search(searcher.generation, searcher.embedder, _word_for_word(question[:MAX_QUESTION]), DEPTH, chosen).hits
        )

    return stage


def _word_for_word(text: str) -> Intent:
    question = understand(text)
    return Intent(question.text, (Way(question),))


STEPS: dict[str, Callable[[Searcher], Callable[[str], list[str]]]] = {
    "BM25, folded syllables": _lexical(BODY),
    "+ adjacent pairs at .5": _lexical(PAIRS),
    "+ headline and lead at .1": _lexical(HEADING),
    "+ syllables with marks at .8": _lexical(FieldWeights()),
    "+ cosine of the model": _stage(evidence=0.0, names=0.0, unmet=0.0),
    "+ best three sentences": _stage(names=0.0),
    "+ names": _stage(),
    "+ abbreviations and slips (hoitin)": lambda searcher: searcher.fused,
}


def main() -> None:
    """Run every step on every folder and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    folders = parser.parse_args().folders
    embedder = load_embedder("static")
    with ExitStack() as stack:
        sets: list[tuple[QuestionSet, Searcher]] = []
        for folder in folders:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            reindex(scratch, [folder / "corpus.jsonl"], embedder)
            sets.append((read_question_set(folder), Searcher(Generations(scratch).open_current(), embedder, scratch)))
        print("| | " + " | ".join(questions.name for questions, _ in sets) + " | mean |\n|---|" + "---|" * (len(sets) + 1))
        for name, step in STEPS.items():
            scores = [_ndcg(step(searcher), questions) for questions, searcher in sets]
            print(f"| {name} | " + " | ".join(f"{score:.4f}" for score in (*scores, mean(scores))) + " |", flush=True)


def _ndcg(rank: Callable[[str], list[str]], questions: QuestionSet) -> float:
    return mean(ndcg_at_k(rank(text), questions.qrels[query_id]) for query_id, text in questions.queries.items())


if __name__ == "__main__":
    main()
