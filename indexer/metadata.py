"""From an Extract to a Document: each field from the best place that names it, and which place that was.

A sidecar comes first, then what the file says of itself (front matter, a record's fields, a
page's metadata, a file's properties), then what the text says.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from docs_store import Document, LoadError, PageNote, content_hash_of, today
from docs_store.vietnamese import paragraphs, storable, syllables

from . import guessing
from .guessing import one_line
from .legacy import repair
from .loaders import Extract
from .sidecar import Sidecar

_DATE_ZONE = 3000  # characters at the head and at the tail in which a document states its date
_LANGUAGE_ZONE = 5000
_NO_SIDECAR = Sidecar()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document comes from. member: its name inside an archive."""

    path: Path
    member: str = ""

    @property
    def source(self) -> str:
        """What documents are known by: the path, "#" and the member's name behind it."""
        return f"{self.path}#{self.member}" if self.member else str(self.path)

    @property
    def stem(self) -> str:
        return Path(self.member).stem if self.member else self.path.stem


def complete(extract: Extract, origin: Origin, sidecar: Sidecar = _NO_SIDECAR) -> Document:
    """Return the document that an Extract makes, its gaps filled from the text.

    The same file at the same place always gets the same doc_id.
    Raises LoadError if there is no text in it.
    """
    pages, converted = _in_unicode(extract)
    text = "\n\n".join(pages)
    blocks = [text[start:end] for start, end in paragraphs(text[:20_000])]
    if not blocks or not syllables(text):
        raise LoadError("tệp không có chữ | there is no text in the file")
    fields = _Fields(extract, sidecar)
    record_id = storable(extract.record_id)
    source = storable(f"{origin.source}#{record_id}" if record_id else origin.source)
    zone = text[:_DATE_ZONE] + "\n" + text[-_DATE_ZONE:]

    below = guessing.below_letterhead(blocks)
    title = (
        fields.text("title", guessing.useful_title)
        or fields.guess("title", *guessing.find_title(blocks, below, markdown=extract.format == "md"))
        or fields.guess("title", storable(origin.stem), "file name")
    )
    published = fields.day("published")
    if not published and below:
        published = fields.guess("published", guessing.find_issued(blocks[:below]), "letterhead")
    elif not published:
        published = fields.guess("published", guessing.find_published(zone, today()))
    document = Document(
        doc_id=f"{_slug(record_id or origin.stem)}-{_digest(source)[:8]}",
        source=source,
        title=title,
        pages=pages,
        content_hash="",
        format=extract.format,
        publisher=fields.text("publisher")
        or fields.guess("publisher", guessing.find_issuer(blocks[:below]), "letterhead")
        or fields.guess("publisher", guessing.find_publisher(zone)),
        author=fields.text("author", guessing.useful_author) or fields.guess("author", guessing.find_author(zone)),
        url=fields.address(),
        lead=fields.text("lead") or fields.guess("lead", guessing.find_lead(blocks[below:], title)),
        published=published or fields.guess("published", extract.made, "file date"),
        paged=extract.paged,
        section=fields.text("section") or fields.guess("section", guessing.find_section(zone)),
        updated=fields.day("updated") or fields.guess("updated", guessing.find_updated(zone)),
        number=fields.text("number") or fields.guess("number", guessing.find_number(text[:_DATE_ZONE])),
        language=fields.text("language")[:2].lower() or fields.guess("language", guessing.find_language(text[:_LANGUAGE_ZONE])),
        notes=tuple(replace(note, detail=one_line(note.detail)) for note in (*extract.notes, *converted)),
        origins=fields.origins,
    )
    return replace(document, content_hash=content_hash_of(document))


def _in_unicode(extract: Extract) -> tuple[tuple[str, ...], list[PageNote]]:
    """Return the pages fit to store, what stands in them in an older encoding converted, and a note on each such page.

    A loader that knows the fonts has done so already; text of databases and office files comes as it was saved.
    """
    pages: list[str] = []
    notes = []
    for number, page in enumerate(extract.pages):
        text, encoding = repair(storable(page))
        pages.append(text)
        if encoding:
            notes.append(PageNote(number, "converted", encoding))
    return tuple(pages), notes


class _Fields:
    """A sidecar's values, else the extract's; remembers where each came from."""

    def __init__(self, extract: Extract, sidecar: Sidecar) -> None:
        self._extract = extract
        self._sidecar = sidecar
        self.origins: dict[str, str] = {}

    def text(self, name: str, clean: Any = one_line) -> str:
        """Return a field of words on one line, "" if nobody gives it."""
        for value, origin in self._given(name):
            if cleaned := clean(repair(storable(str(value))).text):
                self.origins[name] = origin
                return str(cleaned)
        return ""

    def day(self, name: str) -> Any:
        """Return a field that is a day, or None."""
        for value, origin in self._given(name):
            self.origins[name] = origin
            return value
        return None

    def address(self) -> str:
        """Return the address of the original: http(s), or ""."""
        for value, origin in self._given("url"):
            address = storable(str(value)).strip()
            if address.startswith(("http://", "https://")):
                self.origins["url"] = origin
                return address
        return ""

    def guess(self, name: str, value: Any, origin: str = "text") -> Any:
        """Return a value found elsewhere, and remember where."""
        if value:
            self.origins[name] = origin
        return value

    def _given(self, name: str) -> list[tuple[Any, str]]:
        candidates = [
            (self._sidecar.fields.get(name), "sidecar"),
            (getattr(self._extract, name), self._extract.origins.get(name, f"{self._extract.format} metadata")),
            (self._sidecar.fallback.get(name), "sidecar"),
        ]
        return [(value, origin) for value, origin in candidates if value]


def _slug(name: str) -> str:
    """Return a name that can stand in an address: folded, hyphens, at most 48 characters."""
    return "-".join(syllables(name))[:48].strip("-") or "doc"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
