"""Kills and full disks: `python -m tests.benchmarks.crash [--kills 40] [--disks 20] [--seed 1]`.

Kills: `hoitin index`, `index --rebuild`, `remove` and `restore` are ended by SIGKILL at a random moment of their work. Full
disks (on Linux as root, on a small file system of its own): the same commands with 0 to 600 KB free. After each: is the
published index whole, is nothing lost, is what was taken out still out, was the error told in a sentence; and does the next run
finish the work?
Prints a line a kind and exits with 1 if a rule is broken.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from docs_store import Generations
from webui.verification import verify_generation, verify_library

from ..conftest import ARTICLES

_RULES = ("not whole", "lost", "came back", "traceback", "not finished")
_HOITIN = [sys.executable, "-m", "webui.cli"]


def main() -> None:
    """Run the trial, print the table, exit 1 if a rule is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--disks", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    table: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        trial = Trial(Path(folder), chance)
        for _ in range(options.kills):
            command = chance.choice(list(trial.commands))
            table.setdefault(f"kill {command}", Counter()).update(trial.kill(command))
        for _ in range(options.disks):
            command = chance.choice(list(trial.commands))
            table.setdefault(f"full disk {command}", Counter()).update(trial.fill(command))
    columns = ("rounds", "struck", *_RULES)
    print(f"{'':28}" + "".join(f"{column:>14}" for column in columns))
    for kind, counts in sorted(table.items()):
        print(f"{kind:28}" + "".join(f"{counts[column]:>14}" for column in columns))
    sys.exit(1 if any(counts[rule] for counts in table.values() for rule in _RULES) else 0)


class Trial:
    """A data folder to begin each round from, and what is done to copies of it."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self._root = root
        self._chance = chance
        self._news, self._whole = root / "news", root / "whole"
        shutil.copytree(ARTICLES, self._news)
        self._run("index", str(self._news), data=self._whole)
        ids = sorted(Generations(self._whole).open_current().passages.content_hashes())
        self._out, self._other = ids[0], ids[1]
        self._run("remove", self._out, data=self._whole)
        self._kept = set(ids[2:])
        self._more = root / "more"
        self._more.mkdir()
        for number in range(60):
            text = f"Bài mới số {number} về đo lường.\n\n" + "Số liệu đo hằng ngày. " * 200
            (self._more / f"{number}.txt").write_text(text, encoding="utf-8")
        self.commands = {
            "index": ["index", str(self._more)],
            "index --rebuild": ["index", "--rebuild"],
            "remove": ["remove", self._other],
            "remove --erase": ["remove", self._other, "--erase"],
            "restore": ["restore", self._out],
        }

    def kill(self, command: str) -> Counter[str]:
        """End a command at a random moment; return what was found."""
        data = self._root / "data"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(self._whole, data)
        process = subprocess.Popen(
            [*_HOITIN, *self.commands[command], "--data", str(data)], start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        struck = 0
        try:
            process.wait(timeout=self._chance.uniform(0.3, 4.0))
        except subprocess.TimeoutExpired:
            struck = 1
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return Counter(rounds=1, struck=struck) + self._judge(command, data, "")

    def fill(self, command: str) -> Counter[str]:
        """Run a command on a disk that is nearly full; return what was found."""
        with small_disk(self._root / "disk") as disk:
            data = disk / "data"
            shutil.copytree(self._whole, data)
            free = self._chance.randrange(0, 600_000)
            status = os.statvfs(disk)
            with suppress(OSError), (disk / "filling").open("wb", buffering=0) as file:
                file.write(b"x" * max(0, status.f_bavail * status.f_frsize - free))
            said = self._run(*self.commands[command], data=data)
            (disk / "filling").unlink()
            return Counter(rounds=1, struck=int(said.returncode == 11)) + self._judge(command, data, said.stderr)

    def _judge(self, command: str, data: Path, said: str) -> Counter[str]:
        found: Counter[str] = Counter()
        found["traceback"] += "Traceback" in said or "Lỗi trong hoitin" in said
        generations = Generations(data)
        faults = generations.problems() + verify_library(data)
        generation = generations.open_current()
        faults += verify_generation(generations.open_current(whole=True), lambda *_: None)
        found["not whole"] += bool(faults)
        there = set(generation.passages.content_hashes())
        found["lost"] += len(self._kept - there)
        found["came back"] += self._out in there and command != "restore"
        if self._run(*self.commands[command], data=data).returncode not in (0, 2):  # 2: it was done already
            found["not finished"] += 1
        finished = self._run("index", str(self._more), data=data)
        there = set(Generations(data).open_current().passages.content_hashes())
        found["lost"] += len(self._kept - there)
        found["not finished"] += finished.returncode != 0 or len(there) < len(self._kept) + 60
        if faults or found["not finished"]:
            print(command, faults[:3], said[-300:], finished.stderr[-300:], file=sys.stderr)
        return found

    def _run(self, *arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*_HOITIN, *arguments, "--data", str(data)], capture_output=True, text=True, check=False)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a file system of 24 MB at `folder` for a while. Exits with a sentence where that may not be done."""
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True, check=False)
    if mounted.returncode:
        sys.exit("full disks need the right to mount a file system; --disks 0 leaves them out")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


if __name__ == "__main__":
    main()
