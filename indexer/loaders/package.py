"""A package: the XML parts in a zip that make one document (DOCX, ODT, EPUB).

No entity is resolved, no DTD loaded, no address opened; sizes are bounded before parsing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from docs_store import LoadError

from .zips import open_zip, read_member

_MAX_PART = 64 << 20  # bytes of one XML part; a law of 300 pages has about 10 MB
_MAX_ALL = 256 << 20  # bytes of all parts that are read

Element = Any  # lxml ships no types


@dataclass(slots=True)
class Package:
    """The parts of an open package, by name."""

    archive: ZipFile
    kind: str
    left: int = _MAX_ALL

    def read(self, name: str) -> bytes | None:
        """Return a part's bytes, None if there is none of that name. Raises LoadError."""
        try:
            member = self.archive.getinfo(name)
        except KeyError:
            return None
        try:
            data = read_member(self.archive, member, min(_MAX_PART, self.left))
        except LoadError as error:
            raise LoadError(f"tệp {self.kind} có {name!r}: {error}") from error
        self.left -= len(data)
        return data

    def xml(self, name: str) -> Element | None:
        """Return the root of an XML part, None if there is none of that name. Raises LoadError."""
        data = self.read(name)
        if data is None:
            return None
        try:
            return parse_xml(data)
        except ValueError as error:
            raise LoadError(f"tệp {self.kind} hỏng, {name}: {error} | damaged {self.kind} file") from error

    def need(self, name: str) -> Element:
        """Return the root of an XML part. Raises LoadError also if there is none."""
        root = self.xml(name)
        if root is None:
            raise LoadError(f"tệp {self.kind} hỏng: thiếu {name} | damaged {self.kind} file: {name} is missing")
        return root


@contextmanager
def open_package(path: Path, kind: str) -> Iterator[Package]:
    """Give the parts of a zip-based document of the format `kind`. Raises LoadError."""
    with open_zip(path, kind) as archive:
        yield Package(archive, kind)


def parse_xml(data: bytes) -> Element:
    """Return the root element. Raises ValueError with the parser's reason, on one line."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(" ".join(str(error).split())) from error


def local(element: Element) -> str:
    """Return an element's name without its namespace; "" for what is no element (an entity)."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Element | None, name: str) -> str:
    """Return an attribute's value by its name without the namespace; "" if there is none."""
    if element is None:
        return ""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def child(element: Element | None, *names: str) -> Element | None:
    """Return the descendant by a path of names without namespaces, first of each; None if there is none."""
    for name in names:
        if element is None:
            return None
        element = next((inner for inner in element if local(inner) == name), None)
    return element


def text_of(root: Element | None, name: str) -> str:
    """Return the text of the first descendant of that name, on one line; "" if there is none."""
    if root is None:
        return ""
    found = next((element for element in root.iter() if local(element) == name), None)
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


def part_name(base: str, reference: str) -> str:
    """Return the part that a relative reference in part `base` means."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(reference.partition("#")[0]))).lstrip("/")
