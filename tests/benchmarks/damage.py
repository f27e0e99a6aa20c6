"""Damage, on purpose: `python -m tests.benchmarks.damage [--rounds 20] [--seed 1] [--json]`.

Indexes the sample news, takes one article out, then again and again damages one file of a copy of the data folder (a flipped
bit, a cut, a page of zeros, a deletion), and lets hoitin go on: `ask`, `verify`, `index --rebuild`, `index` of one new article,
`status`. Prints a line a kind of damage: rounds, documents lost, altered texts published, articles that came back, tracebacks,
rounds after which the index could not be made, and those in which the damage was told.
Exit code 1 if a document was lost, an altered text published, a removed article back, or a traceback shown.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result

from docs_store import Generations
from indexer import withdraw
from webui.cli import main as hoitin

from ..conftest import ARTICLES

_PAGE = 4096
_RULES = ("lost", "altered", "came back", "tracebacks", "not made")
_TOLD = re.compile(r"^(?:[!✗↺] |g\d{6}.*/ faults|.*differs)", re.MULTILINE)

Damage = Callable[[Path, random.Random], None]


def flip(path: Path, chance: random.Random) -> None:
    """Change one bit."""
    content = bytearray(path.read_bytes())
    if content:
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(bytes(content))


def cut(path: Path, chance: random.Random) -> None:
    """Keep only the beginning."""
    content = path.read_bytes()
    path.write_bytes(content[: chance.randrange(len(content) + 1)])


def zero(path: Path, chance: random.Random) -> None:
    """Write zeros over one page."""
    content = bytearray(path.read_bytes())
    start = chance.randrange(max(1, len(content) // _PAGE)) * _PAGE
    content[start : start + _PAGE] = bytes(min(_PAGE, len(content) - start))
    path.write_bytes(bytes(content))


def delete(path: Path, chance: random.Random) -> None:
    """Delete the file."""
    path.unlink()


_HOWS: dict[str, Damage] = {"flip": flip, "cut": cut, "zero": zero, "delete": delete}


def files(data: Path, chance: random.Random) -> dict[str, Path]:
    """Return what can be damaged, by name: one file of the generation is picked by chance."""
    (generation,) = [path for path in (data / "generations").iterdir() if path.name[0] != "."]
    inside = sorted(path for path in generation.rglob("*") if path.is_file())
    names = ("library.sqlite", "CURRENT", "takedowns.jsonl", "audit.jsonl", "abbreviations.tsv", "calibration.json")
    return {name: data / name for name in names} | {"generation": chance.choice(inside)}


def main() -> None:
    """Run the trial, print the table, exit 1 if a rule is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="rounds of each kind of damage")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only this file")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="damage-") as folder:
        table = trial(Path(folder), options.rounds, options.seed, options.only)
    if options.json:
        print(json.dumps(table, indent=1))
    else:
        columns = ("rounds", *_RULES, "told")
        print(f"{'damage':28}" + "".join(f"{column:>12}" for column in columns))
        for kind, counts in table.items():
            print(f"{kind:28}" + "".join(f"{counts.get(column, 0):>12}" for column in columns))
    sys.exit(1 if any(counts.get(rule) for counts in table.values() for rule in _RULES) else 0)


def trial(root: Path, rounds: int, seed: int, only: str = "") -> dict[str, Counter[str]]:
    """Return kind of damage -> what was counted."""
    whole = root / "whole"
    news = root / "news"
    shutil.copytree(ARTICLES, news)
    _run("index", str(news), data=whole)
    removed = next(iter(Generations(whole).open_current().passages.content_hashes()))
    withdraw(whole, removed, person="trial")
    (whole / "abbreviations.tsv").write_text("TTKHCN\tTrung tâm Khoa học và Công nghệ\n", encoding="utf-8")
    _run("eval", str(_questions(root)), "--calibrate", data=whole)
    before = _texts(whole)
    table: dict[str, Counter[str]] = {}
    chance = random.Random(seed)
    for name in files(whole, chance):
        for how, damage in _HOWS.items():
            if only and name != only:
                continue
            counts = table[f"{name} {how}"] = Counter()
            for number in range(rounds):
                data = root / "copy"
                shutil.copytree(whole, data)
                target = files(data, chance)[name]
                if not target.exists():
                    target.write_text("{}")
                damage(target, chance)
                counts += Counter(_round(data, root / "other", before, removed, number))
                counts["rounds"] += 1
                shutil.rmtree(data)
            print(f"{name} {how}: {dict(counts)}", file=sys.stderr, flush=True)
    return table


def _round(data: Path, other: Path, before: dict[str, tuple[str, ...]], removed: str, number: int) -> dict[str, int]:
    shutil.rmtree(other, ignore_errors=True)
    other.mkdir()
    (other / "moi.txt").write_text(f"Bài mới số {number} về đo lường.", encoding="utf-8")
    results = [
        _run("ask", "Ai là Tổng Thư ký IEC?", data=data),
        _run("verify", data=data),
        _run("index", "--rebuild", data=data),
        _run("index", str(other), data=data),
        _run("verify", data=data),
        _run("status", data=data),
    ]
    shown = [result for result in results if "Lỗi trong hoitin" in result.output or "Traceback" in result.output]
    for result in shown:
        print(result.output[-300:], file=sys.stderr)
    after = _texts(data)
    return {
        "lost": len(before.keys() - after.keys()),
        "altered": sum(after[doc_id] != pages for doc_id, pages in before.items() if doc_id in after),
        "came back": int(removed in after),
        "tracebacks": len(shown),
        "not made": int(any(result.exit_code for result in results[2:4])),
        "told": int(any(result.exit_code not in (0, 1) or _TOLD.search(result.output) for result in results[:4])),
    }


def _questions(root: Path) -> Path:
    """Return a CSV of questions, so that there is a calibration of one's own to damage."""
    path = root / "questions.csv"
    path.write_text("Ai là Tổng Thư ký IEC?,Metzger\nGiá vé xem xiếc?,\n", encoding="utf-8")
    return path


def _texts(data: Path) -> dict[str, tuple[str, ...]]:
    try:
        passages = Generations(data).open_current().passages
    except Exception:  # nothing answers: every document is lost
        return {}
    return {document.doc_id: document.pages for document in passages.all_documents()}


def _run(*arguments: str, data: Path) -> Result:
    return CliRunner().invoke(hoitin, [*arguments, "--data", str(data)])


if __name__ == "__main__":
    main()
