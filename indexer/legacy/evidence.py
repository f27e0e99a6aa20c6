"""Which stretches of a text are in which encoding: the likeliest course through its words (Viterbi).

Every word speaks for or against every encoding; changing from one to another costs, less at the start
of a line. So a short heading follows the text around it, and an English paragraph between legacy ones is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from .encodings import Encoding
from .syllables import is_vietnamese

# White space of ASCII only: a no-break space is half a letter in double UTF-8, and a letter in others.
WORDS = re.compile(r"[^ \t\n\r\f\v]+")
_ENTER, _ENTER_LINE = 9.0, 5.0  # log odds
_LEAVE, _LEAVE_LINE = 5.0, 3.0
_SAMPLE = 3000  # different words to choose the encodings by


@dataclass(frozen=True, slots=True)
class Stretch:
    """text[start:end], and its encoding; None where it is Unicode already."""

    start: int
    end: int
    encoding: Encoding | None


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
    tried = [one for one in known if one in expected or _speaks(words[:_SAMPLE], one)]
    while tried:
        found = list(_course(text, tried, expected))
        unproven = {one.encoding for one in found if one.encoding and not _proven(text, one.encoding, found, expected)}
        if not unproven:
            return found
        tried = [one for one in tried if one not in unproven]
    return []


def _is_doubtful(word: str) -> bool:
    return not word.isascii() and bool(_ODD.search(word) or not is_vietnamese(word))


def _speaks(words: Sequence[str], encoding: Encoding) -> bool:
    """Tell whether enough words speak for the encoding to look closer."""
    gains = [weight for word in words if (weight := encoding.weigh(word, encoding.convert(word))) > 1]
    return len(gains) >= encoding.least and sum(gains) >= _ENTER_LINE + encoding.doubt


def _proven(text: str, encoding: Encoding, found: list[Stretch], expected: Sequence[Encoding]) -> bool:
    if encoding in expected:
        return True
    proofs: set[str] = set()
    for one in found:
        if one.encoding is encoding:
            words = set(WORDS.findall(text, one.start, one.end))
            proofs.update(word for word in words if encoding.weigh(word, encoding.convert(word)) > 1)
            if len(proofs) >= encoding.least:
                return True
    return False


def _course(text: str, tried: Sequence[Encoding], expected: Sequence[Encoding]) -> Iterator[Stretch]:
    """Yield the stretches of the likeliest course; state 0 is Unicode, state n is tried[n - 1]."""
    spans = [match.span() for match in WORDS.finditer(text)]
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
