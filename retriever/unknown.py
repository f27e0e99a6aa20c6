"""The words of a question that no document has: why there is no answer, in the person's own words."""

from __future__ import annotations

import re

from docs_store.vietnamese import CAPITALS, pairs, syllables

from .spelling import Frequencies

_WORD = re.compile(r"[^\W_]+")
_NAME = re.compile(rf"(?<!\w)[{CAPITALS}]\w*(?: [{CAPITALS}]\w*)+")
_MOST = 5


def unknown_words(question: str, frequencies: Frequencies) -> tuple[str, ...]:
    """Return up to five words and names of the question, as written, that stand in no passage.

    A name is unknown if two neighbours of it never stand together: every syllable of "Hồ Xuân Hương" is common.
    """
    names = [name for name in _NAME.findall(question) if _is_unknown(pairs(syllables(name)), "pairs", frequencies)]
    inside = {word for name in names for word in _WORD.findall(name)}
    words = [word for word in _WORD.findall(question) if word not in inside]
    unknown = [word for word in words if _is_unknown(syllables(word), "body", frequencies)]
    return tuple(sorted(dict.fromkeys([*names, *unknown]), key=question.index))[:_MOST]


def _is_unknown(terms: list[str], field: str, frequencies: Frequencies) -> bool:
    return bool(terms) and 0 in frequencies(field, terms)
