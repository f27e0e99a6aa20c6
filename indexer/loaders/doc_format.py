"""The binary Word file (Word 97 to 2003): its text by pieces, and what is known of each stretch of it.

Source: [MS-DOC], Word (.doc) Binary File Format. Offsets and names are its own. Text lies in
the stream WordDocument at file offsets (fc); properties lie in pages of 512 bytes and name fcs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from struct import unpack_from

from .fonts import windows_text
from .numbering import Level, List, Numbering

_PAGE = 512
_COMPRESSED = 0x40000000
_OPERANDS = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}  # bytes behind a property's code, by its top three bits
_DEEPEST_STYLE = 20
_MAX_PAGES = 100_000

# Indexes into FibRgFcLcb97: where in the table stream a structure lies.
_STYLES, _CHARACTER_PAGES, _PARAGRAPH_PAGES, _FONTS, _CLX = 1, 12, 13, 15, 33
_REFERENCES = {"footnotes": 2, "endnotes": 46}
_LISTS, _LIST_USES = 73, 74
# Properties (sprm)
_VANISH, _DELETED, _FONT = 0x083C, 0x0800, 0x4A4F
_ELSEWHERE = 0x6646
_IN_TABLE, _ROW_END, _LIST, _LIST_LEVEL = 0x2416, 0x2417, 0x460B, 0x260A
_NUMBER_FORMS = {0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 22: "decimalZero",
                 23: "bullet", 255: "none"}  # fmt: skip

_OWN_STYLE = -1  # no property's code: the number of a paragraph's style

Properties = dict[int, bytes]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive characters that look alike."""

    start: int  # character position (cp)
    text: str
    font: str
    hidden: bool  # hidden, or deleted under tracking
    list: str  # the list that its paragraph stands in, "" if none; see numbering
    level: int
    in_table: bool
    ends_row: bool  # the mark behind a table's row, not a cell's


class WordFile:
    """One open document. Any of its methods may raise struct.error or IndexError on a damaged file."""

    def __init__(self, document: bytes, tables: bytes, data: bytes = b"") -> None:
        self._document = document
        self._tables = tables
        self._data = data
        lengths = unpack_from("<8i", document, 0x4C)
        names = ("text", "footnotes", "headers", "macros", "comments", "endnotes", "boxes", "header boxes")
        self.parts: dict[str, tuple[int, int]] = {}  # part -> its first cp and the one behind its last
        start = 0
        for name, length in zip(names, lengths, strict=True):
            self.parts[name] = (start, start + max(0, length))
            start += max(0, length)
        self._fonts = self._read_fonts()
        self._default = ""  # the font of what names none
        self._styles = self._read_styles()
        self._characters = _Spans(self._read_pages(_CHARACTER_PAGES, paragraphs=False))
        self._paragraphs = _Spans(self._read_pages(_PARAGRAPH_PAGES, paragraphs=True))

    def stretches(self, part: str) -> Iterator[Stretch]:
        """Yield the text of a part ("text", "footnotes", "endnotes", "boxes") in order."""
        first, behind = self.parts[part]
        for start, end, fc, width in self._pieces():
            cp, stop = max(start, first), min(end, behind)
            while cp < stop:
                at = fc + (cp - start) * width
                run, run_end = self._characters.at(at)
                paragraph, paragraph_end = self._paragraphs.at(at)
                count = max(1, min(stop - cp, -(-(min(run_end, paragraph_end) - at) // width)))
                data = self._document[at : at + count * width]
                looks = {**self._style(paragraph), **paragraph, **run}
                yield Stretch(
                    start=cp,
                    text=windows_text(data) if width == 1 else data.decode("utf-16-le", "replace"),
                    font=self._name(looks[_FONT]) if _FONT in looks else self._default,
                    list=str(int.from_bytes(looks.get(_LIST, b""), "little") or ""),
                    level=int.from_bytes(looks.get(_LIST_LEVEL, b""), "little"),
                    hidden=_is_on(run, _VANISH) or _is_on(run, _DELETED),
                    in_table=_is_on(paragraph, _IN_TABLE),
                    ends_row=_is_on(paragraph, _ROW_END),
                )
                cp += count

    def references(self, part: str) -> list[int]:
        """Return the cps in the text at which the notes of a part ("footnotes", "endnotes") are called, in order."""
        plc = self._structure(_REFERENCES[part])
        return list(unpack_from(f"<{max(0, len(plc) - 4) // 6}I", plc))

    def _structure(self, index: int) -> bytes:
        offset, length = unpack_from("<II", self._document, 154 + 8 * index)
        return self._tables[offset : offset + length]

    def _pieces(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield (first cp, cp behind the last, fc, bytes a character) of each piece."""
        clx = self._structure(_CLX)
        at = 0
        while clx[at] == 1:
            at += 3 + int(unpack_from("<H", clx, at + 1)[0])
        (length,) = unpack_from("<I", clx, at + 1)
        count = (min(length, len(clx) - at - 5) - 4) // 12
        positions = unpack_from(f"<{count + 1}I", clx, at + 5)
        for number in range(count):
            (fc,) = unpack_from("<I", clx, at + 5 + 4 * (count + 1) + 8 * number + 2)
            packed = bool(fc & _COMPRESSED)
            offset = (fc & (_COMPRESSED - 1)) // (2 if packed else 1)
            if offset < len(self._document):
                room = (len(self._document) - offset) // (1 if packed else 2)
                yield positions[number], min(positions[number + 1], positions[number] + room), offset, 1 if packed else 2

    def _read_fonts(self) -> list[str]:
        data = self._structure(_FONTS)
        fonts: list[str] = []
        at = 4
        for _ in range(unpack_from("<H", data)[0] if data else 0):
            length = data[at]
            name = data[at + 40 : at + 1 + length].decode("utf-16-le", "ignore")
            fonts.append(name.partition("\x00")[0])
            at += 1 + length
        return fonts

    def _read_styles(self) -> list[Properties]:
        """Return each style's properties by its number, what it inherits among them."""
        data = self._structure(_STYLES)
        if not data:
            return []
        header, count, base = unpack_from("<HHH", data)
        self._default = self._name(data[14:16])
        own: list[tuple[Properties, int]] = []  # and the style that it is based on
        at = 2 + header
        for _ in range(count):
            (length,) = unpack_from("<H", data, at)
            own.append(_style(data[at + 2 : at + 2 + length], base) if length else ({}, 0xFFF))
            at += 2 + length + length % 2
        styles = []
        for properties, parent in own:
            for _ in range(_DEEPEST_STYLE):
                if parent >= len(own):
                    break
                properties, parent = {**own[parent][0], **properties}, own[parent][1]
            styles.append(properties)
        return styles

    def _style(self, paragraph: Properties) -> Properties:
        number = int.from_bytes(paragraph.get(_OWN_STYLE, b""), "little")
        return self._styles[number] if number < len(self._styles) else {}

    def _name(self, number: bytes) -> str:
        index = int.from_bytes(number, "little")
        return self._fonts[index] if index < len(self._fonts) else ""

    def numbering(self) -> Numbering:
        """Return the lists that stretches name."""
        definitions: dict[int, List] = {}
        (offset,) = unpack_from("<I", self._document, 154 + 8 * _LISTS)
        data = self._tables[offset:] if self._structure(_LISTS) else b"\0\0"
        (count,) = unpack_from("<H", data)
        at = 2 + 28 * count  # the levels of all lists follow behind the lists
        for number in range(count):
            start = 2 + 28 * number
            (name,) = unpack_from("<i", data, start)
            levels = {}
            for level in range(1 if data[start + 26] & 1 else 9):
                levels[level], at = self._level(data, at)
            definitions[name] = List(str(name), levels)
        return Numbering(self._list_uses(definitions))

    def _list_uses(self, definitions: dict[int, List]) -> dict[str, List]:
        data = self._structure(_LIST_USES)
        (count,) = unpack_from("<I", data) if data else (0,)
        uses: dict[str, List] = {}
        at = 4 + 16 * min(count, len(data) // 16)
        for number in range(min(count, len(data) // 16)):
            (name,) = unpack_from("<i", data, 4 + 16 * number)
            known = definitions.get(name, List("", {}))
            use = uses[str(number + 1)] = List(known.definition, dict(known.levels))
            at += 4
            for _ in range(data[4 + 16 * number + 12]):
                start, flags = unpack_from("<iI", data, at)
                at += 8
                if flags & 0x20:
                    use.levels[flags & 0xF], at = self._level(data, at)
                if flags & 0x10:
                    use.starts[flags & 0xF] = start if not flags & 0x20 else use.levels[flags & 0xF].start
        return uses

    def _level(self, data: bytes, at: int) -> tuple[Level, int]:
        """Return the level of a list that stands at an offset, and the offset behind it."""
        start, form, flags = unpack_from("<iBB", data, at)
        follow, run, paragraph = data[at + 15], data[at + 24], data[at + 25]
        looks = _parse(data[at + 28 + paragraph : at + 28 + paragraph + run])
        at += 28 + paragraph + run
        (length,) = unpack_from("<H", data, at)
        text = data[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace")
        return Level(
            start=start,
            form=_NUMBER_FORMS.get(form, "decimal"),
            text="".join(f"%{ord(char) + 1}" if char < "\x09" else char for char in text),  # levels, as characters 0 to 8
            gap="" if follow == 2 else " ",
            restart=0 if flags & 0x08 else None,
            digits=bool(flags & 0x04),
            font=self._name(looks[_FONT]) if _FONT in looks else "",
        ), at + 2 + 2 * length

    def _read_pages(self, index: int, paragraphs: bool) -> Iterator[tuple[int, int, Properties]]:
        """Yield (first fc, fc behind the last, properties) of each run or paragraph."""
        plc = self._structure(index)
        count = (len(plc) - 4) // 8
        for (number,) in (unpack_from("<I", plc, 4 * (count + 1) + 4 * n) for n in range(min(count, _MAX_PAGES))):
            page = self._document[number * _PAGE : (number + 1) * _PAGE]
            if len(page) < _PAGE:
                continue
            runs = page[-1]
            bounds = unpack_from(f"<{runs + 1}I", page)
            for run in range(runs):
                where = 2 * page[4 * (runs + 1) + run * (13 if paragraphs else 1)]
                found = _properties(page, where, paragraphs) if where else {}
                if _ELSEWHERE in found:  # those of a wide table's row do not fit in a page
                    offset = int.from_bytes(found[_ELSEWHERE], "little")
                    length = int.from_bytes(self._data[offset : offset + 2], "little")
                    found |= _parse(self._data[offset + 2 : offset + 2 + length])
                yield bounds[run], bounds[run + 1], found


class _Spans:
    """Finds the properties that hold at an fc."""

    def __init__(self, spans: Iterator[tuple[int, int, Properties]]) -> None:
        self._spans = sorted(spans, key=lambda span: span[0])
        self._starts = [span[0] for span in self._spans]

    def at(self, fc: int) -> tuple[Properties, int]:
        """Return the properties at an fc, and the fc up to which they hold."""
        index = bisect_right(self._starts, fc)
        start, end, properties = self._spans[index - 1] if index else (0, 0, {})
        if start <= fc < end:
            return properties, end
        return {}, self._starts[index] if index < len(self._starts) else 1 << 32


def _style(data: bytes, base: int) -> tuple[Properties, int]:
    """Return a style's own properties and the number of the style that it is based on."""
    kind, parent = data[2] & 0xF, int.from_bytes(data[2:4], "little") >> 4
    at = base + 4 + 2 * int.from_bytes(data[base : base + 2], "little")  # behind its name
    found: Properties = {}
    for skipped in {1: (2, 0), 2: (0,)}.get(kind, ()):  # a paragraph's properties, behind its number; a run's
        length = int.from_bytes(data[at : at + 2], "little")
        found |= _parse(data[at + 2 + skipped : at + 2 + length])
        at += 2 + length + length % 2
    return found, parent


def _properties(page: bytes, where: int, paragraphs: bool) -> Properties:
    if not paragraphs:
        return _parse(page[where + 1 : where + 1 + page[where]])
    begin, length = (where + 1, 2 * page[where] - 1) if page[where] else (where + 2, 2 * page[where + 1])
    data = page[begin : begin + length]
    return {_OWN_STYLE: data[:2], **_parse(data[2:])}


def _parse(data: bytes) -> Properties:
    """Return the properties (sprm) in a list of them, code -> operand."""
    found: Properties = {}
    at = 0
    while at + 2 < len(data):
        (code,) = unpack_from("<H", data, at)
        size = _OPERANDS.get(code >> 13)
        skip = 0
        if size is None:
            skip = 2 if code == 0xD608 else 1  # a table's definition counts in two bytes, and one too many
            size = int.from_bytes(data[at + 2 : at + 2 + skip], "little") - (skip - 1)
        found[code] = data[at + 2 + skip : at + 2 + skip + size]
        at += 2 + skip + max(0, size)
    return found


def _is_on(properties: Properties, code: int) -> bool:
    return properties.get(code, b"\x00")[:1] not in (b"\x00", b"\x80", b"")
