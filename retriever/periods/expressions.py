"""What one expression of time means: "tháng 6 năm 2024", "hôm qua", "3 tuần gần đây". One rule each."""

from __future__ import annotations

import calendar
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from docs_store import FIRST_YEAR, make_date
from docs_store.vietnamese import fold

from ..marks import not_after
from .words import count_of, expression, month_of, quarter_of

Days = tuple[date, date]  # both ends included


@dataclass(frozen=True, slots=True)
class Point:
    """An expression, text[start:end]. days: None where there is no such time, as 31/2/2024.

    in_year: its days in another year, where it names none. relative: counted from today.
    year_only: nothing but years.
    """

    start: int
    end: int
    days: Days | None
    in_year: Callable[[int], Days | None] | None = None
    relative: bool = False
    year_only: bool = False


Match = re.Match[str]
Rule = Callable[[Match, date], Point]
_CALENDAR: list[tuple[re.Pattern[str], Rule]] = []  # what holds another expression comes before it
_FROM_TODAY: list[tuple[re.Pattern[str], Rule]] = []
_HEAD = r"(?<![\w/.,:])(?<![^\W\d]-)"


def find_points(text: str, today: date, start: int = 0, end: int = sys.maxsize, *, calendar_only: bool = False) -> list[Point]:
    """Return the expressions in text[start:end], a text as `lowered` gives it, in order.

    One without a time keeps its place: "31/2/2024" holds no 2/2024.
    """
    found: list[Point] = []
    for pattern, rule in _CALENDAR if calendar_only else _CALENDAR + _FROM_TODAY:
        for match in pattern.finditer(text, start, end):
            if not any(match.start() < other.end and other.start < match.end() for other in found):
                found.append(rule(match, today))
    return sorted(found, key=lambda point: point.start)


def _dated(*patterns: str, told_later: bool = False, year_only: bool = False) -> Callable[..., None]:
    """Keep a rule of the calendar: what its match means in a year, the one named or the latest.

    told_later: its news comes after it, as that of the first nine months, so that "năm nay" is no
    reason to ask for the day of publication.
    """

    def keep(meaning: Callable[[Match, int], Days | None]) -> None:
        def rule(match: Match, today: date) -> Point:
            named = match.groupdict()
            if year := named.get("y"):
                return Point(*match.span(), meaning(match, int(year)), year_only=year_only)
            in_year = partial(meaning, match)
            if this := named.get("this"):
                days = in_year(today.year - (this != "nay"))
                return Point(*match.span(), days, in_year if told_later else None, relative=not told_later)
            return Point(*match.span(), _latest(in_year, today), in_year)

        _CALENDAR.extend((re.compile(_HEAD + expression(pattern)), rule) for pattern in patterns)

    return keep


def _counted(*patterns: str) -> Callable[..., None]:
    """Keep a rule that counts from today."""

    def keep(meaning: Callable[[Match, date], Days | None]) -> None:
        def rule(match: Match, today: date) -> Point:
            return Point(*match.span(), meaning(match, today), relative=True)

        _FROM_TODAY.extend((re.compile(_HEAD + expression(pattern)), rule) for pattern in patterns)

    return keep


# --- days -----------------------------------------------------------------------------------


def _between(start: date | None, end: date | None) -> Days | None:
    return (start, end) if start and end and start <= end else None


def _months(year: int, first: int, last: int) -> Days | None:
    if not 1 <= first <= last <= 12:
        return None
    return _between(make_date(year, first, 1), make_date(year, last, calendar.monthrange(year, last)[1]))


def _latest(in_year: Callable[[int], Days | None], today: date) -> Days | None:
    """Return the latest that has begun by today; 29 February may lie eight years back."""
    found = (in_year(year) for year in range(today.year, today.year - 9, -1))
    return next((days for days in found if days and days[0] <= today), None)


_MONTHS_IN = {"thang": 1, "quy": 3, "qui": 3, "nam": 12}


def _back(day: date, count: int, unit: str) -> date | None:
    """Return the same day `count` units before, or the last of that month."""
    if unit in ("gio", "ngay", "tuan"):
        return day - timedelta(days={"gio": -(-count // 24), "ngay": count, "tuan": 7 * count}[unit])
    year, month = divmod(day.year * 12 + day.month - 1 - count * _MONTHS_IN[unit], 12)
    if year < FIRST_YEAR:
        return None
    return make_date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _whole(day: date | None, unit: str) -> Days | None:
    """Return the day, week, month, quarter or year that `day` lies in."""
    if day is None or unit == "ngay":
        return _between(day, day)
    if unit == "tuan":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    first = day.month - (day.month - 1) % _MONTHS_IN[unit]
    return _months(day.year, first, first + _MONTHS_IN[unit] - 1)


# --- rules of the calendar ------------------------------------------------------------------


@_dated(
    r"(?:{từ})?(?:{at})?{d}{to}(?P<last>\d{1,2})(?: ?/ ?| tháng ){mm}{of_year}",
    r"(?:{từ})?{at}{d}{to}(?P<last>\d{1,2})(?: ?/ ?| tháng ){mm}{end}",
)
def _days_of_a_month(match: Match, year: int) -> Days | None:
    month = int(match["m"])
    return _between(make_date(year, month, int(match["d"])), make_date(year, month, int(match["last"])))


@_dated(r"{từ}(?:ngày )?{d}[/-](?P<first>\d{1,2}){to}(?P<last>\d{1,2})[/-]{mm}(?:{of_year}|{end})")
def _days_of_two_months(match: Match, year: int) -> Days | None:
    first, month = int(match["first"]), int(match["m"])
    begins = year - (first > month and match["y"] is not None)  # "từ 30/12 đến 2/1/2025"
    return _between(make_date(begins, first, int(match["d"])), make_date(year, month, int(match["last"])))


@_dated(
    r"(?:{at})?{d}(?P<mark> ?[/.-] ?){mm}(?P=mark){year}",
    r"(?:{at})?(?P<y>\d{4})-{mm}-{d}(?![\d-])",
    r"{at}{d} tháng {m}(?:{of_year}|{of_this}|{end})",
    not_after("tuần thứ") + r"{d} tháng {mm}(?:{of_year}|{of_this})",
    not_after("mỗi") + r"{at}{d} ?[/-] ?{mm}(?:{of_this}|{end}(?! (?:lần|giờ(?! (?:việt|hà|địa))|tiếng|người|ca)(?!\w)))",
    r"(?<=\(){d}/{mm}(?=\))",
)
def _day(match: Match, year: int) -> Days | None:
    day = make_date(year, month_of(match), int(match["d"]))
    return _between(day, day)


@_dated(r"tháng (?P<first>\d{1,2})(?: ?[-–—] ?| đến ){mm}(?:{of_year}|{of_this}|{end})")
def _months_of_a_year(match: Match, year: int) -> Days | None:
    return _months(year, int(match["first"]), int(match["m"]))


@_dated(r"(?P<part>đầu|giữa|cuối) tháng {m}(?:{of_year}|{of_this}|{end})")
def _part_of_a_month(match: Match, year: int) -> Days | None:
    return _part(match, _months(year, month_of(match), month_of(match)))


def _part(match: Match, month: Days | None) -> Days | None:
    if month is None:
        return None
    first, last = {"dau": (1, 10), "giua": (11, 20), "cuoi": (21, month[1].day)}[fold(match["part"])]
    return month[0].replace(day=first), month[0].replace(day=last)


@_dated(
    r"{từ}(?:năm )?(?P<first>\d{4}) (?:đến|tới) (?:hết )?(?:năm )?{year}",
    r"giữa (?:năm )?(?P<first>\d{4}) và (?:năm )?{year}",
    r"(?:giai đoạn )?(?:{từ})?(?:năm )?(?P<first>\d{4}) ?[-–—] ?(?:năm )?{year}(?! ?[-/] ?\d)",
    year_only=True,
)
def _years(match: Match, year: int) -> Days | None:
    return _between(make_date(int(match["first"]), 1, 1), make_date(year, 12, 31))


@_dated(
    r"{count} tháng (?:(?P<side>đầu|cuối) )?năm(?: {year}| {this})",  # "9 tháng năm 2024": the first nine, in reports
    r"{count} tháng (?P<side>đầu|cuối) năm(?!\w)",
    told_later=True,
)
def _months_at_an_end(match: Match, year: int) -> Days | None:
    count = count_of(match)
    return _months(year, 13 - count, 12) if fold(match["side"] or "") == "cuoi" else _months(year, 1, count)


@_dated(r"nửa (?P<side>đầu|cuối) năm(?: {year}| {this}|(?!\w))", told_later=True)
def _half_of_a_year(match: Match, year: int) -> Days | None:
    return _months(year, 1, 6) if fold(match["side"]) == "dau" else _months(year, 7, 12)


@_dated(
    r"(?P<part>đầu|giữa|cuối) năm(?: {year}| {this})",
    r"{after_từ}(?P<part>đầu) năm(?!\w)(?! (?:học|mới|\d))",  # "từ đầu năm"
    told_later=True,
)
def _part_of_a_year(match: Match, year: int) -> Days | None:
    return _months(year, *{"dau": (1, 3), "giua": (4, 9), "cuoi": (10, 12)}[fold(match["part"])])


@_dated(r"(?:qu(?:ý|í) |q){q}(?:{of_year}|{of_this})", r"qu(?:ý|í) {q}{end}")
def _quarter(match: Match, year: int) -> Days | None:
    return _months(year, 3 * quarter_of(match) - 2, 3 * quarter_of(match))


@_dated(
    r"tháng {m}(?:{of_year}|{of_this})",
    not_after("số luật") + r"{mm} ?/ ?{year}",  # "Luật số 6/2024"
    not_after("mỗi hàng hằng ngày chiến")
    + r"(?<!\d )tháng {m}{end}(?! (?:lần|mươi|trăm|nghìn|triệu|tỷ|nào|sinh|đầu|cuối)(?!\w))",
)
def _month(match: Match, year: int) -> Days | None:
    return _months(year, month_of(match), month_of(match))


@_dated(r"{năm} {year}", year_only=True)
def _year(match: Match, year: int) -> Days | None:
    return _months(year, 1, 12)


# --- rules that count from today ------------------------------------------------------------


@_counted(
    r"(?:trong )?"
    + not_after("thứ")
    + r"{count} (?P<unit>giờ|ngày|tuần|tháng|quý|năm) (?:vừa qua|qua|gần đây|trở lại(?: đây)?)"
    r"(?!\w)(?! (?:điện thoại|bưu|mạng|cổng|đường)(?!\w))"  # "3 ngày qua đường bưu điện"
)
def _up_to_today(match: Match, today: date) -> Days | None:
    return _between(_back(today, count_of(match), fold(match["unit"])), today)


@_counted(
    not_after("thứ") + r"{count} (?P<unit>ngày|tuần|tháng|năm) trước(?: đây)?(?= ?[?.!,;:]| (?:có|đã|ai|ở|tại|là|về)(?!\w)|$)",
    r"cách đây {count} (?P<unit>ngày|tuần|tháng|năm)(?!\w)",
)  # elsewhere "trước" is "before": "30 ngày trước khi hết hạn"
def _so_long_ago(match: Match, today: date) -> Days | None:
    unit = fold(match["unit"])
    return _whole(_back(today, count_of(match), unit), unit)


@_counted(r"(?P<part>đầu|giữa|cuối) tháng (?P<which>này|trước|qua)(?!\w)")
def _part_of_a_near_month(match: Match, today: date) -> Days | None:
    return _part(match, _whole(_back(today, fold(match["which"]) != "nay", "thang"), "thang"))


@_counted(
    r"(?:(?:hôm|sáng|trưa|chiều|tối|đêm) ){1,2}(?P<which>qua)(?!\w)",
    r"(?:(?:hôm|sáng|trưa|chiều|đêm) ){1,2}(?P<which>nay)(?!\w)",
    not_after("tính cho") + r"(?<!\d )tối (?P<which>nay)(?!\w)",  # "tu 2023 toi nay": tới nay
    r"(?:(?:sáng|trưa|chiều|tối|đêm) )?hôm (?P<which>kia)(?!\w)",
)
def _near_day(match: Match, today: date) -> Days | None:
    return _whole(_back(today, {"nay": 0, "qua": 1, "kia": 2}[match["which"]], "ngay"), "ngay")


# "năm trước đó", "năm trước khi" count from elsewhere, and "những năm qua" are many
_LAST = r"trước(?! (?:đây|khi|ngày|thời|đó|lúc|hạn|kỳ|tháng|năm|\d))|qua|rồi|vừa qua|vừa rồi)(?!\w)"
_NOT_MANY = not_after("những các nhiều")


@_counted(
    _NOT_MANY + r"(?P<unit>tuần|tháng|qu(?:ý|í)) (?P<which>này|" + _LAST,
    _NOT_MANY + r"(?P<unit>{năm}) (?P<which>nay|ngoái|" + _LAST,
)
def _this_or_last(match: Match, today: date) -> Days | None:
    unit = fold(match["unit"])
    return _whole(_back(today, fold(match["which"]) != "nay", unit), unit)
