"""What a question asks: the terms that must be met, and the kind of thing that would answer it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from docs_store import UsageError
from docs_store.vietnamese import CAPITALS, nfc, pairs, storable, syllables

from .kinds import Asks, Wanted, wanted

MAX_QUESTION = 1000  # characters

_FIGURE = re.compile(r"\d{3,}")
_THOUSANDS = re.compile(r"(?<=\d)[.,\u00a0 ](?=\d{3}(?!\d))")
_NAME = re.compile(rf"\b[{CAPITALS}][\w&-]*(?:[ ][{CAPITALS}0-9][\w&-]*)*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NO_NAMES = frozenset({"ai", "viet nam", "bo", "thu truong", "bo truong", "tong thu", "tong thu ky", "chu tich"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


# Question words, folded. They say what is asked, not what it is about. Longest first.
_QUESTION_WORDS = (
    "ngay thang nam nao",
    "vao thoi gian nao",
    "thoi gian nao",
    "bao gio",
    "khi nao",
    "luc nao",
    "hom nao",
    "ngay nao",
    "thang nao",
    "nam nao",
    "ngay may",
    "thang may",
    "bao nhieu",
    "may",
    "o dau",
    "tai dau",
    "o noi nao",
    "nguoi nao",
    "nhung ai",
    "la ai",
    "ai la",
    "nhu the nao",
    "the nao",
    "ra sao",
    "tai sao",
    "vi sao",
    "la gi",
    "nhung gi",
    "cho biet",
    "xin hoi",
    "dung hay sai",
    "co phai",
    "hay khong",
    "duoc khong",
    "nhung",
    "nao",
    "gi",
)
_PHRASES = sorted((tuple(words.split()) for words in _QUESTION_WORDS), key=len, reverse=True)
_SHOUTED = 3  # words, all in capitals, that are no code


@dataclass(frozen=True, slots=True)
class Question:
    """A question, understood. Terms are folded; pairs never reach across a question word.

    figures: the years and other numbers of three digits or more that it names; what speaks
    of other figures does not answer it. names: what stands in capitals, folded, syllables joined by
    a space: people, places, bodies; what speaks of others is likely about another matter. codes:
    those of them that are acronyms or hold a figure ("ISO", "LOTUSat-2"): another one is another thing.
    """

    text: str
    wanted: Wanted
    terms: tuple[str, ...]
    pairs: tuple[str, ...]
    figures: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    written_names: tuple[str, ...] = ()  # the names as the question has them

    @property
    def asks(self) -> Asks:
        return self.wanted.asks


def joined_figures(text: str) -> str:
    """Return text with the marks between thousands left out: "1.500 tỷ" and "1500 tỷ" become one."""
    return _THOUSANDS.sub("", text)


def _names(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the names in `text`, runs of capitals without a first word that is only a sentence's; and the codes of them.

    The names by their key, as written.
    """
    names: dict[str, str] = {}
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
            names.setdefault(key, " ".join(words))
        codes |= {" ".join(syllables(word)): None for word in words if _is_code(word)}
    return names, tuple(code for code in codes if code not in _NO_NAMES)


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
    # "AI" in capitals is artificial intelligence; "ai" and "Ai" ask who. Who writes all in capitals says nothing by them.
    words = re.findall(r"[^\W_]+", text)
    shouted = text.isupper() and sum(word.isalpha() for word in words) >= _SHOUTED
    runs: list[list[str]] = [[]]
    place = 0
    while place < len(tokens):
        phrase = next((p for p in _PHRASES if tuple(tokens[place : place + len(p)]) == p), None)
        is_acronym = not shouted and len(words) == len(tokens) and words[place].isupper() and len(words[place]) > 1
        if phrase and not is_acronym:
            runs.append([])
            place += len(phrase)
        elif tokens[place] == "ai" and not is_acronym:
            runs.append([])
            place += 1
        else:
            runs[-1].append(tokens[place])
            place += 1
    terms = tuple(dict.fromkeys(token for run in runs for token in run))
    adjacent = tuple(dict.fromkeys(pair for run in runs for pair in pairs(run)))
    if not terms:  # nothing but question words: they are then what is asked about
        terms, adjacent = tuple(dict.fromkeys(tokens)), tuple(pairs(tokens))
    names, codes = _names(text.lower() if shouted else text)
    figures = tuple(dict.fromkeys(_FIGURE.findall(joined_figures(text))))
    return Question(text, wanted(text), terms, adjacent, figures, tuple(names), codes, tuple(names.values()))
