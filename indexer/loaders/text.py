"""Plain text and Markdown. The page is the file's own text, character for character.

Markdown may begin with YAML front matter between '---' lines; it is not part of the page.
"""

from __future__ import annotations

import re
from pathlib import Path

from docs_store import PageNote

from ..legacy import decode
from .extract import Extract
from .fields import parse_yaml, read_fields

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def load_text(path: Path) -> Extract:
    """Return the whole file as one page."""
    text, encoding = decode(path.read_bytes())
    return Extract(pages=(text,), format="txt", notes=converted(encoding))


def load_markdown(path: Path) -> Extract:
    """Return the Markdown source below its front matter as one page."""
    text, encoding = decode(path.read_bytes())
    match = _FRONT_MATTER.match(text)
    fields = read_fields(parse_yaml(match.group(1)), "front matter") if match else {}
    page = text[match.end() :] if match else text
    return Extract(pages=(page,), format="md", notes=converted(encoding), **fields)


def converted(encoding: str) -> tuple[PageNote, ...]:
    """Return the note that the one page was converted from `encoding`; none if it was Unicode."""
    return (PageNote(0, "converted", encoding),) if encoding else ()
