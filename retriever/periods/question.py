"""The period of a question: the times in it, with the words that open them ("từ", "trước") and join them ("đến")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from docs_store.document_numbers import find_numbers
from docs_store.vietnamese import nfc

from ..marks import lowered
from .expressions import Days, Point, find_points
from .words import expression

_TO = re.compile(expression(r" ?[-–—] ?| (?:cho )?(?:đến|tới) (?:hết |trước )?"))
_AND = re.compile(expression(" và "))
_FROM = re.compile(expression(r"(?<!\w)(?:(?:kể|tính|bắt đầu) từ |{từ})$"))
_AFTER = re.compile(expression(r"(?<!\w)sau $"))
_EARLIER = re.compile(expression(r"(?<!\w)trước $"))
_UNTIL = re.compile(expression(r"(?<!\w)(?:đến|tới) (?:hết |trước )?$"))
_ONWARDS = re.compile(expression(r" (?:(?:cho )?(?:đến|tới) (?:hôm )?nay|trở đi|trở lại đây|trở về sau)(?!\w)"))
_BACKWARDS = re.compile(expression(r" (?:trở )?về trước(?!\w)"))
_NEAR = 24  # characters in which the words before a time stand
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days that a question asks about, both ends included; None is open.

    phrase: the question's own words, text[span[0]:span[1]] of the text in NFC. relative: counted from
    today, so that only the day of publication can meet it; another is also met by a date in the text.
    year_only: nothing but years, which are as often those of the matter as of the news.
    """

    start: date | None
    end: date | None
    phrase: str
    span: tuple[int, int]
    relative: bool = False
    year_only: bool = False


def find_period(text: str, today: date) -> Period | None:
    """Return the period that `text` asks about, the shortest if there are several, years last; None if none.

    A year in a name ("Techfest 2024"), a document number and a time up to which something is told
    or planned ("tính đến hết tháng 6", "đến năm 2030") are no period.
    """
    text = nfc(text)
    masked = lowered(text)
    for number in find_numbers(text):
        start, end = number.span
        masked = masked[:start] + "x" * (end - start) + masked[end:]
    points: list[Point] = []
    for point in find_points(masked, today):
        if points and masked[points[-1].end : point.start] == " (":
            continue  # "hôm nay (3/2)" says it again
        joined = _joined(masked, points[-1], point) if points else None
        points[-1 if joined else len(points) :] = [joined or point]
    periods = [period for point in points if point.days and (period := _period(text, masked, point, point.days))]
    return min(periods, key=lambda period: (period.year_only, _size(period, today)), default=None)


def _size(period: Period, today: date) -> int:
    """Return how long it is, to the power of two: a year has 365 days or 366, a month 28 to 31."""
    return ((period.end or today) - (period.start or date.min)).days.bit_length()


def _joined(masked: str, first: Point, last: Point) -> Point | None:
    """Return the two as one stretch, "từ tháng 3 đến tháng 6 năm 2024"; None if they stand apart."""
    between = masked[first.end : last.start]
    borrows = first.in_year and not last.in_year  # "quý I và quý II năm 2025"
    if not _TO.fullmatch(between) and not (borrows and _AND.fullmatch(between)):
        return None
    begin, end = first.days, last.days
    if begin and end and borrows and first.in_year:
        begin = first.in_year(end[0].year)
        if begin and begin[0] > end[1]:
            begin = first.in_year(end[0].year - 1)
    elif begin and end and last.in_year:
        end = last.in_year(begin[0].year)
        if end and end[1] < begin[0]:
            end = last.in_year(begin[0].year + 1)
    days: Days | None = (begin[0], end[1]) if begin and end and begin[0] <= end[1] else None
    opening = _FROM.search(masked[max(0, first.start - _NEAR) : first.start])
    start = first.start - len(opening.group()) if opening else first.start
    return Point(start, last.end, days, None, first.relative or last.relative, first.year_only and last.year_only)


def _period(text: str, masked: str, point: Point, days: Days) -> Period | None:
    """Return what a time means behind "từ", "sau" or "trước" and before "đến nay" or "trở về trước"."""
    before = masked[max(0, point.start - _NEAR) : point.start]
    if _UNTIL.search(before):
        return None  # "tính đến hết tháng 6": how things stood, told later
    start: date | None = days[0]
    end: date | None = days[1]
    opening = closing = None
    if closing := _BACKWARDS.match(masked, point.end):
        start, opening = None, _FROM.search(before)
    elif opening := _FROM.search(before):
        end, closing = None, _ONWARDS.match(masked, point.end)
    elif closing := _ONWARDS.match(masked, point.end):
        end = None
    elif opening := _AFTER.search(before):
        start, end = days[1] + _DAY, None
    elif opening := _EARLIER.search(before):
        start, end = None, days[0] - _DAY
    span = (point.start - len(opening.group()) if opening else point.start, closing.end() if closing else point.end)
    return Period(start, end, text[slice(*span)], span, point.relative, point.year_only)
