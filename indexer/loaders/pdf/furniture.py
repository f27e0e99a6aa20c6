"""Running headers, footers and page numbers: found by where they stand and how they repeat, and dropped."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from .lines import Line

_EDGE_ROWS = 2  # running headers and footers stand in the first and last rows of a page
_SAME_ROW = 2.0  # points
_SAME_PLACE = 6.0  # points; a running line keeps its place
_APART = 1.4  # times the usual distance between rows: a header's distance from the text
_SMALLER = 0.93  # of the body's type
_NUMBER = re.compile(r"(?:(?:trang|page|tr\.)\s*)?[-–—|\[( ]*(\d{1,4})[-–—|\]) ]*(?:(?:/|of|trên)\s*\d{1,4})?", re.IGNORECASE)
_NAMED = re.compile(r"\s*(?:trang|page)\b", re.IGNORECASE)


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return each page's lines without those that belong to every page alike."""
    edges = [_edge_lines(lines) for lines in pages]
    dropped = _repeated(edges, len(pages)) | _page_numbers(edges)
    return [[line for number, line in enumerate(lines) if (page, number) not in dropped] for page, lines in enumerate(pages)]


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line in the first or last rows of a page."""

    at: str  # "top" or "bottom"
    row: int  # from that edge
    index: int  # of the line on its page
    line: Line
    apart: bool  # from the text, by a gap or by smaller type


def _edge_lines(lines: Sequence[Line]) -> list[_Edge]:
    rows: list[float] = []
    for y in sorted({line.y for line in lines if line.text}, reverse=True):
        if not rows or rows[-1] - y > _SAME_ROW:
            rows.append(y)
    steps = [upper - lower for upper, lower in pairwise(rows)]
    far = [step > _APART * median(steps) for step in steps]
    body = median(line.size for line in lines for _ in line.text) if rows else 0.0
    found: list[_Edge] = []
    for index, line in enumerate(lines):
        if not line.text or line.row:
            continue
        row = next(n for n, y in enumerate(rows) if y - line.y <= _SAME_ROW)
        for at, place, gaps in (("top", row, far), ("bottom", len(rows) - 1 - row, far[::-1])):
            if place < _EDGE_ROWS:
                # Of two rows, the inner one's distance to the text counts for both.
                found.append(_Edge(at, place, index, line, any(gaps[place:_EDGE_ROWS]) or line.size < _SMALLER * body))
    return found


def _repeated(edges: Sequence[Sequence[_Edge]], count: int) -> set[tuple[int, int]]:
    """Return (page, index) of the lines that, digits masked, repeat at their place, apart from the text.

    In three pages or more: on at least three and a third of them (left and right pages may differ).
    In two: on both.
    """
    places: dict[tuple[str, str], list[tuple[int, _Edge]]] = defaultdict(list)
    for page, found in enumerate(edges):
        for edge in found:
            places[edge.at, _mask(edge.line.text)].append((page, edge))
    dropped = set()
    for seen in places.values():
        middle = median(edge.line.y for _, edge in seen)
        alike = [(page, edge) for page, edge in seen if abs(edge.line.y - middle) <= _SAME_PLACE]
        pages = len({page for page, _ in alike})
        # The last page may be short, its footer far away: most must stand apart, in two pages both.
        apart = sum(edge.apart for _, edge in alike) >= (len(alike) / 2 if count > 2 else len(alike))
        if apart and pages >= max(min(3, count), count // 3, 2):
            dropped |= {(page, edge.index) for page, edge in alike}
    return dropped


def _page_numbers(edges: Sequence[Sequence[_Edge]]) -> set[tuple[int, int]]:
    """Return (page, index) of the lines that count the pages, or that say "Trang 1" apart from the text."""
    numbers = [
        (page, edge, int(match.group(1)) - page)
        for page, found in enumerate(edges)
        for edge in found
        if edge.row == 0 and (match := _NUMBER.fullmatch(edge.line.text.strip()))
    ]
    steady = Counter(offset for _, _, offset in {(page, edge.index, offset) for page, edge, offset in numbers})
    return {
        (page, edge.index)
        for page, edge, offset in numbers
        if steady[offset] >= 2 or (edge.apart and (offset == 1 or _NAMED.match(edge.line.text)))
    }


def _mask(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.split()))
