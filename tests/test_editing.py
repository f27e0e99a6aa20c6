"""The editor's life: renames, sidecars, dry runs, taking an article down, watching; and what is remembered of bad files."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from docs_store import Generations
from indexer import plan, reindex
from indexer.reading import read_file

from .fake import HashEmbedder
from .newsroom import ids, put, run

# --- renames --------------------------------------------------------------------------------


def test_a_renamed_file_keeps_its_documents_address(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    old = put(news, "tin-cu.txt", "Tin về đo lường.\n\nNội dung dài hơn về chuẩn quốc gia.")
    run(data, news)
    doc_id = ids(data)[str(old)]
    new = news / "2024" / "tin-moi.txt"
    new.parent.mkdir()
    old.rename(new)
    report = run(data, news)
    assert report.renamed == [(str(old), str(new))]
    assert (report.added, report.updated, report.removed, report.unchanged) == ([], [], [], 0)
    assert ids(data) == {str(new): doc_id}


def test_a_renamed_file_keeps_its_address_when_it_changes_later(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    old = put(news, "a.txt", "Tin về đo lường.")
    run(data, news)
    doc_id = ids(data)[str(old)]
    new = old.rename(news / "b.txt")
    run(data, news)
    new.write_text("Tin về đo lường, đã sửa.", encoding="utf-8")
    assert run(data, news).updated == [str(new)]
    assert ids(data) == {str(new): doc_id}


def test_a_new_file_in_a_renamed_ones_place_is_another_document(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    old = put(news, "a.txt", "Tin về đo lường.")
    run(data, news)
    old.rename(news / "b.txt")
    run(data, news)
    put(news, "a.txt", "Tin khác hẳn về vệ tinh.")
    report = run(data, news)
    assert report.added == [str(old)]
    assert report.documents == 2
    assert len(set(ids(data).values())) == 2


def test_a_copy_is_no_rename(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    put(news, "a.txt", "Tin về đo lường.")
    run(data, news)
    put(news, "b.txt", "Tin về đo lường.")
    report = run(data, news)
    assert (len(report.added), report.renamed, report.documents) == (1, [], 2)


def test_moving_a_whole_folder_embeds_nothing_anew(tmp_path: Path, news: Path) -> None:
    class Counting(HashEmbedder):
        embedded = 0

        def embed_documents(self, texts):  # type: ignore[no-untyped-def]
            Counting.embedded += len(texts)
            return super().embed_documents(texts)

    data = tmp_path / "data"
    for number in range(15):
        put(news, f"thang-6/{number}.txt", f"Tin số {number} về đo lường.")
    reindex(data, [news], Counting())
    before = Counting.embedded
    (news / "thang-6").rename(news / "thang-7")
    report = reindex(data, [news], Counting())
    assert len(report.renamed) == 15
    assert Counting.embedded == before


# --- sidecars -------------------------------------------------------------------------------


def test_a_sidecar_wins_over_the_file_and_over_guessing(news: Path) -> None:
    path = put(news, "a.md", "---\ntitle: Tên trong bài\nauthor: An\n---\nNội dung ngày 1/2/2020.\n\nNguồn: Báo Mẫu.")
    put(
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
    path = put(news, "a.txt", "Tin về đo lường.")
    run(data, news)
    put(news, "a.txt.yaml", "publisher: Cục Mẫu")
    report = run(data, news)
    assert report.updated == [str(path)]
    assert report.documents == 1
    (news / "a.txt.yaml").unlink()
    assert run(data, news).updated == [str(path)]


def test_a_bad_sidecar_is_one_line_that_names_it(tmp_path: Path, news: Path) -> None:
    put(news, "a.txt", "Tin về đo lường.")
    put(news, "a.txt.yaml", "title: [hỏng")
    (failure,) = run(tmp_path / "data", news).failed
    assert failure.path == str(news / "a.txt")
    assert "a.txt.yaml" in failure.reason


def test_a_yaml_file_beside_nothing_is_an_unsupported_file(tmp_path: Path, news: Path) -> None:
    put(news, "le.yaml", "title: Không kèm tệp nào")
    (failure,) = run(tmp_path / "data", news).failed
    assert "chưa hỗ trợ" in failure.reason


# --- dry run --------------------------------------------------------------------------------


def test_a_dry_run_tells_what_would_be_done_and_writes_nothing(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    changed = put(news, "a.txt", "Cũ.")
    renamed = put(news, "b.txt", "Tin hai.")
    gone = put(news, "c.txt", "Tin ba.")
    put(news, "d.txt", "Tin bốn.")
    assert plan(data, [news]).added == [str(news / name) for name in ("a.txt", "b.txt", "c.txt", "d.txt")]
    assert not data.exists()
    first = run(data, news)
    changed.write_text("Mới.", encoding="utf-8")
    renamed.rename(news / "b2.txt")
    gone.unlink()
    added = put(news, "e.txt", "Tin năm.")
    report = plan(data, [news])
    assert (report.added, report.updated, report.removed) == ([str(added)], [str(changed)], [str(gone)])
    assert report.renamed == [(str(renamed), str(news / "b2.txt"))]
    assert report.unchanged == 1
    assert Generations(data).open_current().name == first.generation


# --- bad files are remembered ---------------------------------------------------------------


def test_a_bad_file_is_told_at_every_run_but_read_once(tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    bad = put(news, "a.pdf", "%PDF-1.4 hỏng")
    first = run(data, news)
    monkeypatch.setattr(
        sys.modules["indexer.reindex"], "read_files", lambda paths, **_: pytest.fail("read again") if paths else iter(())
    )
    second = run(data, news)
    assert [failure.path for failure in first.failed] == [str(bad)]
    assert second.failed == first.failed
    assert second.unchanged == 0


# --- watching -------------------------------------------------------------------------------


def test_watching_takes_up_a_new_file_and_ends_on_interrupt(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    put(news, "a.txt", "Tin về đo lường.")
    command = [sys.executable, "-m", "webui.cli", "index", str(news), "--data", str(data), "--watch"]
    process = subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        _until(lambda: (data / "CURRENT").exists() and len(ids(data)) == 1)
        assert process.stderr
        while b"Watching" not in process.stderr.readline():
            pass
        put(news, "b.txt", "Tin mới về vệ tinh.")  # at once: nobody may be watching yet
        _until(lambda: len(ids(data)) == 2)
    finally:
        process.send_signal(2)
        assert process.wait(30) == 0


def _until(holds, seconds: float = 60.0) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
