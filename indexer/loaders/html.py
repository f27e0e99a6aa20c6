"""Saved web pages: main text and metadata by trafilatura; menus, related links and comments left out."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from docs_store import LoadError

from ..dates import parse_date
from ..legacy import decode, repair
from .extract import Extract
from .text import converted

_DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d+|#x[\da-f]+|[a-z]+\d*);", re.IGNORECASE)


def load_html(path: Path) -> Extract:
    """Return the page's main text as one page, a blank line between paragraphs.

    Raises LoadError if the page has no main text.
    """
    import trafilatura
    from trafilatura.settings import Document as Extracted

    data = path.read_bytes()
    declared = _DECLARED.search(data[:4096])
    html, encoding = decode(data, declared.group(1).decode("ascii", "replace") if declared else "")
    if not encoding:  # editors of the time wrote legacy letters as entities too: Vi&#214;t
        html, encoding = repair(_ENTITY.sub(_accented, html))
    found = trafilatura.bare_extraction(html, with_metadata=True, include_comments=False, include_tables=True)
    text = (found.text or "").strip() if isinstance(found, Extracted) else ""
    if not isinstance(found, Extracted) or not text:
        raise LoadError("trang HTML không có nội dung chính | the HTML page has no main text")
    url = found.url or ""
    return Extract(
        pages=(text.replace("\n", "\n\n"),),
        format="html",
        title=found.title or "",
        publisher=found.sitename or "",
        author=found.author or "",
        url=url if url.startswith(("http://", "https://")) else "",
        lead=found.description or "",
        published=parse_date(found.date),
        notes=converted(encoding),
    )


def _accented(match: re.Match[str]) -> str:
    """Return the letter of an entity; the entity itself if that is ASCII, such as < and &."""
    letter = unescape(match.group())
    return match.group() if letter.isascii() else letter
