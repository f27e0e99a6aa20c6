"""From the library to a published generation: only what differs is chunked and embedded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from docs_store import Entry, Generation, Generations, Library

from .chunking import CHUNKING, chunk
from .vectors import Progress, Vectors, embedding_text

_BATCH = 2048  # passages given to the model, or looked up, at a time


@dataclass(frozen=True, slots=True)
class Difference:
    """How the library differs from a published generation, by doc_id."""

    new: frozenset[str]
    changed: frozenset[str]
    moved: frozenset[str]  # the same text, from a file of another name
    gone: dict[str, str]  # with the source it came from


def find_difference(entries: Mapping[str, Entry], base: Generation | None) -> Difference:
    """Return what must be done to bring `base` (None: nothing yet) in step with the documents to publish."""
    before = base.passages.content_hashes() if base else {}
    sources_before = base.passages.sources() if base else {}
    kept = entries.keys() & before.keys()
    same = {doc_id for doc_id in kept if before[doc_id] == entries[doc_id].content_hash}
    return Difference(
        new=frozenset(entries.keys() - before.keys()),
        changed=frozenset(kept - same),
        moved=frozenset(doc_id for doc_id in same if sources_before[doc_id] != entries[doc_id].source),
        gone={doc_id: sources_before[doc_id] for doc_id in before if doc_id not in entries},
    )


def publish(
    generations: Generations,
    library: Library,
    base: Generation | None,
    difference: Difference,
    taken_down: Collection[str],
    vectors: Vectors,
    progress: Progress,
) -> Generation:
    """Publish a generation with the difference from `base` made up, and return it. Hold the lock.

    taken_down: of what is gone, the documents that a person took out: no generation that holds them is kept.
    """
    builder = generations.build(base, vectors.card.dimension)
    try:
        if taken_down:
            builder.take_down(sorted(taken_down))
        builder.remove([*(difference.gone.keys() - set(taken_down)), *difference.changed])
        for document in library.documents(sorted(difference.moved)):
            builder.move(document.doc_id, document.source)
        todo = sorted(difference.new | difference.changed)
        texts: dict[int, str] = {}
        for done, document in enumerate(library.documents(todo), 1):
            passages = list(chunk(document))
            builder.add(document, passages)
            texts |= {passage.passage_id: embedding_text(document.title, passage.text) for passage in passages}
            if len(texts) >= _BATCH or done == len(todo):
                vectors.add(builder, texts)
                texts = {}
                progress("embed", done, len(todo))
        vectors.finish(builder, progress)
        generations.publish(builder, vectors.card, CHUNKING, **({"kept": 1} if taken_down else {}))
    except BaseException:
        builder.discard()
        raise
    return generations.open_current(whole=True)
