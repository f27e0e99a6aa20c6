"""The visible numbers of Word's lists ("Điều 3.", "a)"), counted in reading order; DOCX and DOC share them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .blocks import format_number, shown_bullet

_LEVEL_NUMBER = re.compile(r"%([1-9])")
_SYMBOL_FONTS = ("symbol", "wingdings", "webdings")  # in these a letter draws a dot or an arrow
_FORMS = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}


@dataclass(slots=True)
class Level:
    """How one level of a list is numbered."""

    start: int = 1
    form: str = "decimal"  # Word's name: "lowerLetter", "bullet"
    text: str = ""  # "Điều %1.": the numbers of levels, from 1, and what stands around them
    gap: str = " "  # between the number and the text
    restart: int | None = None  # starts anew behind levels below this one, from 0; 0: never; None: behind any higher one
    digits: bool = False  # all its numbers in digits (legal style)
    style: str = ""  # the paragraph style that stands for it
    font: str = ""


@dataclass(slots=True)
class List:
    """A list that paragraphs name. Lists of one definition count on together."""

    definition: str
    levels: dict[int, Level]  # from 0
    starts: dict[int, int] = field(default_factory=dict)  # level -> where this list starts anew, until it has


class Numbering:
    """All lists of one document and how far each has counted."""

    def __init__(self, lists: Mapping[str, List]) -> None:
        self._lists = lists
        self._counts: dict[str, dict[int, int]] = {}

    def label(self, name: str, level: int | None, style: str = "") -> tuple[str, str]:
        """Count one paragraph; return its visible number with what parts it from the text ("Điều 3. "), and its font."""
        found = self._lists.get(name)
        if found is None:
            return "", ""
        if level is None:
            level = next((at for at, known in found.levels.items() if style and known.style == style), 0)
        own = found.levels.get(level)
        if own is None:
            return "", ""
        counts = self._counts.setdefault(found.definition, {})
        _count(found, counts, level)
        text = _text(found, counts, own)
        return text + own.gap if text else "", own.font


def _count(found: List, counts: dict[int, int], level: int) -> None:
    if level in found.starts:
        counts[level] = found.starts.pop(level)
    else:
        counts[level] = counts[level] + 1 if level in counts else found.levels[level].start
    for deeper, known in found.levels.items():
        if deeper > level and (known.restart is None or level < known.restart):
            counts.pop(deeper, None)


def _text(found: List, counts: dict[int, int], own: Level) -> str:
    if own.form == "bullet":
        return shown_bullet("" if own.font.lower().startswith(_SYMBOL_FONTS) else own.text)

    def number(match: re.Match[str]) -> str:
        at = int(match.group(1)) - 1
        known = found.levels.get(at)
        if known is None or known.form in ("none", "bullet"):
            return ""
        count = counts.setdefault(at, known.start)
        if known.form == "decimalZero":
            return f"{count:02d}"
        return format_number(count, "1" if own.digits else _FORMS.get(known.form, "1"))

    return _LEVEL_NUMBER.sub(number, own.text)
