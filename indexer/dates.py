"""Dates as Vietnamese documents write them. Day first, always."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from docs_store import make_date

_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4})(?![\d/]|[.-]\d)")
_WORDS = re.compile(r"(?<!\d)(\d{1,2})\s+tháng\s+(\d{1,2})\s*(?:,|năm)?\s*(\d{4})(?!\d)", re.IGNORECASE)


def parse_date(value: Any) -> date | None:
    """Return the date that a metadata value means: a date, ISO text, or day-first text; else None."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return find_date(str(value)) if value else None


def find_date(text: str, latest: date = date.max) -> date | None:
    """Return the first date written out in full in `text` and not after `latest`, or None."""
    found: list[tuple[int, date]] = []
    for match in _ISO.finditer(text):
        if (day := make_date(*map(int, match.groups()))) and day <= latest:
            found.append((match.start(), day))
            break
    for pattern in (_NUMERIC, _WORDS):
        for match in pattern.finditer(text):
            d, m, y = map(int, match.groups())
            if (day := make_date(y, m, d)) and day <= latest:
                found.append((match.start(), day))
                break
    return min(found)[1] if found else None
