"""Saved web pages: the article and what the page says of it.

Menus, captions, related links, share buttons and comments are left out; the lead stands on the
page once, before the body; the headline is the title and not repeated.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docs_store import LoadError

from ..extract import Extract
from ..text import converted
from .blocks import blocks_of, joined
from .cleaning import clean
from .days import metadata_day, stamped_days
from .main_text import find_main_text, stamps_around, without_byline
from .metadata import PAGE_TEXT, Found, Metadata
from .page import Page, read_page
from .properties import read_properties
from .roles import elements_by_role

_POINTER = 120  # characters; a page that lists other stories and says less of its own is no article
_LOGIN = 400  # characters; a page that asks for a password and says less is no article


def load_html(path: Path) -> Extract:
    """Return the page's article as one page, a blank line between paragraphs.

    Raises LoadError if the page has no article: a home page, a list of links, a login.
    """
    return extract(read_page(path))


def extract(page: Page) -> Extract:
    """Return what a parsed page holds; its tree is used up. Raises LoadError if it has no article."""
    root = page.root
    roles = elements_by_role(root)
    metadata = Metadata(page, roles)
    found = metadata.found
    asks_password = bool(root.xpath("//input[@type='password']"))
    stories = clean(root, roles, metadata.headline)
    blocks = blocks_of(root)
    main = find_main_text(root, roles, blocks, metadata)
    length = sum(len(block.text) for block in main.blocks) if main else 0
    only_points = stories and length < _POINTER and not (roles["body"] or metadata.says_article)
    if main is None or only_points or (asks_password and length < _LOGIN):
        raise LoadError("trang HTML không có nội dung chính | the HTML page has no main text")
    article = main.blocks
    properties = read_properties(blocks)
    if properties.number:
        # Of a law, what counts is who issued it and when, not which site shows it since when.
        for name, value in (("number", properties.number), ("published", properties.issued), ("publisher", properties.issuer)):
            found.replace(name, value, PAGE_TEXT)
    else:
        article, author = without_byline(article)
        found.add("author", author, PAGE_TEXT)
    if "published" not in found.values:
        metadata.add_stamps(*stamped_days(stamps_around(blocks, article)))
    if "published" not in found.values or "title" not in found.values:
        _guess(root, found)
    text = joined(article)
    metadata.check_language(text)
    found.add("lead", main.lead, main.lead_origin)
    values: dict[str, Any] = found.values
    return Extract(pages=(text,), format="html", **values, origins=found.origins, notes=converted(page.encoding))


def _guess(root: Any, found: Found) -> None:
    """Fill what the page does not say by trafilatura's guess. It costs as much as all the rest: only where needed."""
    from trafilatura.metadata import extract_metadata

    try:
        guess = extract_metadata(root, extensive=False)
    except Exception:  # a rule of its own that fails on a strange tree
        return
    found.add("title", guess.title, "trafilatura")
    found.add("author", guess.author, "trafilatura")
    found.add("published", metadata_day(guess.date), "trafilatura")


__all__ = ["Page", "extract", "load_html", "read_page"]
