"""The row of filters under the question box: plain controls of the browser's own, with the choices of this news."""

from __future__ import annotations

from docs_store import Generation

from .cards import encode
from .chat_words import word
from .messages import Messages

_MOST = 200  # choices of one list: the most frequent


def filters_html(generation: Generation | None, messages: Messages) -> str:
    """Return the filters, folded away. Without a generation there is nothing to choose, only days to name."""
    values = {name: generation.passages.values(name) if generation else {} for name in ("publisher", "section")}
    days = "".join(
        f'<label>{encode(word(messages, f"{name}_day"))} <input type="date" class="hoitin-filter" name="{name}"></label>'
        for name in ("from", "to")
    )
    lists = "".join(_list_html(name, found, messages) for name, found in values.items() if found)
    clear = f'<button type="button" class="hoitin-clear">{encode(word(messages, "clear_filters"))}</button>'
    on = f'<span class="hoitin-on">{encode(word(messages, "filters_on"))}</span>'
    return (
        f'<details class="hoitin-filters"><summary>{encode(word(messages, "filters"))} {on}</summary>'
        f'<div class="hoitin-filter-row">{days}{lists}{clear}</div></details>'
    )


def _list_html(name: str, found: dict[str, int], messages: Messages) -> str:
    options = "".join(
        f'<option value="{encode(value)}">{encode(value)} &#40;{count}&#41;</option>'
        for value, count in list(found.items())[:_MOST]
    )
    everything = f'<option value="">{encode(word(messages, "all"))}</option>'
    label = encode(word(messages, name))
    return f'<label>{label} <select class="hoitin-filter" name="{name}">{everything}{options}</select></label>'
