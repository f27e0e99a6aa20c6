"""Follow-up questions made whole by rule: "còn năm 2023?", "ông ấy nói gì?", "ở đâu?".

What is missing is taken from the turns before; a question that stands alone comes back as it is.
Matched on folded text, so that it works for questions without marks too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from docs_store.document_numbers import find_numbers
from docs_store.vietnamese import CAPITALS, fold, nfc, syllables

from .query import MAX_QUESTION, Asks, understand

_LOOKED_AT = 5  # turns


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation, as it was understood.

    question: complete, what was searched for. quote: the sentence that answered it, "" if nothing
    was found. title: the headline of its article.
    """

    question: str
    quote: str = ""
    title: str = ""


_SO = r"(?:(?:the|vay)[ ](?:con|thi)|con|the|vay|the[ ]con)"
_LEADS = re.compile(rf"^{_SO}[ ]+(?=\S)")
_ENDS = re.compile(r"[ ]*(?:thi[ ](?:sao|the nao|ra sao|khac khong)|la sao|nua|khong)?[ ]*[?.!]*[ ]*$")
_PERSON = re.compile(r"\b(?:ong|ba|anh|chi|co|vi)[ ](?:ay|ta|nay|do)\b")
_THINGS = (
    "su kien|hoi nghi|cuoc hop|buoi lam viec|le trao|van ban|thong tu|nghi dinh|quyet dinh|nghi quyet|luat|quy chuan|du an|"
    "chuong trinh|de tai|giai|giai thuong|don vi|co quan|bo|so|quy|cong ty|doanh nghiep|san|tram|nha may|mang|ve tinh|nhom|"
    "vu viec|viec|dieu|chien luoc|mo hinh|may|to chuc|cuoc dien tap|chi so"
)
_THING = re.compile(rf"\b(?:{_THINGS})[ ](?:nay|do|ay|tren|noi tren)\b|(?:^|[ ])(?:o|tai)[ ](?:do|day)\b")
_YEAR = re.compile(r"(?<![\d/.-])(?:19|20)\d\d(?![\d/]|-\d)")
_TIME = re.compile(
    r"\b(?:hom (?:nay|qua|kia)|(?:tuan|thang|quy|nam) (?:nay|truoc|ngoai|qua|sau)|"
    r"thang \d{1,2}(?:[/ -](?:nam )?(?:19|20)\d\d)?|"
    r"quy (?:[1-4]|iv|i{1,3})(?:[/ ](?:nam )?(?:19|20)\d\d)?|nam (?:19|20)\d\d)\b"
)
_ORDINAL = re.compile(r"\b(?:giai|hang|dot|vong|ky)[ ](?:nhat|nhi|ba|tu|khuyen khich|dac biet|\d{1,2})\b")
_NAME = re.compile(rf"\b[{CAPITALS}][\w&-]*(?:[ ][{CAPITALS}0-9][\w&-]*)*")
_PEOPLE = re.compile(
    rf"(?:[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|GS\.TSKH\.|PGS\.TS\.|GS\.TS\.|TS\.|ThS\.|KS\.)[ ]+"
    rf"((?:[{CAPITALS}][\w-]*[ ]?){{2,5}})"
)
_PLACE_BEFORE = re.compile(r"(?:\b(?:tai|o|tinh|thanh pho|tp\.?|quan|huyen|xa)[ ])$")
# Words that a question may consist of and still have no subject of its own.
# fmt: off
_EMPTY = frozenset({
    "ai", "ba", "ban", "bao", "bat", "bi", "bieu", "bo", "cai", "chi", "chinh", "cho", "chu", "chuc", "co", "con", "cong",
    "cua", "cuoi", "da", "dang", "dat", "dau", "den", "dia", "diem", "dien", "do", "doat", "doc", "don", "dong", "du",
    "dung", "duoc", "duong", "gi", "gia", "giai", "giam", "gian", "gianh", "gio", "goi", "han", "hang", "hien", "hieu",
    "hop", "ket", "khach", "khi", "khong", "kien", "kinh", "la", "lau", "luc", "luot", "ly", "mat", "mau", "may", "moi",
    "muc", "nam", "nao", "nay", "nganh", "ngay", "nguoi", "nhan", "nhat", "nhi", "nhiem", "nhieu", "nhom", "nhu", "noi",
    "nop", "o", "phan", "phat", "phi", "phia", "qua", "ra", "sao", "se", "so", "tai", "ten", "tham", "thang", "the", "them",
    "thi", "thoi", "thuc", "thuong", "tien", "to", "toi", "tong", "tram", "tri", "trieu", "trong", "truong", "tu", "ty",
    "usd", "va", "vao", "vay", "ve", "vi", "voi", "xet", "y",
})
# fmt: on
_SHORT = 8  # syllables up to which a question may be an ellipsis
_ITEM = 6  # syllables of what "còn …?" may name


def complete_question(question: str, turns: Sequence[Turn]) -> str:
    """Return `question` made whole from the turns before, or as it is if it stands alone."""
    asked = nfc(" ".join(question.split()))
    if not turns or not syllables(asked):
        return question
    last = turns[-1]
    whole = _instead(asked, last) or _pointed(asked, turns[-_LOOKED_AT:]) or _added(asked, last)
    return whole if whole and len(whole) <= MAX_QUESTION else question


# --- "còn năm 2023?" ------------------------------------------------------------------------


def _instead(asked: str, last: Turn) -> str:
    """Return the last question with one thing replaced by what "còn …?" names, "" if this is no such question."""
    folded = fold(asked)
    lead = _LEADS.match(folded)
    tail = _ENDS.search(folded, lead.end() if lead else 0)
    says_so = tail is not None and "thi " in tail.group()
    if not lead and not says_so:
        return ""
    item = asked[lead.end() if lead else 0 : tail.start() if tail else len(asked)].strip(" ,")
    if not item or len(syllables(item)) > _ITEM or _asks_itself(item):
        return ""
    for replace in (_other_time, _other_ordinal, _other_name):
        if whole := replace(item, last.question):
            return whole
    return f"{last.question.rstrip(' ?.!')} {item}?"


def _asks_itself(item: str) -> bool:
    """Tell whether the item has a question word of its own: "còn ai chủ trì?" asks another thing."""
    words = syllables(item)
    return bool(set(words) & {"ai", "gi", "dau", "nao", "may", "sao"} or "bao nhieu" in " ".join(words)) and not item.isupper()


def _other_time(item: str, before: str) -> str:
    folded_item, folded = fold(item), fold(before)
    year = _YEAR.fullmatch(folded_item.removeprefix("nam ").strip())
    if year and (old := _YEAR.search(folded)):
        return before[: old.start()] + year.group() + before[old.end() :]
    if _TIME.fullmatch(folded_item) or year:
        if old := _TIME.search(folded):
            return before[: old.start()] + item + before[old.end() :]
        return f"{before.rstrip(' ?.!')} {item if not year or folded_item != year.group() else 'năm ' + item}?"
    return ""


def _other_ordinal(item: str, before: str) -> str:
    if _ORDINAL.fullmatch(fold(item)) and (old := _ORDINAL.search(fold(before))):
        return before[: old.start()] + item + before[old.end() :]
    return ""


def _other_name(item: str, before: str) -> str:
    """Replace the name of the same kind: document number for document number, place for place, the last name else."""
    numbers = find_numbers(before)
    if find_numbers(item) and numbers:
        start, end = numbers[0].span
        return before[:start] + item + before[end:]
    names = [match for match in _NAME.finditer(before) if match.start() > 0 or " " in match.group()]
    names = [match for match in names if fold(match.group()) not in ("viet nam", "ai", "nam", "bo")]
    if not names or not (_NAME.match(item) or len(syllables(item)) <= 4):
        return ""
    bare = _bare_place(item)
    places = [match for match in names if _PLACE_BEFORE.search(fold(before[: match.start()]))]
    old = places[-1] if places and not _is_acronym(item) else names[-1]
    for match in names:  # an acronym stands for an acronym
        if _is_acronym(item) and _is_acronym(match.group()):
            old = match
    text = old.group()
    kept = re.search(r"[ ](?:19|20)\d\d$", text)  # "Techfest 2024" gives up its name, not its year
    end = old.end() - (len(kept.group()) if kept and not _YEAR.search(item) else 0)
    return before[: old.start()] + (bare if places and old in places else item) + before[end:]


def _bare_place(item: str) -> str:
    return re.sub(r"^(?:ở|o|tại|tai)\s+", "", item, flags=re.IGNORECASE)


def _is_acronym(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 1 and all(char.isupper() for char in letters)


# --- "ông ấy", "thông tư này" ---------------------------------------------------------------


def _pointed(asked: str, turns: Sequence[Turn]) -> str:
    """Return the question with its pointing words replaced by what they point to, "" if there are none."""
    folded = fold(asked)
    if match := _PERSON.search(folded):
        person = next((name for turn in reversed(turns) if (name := _person(turn))), "")
        return asked[: match.start()] + person + asked[match.end() :] if person else ""
    if match := _THING.search(folded):
        subject = _subject(turns[-1].question)
        if not subject:
            return ""
        pointing = match.group().strip()
        start = match.end() - len(pointing)
        return f"{asked[:start]}{subject}{asked[match.end() :]}" if start else f"{subject}{asked[match.end() :]}"
    return ""


def _person(turn: Turn) -> str:
    """Return the person a turn is about: named in the answer if the question asked who, else in the question."""
    in_question, in_quote = _PEOPLE.search(turn.question), _PEOPLE.search(turn.quote)
    if understand(turn.question).asks is Asks.PERSON and in_quote:
        return in_quote.group().strip()
    found = in_question or in_quote
    if found:
        return found.group().strip()
    names = [name for name in _NAME.findall(turn.question)[1:] if 2 <= len(name.split()) <= 5]
    return names[-1] if names else ""


# --- "ở đâu?" -------------------------------------------------------------------------------


def _added(asked: str, last: Turn) -> str:
    """Return a question without a subject of its own behind the subject of the last one, "" if it has one."""
    words = syllables(asked)
    if len(words) > _SHORT or find_numbers(asked) or set(words) - _EMPTY:
        return ""
    names = [match for match in _NAME.finditer(asked) if fold(match.group()) not in _ORDINALS]
    if any(match.start() > 0 or _is_acronym(match.group()) for match in names):
        return ""
    subject = _subject(last.question)
    return f"{subject} {asked[0].lower()}{asked[1:]}" if subject else ""


def _subject(question: str) -> str:
    """Return what a question is about: its document number or name with the words beside it, else all but what it asks."""
    if numbers := find_numbers(question):
        start, end = numbers[0].span
        kind = re.search(rf"(?:{_KINDS})(?: [^?,.]{{0,60}})? $", fold(question[:start]))
        return question[kind.start() if kind else start : end]
    name = _NAME.match(question)
    if name and sum(word[0].isupper() for word in name.group().split()) > 1:
        return name.group()
    terms = set(understand(question).terms)
    words = question.split()
    kept = [word for word in words if set(syllables(word)) & terms]
    # What stands behind the words that ask is the thing asked for ("bao nhiêu gian hàng"), not the subject.
    asking = next((n for n, word in enumerate(words) if n and word.lower().strip("?,.") in _ASKING and not word.isupper()), 0)
    before = [word for word in words[:asking] if word in kept and word.lower() not in _LINKS]
    chosen = before if len(before) >= 2 else [word for word in kept if word.lower().strip("?,.") not in _LINKS]
    return " ".join(chosen).strip(" ?,.")


_ORDINALS = frozenset({"nhat", "nhi", "ba", "tu"})
_KINDS = "thong tu|nghi dinh|quyet dinh|nghi quyet|luat|chi thi"
_ASKING = frozenset({"ai", "gì", "gi", "nào", "nao", "đâu", "dau", "sao", "mấy", "may", "bao", "khi"})
# fmt: off
_LINKS = frozenset({
    "có", "co", "là", "la", "được", "duoc", "bị", "bi", "do", "vào", "vao", "từ", "ở", "o", "tại", "tai", "ngày", "ngay",
    "đạt", "dat", "gồm", "gom", "với", "voi", "mức", "muc", "tổng", "tong",
})
# fmt: on
