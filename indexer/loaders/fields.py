"""Records: one article as names and values, as front matter, JSON and CSV exports write it.

Names are understood in English and Vietnamese, whatever their capitals, marks and hyphens:
"Tiêu đề", "tieu_de" and "TieuDe" are one name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from docs_store import LoadError
from docs_store.errors import first_line
from docs_store.vietnamese import nfc, syllables

from ..dates import parse_date
from .extract import Extract
from .markup import block_text, is_markup

_NAMES = {
    "title": ("title", "headline", "tiêu đề", "tên bài", "tên bài viết", "tít"),
    "publisher": ("publisher", "source", "nguồn", "nguồn tin", "site name", "cơ quan", "cơ quan ban hành"),
    "author": ("author", "authors", "tác giả", "người viết", "creator"),
    "url": ("url", "link", "canonical", "đường dẫn", "liên kết", "địa chỉ"),
    "lead": ("lead", "description", "summary", "excerpt", "sapo", "tóm tắt", "mô tả", "trích yếu"),
    "section": ("section", "category", "chuyên mục", "danh mục", "mục", "rubric"),
    "published": ("published", "date", "publish date", "published at", "published time", "ngày", "ngày đăng", "ngày xuất bản",
                  "ngày ban hành", "pub date"),
    "updated": ("updated", "modified", "updated at", "last modified", "modified time", "ngày cập nhật", "cập nhật", "ngày sửa"),
    "number": ("number", "document number", "số hiệu", "số ký hiệu", "số văn bản"),
    "language": ("language", "lang", "ngôn ngữ"),
    "body": ("body", "text", "content", "nội dung", "nội dung bài viết", "chi tiết", "bài viết", "full text", "body html",
             "content html"),
    "id": ("id", "_id", "mã", "mã bài", "mã bài viết"),
}  # fmt: skip
_DATES = ("published", "updated")
# A lead is written in the same editor as the body. A headline may be set in bold; one with other tags speaks of them.
_TAG = re.compile(r"<[^<>]{1,200}>")
_INLINE = re.compile(r"</?(?:b|i|u|em|strong|span|sup|sub|small|br)\b[^<>]*>", re.IGNORECASE)
_LANGUAGES = {"vietnamese": "vi", "tiengviet": "vi", "english": "en", "tienganh": "en"}
_LANGUAGE_CODE = re.compile(r"([a-z]{2})(?:[-_][a-z]{2,4})?$")
_MAX_YAML = 100_000  # characters
_DEEPEST = 50  # levels of YAML; the scanner's time grows with their square


def _key(name: str) -> str:
    return "".join(syllables(nfc(name)))


_FIELDS = {_key(name): field for field, names in _NAMES.items() for name in names}


def field_of(name: str) -> str:
    """Return the field that a record's name means: "Tiêu đề" -> "title"; "" if none."""
    return _FIELDS.get(_key(name), "")


def read_fields(record: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Return Extract's metadata fields from a record, and their origins: `place` and the record's own name."""
    found = {field: (name, value) for field, name, value in _known(record)}
    fields: dict[str, Any] = {}
    for field, (_, value) in found.items():
        if field in ("body", "id"):
            continue
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        if is_markup(text) and (field == "lead" or all(_INLINE.fullmatch(tag) for tag in _TAG.findall(text))):
            text = block_text(text)
        text = " ".join(text.split())
        read = parse_date(text) if field in _DATES else _language(text) if field == "language" else text
        if read:
            fields[field] = read
    return {**fields, "origins": {field: f"{place} {found[field][0]}" for field in fields}}


def read_article(record: Mapping[str, Any], place: str, file_format: str, number: int) -> Extract:
    """Return the article that a record holds; its number stands for an id that it lacks.

    A body of HTML becomes text. Raises LoadError if there is no body.
    """
    found = {field: value for field, _, value in _known(record)}
    body = found.get("body", "")
    if isinstance(body, str) and is_markup(body):
        body = block_text(body)
    if not isinstance(body, str) or not body.strip():
        raise LoadError("không có nội dung (body) | no body")
    fields = read_fields(record, place)
    lead = fields.get("lead", "")
    # The lead is text that can be quoted, so it stands on the page, before the body.
    page = f"{lead}\n\n{body}" if lead and not body.startswith(lead) else body
    return Extract(pages=(page,), format=file_format, record_id=str(found.get("id", number)), **fields)


def parse_yaml(block: str) -> dict[str, Any]:
    """Return the mapping that a YAML block holds, every value as text; {} if it holds something else.

    Raises LoadError if it is no YAML, or has aliases: nobody writes them by hand, and they can multiply without end.
    """
    import yaml

    if len(block) > _MAX_YAML:
        raise LoadError(f"YAML dài quá {_MAX_YAML} ký tự | the YAML is too long")
    try:
        depth = 0
        for token in yaml.scan(block):
            depth += type(token).__name__.endswith("StartToken") - type(token).__name__.endswith("EndToken")
            if isinstance(token, yaml.AliasToken):
                raise LoadError("YAML có bí danh (&, *) | YAML with aliases")
            if depth > _DEEPEST:
                raise LoadError("YAML lồng quá sâu | YAML nested too deep")
        # Every value as text: a date that does not exist is then no date, not the end of the article.
        record = yaml.load(block, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise LoadError(f"YAML sai cú pháp: {first_line(error)} | not valid YAML") from error
    return record if isinstance(record, dict) else {}


def _known(record: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """Return (field, name, value) of what is filled in and understood; of two names for a field the better known."""
    order = list(_FIELDS)
    filled = [
        (name, value)
        for name, value in record.items()
        if isinstance(name, str) and (value or (type(value) is int)) and field_of(name)  # an id may be 0
    ]
    filled.sort(key=lambda pair: order.index(_key(pair[0])), reverse=True)
    return [(field_of(name), name, value) for name, value in filled]


def _language(text: str) -> str:
    code = _LANGUAGE_CODE.match(text.lower())
    return _LANGUAGES.get(_key(text)) or (code.group(1) if code else "")
