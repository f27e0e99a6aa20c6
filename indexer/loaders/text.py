"""Plain text and Markdown. The page is the file's own text, character for character.

Markdown may begin with YAML front matter between '---' lines; it is not part of the page.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from docs_store import LoadError

from .extract import Extract
from .fields import parse_yaml, read_fields

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def load_text(path: Path) -> Extract:
    """Return the whole file as one page."""
    return Extract(pages=(decode(path.read_bytes()),), format="txt")


def load_markdown(path: Path) -> Extract:
    """Return the Markdown source below its front matter as one page."""
    text = decode(path.read_bytes())
    match = _FRONT_MATTER.match(text)
    fields = read_fields(parse_yaml(match.group(1)), "front matter") if match else {}
    return Extract(pages=(text[match.end() :] if match else text,), format="md", **fields)


def decode(data: bytes) -> str:
    """Return the text of `data`: UTF-8, UTF-16 with its mark, or what statistics say.

    Raises LoadError if it is not text.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data).best()
        if best is None:
            raise LoadError("không phải văn bản | not a text file") from None
        text = str(best)
    if text.count("\x00") > len(text) // 100:
        raise LoadError("không phải văn bản (có ký tự nhị phân) | not a text file (binary content)")
    return text
