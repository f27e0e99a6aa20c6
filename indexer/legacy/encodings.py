"""The encodings of before Unicode: how a word written in one of them is turned into Unicode, and what speaks for it.

A word comes as somebody saw its bytes: through latin-1, windows-1252 or MacRoman.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from . import tables
from .composing import compose
from .syllables import WORD, is_syllable, is_vietnamese

_HIGH = range(0x80, 0x100)
_PUNCTUATION = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
# What programs show for the soft hyphen, the micro sign and the middle dot, beside latin-1's own characters.
_OTHER_VIEWS = {0xAD: "\u2212", 0xB5: "\u03bc", 0xB7: "\u2219"}
_SYMBOL = "[\x80-\x9f\xa1-\xbf\xd7\xf7\u2212]"
_SYMBOL_IN_WORD = re.compile(rf"{_SYMBOL}(?=[^\W\d_])|(?<=[^\W\d_]){_SYMBOL}")
_AROUND_WORDS = "«»°·©®§¡¿%(),.;:"
# n°2, 5µ, 10 km², µm
_AT_DIGIT = re.compile(r"\d(?![A-Za-z])[^\W\d_]|(?![A-Za-z])[^\W\d_]\d")
_UNIT = re.compile(r"\b[kcdm]?m[²³]|(?<![A-Za-z])[µμ][A-Za-z]\b")
_OTHER_SCRIPT = re.compile("[\u0250-\u02ff\u0370-\u1dff\u2c00-\uffff]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """One encoding as seen through another. `weigh` says what a word speaks for it (above 0) or against it."""

    name: str
    convert: Callable[[str], str]
    weigh: Callable[[str, str], float]
    doubt: float = 0.0  # how much more evidence a rare encoding needs
    least: int = 2  # different words that must speak for it


@cache
def encodings() -> tuple[Encoding, ...]:
    """Return the encodings to try on Unicode text, the likeliest first."""
    return (
        Encoding("UTF-8 hai lần", _Utf8(_windows()).convert, _weigh_utf8),
        *eight_bit(),
        Encoding("Ƣ thay cho Ư", lambda word: word.translate(_ALIKE), _weigh_alike, least=1),
        Encoding("UTF-8 hai lần", _Utf8(_mac()).convert, _weigh_utf8, doubt=2),
        Encoding("TCVN3 (ABC)", _capitals(_by_table(tables.TCVN3, _mac())), _letters(""), doubt=2),
        Encoding("VNI", _Vni(_mac()).convert, _letters(""), doubt=2),
    )


@cache
def eight_bit() -> tuple[Encoding, ...]:
    """Return the encodings that a whole 8-bit file can be in, the likeliest first."""
    windows = _windows()
    return (
        Encoding("TCVN3 (ABC)", _capitals(_by_table(tables.TCVN3, windows)), _letters("ý")),
        Encoding("VNI", _Vni(windows).convert, _letters("íìÍÌ")),
        Encoding("windows-1258", _windows_1258(), _letters("ÀÁÂÈÉÊÍÓÔÙÚàáâèéêíóôùú")),
        Encoding("TCVN 5712", _by_table(tables.TCVN_CAPITALS, windows), _letters("ý"), doubt=6, least=3),
        Encoding("VISCII", _by_table(tables.VISCII, windows), _letters("ÀÁÂÃÈÉÊÌÍÒÓÔÙÚÝàáâãèéêìíòóôõùúý"), doubt=6, least=3),
        Encoding("VPS", _by_table(tables.VPS, windows), _letters("ÁÂÉÊÔÚÝàáâãèéêìíòóôõùú"), doubt=6, least=3),
    )


# --- what a word speaks for -----------------------------------------------------------------------


def _letters(own: str) -> Callable[[str, str], float]:
    """Return a `weigh` for an encoding in which the letters `own` are themselves."""
    return partial(_weigh_letters, frozenset(own))


def _weigh_letters(own: frozenset[str], before: str, after: str) -> float:
    """Return how much likelier `before` is in an encoding that makes it `after` than it is as it stands (log odds)."""
    if before == after and before.isascii():
        return -0.1 if any(not is_syllable(word) for word in WORD.findall(before) if len(word) > 1) else 0.0
    sound = is_vietnamese(before)
    if before == after:  # a letter of true Unicode, or punctuation
        foreign = [char for char in before if char.isalpha() and not char.isascii() and char not in own]
        return 0.0 if not foreign else -5.0 if sound else -2.0
    if _AT_DIGIT.search(after) or _UNIT.search(before):
        return -1.0
    words = [word for word in WORD.findall(after) if not word.isascii()]
    longest = max(map(len, words), default=0)
    if not words:
        return 0.0
    if all(is_syllable(word) or _is_initials(word) for word in words):
        if sound and not _SYMBOL_IN_WORD.search(before):
            return 0.0
        core = before.strip(_AROUND_WORDS)  # «word», ©name
        if longest == 1 or (is_vietnamese(core) and not _SYMBOL_IN_WORD.search(core)):
            return 0.8
        return 5.0 if _SYMBOL_IN_WORD.search(before) else 3.0
    return -5.0 if sound and WORD.search(before) else -3.0


def _is_initials(word: str) -> bool:
    """Tell whether word is like QĐ, HĐND, ĐT: Vietnamese, though no syllable."""
    return word.isupper() and len(word) < 7 and "Đ" in word


def _weigh_utf8(before: str, after: str) -> float:
    """Bytes that make UTF-8 make it hardly ever by chance."""
    if before == after:
        return 0.0
    if _OTHER_SCRIPT.search(after):
        return -3.0
    return 5.0 if is_vietnamese(after) and WORD.search(after) else 3.0


# Some PDF writers call the letter ư "oi", which it is not: phƣơng pháp. (Ð for Đ needs no repair: search keys read it as d.)
_ALIKE = str.maketrans("ƢƣƉɖ", "ƯưĐđ")


def _weigh_alike(before: str, after: str) -> float:
    if before.isascii():
        return 0.0
    vietnamese = is_vietnamese(after)
    if before == after:
        return 0.5 if vietnamese else -0.5
    if not vietnamese:
        return 0.0
    return 6.0 if max(map(len, WORD.findall(after))) > 1 else 0.0


# --- how bytes were seen --------------------------------------------------------------------------


def _windows() -> dict[int, str]:
    """Return what latin-1 and windows-1252 show -> the byte, as a latin-1 character."""
    seen = {byte: chr(byte) for byte in (*range(0x20), *_HIGH)}
    seen.update({ord(other): chr(byte) for byte, other in _OTHER_VIEWS.items()})
    seen.update({ord(shown): chr(byte) for byte, shown in _PUNCTUATION.items() if len(shown) == 1})
    return seen


def _punctuation(seen: dict[int, str]) -> dict[int, str]:
    """Return what is seen -> the punctuation of windows-1252: Word wrote “ ” – … so, whatever the font."""
    return {code: _PUNCTUATION[ord(byte)] for code, byte in seen.items() if ord(byte) in _PUNCTUATION}


def _mac() -> dict[int, str]:
    return {ord(bytes([byte]).decode("mac_roman")): chr(byte) for byte in _HIGH}


def _by_table(rows: str, seen: dict[int, str]) -> Callable[[str], str]:
    table = tables.read_table(rows)
    letters = _punctuation(seen) | {code: table[ord(byte)] for code, byte in seen.items() if ord(byte) in table}
    return lambda word: compose(word.translate(letters))


def _capitals(convert: Callable[[str], str]) -> Callable[[str], str]:
    """Write VIỆT for VIệT: TCVN3 has no toned capitals."""

    def convert_capitals(word: str) -> str:
        return _SHOUTED.sub(lambda match: match.group().upper(), convert(word))

    return convert_capitals


_TONED = "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
_PLAIN = "A-ZĂÂÊÔƠƯĐ"
_SHOUTED = re.compile(
    rf"(?<![^\W\d_])(?=[^\W\d_]*[{_PLAIN}][{_TONED}]*[{_PLAIN}])(?=[{_PLAIN}]*[{_TONED}])[{_PLAIN}{_TONED}]+(?![^\W\d_])"
)


def _windows_1258() -> Callable[[str], str]:
    letters = {byte: bytes([byte]).decode("cp1258", "ignore") or chr(byte) for byte in _HIGH}
    return lambda word: compose(word.translate(letters))


class _Seen:
    """Exchanges what a pattern finds in the bytes of a word; the rest of the word stays as it was."""

    pattern: re.Pattern[str]

    def __init__(self, seen: dict[int, str]) -> None:
        self._seen = seen
        self._punctuation = _punctuation(seen)

    def exchange(self, found: str) -> str:
        raise NotImplementedError

    def leave(self, left: str) -> str:
        return left

    def convert(self, word: str) -> str:
        view = word.translate(self._seen)
        parts, done = [], 0
        for match in self.pattern.finditer(view):
            parts += [self.leave(word[done : match.start()]), self.exchange(match.group())]
            done = match.end()
        return "".join(parts) + self.leave(word[done:])


class _Utf8(_Seen):
    # A à at the end of a word is C3 A0, and A0 is a space to many programs.
    pattern = re.compile(
        r"[\xc2-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|\xc3$"
    )

    def exchange(self, found: str) -> str:
        if found == "\xc3":
            return "à"
        return found.encode("latin-1").decode("utf-8", "ignore") or found


class _Vni(_Seen):
    _pairs = {
        spelt: made
        for vowel, marks in tables.VNI_MARKS.items()
        for mark, letter in marks.items()
        for spelt, made in (
            (vowel + mark, letter),
            (vowel.upper() + mark.upper(), letter.upper()),
            (vowel.upper() + mark, letter.upper()),
        )
    } | tables.VNI_LETTERS
    pattern = re.compile("|".join(sorted(_pairs, key=len, reverse=True)))

    def leave(self, left: str) -> str:
        return left.translate(self._punctuation)

    def exchange(self, found: str) -> str:
        return self._pairs[found]
