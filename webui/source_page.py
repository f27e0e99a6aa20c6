"""The source page: the whole document, opened at the marked passage, beside the original."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from docs_store import Document
from retriever import Assistant

from .citing import official
from .links import MARK, document_url, here, without_token
from .messages import LANGUAGES, VI, Messages
from .originals import Original, find_original, original_response
from .source_text import page_html

_ABSENT = Original("absent")


@dataclass(frozen=True, slots=True)
class Marked:
    """Which stretch of which page to mark. page: index, from 0. quote: start and end of the words quoted from it, if any."""

    page: int
    start: int
    end: int
    quote: tuple[int, int] | None = None


def add_routes(app: FastAPI, assistant: Assistant, data: Path, root: str) -> None:
    """Add /source/{doc_id}, a document's page, and /original/{doc_id}, the file it was read from."""

    @app.get("/source/{doc_id}", response_class=HTMLResponse)
    def source(
        doc_id: str,
        request: Request,
        page: Annotated[int, Query()] = 0,
        start: Annotated[int, Query()] = 0,
        end: Annotated[int, Query()] = 0,
        quoted: Annotated[int, Query(alias="from")] = 0,
        to: Annotated[int, Query()] = 0,
        v: Annotated[str, Query(max_length=64)] = "",
    ) -> Response:
        messages = LANGUAGES.get(request.query_params.get("lang", "vi"), VI)
        generation = assistant.generation()
        document = generation.passages.document(doc_id)
        if document is None:
            return HTMLResponse(missing_html(messages, here(request, root)), status_code=404)
        changed = bool(v) and not document.content_hash.startswith(v)
        marked = None if changed else find_mark(document, page, start, end, (quoted, to))
        original = find_original(document, data, generation.manifest.created)
        return HTMLResponse(source_html(document, marked, messages, here(request, root), changed=changed, original=original))

    @app.get("/original/{doc_id}")
    def original(doc_id: str, request: Request, v: Annotated[str, Query(max_length=64)] = "") -> Response:
        messages = LANGUAGES.get(request.query_params.get("lang", "vi"), VI)
        generation = assistant.generation()
        document = generation.passages.document(doc_id)
        if document is None:
            return HTMLResponse(missing_html(messages, here(request, root)), status_code=404)
        if document.content_hash.startswith(v):  # a file of another text would not fit the page that asks for it
            response = original_response(document, data, generation.manifest.created, request.headers)
            if response:
                return response
        words = messages.original_missing, messages.original_missing_hint
        return HTMLResponse(missing_html(messages, here(request, root), *words), status_code=404)


@cache
def template(name: str) -> Template:
    """Return one of our page templates; every value is escaped by itself."""
    folder = Path(__file__).parent / "templates"
    return Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined).get_template(name)


def source_html(
    document: Document,
    marked: Marked | None,
    messages: Messages,
    root: str,
    *,
    changed: bool,
    original: Original = _ABSENT,
) -> str:
    """Return the page that shows `document`; marked is None where nothing is to be marked."""
    pages = [
        (
            number + 1,
            page_html(
                text,
                (marked.start, marked.end) if marked and marked.page == number else None,
                marked.quote if marked else None,
                markdown=document.format == "md",
            ),
            [messages.note(note) for note in document.notes if note.page == number],
        )
        for number, text in enumerate(document.pages)
    ]
    other = next(one for one in LANGUAGES.values() if one is not messages)
    return template("source.html").render(
        document=document,
        pages=pages,
        m=messages,
        root=root,
        changed=changed,
        chat=chat_path(messages, root),
        other=other,
        other_path=_path(document, marked, root, lang=other.lang),
        link=_path(document, marked, without_token(root)),
        cite=official(document, marked.page if marked else None),
        marked=marked,
        original=original,
        original_path=document_url(document.doc_id, root, "original") + "?" + urlencode({"v": document.content_hash[:12]}),
        original_size=_size(original.size, messages),
    )


def missing_html(messages: Messages, root: str, heading: str = "", hint: str = "") -> str:
    """Return the page that says what is not here: by default, a document of the published generation."""
    return template("missing.html").render(
        m=messages,
        root=root,
        chat=chat_path(messages, root),
        heading=heading or messages.source_missing,
        hint=hint or messages.source_missing_hint,
    )


def chat_path(messages: Messages, root: str) -> str:
    """Return the address of the chat in the language of `messages`."""
    return f"{root}/chat/" if messages.lang == "vi" else f"{root}/{messages.lang}/chat/"


def find_mark(document: Document, page: int, start: int, end: int, quote: tuple[int, int] = (0, 0)) -> Marked | None:
    """Return the stretch if the document has it, else None; its quote if it lies within. page counts from 1."""
    if 1 <= page <= len(document.pages) and 0 <= start < end <= len(document.pages[page - 1]):
        within = start <= quote[0] < quote[1] <= end and quote != (start, end)
        return Marked(page - 1, start, end, quote if within else None)
    return None


def _path(document: Document, marked: Marked | None, root: str, lang: str = "") -> str:
    """Return the address of the page as it is shown, in a language or, by default, in no one's."""
    query: dict[str, str | int] = {"lang": lang} if lang else {}
    if marked:
        query = {
            "page": marked.page + 1, "start": marked.start, "end": marked.end,
            **(dict(zip(("from", "to"), marked.quote, strict=True)) if marked.quote else {}),
            "v": document.content_hash[:12], **query,
        }  # fmt: skip
    place = document_url(document.doc_id, root) + ("?" + urlencode(query) if query else "")
    return f"{place}#{MARK}" if marked else place


def _size(size: int, messages: Messages) -> str:
    text = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} KB"
    return text.replace(".", ",") if messages.lang == "vi" else text
