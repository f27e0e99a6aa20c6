"""The time that a question asks about, by rule: "hôm qua", "tháng 6 năm 2024", "từ … đến …". Day first, always.

Everything is matched on folded text, which is as long as the text itself, so accented, unaccented
and half-accented questions are read alike.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from docs_store import FIRST_YEAR, LAST_YEAR, make_date
from docs_store.document_numbers import find_numbers
from docs_store.vietnamese import fold, nfc


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days that a question asks about, both ends included; None is open.

    phrase: the question's own words, text[span[0]:span[1]]. relative: counted from today, so that
    only the day of publication can meet it; another is also met by a date in the text. year_only:
    nothing but years, which are as often those of the matter as of the news.
    """

    start: date | None
    end: date | None
    phrase: str
    span: tuple[int, int]
    relative: bool = False
    year_only: bool = False


Days = tuple[date, date]

# --- words ----------------------------------------------------------------------------------

_SPACE = r"[ ]{1,3}"
_YEAR = r"((?:19|20)\d\d)(?![\d/.:-]\d|\d|[ ]?(?:ty|trieu|nghin|dong|nguoi)\b)"
_MONTHS = ("gieng|mot", "hai", "ba", "tu", "nam", "sau", "bay", "tam", "chin", "muoi", "muoi[ ]mot", "chap|muoi[ ]hai")
_MONTH_WORD = "|".join(f"(?:{words})" for words in reversed(_MONTHS))
_COUNTS = {
    word: number
    for number, words in enumerate(("mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi"), 1)
    for word in words.split()
}
_COUNT = rf"(\d{{1,3}}|{'|'.join(_COUNTS)}|vai)"
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_DMY = r"(\d{1,2})[ ]?[/.-][ ]?(\d{1,2})[ ]?[/.-][ ]?((?:19|20)\d\d)(?![\d/]|[.-]\d)"
_ISO = r"((?:19|20)\d\d)-(\d{1,2})-(\d{1,2})(?!\d)"
_START = r"(?<![\w/.,:-])"
_OF_YEAR = rf"(?:[ ]?[,/-][ ]?|{_SPACE}(?:nam{_SPACE})?){_YEAR}"


def _month(year: int, month: int) -> Days | None:
    if not (1 <= month <= 12 and FIRST_YEAR <= year <= LAST_YEAR):
        return None
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _months(year: int, first: int, last: int) -> Days:
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def _year(year: int) -> Days:
    return date(year, 1, 1), date(year, 12, 31)


def _quarter(text: str) -> int:
    return _ROMAN.get(text) or int(text)


def _month_number(text: str) -> int:
    if text.isdigit():
        return int(text)
    return next((n for n, words in enumerate(_MONTHS, 1) if re.fullmatch(words, text)), 0)


def _count(text: str) -> int:
    return int(text) if text.isdigit() else _COUNTS.get(text, 3)


def _before(year: int, month: int, count: int) -> tuple[int, int]:
    """Return the (year, month) `count` months before."""
    number = year * 12 + month - 1 - count
    return number // 12, number % 12 + 1


# --- single points and stretches ------------------------------------------------------------

# Each rule: a pattern over folded text, and what its match means today. Order: the more specific first.
Rule = tuple[re.Pattern[str], Callable[[re.Match[str], date], "Days | None"], bool, bool]
_RULES: list[Rule] = []


def _rule(pattern: str, *, relative: bool = False, year_only: bool = False) -> Callable[..., None]:
    def keep(meaning: Callable[[re.Match[str], date], Days | None]) -> None:
        _RULES.append((re.compile(pattern), meaning, relative, year_only))

    return keep


def _one(day: date | None) -> Days | None:
    return (day, day) if day else None


@_rule(rf"{_START}(?:(?:ngay|mung|hom|sang|chieu|toi){_SPACE})?{_DMY}")
def _(match: re.Match[str], today: date) -> Days | None:
    day, month, year = map(int, match.groups())
    return _one(make_date(year, month, day))


@_rule(rf"{_START}(?:ngay{_SPACE})?{_ISO}")
def _(match: re.Match[str], today: date) -> Days | None:
    return _one(make_date(*map(int, match.groups())))


@_rule(rf"{_START}(?:ngay|mung){_SPACE}(\d{{1,2}}){_SPACE}thang{_SPACE}(\d{{1,2}}){_OF_YEAR}")
def _(match: re.Match[str], today: date) -> Days | None:
    day, month, year = map(int, match.groups())
    return _one(make_date(year, month, day))


@_rule(rf"{_START}(?:ngay|mung){_SPACE}(\d{{1,2}})(?:[ ]?[/-][ ]?|{_SPACE}thang{_SPACE})(\d{{1,2}})(?![\d/%]|[.-]\d)")
def _(match: re.Match[str], today: date) -> Days | None:
    day, month = map(int, match.groups())
    this_year = make_date(today.year, month, day)
    return _one(this_year if this_year and this_year <= today else make_date(today.year - 1, month, day))


@_rule(rf"{_START}(dau|giua|cuoi){_SPACE}thang{_SPACE}(\d{{1,2}})(?:{_OF_YEAR})?(?![\d/])")
def _(match: re.Match[str], today: date) -> Days | None:
    part, month, year = match.group(1), int(match.group(2)), match.group(3)
    whole = _month(int(year) if year else _latest_year(month, today), month)
    if whole is None:
        return None
    start, end = {"dau": (1, 10), "giua": (11, 20), "cuoi": (21, whole[1].day)}[part]
    return whole[0].replace(day=start), whole[0].replace(day=end)


@_rule(rf"{_START}(?:thang{_SPACE})?(\d{{1,2}})[ ]?[/-][ ]?{_YEAR}")
def _(match: re.Match[str], today: date) -> Days | None:
    month, year = map(int, match.groups())
    return _month(year, month)


@_rule(rf"{_START}thang{_SPACE}(\d{{1,2}}|{_MONTH_WORD}){_SPACE}nam{_SPACE}(ngoai|truoc|nay)\b", relative=True)
def _(match: re.Match[str], today: date) -> Days | None:
    return _month(today.year - (match.group(2) != "nay"), _month_number(match.group(1)))


@_rule(rf"{_START}thang{_SPACE}(\d{{1,2}}|{_MONTH_WORD}){_OF_YEAR}")
def _(match: re.Match[str], today: date) -> Days | None:
    return _month(int(match.group(2)), _month_number(match.group(1)))


@_rule(rf"{_START}(?:quy|qui){_SPACE}([1-4]|iv|i{{1,3}}){_OF_YEAR}")
def _(match: re.Match[str], today: date) -> Days | None:
    number = _quarter(match.group(1))
    return _months(int(match.group(2)), 3 * number - 2, 3 * number)


@_rule(rf"{_START}(?:quy|qui){_SPACE}([1-4]|iv|i{{1,3}}){_SPACE}nam{_SPACE}(ngoai|truoc|nay)\b", relative=True)
def _(match: re.Match[str], today: date) -> Days | None:
    number = _quarter(match.group(1))
    return _months(today.year - (match.group(2) != "nay"), 3 * number - 2, 3 * number)


@_rule(rf"{_START}(\d{{1,2}}){_SPACE}thang{_SPACE}(dau|cuoi){_SPACE}nam(?:{_SPACE}{_YEAR}|{_SPACE}(nay|ngoai|truoc)\b)?")
def _(match: re.Match[str], today: date) -> Days | None:
    count = int(match.group(1))
    year = int(match.group(3)) if match.group(3) else today.year - (match.group(4) in ("ngoai", "truoc"))
    if not 1 <= count <= 12:
        return None
    return _months(year, 1, count) if match.group(2) == "dau" else _months(year, 13 - count, 12)


@_rule(rf"{_START}nua{_SPACE}(dau|cuoi){_SPACE}nam(?:{_SPACE}{_YEAR}|{_SPACE}(nay|ngoai|truoc)\b)?")
def _(match: re.Match[str], today: date) -> Days | None:
    year = int(match.group(2)) if match.group(2) else today.year - (match.group(3) in ("ngoai", "truoc"))
    return _months(year, 1, 6) if match.group(1) == "dau" else _months(year, 7, 12)


@_rule(rf"{_START}(dau|cuoi){_SPACE}nam{_SPACE}(?:{_YEAR}|(nay|ngoai|truoc)\b)")
def _(match: re.Match[str], today: date) -> Days | None:
    year = int(match.group(2)) if match.group(2) else today.year - (match.group(3) != "nay")
    return _months(year, 1, 3) if match.group(1) == "dau" else _months(year, 10, 12)


@_rule(rf"{_START}(?:quy|qui){_SPACE}([1-4]|iv|i{{1,3}})(?![\w/])")
def _(match: re.Match[str], today: date) -> Days | None:
    number = _quarter(match.group(1))
    year = today.year if 3 * number - 2 <= today.month else today.year - 1
    return _months(year, 3 * number - 2, 3 * number)


@_rule(
    rf"{_START}(?:trong{_SPACE})?{_COUNT}{_SPACE}(ngay|tuan|thang|nam|quy){_SPACE}(?:qua|gan{_SPACE}day|vua{_SPACE}qua|tro{_SPACE}lai)\b",
    relative=True,
)
def _(match: re.Match[str], today: date) -> Days | None:
    count, unit = _count(match.group(1)), match.group(2)
    if unit in ("ngay", "tuan"):
        return today - timedelta(days=count * (7 if unit == "tuan" else 1)), today
    year, month = _before(today.year, today.month, count * {"thang": 1, "quy": 3, "nam": 12}[unit])
    if year < FIRST_YEAR:
        return None
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1])), today


@_rule(rf"{_START}(hom{_SPACE}nay|sang{_SPACE}nay|chieu{_SPACE}nay|toi{_SPACE}nay|trua{_SPACE}nay)\b", relative=True)
def _(match: re.Match[str], today: date) -> Days | None:
    return today, today


@_rule(rf"{_START}(?:(?:sang|chieu|toi|trua|dem){_SPACE}(?:hom{_SPACE})?|hom{_SPACE})(qua|kia)\b", relative=True)
def _(match: re.Match[str], today: date) -> Days | None:
    return _one(today - timedelta(days=1 if match.group(1) == "qua" else 2))


@_rule(rf"{_START}tuan{_SPACE}(nay|truoc|qua|roi|vua{_SPACE}qua)\b", relative=True)
def _(match: re.Match[str], today: date) -> Days | None:
    monday = today - timedelta(days=today.weekday() + (0 if match.group(1) == "nay" else 7))
    return monday, monday + timedelta(days=6)


@_rule(rf"{_START}thang{_SPACE}(nay|truoc|qua|roi|vua{_SPACE}qua|vua{_SPACE}roi)\b", relative=True)
def _(match: re.Match[str], today: date) -> Days | None:
    return _month(*_before(today.year, today.month, match.group(1) != "nay"))


@_rule(rf"{_START}(?:quy|qui){_SPACE}(nay|truoc|vua{_SPACE}qua)\b", relative=True)
def _(match: re.Match[str], today: date) -> Days | None:
    first = (today.month - 1) // 3 * 3 + 1
    year, month = _before(today.year, first, 0 if match.group(1) == "nay" else 3)
    return _months(year, month, month + 2)


@_rule(rf"{_START}nam{_SPACE}(nay|ngoai|truoc|qua|vua{_SPACE}qua)\b", relative=True)
def _(match: re.Match[str], today: date) -> Days | None:
    return _year(today.year - (match.group(1) != "nay"))


@_rule(rf"{_START}thang{_SPACE}(1[0-2]|[1-9]|{_MONTH_WORD})(?![\w/%]|{_SPACE}(?:dau|cuoi|nam{_SPACE}nao)\b)")
def _(match: re.Match[str], today: date) -> Days | None:
    month = _month_number(match.group(1))
    return _month(_latest_year(month, today), month)


@_rule(rf"{_START}nam{_SPACE}{_YEAR}", year_only=True)
def _(match: re.Match[str], today: date) -> Days | None:
    return _year(int(match.group(1)))


def _latest_year(month: int, today: date) -> int:
    return today.year if month <= today.month else today.year - 1


_STAGE = re.compile(rf"{_START}(?:giai{_SPACE}doan{_SPACE})?((?:19|20)\d\d)[ ]?[-–—][ ]?((?:19|20)\d\d)(?![\d/-])")
_YEARS = re.compile(
    rf"{_START}tu{_SPACE}(?:nam{_SPACE})?{_YEAR}{_SPACE}(?:den|toi){_SPACE}(?:het{_SPACE})?(?:nam{_SPACE})?{_YEAR}"
)
_FROM_MONTH = re.compile(
    rf"{_START}tu{_SPACE}thang{_SPACE}(\d{{1,2}}){_SPACE}(?:den|toi){_SPACE}(?:het{_SPACE})?thang{_SPACE}(\d{{1,2}}){_OF_YEAR}"
)
_FROM_DAY = re.compile(
    rf"{_START}tu{_SPACE}(?:ngay{_SPACE})?(\d{{1,2}})[/-](\d{{1,2}}){_SPACE}(?:den|toi){_SPACE}(?:het{_SPACE})?(?:ngay{_SPACE})?{_DMY}"
)
_TO = re.compile(rf"{_SPACE}(?:(?:cho{_SPACE})?den|toi){_SPACE}(?:het{_SPACE}|cuoi{_SPACE})?")
_FROM = re.compile(rf"(?:ke{_SPACE})?tu{_SPACE}$")
_AFTER = re.compile(rf"sau{_SPACE}$")
_UNTIL = re.compile(rf"(?:tinh{_SPACE})?(?:cho{_SPACE})?(?:den|toi){_SPACE}(?:het{_SPACE})?$")
_EARLIER = re.compile(rf"truoc{_SPACE}$")
_TO_NOW = re.compile(rf"{_SPACE}(?:den|toi){_SPACE}nay\b")


def find_period(text: str, today: date) -> Period | None:
    """Return the period that `text` asks about, the most specific if there are several; None if none.

    A year in a name ("Techfest 2024") and a document number are no period.
    """
    folded = fold(text)
    if len(folded) != len(text):
        text = nfc(text)
        folded = fold(text)
    if len(folded) != len(text):
        return None
    folded = _without_numbers(text, folded)
    found = list(_ranges(text, folded, today)) or list(_points(text, folded, today))
    return found[0] if found else None


def _without_numbers(text: str, folded: str) -> str:
    """Return the folded text with document numbers blanked out, as long as before."""
    for number in find_numbers(text):
        start, end = number.span
        folded = folded[:start] + "x" * (end - start) + folded[end:]
    return folded


def _ranges(text: str, folded: str, today: date) -> Iterator[Period]:
    """Yield the periods that name both ends together."""
    if match := _FROM_DAY.search(folded):
        first_day, first_month, day, month, year = map(int, match.groups())
        start, end = make_date(year, first_month, first_day), make_date(year, month, day)
        if start and end and start <= end:
            yield Period(start, end, text[slice(*match.span())], match.span())
    if match := _FROM_MONTH.search(folded):
        first_month, last_month, year = map(int, match.groups())
        if 1 <= first_month <= last_month <= 12:
            yield Period(*_months(year, first_month, last_month), text[slice(*match.span())], match.span())
    for pattern in (_YEARS, _STAGE):
        if match := pattern.search(folded):
            first, last = map(int, match.groups())
            if first <= last:
                yield Period(_year(first)[0], _year(last)[1], text[slice(*match.span())], match.span(), year_only=True)


def _points(text: str, folded: str, today: date) -> Iterator[Period]:
    """Yield the periods of the rules, joined where one stands behind "từ" and another behind "đến"."""
    taken: list[tuple[tuple[int, int], Days, bool, bool]] = []
    for pattern, meaning, relative, year_only in _RULES:
        for match in pattern.finditer(folded):
            span = match.span()
            if any(span[0] < other[1] and other[0] < span[1] for other, *_ in taken):
                continue
            if days := meaning(match, today):
                taken.append((span, days, relative, year_only))
    for span, days, relative, year_only in taken:
        before = folded[max(0, span[0] - 24) : span[0]]
        if _UNTIL.search(before):  # "tính đến hết tháng 6": how things stood, told later
            return
        if opened := _FROM.search(before):
            begin = span[0] - (len(before) - opened.start())
            end = _other_end(folded, span[1], taken)
            if end:
                yield Period(days[0], end[1][1], text[begin : end[0][1]], (begin, end[0][1]), relative, year_only and end[3])
                return
            to_now = _TO_NOW.match(folded, span[1])
            stop = to_now.end() if to_now else span[1]
            yield Period(days[0], None, text[begin:stop], (begin, stop), relative, year_only)
            return
        for pattern, start, end_day in (
            (_AFTER, days[1] + timedelta(days=1), None),
            (_EARLIER, None, days[0] - timedelta(days=1)),
        ):
            if opened := pattern.search(before):
                begin = span[0] - (len(before) - opened.start())
                yield Period(start, end_day, text[begin : span[1]], (begin, span[1]), relative, year_only)
                return
    for span, days, relative, year_only in taken:
        yield Period(*days, text[slice(*span)], span, relative, year_only)


def _other_end(
    folded: str, place: int, taken: list[tuple[tuple[int, int], Days, bool, bool]]
) -> tuple[tuple[int, int], Days, bool, bool] | None:
    """Return the point that "đến" leads to right behind `place`, or None."""
    to = _TO.match(folded, place)
    return next((one for one in taken if to and one[0][0] == to.end()), None)


# --- days in a text -------------------------------------------------------------------------

_DAY_MONTH = re.compile(rf"{_START}(\d{{1,2}})[/-](\d{{1,2}})(?![\d/%-]|[.,]\d)")
_DAY_WORDS = re.compile(rf"{_START}(\d{{1,2}}){_SPACE}thang{_SPACE}(\d{{1,2}})(?:{_OF_YEAR})?(?!\d)")


def names_day_in(period: Period, text: str, published: date | None) -> bool:
    """Tell whether `text` names a day, month, quarter or year that lies inside the period.

    A day without a year takes that of `published`; without that it does not count.
    """
    folded = fold(nfc(text))
    years = {day.year for day in (period.start, period.end) if day}
    between = range(min(years), max(years) + 1) if period.start and period.end else None
    if between and not (published and published.year in between) and not any(str(year) in folded for year in between):
        return False  # the common case, told at once
    for pattern, meaning, relative, _ in _RULES:
        if relative or pattern.groups == 0:
            continue
        for match in pattern.finditer(folded):
            if not re.search(r"(?:19|20)\d\d", match.group()):
                continue
            days = meaning(match, published or date.today())
            if days and _inside(period, days):
                return True
    for pattern in (_DAY_MONTH, _DAY_WORDS):
        for match in pattern.finditer(folded):
            year = match.group(3) if pattern is _DAY_WORDS else None
            if not year and published is None:
                continue
            day = make_date(int(year) if year else published.year if published else 0, int(match.group(2)), int(match.group(1)))
            if day and _inside(period, (day, day)):
                return True
    return False


def _inside(period: Period, days: Days) -> bool:
    return (period.start is None or days[0] >= period.start) and (period.end is None or days[1] <= period.end)
