"""Which part of a page is the article, and what in it is not.

Where the page names its article body, or nearly all its text stands together once menus and lists
are gone, we take that. Else trafilatura says where the article stands; we read every paragraph
there, so that none that it left out is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docs_store.vietnamese import syllables

from .blocks import Block, blocks_of
from .cleaning import unlinked
from .furniture import SHORT, is_stamp, key_of, without_furniture
from .metadata import PAGE_TEXT, Metadata

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LEAVES = ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "dt", "dd", "caption", "center")
_PROSE = 25  # characters; a shorter block says nothing of where the article stands
_ABOVE = 8  # blocks between a headline and the body: lead, stamp, buttons
_SHARE = 0.9  # of the article's text that its element must hold
_MIN_SYLLABLES = 5
_MAX_ELEMENTS = 40_000  # trafilatura copies the tree several times: a larger one is read without it


@dataclass(frozen=True, slots=True)
class MainText:
    """The article's blocks, the lead first; the lead, and where the page says that it is one."""

    blocks: list[Block]
    lead: str
    lead_origin: str


def find_main_text(
    root: HtmlElement, roles: dict[str, list[HtmlElement]], blocks: list[Block], metadata: Metadata
) -> MainText | None:
    """Return the article of a cleaned page, or None if it has none."""
    headline, title = metadata.headline, metadata.found.text("title")
    article: list[Block] = []
    for region in _regions(root, roles, headline, blocks):
        article = _from_headline(blocks, region, headline)
        if metadata.says_article or roles["body"] or not _is_list_of_links(article):
            break
    else:
        return None
    article = without_furniture(article, title)
    lead, origin = _lead(root, roles, article, title, metadata.descriptions)
    if lead:
        # It may stand above the body, in it, or in both.
        keys = {key_of(lead), *(key_of(line) for line in lead.split("\n"))}
        article = [Block(lead, region), *(block for block in article if key_of(block.text) not in keys)]
    if len(syllables(" ".join(block.text[:SHORT] for block in article[:10] if not block.is_links))) < _MIN_SYLLABLES:
        return None
    return MainText(article, lead, origin)


def _from_headline(blocks: list[Block], region: HtmlElement, headline: HtmlElement | None) -> list[Block]:
    """Return the blocks of a region, from the headline on where it stands in it or right above it."""
    places = [number for number, block in enumerate(blocks) if _inside(block.element, region)]
    if not places:
        return []
    first, last = places[0], places[-1]
    if headline is not None:
        heading = next((number for number, block in enumerate(blocks) if _inside(block.element, headline)), last)
        if first - _ABOVE <= heading < last:  # what stands between them is a lead that no name tells
            first = heading
    return blocks[first : last + 1]


def without_byline(article: list[Block]) -> tuple[list[Block], str]:
    """Return the article without a last line that only names its author, bold and to the right; and the author."""
    last = article[-1]
    name = last.text.strip()
    right = last.element.get("align") == "right" or "right" in (last.element.get("style") or "")
    bold = last.element.find(".//strong") is not None or last.element.find(".//b") is not None
    a_name = 1 < len(name.split()) <= 8 and "\n" not in name and name[-1] not in ".?!:;" and not any(map(str.isdigit, name))
    if len(article) > 2 and right and bold and a_name and last.kind == "p":
        return article[:-1], name
    return article, ""


def stamps_around(blocks: list[Block], article: list[Block]) -> list[str]:
    """Return the short texts right before and after the article that only say when: 'Cập nhật: 05/06/2024'."""
    own = {id(block) for block in article}
    places = [number for number, block in enumerate(blocks) if id(block) in own]
    if not places:
        return []
    near = blocks[max(0, places[0] - 6) : places[0]] + blocks[places[-1] + 1 : places[-1] + 4]
    return [block.text for block in near if is_stamp(block.text)]


def _regions(
    root: HtmlElement, roles: dict[str, list[HtmlElement]], headline: HtmlElement | None, blocks: list[Block]
) -> Iterator[HtmlElement]:
    """Yield the elements that may be the article, the likeliest first."""
    prose = [(block, weight) for block in blocks if block.kind != "h1" and (weight := _weight(block)) > 0]
    if not prose:  # a page of short lines: a poem, a notice
        yield root
        return
    if (marked := _marked(root, roles["body"])) is not None:
        yield marked
        return
    most = _smallest_around(prose, _SHARE)
    if most.tag != "body":  # menus and lists gone, nearly all the text stands together: nothing to ask
        yield _together(most, headline)
        return
    found = _trafilatura_keys(root)
    matched = [(block, weight) for block, weight in prose if any(key_of(line)[:60] in found for line in block.text.split("\n"))]
    dominant = _smallest_around(prose, 0.7)
    held = sum(weight for block, weight in prose if _inside(block.element, dominant))
    # Where trafilatura leaves out most of what stands together, it has failed.
    if sum(weight for _, weight in matched) >= 0.5 * held:
        yield _smallest_around(matched, _SHARE)
    if (zone := _headline_zone(headline, prose)) is not None:
        yield zone
    yield dominant


def _marked(root: HtmlElement, bodies: list[HtmlElement]) -> HtmlElement | None:
    """Return the element that the page names as its article body; the first where there are several."""
    sizes = [(body, unlinked(body)) for body in bodies if _inside(body, root)]
    largest = max((size for _, size in sizes), default=0)
    if largest < 2 * _PROSE:
        return None
    return next(body for body, size in sizes if size >= largest / 2)


def _smallest_around(weighted: list[tuple[Block, int]], share: float) -> HtmlElement:
    """Return the deepest container that holds this share of the blocks' weight."""
    enough = share * sum(weight for _, weight in weighted)
    held: dict[HtmlElement, int] = {}
    blocks: dict[HtmlElement, int] = {}
    for block, weight in weighted:
        element = block.element.getparent() if block.element.tag in _LEAVES or block.kind == "table" else block.element
        while element is not None:
            held[element] = held.get(element, 0) + weight
            blocks[element] = blocks.get(element, 0) + 1
            element = element.getparent()
    heavy = [element for element, weight in held.items() if weight >= enough]
    deepest = max(heavy, key=lambda element: sum(1 for _ in element.iterancestors()))
    # One long paragraph in a <div> of its own is not the article: its neighbours belong to it.
    while blocks[deepest] == 1 and deepest.tag not in ("body", "td", "article", "main") and deepest.getparent() is not None:
        deepest = deepest.getparent()
        if blocks.get(deepest, 0) > 1:
            break
    return deepest


def _together(region: HtmlElement, headline: HtmlElement | None) -> HtmlElement:
    """Return the smallest element around a region and its headline; the region itself if that is the whole page."""
    around = region
    while headline is not None and not _inside(headline, around):
        around = around.getparent()
    return region if around.tag in ("body", "html") else around


def _headline_zone(headline: HtmlElement | None, prose: list[tuple[Block, int]]) -> HtmlElement | None:
    """Return the smallest element around the headline that holds a paragraph, or None."""
    if headline is None:
        return None
    element = headline.getparent()
    while element is not None:
        if sum(weight for block, weight in prose if block.kind != "h1" and _inside(block.element, element)) > 3 * _PROSE:
            return element
        element = element.getparent()
    return None


def _trafilatura_keys(root: HtmlElement) -> set[str]:
    """Return the beginnings of the paragraphs that trafilatura takes for the article."""
    import trafilatura
    from trafilatura.settings import Document as Extracted

    if sum(1 for _ in root.iter()) > _MAX_ELEMENTS:
        return set()
    try:
        # fast: the further extractors that it would compare with cost half of the time, and we compare ourselves
        found = trafilatura.bare_extraction(root, fast=True, with_metadata=False, include_comments=False, include_tables=True)
    except Exception:  # a rule of its own that fails on a strange tree; we go on without
        return set()
    text = found.text or "" if isinstance(found, Extracted) else ""
    return {key for line in text.split("\n") if (key := key_of(line)[:60])}


def _lead(
    root: HtmlElement,
    roles: dict[str, list[HtmlElement]],
    article: list[Block],
    title: str,
    descriptions: list[tuple[str, str]],
) -> tuple[str, str]:
    """Return the article's lead as it stands on the page, and where the page says so; "" if it has none."""
    heading = key_of(title)
    for element in roles["lead"]:
        if _inside(element, root) and len(element.text_content()) < 2000:
            text = "\n".join(block.text for block in blocks_of(element) if not block.is_links).strip()
            if len(text) >= _PROSE and key_of(text) != heading:
                return text, PAGE_TEXT
    for description, origin in descriptions:
        wanted = key_of(description)[:80]  # often the lead cut short
        for block in article[:3]:
            if len(wanted) >= _PROSE and key_of(block.text).startswith(wanted):
                return block.text, origin
    first = article[0] if len(article) > 1 else None
    return (first.text, PAGE_TEXT) if first is not None and _is_bold(first) else ("", "")


def _is_bold(block: Block) -> bool:
    """Tell whether a paragraph of more than a few words is all bold: how portals write a lead."""
    if block.kind == "table" or not 2 * _PROSE < len(block.text) < 800:
        return False
    if block.kind in ("h2", "h3"):
        return len(block.text) > SHORT
    bold = "".join(part.text_content() for part in block.element.iterdescendants("strong", "b"))
    return len(bold.split()) >= 0.95 * len(block.text.split())


def _is_list_of_links(article: list[Block]) -> bool:
    """Tell whether a page only points to others: as many links to stories as paragraphs of its own."""
    stories = sum(1 for block in article if block.is_links and len(block.text) > _PROSE)
    prose = sum(1 for block in article if _weight(block) > 0)
    return stories >= 4 and stories >= 0.7 * prose


def _weight(block: Block) -> int:
    weight = len(block.text) - block.linked
    return weight if weight >= _PROSE and not block.is_links else 0


def _inside(element: HtmlElement, region: HtmlElement) -> bool:
    return element is region or any(parent is region for parent in element.iterancestors())
