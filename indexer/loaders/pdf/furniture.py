"""Running headers, footers and page numbers: found by where they stand and how they repeat, and dropped."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from .lines import Line

_EDGE_ROWS = 2  # running headers and footers stand in the first and last rows of a page
_SAME_ROW = 2.0  # points
_SAME_PLACE = 6.0  # points; a running line keeps its place
_APART = 1.4  # times the usual distance between rows: a header's distance from the text
_NUMBER = re.compile(r"(?:(?:trang|page|tr\.)\s*)?[-–—|\[( ]*(\d{1,4})[-–—|\]) ]*(?:(?:/|of|trên)\s*\d{1,4})?", re.IGNORECASE)
_NAMED = re.compile(r"\s*(?:trang|page)\b", re.IGNORECASE)


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return each page's lines without those that belong to every page alike."""
    edges = [_edge_lines(lines) for lines in pages]
    dropped = _repeated(edges, len(pages)) | _page_numbers(edges)
    return [[line for number, line in enumerate(lines) if (page, number) not in dropped] for page, lines in enumerate(pages)]


# (top or bottom, rows from that edge, index of the line, the line, whether it stands apart from the text)
_Edge = tuple[str, int, int, Line, bool]


def _edge_lines(lines: Sequence[Line]) -> list[_Edge]:
    heights = sorted({line.y for line in lines if line.text}, reverse=True)
    rows: list[float] = []
    for y in heights:
        if not rows or rows[-1] - y > _SAME_ROW:
            rows.append(y)
    if not rows:
        return []
    steps = [upper - lower for upper, lower in pairwise(rows)]
    usual = median(steps) if steps else 0.0
    found: list[_Edge] = []
    for index, line in enumerate(lines):
        if not line.text or line.row:
            continue
        row = next(n for n, y in enumerate(rows) if y - line.y <= _SAME_ROW)
        last = len(rows) - 1 - row
        if row < _EDGE_ROWS:
            found.append(("top", row, index, line, len(steps) > row and steps[row] > _APART * usual))
        if last < _EDGE_ROWS:
            found.append(("bottom", last, index, line, len(steps) > last and steps[-1 - last] > _APART * usual))
    return found


def _repeated(edges: Sequence[Sequence[_Edge]], count: int) -> set[tuple[int, int]]:
    """Return (page, index) of the lines that, digits masked, repeat at their place.

    In three pages or more: on at least three and a third of them (left and right pages may differ).
    In two, only where it is certain: on both, in the same place, and apart from the text.
    """
    places: dict[tuple[str, str], list[tuple[int, int, float, bool]]] = defaultdict(list)
    for page, found in enumerate(edges):
        for edge, _, index, line, apart in found:
            places[edge, _mask(line.text)].append((page, index, line.y, apart))
    dropped = set()
    for seen in places.values():
        middle = median(y for _, _, y, _ in seen)
        alike = [(page, index, apart) for page, index, y, apart in seen if abs(y - middle) <= _SAME_PLACE]
        pages = len({page for page, _, _ in alike})
        if (pages >= 3 and pages >= count // 3) or (count == pages == 2 and all(apart for _, _, apart in alike)):
            dropped |= {(page, index) for page, index, _ in alike}
    return dropped


def _page_numbers(edges: Sequence[Sequence[_Edge]]) -> set[tuple[int, int]]:
    """Return (page, index) of the lines that count the pages, or that say "Trang 1" apart from the text."""
    numbers = [
        (page, index, int(match.group(1)) - page, bool(_NAMED.match(line.text)) and apart)
        for page, found in enumerate(edges)
        for _, row, index, line, apart in found
        if row == 0 and (match := _NUMBER.fullmatch(line.text.strip()))
    ]
    steady = Counter(offset for _, _, offset in {(page, index, offset) for page, index, offset, _ in numbers})
    alone = len(edges) == 1
    return {(page, index) for page, index, offset, named in numbers if steady[offset] >= 2 or named or (alone and offset == 1)}


def _mask(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.split()))
