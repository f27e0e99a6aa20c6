"""The promise, checked: every passage of a generation is byte for byte in its source."""

from __future__ import annotations

from collections.abc import Callable

from docs_store import Generation


def verify_generation(generation: Generation, progress: Callable[[str, int, int], None]) -> list[str]:
    """Return what is wrong, one sentence each; empty if every passage keeps the promise.

    Checks document.pages[page][start:end] == text, that each passage has its vector, and that
    the engines hold as many passages as the manifest says.
    """
    faults: list[str] = []
    manifest = generation.manifest
    seen = documents = 0
    for document in generation.passages.all_documents():
        documents += 1
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
        "vectors": (generation.vectors.count, manifest.passages),
        "lexical index": (generation.lexical.count, manifest.passages),
    }
    faults += [f"{name}: {found} of {expected}" for name, (found, expected) in counts.items() if found != expected]
    return faults
