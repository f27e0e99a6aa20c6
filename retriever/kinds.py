"""What kind of thing would answer a question, read off its question words: with marks or without, in any case of letters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from docs_store.vietnamese import accented_syllables, fold

_TABLE = Path(__file__).parent / "kinds.tsv"
_LONGEST = 5  # syllables of a phrase in it
_WHICH = frozenset({"nào", "gì", "nao", "gi"})
_MANY = frozenset({"những", "các", "mấy", "nhung", "cac", "may"})
_NO_NOUN = frozenset({"là", "cái", "như", "thế", "làm", "la", "cai", "nhu", "the", "lam", "điều", "dieu", "việc", "viec"})
_ACRONYM = re.compile(r"\bAI\b")  # artificial intelligence; "ai" and "Ai" ask who
# Without their marks these are also other words (đầu, nhiều, máy): so they ask only at the end, or before one of these.
_BARE = {
    "dau": "",
    "nhieu": "tien dong ty trieu phan tuoi km",
    "may": "nguoi gio nam thang ngay lan tuoi ty trieu cai con phan nuoc tinh vu ca",
}
_CLOSING = frozenset(["vay", "the", "a", "nhi", "ha", "do", "roi", "day"])  # may follow the last question word

Words = tuple[str, ...]


class Asks(StrEnum):
    """The kind of thing that a question asks for."""

    PERSON = "person"
    BODY = "body"  # an office, a company, a club
    TIME = "time"
    NUMBER = "number"
    PLACE = "place"
    REASON = "reason"
    LIST = "list"
    SAYING = "saying"  # what somebody said
    MANNER = "manner"
    YES_NO = "yes-no"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What would answer: a kind of thing, and of what.

    of: folded, the likeliest first, empty for any. The units of a number; "year", "day" or "hour" of a time; of all
    else the noun before "nào": ("hon dao", "dao").
    """

    asks: Asks
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Phrase:
    asks: Asks
    start: int
    stop: int


def wanted(question: str) -> Wanted:
    """Return what would answer `question`."""
    tokens = accented_syllables(question if question.isupper() else _ACRONYM.sub(" ", question))
    if found := [*_phrases(tokens, "asks"), *_nouns(tokens)]:
        return _completed(min(found, key=lambda phrase: (phrase.start, -phrase.stop)), tokens)
    if tokens and (asks := _known(tokens[:1], "opens")):
        return Wanted(asks)
    if found := list(_phrases(tokens, "lightly")):
        return Wanted(max(found, key=lambda phrase: phrase.stop).asks)
    if any(_known(tokens[-length:], "ends") for length in range(1, _LONGEST)):
        return Wanted(Asks.YES_NO)
    if found := list(_phrases(tokens, "last")):
        return _completed(found[0], tokens)
    return Wanted(Asks.ANYTHING, _which(tokens))


@cache
def telling(asks: Asks, role: str = "tells") -> Words:
    """Return the words of a kind that have this role in the table."""
    return tuple(word for kind, of_role, words in _rows() if (kind, of_role) == (asks, role) for word in words.split(", "))


@cache
def telling_folded(asks: Asks, role: str = "tells") -> frozenset[str]:
    """Return the same, without their marks."""
    return frozenset(fold(word) for word in telling(asks, role))


# --- the table ------------------------------------------------------------------------------


@cache
def _rows() -> tuple[tuple[str, str, str], ...]:
    lines = (line for line in _TABLE.read_text("utf-8").splitlines() if not line.startswith("#"))
    return tuple((kind, role, words) for kind, role, words in (line.split("\t") for line in lines))


@cache
def _by_words(role: str) -> dict[Words, list[tuple[Asks, Words]]]:
    """Return folded words -> what they are with their marks, and of which kind."""
    found: dict[Words, list[tuple[Asks, Words]]] = {}
    for kind, of_role, words in _rows():
        if of_role == role:
            for word in words.split(", "):
                phrase = tuple(accented_syllables(word))
                found.setdefault(_folded(phrase), []).append((Asks(kind), phrase))
    return found


@cache
def _measures() -> tuple[tuple[frozenset[str], Words], ...]:
    """Return the folded words that ask for a measure, with its folded units."""
    rows = (row for row in _rows() if row[0] == "measure")
    return tuple((frozenset(fold(asked).split(", ")), tuple(fold(units).split(", "))) for _, asked, units in rows)


# --- in a question --------------------------------------------------------------------------


def _folded(words: Sequence[str]) -> Words:
    return tuple(fold(word) for word in words)


def _known(tokens: Sequence[str], role: str) -> Asks | None:
    """Return the kind whose words the tokens are, each with its marks or without any."""
    for asks, phrase in _by_words(role).get(_folded(tokens), ()):
        if all(token in (word, fold(word)) for token, word in zip(tokens, phrase, strict=True)):
            return asks
    return None


def _phrases(tokens: Sequence[str], role: str) -> Iterator[_Phrase]:
    for start in range(len(tokens)):
        for stop in range(start + 1, min(start + _LONGEST, len(tokens)) + 1):
            asks = _known(tokens[start:stop], role)
            if asks and (stop > start + 1 or _asks_bare(tokens, start)):
                yield _Phrase(asks, start, stop)


def _nouns(tokens: Sequence[str]) -> Iterator[_Phrase]:
    """Yield what stands before "nào" and "gì", where that tells the kind."""
    for place, token in enumerate(tokens):
        starts = range(max(0, place - _LONGEST), place) if token in _WHICH else ()
        for start in starts:
            if asks := _known(tokens[start:place], "noun") or _known(tokens[start:place], "broad"):
                yield _Phrase(Asks.LIST if start and tokens[start - 1] in _MANY else asks, start, place + 1)
                break


def _asks_bare(tokens: Sequence[str], place: int) -> bool:
    """Tell whether one syllable asks: typed with its marks, at the end, or before what it may count."""
    before = _BARE.get(tokens[place])
    following = _folded(tokens[place + 1 :])
    return before is None or set(following) <= _CLOSING or following[0] in before.split()


def _completed(phrase: _Phrase, tokens: Sequence[str]) -> Wanted:
    said = _folded(tokens[phrase.start : phrase.stop])
    if phrase.asks is Asks.NUMBER:
        return Wanted(Asks.NUMBER, _counted(phrase, _folded(tokens)))
    if phrase.asks is Asks.TIME:
        part = "hour" if "gio" in said else "day" if {"ngay", "hom", "thu"} & set(said) else "year" if "nam" in said else ""
        return Wanted(Asks.TIME, (part,) if part else ())
    noun = _known(tokens[phrase.start : phrase.stop - 1], "noun") if said[-1] in _WHICH else None
    return Wanted(phrase.asks, (" ".join(said[:-1]),) if noun else ())


def _counted(phrase: _Phrase, folded: Words) -> Words:
    """Return the units of the number that is asked for."""
    after = folded[phrase.stop :]
    if after and after[0] in telling_folded(Asks.NUMBER, "classifier"):
        after = after[1:]
    if after and after[0] not in telling_folded(Asks.NUMBER, "uncounted"):
        likely = (" ".join(after[:2]), after[0])
        return next((units for words in likely if (units := _units(words, told=True))), likely)
    # "giá vé là bao nhiêu": the nearest word before it that is measured, unless it says so itself ("bao xa").
    stop = phrase.stop
    nearest = (" ".join(folded[last - size : last]) for last in range(stop, 0, -1) for size in (2, 1) if last >= size)
    said = " ".join(folded[phrase.start : stop])
    return next((units for words in (said, *nearest) if (units := _units(words))), ())


def _units(words: str, *, told: bool = False) -> Words:
    """Return in which units what `words` ask for is told; told: or the very unit that they are."""
    for asked, units in _measures():
        if words in asked:
            return units
        if told and words in units:
            return (words,)
    return ()


def _which(tokens: Sequence[str]) -> Words:
    """Return the noun before "nào" or "gì", of two syllables and of one."""
    for place, token in enumerate(tokens):
        if token in _WHICH and place and tokens[place - 1] not in _NO_NOUN:
            noun = _folded(tokens[max(0, place - 2) : place])
            return (" ".join(noun), noun[-1]) if len(noun) > 1 else noun
    return ()
