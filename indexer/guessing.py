"""What a document's text says of itself: title, source, author, dates, number, language.

Each function looks at the text alone and returns "" or None where it finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from docs_store.vietnamese import fold, nfc, storable, syllables

from .dates import find_date

_HEADING = re.compile(r"^#{1,3}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_MARKUP = "*_#> \t\r\n"
_EMPHASIS = "*_ \t\r\n"
_SOURCE = re.compile(
    r"^[*_(\[ \t]*(?:Nguồn(?: tin)?|Theo nguồn|Source)[ \t]*:[ \t]*(.+?)[*_.;, \t]*$", re.MULTILINE | re.IGNORECASE
)
_DATE_BEHIND = re.compile(r"[ ,;(–-]+(?:ngày )?\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\)?$")  # "Nguồn: Bộ KH&CN, 17/5/2025"
_AUTHOR = re.compile(r"^[*_ \t]*(?:Tác giả|Bài và ảnh|Bài, ảnh)[ \t]*:[ \t]*(.+?)[*_., \t]*$", re.MULTILINE | re.IGNORECASE)
_SECTION = re.compile(r"^[*_ \t]*(?:Chuyên mục|Danh mục|Mục)[ \t]*:[ \t]*(.+?)[*_., \t]*$", re.MULTILINE | re.IGNORECASE)
_POSTED = re.compile(r"(?:Ngày đăng|Đăng ngày|Ngày xuất bản)[^\d\n]{0,20}([^\n]{8,40})", re.IGNORECASE)
_UPDATED = re.compile(r"(?:Cập nhật|Sửa đổi lần cuối|Ngày cập nhật)[^\d\n]{0,20}([^\n]{8,40})", re.IGNORECASE)
# The number of the document itself stands behind "Số:"; numbers of others stand in its sentences.
_NUMBER = re.compile(
    r"^[*_ \t]*Số[ \t]*:[ \t]*([\w./&-]{1,20}(?:[ \t]?[/-][ \t]?[\w.&-]{1,20}){1,3})", re.MULTILINE | re.IGNORECASE
)
_LEGAL_KIND = re.compile(
    r"^(?:THÔNG TƯ|NGHỊ ĐỊNH|QUYẾT ĐỊNH|TỜ TRÌNH|CÔNG VĂN|LUẬT|NGHỊ QUYẾT|BÁO CÁO|KẾ HOẠCH|CHỈ THỊ|THÔNG BÁO|PHÁP LỆNH)"
    r"(?: LIÊN TỊCH)?$"
)
# What stands above an official document's own name, folded.
_LETTERHEAD = re.compile(
    r"cong hoa xa hoi chu nghia|^doc lap\W+tu do|^so\W{0,3}:|ngay\b.{0,12}\bthang\b.{0,12}\bnam\b.{0,8}$|^\W*$"
)
_NOBODY = frozenset(
    {"administrator", "admin", "user", "windows user", "owner", "pc", "cn", "hp", "dell", "acer", "asus", "python-docx"}
)
_PROGRAM_TITLES = ("microsoft word", "microsoft powerpoint", "untitled", "slide 1", "scan", "document1")
_PUNCTUATION = " .,:;·-–|*_'\""
_ISSUER = re.compile(
    r"(?:BỘ|ỦY BAN|UỶ BAN|CHÍNH PHỦ|QUỐC HỘI|SỞ|CỤC|TỔNG CỤC|THỦ TƯỚNG|VĂN PHÒNG|HỘI ĐỒNG|NGÂN HÀNG|VIỆN|TÒA ÁN)\b"
)
_ISSUER_WORDS = 16
_TITLE_LENGTH = 300
_LEAD_SYLLABLES = (8, 120)
_VIETNAMESE = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_VIETNAMESE_SHARE = 0.05  # of letters; running Vietnamese has about a quarter, a French text none of these
_ENGLISH = frozenset(
    {"the", "of", "and", "to", "in", "is", "for", "that", "on", "with", "as", "by", "are", "was", "be", "from"}
)
_ENGLISH_SHARE = 0.15  # of words


def below_letterhead(blocks: Sequence[str]) -> int:
    """Return which block is the first below an official letterhead, 0 where there is none.

    Where there is one, days in the text below are those of other documents.
    """
    keys = [fold(nfc(plain(block))) for block in blocks[:12]]
    last = max((number for number, key in enumerate(keys) if _LETTERHEAD.search(key)), default=-1)
    has_head = any("cong hoa xa hoi chu nghia" in key for key in keys)
    return last + 1 if has_head and last + 1 < len(blocks) else 0


def find_title(blocks: Sequence[str], below: int, *, markdown: bool) -> tuple[str, str]:
    """Return the title that a text of at least one block gives itself, and where it stands. below: its letterhead."""
    if markdown or blocks[0].lstrip().startswith("# "):
        heading = _HEADING.search("\n".join(blocks[:20]))
        if heading:
            return one_line(heading.group(1)), "heading"
    for number, block in enumerate(blocks[:25]):
        kind = " ".join(block.split()).strip(_PUNCTUATION)
        if _LEGAL_KIND.match(kind):
            subject = plain(blocks[number + 1]) if number + 1 < len(blocks) else ""
            return one_line(f"{kind.capitalize()} {subject}"), "heading"
    return (one_line(blocks[below]), "heading") if below else (one_line(blocks[0]), "first line")


def find_issuer(letterhead: Sequence[str]) -> str:
    """Return the body that an official letterhead names, as it is written there; "" where there is none."""
    first = re.split(r"\s[-|–]|CỘNG H[ÒO]", plain(letterhead[0]))[0].strip(_PUNCTUATION) if letterhead else ""
    return first if _ISSUER.match(first) and first.isupper() and len(first.split()) <= _ISSUER_WORDS else ""


def find_issued(letterhead: Sequence[str]) -> date | None:
    """Return the day that an official letterhead gives; None where it leaves it open, as a draft does."""
    return find_date("\n".join(letterhead))


def useful_author(author: str) -> str:
    """Return the author that a file's properties name, or "" if it is only the computer's user."""
    author = one_line(author)
    return "" if author.lower() in _NOBODY else author


def useful_title(title: str) -> str:
    """Return the title that a file's properties name, or "" if a program made it up."""
    title = one_line(title)
    key = title.lower()
    made_up = key.endswith((".doc", ".docx", ".pdf", ".indd")) or key.startswith(_PROGRAM_TITLES)
    return "" if made_up else title


def find_lead(blocks: Sequence[str], title: str) -> str:
    """Return the first paragraph that could open a story, or "" for a document of one paragraph.

    blocks: those below the letterhead.
    """
    key = fold(nfc(title))
    candidates = [plain(block) for block in blocks[:6]]
    candidates = [block for block in candidates if fold(nfc(block)) != key and not _LETTERHEAD.search(fold(nfc(block)))]
    if len(candidates) < 2:
        return ""
    shortest, longest = _LEAD_SYLLABLES
    return next((block for block in candidates if shortest <= len(block.split()) <= longest), "")


def find_publisher(zone: str) -> str:
    """Return whom the text names as its source."""
    return _DATE_BEHIND.sub("", _last(_SOURCE, zone))


def find_author(zone: str) -> str:
    """Return whom the text names as its author."""
    return _last(_AUTHOR, zone)


def find_section(zone: str) -> str:
    """Return the rubric that the text names."""
    return _last(_SECTION, zone)


def find_published(zone: str, today: date) -> date | None:
    """Return the day the text says it came out, else the first day it names: not one that is still to come."""
    return _day(_POSTED, zone, today) or _day(_UPDATED, zone, today) or find_date(zone, today)


def find_updated(zone: str) -> date | None:
    """Return the day the text says it was last changed."""
    return _day(_UPDATED, zone)


def find_number(zone: str) -> str:
    """Return the document's own number, as written behind "Số:"."""
    found = _NUMBER.search(zone)
    return "".join(found.group(1).split()) if found and any(char.isdigit() for char in found.group(1)) else ""


def find_language(text: str) -> str:
    """Return "vi", "en" or ""; unaccented Vietnamese is not told from other languages."""
    letters = len(_LETTER.findall(text))
    if not letters:
        return ""
    if len(_VIETNAMESE.findall(nfc(text))) / letters >= _VIETNAMESE_SHARE:
        return "vi"
    words = syllables(text)
    return "en" if sum(word in _ENGLISH for word in words) / len(words) >= _ENGLISH_SHARE else ""


def plain(block: str) -> str:
    """Return a paragraph without the Markdown around it, on one line."""
    return " ".join(block.strip(_MARKUP).split())


def one_line(text: str) -> str:
    """Return text fit for a field: storable, on one line, without Markdown around it, at most 300 characters."""
    # A "#" behind belongs to the words: "lập trình C#".
    line = " ".join(storable(text).lstrip(_MARKUP).rstrip(_EMPHASIS).split())
    return line if len(line) <= _TITLE_LENGTH else line[:_TITLE_LENGTH].rsplit(" ", 1)[0] + "…"


def _day(pattern: re.Pattern[str], zone: str, latest: date = date.max) -> date | None:
    found = pattern.search(zone)
    return find_date(found.group(1), latest) if found else None


def _last(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.findall(text)
    if not found:
        return ""
    value = one_line(found[-1])[:120]
    return value.removesuffix(")") if value.count(")") > value.count("(") else value
