"""Reading pictures of text with Tesseract: the extra "ocr" and the program `tesseract` with Vietnamese."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

    from .pdf.lines import Line
    from .pdf.runs import Run

INSTALL = "pip install 'hoitin[ocr]' && apt-get install tesseract-ocr tesseract-ocr-vie"
_LANGUAGE = "vie"  # with "eng" beside it marks are lost: "Can Tho" for "Cần Thơ"
_SECONDS = 120  # for one picture
_SURE = 30  # per cent; a sign below that is a speck, a line below that a stamp or a drawing
_RULE = 120  # pixels at 300 dpi; no stroke of a letter is as long
_DARK = 180
_BAND = 500  # rows looked at together: the sums of a whole page take hundreds of megabytes
_SPECKS = " |_¬~`^—'‘"  # what is left of rules and dirt


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a picture; confidence is the mean over its words, 0 to 1."""

    text: str
    confidence: float
    lines: tuple[Line, ...] = ()  # with their places in pixels, y growing upwards


@cache
def available() -> str:
    """Return "" if pictures can be read, else what is missing."""
    try:
        import PIL.Image  # noqa: F401
        import pypdfium2  # noqa: F401
        import pytesseract
    except ImportError as error:
        return str(error.name)
    try:
        languages = pytesseract.get_languages()
    except Exception:  # not installed, or not to be run
        return "tesseract"
    return "" if _LANGUAGE in languages else f"tesseract-ocr-{_LANGUAGE}"


def read_picture(image: Image) -> Read:
    """Return the text of a picture at about 300 dpi. Raises LoadError if Tesseract fails."""
    import pytesseract

    from docs_store import LoadError

    from .pdf.lines import tabulated
    from .pdf.paragraphs import page_text

    os.environ["OMP_THREAD_LIMIT"] = "1"  # more threads make Tesseract slower where several files are read
    try:
        table = pytesseract.image_to_data(_without_rules(image), lang=_LANGUAGE, timeout=_SECONDS)
    except (RuntimeError, OSError) as error:  # time-out, Tesseract's own errors
        raise LoadError(f"OCR không đọc được: {' '.join(str(error).split())[:200]} | OCR failed") from error
    found = _lines(table)
    words = [word for line in found for word in line]
    lines = tabulated([[run for run, _ in line] for line in found])
    confidence = sum(sure for _, sure in words) / len(words) / 100 if words else 0.0
    return Read(page_text(lines), round(confidence, 3), tuple(lines))


def _lines(table: str) -> list[list[tuple[Run, float]]]:
    """Return the words of each line with their certainty, specks and unreadable lines left out."""
    from .pdf.runs import Run

    lines: dict[tuple[str, ...], list[tuple[Run, float]]] = {}
    for row in table.splitlines()[1:]:
        fields = row.split("\t")
        if len(fields) < 12 or fields[0] != "5":
            continue
        word = fields[11].strip(_SPECKS)
        if not word:
            continue
        left, top, width, height = map(float, fields[6:10])
        sure = float(fields[10])
        line = lines.setdefault(tuple(fields[1:5]), [])
        line.append((Run(word + " ", left, left + width, -(top + height), height, "", len(line)), sure))
    kept = []
    for line in lines.values():
        sizes = sorted(run.size for run, _ in line)
        size = sizes[len(sizes) // 2]
        line = [
            (Run(run.text, run.x, run.right, run.y, size, "", number), sure)
            for number, (run, sure) in enumerate(line)
            if sure >= _SURE or any(char.isalnum() for char in run.text)
        ]
        if line and sum(sure for _, sure in line) >= 1.3 * _SURE * len(line):
            kept.append(line)
    return kept


def _without_rules(image: Image) -> Image:
    """Return the picture without long straight strokes: Tesseract takes a table's rules for letters."""
    import numpy as np
    from PIL import Image as Images

    pixels = np.array(image.convert("L"))

    def rules(dark: np.ndarray) -> np.ndarray:
        """Mark the level runs of nearly _RULE dark pixels, and two rows on either side."""
        marked = np.zeros_like(dark)
        if dark.shape[1] <= _RULE:
            return marked
        for start in range(0, dark.shape[0], _BAND):
            band = dark[start : start + _BAND]
            sums = np.cumsum(np.pad(band, ((0, 0), (1, 0))), axis=1, dtype=np.int32)
            long = sums[:, _RULE:] - sums[:, :-_RULE] >= 0.95 * _RULE
            sums = np.cumsum(np.pad(long, ((0, 0), (_RULE, _RULE))), axis=1, dtype=np.int32)
            marked[start : start + _BAND] = (sums[:, _RULE:] - sums[:, :-_RULE])[:, : band.shape[1]] > 0
        spread = marked.copy()
        for rows in (1, 2):
            spread[rows:] |= marked[:-rows]
            spread[:-rows] |= marked[rows:]
        return spread

    dark = pixels < _DARK
    pixels[rules(dark) | rules(dark.T).T] = 255
    return Images.fromarray(pixels)
