"""Loaders: one file per format. A loader turns a file into an Extract or raises LoadError.

The kind of a file is told by its first bytes where they say so, else by its suffix.
Other packages may add loaders under the entry point group "hoitin.loaders": the name is the
suffix with its dot, the object a `Load`.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from docs_store import LoadError

from .docx import load_docx
from .extract import Extract, Load
from .html import load_html
from .jsonl import read_records
from .pdf import load_pdf
from .text import load_markdown, load_text

# Raise this when a loader or the metadata rules change: files are then read anew.
_READER = "3"

_LOADERS: dict[str, Load] = {
    ".txt": load_text,
    ".md": load_markdown,
    ".markdown": load_markdown,
    ".html": load_html,
    ".htm": load_html,
    ".xhtml": load_html,
    ".pdf": load_pdf,
    ".docx": load_docx,
}
_TEXTS = (".txt", ".md", ".markdown", ".html", ".htm", ".xhtml")
_MANY = (".jsonl", ".jsonl.gz", ".jsonl.xz")


def reader(path: str) -> str:
    """Return the version of the code that reads such a file: one read by another is read anew."""
    return f"{_READER}+ocr" if path.lower().endswith(".pdf") and _ocr_installed() else _READER


@cache
def _ocr_installed() -> bool:
    return bool(find_spec("pytesseract") and find_spec("pypdfium2") and which("tesseract"))


def is_archive(path: Path) -> bool:
    """Tell whether the file is to be unpacked, by `unpack`."""
    return False


def unpack(path: Path, folder: Path) -> list[tuple[str, Path | LoadError]]:
    raise NotImplementedError


def holds_many(path: Path) -> bool:
    """Tell whether the file holds many documents, to be read with `read_records`."""
    return path.name.lower().endswith(_MANY)


def load(path: Path) -> Extract:
    """Return what one file holds. Raises LoadError with the reason."""
    with path.open("rb") as stream:
        head = stream.read(1024)
    if not head.strip():
        raise LoadError("tệp rỗng | the file is empty")
    return _loader(path, head)(path)


def _loader(path: Path, head: bytes) -> Load:
    suffix = path.suffix.lower()
    # A PDF may begin with a few stray bytes; a text may speak of "%PDF-".
    if head.startswith(b"%PDF-") or (b"%PDF-" in head and suffix not in _TEXTS):
        return load_pdf
    if head.startswith(b"PK\x03\x04") and suffix in _LOADERS:
        return load_docx
    if suffix in _LOADERS:
        return _LOADERS[suffix]
    for point in entry_points(group="hoitin.loaders", name=suffix):
        loader: Load = point.load()
        return loader
    raise LoadError(f"chưa hỗ trợ định dạng {suffix or 'không đuôi'} | unsupported format {suffix or 'without suffix'}")


__all__ = ["Extract", "Load", "LoadError", "holds_many", "is_archive", "load", "read_records", "reader", "unpack"]
