"""Unicode text with letters of an older encoding inside, put right passage by passage."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from .composing import compose
from .encodings import encodings
from .evidence import WORDS, in_unicode, stretches
from .fonts import encodings_of

_ROUNDS = 4  # double UTF-8 may be double twice
_AGAINST_FONT = -8.0  # log odds


class Decoded(NamedTuple):
    """Text in Unicode, and the encoding it was converted from, for the reader; "" if it was Unicode already."""

    text: str
    encoding: str = ""


def repair(text: str, fonts: Collection[str] = ()) -> Decoded:
    """Return text with what stands in it in an older encoding converted, and letters and their marks composed.

    fonts: the names of the fonts that this text is set in. If all of them are legacy fonts of one kind they
    decide, so call this with the text of one font where you can; otherwise the words themselves decide.
    """
    text = compose(text)
    named, capitals = encodings_of(fonts)
    if len(named) == 1 and "" not in named:
        (name,) = named
        encoding = next(one for one in encodings() if one.name == name)
        changed = in_unicode(text, encoding)
        # Unicode text may have been set in a legacy font's name: then its words speak against the font.
        if sum(encoding.weigh(word, encoding.convert(word)) for word in set(WORDS.findall(text))) > _AGAINST_FONT:
            changed = changed.upper() if capitals else changed
            return Decoded(changed, name if changed != text else "")
    return settle(text, [name for name in named if name])


def settle(text: str, expected: Collection[str] = ()) -> Decoded:
    """Return text converted until nothing is left to convert; as it was if that never ends."""
    now, names = text, dict[str, None]()
    for _ in range(_ROUNDS):
        step = _convert(now, expected)
        if step.text == now:
            return Decoded(now, ", ".join(names))
        now = compose(step.text)
        names.update(dict.fromkeys(step.encoding.split(", ")))
        expected = ()
    return Decoded(text)


def _convert(text: str, expected: Collection[str] = ()) -> Decoded:
    """Return text with its legacy stretches converted, once."""
    if text.isascii() and not expected:
        return Decoded(text)
    known = encodings()
    found = stretches(text, known, [next(one for one in known if one.name == name) for name in expected])
    parts, done, names = [], 0, dict[str, None]()
    for one in found:
        if one.encoding:
            old = text[one.start : one.end]
            new = in_unicode(old, one.encoding)
            parts += [text[done : one.start], new]
            done = one.end
            if new != old:
                names[one.encoding.name] = None
    return Decoded("".join(parts) + text[done:], ", ".join(names)) if names else Decoded(text)
