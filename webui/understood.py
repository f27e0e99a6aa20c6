"""How a question was taken, in short words: the chips above an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from retriever import Understood

from .chat_words import word
from .messages import Messages


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing understood. without: what to call it to ask again without it (see `Asked.without`), "" if it stays."""

    text: str
    without: str = ""


def days_text(first: date | None, last: date | None, messages: Messages) -> str:
    """Return days in words, "" if both are open: "từ 01/06/2024 đến 30/06/2024"."""
    if first and last:
        return (
            messages.on_day.format(day=messages.date(first))
            if first == last
            else messages.from_to.format(first=messages.date(first), last=messages.date(last))
        )
    if first:
        return messages.since_day.format(day=messages.date(first))
    return messages.until_day.format(day=messages.date(last)) if last else ""


def chips(understood: Understood, messages: Messages) -> list[Chip]:
    """Return what was understood beyond the words of the question, and what it was held to."""
    filters = understood.filters
    days = days_text(filters.first, filters.last, messages)
    found = [Chip(days_text(understood.first, understood.last, messages), "period")]
    found.append(Chip(word(messages, "chip_days", days=days) if days else "", "days"))
    for name, value in (("publisher", filters.publisher), ("section", filters.section)):
        found.append(Chip(word(messages, f"chip_{name}", value=value) if value else "", name))
    if understood.order:
        found.append(Chip(messages.newest_first if understood.order == "newest" else messages.oldest_first))
    found += [Chip(messages.corrected.format(typed=typed, meant=meant), "spelling") for typed, meant in understood.corrections]
    found += [Chip(messages.also_called.format(said=said, meant=meant)) for said, meant in understood.also_called]
    return [chip for chip in found if chip.text]
