"""The order that a question asks for, "mới nhất" or "diễn biến", and the question without its words for time."""

from __future__ import annotations

import re

from docs_store.vietnamese import nfc

from .marks import lowered, not_after, typed
from .periods import Period
from .periods.words import expression

_NEWEST = re.compile(typed(r"(?<!\w)(?:mới nhất|gần đây nhất|mới (?:đây|ra) nhất)(?!\w)"))
# "diễn biến" opens a question about a matter; further on it may be the course of an illness.
_TIMELINE = re.compile(typed(r"^(?:cho biết |tóm tắt )?(?P<asks>diễn biến)(?!\w)|(?<!\w)dòng thời gian(?!\w)"))
# They lead up to a time, but not in "su kien quan trong", "dai hoi", "dau tu" without their marks.
_HOI, _TRONG = not_after("đại quốc xã hiệp cơ") + "hồi ", not_after("quan chú tôn") + "trong "
_LEADING_UP = re.compile(expression(rf"(?<!\w)(?:(?:vào|của|lúc|ngày) |{_HOI}|{_TRONG}|{{từ}})+$"))


def wants_newest(text: str) -> bool:
    """Tell whether the question asks for the newest news."""
    return bool(_NEWEST.search(lowered(text)))


def wants_timeline(text: str) -> bool:
    """Tell whether the question asks how a matter went on."""
    return bool(_timeline(nfc(text)))


def without_time(text: str, period: Period | None) -> str:
    """Return the question without the words for its period and for the order of the answer."""
    text = nfc(text)
    spans = [match.span() for match in (*_NEWEST.finditer(lowered(text)), *_timeline(text))]
    if period:
        before = lowered(text)[: period.span[0]]
        leading = _LEADING_UP.search(before)
        spans.append((leading.start() if leading else period.span[0], period.span[1]))
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start].rstrip()} {text[end:].lstrip()}"
    return " ".join(text.split()).strip(" ,;:")


def _timeline(text: str) -> list[re.Match[str]]:
    """Return where the question asks for a timeline. "Dien Bien" is the province."""
    found = _TIMELINE.finditer(lowered(text))
    return [match for match in found if not (match["asks"] and text[slice(*match.span("asks"))].istitle())]
