"""Whether a page's text can be trusted: what stands there must be words."""

from __future__ import annotations

import re
import unicodedata

from ...legacy.syllables import is_syllable

_WORD = re.compile(r"[^\W\d_]{2,}")
_LOST = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd\x00-\x08\x0e-\x1f\x80-\x9f]")
_BULLETS = re.compile(r"^[\ue000-\uf8ff]+(?=\s|\w|$)|(?<=\s)[\ue000-\uf8ff](?=\s)", re.MULTILINE)  # of symbol fonts
_MOST_LOST = 0.02  # of the page's signs
_MOST_STRANGE = 0.4  # of the page's words
_FEWEST_WORDS = 12  # of fewer nothing can be said
_SPEAKABLE = re.compile(r"(?!.*[bcdfghjklmnpqrstvwxz]{5})(?=.*[aeiouy])[a-z]+")


def doubt(text: str) -> str:
    """Return why the text cannot be trusted, or ""."""
    text = _BULLETS.sub("", text)
    signs = sum(not char.isspace() for char in text)
    lost = len(_LOST.findall(text))
    if signs and lost > _MOST_LOST * signs:
        return f"{lost}/{signs} ký tự không đọc được | {lost} of {signs} characters unreadable"
    words = [word for word in _WORD.findall(text) if not word.isupper() or len(word) > 5]
    latin = [word for word in words if _is_latin(word)]
    if len(latin) < _FEWEST_WORDS or len(latin) < len(words) / 2:
        return ""
    strange = sum(not is_syllable(word) and not _SPEAKABLE.fullmatch(word.lower()) for word in latin)
    if strange > _MOST_STRANGE * len(latin):
        return f"{strange}/{len(latin)} từ không thành tiếng | {strange} of {len(latin)} words are none"
    return ""


def _is_latin(word: str) -> bool:
    return all(char < "\u0250" or "\u1e00" <= char <= "\u1eff" for char in unicodedata.normalize("NFC", word))
