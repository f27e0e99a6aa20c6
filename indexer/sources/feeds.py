"""RSS 0.9 to 2.0, RDF and Atom by feedparser, which is given bytes and never fetches."""

from __future__ import annotations

import io
from html import unescape
from html.parser import HTMLParser
from typing import Any
from xml.sax import SAXException

from .listings import Entry, Listing, ListingError, one_line, refuse_entities, stated_time

_MOST_ENTRIES = 5000


def read_feed(data: bytes, url: str, content_type: str, section: str, now: float) -> Listing:
    """Return the pages that a feed lists. section: the rubric of entries that name none.

    Raises ListingError if the bytes are no feed.
    """
    import feedparser

    refuse_entities(data)
    try:
        found = feedparser.parse(
            io.BytesIO(data),  # a plain value might be taken for a file's name
            response_headers={"content-type": content_type or "application/xml", "content-location": url},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # a parser's own bug must not end the run
        raise ListingError(f"không đọc được ({type(error).__name__}) | cannot be read") from error
    # Another encoding or type than stated is no fault of the XML.
    whole = not isinstance(found.get("bozo_exception"), SAXException)
    if not found["entries"] and not (whole and found.get("version")):
        raise ListingError("không phải RSS hoặc Atom | not RSS or Atom")
    atom = str(found.get("version")).startswith("atom")
    entries = [_entry(entry, section, now, atom) for entry in found["entries"][:_MOST_ENTRIES]]
    # feedparser reads on behind a fault; such a feed is read again next time, as it may have been cut short.
    return Listing([entry for entry in entries if entry.link], whole=whole)


def _entry(entry: Any, section: str, now: float, atom: bool) -> Entry:
    # dict.get: feedparser's own gives `published` for `updated`.
    said = {name: dict.get(entry, name) for name in ("link", "title_detail", "published", "updated", "publisher", "tags")}
    tags = [one_line(tag.get("label") or tag.get("term")) for tag in said["tags"] or []]
    origin = dict.get(entry, "source") or {}
    published, updated = stated_time(said["published"], now), stated_time(said["updated"], now)
    if not atom:  # dc:date, which feedparser takes for an update
        published = published or updated
    return Entry(
        link=said["link"] or "",
        title=_title(said["title_detail"]),
        published=published,
        updated=updated if updated != published else "",
        publisher=one_line(said["publisher"] or origin.get("title")),
        section=next(filter(None, tags), section),
    )


def _title(detail: Any) -> str:
    """Return a title as text: 'Bộ <b>KH&amp;CN</b>' -> 'Bộ KH&CN'."""
    if not detail:
        return ""
    value = str(detail.get("value") or "")
    return one_line(unescape(value) if detail.get("type") == "text/plain" else _Words.of(value))


class _Words(HTMLParser):
    """Collects the text between tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    @classmethod
    def of(cls, html: str) -> str:
        """Return the text of a piece of HTML."""
        parser = cls()
        parser.feed(html[:10_000])
        parser.close()
        return "".join(parser.found)
