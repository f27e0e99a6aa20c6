"""Fuzz one loader, guided by the code that each input reaches: `python -m tests.benchmarks.fuzz LOADER [--seconds 60]`.

LOADER: a suffix without its dot (txt, md, html, pdf, docx, jsonl, …) or "yaml". The seeds are the sample articles
and generated files. Whatever ends otherwise than in a document, a LoadError, or want of memory is a crash; an input
that takes over 20 s is a hang. Both are kept in --keep and printed; exit code 1 if there is one.

atheris is not among the dependencies; have it beside them (Linux and macOS):

    pip install --target FUZZ atheris
    PYTHONPATH=FUZZ python -m tests.benchmarks.fuzz html
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from docs_store import LoadError

from .badfiles.archives import docx, epub, external, laughs, odt, zipped
from .badfiles.good import WRITERS, story
from .badfiles.pdfs import pdf_cases
from .badfiles.texts import text_cases

ARTICLES = Path(__file__).parents[2] / "docs_store" / "samples" / "articles"
_SLOW = 20  # seconds for one input
_LONGEST = 8192  # bytes of one input
# The parsers whose code guides the fuzzing, beside ours; compiled ones cannot.
_GUIDES = {
    "html": ["trafilatura", "htmldate"],
    "pdf": ["pypdf"],
    "docx": ["docx"],
    "yaml": ["yaml"],
    "md": ["yaml"],
}


def main() -> None:
    """Fuzz in a child, so that a hang or a crash of the interpreter is seen too; say what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("loader")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir(), "hoitin-fuzz"), metavar="FOLDER")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder: Path = options.keep / options.loader
    if options.child:
        _fuzz(options.loader, folder, options.seconds)
        return
    _write_seeds(options.loader, folder / "seeds")
    shutil.rmtree(folder / "found", ignore_errors=True)
    (folder / "found").mkdir(parents=True)
    command = [sys.executable, "-m", "tests.benchmarks.fuzz", options.loader, "--child", f"--seconds={options.seconds}"]
    done = subprocess.run([*command, f"--keep={options.keep}"], capture_output=True, text=True, errors="replace")
    found = sorted((folder / "found").iterdir())
    print("\n".join([line for line in done.stderr.splitlines() if line.startswith("#")][-1:]))
    if found:
        print(done.stdout[-3000:] + done.stderr[-1500:])
    if "No module named 'atheris'" in done.stderr:
        sys.exit("pip install --target FUZZ atheris; PYTHONPATH=FUZZ python -m tests.benchmarks.fuzz …")
    print(f"{options.loader}: {len(found)} found {[str(path) for path in found]}, exit code {done.returncode}")
    sys.exit(1 if found or done.returncode else 0)


def _write_seeds(loader: str, folder: Path) -> None:
    """Write the sample articles and generated files of one format."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    suffix = f".{loader}"
    seeds = [path.read_bytes() for path in sorted(ARTICLES.glob(f"*{suffix}"))]
    nowhere = Path("/nowhere/secret.txt")
    if suffix in WRITERS:
        seeds.append(WRITERS[suffix](story(0)))
    for number, case in enumerate(case for case in (*text_cases(nowhere), *pdf_cases()) if not case.big):
        wanted = case.kind == "front matter" if loader == "yaml" else case.name.endswith(suffix)
        if wanted and case.kind not in ("sidecar", "link out of the folder"):
            case.make(folder / f"case-{number}")
    for make in (docx, odt, epub):
        if loader == make.__name__:
            seeds += [make(["Tin"], doctype=head) for head in (laughs(), external(nowhere))]
    if loader == "zip":
        seeds += [zipped({"a.txt": "Tin về gió"}), zipped({"a/b.txt": "Tin", "c.html": "<p>Tin</p>"}, 0)]
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number}").write_bytes(seed)


def _fuzz(loader: str, folder: Path, seconds: int) -> None:
    """Fuzz in this process, which ends with the first crash."""
    import atheris

    with atheris.instrument_imports(include=["indexer", *_GUIDES.get(loader, [])]):
        from indexer import chunk, loaders
        from indexer.metadata import Origin, complete

        for name in _GUIDES.get(loader, []):
            import_module(name)
    path = Path(tempfile.mkdtemp(), "a.md" if loader == "yaml" else f"a.{loader}")

    unpacked = path.with_name("unpacked")

    def once(data: bytes) -> None:
        path.write_bytes(data)
        try:
            if loaders.holds_many(path):
                extracts = list(loaders.read_many(path, lambda number, reason: None))
            elif loaders.is_archive(path):
                shutil.rmtree(unpacked, ignore_errors=True)
                unpacked.mkdir()
                list(loaders.unpack(path, unpacked))
                return
            else:
                extracts = [loaders.load(path)]
            for extract in extracts:
                document = complete(extract, Origin(path))
                for passage in chunk(document):
                    assert document.pages[passage.page][passage.start : passage.end] == passage.text
        except (LoadError, MemoryError):
            pass

    logging.disable(logging.CRITICAL)
    arguments = [
        sys.argv[0], f"-max_total_time={seconds}", f"-max_len={_LONGEST}", f"-timeout={_SLOW}", "-rss_limit_mb=2000",
        f"-artifact_prefix={folder / 'found'}{os.sep}", str(folder / "seeds"),
    ]  # fmt: skip
    atheris.Setup(arguments, once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
