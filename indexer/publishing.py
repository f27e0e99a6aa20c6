"""From the library to a published generation: only what differs is chunked and embedded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from docs_store import Embedder, Generation, Generations, HoitinError, Library, ModelMismatchError, NoIndexError

from .chunking import CHUNKING, chunk

Progress = Callable[[str, int, int], None]  # stage ("read" or "embed"), done, total

_EMBED_BATCH = 2048  # passages embedded at a time


@dataclass(frozen=True, slots=True)
class Difference:
    """How the library differs from a published generation, by doc_id."""

    new: frozenset[str]
    changed: frozenset[str]
    moved: frozenset[str]  # the same text, from a file of another name
    gone: dict[str, str]  # with the source it came from


def open_base(generations: Generations, embedder: Embedder) -> Generation | None:
    """Return the generation to start from; None if all must be built anew. Raises ModelMismatchError."""
    try:
        base = generations.open_current(whole=True)
    except NoIndexError:
        return None
    except HoitinError:  # damaged beyond use: the library has everything needed to build anew
        return None
    if base.manifest.model.fingerprint != embedder.card.fingerprint:
        raise ModelMismatchError(
            f"Chỉ mục được lập bằng mô hình {base.manifest.model.name!r}, không phải {embedder.card.name!r}"
            f" | The index was made with model {base.manifest.model.name!r}, not {embedder.card.name!r}",
            "hoitin index --rebuild",
        )
    return base if base.manifest.chunking == CHUNKING else None


def find_difference(library: Library, base: Generation | None) -> Difference:
    """Return what must be done to bring `base` (None: nothing yet) in step with the library."""
    before = base.passages.content_hashes() if base else {}
    sources_before = base.passages.sources() if base else {}
    after = library.content_hashes()
    sources = library.sources()
    kept = after.keys() & before.keys()
    return Difference(
        new=frozenset(after.keys() - before.keys()),
        changed=frozenset(doc_id for doc_id in kept if before[doc_id] != after[doc_id]),
        moved=frozenset(
            doc_id for doc_id in kept if before[doc_id] == after[doc_id] and sources_before[doc_id] != sources[doc_id]
        ),
        gone={doc_id: sources_before[doc_id] for doc_id in before if doc_id not in after},
    )


def publish(
    generations: Generations,
    library: Library,
    base: Generation | None,
    difference: Difference,
    embedder: Embedder,
    progress: Progress,
) -> Generation:
    """Publish a generation with the difference from `base` made up, and return it. Hold the lock."""
    builder = generations.build(base, embedder.card.dimension)
    try:
        builder.remove([*difference.gone, *difference.changed])
        for document in library.documents(sorted(difference.moved)):
            builder.move(document.doc_id, document.source)
        todo = sorted(difference.new | difference.changed)
        ids: list[int] = []
        texts: list[str] = []
        for done, document in enumerate(library.documents(todo), 1):
            passages = list(chunk(document))
            builder.add(document, passages)
            ids += [passage.passage_id for passage in passages]
            texts += [embedding_text(document.title, passage.text) for passage in passages]
            if len(ids) >= _EMBED_BATCH or done == len(todo):
                builder.add_vectors(ids, embedder.embed_documents(texts))
                ids, texts = [], []
                progress("embed", done, len(todo))
        generations.publish(builder, embedder.card, CHUNKING)
    except BaseException:
        builder.discard()
        raise
    return generations.open_current()


def embedding_text(title: str, text: str) -> str:
    """Return what is embedded for a passage: its headline gives the context that the text lacks."""
    return f"{title}\n{text}" if title else text
