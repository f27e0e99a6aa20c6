"""What a feed or a sitemap lists: addresses, and what it says of each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from docs_store import VIETNAM, make_date
from docs_store.vietnamese import nfc, storable

from ..dates import find_date

_LONGEST = 500  # characters of a title or a name
_HALF_DAY = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)
_EPOCH = date(1970, 1, 1)  # what a program writes that knows no date


@dataclass(frozen=True, slots=True)
class Entry:
    """One page as a listing states it: link as written; the rest only where it stands there.

    published, updated, lastmod: ISO 8601, a day or a time in Vietnam's zone.
    """

    link: str
    title: str = ""
    published: str = ""
    updated: str = ""
    publisher: str = ""
    section: str = ""
    lastmod: str = ""

    def stated(self) -> dict[str, str]:
        """Return what it says besides the link."""
        names = ("title", "published", "updated", "publisher", "section", "lastmod")
        return {name: value for name in names if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Listing:
    """entries: pages. children: further sitemaps, link and lastmod. whole: False if some of it could not be read."""

    entries: list[Entry] = field(default_factory=list)
    children: list[tuple[str, str]] = field(default_factory=list)
    whole: bool = True


class ListingError(Exception):
    """The bytes are no listing. Its text is the reason."""


def refuse_entities(data: bytes) -> None:
    """Raise ListingError if the XML declares entities: they have no use here but to multiply, or to read files."""
    if b"<!entity" in data.replace(b"\x00", b"").lower():  # without its zeros, UTF-16 reads as ASCII
        raise ListingError("có khai báo ENTITY | declares entities")


def one_line(text: str | None) -> str:
    """Return text as it can stand in a field: NFC, one line, of bounded length."""
    return " ".join(nfc(storable(text or "")[: 4 * _LONGEST]).split())[:_LONGEST]


def stated_time(text: str | None, now: float) -> str:
    """Return a date or time as a site writes it, in ISO 8601; '' if it is none or cannot be that of news.

    A time without a zone is Vietnam's. Day comes before month; '6/5/2024 8:30 AM', which an American
    program wrote, could be either, and says nothing.
    """
    text = " ".join((text or "").split())[:100]
    found = _iso(text) or _rfc822(text) or (None if _HALF_DAY.search(text) else find_date(text))
    if found is None:
        return ""
    if isinstance(found, datetime):
        local = found.replace(tzinfo=VIETNAM) if found.tzinfo is None else _in_vietnam(found)
        day, value = local.date(), local.isoformat(timespec="seconds")
    else:
        day, value = found, found.isoformat()
    tomorrow = datetime.fromtimestamp(now, VIETNAM).date() + timedelta(days=1)
    known = make_date(day.year, day.month, day.day)
    return value if known and day != _EPOCH and day <= tomorrow else ""


def timestamp(iso: str) -> float:
    """Return the time that `stated_time` wrote, in seconds since 1970."""
    moment = datetime.fromisoformat(iso)
    return (moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)).timestamp()


def newest(values: Iterable[str]) -> float:
    """Return the latest of some ISO times; 0 where there is none."""
    return max((timestamp(value) for value in values if value), default=0.0)


def _iso(text: str) -> date | datetime | None:
    try:
        return datetime.fromisoformat(text) if len(text) > len("2024-06-05") else date.fromisoformat(text)
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | None:
    if not re.match(r"(?:[A-Za-z]{3,9},? )?\d{1,2} [A-Za-z]{3}", text):
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None


def _in_vietnam(moment: datetime) -> datetime:
    try:
        return moment.astimezone(VIETNAM)
    except OverflowError:  # the year 1 or 9999, refused by the caller
        return moment.astimezone(UTC) if moment.utcoffset() == timedelta(0) else moment
