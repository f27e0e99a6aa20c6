"""What a question asks: the terms that must be met, and the kind of thing that would answer it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from docs_store import UsageError
from docs_store.vietnamese import CAPITALS, nfc, pairs, storable, syllables

MAX_QUESTION = 1000  # characters

_FIGURE = re.compile(r"\d{3,}")
_THOUSANDS = re.compile(r"(?<=\d)[.,\u00a0 ](?=\d{3}(?!\d))")
_NAME = re.compile(rf"\b[{CAPITALS}][\w&-]*(?:[ ][{CAPITALS}0-9][\w&-]*)*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NO_NAMES = frozenset({"ai", "viet nam", "bo", "thu truong", "bo truong", "tong thu", "tong thu ky", "chu tich"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


class Asks(StrEnum):
    """The kind of thing that a question asks for."""

    PERSON = "person"
    TIME = "time"
    NUMBER = "number"
    PLACE = "place"
    ANYTHING = "anything"


# Question words, folded. They say what is asked, not what it is about. Longest first.
_QUESTION_WORDS: tuple[tuple[str, Asks], ...] = (
    ("ngay thang nam nao", Asks.TIME),
    ("vao thoi gian nao", Asks.TIME),
    ("thoi gian nao", Asks.TIME),
    ("bao gio", Asks.TIME),
    ("khi nao", Asks.TIME),
    ("luc nao", Asks.TIME),
    ("hom nao", Asks.TIME),
    ("ngay nao", Asks.TIME),
    ("thang nao", Asks.TIME),
    ("nam nao", Asks.TIME),
    ("ngay may", Asks.TIME),
    ("thang may", Asks.TIME),
    ("bao nhieu", Asks.NUMBER),
    ("may", Asks.NUMBER),
    ("o dau", Asks.PLACE),
    ("tai dau", Asks.PLACE),
    ("o noi nao", Asks.PLACE),
    ("nguoi nao", Asks.PERSON),
    ("nhung ai", Asks.PERSON),
    ("la ai", Asks.PERSON),
    ("ai la", Asks.PERSON),
    ("nhu the nao", Asks.ANYTHING),
    ("the nao", Asks.ANYTHING),
    ("ra sao", Asks.ANYTHING),
    ("tai sao", Asks.ANYTHING),
    ("vi sao", Asks.ANYTHING),
    ("la gi", Asks.ANYTHING),
    ("nhung gi", Asks.ANYTHING),
    ("cho biet", Asks.ANYTHING),
    ("xin hoi", Asks.ANYTHING),
    ("dung hay sai", Asks.ANYTHING),
    ("co phai", Asks.ANYTHING),
    ("hay khong", Asks.ANYTHING),
    ("duoc khong", Asks.ANYTHING),
    ("nhung", Asks.ANYTHING),
    ("nao", Asks.ANYTHING),
    ("gi", Asks.ANYTHING),
)
_PHRASES = sorted(((tuple(words.split()), asks) for words, asks in _QUESTION_WORDS), key=lambda item: -len(item[0]))
# "thứ trưởng nào" asks for a person: the words that end a title of office.
_OFFICES = frozenset({"truong", "tich", "doc", "ky", "vien", "su", "pho"})


@dataclass(frozen=True, slots=True)
class Question:
    """A question, understood. Terms are folded; pairs never reach across a question word.

    figures: the years and other numbers of three digits or more that it names; what speaks
    of other figures does not answer it. names: what stands in capitals, folded, syllables joined by
    a space: people, places, bodies; what speaks of others is likely about another matter. codes:
    those of them that are acronyms or hold a figure ("ISO", "LOTUSat-2"): another one is another thing.
    """

    text: str
    asks: Asks
    terms: tuple[str, ...]
    pairs: tuple[str, ...]
    figures: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


def joined_figures(text: str) -> str:
    """Return text with the marks between thousands left out: "1.500 tỷ" and "1500 tỷ" become one."""
    return _THOUSANDS.sub("", text)


def _names(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names in `text`, runs of capitals without a first word that is only a sentence's; and the codes of them."""
    names: dict[str, None] = {}
    codes: dict[str, None] = {}
    for match in _NAME.finditer(text):
        words = match.group().split()
        first_word = not text[: match.start()].strip()
        if first_word and len(words[0]) > 1 and not _is_code(words[0]):
            words = words[1:]
        while words and _YEAR.fullmatch(words[-1]):  # "Techfest 2024" is a name and a year
            words = words[:-1]
        key = " ".join(syllables(" ".join(words)))
        if len(key) > 1 and key not in _NO_NAMES:
            names[key] = None
        codes |= {" ".join(syllables(word)): None for word in words if _is_code(word)}
    return tuple(names), tuple(code for code in codes if code not in _NO_NAMES)


def _is_code(word: str) -> bool:
    letters = [char for char in word if char.isalpha()]
    return (len(letters) > 1 and any(char.isdigit() for char in word)) or (len(letters) > 2 and word.isupper())


def clean(text: str) -> str:
    """Return a question in NFC, on one line, without control characters.

    Raises UsageError if it is empty or longer than MAX_QUESTION, each sign counted as the letters that it stands for.
    """
    if len(text) > MAX_QUESTION or len(unicodedata.normalize("NFKC", nfc(text))) > MAX_QUESTION:
        raise UsageError(
            f"Câu hỏi dài quá {MAX_QUESTION} ký tự | The question is longer than {MAX_QUESTION} characters", "hãy hỏi ngắn hơn"
        )
    line = " ".join(_CONTROL.sub(" ", nfc(storable(text))).split())
    if not syllables(line):
        raise UsageError("Câu hỏi trống | The question is empty", 'hoitin ask "Ai là Tổng Thư ký IEC?"')
    return line


def understand(text: str) -> Question:
    """Return what `text` asks. Raises UsageError if it is empty or longer than MAX_QUESTION."""
    text = clean(text)
    tokens = syllables(text)
    # "AI" in capitals is artificial intelligence; "ai" and "Ai" ask who.
    words = re.findall(r"[^\W_]+", text)
    runs: list[list[str]] = [[]]
    asks = Asks.ANYTHING
    place = 0
    while place < len(tokens):
        phrase = next((p for p in _PHRASES if tuple(tokens[place : place + len(p[0])]) == p[0]), None)
        is_acronym = len(words) == len(tokens) and words[place].isupper() and len(words[place]) > 1
        if phrase and not is_acronym:
            runs.append([])
            asks = phrase[1] if asks is Asks.ANYTHING else asks
            if phrase[0] == ("nao",) and asks is Asks.ANYTHING and place and tokens[place - 1] in _OFFICES:
                asks = Asks.PERSON
            place += len(phrase[0])
        elif tokens[place] == "ai" and not is_acronym:
            runs.append([])
            asks = Asks.PERSON
            place += 1
        else:
            runs[-1].append(tokens[place])
            place += 1
    terms = tuple(dict.fromkeys(token for run in runs for token in run))
    adjacent = tuple(dict.fromkeys(pair for run in runs for pair in pairs(run)))
    if not terms:  # nothing but question words: they are then what is asked about
        terms, adjacent = tuple(dict.fromkeys(tokens)), tuple(pairs(tokens))
    return Question(text, asks, terms, adjacent, tuple(dict.fromkeys(_FIGURE.findall(joined_figures(text)))), *_names(text))
