"""A thousand bad and good files against the indexer; see `__main__`."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

from .archives import archive_cases
from .case import EITHER, REFUSED, SILENT, TEXT, Case
from .good import good_cases
from .pdfs import pdf_cases
from .places import Restless, mutated_cases, place_cases, wrong_suffix_cases
from .texts import text_cases

GOOD_SHARE = 0.4
_SEED = 20260


def all_cases(count: int, secret: Path, escape_to: Path) -> list[Case]:
    """Return about `count` cases, four of ten good; always the same ones.

    secret: a file outside the folder that must not be read; escape_to: one outside that must not be written.
    """
    good = list(good_cases(int(count * GOOD_SHARE)))
    bad = [
        *text_cases(secret),
        *pdf_cases(),
        *archive_cases(secret, escape_to),
        *place_cases(secret),
        *wrong_suffix_cases(),
    ]
    mutated = mutated_cases(max(0, count - len(good) - len(bad)), random.Random(_SEED))
    return [*good, *bad, *mutated]


def write_cases(cases: Sequence[Case], folder: Path) -> dict[Path, Case]:
    """Make the files, a folder for each kind, and return which case lies where."""
    placed: dict[Path, Case] = {}
    for case in cases:
        path = folder / re.sub(r"\W+", "-", case.kind) / case.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path in placed:
            raise ValueError(f"two cases of one name: {path}")
        case.make(path)
        placed[path] = case
    return placed


__all__ = [
    "EITHER", "REFUSED", "SILENT", "TEXT", "Case",
    "Restless", "all_cases", "good_cases", "mutated_cases", "write_cases",
]  # fmt: skip
