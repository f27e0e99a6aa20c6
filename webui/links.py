"""Addresses of our own pages, and the JSON form of an answer. The interface that stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from retriever import Answer, Citation, Understood

from .asking import filters_json
from .citing import official

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

MARK = "doan"  # the anchor of the marked passage on a source page


def here(request: HTTPConnection, root: str) -> str:
    """Return our root as a request came to it: with its token, where its path carries one."""
    return root + str(request.scope.get("hoitin.token_path", ""))


def without_token(root: str) -> str:
    """Return a root that may be copied and sent to others."""
    return re.sub(r"/t/[\w.-]+$", "", root)


def source_url(citation: Citation, root: str = "") -> str:
    """Return the address of the source page that opens at the citation's passage, its quote marked in it."""
    quoted = citation.start + citation.quote_start
    place = {"page": citation.page + 1, "start": citation.start, "end": citation.end}
    query = urlencode(place | {"from": quoted, "to": quoted + len(citation.quote), "v": citation.content_hash[:12]})
    return f"{document_url(citation.doc_id, root)}?{query}#{MARK}"


def document_url(doc_id: str, root: str = "", kind: str = "source") -> str:
    """Return the address of a document's source page, with nothing marked; or of its "original" file."""
    return f"{root}/{kind}/{quote(doc_id, safe='')}"


def answer_json(answer: Answer, root: str = "") -> dict[str, Any]:
    """Return the answer as JSON types: what `hoitin ask --json` and /api/ask give."""
    return {
        "question": answer.question,
        "found": answer.found,
        "generation": answer.generation,
        "citations": [_citation_json(citation, root) for citation in answer.citations],
        "confidence": answer.confidence,
        "understood": _understood_json(answer.understood),
    }


def _understood_json(understood: Understood) -> dict[str, Any]:
    return {
        "question": understood.question,
        "period": understood.period,
        "first": understood.first.isoformat() if understood.first else None,
        "last": understood.last.isoformat() if understood.last else None,
        "order": understood.order,
        "number": understood.number,
        "corrections": [{"typed": typed, "meant": meant} for typed, meant in understood.corrections],
        "also_called": [{"said": said, "meant": meant} for said, meant in understood.also_called],
        "filters": filters_json(understood.filters),
        "small_talk": understood.small_talk,
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
        "cite": official(citation),
        "confidence": citation.confidence,
        "mark_strength": citation.mark_strength,
        "lacks": list(citation.lacks),
        "document_number": citation.document_number,
        "notes": [{"kind": note.kind, "detail": note.detail, "confidence": note.confidence} for note in citation.notes],
        "copies": [
            {
                "doc_id": copy.doc_id,
                "title": copy.title,
                "publisher": copy.publisher,
                "url": copy.url,
                "published": copy.published.isoformat() if copy.published else None,
            }
            for copy in citation.copies
        ],
    }
