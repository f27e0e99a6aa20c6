"""What a font's name says of the encoding of its letters."""

from __future__ import annotations

import re
from collections.abc import Collection

_SUBSET = re.compile(r"^/?[A-Z]{6}\+|^/")
_TCVN3 = re.compile(r"\.vn|vn(?:time|arial|courier|helve|avant|centuryschool)", re.IGNORECASE)
_VNI = re.compile(r"vni[- ]?\w", re.IGNORECASE)
_VPS = re.compile(r"vps ?\w", re.IGNORECASE)
_CAPITALS = re.compile(r"^\.?[Vv][Nn][\w ]*H(?=$|[,-]| Bold| Italic)")


def encodings_of(fonts: Collection[str]) -> tuple[frozenset[str], bool]:
    """Return the encodings that fonts name ("" for a font of Unicode), and whether all draw small letters as capitals."""
    names = [_SUBSET.sub("", font).replace("#2E", ".").replace("#20", " ") for font in fonts]
    capitals = bool(names) and all(map(_CAPITALS.match, names))
    return frozenset(map(_encoding_of, names)), capitals


def _encoding_of(name: str) -> str:
    if _VNI.match(name):
        return "VNI"
    if _TCVN3.match(name):
        return "TCVN3 (ABC)"
    return "VPS" if _VPS.match(name) else ""
