"""What stands around the answers: the foot of each, the questions asked so far, and how to keep them."""

from __future__ import annotations

from collections.abc import Sequence

from .cards import encode, encode_hash
from .chat_words import word
from .messages import Messages


def foot_html(query: str, messages: Messages) -> str:
    """Return a reader's two buttons and the link that asks the same again. The scripts read the question from the link."""
    rates = "".join(
        f'<button type="button" class="hoitin-rate hoitin-rate-{value}" value="{value}">{encode(word(messages, name))}</button>'
        for value, name in (("up", "yes"), ("down", "no"))
    )
    share = f'<a class="hoitin-share" href="{encode_hash(query)}">{encode(word(messages, "share"))}</a>'
    return f'<p class="hoitin-foot"><span>{encode(word(messages, "helpful"))}</span> {rates} {share}</p>'


def history_html(history: Sequence[tuple[int, str]], messages: Messages) -> str:
    """Return the questions so far, each a link to its answer; nothing before there are two."""
    if len(history) < 2:
        return ""
    items = "".join(
        f'<li value="{number}"><a class="hoitin-jump" href="&#35;hoi-{number}">{encode(question)}</a></li>'
        for number, question in history
    )
    return f'<h2>{encode(word(messages, "history"))}</h2><ol class="hoitin-history">{items}</ol>'


def tools_html(messages: Messages) -> str:
    """Return the ways to keep a conversation, and the keys."""
    saves = "".join(
        f'<button type="button" class="hoitin-save" value="{value}">{encode(word(messages, name))}</button>'
        for value, name in (("docx", "save_docx"), ("markdown", "save_markdown"), ("print", "print"))
    )
    return (
        f'<div class="hoitin-keep"><h2>{encode(word(messages, "keep"))}</h2><p class="hoitin-tools">{saves}</p></div>'
        f'<p class="hoitin-hint hoitin-keys">{encode(word(messages, "keys"))}</p>'
    )
