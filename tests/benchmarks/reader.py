"""What the reader finds in XQuAD-vi that it was not trained on: `python -m tests.benchmarks.reader XQUAD`.

XQUAD: the folder with xquad.vi.json. Given the right passage, prints how often the sentence that holds the answer is marked by
the rules alone, by the reader alone and by both; and how well the reader tells the passage from another of the same article.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean

from docs_store import ENCODER_WEIGHTS
from docs_store.encoder.reader.examples import Example, held_out, read_xquad
from docs_store.vietnamese import pairs, syllables
from retriever import OnnxReader, Reading, understand
from retriever.evidence import Evidence
from retriever.marking import mark

Span = tuple[int, int]


def main() -> None:
    """Read, and print shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xquad", type=Path)
    articles = read_xquad(parser.parse_args().xquad, ["vi"])["vi"]
    passages = [paragraph[0].passage for paragraphs in articles.values() for paragraph in paragraphs]
    terms, neighbours = Counter[str](), Counter[str]()
    for passage in passages:
        tokens = syllables(passage)
        terms.update(set(tokens))
        neighbours.update(set(pairs(tokens)))
    reader = OnnxReader(ENCODER_WEIGHTS)
    cases: list[tuple[Example, Evidence, Reading]] = []
    here: list[float] = []
    elsewhere: list[float] = []
    for title in sorted(held_out(list(articles))):
        paragraphs = articles[title]
        for place, paragraph in enumerate(paragraphs):
            other = paragraphs[place - 1][0].passage
            for example in paragraph:
                question = understand(example.question)
                counts = [terms[term] for term in question.terms], [neighbours[pair] for pair in question.pairs]
                found, swapped = reader.read(example.question, [("", example.passage), ("", other)])
                cases.append((example, Evidence(question, *counts, len(passages)), found))
                here.append(found.score)
                elsewhere.append(swapped.score)
    print(f"{len(cases)} questions")
    print(f"the words of the answer touched {mean(_meets(one, (found.start, found.end)) for one, _, found in cases):.3f}")
    for name, span in _MARKS.items():
        marks = [(one, span(one, evidence, found)) for one, evidence, found in cases]
        words = mean(len(one.passage[start:end].split()) for one, (start, end) in marks)
        print(f"{name:22} {mean(start <= one.start and one.end <= end for one, (start, end) in marks):.3f}, {words:.0f} words")
    print(f"told from another passage of the article, AUC {_auc(here, elsewhere):.3f}")


def _meets(example: Example, span: Span) -> bool:
    return span[0] < example.end and example.start < span[1]


def _by_rules(example: Example, evidence: Evidence, reading: Reading) -> Span:
    found = mark(evidence, example.passage)
    return found.start, found.end


def _by_reader(example: Example, evidence: Evidence, reading: Reading) -> Span:
    return max(reading.sentences, key=lambda one: one[2])[:2]


def _by_both(example: Example, evidence: Evidence, reading: Reading) -> Span:
    found = mark(evidence, example.passage, reading)
    return found.start, found.end


_MARKS: dict[str, Callable[[Example, Evidence, Reading], Span]] = {
    "marked by the rules": _by_rules,
    "by the reader": _by_reader,
    "by both": _by_both,
}


def _auc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """Return how often a right one scores above a wrong one; equal ones count half."""
    return mean((one > other) + (one == other) / 2 for one in right for other in wrong)


if __name__ == "__main__":
    main()
