"""What only one file knows must not be lost with it; and an error says who is at fault."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from docs_store import DamagedError, Generations, HoitinError, Library, StorageError, UsageError
from docs_store.errors import explain
from retriever import Assistant
from retriever.spelling import correct
from webui.cli import main

from .fake import HashEmbedder
from .newsroom import put, run, run_killed_before_publishing, texts


@pytest.fixture
def indexed(tmp_path: Path, news: Path) -> Path:
    """Return a data folder with fifteen articles and one file of five records."""
    for number in range(15):
        put(news, f"{number}.txt", f"Trạm quan trắc số {number} đo được {7000 + number} mm mưa.")
    lines = [f'{{"id": {number}, "body": "Bản ghi số {number} về vệ tinh."}}' for number in range(5)]
    put(news, "ban-ghi.jsonl", "\n".join(lines))
    data = tmp_path / "data"
    assert run(data, news).documents == 20
    return data


# --- the library is no order to delete ----------------------------------------------------------


@pytest.mark.parametrize("how", ["gone", "empty file", "emptied", "half", "no database"])
def test_a_lost_library_loses_no_document(indexed: Path, tmp_path: Path, how: str) -> None:
    library = indexed / "library.sqlite"
    before = texts(indexed)
    if how == "gone":
        library.unlink()
    elif how == "empty file":
        library.write_bytes(b"")
    elif how == "emptied":
        with sqlite3.connect(library) as db:
            db.executescript("DELETE FROM documents; DELETE FROM files;")
    elif how == "half":
        library.write_bytes(library.read_bytes()[: library.stat().st_size // 2])
    else:
        library.write_bytes(b"chu " * 5000)
    other = put(tmp_path / "khac", "moi.txt", "Một bài mới về đo lường.")
    report = run(indexed, other)
    assert report.documents == 21
    assert texts(indexed) == sorted([*before, "Một bài mới về đo lường."])
    assert len(report.recovered) == 20
    for _ in range(3):
        assert run(indexed, rebuild=True).documents == 21


def test_what_came_back_is_followed_again(indexed: Path, news: Path) -> None:
    (indexed / "library.sqlite").unlink()
    (news / "0.txt").unlink()
    put(news, "1.txt", "Trạm quan trắc số 1 đã dời đi.")
    report = run(indexed, news)
    assert report.removed == [str(news / "0.txt")]
    assert report.updated == [str(news / "1.txt")]
    assert report.documents == 19


def test_what_was_removed_on_purpose_does_not_come_back(indexed: Path, news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (news / "0.txt").unlink()

    run_killed_before_publishing(monkeypatch, indexed, news)
    report = run(indexed)  # another folder's turn: the removal is remembered
    assert (report.documents, report.recovered) == (19, [])


def test_nothing_is_built_anew_from_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Chưa có gì"):
        run(tmp_path / "data", rebuild=True)


# --- the guard counts documents -----------------------------------------------------------------


def test_an_export_that_was_cut_short_takes_nothing_away_unasked(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    lines = [f'{{"id": {number}, "body": "Bản ghi số {number} về vệ tinh."}}' for number in range(40)]
    path = put(news, "a.jsonl", "\n".join(lines))
    put(news, "b.txt", "Tin về đo lường.")
    run(data, news)
    path.write_text("\n".join(lines[:3]), encoding="utf-8")
    for _ in range(2):
        report = run(data, news)
        assert report.documents == 41
        assert "37 trong 40" in report.failed[0].reason
    assert run(data, news, allow_many_removals=True).documents == 4


def test_many_files_named_one_by_one_are_asked_about_too(indexed: Path, news: Path) -> None:
    paths = [news / f"{number}.txt" for number in range(12)]
    for path in paths:
        path.unlink()
    with pytest.raises(UsageError, match="12 trong 20"):
        run(indexed, *paths)
    assert run(indexed).documents == 20


def test_one_file_of_many_records_that_is_gone_is_asked_about(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    path = put(news, "a.jsonl", "\n".join(f'{{"id": {n}, "body": "Bản ghi số {n} về vệ tinh."}}' for n in range(40)))
    put(news, "b.txt", "Tin về đo lường.")
    run(data, news)
    path.unlink()
    with pytest.raises(UsageError, match="40 trong 41"):
        run(data, news)


def test_an_emptied_folder_is_asked_about_however_small(tmp_path: Path, news: Path) -> None:
    """So looks a share that is not mounted: the folder is there, and nothing in it."""
    data = tmp_path / "data"
    for name in ("a", "b"):
        put(news, f"{name}.txt", f"Tin {name} về đo lường.")
    run(data, news)
    for path in news.iterdir():
        path.unlink()
    with pytest.raises(UsageError, match="2 trong 2"):
        run(data, news)


def test_a_folder_that_moved_is_no_folder_that_is_gone(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    put(news, "a.txt", "Tin về đo lường.")
    run(data, news)
    moved = news.rename(tmp_path / "news-2")
    assert len(run(data, news, moved).renamed) == 1


# --- changes that hide --------------------------------------------------------------------------


def test_a_correction_of_the_same_length_and_time_is_taken_up(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    path = put(news, "a.txt", "Có 27 thí sinh đoạt giải.")
    os.utime(path, (1738368000, 1738368000))
    run(data, news)
    path.write_text("Có 29 thí sinh đoạt giải.", encoding="utf-8")
    os.utime(path, (1738368000, 1738368000))
    assert run(data, news).updated == [str(path)]
    assert texts(data) == ["Có 29 thí sinh đoạt giải."]


def test_building_anew_compares_what_every_known_file_holds(indexed: Path, news: Path) -> None:
    with sqlite3.connect(indexed / "library.sqlite") as db:  # as if no trace of the change were left in the file's state
        path = put(news, "3.txt", "Trạm quan trắc số 3 đo được 9999 mm mưa.")
        status = path.stat()
        db.execute(
            "UPDATE files SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ? WHERE path = ?",
            (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, str(path)),
        )
    report = run(indexed, rebuild=True)
    assert report.updated == [str(path)]
    assert report.unchanged == 15
    assert "Trạm quan trắc số 3 đo được 9999 mm mưa." in texts(indexed)


# --- one flipped bit ----------------------------------------------------------------------------


def _flip(path: Path, text: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(text) + len(text) - 1] ^= 4
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("file_there", [True, False])
def test_one_flipped_bit_of_the_library_is_never_published(indexed: Path, news: Path, file_there: bool) -> None:
    before = texts(indexed)
    _flip(indexed / "library.sqlite", "đo được 7003".encode())
    if not file_there:
        (news / "3.txt").unlink()
    verified = CliRunner().invoke(main, ["verify", "--data", str(indexed)])
    assert verified.exit_code == 1
    assert "library.sqlite" in verified.output
    report = run(indexed, rebuild=True)
    assert [warning.path for warning in report.warnings] == [str(news / "3.txt")]
    assert texts(indexed) == before
    assert CliRunner().invoke(main, ["verify", "--data", str(indexed)]).exit_code == 0


def test_a_flipped_bit_in_what_no_index_has_yet_is_read_again(
    indexed: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(news, "moi.txt", "Vệ tinh mới phóng lúc 7531 giây.")

    run_killed_before_publishing(monkeypatch, indexed, news)
    _flip(indexed / "library.sqlite", b"7531")
    run(indexed)
    assert "Vệ tinh mới phóng lúc 7531 giây." in texts(indexed)


# --- who is at fault ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), StorageError, "hết chỗ"),
        (OSError(errno.EROFS, "Read-only file system"), StorageError, "chỉ đọc"),
        (PermissionError(errno.EACCES, "Permission denied"), StorageError, "quyền"),
        (MemoryError(), StorageError, "bộ nhớ"),
        (ValueError("An IO error occurred: 'No space left on device (os error 28)'"), StorageError, "hết chỗ"),
        (RuntimeError("Error: 'r == 1' failed: write error in x: 5 != 9 (No space left on device)"), StorageError, "hết chỗ"),
        (RuntimeError("std::bad_alloc"), StorageError, "bộ nhớ"),
        (ValueError("index is corrupt"), DamagedError, "hỏng"),
    ],
)
def test_an_error_of_a_library_says_who_is_at_fault(error: BaseException, kind: type[HoitinError], says: str) -> None:
    told = explain(error, Path("/data/x"))
    assert type(told) is kind
    assert says in str(told)
    assert "chuyển tệp" not in told.next_step
    assert "rebuild" not in told.next_step


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a file system of two megabytes."""
    disk = tmp_path / "dia"
    disk.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("needs the right to mount a small file system")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk_is_told_as_one_and_nothing_is_lost(small_disk: Path, news: Path) -> None:
    data = small_disk / "data"
    put(news, "a.txt", "Tin về đo lường.")
    run(data, news)
    with suppress(OSError), (small_disk / "day").open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    for number in range(50):
        put(news, f"{number}.txt", f"Tin số {number}. " + "Nội dung dài về vệ tinh. " * 400)
    with pytest.raises(StorageError) as caught:
        run(data, news)
    assert "hết chỗ" in str(caught.value)
    result = CliRunner().invoke(main, ["index", str(news), "--data", str(data)])
    assert result.exit_code == 11, result.output
    assert "Traceback" not in result.output
    assert Assistant(data, HashEmbedder).ask("Tin về đo lường").found
    assert not list((data / "generations").glob(".g*"))
    (small_disk / "day").unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    assert run(data, news).documents == 51


@pytest.fixture
def read_only_copy(sample_copy: Path) -> Iterator[Path]:
    """Return a data folder on a file system that is mounted read-only."""
    mounted = sample_copy.with_name("chi-doc")
    mounted.mkdir()
    commands = (["mount", "--bind", sample_copy, mounted], ["mount", "-o", "remount,ro,bind", mounted])
    if os.geteuid() or any(subprocess.run(command, capture_output=True).returncode for command in commands):
        pytest.skip("needs the right to mount a folder read-only")
    yield mounted
    subprocess.run(["umount", "-l", mounted], check=True)


def test_a_folder_that_may_only_be_read_answers(read_only_copy: Path, news: Path) -> None:
    run = CliRunner()
    data = ["--data", str(read_only_copy)]
    asked = run.invoke(main, ["ask", "Ai là Tổng Thư ký IEC?", *data])
    assert asked.exit_code == 0, asked.output
    assert "thành viên đầy đủ của IEC" in asked.output
    doc_id = next(iter(Generations(read_only_copy).open_current().passages.content_hashes()))
    for command in (["status"], ["verify"], ["show", doc_id], ["index", str(news), "--dry-run"]):
        result = run.invoke(main, [*command, *data])
        assert result.exit_code == 0, result.output
    for command in (["index", str(news)], ["remove", doc_id]):
        refused = run.invoke(main, [*command, *data])
        assert refused.exit_code == 11, refused.output
        assert "hỏng" not in refused.output
        assert "chỉ đọc được" in refused.output


@pytest.mark.parametrize(
    ("file", "content", "key"),
    [
        ("abbreviations.tsv", "ABCD\tnghĩa\ndòng này thiếu phím Tab\n".encode(), "abbreviations"),
        ("abbreviations.tsv", b"\xff\xfe\x00\xd8A", "abbreviations"),
        ("calibration.json", b'{"any": {"weights": [', "calibration"),
        ("CURRENT", b"\xff\xfe hong", "index"),
        ("CURRENT", b"g999999-00000000 0000\n", "index"),
    ],
)
def test_a_broken_side_file_never_reaches_the_reader(sample_copy: Path, file: str, content: bytes, key: str) -> None:
    embedder_loads = []
    from docs_store import load_embedder

    def load():  # type: ignore[no-untyped-def]
        embedder_loads.append(1)
        return load_embedder("static")

    running = Assistant(sample_copy, load)
    assert running.ask("Ai là Tổng Thư ký IEC?").found
    assert running.problems() == []
    whole = (sample_copy / file).read_bytes() if (sample_copy / file).exists() else None
    (sample_copy / file).write_bytes(content)
    assert running.ask("Ai là Tổng Thư ký IEC?").found
    assert running.problems() == [key]
    fresh = Assistant(sample_copy, load)
    assert fresh.ask("Ai là Tổng Thư ký IEC?").found
    assert fresh.problems() == [key]
    status = CliRunner().invoke(main, ["status", "--data", str(sample_copy)])
    assert status.exit_code == 0
    assert "! " in status.output
    (sample_copy / file).unlink() if whole is None else (sample_copy / file).write_bytes(whole)
    assert running.ask("Ai là Tổng Thư ký IEC?").found
    assert running.problems() == []


def test_abbreviations_as_excel_saves_them_are_read(sample_copy: Path) -> None:
    (sample_copy / "abbreviations.tsv").write_text("ZQX\tỦy ban Kỹ thuật Điện Quốc tế\n", encoding="utf-16")
    from docs_store import load_abbreviations

    assert load_abbreviations(sample_copy).knows("ZQX")


def test_a_fault_of_our_own_is_one_sentence_unless_it_is_debugged(sample_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("hỏng")

    monkeypatch.setattr("webui.status.status_facts", broken)
    result = CliRunner().invoke(main, ["status", "--data", str(sample_copy)])
    assert result.exit_code == 1
    assert "Lỗi trong hoitin" in result.output
    assert "Traceback" not in result.output
    assert isinstance(CliRunner().invoke(main, ["--debug", "status"]).exception, ZeroDivisionError)


def test_a_copy_of_a_generation_beside_them_is_none_of_ours(indexed: Path, news: Path) -> None:
    name = Generations(indexed).open_current().name
    import shutil

    for copy in ("ban-sao-cu", f"{name}.bak"):
        shutil.copytree(indexed / "generations" / name, indexed / "generations" / copy)
    put(news, "moi.txt", "Một bài mới về đo lường.")
    assert run(indexed, news).documents == 21
    assert (indexed / "generations" / "ban-sao-cu").exists()


# --- one model, one generation ------------------------------------------------------------------


def test_a_server_answers_from_the_old_generation_while_it_opens_the_new(
    indexed: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    running = Assistant(indexed, HashEmbedder, aside=True)
    old = running.ask("Trạm quan trắc số 3 đo được bao nhiêu?").generation
    put(news, "moi.txt", "Vệ tinh mới phóng.")
    new = run(indexed, news).generation
    let, opened = threading.Event(), threading.Event()
    open_current = Generations.open_current

    def slowly(self: Generations, **options: bool):  # type: ignore[no-untyped-def]
        let.wait(30)
        generation = open_current(self, **options)
        opened.set()
        return generation

    monkeypatch.setattr(Generations, "open_current", slowly)
    for _ in range(3):
        assert running.ask("Trạm quan trắc số 3 đo được bao nhiêu?").generation == old
    let.set()
    assert opened.wait(30)
    assert running._opening
    running._opening.join(30)
    assert running.ask("Trạm quan trắc số 3 đo được bao nhiêu?").generation == new


def test_the_model_is_loaded_once_by_any_number_of_threads(indexed: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    loads: list[int] = []

    def load() -> HashEmbedder:
        loads.append(1)
        return HashEmbedder()

    running = Assistant(indexed, load)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(running.ask, ["Trạm quan trắc số 3 đo được bao nhiêu?"] * 16))
    assert all(answer.found for answer in answers)
    assert loads == [1]


def test_a_question_without_an_answer_searches_three_times_at_most(sample_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    from docs_store import load_embedder
    from retriever import Filters, Turn

    searches = []
    module = sys.modules["retriever.findings"]
    search = module.search  # type: ignore[attr-defined]
    monkeypatch.setattr(module, "search", lambda *args: searches.append(1) or search(*args))
    answer = Assistant(sample_copy, load_embedder).ask(
        "còn quý II/2019 thì vũ khúcx zzqqy ra sao?",
        [Turn("Ai là Tổng Thư ký IEC?", "Philippe Metzger", "IEC")],
        filters=Filters(first=date(2024, 1, 1), publisher="Không có"),
        offering=True,
    )
    assert not answer.found
    assert len(searches) <= 3


def test_the_library_may_be_read_while_nobody_may_write(indexed: Path) -> None:
    with Library(indexed / "library.sqlite", read_only=True) as library:
        assert len(library.entries()) == 20
        with pytest.raises(StorageError):
            library.remove_files(["x"])


# --- a question costs what it costs -------------------------------------------------------------


def test_a_question_is_measured_by_the_letters_that_its_signs_stand_for(sample_assistant: Assistant) -> None:
    with pytest.raises(UsageError, match="dài quá"):
        sample_assistant.ask("\ufdfa" * 60)  # each stands for eighteen letters
    decomposed = unicodedata.normalize("NFD", "Ai là Tổng Thư ký Ủy ban Kỹ thuật Điện Quốc tế? " * 20)
    assert len(decomposed) > 1000
    assert sample_assistant.ask(decomposed[:1000]).understood


def test_a_word_of_a_thousand_letters_is_no_slip(sample_assistant: Assistant) -> None:
    asked: list[int] = []
    frequencies = sample_assistant.generation().lexical.frequencies

    def counting(field: str, terms: Sequence[str]) -> list[int]:
        asked.append(len(terms))
        return frequencies(field, terms)

    assert correct("q" * 1000, counting) == ("q" * 1000, ())
    assert sum(asked) < 10
