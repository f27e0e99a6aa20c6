"""Text as its font means it: fonts of before Unicode (.VnTime, VNI-Times) draw other letters than they store."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from ..legacy import repair

# What symbol fonts (Symbol, Wingdings) draw, kept in the private use area.
_SYMBOLS = str.maketrans({"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf0e0": "→", "\uf02d": "-"})


def unicode_text(text: str, fonts: tuple[str, ...]) -> str:
    """Return text in Unicode; `fonts` are the names of those it is set in, () where unknown."""
    return repair(text, fonts).text


def join_runs(runs: Iterable[tuple[str, str]]) -> str:
    """Return the text of (text, font) runs in Unicode. Neighbours of one font are read together: a run may cut a word."""
    spans = (("".join(text for text, _ in group), font) for font, group in groupby(runs, key=lambda run: run[1]))
    return "".join(unicode_text(text, (font,) if font else ()) for text, font in spans if text).translate(_SYMBOLS)


def windows_text(data: bytes, encoding: str = "cp1252") -> str:
    """Return the text of bytes in a Windows code page; undefined bytes keep their number, as Windows does it."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        # Fonts of before Unicode put letters on the bytes that the code page leaves free.
        return "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in data)
