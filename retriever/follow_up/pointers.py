"""What "ông ấy", "thông tư này", "ở đó", "hôm đó" point to in the turns before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from docs_store.vietnamese import fold

from ..query import MAX_QUESTION
from .naming import AT, BARE_YEAR, DATED, GENDERS, Name, folded_in_place, names_in, numbers_in, people_in, stops, uncapitalised
from .subjects import leans_on_more, subject_of
from .wording import LEADS, Phrases, Text, Word, is_marked, listed, read


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation, as it was understood.

    question: complete, what was searched for. quote: the sentence that answered it, "" if nothing
    was found. title: the headline of its article.
    """

    question: str
    quote: str = ""
    title: str = ""


_PERSON_POINTERS = Phrases(
    f"{who} {which}" for who in ("ông", "bà", "anh", "chị", "cô", "vị", "người") for which in ("ấy", "này", "đó", "ta")
)


# Without marks these are more often something else: "có đó", "có này", "chỉ đó", "ba ta".
_UNCLEAR = frozenset(
    listed("""
    co do | co nay | co ta | chi do | chi ta | chi nay | anh ta | anh do | ba do | ba nay | vi ay | vi nay | vi do |
    vi ta | nguoi ta
""")
)


_THINGS = listed("""
    sự kiện | hội nghị | cuộc họp | buổi làm việc | lễ trao giải | lễ trao | văn bản | thông tư | nghị định | quyết định
    | nghị quyết | luật | quy chuẩn | tiêu chuẩn | dự án | chương trình | đề tài | giải thưởng | giải | đơn vị | cơ quan
    | bộ | sở | cục | quỹ | công ty | doanh nghiệp | sàn | trạm | nhà máy | mạng | vệ tinh | nhóm | vụ việc | việc |
    điều | chiến lược | mô hình | máy | tổ chức | cuộc diễn tập | chỉ số | cuộc thi | phòng thí nghiệm | hội thảo |
    đề án | kế hoạch | quy định | ngày hội | địa phương
""")


_THING_POINTERS = Phrases(
    f"{thing} {which}" for thing in _THINGS for which in ("này", "đó", "ấy", "trên", "nói trên", "kể trên")
)


_PLACE_POINTERS = Phrases(["ở đó", "tại đó", "ở đây", "tại đây", "nơi đó", "nơi này", "ở nơi đó", "trong đó"])


_TIME_POINTERS = Phrases(["hôm đó", "hôm ấy", "ngày đó", "ngày hôm đó", "lúc đó", "năm đó", "tháng đó"])


_UNCLEAR_TIMES = frozenset({"luc do", "nam do", "thang do"})


_IT = Phrases(["nó", "chúng"])


_NOT_BEFORE_THEY = frozenset({"dòng", "cùng", "mang", "cả", "trong", "các", "những", "tên"})


_NOT_AFTER_THEY = frozenset({"tên", "hàng", "tộc", "và", "này", "đó"})


class _Pointer(NamedTuple):
    what: Literal["person", "they", "thing", "place", "time"]
    first: int
    last: int


def pointer_in(text: Text) -> _Pointer | None:
    """Return the first pointing word of a text, None if there is none that is clear."""
    words = text.words
    for place in range(len(words)):
        if size := _PERSON_POINTERS.at(words, place):
            if _is_clear(words[place : place + size], _UNCLEAR):
                return _Pointer("person", place, place + size)
        elif (size := _TIME_POINTERS.at(words, place)) and _is_clear(words[place : place + size], _UNCLEAR_TIMES):
            return _Pointer("time", place, place + size)
        elif size := _PLACE_POINTERS.at(words, place):
            if not words[place].is_("trong") or place == 0:
                return _Pointer("place", place, place + size)
        elif (size := _THING_POINTERS.at(words, place)) and (
            size > 2 or words[place + 1].key == "nay" or is_marked(words[place : place + size]) or words[place].key == "luat"
        ):
            return _Pointer("thing", place, place + size)
        elif words[place].text == "họ" or (place == 0 and words[0].text == "Họ"):
            after = words[place + 1] if place + 1 < len(words) else None
            lone = place == 0 or words[place - 1].marked not in _NOT_BEFORE_THEY
            if lone and after and not after.capital and after.marked not in _NOT_AFTER_THEY:
                return _Pointer("they", place, place + 1)
        elif (
            _IT.at(words, place)
            and words[place].marked in ("nó", "chúng")
            and not (place + 1 < len(words) and words[place + 1].marked in ("tôi", "ta", "mình"))
        ):
            return _Pointer("thing", place, place + 1)
    return None


def _is_clear(words: Sequence[Word], unclear: frozenset[str]) -> bool:
    return is_marked(words) or " ".join(word.key for word in words) not in unclear


def pointed(asked: Text, turns: Sequence[Turn]) -> str:
    """Return the question with its pointing words replaced by what they point to, "" if there are none or nothing fits."""
    pointer = pointer_in(asked)
    if not pointer:
        return ""
    words, line = asked.words, asked.line
    begin = 0
    if pointer.first and (size := LEADS.at(words, 0)) and size <= pointer.first:
        begin = words[size].start  # "thế ông ấy nói gì?"
    start, end = words[pointer.first].start, words[pointer.last - 1].end
    opens = start == begin
    meant = ""
    if pointer.what == "person":
        said = words[pointer.first].marked
        called = said if said in ("ông", "bà", "anh", "chị", "cô", "ong", "ba", "chi", "co") else ""
        meant = next((name for turn in reversed(turns) if (name := _person_of(turn, _gender(called)))), "")
        if meant and called:
            meant = f"{words[pointer.first].text} {meant}"
    elif pointer.what == "they":
        meant = _group_of(turns[-1]) or subject_of(turns[-1].question)
    elif pointer.what == "place":
        place = _place_of(turns[-1])
        at = words[pointer.first].text if AT.at(words, pointer.first) else "ở"
        about = place or subject_of(turns[-1].question)
        meant = f"{at} {about}" if about else ""
        rest = Text("", (*words[: pointer.first], *words[pointer.last :]))
        if place and leans_on_more(rest) and rest.words:
            about = subject_of(turns[-1].question)  # "ở đó có gì?" asks about the event there
            meant = about if fold(place) in fold(about) else f"{about} {meant}"
    elif pointer.what == "time":
        return _on_that_day(asked, pointer, turns[-1])
    else:
        meant = _thing_of(words[pointer.first], turns)
    if not meant:
        return ""
    if opens and line[start].isupper():
        meant = meant[0].upper() + meant[1:]
    return f"{line[begin:start]}{meant}{line[end:]}"


def _gender(called: str) -> str:
    return next((gender for form, gender in GENDERS.items() if called in (form, fold(form))), "")


def _asks_who(text: Text) -> bool:
    words = text.words
    offices = ("truong", "doc", "tich", "ky", "vien", "pho", "khoa hoc")
    return any(word.is_("ai") for word in words) or any(
        word.is_("nào") and place and (words[place - 1].key in offices or words[place - 1].is_("người"))
        for place, word in enumerate(words)
    )


def _person_of(turn: Turn, gender: str) -> str:
    """Return the name of the person a turn is about: of its answer if it asked who, else of its question."""
    question, quote = read(turn.question), read(turn.quote[: 2 * MAX_QUESTION])
    named = _of_gender(question, people_in(question), gender)
    told = {question.part(name.first, name.last).lower() for name in named}
    terms = {word.key for place, word in enumerate(question.words) if not stops(question.words, place)}
    answering = [
        name for name in _of_gender(quote, people_in(quote), gender) if quote.part(name.first, name.last).lower() not in told
    ]
    # "Ông X là ai?" asks about X; "Ai là Tổng Thư ký?" about whom the answer names.
    if answering and _asks_who(question) and not (named and question.words[-1].is_("ai")):
        best = max(answering, key=lambda name: _nearness(quote.words, name, terms))
        return quote.part(best.first, best.last)
    if named:
        return question.part(named[-1].first, named[-1].last)
    return quote.part(answering[0].first, answering[0].last) if answering else ""


def _nearness(words: Sequence[Word], name: Name, terms: set[str]) -> float:
    """Return how much of what was asked stands beside the name, the words that follow it counting most."""
    after = {word.key for word in words[name.last : name.last + 8]}
    ahead = {word.key for word in words[max(0, name.first - 8) : name.first]}
    return len(after & terms) + 0.9 * len(ahead & terms)


def _of_gender(text: Text, names: list[Name], gender: str) -> list[Name]:
    def fits(name: Name) -> bool:
        before = text.words[name.first - 1].marked if name.first else ""
        known = _gender(before)
        return not gender or not known or known == gender

    return [name for name in names if fits(name)]


def _group_of(turn: Turn) -> str:
    """Return the people a turn is about, joined by "và"."""
    question = read(turn.question)
    text = read(turn.quote[: 2 * MAX_QUESTION]) if _asks_who(question) and not people_in(question) else question
    people = list(dict.fromkeys(text.part(name.first, name.last) for name in people_in(text)))[:3]
    return " và ".join([", ".join(people[:-1]), people[-1]] if len(people) > 1 else people)


def _place_of(turn: Turn) -> str:
    question = read(turn.question)
    asks_where = any(word.is_("đâu") for word in question.words)
    for text in (read(turn.quote[: 2 * MAX_QUESTION]), question) if asks_where else (question,):
        places = [name for name in names_in(text) if name.kind == "place"]
        if places:
            return text.part(places[0].first, places[0].last)
    return ""


def _thing_of(kind: Word, turns: Sequence[Turn]) -> str:
    """Return the subject of the last question; of an earlier one if only that names a thing of this kind."""
    last = subject_of(turns[-1].question)
    if kind.key in ("thong", "nghi", "quyet", "luat", "van", "chi") and not numbers_in(last):
        for turn in reversed(turns[:-1]):
            earlier = subject_of(turn.question)
            if numbers_in(earlier) and (kind.key == "van" or fold(earlier).startswith(kind.key)):
                return earlier
    return last


def _on_that_day(asked: Text, pointer: _Pointer, last: Turn) -> str:
    """Return the question with "hôm đó" made a date, and the subject ahead of it where it has none of its own."""
    words = asked.words
    rest = Text("", (*words[: pointer.first], *words[pointer.last :]))
    about = subject_of(last.question)
    date = next(
        (text[m.start() : m.end()] for text in (last.question, last.quote) if (m := DATED.search(folded_in_place(text)))), ""
    )
    if words[pointer.first].is_("năm") or words[pointer.first].is_("tháng"):
        year = BARE_YEAR.search(last.question) or BARE_YEAR.search(last.quote)
        date = f"năm {year.group(1)}" if year else ""
    date = f"ngày {date}" if date[:1].isdigit() else uncapitalised(date)
    start, end = words[pointer.first].start, words[pointer.last - 1].end
    if not leans_on_more(rest):
        return f"{asked.line[:start]}{date}{asked.line[end:]}" if date else ""
    if not about:
        return ""
    said = date.lower() in about.lower() or date.removeprefix("ngày ").lower() in about.lower()
    tail = " ".join(f"{asked.line[:start]} {asked.line[end:]}".split())
    return f"{about} {'' if said or not date else date + ' '}{uncapitalised(tail)}"
