"""A small choice of the bad files of `tests.benchmarks.badfiles`: none harms its neighbours, each is one clear line."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from docs_store import Document, Generations
from docs_store.vietnamese import nfc, sentences
from indexer import chunk, reindex

from .benchmarks.badfiles import all_cases, good_cases, mutated_cases, write_cases
from .benchmarks.badfiles.judge import MARKER, Fate, fates, judge
from .fake import HashEmbedder

# One or two of a kind, and every one of those kinds in which a file may lead out of its folder or end the run.
WHOLE_KINDS = ("link", "no file", "odd name", "name not UTF-8", "sidecar", "climbs out", "outside entity", "hard link")
OF_A_KIND = 2


@pytest.fixture(scope="module")
def fate_of(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Fate]:
    """Return what became of each file of the choice, indexed together with good neighbours."""
    root = tmp_path_factory.mktemp("bad").resolve()
    for name in ("news", "outside"):
        (root / name).mkdir()
    secret = root / "outside" / "secret.txt"
    secret.write_text(f"{MARKER}.\n", encoding="utf-8")
    seen: dict[str, int] = {}
    cases = [*good_cases(11), *mutated_cases(22, random.Random(1))]
    for case in all_cases(0, secret, root / "outside" / "escaped"):
        seen[case.kind] = seen.get(case.kind, 0) + 1
        if not case.big and (seen[case.kind] <= OF_A_KIND or any(kind in case.kind for kind in WHOLE_KINDS)):
            cases.append(case)
    placed = write_cases(cases, root / "news")
    report = reindex(root / "data", [root / "news"], HashEmbedder())
    found = fates(placed, report.as_dict())
    strays = judge(found, Generations(root / "data").open_current())
    assert not strays
    assert [path.name for path in (root / "outside").iterdir()] == [secret.name], "nothing is written outside"
    return found


def test_every_good_neighbour_of_a_bad_file_is_indexed_and_quotable(fate_of: dict[Path, Fate]) -> None:
    good = {path.name: fate.faults for path, fate in fate_of.items() if fate.case.words}
    assert len(good) > 40
    assert {name: faults for name, faults in good.items() if faults} == {}


def test_every_bad_file_is_one_clear_line(fate_of: dict[Path, Fate]) -> None:
    bad = {path: fate.faults for path, fate in fate_of.items() if not fate.case.words}
    assert len(bad) > 100
    assert {path: faults for path, faults in bad.items() if faults} == {}


def test_a_file_that_became_a_pipe_after_it_was_seen_holds_up_nobody(
    tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexer import finding

    (news / "a.txt").write_text("Tin về trạm đo gió.", encoding="utf-8")
    (news / "b.txt").write_text("Tin về trạm đo nước.", encoding="utf-8")
    looked_at = finding._is_news

    def then_changed(file: Path, root: Path, failed: list) -> bool:  # type: ignore[type-arg]
        regular = looked_at(file, root, failed)
        if file.name == "a.txt":
            file.unlink()
            os.mkfifo(file)
        return regular

    monkeypatch.setattr(finding, "_is_news", then_changed)
    report = reindex(tmp_path / "data", [news], HashEmbedder())
    assert [Path(name).name for name in report.added] == ["b.txt"]


def test_a_sidecar_nested_without_end_is_one_line(tmp_path: Path, news: Path) -> None:
    (news / "a.txt").write_text("Tin về trạm đo gió.", encoding="utf-8")
    (news / "a.txt.yaml").write_text("title: " + "[" * 5000)
    report = reindex(tmp_path / "data", [news], HashEmbedder())
    assert "sâu" in report.failed[0].reason


@pytest.mark.parametrize("page", ["A" * 50_000, "a" + "." * 200_000 + " b " * 300, "+" * 9000 + "a" * 9000, "a\u200b" * 30_000])
def test_no_passage_is_longer_than_a_reader_can_take_in(page: str) -> None:
    passages = list(chunk(Document("a", "/a.txt", "Tin", (page,), "hash")))
    assert all(page[passage.start : passage.end] == passage.text for passage in passages)
    assert max(len(passage.text) for passage in passages) <= 10_000
    assert "".join(passage.text for passage in passages).count("a") == page.count("a")


@pytest.mark.parametrize("marks", ["\u0301", "\u0301\u0323", "\u05b4\u05b0", "\u3099\u302a", "\u0651\u064b", "\ufe27\ufe20"])
def test_a_run_of_marks_of_any_script_is_cut_short_before_it_is_normalised(marks: str) -> None:
    # Sorting 200,000 marks would take minutes.
    assert len(nfc("e" + marks * (200_000 // len(marks)) + " hết")) < 12


def test_a_row_of_dots_ends_no_sentence_and_takes_no_time() -> None:
    text = "Mục lục" + "." * 500_000 + "3 trang. Hết."
    assert [text[start:end][-8:] for start, end in sentences(text)] == ["3 trang.", "Hết."]
