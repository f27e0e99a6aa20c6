"""Diacritics put back: "thu truong nao tiep Tong Thu ky" -> "thứ trưởng nào tiếp Tổng Thư ký". For models that read them.

A word typed with its marks stays as it is. Of a bare one every form is weighed, the bare one too, by how often it stands
beside its neighbours: in the table that ships (`counts`), and in texts on the matter, which know its names. Viterbi's
algorithm finds the reading that is likeliest as a whole.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ..vietnamese import fold, nfc, one_tone_placement
from .counts import load_counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Chosen on the questions of the development sets (README.md).
_TABLE_SINGLES = 1000.0  # syllables of the texts that the table's counts of syllables are worth
_TABLE_PAIRS = 200.0  # pairs of the texts that the table's counts of pairs are worth
_LEFT_OUT = math.log(0.5)  # a word without its marks, of a writer who leaves out some of them
_LEAVES_OUT = math.log(0.02)  # a writer who does so
_CLOSE = 0.7  # between the logarithms of two readings that are both looked for

_TOKEN = re.compile(r"[^\W_]+|[^\w\s]")
_BREAK = "."  # stands for all punctuation
_PUNCTUATION = f"{string.punctuation}“”‘’«»…–—"
_NEW_TONE = re.compile(r"(?<!q)(?:o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])(?!\w)")
_NEW = ("oà", "oá", "oả", "oã", "oạ", "oè", "oé", "oẻ", "oẽ", "oẹ", "uỳ", "uý", "uỷ", "uỹ", "uỵ")
_OLD = ("òa", "óa", "ỏa", "õa", "ọa", "òe", "óe", "ỏe", "õe", "ọe", "ùy", "úy", "ủy", "ũy", "ụy")
_OLD_TONE = dict(zip(_NEW, _OLD, strict=True))


@dataclass(frozen=True, slots=True)
class Seen:
    """The syllables of a question in texts: how often each form of them, and each two of these as neighbours; of how many."""

    singles: Mapping[str, int] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    words: int = 0


_NOTHING = Seen()


def lacks_marks(text: str) -> bool:
    """Tell whether `text` may be meant with more marks than it has: it has none, or it is likelier with some more."""
    if fold(text) == text.lower():
        return any(char.isalpha() for char in text)
    return _Lattice(text, _NOTHING).lacks_marks()


def see(text: str, others: Iterable[str]) -> Seen:
    """Return what other texts, on the same matter, tell of the syllables of `text`."""
    keys = set(_TOKEN.findall(fold(nfc(text))))
    words = nfc("\n".join(others)).lower().split()
    cores = {word: word.strip(_PUNCTUATION) for word in dict.fromkeys(words)}
    folded = zip(cores.items(), _folded(cores.values()), strict=True)
    forms = {word: one_tone_placement(core) for (word, core), key in folded if key in keys}
    singles = Counter(forms[word] for word in words if word in forms)
    pairs = Counter(
        (forms[before], forms[word])
        for before, word in pairwise(words)
        if before in forms and word in forms and before[-1].isalnum() and word[0].isalnum()
    )
    return Seen(singles, pairs, len(words))


def readings(text: str, seen: Seen = _NOTHING) -> tuple[str, ...]:
    """Return `text` with the marks that it lacks, as it is likeliest meant, then as it may be meant as well."""
    lattice = _Lattice(text, seen)
    return lattice.readings() if lattice.lacks_marks() else (text,)


class _Lattice:
    """All that a text may be meant as.

    tokens: the words and punctuation of the text. forms: what each may be meant as, the typed form first. steps: for each
    token the logarithms of how likely each of its forms follows each of the token before, shape (forms before, forms).
    """

    def __init__(self, text: str, seen: Seen) -> None:
        self._text = nfc(text)
        self._tokens = list(_TOKEN.finditer(self._text))
        words = [token.group() for token in self._tokens]
        keys = _folded(words)
        self._marked = sum(key != word.lower() for key, word in zip(keys, words, strict=True))
        told: dict[str, list[str]] = {}
        for key, form in zip(_folded(seen.singles), seen.singles, strict=True):
            told.setdefault(key, []).append(form)
        self._forms = [self._forms_of(word, key, told.get(key, ())) for key, word in zip(keys, words, strict=True)]
        self._steps = self._likelihoods(seen) if words else []

    def _forms_of(self, word: str, key: str, told: Sequence[str]) -> list[str]:
        if not word[0].isalnum():
            return [_BREAK]
        typed = one_tone_placement(word)
        is_acronym = len(word) > 1 and word.isupper() and not self._text.isupper()
        if typed != key or not key.isalpha() or is_acronym:
            return [typed]
        return list(dict.fromkeys([typed, *load_counts().forms(key), *told]))

    def _likelihoods(self, seen: Seen) -> list[Floats]:
        """Return the steps."""
        counts = load_counts()
        rows = [[_BREAK], *self._forms]
        forms = [form for row in rows for form in row]
        ids = np.array([counts.id_of(form, known=len(row) > 1) for row in rows for form in row])
        typed = np.array([_LEFT_OUT if place and self._marked else 0.0 for row in rows for place in range(len(row))])
        heard = np.array([seen.singles.get(form, 0) for form in forms])
        alone = (heard + _TABLE_SINGLES * counts.likelihood(ids)) / (seen.words + _TABLE_SINGLES)
        ends = np.cumsum([len(row) for row in rows])
        places = [np.arange(end - len(row), end) for end, row in zip(ends, rows, strict=True)]
        before = np.concatenate([np.repeat(first, len(second)) for first, second in pairwise(places)])
        after = np.concatenate([np.tile(second, len(first)) for first, second in pairwise(places)])
        together = [seen.pairs.get((forms[i], forms[j]), 0) for i, j in zip(before.tolist(), after.tolist(), strict=True)]
        table = counts.likelihood_after(ids[before], ids[after], alone[after])
        likely = (np.array(together) + _TABLE_PAIRS * table) / (heard[before] + _TABLE_PAIRS)
        sizes = [(len(first), len(second)) for first, second in pairwise(rows)]
        flat = np.split(np.log(likely) + typed[after], np.cumsum([m * n for m, n in sizes])[:-1])
        return [step.reshape(size) for step, size in zip(flat, sizes, strict=True)]

    def lacks_marks(self) -> bool:
        """Tell whether another reading is likelier than the text as it stands.

        Each word typed with its marks speaks against a writer who leaves out some of them.
        """
        as_typed = sum(float(step[0, 0]) for step in self._steps)
        likeliest = float(_ends(self._steps)[-1].max()) if self._steps else 0.0
        return likeliest + (_LEAVES_OUT + self._marked * _LEFT_OUT if self._marked else 0.0) > as_typed

    def readings(self) -> tuple[str, ...]:
        """Return the likeliest reading, and the next where it is about as likely."""
        best = _best(self._steps)
        ends = _ends(self._steps)
        rest = [np.zeros(len(self._forms[-1]))]  # how likely what follows each form is
        for step in self._steps[:0:-1]:
            rest.append((step + rest[-1]).max(axis=1))
        others = [end + after for end, after in zip(ends[1:], rest[::-1], strict=True)]
        for other, number in zip(others, best, strict=True):
            other[number] = -math.inf
        place = max(range(len(others)), key=lambda place: float(others[place].max()))
        if float(others[place].max()) < float(ends[-1].max()) - _CLOSE:
            return (self._text_of(best),)
        steps = [*self._steps]
        steps[place] = np.where(np.arange(len(others[place])) == others[place].argmax(), steps[place], -math.inf)
        return self._text_of(best), self._text_of(_best(steps))

    def _text_of(self, chosen: Sequence[int]) -> str:
        parts: list[str] = []
        end = 0
        for token, forms, number in zip(self._tokens, self._forms, chosen, strict=True):
            if number:
                parts += [self._text[end : token.start()], _spelled(forms[number], token.group())]
                end = token.end()
        return "".join(parts) + self._text[end:]


def _ends(steps: Sequence[Floats]) -> list[Floats]:
    """Return how likely the likeliest reading is that ends in each form, as logarithms: for the beginning and each token."""
    ends = [np.zeros(1)]
    for step in steps:
        ends.append((ends[-1][:, None] + step).max(axis=0))
    return ends


def _best(steps: Sequence[Floats]) -> list[int]:
    """Return which form of each token the likeliest reading has."""
    ends = _ends(steps)
    chosen = [int(ends[-1].argmax())]
    for step, end in zip(steps[:0:-1], ends[-2:0:-1], strict=True):
        chosen.append(int((end + step[:, chosen[-1]]).argmax()))
    return chosen[::-1]


def _folded(words: Iterable[str]) -> list[str]:
    """Return the key of each word. (All at once: `fold` keeps what it folded, and passages matter more than words.)"""
    return fold(" ".join([*words, ""])).split(" ")[:-1]


def _spelled(form: str, typed: str) -> str:
    """Return a form in usual spelling (hòa), its letters as large as they were typed."""
    usual = _NEW_TONE.sub(lambda match: _OLD_TONE[match.group()], form)
    return "".join(letter.upper() if like.isupper() else letter for letter, like in zip(usual, typed, strict=True))
