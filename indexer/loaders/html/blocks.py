"""The visible text of a tree, block by block, in the order of the page; tables and lists stay readable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLOCK_TAGS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav",
    "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LISTS = ("ul", "ol")
_BREAK = "\x02"  # stands for <br> until the block is whole
_PARAGRAPH_BREAK = re.compile(rf" ?{_BREAK}(?: ?{_BREAK})+ ?")
_LINE_BREAK = re.compile(rf" ?{_BREAK} ?")
_INVISIBLE = ("\u200b", "\ufeff", "\u00ad")  # zero-width space, byte order mark, soft hyphen
_LONG_CELL = 600  # characters; a cell this long holds the article, not a figure


@dataclass(slots=True, eq=False)
class Block:
    """A paragraph, heading, list item or table. linked: how many of its characters are links."""

    text: str
    element: HtmlElement  # the nearest block element around it
    kind: str = "p"  # "p", "li", "table", or the heading's tag
    linked: int = 0

    @property
    def is_links(self) -> bool:
        """Tell whether there is next to nothing but links in it."""
        return self.linked > 0.8 * len(self.text)


def blocks_of(root: HtmlElement) -> list[Block]:
    """Return the blocks under root; of a whole page, those of its body."""
    from lxml.etree import iterwalk

    body = root.find("body")
    root = root if body is None else body
    walk = iterwalk(root, events=("start", "end"))
    reader = _Reader(root)
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag == "table" and (text := _table_text(element)) is not None:
                reader.flush()
                if text:
                    linked = sum(len(link.text_content()) for link in element.iter("a") if link.get("href"))
                    reader.blocks.append(Block(text, element, "table", min(linked, len(text))))
                walk.skip_subtree()
            else:
                reader.open(element, tag)
        else:
            reader.close(element, tag)
    reader.flush()
    return reader.blocks


def joined(blocks: Iterable[Block]) -> str:
    """Return the page text of blocks: a blank line between paragraphs, one line for each item of a list."""
    text = ""
    before = ""
    for block in blocks:
        gap = "\n" if before == block.kind == "li" else "\n\n"
        text += (gap if text else "") + block.text
        before = block.kind
    return text


class _Reader:
    """Collects text between the edges of block elements. No recursion: a page may be 2,000 tags deep."""

    def __init__(self, root: HtmlElement) -> None:
        self.root = root
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._linked: list[str] = []
        self._links = 0
        self._preformatted = 0
        self._around = [root]
        self._counters: list[int] = []
        self._marker = ""

    def open(self, element: HtmlElement, tag: str) -> None:
        if tag in _BLOCK_TAGS:
            self.flush()
            self._around.append(element)
            if tag in _LISTS:
                start = element.get("start") or "1"
                self._counters.append(int(start) - 1 if start.isdecimal() and len(start) < 7 else 0)
            elif tag == "li":
                self._marker = self._item_marker(element)
            elif tag == "pre":
                self._preformatted += 1
        elif tag == "br":
            self._parts.append(_BREAK)
        elif tag == "a" and element.get("href"):
            self._links += 1
        elif tag == "q":
            self._parts.append("“")
        self._add(element.text)

    def close(self, element: HtmlElement, tag: str) -> None:
        if tag in _BLOCK_TAGS:
            self.flush()
            if self._around[-1] is element:
                self._around.pop()
                if tag in _LISTS and self._counters:
                    self._counters.pop()
                elif tag == "li":
                    self._marker = ""
                elif tag == "pre":
                    self._preformatted -= 1
        elif tag == "a" and element.get("href"):
            self._links -= 1
        elif tag == "q":
            self._parts.append("”")
        if element is not self.root:
            self._add(element.tail)

    def flush(self) -> None:
        if not self._parts:
            return
        whole = _tidy("".join(self._parts))
        linked = len(_tidy("".join(self._linked)))
        self._parts, self._linked = [], []
        around = self._around[-1]
        kind = "li" if self._marker else around.tag if around.tag in _HEADINGS else "p"
        for piece in _PARAGRAPH_BREAK.split(whole) if _BREAK in whole else (whole,):
            text = _LINE_BREAK.sub("\n", piece).strip() if _BREAK in piece else piece
            if text:
                self.blocks.append(Block(self._marker + text, around, kind, min(linked, len(text))))
                self._marker = ""

    def _add(self, text: str | None) -> None:
        if not text:
            return
        if self._preformatted:
            text = text.replace("\n", _BREAK)
        self._parts.append(text)
        if self._links > 0:
            self._linked.append(text)

    def _item_marker(self, element: HtmlElement) -> str:
        parent = element.getparent()
        if parent is None or parent.tag != "ol" or not self._counters:
            return "- "
        self._counters[-1] += 1
        number = self._counters[-1]
        letters = parent.get("type") == "a" and number <= 26
        return f"{chr(96 + number) if letters else number}. "


def _table_text(table: HtmlElement) -> str | None:
    """Return a table of figures as lines, cells parted by ' | '; None for a table that only lays out the page."""
    if next(table.iterdescendants("table", "h1"), None) is not None:
        return None
    rows = [[_cell_text(cell) for cell in row.iterchildren("td", "th")] for row in table.iterdescendants("tr")]
    lengths = [len(cell) for row in rows for cell in row]
    longest = max(lengths, default=0)
    if not any(sum(map(bool, row)) > 1 for row in rows) or (longest > _LONG_CELL and longest > sum(lengths) / 2):
        return None
    caption = next((_cell_text(element) for element in table.iterchildren("caption")), "")
    lines = [" | ".join(row).rstrip(" |") for row in rows]
    return "\n".join(line for line in (caption, *lines) if line)


def _cell_text(cell: HtmlElement) -> str:
    for element in cell.iterdescendants(*_BLOCK_TAGS, "br"):
        element.tail = f" {element.tail or ''}"
        element.text = f" {element.text or ''}" if element.tag != "br" else element.text
    return _tidy(cell.text_content())


def _tidy(text: str) -> str:
    """Return text with single spaces and without what nobody sees."""
    for character in _INVISIBLE:
        if character in text:
            text = text.replace(character, "")
    return " ".join(text.split())
