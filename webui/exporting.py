"""A conversation as a file to keep: Markdown or Word, every passage with its source. Written from the questions asked again."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from retriever import Answer, Assistant, Citation, Turn

from .asking import Asked, turn_of
from .chat_words import word
from .docx_writing import Paragraph, Run, docx
from .links import source_url
from .messages import Messages
from .understood import chips

_MARKS = re.compile(r"([\\`*_\[\]<>&|~#])")
_FIRST_MARKS = re.compile(r"^(\s*(?:\d+(?=[.)]))?)([-+=.)])", re.MULTILINE)  # would begin a list or underline a heading


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions with their answers. base: the address of this server, before /source."""

    asked: Sequence[tuple[Asked, Answer]]
    messages: Messages
    base: str
    day: date


def ask_again(assistant: Assistant, questions: Sequence[Asked]) -> Generator[tuple[Asked, Answer]]:
    """Yield the questions of a conversation with their answers, in order. Raises what `Assistant.ask` raises."""
    turns: list[Turn] = []
    for one in questions:
        answer = one.answer(assistant, turns)
        turns.append(turn_of(answer))
        yield one, answer


def to_docx(conversation: Conversation) -> bytes:
    """Return the conversation as a Word file."""
    return docx(list(_paragraphs(conversation)))


def to_markdown(conversation: Conversation) -> str:
    """Return the conversation as Markdown in which every text shows as it is, whatever marks it has."""
    marks = {"Title": "# ", "Heading1": "## ", "Quote": "> ", "Normal": ""}
    written = []
    for paragraph in _paragraphs(conversation):
        text = "".join(_markdown_run(run) for run in paragraph.runs)
        written.append("\n".join((marks[paragraph.style] + line).rstrip() for line in text.split("\n")))
    return "\n\n".join(written) + "\n"


def _paragraphs(conversation: Conversation) -> Iterator[Paragraph]:
    messages = conversation.messages
    generation = conversation.asked[-1][1].generation if conversation.asked else ""
    yield Paragraph([Run(word(messages, "export_title"))], "Title")
    day = messages.date(conversation.day)
    yield Paragraph([Run(word(messages, "export_made", day=day, generation=generation), italic=True)])
    for _, answer in conversation.asked:
        yield Paragraph([Run(answer.question)], "Heading1")
        understood = answer.understood
        taken = [messages.taken_as.format(question=understood.question)] if understood.question != answer.question else []
        held = taken + [chip.text for chip in chips(understood, messages)]
        if held:
            yield Paragraph([Run(" · ".join(held), italic=True)])
        if not answer.found:
            yield Paragraph([Run(f"{messages.not_found}. {messages.searched.format(documents=answer.documents)}")])
        for citation in answer.citations:
            yield from _citation(citation, conversation)


def _citation(citation: Citation, conversation: Conversation) -> Iterator[Paragraph]:
    before = citation.passage[: citation.quote_start]
    after = citation.passage[citation.quote_start + len(citation.quote) :]
    runs = [Run(f"[{citation.number}] "), Run(before), Run(citation.quote, bold=True), Run(after)]
    yield Paragraph([run for run in runs if run.text], "Quote")
    messages = conversation.messages
    parts = [citation.publisher, f"“{citation.title}”", citation.document_number, messages.date(citation.published)]
    if citation.paged:
        parts.append(messages.page.format(page=citation.page + 1))
    parts += [messages.note(note) for note in citation.notes]
    ours = conversation.base + source_url(citation)
    links = [Run(word(messages, "export_source"), url=ours)]
    if citation.url.startswith(("http://", "https://")):
        links = [Run(citation.url, url=citation.url), Run(" · "), *links]
    yield Paragraph([Run(", ".join(part for part in parts if part) + ". "), *links])


def _markdown_run(run: Run) -> str:
    text = _FIRST_MARKS.sub(r"\1\\\2", _MARKS.sub(r"\\\1", run.text.replace("\r\n", "\n")))
    if run.url:
        return f"[{text}](<{run.url.replace('<', '%3C').replace('>', '%3E')}>)"
    mark = "**" if run.bold else "*" if run.italic else ""
    lines = text.split("\n")  # emphasis does not reach across an empty line
    return "\n".join(f"{mark}{line.strip()}{mark}" if mark and line.strip() else line for line in lines)
