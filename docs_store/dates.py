"""The one rule for which days news can bear, and which day it is: Vietnam's, wherever the machine stands."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

FIRST_YEAR, LAST_YEAR = 1945, 2100
VIETNAM = timezone(timedelta(hours=7))  # without daylight saving since 1975


def today() -> date:
    """Return the day that it is in Vietnam, also in a container that runs in UTC."""
    return datetime.now(VIETNAM).date()


def make_date(year: int, month: int, day: int) -> date | None:
    """Return the date if it exists and a news item can bear it (1945 to 2100), else None."""
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None
