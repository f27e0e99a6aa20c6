"""Taking an article out, for the command and for the web: with it, or by name, what else prints the same passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docs_store import Document, HoitinError
from indexer import chunk, make_final, withdraw, withdrawals
from retriever import find_copies

from .assembly import make_generations
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Removal:
    """removed: what was taken out now. left: other documents that still print a passage of it. known: out before, by id."""

    removed: tuple[Document, ...]
    left: tuple[Document, ...]
    known: tuple[str, ...] = ()


def take_out(
    settings: Settings,
    names: Sequence[str],
    *,
    person: str,
    reason: str = "",
    with_copies: bool = False,
    known: bool = False,
    final: bool = True,
) -> Removal:
    """Take out what the names name, and tell what prints it too. with_copies: take that along.

    known: a name may also be the id of what is out already. final: make it final too, which takes its time (`make_final`).
    Raises UsageError if there is no such document, and nothing is taken out then.
    """
    out = {one.doc_id for one in withdrawals(settings.data)} if known else set()
    wanted = [name for name in names if name not in out]
    removed = withdraw(settings.data, *wanted, person=person, reason=reason, final=False) if wanted else []
    left = _copies(settings, removed)
    if with_copies and left:
        removed += withdraw(settings.data, *(copy.doc_id for copy in left), person=person, reason=reason, final=False)
        left = _copies(settings, removed)  # what prints another passage of theirs is named, not taken along
    if final and removed:
        make_final(settings.data)
    return Removal(tuple(removed), tuple(left), tuple(name for name in names if name in out))


def _copies(settings: Settings, removed: Sequence[Document]) -> list[Document]:
    try:
        generation = make_generations(settings).open_current()
    except HoitinError:  # nothing answers now
        return []
    return find_copies(generation, removed, [passage.text for document in removed for passage in chunk(document)])
