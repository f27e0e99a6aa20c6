"""A PDF's title: what its properties say, if that is one; else its largest type."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from docs_store.vietnamese import fold, nfc

from .lines import Line

_LARGER = 1.2  # than the body's type
_MOST_LINES = 5
_LENGTH = (12, 300)  # characters
_FILE_NAME = re.compile(
    r"\.\w{2,4}$|[_\\/]|^\W*[\d\W]+(?:\(\d+\))?$|^(?:microsoft|untitled|slide|scan|document|layout|print)", re.I
)
# Such a page names its kind ("THÔNG TƯ"); what is large on it is the letterhead.
_LETTERHEAD = "cong hoa xa hoi chu nghia viet nam"


def title_of(properties: str, pages: Sequence[Sequence[Line]]) -> tuple[str, str]:
    """Return the title and where it was found; ("", "") where nothing is certain."""
    named = " ".join(properties.split())
    if len(named.split()) > 1 and not _FILE_NAME.search(named):
        return named, "PDF properties"
    first = next((page for page in pages[:2] if any(line.text for line in page)), None)
    large = _largest(first) if first else ""
    return (large, f"largest type on page {pages.index(first) + 1}") if first and large else ("", "")


def _largest(lines: Sequence[Line]) -> str:
    shown = [line for line in lines if line.text and not line.row]
    weights: Counter[float] = Counter()
    for line in shown:
        weights[round(line.size, 1)] += len(line.text)
    if not weights or _LETTERHEAD in " ".join(fold(nfc(line.text)) for line in shown):
        return ""
    body = weights.most_common(1)[0][0]
    sized = [line for line in shown if any(char.isalpha() for char in line.text)]
    largest = max((line.size for line in sized), default=0.0)
    if largest < _LARGER * body or body <= 0:
        return ""
    start = next(n for n, line in enumerate(sized) if line.size > 0.97 * largest)
    title = []
    for line in sized[start : start + _MOST_LINES + 1]:
        if line.size <= 0.97 * largest:
            break
        title.append(line.text)
    text = " ".join(title)
    # A drop cap or a number is large, too; a page set large throughout has no title.
    return text if len(title) <= _MOST_LINES and _LENGTH[0] <= len(text) <= _LENGTH[1] else ""
