"""Citations in words, as a Vietnamese office writes them."""

from __future__ import annotations

from docs_store import Document
from retriever import Citation


def official(cited: Document | Citation, page: int | None = None) -> str:
    """Return who published what under which title, when, on which page, and where; parts that are not known are left out.

    page: index, from 0, of a document's page; a citation knows its own.
    """
    if isinstance(cited, Citation):
        number, page = cited.document_number, cited.page
    else:
        number = cited.number
    parts = [
        cited.publisher,
        f"số {number}" if number and number not in cited.title else "",
        _quoted(cited.title),
        f"ngày đăng {cited.published:%d/%m/%Y}" if cited.published else "",
        f"tr. {page + 1}" if cited.paged and page is not None else "",
        cited.url,
    ]
    return ", ".join(part for part in parts if part)


def _quoted(title: str) -> str:
    return f"“{title}”" if '"' in title else f'"{title}"'
