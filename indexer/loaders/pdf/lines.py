"""Runs become lines: as pypdf orders them, or by their places; aligned columns of text become rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .runs import Run

CELLS = " | "  # between the cells of a table's row
_WORD_GAP = 0.15  # of the type size; a wider gap between two runs is a space
_NEAR = 1.0  # of the type size; text that goes on within this distance belongs to the same line
_CELL_GAP = 1.5  # of the type size; so wide a gap, line under line, parts the cells of a table
_FEWEST_ROWS = 3  # a gap that so many lines share is no accident
_BULLET = re.compile(r"(?:[-–•+*·]|\(?\w{1,3}[.)])$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page; an empty text parts what must not be joined."""

    text: str
    x: float = 0.0
    right: float = 0.0
    y: float = 0.0
    size: float = 0.0
    fonts: frozenset[str] = frozenset()
    row: bool = False  # a table's row, whole in itself


def streamed(runs: Sequence[Run]) -> tuple[list[list[Run]], int]:
    """Return the runs of each line in pypdf's order, and how many of pypdf's breaks were undone.

    Some programs start every few letters anew, and pypdf then breaks the line there: where the
    next run goes on at the same height and right behind, it is the same line.
    """
    lines: list[list[Run]] = []
    undone = 0
    parts: list[Run] = []
    for number, run in enumerate(runs):
        parts.append(run)
        if not run.ends:
            continue
        if number + 1 < len(runs) and _goes_on(run, runs[number + 1]):
            undone += 1
            continue
        lines.append(parts)
        parts = []
    return [*lines, parts] if parts else lines, undone


def _goes_on(run: Run, following: Run) -> bool:
    size = max(run.size, following.size, 1.0)
    return abs(run.y - following.y) < 0.2 * size and -0.3 * size < following.x - run.right < _NEAR * size


def placed(runs: Iterable[Run]) -> list[list[Run]]:
    """Return the runs of each height, from top to bottom, each from left to right."""
    lines: list[list[Run]] = []
    for run in sorted((run for run in runs if run.text.strip()), key=lambda run: -run.y):
        # A raised figure (a footnote's mark) is on its line.
        if lines and lines[-1][0].y - run.y <= 0.5 * max(1.0, min(lines[-1][0].size, run.size)):
            lines[-1].append(run)
        else:
            lines.append([run])
    return [[*_once(sorted(line, key=lambda run: run.x))] for line in lines]


def _once(runs: Iterable[Run]) -> Iterator[Run]:
    """Yield the runs without those that are printed twice, a hair apart, for bold."""
    previous: Run | None = None
    for run in runs:
        if previous is None or run.text != previous.text or abs(run.x - previous.x) > 0.1 * run.size:
            yield run
        previous = run


def line(runs: Sequence[Run], *, row: bool = False, text: str | None = None) -> Line:
    """Return the line that the runs make; `text` where it is known already."""
    shown = [run for run in runs if run.text.strip()] or list(runs)
    return Line(
        text=_text(runs) if text is None else text,
        x=min(run.x for run in shown),
        right=max(run.right for run in shown),
        y=shown[0].y,
        size=max(shown, key=lambda run: len(run.text)).size,
        fonts=frozenset(run.font for run in shown if run.font),
        row=row,
    )


def _text(runs: Sequence[Run]) -> str:
    parts: list[str] = []
    previous: Run | None = None
    for run in runs:
        # Inside a line pypdf has set the spaces; where we joined what it had apart, the gap says.
        if previous is not None and (previous.ends or run.place != previous.place + 1):
            parts.append(" " if run.x - previous.right > _WORD_GAP * max(run.size, 1.0) else "")
        parts.append(run.text)
        previous = run
    return " ".join("".join(parts).split())


def segments(runs: Iterable[Run], gap: float = _CELL_GAP) -> list[list[Run]]:
    """Return a line's runs parted where the gap is wider than `gap` times the type size."""
    parts: list[list[Run]] = []
    right = 0.0
    for run in runs:
        if not run.text.strip():
            continue
        if parts and run.x - right <= gap * max(run.size, 1.0):
            parts[-1].append(run)
            right = max(right, run.right)
        else:
            parts.append([run])
            right = run.right
    return parts


def tabulated(lines: Sequence[Sequence[Run]]) -> list[Line]:
    """Return the lines; where a gap goes on through several of them, they are rows of cells."""
    gaps = [_gaps(runs) for runs in lines]
    made: list[Line] = []
    at = 0
    while at < len(lines):
        shared, end = gaps[at], at
        while end < len(lines) and (narrowed := _shared(shared, gaps[end])):
            shared, end = narrowed, end + 1
        if end - at >= _FEWEST_ROWS:
            made += [_row(runs, shared) for runs in lines[at:end]]
            at = end
        else:
            made.append(line(lines[at]))
            at += 1
    return made


def _gaps(runs: Sequence[Run]) -> list[tuple[float, float]]:
    parts = segments(runs)
    if len(parts) == 2 and _BULLET.match(_text(parts[0])):
        return []
    found = [(max(run.right for run in left), right[0].x) for left, right in pairwise(parts)]
    return found if all(start < end for start, end in found) else []


def _shared(some: list[tuple[float, float]], others: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the stretches that lie in gaps of both lines, if a column could stand there."""
    met = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return [(start, end) for start, end in met if end - start > 4.0]


def _row(runs: Sequence[Run], gaps: list[tuple[float, float]]) -> Line:
    cells: list[list[Run]] = []
    for part in segments(runs):
        parted = not cells or any(max(run.right for run in cells[-1]) <= start and end <= part[0].x for start, end in gaps)
        if parted:
            cells.append(part)
        else:
            cells[-1] += part
    return line(runs, row=True, text=CELLS.join(_text(cell) for cell in cells))
