"""How well a stretch of text meets a question: IDF-weighted coverage, windows, the best sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from docs_store import Generation
from docs_store.vietnamese import CAPITALS, fold, folded_syllables, pairs, sentences, syllables

from .query import Asks, Question

PAIR_WEIGHT = 0.5
WINDOW = 3  # sentences that are read together
# Chosen on 220 questions of XQuAD-vi whose answers we marked ourselves (docs/retrieval.md).
_TYPE_BONUS = 0.25
_NEXT_SHARE = 0.1  # a sentence also introduces what the next one says
_SECOND_GAIN = 0.15
_TWO_WORDS = 70
_POINTS_BACK = re.compile(
    r"\W*(?:(?:anh|chị|ông|bà|cô|em) (?:ấy|ta|này|cũng|là|đã|còn|nói|cho|khẳng định|nhấn mạnh|đề nghị|có|được|sẽ)"
    r"|họ |nó |đây |đó |trong (?:đó|số đó|khi đó)|do (?:đó|vậy)|vì (?:vậy|thế)|theo đó|nhờ (?:đó|vậy)|tuy nhiên|ngoài ra"
    r"|đồng thời|bên cạnh đó|cùng với đó|sau đó|trước đó|khi đó|tại đây|qua đó"
    r"|(?:điều|việc|hành vi|quy định|nghị định|thông tư|dự án|chương trình|sự kiện|hội nghị|quyết định) (?:này|đó|trên))\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\d{1,2}[/.-]\d{1,2}|\btháng\s+\d|\bnăm\s+\d{4}|\bngày\s+\d|\b(?:19|20)\d\d\b|\d\s*giờ|\d+h\d*", re.IGNORECASE
)
_NUMBER = re.compile(r"\d|\b(?:một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|trăm|nghìn|triệu|tỷ)\b", re.IGNORECASE)
_PERSON = re.compile(
    r"(?:[Ôô]ng|[Bb]à|TS\.|PGS|GS|[Tt]rưởng|[Cc]hủ tịch|[Gg]iám đốc|[Tt]hư ký)"
    rf"[^.;]{{0,40}}[{CAPITALS}]\w+ [{CAPITALS}]\w+|(?:[{CAPITALS}]\w+ ){{2,}}"
)
_PLACE = re.compile(rf"\b(?i:tại|ở|thuộc|tỉnh|thành phố|huyện|quận|TP\.?)\s+[{CAPITALS}]\w*")
_PATTERNS = {Asks.TIME: _TIME, Asks.NUMBER: _NUMBER, Asks.PERSON: _PERSON, Asks.PLACE: _PLACE}


class Evidence:
    """What one question looks for in a generation's texts, each term weighed by how rare it is there.

    A stretch of text is read once into a set of the question's terms that it holds, kept as the
    bits of a number; joining stretches is then an `or`, and a set's weight is summed only once.
    """

    def __init__(self, question: Question, term_df: Sequence[int], pair_df: Sequence[int], passages: int) -> None:
        """term_df, pair_df: in how many of `passages` each of the question's terms and pairs stands."""
        self._pattern = _PATTERNS.get(question.asks)
        self._names = [re.compile(rf"(?<!\w){name.replace(' ', '[^a-z0-9]{1,3}')}(?!\w)") for name in question.names]
        self._said = frozenset(syllables(question.text))

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

    def _read_sentences(self, text: str, spans: Sequence[tuple[int, int]]) -> list[int]:
        """Return the same for each sentence of `text`, folded only once where folding keeps the length."""
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

    def _weight(self, found: int) -> float:
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
        return self._weight(found)

    def window(self, headline: str, text: str) -> float:
        """Return the greatest coverage, 0 to 1, by WINDOW neighbouring sentences of `text` under their headline."""
        above = self._read(headline)
        read = self._read_sentences(text, sentences(text))
        best = above
        weight = self._weight(above)
        for first in range(max(1, len(read) - WINDOW + 1)):
            found = above
            for one in read[first : first + WINDOW]:
                found |= one
            if found != best and self._weight(found) > weight:
                best, weight = found, self._weight(found)
        return weight

    def named(self, *texts: str) -> float:
        """Return which share, 0 to 1, of the names in the question stands in the texts; 1 if it names none."""
        if not self._names:
            return 1.0
        folded = "\n".join(fold(text) for text in texts)
        return sum(bool(name.search(folded)) for name in self._names) / len(self._names)

    def quote(self, text: str) -> tuple[int, int]:
        """Return the (start, end) of the sentence of `text` that answers the question best.

        Two neighbouring sentences are returned where one does not do: it opens with a word that
        points back ("Ông cũng …"), or its neighbour has a good part of what it lacks.
        """
        spans = sentences(text)
        if not spans:
            return 0, len(text)
        parts = [text[start:end] for start, end in spans]
        read = self._read_sentences(text, spans)
        met = [self._weight(found) for found in read]
        values = [
            met[n]
            + (_TYPE_BONUS if self._says_what_is_asked(parts[n]) else 0.0)
            + (_NEXT_SHARE * met[n + 1] if n + 1 < len(met) else 0.0)
            for n in range(len(parts))
        ]
        best = max(range(len(parts)), key=values.__getitem__)
        first, last = best, best
        if best and _POINTS_BACK.match(parts[best]):
            first = best - 1
        else:
            gains = {n: self._weight(read[best] | read[n]) - met[best] for n in (best - 1, best + 1) if 0 <= n < len(parts)}
            other = max(gains, key=gains.__getitem__, default=best)
            if gains.get(other, 0.0) >= _SECOND_GAIN and len(parts[best].split()) + len(parts[other].split()) <= _TWO_WORDS:
                first, last = min(best, other), max(best, other)
        return spans[first][0], spans[last][1]

    def _says_what_is_asked(self, sentence: str) -> bool:
        """Tell whether the sentence holds a thing of the kind asked for that the question does not name itself."""
        if self._pattern is None:
            return False
        return any(set(syllables(match.group())) - self._said for match in self._pattern.finditer(sentence))


def find_evidence(generation: Generation, question: Question) -> Evidence:
    """Return what the question looks for, weighed by how rare each term is in this generation."""
    lexical = generation.lexical
    term_df, pair_df = lexical.frequencies("body", question.terms), lexical.frequencies("pairs", question.pairs)
    return Evidence(question, term_df, pair_df, lexical.count)
