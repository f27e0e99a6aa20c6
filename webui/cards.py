"""An answer as safe HTML for Gradio's chat. The only place where document text becomes markup.

Gradio's own sanitiser lets forms, overlays and outside images through, and its Markdown
would change the text. So every ASCII character that is not a letter, a digit or a space
becomes a numeric entity: the reader sees the text exactly as it is, whatever it says.
"""

from __future__ import annotations

from retriever import Answer, Citation

from .links import document_url, source_url
from .messages import Messages
from .understood import chips


def encode(text: str) -> str:
    """Return text as HTML that neither Markdown nor a browser reads as markup."""
    return "".join(char if char.isalnum() or char == " " or ord(char) > 127 else f"&#{ord(char)};" for char in text)


def answer_html(answer: Answer, messages: Messages, root: str = "") -> str:
    """Return the chat message for an answer: cards, or a plain "not found"."""
    if not answer.found:
        return _understood_html(answer, messages) + _not_found_html(answer, messages, root)
    count = len(answer.citations)
    heading = messages.found_one if count == 1 else messages.found_many.format(count=count)
    return (
        _understood_html(answer, messages)
        + f'<p class="hoitin-count">{encode(heading)}</p>'
        + "".join(_card_html(citation, messages, root) for citation in answer.citations)
    )


def _understood_html(answer: Answer, messages: Messages) -> str:
    """Return how the question was taken, where its words alone do not say so."""
    understood = answer.understood
    whole = messages.taken_as.format(question=understood.question) if understood.question != answer.question else ""
    items = [*([whole] if whole else []), *chips(understood, messages)]
    if not items:
        return ""
    return '<ul class="hoitin-understood">' + "".join(f"<li>{encode(item)}</li>" for item in items) + "</ul>"


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
    before = citation.passage[: citation.quote_start]
    after = citation.passage[citation.quote_start + len(citation.quote) :]
    link = f'<a href="{encode_url(citation.url)}" target="_blank" rel="noopener noreferrer">{encode(messages.original)}</a>'
    original = f" &#183; {link}" if citation.url else ""
    return (
        f'<div class="hoitin-card"><p class="hoitin-title"><span class="hoitin-number">&#91;{citation.number}&#93;</span> '
        f"{_source_link(citation, root, citation.title)}</p>"
        f'<p class="hoitin-meta">{_meta_html(citation, messages)}</p>'
        f'<blockquote class="hoitin-passage">{encode(before)}<mark>{encode(citation.quote)}</mark>{encode(after)}</blockquote>'
        f'<p class="hoitin-links">{_source_link(citation, root, messages.open_source)}{original}</p>'
        f"{_copies_html(citation, messages, root)}</div>"
    )


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


def _not_found_html(answer: Answer, messages: Messages, root: str) -> str:
    searched = messages.searched.format(documents=answer.documents)
    nearest = "".join(
        f"<li>{_source_link(citation, root, citation.title)} <small>{_meta_html(citation, messages)}</small></li>"
        for citation in answer.nearest
    )
    nearest = f'<p>{encode(messages.nearest)}</p><ul class="hoitin-nearest">{nearest}</ul>' if nearest else ""
    return (
        f'<div class="hoitin-none"><p><strong>{encode(messages.not_found)}</strong></p>'
        f"<p>{encode(searched)} {encode(messages.ask_better)}</p>{nearest}</div>"
    )


def _meta_html(citation: Citation, messages: Messages) -> str:
    parts = [citation.publisher, messages.date(citation.published)]
    if citation.paged:
        parts.append(messages.page.format(page=citation.page + 1))
    parts += [messages.note(note) for note in citation.notes]
    return _joined(*parts)


def _joined(*parts: str) -> str:
    return " &#183; ".join(encode(part) for part in parts if part)


def _source_link(citation: Citation, root: str, text: str) -> str:
    return f'<a href="{encode_url(source_url(citation, root))}" target="_blank" rel="noopener">{encode(text)}</a>'


def encode_url(url: str) -> str:
    """Return an http(s) or own address fit for an attribute; "#" for anything else."""
    if not url.startswith(("http://", "https://", "/", "../")) or url.startswith("//"):
        return "#"
    return "".join(char if char.isalnum() and char.isascii() else f"&#{ord(char)};" for char in url)
