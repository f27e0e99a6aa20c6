"""Small PDFs for tests, written by hand: text at places, ruling lines, pictures.

Every letter is half its size wide, and is found by its Unicode number: no font file is needed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 595, 842


@dataclass(frozen=True)
class Text:
    x: float
    y: float  # of the baseline, from the bottom
    text: str
    size: float = 10.0


@dataclass(frozen=True)
class Ruled:
    """A table's rules: every upright and every level line, drawn thin as Word does."""

    xs: Sequence[float]
    ys: Sequence[float]


@dataclass(frozen=True)
class Picture:
    """A grey picture over the whole page."""

    width: int
    height: int
    pixels: bytes


Item = Text | Ruled | Picture


def column(x: float, top: float, lines: Iterable[str], size: float = 10.0) -> list[Item]:
    """Return lines under each other."""
    return [Text(x, top - 1.3 * size * number, line, size) for number, line in enumerate(lines)]


def pdf(*pages: Sequence[Item], title: str = "", mapped: bool = True) -> bytes:
    """Return a PDF of these pages. mapped: whether the font says which letters it shows."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", _font(mapped), _stream(_to_unicode(pages))]
    objects.append(b"<</Title<FEFF" + title.encode("utf-16-be").hex().encode() + b">>>")
    kids = []
    for items in pages:
        objects.append(_stream(b"\n".join(map(_drawn, items))))
        contents = len(objects)
        resources = b"/Font<</F 3 0 R>>"
        for item in items:
            if isinstance(item, Picture):
                head = b"/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8"
                objects.append(_stream(item.pixels, head + b"/Width %d/Height %d" % (item.width, item.height)))
                resources += b"/XObject<</I %d 0 R>>" % len(objects)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Resources<<%s>>/Contents %d 0 R>>"
            % (WIDTH, HEIGHT, resources, contents)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    return assembled(objects, b"/Info 5 0 R")


def assembled(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Return the file that the numbered objects make; the first is the catalogue."""
    out = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer <</Root 1 0 R/Size %d%s>>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, trailer, len(out))
    )


def _drawn(item: Item) -> bytes:
    if isinstance(item, Text):
        codes = item.text.encode("utf-16-be").hex().encode()
        return b"BT /F %.2f Tf 1 0 0 1 %.2f %.2f Tm <%s> Tj ET" % (item.size, item.x, item.y, codes)
    if isinstance(item, Picture):
        return b"q %d 0 0 %d 0 0 cm /I Do Q" % (WIDTH, HEIGHT)
    level = [(min(item.xs), y, max(item.xs) - min(item.xs), 0.5) for y in item.ys]
    upright = [(x, min(item.ys), 0.5, max(item.ys) - min(item.ys)) for x in item.xs]
    return b"\n".join(b"%.2f %.2f %.2f %.2f re f" % rule for rule in (*level, *upright))


def _font(mapped: bool) -> bytes:
    unicode = b"/ToUnicode 4 0 R" if mapped else b""
    return (
        b"<</Type/Font/Subtype/Type0/BaseFont/Mau/Encoding/Identity-H%s/DescendantFonts[<</Type/Font/Subtype/CIDFontType2"
        b"/BaseFont/Mau/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500>>]>>" % unicode
    )


def _to_unicode(pages: Sequence[Sequence[Item]]) -> bytes:
    used = sorted({char for items in pages for item in items if isinstance(item, Text) for char in item.text})
    head = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    body = b""
    for start in range(0, len(used), 100):
        part = used[start : start + 100]
        codes = b"\n".join(b"<%04X> <%04X>" % (ord(char), ord(char)) for char in part)
        body += b"%d beginbfchar\n%s\nendbfchar\n" % (len(part), codes)
    return head + body + b"endcmap end"


def _stream(data: bytes, head: bytes = b"") -> bytes:
    packed = zlib.compress(data)
    return b"<<%s/Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (head, len(packed), packed)
