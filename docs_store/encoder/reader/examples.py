"""What the reader is trained on: question, passage and where the answer stands, or that it does not stand there.

Three kinds of examples. People's own questions: XQuAD. Questions in place: Vietnamese asks where the answer would stand
("thành lập năm 1995" becomes "thành lập năm nào"), so a statement of Wikipedia or of the law turns into a question by
exchanging a number, day, person, place, reason or list for its question word. And near misses: either of them with one
number, year or name exchanged for another, which the passage does not answer.
"""

from __future__ import annotations

import json
import lzma
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...vietnamese import CAPITALS, fold, sentences

HELD_OUT = 4  # one in so many articles of XQuAD is not trained on
LANGUAGES = ("vi", "en", "es", "de")
_MOST = 800  # characters of a passage


@dataclass(frozen=True, slots=True)
class Example:
    """start, end: offsets in passage; both -1 where the answer is not there. kind: what it was made from."""

    question: str
    passage: str
    start: int
    end: int
    kind: str
    title: str = ""


# --- people's questions -----------------------------------------------------------------------


def held_out(titles: Sequence[str]) -> set[str]:
    """Return the titles of XQuAD that no training sees: every fourth in the order of the alphabet."""
    return set(sorted(titles)[::HELD_OUT])


def read_xquad(folder: Path, languages: Sequence[str] = LANGUAGES) -> dict[str, dict[str, list[list[Example]]]]:
    """Return language -> title -> paragraphs, each the examples of its questions."""
    found: dict[str, dict[str, list[list[Example]]]] = {}
    for language in languages:
        articles = json.loads((folder / f"xquad.{language}.json").read_text(encoding="utf-8"))["data"]
        found[language] = {
            article["title"]: [
                [
                    Example(qa["question"], paragraph["context"], start, start + len(answer["text"]), f"xquad.{language}")
                    for qa in paragraph["qas"]
                    for answer in qa["answers"][:1]
                    for start in [answer["answer_start"]]
                ]
                for paragraph in article["paragraphs"]
            ]
            for article in articles
        }
    return found


def swapped(paragraphs: Sequence[Sequence[Example]], chance: random.Random, share: float) -> Iterator[Example]:
    """Yield a share of the examples beside another paragraph of the same article: alike, and no answer."""
    for n, paragraph in enumerate(paragraphs):
        others = [other for m, other in enumerate(paragraphs) if m != n and other]
        for example in paragraph:
            if others and chance.random() < share:
                passage = chance.choice(others)[0].passage
                answer = example.passage[example.start : example.end]
                if answer not in passage:
                    yield replace(example, passage=passage, start=-1, end=-1, kind=f"{example.kind}-swapped")


# --- questions in place -----------------------------------------------------------------------

_NAME = rf"[{CAPITALS}][\w’'-]*(?: (?:(?:de|von|van|der|of|the|và) )?[{CAPITALS}][\w’'.-]*){{0,5}}"
_FULL_NAME = rf"[{CAPITALS}][\w’'-]*(?: (?:(?:de|von|van|der|of) )?[{CAPITALS}][\w’'.-]*){{1,4}}"
_COUNT = r"(?:\d[\d.,]*|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|mười lăm|hai mươi)"
_GREAT = r"(?:trăm|nghìn|ngàn|vạn|triệu|tỷ|tỉ)"
_UNITS = (
    "người|km²|km2|km|m²|m2|m|mét|ha|hécta|héc-ta|kg|tấn|tạ|lít|đồng|USD|đô la|euro|%|phần trăm|lần|cuộc|trận|bàn|quyển|cuốn|"
    "bài|xã|huyện|tỉnh|quận|thôn|làng|nhà|hộ|loài|con|chiếc|cái|cây|trường|học sinh|sinh viên|tập|mùa|giải|huy chương|phút|giờ|"
    "ngày|tuần|tháng|năm|tuổi|đơn vị|cơ quan|công ty|dự án|độ C|°C|inch|dặm|hải lý|điểm|phiếu|ghế|thành viên|"
    "phòng|tầng|toa|ca khúc"
)
_NUMBER = re.compile(rf"(?<![\w/.,-])(?<!ngày )(?<!mùng )({_COUNT}(?: {_GREAT}){{0,2}}) ?({_UNITS})(?!\w| \d)")
_YEAR = re.compile(r"(?<!\w)năm ((?:1[0-9]|20)\d\d)(?!\w)")
_DAY = re.compile(r"(?<!\w)ngày (\d{1,2} tháng \d{1,2}(?:,? năm \d{4})?|\d{1,2}[/-]\d{1,2}(?:[/-]\d{4})?)(?!\w)")
_MONTH = re.compile(r"(?<!\w)(?<!\d )tháng (\d{1,2} năm \d{4}|\d{1,2}/\d{4})(?!\w)")
_TITLES = (
    "ông|bà|vua|hoàng đế|công chúa|tướng|đại tướng|nhà văn|nhà thơ|nhạc sĩ|ca sĩ|họa sĩ|đạo diễn|diễn viên|cầu thủ|"
    "huấn luyện viên|tổng thống|thủ tướng|chủ tịch|bộ trưởng|giáo sư|tiến sĩ|kiến trúc sư|nhà khoa học|nhà thiên văn học"
)
_PERSON = re.compile(rf"(?<!\w)(bởi|do|là|với|của|và|cho)? ?((?:{_TITLES}) {_FULL_NAME})")
_BY = re.compile(
    rf"(?<!\w)(?:bởi|do) ({_FULL_NAME})(?= (?:phát hiện|sáng lập|viết|sáng tác|thiết kế|đạo diễn|làm|lãnh đạo)|[.,;]| vào| năm)"
)
_PLACE = re.compile(
    rf"(?<!\w)(?:tại|ở|thuộc) (?!Điều|Khoản|Nghị|Thông|Mục|Chương|Phụ|Luật|Quyết)"
    rf"((?:(?:tỉnh|thành phố|huyện|quận|xã|bang|hạt|vùng|nước|thị xã|làng|đảo) )?"
    rf"(?:{_FULL_NAME}|{_NAME}(?=[.,;)]))(?:, {_NAME}){{0,2}})"
)
_REASON = re.compile(r"(?<!\w)(?<![Tt]ự )((?:bởi vì|do đó mà|vì|do|nhờ|bởi) [^.;:()]{15,120})(?=[.;])")
_PURPOSE = re.compile(r"(?<!\w)((?:nhằm|để) [^.;:()]{15,120})(?=[.;])")
_LIST = re.compile(
    r"(?<!\w)(gồm|bao gồm|gồm có|bao gồm có) ([^.;:()]{8,160}(?:, [^.;:()]{3,}){0,8}(?: và [^.;:()]{3,60}))(?=[.;])"
)
_IS = re.compile(rf"^({_NAME}(?: \([^)]*\))?) là ((?:một |tên |loại |người |cơ quan |tổ chức |sự )[^.;]{{10,140}})(?=[.;])")
_WHEN = ("khi nào", "bao giờ", "lúc nào", "ngày nào", "vào thời gian nào", "hồi nào")
_WHERE = ("ở đâu", "tại đâu", "ở nơi nào", "ở chỗ nào")
_WHY = ("vì sao", "tại sao", "sao", "do đâu", "vì lý do gì")


@dataclass(frozen=True, slots=True)
class _Gap:
    """A stretch of a sentence that a question word takes the place of, and the stretch that answers."""

    start: int
    end: int
    answer: tuple[int, int]
    asks: str
    kind: str
    first: bool = False  # the question word opens the question instead of standing in the gap


def _gaps(sentence: str, chance: random.Random) -> Iterator[_Gap]:
    for match in _NUMBER.finditer(sentence):
        word = chance.choice(("bao nhiêu", "bao nhiêu", "mấy", "nhiêu"))
        yield _Gap(*match.span(), match.span(), f"{word} {match.group(2)}", "number")
    for match in _YEAR.finditer(sentence):
        yield _Gap(*match.span(), match.span(1), chance.choice(("năm nào", "năm nào", *_WHEN)), "year")
    for match in _DAY.finditer(sentence):
        yield _Gap(*match.span(), match.span(), chance.choice(("ngày nào", "ngày mấy", *_WHEN)), "day")
    for match in _MONTH.finditer(sentence):
        yield _Gap(*match.span(), match.span(), chance.choice(("tháng nào", *_WHEN)), "day")
    for match in _PERSON.finditer(sentence):
        start, end = match.span(2)
        yield _Gap(start, end, (start, end), "ai", "person")
    for match in _BY.finditer(sentence):
        yield _Gap(*match.span(1), match.span(1), "ai", "person")
    for match in _PLACE.finditer(sentence):
        yield _Gap(*match.span(), match.span(1), chance.choice(_WHERE), "place")
    for match in _REASON.finditer(sentence):
        yield _Gap(*match.span(), match.span(1), chance.choice(_WHY), "reason", first=True)
    for match in _PURPOSE.finditer(sentence):
        yield _Gap(*match.span(), match.span(1), chance.choice(("để làm gì", "nhằm mục đích gì")), "purpose")
    for match in _LIST.finditer(sentence):
        asks = chance.choice(("những gì", "những ai", "những cái gì", "những thành phần nào"))
        yield _Gap(*match.span(2), match.span(2), asks, "list")
    for match in _IS.finditer(sentence):
        yield _Gap(
            *match.span(2), match.span(2), chance.choice(("gì", "ai" if match.group(2).startswith("người") else "gì")), "what"
        )


def asked_in_place(passage: str, title: str, chance: random.Random, most: int = 2) -> Iterator[Example]:
    """Yield up to `most` questions that sentences of a passage answer, made from those sentences."""
    found = []
    for start, end in sentences(passage):
        sentence = passage[start:end]
        if not 40 <= len(sentence) <= 320:
            continue
        for gap in _gaps(sentence, chance):
            question = _question(sentence, gap, chance)
            if question:
                found.append(Example(question, passage, start + gap.answer[0], start + gap.answer[1], gap.kind, title))
    kinds = list(dict.fromkeys(example.kind for example in found))
    for kind in chance.sample(kinds, min(most, len(kinds))):  # so that numbers and years do not crowd out reasons
        yield chance.choice([example for example in found if example.kind == kind])


def _question(sentence: str, gap: _Gap, chance: random.Random) -> str:
    """Return the sentence as a question: the gap filled, the clauses far from it and some words left out."""
    mark = "\x00"
    if gap.first:
        text = f"{sentence[: gap.start].rstrip(' ,')}"
        text = text[text.rfind(";") + 1 :].strip()
        if len(text.split()) < 4:
            return ""
        clause = re.split(r"(?<=\w), ", text)
        text = f"{mark} {clause[-1] if len(clause[-1].split()) >= 5 else text}"
    else:
        text = f"{sentence[: gap.start]}{mark}{sentence[gap.end :]}".rstrip(" .;!?")
        clauses = re.split(r"[,;:] ", text)
        place = next(n for n, clause in enumerate(clauses) if mark in clause)
        low, high = place, place + 1
        while len(" ".join(clauses[low:high]).split()) < 6 and (low > 0 or high < len(clauses)):
            if low > 0:
                low -= 1
            else:
                high += 1
        if chance.random() < 0.25 and high < len(clauses):
            high += 1
        text = ", ".join(clauses[low:high])
    words = text.split()
    if not 4 <= len(words) <= 40:
        return ""
    if chance.random() < 0.6:  # people remember some of the words
        words = [word for word in words if mark in word or chance.random() > 0.18]
    text = " ".join(words).strip(" ,;:-")
    text = text.replace(mark, gap.asks)
    if chance.random() < 0.5:
        text = text[0].upper() + text[1:]
    return text + ("?" if chance.random() < 0.7 else "")


def without_answer(example: Example) -> Example | None:
    """Return the example with the sentence that answers taken out of its passage: alike, and no answer."""
    kept = [(s, e) for s, e in sentences(example.passage) if not (s < example.end and example.start < e)]
    passage = " ".join(example.passage[s:e] for s, e in kept)
    answer = example.passage[example.start : example.end]
    if len(passage) < 120 or fold(answer) in fold(passage):
        return None
    return replace(example, passage=passage, start=-1, end=-1, kind=f"{example.kind}-cut")


# --- near misses ------------------------------------------------------------------------------

_ANY_YEAR = re.compile(r"(?<![\w.,])(?:1[0-9]|20)\d\d(?![\w.,]?\d)")
_ANY_NUMBER = re.compile(r"(?<![\w.,/-])\d+(?:[.,]\d+)*(?![\w/-])")
_ANY_NAME = re.compile(rf"(?<![\w.])[{CAPITALS}][\w’'-]+(?: [{CAPITALS}][\w’'-]*)*")


def near_miss(example: Example, names: Sequence[str], chance: random.Random) -> Example | None:
    """Return the question with one year, number or name exchanged for another that its passage lacks; None if it has none."""
    passage = fold(f"{example.title}\n{example.passage}")
    parts = [(match, "year") for match in _ANY_YEAR.finditer(example.question)]
    parts += [(m, "number") for m in _ANY_NUMBER.finditer(example.question) if not _ANY_YEAR.fullmatch(m.group())]
    parts += [(m, "name") for m in _ANY_NAME.finditer(example.question) if m.start() > 0]
    parts = [(match, kind) for match, kind in parts if fold(match.group()) in passage]  # else nothing is changed by it
    if not parts:
        return None
    match, kind = chance.choice(parts)
    for _ in range(12):
        other = _another(match.group(), kind, names, chance)
        if other and fold(other) not in passage:
            question = example.question[: match.start()] + other + example.question[match.end() :]
            return replace(example, question=question, start=-1, end=-1, kind=f"{example.kind}-{kind}")
    return None


def _another(text: str, kind: str, names: Sequence[str], chance: random.Random) -> str:
    if kind == "year":
        return str(int(text) + chance.choice((-10, -5, -3, -2, -1, 1, 2, 3, 5, 10)))
    if kind == "number":
        return re.sub(
            r"\d+", lambda m: str(max(1, int(m.group()) + chance.randint(1, max(3, int(m.group()) // 2)))), text, count=1
        )
    words = len(text.split())
    for _ in range(20):
        name = chance.choice(names)
        if len(name.split()) == words and name != text:
            return name
    return ""


def names_in(texts: Sequence[str]) -> list[str]:
    """Return the names in the texts, each once: what a near miss takes another name from."""
    found: dict[str, None] = {}
    for text in texts:
        for match in _ANY_NAME.finditer(text):
            if (
                match.start()
                and text[match.start() - 2 : match.start()] not in (". ", "? ", "! ")
                and text[match.start() - 1] == " "
            ):
                found[match.group()] = None
    return sorted(found)


# --- the files --------------------------------------------------------------------------------


def wiki_passages(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (title, passage) of a .jsonl.xz of Wikipedia articles."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            text = re.split(r"\n== (?:Tham khảo|Liên kết ngoài|Xem thêm|Chú thích)", record["text"])[0]
            for passage in _passages(re.sub(r"\n=+ .* =+\n", "\n", text)):
                yield record["title"], passage


def law_passages(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (title, passage) of a .jsonl.xz of articles of law."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            body = re.sub(r"(?<![.;:])\n(?![a-zđ0-9]{1,2}[.)])", " ", record["body"])
            for passage in _passages(body):
                yield f"{record['title']}, {record['law']}"[:200], passage


def _passages(text: str) -> Iterator[str]:
    """Yield the paragraphs of a text, short ones joined, none longer than a passage of the index."""
    held = ""
    for line in (*text.split("\n"), ""):
        line = " ".join(line.split())
        if held and (not line or len(held) + len(line) > 600) and len(held) >= 250:
            yield held[:_MOST]
            held = ""
        held = f"{held} {line}".strip()
