"""The editor's life: renames, sidecars, dry runs, taking an article down, watching; and what is remembered of bad files."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from docs_store import Generations, UsageError
from indexer import Report, plan, reindex, restore, withdraw, withdrawals
from indexer.reading import read_file
from retriever import Assistant
from webui.cli import main

from .fake import HashEmbedder


def _put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _run(data: Path, *paths: Path, **options: bool) -> Report:
    return reindex(data, paths, HashEmbedder(), **options)


def _ids(data: Path) -> dict[str, str]:
    """Return source -> doc_id of what is published."""
    return {source: doc_id for doc_id, source in Generations(data).open_current().passages.sources().items()}


# --- renames --------------------------------------------------------------------------------


def test_a_renamed_file_keeps_its_documents_address(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    old = _put(news, "tin-cu.txt", "Tin về đo lường.\n\nNội dung dài hơn về chuẩn quốc gia.")
    _run(data, news)
    doc_id = _ids(data)[str(old)]
    new = news / "2024" / "tin-moi.txt"
    new.parent.mkdir()
    old.rename(new)
    report = _run(data, news)
    assert report.renamed == [(str(old), str(new))]
    assert (report.added, report.updated, report.removed, report.unchanged) == ([], [], [], 0)
    assert _ids(data) == {str(new): doc_id}


def test_a_renamed_file_keeps_its_address_when_it_changes_later(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    old = _put(news, "a.txt", "Tin về đo lường.")
    _run(data, news)
    doc_id = _ids(data)[str(old)]
    new = old.rename(news / "b.txt")
    _run(data, news)
    new.write_text("Tin về đo lường, đã sửa.", encoding="utf-8")
    assert _run(data, news).updated == [str(new)]
    assert _ids(data) == {str(new): doc_id}


def test_a_new_file_in_a_renamed_ones_place_is_another_document(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    old = _put(news, "a.txt", "Tin về đo lường.")
    _run(data, news)
    old.rename(news / "b.txt")
    _run(data, news)
    _put(news, "a.txt", "Tin khác hẳn về vệ tinh.")
    report = _run(data, news)
    assert report.added == [str(old)]
    assert report.documents == 2
    assert len(set(_ids(data).values())) == 2


def test_a_copy_is_no_rename(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    _put(news, "a.txt", "Tin về đo lường.")
    _run(data, news)
    _put(news, "b.txt", "Tin về đo lường.")
    report = _run(data, news)
    assert (len(report.added), report.renamed, report.documents) == (1, [], 2)


def test_moving_a_whole_folder_embeds_nothing_anew(tmp_path: Path, news: Path) -> None:
    class Counting(HashEmbedder):
        embedded = 0

        def embed_documents(self, texts):  # type: ignore[no-untyped-def]
            Counting.embedded += len(texts)
            return super().embed_documents(texts)

    data = tmp_path / "data"
    for number in range(15):
        _put(news, f"thang-6/{number}.txt", f"Tin số {number} về đo lường.")
    reindex(data, [news], Counting())
    before = Counting.embedded
    (news / "thang-6").rename(news / "thang-7")
    report = reindex(data, [news], Counting())
    assert len(report.renamed) == 15
    assert Counting.embedded == before


# --- sidecars -------------------------------------------------------------------------------


def test_a_sidecar_wins_over_the_file_and_over_guessing(news: Path) -> None:
    path = _put(news, "a.md", "---\ntitle: Tên trong bài\nauthor: An\n---\nNội dung ngày 1/2/2020.\n\nNguồn: Báo Mẫu.")
    _put(
        news,
        "a.md.yaml",
        "title: Tên trong tệp kèm\nngày đăng: 5/6/2024\nurl: https://example.gov.vn/a\nsố hiệu: 12/2024/TT-X\n",
    )
    document = read_file(path)
    assert (document.title, document.published, document.number) == ("Tên trong tệp kèm", date(2024, 6, 5), "12/2024/TT-X")
    assert (document.author, document.publisher) == ("An", "Báo Mẫu")
    assert document.origins["title"] == document.origins["published"] == "sidecar"
    assert document.origins["author"] == "front matter author"
    assert document.origins["publisher"] == "text"


def test_a_changed_sidecar_updates_its_document_and_is_no_document_itself(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    path = _put(news, "a.txt", "Tin về đo lường.")
    _run(data, news)
    _put(news, "a.txt.yaml", "publisher: Cục Mẫu")
    report = _run(data, news)
    assert report.updated == [str(path)]
    assert report.documents == 1
    (news / "a.txt.yaml").unlink()
    assert _run(data, news).updated == [str(path)]


def test_a_bad_sidecar_is_one_line_that_names_it(tmp_path: Path, news: Path) -> None:
    _put(news, "a.txt", "Tin về đo lường.")
    _put(news, "a.txt.yaml", "title: [hỏng")
    (failure,) = _run(tmp_path / "data", news).failed
    assert failure.path == str(news / "a.txt")
    assert "a.txt.yaml" in failure.reason


def test_a_yaml_file_beside_nothing_is_an_unsupported_file(tmp_path: Path, news: Path) -> None:
    _put(news, "le.yaml", "title: Không kèm tệp nào")
    (failure,) = _run(tmp_path / "data", news).failed
    assert "chưa hỗ trợ" in failure.reason


# --- dry run --------------------------------------------------------------------------------


def test_a_dry_run_tells_what_would_be_done_and_writes_nothing(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    changed = _put(news, "a.txt", "Cũ.")
    renamed = _put(news, "b.txt", "Tin hai.")
    gone = _put(news, "c.txt", "Tin ba.")
    _put(news, "d.txt", "Tin bốn.")
    assert plan(data, [news]).added == [str(news / name) for name in ("a.txt", "b.txt", "c.txt", "d.txt")]
    assert not data.exists()
    first = _run(data, news)
    changed.write_text("Mới.", encoding="utf-8")
    renamed.rename(news / "b2.txt")
    gone.unlink()
    added = _put(news, "e.txt", "Tin năm.")
    report = plan(data, [news])
    assert (report.added, report.updated, report.removed) == ([str(added)], [str(changed)], [str(gone)])
    assert report.renamed == [(str(renamed), str(news / "b2.txt"))]
    assert report.unchanged == 1
    assert Generations(data).open_current().name == first.generation


# --- taking down ----------------------------------------------------------------------------


def test_a_withdrawn_article_is_gone_from_answers_at_once_and_stays_out(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    path = _put(news, "a.txt", "Sao chổi Bình Minh bay qua Cần Thơ ngày 5/6/2024.")
    _put(news, "b.txt", "Hội nghị đo lường họp ở Huế.")
    _run(data, news)
    embedder = HashEmbedder()
    running = Assistant(data, lambda: embedder)
    assert running.ask("Sao chổi Bình Minh bay qua đâu?").found
    (document,) = withdraw(data, str(path), person="lan", reason="sai số liệu")
    assert not running.ask("Sao chổi Bình Minh bay qua đâu?").found
    path.write_text("Sao chổi Bình Minh bay qua Cần Thơ ngày 6/6/2024, đã sửa.", encoding="utf-8")
    assert _run(data, news).documents == 1
    assert not running.ask("Sao chổi Bình Minh bay qua đâu?").found
    lines = [json.loads(line) for line in (data / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["action"], line["doc_id"], line["person"], line["reason"]) for line in lines] == [
        ("remove", document.doc_id, "lan", "sai số liệu")
    ]


def test_no_generation_still_holds_a_withdrawn_article(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    _put(news, "a.txt", "Sao chổi Bình Minh bay qua Cần Thơ.")
    _run(data, news)
    _put(news, "b.txt", "Hội nghị đo lường họp ở Huế.")
    _run(data, news)
    withdraw(data, str(news / "a.txt"), person="lan")
    assert len(list((data / "generations").iterdir())) == 1
    texts = [page for document in Generations(data).open_current().passages.all_documents() for page in document.pages]
    assert texts == ["Hội nghị đo lường họp ở Huế."]


def test_taking_down_does_not_wait_for_a_running_index(tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["indexer.withdrawal"], "_PATIENCE", 0.2)
    data = tmp_path / "data"
    path = _put(news, "a.md", "---\ndate: 2024-06-05\n---\nSao chổi Bình Minh bay qua Cần Thơ ngày 5/6/2024.")
    other = _put(news, "b.txt", "Hội nghị đo lường họp ở Huế.")
    _run(data, news)
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

    _put(news, "c.txt", "Tin mới về vệ tinh.")
    report = reindex(data, [news], embedder, progress=take_down)
    assert taken
    assert report.documents == 2
    assert not list((data / "withheld").iterdir())
    assert [one.doc_id for one in withdrawals(data)] == [taken[0].doc_id]
    assert len(list((data / "generations").iterdir())) == 1
    whole = Generations(data).open_current(whole=True).passages.sources()
    assert sorted(whole.values()) == [str(other), str(news / "c.txt")]


def test_a_removal_that_was_killed_is_finished_by_the_next_run(
    tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    path = _put(news, "a.txt", "Sao chổi Bình Minh bay qua Cần Thơ.")
    _put(news, "b.txt", "Hội nghị đo lường họp ở Huế.")
    _run(data, news)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sys.modules["indexer.withdrawal"], "settle", killed)
        with pytest.raises(KeyboardInterrupt):
            withdraw(data, str(path), person="lan")
    assert str(path) not in _ids(data)
    assert str(path) in Generations(data).open_current(whole=True).passages.sources().values()
    report = _run(data, news)
    assert report.documents == 1
    assert str(path) not in Generations(data).open_current(whole=True).passages.sources().values()
    assert not list((data / "withheld").iterdir())


def test_a_restored_article_answers_again(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    path = _put(news, "a.txt", "Sao chổi Bình Minh bay qua Cần Thơ.")
    _run(data, news)
    doc_id = _ids(data)[str(path)]
    withdraw(data, doc_id, person="lan")
    assert _run(data, news).documents == 0
    restore(data, doc_id, person="minh")
    _run(data)
    assert _ids(data) == {str(path): doc_id}
    actions = [json.loads(line)["action"] for line in (data / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    assert actions == ["remove", "restore"]


def test_withdrawing_what_is_not_there_says_so(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    _put(news, "a.txt", "Tin về đo lường.")
    _run(data, news)
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


# --- bad files are remembered ---------------------------------------------------------------


def test_a_bad_file_is_told_at_every_run_but_read_once(tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    bad = _put(news, "a.pdf", "%PDF-1.4 hỏng")
    first = _run(data, news)
    monkeypatch.setattr(
        sys.modules["indexer.reindex"], "read_files", lambda paths, **_: pytest.fail("read again") if paths else iter(())
    )
    second = _run(data, news)
    assert [failure.path for failure in first.failed] == [str(bad)]
    assert second.failed == first.failed
    assert second.unchanged == 0


# --- watching -------------------------------------------------------------------------------


def test_watching_takes_up_a_new_file_and_ends_on_interrupt(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    _put(news, "a.txt", "Tin về đo lường.")
    command = [sys.executable, "-m", "webui.cli", "index", str(news), "--data", str(data), "--watch"]
    process = subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        _until(lambda: (data / "CURRENT").exists() and len(_ids(data)) == 1)
        assert process.stderr
        while b"Watching" not in process.stderr.readline():
            pass
        _put(news, "b.txt", "Tin mới về vệ tinh.")
        _until(lambda: len(_ids(data)) == 2)
    finally:
        process.send_signal(2)
        assert process.wait(30) == 0


def _until(holds, seconds: float = 60.0) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def test_taking_down_several_of_which_one_is_not_there_takes_down_none(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    path = _put(news, "a.txt", "Tin về đo lường.")
    _run(data, news)
    with pytest.raises(UsageError, match="khong-co"):
        withdraw(data, str(path), "khong-co", person="lan")
    assert _ids(data).keys() == {str(path)}
    assert not (data / "audit.jsonl").exists()
