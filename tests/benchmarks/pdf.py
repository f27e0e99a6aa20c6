"""How fast PDFs are read, beside pypdf's own plain text: `python -m tests.benchmarks.pdf FILE…`.

Prints, for each file, its pages, the pages a second of `extract_text` and of our loader (CPU, this process and
Tesseract's), and of a scan the seconds a page takes.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from indexer.loaders.pdf import load_pdf


def main() -> None:
    """Run the benchmark and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    options = parser.parse_args()
    print("| file | pages | of them scanned | pypdf, pages/s | hoitin, pages/s | hoitin / pypdf |\n|---|---|---|---|---|---|")
    for file in options.files:
        pages = _plain(file)  # once, unmeasured: imports and caches
        plain = _seconds(lambda file=file: _plain(file))
        extract = load_pdf(file)
        ours = _seconds(lambda file=file: load_pdf(file))
        scanned = sum(note.kind == "ocr" for note in extract.notes)
        speeds = (
            f"– | {ours / scanned:.1f} s a scanned page | –"
            if scanned
            else f"{pages / plain:.1f} | {pages / ours:.1f} | {plain / ours:.2f}"
        )
        print(f"| {file.name} | {pages} | {scanned} | {speeds} |")


def _plain(file: Path) -> int:
    from pypdf import PdfReader

    return sum(page.extract_text() is not None for page in PdfReader(file).pages)


def _seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds that `work` takes, those of the programs it runs included."""
    before = os.times()
    work()
    after = os.times()
    return sum(after[:4]) - sum(before[:4])


if __name__ == "__main__":
    main()
