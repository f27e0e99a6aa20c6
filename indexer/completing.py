"""Behind the first light: every passage gets its vector by the slow model, kept batch by batch, and then a generation has them.

On disk DATA/EMBEDDING: held by the one process that makes vectors; in it, how far they are. The right to write is held only
for moments, so that other runs index meanwhile, and a kill loses one batch.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docs_store import DamagedError, Embedder, Generation, Generations, ModelCard, VectorStore, made_by
from docs_store.errors import explained

from .recovery import VECTORS, set_aside
from .vectors import BATCH, Progress, add_kept, batches, digests, embedding_text, open_store
from .withdrawal import writing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STATE = "EMBEDDING"
_WIDTH = 200  # of the state, which is written over in one step


@dataclass(frozen=True, slots=True)
class Completion:
    """How many of the `total` passages of the published index have their vector by the model that is set.

    running: a process makes them now. seconds_left: what it will still take, where that is known.
    """

    done: int
    total: int
    running: bool = False
    seconds_left: int | None = None


def waiting(generation: Generation, card: ModelCard) -> int:
    """Return how many passages of a generation have no vector by the model of this card."""
    manifest = generation.manifest
    return manifest.waiting if manifest.model.fingerprint == card.fingerprint else manifest.passages


def completion(data: Path, generation: Generation, model: str) -> Completion:
    """Return how far the vectors of the published generation are. model: the name of the one that is set."""
    manifest = generation.manifest
    own = manifest.passages - manifest.waiting if made_by(manifest.model) == model else 0
    state, running = _read_state(data)
    if state.get("generation") != generation.name or state.get("model") != model or own == manifest.passages:
        return Completion(own, manifest.passages, running)
    done, left = state.get("done", own), state.get("seconds_left")
    return Completion(max(own, done), manifest.passages, running, left if running else None)


def complete(
    data: Path, embedder: Embedder, progress: Progress = lambda *_: None, stop: Callable[[], bool] = lambda: False
) -> int:
    """Give every passage of the published index its vector by this model, and publish that; return how many wait still.

    None do, unless it is stopped or another process is at it. stop: asked after each batch. Raises NoIndexError, DamagedError,
    StorageError; what was made until then is kept.
    """
    generations = Generations(data)
    with _alone(data) as note:
        if note is None:
            return waiting(generations.open_current(whole=True), embedder.card)
        run = _Completing(generations, embedder, progress, stop, note)
        try:
            return run.all()
        except DamagedError as error:
            if error.place != data / VECTORS:
                raise
            with generations.lock(wait=math.inf):
                set_aside(data / VECTORS, error)
            return run.all()


@dataclass(slots=True)
class _Completing:
    """One call of `complete`. made: vectors that are not kept yet, by the key of their text."""

    generations: Generations
    embedder: Embedder
    progress: Progress
    stop: Callable[[], bool]
    note: Callable[..., None]
    made: dict[bytes, NDArray[np.float32]] = field(default_factory=dict)

    def all(self) -> int:
        """Return how many passages wait still, once there is nothing to do or it is stopped."""
        card = self.embedder.card
        while True:
            line = self.generations.current_line()
            published = self.generations.open_current(whole=True)
            left = waiting(published, card)
            if not left or not self._make(published, line):
                return left
            self._publish(line)

    def _make(self, published: Generation, line: str) -> bool:
        """Make and keep what vectors are missing, as long as CURRENT says `line`; tell whether to go on, not stopped."""
        card = self.embedder.card
        keys = digests(published)
        if not self._keep(keys, line):
            return True
        with self._store(published) as store:
            held = store.texts(card.fingerprint)
        missing = {key: passage_id for passage_id, key in keys.items() if key not in held}
        copies = Counter(keys.values())
        done = sum(copies[key] for key in held)
        begun, before = time.monotonic(), done
        for number, batch in enumerate(batches(missing.items(), BATCH)):
            if self.stop():
                return False
            rows = published.passages.headed_texts([passage_id for _, passage_id in batch])
            texts = {passage_id: embedding_text(title, text) for passage_id, title, text in rows}
            vectors = self.embedder.embed_documents([texts[passage_id] for _, passage_id in batch])
            self.made = dict(zip([key for key, _ in batch], vectors, strict=True))
            if not self._keep(keys, line):
                return True
            done += sum(copies[key] for key, _ in batch)
            left = (time.monotonic() - begun) / (done - before) * (len(keys) - done)
            self.note(generation=published.name, model=made_by(card), done=done, seconds_left=round(left))
            self.progress("vectors", min((number + 1) * BATCH, len(missing)), len(missing))
        return True

    def _keep(self, keys: dict[int, bytes], line: str) -> bool:
        """Keep what was made, if CURRENT still says `line`; tell whether it does. keys: of all passages of that generation.

        Otherwise it is for the next generation to take what it needs: of an article that was erased since, nothing is kept.
        """
        with self.generations.lock(wait=math.inf):
            if self.generations.current_line() != line:
                return False
            if self.made:
                wanted = set(keys.values())
                with self._store(None) as store:
                    made = [(key, vector) for key, vector in self.made.items() if key in wanted]
                    store.put(self.embedder.card.fingerprint, made)
                self.made = {}
            return True

    def _publish(self, line: str) -> None:
        """Publish the same passages with the vectors that are kept, if CURRENT still says `line`."""
        card, generations = self.embedder.card, self.generations
        with writing(generations, wait=math.inf) as desk:
            base = desk.published
            if base is None or generations.current_line() != line:
                return
            keys = digests(base)
            builder = generations.build(base, card.dimension)
            try:
                if base.manifest.model.fingerprint == card.fingerprint:
                    held = base.vectors.vectors(list(keys))
                    todo = {passage_id: keys[passage_id] for passage_id, one in zip(keys, held, strict=True) if one is None}
                else:
                    builder.start_vectors(card.dimension)
                    todo = keys
                with self._store(base) as store:
                    add_kept(builder, store, card.fingerprint, todo)
                    generations.publish(builder, card, base.manifest.chunking)
                    store.keep(keys.values(), card.fingerprint)
            except BaseException:
                builder.discard()
                raise

    def _store(self, published: Generation | None) -> VectorStore:
        return open_store(self.generations.data, published, self.embedder.card.fingerprint)[0]


@contextmanager
def _alone(data: Path) -> Iterator[Callable[..., None] | None]:
    """Be the one process that makes vectors, and get what notes how far it is; None if another is."""
    with explained(data / _STATE):
        handle = os.open(data / _STATE, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666)
    try:
        if not _taken(handle):
            yield None
            return

        def note(**facts: Any) -> None:
            with suppress(OSError):  # nobody's index depends on it
                os.pwrite(handle, json.dumps(facts).encode().ljust(_WIDTH), 0)

        yield note
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    """Take the lock of a file and tell whether it could be had. Who only looks holds it for less than a moment."""
    for pause in (0.05, 0.1, 0.0):
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(pause)
    return False


def _read_state(data: Path) -> tuple[dict[str, Any], bool]:
    """Return what was noted last, and whether a process makes vectors now."""
    try:
        handle = os.open(data / _STATE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return {}, False
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            running = False
        except OSError:
            running = True
        state = json.loads(os.pread(handle, 4 * _WIDTH, 0))
        return state if isinstance(state, dict) else {}, running
    except (OSError, ValueError):
        return {}, running
    finally:
        os.close(handle)
