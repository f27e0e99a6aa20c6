"""Old Word documents (DOC, of Word 97 to 2003): body, then notes and text boxes; headers left out.

Fields keep what they show, tables become rows; hidden and deleted text is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from struct import error as struct_error
from struct import unpack_from
from typing import Any

from docs_store import LoadError

from .blocks import Block, format_number, one_line, page_of, table, trim
from .doc_format import Stretch, WordFile
from .extract import Extract
from .fonts import join_runs, unicode_text, windows_text
from .numbering import Numbering

_PROPERTIES = "DOC properties"
_MAX_BYTES = 256 << 20
_CODE_PAGE, _TITLE, _AUTHOR, _CREATED = 1, 2, 4, 12  # numbers of properties
_MOST_PROPERTIES, _LONGEST_PROPERTY = 100, 2000
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_CONTROL = re.compile(r"([\x00-\x1f])")
_CHARACTERS = {"\t": " ", "\x0b": "\n", "\x1e": "-"}
_FIELD, _SHOWN, _FIELD_END, _NOTE, _CELL_END = "\x13", "\x14", "\x15", "\x02", "\x07"
_BREAKS = "\r\x0c\x0e"  # of a paragraph, a page or section, a column


def load_doc(path: Path) -> Extract:
    """Return the whole document as one page, a blank line between paragraphs. Raises LoadError."""
    import olefile

    if path.stat().st_size > _MAX_BYTES:
        raise LoadError(f"tệp DOC lớn quá {_MAX_BYTES >> 20} MB | the DOC file is too large")
    try:
        with olefile.OleFileIO(str(path)) as ole:
            text = page_of(_blocks(_open(ole)))
            title, author, made = _properties(ole)
    except LoadError:
        raise
    except Exception as error:  # olefile and struct raise what a damaged file brings them to
        raise LoadError("tệp DOC hỏng, hoặc không phải DOC | damaged DOC file, or none at all") from error
    if not text:
        raise LoadError("tệp DOC không có chữ | the DOC file has no text")
    origins = {name: _PROPERTIES for name, value in (("title", title), ("author", author), ("made", made)) if value}
    return Extract(pages=(text,), format="doc", title=title, author=author, made=made, origins=origins)


def _open(ole: Any) -> WordFile:
    if not ole.exists("WordDocument"):
        raise LoadError(_what_it_is(ole))
    document = ole.openstream("WordDocument").read()
    ident, version = unpack_from("<HH", document)
    (flags,) = unpack_from("<H", document, 0x0A)
    if flags & _ENCRYPTED:
        raise LoadError("tệp DOC có mật khẩu | the DOC file is encrypted")
    if ident != 0xA5EC or version < 0xC1:
        raise LoadError("tệp DOC của Word 6/95 chưa hỗ trợ, hãy lưu lại thành DOCX | Word 6/95 is not supported, save as DOCX")
    name = "1Table" if flags & _TABLE_1 else "0Table"
    data = ole.openstream("Data").read() if ole.exists("Data") else b""
    return WordFile(document, ole.openstream(name).read(), data)


def _what_it_is(ole: Any) -> str:
    for stream, vietnamese, english in (
        ("EncryptedPackage", "tệp Office có mật khẩu", "the Office file is encrypted"),
        ("Workbook", "đây là bảng tính Excel (.xls), chưa hỗ trợ", "an Excel workbook is not supported"),
        ("Book", "đây là bảng tính Excel (.xls), chưa hỗ trợ", "an Excel workbook is not supported"),
        ("PowerPoint Document", "đây là bản trình chiếu PowerPoint (.ppt), chưa hỗ trợ", "a PowerPoint file is not supported"),
        ("__properties_version1.0", "đây là thư Outlook (.msg), chưa hỗ trợ", "an Outlook message is not supported"),
    ):
        if ole.exists(stream):
            return f"{vietnamese} | {english}"
    return "không phải tệp Word | not a Word file"


def _properties(ole: Any) -> tuple[str, str, date | None]:
    """Return title, author and the day it was made; olefile's own reader of them can be led in circles.

    Source: [MS-OLEPS], the property set in the stream SummaryInformation.
    """
    stream = "\x05SummaryInformation"
    data = ole.openstream(stream).read() if ole.exists(stream) else b""
    found: dict[int, bytes] = {}  # number of a property -> its value, behind its type
    with suppress(struct_error):  # the text is what counts
        (section,) = unpack_from("<I", data, 44)
        _, count = unpack_from("<II", data, section)
        for number in range(min(count, _MOST_PROPERTIES)):
            name, offset = unpack_from("<II", data, section + 8 + 8 * number)
            found[name] = data[section + offset + 4 : section + offset + 4 + _LONGEST_PROPERTY]
    page = int.from_bytes(found.get(_CODE_PAGE, b"")[:2], "little")

    def text(name: int) -> str:
        value = found.get(name, b"")
        value = value[4 : 4 + int.from_bytes(value[:4], "little")].partition(b"\0")[0]
        try:
            known = windows_text(value, "utf-8" if page == 65001 else f"cp{page}")
        except LookupError:
            known = windows_text(value)
        return unicode_text(" ".join(known.split()), ())

    # In ticks of 100 ns since 1601
    seconds = int.from_bytes(found.get(_CREATED, b"")[:8], "little") // 10_000_000 - 11_644_473_600
    made = datetime.fromtimestamp(seconds, UTC).date() if 0 < seconds < 1 << 32 else None
    return text(_TITLE), text(_AUTHOR), made


def _blocks(word: WordFile) -> list[Block]:
    forms = {"footnotes": "1", "endnotes": "i"}
    marks = {
        part: {cp: f"[{format_number(number, form)}]" for number, cp in enumerate(word.references(part), 1)}
        for part, form in forms.items()
    }
    lists = word.numbering()
    blocks = _Page(lists, {**marks["footnotes"], **marks["endnotes"]}).read(word.stretches("text"))
    blocks += _Page(lists, {}).read(word.stretches("boxes"))
    for part, called in marks.items():
        blocks += [(one_line(block),) for block in _Page(lists, {}, [*called.values()][::-1]).read(word.stretches(part))]
    return blocks


@dataclass(slots=True)
class _Page:
    """Makes blocks of characters and control characters."""

    lists: Numbering
    marks: dict[int, str]  # cp -> the mark of the note that is called there
    waiting: list[str] = field(default_factory=list)  # marks of the notes that are to come, the next one last
    blocks: list[Block] = field(default_factory=list)
    _runs: list[tuple[str, str]] = field(default_factory=list)
    _cell: list[Block] = field(default_factory=list)
    _row: list[list[Block]] = field(default_factory=list)
    _rows: list[list[list[Block]]] = field(default_factory=list)
    _fields: list[bool] = field(default_factory=list)  # of the fields that are open: is its result reached?

    def read(self, stretches: Iterator[Stretch]) -> list[Block]:
        """Return the blocks of one part."""
        for stretch in stretches:
            cp = stretch.start
            for piece in _CONTROL.split(stretch.text):
                if piece:
                    self._take(piece, cp, stretch)
                cp += len(piece)
        self._end_paragraph(None, in_table=False)
        return self.blocks

    def _take(self, piece: str, cp: int, stretch: Stretch) -> None:
        if piece == _FIELD:
            self._fields.append(False)
        elif piece == _SHOWN:
            self._fields[-1:] = [True] if self._fields else []
        elif piece == _FIELD_END:
            self._fields[-1:] = []
        elif piece == _CELL_END:
            self._end_paragraph(stretch, in_table=True)
            if stretch.ends_row:
                self._rows.append(self._row)
                self._row = []
            else:
                self._row.append(self._cell)
            self._cell = []
        elif piece in _BREAKS:
            if not stretch.hidden:  # a deleted end: the paragraph goes on in the next
                self._end_paragraph(stretch, stretch.in_table)
        elif stretch.hidden or not all(self._fields):
            pass
        elif piece == _NOTE and (cp in self.marks or self.waiting):
            self._runs.append((self.marks.get(cp) or self.waiting.pop() + " ", ""))
        elif piece >= " " or piece in _CHARACTERS:
            self._runs.append((_CHARACTERS.get(piece, piece), stretch.font))

    def _end_paragraph(self, mark: Stretch | None, in_table: bool) -> None:
        """Close the paragraph that the mark ends; it is the mark that knows the paragraph's list."""
        if not in_table:
            self.blocks += table([*self._rows, [*self._row, self._cell]])
            self._rows, self._row, self._cell = [], [], []
        label = self.lists.label(mark.list, mark.level) if mark else ("", "")
        text = trim(join_runs(self._runs))
        self._runs = []
        if text:
            (self._cell if in_table else self.blocks).append((join_runs([label]) + text,))
