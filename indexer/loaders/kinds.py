"""What a file is, told by its content; its suffix is believed only where the content says nothing."""

from __future__ import annotations

import re
from pathlib import Path

from docs_store import LoadError

from .zips import open_zip, read_member

_HEAD = 4096  # bytes
_TEXTS = (".txt", ".md", ".markdown", ".html", ".htm", ".xhtml", ".csv", ".tsv", ".json", ".jsonl", ".ndjson")
# First bytes -> kind
_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc"),  # OLE: what is in it, the loader of .doc tells
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # one without members
)
_PACKAGE_MARKS = ("[Content_Types].xml", "META-INF/container.xml", "META-INF/manifest.xml")
# How the name of one of its members begins -> kind
_PARTS = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"), ("META-INF/container.xml", "epub"), ("content.xml", "odt"))
# What the member "mimetype" begins with -> kind
_MIME_TYPES = (
    (b"application/epub+zip", "epub"),
    (b"application/vnd.oasis.opendocument.text", "odt"),
    (b"application/vnd.oasis.opendocument", "odf"),
)
_REFUSED = {
    "xlsx": "đây là bảng tính Excel (.xlsx), chưa hỗ trợ | an Excel workbook is not supported",
    "pptx": "đây là bản trình chiếu PowerPoint (.pptx), chưa hỗ trợ | a PowerPoint file is not supported",
    "odf": "đây không phải văn bản OpenDocument (.odt), chưa hỗ trợ | not an OpenDocument text",
    "word-xml": "đây là Word XML 2003, hãy lưu lại thành DOCX | Word 2003 XML is not supported, save as DOCX",
}
_START = rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?"
_HTML = re.compile(_START + rb"(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_WORD_XML = re.compile(_START + rb"<\?mso-application progid=\"Word")


def kind_of(path: Path) -> str:
    """Return "pdf", "rtf", "doc", "docx", "odt", "epub", "html" or "archive"; "" where only the suffix can tell.

    Raises LoadError if the file is empty or of a kind that cannot be read.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.strip():
        raise LoadError("tệp rỗng | the file is empty")
    kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
    if kind == "zip":
        kind = _kind_of_zip(path)
    elif _WORD_XML.match(head):
        kind = "word-xml"
    elif _HTML.match(head):
        kind = "html"
    # A PDF may begin with a few stray bytes; a text may speak of "%PDF-".
    elif not kind and b"%PDF-" in head[:1024] and path.suffix.lower() not in _TEXTS:
        kind = "pdf"
    if kind in _REFUSED:
        raise LoadError(_REFUSED[kind])
    return kind


def _kind_of_zip(path: Path) -> str:
    """Return what a zip is; "" if it is too damaged to tell."""
    try:
        with open_zip(path, "ZIP") as archive:
            names = archive.namelist()
            mime_type = read_member(archive, archive.getinfo("mimetype"), _HEAD) if "mimetype" in names else b""
    except LoadError:  # the loader or the archive reader says what is wrong
        return ""
    if kind := next((kind for start, kind in _MIME_TYPES if mime_type.strip().startswith(start)), ""):
        return kind
    if not any(mark in names for mark in _PACKAGE_MARKS):
        return "archive"
    return next((kind for part, kind in _PARTS if any(name.startswith(part) for name in names)), "archive")
