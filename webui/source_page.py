"""The source page: the whole document, opened at the marked passage, beside the original."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode
from weakref import WeakValueDictionary

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from docs_store import Document
from retriever import Assistant

from .access.limits import counts_as
from .access.line import Turns
from .citing import official
from .links import MARK, document_url, here, without_token
from .messages import LANGUAGES, VI, Messages
from .originals import Original, find_original, original_response
from .source_text import page_pieces

_ABSENT = Original("absent")
_PART = 64_000  # characters of a page that are sent at once

Reading = Annotated[Turns, counts_as(reads=1)]


@dataclass(frozen=True, slots=True)
class Marked:
    """Which stretch of which page to mark. page: index, from 0. quote: start and end of the words quoted from it, if any."""

    page: int
    start: int
    end: int
    quote: tuple[int, int] | None = None


def add_routes(app: FastAPI, assistant: Assistant, data: Path, root: str) -> None:
    """Add /source/{doc_id}, a document's page, and /original/{doc_id}, the file it was read from."""
    documents = _Documents(assistant)

    @app.get("/source/{doc_id}", response_class=HTMLResponse)
    async def source(
        doc_id: str,
        request: Request,
        turns: Reading,
        page: Annotated[int, Query()] = 0,
        start: Annotated[int, Query()] = 0,
        end: Annotated[int, Query()] = 0,
        quoted: Annotated[int, Query(alias="from")] = 0,
        to: Annotated[int, Query()] = 0,
        v: Annotated[str, Query(max_length=64)] = "",
    ) -> Response:
        messages, base = LANGUAGES.get(request.query_params.get("lang", "vi"), VI), here(request, root)

        def parts() -> Generator[bytes]:
            published = documents.find(doc_id)
            if published is None:
                return
            document = published.document
            changed = bool(v) and not document.content_hash.startswith(v)
            marked = None if changed else find_mark(document, page, start, end, (quoted, to))
            original = find_original(document, data, published.created)
            yield from source_parts(document, marked, messages, base, changed=changed, original=original)

        sent = turns.each(parts())
        first = await anext(sent, None)  # what goes wrong up to here has an answer of its own
        if first is None:
            return HTMLResponse(missing_html(messages, base), status_code=404)
        return StreamingResponse(_after(first, sent), media_type="text/html")

    @app.get("/original/{doc_id}")
    async def original(doc_id: str, request: Request, turns: Reading, v: Annotated[str, Query(max_length=64)] = "") -> Response:
        messages, base = LANGUAGES.get(request.query_params.get("lang", "vi"), VI), here(request, root)

        def respond() -> Response:
            published = documents.find(doc_id)
            if published is None:
                return HTMLResponse(missing_html(messages, base), status_code=404)
            document = published.document
            if document.content_hash.startswith(v):  # a file of another text would not fit the page that asks for it
                response = original_response(document, data, published.created, request.headers, turns.each)
                if response:
                    return response
            words = messages.original_missing, messages.original_missing_hint
            return HTMLResponse(missing_html(messages, base, *words), status_code=404)

        return await turns.work(respond)


@dataclass(frozen=True)
class _Published:
    """A document as it is published. created: when its generation was made."""

    document: Document
    created: str


class _Documents:
    """The published documents. Who reads the same one at the same time shares it: its text may be long."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._read: WeakValueDictionary[tuple[str, str], _Published] = WeakValueDictionary()

    def find(self, doc_id: str) -> _Published | None:
        """Return a document, None for one that is not published. Raises what `Assistant.generation` raises."""
        generation = self._assistant.generation()
        key = generation.state, doc_id
        published = self._read.get(key)
        if published is None and (document := generation.passages.document(doc_id)):
            published = self._read[key] = _Published(document, generation.manifest.created)
        return published


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part


@cache
def template(name: str) -> Template:
    """Return one of our page templates; every value is escaped by itself."""
    folder = Path(__file__).parent / "templates"
    return Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined).get_template(name)


def source_parts(
    document: Document,
    marked: Marked | None,
    messages: Messages,
    root: str,
    *,
    changed: bool,
    original: Original = _ABSENT,
) -> Generator[bytes]:
    """Yield the page that shows a document in parts, each made when it is asked for; marked: None where nothing is to be."""
    pages = (
        (
            number + 1,
            page_pieces(
                text,
                (marked.start, marked.end) if marked and marked.page == number else None,
                marked.quote if marked else None,
                markdown=document.format == "md",
            ),
            [messages.note(note) for note in document.notes if note.page == number],
        )
        for number, text in enumerate(document.pages)
    )
    other = next(one for one in LANGUAGES.values() if one is not messages)
    pieces = template("source.html").generate(
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
    gathered: list[str] = []
    size = 0
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= _PART:
            yield "".join(gathered).encode()
            gathered, size = [], 0
    yield "".join(gathered).encode()


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
