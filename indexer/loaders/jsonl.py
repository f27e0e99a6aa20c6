"""JSON Lines, one article a line, plain or compressed (.jsonl, .jsonl.gz, .jsonl.xz).

Names understood: id or _id; title; lead; body, text or content; date or published; source
or publisher; author; url.
"""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from docs_store import LoadError

from .extract import Extract
from .fields import named, read_fields

_MAX_LINE = 20_000_000  # bytes; a longer line is no article


def read_records(path: Path, on_bad_record: Callable[[int, str], None]) -> Iterator[Extract]:
    """Yield the file's articles; call on_bad_record(number, reason) for a line that is none.

    Raises LoadError if the file as a whole cannot be read.
    """
    try:
        with _open(path) as stream:
            number = 0
            while line := stream.readline(_MAX_LINE + 1):
                number += 1
                if len(line) > _MAX_LINE:
                    raise LoadError(f"dòng {number} dài quá {_MAX_LINE} byte | line {number} is too long")
                if not line.strip():
                    continue
                try:
                    yield _article(line, number)
                except RecursionError:
                    on_bad_record(number, "cấu trúc lồng quá sâu | nested too deep")
                except (ValueError, LoadError) as error:
                    on_bad_record(number, str(error))
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise LoadError(f"không đọc được: {error} | cannot be read") from error


def _open(path: Path) -> BinaryIO | gzip.GzipFile | lzma.LZMAFile:
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return gzip.open(path, "rb")
    return lzma.open(path, "rb") if suffix == ".xz" else path.open("rb")


def _article(line: bytes, number: int) -> Extract:
    record = json.loads(line)
    if not isinstance(record, dict):
        raise LoadError("không phải một bản ghi | not a record")
    body = next((record[name] for name in ("body", "text", "content") if record.get(name)), "")
    if not isinstance(body, str) or not body.strip():
        raise LoadError("không có nội dung (body) | no body")
    fields = read_fields(record)
    lead = fields["lead"]
    # The lead is text that can be quoted, so it stands on the page, before the body.
    page = f"{lead}\n\n{body}" if lead and not body.startswith(lead) else body
    record_id = str(record.get("id") or record.get("_id") or number)
    return Extract(pages=(page,), format="jsonl", record_id=record_id, origins=named(fields, "record"), **fields)
