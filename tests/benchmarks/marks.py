"""How often the mark of a right passage holds the answer: `python -m tests.benchmarks.marks FOLDER… [--news NEWS TSV]`.

FOLDER: a BEIR folder with answers.jsonl ({_id, answers}). NEWS: JSONL (.gz, .xz) of {_id, title, lead, body}; TSV: questions
over its first 4,000 articles, with the columns split, question, article ("LINE:…", several parted by " | ") and answer.
By the kind of thing asked for; the words of a mark on the average, and its strength beside the share that is right.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import mean

from docs_store import Document
from docs_store.vietnamese import nfc, pairs, syllables
from indexer import loaders
from indexer.chunking import chunk
from retriever.evidence import Evidence
from retriever.marking import mark
from retriever.query import understand

ARTICLES = 4000


@dataclass(frozen=True, slots=True)
class Case:
    question: str
    passage: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    kind: str
    right: bool
    words: int
    strength: float


class Counts:
    """In how many of the passages each syllable and each pair of syllables stands."""

    def __init__(self, passages: Sequence[str]) -> None:
        self._passages, self._syllables, self._pairs = len(passages), Counter[str](), Counter[str]()
        for passage in passages:
            tokens = syllables(passage)
            self._syllables.update(set(tokens))
            self._pairs.update(set(pairs(tokens)))

    def evidence(self, text: str) -> Evidence:
        question = understand(text)
        term_df, pair_df = [self._syllables[term] for term in question.terms], [self._pairs[pair] for pair in question.pairs]
        return Evidence(question, term_df, pair_df, self._passages)


def main() -> None:
    """Print one table for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--news", nargs=2, type=Path, metavar=("NEWS", "TSV"))
    parser.add_argument("--split", default="dev")
    options = parser.parse_args()
    for folder in options.folders:
        report(folder.name, *_folder(folder))
    if options.news:
        report(f"{options.news[1].stem}, {options.split}", *_news(*options.news, options.split))


def report(name: str, passages: Sequence[str], cases: Iterable[Case]) -> None:
    counts = Counts(passages)
    by_kind: dict[str, list[Marked]] = defaultdict(list)
    for case in cases:
        marked = _marked(counts, case)
        by_kind[marked.kind].append(marked)
        by_kind["all"].append(marked)
    print(f"\n{name:20} {'marks':>6} {'right':>7} {'strength':>9} {'words':>6}")
    for kind, marks in sorted(by_kind.items()):
        right, strength, words = (mean(float(getattr(one, field)) for one in marks) for field in ("right", "strength", "words"))
        print(f"{kind:20} {len(marks):6} {right:7.3f} {strength:9.3f} {words:6.1f}")


def _marked(counts: Counts, case: Case) -> Marked:
    evidence = counts.evidence(case.question)
    found = mark(evidence, case.passage)
    text = case.passage[found.start : found.end]
    right = any(answer.lower() in text.lower() for answer in case.answers)
    return Marked(evidence.question.wanted.asks, right, len(text.split()), found.strength)


def _folder(folder: Path) -> tuple[list[str], list[Case]]:
    passages = {row["_id"]: nfc(row["text"]) for row in _rows(folder / "corpus.jsonl")}
    questions = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl")}
    answers = {row["_id"]: tuple(map(nfc, row["answers"])) for row in _rows(folder / "answers.jsonl")}
    lines = (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]
    right = {query_id: passages[name] for query_id, name, *_ in (line.split("\t") for line in lines)}
    cases = [Case(questions[key], right[key], answers[key]) for key in questions if key in right and key in answers]
    return list(passages.values()), [case for case in cases if any(answer in case.passage for answer in case.answers)]


def _news(news: Path, tsv: Path, split: str) -> tuple[list[str], list[Case]]:
    articles = [list(_passages(one)) for one in islice(loaders.read_many(news, lambda *_: None), ARTICLES)]
    cases = []
    with tsv.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            numbers = [int(article.partition(":")[0]) for article in row["article"].split(" | ")]
            answers = tuple(nfc(answer) for answer in row["answer"].split(" | "))
            for passage in (passage for number in numbers for passage in articles[number]):
                if row["split"] == split and any(answer.lower() in passage.lower() for answer in answers):
                    cases.append(Case(row["question"], passage, answers))
    return [passage for article in articles for passage in article], cases


def _passages(article: loaders.Extract) -> Iterator[str]:
    document = Document(doc_id="", title=article.title, pages=tuple(map(nfc, article.pages)), content_hash="", source="")
    return (passage.text for passage in chunk(document))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    return (json.loads(line) for line in path.read_text("utf-8").splitlines())


if __name__ == "__main__":
    main()
