"""The same story printed by several: near-equal passages of different documents become one, the earliest first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from docs_store import Document, Generation, address_key
from docs_store.vietnamese import syllables

from .answer import Hit

_SHINGLE = 3  # syllables
_SAME = 0.9  # share of the shorter text's shingles that stand in the longer one too
_SAME_FIGURES = 0.8
_ENOUGH = 20  # shingles; a shorter text says too little to be called a copy
_FORM = 5  # documents; a passage that more of them print is a form of words, unless they print most of the document
_SEARCHED = 200  # passages of a document that are looked for elsewhere
_COMPARED = 16  # hits: further down nobody looks
_FIGURE = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Story:
    """A passage, and the documents that print it too, oldest first."""

    hit: Hit
    copies: tuple[Document, ...] = ()


def collapse(hits: Sequence[Hit], heads: Mapping[str, Document]) -> list[Story]:
    """Return the hits as stories, in order; a story shows its earliest printing, in the place of its best one.

    heads: doc_id -> Document of every hit. Texts with other figures are not copies: the news of
    one year repeats that of the year before.
    """
    rest = hits[_COMPARED:]
    groups: list[list[Hit]] = []
    prints: list[tuple[frozenset[tuple[str, ...]], frozenset[str]]] = []
    for hit in hits[:_COMPARED]:
        mine = _print(hit.passage.text)
        for group, other in zip(groups, prints, strict=True):
            if all(one.passage.doc_id != hit.passage.doc_id for one in group) and _is_copy(mine, other):
                group.append(hit)
                break
        else:
            groups.append([hit])
            prints.append(mine)
    return [*(_story(group, heads) for group in groups), *(Story(hit) for hit in rest)]


def find_copies(generation: Generation, documents: Sequence[Document], texts: Sequence[str]) -> list[Document]:
    """Return the heads of other documents that print some of these texts too, or that stand at the same address.

    documents: what the texts, passages of theirs, were read from; they may be gone from the generation already. A passage that
    many print is a form of words: who has it alone prints no copy.
    """
    own = {document.doc_id for document in documents}
    prints = {text: mine for text in texts if len((mine := _print(text))[0]) >= _ENOUGH}
    searched = list(prints.items())[:_SEARCHED]
    printed: Counter[str] = Counter()
    found: dict[str, None] = {}
    for text, mine in searched:
        ids = [passage_id for passage_id, _ in generation.lexical.search(text, _COMPARED + len(generation.withheld_passages))]
        others = {
            passage.doc_id: None
            for passage in generation.passages.passages(ids)
            if passage.doc_id not in own and _is_copy(mine, _print(passage.text))
        }
        printed.update(others.keys())
        found |= others if len(others) <= _FORM else {}
    found |= dict.fromkeys(doc_id for doc_id, count in printed.items() if 2 * count >= len(searched))
    addresses = {address_key(document.url) for document in documents} - {""}
    if addresses:
        urls = generation.passages.urls()
        found |= {doc_id: None for doc_id, url in urls.items() if doc_id not in own and address_key(url) in addresses}
    heads = generation.passages.heads(found)
    return [heads[doc_id] for doc_id in found if doc_id in heads]


def _story(group: list[Hit], heads: Mapping[str, Document]) -> Story:
    if len(group) == 1:
        return Story(group[0])
    oldest = sorted(group, key=lambda hit: (heads[hit.passage.doc_id].published or date.max, -hit.score))
    first = oldest[0]
    shown = replace(first, score=group[0].score)
    return Story(shown, tuple(heads[hit.passage.doc_id] for hit in oldest[1:]))


def _print(text: str) -> tuple[frozenset[tuple[str, ...]], frozenset[str]]:
    tokens = syllables(text)
    shingles = frozenset(zip(*(tokens[n:] for n in range(_SHINGLE)), strict=False))
    return shingles, frozenset(_FIGURE.findall(text))


def _is_copy(
    one: tuple[frozenset[tuple[str, ...]], frozenset[str]], other: tuple[frozenset[tuple[str, ...]], frozenset[str]]
) -> bool:
    longer = max(len(one[0]), len(other[0]))
    if longer < _ENOUGH or len(one[0] & other[0]) < _SAME * longer:
        return False
    figures = min(len(one[1]), len(other[1]))
    return not figures or len(one[1] & other[1]) >= _SAME_FIGURES * figures
