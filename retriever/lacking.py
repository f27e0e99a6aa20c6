"""What a question names that a passage lacks: then it may speak of the right thing in another place, of another year."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docs_store import Document
from docs_store.vietnamese import is_syllable, syllables

from .intent import Intent
from .query import joined_figures

_FIGURE = re.compile(r"(?<![\w.,])\d[\d.,]*\d(?!\w)|(?<!\w)\d+(?!\w)")


def lacking(intent: Intent, passage: str, head: Document) -> tuple[str, ...]:
    """Return the names and numbers of the question, as written, that stand in neither passage, headline, lead nor day.

    A short form counts for its full name and the other way round, "ông Trump" for "Donald Trump".
    """
    day = head.published
    dated = f"{day:%d/%m/%Y} {day.day}/{day.month} ngày {day.day} tháng {day.month} năm {day.year}" if day else ""
    text = f"{head.title}\n{head.lead}\n{passage}\n{dated}"
    said = f" {' '.join(syllables(text))} "
    figures = set(_FIGURE.findall(joined_figures(text)))
    question = intent.question
    names = [name for name in question.written_names if not any(_stands(one, said) for one in _called(name, intent))]
    outside = question.text
    for name in question.written_names:  # "Covid-19" is one thing
        outside = outside.replace(name, " ")
    numbers = [figure for figure in dict.fromkeys(_FIGURE.findall(outside)) if joined_figures(figure) not in figures]
    return tuple(sorted((*names, *numbers), key=question.text.index))


def _called(name: str, intent: Intent) -> Sequence[str]:
    """Return the name and what else the one it names is called."""
    key = f" {' '.join(syllables(name))} "
    return [name, *(meant for said, meant in intent.also_called if key in f" {' '.join(syllables(said))} ")]


def _stands(name: str, said: str) -> bool:
    parts = syllables(name)
    ends = [parts]
    if len(parts) > 2:
        ends.append(parts[-2:])
    if len(parts) > 1 and parts[-1].isalpha() and not is_syllable(parts[-1]):
        ends.append(parts[-1:])
    return any(f" {' '.join(end)} " in said for end in ends)
