"""Taking an article down: out of the answers at once, out of every index, and it stays out."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from docs_store import Generations, StorageError, Takedown, Takedowns, UsageError
from indexer import reindex, restore, withdraw, withdrawals
from retriever import Assistant
from webui.cli import main

from .fake import HashEmbedder
from .newsroom import ids, put, run


def test_a_withdrawn_article_is_gone_from_answers_at_once_and_stays_out(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    path = put(news, "a.txt", "Sao chổi Bình Minh bay qua Cần Thơ ngày 5/6/2024.")
    put(news, "b.txt", "Hội nghị đo lường họp ở Huế.")
    run(data, news)
    embedder = HashEmbedder()
    running = Assistant(data, lambda: embedder)
    assert running.ask("Sao chổi Bình Minh bay qua đâu?").found
    (document,) = withdraw(data, str(path), person="lan", reason="sai số liệu")
    assert not running.ask("Sao chổi Bình Minh bay qua đâu?").found
    path.write_text("Sao chổi Bình Minh bay qua Cần Thơ ngày 6/6/2024, đã sửa.", encoding="utf-8")
    assert run(data, news).documents == 1
    assert not running.ask("Sao chổi Bình Minh bay qua đâu?").found
    lines = [json.loads(line) for line in (data / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["action"], line["doc_id"], line["person"], line["reason"]) for line in lines] == [
        ("remove", document.doc_id, "lan", "sai số liệu")
    ]


def test_no_generation_still_holds_a_withdrawn_article(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    put(news, "a.txt", "Sao chổi Bình Minh bay qua Cần Thơ.")
    run(data, news)
    put(news, "b.txt", "Hội nghị đo lường họp ở Huế.")
    run(data, news)
    withdraw(data, str(news / "a.txt"), person="lan")
    assert len(list((data / "generations").iterdir())) == 1
    texts = [page for document in Generations(data).open_current().passages.all_documents() for page in document.pages]
    assert texts == ["Hội nghị đo lường họp ở Huế."]


def test_taking_down_does_not_wait_for_a_running_index(tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["indexer.withdrawal"], "_PATIENCE", 0.2)
    data = tmp_path / "data"
    path = put(news, "a.md", "---\ndate: 2024-06-05\n---\nSao chổi Bình Minh bay qua Cần Thơ ngày 5/6/2024.")
    other = put(news, "b.txt", "Hội nghị đo lường họp ở Huế.")
    run(data, news)
    embedder, taken = HashEmbedder(), []
    running = Assistant(data, lambda: embedder)
    assert running.ask("Sao chổi Bình Minh bay qua đâu?").found
    assert [head.source for head in running.generation().passages.newest(9)] == [str(path)]

    def take_down(stage: str, done: int, total: int) -> None:
        if stage == "embed" and not taken:
            taken.extend(withdraw(data, str(path), person="lan"))
            assert not running.ask("Sao chổi Bình Minh bay qua đâu?").found
            assert running.generation().passages.document(taken[0].doc_id) is None
            assert running.generation().passages.newest(9) == []
            assert [one.doc_id for one in withdrawals(data)] == [taken[0].doc_id]

    put(news, "c.txt", "Tin mới về vệ tinh.")
    report = reindex(data, [news], embedder, progress=take_down)
    assert taken
    assert report.documents == 2
    assert [one.doc_id for one in withdrawals(data)] == [taken[0].doc_id]
    assert len(list((data / "generations").iterdir())) == 1
    whole = Generations(data).open_current(whole=True).passages.sources()
    assert sorted(whole.values()) == [str(other), str(news / "c.txt")]


def test_a_removal_that_was_killed_is_finished_by_the_next_run(
    tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    path = put(news, "a.txt", "Sao chổi Bình Minh bay qua Cần Thơ.")
    put(news, "b.txt", "Hội nghị đo lường họp ở Huế.")
    run(data, news)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sys.modules["indexer.withdrawal"], "settle", killed)
        with pytest.raises(KeyboardInterrupt):
            withdraw(data, str(path), person="lan")
    assert str(path) not in ids(data)
    assert str(path) in Generations(data).open_current(whole=True).passages.sources().values()
    report = run(data, news)
    assert report.documents == 1
    assert str(path) not in Generations(data).open_current(whole=True).passages.sources().values()


def test_two_removals_of_one_article_at_once_are_one(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    path = put(news, "a.txt", "Sao chổi Bình Minh bay qua Cần Thơ.")
    put(news, "b.txt", "Hội nghị đo lường họp ở Huế.")
    run(data, news)
    doc_id = ids(data)[str(path)]
    one = Takedown(doc_id, "Sao chổi", str(path), "2026-01-01T00:00:00+00:00", "lan", "")
    with ThreadPoolExecutor(8) as pool:
        many = [[replace(one, reason="x" * number)] for number in range(8)]
        added = list(pool.map(lambda each: len(Takedowns(data).add(each)), many))
    assert sorted(added) == [0] * 7 + [1]
    assert [one.doc_id for one in withdrawals(data)] == [doc_id]
    assert run(data, news).documents == 1
    assert [line["doc_id"] for line in _audit(data)] == [doc_id]


@pytest.mark.parametrize("kind", ["txt", "jsonl"])
def test_an_article_that_the_running_index_drops_can_be_taken_down_at_once(tmp_path: Path, news: Path, kind: str) -> None:
    data = tmp_path / "data"
    records = ['{"id": 1, "body": "Sao chổi Bình Minh bay qua Cần Thơ."}', '{"id": 2, "body": "Hội nghị đo lường họp ở Huế."}']
    path = put(news, f"a.{kind}", "\n".join(records))
    put(news, "b.txt", "Tin về vệ tinh.")
    run(data, news)
    embedder, taken = HashEmbedder(), []
    running = Assistant(data, lambda: embedder)
    (citation, *_) = running.ask("Sao chổi Bình Minh bay qua đâu?").citations

    def take_down(stage: str, done: int, total: int) -> None:
        if stage == "embed" and not taken:
            taken.extend(withdraw(data, citation.doc_id, person="lan"))
            assert not running.ask("Sao chổi Bình Minh bay qua đâu?").found

    put(news, "c.txt", "Tin mới về lúa.")
    path.write_text(records[1]) if kind == "jsonl" else path.unlink()
    reindex(data, [news], embedder, progress=take_down)
    assert [document.doc_id for document in taken] == [citation.doc_id]
    path.write_text("\n".join(records))
    run(data, news)
    assert citation.doc_id not in Generations(data).open_current(whole=True).passages.sources()


def test_what_was_taken_down_stays_down_while_a_damaged_index_is_made_anew(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    path = put(news, "a.txt", "Sao chổi Bình Minh bay qua Cần Thơ.")
    put(news, "b.txt", "Hội nghị đo lường họp ở Huế.")
    run(data, news)
    embedder, seen = HashEmbedder(), []
    running = Assistant(data, lambda: embedder)
    assert running.ask("Sao chổi Bình Minh bay qua đâu?").found
    Takedowns(data).add([Takedown(ids(data)[str(path)], "", str(path), "2026-01-01", "lan", "")])
    (vectors,) = data.glob("generations/*/vectors.faiss")
    content, times = bytearray(vectors.read_bytes()), vectors.stat()
    content[-1] ^= 1
    vectors.write_bytes(content)
    os.utime(vectors, ns=(times.st_atime_ns, times.st_mtime_ns))
    reindex(data, [news], embedder, progress=lambda *_: seen.append(running.ask("Sao chổi Bình Minh bay qua đâu?").found))
    assert seen
    assert not any(seen)
    assert Generations(data).open_current(whole=True).manifest.documents == 1


def test_what_is_withheld_crowds_nothing_out(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    for number in range(150):
        put(news, f"{number}.txt", f"Sao chổi Bình Minh bay qua Cần Thơ, bản {number}.")
    kept = put(news, "kept.txt", "Sao chổi Bình Minh bay qua đảo Phú Quý, nhiều người xem, trời quang và nhiều gió.")
    run(data, news)
    embedder = HashEmbedder()
    running = Assistant(data, lambda: embedder)
    for path, doc_id in ids(data).items():
        if path != str(kept):
            Takedowns(data).add([Takedown(doc_id, "", path, "2026-01-01", "lan", "")])
    answer = running.ask("Sao chổi Bình Minh bay qua đâu?")
    assert {citation.doc_id for citation in answer.citations or answer.nearest} == {ids(data)[str(kept)]}


def test_where_it_cannot_be_known_what_is_withheld_nobody_answers(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    put(news, "a.txt", "Sao chổi Bình Minh bay qua Cần Thơ.")
    run(data, news)
    (data / "takedowns.jsonl").mkdir()
    with pytest.raises(StorageError, match="takedowns"):
        Assistant(data, HashEmbedder).ask("Sao chổi Bình Minh bay qua đâu?")


def _audit(data: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (data / "audit.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_restored_article_answers_again(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    path = put(news, "a.txt", "Sao chổi Bình Minh bay qua Cần Thơ.")
    run(data, news)
    doc_id = ids(data)[str(path)]
    withdraw(data, doc_id, person="lan")
    assert run(data, news).documents == 0
    restore(data, doc_id, person="minh")
    run(data)
    assert ids(data) == {str(path): doc_id}
    actions = [json.loads(line)["action"] for line in (data / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    assert actions == ["remove", "restore"]


def test_withdrawing_what_is_not_there_says_so(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    put(news, "a.txt", "Tin về đo lường.")
    run(data, news)
    with pytest.raises(UsageError, match="khong-co"):
        withdraw(data, "khong-co", person="lan")
    with pytest.raises(UsageError, match="khong-co"):
        restore(data, "khong-co", person="lan")


def test_remove_and_restore_on_the_command_line(sample_copy: Path) -> None:
    doc_id = next(iter(Generations(sample_copy).open_current().passages.content_hashes()))
    runner = CliRunner()
    result = runner.invoke(main, ["remove", doc_id, "--reason", "thử", "--data", str(sample_copy)])
    assert result.exit_code == 0, result.output
    assert doc_id in result.output
    assert runner.invoke(main, ["show", doc_id, "--data", str(sample_copy)]).exit_code == 2
    status = json.loads(runner.invoke(main, ["status", "--json", "--data", str(sample_copy)]).output)
    assert [one["doc_id"] for one in status["withdrawn"]] == [doc_id]
    assert runner.invoke(main, ["restore", doc_id, "--data", str(sample_copy)]).exit_code == 0
    shown = runner.invoke(main, ["show", doc_id, "--data", str(sample_copy)])
    assert shown.exit_code == 0
    assert "←" in shown.output


def test_taking_down_several_of_which_one_is_not_there_takes_down_none(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    path = put(news, "a.txt", "Tin về đo lường.")
    run(data, news)
    with pytest.raises(UsageError, match="khong-co"):
        withdraw(data, str(path), "khong-co", person="lan")
    assert ids(data).keys() == {str(path)}
    assert not (data / "audit.jsonl").exists()
