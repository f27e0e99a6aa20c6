"""The source page: the whole document, opened at the marked passage."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from docs_store import Document

from .links import MARK
from .messages import Messages


@dataclass(frozen=True, slots=True)
class Marked:
    """Which stretch of which page to mark. page: index, from 0."""

    page: int
    start: int
    end: int


@cache
def template(name: str) -> Template:
    """Return one of our page templates; every value is escaped by itself."""
    folder = Path(__file__).parent / "templates"
    return Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined).get_template(name)


def source_html(document: Document, marked: Marked | None, messages: Messages, root: str, *, changed: bool) -> str:
    """Return the page that shows `document`; marked is None where nothing is to be marked."""
    pages = [
        (
            number + 1,
            _marked_text(text, marked) if marked and marked.page == number else escape(text),
            [messages.note(note) for note in document.notes if note.page == number],
        )
        for number, text in enumerate(document.pages)
    ]
    return template("source.html").render(
        document=document, pages=pages, m=messages, root=root, changed=changed, chat=chat_path(messages, root)
    )


def missing_html(messages: Messages, root: str) -> str:
    """Return the page for a document that is not in the published generation."""
    return template("missing.html").render(m=messages, root=root, chat=chat_path(messages, root))


def chat_path(messages: Messages, root: str) -> str:
    """Return the address of the chat in the language of `messages`."""
    return f"{root}/chat/" if messages.lang == "vi" else f"{root}/{messages.lang}/chat/"


def find_mark(document: Document, page: int, start: int, end: int) -> Marked | None:
    """Return the stretch if the document has it, else None. page counts from 1."""
    if 1 <= page <= len(document.pages) and 0 <= start < end <= len(document.pages[page - 1]):
        return Marked(page - 1, start, end)
    return None


def _marked_text(text: str, marked: Marked) -> Markup:
    before, inside, after = text[: marked.start], text[marked.start : marked.end], text[marked.end :]
    return escape(before) + Markup('<mark id="{}" tabindex="-1">{}</mark>').format(MARK, inside) + escape(after)
