"""A document's fields as records name them: front matter, sidecars, and the exports of a CMS."""

from __future__ import annotations

from typing import Any

from docs_store import LoadError

from ..dates import parse_date

_NAMES = {
    "title": ("title", "headline", "tieu_de", "tiêu đề", "tieu de", "tiêu_đề"),
    "publisher": ("publisher", "source", "sitename", "nguon", "nguồn", "cơ quan", "co_quan"),
    "author": ("author", "authors", "creator", "tac_gia", "tác giả", "tac gia"),
    "url": ("url", "link", "canonical", "canonical_url", "đường dẫn", "duong_dan"),
    "lead": ("lead", "description", "summary", "abstract", "sapo", "tom_tat", "tóm tắt"),
    "section": ("section", "category", "rubric", "chuyen_muc", "chuyên mục", "chuyen muc"),
    "published": ("published", "date", "pubdate", "published_at", "created_at", "ngay", "ngay_dang", "ngày đăng", "ngay dang"),
    "updated": ("updated", "modified", "updated_at", "lastmod", "ngay_cap_nhat", "cập nhật", "ngày cập nhật"),
    "number": ("number", "document_number", "so_hieu", "số hiệu", "số ký hiệu", "so_ky_hieu"),
    "language": ("language", "lang", "ngon_ngu", "ngôn ngữ"),
}
_DATES = ("published", "updated")


def read_fields(record: dict[str, Any]) -> dict[str, Any]:
    """Return Extract's fields from a record that may name them in several ways; absent ones are empty."""
    lowered = {str(key).strip().lower(): value for key, value in record.items()}
    fields: dict[str, Any] = {}
    for field, names in _NAMES.items():
        value = next((lowered[name] for name in names if lowered.get(name)), None)
        if field in _DATES:
            fields[field] = parse_date(value)
        else:
            value = ", ".join(map(str, value)) if isinstance(value, list) else value
            fields[field] = " ".join(str(value).split()) if value else ""
    return fields


def named(fields: dict[str, Any], where: str) -> dict[str, str]:
    """Return the origins of the fields that have a value."""
    return {field: where for field, value in fields.items() if value}


def parse_yaml(block: str) -> dict[str, Any]:
    """Return the mapping that a YAML block holds, every value as text; {} if it holds something else.

    Raises LoadError if it is no YAML, or has aliases: nobody writes them by hand, and they can multiply without end.
    """
    import yaml

    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(block)):
            raise LoadError("YAML có bí danh (&, *) | YAML with aliases")
        # Every value as text: a date that does not exist is then no date, not the end of the article.
        record = yaml.load(block, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        problem = str(error).splitlines()[0]
        raise LoadError(f"YAML sai cú pháp: {problem} | not valid YAML") from error
    return record if isinstance(record, dict) else {}
