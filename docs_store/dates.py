"""The one rule for which days news can bear."""

from __future__ import annotations

from datetime import date

FIRST_YEAR, LAST_YEAR = 1945, 2100


def make_date(year: int, month: int, day: int) -> date | None:
    """Return the date if it exists and a news item can bear it (1945 to 2100), else None."""
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None
