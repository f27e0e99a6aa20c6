"""How a question was taken, in short words: the chips above an answer."""

from __future__ import annotations

from retriever import Understood

from .messages import Messages


def period_chip(understood: Understood, messages: Messages) -> str:
    """Return the period that the answer is held to, "" if none: "từ 01/06/2024 đến 30/06/2024"."""
    first, last = understood.first, understood.last
    if first and last:
        return (
            messages.on_day.format(day=messages.date(first))
            if first == last
            else messages.from_to.format(first=messages.date(first), last=messages.date(last))
        )
    if first:
        return messages.since_day.format(day=messages.date(first))
    return messages.until_day.format(day=messages.date(last)) if last else ""


def chips(understood: Understood, messages: Messages) -> list[str]:
    """Return what was understood beyond the words of the question, one short text each."""
    found = [period_chip(understood, messages)]
    if understood.order:
        found.append(messages.newest_first if understood.order == "newest" else messages.oldest_first)
    found += [messages.corrected.format(typed=typed, meant=meant) for typed, meant in understood.corrections]
    found += [messages.also_called.format(said=said, meant=meant) for said, meant in understood.also_called]
    return [chip for chip in found if chip]
