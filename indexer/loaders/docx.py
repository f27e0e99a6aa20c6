"""Word documents (DOCX): what a reader of the printed page sees, in reading order.

Numbers of lists are written out; text that was deleted under tracking or is hidden is left
out, as are headers and footers; footnotes stand at the end as [1], [2].
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from docs_store import LoadError

from ..dates import parse_date
from .blocks import Block, format_number, one_line, page_of, table, trim
from .docx_styles import Styles, font_name, is_on, read_numbering
from .extract import Extract
from .fonts import join_runs
from .package import Element, Package, attribute, child, local, open_package, part_name, text_of

_TEMPLATE_YEAR = 2013  # python-docx's own template says it was created then: that says nothing
_PROPERTIES = "DOCX properties"
_LEFT_OUT = {"del", "moveFrom", "delText", "instrText", "delInstrText", "pPr", "rPr", "tblPr", "tcPr", "trPr", "rt"}
_CHARACTERS = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}

Runs = list[tuple[str, str]]  # text, font


def load_docx(path: Path) -> Extract:
    """Return the whole document as one page, a blank line between paragraphs. Raises LoadError."""
    with open_package(path, "DOCX") as package:
        main = _related(package, "").get("officeDocument", "word/document.xml")
        body = child(package.need(main), "body")
        reader = _Reader(package, main)
        blocks = [*reader.blocks(body if body is not None else ()), *reader.notes()]
        text = page_of(blocks)
        if not text:
            raise LoadError("tệp DOCX không có chữ | the DOCX file has no text")
        title, author, made = _properties(package)
    origins = {name: _PROPERTIES for name, value in (("title", title), ("author", author), ("made", made)) if value}
    if reader.title and not title:
        title, origins["title"] = reader.title, "DOCX style Title"
    return Extract(pages=(text,), format="docx", title=title, author=author, made=made, origins=origins)


def _properties(package: Package) -> tuple[str, str, date | None]:
    root = package.xml(_related(package, "").get("core-properties", "docProps/core.xml"))
    author = text_of(root, "creator")
    made = parse_date(text_of(root, "created"))
    return (
        text_of(root, "title"),
        author if author != "python-docx" else "",
        made if made and made.year > _TEMPLATE_YEAR else None,
    )


def _related(package: Package, part: str) -> dict[str, str]:
    """Return the parts that a part names, by kind: "styles" -> "word/styles.xml"."""
    folder, _, name = part.rpartition("/")
    root = package.xml(f"{folder}/_rels/{name}.rels".lstrip("/"))
    return {
        attribute(relation, "Type").rpartition("/")[2]: part_name(part, attribute(relation, "Target"))
        for relation in (root if root is not None else ())
        if attribute(relation, "TargetMode") != "External"
    }


class _Reader:
    """Reads one document's parts once, from top to bottom: its lists and notes count on the way."""

    def __init__(self, package: Package, main: str) -> None:
        parts = _related(package, main)
        self._styles = Styles(package.xml(parts["styles"]) if "styles" in parts else None)
        self._numbering = read_numbering(package.xml(parts["numbering"]) if "numbering" in parts else None, self._styles)
        self._notes = {kind: _notes(package, parts.get(f"{kind}s")) for kind in ("footnote", "endnote")}
        self._cited: dict[str, list[str]] = {"footnote": [], "endnote": []}  # ids, in the order of the text
        self.title = ""  # the first paragraph in the style "Title"

    def blocks(self, parent: Element) -> Iterator[Block]:
        """Yield the paragraphs and tables in `parent`, in reading order."""
        carried: Runs = []  # of a paragraph whose end was deleted: it goes on in the next
        for element in _flow(parent):
            if local(element) == "tbl":
                yield from self._table(element)
                continue
            runs: Runs = []
            boxes: list[Block] = []
            style = attribute(child(element, "pPr", "pStyle"), "val")
            self._read(element, self._styles.font(style), runs, boxes)
            if child(element, "pPr", "rPr", "del") is not None:
                carried += runs
                yield from boxes
                continue
            label = self._label(element, style)  # counts also where the text is empty, as Word does
            runs = [*carried, *runs]
            carried = []
            if text := trim(join_runs(runs)):
                if not self.title and self._styles.name(style) == "title":
                    self.title = one_line((text,))
                yield (join_runs([label]) + text,)
            yield from boxes
        if text := trim(join_runs(carried)):
            yield (text,)

    def notes(self) -> Iterator[Block]:
        """Yield the footnotes and endnotes that the text has called so far, under their numbers."""
        for kind, cited in self._cited.items():
            for position, note_id in enumerate(cited):  # a note may call another: the list grows
                text = " ".join(one_line(block) for block in self.blocks(self._notes[kind][note_id]))
                if text:
                    yield (f"[{_mark(kind, position + 1)}] {text}",)

    def _read(self, element: Element, font: str, runs: Runs, boxes: list[Block]) -> None:
        """Add the text in `element` to `runs`, and the text boxes that hang on it to `boxes`."""
        for inner in element:
            name = local(inner)
            if name == "t":
                runs.append((inner.text or "", font))
            elif name == "r":
                properties = child(inner, "rPr")
                style = attribute(child(properties, "rStyle"), "val")
                hidden = child(properties, "vanish")
                if is_on(hidden if hidden is not None else self._styles.find(style, "rPr", "vanish")):
                    continue
                own = font_name(child(properties, "rFonts")) or font_name(self._styles.find(style, "rPr", "rFonts"))
                self._read(inner, own or font, runs, boxes)
            elif name in _CHARACTERS:
                runs.append((_CHARACTERS[name], font))
            elif name in ("footnoteReference", "endnoteReference"):
                runs.append((self._cite(name.removesuffix("Reference"), inner), font))
            elif name == "txbxContent":
                boxes.extend(self.blocks(inner))
            elif name == "AlternateContent":  # the same thing told twice, for new programs and for old
                self._read(inner[:1], font, runs, boxes)
            elif name not in _LEFT_OUT:
                self._read(inner, font, runs, boxes)

    def _cite(self, kind: str, reference: Element) -> str:
        note_id = attribute(reference, "id")
        if note_id not in self._notes[kind] or attribute(reference, "customMarkFollows") in ("1", "true", "on"):
            return ""
        cited = self._cited[kind]
        if note_id not in cited:
            cited.append(note_id)
        return f"[{_mark(kind, cited.index(note_id) + 1)}]"

    def _label(self, paragraph: Element, style: str) -> tuple[str, str]:
        own = child(paragraph, "pPr", "numPr")
        inherited = self._styles.find(style, "pPr", "numPr")
        number = attribute(child(own, "numId"), "val") or attribute(child(inherited, "numId"), "val")
        level = attribute(child(own, "ilvl"), "val") or attribute(child(inherited, "ilvl"), "val")
        return self._numbering.label(number, int(level) if level.isdigit() else None, style)

    def _table(self, element: Element) -> Iterator[Block]:
        rows = [row for row in _flow(element, "tr") if child(row, "trPr", "del") is None]
        return table([[list(self.blocks(cell)) for cell in _flow(row, "tc") if not _is_merged(cell)] for row in rows])


def _flow(parent: Element, *names: str) -> Iterator[Element]:
    """Yield the elements of these names (paragraphs and tables) in `parent`, also those in a wrapper."""
    wanted = names or ("p", "tbl")
    for element in parent:
        name = local(element)
        if name in wanted:
            yield element
        elif name == "AlternateContent":
            yield from _flow(element[0] if len(element) else (), *names)
        elif name not in _LEFT_OUT and name not in ("p", "tbl", "tr", "tc"):
            yield from _flow(element, *names)


def _is_merged(cell: Element) -> bool:
    """Tell whether a cell goes on from the one above or before it, or was deleted."""
    properties = child(cell, "tcPr")
    merges = [merge for name in ("vMerge", "hMerge") if (merge := child(properties, name)) is not None]
    return any(attribute(merge, "val") != "restart" for merge in merges) or child(properties, "cellDel") is not None


def _notes(package: Package, part: str | None) -> dict[str, Element]:
    root = package.xml(part) if part else None
    return {attribute(note, "id"): note for note in root} if root is not None else {}


def _mark(kind: str, number: int) -> str:
    return format_number(number, "1" if kind == "footnote" else "i")
