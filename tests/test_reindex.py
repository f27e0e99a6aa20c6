"""The writing day: what `hoitin index` adds, updates, keeps and removes, and what no kill can lose."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from docs_store import BusyError, Generations, ModelMismatchError, UsageError, load_embedder
from indexer import reindex
from retriever import Assistant
from webui.verification import verify_generation

from .fake import HashEmbedder
from .newsroom import put, run


def _names(paths: list[str]) -> list[str]:
    return [Path(path).name for path in paths]


def test_every_file_given_is_in_the_report(tmp_path: Path, news: Path) -> None:
    put(news, "a.txt", "Tin thứ nhất về đo lường.")
    put(news, "sub/b.md", "# Tin hai\n\nNội dung về sở hữu trí tuệ.")
    put(news, "hong.pdf", "%PDF-1.4 hỏng")
    put(news, "la.xyz", "định dạng lạ")
    report = run(tmp_path / "data", news, tmp_path / "khong-co.txt")
    assert _names(report.added) == ["a.txt", "b.md"]
    assert sorted(Path(failure.path).name for failure in report.failed) == ["hong.pdf", "khong-co.txt", "la.xyz"]
    assert (report.updated, report.unchanged, report.removed) == ([], 0, [])
    assert report.documents == 2


def test_a_second_run_changes_nothing_and_publishes_nothing(tmp_path: Path, news: Path) -> None:
    put(news, "a.txt", "Tin thứ nhất về đo lường.")
    first = run(tmp_path / "data", news)
    second = run(tmp_path / "data", news)
    assert second.unchanged == 1
    assert not second.added
    assert second.generation == first.generation


def test_a_changed_file_is_updated_and_a_deleted_one_removed(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    changed = put(news, "a.txt", "Giá trị cũ là mười.")
    deleted = put(news, "b.txt", "Tin sẽ bị xóa về vệ tinh.")
    put(news, "c.txt", "Tin giữ nguyên về lúa gạo.")
    run(data, news)
    put(news, "a.txt", "Giá trị mới là mười một.")
    deleted.unlink()
    report = run(data, news)
    assert _names(report.updated) == ["a.txt"]
    assert _names(report.removed) == ["b.txt"]
    assert report.unchanged == 1
    texts = [page for document in Generations(data).open_current().passages.all_documents() for page in document.pages]
    assert sorted(texts) == ["Giá trị mới là mười một.", "Tin giữ nguyên về lúa gạo."]
    assert not verify_generation(Generations(data).open_current(), lambda *_: None)
    assert _names(run(data, changed).updated) == []


def test_a_touched_file_is_unchanged(tmp_path: Path, news: Path) -> None:
    path = put(news, "a.txt", "Tin về đo lường.")
    run(tmp_path / "data", news)
    os.utime(path, ns=(1, 1))
    assert run(tmp_path / "data", news).unchanged == 1


def test_a_bad_save_keeps_what_was_indexed(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    put(news, "a.txt", "Tin quan trọng về hạt nhân.")
    run(data, news)
    put(news, "a.txt", "")
    report = run(data, news)
    assert len(report.failed) == 1
    assert report.documents == 1


def test_indexing_one_file_removes_no_other(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    put(news, "a.txt", "Tin một về đo lường.")
    run(data, news)
    other = put(tmp_path / "khac", "b.txt", "Tin hai về vệ tinh.")
    assert run(data, other).documents == 2


def test_a_named_file_that_is_gone_is_removed(tmp_path: Path, news: Path) -> None:
    path = put(news, "a.txt", "Tin một về đo lường.")
    run(tmp_path / "data", news)
    path.unlink()
    report = run(tmp_path / "data", path)
    assert report.removed == [str(path)]
    assert report.documents == 0


def test_removing_most_of_a_folder_asks_first(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    for number in range(20):
        put(news, f"{number}.txt", f"Tin số {number} về đo lường.")
    run(data, news)
    for number in range(15):
        (news / f"{number}.txt").unlink()
    with pytest.raises(UsageError, match="15 trong 20"):
        run(data, news)
    assert Generations(data).open_current().manifest.documents == 20
    assert reindex(data, [news], HashEmbedder(), allow_many_removals=True).documents == 5


def test_json_lines_are_followed_record_by_record(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    path = put(news, "tin.jsonl", '{"id": 1, "body": "Tin một về đo lường."}\n{"id": 2, "body": "Tin hai về vệ tinh."}\n')
    assert run(data, path).documents == 2
    put(news, "tin.jsonl", '{"id": 2, "body": "Tin hai về vệ tinh."}\n{"id": 3, "body": "Tin ba về lúa."}\n')
    report = run(data, path)
    assert _names(report.updated) == ["tin.jsonl"]
    sources = Generations(data).open_current().passages.sources().values()
    assert sorted(source.rpartition("#")[2] for source in sources) == ["2", "3"]


def test_links_out_of_the_folder_and_special_files_are_refused(tmp_path: Path, news: Path) -> None:
    secret = put(tmp_path / "ngoai", "bi-mat.txt", "Bí mật ngoài thư mục.")
    (news / "lien-ket.txt").symlink_to(secret)
    os.mkfifo(news / "ong.txt")
    (news / "gay.txt").symlink_to(news / "khong-co")
    report = run(tmp_path / "data", news)
    assert len(report.failed) == 3
    assert report.documents == 0


def test_another_model_is_refused_until_rebuilt(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    put(news, "a.txt", "Tin một về đo lường.")
    run(data, news)
    with pytest.raises(ModelMismatchError) as caught:
        reindex(data, [news], HashEmbedder("khac"))
    assert caught.value.next_step == "hoitin index --rebuild"
    with pytest.raises(ModelMismatchError):
        Assistant(data, lambda: HashEmbedder("khac")).ask("đo lường")
    assert reindex(data, [], HashEmbedder("khac"), rebuild=True).documents == 1
    assert Assistant(data, lambda: HashEmbedder("khac")).ask("Tin về đo lường").found


def test_only_one_run_writes_at_a_time(tmp_path: Path, news: Path) -> None:
    put(news, "a.txt", "Tin một về đo lường.")
    with Generations(tmp_path / "data").lock(), pytest.raises(BusyError):
        run(tmp_path / "data", news)


def test_kill_9_at_twenty_random_moments_loses_nothing(tmp_path: Path, news: Path) -> None:
    """Each run has work to do and is killed somewhere in it; the index opens and answers every time."""
    data = tmp_path / "data"
    for number in range(30):
        put(news, f"{number}.txt", f"Trạm quan trắc số {number} của Bộ đặt tại Hà Nội.\n\n" + "Số liệu đo hằng ngày. " * 60)
    command = [sys.executable, "-m", "webui.cli", "index", str(news), "--data", str(data)]
    subprocess.run(command, check=True, capture_output=True)
    assistant = Assistant(data, load_embedder)
    moments = random.Random(20)
    killed = 0
    for attempt in range(20):
        put(news, f"moi-{attempt}.txt", f"Vệ tinh mẫu thứ {attempt} của Bộ được phóng lên quỹ đạo.\n\n" + "Dữ liệu ảnh. " * 400)
        put(news, f"{attempt}.txt", f"Trạm quan trắc số {attempt} của Bộ đã chuyển vào Đà Nẵng, lần {attempt}.")
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            process.wait(timeout=moments.uniform(0.2, 1.6))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
        generations = Generations(data)
        assert generations.problems() == []
        assert verify_generation(generations.open_current(), lambda *_: None) == []
        answer = assistant.ask("Trạm quan trắc số 25 của Bộ đặt tại đâu?")
        assert answer.found
        assert "số 25 " in answer.citations[0].quote
    assert killed >= 5, "the kills came too late to test anything"
    subprocess.run(command, check=True, capture_output=True)
    generation = Generations(data).open_current()
    assert generation.manifest.documents == 50
    assert verify_generation(generation, lambda *_: None) == []
    assert assistant.ask("Vệ tinh mẫu thứ 19 của Bộ").generation == generation.name
    leftovers = [path.name for path in (data / "generations").iterdir() if path.name.startswith(".")]
    assert leftovers == []


# --- files that hold many -------------------------------------------------------------------


def _jsonl(path: Path, *lines: str) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _record(number: int | str, text: str = "Bản tin về trạm quan trắc ở Mộc Châu.") -> str:
    return json.dumps({"id": number, "title": f"Tin {number}", "body": text}, ensure_ascii=False)


@pytest.mark.parametrize(
    "line", ["[" * 100_000, '{"id": "\\ud800", "body": "Tin."}', '{"url": "http://x/\\ud800", "body": "Tin."}', "{", '"chữ"']
)
def test_a_line_that_is_no_article_never_ends_the_run(tmp_path: Path, news: Path, line: str) -> None:
    _jsonl(news / "a.jsonl", _record(1), line, _record(2))
    report = reindex(tmp_path / "data", [news], HashEmbedder())
    assert report.documents + len(report.failed) == 3
    assert report.documents >= 2


def test_a_bad_line_is_told_again_at_every_run(tmp_path: Path, news: Path) -> None:
    _jsonl(news / "a.jsonl", _record(1), "hỏng", _record(2))
    for _ in range(2):
        report = reindex(tmp_path / "data", [news], HashEmbedder())
        assert [failure.path for failure in report.failed] == [f"{news}/a.jsonl:2"]
        assert report.failed[0].reason.startswith("JSON sai cú pháp | not valid JSON (")


def test_a_bad_save_of_a_file_of_many_loses_nothing(tmp_path: Path, news: Path) -> None:
    _jsonl(news / "a.jsonl", _record(1), _record(2))
    reindex(tmp_path / "data", [news], HashEmbedder())
    _jsonl(news / "a.jsonl", "hỏng {")
    for _ in range(2):
        report = reindex(tmp_path / "data", [news], HashEmbedder())
        assert report.documents == 2
        assert report.failed
    _jsonl(news / "a.jsonl", _record(1, "Chữ mới."), "hỏng {")
    report = reindex(tmp_path / "data", [news], HashEmbedder())
    assert report.documents == 2
    assert [Path(path).name for path in report.updated] == ["a.jsonl"]


def test_a_record_that_leaves_its_file_makes_the_file_updated(tmp_path: Path, news: Path) -> None:
    _jsonl(news / "a.jsonl", _record(1), _record(2))
    reindex(tmp_path / "data", [news], HashEmbedder())
    _jsonl(news / "a.jsonl", _record(1))
    report = reindex(tmp_path / "data", [news], HashEmbedder())
    assert report.documents == 1
    assert [Path(path).name for path in report.updated] == ["a.jsonl"]
    assert report.unchanged == 0


def test_two_records_of_one_id_are_told(tmp_path: Path, news: Path) -> None:
    _jsonl(news / "a.jsonl", _record(1), _record(1, "Tin khác."))
    report = reindex(tmp_path / "data", [news], HashEmbedder())
    assert report.documents == 1
    assert "trùng id" in report.failed[0].reason


def test_a_deleted_folder_is_taken_out_when_it_is_named(tmp_path: Path, news: Path) -> None:
    (news / "a.txt").write_text("Tin một về lúa.\n\nGiá lúa tăng.", encoding="utf-8")
    reindex(tmp_path / "data", [news], HashEmbedder())
    shutil.rmtree(news)
    with pytest.raises(UsageError, match="Không còn"):  # a disk that is not mounted looks so
        reindex(tmp_path / "data", [news], HashEmbedder())
    report = reindex(tmp_path / "data", [news], HashEmbedder(), allow_many_removals=True)
    assert report.documents == 0
    assert [Path(path).name for path in report.removed] == ["a.txt"]


def test_our_own_data_inside_the_news_folder_is_no_news(news: Path) -> None:
    (news / "a.txt").write_text("Tin một về lúa.\n\nGiá lúa tăng.", encoding="utf-8")
    for _ in range(2):
        report = reindex(news / "data", [news], HashEmbedder())
        assert report.failed == []
        assert report.documents == 1


def test_a_library_that_is_no_database_is_set_aside_and_told(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "library.sqlite").write_text("junk " * 500)
    report = reindex(data, [news], HashEmbedder())
    assert [Path(warning.path).name for warning in report.warnings] == ["library.sqlite"]
    assert [path.read_text()[:4] for path in data.glob("library.sqlite.damaged-*")] == ["junk"]
