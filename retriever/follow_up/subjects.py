"""What a question is about, and whether it says so itself."""

from __future__ import annotations

from collections.abc import Sequence

from docs_store.vietnamese import fold

from .naming import BARE_YEAR, PLACES, names_in, number_start, numbers_in
from .wording import (
    ASPECTS,
    BREAKS,
    COUNTED,
    FUNCTION,
    LEADING,
    NO_BREAKS,
    PLAIN,
    QUESTION,
    TRAILING,
    Text,
    Word,
    is_marked,
    read,
)


def leans_on_more(text: Text) -> bool:
    """Tell whether a question has no subject of its own: only function words, and what is asked about something."""
    words = text.words
    asks = False
    own = aspects = 0
    place = 0
    while place < len(words):
        word = words[place]
        counted = COUNTED.at(words, place)
        if PLACES.at(words, place):
            return False
        if size := QUESTION.at(words, place):
            asks = True
        elif counted and (_is_counted(words, place) or (place + counted < len(words) and words[place + counted].is_("nào"))):
            size = counted
        elif size := max(ASPECTS.at(words, place), FUNCTION.at(words, place)):
            aspects += size == ASPECTS.at(words, place)
        elif _is_filler(words, place) or BARE_YEAR.fullmatch(word.text):
            size = 1
        else:
            if word.foreign or (word.capital and place) or word.key.isdigit():
                return False
            own += 1
            size = 1
        place += size
    if not asks and not _is_aspect(words):
        return False
    if own and any(word.is_("là") for word in words):  # "mưa là gì?" asks about rain
        return False
    return not own or (own == 1 and not aspects)  # "giá điện": two words, a subject of its own


def _is_filler(words: Sequence[Word], place: int) -> bool:
    """Tell whether "còn" or a closing "thế" stands at `place`; not the "con" of "con người", nor the "thế" of "thế giới"."""
    word = words[place]
    if word.is_("thế"):
        return place == len(words) - 1
    return word.is_("còn") and (word.marked != word.key or not is_marked(words))


def _is_counted(words: Sequence[Word], place: int) -> bool:
    """Tell whether "bao nhiêu", "mấy", "những" stands before `place`."""
    return any(word.is_(form) for word in words[max(0, place - 2) : place] for form in ("nhiêu", "mấy", "những"))


def _is_aspect(words: Sequence[Word]) -> bool:
    return bool(words) and len(words) <= 4 and (ASPECTS.at(words, 0) == len(words)) and len(words) > 1


def only_asks(words: Sequence[Word]) -> bool:
    """Tell whether a question says nothing but where, when, why: then what happened must be carried along too."""
    place = 0
    while place < len(words):
        size = QUESTION.at(words, place) or FUNCTION.at(words, place)
        if not size:
            return False
        place += size
    return True


def _asking(words: Sequence[Word]) -> tuple[int, int]:
    """Return where the first question phrase starts and ends, with what it chooses ("nhóm nào"); the text's end if none."""
    for place in range(len(words)):
        if size := QUESTION.at(words, place):
            first = place
            if words[place].is_("nào") and (counted := COUNTED.ends(words, place)):
                first -= counted
            return first, place + size
    return len(words), len(words)


def subject_of(question: str) -> str:
    """Return what a question is about: its document number, or the words up to the verb or question word."""
    text = read(question)
    if numbers := numbers_in(text.line):
        start, end = numbers[0].span
        return text.line[number_start(text.line, start) : end]
    words = text.words
    first, after = _asking(words)
    begin = _skip(words, 0, first)
    if begin >= first:  # "Ai là Tổng Thư ký IEC?": the question word leads
        begin = _skip(words, after, len(words))
        end = next((place for place in range(begin, len(words)) if QUESTION.at(words, place)), len(words))
        return text.part(begin, end if end == len(words) else _trim(words, begin, end))
    stop = next(
        (place for place in range(begin + 1, first) if _is_break(words, place)),
        first,
    )
    if COUNTED.ends(words, stop) >= stop - begin - 1:  # "Hai người được chọn …" are told by what they did
        stop = first
    stop = _trim(words, begin, stop, aspects=True)
    about = text.part(begin, stop)
    others = [name for name in names_in(text) if name.first >= max(stop, after) and name.kind in ("body", "thing")]
    for name in others[:1]:
        named = text.part(name.first, name.last)
        if fold(named) not in fold(about):
            about = f"{about} {named}"
    return about


def matter_of(text: Text) -> str:
    """Return what a question tells before it asks: its subject and, if that says something, what it does."""
    if numbers_in(text.line):
        return subject_of(text.line)
    words = text.words
    first, after = _asking(words)
    begin = _skip(words, 0, first)
    if begin >= first:
        return subject_of(text.line)
    plain = next((place for place in range(begin + 1, first) if PLAIN.at(words, place)), first)
    stop = _trim(words, begin, min(first, plain), aspects=True)
    about, whole = subject_of(text.line), text.part(begin, stop)
    if stop == first and after < len(words) and (size := COUNTED.at(words, after)):  # "phải di dời bao nhiêu hộ dân"
        whole = f"{whole} {text.part(after, after + size)}"
    return whole if len(whole) > len(about) else about


def _is_break(words: Sequence[Word], place: int) -> bool:
    """Tell whether a verb stands at `place`. Without marks one syllable is too little to tell: "giam" may be part of a name."""
    size = BREAKS.at(words, place)
    if not size or _covered(words, place):
        return False
    return size > 1 or is_marked(words) or words[place].key in ("co", "la", "dat", "duoc", "gom")


def _covered(words: Sequence[Word], place: int) -> bool:
    """Tell whether the verb at `place` is part of a longer phrase that is none: "dùng chung", "ban tổ chức"."""
    return any(start + size > place for start in range(max(0, place - 3), place + 1) if (size := NO_BREAKS.at(words, start)))


def _skip(words: Sequence[Word], begin: int, end: int) -> int:
    while begin < end and (size := LEADING.at(words, begin)) and not _covered(words, begin):
        begin += size
    return min(begin, end)


def _trim(words: Sequence[Word], begin: int, end: int, *, aspects: bool = False) -> int:
    """Return `end` moved before what only leads to what was asked: "với mức", "diễn ra", "kết quả"."""
    while end > begin:
        size = TRAILING.ends(words, end)
        if not size and aspects:
            size = ASPECTS.ends(words, end)
        if not size or end - size <= begin or _covered(words, end - 1):
            return end
        end -= size
    return end
