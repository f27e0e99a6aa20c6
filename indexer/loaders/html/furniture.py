"""The short texts around an article that are none of it: stamps, buttons, pointers to other stories."""

from __future__ import annotations

import re

from docs_store.vietnamese import fold

from .blocks import Block

SHORT = 100  # characters; no furniture is longer, but for links
_BEGINNING = 240  # characters that tell one paragraph from another

_STORIES = r"(?:cac |nhung )?(?:tin|bai|bai viet|noi dung|van ban|chu de|su kien)(?: tuc| bai)?"
_OTHER = r"(?:lien quan|khac|cung chuyen muc|cung loai|cu hon|moi hon|moi nhat|moi|doc nhieu|noi bat|xem nhieu)(?: khac)?"
_READ_ON = r"(?:moi (?:ban )?)?(?:xem|doc) (?:them|tiep|nhieu)(?: bai| tin)?"
_MORE = rf"{_STORIES} {_OTHER}|{_READ_ON}|(?:tin )?cung (?:chuyen )?muc|read more"
_TAGS = r"tu khoa|tags?"
_POINTER_ALONE = re.compile(
    rf"\W*(?:{_MORE}|{_TAGS}|co the ban quan tam|ban co the quan tam|chia se(?: bai viet)?|(?:y kien )?binh luan"
    r"|danh gia bai viet|y kien ban doc|xem nhieu|doc nhieu|related)\W*(?:\d+\W*)?"
)
_POINTER_AHEAD = re.compile(rf"\W*(?:{_MORE})\s*[:>»]")
_TAGS_AHEAD = re.compile(rf"\W*(?:{_TAGS})\s*:")
_BUTTON = re.compile(
    r"\W*(?:(?:in|gui) (?:bai viet|bai|trang|email)|luot xem\W*[\d.,]*|[\d.,]+ luot xem|co chu|a a a|a- a a\+|a-? a\+?"
    r"|nghe doc bai.{0,40}|theo doi .{0,30} tren google news|google news|tro ve(?: trang truoc)?|ve dau trang|quay lai"
    r"|len dau trang|in|print|sao chep(?: link| lien ket)?|thich|chia se|facebook|zalo|twitter|copy link|gui|luu bai"
    r"|quang cao|advertisement|doc bai|tai ve"
    r"|\d+ phut doc|gui binh luan|xem anh|phong to|thu nho|mac dinh|ban in|dang ky|dang nhap)\W*"
)
_COLOPHON = re.compile(
    r"\W*(?:co quan chu quan|ban quyen|copyright|giay phep (?:hoat dong|thiet lap|xuat ban|so)|tong bien tap|©"
    r"|(?:nguoi )?chiu trach nhiem (?:noi dung|chinh|quan ly))"
)
_STAMP_WORDS = re.compile(
    r"thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat|cn|t[2-7]|cap nhat(?: luc| ngay)?|ngay dang|dang ngay|dang luc|xuat ban|"
    r"ngay(?: xuat ban| tao)?|luc|gmt|utc|am|pm|sang|chieu|thang|nam|gio|phut|thoi gian|h|\d+|luot xem|published|updated"
)
_NO_LETTER = re.compile(r"[\W_]+")


def key_of(text: str) -> str:
    """Return what tells one paragraph from another: its first letters and digits, folded."""
    return _NO_LETTER.sub("", fold(text[:_BEGINNING]))


def without_furniture(article: list[Block], title: str) -> list[Block]:
    """Return the blocks of an article but for its headline, stamps, buttons and pointers to other stories."""
    heading = key_of(title)
    kept: list[Block] = []
    pointed = False  # a line such as "Tin liên quan" stands right above
    for block in article:
        folded = fold(block.text[:_BEGINNING])
        short = len(folded) < SHORT
        if short and _POINTER_ALONE.fullmatch(folded):
            pointed = True
            continue
        if folded.startswith((">>", "»")) or (block.is_links and (pointed or _leads_elsewhere(block))):
            continue
        if (short and _TAGS_AHEAD.match(folded)) or (block.linked > 0.3 * len(block.text) and _POINTER_AHEAD.match(folded)):
            continue
        pointed = False
        key = _NO_LETTER.sub("", folded)
        if not key or key == heading or (not kept and block.kind == "h1"):
            continue
        if short and (_BUTTON.fullmatch(folded) or (not kept and is_stamp(block.text))):
            continue
        kept.append(block)
    while kept and _COLOPHON.match(fold(kept[-1].text[:SHORT])):
        kept.pop()
    return kept


def is_stamp(text: str) -> bool:
    """Tell whether a short text only says when: 'Thứ Tư, 05/06/2024 | 08:30'."""
    if len(text) >= SHORT or not any(map(str.isdigit, text)):
        return False
    return not _NO_LETTER.sub("", _STAMP_WORDS.sub("", fold(text)))


def _leads_elsewhere(block: Block) -> bool:
    """Tell whether a block of links points to other stories: it ends like a headline, not like a sentence."""
    return block.kind != "table" and len(block.text) < 250 and not block.text.endswith((".", ":", ";", "!", "?"))
