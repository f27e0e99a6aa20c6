"""Loaders: one file per format. A loader turns a file into an Extract or raises LoadError.

The kind of a file is told by its content where that says so (see `kinds`), else by its suffix.
Other packages may add loaders under the entry point group "hoitin.loaders": the name is the
suffix with its dot, the object a `Load`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from docs_store import LoadError

from .archive import Limits, is_archive, unpack
from .csv_export import read_csv
from .doc import load_doc
from .docx import load_docx
from .epub import load_epub
from .extract import Extract, Load
from .html import load_html
from .jsonl import OnBad, read_jsonl
from .kinds import kind_of
from .odt import load_odt
from .pdf import load_pdf
from .rtf import load_rtf
from .text import load_markdown, load_text

# Raise this when a loader or the metadata rules change: files are then read anew.
_READER = "4"

_BY_KIND: dict[str, Load] = {
    "pdf": load_pdf,
    "html": load_html,
    "docx": load_docx,
    "doc": load_doc,
    "rtf": load_rtf,
    "odt": load_odt,
    "epub": load_epub,
}
_BY_SUFFIX: dict[str, Load] = {
    ".txt": load_text,
    ".md": load_markdown,
    ".markdown": load_markdown,
    ".htm": load_html,
    ".xhtml": load_html,
    **{f".{kind}": loader for kind, loader in _BY_KIND.items()},
}
_JSON = (".jsonl", ".jsonl.gz", ".jsonl.xz", ".ndjson", ".json")
_CSV = (".csv", ".csv.gz", ".csv.xz", ".tsv")


def reader(path: str) -> str:
    """Return the version of the code that reads such a file: one read by another is read anew."""
    return f"{_READER}+ocr" if path.lower().endswith(".pdf") and _ocr_installed() else _READER


@cache
def _ocr_installed() -> bool:
    return bool(find_spec("pytesseract") and find_spec("pypdfium2") and which("tesseract"))


def holds_many(path: Path) -> bool:
    """Tell whether the file holds many articles, to be read with `read_many`."""
    if not path.name.lower().endswith(_JSON + _CSV):
        return False
    with suppress(LoadError, OSError):  # read_many says what is wrong
        return not kind_of(path)
    return True


def read_many(path: Path, on_bad: OnBad) -> Iterator[Extract]:
    """Yield the articles of a file that holds many; call on_bad(number, reason) for a line or row that is none.

    Raises LoadError if the file as a whole cannot be read.
    """
    return (read_csv if path.name.lower().endswith(_CSV) else read_jsonl)(path, on_bad)


def load(path: Path) -> Extract:
    """Return what one file holds. Raises LoadError with the reason."""
    return _loader(kind_of(path), path.suffix.lower())(path)


def _loader(kind: str, suffix: str) -> Load:
    if kind == "archive" or (not kind and suffix == ".zip"):
        raise LoadError("tệp ZIP chứa nhiều tệp, không phải một văn bản | an archive, not one document")
    if loader := _BY_KIND.get(kind) or _BY_SUFFIX.get(suffix):
        return loader
    for point in entry_points(group="hoitin.loaders", name=suffix):
        found: Load = point.load()
        return found
    raise LoadError(f"chưa hỗ trợ định dạng {suffix or 'không đuôi'} | unsupported format {suffix or 'without suffix'}")


__all__ = [
    "Extract",
    "Limits",
    "Load",
    "LoadError",
    "holds_many",
    "is_archive",
    "load",
    "read_many",
    "reader",
    "unpack",
]
