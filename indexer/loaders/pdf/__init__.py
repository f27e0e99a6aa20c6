"""PDF by pypdf: reading order, tables, running lines, broken spacing; scanned pages by OCR where installed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from docs_store import LoadError, PageNote

from ...guard import allow_more_time
from ...legacy import repair
from ..extract import Extract
from .furniture import without_running_lines
from .layout import lines_of
from .lines import Line
from .paragraphs import page_text
from .runs import PageContent, PageReader
from .scans import is_scan, read_scans
from .spacing import rebuilt
from .title import title_of
from .trust import doubt

MAX_PAGES = 5_000  # a longer PDF is refused
_PAGES_A_SECOND = 50  # more time for long documents; pypdf alone reads 10 to 150 pages a second
_MAX_STREAM = 32_000_000  # bytes of one stream, unpacked
_MAX_OPERATIONS = 1_000_000  # operators and operands of one page


def load_pdf(path: Path) -> Extract:
    """Return the document's text page by page; pages[i] is page i + 1 of the PDF, "" where it is empty.

    Raises LoadError if it is encrypted, damaged, too long, or a scan that cannot be read here.
    """
    with _limits():
        reader = _open(path)
        allow_more_time(len(reader.pages) / _PAGES_A_SECOND)
        contents, notes = _contents(reader)
        information = _information(reader)
    scans = {number for number, content in enumerate(contents) if content and is_scan(content)}
    scanned = {}
    for number, found, note in read_scans(path, sorted(scans)):
        scanned[number] = found
        notes.append(note)
    lines: list[list[Line]] = []
    for number, content in enumerate(contents):
        if content is None or number in scans:
            lines.append(scanned.get(number, []))
            continue
        found, broken = lines_of(content)
        mended = rebuilt([line.text for line in found], certain=broken)
        if mended:
            found = [replace(line, text=text) for line, text in zip(found, mended, strict=True)]
        if broken or mended:
            notes.append(PageNote(number, "rebuilt"))
        lines.append(found)
    for number, encoding in _converted(lines):
        notes.append(PageNote(number, "converted", encoding))
    lines = without_running_lines(lines)
    pages = [page_text(page) for page in lines]
    notes += [PageNote(number, "doubtful", reason) for number, page in enumerate(pages) if (reason := doubt(page))]
    if not any(pages):
        raise LoadError(_nothing(len(pages), notes))
    title, origin = title_of(information["title"], lines)
    origins = {"title": origin} if title else {}
    origins |= {field: "PDF properties" for field in ("author", "made") if information[field]}
    return Extract(
        pages=tuple(pages),
        format="pdf",
        paged=True,
        title=title,
        author=information["author"],
        made=information["made"],
        notes=tuple(sorted(notes, key=lambda note: note.page)),
        origins=origins,
    )


@contextmanager
def _limits() -> Iterator[None]:
    """Hold pypdf to sizes that a page of text never reaches."""
    from pypdf import apply_configuration

    with apply_configuration(
        zlib_maximum_output_length=_MAX_STREAM,
        lzw_maximum_output_length=_MAX_STREAM,
        run_length_maximum_output_length=_MAX_STREAM,
        array_based_stream_maximum_output_length=_MAX_STREAM,
        stream_parsing_work_maximum_count=_MAX_OPERATIONS,
        page_tree_maximum_entries=8 * MAX_PAGES,
    ):
        yield


def _open(path: Path) -> Any:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise LoadError("PDF có mật khẩu | the PDF is encrypted with a password")
        count = len(reader.pages)
    except (LoadError, MemoryError, OSError):
        raise
    except DependencyError as error:
        raise LoadError("PDF mã hoá AES: cần `pip install cryptography` | AES-encrypted PDF needs that package") from error
    except Exception as error:  # pypdf raises ValueError, KeyError, RecursionError and its own kinds on bad files
        raise LoadError(_damaged(error)) from error
    if count > MAX_PAGES:
        raise LoadError(f"PDF có {count} trang, quá {MAX_PAGES} | {count} pages, more than {MAX_PAGES}")
    if not count:
        raise LoadError("PDF hỏng: không có trang nào | damaged PDF: it has no pages")
    return reader


def _contents(reader: Any) -> tuple[list[PageContent | None], list[PageNote]]:
    """Return what stands on each page, None for a damaged one; raise LoadError if all are."""
    contents: list[PageContent | None] = []
    notes: list[PageNote] = []
    known = PageReader()
    failure: Exception | None = None
    for number, page in enumerate(reader.pages):
        try:
            contents.append(known.read(page))
        except MemoryError:
            raise
        except Exception as error:  # one bad page is a note, not the end of the document
            failure = error
            contents.append(None)
            notes.append(PageNote(number, "unread", f"trang hỏng | damaged page{_detail(error)}"))
    if failure and not any(contents):
        raise LoadError(_damaged(failure)) from failure
    return contents, notes


def _information(reader: Any) -> dict[str, Any]:
    """Return title, author and date of making from the PDF's properties."""
    found: dict[str, Any] = {"title": "", "author": "", "made": None}
    try:
        information = reader.metadata
        found["title"] = str(information.title or "") if information else ""
        found["author"] = str(information.author or "").strip() if information else ""
        made = information.creation_date if information else None
        found["made"] = made.date() if isinstance(made, datetime) else None
    except MemoryError:
        raise
    except Exception:  # a malformed date string or object: the text counts
        return found
    return found


def _converted(pages: list[list[Line]]) -> Iterator[tuple[int, str]]:
    """Turn the text of old fonts into Unicode, in place; yield (page, encoding) where some was.

    What a page sets in the same fonts is judged together: a line alone says too little.
    """
    for number, lines in enumerate(pages):
        groups: dict[frozenset[str], list[int]] = defaultdict(list)
        for index, line in enumerate(lines):
            groups[line.fonts].append(index)
        encodings = set()
        for fonts, members in groups.items():
            text, encoding = repair("\n".join(lines[index].text for index in members), fonts)
            parts = text.split("\n")
            if encoding and len(parts) == len(members):
                encodings.add(encoding)
                for index, part in zip(members, parts, strict=True):
                    lines[index] = replace(lines[index], text=part)
        if encodings:
            yield number, ", ".join(sorted(encodings))


def _nothing(count: int, notes: list[PageNote]) -> str:
    unread = next((note.detail for note in notes if note.kind == "unread"), "")
    if unread:
        return f"PDF {count} trang không có chữ: {unread} | no text in the {count} pages"
    return f"PDF {count} trang không có chữ nào đọc được | no text could be read in the {count} pages"


def _damaged(error: Exception) -> str:
    from pypdf.errors import DependencyError, LimitReachedError

    if isinstance(error, LimitReachedError):
        return f"PDF vượt giới hạn an toàn | the PDF exceeds a safety limit{_detail(error)}"
    if isinstance(error, DependencyError | NotImplementedError):
        return f"PDF dùng cách nén hay mã hóa chưa hỗ trợ | the PDF's packing or encryption is unsupported{_detail(error)}"
    return f"PDF hỏng hoặc bị cắt cụt | the PDF is damaged or cut short{_detail(error)}"


def _detail(error: Exception) -> str:
    """Return what pypdf says of the file, in brackets; what Python says of pypdf ("object has no setter") helps nobody."""
    from pypdf.errors import DependencyError, PyPdfError

    known = isinstance(error, PyPdfError | DependencyError | NotImplementedError)
    return f" ({' '.join(str(error).split())[:200]})" if known else ""


__all__ = ["MAX_PAGES", "load_pdf"]
