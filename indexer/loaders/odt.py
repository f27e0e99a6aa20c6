"""OpenDocument texts (ODT, of LibreOffice): what a reader of the printed page sees, in reading order.

Numbers of lists are written out, notes stand at the end as [1], [2]; deleted and hidden text,
comments, headers and footers are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from docs_store import LoadError

from ..dates import parse_date
from .blocks import Block, format_number, one_line, page_of, shown_bullet, table, trim
from .extract import Extract
from .package import Element, Package, attribute, child, local, open_package, text_of

_PROPERTIES = "ODT properties"
_LEFT_OUT = {"tracked-changes", "annotation", "hidden-text", "hidden-paragraph", "note-citation", "ruby-text", "desc", "title"}
_CHARACTERS = {"tab": " ", "line-break": "\n"}
_MOST_SPACES = 200
_WHITE_SPACE = re.compile(r"[ \t\r\n]+")


def load_odt(path: Path) -> Extract:
    """Return the whole document as one page, a blank line between paragraphs. Raises LoadError."""
    with open_package(path, "ODT") as package:
        if b"encryption-data" in (package.read("META-INF/manifest.xml") or b""):
            raise LoadError("tệp ODT có mật khẩu | the ODT file is encrypted")
        body = child(package.need("content.xml"), "body", "text")
        reader = _Reader(package)
        text = page_of([*reader.blocks(body if body is not None else ()), *reader.notes()])
        meta = package.xml("meta.xml")
    if not text:
        raise LoadError("tệp ODT không có chữ | the ODT file has no text")
    title, author = text_of(meta, "title"), text_of(meta, "initial-creator") or text_of(meta, "creator")
    made = parse_date(text_of(meta, "creation-date") or text_of(meta, "date"))
    origins = {name: _PROPERTIES for name, value in (("title", title), ("author", author), ("made", made)) if value}
    return Extract(pages=(text,), format="odt", title=title, author=author, made=made, origins=origins)


@dataclass(slots=True)
class _List:
    style: str
    counts: dict[int, int] = field(default_factory=dict)  # level, from 1 -> its last number


class _Reader:
    """Reads a document's text once, from top to bottom: its lists count on the way."""

    def __init__(self, package: Package) -> None:
        roots = [root for name in ("styles.xml", "content.xml") if (root := package.xml(name)) is not None]
        groups = [group for root in roots for group in root if local(group) in ("styles", "automatic-styles")]
        styles = [style for group in groups for style in group]
        self._lists = {attribute(style, "name"): style for style in styles if local(style) == "list-style"}
        self._hidden = {
            attribute(style, "name") for style in styles if attribute(child(style, "text-properties"), "display") == "none"
        }
        self._outline = _List("")
        self._lists[""] = next((style for style in styles if local(style) == "outline-style"), None)
        self._known: dict[str, _List] = {}  # lists by xml:id, and the last one of each style
        self._notes: list[tuple[str, Element]] = []

    def blocks(self, parent: Iterable[Element]) -> Iterator[Block]:
        """Yield the paragraphs and tables in `parent`, in reading order."""
        for element in parent:
            name = local(element)
            if name == "p":
                yield from self._paragraph(element)
            elif name == "h":
                level = attribute(element, "outline-level")
                numbered = attribute(element, "is-list-header") != "true" and level.isdigit()
                yield from self._paragraph(element, self._label(self._outline, int(level)) if numbered else "")
            elif name == "list":
                yield from self._list(element, None, 1)
            elif name == "table":
                rows = [row for row in element.iter("{*}table-row") if _owner(row) is element]
                yield from table([[list(self.blocks(cell)) for cell in row if local(cell) == "table-cell"] for row in rows])
            elif name not in _LEFT_OUT:
                yield from self.blocks(element)

    def notes(self) -> Iterator[Block]:
        """Yield the footnotes and endnotes under their numbers."""
        for citation, body in self._notes:
            if text := " ".join(map(one_line, self.blocks(body))):
                yield (f"[{citation}] {text}",)

    def _paragraph(self, element: Element, label: str = "") -> Iterator[Block]:
        pieces: list[str] = []
        boxes: list[Block] = []
        self._read(element, pieces, boxes)
        if text := trim("".join(pieces)):
            yield (label + text,)
        yield from boxes

    def _read(self, element: Element, pieces: list[str], boxes: list[Block]) -> None:
        if attribute(element, "style-name") in self._hidden:
            return
        pieces.append(_WHITE_SPACE.sub(" ", element.text or ""))
        for inner in element:
            name = local(inner)
            if name in _CHARACTERS:
                pieces.append(_CHARACTERS[name])
            elif name == "s":
                count = attribute(inner, "c")
                pieces.append(" " * min(int(count) if count.isdigit() else 1, _MOST_SPACES))
            elif name == "note":
                citation = text_of(inner, "note-citation") or str(len(self._notes) + 1)
                self._notes.append((citation, child(inner, "note-body") if child(inner, "note-body") is not None else inner))
                pieces.append(f"[{citation}]")
            elif name == "text-box":
                boxes.extend(self.blocks(inner))
            elif name not in _LEFT_OUT:
                self._read(inner, pieces, boxes)
            pieces.append(_WHITE_SPACE.sub(" ", inner.tail or ""))

    def _list(self, element: Element, outer: _List | None, level: int) -> Iterator[Block]:
        style = attribute(element, "style-name")
        if outer is None:
            earlier = self._known.get(attribute(element, "continue-list") or " ")
            if earlier is None and attribute(element, "continue-numbering") == "true":
                earlier = self._known.get(style)
            outer = earlier or _List(style)
            self._known |= {style: outer, attribute(element, "id") or style: outer}
        elif style and style != outer.style:
            outer = _List(style)
        for item in element:
            numbered = local(item) == "list-item"
            if numbered and (start := attribute(item, "start-value")).isdigit():
                outer.counts[level] = int(start) - 1
            for inner in item:
                if local(inner) == "list":
                    yield from self._list(inner, outer, level + 1)
                elif local(inner) in ("p", "h"):
                    yield from self._paragraph(inner, self._label(outer, level) if numbered else "")
                    numbered = False
                else:
                    yield from self.blocks([inner])

    def _label(self, known: _List, level: int) -> str:
        """Count one item and return its visible number with a space behind, "" if the level has none."""
        style = self._lists.get(known.style)
        levels = {attribute(e, "level"): e for e in style} if style is not None else {}
        own = levels.get(str(level))
        if own is None:
            return ""
        if local(own) == "list-level-style-bullet":
            return shown_bullet(attribute(own, "bullet-char")) + " "
        counts = known.counts
        counts[level] = counts[level] + 1 if level in counts else _number(own, "start-value")
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        if not attribute(own, "num-format"):
            return ""
        shown = range(max(1, level - _number(own, "display-levels") + 1), level + 1)
        numbers = [
            format_number(counts.setdefault(at, 1), form)
            for at in shown
            if (form := attribute(levels.get(str(at)), "num-format"))
        ]
        return f"{attribute(own, 'num-prefix')}{'.'.join(numbers)}{attribute(own, 'num-suffix')} "


def _number(element: Element, name: str) -> int:
    value = attribute(element, name)
    return int(value) if value.isdigit() and len(value) < 7 else 1


def _owner(row: Element) -> Element:
    """Return the table that a row belongs to."""
    return next(ancestor for ancestor in row.iterancestors() if local(ancestor) == "table")
