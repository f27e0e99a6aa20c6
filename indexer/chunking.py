"""Passages: stretches of a page that end where sentences end, byte for byte the source.

Paragraphs are gathered up to MAX_SYLLABLES; a longer paragraph is cut between sentences.
The headline, source lines and captions are not passages, and no passage runs across them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from docs_store import Document, Passage
from docs_store.vietnamese import fold, nfc, paragraphs, sentences, syllables

from .guessing import plain

MAX_SYLLABLES = 180
MIN_SYLLABLES = 40  # a shorter rest joins its neighbour
_HARD_LIMIT = 400  # one "sentence" longer than this (a table, a list) is cut between words
_HARD_LENGTH = 8000  # characters; what is longer has few words but no end: a picture in base64, a row of dots
CHUNKING = f"2:{MIN_SYLLABLES}-{MAX_SYLLABLES}-{_HARD_LIMIT}"

_CAPTION = re.compile(r"^(?:\*[^*]+\*|_[^_]+_|!\[[^\]]*\]\([^)]*\)|[-*_=]{3,})$")
_SOURCE_LINE = re.compile(r"^[*_(\[ \t]*(?:Nguồn(?: tin)?|Theo nguồn|Source)[ \t]*:", re.IGNORECASE)
_CAPTION_SYLLABLES = 30
_EMPHASIS = re.compile(r"^(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1$", re.DOTALL)
_HEADING_MARK = re.compile(r"^#{1,6}[ \t]+")


def chunk(document: Document) -> Iterator[Passage]:
    """Yield the document's passages in reading order; a document of text has at least one."""
    title = fold(nfc(plain(document.title)))
    found = False
    for number, page in enumerate(document.pages):
        for start, end in _page_spans(page, title):
            found = True
            yield _passage(document.doc_id, number, start, end, page)
    if not found:  # nothing but a headline or a caption: that is what can be quoted
        for number, page in enumerate(document.pages):
            for start, end in paragraphs(page):
                yield _passage(document.doc_id, number, start, end, page)


def _page_spans(page: str, title: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of each passage of one page."""
    run: list[tuple[int, int, int]] = []  # paragraphs that stand together: start, end, syllables
    for start, end in paragraphs(page):
        block = page[start:end]
        if not syllables(block):  # a rule or a row of dots: text on both sides stays together
            continue
        if _is_furniture(block, title):
            yield from _gather(page, run)
            run = []
            continue
        inner = _EMPHASIS.match(block)
        if inner:  # a lead in bold: a passage of its own, so that no quote shows the stars
            yield from _gather(page, run)
            run = []
            start, end = start + len(inner.group(1)), end - len(inner.group(1))
            yield from _gather(page, [(start, end, len(syllables(page[start:end])))])
            continue
        if mark := _HEADING_MARK.match(block):
            yield from _gather(page, run)
            run = []
            start += mark.end()
        run.append((start, end, len(syllables(page[start:end]))))
    yield from _gather(page, run)


def _is_furniture(block: str, title: str) -> bool:
    """Tell whether a paragraph is the headline, a source line or a caption."""
    if _SOURCE_LINE.match(block):
        return True
    short = len(block.split()) <= _CAPTION_SYLLABLES
    if short and _CAPTION.match(block):
        return True
    # A "headline" that ends in a full stop is a first sentence: a text without a headline can be quoted whole.
    return fold(nfc(plain(block))) == title and not title.endswith((".", "!", "…"))


def _gather(page: str, run: list[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """Yield passages over consecutive paragraphs, each at most MAX_SYLLABLES where sentences allow."""
    group: list[tuple[int, int, int]] = []
    size = 0
    for paragraph in run:
        if group and size + paragraph[2] > MAX_SYLLABLES:
            if size < MIN_SYLLABLES and paragraph[2] > MAX_SYLLABLES:
                group.append(paragraph)
                yield from _split(page, group[0][0], paragraph[1])
                group, size = [], 0
                continue
            yield from _split(page, group[0][0], group[-1][1])
            group, size = [], 0
        group.append(paragraph)
        size += paragraph[2]
    if group:
        yield from _split(page, group[0][0], group[-1][1])


def _split(page: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield [start, end) whole if it is short enough, else cut between sentences into even parts."""
    text = page[start:end]
    total = len(syllables(text))
    if total <= MAX_SYLLABLES and end - start <= _HARD_LENGTH:
        yield start, end
        return
    target = total / -(-total // MAX_SYLLABLES)
    begin = stop = None
    size = 0
    for s, e in _cut_long(text):
        length = len(syllables(text[s:e]))
        if (
            begin is not None
            and stop is not None
            and (size + length > MAX_SYLLABLES or size >= target or e - begin > _HARD_LENGTH)
        ):
            yield start + begin, start + stop
            begin, size = None, 0
        begin = s if begin is None else begin
        stop = e
        size += length
    if begin is not None and stop is not None:
        yield start + begin, start + stop


def _cut_long(text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of text, those beyond _HARD_LIMIT words cut between words."""
    for start, end in sentences(text):
        words = list(re.finditer(r"\S{1,2000}", text[start:end]))
        if len(words) <= _HARD_LIMIT and end - start <= _HARD_LENGTH:
            yield start, end
            continue
        first = 0
        for number, word in enumerate(words, 1):
            full = number - first == MAX_SYLLABLES or number == len(words)
            if full or words[number].end() - words[first].start() > _HARD_LENGTH:
                yield start + words[first].start(), start + word.end()
                first = number


def _passage(doc_id: str, page: int, start: int, end: int, text: str) -> Passage:
    quoted = text[start:end]
    digest = hashlib.sha256(f"{doc_id}\x1f{page}\x1f{start}\x1f{quoted}".encode()).digest()
    return Passage(int.from_bytes(digest[:8], "big") >> 1, doc_id, page, start, end, quoted)
