"""Good files of every format, each with words that stand in no other."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from .archives import docx, epub, odt, zipped
from .case import TEXT, Case, fixed
from .pdfs import text_pdf

_FIRST = [
    "Kim", "Hồng", "Bạch", "Thanh", "Tường", "Ngọc", "Mộc", "Hoàng", "Tử", "Thạch",
    "Lan", "Trúc", "Liên", "Sao", "Vân", "Hải", "Sơn", "Giang", "Thủy", "Lâm",
]  # fmt: skip
_SECOND = [
    "Ngân", "Sâm", "Đàn", "Trà", "Vi", "Nghi", "Hương", "Đằng", "Đinh", "Lựu",
    "Huệ", "Cúc", "Mai", "Quế", "Thảo", "Đào", "Phượng", "Nhài", "Sen", "Bưởi",
]  # fmt: skip
_PLACES = ["Lào Cai", "Cần Thơ", "Hà Giang", "Quảng Nam", "Bến Tre", "Đắk Lắk", "Thái Bình", "Nghệ An", "Phú Thọ", "Kiên Giang"]


@dataclass(frozen=True, slots=True)
class Story:
    """A short article: its headline, its paragraphs, the words to find it by and a question that it answers."""

    title: str
    paragraphs: tuple[str, ...]
    words: str
    question: str


def story(number: int) -> Story:
    """Return the story of that number; those of 0 to 399 all have other names."""
    name = f"{_FIRST[number % 20]} {_SECOND[number // 20 % 20]}" + (f" {number // 400}" if number >= 400 else "")
    place = _PLACES[number * 7 % 10]
    words = f"Trạm quan trắc {name} ở {place} có {number + 11} máy đo"
    return Story(
        f"Khánh thành trạm {name}",
        (
            f"{words}.",
            f"Ngày {number % 28 + 1}/6/2025, Sở Khoa học và Công nghệ {place} đưa trạm vào hoạt động sau hai năm xây dựng.",
            "Số liệu về nước, gió và độ ẩm đất được gửi về trung tâm mười phút một lần để báo cho bà con nông dân.",
        ),
        words,
        f"Trạm quan trắc {name} ở {place} có bao nhiêu máy đo?",
    )


def _text(one: Story) -> bytes:
    return "\n\n".join((one.title, *one.paragraphs)).encode()


def _markdown(one: Story) -> bytes:
    return f"---\ntitle: {one.title}\npublished: 2025-06-01\n---\n".encode() + "\n\n".join(one.paragraphs).encode()


def _html(one: Story) -> bytes:
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in one.paragraphs)
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{escape(one.title)}</title></head>'
        f"<body><nav><a href=/>Trang chủ</a></nav><article><h1>{escape(one.title)}</h1>{paragraphs}</article></body></html>"
    ).encode()


def _record(one: Story) -> bytes:
    return json.dumps({"id": one.title, "title": one.title, "body": "\n\n".join(one.paragraphs)}, ensure_ascii=False).encode()


def _csv(one: Story) -> bytes:
    table = io.StringIO()
    csv.writer(table).writerows([["id", "title", "body", "date"], ["1", one.title, "\n".join(one.paragraphs), "2025-06-01"]])
    return table.getvalue().encode("utf-8-sig")


def _rtf(one: Story) -> bytes:
    def escaped(text: str) -> str:
        units = memoryview(text.encode("utf-16-le")).cast("H")
        return "".join(chr(u) if u < 128 else f"\\u{u - 65536 if u > 32767 else u}?" for u in units)

    body = "\\par\n".join(escaped(text) for text in (one.title, *one.paragraphs))
    return f"{{\\rtf1\\ansi\\ansicpg1258\\uc1{{\\fonttbl{{\\f0 Arial;}}}}\\f0\\fs24 {body}\\par}}".encode("ascii")


WRITERS: dict[str, Callable[[Story], bytes]] = {
    ".txt": _text,
    ".md": _markdown,
    ".html": _html,
    ".pdf": lambda one: text_pdf([[one.title, *one.paragraphs]]),
    ".docx": lambda one: docx([one.title, *one.paragraphs]),
    ".jsonl": _record,
    ".odt": lambda one: odt([one.title, *one.paragraphs]),
    ".epub": lambda one: epub([one.title, *one.paragraphs]),
    ".rtf": _rtf,
    ".csv": _csv,
    ".zip": lambda one: zipped({"tin/bai.txt": _text(one)}),
}


def good_cases(count: int) -> Iterator[Case]:
    """Yield that many good files, the formats in turn."""
    suffixes = list(WRITERS)
    for number in range(count):
        suffix, one = suffixes[number % len(suffixes)], story(number)
        yield Case(
            f"good: {suffix[1:]}", f"tin-{number:04}{suffix}", fixed(WRITERS[suffix](one)), TEXT, one.words, one.question
        )
