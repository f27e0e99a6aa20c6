"""Slips of typing put right, only where the news knows no such word: Telex leftovers, lost spaces, one wrong key.

"hocj" and "ddieenj" are Telex that the keyboard left as typed; "thutuong" lost its space;
"nghiep" came out as "ngihep". A word that stands in the news is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from docs_store.vietnamese import fold, is_syllable, syllables

Frequencies = Callable[[str, Sequence[str]], list[int]]  # field ("body" or "pairs"), terms -> in how many passages

_WORD = re.compile(r"[^\W_]+")
_LETTERS = "abcdeghiklmnopqrstuvxy"
_TELEX = (("dd", "d"), ("aa", "a"), ("ee", "e"), ("oo", "o"), ("aw", "a"), ("ow", "o"), ("uw", "u"))
_TONE = re.compile(r"(?<=[aeiouy])[sfrxj](?=[a-z]{0,3}$)|(?<=[a-z]{2})[sfrxj]$")
_VNI = re.compile(r"(?<=[a-z])[0-9]")
_LONGEST = 30  # letters; what is longer is no word that somebody mistyped
_MOST = 6  # words looked at: a question of unknown words is another language
_SURE = 6  # letters from which a word is long enough to be put right without its neighbours


@dataclass(frozen=True, slots=True)
class Correction:
    """A word as typed, and what it was taken for."""

    typed: str
    meant: str


def correct(
    text: str, frequencies: Frequencies, is_known: Callable[[str], bool] = lambda _: False
) -> tuple[str, tuple[Correction, ...]]:
    """Return the question with its slips put right, and what was changed.

    is_known: tells of a word that the news lacks whether it is none the less no slip.
    """
    words = list(_WORD.finditer(text))
    keys = [fold(word.group()) for word in words]
    known = frequencies("body", keys)
    unknown = [n for n, count in enumerate(known) if count == 0 and 2 < len(keys[n]) <= _LONGEST and _is_slip(words[n].group())]
    unknown = [n for n in unknown if not is_known(words[n].group())]
    if len(unknown) > _MOST:
        return text, ()
    changes: list[Correction] = []
    parts: list[str] = []
    end = 0
    for n in unknown:
        is_name = words[n].group()[0].isupper() and len(keys[n]) < _SURE  # short foreign names are like too many words
        meant = _unkeyed(keys[n], frequencies) or ("" if is_name else _meant(n, keys, frequencies))
        if meant:
            changes.append(Correction(words[n].group(), meant))
            parts += [text[end : words[n].start()], meant]
            end = words[n].end()
    return "".join(parts) + text[end:], tuple(changes)


def _is_slip(word: str) -> bool:
    """Tell whether this could be a slip: no acronym, code or number, no good Vietnamese syllable."""
    if word[0].isdigit() or (word.isupper() and len(word) < 8):
        return False
    return not is_syllable(fold(word))  # one that the news does not have is still no slip


def _unkeyed(key: str, frequencies: Frequencies) -> str:
    """Return the known word that Telex or VNI keys were meant to write, or ""."""
    return next((candidate for candidate in _untyped(key) if all(frequencies("body", syllables(candidate)))), "")


def _meant(n: int, keys: list[str], frequencies: Frequencies) -> str:
    key = keys[n]
    before = keys[n - 1] if n else ""
    after = keys[n + 1] if n + 1 < len(keys) else ""
    splits = [(key[:cut], key[cut:]) for cut in range(2, len(key) - 1)]
    joined = frequencies("pairs", [f"{a}_{b}" for a, b in splits])
    if any(joined):
        return " ".join(splits[joined.index(max(joined))])
    beside = [_pairs(before, a, frequencies) + _pairs(b, after, frequencies) for a, b in splits]
    whole = [min(frequencies("body", [a, b])) for a, b in splits]
    supported = [near if count else 0 for near, count in zip(beside, whole, strict=True)]
    if any(supported):
        return " ".join(splits[supported.index(max(supported))])
    if not key.isalpha():
        return ""
    candidates = sorted({other for other in _one_key_away(key) if other != key})
    counts = dict(zip(candidates, frequencies("body", candidates), strict=True))
    near = [other for other in candidates if counts[other]]
    support = [_pairs(before, other, frequencies) + _pairs(other, after, frequencies) for other in near]
    if any(support):
        return near[support.index(max(support))]
    best = max(near, key=counts.__getitem__, default="")
    return best if best and counts[best] > 1 and len(key) >= _SURE else ""


def _pairs(first: str, second: str, frequencies: Frequencies) -> int:
    """Return in how many passages `second` stands right behind `first`; 0 if either is empty."""
    return frequencies("pairs", [f"{first}_{second}"])[0] if first and second else 0


def _untyped(key: str) -> Iterator[str]:
    """Yield what the keys of Telex and VNI would have made of `key`, folded."""
    if any(char.isdigit() for char in key):
        yield _VNI.sub("", key)
        return
    plain = key
    for typed, letter in _TELEX:
        plain = plain.replace(typed, letter)
    plain = re.sub(r"(?<![aou])w", "u", plain)
    toneless = _TONE.sub("", plain, count=1)
    for candidate in dict.fromkeys((toneless, plain)):
        if candidate != key:
            yield candidate


def _one_key_away(key: str) -> Iterator[str]:
    """Yield every word that one slip could have turned into `key`: a letter lost, added, wrong or swapped."""
    for n in range(len(key) + 1):
        head, tail = key[:n], key[n:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
