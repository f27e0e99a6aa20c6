"""A document's journey: file -> library -> passages -> vectors -> a published generation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from docs_store import (
    DamagedError,
    Document,
    Embedder,
    Entry,
    FileState,
    Generation,
    Generations,
    Library,
    Standing,
    Trouble,
    UsageError,
    VectorStore,
    address_key,
    is_quick,
    mismatch,
    ships,
    text_key,
    today,
)

from . import loaders
from .chunking import CHUNKING, chunk
from .completing import complete, waiting
from .finding import Found, compare, suspiciously_many
from .publishing import Difference, find_difference, publish
from .reading import Reading, read_files
from .recovery import LIBRARY, VECTORS, mend, set_aside
from .report import Report
from .vectors import Progress, Vectors, are_many, digests, embedding_text, forget_all, open_store
from .withdrawal import Desk, erase_old, held, settle, writing

_PATIENCE = 2.0  # seconds to wait for who adds vectors, and holds the lock for moments


def _silent(stage: str, done: int, total: int) -> None:
    pass


def reindex(
    data: Path,
    paths: Sequence[Path],
    embedder: Embedder,
    *,
    stand_in: Callable[[], Embedder] | None = None,
    completing: bool = True,
    rebuild: bool = False,
    allow_many_removals: bool = False,
    erase_after: int | None = None,
    progress: Progress = _silent,
) -> Report:
    """Bring the index in `data` in step with the files at `paths`, and return what was done.

    Files are added, updated by content, followed where they moved, and removed when a folder given no longer
    holds them. rebuild: make the whole index anew from the library, with this embedder; every known file that is there is
    compared with what was read of it. erase_after: days after which the text of what was taken down is erased.

    Where a slow embedder has much to do, what can be searched at once is published first: by the vectors of the `stand_in`, a
    quick model, if there is no index by the embedder yet, else the new passages by their words alone. completing: then make the
    vectors and publish them too (`complete`); if not, the report tells how many passages wait.
    Raises BusyError, ModelMismatchError, StorageError, and UsageError where more would go than a person should be asked about;
    a bad file only makes a line in the report.
    """
    started = time.monotonic()
    run = _Run(Generations(data), paths, embedder, stand_in, rebuild, allow_many_removals, erase_after, progress)
    try:
        report = run.once()
    except DamagedError as error:
        damaged = next((path for path in (data / LIBRARY, data / VECTORS) if error.place == path), None)
        if damaged is None:
            raise
        with run.generations.lock():
            told = set_aside(damaged, error)
        report = run.once()
        report.warnings.append(told)
    if report.waiting and completing:
        report.waiting = complete(data, embedder, progress)
        report.generation = run.generations.current_line().partition(" ")[0]
    report.seconds = round(time.monotonic() - started, 3)
    return report


@dataclass(frozen=True, slots=True)
class _Run:
    """One call of `reindex`."""

    generations: Generations
    paths: Sequence[Path]
    embedder: Embedder
    stand_in: Callable[[], Embedder] | None
    rebuild: bool
    allow_many_removals: bool
    erase_after: int | None
    progress: Progress

    def once(self) -> Report:
        with writing(self.generations, wait=_PATIENCE) as desk, ExitStack() as stack:
            report = Report(warnings=list(desk.troubles), recovered=list(desk.recovered))
            if self.rebuild and desk.published is None and not desk.library.doc_ids() and not self.paths:
                raise UsageError("Chưa có gì để lập lại | There is nothing to build anew", "hoitin index THƯ_MỤC_TIN")
            if self.erase_after is not None:
                erase_old(self.generations, desk, self.erase_after, "HOITIN_ERASE_AFTER")
            self._check_model(desk.published)
            again = self._mend(desk, report)
            before = desk.library.entries()
            touched = self._read(desk.library, before, again, report)
            store = None
            if not is_quick(self.embedder):
                store, told = open_store(self.generations.data, desk.published, self.embedder.card.fingerprint)
                stack.enter_context(store)
                report.warnings += told
            self._publish(desk, store, before, touched, report)
            settle(self.generations, desk)  # what was taken down while this ran
            assert desk.published
            report.documents, report.passages = desk.published.manifest.documents, desk.published.manifest.passages
            report.generation = desk.published.name
            report.waiting = waiting(desk.published, self.embedder.card)
        return report

    def _check_model(self, published: Generation | None) -> None:
        """Raise ModelMismatchError where the index is another model's, and no run of ours may turn it into the embedder's."""
        if self.rebuild or published is None:
            return
        made_with, card = published.manifest.model, self.embedder.card
        if made_with.fingerprint == card.fingerprint or (ships(made_with.name) and ships(card.name)):
            return
        if self.stand_in is None or self.stand_in().card.fingerprint != made_with.fingerprint:
            raise mismatch(made_with, card)

    def _mend(self, desk: Desk, report: Report) -> list[Path]:
        """Put right what the library no longer says as it was read; return files to read again beside those given."""
        library = desk.library
        suspects = None
        if not self.rebuild and desk.published:
            difference = find_difference(library.entries(), desk.published)
            suspects = sorted(difference.new | difference.changed)
        sources, files = mend(library, desk.published, suspects)
        for source in sources:
            why = "chữ lưu trong kho đã hỏng, được đọc lại | its stored text was damaged; it is read again"
            report.warnings.append(Trouble(source, why, warning=True))
        known = [*files, *library.paths_of_files()] if self.rebuild else files
        return [Path(file) for file in dict.fromkeys(known) if Path(file).is_file()]

    def _read(self, library: Library, before: Mapping[str, Entry], again: Sequence[Path], report: Report) -> set[str]:
        """Bring the library in step with the files; return the paths that were given and are in it. before: its entries."""
        found = compare(
            [*self.paths, *again], library, self.generations.data, loaders.reader,
            allow_many_removals=self.allow_many_removals, by_content=self.rebuild,
        )  # fmt: skip
        report.failed += found.failed
        if not self.allow_many_removals:
            gone = set(found.gone)
            _guard(sum(entry.path in gone for entry in before.values()), len(before))
        library.remove_files(found.gone)
        report.removed += found.gone
        return _take_in(library, found, report, self)

    def _publish(
        self, desk: Desk, store: VectorStore | None, before: Mapping[str, Entry], touched: set[str], report: Report
    ) -> None:
        """Publish what the library holds and may be answered from, where that differs from what is published."""
        library, published = desk.library, desk.published
        entries = library.entries()
        standing = self.generations.takedowns.standing()
        taken_down = {doc_id for doc_id in entries if held(standing, doc_id, entries)}
        later = {doc_id for doc_id, entry in entries.items() if entry.published and entry.published > today()}
        shown = {doc_id: entry for doc_id, entry in entries.items() if doc_id not in taken_down and doc_id not in later}
        _tell_kept_back(entries, taken_down, later, standing, report)
        difference = find_difference(shown, published)
        taken_down = {doc_id for doc_id in difference.gone if held(standing, doc_id, entries)}
        if not self.allow_many_removals and published:
            _guard(len(difference.gone.keys() - taken_down - later), published.manifest.documents)
        _classify(entries, difference, before if published is None else None, touched, report)
        vectors, base = self._start(published, store, _texts(library, shown))
        dropping = base is None or bool(difference.changed or difference.gone)
        if base is None:
            difference = find_difference(shown, None)
        if dropping or difference.new or difference.moved:
            desk.published = publish(self.generations, library, base, difference, taken_down, vectors, self.progress)
            if dropping and vectors.card == self.embedder.card:  # else its vectors are still to be published
                _drop_vectors(self.generations.data, desk.published, store)

    def _start(
        self, published: Generation | None, store: VectorStore | None, texts: Iterable[str]
    ) -> tuple[Vectors, Generation | None]:
        """Return by whose vectors to publish, and the generation to start from, None to make all anew.

        texts: what is embedded for the passages of all that is to be published.
        """
        ours = Vectors(self.embedder, store)
        made_with = published.manifest.model.fingerprint if published else ""
        base = published if published and not self.rebuild and published.manifest.chunking == CHUNKING else None
        if made_with == ours.card.fingerprint:
            return ours, base
        if store is None or self.stand_in is None:
            return ours, None
        quick = Vectors(self.stand_in(), None)
        if base and made_with == quick.card.fingerprint and are_many(base.manifest.passages):
            return quick, base
        return (quick if ours.lack_many(texts) else ours), None

    def left_out(self) -> Callable[[Document], bool]:
        """Return what tells of a document whether it was erased, so that it is not stored again."""
        standing = self.generations.takedowns.standing()

        def is_erased(document: Document) -> bool:
            takedown = standing.of(document.doc_id, text_key(document.pages), address_key(document.url)) if standing else None
            return bool(takedown and takedown.erased)

        return is_erased


def _texts(library: Library, doc_ids: Iterable[str]) -> Iterator[str]:
    """Yield what is to be embedded for each passage of these documents."""
    for document in library.documents(sorted(doc_ids)):
        yield from (embedding_text(document.title, passage.text) for passage in chunk(document))


def _drop_vectors(data: Path, published: Generation, store: VectorStore | None) -> None:
    """Drop the kept vectors that are of no published text, or of another model. store: None for a model whose are not kept."""
    if store is None:
        forget_all(data)
    else:
        store.keep(digests(published).values(), published.manifest.model.fingerprint)


def _guard(lost: int, known: int) -> None:
    """Raise UsageError where the next index would lack suspiciously many documents."""
    if suspiciously_many(lost, known):
        raise UsageError(
            f"{lost} trong {known} bài của chỉ mục sẽ mất | {lost} of the index's {known} articles would go",
            "nếu đúng là đã xóa, chạy lại với --yes",
        )


def _tell_kept_back(
    entries: Mapping[str, Entry], taken_down: set[str], later: set[str], standing: Standing, report: Report
) -> None:
    """Tell what is kept back though its file is there: news of a day to come, what was taken down under another name."""
    for doc_id in sorted(later - taken_down):
        entry = entries[doc_id]
        report.later.append((entry.source, entry.published.isoformat() if entry.published else ""))
    known = standing.doc_ids()
    for doc_id in sorted(taken_down - known):
        takedown = held(standing, doc_id, entries)
        report.held.append((entries[doc_id].source, takedown.doc_id if takedown else ""))


def plan(data: Path, paths: Sequence[Path], *, allow_many_removals: bool = False) -> Report:
    """Return what `reindex` would do with these paths, having written nothing and read no file's text.

    Files are in the report as they would be taken up; whether each can be read is only known by reading it.
    """
    with Library(data / LIBRARY, read_only=True) as library:
        found = compare(paths, library, data, loaders.reader, allow_many_removals=allow_many_removals)
        return Report(
            added=sorted(found.new),
            updated=sorted(found.changed),
            renamed=[(old, new) for new, (old, _) in found.renamed.items()],
            unchanged=len(found.unchanged),
            removed=found.gone,
            failed=found.failed,
            documents=len(library.doc_ids()),
        )


def _take_in(library: Library, found: Found, report: Report, run: _Run) -> set[str]:
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
    run.progress("read", 0, len(todo))
    for done, reading in enumerate(read_files([Path(file) for file in todo], targets=found.targets), 1):
        if _put(library, reading, todo[str(reading.path)], report, run):
            touched.add(str(reading.path))
        run.progress("read", done, len(todo))
    return touched


def _put(library: Library, reading: Reading, state: FileState, report: Report, run: _Run) -> bool:
    """Store what one file gave, and tell its troubles; return whether anything of it could be read."""
    path = str(reading.path)
    left_out: list[str] = []
    is_erased = run.left_out()

    def documents() -> Iterator[Document]:
        for document in reading.documents:
            if is_erased(document):
                left_out.append(document.doc_id)
            else:
                yield document

    def may_lose(lost: int, before: int) -> bool:
        return run.allow_many_removals or not suspiciously_many(lost, before)

    if reading.error is None:
        try:
            library.put_file(path, state, documents(), reading.troubles, left_out, may_lose)
        except UsageError as error:  # an export that was cut short: what the file held before stays
            report.failed.append(Trouble(path, f"{error} → {error.next_step}"))
            return False
    else:
        reading.troubles.append(Trouble(path, str(reading.error)))
        if reading.lasting:
            library.fail_file(path, state, reading.troubles)
    _tell(reading.troubles, report)
    return reading.error is None


def _tell(troubles: Sequence[Trouble], report: Report) -> None:
    for trouble in troubles:
        (report.warnings if trouble.warning else report.failed).append(trouble)


def _classify(
    entries: Mapping[str, Entry], difference: Difference, before: Mapping[str, Entry] | None, touched: set[str], report: Report
) -> None:
    """Sort files into added, updated and unchanged by what became of their documents.

    before: the library's entries when the run began, where no generation says what was published.
    """
    new, changed = difference.new, difference.changed
    if before:
        known = new & before.keys()
        changed = frozenset(doc_id for doc_id in known if before[doc_id].content_hash != entries[doc_id].content_hash)
        new = new - before.keys()
    by_path: dict[str, set[str]] = {}
    for doc_id, entry in entries.items():
        by_path.setdefault(entry.path, set()).add(doc_id)
    # A record that left a file which is still there.
    shrunk = {source.rpartition("#")[0] for source in difference.gone.values()}
    moved = {name for _, name in report.renamed}
    kept_back = {source for source, _ in (*report.later, *report.held)}
    touched = touched - {entry.path for entry in entries.values() if entry.source in kept_back}
    for path in sorted(by_path.keys() | touched):
        doc_ids = by_path.get(path, set())
        fresh = doc_ids & new
        if fresh and fresh == doc_ids:
            report.added.append(path)
        elif fresh or doc_ids & changed or path in shrunk:
            report.updated.append(path)
        elif path in touched and path not in moved:
            report.unchanged += 1
