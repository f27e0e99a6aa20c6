"""A thousand bad and good files, indexed: `python -m tests.benchmarks.badfiles [--count 1000] [--keep FOLDER] [--json]`.

Makes the files, runs `hoitin index` on them, then reads them once more one by one for the times, and prints what
became of each kind: files, those that became text, those refused, the slowest in seconds, the most memory that a
reading child took (MB), the reasons. Then each broken rule. Exit code 1 if one is broken: a good file that is not
in the index, cannot be quoted or does not answer its question; a bad one without one plain line; a child above
1 GiB; a small file above 60 s; a file read or written outside the folder; a run that ended early.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from docs_store import Generations, load_embedder
from indexer.reading import read_files
from retriever import Assistant

from . import Restless, all_cases, write_cases
from .judge import MARKER, Fate, fates, judge

_CHILD_MEGABYTES = 1024
_SECONDS = 60
_ASKED = 60  # good files whose question is asked
_PATIENCE = 900  # seconds for the whole run


def main() -> None:
    """Run the trial, print the table, exit 1 if a rule is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="make the files and the index here, and leave them")
    parser.add_argument("--only", default="", metavar="WORDS", help="only kinds whose name holds this")
    parser.add_argument("--small", action="store_true", help="without the files that take seconds to make or read")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with ExitStack() as stack:
        root = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bad-")))
        result = trial(root.resolve(), options.count, only=options.only, big=not options.small)
    print(json.dumps(result, ensure_ascii=False, indent=1) if options.json else _table(result))
    sys.exit(1 if result["faults"] else 0)


def trial(root: Path, count: int, *, only: str = "", big: bool = True) -> dict[str, Any]:
    """Make the files below `root`, index them, and return kinds, faults and figures."""
    news, outside, here, data, scratch = (root / name for name in ("news", "outside", "here", "data", "tmp"))
    for folder in (news / "moving", outside, here, scratch):
        folder.mkdir(parents=True)
    secret = outside / "secret.txt"
    secret.write_text(f"{MARKER}.\n", encoding="utf-8")
    cases = [case for case in all_cases(count, secret, outside / "escaped") if only in case.kind and (big or not case.big)]
    started = time.monotonic()
    placed = write_cases(cases, news)
    made = time.monotonic() - started
    before = _listing(news, outside, here)
    with Restless(news / "moving", secret):
        report, code, errors, peak, seconds = _index(news, data, here, scratch)
    faults = []
    if report is None:
        return {"kinds": {}, "faults": [f"the run ended early, exit code {code}: {errors[-2000:]}"]}
    if code not in (0, 3):
        faults.append(f"exit code {code}")
    if errors.strip():
        faults.append(f"chatter on the terminal: {errors[:300]!r}")
    after = _listing(news, outside, here)
    faults += [f"written, changed or removed outside: {name!r}" for name in sorted(before.items() ^ after.items())]
    faults += [f"left behind in the temporary folder: {path.name!r}" for path in scratch.iterdir()]
    found = fates(placed, report)
    faults += judge(found, Generations(data).open_current())
    faults += _verify(data) + _ask(found, data)
    times, memory = _measure(found)
    for path, fate in found.items():
        if times.get(path, 0) > _SECONDS and not fate.case.kind.endswith("long"):
            fate.faults.append(f"took {times[path]:.0f} s")
        if memory.get(path, 0) > _CHILD_MEGABYTES:
            fate.faults.append(f"a child took {memory[path]} MB")
    if peak > _CHILD_MEGABYTES:
        faults.append(f"a child of the run took {peak} MB")
    faults += [f"{path.relative_to(news).as_posix()!r}: {fault}" for path, fate in found.items() for fault in fate.faults]
    return {
        "files": len(placed),
        "made_seconds": round(made, 1),
        "index_seconds": round(seconds, 1),
        "child_peak_mb": peak,
        "kinds": _kinds(found, times, memory),
        "faults": faults,
    }


def _index(news: Path, data: Path, here: Path, scratch: Path) -> tuple[dict[str, Any] | None, int, str, int, float]:
    """Run the command; return its report (None if there is none), exit code, stderr, peak MB of a child, seconds."""
    command = [sys.executable, "-m", "webui.cli", "index", str(news), "--data", str(data), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "TMPDIR": str(scratch)}
    started = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, cwd=here, env=environment, stdout=out, stderr=err, stdin=subprocess.DEVNULL)
        peak = 0
        while process.poll() is None:
            peak = max([peak, *(_megabytes(pid, "VmHWM") for pid in _children(process.pid))])
            if time.monotonic() - started > _PATIENCE:
                process.kill()
            time.sleep(0.05)
        seconds = time.monotonic() - started
        out.seek(0)
        err.seek(0)
        errors = err.read().decode(errors="replace")
        try:
            report = json.loads(out.read())
        except ValueError:
            report = None
    return report, process.returncode, errors, peak, seconds


def _children(pid: int) -> list[int]:
    """Return the processes that a process started, and theirs."""
    found = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *_children(int(child))]
    except OSError:
        pass
    return found


def _megabytes(pid: int, field: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) >> 10 for line in lines if line.startswith(field)), 0)


def _measure(found: Mapping[Path, Fate]) -> tuple[dict[Path, float], dict[Path, int]]:
    """Read each plain file once more, one after another; return its seconds and the memory of the child by then."""
    paths = [path for path in found if path.is_file() and not path.is_symlink() and path.name.isprintable()]
    times: dict[Path, float] = {}
    memory: dict[Path, int] = defaultdict(int)
    current, done = paths[0], threading.Event()

    def sample() -> None:
        while not done.wait(0.02):
            memory[current] = max([memory[current], *(_megabytes(pid, "VmRSS") for pid in _children(os.getpid()))])

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    started = time.monotonic()
    for number, reading in enumerate(read_files(paths, processes=1), 1):
        path, now = reading.path, time.monotonic()
        times[path], started = now - started, now
        current = paths[min(number, len(paths) - 1)]
    done.set()
    sampler.join()
    return times, memory


def _verify(data: Path) -> list[str]:
    command = [sys.executable, "-m", "webui.cli", "verify", "--data", str(data), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    return [] if done.returncode == 0 else [f"verify: {done.stdout[-500:]} {done.stderr[-500:]}"]


def _ask(found: Mapping[Path, Fate], data: Path) -> list[str]:
    """Ask the questions of some good files; return those that their own file does not answer."""
    assistant = Assistant(data, load_embedder)
    faults = []
    good = [(path, fate) for path, fate in found.items() if fate.case.question and fate.indexed]
    for path, fate in good[:: max(1, len(good) // _ASKED)]:
        answer = assistant.ask(fate.case.question)
        quotes = " ".join(" ".join(citation.quote for citation in answer.citations).split())
        if fate.case.words not in quotes:
            faults.append(f"{path.name}: {fate.case.question!r} is not answered by it")
    return faults


def _listing(*folders: Path) -> dict[str, tuple[int, int, int]]:
    """Return type, size and time of change of everything below the folders, but for what moves."""
    found = {}
    for folder in folders:
        for path in folder.rglob("*"):
            if "moving" not in path.parts:
                status = path.lstat()
                found[str(path)] = (status.st_mode, status.st_size, status.st_mtime_ns)
    return found


def _kinds(found: Mapping[Path, Fate], times: Mapping[Path, float], memory: Mapping[Path, int]) -> dict[str, dict[str, Any]]:
    kinds: dict[str, list[Path]] = defaultdict(list)
    for path, fate in found.items():
        kinds[fate.case.kind].append(path)
    return {
        kind: {
            "files": len(paths),
            "text": sum(found[path].indexed for path in paths),
            "refused": sum(bool(found[path].reasons) and not found[path].indexed for path in paths),
            "seconds": round(max(times.get(path, 0.0) for path in paths), 1),
            "child_mb": max(memory.get(path, 0) for path in paths),
            "reasons": dict(Counter(reason for path in paths for reason in set(found[path].reasons)).most_common(4)),
        }
        for kind, paths in kinds.items()
    }


def _table(result: Mapping[str, Any]) -> str:
    rows = ["| kind | files | text | refused | slowest s | child MB | reasons |", "|---|---|---|---|---|---|---|"]
    for kind, row in result["kinds"].items():
        reasons = "; ".join(f"{count} × {reason[:90]}" for reason, count in row.pop("reasons").items())
        rows.append(f"| {kind} | " + " | ".join(map(str, row.values())) + f" | {reasons} |")
    rows += [f"\nBROKEN: {fault}" for fault in result["faults"]]
    figures = {name: value for name, value in result.items() if isinstance(value, int | float)}
    return "\n".join(rows) + f"\n\n{figures}, {len(result['faults'])} rules broken"


if __name__ == "__main__":
    main()
