"""A document's journey: file -> library -> passages -> vectors -> a published generation."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from docs_store import Embedder, FileState, Generations, Library, Trouble

from . import loaders
from .finding import Found, compare
from .publishing import Difference, Progress, find_difference, open_base, publish
from .reading import Reading, read_files
from .report import Report
from .withdrawal import settle, writing


def _silent(stage: str, done: int, total: int) -> None:
    pass


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

    Files are added, updated by content, followed where they moved, and removed when a folder given no longer
    holds them. rebuild: make the whole index anew from the library, with this embedder.
    Raises BusyError, ModelMismatchError, UsageError; a bad file only makes a line in the report.
    """
    started = time.monotonic()
    report = Report()
    generations = Generations(data)
    with writing(generations) as library:
        base = None if rebuild else open_base(generations, embedder)
        found = compare(paths, library, data, loaders.reader, allow_many_removals=allow_many_removals)
        report.failed += found.failed
        library.remove_files(found.gone)
        report.removed += found.gone
        touched = _take_in(library, found, report, progress)
        difference = find_difference(library, base)
        rebuilt = base is None and generations.current_line() != ""
        _classify(library.paths(), difference, touched, report, rebuilt=rebuilt)
        if base is None or difference.new or difference.changed or difference.moved or difference.gone:
            base = publish(generations, library, base, difference, embedder, progress)
        if settle(generations, library):  # taken out while this ran
            base = generations.open_current()
        report.documents, report.passages = base.manifest.documents, base.manifest.passages
        report.generation = base.name
    report.seconds = round(time.monotonic() - started, 3)
    return report


def plan(data: Path, paths: Sequence[Path], *, allow_many_removals: bool = False) -> Report:
    """Return what `reindex` would do with these paths, having written nothing and read no file's text.

    Files are in the report as they would be taken up; whether each can be read is only known by reading it.
    """
    known = data / "library.sqlite"
    with Library(known if known.exists() else ":memory:") as library:
        found = compare(paths, library, data, loaders.reader, allow_many_removals=allow_many_removals)
        return Report(
            added=sorted(found.new),
            updated=sorted(found.changed),
            renamed=[(old, new) for new, (old, _) in found.renamed.items()],
            unchanged=len(found.unchanged),
            removed=found.gone,
            failed=found.failed,
            documents=len(library.content_hashes()),
        )


def _take_in(library: Library, found: Found, report: Report, progress: Progress) -> set[str]:
    """Bring the library in step with what was found; return the paths that were given and are in it."""
    touched: set[str] = set()
    todo = found.new | found.changed
    for new, (old, state) in found.renamed.items():
        if library.rename_file(old, new, state):
            todo[new] = state  # its name was its title
        report.renamed.append((old, new))
        touched.add(new)
    troubles = library.troubles()
    for file, state in found.touched.items():
        library.touch_file(file, state)
    for file in found.unchanged:
        known = troubles.get(file, [])
        _tell(known, report)
        if not any(trouble.path == file and not trouble.warning for trouble in known):
            touched.add(file)
    progress("read", 0, len(todo))
    for done, reading in enumerate(read_files([Path(file) for file in todo], targets=found.targets), 1):
        if _put(library, reading, todo[str(reading.path)], report):
            touched.add(str(reading.path))
        progress("read", done, len(todo))
    return touched


def _put(library: Library, reading: Reading, state: FileState, report: Report) -> bool:
    """Store what one file gave, and tell its troubles; return whether anything of it could be read."""
    path = str(reading.path)
    if reading.error is None:
        library.put_file(path, state, reading.documents, reading.troubles)
    else:
        reading.troubles.append(Trouble(path, str(reading.error)))
        if reading.lasting:
            library.fail_file(path, state, reading.troubles)
    _tell(reading.troubles, report)
    return reading.error is None


def _tell(troubles: Sequence[Trouble], report: Report) -> None:
    for trouble in troubles:
        (report.warnings if trouble.warning else report.failed).append(trouble)


def _classify(paths: dict[str, str], difference: Difference, touched: set[str], report: Report, *, rebuilt: bool) -> None:
    """Sort files into added, updated and unchanged by what became of their documents."""
    by_path: dict[str, set[str]] = {}
    for doc_id, path in paths.items():
        by_path.setdefault(path, set()).add(doc_id)
    # A record that left a file which is still there.
    shrunk = {source.rpartition("#")[0] for source in difference.gone.values()}
    moved = {new for _, new in report.renamed}
    for path in sorted(by_path.keys() | touched):
        doc_ids = by_path.get(path, set())
        fresh = doc_ids & difference.new
        if fresh and fresh == doc_ids and not rebuilt:
            report.added.append(path)
        elif fresh or doc_ids & difference.changed or path in shrunk:
            report.updated.append(path)
        elif path in touched and path not in moved:
            report.unchanged += 1
