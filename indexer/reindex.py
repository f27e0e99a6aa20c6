"""A document's journey: file -> library -> passages -> vectors -> a published generation."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from docs_store import (
    Document,
    Embedder,
    FileState,
    Generation,
    Generations,
    HoitinError,
    Library,
    LoadError,
    ModelMismatchError,
    NoIndexError,
    UsageError,
)
from docs_store.vietnamese import storable

from . import loaders
from .chunking import CHUNKING, chunk
from .metadata import complete
from .reading import read_files
from .report import Failure, Report

Progress = Callable[[str, int, int], None]  # stage ("read" or "embed"), done, total

_EMBED_BATCH = 2048  # passages embedded at a time
_GUARDED_SHARE = 0.3  # a run that removes more than this share of a folder's files asks first
_GUARDED_COUNT = 10


def _silent(stage: str, done: int, total: int) -> None:
    pass


@dataclass(slots=True)
class _Found:
    """What the paths given hold."""

    files: list[Path] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)


def reindex(
    data: Path,
    paths: Sequence[Path],
    embedder: Embedder,
    *,
    rebuild: bool = False,
    allow_many_removals: bool = False,
    progress: Progress = _silent,
) -> Report:
    """Bring the index in `data` in step with the files at `paths`, and return what was done.

    Files are added, updated by content, and removed when a folder given no longer holds them.
    rebuild: make the whole index anew from the library, with this embedder.
    Raises BusyError, ModelMismatchError, UsageError; a bad file only makes a line in the report.
    """
    started = time.monotonic()
    generations = Generations(data)
    report = Report()
    with generations.lock(), Library(data / "library.sqlite") as library:
        base = None if rebuild else _base(generations, embedder)
        found = _find(paths, library, allow_many_removals, data)
        report.failed += found.failed
        library.remove_files(found.gone)
        report.removed += found.gone
        touched = _read(library, found.files, report, progress)
        base = _publish(generations, library, base, embedder, report, touched, progress)
        report.documents, report.passages = base.manifest.documents, base.manifest.passages
        report.generation = base.name
    report.seconds = round(time.monotonic() - started, 3)
    return report


def _base(generations: Generations, embedder: Embedder) -> Generation | None:
    """Return the generation to start from; None if all must be built anew."""
    try:
        base = generations.open_current()
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


def _find(paths: Sequence[Path], library: Library, allow_many_removals: bool, data: Path) -> _Found:
    """Return the files to look at, those known but gone, and what cannot be read at all.

    data: our own folder, which is never news.
    """
    found = _Found()
    seen: set[str] = set()
    for given in paths:
        path = Path(os.path.abspath(given))  # noqa: PTH100 - links stay as they are named
        if path.is_dir():
            for file in _walk(path, data.resolve()):
                if str(file) not in seen:
                    seen.add(str(file))
                    _sort_in(file, path, found)
            found.gone += _gone(path, library, allow_many_removals)
        elif os.path.lexists(path):
            if str(path) not in seen:
                seen.add(str(path))
                _sort_in(path, path.parent, found)
        elif library.file(str(path)):
            found.gone.append(str(path))
        elif library.files_under(str(path)):  # a whole folder was deleted
            found.gone += _gone(path, library, allow_many_removals)
        else:
            found.failed.append(Failure(storable(str(path)), "không có tệp này | no such file"))
    found.gone = list(dict.fromkeys(found.gone))
    return found


def _gone(folder: Path, library: Library, allow_many_removals: bool) -> list[str]:
    """Return the known files below `folder` that are no longer there. Raises UsageError if they are suspiciously many."""
    known = library.files_under(str(folder))
    gone = [file for file in known if not os.path.lexists(file)]
    if len(gone) > max(_GUARDED_COUNT, _GUARDED_SHARE * len(known)) and not allow_many_removals:
        raise UsageError(
            f"{len(gone)} trong {len(known)} tệp đã lập chỉ mục ở {folder} không còn nữa"
            f" | {len(gone)} of {len(known)} indexed files in {folder} are gone",
            "nếu đúng là đã xóa, chạy lại với --yes",
        )
    return gone


def _walk(folder: Path, data: Path) -> Iterator[Path]:
    """Yield the files below a folder in a fixed order; hidden ones, links to folders and our own data left out."""
    for parent, folders, files in os.walk(folder, followlinks=False):
        if (data / "generations").is_dir() and Path(parent).resolve() == data:
            folders[:] = []
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(parent, name)


def _sort_in(file: Path, root: Path, found: _Found) -> None:
    """Put one directory entry where it belongs: only regular files inside the root are read."""
    try:
        str(file).encode()
        mode = file.stat().st_mode
    except UnicodeEncodeError:
        found.failed.append(Failure(storable(str(file)), "tên tệp không phải UTF-8 | the file name is not UTF-8"))
        return
    except OSError as error:
        found.failed.append(Failure(str(file), f"không đọc được: {error.strerror} | cannot be read"))
        return
    if not stat.S_ISREG(mode):
        found.failed.append(Failure(str(file), "không phải tệp thường | not a regular file"))
    elif file.is_symlink() and not file.resolve().is_relative_to(root.resolve()):
        found.failed.append(Failure(str(file), "liên kết ra ngoài thư mục | a link out of the folder"))
    else:
        found.files.append(file)


def _read(library: Library, files: Sequence[Path], report: Report, progress: Progress) -> set[str]:
    """Read new and changed files into the library; return the paths that were given and are in it."""
    touched: set[str] = set()
    changed: dict[Path, FileState] = {}
    for file in files:
        known = library.file(str(file))
        try:
            state = _state(file, known)
        except OSError as error:
            report.failed.append(Failure(str(file), f"không đọc được: {error.strerror} | cannot be read"))
            continue
        if known and known.sha256 == state.sha256 and known.reader == state.reader:
            if known.mtime_ns != state.mtime_ns:
                library.touch_file(str(file), state)
            touched.add(str(file))
            report.failed += [Failure(place, reason) for place, reason in library.failures(str(file))]
        else:
            changed[file] = state
    done = 0
    progress("read", done, len(changed))
    for file in [file for file in changed if loaders.holds_many(file)]:
        try:
            failures: list[tuple[str, str]] = []
            library.put_file(str(file), changed[file], _articles(file, failures), failures)
            touched.add(str(file))
        except LoadError as error:  # nothing in it can be read: what the file said before stays
            report.failed.append(Failure(str(file), str(error)))
        report.failed += [Failure(place, reason) for place, reason in failures]
        progress("read", done := done + 1, len(changed))
    for file, result in read_files([file for file in changed if not loaders.holds_many(file)]):
        if isinstance(result, LoadError):
            # What an earlier version of the file said stays in the index: nothing is lost to a bad save.
            report.failed.append(Failure(str(file), str(result)))
        else:
            library.put_file(str(file), changed[file], [result])
            touched.add(str(file))
        progress("read", done := done + 1, len(changed))
    return touched


def _state(file: Path, known: FileState | None) -> FileState:
    status = file.stat()
    if known and (known.size, known.mtime_ns, known.reader) == (status.st_size, status.st_mtime_ns, loaders.READER):
        return known
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return FileState(status.st_size, status.st_mtime_ns, digest, loaders.READER)


def _articles(file: Path, failures: list[tuple[str, str]]) -> Iterator[Document]:
    """Yield the articles of a file that holds many; note in `failures` (place, reason) what is none.

    Raises LoadError if none can be read at all.
    """

    def on_bad_line(number: int, reason: str) -> None:
        failures.append((f"{file}:{number}", reason))

    seen: set[str] = set()
    for extract in loaders.read_many(file, on_bad_line):
        place = storable(f"{file}#{extract.record_id}")
        try:
            document = complete(extract, file)
        except (LoadError, ValueError, RecursionError) as error:
            failures.append((place, str(error)))
            continue
        if document.doc_id in seen:
            failures.append((place, "trùng id với một dòng trước | the same id as an earlier line"))
            continue
        seen.add(document.doc_id)
        yield document
    if not seen:
        raise LoadError("không có bài nào | no article in it")


def _publish(
    generations: Generations,
    library: Library,
    base: Generation | None,
    embedder: Embedder,
    report: Report,
    touched: set[str],
    progress: Progress,
) -> Generation:
    """Publish what differs between the library and `base`; fill in the report; return what is current."""
    before = base.passages.content_hashes() if base else {}
    after = library.content_hashes()
    new = {doc_id for doc_id in after if doc_id not in before}
    changed = {doc_id for doc_id in after if doc_id in before and before[doc_id] != after[doc_id]}
    gone = [doc_id for doc_id in before if doc_id not in after]
    sources = base.passages.sources() if gone and base else {}
    changed_files = {sources[doc_id].rpartition("#")[0] for doc_id in gone}  # a record left a file that is still there
    rebuilt = base is None and generations.current_line() != ""
    _classify(library.paths(), new, changed, touched, report, changed_files=changed_files, rebuilt=rebuilt)
    if base is not None and not (new or changed or gone):
        return base
    builder = generations.build(base, embedder.card.dimension)
    try:
        builder.remove([*gone, *changed])
        todo = sorted(new | changed)
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


def _classify(
    paths: dict[str, str],
    new: set[str],
    changed: set[str],
    touched: set[str],
    report: Report,
    *,
    changed_files: set[str],
    rebuilt: bool,
) -> None:
    """Sort files into added, updated and unchanged by what became of their documents."""
    by_path: dict[str, set[str]] = {}
    for doc_id, path in paths.items():
        by_path.setdefault(path, set()).add(doc_id)
    for path in sorted(by_path.keys() | touched):
        doc_ids = by_path.get(path, set())
        fresh = doc_ids & new
        if fresh and fresh == doc_ids and not rebuilt:
            report.added.append(path)
        elif fresh or doc_ids & changed or path in changed_files:
            report.updated.append(path)
        elif path in touched:
            report.unchanged += 1
