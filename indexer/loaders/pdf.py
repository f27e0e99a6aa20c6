"""PDF by pypdf, page by page; lines are joined to paragraphs, running headers dropped."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from statistics import quantiles

from docs_store import LoadError

from .extract import Extract

_EDGE_LINES = 2  # running headers and footers stand in the first and last lines of a page
_ENDS_SENTENCE = re.compile(r"[.!?…:;][\"”’)\]]*$")
_STARTS_ITEM = re.compile(r"(?:[-–•+*]\s|\d{1,3}[.)]\s|[a-zđ][.)]\s|(?:Điều|Chương|Mục|Khoản)\s+[\dIVXLC]+\b)")
_BROKEN_NUMBER = re.compile(r"[\w&]-$")


def load_pdf(path: Path) -> Extract:
    """Return the document's text page by page.

    Raises LoadError if it is encrypted, damaged, or has no text (a scan).
    """
    from pypdf import PdfReader

    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise LoadError("PDF có mật khẩu | the PDF is encrypted")
        lines = [(page.extract_text() or "").splitlines() for page in reader.pages]
        information = reader.metadata
        title = (information.title or "") if information else ""
        author = (information.author or "") if information else ""
        made = _creation_date(information)
    except LoadError:
        raise
    except Exception as error:  # pypdf raises ValueError, KeyError, RecursionError and its own kinds on bad files
        raise LoadError(f"PDF hỏng: {type(error).__name__}: {error} | damaged PDF") from error
    if not any(line.strip() for page in lines for line in page):
        raise LoadError(f"PDF là ảnh quét {len(lines)} trang, không có chữ, cần OCR | scanned PDF without text, needs OCR")
    running = _running_lines(lines)
    pages = tuple(_join_lines(_body(page, running)) for page in lines)
    return Extract(pages=pages, format="pdf", paged=True, title=title.strip(), author=author.strip(), made=made)


def _creation_date(information: object) -> date | None:
    try:
        created = getattr(information, "creation_date", None)
    except Exception:  # a malformed date string
        return None
    return created.date() if isinstance(created, datetime) else None


def _mask(line: str) -> str:
    return re.sub(r"\d+", "#", " ".join(line.split()))


def _running_lines(pages: list[list[str]]) -> set[str]:
    """Return the lines, digits masked, that repeat at the edges of at least three pages and half of them."""
    if len(pages) < 3:
        return set()
    counts = Counter(mask for page in pages for mask in {_mask(line) for line in (*page[:_EDGE_LINES], *page[-_EDGE_LINES:])})
    return {mask for mask, count in counts.items() if mask and count >= max(3, len(pages) // 2)}


def _body(page: list[str], running: set[str]) -> list[str]:
    last = len(page) - _EDGE_LINES
    at_edge = {n for n in range(len(page)) if n < _EDGE_LINES or n >= last}
    kept = [line for n, line in enumerate(page) if not (n in at_edge and (_mask(line) in running or line.strip().isdigit()))]
    return [" ".join(line.split()) for line in kept]


def _join_lines(lines: list[str]) -> str:
    """Return the page's text with lines joined to paragraphs, a blank line between paragraphs."""
    lengths = [len(line) for line in lines if line]
    full = quantiles(lengths, n=4)[2] * 0.8 if len(lengths) > 3 else 0.0  # a line this long runs to the margin
    paragraphs: list[str] = []
    previous = ""
    for line in lines:
        if not line:
            previous = ""
            continue
        # A line goes on from a full one that ends no sentence; in small letters, from any.
        joins = previous and not _STARTS_ITEM.match(line) and (line[0].islower() or len(previous) >= full)
        if joins and _ENDS_SENTENCE.search(previous) and len(previous) < full:
            joins = False
        if joins and paragraphs:
            glue = "" if _BROKEN_NUMBER.search(previous) and not line[0].islower() else " "
            paragraphs[-1] += glue + line
        else:
            paragraphs.append(line)
        previous = line
    return "\n\n".join(paragraphs)
