"""Where there is no answer: other ways to put the same question that do find one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retriever import Answer, Assistant, Turn

from .asking import Asked
from .chat_words import word
from .messages import Messages


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to ask again (see `Asked.without`) and how many passages it finds."""

    name: str
    without: str
    count: int

    def text(self, messages: Messages) -> str:
        """Return the offer in words."""
        offer = word(messages, f"offer_{self.name}")
        return word(messages, "offer_found_one" if self.count == 1 else "offer_found_many", offer=offer, count=self.count)


def offers(assistant: Assistant, asked: Asked, answer: Answer, turns: Sequence[Turn]) -> list[Offer]:
    """Return the ways to ask again that have an answer, none if this one has."""
    if answer.found:
        return []
    understood = answer.understood
    held, filtered = bool(understood.first or understood.last), bool(asked.filters)
    candidates = {
        "period": ("period", held),
        "filters": ("filters", filtered),
        "both": ("period filters", held and filtered),
        "spelling": ("spelling", bool(understood.corrections)),
        "typing": ("typing", asked.as_typed),
        "turns": ("turns", understood.question != answer.question),
    }
    found: list[Offer] = []
    for name, (without, fits) in candidates.items():
        if fits and not (name == "both" and found):
            again = asked.without(without).answer(assistant, turns)
            if again.found:
                found.append(Offer(name, without, len(again.citations)))
    return found
