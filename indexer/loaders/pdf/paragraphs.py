"""Lines become paragraphs: joined where a sentence goes on, apart where a new item begins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from statistics import quantiles

from ...legacy.syllables import is_syllable
from .lines import Line

_ENDS_SENTENCE = re.compile(r"[.!?…:;][\"”’)\]]*$")
_STARTS_ITEM = re.compile(r"(?:[-–•+*]\s|\d{1,3}[.)]\s|[a-zđ][.)]\s|(?:Điều|Chương|Mục|Khoản)\s+[\dIVXLC]+\b)")
_BROKEN = re.compile(r"([\w&]+)-$")
_HEAD = re.compile(r"\w+")
_SOFT_HYPHEN = "\u00ad"


def page_text(lines: Iterable[Line]) -> str:
    """Return a page's text: a blank line between paragraphs, a table's rows line under line."""
    blocks = []
    for row, group in groupby(lines, key=lambda line: line.row):
        texts = [line.text for line in group]
        blocks.append("\n".join(texts) if row else join_lines(texts))
    return "\n\n".join(block for block in blocks if block)


def join_lines(lines: list[str]) -> str:
    """Return the lines joined to paragraphs, a blank line between paragraphs."""
    lengths = [len(line) for line in lines if line]
    full = quantiles(lengths, n=4)[2] * 0.8 if len(lengths) > 3 else 0.0  # a line this long runs to the margin
    paragraphs: list[str] = []
    previous = ""
    for line in lines:
        if not line:
            previous = ""
            continue
        # A line goes on from a full one that ends no sentence; in small letters, from any.
        joins = previous and not _STARTS_ITEM.match(line) and (line[0].islower() or len(previous) >= full)
        if joins and _ENDS_SENTENCE.search(previous) and len(previous) < full:
            joins = False
        if joins and paragraphs:
            paragraphs[-1] = _joined(paragraphs[-1], line)
        else:
            paragraphs.append(line)
        previous = line
    return "\n\n".join(paragraphs).replace(_SOFT_HYPHEN, "")


def _joined(text: str, line: str) -> str:
    """Return both with the right glue: "NĐ-" + "CP" keeps its hyphen, "develop-" + "ment" loses it."""
    if text.endswith(_SOFT_HYPHEN):
        return text[:-1] + line
    broken, head = _BROKEN.search(text), _HEAD.match(line)
    if not broken or not head:
        return f"{text} {line}"
    before, after = broken.group(1), head.group()
    if not after[0].islower():
        return text + line
    if len(before) < 2 or not (before + after).isascii() or not (before + after).isalpha():
        # "ô-" + "tô", "5-" + "km"; but "2021-" + "tháng" was no word
        return text + line if before[-1:].isalpha() else f"{text} {line}"
    if is_syllable(before) and is_syllable(after):
        return text + line
    return text[:-1] + line
