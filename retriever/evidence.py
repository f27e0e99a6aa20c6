"""How well a stretch of text meets a question: IDF-weighted coverage, windows of sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from docs_store import Generation
from docs_store.vietnamese import fold, folded_syllables, pairs, sentences

from .query import Question

PAIR_WEIGHT = 0.5
WINDOW = 3  # sentences that are read together


class Evidence:
    """What one question looks for in a generation's texts, each term weighed by how rare it is there.

    A stretch of text is read once into a set of the question's terms that it holds, kept as the
    bits of a number; joining stretches is then an `or`, and a set's weight is summed only once.
    """

    def __init__(self, question: Question, term_df: Sequence[int], pair_df: Sequence[int], passages: int) -> None:
        """term_df, pair_df: in how many of `passages` each of the question's terms and pairs stands."""
        self.question = question
        self._names = [re.compile(rf"(?<!\w){name.replace(' ', '[^a-z0-9]{1,3}')}(?!\w)") for name in question.names]

        def idf(df: int) -> float:
            return math.log(1 + (passages - min(df, passages) + 0.5) / (df + 0.5))

        # A pair that stands nowhere is how people phrase things, not what they ask about: it costs less.
        weights = [idf(df) for df in term_df] + [PAIR_WEIGHT * idf(df) * (1.0 if df else 0.3) for df in pair_df]
        self._weights = weights
        self._bits = {key: 1 << n for n, key in enumerate((*question.terms, *question.pairs))}
        self._total = sum(weights)
        self._known: dict[int, float] = {0: 0.0}

    def _read(self, text: str) -> int:
        """Return which of the question's terms and pairs stand in `text`, as bits."""
        return self._read_folded(fold(text))

    def read_sentences(self, text: str, spans: Sequence[tuple[int, int]]) -> list[int]:
        """Return which of them stand in each sentence of `text`, as bits; folded only once where folding keeps the length."""
        folded = fold(text)
        if len(folded) != len(text):
            return [self._read(text[start:end]) for start, end in spans]
        return [self._read_folded(folded[start:end]) for start, end in spans]

    def _read_folded(self, folded: str) -> int:
        bits = self._bits
        tokens = folded_syllables(folded)
        found = 0
        for token in bits.keys() & set(tokens):
            found |= bits[token]
        if found:
            for pair in bits.keys() & set(pairs(tokens)):
                found |= bits[pair]
        return found

    def weight(self, found: int) -> float:
        """Return which share, 0 to 1, of the question's weight the terms and pairs in these bits are."""
        weight = self._known.get(found)
        if weight is None:
            weight = sum(weight for n, weight in enumerate(self._weights) if found >> n & 1) / self._total
            self._known[found] = weight
        return weight

    def coverage(self, *texts: str) -> float:
        """Return which share, 0 to 1, of the question's weight stands in the texts."""
        found = 0
        for text in texts:
            found |= self._read(text)
        return self.weight(found)

    def lack(self, *texts: str) -> float:
        """Return the share, 0 to 1, of the question's weight that its heaviest word or pair has which the texts lack."""
        found = 0
        for text in texts:
            found |= self._read(text)
        return max((weight for n, weight in enumerate(self._weights) if not found >> n & 1), default=0.0) / self._total

    def window(self, headline: str, text: str) -> float:
        """Return the greatest coverage, 0 to 1, by WINDOW neighbouring sentences of `text` under their headline."""
        above = self._read(headline)
        read = self.read_sentences(text, sentences(text))
        best = above
        weight = self.weight(above)
        for first in range(max(1, len(read) - WINDOW + 1)):
            found = above
            for one in read[first : first + WINDOW]:
                found |= one
            if found != best and self.weight(found) > weight:
                best, weight = found, self.weight(found)
        return weight

    def named(self, *texts: str) -> float:
        """Return which share, 0 to 1, of the names in the question stands in the texts; 1 if it names none."""
        if not self._names:
            return 1.0
        folded = "\n".join(fold(text) for text in texts)
        return sum(bool(name.search(folded)) for name in self._names) / len(self._names)


def find_evidence(generation: Generation, question: Question) -> Evidence:
    """Return what the question looks for, weighed by how rare each term is in this generation."""
    lexical = generation.lexical
    term_df, pair_df = lexical.frequencies("body", question.terms), lexical.frequencies("pairs", question.pairs)
    return Evidence(question, term_df, pair_df, lexical.count)
