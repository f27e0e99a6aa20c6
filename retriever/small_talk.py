"""Small talk: what is said to whoever answers, not asked of the news, which has no answer to it whatever words it shares."""

from __future__ import annotations

import re

from docs_store.vietnamese import syllables

from .marks import lowered, typed

# What is made of nothing but these words, with marks or without, is a greeting, thanks, a test, a sum, a word with the machine.
# fmt: off
_WORDS = frozenset({
    "a", "abc", "ac", "ad", "admin", "ai", "alo", "an", "anh", "ba", "bac", "bai", "ban", "bang", "banh", "bao", "bay",
    "be", "biet", "binh", "bot", "bua", "buoi", "buon", "bye", "cai", "cam", "can", "cau", "chan", "chao", "chat",
    "chatbot", "chatgpt", "chet", "chi", "chia", "chieu", "cho", "chu", "chua", "chuc", "co", "con", "cong", "cu",
    "cua", "cuoi", "da", "dang", "dau", "day", "dc", "de", "dem", "dep", "di", "dien", "dm", "do", "doi", "dung",
    "duoc", "e", "em", "eo", "gap", "ghet", "gi", "gio", "giup", "goi", "gpt", "ha", "haha", "ham", "hello", "hen",
    "hey", "hi", "hic", "hieu", "hihi", "hoi", "hom", "hu", "huhu", "i", "im", "iu", "j", "k", "kem", "khoe", "khong",
    "khum", "kia", "ko", "la", "lai", "lam", "lau", "len", "loi", "luc", "luon", "ma", "mai", "may", "me", "met", "mi",
    "minh", "moi", "mot", "nan", "nao", "nay", "ne", "nen", "ngay", "ngoan", "ngot", "ngu", "nguoi", "nha", "nhan",
    "nhe", "nhi", "nhieu", "nho", "nhu", "nhung", "no", "noi", "o", "oi", "ok", "okay", "oke", "on", "qua", "qwerty",
    "ra", "rat", "robot", "roi", "ruou", "sang", "sao", "sap", "si", "su", "ta", "tam", "tao", "tat", "te", "ten",
    "test", "tham", "thank", "thanks", "that", "the", "them", "thi", "thich", "thoai", "thoi", "thu", "thua", "thuong",
    "tks", "to", "toi", "tot", "tra", "troi", "tru", "trua", "tuoi", "tuyet", "u", "ua", "uh", "um", "vai", "vang",
    "vao", "vay", "ve", "vi", "viec", "vo", "voi", "vui", "x", "xau", "xem", "xin", "yeu", "you",
})
# fmt: on
_WISHES = tuple(
    re.compile(typed(pattern))
    for pattern in (
        r"^(?:(?:hãy|làm ơn|giúp|nhờ|phiền|bạn) (?:tôi |mình |em |hãy )?)?(?:viết|soạn|làm|sáng tác) "
        r"(?:\w+ ){0,2}(?:thơ|code|đơn|văn|email|mail|thư|bài (?:thơ|văn|hát|luận))\b",
        r"^(?:hãy |bạn )?(?:kể|hát|dịch(?! giả)|tóm tắt|đọc|vẽ) (?:\w+ ){0,3}(?:chuyện|truyện|thơ|bài|câu|tiếng|tranh|hình)\b",
        r"^(?:gọi|đặt|tìm|mua) (?:cho|giúp|hộ) (?:tôi|mình|em|anh)\b",
        r"^giải (?:\w+ )?(?:phương trình|bài toán|bài tập)\b",
    )
)


def is_small_talk(question: str) -> bool:
    """Tell whether a question is said to whoever answers: a greeting, thanks, a sum, a wish for a poem."""
    words = syllables(question)
    if all(word in _WORDS or word.isdigit() for word in words) and not _is_year_alone(words):
        return True
    text = lowered(question)
    return any(pattern.search(text) for pattern in _WISHES)


def _is_year_alone(words: list[str]) -> bool:
    return len(words) == 1 and len(words[0]) == 4 and words[0].isdigit()
