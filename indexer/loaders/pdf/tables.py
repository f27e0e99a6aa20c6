"""Ruled tables: what stands between the same four rules is a cell, cells of one top are a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .lines import CELLS, Line, line, placed
from .paragraphs import join_lines
from .runs import PageContent, Rule, Run

_TOUCH = 3.0  # points; rules that come so near each other meet
_MAX_RULES = 1500  # more are a drawing
_LONG_CELL = 200  # characters; a row with a cell longer than this is read cell by cell


@dataclass(frozen=True, slots=True)
class _Cell:
    left: float
    right: float
    top: float
    bottom: float
    table: int


def cells(content: PageContent) -> list[tuple[Run, _Cell | None]]:
    """Return each run with the cell that it stands in, or with None."""
    grid = _Grid(content.rules)
    return [(run, grid.cell(run)) for run in content.runs]


def table_lines(members: Sequence[tuple[Run, _Cell]]) -> list[Line]:
    """Return one table's lines: a line for a row, or the cells one after another where they are long."""
    boxes: dict[_Cell, list[Run]] = {}
    for run, cell in members:
        boxes.setdefault(cell, []).append(run)
    rows: list[list[_Cell]] = []
    for cell in sorted(boxes, key=lambda cell: (-cell.top, cell.left)):
        if rows and abs(rows[-1][0].top - cell.top) <= _TOUCH:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    made = [Line("")]
    for row in rows:
        content = [[line(runs) for runs in placed(boxes[cell])] for cell in sorted(row, key=lambda cell: cell.left)]
        texts = [join_lines([piece.text for piece in cell]) for cell in content]
        if len(row) == 1 or max(map(len, texts)) > _LONG_CELL:
            for cell, text in zip(sorted(row, key=lambda cell: cell.left), texts, strict=True):
                for paragraph in text.split("\n\n"):
                    made += [line(boxes[cell], text=paragraph), Line("")]
        else:
            runs = [run for cell in row for run in boxes[cell]]
            made.append(line(runs, row=True, text=CELLS.join(" ".join(text.split()) for text in texts if text)))
    return [*made, Line("")]


class _Grid:
    """The rules of a page that meet others, and so make tables."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        levels = _merged([rule for rule in rules if rule.level])
        uprights = _merged([rule for rule in rules if not rule.level])
        if len(levels) + len(uprights) > _MAX_RULES:
            levels = uprights = []
        # An underline or a rule above footnotes ends in the air.
        levels = [rule for rule in levels if _held(rule, uprights)]
        self._uprights = [rule for rule in uprights if _held(rule, levels)]
        self._levels = [rule for rule in levels if _held(rule, self._uprights)]
        self._tables = _components(self._uprights, self._levels)

    def cell(self, run: Run) -> _Cell | None:
        x, y = run.x + 0.25 * run.size, run.y + 0.3 * run.size
        beside = [rule for rule in self._uprights if rule.y0 - 1 <= y <= rule.y1 + 1]
        left = max((rule for rule in beside if rule.x0 <= x), key=lambda rule: rule.x0, default=None)
        right = min((rule for rule in beside if rule.x0 > x), key=lambda rule: rule.x0, default=None)
        if left is None or right is None:
            return None
        across = [rule for rule in self._levels if rule.x0 - 1 <= x <= rule.x1 + 1]
        top = min((rule for rule in across if rule.y0 > y), key=lambda rule: rule.y0, default=None)
        bottom = max((rule for rule in across if rule.y0 <= y), key=lambda rule: rule.y0, default=None)
        if top is None or bottom is None:
            return None
        table = self._tables.get(left, -1)
        return _Cell(left.x0, right.x0, top.y0, bottom.y0, table) if table >= 0 else None


def _merged(rules: list[Rule]) -> list[Rule]:
    """Return the rules with those joined that continue one another."""
    if not rules:
        return []
    level = rules[0].level
    # (across, along from, along to)
    spans = sorted((rule.y0, rule.x0, rule.x1) if level else (rule.x0, rule.y0, rule.y1) for rule in rules)
    tracks: list[tuple[float, list[tuple[float, float]]]] = []
    for across, start, end in spans:
        if tracks and across - tracks[-1][0] <= _TOUCH:
            tracks[-1][1].append((start, end))
        else:
            tracks.append((across, [(start, end)]))
    made = []
    for across, parts in tracks:
        start, end = min(parts)
        for a, b in [*sorted(parts), (float("inf"), float("inf"))]:
            if a <= end + _TOUCH:
                end = max(end, b)
                continue
            if end - start > 2 * _TOUCH:
                made.append(Rule(start, across, end, across) if level else Rule(across, start, across, end))
            start, end = a, b
    return made


def _held(rule: Rule, others: list[Rule]) -> bool:
    """Tell whether both ends of the rule lie on others."""
    ends = ((rule.x0, rule.y0), (rule.x1, rule.y1))
    return all(any(_covers(other, x, y) for other in others) for x, y in ends)


def _covers(rule: Rule, x: float, y: float) -> bool:
    return rule.x0 - _TOUCH <= x <= rule.x1 + _TOUCH and rule.y0 - _TOUCH <= y <= rule.y1 + _TOUCH


def _components(uprights: list[Rule], levels: list[Rule]) -> dict[Rule, int]:
    """Return the table that each upright rule belongs to; a frame of one cell is no table."""
    tables: dict[Rule, int] = {}
    number = 0
    for first in uprights:
        if first in tables:
            continue
        waiting, seen = [first], {first}
        while waiting:
            rule = waiting.pop()
            for other in levels if not rule.level else uprights:
                if other not in seen and _meet(rule, other):
                    seen.add(other)
                    waiting.append(other)
        own = [rule for rule in seen if not rule.level]
        inner = len(own) > 2
        tables |= dict.fromkeys(own, number if inner else -1)
        number += 1
    return tables


def _meet(one: Rule, other: Rule) -> bool:
    return (
        one.x0 - _TOUCH <= other.x1
        and other.x0 - _TOUCH <= one.x1
        and one.y0 - _TOUCH <= other.y1
        and other.y0 - _TOUCH <= one.y1
    )
