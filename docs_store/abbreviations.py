"""Abbreviations and old names: KH&CN is Khoa học và Công nghệ, in questions and in the news alike.

Three sources: the editor's own file DATA/abbreviations.tsv, what the news itself explains ("Hội
đồng nhân dân (HĐND)"), and the list that ships here, abbreviations.tsv, in the form of the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .errors import ConfigError, explained
from .vietnamese import fold, nfc, syllables

ABBREVIATIONS_FILE = "abbreviations.tsv"
_SHIPPED = Path(__file__).parent / ABBREVIATIONS_FILE
_BIGGEST = 5_000_000  # bytes

_IN_BRACKETS = re.compile(r"\((?:viết tắt(?: là)?|gọi tắt(?: là)?|sau đây gọi tắt là)?[ :]{0,2}([A-ZĐ][A-ZĐƠƯ&.-]{1,11})\)")
_WORD = re.compile(r"[^\W\d_]+|&")
_SMALL_WORDS = frozenset({"và", "của", "về", "cho", "các", "-"})
_LONGEST = 14  # syllables of a full name
_BEFORE = 160  # characters before the brackets in which the full name has to stand


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """short stands for long. since: the day when a renamed body took its new name, `long`."""

    short: str
    long: str
    since: date | None = None


def find_abbreviations(text: str) -> Iterator[Abbreviation]:
    """Yield what `text` explains: a full name followed by its initials in brackets."""
    for match in _IN_BRACKETS.finditer(text):
        short = match.group(1).strip(".-&")
        wanted = [fold(letter) for letter in short if letter.isalpha()]
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        before = re.split(r"[.;:!?\n(]", before)[-1]
        words = list(_WORD.finditer(before))
        start = _spelled_from([word.group() for word in words], wanted)
        if start is not None:
            yield Abbreviation(short, " ".join(before[words[start].start() :].split()))


def _spelled_from(words: list[str], wanted: list[str]) -> int | None:
    """Return from which word on the initials spell `wanted`; small words may be passed over."""
    if len(wanted) < 2:
        return None
    place = len(words) - 1
    for letter in reversed(wanted):
        while place >= 0 and words[place].lower() in (*_SMALL_WORDS, "&") and fold(words[place][0]) != letter:
            place -= 1
        if place < 0 or fold(words[place][0]) != letter:
            return None
        place -= 1
    return place + 1


def read_abbreviations(path: Path) -> list[Abbreviation]:
    """Return the entries of a tab-separated file in UTF-8, or in UTF-16 as Excel saves it; lines that begin with # are notes.

    Raises ConfigError with the number of the first wrong line, StorageError if the file cannot be read.
    """
    entries = []
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [nfc(field.strip()) for field in line.split("\t")]
        try:
            short, long = fields[0], fields[1]
            since = date.fromisoformat(fields[2]) if len(fields) > 2 and fields[2] else None
        except (IndexError, ValueError) as error:
            raise ConfigError(
                f"{path}, dòng {number} sai | {path}, line {number} is wrong",
                "mỗi dòng: viết tắt hoặc tên cũ, phím Tab, tên đầy đủ hoặc tên mới, có thể thêm phím Tab và ngày 2025-03-01",
            ) from error
        if short and long:
            entries.append(Abbreviation(short, long, since))
    return entries


def _text(path: Path) -> str:
    with explained(path):
        content = path.read_bytes()
    try:
        if len(content) > _BIGGEST:
            raise ValueError(f"more than {_BIGGEST} bytes")
        text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
        if "\x00" in text:
            raise ValueError("no text")
    except ValueError as error:
        raise ConfigError(
            f"{path} không phải văn bản UTF-8 | {path} is no text in UTF-8",
            "lưu lại tệp dạng văn bản UTF-8, cột cách nhau bằng phím Tab",
        ) from error
    return text


def shipped_abbreviations() -> list[Abbreviation]:
    """Return the list that ships with hoitin."""
    return read_abbreviations(_SHIPPED)


def load_abbreviations(data: Path, from_news: Iterable[Abbreviation] = ()) -> Abbreviations:
    """Return the lookup for a data folder: the editor's file first, then what the news explains, then ours.

    Raises ConfigError if the editor's file is wrong, StorageError if it cannot be read.
    """
    own = data / ABBREVIATIONS_FILE
    with explained(own):
        entries = read_abbreviations(own) if own.exists() else []
    return Abbreviations([*entries, *from_news, *shipped_abbreviations()])


@dataclass(frozen=True, slots=True)
class Replacement:
    """One stretch of a question that can be said another way."""

    span: tuple[int, int]
    said: str
    meant: str
    renamed: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """Another way to write a question, and what was replaced in it."""

    text: str
    used: tuple[Replacement, ...]

    @property
    def renamed(self) -> bool:
        """Tell whether it asks for a body under its new name."""
        return any(one.renamed for one in self.used)


class Abbreviations:
    """A lookup both ways: from a short form to the full name, and back."""

    def __init__(self, entries: Iterable[Abbreviation]) -> None:
        self._by_short: dict[str, list[Abbreviation]] = {}
        self._by_long: dict[str, list[Abbreviation]] = {}
        known: set[tuple[str, str]] = set()
        for entry in entries:
            key = (_short_key(entry.short), " ".join(syllables(entry.long)))
            if key in known:
                continue
            known.add(key)
            if entry.since is None:
                self._by_short.setdefault(_short_key(entry.short), []).append(entry)
                self._by_long.setdefault(" ".join(syllables(entry.long)), []).append(entry)
            else:
                self._by_long.setdefault(" ".join(syllables(entry.short)), []).append(entry)

    def knows(self, word: str) -> bool:
        """Tell whether `word` is a short form, however it is written."""
        return _short_key(word) in self._by_short

    def readings(self, question: str, limit: int = 3) -> list[Reading]:
        """Return up to `limit` other ways to write the question, the fullest first; often none."""
        asked = self.replacements(question)
        expanded = [one for one in asked if len(one.said) < len(one.meant) and not one.renamed]
        found: dict[str, Reading] = {}

        def keep(text: str, *used: Replacement) -> None:
            key = fold(text)
            if key != fold(question) and key not in found and len(found) < limit:
                found[key] = Reading(text, used)

        base, used = _apply(question, expanded)
        keep(base, *used)
        for one in self.replacements(base):
            if one.renamed:
                keep(base[: one.span[0]] + one.meant + base[one.span[1] :], *used, one)
        for one in asked:
            if one not in expanded and not one.renamed:
                keep(question[: one.span[0]] + one.meant + question[one.span[1] :], one)
        return list(found.values())

    def replacements(self, question: str) -> list[Replacement]:
        """Return what the question says in short or in full, and what it says it could also be called.

        Short forms come first, then full names and old names. A short form in small letters counts
        only where it cannot be a word: "khcn", but not "can".
        """
        found: list[Replacement] = []
        for match in re.finditer(r"[^\W_]+(?:[&.-][^\W_]+)*", question):
            word = match.group()
            if _short_key(word) in self._by_short and (_is_capital(word) or not re.search(r"[aeiouy]", fold(word))):
                found += [
                    Replacement(match.span(), word, entry.long)
                    for entry in self._by_short[_short_key(word)]
                    if not (_is_capital(word) and entry.short.isupper() and _marks_differ(word, entry.short))
                ]
        words = list(re.finditer(r"[^\W_]+", question))
        keys = [fold(word.group()) for word in words]
        place = 0
        while place < len(words):
            for length in range(min(_LONGEST, len(words) - place), 1, -1):
                entries = self._by_long.get(" ".join(keys[place : place + length]))
                if entries:
                    span = words[place].start(), words[place + length - 1].end()
                    said = question[slice(*span)]
                    found += [
                        Replacement(span, said, entry.long if entry.since else entry.short, renamed=entry.since is not None)
                        for entry in entries
                    ]
            place += 1
        return found


def _apply(question: str, replacements: Iterable[Replacement]) -> tuple[str, list[Replacement]]:
    """Return the question with the replacements made, from left to right, none inside another, and those made."""
    parts: list[str] = []
    used: list[Replacement] = []
    end = 0
    for one in sorted(replacements, key=lambda one: one.span[0]):
        if one.span[0] >= end:
            parts += [question[end : one.span[0]], one.meant]
            used.append(one)
            end = one.span[1]
    return "".join(parts) + question[end:], used


def _short_key(short: str) -> str:
    return fold(short).replace(".", "").replace("-", "")


def _is_capital(word: str) -> bool:
    letters = [letter for letter in word if letter.isalpha()]
    return len(letters) > 1 and all(letter.isupper() for letter in letters)


def _marks_differ(word: str, short: str) -> bool:
    """Tell whether both are written with marks, and with others: ĐH is not DH where somebody typed Đ."""
    return not word.isascii() and not short.isascii() and nfc(word).replace("-", "") != nfc(short).replace("-", "")
