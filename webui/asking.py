"""A question with all that a person set beside it: as the chat keeps it, as an address carries it, as the API takes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from docs_store import UsageError
from docs_store.vietnamese import storable
from retriever import MAX_QUESTION, Answer, Assistant, Filters, Turn

_MOST_TEXT = 300  # characters of a publisher or a section
_SWITCHES = ("any_time", "as_typed", "alone")
ASKED_NAMES = frozenset({"q", "from", "to", "publisher", "section", *_SWITCHES})  # what a link to a question may carry


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was put.

    any_time: not held to the period that it names. as_typed: no slip put right. alone: not
    completed from the turns before.
    """

    question: str = ""
    filters: Filters = field(default_factory=Filters)
    any_time: bool = False
    as_typed: bool = False
    alone: bool = False

    def answer(self, assistant: Assistant, turns: Sequence[Turn] = (), *, offering: bool = False) -> Answer:
        """Return the assistant's answer; offering: with other ways to ask. Raises what `Assistant.ask` raises."""
        return assistant.ask(
            self.question,
            () if self.alone else turns,
            any_time=self.any_time,
            as_typed=self.as_typed,
            filters=self.filters,
            offering=offering,
        )

    def without(self, names: str) -> Asked:
        """Return the same question without what is named; several names are parted by spaces, unknown ones ignored.

        "period": of its words; "days", "publisher", "section", "filters": what is set beside it;
        "turns": the conversation; "spelling": slips put right; "typing": the wish to leave them.
        """
        asked = self
        for name in names.split():
            asked = replace(asked, **_WITHOUT[name](asked)) if name in _WITHOUT else asked
        return asked


_WITHOUT: dict[str, Any] = {
    "period": lambda asked: {"any_time": True},
    "days": lambda asked: {"filters": replace(asked.filters, first=None, last=None)},
    "publisher": lambda asked: {"filters": replace(asked.filters, publisher="")},
    "section": lambda asked: {"filters": replace(asked.filters, section="")},
    "filters": lambda asked: {"filters": Filters()},
    "turns": lambda asked: {"alone": True},
    "spelling": lambda asked: {"as_typed": True},
    "typing": lambda asked: {"as_typed": False},
}


def turn_of(answer: Answer) -> Turn:
    """Return what a next question may lean on."""
    first = answer.citations[0] if answer.citations else None
    return Turn(answer.understood.question, *((first.quote, first.title) if first else ("", "")))


def asked_query(asked: Asked, question: str) -> str:
    """Return what asks this again behind "#" in the chat's address, `question` complete: "q=…&from=2024-06-01"."""
    filters = filters_json(asked.filters)
    switches = {name: "1" for name in _SWITCHES if getattr(asked, name)}
    return urlencode({"q": question} | {name: value for name, value in filters.items() if value} | switches)


def filters_json(filters: Filters) -> dict[str, str | None]:
    """Return the filters as JSON types, None or "" where open."""
    return {
        "from": filters.first.isoformat() if filters.first else None,
        "to": filters.last.isoformat() if filters.last else None,
        "publisher": filters.publisher,
        "section": filters.section,
    }


def read_filters(values: Mapping[str, Any]) -> Filters:
    """Return filters from plain values. Raises UsageError, in one sentence, for what is no day or no text."""
    first, last = _day(values.get("from")), _day(values.get("to"))
    if first and last and first > last:
        raise UsageError(
            "Ngày bắt đầu phải trước ngày kết thúc | `from` has to be before `to`", '{"from": "2024-06-01", "to": "2024-06-30"}'
        )
    return Filters(first, last, _text(values.get("publisher")), _text(values.get("section")))


def read_asked(text: str) -> Asked:
    """Return the question in a JSON object of plain values. Raises UsageError."""
    try:
        return asked_of(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise _no_request() from error


def asked_of(values: Any) -> Asked:
    """Return the question in a mapping of plain values. Raises UsageError."""
    try:
        question = values["question"]
    except (TypeError, KeyError) as error:
        raise _no_request() from error
    if not isinstance(question, str) or len(question) > MAX_QUESTION:
        raise UsageError(f"Câu hỏi dài quá {MAX_QUESTION} ký tự | The question is longer than {MAX_QUESTION} characters")
    return Asked(question, read_filters(values), **{name: values.get(name) in (True, "1") for name in _SWITCHES})


def _no_request() -> UsageError:
    return UsageError("Yêu cầu không đúng dạng | the request is not as it should be")


def _day(value: object) -> date | None:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise UsageError("Ngày phải có dạng 2024-06-01 | a day in `filters` is written like 2024-06-01")


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _MOST_TEXT or storable(value) != value:
        raise UsageError("Nguồn và chuyên mục phải là chữ | `publisher` and `section` in `filters` are short texts")
    return value
