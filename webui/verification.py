"""The promise, checked: every passage of a generation is byte for byte in its source, and what is stored is what was read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docs_store import Generation, Generations, HoitinError, Library, content_hash_of
from indexer import LIBRARY, is_as_read


def verify_generation(generation: Generation, progress: Callable[[str, int, int], None]) -> list[str]:
    """Return what is wrong, one sentence each; empty if every passage keeps the promise.

    Checks document.pages[page][start:end] == text, each document's text against its hash, that each passage has its vector, or
    waits for it by the manifest, and that the engines hold as many passages as the manifest says.
    """
    faults: list[str] = []
    manifest = generation.manifest
    seen = documents = 0
    for document in generation.passages.all_documents():
        documents += 1
        if content_hash_of(document) != document.content_hash:
            faults.append(f"{document.doc_id}: its text is not what was read (its hash differs)")
        for passage in generation.passages.document_passages(document.doc_id):
            seen += 1
            pages = document.pages
            if not (0 <= passage.page < len(pages) and pages[passage.page][passage.start : passage.end] == passage.text):
                faults.append(
                    f"{document.doc_id}: passage {passage.passage_id} differs from page {passage.page + 1} of its source"
                )
            elif not passage.text:
                faults.append(f"{document.doc_id}: passage {passage.passage_id} is empty")
        progress("verify", documents, manifest.documents)
    counts = {
        "documents": (documents, manifest.documents),
        "passages": (seen, manifest.passages),
        "vectors": (generation.vectors.count, manifest.passages - manifest.waiting),
        "lexical index": (generation.lexical.count, manifest.passages),
    }
    faults += [f"{name}: {found} of {expected}" for name, (found, expected) in counts.items() if found != expected]
    return faults


def verify_library(data: Path) -> list[str]:
    """Return what is wrong with the library and the log of takedowns, one sentence each; empty if all is as it was put in."""
    faults = list(Generations(data).takedowns.problems())
    try:
        with Library(data / LIBRARY, read_only=True) as library:
            faults += [f"{LIBRARY}: {doc_id}: its stored text is not what was read" for doc_id in library.unsound()]
    except HoitinError as error:
        faults.append(str(error))
    return faults


def changed_files(data: Path) -> list[str]:
    """Return the files that no longer hold what was read of them: the next `hoitin index` takes them up."""
    with Library(data / LIBRARY, read_only=True) as library:
        known = {path: library.file(path) for path in library.paths_of_files()}
    return [path for path, state in known.items() if state and Path(path).is_file() and not is_as_read(Path(path), state)]
