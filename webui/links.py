"""Addresses of our own pages, and the JSON form of an answer. The interface that stays."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from retriever import Answer, Citation

MARK = "doan"  # the anchor of the marked passage on a source page


def source_url(citation: Citation, root: str = "") -> str:
    """Return the address of the source page that opens at the citation's passage."""
    query = urlencode(
        {"page": citation.page + 1, "start": citation.start, "end": citation.end, "v": citation.content_hash[:12]}
    )
    return f"{root}/source/{quote(citation.doc_id, safe='')}?{query}#{MARK}"


def answer_json(answer: Answer, root: str = "") -> dict[str, Any]:
    """Return the answer as JSON types: what `hoitin ask --json` and /api/ask give."""
    return {
        "question": answer.question,
        "found": answer.found,
        "generation": answer.generation,
        "citations": [_citation_json(citation, root) for citation in answer.citations],
    }


def _citation_json(citation: Citation, root: str) -> dict[str, Any]:
    return {
        "number": citation.number,
        "doc_id": citation.doc_id,
        "title": citation.title,
        "publisher": citation.publisher,
        "url": citation.url,
        "source_url": source_url(citation, root),
        "published": citation.published.isoformat() if citation.published else None,
        "page": citation.page + 1 if citation.paged else None,
        "quote": citation.quote,
        "passage": citation.passage,
        "score": citation.score,
    }
