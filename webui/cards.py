"""An answer as safe HTML for Gradio's chat. The only place where document text becomes markup.

Gradio's own sanitiser lets forms, overlays and outside images through, and its Markdown
would change the text. So every ASCII character that is not a letter, a digit or a space
becomes a numeric entity: the reader sees the text exactly as it is, whatever it says.
"""

from __future__ import annotations

from retriever import CLOSE, VERY_CLOSE, Answer, Citation

from .chat_words import quoted, word
from .links import document_url, source_url
from .messages import Messages
from .offers import offer_text, without
from .understood import Chip, chips

_SURE_MARK = 0.6  # strength from which the first card's mark is strong


def encode(text: str) -> str:
    """Return text as HTML that neither Markdown nor a browser reads as markup."""
    return "".join(char if char.isalnum() or char == " " or ord(char) > 127 else f"&#{ord(char)};" for char in text)


def answer_html(answer: Answer, messages: Messages, root: str = "", *, live: bool = False) -> str:
    """Return the chat message for an answer: cards, or a plain "not found".

    live: what was understood can be taken off by buttons, and there are buttons for other ways to ask.
    """
    if not answer.found:
        return _understood_html(answer, messages, live=live) + _not_found_html(answer, messages, root, live=live)
    count = len(answer.citations)
    heading = messages.found_one if count == 1 else messages.found_many.format(count=count)
    return (
        _understood_html(answer, messages, live=live)
        + f'<p class="hoitin-count">{encode(heading)}</p>'
        + "".join(_card_html(citation, messages, root) for citation in answer.citations)
    )


def _understood_html(answer: Answer, messages: Messages, *, live: bool) -> str:
    """Return how the question was taken, where its words alone do not say so."""
    understood = answer.understood
    items = []
    if understood.question != answer.question:
        items.append(f"<li>{encode(messages.taken_as.format(question=understood.question))}</li>")
        if live:
            items.append(f"<li>{again_html(word(messages, 'as_typed'), 'turns')}</li>")
    items += [_chip_html(chip, messages, live=live) for chip in chips(understood, messages)]
    return f'<ul class="hoitin-understood">{"".join(items)}</ul>' if items else ""


def _chip_html(chip: Chip, messages: Messages, *, live: bool) -> str:
    if not (live and chip.without):
        return f"<li>{encode(chip.text)}</li>"
    unseen = f'<span class="hoitin-unseen">{encode(word(messages, "without"))} </span>'
    old = " hoitin-any-time" if chip.without == "period" else ""
    return (
        f'<li><button type="button" class="hoitin-again{old}" value="{encode(chip.without)}">{unseen}{encode(chip.text)}'
        ' <span class="hoitin-cross"></span></button></li>'
    )


def again_html(text: str, without: str) -> str:
    """Return a button that asks the last question again without something (see `Asked.without`)."""
    return f'<button type="button" class="hoitin-again" value="{encode(without)}">{encode(text)}</button>'


def sources_html(answer: Answer, messages: Messages, root: str = "") -> str:
    """Return the sources column: one line per citation, numbered as in the cards."""
    if not answer.citations:
        return no_sources_html(messages)
    items = "".join(
        f'<li value="{citation.number}">{_source_link(citation, root, citation.title)}'
        f"<br><small>{_meta_html(citation, messages)}</small></li>"
        for citation in answer.citations
    )
    return f'<ol class="hoitin-sources">{items}</ol>'


def no_sources_html(messages: Messages) -> str:
    """Return the sources column where there is nothing to show."""
    return f'<p class="hoitin-hint">{encode(messages.no_sources)}</p>'


def _card_html(citation: Citation, messages: Messages, root: str) -> str:
    link = f'<a href="{encode_url(citation.url)}" target="_blank" rel="noopener noreferrer">{encode(messages.original)}</a>'
    original = f" &#183; {link}" if citation.url else ""
    return (
        f'<div class="hoitin-card"><p class="hoitin-title"><span class="hoitin-number">&#91;{citation.number}&#93;</span> '
        f"{_source_link(citation, root, citation.title)}</p>"
        f'<p class="hoitin-meta">{_meta_html(citation, messages)} &#183; {_match_html(citation, messages)}</p>'
        f"{_lacks_html(citation, messages)}"
        f"{_passage_html(citation, messages)}"
        f'<p class="hoitin-links">{_source_link(citation, root, messages.open_source)}{original}</p>'
        f"{_copies_html(citation, messages, root)}</div>"
    )


def _lacks_html(citation: Citation, messages: Messages) -> str:
    """Return what the question names that the passage does not have, "" if it has all."""
    if not citation.lacks:
        return ""
    return f'<p class="hoitin-lacks">{encode(word(messages, "lacks", words=quoted(citation.lacks)))}</p>'


def _passage_html(citation: Citation, messages: Messages) -> str:
    """Return the passage with its quote marked: strongly where that surely answers, else palely, and then it is said."""
    before = citation.passage[: citation.quote_start]
    after = citation.passage[citation.quote_start + len(citation.quote) :]
    sure = is_sure(citation)
    pale = "" if sure else ' class="hoitin-pale"'
    hint = "" if sure or citation.number > 1 else f'<p class="hoitin-hint">{encode(word(messages, "mark_unsure"))}</p>'
    marked = f"{encode(before)}<mark{pale}>{encode(citation.quote)}</mark>{encode(after)}"
    return f'<blockquote class="hoitin-passage">{marked}</blockquote>{hint}'


def is_sure(citation: Citation) -> bool:
    """Tell whether the quote is surely the part that answers: of the first card alone."""
    return citation.number == 1 and citation.mark_strength >= _SURE_MARK and citation.confidence >= CLOSE


def _copies_html(citation: Citation, messages: Messages, root: str) -> str:
    if not citation.copies:
        return ""
    items = "".join(
        f'<li><a href="{encode_url(document_url(copy.doc_id, root))}" target="_blank" rel="noopener">{encode(copy.title)}</a> '
        f"<small>{_joined(copy.publisher, messages.date(copy.published))}</small></li>"
        for copy in citation.copies
    )
    summary = encode(messages.printed_by.format(count=len(citation.copies)))
    return f'<details class="hoitin-copies"><summary>{summary}</summary><ul>{items}</ul></details>'


def _not_found_html(answer: Answer, messages: Messages, root: str, *, live: bool) -> str:
    if answer.understood.small_talk:
        return f"<p>{encode(word(messages, 'small_talk'))}</p>"
    searched = messages.searched.format(documents=answer.documents)
    unknown = f"<p>{encode(word(messages, 'unknown', words=quoted(answer.unknown)))}</p>" if answer.unknown else ""
    offers = answer.offers if live else ()
    again = "".join(f"<li>{again_html(offer_text(offer, messages), without(offer))}</li>" for offer in offers)
    again = f'<p>{encode(word(messages, "advice_heading"))}</p><ul class="hoitin-offers">{again}</ul>' if again else ""
    nearest = "".join(
        f"<li>{_source_link(citation, root, citation.title)} <small>{_meta_html(citation, messages)}</small></li>"
        for citation in answer.nearest
    )
    nearest = f'<p>{encode(messages.nearest)}</p><ul class="hoitin-nearest">{nearest}</ul>' if nearest else ""
    return (
        f'<div class="hoitin-none"><p><strong>{encode(messages.not_found)}</strong></p>'
        f"<p>{encode(searched)}</p>{unknown}{again}<p>{encode(messages.ask_better)}</p>{nearest}</div>"
    )


def _meta_html(citation: Citation, messages: Messages) -> str:
    parts = [citation.publisher, citation.document_number, messages.date(citation.published)]
    if citation.paged:
        parts.append(messages.page.format(page=citation.page + 1))
    parts += [messages.note(note) for note in citation.notes]
    return _joined(*parts)


def match_level(citation: Citation) -> str:
    """Return how well a passage meets the question: "very", "good" or "maybe"."""
    return "very" if citation.confidence >= VERY_CLOSE else "good" if citation.confidence >= CLOSE else "maybe"


def _match_html(citation: Citation, messages: Messages) -> str:
    level = match_level(citation)
    return f'<span class="hoitin-match hoitin-match-{level}">{encode(word(messages, f"match_{level}"))}</span>'


def legend_html(messages: Messages) -> str:
    """Return what the words for a match mean."""
    rows = "".join(
        f"<li><strong>{encode(word(messages, name))}</strong>: {encode(word(messages, name + '_means'))}</li>"
        for name in ("match_very", "match_good", "match_maybe")
    )
    return (
        f'<details class="hoitin-legend"><summary>{encode(word(messages, "match_heading"))}</summary>'
        f"<ul>{rows}</ul><p>{encode(word(messages, 'match_note'))}</p></details>"
    )


def _joined(*parts: str) -> str:
    return " &#183; ".join(encode(part) for part in parts if part)


def _source_link(citation: Citation, root: str, text: str) -> str:
    return f'<a href="{encode_url(source_url(citation, root))}" target="_blank" rel="noopener">{encode(text)}</a>'


def encode_url(url: str) -> str:
    """Return an http(s) or own address fit for an attribute; "#" for anything else."""
    if not url.startswith(("http://", "https://", "/", "../")) or url.startswith("//"):
        return "#"
    return "".join(char if char.isalnum() and char.isascii() else f"&#{ord(char)};" for char in url)


def encode_hash(query: str) -> str:
    """Return what stands behind "#" in this very page's address, as an address fit for an attribute."""
    return "".join(char if char.isalnum() and char.isascii() else f"&#{ord(char)};" for char in f"#{query}")
