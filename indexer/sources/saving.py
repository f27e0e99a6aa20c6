"""Files of a pulled folder: the article as received, and beside it `FILE.yaml` with what its listing states.

Each is written aside and renamed, so that a file is whole or not there. The sidecar comes first: a page
is never in the folder without it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from .fetching import Response

_HTML_TYPES = ("text/html", "application/xhtml+xml")
_HTML = (b"<!doctype html", b"<html")
_WORD = "wordprocessingml.document"


def suffix_of(response: Response) -> str:
    """Return the suffix that the body's own first bytes, else its type, ask for; '' if it is no article."""
    head = response.body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    kind = response.content_type.partition(";")[0].strip()
    if b"%pdf-" in head and kind not in _HTML_TYPES:
        return ".pdf"
    if head.startswith(b"pk\x03\x04"):
        return ".docx" if kind.endswith(_WORD) or response.url.path.lower().endswith(".docx") else ""
    return ".html" if head.startswith(_HTML) or kind in _HTML_TYPES else ""


def save(file: Path, body: bytes | None, sidecar: Mapping[str, object]) -> None:
    """Write the sidecar and, unless it is None, the body."""
    import yaml

    file.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(dict(sidecar), allow_unicode=True, sort_keys=False, width=1000)
    _write(sidecar_of(file), text.encode())
    if body is not None:
        _write(file, body)


def remove(file: Path) -> None:
    """Remove a file and its sidecar; where one is gone already, that is well."""
    file.unlink(missing_ok=True)
    sidecar_of(file).unlink(missing_ok=True)


def sidecar_of(file: Path) -> Path:
    """Return the path of a file's sidecar: a.html -> a.html.yaml."""
    return file.with_name(f"{file.name}.yaml")


def _write(path: Path, data: bytes) -> None:
    aside = path.with_name(f".{path.name}.part")  # a hidden name is never indexed; the next run writes it anew
    try:
        with aside.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(path)
    except BaseException:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise
