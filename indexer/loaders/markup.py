"""The text of HTML that is content through and through: a CMS's article body, a chapter of a book.

Nothing is judged to be a menu or an advertisement; for web pages see `html`.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from .blocks import BULLET, Block, format_number, page_of, table, trim
from .package import Element, local, parse_xml

_IS_MARKUP = re.compile(r"</(?:p|div|li|h[1-6]|td|span|strong|em|b|i|a|figure|blockquote|article|section)\s*>|<br\s*/?>", re.I)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "legend", "li", "main", "nav", "ol",
    "p", "caption", "pre", "section", "summary", "table", "tr", "ul",
}  # fmt: skip
_UNSEEN = {
    "audio", "button", "canvas", "datalist", "head", "iframe", "input", "noscript", "object", "rp", "rt", "script", "select",
    "style", "svg", "template", "textarea", "title", "video",
}  # fmt: skip
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]\w*;")  # XML knows five names, HTML two thousand
_WHITE_SPACE = re.compile(r"[ \t\r\n\f]+")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LIST_FORMS = {form: form for form in "aAiI"}


def is_markup(text: str) -> bool:
    """Tell whether a text is HTML; one that only speaks of a tag is not."""
    return _IS_MARKUP.search(text) is not None


def block_text(source: str, xhtml: bool = False) -> str:
    """Return the text of HTML, a blank line between paragraphs, tables as rows; "" if there is none.

    xhtml: it should be XML, in which <script/> is whole; if it is not well-formed it is read as HTML.
    """
    from lxml import etree

    text = _XML_DECLARATION.sub("", source.replace("\x00", ""))
    root = None
    if xhtml:
        with suppress(ValueError):
            root = parse_xml(_NAMED.sub(_character, text).encode("utf-8", "replace"))
    if root is None:
        parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True)
        with suppress(etree.XMLSyntaxError):
            root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    return page_of(_blocks(root)) if root is not None else ""


def _character(match: re.Match[str]) -> str:
    return escape(unescape(match.group()), quote=False)


@dataclass(slots=True)
class _Frame:
    """What is being filled: the whole text, or one cell of a table."""

    blocks: list[Block] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    rows: list[list[list[Block]]] = field(default_factory=list)  # of the table that is open in it

    def close_block(self) -> None:
        text = trim("".join(self.text))
        self.text.clear()
        if text:
            self.blocks.append((text,))

    def close_table(self) -> None:
        self.close_block()
        self.blocks.extend(table(self.rows))
        self.rows = []


def _blocks(root: Element) -> list[Block]:
    """Return the blocks of a tree, without recursion: a page may be nested as deep as it likes."""
    from lxml import etree

    frames = [_Frame()]
    lists: list[list[Any]] = []  # of the lists that are open: the next number, its form
    unseen: Element | None = None
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name = local(element)
        frame = frames[-1]
        if event == "start":
            if _is_unseen(element, name):
                unseen = element
                walk.skip_subtree()
                continue
            if name in _BLOCKS:
                frame.close_block()
            if name == "br":
                frame.text.append("\n")
            elif name in ("ul", "ol"):
                lists.append([_start(element), _LIST_FORMS.get(element.get("type"), "1") if name == "ol" else ""])
            elif name == "li" and lists:
                frame.text.append(_item_mark(lists[-1]))
            elif name == "tr":
                frame.rows.append([])
            elif name in ("td", "th"):
                frames.append(frame := _Frame())
            frame.text.append(_WHITE_SPACE.sub(" ", element.text or ""))
            continue
        if element is unseen:
            unseen = None
        elif name in ("td", "th"):
            frames.pop().close_block()
            frames[-1].rows = frames[-1].rows or [[]]
            frames[-1].rows[-1].append(frame.blocks)
        elif name == "table":
            frame.close_table()
        elif name in _BLOCKS:
            frame.close_block()
            if name in ("ul", "ol"):
                lists.pop()
        frames[-1].text.append(_WHITE_SPACE.sub(" ", element.tail or ""))
    frames[0].close_table()
    return frames[0].blocks


def _is_unseen(element: Element, name: str) -> bool:
    return name in _UNSEEN or element.get("hidden") is not None or bool(_HIDDEN_STYLE.search(element.get("style") or ""))


def _start(element: Element) -> int:
    start = element.get("start") or "1"
    return int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1


def _item_mark(counter: list[Any]) -> str:
    number, form = counter
    counter[0] += 1
    return f"{format_number(number, form)}. " if form else f"{BULLET} "
