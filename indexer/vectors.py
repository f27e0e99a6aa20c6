"""The vectors of passages: those that were made before come out of the store, what is missing from the model.

A slow model's vectors are kept (`docs_store.VectorStore`); a quick one's are as soon made as kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from docs_store import Builder, DamagedError, Embedder, Generation, Trouble, VectorStore, text_digest

from .recovery import VECTORS, set_aside

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEW = 300  # vectors that a publication waits for, a quarter of a minute; where more are missing it goes ahead without
_ADDED = 2048  # vectors held in memory at a time, while they go from the store into an index
BATCH = 64  # passages embedded before they are kept: what a kill loses, some seconds of work

Progress = Callable[[str, int, int], None]  # stage ("read", "embed" or "vectors"), done, total
_T = TypeVar("_T")


def are_many(vectors: int) -> bool:
    """Tell whether so many vectors are more than a publication waits for."""
    return vectors > FEW


def embedding_text(title: str, text: str) -> str:
    """Return what is embedded for a passage: its headline gives the context that the text lacks."""
    return f"{title}\n{text}" if title else text


def digests(generation: Generation) -> dict[int, bytes]:
    """Return passage id -> key of what is embedded for it, of every passage."""
    return {
        passage_id: text_digest(embedding_text(title, text)) for passage_id, title, text in generation.passages.headed_texts()
    }


def batches(values: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Yield the values in lists of `size`, the last of what is left."""
    left = iter(values)
    while batch := list(islice(left, size)):
        yield batch


class Vectors:
    """Gives the passages of a generation that is being built the vectors of one model.

    store: keeps them; None for a quick model, whose vectors are all made at once.
    """

    def __init__(self, embedder: Embedder, store: VectorStore | None) -> None:
        self.card = embedder.card
        self._embedder = embedder
        self._store = store
        self._missing: dict[bytes, tuple[str, list[int]]] = {}  # the text, and the passages that have it
        self._many = False

    def lack_many(self, texts: Iterable[str]) -> bool:
        """Tell whether more of these texts have no vector yet than a publication waits for."""
        if self._store is None:
            return False
        missing: set[bytes] = set()
        for batch in batches(map(text_digest, texts), FEW):
            missing |= set(batch) - self._store.get(self.card.fingerprint, batch).keys()
            if are_many(len(missing)):
                return True
        return False

    def add(self, builder: Builder, texts: Mapping[int, str]) -> None:
        """Add the vectors of passages, by id; those that are not kept follow with `finish`."""
        if self._store is None:
            builder.add_vectors(list(texts), self._embedder.embed_documents(list(texts.values())))
            return
        keys = {passage_id: text_digest(text) for passage_id, text in texts.items()}
        missing = add_kept(builder, self._store, self.card.fingerprint, keys)
        for passage_id in missing if not self._many else ():
            self._missing.setdefault(keys[passage_id], (texts[passage_id], []))[1].append(passage_id)
        if are_many(len(self._missing)):
            self._many = True
            self._missing.clear()

    def finish(self, builder: Builder, progress: Progress) -> None:
        """Make what is missing, keep it and add it; where it is too much to wait for, leave it to `complete`."""
        done, total = 0, len(self._missing)
        for batch in batches(self._missing.items(), BATCH):
            assert self._store
            made = self._embedder.embed_documents([text for _, (text, _) in batch])
            self._store.put(self.card.fingerprint, zip([key for key, _ in batch], made, strict=True))
            for (_, (_, passage_ids)), vector in zip(batch, made, strict=True):
                builder.add_vectors(passage_ids, np.stack([vector] * len(passage_ids)))
            done += len(batch)
            progress("vectors", done, total)


def add_kept(builder: Builder, store: VectorStore, model: str, keys: Mapping[int, bytes]) -> list[int]:
    """Add the vectors that the store keeps; return the passages that it has none for. keys: passage id -> key of its text."""
    missing: list[int] = []
    for batch in batches(keys, _ADDED):
        kept = store.get(model, list({keys[passage_id] for passage_id in batch}))
        held = [passage_id for passage_id in batch if keys[passage_id] in kept]
        if held:
            builder.add_vectors(held, np.stack([kept[keys[passage_id]] for passage_id in held]))
        missing += [passage_id for passage_id in batch if keys[passage_id] not in kept]
    return missing


def open_store(data: Path, published: Generation | None, model: str) -> tuple[VectorStore, list[Trouble]]:
    """Return the store of vectors of a data folder, and what had to be said of it. Hold the lock.

    A damaged one is set aside and made anew; a new one takes over what the published index has by this model. Raises
    StorageError.
    """
    path = data / VECTORS
    told: list[Trouble] = []
    try:
        store = VectorStore(path)
        empty = store.is_empty()
    except DamagedError as error:
        told.append(set_aside(path, error))
        store, empty = VectorStore(path), True
    try:
        if empty and published and published.manifest.model.fingerprint == model:
            store.put(model, _published(published))
    except BaseException:
        store.close()
        raise
    return store, told


def _published(generation: Generation) -> Iterator[tuple[bytes, NDArray[np.float32]]]:
    """Yield the key of each passage's text with the vector that the index has of it."""
    for batch in batches(digests(generation).items(), _ADDED):
        held = generation.vectors.vectors([passage_id for passage_id, _ in batch])
        yield from ((key, vector) for (_, key), vector in zip(batch, held, strict=True) if vector is not None)


def forget(data: Path, published: Generation | None) -> None:
    """Drop the vectors of texts that the published index does not have. Hold the lock."""
    if not (data / VECTORS).exists():
        return
    try:
        with VectorStore(data / VECTORS) as store:
            store.keep(digests(published).values() if published else ())
    except DamagedError:  # who can tell what it holds
        forget_all(data)


def forget_all(data: Path) -> None:
    """Drop every vector that is kept. Hold the lock."""
    for suffix in ("", "-journal"):
        (data / f"{VECTORS}{suffix}").unlink(missing_ok=True)
