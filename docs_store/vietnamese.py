"""What Vietnamese text is to the index: folded keys, syllables, adjacent pairs, sentences.

Nothing here changes a document's text. Keys are made for search and thrown away; a
sentence is a pair of offsets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

# unicodedata.normalize is quadratic in runs of combining marks of whatever script, so a run is cut to 4 first.
_MARKS = "".join(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))
_LONG_MARK_RUN = re.compile(f"([{_MARKS}]{{4}})[{_MARKS}]+")
_SYLLABLE = re.compile(r"[^\W_]+")
_VIETNAMESE_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?"
    r"(?:uye|uya|ieu|yeu|uoi|uou|oai|oay|oao|oeo|uay|uyu|ai|ao|au|ay|eo|eu|ia|ie|iu|oa|oe|oi|oo|ua|ue|ui|uo|uu|uy|ye|[aeiouy])"
    r"(?:ch|ng|nh|[cmnpt])?"
)


def _folding_table() -> dict[int, str]:
    """Map every precomposed Latin letter to its lower-case base letter, and marks to nothing."""
    table: dict[int, str] = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii() and base.isalpha():
            table[code] = base.lower()
    # đ has no decomposition, so NFD leaves it; we map it by hand (and the eth that OCR confuses it with)
    table.update({ord("đ"): "d", ord("Đ"): "d", ord("ð"): "d", ord("Ð"): "d"})
    for code in range(0x300, 0x370):
        table[code] = ""
    return table


_FOLD = _folding_table()
_SHORT_TEXT = 4000  # characters

# Every capital of Latin script as the inside of a character class. A range such as Ạ-Ỹ would
# take in the small letters too: there they alternate.
CAPITALS = "A-Z" + "".join(chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)) if chr(code).isupper())

# Tone marks, in NFD.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
# oa, oe, uy: the old spelling marks the first vowel (hòa, thúy), the new one the second (hoà, thuý).
_OLD_TONE = re.compile(rf"(?<!q)([ou])([{_TONES}])([aey])(?![a-z\u0300-\u036f])")
_TONE_PAIRS = {"oa", "oe", "uy"}


def nfc(text: str) -> str:
    """Return text in NFC, in linear time whatever the text."""
    if unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", _LONG_MARK_RUN.sub(r"\1", text))


def fold(text: str) -> str:
    """Return text in lower case without any Vietnamese mark: 'Đặng Thúy' -> 'dang thuy'."""
    return _fold_short(text) if len(text) <= _SHORT_TEXT else text.translate(_FOLD).lower()


@lru_cache(maxsize=1024)
def _fold_short(text: str) -> str:
    """Fold a passage or a headline: one question reads each of them several times."""
    return text.translate(_FOLD).lower()


def syllables(text: str) -> list[str]:
    """Return the folded syllables, words and numbers of text, in order."""
    return _SYLLABLE.findall(fold(text))


def folded_syllables(folded: str) -> list[str]:
    """Return the syllables of a text that is folded already."""
    return _SYLLABLE.findall(folded)


def is_syllable(folded: str) -> bool:
    """Tell whether this could be a Vietnamese syllable without its marks."""
    return bool(_VIETNAMESE_SYLLABLE.fullmatch(folded))


def pairs(tokens: list[str]) -> list[str]:
    """Return adjacent pairs of tokens joined by '_': ['bo', 'khoa', 'hoc'] -> ['bo_khoa', 'khoa_hoc']."""
    return [f"{a}_{b}" for a, b in pairwise(tokens)]


def one_tone_placement(text: str) -> str:
    """Return text in NFC and lower case with tones where the new spelling has them: 'Hòa' -> 'hoà'."""
    lowered = unicodedata.normalize("NFD", _LONG_MARK_RUN.sub(r"\1", text.lower()))

    def move_tone(match: re.Match[str]) -> str:
        first, tone, second = match.groups()
        return first + second + tone if first + second in _TONE_PAIRS else match.group()

    return unicodedata.normalize("NFC", _OLD_TONE.sub(move_tone, lowered))


def accented_syllables(text: str) -> list[str]:
    """Return the syllables of text with their marks, NFC, lower case, one tone placement (hoà)."""
    return _SYLLABLE.findall(one_tone_placement(text))


def storable(text: str) -> str:
    """Return text that UTF-8 can store: lone surrogates become U+FFFD, NUL disappears.

    Everything else stays as it was, so that a quote remains the source's own text.
    """
    if "\x00" in text:
        text = text.replace("\x00", "")
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


# --- sentences ------------------------------------------------------------------------------

# Abbreviations whose full stop does not end a sentence, lower case and without that stop.
# fmt: off
_ABBREVIATIONS = frozenset({
    "tp", "tx", "tt", "tnhh", "q", "p", "ks", "kts", "bs", "ths", "th.s", "ts", "pgs", "gs", "gs.ts", "pgs.ts",
    "gs.tskh", "pgs.tskh", "tskh", "ts.bs", "bs.ck", "cn", "cv", "t.ư", "t.w", "đ/c", "ncs", "nsnd", "nsưt", "ns", "dr",
    "mr", "mrs", "ms", "prof", "st", "nr", "vol", "art", "jr", "sr", "inc", "corp", "ltd", "vs", "fig", "tr", "nxb",
    "sđt", "đt", "tel", "fax", "h.e", "kt", "m.sc", "ph.d", "u.s", "u.n", "vd", "v.d", "k/g",
})
# fmt: on
# Looked for once a run, without going back: a row of a million dots takes no longer than as many letters.
_TERMINATOR = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]*_]*+(?=\s)")
_LIST_NUMBER = re.compile(r"(?:^|\n)[ \t]*(?:\d{1,3}|[a-zđ]|[IVXLC]{1,5})$", re.IGNORECASE)
_PARAGRAPH_BREAK = re.compile(r"\r?\n[ \t]*(?:\r?\n[ \t]*)+|\f")
_LINE_BREAK = re.compile(r"\r?\n")
_BULLET = re.compile(r"[-–—•*+·#>|]|\d{1,3}[.)]\s|[a-zđ]\)\s|(?:Điều|Chương|Mục|Khoản)\s+\w+")
_SHORT_LINE = 50


def _is_abbreviation(before: str) -> bool:
    """Tell whether `before`, the text up to a full stop, ends in an abbreviation."""
    word = before.rsplit(None, 1)[-1] if before.strip() else ""
    word = word.lstrip("\"'“‘«([*_")
    if not word:
        return False
    key = nfc(word).lower()
    if key in _ABBREVIATIONS:
        return True
    head, _, tail = key.rpartition(".")  # of 'PGS.TS' the tail is 'ts'; 'v.v.' does end sentences
    if head and head != tail and (tail in _ABBREVIATIONS or (len(tail) == 1 and tail.isalpha())):
        return True
    # An initial: 'J. Smith', 'Nguyễn V. An'.
    return len(word) == 1 and word.isupper()


def _paragraph_sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for match in _TERMINATOR.finditer(text, start, end):
        stop = match.end()
        following = text[stop : min(stop + 40, end)].lstrip()
        if following and following[0].islower():
            continue
        if match.group()[0] == "." and not match.group().startswith(".."):
            before = text[max(begin, match.start() - 24) : match.start()]
            if following and (
                _is_abbreviation(before) or _LIST_NUMBER.search(text[max(start, match.start() - 8) : match.start()])
            ):
                continue
        yield begin, stop
        begin = stop
    if begin < end:
        yield begin, end


def _is_line_end(line: str, following: str) -> bool:
    """Tell whether a single line break between `line` and `following` ends a paragraph."""
    stripped = line.rstrip(" \t\"'”’»)*_")
    if not following.strip() or not stripped:
        return True
    if stripped[-1] in ".!?…:;" or _BULLET.match(following.lstrip()):
        return True
    return len(line.strip()) < _SHORT_LINE and not following.lstrip()[0].islower()


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each paragraph, trimmed of white space, in order.

    A blank line ends a paragraph; so does a single line break unless the lines read as one
    hard-wrapped paragraph.
    """
    spans: list[tuple[int, int]] = []
    begin = 0
    for block_end, next_begin in [*((m.start(), m.end()) for m in _PARAGRAPH_BREAK.finditer(text)), (len(text), len(text))]:
        line_begin = begin
        previous = begin
        for match in _LINE_BREAK.finditer(text, begin, block_end):
            following_end = text.find("\n", match.end(), block_end)
            following = text[match.end() : following_end if following_end >= 0 else block_end]
            if _is_line_end(text[previous : match.start()], following):
                spans.append((line_begin, match.start()))
                line_begin = match.end()
            previous = match.end()
        spans.append((line_begin, block_end))
        begin = next_begin
    return [trimmed for start, end in spans if (trimmed := _trim(text, start, end))]


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each sentence, trimmed of white space, in order.

    Knows that TP., PGS.TS., T.Ư., initials and list numbers do not end one.
    """
    return [
        trimmed
        for start, end in paragraphs(text)
        for begin, stop in _paragraph_sentences(text, start, end)
        if (trimmed := _trim(text, begin, stop))
    ]


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
