"""The days, months, quarters and years that a text names, held against a period."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from docs_store import today
from docs_store.document_numbers import find_numbers

from ..marks import lowered, typed
from .expressions import Point, find_points
from .question import Period

_DAY_AND_MONTH = typed(r"\d ?[/-] ?\d|\d tháng")
_REACH = 40  # characters: an expression is shorter
_MONTH = timedelta(days=27)


def names_day_in(period: Period, text: str, published: date | None) -> bool:
    """Tell whether `text` names a day, month, quarter or year that lies inside the period.

    A day without a year takes that of `published`; without that it does not count.
    """
    small = lowered(text)
    inside = [
        point
        for start, end in _stretches(period, small, published)
        for point in find_points(small, published or today(), start, end, calendar_only=True)
        if _lies_inside(point, period, published)
    ]
    numbers = [number.span for number in find_numbers(text)] if inside else []
    return any(all(point.end <= start or end <= point.start for start, end in numbers) for point in inside)


def _stretches(period: Period, text: str, published: date | None) -> Iterator[tuple[int, int]]:
    """Yield the stretches of text around what can be such a day; most texts have none, and are told at once."""
    signs = [r"\d{4}"]
    if period.start and period.end:
        years = range(period.start.year, period.end.year + 1)
        signs = [str(year) for year in years] + ([_DAY_AND_MONTH] if published and published.year in years else [])
    start = end = 0
    for match in re.finditer("|".join(signs), text):
        if match.start() - _REACH > end:
            if end:
                yield start, end
            start = max(0, match.start() - _REACH)
        end = min(len(text), match.end() + _REACH)
    if end:
        yield start, end


def _lies_inside(point: Point, period: Period, published: date | None) -> bool:
    days = point.days
    if days and point.in_year:
        days = point.in_year(published.year) if published and days[1] - days[0] < _MONTH else None
    if not days or point.relative:
        return False
    return (period.start is None or days[0] >= period.start) and (period.end is None or days[1] <= period.end)
