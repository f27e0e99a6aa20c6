"""The front door: commands, aliases, JSON forms, exit codes, and errors that say the next step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from webui.cli import _ALIASES, main

from .conftest import ARTICLES

README = Path(__file__).parent.parent / "README.md"


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_every_command_has_help_in_both_languages_and_stands_in_the_readme() -> None:
    readme = README.read_text(encoding="utf-8")
    overview = _run("--help").output
    for name, command in main.commands.items():
        help_text = _run(name, "--help").output
        assert " / " in help_text.split("\n\n")[1] or " / " in (command.help or "").split("\n\n")[0], name
        assert name in overview
        assert f"hoitin {name}" in readme, f"README does not show hoitin {name}"


@pytest.mark.parametrize(("alias", "name"), sorted(_ALIASES.items()))
def test_vietnamese_aliases_are_the_same_commands(alias: str, name: str) -> None:
    assert f"{name} ({alias})" in _run("--help").output
    assert _run(alias, "--help").output.splitlines()[2:] == _run(name, "--help").output.splitlines()[2:]


def test_index_then_ask_gives_the_documented_json(tmp_path: Path) -> None:
    report = json.loads(_run("index", ARTICLES / "iec-lam-viec-2024-06.md", "--data", tmp_path / "d", "--json").output)
    assert {"added", "updated", "unchanged", "removed", "failed", "passages", "seconds"} <= report.keys()
    assert [Path(path).name for path in report["added"]] == ["iec-lam-viec-2024-06.md"]
    result = _run("ask", "Thứ trưởng nào tiếp Tổng Thư ký IEC?", "--data", tmp_path / "d", "--json")
    assert result.exit_code == 0
    answer = json.loads(result.output)
    assert answer.keys() == {"question", "found", "generation", "citations", "confidence", "understood"}
    assert answer["found"] is True
    citation = answer["citations"][0]
    assert citation.keys() == {
        "number", "doc_id", "title", "publisher", "url", "source_url", "published", "page", "quote", "passage", "score",
        "cite", "confidence", "mark_strength", "lacks", "document_number", "notes", "copies",
    }  # fmt: skip
    assert citation["passage"] in (ARTICLES / "iec-lam-viec-2024-06.md").read_bytes().decode()
    assert citation["quote"] in citation["passage"]
    assert citation["published"] == "2024-06-05"
    assert citation["page"] is None
    assert citation["source_url"].startswith(f"/source/{citation['doc_id']}?")


def test_the_data_folder_may_be_named_before_or_after_the_command_or_in_the_environment(
    sample_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = {_run("--data", sample_data, "status").output, _run("status", "--data", sample_data).output}
    monkeypatch.setenv("HOITIN_DATA", str(sample_data))
    outputs.add(_run("status").output)
    assert len(outputs) == 1
    assert "46" in outputs.pop()


def test_ask_prints_the_citation_for_people(sample_data: Path) -> None:
    result = _run("hoi", "Thứ trưởng nào tiếp Tổng Thư ký IEC năm 2024?", "--data", sample_data)
    assert result.exit_code == 0
    assert "[1]" in result.output
    assert "05/06/2024" in result.output


def test_nothing_found_is_said_plainly_with_its_own_exit_code(sample_data: Path) -> None:
    result = _run("ask", "Đội nào vô địch World Cup bóng đá nữ?", "--data", sample_data)
    assert result.exit_code == 1
    assert "Không tìm thấy trong kho tin" in result.output
    as_json = _run("ask", "Đội nào vô địch World Cup bóng đá nữ?", "--data", sample_data, "--json")
    assert as_json.exit_code == 1
    assert json.loads(as_json.output)["citations"] == []


def test_a_bad_file_is_one_line_and_the_rest_is_indexed(tmp_path: Path, news: Path) -> None:
    (news / "tot.txt").write_text("Tin tốt về đo lường.", encoding="utf-8")
    (news / "hong.pdf").write_text("%PDF hỏng", encoding="utf-8")
    result = _run("index", news, "--data", tmp_path / "d")
    assert result.exit_code == 3
    assert sum("hong.pdf" in line for line in result.output.splitlines()) == 1
    assert "added 1" in result.output


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["ask", "gì?"], 5, "hoitin index"),
        (["status"], 5, "hoitin index"),
        (["verify"], 5, "hoitin index"),
        (["show", "x"], 5, "hoitin index"),
        (["index"], 2, "PATHS"),
        (["serve", "--port", "99999"], 2, "HOITIN_PORT"),
        (["lenh-la"], 2, "No such command"),
    ],
)
def test_errors_are_one_sentence_with_the_next_step(tmp_path: Path, arguments: list[str], code: int, says: str) -> None:
    result = _run("--data", tmp_path / "none", *arguments)
    assert result.exit_code == code
    assert says in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "none").exists()


def test_an_empty_question_is_a_wrong_call(sample_data: Path) -> None:
    assert _run("ask", "  ", "--data", sample_data).exit_code == 2


def test_show_takes_a_doc_id_or_a_file(sample_data: Path) -> None:
    by_file = _run("show", ARTICLES / "iec-lam-viec-2024-06.md", "--data", sample_data, "--json")
    record = json.loads(by_file.output)
    assert record["pages"][0] in (ARTICLES / "iec-lam-viec-2024-06.md").read_bytes().decode()
    assert json.loads(_run("show", record["doc_id"], "--data", sample_data, "--json").output) == record
    assert _run("show", "khong-co", "--data", sample_data).exit_code == 2


def test_verify_finds_no_fault_in_a_good_index_and_one_in_a_bad(sample_copy: Path) -> None:
    assert _run("verify", "--data", sample_copy).exit_code == 0
    current = (sample_copy / "CURRENT").read_text(encoding="utf-8").split()[0]
    manifest = sample_copy / "generations" / current / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"documents": 46', '"documents": 47'), encoding="utf-8")
    assert _run("verify", "--data", sample_copy).exit_code == 6


def test_verify_notices_a_passage_that_is_not_in_its_source(sample_data: Path) -> None:
    from dataclasses import replace
    from types import SimpleNamespace

    from docs_store import Generations
    from webui.verification import verify_generation

    generation = Generations(sample_data).open_current()
    real = generation.passages

    def tampered(doc_id: str) -> list[object]:
        return [replace(passage, text=passage.text + " ") for passage in real.document_passages(doc_id)]

    fake = SimpleNamespace(
        passages=SimpleNamespace(all_documents=real.all_documents, document_passages=tampered),
        manifest=generation.manifest,
        vectors=generation.vectors,
        lexical=generation.lexical,
    )
    faults = verify_generation(fake, lambda *_: None)  # type: ignore[arg-type]
    assert len(faults) == generation.manifest.passages


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOITIN_EMBED_ORIGINS", "intranet.example; script-src *")
    result = _run("--data", tmp_path, "status")
    assert result.exit_code == 2
    assert "HOITIN_EMBED_ORIGINS" in result.output


def test_a_taken_port_is_said_before_anything_loads(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = _run("serve", "--port", taken.getsockname()[1], "--data", tmp_path)
    assert result.exit_code == 2
    assert "--port" in result.output


def test_a_data_folder_that_cannot_be_is_one_plain_sentence(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("x")
    for command in (["index", str(ARTICLES), "--data", str(taken)], ["status", "--data", str(taken)]):
        result = _run(*command)
        assert result.exit_code in (5, 11)
        assert "Traceback" not in result.output
        assert "Lỗi:" in result.output


def test_empty_settings_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    from webui.settings import read_settings

    for name in ("HOST", "DATA", "PORT", "MODEL"):
        monkeypatch.setenv(f"HOITIN_{name}", "")
    settings = read_settings()
    assert (settings.host, settings.port, settings.data, settings.model) == ("127.0.0.1", 7860, Path("data"), "default")


def test_serve_says_at_once_that_its_model_cannot_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOITIN_MODEL", "/khong-co")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    result = _run("serve", "--data", tmp_path, "--port", 7999)
    assert result.exit_code == 9
    assert "/khong-co" in result.output


def test_a_document_cannot_move_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Tiêu đề\x1b]0;mất\x07\n\nGiá lúa\x1b[2J tăng \u202eabc.", encoding="utf-8")
    _run("index", tmp_path / "a.txt", "--data", tmp_path / "d")
    for command in (["ask", "giá lúa tăng", "--data", tmp_path / "d"], ["show", tmp_path / "a.txt", "--data", tmp_path / "d"]):
        output = _run(*command).output
        assert not set(output) & {"\x1b", "\x07", "\u202e"}
