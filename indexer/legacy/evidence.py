"""Which stretches of a text are in which encoding: the likeliest course through its words (Viterbi).

Every word speaks for or against every encoding; changing from one to another costs, less at the start
of a line. So a short heading follows the text around it, and an English paragraph between legacy ones is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from .encodings import Encoding
from .syllables import is_vietnamese

# White space of ASCII only: a no-break space is half a letter in double UTF-8, and a letter in others.
WORDS = re.compile(r"[^ \t\n\r\f\v]+")
_ENTER, _ENTER_LINE = 9.0, 5.0  # log odds
_LEAVE, _LEAVE_LINE = 5.0, 3.0
_SPEAKS = 1.0
_TRIED = 4  # encodings in one text
_AROUND = 1500  # characters
_BREAK = re.compile(r"[ \t\n\r\f\v]")
_LINES = re.compile(r"[^\n]*\n?")


@dataclass(frozen=True, slots=True)
class Stretch:
    """text[start:end], and its encoding; None where it is Unicode already."""

    start: int
    end: int
    encoding: Encoding | None


def in_unicode(text: str, encoding: Encoding) -> str:
    """Return text converted word by word."""
    return WORDS.sub(lambda match: encoding.convert(match.group()), text)


# Signs that stand in no word of sound text: what is left of the bytes 80 to BF, alone or in double UTF-8.
_ODD = re.compile("[\x80-\x9f\xa1-\xbf\xd7\xf7]|[ÃÄÆáâ][\xa0\u0152-\u017f\u0192\u02c6-\u02dd\u2013-\u2260]")


def stretches(
    text: str,
    known: Sequence[Encoding],
    expected: Sequence[Encoding] = (),
    doubtful: Callable[[str], object] | None = None,
) -> list[Stretch]:
    """Return the stretches of text that are in one of the `known` encodings, in order.

    expected: encodings that something else speaks for, such as a font; they cost nothing to enter.
    doubtful: tells the words to choose among the encodings by; else those that are no sound Unicode.
    """
    words = list(filter(doubtful or _is_doubtful, dict.fromkeys(WORDS.findall(text))))
    if not words and not expected:
        return []
    spoken = {one: _speakers(words, one) for one in known}
    spoken = {one: said for one, said in spoken.items() if one in expected or _enough(said, one)}
    tried = sorted(spoken, key=lambda one: (one in expected, sum(spoken[one].values())), reverse=True)[:_TRIED]
    while tried:
        speakers = {word for one in tried for word in spoken[one]}
        places = [(0, len(text))] if expected else _around(text, speakers)
        found = [one for start, end in places for one in _course(text, start, end, tried, expected)]
        proofs = {one: set[str]() for one in tried}
        for stretch in found:
            if stretch.encoding:
                proofs[stretch.encoding] |= spoken[stretch.encoding].keys() & WORDS.findall(text, stretch.start, stretch.end)
        unproven = [one for one in tried if one not in expected and 0 < len(proofs[one]) < one.least]
        if not unproven:
            return found
        tried = [one for one in tried if one not in unproven]
    return []


def _around(text: str, speakers: set[str]) -> list[tuple[int, int]]:
    """Return the places, in order, where legacy text may be: some lines around every word that speaks for it."""
    places: list[tuple[int, int]] = []
    for line in _LINES.finditer(text):
        if speakers.isdisjoint(WORDS.findall(line.group())):
            continue
        start, end = _after_break(text, max(0, line.start() - _AROUND)), _after_break(text, line.end() + _AROUND)
        if places and start <= places[-1][1]:
            start, _ = places.pop()
        places.append((start, end))
    return places


def _after_break(text: str, near: int) -> int:
    """Return the next place in text where no word is cut."""
    found = _BREAK.search(text, near) if near else None
    return found.end() if found else len(text) if near else 0


@lru_cache(maxsize=100_000)  # a language has few words, and every page is made of them
def _is_doubtful(word: str) -> bool:
    return not word.isascii() and bool(_ODD.search(word) or not is_vietnamese(word))


def _speakers(words: Sequence[str], encoding: Encoding) -> dict[str, float]:
    """Return the words that speak for the encoding, and how loudly."""
    weights = ((word, encoding.weigh(word, encoding.convert(word))) for word in words)
    return {word: weight for word, weight in weights if weight > _SPEAKS}


def _enough(said: dict[str, float], encoding: Encoding) -> bool:
    return len(said) >= encoding.least and sum(said.values()) >= _ENTER_LINE + encoding.doubt


def _course(text: str, begin: int, stop: int, tried: Sequence[Encoding], expected: Sequence[Encoding]) -> Iterator[Stretch]:
    """Yield the stretches of the likeliest course; state 0 is Unicode, state n is tried[n - 1]."""
    spans = [match.span() for match in WORDS.finditer(text, begin, stop)]
    states = range(len(tried) + 1)
    doubts = [0.0, *(-_ENTER_LINE if one in expected else one.doubt for one in tried)]
    weights: dict[str, tuple[float, ...]] = {}
    scores = [0.0] + [float("-inf")] * len(tried)
    came: list[list[int]] = []
    end = -1
    for start, stop in spans:
        word = text[start:stop]
        weight = weights.get(word)
        if weight is None:
            weight = weights[word] = (0.0, *(one.weigh(word, one.convert(word)) for one in tried))
        new_line = end < 0 or "\n" in text[end:start] or "\f" in text[end:start]
        enter, leave = (_ENTER_LINE, _LEAVE_LINE) if new_line else (_ENTER, _LEAVE)
        best = max(states, key=scores.__getitem__)
        step, after = [], []
        for state in states:
            cost = leave if state == 0 else enter + doubts[state]
            source = state if scores[state] >= scores[best] - cost else best
            step.append(source)
            after.append((scores[source] - cost * (source != state)) + weight[state])
        came.append(step)
        scores = after
        end = stop
    state = max(states, key=scores.__getitem__)
    path = []
    for step in reversed(came):
        path.append(state)
        state = step[state]
    for chosen, group in groupby(zip(reversed(path), spans, strict=True), key=lambda pair: pair[0]):
        run = [span for _, span in group]
        yield Stretch(run[0][0], run[-1][1], tried[chosen - 1] if chosen else None)
