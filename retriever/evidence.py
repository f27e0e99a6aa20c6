"""How well a stretch of text meets a question: IDF-weighted coverage, and the best sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from docs_store.vietnamese import pairs, sentences, syllables

from .query import Asks, Question

PAIR_WEIGHT = 0.5
_TYPE_BONUS = 0.25
_TIME = re.compile(
    r"\d{1,2}[/.-]\d{1,2}|\btháng\s+\d|\bnăm\s+\d{4}|\bngày\s+\d|\b(?:19|20)\d\d\b|\d\s*giờ|\d+h\d*", re.IGNORECASE
)
_NUMBER = re.compile(r"\d|\b(?:một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|trăm|nghìn|triệu|tỷ)\b", re.IGNORECASE)
_UPPER = r"[A-ZÀ-ÝĂĐĨŨƠƯẠ-Ỹ]"
_PERSON = re.compile(
    r"(?:[Ôô]ng|[Bb]à|TS\.|PGS|GS|[Tt]rưởng|[Cc]hủ tịch|[Gg]iám đốc|[Tt]hư ký)"
    rf"[^.;]{{0,40}}{_UPPER}\w+ {_UPPER}\w+|(?:{_UPPER}\w+ ){{2,}}"
)
_PLACE = re.compile(rf"\b(?:tại|ở|thuộc|tỉnh|thành phố|huyện|quận|TP\.?)\s+{_UPPER}", re.IGNORECASE)
_PATTERNS = {Asks.TIME: _TIME, Asks.NUMBER: _NUMBER, Asks.PERSON: _PERSON, Asks.PLACE: _PLACE}


@dataclass(frozen=True, slots=True)
class Weights:
    """IDF of a question's terms and pairs in one generation: rare terms say more."""

    terms: dict[str, float]
    pairs: dict[str, float]

    @property
    def total(self) -> float:
        return sum(self.terms.values()) + sum(self.pairs.values())


def idf_weights(question: Question, term_df: Sequence[int], pair_df: Sequence[int], passages: int) -> Weights:
    """Return the weights of a question's terms, from how many of `passages` hold each."""

    def idf(df: int) -> float:
        return math.log(1 + (passages - min(df, passages) + 0.5) / (df + 0.5))

    return Weights(
        {term: idf(df) for term, df in zip(question.terms, term_df, strict=True)},
        # A pair that stands nowhere is how people phrase things, not what they ask about: it costs less.
        {pair: PAIR_WEIGHT * idf(df) * (1.0 if df else 0.3) for pair, df in zip(question.pairs, pair_df, strict=True)},
    )


def coverage(weights: Weights, *texts: str) -> float:
    """Return which share, 0 to 1, of the question's weight stands in the texts."""
    if weights.total <= 0:
        return 0.0
    present: set[str] = set()
    present_pairs: set[str] = set()
    for text in texts:
        tokens = syllables(text)
        present.update(tokens)
        present_pairs.update(pairs(tokens))
    met = sum(weight for term, weight in weights.terms.items() if term in present)
    met += sum(weight for pair, weight in weights.pairs.items() if pair in present_pairs)
    return met / weights.total


def best_sentence(question: Question, weights: Weights, text: str) -> tuple[int, int]:
    """Return the (start, end) of the sentence of `text` that answers the question best."""
    spans = sentences(text)
    if not spans:
        return 0, len(text)
    pattern = _PATTERNS.get(question.asks)

    def value(span: tuple[int, int]) -> float:
        sentence = text[span[0] : span[1]]
        score = coverage(weights, sentence)
        if pattern and pattern.search(sentence):
            score += _TYPE_BONUS
        return score - 0.0005 * len(sentence.split())  # of two that say as much, the shorter

    return max(spans, key=value)
