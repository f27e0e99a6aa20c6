"""A page's text as HTML that is, character for character, the source's own text.

Only spans are put around it: the passage's mark and in it the quote's, and the marks of Markdown,
which are dimmed but never left out. What is selected and copied is what the file says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise

from markupsafe import Markup, escape

from .links import MARK

Span = tuple[int, int, str]  # start, end, class

_BLOCK = 20_000  # characters: a browser lays out no more than what is near the window, block by block
_DRESSED = 200_000  # characters: the marks of Markdown are dimmed on pages up to this
_SPECIAL = re.compile(r"[&<>\"'\r]")
_FEW, _SPARSE = 100, 4  # so many marks, and one more for so many characters
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+.*$", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*(?:[-*+]|>+)[ \t]", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:-{3,200}|\*{3,200}|\|[-:| \t]{1,500}\|)\r?$", re.MULTILINE)
_BOLD = re.compile(r"(\*\*|__)(?=\S)([^\n*_]{1,500}?\S|\S)\1")
_ITALIC = re.compile(r"(?<![\w*])(\*|_)(?=[^\s*_])([^\n*_]{0,500}?[^\s*_])\1(?![\w*])")


def page_pieces(
    text: str, mark: tuple[int, int] | None = None, quote: tuple[int, int] | None = None, *, markdown: bool = False
) -> Iterator[Markup]:
    """Yield a page's text with its mark and the quote in that, start and end, and with Markdown's own marks dimmed.

    Each piece is made when it is asked for.
    """
    blocks = list(pairwise(_cuts(text, mark or (0, 0))))
    for start, end in blocks:
        if len(blocks) > 1:
            yield Markup('<div class="block">')
        yield from _block(text, start, end, mark, quote, markdown=markdown)
        if len(blocks) > 1:
            yield Markup("</div>")


def _cuts(text: str, mark: tuple[int, int]) -> list[int]:
    """Return where a long page is cut into blocks: after line ends, never in the mark."""
    cuts = [0]
    while len(text) - cuts[-1] > 2 * _BLOCK:
        place = text.find("\n", cuts[-1] + _BLOCK) + 1
        if mark[0] < place < mark[1]:
            place = text.find("\n", mark[1]) + 1
        if not place:
            break
        cuts.append(place)
    return [*cuts, len(text)] if cuts[-1] < len(text) else cuts


def _block(
    text: str, start: int, end: int, mark: tuple[int, int] | None, quote: tuple[int, int] | None, *, markdown: bool
) -> Iterator[Markup]:
    spans = _spans(text, start, end) if markdown and len(text) <= _DRESSED else []
    if mark is None or not start <= mark[0] < end:
        yield from _dressed(text, start, end, spans)
        return
    yield from _dressed(text, start, mark[0], spans)
    yield Markup('<mark id="{}" tabindex="-1">').format(MARK)
    yield from _dressed(text, *mark, [*spans, (*quote, "quoted")] if quote else spans)
    yield Markup("</mark>")
    yield from _dressed(text, mark[1], end, spans)


def _dressed(text: str, start: int, end: int, spans: list[Span]) -> Iterator[Markup]:
    """Yield text[start:end] with the spans that fall in it; where they overlap, a piece has the classes of all."""
    changes: dict[int, list[tuple[str, int]]] = {start: [], end: []}
    for begin, stop, name in spans:
        if begin < end and stop > start:
            changes.setdefault(max(begin, start), []).append((name, 1))
            changes.setdefault(min(stop, end), []).append((name, -1))
    worn: Counter[str] = Counter()
    gathered: list[str] = []
    for left, right in pairwise(sorted(changes)):
        for name, change in changes[left]:
            worn[name] += change
        names = " ".join(sorted(name for name in worn if worn[name]))
        for place in range(left, right, _BLOCK):
            plain = _plain(text[place : min(place + _BLOCK, right)])
            gathered.append(f'<span class="{names}">{plain}</span>' if names else plain)
            if right - left >= _BLOCK:
                yield Markup("".join(gathered))
                gathered = []
    yield Markup("".join(gathered))


def _plain(text: str) -> str:
    # A parser of HTML turns CR LF into LF; as an entity, CR stays.
    return str(escape(text)).replace("\r", "&#13;") if _SPECIAL.search(text) else text


def _spans(text: str, start: int, end: int) -> list[Span]:
    """Return the marks of Markdown in a block; none where they are more than any writer makes, and no help in reading."""
    if end - start > 3 * _BLOCK:  # one endless line
        return []
    most = _FEW + (end - start) // _SPARSE
    spans = list(islice(_markdown(text, start, end), most + 1))
    return spans if len(spans) <= most else []


def _markdown(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _HEADING.finditer(text, start, end):
        yield *match.span(), "md-heading"
        yield *match.span(1), "md-sign"
    for pattern in (_BULLET, _RULE):
        for match in pattern.finditer(text, start, end):
            yield *match.span(), "md-sign"
    for pattern, name in ((_BOLD, "md-bold"), (_ITALIC, "md-italic")):
        for match in pattern.finditer(text, start, end):
            yield *match.span(2), name
            yield match.start(), match.end(1), "md-sign"
            yield match.end(2), match.end(), "md-sign"
