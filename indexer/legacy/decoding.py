"""Bytes to Unicode."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress

from docs_store import LoadError

from .encodings import Encoding, eight_bit
from .evidence import WORDS, in_unicode
from .repairing import Decoded, settle
from .viqr import NAME as VIQR
from .viqr import decode_viqr

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is the beginning of it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Control codes that no text has; the others are tabs, line ends, form feed and escape.
_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\v\f\r\x1b") + b"\x7f"
_UTF8_LETTERS = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_SAMPLE = 1 << 20  # bytes to know a file by


def decode(data: bytes, declared: str = "") -> Decoded:
    """Return the text of data, and its encoding if that is of before Unicode.

    declared: what the file says its encoding is; it may be wrong. A sound text in UTF-8 or UTF-16 comes back
    character for character. Raises LoadError if data is no text.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _settled(data.decode(name, "replace"))
    if b"\0" in data[:_SAMPLE] and (wide := _without_mark(data)):
        return _settled(wide)
    head = data[:_SAMPLE]
    if len(head) - len(head.translate(None, _CONTROLS)) > len(head) // 16 or head.count(b"\0") > len(head) // 100:
        raise LoadError("không phải văn bản (có ký tự nhị phân) | not a text file (binary content)")
    if data.isascii():
        return _ascii(data.decode("ascii"))
    with suppress(UnicodeDecodeError):
        return _settled(data.decode("utf-8-sig"))
    letters = _UTF8_LETTERS.findall(head)
    stray = sum(byte >= 0x80 for byte in _UTF8_LETTERS.sub(b"", head))
    if stray <= len(letters) // 20:  # damaged, or cut off in a letter
        return _settled(data.decode("utf-8-sig", "replace"), "UTF-8 hỏng")
    return _eight_bit(data, declared)


def _settled(text: str, damage: str = "") -> Decoded:
    text, encoding = settle(text)
    return Decoded(text, encoding or damage)


def _ascii(text: str) -> Decoded:
    made = decode_viqr(text)
    return Decoded(made, VIQR if made != text else "")


def _without_mark(data: bytes) -> str:
    """Return the text of data if it is UTF-16 without its mark: half of its bytes are nearly all 0, 1 or 1E."""
    head = data[:4096]
    for name, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        common = sum(byte in (0, 1, 3, 0x1E, 0x20) for byte in high)
        if high and common >= 0.9 * len(high) and high.count(0) >= 0.4 * len(high) and 0 not in _other(head, name):
            with suppress(UnicodeDecodeError):
                return data.decode(name)
    return ""


def _other(head: bytes, name: str) -> bytes:
    return head[::2] if name == "utf-16-le" else head[1::2]


def _eight_bit(data: bytes, declared: str) -> Decoded:
    text = data.decode("latin-1")
    words = {word for word in WORDS.findall(text[:_SAMPLE]) if not word.isascii()}
    scores = {one: _score(words, one) for one in eight_bit()}
    best = max(scores, key=scores.__getitem__)
    if scores[best] > 0:
        return Decoded(in_unicode(text, best), best.name)
    for name in _likely(data, declared):
        with suppress(UnicodeDecodeError, LookupError):
            return Decoded(data.decode(name), name)
    raise LoadError("không phải văn bản | not a text file")


def _score(words: set[str], encoding: Encoding) -> float:
    """Return the log odds that the words are in the encoding; 0 where too few say so."""
    weights = [encoding.weigh(word, encoding.convert(word)) for word in words]
    speaking = sum(weight > 1 for weight in weights)
    return sum(weights) - encoding.doubt if speaking >= min(2, len(words)) else 0.0


def _likely(data: bytes, declared: str) -> Iterator[str]:
    """Yield the names of the encodings that a text in another language may be in, the likeliest first."""
    with suppress(LookupError, ValueError):
        name = codecs.lookup(declared).name
        if name not in ("utf-8", "ascii", "iso8859-1") and not name.startswith("utf-"):
            yield name
    high = sum(byte >= 0x80 for byte in data[:_SAMPLE])
    latin = sum(chr(byte).isalpha() for byte in data[:_SAMPLE] if byte < 0x80)
    if high <= latin // 2:
        yield "windows-1252"
    from charset_normalizer import from_bytes

    guess = from_bytes(data[:_SAMPLE]).best()
    if guess:
        yield guess.encoding
