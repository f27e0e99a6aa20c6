"""Where there is no answer: other ways to put the same question that do find one, in words."""

from __future__ import annotations

from retriever import Offer

from .chat_words import word
from .messages import Messages

# What each offer takes off, as `Asked.without` names it.
_WITHOUT = {"both": "period filters"}


def offer_text(offer: Offer, messages: Messages) -> str:
    """Return the offer in words."""
    said = word(messages, f"offer_{offer.name}")
    return word(messages, "offer_found_one" if offer.count == 1 else "offer_found_many", offer=said, count=offer.count)


def without(offer: Offer) -> str:
    """Return what to take off the question, for `Asked.without`."""
    return _WITHOUT.get(offer.name, offer.name)
