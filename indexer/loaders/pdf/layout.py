"""A page's content becomes its lines, in the order in which a reader reads them."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from .columns import in_columns
from .lines import Line, line, streamed, tabulated
from .runs import PageContent
from .tables import cells, table_lines

_SHATTERED = 10  # breaks undone on a page before it counts as rebuilt


def lines_of(content: PageContent) -> tuple[list[Line], bool]:
    """Return the page's lines, and whether they had to be put together from pieces."""
    placed = cells(content)
    tables: set[int] = set()
    lines: list[Line] = []
    undone = 0
    for table, group in groupby(placed, key=lambda member: member[1].table if member[1] else None):
        members = list(group)
        if table is None:
            runs = [run for run, _ in members]
            parts, count = streamed(runs)
            undone += count
            lines += in_columns(runs) or tabulated(parts)
        elif table not in tables:
            # A table stands where its first cell comes; other text may interrupt it in the stream.
            tables.add(table)
            own = [(run, cell) for run, cell in placed if cell and cell.table == table]
            undone += streamed([run for run, _ in own])[1]
            lines += table_lines(own)
    aside = [line(runs) for runs in streamed(content.aside)[0]]
    # Turned, it has no height among the lines: it comes last.
    lines += [replace(stamp, y=min((other.y for other in lines), default=0.0)) for stamp in aside]
    return lines, undone >= _SHATTERED
