"""Scanned pages: told by their pictures, read by OCR where it is installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from .lines import Line
from .runs import PageContent

_STAMP = 20  # letters; a scanner's stamp has fewer
_COVERED = 0.5  # of the page
_OUTLINES = 200  # painting operators on a page without letters: its text was turned into outlines
_DPI = 300
_MAX_PIXELS = 25_000_000  # of a picture to read: A3 at 350 dpi


def is_scan(content: PageContent) -> bool:
    """Tell whether what is to be read on the page is a picture."""
    if content.letters == 0:
        return content.pictured > 0 or content.drawn >= _OUTLINES
    return content.letters < _STAMP and content.pictured >= _COVERED


def read_scans(path: Path, pages: Iterable[int]) -> Iterator[tuple[int, list[Line], float]]:
    """Yield (page, lines, confidence) of the pages, read by OCR; places in points."""
    import pypdfium2

    from ..ocr import read_picture

    with pypdfium2.PdfDocument(path) as document:
        for number in pages:
            page = document[number]
            width, height = page.get_size()
            scale = min(_DPI / 72, (_MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
            image = page.render(scale=scale, grayscale=True).to_pil()
            page.close()
            read = read_picture(image)
            lines = [
                replace(line, x=line.x / scale, right=line.right / scale, y=line.y / scale, size=line.size / scale)
                for line in read.lines
            ]
            yield number, lines, read.confidence
