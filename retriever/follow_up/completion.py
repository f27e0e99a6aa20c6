"""A question made whole: one thing replaced ("còn năm 2023?"), a pointer resolved, or a subject carried over.

What is missing is taken from the turns before; a question that stands alone comes back as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..query import MAX_QUESTION
from .naming import (
    AT,
    DATED,
    HONORIFICS,
    PLACE_HEADS,
    PLACES,
    RANKS,
    TIMES,
    YEAR,
    Kind,
    folded_in_place,
    names_in,
    number_start,
    numbers_in,
    uncapitalised,
)
from .pointers import Turn, pointed, pointer_in
from .subjects import leans_on_more, matter_of, only_asks, subject_of
from .wording import ASPECTS, COUNTED, FUNCTION, LEADS, QUESTION, SAYS_SO, TAILS, Text, is_marked, read

_LOOKED_AT = 5  # turns
_ITEM = 8  # syllables of what "còn …?" may name
_SHORT = 12  # syllables up to which a question may be an ellipsis


def complete_question(question: str, turns: Sequence[Turn]) -> str:
    """Return `question` made whole from the turns before, or as it is if it stands alone.

    Looks at the last five turns. What would be longer than MAX_QUESTION is left as it was typed.
    """
    if len(question) > MAX_QUESTION:
        return question
    asked = read(question)
    recent = [turn for turn in turns[-_LOOKED_AT:] if len(turn.question) <= MAX_QUESTION and read(turn.question).words]
    if not asked.words or not recent:
        return question
    last = read(recent[-1].question)
    whole = _contrasted(asked, last) or pointed(asked, recent) or _carried(asked, last)
    return whole if whole and len(whole) <= MAX_QUESTION else question


def _contrasted(asked: Text, last: Text) -> str:
    """Return the last question with one thing replaced by what "còn …?" names, "" if this is no such question."""
    words = asked.words
    first = LEADS.at(words, 0)
    end = len(words) - TAILS.ends(words, len(words))
    says_so = end > 0 and SAYS_SO.ends(words, len(words)) > 0
    if first >= end or end - first > _ITEM:
        return ""
    item = read(asked.part(first, end))
    if not _is_time(item) and all(FUNCTION.at(item.words, place) for place in range(len(item.words))):
        return ""  # "còn nữa không?"
    if any(QUESTION.at(item.words, place) for place in range(len(item.words))) or pointer_in(item):
        return ""
    sure = says_so or (first > 0 and any(word.marked != word.key for word in words[:first]) and not words[0].is_("thế"))
    known = _is_time(item) or RANKS.fullmatch(folded_in_place(item.line)) or numbers_in(item.line) or _is_name(item)
    if not known and (not sure or (len(item.words) == 1 and not is_marked(item.words) and not item.words[0].capital)):
        return ""  # "con nam thi sao" may be nam, năm, nấm
    if not known and ASPECTS.at(item.words, 0) == len(item.words) and (about := subject_of(last.line)):
        return f"{about} {item.line}?"  # "còn kinh phí?" asks another thing of the same subject
    if not first and not says_so:  # "năm 2023?" alone; a name alone is a question of its own
        return _other_time(item, last) if _is_time(item) else ""
    return (
        _other_time(item, last)
        or _other_number(item, last)
        or _other_rank(item, last)
        or _other_count(item, last)
        or _other_name(item, last)
    )


def _is_time(item: Text) -> bool:
    return TIMES.fullmatch(folded_in_place(item.line)) is not None


def _is_name(item: Text) -> bool:
    return any(name.last == len(item.words) for name in names_in(item)) or any(
        PLACES.at(item.words, place) == len(item.words) - place for place in range(len(item.words))
    )


def _put(before: str, start: int, end: int, item: str) -> str:
    """Return `before` with item in [start, end), in a capital where it now opens the question."""
    if start == 0 and before[:1].isupper() and item:
        item = item[0].upper() + item[1:]
    return before[:start] + item + before[end:]


def _append(before: str, item: str) -> str:
    mark = "?" if before.rstrip().endswith("?") else ""
    return f"{before.rstrip(' ?.!')} {item}{mark}"


def _other_time(item: Text, last: Text) -> str:
    """Return the last question at another time, "" if the item is none."""
    if not _is_time(item):
        return ""
    before, new = last.line, folded_in_place(item.line)
    folded = folded_in_place(before)
    numbers = [number.span for number in numbers_in(before)]
    times = [match for match in TIMES.finditer(folded) if not any(a <= match.start() < b for a, b in numbers)]
    times = [match for match in times if not _is_of_name(last, match)] or times
    year = re.fullmatch(rf"(?:nam )?({YEAR})", new)
    shift = {"nam truoc do": -1, "nam sau do": 1}.get(new)
    if year or shift:
        old_year = re.search(rf"{YEAR}$", times[-1].group()) if times and "giai doan" not in times[-1].group() else None
        if old_year and not DATED.fullmatch(times[-1].group()):
            start = times[-1].start() + old_year.start()
            figure = year.group(1) if year else str(int(old_year.group()) + (shift or 0))
            return f"{before[:start]}{figure}{before[start + 4 :]}"
        named = f"năm {item.line}" if new.isdigit() else item.line
        return _put(before, *times[-1].span(), named) if times and year else _append(before, named)
    if not times:
        return _append(before, item.line)
    old = times[-1]
    head = re.match(r"(?:thang|quy) (?:\d{1,2}|iv|i{1,3})(?!\w)", old.group())
    if head and re.fullmatch(r"(?:thang|quy) (?:\d{1,2}|iv|i{1,3})", new):  # "tháng 6" keeps the year of "tháng 5/2024"
        return _put(before, old.start(), old.start() + head.end(), item.line)
    yearly = re.fullmatch(rf"(?:nam )?{YEAR}", old.group())
    if (
        yearly
        and not new.startswith("nam ")
        and (re.fullmatch(YEAR, old.group()) or re.fullmatch(r"(?:thang|quy) \w{1,2}", new))
    ):
        if re.fullmatch(YEAR, old.group()):  # the year of a name: it stays, the time comes on top
            return _append(before, item.line)
        rest = before[old.start() :] if old.start() else uncapitalised(before)
        return _put(before, old.start(), len(before), f"{item.line} {rest}")
    return _put(before, *old.span(), item.line)


def _is_of_name(text: Text, time: re.Match[str]) -> bool:
    """Tell whether the time is the year of a name, "Techfest 2024", while another may be meant: only then it counts less."""
    return re.fullmatch(YEAR, time.group()) is not None and not text.line[: time.start()].rstrip().lower().endswith("năm")


def _other_number(item: Text, last: Text) -> str:
    if not numbers_in(item.line) or not (numbers := numbers_in(last.line)):
        return ""
    start, end = numbers[-1].span
    if not item.words[0].key.isdigit():  # "còn Nghị định 13/…?" brings its kind
        start = number_start(last.line, start)
    return _put(last.line, start, end, item.line)


def _other_rank(item: Text, last: Text) -> str:
    """Return the last question with another ordinal, "" if the item is none or there is none to replace."""
    if not (new := RANKS.fullmatch(folded_in_place(item.line))):
        return ""
    old = [match for match in RANKS.finditer(folded_in_place(last.line)) if match.group(1) == new.group(1)]
    return _put(last.line, *old[-1].span(), item.line) if old else ""


def _other_count(item: Text, last: Text) -> str:
    """Return the last question with another thing counted: "còn lượt khách?" after "bao nhiêu gian hàng"."""
    if COUNTED.at(item.words, 0) != len(item.words):
        return ""
    for place in range(1, len(last.words)):
        if (size := COUNTED.at(last.words, place)) and last.words[place - 1].is_("nhiêu"):
            return _put(last.line, last.words[place].start, last.words[place + size - 1].end, item.line)
    return ""


def _other_name(item: Text, last: Text) -> str:
    """Return the last question with the name of the same kind replaced, or with the item added if none is."""
    words = last.words
    inside = names_in(item)
    kind: Kind = "thing" if not inside else "body" if inside[0].kind == "body" else inside[-1].kind  # "Đại học … Hà Nội"
    if any(PLACES.at(item.words, n) == len(item.words) - n for n in range(len(item.words))):
        kind = "place"
    names = names_in(last) if not RANKS.fullmatch(folded_in_place(item.line)) else []
    alike = [name for name in names if name.kind == kind]
    if not alike and kind in ("body", "thing") and inside:
        alike = [name for name in names if name.kind in ("body", "thing")]
    if not inside and kind == "thing":
        alike = []
    if not alike:
        return _append(last.line, item.line)
    head = item.words[0].key
    old = next((name for name in reversed(alike) if words[name.first].key == head), alike[-1])
    start, end = words[old.first].start, words[old.last - 1].end
    new = item
    if kind == "place":
        if (size := AT.at(new.words, 0)) and AT.ends(words, old.first):
            new = read(new.part(size, len(new.words)))
        if size := PLACE_HEADS.ends(words, old.first):  # "TP. Hồ Chí Minh" takes its kind along
            start = words[old.first - size].start
    if kind == "person" and HONORIFICS.at(item.words, 0) and (size := HONORIFICS.ends(words, old.first)):
        start = words[old.first - size].start
    return _put(last.line, start, end, new.line)


def _carried(asked: Text, last: Text) -> str:
    """Return a question without a subject of its own behind the subject of the last one, "" if it has one."""
    words = asked.words
    if size := LEADS.at(words, 0):
        following = size < len(words) and (QUESTION.at(words, size) > 0)
        rest = Text("", words[size:])
        more = words[0].is_("còn") and size == 1 and following and not words[size].is_("ở")  # "còn ai dự?": who else
        clear = following or ASPECTS.at(words, size) or FUNCTION.at(words, size) if size < len(words) else False
        if clear and leans_on_more(rest) and not more:
            asked = read(asked.line[words[size].start :])
            words = asked.words
    if SAYS_SO.ends(words, len(words)) or len(words) > _SHORT or numbers_in(asked.line) or not leans_on_more(asked):
        return ""
    time = next((match for match in TIMES.finditer(folded_in_place(asked.line)) if _YEAR_IN.search(match.group())), None)
    about = matter_of(last) if only_asks(words) else subject_of(last.line)
    if not about:
        return ""
    if time:  # "năm 2023 ở đâu?"
        about = _other_time(read(time.group()), read(about)) or about
        if asked.line[time.start() : time.end()] and _YEAR_IN.search(about):
            left = " ".join(f"{asked.line[: time.start()]} {asked.line[time.end() :]}".split())
            return f"{about} {uncapitalised(left)}" if left.strip(" ?.!") else ""
    return f"{about} {uncapitalised(asked.line)}"


_YEAR_IN = re.compile(YEAR)
