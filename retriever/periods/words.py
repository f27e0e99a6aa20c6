"""The words that expressions of time are made of. A pattern may name them: "tháng {m}{of_year}"."""

from __future__ import annotations

import re

from docs_store.vietnamese import fold

from ..marks import not_after, typed

_MONTHS = {
    "giêng": 1, "mười một": 11, "mười hai": 12, "một": 1, "hai": 2, "ba": 3, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7,
    "bẩy": 7, "tám": 8, "chín": 9, "mười": 10, "chạp": 12,
}  # fmt: skip
_COUNTS = {
    "mười hai": 12, "mười lăm": 15, "hai mươi": 20, "ba mươi": 30, "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5,
    "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9, "mười": 10, "vài": 5, "mấy": 5,
}  # fmt: skip
_MONTH_OF = {fold(word): number for word, number in _MONTHS.items()}
_COUNT_OF = {fold(word): number for word, number in _COUNTS.items()}
_QUARTER_OF = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def _any(words: dict[str, int]) -> str:
    return typed("|".join(words))


# Named groups: d day, m month, y year, q quarter, this "nay" or "ngoái", count.
_PARTS = {
    "d": r"(?P<d>\d{1,2})",
    "mm": r"(?P<m>\d{1,2})",
    "m": rf"(?P<m>\d{{1,2}}(?!\d)|(?:{_any(_MONTHS)})(?!\w))",
    "q": r"(?P<q>[1-4]|iv|i{1,3})(?!\w)",
    "count": rf"(?P<count>\d{{1,3}}|{_any(_COUNTS)})",
    # "hôm nay, 5/6"; an unmarked "toi" is sooner "tới"
    "at": f"(?:(?:{typed('ngày|mùng|mồng|hôm|sáng|trưa|chiều|đêm')}|tối) {{1,3}}){{1,3}}(?:(?:nay|qua),? )?",
    "to": typed("(?: ?[-–—] ?| và | (?:đến|tới) (?:hết )?(?:ngày )?)"),
    # "viet nam 2024" and "dau tu nam 2024" hold other words of those letters
    "năm": rf"(?:năm|{not_after('việt quảng hà miền phía')}nam)",
    "từ": rf"(?:từ|{not_after('đầu thông vật điện lượng nguyên phân tương trình trật thứ ký chứng giám')}tu)" + typed(" "),
    "after_từ": "(?:(?<=từ )|(?<=tu ))",
    "year": r"(?P<y>(?:1[89]|2[01])\d\d)(?![\d%])(?![/:]\w|[.,]\d|-[^\W\d])"
    + typed(r"(?! ?(?:t(?:ỷ|ỉ)(?! (?:lệ|trọng|số|suất|giá))|triệu|nghìn|usd|[kmg]?hz)(?!\w))"),
    "this": typed(r"(?P<this>nay|ngoái|trước|qua|rồi)(?!\w)"),
    "end": r"(?![\w%])(?! ?[/-] ?\d|[.,]\d|/)",
}


def expression(pattern: str) -> str:
    """Return the regular expression for a pattern: words as they are typed, {year} and the like filled in."""
    pieces = re.split(r"\{([^\W\d]+)\}", pattern)
    return "".join(_PARTS[piece] if place % 2 else typed(piece) for place, piece in enumerate(pieces))


_PARTS["of_year"] = expression(r"(?: ?[,/-] ?|\.| (?:của )?(?:năm )?){year}")
_PARTS["of_this"] = expression(r" (?:của )?năm {this}")


def month_of(match: re.Match[str]) -> int:
    """Return the month that is named, 0 if it is none."""
    word, named = match["m"], match.groupdict()
    if word.isdigit():
        return int(word)
    with_year = named.get("y") or named.get("this")
    if word in ("tu", "nam", "sau") and not (with_year and match.group().isascii()):
        return 0  # "tháng sau" is the next one, "thang tu ngay 5" a month, from the 5th
    return _MONTH_OF[" ".join(fold(word).split())]


def quarter_of(match: re.Match[str]) -> int:
    return _QUARTER_OF.get(match["q"]) or int(match["q"])


def count_of(match: re.Match[str]) -> int:
    word = match["count"]
    return int(word) if word.isdigit() else _COUNT_OF[" ".join(fold(word).split())]
