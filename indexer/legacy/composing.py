"""Unicode composition, and nothing else of normalization."""

from __future__ import annotations

import re
import unicodedata

# A longer run is no writing: it stays as it is (and unicodedata.normalize is quadratic in its length).
_MARKED = re.compile(r"[^\W\d_\u0300-\u036f][\u0300-\u036f]{1,4}(?![\u0300-\u036f])")


def compose(text: str) -> str:
    """Return text with every letter and the marks after it as one letter where Unicode has it.

    Letters that normalization would exchange for others, such as Å (angstrom) or Ω (ohm), stay.
    """
    return text if text.isascii() else _MARKED.sub(_composed, text)


def _composed(match: re.Match[str]) -> str:
    marked = match.group()
    return unicodedata.normalize("NFC", marked) if unicodedata.is_normalized("NFC", marked[0]) else marked
