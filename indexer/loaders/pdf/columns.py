"""Reading order: where an empty gutter runs down a page, the left column is read before the right one."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from .lines import Line, line, placed, segments
from .runs import Run

_FEWEST = 6  # lines in each column
_CROSSING = 0.3  # share of the lines that may run across the gutter: headings
_MIDDLE = (0.3, 0.7)  # of the text's width, where a gutter may lie
_GUTTER = 0.8  # of the type size: its least width
_FILLED = 0.55  # of the column's width that a typical line fills: less is a table or a list of names


def in_columns(runs: Sequence[Run]) -> list[Line] | None:
    """Return the page's lines in the order of its two columns, or None if it has one."""
    rows = [segments(row, _GUTTER) for row in placed(runs)]
    spans = [[(part[0].x, max(run.right for run in part)) for part in row] for row in rows]
    if len(rows) < _FEWEST:
        return None
    gutter = _gutter(spans, median(run.size for run in runs))
    if gutter is None:
        return None
    made: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for row, parts in zip(rows, spans, strict=True):
        if any(start < gutter < end for start, end in parts):
            made += [*left, *right, line([run for part in row for run in part])]
            left, right = [], []
            continue
        for side, into in ((True, left), (False, right)):
            own = [run for part, (start, _) in zip(row, parts, strict=True) if (start < gutter) is side for run in part]
            if own:
                into.append(line(own))
    return [*made, *left, *right]


def _gutter(rows: list[list[tuple[float, float]]], size: float) -> float | None:
    """Return where the gutter lies, or None."""
    start = min(part[0] for row in rows for part in row)
    end = max(part[1] for row in rows for part in row)
    width = end - start
    steps = [start + width * (_MIDDLE[0] + (_MIDDLE[1] - _MIDDLE[0]) * step / 80) for step in range(81)]
    crossings = [sum(any(a < x < b for a, b in row) for row in rows) for x in steps]
    fewest = min(crossings)
    if fewest > _CROSSING * len(rows):
        return None
    # The middle of the longest stretch that the fewest lines cross.
    stretches: list[list[float]] = []
    for x, count in zip(steps, crossings, strict=True):
        if count > fewest:
            stretches.append([])
        else:
            stretches = stretches or [[]]
            stretches[-1].append(x)
    widest = max(stretches, key=len)
    gutter = (widest[0] + widest[-1]) / 2
    free = [row for row in rows if not any(a < gutter < b for a, b in row)]
    for side, column in ((True, gutter - start), (False, end - gutter)):
        parts = [[part for part in row if (part[0] < gutter) is side] for row in free]
        filled = [max(b for _, b in row) - min(a for a, _ in row) for row in parts if row]
        if len(filled) < _FEWEST or median(filled) < _FILLED * column:
            return None
        # Many pieces in a line of a column: cells, not text.
        if sum(len(row) for row in parts if row) > 1.5 * len(filled):
            return None
    gaps = [
        min(a for a, _ in row if a > gutter) - max(b for _, b in row if b < gutter)
        for row in free
        if any(a > gutter for a, _ in row) and any(b < gutter for _, b in row)
    ]
    return gutter if not gaps or median(gaps) >= _GUTTER * size else None
