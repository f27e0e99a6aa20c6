"""Scanned pages: told by their pictures, read by OCR where it is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from docs_store import LoadError, PageNote

from ...guard import allow_more_time
from .lines import Line
from .runs import PageContent

_STAMP = 20  # letters; a scanner's stamp has fewer
_COVERED = 0.5  # of the page
_OUTLINES = 200  # painting operators on a page without letters: its text was turned into outlines
_DPI = 300
_SECONDS = 15  # more for each page to read; here one took two to four
_MAX_PIXELS = 25_000_000  # of a picture to read: A3 at 350 dpi


def is_scan(content: PageContent) -> bool:
    """Tell whether what is to be read on the page is a picture."""
    if content.letters == 0:
        return content.pictured > 0 or content.drawn >= _OUTLINES
    return content.letters < _STAMP and content.pictured >= _COVERED


def read_scans(path: Path, pages: Sequence[int]) -> Iterator[tuple[int, list[Line], PageNote]]:
    """Yield each page's number, its lines with places in points, and how sure OCR is of them.

    A page that cannot be read is a note, too, and not the end of the document.
    """
    from .. import ocr

    missing = ocr.available() if pages else ""
    document = None
    for number in pages:
        lines: list[Line] = []
        try:
            if missing:
                raise LoadError(f"ảnh quét, cần OCR ({missing}): {ocr.INSTALL}")
            document = document or _opened(path)
            allow_more_time(_SECONDS)
            lines, confidence = _read(document[number])
            note = PageNote(number, "ocr", confidence=confidence)
        except MemoryError:
            raise
        except LoadError as error:
            note = PageNote(number, "unread", str(error))
        except Exception as error:  # PDFium's own errors
            note = PageNote(number, "unread", f"không vẽ được trang để OCR | the page cannot be drawn ({error})"[:200])
        yield number, lines, note
    if document is not None:
        document.close()


def _opened(path: Path) -> Any:
    import pypdfium2

    return pypdfium2.PdfDocument(path)


def _read(page: Any) -> tuple[list[Line], float]:
    from ..ocr import read_picture

    width, height = page.get_size()
    scale = min(_DPI / 72, (_MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
    image = page.render(scale=scale, grayscale=True).to_pil()
    page.close()
    read = read_picture(image)
    lines = [
        replace(line, x=line.x / scale, right=line.right / scale, y=line.y / scale, size=line.size / scale)
        for line in read.lines
    ]
    return lines, read.confidence
