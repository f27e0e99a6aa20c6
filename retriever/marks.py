"""Patterns over Vietnamese as people type it.

A pattern is written with its marks. A word typed without marks may be any word of those letters; a
word typed with marks is only itself, so that "quỹ" is never "quý", nor "tuân" "tuần".
"""

from __future__ import annotations

import re

from docs_store.vietnamese import fold, nfc

_LOOK_BEHIND = re.compile(r"(\(\?<[!=][^)]*\))")  # has to be of one width, so it stays as it is
_MARKED = re.compile(r"[À-ỹ]")
_SPACE = re.compile(r" (?![?*{])")


def lowered(text: str) -> str:
    """Return the text in NFC and small letters, as long as it is in NFC: what the patterns are matched on."""
    text = nfc(text)
    small = text.lower()
    return small if len(small) == len(text) else "".join(char.lower()[0] for char in text)


def typed(pattern: str) -> str:
    """Return the regular expression in which each marked letter may be bare, and a space is one to three."""
    pieces = _LOOK_BEHIND.split(nfc(pattern))
    return "".join(piece if place % 2 else _loose(piece) for place, piece in enumerate(pieces))


def not_after(words: str) -> str:
    """Return a look-behind for none of these words, with their marks or without."""
    return "".join(f"(?<!{form} )" for word in nfc(words).split() for form in dict.fromkeys((word, fold(word))))


def _loose(pattern: str) -> str:
    return _SPACE.sub(" {1,3}", _MARKED.sub(lambda letter: f"[{letter[0]}{fold(letter[0])}]", pattern))
