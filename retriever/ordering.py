"""The order that a question asks for, "mới nhất" or "diễn biến", and the question without its words for time."""

from __future__ import annotations

import re

from docs_store.vietnamese import fold

from .periods import Period

_SPACE = r"[ ]{1,3}"
_NEWEST = re.compile(rf"\b(?:moi{_SPACE}nhat|gan{_SPACE}day{_SPACE}nhat|moi{_SPACE}(?:day|ra){_SPACE}nhat)\b")
# "diễn biến" opens a question about a matter; further on it may be the course of an illness.
_TIMELINE = re.compile(
    rf"^(?:cho{_SPACE}biet{_SPACE}|tom{_SPACE}tat{_SPACE})?dien{_SPACE}bien\b|\bdong{_SPACE}thoi{_SPACE}gian\b"
)
_DANGLING = re.compile(r"(?:(?:^|[ ])(?:trong|vao|hoi|tu|cua|luc|ngay|ke tu))+[ ]*$")


def wants_newest(text: str) -> bool:
    """Tell whether the question asks for the newest news."""
    return bool(_NEWEST.search(fold(text)))


def wants_timeline(text: str) -> bool:
    """Tell whether the question asks how a matter went on."""
    return bool(_TIMELINE.search(fold(text)))


def without_time(text: str, period: Period | None) -> str:
    """Return the question without the words for its period and for the order of the answer."""
    folded = fold(text)
    if len(folded) != len(text):
        return text
    spans = [match.span() for pattern in (_NEWEST, _TIMELINE) for match in pattern.finditer(folded)]
    if period:
        spans.append(period.span)
    for start, end in sorted(spans, reverse=True):
        head = text[:start]
        if period and (start, end) == period.span:
            head = head[: len(_DANGLING.sub("", fold(head)))] if len(fold(head)) == len(head) else head
        text = f"{head.rstrip()} {text[end:].lstrip()}"
    return " ".join(text.split()).strip(" ,;:")
