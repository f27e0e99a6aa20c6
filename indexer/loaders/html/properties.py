"""The table of properties on a page of a law or decree: number, day of issue, issuing body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from docs_store.vietnamese import fold

from .blocks import Block
from .days import written_day

_LABELS = {
    "number": re.compile(r"so[ /,]*(?:ky|ki)? ?hieu(?: van ban)?|so van ban|so hieu van ban"),
    "issued": re.compile(r"(?:ngay|thoi gian) ban hanh"),
    "issuer": re.compile(r"(?:co quan|don vi)(?: /?noi)? ban hanh|co quan ban hanh/ ?chuc danh.*"),
}
_NUMBER = re.compile(r"\d{1,6}\s?(?:/\s?\d{4}\s?)?/\s?[^\W\d_][\w&.\-–/]{0,40}")
_LONGEST = 150  # characters of a property's value


@dataclass(frozen=True, slots=True)
class Properties:
    """What the table says; empty where it says nothing."""

    number: str = ""
    issued: date | None = None
    issuer: str = ""


def read_properties(blocks: list[Block]) -> Properties:
    """Return the properties that a page states of a document; all empty unless it states the number."""
    found: dict[str, str] = {}
    for label, value in _pairs(blocks):
        for name, pattern in _LABELS.items():
            if pattern.fullmatch(label):
                found.setdefault(name, value)
    number = _NUMBER.search(found.get("number", ""))
    if number is None:
        return Properties()
    return Properties(re.sub(r"\s", "", number.group()), written_day(found.get("issued", "")), found.get("issuer", ""))


def _pairs(blocks: list[Block]) -> Iterator[tuple[str, str]]:
    """Yield (folded label, value): cells side by side, 'label: value' in one, or a label's block and the next."""
    for number, block in enumerate(blocks):
        for line in block.text.removeprefix("- ").split("\n"):
            cells = [cell.strip() for cell in line.split(" | ")]
            following = blocks[number + 1].text if number + 1 < len(blocks) and len(cells) == 1 else ""
            for cell, behind in zip(cells, [*cells[1:], following], strict=True):
                label, colon, value = cell.partition(":")
                value = value.strip() if colon and value.strip() else behind.strip()
                if len(label) < 40 and 0 < len(value) < _LONGEST:
                    yield " ".join(fold(label).split()), value
