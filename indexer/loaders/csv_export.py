"""CSV exports of a CMS, one article a row under a header row; parted by comma, semicolon or tab.

The names of the columns that are understood stand in `fields`.
"""

from __future__ import annotations

import codecs
import csv
import io
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path

from docs_store import LoadError

from .extract import Extract
from .fields import field_of, read_article
from .jsonl import OnBad, open_plain_or_packed

_MAX_LINE = 20_000_000  # characters of one line, and of one field
_DELIMITERS = ",;\t|"
_HEAD = 65_536  # bytes that tell the encoding


def read_csv(path: Path, on_bad_row: OnBad) -> Iterator[Extract]:
    """Yield the file's articles; call on_bad_row(number, reason) for a row that is none.

    Rows are numbered as a spreadsheet numbers them: the header is row 1.
    Raises LoadError if the file as a whole cannot be read.
    """
    csv.field_size_limit(_MAX_LINE)
    try:
        encoding = _encoding(path)
        lines = _lines(path, encoding)
        first = next(lines, "")
        if first.lower().startswith("sep="):  # a spreadsheet's own mark
            first = next(lines, "")
        delimiter = max(_DELIMITERS, key=lambda mark: sum(bool(field_of(name)) for name in _names(first, mark)))
        names = _names(first, delimiter)
        if not any(field_of(name) == "body" for name in names):
            raise LoadError(
                "CSV không có cột nội dung (noi_dung, body) ở dòng đầu | CSV without a column of text (body) in its first row"
            )
        _refuse_bytes(names)
        rows = csv.reader(lines, delimiter=delimiter, strict=True)  # else a quote left open takes in all that follows
        number = 1
        while True:
            number += 1
            try:
                row = next(rows)
                if any(cell.strip() for cell in row):
                    yield _article(names, row, number)
            except StopIteration:
                return
            except csv.Error as error:
                on_bad_row(number, f"dòng sai cú pháp CSV: {error} | malformed row")
            except LoadError as error:
                on_bad_row(number, str(error))
    except (OSError, EOFError, UnicodeError, lzma.LZMAError, zlib.error) as error:
        raise LoadError(f"không đọc được: {error} | cannot be read") from error


def _article(names: list[str], row: list[str], number: int) -> Extract:
    if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
        raise LoadError(f"có {len(row)} ô mà chỉ có {len(names)} cột (thiếu dấu ngoặc kép?) | more cells than columns")
    _refuse_bytes(row)
    return read_article(dict(zip(names, row, strict=False)), "CSV column", "csv", number)


def _refuse_bytes(cells: list[str]) -> None:
    if any("\udc80" <= char <= "\udcff" for cell in cells for char in cell):
        raise LoadError("không phải UTF-8 | not UTF-8")


def _names(line: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _lines(path: Path, encoding: str) -> Iterator[str]:
    # A byte that is not UTF-8 spoils its own row, not the file.
    errors = "surrogateescape" if encoding == "utf-8-sig" else "replace"
    with io.TextIOWrapper(open_plain_or_packed(path), encoding, errors, newline="") as text:
        while line := text.readline(_MAX_LINE):
            if len(line) >= _MAX_LINE:
                raise LoadError(f"dòng dài quá {_MAX_LINE} ký tự, từ đây không đọc tiếp | too long a line, reading ends here")
            yield line


def _encoding(path: Path) -> str:
    with open_plain_or_packed(path) as stream:
        head = stream.read(_HEAD)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(head).best()
        return best.encoding if best else "utf-8-sig"
    return "utf-8-sig"
