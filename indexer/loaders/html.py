"""Saved web pages: main text and metadata by trafilatura; menus, related links and comments left out."""

from __future__ import annotations

import re
from pathlib import Path

from docs_store import LoadError

from ..dates import parse_date
from .extract import Extract
from .text import decode

_DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


def load_html(path: Path) -> Extract:
    """Return the page's main text as one page, a blank line between paragraphs.

    Raises LoadError if the page has no main text.
    """
    import trafilatura
    from trafilatura.settings import Document as Extracted

    html = _decode_html(path.read_bytes())
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
    )


def _decode_html(data: bytes) -> str:
    declared = _DECLARED.search(data[:4096])
    if declared:
        try:
            return data.decode(declared.group(1).decode("ascii"))
        except (UnicodeDecodeError, LookupError):
            pass
    return decode(data)
