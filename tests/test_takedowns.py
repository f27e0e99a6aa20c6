"""A takedown is a legal act: it outlives the library, the generation, the name of its file; and nothing of it is found out."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from docs_store import Generations, Takedowns, UsageError, address_key, text_key
from indexer import erase, restore, withdraw, withdrawals
from retriever import Assistant
from webui.cli import main

from .fake import HashEmbedder
from .newsroom import put, run, texts

COMET = "Sao chổi Bình Minh bay qua Cần Thơ ngày 5/6/2024, bà Qwyrtol ở trạm Zyxwvqton nhìn thấy trước tiên."
OTHER = "Hội nghị đo lường họp ở Huế, bàn về chuẩn quốc gia và về các trạm đo."


@pytest.fixture
def taken_down(tmp_path: Path, news: Path) -> tuple[Path, Path, str]:
    """Return a data folder from which one of two articles was taken out: (data, its file, its doc_id)."""
    data, path = tmp_path / "data", put(news, "a.txt", COMET)
    put(news, "b.txt", OTHER)
    run(data, news)
    (document,) = withdraw(data, str(path), person="lan", reason="toà án")
    return data, path, document.doc_id


# --- it stays out -----------------------------------------------------------------------------


def test_it_stays_out_when_the_library_is_lost(taken_down: tuple[Path, Path, str], news: Path) -> None:
    data, _, doc_id = taken_down
    for file in data.glob("library.sqlite*"):
        file.unlink()
    assert run(data, news).documents == 1
    assert texts(data) == [OTHER]
    assert [one.doc_id for one in withdrawals(data)] == [doc_id]


def test_it_stays_out_when_its_file_is_renamed_and_the_library_is_lost(taken_down: tuple[Path, Path, str], news: Path) -> None:
    data, path, doc_id = taken_down
    for file in data.glob("library.sqlite*"):
        file.unlink()
    path.rename(news / "ten-khac.txt")
    report = run(data, news)
    assert texts(data) == [OTHER]
    assert report.held == [(str(news / "ten-khac.txt"), doc_id)]


def test_it_stays_out_when_an_older_generation_is_put_back(tmp_path: Path, news: Path) -> None:
    data, path = tmp_path / "data", put(news, "a.txt", COMET)
    put(news, "b.txt", OTHER)
    run(data, news)
    shutil.copytree(data, tmp_path / "backup")
    withdraw(data, str(path), person="lan")
    for name in ("generations", "CURRENT", "library.sqlite"):
        old, new = tmp_path / "backup" / name, data / name
        shutil.rmtree(new) if new.is_dir() else new.unlink()
        shutil.copytree(old, new) if old.is_dir() else shutil.copy(old, new)
    assistant = Assistant(data, HashEmbedder)
    assert not assistant.ask("Sao chổi Bình Minh bay qua đâu?").found
    assert run(data, news, rebuild=True).documents == 1
    assert texts(data) == [OTHER]


@pytest.mark.parametrize("lost", ["takedowns.jsonl", "audit.jsonl"])
def test_either_file_of_the_log_may_be_lost_or_damaged(taken_down: tuple[Path, Path, str], news: Path, lost: str) -> None:
    data, path, doc_id = taken_down
    whole = (data / lost).read_bytes()
    for content in (
        b"",
        whole[: len(whole) // 2],
        bytes([whole[0] ^ 1]) + whole[1:],
        whole.replace(b"check", b"chfck"),
        b"\xff\x00" * 9,
    ):
        (data / lost).write_bytes(content)
        path.touch()
        assert run(data, news, rebuild=True).documents == 1, content
        assert [one.doc_id for one in withdrawals(data)] == [doc_id]
    (data / lost).unlink()
    assert run(data, news).documents == 1
    assert (data / lost).read_bytes() == whole  # written anew from the other


def test_a_line_cut_short_by_a_full_disk_hides_no_later_one(taken_down: tuple[Path, Path, str], news: Path) -> None:
    data, _, _ = taken_down
    for name in ("takedowns.jsonl", "audit.jsonl"):
        with (data / name).open("a") as file:
            file.write('{"time": "2026-')
    withdraw(data, str(news / "b.txt"), person="lan")
    assert len(withdrawals(data)) == 2
    assert run(data, news).documents == 0


def test_an_audit_log_of_before_counts(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    put(news, "a.txt", COMET)
    run(data, news)
    doc_id = next(iter(Generations(data).open_current().passages.content_hashes()))
    line = {
        "time": "2026-01-01T00:00:00+00:00",
        "action": "remove",
        "doc_id": doc_id,
        "title": "",
        "person": "lan",
        "reason": "",
    }
    (data / "audit.jsonl").write_text(json.dumps(line) + "\n")
    assert run(data, news).documents == 0


def test_a_restored_article_may_be_taken_out_again(taken_down: tuple[Path, Path, str], news: Path) -> None:
    data, path, doc_id = taken_down
    for _ in range(2):
        assert restore(data, doc_id, person="minh") == [doc_id]
        assert run(data, news).documents == 2
        withdraw(data, str(path), person="lan")
        assert run(data, news).documents == 1


def test_an_article_at_the_same_address_is_the_same_article(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    first = put(news, "a.md", f"---\nurl: https://www.bao.example/tin/sao-choi?utm_source=x\n---\n{COMET}")
    run(data, news)
    withdraw(data, str(first), person="lan")
    first.unlink()
    second = put(news, "b.md", f"---\nurl: http://m.bao.example/tin/sao-choi/\n---\nBản đã sửa đôi chữ. {COMET}")
    report = run(data, news, allow_many_removals=True)
    assert report.documents == 0
    assert [source for source, _ in report.held] == [str(second)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.bao.example/a?utm_source=fb", "http://bao.example/a/", True),
        ("https://m.bao.example/a?id=3&fbclid=x", "https://bao.example/a?id=3", True),
        ("https://bao.example/a?id=3", "https://bao.example/a?id=4", False),
        ("https://bao.example/a#doan", "https://bao.example/a", True),
    ],
)
def test_forms_of_one_address(one: str, other: str, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same


def test_a_home_page_is_no_articles_address() -> None:
    assert address_key("https://www.bao.example/") == ""
    assert text_key(["", " \n"]) == ""


# --- nothing of it is found out ---------------------------------------------------------------


def test_nothing_of_what_was_taken_down_can_be_found_out(taken_down: tuple[Path, Path, str]) -> None:
    data, _, _ = taken_down
    answer = Assistant(data, HashEmbedder).ask("trạm Zyxwvqtom đặt ở đâu?")
    assert answer.understood.corrections == ()
    never = Assistant(data, HashEmbedder).ask("bà Qwyrtol nào?").unknown
    assert "Qwyrtol" in " ".join(never)
    lexical = Generations(data).open_current().lexical
    assert lexical.frequencies("body", ["zyxwvqton", "qwyrtol", "tram"]) == [0, 0, 1]
    assert lexical.frequencies("pairs", ["tram_zyxwvqton"]) == [0]


def test_nor_while_the_index_still_holds_it(tmp_path: Path, news: Path) -> None:
    data, path = tmp_path / "data", put(news, "a.txt", COMET)
    put(news, "b.txt", OTHER)
    run(data, news)
    withdraw(data, str(path), person="lan", final=False)
    generation = Generations(data).open_current()
    assert generation.lexical.frequencies("body", ["zyxwvqton", "tram"]) == [0, 1]
    assert generation.lexical.count == 1
    assert Assistant(data, HashEmbedder).ask("trạm Zyxwvqtom đặt ở đâu?").documents == 1


def test_its_words_leave_the_files_of_the_index(taken_down: tuple[Path, Path, str]) -> None:
    data, _, _ = taken_down
    holding = [path for path in data.glob("generations/**/*") if path.is_file() and b"yxwvqton" in path.read_bytes()]
    assert holding == []


# --- copies -----------------------------------------------------------------------------------

PRINTED = (
    "Kho ảnh hàng không của Cục Mẫu có 12.345 tấm, chụp từ năm 1953 đến nay, phần lớn là ảnh đen trắng khổ lớn, đã số hóa được"
    " chín phần mười và mở cho mọi người xem tại phòng đọc ở Hà Nội từ thứ hai đến thứ sáu hằng tuần."
)


@pytest.fixture
def printed(tmp_path: Path, news: Path) -> Path:
    for name, publisher in (("a", "Báo Một"), ("b", "Báo Hai"), ("c", "Báo Ba")):
        put(news, f"{name}.md", f"---\npublisher: {publisher}\ntitle: Kho ảnh ({name})\n---\n{PRINTED}")
    put(news, "d.txt", OTHER)
    data = tmp_path / "data"
    run(data, news)
    return data


def _remove(data: Path, *names: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["remove", *names, "--data", str(data)])
    return result.exit_code, result.output


def test_removing_one_of_three_prints_says_which_are_left_and_how_to_take_them(printed: Path, news: Path) -> None:
    code, said = _remove(printed, str(news / "a.md"))
    assert code == 12
    assert "Còn 2 bài đăng lại đoạn này" in said
    assert "Báo Hai" in said
    assert "Báo Ba" in said
    command = said.rpartition("→ hoitin ")[2].split()
    result = CliRunner().invoke(main, [*command, "--data", str(printed)])
    assert result.exit_code == 0, result.output
    assert texts(printed) == [OTHER]


def test_copies_are_taken_along_when_asked(printed: Path, news: Path) -> None:
    code, said = _remove(printed, str(news / "a.md"), "--copies")
    assert code == 0, said
    assert texts(printed) == [OTHER]
    assert len(withdrawals(printed)) == 3


def test_a_copy_that_was_left_stays_in_the_answers(printed: Path, news: Path) -> None:
    _remove(printed, str(news / "a.md"))
    assert run(printed, news).documents == 3
    assert texts(printed).count(PRINTED) == 2


# --- erasing ----------------------------------------------------------------------------------


def _bytes_on_disk(data: Path, word: bytes) -> list[str]:
    return [path.name for path in data.rglob("*") if path.is_file() and word in path.read_bytes()]


def test_erasing_leaves_no_byte_of_the_text_in_the_data_folder(taken_down: tuple[Path, Path, str], news: Path) -> None:
    data, path, doc_id = taken_down
    assert _bytes_on_disk(data, b"Zyxwvqton")  # taken out is not erased
    (out,), files = erase(data, doc_id, person="lan")
    assert files == [str(path)]
    assert out.erased
    assert _bytes_on_disk(data, b"Zyxwvqton") == []
    assert _bytes_on_disk(data, "Bình Minh".encode()) == []  # nor the title, in the log
    for options in ({}, {"rebuild": True}):  # its file is still there
        assert run(data, news, **options).documents == 1
        assert _bytes_on_disk(data, b"Zyxwvqton") == []


def test_what_is_not_yet_taken_out_can_be_erased_at_once(tmp_path: Path, news: Path) -> None:
    data, path = tmp_path / "data", put(news, "a.txt", COMET)
    put(news, "b.txt", OTHER)
    run(data, news)
    result = CliRunner().invoke(main, ["remove", str(path), "--erase", "--data", str(data)])
    assert result.exit_code == 0, result.output
    assert str(path) in result.output  # the file itself still holds it
    assert _bytes_on_disk(data, b"Zyxwvqton") == []


def test_an_erased_article_comes_back_when_it_is_restored_and_read(taken_down: tuple[Path, Path, str], news: Path) -> None:
    data, _, doc_id = taken_down
    erase(data, doc_id, person="lan")
    run(data, news)
    restore(data, doc_id, person="minh")
    assert run(data, news).documents == 2


def test_a_setting_erases_what_was_taken_down_long_enough_ago(taken_down: tuple[Path, Path, str], news: Path) -> None:
    data, _, _ = taken_down
    run(data, news, erase_after=1)
    assert _bytes_on_disk(data, b"Zyxwvqton")
    run(data, news, erase_after=0)
    assert _bytes_on_disk(data, b"Zyxwvqton") == []
    assert len(withdrawals(data)) == 1


# --- news of a day to come ----------------------------------------------------------------------


def test_news_of_a_day_to_come_is_kept_back_until_then(tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    path = put(news, "a.md", "---\npublished: 2031-03-15\n---\nGói cước vệ tinh giá 250.000 đồng.")
    put(news, "b.txt", OTHER)
    report = run(data, news)
    assert report.documents == 1
    assert report.later == [(str(path), "2031-03-15")]
    assert report.added == [str(news / "b.txt")]
    monkeypatch.setattr(sys.modules["indexer.reindex"], "today", lambda: date(2031, 3, 15))
    later = run(data, news)
    assert later.documents == 2
    assert later.later == []


# --- bad calls ----------------------------------------------------------------------------------


def test_taking_out_what_is_out_already_says_so(taken_down: tuple[Path, Path, str]) -> None:
    data, _, doc_id = taken_down
    with pytest.raises(UsageError):
        withdraw(data, doc_id, person="lan")
    assert len(Takedowns(data).standing()) == 1


def test_a_library_of_before_this_log_is_brought_up_to_date(tmp_path: Path, news: Path) -> None:
    """The schema of a library that knew takedowns itself, made by hand."""
    data, path = tmp_path / "data", put(news, "a.txt", COMET)
    run(data, news)
    with sqlite3.connect(data / "library.sqlite") as db:
        db.executescript(
            "ALTER TABLE files DROP COLUMN ctime_ns; ALTER TABLE files DROP COLUMN inode;"
            "ALTER TABLE documents DROP COLUMN text_key; ALTER TABLE documents DROP COLUMN address_key;"
            "ALTER TABLE documents DROP COLUMN source; ALTER TABLE documents DROP COLUMN published;"
            "ALTER TABLE documents DROP COLUMN seal; DROP TABLE dropped; DROP TABLE left_out;"
            "CREATE TABLE withdrawn(doc_id TEXT PRIMARY KEY); PRAGMA user_version = 2;"
        )
    assert run(data, news, rebuild=True).unchanged == 1
    withdraw(data, str(path), person="lan")
    assert run(data, news).documents == 0
