"""Title, publisher, date: what the file says of itself first, then what its text says."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

from docs_store import Document, LoadError
from docs_store.vietnamese import fold, nfc, paragraphs, storable, syllables

from .dates import find_date
from .loaders import Extract

_HEADING = re.compile(r"^#{1,3}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_MARKUP = "*_#> \t\r\n"
_EMPHASIS = "*_ \t\r\n"
_SOURCE = re.compile(
    r"^[*_(\[ \t]*(?:Nguồn(?: tin)?|Theo nguồn|Source)[ \t]*:[ \t]*(.+?)[*_.;, \t]*$", re.MULTILINE | re.IGNORECASE
)
_DATE_BEHIND = re.compile(r"[ ,;(–-]+(?:ngày )?\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\)?$")  # "Nguồn: Bộ KH&CN, 17/5/2025"
_AUTHOR = re.compile(r"^[*_ \t]*(?:Tác giả|Bài và ảnh|Bài, ảnh)[ \t]*:[ \t]*(.+?)[*_., \t]*$", re.MULTILINE | re.IGNORECASE)
_POSTED = re.compile(r"(?:Ngày đăng|Đăng ngày|Cập nhật|Ngày xuất bản)[^\d\n]{0,20}([^\n]{8,40})", re.IGNORECASE)
_LEGAL_KIND = re.compile(
    r"^(?:THÔNG TƯ|NGHỊ ĐỊNH|QUYẾT ĐỊNH|TỜ TRÌNH|CÔNG VĂN|LUẬT|NGHỊ QUYẾT|BÁO CÁO|KẾ HOẠCH|CHỈ THỊ|THÔNG BÁO|PHÁP LỆNH)"
    r"(?: LIÊN TỊCH)?$"
)
_PROGRAM_TITLES = ("microsoft word", "microsoft powerpoint", "untitled", "slide 1", "scan", "document1")
_TITLE_LENGTH = 300
_LEAD_SYLLABLES = (8, 120)
_DATE_ZONE = 3000  # characters at the head and at the tail in which a document states its date


def complete(extract: Extract, path: Path) -> Document:
    """Return the document that an Extract makes, its gaps filled from the text.

    The same file at the same place always gets the same doc_id.
    Raises LoadError if there is no text in it.
    """
    extract = replace(
        extract,
        pages=tuple(storable(page) for page in extract.pages),
        url=storable(extract.url),
        record_id=storable(extract.record_id),
    )
    text = "\n\n".join(extract.pages)
    blocks = [text[start:end] for start, end in paragraphs(text[:20_000])]
    if not blocks or not syllables(text):
        raise LoadError("tệp không có chữ | there is no text in the file")
    source = f"{path}#{extract.record_id}" if extract.record_id else str(path)
    title = _useful(_one_line(extract.title)) or _title(extract, blocks) or path.stem
    zone = text[:_DATE_ZONE] + "\n" + text[-_DATE_ZONE:]
    publisher = _one_line(extract.publisher) or _DATE_BEHIND.sub("", _last(_SOURCE, zone))
    author = _one_line(extract.author) or _last(_AUTHOR, zone)
    posted = _POSTED.search(zone)
    published = extract.published or (find_date(posted.group(1)) if posted else None) or find_date(zone) or extract.made
    pages = extract.pages
    lead = _one_line(extract.lead) or _lead(blocks, title)
    fields = (title, publisher, author, extract.url, lead, str(published), *pages)
    return Document(
        doc_id=f"{_slug(extract.record_id or path.stem)}-{_digest(source)[:8]}",
        source=source,
        title=title,
        pages=pages,
        content_hash=_digest("\x1f".join(fields))[:32],
        format=extract.format,
        publisher=publisher,
        author=author,
        url=extract.url if extract.url.startswith(("http://", "https://")) else "",
        lead=lead,
        published=published,
        paged=extract.paged,
    )


def plain(block: str) -> str:
    """Return a paragraph without the Markdown around it, on one line."""
    return " ".join(block.strip(_MARKUP).split())


def _useful(title: str) -> str:
    """Return the title that a file's properties name, or "" if a program made it up."""
    key = title.lower()
    made_up = key.endswith((".doc", ".docx", ".pdf", ".indd")) or key.startswith(_PROGRAM_TITLES)
    return "" if made_up else title


def _title(extract: Extract, blocks: list[str]) -> str:
    if extract.format == "md" or blocks[0].lstrip().startswith("# "):
        heading = _HEADING.search("\n".join(blocks[:20]))
        if heading:
            return _one_line(heading.group(1))
    for number, block in enumerate(blocks[:25]):
        if _LEGAL_KIND.match(" ".join(block.split())):
            subject = plain(blocks[number + 1]) if number + 1 < len(blocks) else ""
            return _one_line(f"{plain(block).capitalize()} {subject}")
    return _one_line(blocks[0])


def _lead(blocks: list[str], title: str) -> str:
    """Return the first paragraph that could open a story, or "" for a document of one paragraph."""
    key = fold(nfc(title))
    candidates = [plain(block) for block in blocks[:6]]
    candidates = [block for block in candidates if fold(nfc(block)) != key]
    if len(candidates) < 2:
        return ""
    shortest, longest = _LEAD_SYLLABLES
    return next((block for block in candidates if shortest <= len(block.split()) <= longest), "")


def _last(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.findall(text)
    if not found:
        return ""
    value = _one_line(found[-1])[:120]
    return value.removesuffix(")") if value.count(")") > value.count("(") else value


def _one_line(text: str) -> str:
    # A "#" behind belongs to the words: "lập trình C#".
    line = " ".join(storable(text).lstrip(_MARKUP).rstrip(_EMPHASIS).split())
    return line if len(line) <= _TITLE_LENGTH else line[:_TITLE_LENGTH].rsplit(" ", 1)[0] + "…"


def _slug(name: str) -> str:
    """Return a name that can stand in an address: folded, hyphens, at most 48 characters."""
    return "-".join(syllables(name))[:48].strip("-") or "doc"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
