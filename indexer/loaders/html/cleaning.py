"""Taking out of a page's tree what no reader would call its article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from docs_store.vietnamese import fold

from .furniture import SHORT

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_NEVER_TEXT = (
    "script", "style", "noscript", "template", "iframe", "object", "embed", "video", "audio", "canvas", "svg", "nav", "footer",
    "aside", "button", "select", "datalist", "textarea", "label", "figcaption", "amp-ad", "amp-sidebar", "amp-social-share",
)  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CAPTION = 250  # characters
_STORY = 15  # characters; a shorter link is a button
_MANY = 4  # stories that make a list of other stories


def clean(root: HtmlElement, roles: dict[str, list[HtmlElement]], headline: HtmlElement | None) -> int:
    """Take out of the tree what no reader would call the article: menus, captions, related links, comments.

    Returns how many other stories the page points to in lists.
    """
    kept = {*_with_ancestors(headline)}
    for body in roles["body"]:
        kept.update(_with_ancestors(body))
    for element in list(root.iter(*_NEVER_TEXT)):
        if element not in kept:
            _drop(element)
    for element in list(root.iter("header")):
        # A site's header; an article's own holds its headline.
        if element not in kept and not any(parent.tag == "article" for parent in element.iterancestors()):
            _drop(element)
    body_text = max((len(body.text_content()) for body in roles["body"]), default=0)
    marked = body_text >= 2 * SHORT
    total = body_text if marked else unlinked(root)
    for role in ("clock", "crumbs", "comments", "noise"):
        for element in roles[role]:
            if element in kept:
                continue
            # On a page that marks no article a name alone does not take most of the text away.
            if role == "noise" and not marked and unlinked(element) > total / 2:
                continue
            _drop(element)
    for element in root.xpath("//*[@hidden or contains(@style, 'none') or contains(@style, 'hidden')]"):
        hidden = element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "")
        if hidden and element not in kept and unlinked(element) < total / 3:
            _drop(element)
    for caption in _captions(root):
        _drop(caption)
    stories = [story for story in _other_stories(root) if story not in kept]
    for story in stories:
        _drop(story)
    for role in ("author", "date"):
        for element in roles[role]:
            if element not in kept and len(element.text_content()) < 2 * SHORT:
                _drop(element)
    return len(stories)


def _captions(root: HtmlElement) -> list[HtmlElement]:
    """Return the lines right below a picture that are its caption: in italics, or naming the photographer."""
    found = []
    for picture in root.iter("img", "amp-img"):
        box = picture
        while box.tag not in ("p", "div", "td", "center", "body") and box.getparent() is not None:
            box = box.getparent()
        below = box.getnext()
        if box.tag == "body" or below is None or below.tag not in ("p", "div", "center") or box.text_content().strip():
            continue
        text = " ".join(below.text_content().split())
        italics = " ".join(" ".join(part.text_content() for part in below.iter("em", "i")).split())
        centred = "center" in f"{below.get('align')} {below.get('style')}"
        if 0 < len(text) < _CAPTION and (len(italics) >= 0.95 * len(text) or (centred and re.search(r"\banh\s*:", fold(text)))):
            found.append(below)
    return found


def _other_stories(root: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the items of lists of other stories: neighbours that nearly all begin with a link that reads like a headline."""
    for parent in list(root.iter("div", "section", "ul", "ol", "td", "main", "body")):
        items = list(parent.iterchildren("div", "article", "li", "section"))
        if len(items) >= _MANY:
            stories = [item for item in items if _begins_with_story(item)]
            if len(stories) >= max(_MANY, 0.7 * len(items)):
                yield from stories


def _begins_with_story(item: HtmlElement) -> bool:
    for link in item.iter("a"):
        headline = " ".join(link.text_content().split())
        if headline:
            begins = len(headline) >= _STORY and link.get("href")
            return bool(begins and " ".join(item.text_content().split()).startswith(headline))
    return False


def _with_ancestors(element: HtmlElement | None) -> list[HtmlElement]:
    return [] if element is None else [element, *element.iterancestors()]


def unlinked(element: HtmlElement) -> int:
    """Return how many characters of an element are no links."""
    links = sum(len(link.text_content()) for link in element.iter("a") if link.get("href"))
    return len(element.text_content()) - links


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()  # the text behind it stays
