"""Questions as people type them: without marks, with half of them, with slips. The same text always gives the same result."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from docs_store.vietnamese import fold

_WORD = re.compile(r"[^\W\d_]+")
_NEIGHBOURS = {
    "a": "s", "b": "v", "c": "x", "d": "s", "e": "r", "g": "h", "h": "g", "i": "u", "k": "l", "l": "k", "m": "n", "n": "m",
    "o": "i", "p": "o", "q": "a", "r": "t", "s": "a", "t": "r", "u": "y", "v": "c", "x": "z", "y": "t",
}  # fmt: skip
_WORDS_PER_SLIP = 8


def half_accented(text: str) -> str:
    """Return the text with every other word, by chance, without its marks."""
    chance = random.Random(text)
    return _WORD.sub(lambda match: fold_case(match.group()) if chance.random() < 0.5 else match.group(), text)


def unaccented(text: str) -> str:
    """Return the text in small letters without marks."""
    return fold(text)


def mistyped(text: str) -> str:
    """Return the text with one slip in about eight words, at least one: a letter swapped, lost, doubled or beside its key."""
    chance = random.Random(text)
    words = [match for match in _WORD.finditer(text) if len(match.group()) > 2]
    chosen = set(chance.sample(range(len(words)), min(len(words), max(1, len(words) // _WORDS_PER_SLIP))))
    parts: list[str] = []
    end = 0
    for number, match in enumerate(words):
        if number in chosen:
            parts += [text[end : match.start()], _slip(match.group(), chance)]
            end = match.end()
    return "".join(parts) + text[end:]


TYPED: dict[str, Callable[[str], str]] = {"unaccented": unaccented, "half-accented": half_accented, "typos": mistyped}


def fold_case(word: str) -> str:
    """Return the word without marks, its first letter as large as it was."""
    folded = fold(word)
    return folded.capitalize() if word[0].isupper() else folded


def _slip(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    kind = chance.randrange(4)
    if kind == 0:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind == 1:
        return word[:place] + word[place + 1 :]
    if kind == 2:
        return word[:place] + word[place] + word[place:]
    return word[:place] + _NEIGHBOURS.get(fold(word[place]), word[place]) + word[place + 1 :]
