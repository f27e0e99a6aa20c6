"""Schema.org facts that a page carries as JSON-LD, also where the JSON is broken."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

Node = dict[str, Any]

_ARTICLES = {
    "newsarticle", "article", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle", "backgroundnewsarticle",
    "blogposting", "socialmediaposting", "report", "techarticle", "scholarlyarticle", "legislation", "liveblogposting",
}  # fmt: skip
_MAX_NODES = 5_000
_TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
_CDATA = re.compile(r"(?:/[/*])?\s?<!\[CDATA\[(?:\*/)?|(?:/[/*])?\s?\]\]>(?:\*/)?")
_TAGS = re.compile(r"<[^<>]{1,200}>")
# What can be saved from JSON that does not parse.
_LOOSE = re.compile(
    r'"(headline|description|datePublished|dateModified|articleSection|inLanguage|url)"\s*:\s*"((?:[^"\\\n]|\\.){1,2000})"'
)


class Facts:
    """The JSON-LD of one page: its article, its breadcrumbs."""

    def __init__(self, scripts: Sequence[str]) -> None:
        self._nodes = [node for script in scripts[:50] for node in _nodes(_parse(script))]
        self._by_id = {node["@id"]: node for node in self._nodes if isinstance(node.get("@id"), str) and len(node) > 1}
        self.article: Node = next((node for node in self._nodes if _types(node) & _ARTICLES), {})

    def text(self, name: str) -> str:
        """Return the article's value of this name as plain text, the first of several; "" if there is none."""
        value = self.article.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, dict):
            value = value.get("name") or value.get("@id") or value.get("url")
        return plain(value)

    def names(self, name: str) -> list[str]:
        """Return the names of the article's people or organisations, "author" or "publisher"."""
        value = self.article.get(name)
        found = []
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                item = item.get("name") or self._by_id.get(str(item.get("@id")), {}).get("name")
            if text := plain(item):
                found.append(text)
        return found

    def breadcrumbs(self) -> list[str]:
        """Return the names of the page's breadcrumbs, from the home page on."""
        for node in self._nodes:
            items = node.get("itemListElement") if "breadcrumblist" in _types(node) else None
            if isinstance(items, list):
                names = [
                    plain(item.get("name") or (item["item"].get("name") if isinstance(item.get("item"), dict) else None))
                    for item in items
                    if isinstance(item, dict)
                ]
                return [name for name in names if name]
        return []


def plain(value: object) -> str:
    """Return a metadata value as one line without markup; "" if it is no text."""
    if not isinstance(value, str):
        return ""
    text = html.unescape(value) if "&" in value else value
    text = html.unescape(text) if "&" in text else text  # escaped twice by many a template
    return " ".join(_TAGS.sub(" ", text).split())


def _parse(script: str) -> object:
    script = _CDATA.sub("", script).strip().rstrip(";")
    for text in (script, _TRAILING_COMMA.sub("", script)):
        try:
            return json.loads(text, strict=False)
        except ValueError:
            continue
        except RecursionError:
            return None
    loose: Node = dict(reversed(_LOOSE.findall(script)))
    return {"@type": "NewsArticle", **loose} if "headline" in loose else None


def _nodes(data: object) -> Iterator[Node]:
    """Yield every object, outer ones first, in the order of the script."""
    waiting = [data]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(value for value in reversed(item.values()) if isinstance(value, dict | list))
        elif isinstance(item, list):
            waiting.extend(value for value in reversed(item) if isinstance(value, dict | list))


def _types(node: Node) -> set[str]:
    kind = node.get("@type")
    return {str(name).lower() for name in (kind if isinstance(kind, list) else [kind])}
