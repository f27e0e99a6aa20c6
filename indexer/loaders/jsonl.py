"""JSON, many articles a file: one a line (.jsonl, .ndjson; also .gz, .xz), or in one array (.json).

The names of the fields that are understood stand in `fields`.
"""

from __future__ import annotations

import gzip
import json
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from docs_store import LoadError
from docs_store.errors import first_line

from .extract import Extract
from .fields import field_of, read_article

OnBad = Callable[[int, str], None]

_MAX_LINE = 20_000_000  # bytes; a longer line is no article
_MAX_ARRAY = 64 << 20  # bytes of a file that must be read whole


def read_jsonl(path: Path, on_bad_line: OnBad) -> Iterator[Extract]:
    """Yield the file's articles; call on_bad_line(number, reason) for a line, or an array's element, that is none.

    Raises LoadError if the file as a whole cannot be read.
    """
    records = _array(path) if path.suffix.lower() == ".json" else None
    for number, record in enumerate(records, 1) if records is not None else _lines(path):
        try:
            record = json.loads(record) if isinstance(record, bytes) else record
            if not isinstance(record, dict):
                raise LoadError("không phải một bản ghi | not a record")
            yield read_article(record, "JSON", "jsonl", number)
        except RecursionError:
            on_bad_line(number, "cấu trúc lồng quá sâu | nested too deep")
        except LoadError as error:
            on_bad_line(number, str(error))
        except ValueError as error:
            on_bad_line(number, _not_json(error))


def _not_json(error: ValueError) -> str:
    return f"JSON sai cú pháp | not valid JSON ({first_line(error)})"


def open_plain_or_packed(path: Path) -> BinaryIO | gzip.GzipFile | lzma.LZMAFile:
    """Return the file's bytes as a stream, unpacked if its name ends in .gz or .xz."""
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return gzip.open(path, "rb")
    return lzma.open(path, "rb") if suffix == ".xz" else path.open("rb")


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with open_plain_or_packed(path) as stream:
            number = 0
            while line := stream.readline(_MAX_LINE + 1):
                number += 1
                if len(line) > _MAX_LINE:
                    raise LoadError(f"dòng {number} dài quá {_MAX_LINE} byte | line {number} is too long")
                if line.strip():
                    yield number, line
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise LoadError(f"không đọc được: {error} | cannot be read") from error


def _array(path: Path) -> Iterable[Any] | None:
    """Return the records of a file that is one JSON value; None if it is one value a line."""
    try:
        if path.stat().st_size > _MAX_ARRAY:
            raise LoadError(f"tệp JSON lớn quá {_MAX_ARRAY >> 20} MB, hãy dùng .jsonl | too large, use JSON Lines")
        value = json.loads(path.read_bytes())
    except RecursionError as error:
        raise LoadError("cấu trúc lồng quá sâu | nested too deep") from error
    except OSError as error:
        raise LoadError(f"không đọc được: {error} | cannot be read") from error
    except ValueError as error:
        if "Extra data" in str(error):
            return None
        raise LoadError(_not_json(error)) from error
    if isinstance(value, dict) and not any(field_of(name) == "body" for name in value):
        # An answer of an API wraps its list: {"total": 2, "items": [...]}
        return next((inner for inner in value.values() if isinstance(inner, list)), [value])
    return value if isinstance(value, list) else [value]
