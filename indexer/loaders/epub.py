"""Electronic books (EPUB 2 and 3): the chapters in the order of the spine, each as one page.

Page numbers mean nothing to a reader of such a book, so it is not paged.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docs_store import LoadError

from ..dates import parse_date
from ..legacy import decode
from .extract import Extract
from .markup import block_text
from .package import Element, Package, attribute, child, local, open_package, part_name, text_of

_PROPERTIES = "EPUB metadata"
_CONTAINER = "META-INF/container.xml"
_MAX_CHAPTERS = 5000


def load_epub(path: Path) -> Extract:
    """Return the book, one page a chapter. Raises LoadError."""
    with open_package(path, "EPUB") as package:
        book = next((attribute(e, "full-path") for e in package.need(_CONTAINER).iter() if local(e) == "rootfile"), "")
        root = package.need(book)
        locked = b"EncryptedData" in (package.read("META-INF/encryption.xml") or b"")
        pages = [page for name in _spine(root, book) if (page := _chapter(package, name))]
    if not pages and locked:
        raise LoadError("tệp EPUB có khóa bản quyền (DRM) | the EPUB file is encrypted")
    if not pages:
        raise LoadError("tệp EPUB không có chữ | the EPUB file has no text")
    metadata = child(root, "metadata")
    language = text_of(metadata, "language").lower().partition("-")[0]
    fields: dict[str, Any] = {
        "title": text_of(metadata, "title"),
        "author": ", ".join(name for e in _all(metadata, "creator") if (name := " ".join("".join(e.itertext()).split()))),
        "publisher": text_of(metadata, "publisher"),
        "lead": " ".join(block_text(text_of(metadata, "description")).split()),
        "language": language if len(language) == 2 else "",
        "published": parse_date(text_of(metadata, "date")),
        "url": next((source for e in _all(metadata, "source") if (source := _address(e.text or ""))), ""),
    }
    origins = {name: _PROPERTIES for name, value in fields.items() if value}
    return Extract(pages=tuple(pages), format="epub", origins=origins, **fields)


def _spine(root: Element, book: str) -> list[str]:
    """Return the names of the chapters' parts, in reading order; the table of contents is none."""
    items = {attribute(item, "id"): item for item in _all(child(root, "manifest"), "item")}
    chapters = []
    for reference in _all(child(root, "spine"), "itemref")[:_MAX_CHAPTERS]:
        item = items.get(attribute(reference, "idref"))
        if "html" in attribute(item, "media-type") and "nav" not in attribute(item, "properties").split():
            chapters.append(part_name(book, attribute(item, "href")))
    return list(dict.fromkeys(chapters))


def _chapter(package: Package, name: str) -> str:
    try:
        return block_text(decode(package.read(name) or b"").text, xhtml=True)
    except LoadError as error:
        raise LoadError(f"tệp EPUB hỏng, {name}: {error}") from error


def _all(parent: Element | None, name: str) -> list[Element]:
    return [element for element in parent if local(element) == name] if parent is not None else []


def _address(text: str) -> str:
    text = text.strip()
    return text if urlsplit(text).scheme in ("http", "https") else ""
