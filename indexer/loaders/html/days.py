"""The days that a page names: in its metadata, and in the stamps beside its headline. Day first, always."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime

from docs_store import VIETNAM, make_date, today
from docs_store.vietnamese import fold

from ...dates import find_date

_FIRST = date(1990, 1, 1)  # the web is not older
_COMPACT = re.compile(r"(20\d\d|199\d)(\d\d)(\d\d)(?:\d{4}|\d{6}|T.*)?")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?!\d)")
_MONTHS = {
    "gieng": 1, "mot": 1, "hai": 2, "ba": 3, "tu": 4, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
    "muoi": 10, "muoi mot": 11, "muoi hai": 12, "chap": 12,
}  # fmt: skip
_MONTH = rf"thang ({'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_DAY_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}}),? {_MONTH},? (?:nam )?(\d{{4}})(?!\d)")  # 5 Tháng Sáu, 2024 (WordPress)
_MONTH_DAY = re.compile(rf"{_MONTH} (\d{{1,2}}),? (\d{{4}})(?!\d)")  # Tháng Sáu 5, 2024
_MAIL_DAY = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d")  # Wed, 05 Jun 2024 01:30:00 GMT
_UPDATED = re.compile(r"cap nhat|sua doi luc|chinh sua|updated|modified|lan cuoi")
_POSTED = re.compile(r"(?:ngay |gio )?(?:dang|xuat ban|phat hanh|tao)(?: ngay| luc| tin| bai)?|posted|published")


def metadata_day(value: object) -> date | None:
    """Return the day that a metadata value means, in Vietnam's time, or None if there is none to be believed."""
    text = str(value).strip() if value else ""
    if not text or len(text) > 100:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            if not _MAIL_DAY.match(text):
                return written_day(text)
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
    return _believable(moment.astimezone(VIETNAM).date() if moment.tzinfo else moment.date())


def written_day(text: str) -> date | None:
    """Return the first day written out in a text, or None if there is none to be believed."""
    compact = _COMPACT.fullmatch(text.strip())
    if compact and (day := make_date(*map(int, compact.groups()))):
        return _believable(day)
    if (year_first := _YEAR_FIRST.search(text)) and (day := make_date(*map(int, year_first.groups()))):
        return _believable(day)
    if day := find_date(text):
        return _believable(day)
    folded = " ".join(fold(text).split())
    if match := _DAY_MONTH.search(folded):
        return _believable(make_date(int(match[3]), _MONTHS[match[2]], int(match[1])))
    if match := _MONTH_DAY.search(folded):
        return _believable(make_date(int(match[3]), _MONTHS[match[1]], int(match[2])))
    return None


def stamped_days(texts: list[str]) -> tuple[date | None, date | None]:
    """Return (published, updated) that short texts beside a headline state, each None where not stated.

    'Cập nhật lúc 08:30, ngày 5/6/2024' is an update; a bare 'Thứ Tư, 05/06/2024 | 08:30' the publication.
    """
    posted = bare = updated = None
    for text in texts:
        # One stamp may say both: "Đăng ngày 5/6/2024 - Cập nhật 7/6/2024".
        folded = fold(text)
        cut = _UPDATED.search(folded) if len(folded) == len(text) else None
        before, behind = (text[: cut.start()], text[cut.start() :]) if cut else (text, "")
        updated = updated or written_day(behind)
        if day := written_day(before):
            if _POSTED.search(fold(before)):
                posted = posted or day
            else:
                bare = bare or day
    return posted or bare, updated


def _believable(day: date | None) -> date | None:
    """Return the day unless it lies in the future or before the web: then a clock or a typing slip wrote it."""
    return day if day and _FIRST <= day <= today() + timedelta(days=1) else None
