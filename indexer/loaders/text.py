"""Plain text and Markdown. The page is the file's own text, character for character.

Markdown may begin with YAML front matter between '---' lines; it is not part of the page.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docs_store import LoadError, PageNote

from ..dates import parse_date
from ..legacy import decode
from .extract import Extract

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_NAMES = {
    "title": ("title", "headline", "tieu_de", "tiêu đề"),
    "publisher": ("publisher", "source", "nguon", "nguồn", "sitename"),
    "author": ("author", "tac_gia", "tác giả"),
    "url": ("url", "link", "canonical"),
    "lead": ("lead", "description", "summary", "sapo"),
    "published": ("published", "date", "ngay", "ngày đăng", "pubdate"),
}


def load_text(path: Path) -> Extract:
    """Return the whole file as one page."""
    text, encoding = decode(path.read_bytes())
    return Extract(pages=(text,), format="txt", notes=converted(encoding))


def load_markdown(path: Path) -> Extract:
    """Return the Markdown source below its front matter as one page."""
    text, encoding = decode(path.read_bytes())
    match = _FRONT_MATTER.match(text)
    fields = read_fields(_front_matter(match.group(1))) if match else {}
    page = text[match.end() :] if match else text
    return Extract(pages=(page,), format="md", notes=converted(encoding), **fields)


def converted(encoding: str) -> tuple[PageNote, ...]:
    """Return the note that the one page was converted from `encoding`; none if it was Unicode."""
    return (PageNote(0, "converted", encoding),) if encoding else ()


def read_fields(record: dict[str, Any]) -> dict[str, Any]:
    """Return Extract's metadata fields from a record that may name them in several ways."""
    lowered = {str(key).strip().lower(): value for key, value in record.items()}
    fields: dict[str, Any] = {}
    for field, names in _NAMES.items():
        value = next((lowered[name] for name in names if lowered.get(name)), None)
        if field == "published":
            fields[field] = parse_date(value)
        else:
            value = ", ".join(map(str, value)) if isinstance(value, list) else value
            fields[field] = " ".join(str(value).split()) if value else ""
    return fields


def _front_matter(block: str) -> dict[str, Any]:
    import yaml

    try:
        # Every value as text: a date that does not exist is then no date, not the end of the article.
        record = yaml.load(block, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        problem = str(error).splitlines()[0]
        raise LoadError(f"phần đầu (front matter) sai cú pháp YAML: {problem} | front matter is not valid YAML") from error
    return record if isinstance(record, dict) else {}
