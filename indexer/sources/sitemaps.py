"""Sitemaps, sitemap indexes and the news extension by lxml: no entities, no network, bounded."""

from __future__ import annotations

import io
import re
from typing import Any

from .listings import Entry, Listing, ListingError, one_line, refuse_entities, stated_time
from .unpacking import GZIP_MAGIC, DamagedError, TooLargeError, gunzip

_MOST_ENTRIES = 100_000  # the protocol allows 50,000
_NEWS = "sitemap-news/"
_BARE = re.compile(rb"&(?!(?:[a-z]{2,10}|#\d{1,7}|#x[0-9a-f]{1,6});)", re.IGNORECASE)


def read_sitemap(data: bytes, now: float, limit: int) -> Listing:
    """Return the pages and further sitemaps that a sitemap lists, plain or .gz.

    limit: the most bytes, unpacked. Raises ListingError if the bytes are no sitemap.
    """
    from lxml import etree

    if data.startswith(GZIP_MAGIC):
        try:
            data = gunzip([data], limit)
        except TooLargeError as error:
            raise ListingError(f"giải nén lớn quá {limit / 1e6:.4g} MB | larger than the limit once unpacked") from error
        except DamagedError as error:
            raise ListingError("tệp .gz hỏng | damaged .gz") from error
    refuse_entities(data)
    # No recovery: it would make "?x=1&y=2" the address "?x=1=2".
    nodes = etree.iterparse(io.BytesIO(_with_whole_ampersands(data)), events=("end",), **_SAFE)
    entries: list[Entry] = []
    children: list[tuple[str, str]] = []
    root, whole = "", True
    try:
        for _, node in nodes:
            name = _name(node)
            if name == "url":
                entries.append(_entry(node, now))
            elif name == "sitemap":
                children.append((_text(node, "loc"), stated_time(_text(node, "lastmod"), now)))
            else:
                root = name
                continue
            node.clear()
            while node.getprevious() is not None:
                del node.getparent()[0]
            if len(entries) + len(children) >= _MOST_ENTRIES:
                break
    except etree.XMLSyntaxError as error:  # what stands before the fault is good, and read again next time
        whole = False
        if not entries and not children:
            raise ListingError("XML hỏng | damaged XML") from error
    if not entries and not children and root not in ("urlset", "sitemapindex"):
        raise ListingError("không phải sitemap | not a sitemap")
    entries = [entry for entry in entries if entry.link]
    children = [child for child in children if child[0]]
    return Listing(entries, children, whole=whole)


_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


def _with_whole_ampersands(data: bytes) -> bytes:
    """Return XML in which a bare '&', the commonest fault of all in addresses, is written as it should be."""
    first, *others = data.split(b"<![CDATA[")
    if b"\x00" in data:  # UTF-16
        return data
    mended = [_BARE.sub(b"&amp;", first)]
    for part in others:
        literal, end, rest = part.partition(b"]]>")
        mended.append(b"<![CDATA[" + literal + end + _BARE.sub(b"&amp;", rest))
    return b"".join(mended)


def _entry(node: Any, now: float) -> Entry:
    news = next((child for child in node if _name(child) == "news" and _NEWS in child.tag), None)
    said: dict[str, str] = {}
    if news is not None:
        publication = next((child for child in news if _name(child) == "publication"), None)
        said = {
            "title": one_line(_text(news, "title")),
            "published": stated_time(_text(news, "publication_date"), now),
            "publisher": one_line(_text(publication, "name")) if publication is not None else "",
        }
    return Entry(link=_text(node, "loc"), lastmod=stated_time(_text(node, "lastmod"), now), **said)


def _name(node: Any) -> str:
    """Return the tag without its namespace; '' of a comment or an entity."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _text(node: Any, name: str) -> str:
    """Return the text of the child of this name: image:loc stands deeper, and is not the page's."""
    return next(((child.text or "").strip() for child in node if _name(child) == name), "")
