"""The original files of documents: given out as files, never as pages of ours.

Only the one regular file that a published document was read from, and only while it holds
what was read then. Only a PDF is shown in place; all else is saved, or read as plain text.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import AsyncIterator, Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from fastapi.responses import Response, StreamingResponse

from docs_store import Document, FileState, file_of
from indexer import is_as_read

Each = Callable[[Generator[bytes]], AsyncIterator[bytes]]

MAX_ORIGINAL = 200 << 20  # bytes
_BLOCK = 256 << 10
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")

# By our own word for the format, never by a guess. A page of HTML is text here: it must not run.
_TYPES = {
    "pdf": "application/pdf",
    "txt": "text/plain",
    "md": "text/plain",
    "html": "text/plain",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword",
    "odt": "application/vnd.oasis.opendocument.text",
    "rtf": "application/rtf",
    "epub": "application/epub+zip",
}


@dataclass(frozen=True, slots=True)
class Original:
    """Whether a document's file can be given out. state: "here", "changed" since it was read, "large", or "absent"."""

    state: str
    size: int = 0


def find_original(document: Document, data: Path, created: str) -> Original:
    """Return whether the document's file can be given out. created: when its generation was made."""
    original, file = open_original(document, data, created)
    if file:
        file.close()
    return original


def open_original(document: Document, data: Path, created: str) -> tuple[Original, BinaryIO | None]:
    """Return the same with the file, opened, where it can be given out."""
    file = _open(document.source)
    if file is None:
        return Original("absent"), None
    status = os.fstat(file.fileno())
    original = Original(_state(document, data, created, status), status.st_size)
    if original.state == "here":
        return original, file
    file.close()
    return original, None


def _open(source: str) -> BinaryIO | None:
    """Return the regular file at `source`, opened; None for a link, a pipe, or a place within a file."""
    try:
        # Not blocking: a pipe would have us wait for who writes to it.
        file = os.fdopen(os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except (OSError, ValueError):
        return None
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    return None


def _state(document: Document, data: Path, created: str, status: os.stat_result) -> str:
    library = data / "library.sqlite"
    if library.exists():
        known = file_of(library, document)
        if known is None:
            return "absent"
        if not _is_as_read(document.source, known, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino):
            return "changed"
    elif status.st_mtime > datetime.fromisoformat(created).timestamp() + 1:  # an index that came without its library
        return "changed"
    return "here" if status.st_size <= MAX_ORIGINAL else "large"


@lru_cache(maxsize=1024)
def _is_as_read(source: str, known: FileState, size: int, mtime_ns: int, ctime_ns: int, inode: int) -> bool:
    """The last four are of the file as it was opened: what was found of it holds as long as they do."""
    return is_as_read(Path(source), known)


# --- the response ---------------------------------------------------------------------------


def original_response(document: Document, data: Path, created: str, request: Mapping[str, str], each: Each) -> Response | None:
    """Return the document's file, or the stretch of it that the request's headers ask for; None if it cannot be given out.

    each: reads the blocks, one after the other.
    """
    original, file = open_original(document, data, created)
    if file is None:
        return None
    tag = f'"{document.content_hash[:12]}-{os.fstat(file.fileno()).st_mtime_ns:x}-{original.size:x}"'
    headers = _headers(document) | {"ETag": tag}
    if tag in request.get("if-none-match", ""):
        file.close()
        return Response(status_code=304, headers=headers)
    asked = request.get("range", "") if request.get("if-range", tag) == tag else ""
    return _response(file, original.size, headers, asked, each)


def _headers(document: Document) -> dict[str, str]:
    name = Path(document.source).name + (".txt" if document.format == "html" else "")
    placing = "inline" if document.format == "pdf" else "attachment"
    headers = {
        "Content-Type": _TYPES.get(document.format, "application/octet-stream"),
        "Content-Disposition": f"{placing}; filename*=utf-8''{quote(name, safe='')}",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
    }
    if document.format != "pdf":
        headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return headers


def _response(file: BinaryIO, size: int, headers: dict[str, str], asked: str, each: Each) -> Response:
    """Return the whole file or the one stretch that was asked for; several at once are not worth their code."""
    match = _RANGE.fullmatch(asked)
    if not match or match[0] == "bytes=-":
        return StreamingResponse(each(_blocks(file, 0, size)), headers=headers | {"Content-Length": str(size)})
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    stop = min(int(last) + 1, size) if first and last else size
    if start >= stop:
        file.close()
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    headers |= {"Content-Length": str(stop - start), "Content-Range": f"bytes {start}-{stop - 1}/{size}"}
    return StreamingResponse(each(_blocks(file, start, stop)), status_code=206, headers=headers)


def _blocks(file: BinaryIO, start: int, stop: int) -> Generator[bytes]:
    with file:
        file.seek(start)
        while start < stop and (block := file.read(min(_BLOCK, stop - start))):
            start += len(block)
            yield block
