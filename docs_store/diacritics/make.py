"""Count the syllables and neighbours of Vietnamese texts: the table by which marks are put back.

    python -m docs_store.diacritics.make OUT.npz FILE…

FILE: .jsonl or .jsonl.xz, whose texts (`text` or `body`) are counted, each line of them once. Takes a minute; the same
texts give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from ..vietnamese import fold, nfc, one_tone_placement
from .counts import FIRST_FORM, Counts, class_of

QUESTIONS_FILE = Path(__file__).parent / "questions.txt"
QUESTIONS_TIMES = 100  # each is counted so often: encyclopaedia and law have few questions
LEAST = 5  # times that a form or a pair has to stand in the texts
_LONGEST = 7  # letters of a syllable
_LEAST_LINE = 20  # characters; what is shorter is a heading or a cell of a table
_TOKEN = re.compile(r"[^\W_]+|[^\w\s]")
_LETTERS = re.compile(r"[a-zàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ]+")


def read_lines(paths: Iterable[Path]) -> Iterator[str]:
    """Yield each line of the texts once. What has no mark at all is left out: it is likely of another language."""
    known: set[str] = set()
    for path in paths:
        with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as stream:
            for record in map(json.loads, stream):
                for line in (record.get("text") or record.get("body") or "").split("\n"):
                    if len(line) >= _LEAST_LINE and line not in known and fold(line) != line.lower():
                        known.add(line)
                        yield line


def count(lines: Iterable[str], questions: Iterable[str]) -> Counts:
    """Return the table of these lines, and of questions that count many times each."""
    tokens: Counter[str] = Counter()
    neighbours: Counter[tuple[str, str]] = Counter()
    for line in lines:
        found = _TOKEN.findall(nfc(line).lower())
        tokens.update(found)
        neighbours.update(pairwise(found))
    for question in questions:
        found = [".", *_TOKEN.findall(nfc(question).lower())]
        tokens.update(found * QUESTIONS_TIMES)
        neighbours.update([*pairwise(found)] * QUESTIONS_TIMES)
    forms = _forms(tokens)
    ids = {form: place for place, form in enumerate(forms, FIRST_FORM)}
    id_of = {token: ids.get(one_tone_placement(token), class_of(token)) for token in tokens}
    singles = np.zeros(FIRST_FORM + len(forms))
    for token, times in tokens.items():
        singles[id_of[token]] += times
    pairs: Counter[tuple[int, int]] = Counter()
    for (first, second), times in neighbours.items():
        pairs[id_of[first], id_of[second]] += times
    kept = sorted(pair for pair, times in pairs.items() if times >= LEAST)
    firsts, seconds = np.array(kept, dtype=np.int64).T
    return Counts(forms, singles, firsts, seconds, np.array([float(pairs[pair]) for pair in kept]))


def _forms(tokens: Counter[str]) -> list[str]:
    """Return the syllables of the table: those that have marks, and those that are the same without them."""
    times: Counter[str] = Counter()
    for token, count in tokens.items():
        if _LETTERS.fullmatch(token) and len(token) <= _LONGEST:
            times[one_tone_placement(token)] += count
    often = [form for form, count in times.items() if count >= LEAST]
    have_marks = {fold(form) for form in often if fold(form) != form}
    return sorted(form for form in often if fold(form) in have_marks)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("texts", type=Path, nargs="+", metavar="FILE")
    given = parser.parse_args()
    counts = count(read_lines(given.texts), QUESTIONS_FILE.read_text(encoding="utf-8").splitlines())
    counts.save(given.out)
    print(f"{counts}, {given.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
