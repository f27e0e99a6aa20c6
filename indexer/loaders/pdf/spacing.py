"""Broken spacing put right: "Bộ K hoa h ọc" -> "Bộ Khoa học", by what a Vietnamese syllable can be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from docs_store.vietnamese import nfc

# What a syllable is made of. Sources: any grammar of Vietnamese; loan rhymes (oong, êng) included.
_ONSET = r"(?:ngh|ng|nh|gh|gi|g|kh|k|ch|c|th|tr|t|ph|p|qu|b|d|đ|h|l|m|n|r|s|v|x)?"
_RHYMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
    "e ec em en eng eo ep et ê êch êm ên ênh êp êt êu êng i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu "
    "o oc oi om on ong oong ooc op ot oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăp oăt "
    "oe oen oeo oet ô ôc ôi ôm ôn ông ôông ôp ôt ơ ơi ơm ơn ơp ơt u ua uc ui um un ung up ut uy "
    "uôc uôi uôm uôn uông uôt uân uâng uât uây uê uêch uênh uơ uya uych uyên uyêt uyn uynh uyp uyt uyu "
    "ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y ych ynh yt yêm yên yêng yêt yêu êt"
)
_SYLLABLE = re.compile(f"{_ONSET}(?:{'|'.join(sorted(set(_RHYMES.split()), key=len, reverse=True))})$")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_STOPPED = re.compile(r"(?:[ptc]|ch)$")  # such a syllable bears no other tone than sắc or nặng
_FREE_TONES = re.compile("[\u0300\u0303\u0309]")
_WORD = re.compile(r"[^\W\d_]+")
# A stretch of letters with blanks between; two blanks in a row are kept: they part words.
_STRETCH = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)+")

_LONGEST = 7  # letters: "nghiêng"
_WRONG = 4.0  # cost of a word that is no syllable
_NO_ONSET = 0.4  # "là một" rather than "làm ột": few syllables begin with a vowel
_DROPPED = 0.3  # cost of taking a space away
_ADDED = 1.2  # cost of setting one
_FEWEST_MENDED = 4  # words, for a page to count as broken
_SHARE_MENDED = 0.08  # of the page's words


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Tell whether the word has the form of a Vietnamese syllable, marks and tone included."""
    bare = unicodedata.normalize("NFD", word[:12].lower())
    letters = unicodedata.normalize("NFC", _TONES.sub("", bare))
    if len(_TONES.findall(bare)) > 1 or not _SYLLABLE.match(letters):
        return False
    return not (_STOPPED.search(letters) and _FREE_TONES.search(bare))


def rebuilt(lines: Sequence[str]) -> list[str] | None:
    """Return a page's lines with their spaces put right, or None if they are not broken."""
    words = [word for line in lines for word in _WORD.findall(nfc(line))]
    if sum(not is_syllable(word) for word in words) < max(_FEWEST_MENDED, _SHARE_MENDED * len(words)):
        return None
    mended = 0
    made = []
    for line in lines:
        changed, count = _mend(nfc(line))
        mended += count
        made.append(changed)
    # Judged by its success: in another language hardly any words run together to syllables.
    return made if mended >= max(_FEWEST_MENDED, _SHARE_MENDED * len(words)) else None


def _mend(line: str) -> tuple[str, int]:
    """Return the line with its spaces put right, and how many words that made of pieces."""
    count = 0

    def mend(match: re.Match[str]) -> str:
        nonlocal count
        pieces = match.group().split(" ")
        if all(map(is_syllable, pieces)):
            return match.group()
        words = _segment(pieces)
        count += sum(is_syllable(word) and word not in pieces for word in words)
        return " ".join(words)

    return _STRETCH.sub(mend, line), count


def _segment(pieces: list[str]) -> list[str]:
    """Return the cheapest words that the pieces' letters make, in order (dynamic programming)."""
    letters = "".join(pieces)
    breaks = set()
    at = 0
    for piece in pieces:
        at += len(piece)
        breaks.add(at)
    whole = {end - len(piece): end for piece, end in zip(pieces, sorted(breaks), strict=True)}
    best: list[tuple[float, int]] = [(0.0, 0)] + [(float("inf"), 0)] * len(letters)
    for start in range(len(letters)):
        cost = best[start][0]
        if cost == float("inf"):
            continue
        # A piece that fits nowhere (a foreign word) stays whole.
        ends = {*range(start + 1, min(start + _LONGEST, len(letters)) + 1), *([whole[start]] if start in whole else [])}
        for end in ends:
            total = cost + _cost(letters[start:end], start, end, breaks, whole.get(start) == end)
            if total < best[end][0]:
                best[end] = (total, start)
    words: list[str] = []
    end = len(letters)
    while end:
        start = best[end][1]
        words.append(letters[start:end])
        end = start
    return words[::-1]


def _cost(word: str, start: int, end: int, breaks: set[int], is_piece: bool) -> float:
    dropped = sum(place in breaks for place in range(start + 1, end))
    if is_syllable(word) and not _capital_inside(word):
        cost = 1.0 + (
            _NO_ONSET if word[0].lower() in "aăâeêioôơuưy" or unicodedata.normalize("NFD", word)[0] in "aeiouy" else 0.0
        )
    elif is_piece:
        cost = 1.0 + _WRONG
    else:
        return float("inf")
    return cost + _DROPPED * dropped + (0.0 if end in breaks else _ADDED)


def _capital_inside(word: str) -> bool:
    return not word.isupper() and any(char.isupper() for char in word[1:])
