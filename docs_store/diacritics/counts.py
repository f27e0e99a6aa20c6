"""How often syllables and neighbours stand in Vietnamese text: the table that ships, and the file it lies in.

A form is a syllable with its marks, of one tone placement ("hoà"). Forms have ids, which follow those of three kinds of
neighbour that are no form: BREAK for a beginning and for punctuation, NUMBER for what holds a digit, OTHER for another word.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..vietnamese import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ids = NDArray[np.int64]

COUNTS_FILE = Path(__file__).parent / "counts.npz"
BREAK, NUMBER, OTHER, FIRST_FORM = range(4)
_STEPS = 4  # of a stored count to each doubling of it
_DISCOUNT = 2.0  # off a pair's count, for the pairs that the table lacks
_UNHEARD = 0.02  # occurrences of what stands nowhere


class Counts:
    """A table of counts.

    forms: in the order of their ids. singles: counts by id. firsts, seconds, pairs: ids of two neighbours and how often
    they stand so, ordered by the ids.
    """

    def __init__(self, forms: Sequence[str], singles: Floats, firsts: Ids, seconds: Ids, pairs: Floats) -> None:
        self.ids = {form: place for place, form in enumerate(forms, FIRST_FORM)}
        self.unknown = len(singles)  # the id of a form that is not here
        self._forms: dict[str, list[str]] = {}
        for form, key in zip(forms, fold(" ".join(forms)).split(" "), strict=True):
            self._forms.setdefault(key, []).append(form)
        self._singles, self._total = np.append(singles, 0.0), singles.sum()
        self._keys, self._pairs = firsts * (self.unknown + 1) + seconds, pairs - _DISCOUNT
        told = np.bincount(firsts, weights=self._pairs, minlength=self.unknown + 1)
        self._untold = np.maximum(self._singles - told, 1.0)

    def __repr__(self) -> str:
        return f"{len(self.ids):,} syllables, {len(self._keys):,} pairs"

    def forms(self, key: str) -> list[str]:
        """Return the forms of a folded syllable, none where it has no marks in Vietnamese."""
        return self._forms.get(key, [])

    def id_of(self, token: str, *, known: bool = False) -> int:
        """Return the id of a form or of another neighbour. known: it is a form, if only elsewhere."""
        return self.ids.get(token, self.unknown if known else class_of(token))

    def likelihood(self, ids: Ids) -> Floats:
        """Return how likely each stands at a place of which nothing is known."""
        likely: Floats = np.maximum(self._singles[ids], _UNHEARD) / self._total
        return likely

    def likelihood_after(self, before: Ids, ids: Ids, alone: Floats) -> Floats:
        """Return how likely each of `ids` stands right behind that of `before`.

        alone: how likely each is where the table does not have the pair.
        """
        wanted = before * (self.unknown + 1) + ids
        places = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        told = np.where(self._keys[places] == wanted, self._pairs[places], 0.0)
        untold = self._untold[before]
        likely: Floats = (told + untold * alone) / np.maximum(self._singles[before], untold)
        return likely

    def save(self, path: Path) -> None:
        """Write the table, counts rounded to a quarter of a doubling; the same table gives the same bytes."""
        firsts, seconds = np.divmod(self._keys, self.unknown + 1)
        steps = np.diff(seconds, prepend=0)
        new_row = np.diff(firsts, prepend=-1) > 0
        steps[new_row] = seconds[new_row]
        np.savez_compressed(
            path,
            forms=np.frombuffer(" ".join(self.ids).encode(), dtype=np.uint8),
            singles=_stored(self._singles[:-1]),
            rows=np.bincount(firsts, minlength=self.unknown).astype(np.uint16),
            low=(steps & 255).astype(np.uint8),  # apart from the high bytes they pack better
            high=(steps >> 8).astype(np.uint8),
            pairs=_stored(self._pairs + _DISCOUNT),
        )


def class_of(token: str) -> int:
    """Return the id of a neighbour that is no form."""
    if not token[0].isalnum():
        return BREAK
    return NUMBER if any(char.isdigit() for char in token) else OTHER


@cache
def load_counts(path: Path = COUNTS_FILE) -> Counts:
    """Return the table in a file, read once."""
    with np.load(path) as stored:
        rows = stored["rows"]
        steps = stored["low"] + (stored["high"].astype(np.int64) << 8)
        firsts = np.repeat(np.arange(len(rows)), rows)
        total = np.cumsum(steps)
        before = np.append(0, total)[np.cumsum(rows, dtype=np.int64) - rows]  # the steps of the rows above
        forms = stored["forms"].tobytes().decode().split(" ")
        return Counts(forms, _counted(stored["singles"]), firsts, total - before[firsts], _counted(stored["pairs"]))


def _stored(counts: Floats) -> NDArray[np.uint8]:
    steps: NDArray[np.uint8] = np.rint(np.log2(np.maximum(counts, 1.0)) * _STEPS).astype(np.uint8)
    return steps


def _counted(stored: NDArray[np.uint8]) -> Floats:
    return np.exp2(stored / _STEPS)
