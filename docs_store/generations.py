"""Generations: an index is built aside, verified, published in one step, and never changes.

On disk, below the data folder:

    CURRENT              one line: the published generation and the SHA-256 of its manifest
    LOCK                 held by the one process that writes
    generations/NAME/    manifest.json  passages.sqlite  vectors.faiss  lexical/
    vectors.sqlite       the vectors of slow models, by text; EMBEDDING is held by the one process that makes them
    generations/.NAME/   one being built; thrown away by the next writer if its own was killed
    takedowns.jsonl      what a person took out of the answers; audit.jsonl has the same lines once more

A publication is: build, fsync, manifest with size and hash of every file, fsync, rename,
fsync the parent, reopen and verify, replace CURRENT. Killed at any moment, the generation
before stays published and whole. A reader keeps one generation for a whole question, and needs no right to write.
"""

from __future__ import annotations

import copy
import fcntl
import hashlib
import json
import logging
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import BusyError, DamagedError, NoIndexError, StorageError, explain, explained
from .files import fsync, write_aside
from .lexical import LexicalIndex, LexicalWriter
from .passages import PassagesReader, PassagesWriter
from .records import Document, FileCheck, Manifest, ModelCard, Passage
from .takedowns import Takedowns
from .vectors import FaissIndex, VectorIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT_VERSION = 3
KEPT_GENERATIONS = 3
_MANIFEST = "manifest.json"
_PASSAGES = "passages.sqlite"
_VECTORS = "vectors.faiss"
_LEXICAL = "lexical"
_NAME = re.compile(r"g\d{6,}-[0-9a-f]{8}")

log = logging.getLogger("hoitin")


class Generation:
    """One published index, open for reading. Nothing in it changes.

    withheld: documents in it that are not to be seen; withheld_passages: their passages, which the engines still find.
    """

    def __init__(self, path: Path, manifest: Manifest, withheld: Collection[str] = ()) -> None:
        self.path = path
        self.manifest = manifest
        self._all_words = LexicalIndex(path / _LEXICAL)
        self.vectors: VectorIndex = FaissIndex.load(path / _VECTORS)
        self.passages = PassagesReader(path / _PASSAGES)
        self._withhold(withheld)

    def withholding(self, doc_ids: Collection[str]) -> Generation:
        """Return the same generation, its engines shared, with these documents not to be seen."""
        other = copy.copy(self)
        other._withhold(doc_ids)
        return other

    def _withhold(self, doc_ids: Collection[str]) -> None:
        self.passages = self.passages.withholding(doc_ids)
        self.withheld = self.passages.withheld
        hidden = self.passages.withheld_passages()
        self.withheld_passages = frozenset(passage.passage_id for passage, _ in hidden)
        self.lexical = self._all_words.without(hidden)

    @property
    def documents(self) -> int:
        """How many documents can be seen."""
        return self.manifest.documents - len(self.withheld)

    @property
    def name(self) -> str:
        return self.manifest.generation

    @property
    def state(self) -> str:
        """What can be read: another when another generation is published, or a document is withheld."""
        return " ".join((self.name, *sorted(self.withheld)))


class Generations:
    """The generations of one data folder. Makes no folder until something is written."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.takedowns = Takedowns(data)
        self._folder = data / "generations"
        self._checked: dict[tuple[int, int, int], str] = {}  # (inode, size, mtime_ns) -> SHA-256, this process's own

    # --- reading ------------------------------------------------------------------------

    def state(self) -> tuple[str, object]:
        """Return what changes when `open_current` would open something else. Cheap: ask at every question."""
        return self.current_line(), self.takedowns.state()

    def current_line(self) -> str:
        """Return what CURRENT says, "" where nothing is published."""
        with explained(self.data / "CURRENT"):
            try:
                return (self.data / "CURRENT").read_bytes().decode("utf-8", "replace").strip()
            except FileNotFoundError:
                return ""

    def open_current(self, *, whole: bool = False) -> Generation:
        """Open the published generation. whole: with what is withheld, for who writes the next or checks this one.

        Every file is compared with its checksum before it is used. A damaged generation is
        passed over, loudly, for the newest whole one before it.
        Raises NoIndexError if nothing was published, DamagedError if nothing is whole, StorageError if it cannot be read.
        """
        withheld = frozenset() if whole else self.takedowns.standing().doc_ids()
        for _ in range(3):  # a writer may prune the folder between our reading CURRENT and opening it
            line = self.current_line()
            name, _, digest = line.partition(" ")
            if not name and not self._names():
                raise NoIndexError(
                    f"Chưa có chỉ mục nào trong {self.data} | Nothing is indexed in {self.data} yet",
                    "hoitin index THƯ_MỤC_TIN",
                )
            problem = self._problem(name, digest) if _NAME.fullmatch(name) else "CURRENT names no generation"
            if problem is None:
                try:
                    return Generation(self._folder / name, self._manifest(name), withheld)
                except StorageError as error:
                    if (self._folder / name).is_dir():
                        raise
                    problem = str(error)  # pruned since
                except Exception as error:  # made by another version of an engine
                    problem = f"{name}: {error}"
            if self.current_line() == line:
                break
        log.error("generation %s is damaged (%s); looking for the one before", name or "?", problem)
        for older in reversed(self._names()):
            if older != name and self._problem(older) is None:
                log.error("answering from generation %s; run `hoitin index` again to repair", older)
                with explained(self._folder / older, "hoitin index --rebuild"):
                    return Generation(self._folder / older, self._manifest(older), withheld)
        raise DamagedError(
            f"Chỉ mục trong {self.data} bị hỏng ({problem}) | The index in {self.data} is damaged ({problem})",
            "hoitin index --rebuild",
        )

    def problems(self) -> list[str]:
        """Return what is wrong with the published generation's files, one sentence each; empty if whole."""
        name, _, digest = self.current_line().partition(" ")
        named = _NAME.fullmatch(name)
        problem = self._problem(name, digest, trust_earlier_checks=False) if named else "CURRENT names no generation"
        return [problem] if problem else []

    def _names(self) -> list[str]:
        """Return the published generations' names, oldest first."""
        if not self._folder.is_dir():
            return []
        with explained(self._folder):  # a copy that somebody made beside them is none of ours
            found = [path for path in self._folder.iterdir() if _NAME.fullmatch(path.name) and (path / _MANIFEST).exists()]
            return sorted(path.name for path in found)

    def _manifest(self, name: str) -> Manifest:
        record = json.loads((self._folder / name / _MANIFEST).read_text(encoding="utf-8"))
        record["model"] = ModelCard(**record["model"])
        record["files"] = {file: FileCheck(**check) for file, check in record["files"].items()}
        return Manifest(**record)

    def _problem(self, name: str, digest: str = "", *, trust_earlier_checks: bool = True) -> str | None:
        """Return why generation `name` cannot be trusted, or None."""
        folder = self._folder / name
        try:
            if digest and hashlib.sha256((folder / _MANIFEST).read_bytes()).hexdigest() != digest:
                return f"{name}/{_MANIFEST}: checksum differs"
            manifest = self._manifest(name)
            if manifest.format_version != FORMAT_VERSION:
                return f"{name}: format {manifest.format_version}, this hoitin reads {FORMAT_VERSION}"
            if not trust_earlier_checks:
                self._checked.clear()
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                checks = list(pool.map(lambda file: self._check(folder / file), manifest.files))
        except (FileNotFoundError, NotADirectoryError, ValueError, TypeError, KeyError, AttributeError) as error:
            return f"{name}: {error}"
        except OSError as error:
            raise explain(error, error.filename or folder) from error
        for (file, expected), found in zip(manifest.files.items(), checks, strict=True):
            if found != expected:
                return f"{name}/{file}: {'size' if found.size != expected.size else 'checksum'} differs"
        return None

    def _check(self, path: Path) -> FileCheck:
        status = path.stat()
        key = (status.st_ino, status.st_size, status.st_mtime_ns)
        if key not in self._checked:
            with path.open("rb") as stream:
                self._checked[key] = hashlib.file_digest(stream, "sha256").hexdigest()
        return FileCheck(status.st_size, self._checked[key])

    # --- writing ------------------------------------------------------------------------

    @contextmanager
    def lock(self, wait: float = 0.0) -> Iterator[None]:
        """Hold the right to write. The system releases it if this process is killed.

        wait: seconds to wait for it. Raises BusyError if another process holds it still.
        """
        with explained(self.data):
            self._folder.mkdir(parents=True, exist_ok=True)
            stream = (self.data / "LOCK").open("w")
        deadline = time.monotonic() + wait
        with stream:
            while True:
                try:
                    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() >= deadline:
                        raise BusyError(
                            "Một lệnh lập chỉ mục khác đang chạy | Another `hoitin index` is running",
                            "đợi lệnh ấy xong rồi chạy lại",
                        ) from error
                    time.sleep(0.1)
            yield

    def build(self, base: Generation | None, dimension: int) -> Builder:
        """Return a builder that starts from `base`, or from nothing. Hold the lock."""
        for leftover in self._folder.glob(".*"):
            shutil.rmtree(leftover, ignore_errors=True)
        number = max((int(name[1:].partition("-")[0]) for name in self._names()), default=0) + 1
        path = self._folder / f".g{number:06d}-{secrets.token_hex(4)}"
        try:
            return Builder(path, base, dimension)
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)  # a full disk: leave no half of one on it
            raise

    def publish(self, builder: Builder, model: ModelCard, chunking: str, kept: int = KEPT_GENERATIONS) -> Manifest:
        """Make what was built the published generation, and prune all but `kept` of them. Hold the lock.

        Raises StorageError if there is no room; the generation before stays published then.
        """
        with explained(self._folder):
            return self._publish(builder, model, chunking, kept)

    def _publish(self, builder: Builder, model: ModelCard, chunking: str, kept: int) -> Manifest:
        manifest = builder.finish(model, chunking, self._check)
        name = manifest.generation
        builder.path.rename(self._folder / name)
        fsync(self._folder)
        digest = hashlib.sha256((self._folder / name / _MANIFEST).read_bytes()).hexdigest()
        problem = self._problem(name, digest)
        if problem is None:
            problem = _count_problem(Generation(self._folder / name, manifest))
        if problem is not None:
            shutil.rmtree(self._folder / name, ignore_errors=True)
            raise DamagedError(f"Chỉ mục mới không qua kiểm tra | The new index failed its check: {problem}")
        write_aside(self.data / "CURRENT", f"{name} {digest}\n".encode())
        for old in sorted((n for n in self._names() if n != name), reverse=True)[kept - 1 :]:
            shutil.rmtree(self._folder / old, ignore_errors=True)
        return manifest


class Builder:
    """A generation being built, in a folder that readers do not see."""

    def __init__(self, path: Path, base: Generation | None, dimension: int) -> None:
        self.path = path
        self._taking_down = False
        with explained(path):
            path.mkdir(parents=True)
            if base is not None:
                shutil.copyfile(base.path / _PASSAGES, path / _PASSAGES)
                _link_lexical(base.path / _LEXICAL, path / _LEXICAL)
                # Our own copy: readers of the base must not see our removals.
                self._vectors = FaissIndex.load(base.path / _VECTORS)
            else:
                self._vectors = FaissIndex.create(dimension)
        self._passages = PassagesWriter(path / _PASSAGES)
        self._lexical = LexicalWriter(path / _LEXICAL)

    def remove(self, doc_ids: Sequence[str]) -> None:
        """Take documents out. Do this before adding them again with new text."""
        gone = [passage_id for doc_id in doc_ids for passage_id in self._passages.remove(doc_id)]
        self._vectors.remove(gone)
        self._lexical.remove(doc_ids)

    def take_down(self, doc_ids: Sequence[str]) -> None:
        """Take documents out so that nothing of them can be found out: no word that only they had, no byte in a file."""
        self.remove(doc_ids)
        self._taking_down = True

    def move(self, doc_id: str, source: str) -> None:
        """Note that a document, otherwise the same, now comes from `source`."""
        self._passages.move(doc_id, source)

    def add(self, document: Document, passages: Sequence[Passage]) -> None:
        """Add one document's texts. Its vectors follow by `add_vectors`."""
        self._passages.add(document, passages)
        for passage in passages:
            self._lexical.add(passage, document)

    def add_vectors(self, passage_ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add the vectors of passages, shape (len(passage_ids), dimension). A passage without one waits for it."""
        self._vectors.add(passage_ids, vectors)

    def start_vectors(self, dimension: int) -> None:
        """Leave out every vector of the base: those of another model follow by `add_vectors`."""
        self._vectors = FaissIndex.create(dimension)

    def finish(self, model: ModelCard, chunking: str, check: Callable[[Path], FileCheck]) -> Manifest:
        """Write everything down to the disk, the manifest last, and return it."""
        documents, passages = self._passages.counts()
        self._passages.close(compact=self._taking_down)
        self._lexical.commit()
        if self._taking_down:
            self._forget_words()
        self._vectors.save(self.path / _VECTORS)
        for leftover in (self.path / _LEXICAL).glob(".tantivy-*.lock"):
            leftover.unlink()
        files = sorted(path for path in self.path.rglob("*") if path.is_file())
        for path in files:
            fsync(path)
        manifest = Manifest(
            generation=self.path.name.removeprefix("."),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            format_version=FORMAT_VERSION,
            chunking=chunking,
            model=model,
            documents=documents,
            passages=passages,
            waiting=passages - self._vectors.count,
            files={path.relative_to(self.path).as_posix(): check(path) for path in files},
        )
        (self.path / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
        for path in (self.path / _MANIFEST, self.path / _LEXICAL, self.path):
            fsync(path)
        return manifest

    def _forget_words(self) -> None:
        """Make the lexical index anew: tantivy marks what is removed, and goes on counting its words."""
        shutil.rmtree(self.path / _LEXICAL)
        lexical = LexicalWriter(self.path / _LEXICAL)
        passages = PassagesReader(self.path / _PASSAGES)
        for document in passages.all_documents():
            for passage in passages.document_passages(document.doc_id):
                lexical.add(passage, document)
        lexical.commit()

    def discard(self) -> None:
        """Throw away what was built."""
        self._passages.abandon()
        shutil.rmtree(self.path, ignore_errors=True)


def _count_problem(generation: Generation) -> str | None:
    """Return how the engines' counts differ from the manifest's, or None."""
    manifest = generation.manifest
    counts = {
        "vectors": (generation.vectors.count, manifest.passages - manifest.waiting),
        "lexical": (generation.lexical.count, manifest.passages),
    }
    wrong = [f"{engine} holds {held} passages of {due}" for engine, (held, due) in counts.items() if held != due]
    return "; ".join(wrong) or None


def _link_lexical(source: Path, target: Path) -> None:
    """Start a tantivy folder from another: segment files never change, so they are hard links."""
    target.mkdir()
    for path in source.iterdir():
        if path.name.endswith(".json"):
            shutil.copyfile(path, target / path.name)
            continue
        try:
            os.link(path, target / path.name)
        except OSError:  # a file system without hard links
            shutil.copyfile(path, target / path.name)
