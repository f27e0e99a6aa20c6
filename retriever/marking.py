"""The mark: the words of a passage that answer a question, found by rules for each kind of question.

A sentence answers the more likely, the more of the question it has, and if it holds a thing of the kind asked for that
the question does not name itself. Two neighbours are taken together where one has what it is about and the other what is
asked, or the second points back.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from docs_store.vietnamese import CAPITALS, fold, sentences, syllables

from .evidence import Evidence
from .kinds import Asks, Wanted, telling, telling_folded
from .reading import Reading

# Shares of a value in which 1 is all the words of the question. Chosen on the sets of docs/retrieval.md.
_HOLDS = 0.3  # for a thing of the kind asked for
_BESIDE = 0.2  # of what a neighbour has more of the question, for a sentence that holds such a thing
_SECOND = 0.12  # what a second sentence has to bring
_BACK = 0.1  # for a second sentence that points back to the first
_ASKING = 0.3  # against a sentence that asks itself
_READER = 0.3  # for the sentence that the reader is sure of
_DOUBTED = 0.2  # share of that where the reader finds no answer in the passage
_TWO_WORDS = 90
_UNSURE, _AHEAD = 0.55, 0.15  # how often a mark as good as the next sentence is wrong, and how fast that falls
_DOUBTFUL = {Asks.BODY: 0.5, Asks.LIST: 0.5}  # kinds that are told in many ways
# What a name is worth: of the kind asked for but another noun, of another kind, of no known one, of a single word.
_OTHER_NOUN, _OTHER_KIND, _NO_KIND, _ONE_WORD = 0.7, 0.1, 0.6, 0.4

_POINTS_BACK = re.compile(
    r"\W*(?:(?:anh|chị|ông|bà|cô|em) (?:ấy|ta|này|cũng|là|đã|còn|nói|cho|khẳng định|nhấn mạnh|đề nghị|có|được|sẽ)"
    r"|họ |nó |đây |đó |trong (?:đó|số đó|khi đó)|do (?:đó|vậy)|vì (?:vậy|thế)|theo đó|nhờ (?:đó|vậy)|tuy nhiên|ngoài ra"
    r"|đồng thời|bên cạnh đó|cùng với đó|sau đó|trước đó|khi đó|tại đây|qua đó"
    r"|(?:điều|việc|hành vi|quy định|nghị định|thông tư|dự án|chương trình|sự kiện|hội nghị|quyết định) (?:này|đó|trên))\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"\?[\"”’)]*$")


@dataclass(frozen=True, slots=True)
class Mark:
    """The (start, end) of the words of a passage that answer best.

    strength: how likely, 0 to 1, these are the words if the passage has the answer at all; whether it has tells the
    confidence.
    """

    start: int
    end: int
    strength: float


class Marking:
    """A passage looked at for one question: which of its words answer, and how well others would."""

    def __init__(self, evidence: Evidence, text: str, reading: Reading | None = None) -> None:
        """reading: what the reader found in it, if there is one."""
        self._text, self._evidence, self._wanted = text, evidence, evidence.question.wanted
        self._said = frozenset(syllables(evidence.question.text))
        self._spans = sentences(text) or [(0, len(text))]
        parts = [text[start:end] for start, end in self._spans]
        self._read = evidence.read_sentences(text, self._spans)
        self._met = [evidence.weight(found) for found in self._read]
        self._holds = [holding(self._wanted, part, self._said) for part in parts]
        self._words = [len(part.split()) for part in parts]
        self._back = [bool(_POINTS_BACK.match(part)) for part in parts]
        self._asking = [bool(_QUESTION.search(part)) for part in parts]
        trusted = _READER * (_DOUBTED + (1 - _DOUBTED) * reading.likelihood) if reading else 0.0
        self._found = [trusted * share for share in reading.shares()] if reading else [0.0] * len(parts)

    def mark(self) -> Mark:
        """Return the sentence that answers best, or the two neighbours that do so only together."""
        holds, places = self._holds, range(len(self._spans))
        ones = [self._one(n, holds[n]) for n in places]
        values = {(n, n): ones[n] for n in places}
        values |= {(n, n + 1): self._two(n, max(holds[n : n + 2])) for n in places if self._may_join(n)}
        first, last = max(values, key=values.__getitem__)
        ahead = values[first, last] - max((ones[n] for n in places if not first <= n <= last), default=0.0)
        return Mark(self._spans[first][0], self._spans[last][1], 1 - _UNSURE * math.exp(-max(0.0, ahead) / _AHEAD))

    def _may_join(self, n: int) -> bool:
        return 0 <= n < len(self._spans) - 1 and sum(self._words[n : n + 2]) <= _TWO_WORDS

    def _one(self, n: int, holds: float) -> float:
        met, beside = self._met[n], max(self._met[max(0, n - 1) : n + 2])
        return met + _HOLDS * holds + _BESIDE * holds * (beside - met) - _ASKING * self._asking[n] + self._found[n]

    def _two(self, n: int, holds: float) -> float:
        met = self._evidence.weight(self._read[n] | self._read[n + 1])
        by_rules = met + _HOLDS * holds - _SECOND + _BACK * self._back[n + 1] - _ASKING * max(self._asking[n : n + 2])
        return by_rules + max(self._found[n : n + 2])


def mark(evidence: Evidence, text: str, reading: Reading | None = None) -> Mark:
    """Return the words of `text` that answer the question of `evidence` best. reading: what the reader found in it."""
    return Marking(evidence, text, reading).mark()


# --- things that answer ---------------------------------------------------------------------

_NUMERAL = re.compile(
    r"(?<![\w/.,-])(?:\d+(?:[.,]\d+)*(?![\d/]|[.,]\d)"
    r"|(?:hai|ba|bốn|năm(?! (?:\d|nay|qua|ngoái|trước|sau|tới))|sáu|bảy|tám|chín|mười"
    r"|(?:một|hàng|vài)(?= (?:chục|trăm|nghìn|triệu|tỷ)))"
    r"(?: ?(?:mươi|mười|một|hai|ba|bốn|tư|năm|lăm|sáu|bảy|tám|chín|chục|trăm|vạn))*(?!\w))"
)
_YEAR = re.compile(r"(?:1\d|20)\d\d")
_BEFORE, _AFTER = 12, 40  # characters beside a numeral in which its unit may stand
_CLAUSE_END = re.compile(r"[,;:.!?](?:\s|$)|\n")
_UNIT = re.compile(r"%|°\s?[cf]?|[^\W_]+(?:/[^\W_]+)?[²³]?")
_UNIT_WITHIN = 5  # words
_HOUR = r"\d{1,2}\s*(?:giờ|h)(?:\s*\d{1,2})?(?!\w)"
_DAY = r"\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?(?!\d)|ngày\s+\d{1,2}|\d{1,2}\s+tháng\s+\d"
_IN_YEAR = r"năm\s+\d{3,4}|(?<![\d.,/])(?:1\d|20)\d\d(?![\d.,]\d)|thế kỷ\s+\w+"
_OTHER_TIME = (
    r"tháng\s+\d+|quý\s+[IV\d]+|thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật|hôm (?:nay|qua|trước|sau)"
    r"|mùa (?:xuân|hè|thu|đông)|thập niên \d+"
)
_TIMES = {
    "hour": re.compile(_HOUR, re.IGNORECASE),
    "day": re.compile(_DAY, re.IGNORECASE),
    "year": re.compile(rf"{_IN_YEAR}|\d{{1,2}}/\d{{1,2}}/\d{{4}}", re.IGNORECASE),
    "": re.compile("|".join((_HOUR, _DAY, _IN_YEAR, _OTHER_TIME)), re.IGNORECASE),
}
_SOME_TIME = re.compile(
    r"(?<!\w)(?:rạng sáng|sáng|trưa|chiều|tối|đêm|hôm|tuần|tháng|năm|ngày|khi|sau|trước|đến|từ)"
    r" (?:nay|qua|này|tới|sau|trước|mai|khi|đây|đó)(?!\w)",
    re.IGNORECASE,
)
_CAPITAL = rf"[{CAPITALS}][\w’'-]*"
_NAME = re.compile(rf"(?<!\w){_CAPITAL}(?: {_CAPITAL}){{0,5}}")
_EDGES = ".,;:()\"“”'‘’[]-–"
_LISTED = re.compile(r"[,;]\s")
_QUOTED = re.compile(r"[“\"”]")


def holding(want: Wanted, text: str, said: frozenset[str]) -> float:
    """Return how surely, 0 to 1, `text` holds a thing of the kind asked for that is not `said`, folded, by the question."""
    return _DOUBTFUL.get(want.asks, 1.0) * _RULES.get(want.asks, _told)(want, text, said)


def _told(want: Wanted, text: str, said: frozenset[str]) -> float:
    for role, share in (("tells", 1.0), ("hints", 0.5)):
        pattern = _words(want.asks, role)
        if pattern and _is_new(pattern, text, said):
            return share
    return 0.0


def _is_new(pattern: re.Pattern[str], text: str, said: frozenset[str]) -> bool:
    return any(not said.issuperset(syllables(found.group())) for found in pattern.finditer(text))


@cache
def _words(asks: Asks, role: str = "tells") -> re.Pattern[str] | None:
    words = sorted(telling(asks, role), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE) if words else None


def _number(want: Wanted, text: str, said: frozenset[str]) -> float:
    """Return the most that a quantity in it is worth: no year, no day, no article of a law."""
    text = text.lower()
    best = 0.0
    for found in _NUMERAL.finditer(text):
        clause = text[found.end() : found.end() + _AFTER]
        end = _CLAUSE_END.search(clause)
        following = [fold(unit) for unit in _UNIT.findall(clause[: end.start()] if end else clause)]
        in_figures = found.group()[0].isdigit()
        before = syllables(text[max(0, found.start() - _BEFORE) : found.start()])[-1:]
        counts_nothing = before and (before[0] in telling_folded(Asks.NUMBER, "ordinal") or before[0] == "nam")
        is_year = not following and _YEAR.fullmatch(found.group())
        if not (in_figures and (counts_nothing or is_year)) and not said.issuperset(syllables(found.group())):
            best = max(best, _counting(want.of, following, in_figures=in_figures))
    return best


def _counting(units: Sequence[str], following: Sequence[str], *, in_figures: bool) -> float:
    if not units:
        return 1.0 if in_figures else 0.5
    multiples = telling_folded(Asks.NUMBER, "multiple") - set(units)
    counted = " ".join([word for word in following if word not in multiples][:_UNIT_WITHIN]) + " "
    if any(counted.startswith(f"{unit} ") for unit in units):
        return 1.0
    if any(f" {unit} " in counted for unit in units):
        return 0.7
    return 0.3 if in_figures else 0.0


def _time(want: Wanted, text: str, said: frozenset[str]) -> float:
    asked = _TIMES[want.of[0] if want.of else ""]
    shares = ((asked, 1.0), (_TIMES[""], 0.5), (_SOME_TIME, 0.3))
    return next((share for pattern, share in shares if _is_new(pattern, text, said)), 0.0)


def _name(want: Wanted, text: str, said: frozenset[str]) -> float:
    """Return the most that a name in it is worth of which the question does not say most."""
    best = 0.0
    for found in _NAME.finditer(text):
        own = syllables(found.group())
        if sum(syllable in said for syllable in own) * 2 <= len(own):
            best = max(best, _naming(want, text, found))
    return best


def _naming(want: Wanted, text: str, name: re.Match[str]) -> float:
    own = _lower(text[name.start() : name.start() + 40])[:3]
    before = _lower(text[max(0, name.start() - 40) : name.start()])[-4:]
    kind = _kind_of(own, before, whole=" " in name.group())
    if kind is want.asks:
        near = f" {fold(' '.join((*before, *own)))} "
        return 1.0 if not want.of or any(f" {noun} " in near for noun in want.of) else _OTHER_NOUN
    if kind:
        return _OTHER_KIND
    if " " in name.group():
        return _NO_KIND
    return _ONE_WORD if name.start() else 0.0  # the first word of a sentence has a capital anyway


def _kind_of(own: Sequence[str], before: Sequence[str], *, whole: bool) -> Asks | None:
    """Return what a name is of, told by its own first words or else by the nearest before it; None if nothing tells."""
    if whole and own[0] in _before_names(Asks.PERSON, "surname"):
        return Asks.PERSON
    stretches = [own[:size] for size in (3, 2, 1)]
    stretches += [before[max(0, stop - size) : stop] for stop in range(len(before), 0, -1) for size in (3, 2, 1)]
    for words in map(" ".join, stretches):
        for asks in (Asks.PERSON, Asks.BODY, Asks.PLACE):
            if words in _before_names(asks):
                return asks
    return None


def _lower(text: str) -> list[str]:
    return [word.strip(_EDGES).lower() for word in text.split()]


@cache
def _before_names(asks: Asks, role: str = "tells") -> frozenset[str]:
    return frozenset(telling(asks, role))


def _list(want: Wanted, text: str, said: frozenset[str]) -> float:
    listed = min(len(_LISTED.findall(text)), 3) / 6
    return _told(want, text, said) / 2 + listed


def _saying(want: Wanted, text: str, said: frozenset[str]) -> float:
    return 0.7 * _told(want, text, said) + 0.3 * bool(_QUOTED.search(text))


def _noun(want: Wanted, text: str, said: frozenset[str]) -> float:
    """Return whether it names the very thing that "nào" was asked of."""
    spoken = f" {' '.join(syllables(text))} "
    return sum(f" {noun} " in spoken for noun in want.of) / 2


_RULES: dict[Asks, Callable[[Wanted, str, frozenset[str]], float]] = {
    Asks.NUMBER: _number,
    Asks.TIME: _time,
    Asks.PERSON: _name,
    Asks.BODY: _name,
    Asks.PLACE: _name,
    Asks.LIST: _list,
    Asks.SAYING: _saying,
    Asks.ANYTHING: _noun,
}
