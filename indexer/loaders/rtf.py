"""Rich Text (RTF): what a reader of the printed page sees; headers, footers and hidden text left out.

Read in one pass over its tokens, with a stack of our own for the groups.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from docs_store import LoadError, make_date
from docs_store.vietnamese import nfc

from .blocks import Block, one_line, page_of, table, trim
from .extract import Extract
from .fonts import join_runs, windows_text

_INFO = "RTF info"
_MAX_BYTES = 256 << 20  # pictures are written out in hexadecimal
_MAX_DEPTH = 10_000
# A control word and its number; a byte; a control symbol; a brace; a line's end, which means nothing; plain text.
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
_CHARACTERS = {
    "tab": " ", "line": "\n", "page": "\n", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ", "nestcell": " | ", "nestrow": "; ",
}  # fmt: skip
_SYMBOLS = {b"~": "\u00a0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}
_UNSEEN = {
    "stylesheet", "colortbl", "pict", "object", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr",
    "footerf", "fldinst", "revtbl", "ftnsep", "ftnsepc", "aftnsep", "aftnsepc", "sp", "shprslt", "nonshppict", "nonesttables",
    "xe", "tc", "filetbl", "template", "mmathPr",
}  # fmt: skip
_SEEN_BY_NEW = {"shpinst", "footnote", "listtext"}  # of those that \* lets old programs leave out
_INFO_GROUPS = {"title", "author", "creatim"}
# Windows' numbers for the script of a font -> the code page of its bytes
_CODE_PAGES = {128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256, 186: 1257,
               204: 1251, 222: 874, 238: 1250}  # fmt: skip


def load_rtf(path: Path) -> Extract:
    """Return the whole document as one page, a blank line between paragraphs. Raises LoadError."""
    if path.stat().st_size > _MAX_BYTES:
        raise LoadError(f"tệp RTF lớn quá {_MAX_BYTES >> 20} MB | the RTF file is too large")
    reader = _Reader()
    reader.read(path.read_bytes())
    text = nfc(page_of([*reader.blocks, *reader.notes]))  # code page 1258 writes tones apart
    if not text:
        raise LoadError("tệp RTF không có chữ | the RTF file has no text")
    title, author = (nfc(" ".join("".join(reader.info[name]).split())) for name in ("title", "author"))
    made = make_date(*(reader.created.get(part, 0) for part in ("yr", "mo", "dy")))
    origins = {name: _INFO for name, value in (("title", title), ("author", author), ("made", made)) if value}
    return Extract(pages=(text,), format="rtf", title=title, author=author, made=made, origins=origins)


@dataclass(slots=True)
class _Group:
    """What holds until the group's closing brace."""

    target: str = "text"  # where its text goes: "text", "note", "fonttbl", "info" and its groups, "unseen"
    font: int = -1
    skip: int = 1  # characters behind each \u, for programs that don't know it
    hidden: bool = False
    in_table: bool = False


@dataclass(slots=True)
class _Reader:
    """Takes in one file's tokens and keeps what is seen."""

    blocks: list[Block] = field(default_factory=list)
    notes: list[Block] = field(default_factory=list)
    info: dict[str, list[str]] = field(default_factory=lambda: {"title": [], "author": []})
    created: dict[str, int] = field(default_factory=dict)
    _runs: list[tuple[str, str]] = field(default_factory=list)  # of the paragraph that is open
    _note: list[tuple[str, str]] = field(default_factory=list)
    _cell: list[Block] = field(default_factory=list)
    _row: list[list[Block]] = field(default_factory=list)
    _rows: list[list[list[Block]]] = field(default_factory=list)
    _fonts: dict[int, str] = field(default_factory=dict)
    _encodings: dict[int, str] = field(default_factory=dict)  # of a font's bytes
    _encoding: str = "cp1252"
    _default: int = -1  # the number of the font that \\plain goes back to
    _bytes: bytearray = field(default_factory=bytearray)  # gathered, as a letter may take two

    def read(self, data: bytes) -> None:
        """Take in a whole file. Raises LoadError if it ends too soon."""
        stack: list[_Group] = []
        group = _Group()
        to_skip = place = 0
        optional = False  # behind \*
        while match := _TOKEN.match(data, place):
            place = match.end()
            word, number, byte, symbol, brace, plain = match.groups()
            if byte is None and plain is None:
                self._flush(group)
            if brace == b"{":
                if len(stack) >= _MAX_DEPTH:
                    raise LoadError(f"RTF lồng quá {_MAX_DEPTH} cấp | nested too deep")
                stack.append(group)
                group, to_skip = replace(group), 0
            elif brace:
                if not stack:
                    break
                inner, group, to_skip = group, stack.pop(), 0
                if inner.target == "note" and group.target != "note":
                    self._end_note()
                if not stack:
                    break
            elif word == b"bin":  # raw bytes, in which a brace is no brace
                place += max(int(number or 0), 0)
            elif word == b"u" and number:
                self._put(group, chr(int(number) & 0xFFFF))  # halves of an emoji are joined when the text is stored
                to_skip = group.skip
            elif word:
                self._word(group, word.decode("ascii"), int(number) if number else None, optional)
            elif to_skip and (byte or symbol):
                to_skip -= 1
            elif byte:
                self._bytes.append(int(byte, 16))
            elif symbol and symbol != b"*":
                self._put(group, _SYMBOLS.get(symbol, ""))
            elif plain:
                self._bytes += plain[to_skip:]
                to_skip = max(0, to_skip - len(plain))
            optional = symbol == b"*"
        if stack:
            raise LoadError("tệp RTF hỏng: bị cắt cụt | damaged RTF file: it is cut short")
        self._end_paragraph(in_table=False)

    def _word(self, group: _Group, word: str, number: int | None, optional: bool) -> None:
        if word == "ud" and group.target == "info":
            pass  # the same in Unicode: it comes last and wins
        elif word in _UNSEEN or (optional and word not in _SEEN_BY_NEW) or group.target == "unseen":
            group.target = "unseen"
        elif word in ("info", "fonttbl") or (group.target == "info" and word in _INFO_GROUPS):
            group.target = word
            self.info.get(word, []).clear()
        elif word == "footnote" and group.target == "text":
            mark = f"[{len(self.notes) + 1}]"
            self._runs.append((mark, ""))
            self._note = [(mark + " ", "")]
            group.target = "note"
        elif word in ("yr", "mo", "dy") and group.target == "creatim":
            self.created[word] = number or 0
        elif word == "ansicpg" and number:
            self._encoding = _codec(number) or self._encoding
        elif word == "uc":
            group.skip = max(0, min(number or 0, 100))
        elif word == "f" and number is not None:
            group.font = number
        elif word == "deff" and number is not None:
            group.font = self._default = number
        elif word == "plain":
            group.hidden, group.font = False, self._default
        elif word == "fcharset" and group.target == "fonttbl":
            if number in _CODE_PAGES:
                self._encodings[group.font] = _codec(_CODE_PAGES[number])
        elif word in ("v", "deleted"):
            group.hidden = number != 0
        elif word in _CHARACTERS:
            self._put(group, _CHARACTERS[word])
        elif word == "par" and group.target == "note":
            self._put(group, " ")
        elif group.target == "text":
            self._layout(group, word)

    def _layout(self, group: _Group, word: str) -> None:
        if word == "par" or word == "sect":
            self._end_paragraph(group.in_table)
        elif word == "pard":
            group.in_table = False
        elif word == "intbl":
            group.in_table = True
        elif word == "cell":
            self._end_paragraph(in_table=True)
            self._row.append(self._cell)
            self._cell = []
        elif word == "row":
            self._rows.append(self._row)
            self._row = []

    def _put(self, group: _Group, text: str) -> None:
        if group.target == "fonttbl":
            self._fonts[group.font] = self._fonts.get(group.font, "") + text
        elif group.target in self.info:
            self.info[group.target].append(text)
        elif group.target in ("text", "note") and not group.hidden:
            runs = self._runs if group.target == "text" else self._note
            runs.append((text, self._fonts.get(group.font, "").partition(";")[0].strip()))

    def _flush(self, group: _Group) -> None:
        if self._bytes:
            self._put(group, windows_text(bytes(self._bytes), self._encodings.get(group.font, self._encoding)))
            self._bytes.clear()

    def _end_paragraph(self, in_table: bool) -> None:
        if not in_table:
            self.blocks.extend(self._end_table())
        text = trim(join_runs(self._runs))
        self._runs = []
        if text:
            (self._cell if in_table else self.blocks).append((text,))

    def _end_table(self) -> Iterator[Block]:
        rows = [*self._rows, [*self._row, self._cell]]
        self._rows, self._row, self._cell = [], [], []
        return table(rows)

    def _end_note(self) -> None:
        self.notes.append((one_line((join_runs(self._note),)),))


def _codec(page: int) -> str:
    """Return Python's name of a Windows code page, "" if it has none."""
    name = "utf-8" if page == 65001 else f"cp{page}"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""
