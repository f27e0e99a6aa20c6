"""Index a large JSONL file of news and time everything: `python -m tests.benchmarks.load FILE`.

Prints minutes and peak memory of `hoitin index` by the model that HOITIN_MODEL names, when it first answered, of a second run
with nothing to do and of a run with ten new articles; p50 and p95 of a question in one process; the cold start of
`hoitin --help` and `hoitin ask`; then the same for 20,000 articles as files of their own. Questions are headlines of the file,
accented and not, cut to ten syllables, and the share of them whose own article comes first.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean, median, quantiles

from docs_store import Generations, load_embedder
from docs_store.vietnamese import fold
from indexer import loaders
from webui.assembly import make_assistant
from webui.settings import read_settings

_FILES = 20_000
HOITIN = [sys.executable, "-m", "webui.cli"]


def main() -> None:
    """Run the benchmark and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="JSONL, may be .gz or .xz")
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--data", type=Path, help="keep the index here (default: a temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        data = options.data or Path(temporary, "data")
        rows = [("machine", f"{os.cpu_count()} cores, Python {platform.python_version()}")]
        rows += _index(options.file, data, Path(temporary))
        rows += _embedding(data)
        rows += _questions(options.file, data, options.questions)
        rows += _cold(data)
        rows += _single_files(options.file, Path(temporary))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:{width}}  {value}")


def _index(file: Path, data: Path, scratch: Path) -> list[tuple[str, str]]:
    rows = []
    begun = time.time()
    seconds, memory, report = _run_index(data, file)
    first = min(path.stat().st_mtime for path in data.glob("generations/*/manifest.json")) - begun
    rows.append(("index, all new", f"{seconds / 60:.2f} min, peak {memory:.0f} MB; it answers after {first / 60:.2f} min"))
    rows.append(("", f"{report['documents']} documents, {report['passages']} passages, {len(report['failed'])} failed"))
    seconds, memory, _ = _run_index(data, file)
    rows.append(("index, nothing changed", f"{seconds:.2f} s"))
    few = scratch / "ten.jsonl"
    few.write_text(
        "".join(json.dumps({"id": n, "title": f"Tin {n}", "body": f"Bản tin số {n}. " * 30}) + "\n" for n in range(10))
    )
    seconds, memory, _ = _run_index(data, few)
    rows.append(("index, ten more articles", f"{seconds:.2f} s, peak {memory:.0f} MB"))
    return rows


def _single_files(file: Path, scratch: Path) -> list[tuple[str, str]]:
    """Return how long a folder takes that holds each article as a file of its own: new, unchanged, renamed."""
    folder = scratch / "files"
    for number, extract in enumerate(loaders.read_many(file, lambda *_: None)):
        path = folder / f"{number % 100:02d}" / f"{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {extract.title}\n\n{extract.pages[0]}\n", encoding="utf-8")
        if number + 1 == _FILES:
            break
    data = scratch / "files-data"
    rows = []
    for label in ("all new", "nothing changed", "folder renamed"):
        if label == "folder renamed":
            (folder / "00").rename(folder / "moved")
        seconds, memory, report = _run_index(data, folder)
        rows.append((f"{report['documents']} files, {label}", f"{seconds:.1f} s, peak {memory:.0f} MB"))
    return rows


def _run_index(data: Path, file: Path) -> tuple[float, float, dict[str, object]]:
    """Return seconds, peak resident memory in MB of the process tree's largest, and the report."""
    code = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, check=False)\n"
        "sys.stdout.buffer.write(done.stdout)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, *HOITIN, "index", str(file), "--data", str(data), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    return time.monotonic() - started, int(done.stderr.split()[-1]) / 1024, json.loads(done.stdout)


def _embedding(data: Path) -> list[tuple[str, str]]:
    """Return how many passages of the index the model embeds in a second."""
    held = Generations(data).open_current().passages
    documents = list(itertools.islice(held.all_documents(), 200))
    texts = [passage.text for document in documents for passage in held.document_passages(document.doc_id)]
    embedder = load_embedder(read_settings().model)
    started = time.perf_counter()
    embedder.embed_documents(texts)
    return [(embedder.card.name, f"{len(texts) / (time.perf_counter() - started):.0f} passages a second")]


def _questions(file: Path, data: Path, count: int) -> list[tuple[str, str]]:
    titles = {extract.record_id: extract.title for extract in loaders.read_many(file, lambda *_: None)}
    chosen = random.Random(1).sample(sorted(titles), min(count, len(titles)))
    assistant = make_assistant(read_settings(data=data))
    assistant.ask("làm nóng")
    sources = assistant.generation().passages.sources()
    rows = []
    for label, change in (("accented", str), ("unaccented", fold)):
        milliseconds, first = [], []
        for record_id in chosen:
            question = " ".join(change(titles[record_id]).split()[:10])
            started = time.perf_counter()
            answer = assistant.ask(question)
            milliseconds.append((time.perf_counter() - started) * 1000)
            citations = answer.citations or answer.nearest
            first.append(bool(citations) and sources[citations[0].doc_id].endswith(f"#{record_id}"))
        p95 = quantiles(milliseconds, n=20)[18]
        rows.append(
            (f"question, {label}", f"p50 {median(milliseconds):.1f} ms, p95 {p95:.1f} ms, own article first {mean(first):.3f}")
        )
    rows.append(("reader's memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB peak"))
    return rows


def _cold(data: Path) -> list[tuple[str, str]]:
    commands = {
        "hoitin --help, cold": ["--help"],
        "hoitin ask, cold": ["ask", "Chính phủ họp phiên thường kỳ", "--data", str(data)],
    }
    rows = []
    for name, arguments in commands.items():
        seconds = []
        for _ in range(5):
            started = time.monotonic()
            subprocess.run([*HOITIN, *arguments], capture_output=True, check=False)
            seconds.append(time.monotonic() - started)
        rows.append((name, f"median {median(seconds):.2f} s, worst {max(seconds):.2f} s of 5"))
    return rows


if __name__ == "__main__":
    main()
