"""VIQR (RFC 1456): Vietnamese in ASCII, with ( ^ + for the shape of a letter and ' ` ? ~ . for its tone.

The same signs end sentences and build formulas, so a text is VIQR only on strong evidence.
"""

from __future__ import annotations

import re

from .composing import compose
from .encodings import Encoding
from .evidence import WORDS, stretches
from .syllables import TONES, WORD, is_syllable, is_vietnamese

NAME = "VIQR"
_SHAPES = {"a(": "ă", "a^": "â", "e^": "ê", "o^": "ô", "o+": "ơ", "u+": "ư", "o*": "ơ", "u*": "ư"}
_TONE_SIGNS = dict(zip("`'~?.", TONES[1:], strict=True))
_LETTER = re.compile(r"\\([^\w\s]|[dD])|[Dd][Dd]|([AEOUaeou][(^+*]|[AEIOUYaeiouy])([`'~]|[?.](?!\.\.(?!\.)))?")
_SHAPE = re.compile(r"[aeo]\^|[ou][+*]|a\(", re.IGNORECASE)
_TONE_INSIDE = re.compile(r"[aeiouy][(^+*]?[`'~?.](?=[a-z])", re.IGNORECASE)
_NOT_PROSE = re.compile(r"@|://|\bwww\.|[_<>{}|=]", re.IGNORECASE)
_ESCAPE = re.compile(r"\\[`'~?.(^+*]")
_NUMBERED = re.compile(r"[(\d/]*(?:đ|[A-Z]*Đ[A-ZĐ]*)[-/\dA-Z.,;:)]*")  # điểm đ, QĐ/2995
# A sign after an open syllable, before a capital or at the end: a tone, or the sentence's own?
_OPEN_END = re.compile(r"([A-Za-z^(+*`'~]{0,12}[aeiouyAEIOUY][(^+*]?)([?.])(?=([\"')\]]*\s*\Z|[\"')\]]*\s+[\"'(\[]*[A-Z\d]))")
# These stand before names (chị Lan, thị trấn Sa Pa) far oftener than chi, thi, … end a sentence.
_NAMED = "bị bộ chị chợ cụ dự độ hạ hệ họ hộ lệ mẹ nghệ nghị thị thọ trị trợ trụ tệ vị vệ vợ vụ"
_BEFORE_NAMES = frozenset(_NAMED.split())
_QUICK = re.compile(r"[A-Za-z](?:[aeo]\^|[ou][+*]|a\()[`'~?.]?(?![\d=+*^(])", re.IGNORECASE)


def decode_viqr(text: str) -> str:
    """Return ASCII text with its VIQR stretches in Unicode; text itself if there are none."""
    if len(_QUICK.findall(text, 0, 1 << 20)) < 3:
        return text
    # Who escapes a full stop (ba\\.) writes every other one as a tone.
    strict = bool(_ESCAPE.search(text))
    marked = text if strict else _OPEN_END.sub(_marked_end, text)
    parts, done = [], 0
    for one in stretches(marked, (_ENCODING,), doubtful=bool):
        if one.encoding:
            new = WORDS.sub(lambda match: _convert(match.group(), all_words=strict), marked[one.start : one.end])
            parts += [_unmarked(marked[done : one.start], strict), new]
            done = one.end
    return "".join(parts) + _unmarked(marked[done:], strict) if done else text


def _marked_end(match: re.Match[str]) -> str:
    """Escape the sign if it is the sentence's own."""
    word, sign, following = match.groups()
    made = compose(_LETTER.sub(_letter, word + sign))
    if sign == "?":  # questions end in đâu, nào, không: hardly ever in a vowel that could bear this tone
        toned = is_vietnamese(made)
    else:
        toned = made.lower() in _BEFORE_NAMES and "\n" not in following and bool(following.strip("\"')] \t"))
    return match.group() if toned else f"{word}\\{sign}"


def _unmarked(text: str, strict: bool) -> str:
    return text if strict else re.sub(r"\\([.?])", r"\1", text)


def _convert(word: str, all_words: bool = False) -> str:
    """Return a word in Unicode; its own letters where that would make no Vietnamese."""
    if not _NOT_PROSE.search(word):
        made = compose(_LETTER.sub(_letter, word))
        if all_words or is_vietnamese(made) or (_SHAPE.search(word) and made.isalpha()) or _NUMBERED.fullmatch(made):
            return made
    return _ESCAPE.sub(lambda match: match.group()[1], word)


def _letter(match: re.Match[str]) -> str:
    literal, vowel, tone = match.groups()
    if literal:
        return literal
    if vowel is None:
        return "đ" if match.group() == "dd" else "Đ"
    made = _SHAPES.get(vowel.lower(), vowel)
    return (made.upper() if vowel[0].isupper() else made) + (_TONE_SIGNS[tone] if tone else "")


def _weigh(before: str, after: str) -> float:
    if after.isascii():
        foreign = any(not is_syllable(word) for word in WORD.findall(before) if len(word) > 1)
        return -2.0 if _SHAPE.search(before) and foreign else -0.35 if foreign else 0.0
    if _SHAPE.search(before):
        return 4.0
    return 1.5 if _TONE_INSIDE.search(before) else 1.0 if before[-1] in "`~" else 0.0


_ENCODING = Encoding(NAME, _convert, _weigh, doubt=3, least=4)
