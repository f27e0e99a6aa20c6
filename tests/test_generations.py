"""Published generations: damage is noticed, the one before answers, readers move over, old ones go."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from docs_store import DamagedError, Generations, NoIndexError
from docs_store.generations import KEPT_GENERATIONS
from indexer import reindex
from retriever import Assistant

from .fake import HashEmbedder


def _publish(data: Path, news: Path, number: int) -> str:
    (news / f"{number}.txt").write_text(f"Bản tin số {number} về đo lường.", encoding="utf-8")
    return reindex(data, [news], HashEmbedder()).generation


@pytest.fixture
def two(tmp_path: Path, news: Path) -> tuple[Path, str, str]:
    data = tmp_path / "data"
    return data, _publish(data, news, 1), _publish(data, news, 2)


@pytest.mark.parametrize("file", ["vectors.faiss", "passages.sqlite", "manifest.json", "lexical/meta.json"])
def test_one_flipped_bit_is_noticed_and_the_generation_before_answers(
    two: tuple[Path, str, str], file: str, caplog: pytest.LogCaptureFixture
) -> None:
    data, first, second = two
    path = data / "generations" / second / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with caplog.at_level(logging.ERROR, logger="hoitin"):
        answer = Assistant(data, HashEmbedder).ask("Bản tin số 1 về đo lường")
    assert answer.generation == first
    assert second in caplog.text
    assert Generations(data).problems()


def test_a_missing_file_is_noticed(two: tuple[Path, str, str]) -> None:
    data, first, second = two
    (data / "generations" / second / "vectors.faiss").unlink()
    assert Generations(data).open_current().name == first


def test_when_nothing_is_whole_the_error_names_the_repair_and_it_works(two: tuple[Path, str, str], news: Path) -> None:
    data, first, second = two
    for name in (first, second):
        (data / "generations" / name / "passages.sqlite").write_bytes(b"")
    with pytest.raises(DamagedError) as caught:
        Generations(data).open_current()
    assert caught.value.next_step == "hoitin index --rebuild"
    assert reindex(data, [], HashEmbedder(), rebuild=True).documents == 2
    assert Assistant(data, HashEmbedder).ask("Bản tin số 2 về đo lường").found


def test_an_empty_data_folder_says_what_to_type_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NoIndexError) as caught:
        Generations(tmp_path / "chua-co").open_current()
    assert "hoitin index" in caught.value.next_step
    assert not (tmp_path / "chua-co").exists()


def test_a_reader_moves_to_the_new_generation_at_its_next_question(two: tuple[Path, str, str], news: Path) -> None:
    data, _, second = two
    assistant = Assistant(data, HashEmbedder)
    assert assistant.ask("Bản tin số 2").generation == second
    third = _publish(data, news, 3)
    assert assistant.ask("Bản tin số 2").generation == third


def test_only_a_few_generations_are_kept(two: tuple[Path, str, str], news: Path) -> None:
    data, first, _ = two
    for number in range(3, 7):
        _publish(data, news, number)
    kept = [path.name for path in (data / "generations").iterdir()]
    assert len(kept) == KEPT_GENERATIONS
    assert first not in kept


def test_an_open_generation_outlives_its_pruning(two: tuple[Path, str, str], news: Path) -> None:
    data, _, second = two
    opened = Generations(data).open_current()
    for number in range(3, 8):
        _publish(data, news, number)
    assert not (data / "generations" / second).exists()
    assert opened.lexical.search("bản tin số 2", 5)
    assert len(list(opened.passages.newest(5))) == 0
    assert opened.vectors.count == 2


def test_a_published_generation_shares_no_change_with_the_next(two: tuple[Path, str, str], news: Path) -> None:
    data, _, second = two
    before = Generations(data).open_current()
    (news / "1.txt").unlink()
    reindex(data, [news], HashEmbedder())
    assert before.lexical.count == 2
    assert Generations(data)._problem(second) is None


def test_the_manifest_counts_and_names_its_model(two: tuple[Path, str, str]) -> None:
    data, _, second = two
    manifest = json.loads((data / "generations" / second / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["documents"] == 2
    scale = {"cosine_low": 0.0, "cosine_width": 1.0}  # that of a model which names none
    assert manifest["model"] == {"name": "fake", "fingerprint": "fake-fake", "dimension": 64} | scale
    assert {"passages.sqlite", "vectors.faiss", "lexical/meta.json"} <= manifest["files"].keys()
