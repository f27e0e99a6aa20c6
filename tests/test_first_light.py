"""First light: an index answers before the slow model has made its vectors; they follow, and none is made twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from docs_store import Embedder, Generations, ModelCard, ModelMismatchError, text_digest
from indexer import Report, completion, erase, reindex, withdraw
from retriever import Assistant
from webui.cli import main
from webui.verification import verify_generation

from .fake import HashEmbedder
from .newsroom import put, texts

COMET = "Sao chổi Bình Minh bay qua Cần Thơ ngày 5/6/2024."
QUESTION = "Sao chổi Bình Minh bay qua đâu?"


class Slow(HashEmbedder):
    """Remembers what it embedded; meanwhile, called before each batch with its texts, may look, write or kill."""

    def __init__(self, name: str = "slow", meanwhile: Callable[[Sequence[str]], object] = lambda _: None) -> None:
        super().__init__(name)
        self.meanwhile = meanwhile
        self.made: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.meanwhile(texts)
        self.made += texts
        return super().embed_documents(texts)


QUICK = HashEmbedder("quick")


@pytest.fixture(autouse=True)
def _few_are_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.vectors.FEW", 3)
    monkeypatch.setattr("indexer.completing.BATCH", 2)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def nine(news: Path) -> Path:
    """Return a folder with nine articles."""
    put(news, "sao-choi.txt", COMET)
    for number in range(8):
        put(news, f"{number}.txt", f"Trạm quan trắc số {number} đo được {7000 + number} mm mưa.")
    return news


def _run(data: Path, embedder: Embedder, *paths: Path, **options: object) -> Report:
    return reindex(data, paths, embedder, stand_in=lambda: QUICK, **options)  # type: ignore[arg-type]


def _model(data: Path) -> str:
    return Generations(data).open_current().manifest.model.name


def _number(data: Path) -> int:
    """Return how many generations were published."""
    return int(Generations(data).open_current().name[1:].partition("-")[0])


def _is_whole(data: Path) -> bool:
    generation = Generations(data).open_current(whole=True)
    return generation.manifest.waiting == 0 and verify_generation(generation, lambda *_: None) == []


def _reader(data: Path, slow: Embedder, loads: list[str]) -> Assistant:
    """Return an assistant of which the slow model is set; loads: names of the models that it has loaded."""

    def load() -> Embedder:
        loads.append("slow")
        return slow

    def shipped(card: ModelCard) -> Embedder | None:
        if card.fingerprint != QUICK.card.fingerprint:
            return None
        loads.append("quick")
        return QUICK

    return Assistant(data, load, shipped=shipped)


# --- the first index --------------------------------------------------------------------------


def test_the_index_answers_before_the_slow_model_is_done_and_readers_move_over(data: Path, nine: Path) -> None:
    slow, loads, seen = Slow(), [], []
    running = _reader(data, slow, loads)

    def look(_: object) -> None:
        answer = running.ask(QUESTION)
        seen.append((answer.found, answer.citations[0].quote, running.generation().manifest.model.name, tuple(loads)))

    slow.meanwhile = look
    report = _run(data, slow, nine)
    assert set(seen) == {(True, COMET, "quick", ("quick",))}
    assert len(seen) == 5  # batches
    assert (report.waiting, report.passages, report.generation) == (0, 9, Generations(data).open_current().name)
    assert _is_whole(data)
    answer = running.ask(QUESTION)
    assert (answer.found, answer.generation) == (True, report.generation)
    assert running.generation().manifest.model.name == "slow"
    assert loads == ["quick", "slow"]


def test_a_small_index_is_published_once_by_its_own_model(data: Path, news: Path) -> None:
    put(news, "sao-choi.txt", COMET)
    put(news, "khac.txt", "Hội nghị đo lường họp ở Huế.")
    slow = Slow()
    assert _run(data, slow, news).waiting == 0
    assert (_number(data), _model(data), len(slow.made)) == (1, "slow", 2)


def test_a_run_killed_between_batches_answers_and_the_next_computes_nothing_twice(data: Path, nine: Path) -> None:
    def kill(_: object) -> None:
        if len(first.made) == 4:
            raise KeyboardInterrupt

    first = Slow(meanwhile=kill)
    with pytest.raises(KeyboardInterrupt):
        _run(data, first, nine)
    assert _model(data) == "quick"
    assert _reader(data, first, []).ask(QUESTION).found
    second = Slow()
    assert _run(data, second, nine).waiting == 0
    assert len(first.made) == 4
    assert len({*first.made, *second.made}) == len(first.made) + len(second.made) == 9
    assert _model(data) == "slow"
    assert _is_whole(data)


def test_an_index_made_anew_takes_the_same_vectors_to_the_bit(data: Path, nine: Path) -> None:
    _run(data, Slow(), nine)
    before = Generations(data).open_current()
    again = Slow()
    _run(data, again, rebuild=True)
    after = Generations(data).open_current()
    passages = [passage_id for passage_id, _, _ in before.passages.headed_texts()]
    assert again.made == []
    assert after.name != before.name
    assert np.array_equal(np.stack(before.vectors.vectors(passages)), np.stack(after.vectors.vectors(passages)))  # type: ignore[arg-type]


def test_the_same_text_in_two_articles_is_embedded_once(data: Path, news: Path) -> None:
    for number in range(4):
        put(news, f"{number}.md", f"# Một tiêu đề\n\n{COMET}")
        put(news, f"khac-{number}.md", f"# Tiêu đề\n\nTrạm số {number} ở Huế.")
    slow = Slow()
    _run(data, slow, news)
    assert len(slow.made) == len(set(slow.made)) == 5
    assert _is_whole(data)


def test_a_model_without_a_stand_in_begins_with_words_alone(data: Path, nine: Path) -> None:
    seen = []
    slow = Slow(meanwhile=lambda _: seen.append(Generations(data).open_current().manifest.waiting))
    assert reindex(data, [nine], slow).waiting == 0
    assert seen == [9] * 5
    assert _is_whole(data)


# --- later runs -------------------------------------------------------------------------------


def test_a_small_change_is_one_publication_and_embeds_only_itself(data: Path, nine: Path) -> None:
    _run(data, Slow(), nine)
    before = _number(data)
    put(nine, "moi.txt", "Tin mới về vệ tinh.")
    slow = Slow()
    _run(data, slow, nine)
    assert _number(data) == before + 1
    assert slow.made == ["Tin mới về vệ tinh."] or [text.partition("\n")[2] for text in slow.made] == ["Tin mới về vệ tinh."]
    assert _is_whole(data)


def test_many_new_articles_are_found_by_their_words_while_their_vectors_are_made(
    data: Path, nine: Path, tmp_path: Path
) -> None:
    _run(data, Slow(), nine)
    more = tmp_path / "them"
    for number in range(6):
        put(more, f"{number}.txt", f"Vệ tinh mẫu thứ {number} được phóng lên quỹ đạo ngày {number + 1}/7/2024.")
    seen: list[tuple[int, str, bool, str]] = []

    def look(_: object) -> None:
        generation = Generations(data).open_current()
        answer = running.ask("Vệ tinh mẫu thứ 3 được phóng ngày nào?")
        told = (answer.citations or answer.nearest)[0].quote
        seen.append(
            (generation.manifest.waiting, generation.manifest.model.name, _reader(data, slow, []).ask(QUESTION).found, told)
        )
        assert verify_generation(generation, lambda *_: None) == []

    slow = Slow()
    running = _reader(data, slow, [])
    slow.meanwhile = look
    assert _run(data, slow, more).waiting == 0
    assert set(seen) == {(6, "slow", True, "Vệ tinh mẫu thứ 3 được phóng lên quỹ đạo ngày 4/7/2024.")}
    assert len(slow.made) == 6
    assert _is_whole(data)


def test_others_index_while_vectors_are_made(data: Path, nine: Path, tmp_path: Path) -> None:
    new = put(tmp_path / "khac", "moi.txt", "Hội nghị đo lường họp ở Huế.")
    other = Slow()

    def meanwhile(_: object) -> None:
        slow.meanwhile = lambda _: None
        report = _run(data, other, new)
        assert (report.added, report.waiting) == ([str(new)], 10)
        assert _reader(data, slow, []).ask("Hội nghị đo lường họp ở đâu?").found

    slow = Slow(meanwhile=meanwhile)
    assert _run(data, slow, nine).waiting == 0
    assert len(slow.made) == len(set(slow.made)) == 10
    assert other.made == []
    assert (_model(data), len(texts(data))) == ("slow", 10)
    assert _is_whole(data)


# --- from another model -----------------------------------------------------------------------


@pytest.mark.parametrize("articles", [2, 8])
def test_an_index_of_the_stand_in_is_moved_over_by_the_next_run(data: Path, news: Path, articles: int) -> None:
    put(news, "sao-choi.txt", COMET)
    for number in range(articles - 1):
        put(news, f"{number}.txt", f"Trạm quan trắc số {number} đo được {7000 + number} mm mưa.")
    reindex(data, [news], QUICK)
    slow, loads = Slow(), []
    running = _reader(data, slow, loads)
    assert running.ask(QUESTION).found
    assert loads == ["quick"]
    before = _number(data)
    assert _run(data, slow, news).waiting == 0
    assert (_number(data), _model(data)) == (before + 1, "slow")
    assert running.ask(QUESTION).found
    assert loads == ["quick", "slow"]
    assert len(slow.made) == articles


def test_an_index_of_a_stranger_is_refused_still(data: Path, nine: Path) -> None:
    reindex(data, [nine], HashEmbedder("stranger"))
    with pytest.raises(ModelMismatchError):
        _run(data, Slow(), nine)
    with pytest.raises(ModelMismatchError):
        _reader(data, Slow(), []).ask(QUESTION)
    _run(data, Slow(), nine, rebuild=True)
    assert _model(data) == "slow"


# --- what is kept -----------------------------------------------------------------------------


def _keeps(data: Path, title: str, text: str) -> bool:
    """Tell whether the store has a byte of what was made of a text: its key, or its vector."""
    content = (data / "vectors.sqlite").read_bytes()
    embedded = f"{title}\n{text}" if title else text
    vector = HashEmbedder("slow").embed_documents([embedded])[0]
    return text_digest(embedded) in content or vector.astype("<f2").tobytes() in content


def _title(data: Path, path: Path) -> str:
    passages = Generations(data).open_current(whole=True).passages
    return next(document.title for document in passages.all_documents() if document.source == str(path))


def test_of_an_erased_text_no_vector_is_left(data: Path, nine: Path) -> None:
    path = nine / "sao-choi.txt"
    _run(data, Slow(), nine)
    title = _title(data, path)
    assert _keeps(data, title, COMET)
    erase(data, str(path), person="lan")
    assert not _keeps(data, title, COMET)
    assert (data / "vectors.sqlite").stat().st_size


def test_nor_of_one_that_is_erased_while_its_vector_is_made(data: Path, nine: Path) -> None:
    path = nine / "sao-choi.txt"
    titles = []

    def meanwhile(batch: Sequence[str]) -> None:
        if any(COMET in text for text in batch):
            slow.meanwhile = lambda _: None
            titles.append(_title(data, path))
            withdraw(data, str(path), person="lan")
            erase(data, str(path), person="lan")

    slow = Slow(meanwhile=meanwhile)
    _run(data, slow, nine)
    assert not _keeps(data, titles[0], COMET)
    assert len(slow.made) == len(set(slow.made)) == 9
    assert (_model(data), len(texts(data))) == ("slow", 8)
    assert _is_whole(data)


def test_what_is_no_longer_in_the_news_is_no_longer_kept(data: Path, nine: Path) -> None:
    path = nine / "sao-choi.txt"
    _run(data, Slow(), nine)
    title = _title(data, path)
    path.write_text("Sao chổi Bình Minh bay qua Huế, đã sửa.", encoding="utf-8")
    _run(data, Slow(), nine)
    assert not _keeps(data, title, COMET)


def test_vectors_of_the_model_before_go_when_the_new_one_is_published(data: Path, nine: Path) -> None:
    _run(data, Slow(), nine)
    assert b"fake-slow" in (data / "vectors.sqlite").read_bytes()
    _run(data, Slow("other"), nine, rebuild=True)
    content = (data / "vectors.sqlite").read_bytes()
    assert b"fake-slow" not in content
    assert b"fake-other" in content


@pytest.mark.parametrize("how", ["no database", "half", "emptied", "gone"])
def test_a_damaged_store_is_set_aside_and_filled_from_the_index(data: Path, nine: Path, how: str) -> None:
    _run(data, Slow(), nine)
    store = data / "vectors.sqlite"
    if how == "gone":
        store.unlink()
    else:
        content = store.read_bytes()
        store.write_bytes({"no database": b"chu " * 5000, "half": content[: len(content) // 2], "emptied": b""}[how])
    put(nine, "moi.txt", "Tin mới về vệ tinh.")
    slow = Slow()
    report = _run(data, slow, nine)
    assert len(slow.made) == 1
    assert [warning.path for warning in report.warnings] == ([str(store)] if how in ("no database", "half") else [])
    assert _is_whole(data)
    again = Slow()
    _run(data, again, rebuild=True)
    assert again.made == []


def test_a_vector_of_which_a_bit_has_changed_is_made_again(data: Path, nine: Path) -> None:
    _run(data, Slow(), nine)
    store = data / "vectors.sqlite"
    content = store.read_bytes()
    vector = (
        HashEmbedder("slow").embed_documents([f"{_title(data, nine / 'sao-choi.txt')}\n{COMET}"])[0].astype("<f2").tobytes()
    )
    assert content.count(vector) == 1
    at = content.index(vector)
    store.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    slow = Slow()
    _run(data, slow, rebuild=True)
    assert len(slow.made) == 1
    assert _is_whole(data)


# --- what is told -----------------------------------------------------------------------------


def test_status_tells_how_many_vectors_there_are_and_whether_more_are_made(data: Path, nine: Path) -> None:
    seen = []

    def look(_: object) -> None:
        seen.append(completion(data, Generations(data).open_current(), "slow"))

    _run(data, Slow(meanwhile=look), nine)
    assert [(one.done, one.total, one.running) for one in seen] == [(done, 9, True) for done in (0, 2, 4, 6, 8)]
    assert seen[0].seconds_left is None
    assert all(one.seconds_left is not None for one in seen[1:])
    after = completion(data, Generations(data).open_current(), "slow")
    assert (after.done, after.total, after.running, after.seconds_left) == (9, 9, False, None)


def test_ctrl_c_on_the_command_line_says_that_it_answers_and_is_gone_on_with(
    data: Path, nine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: object) -> None:
        if len(slow.made) == 4:
            raise KeyboardInterrupt

    slow, static = Slow("e5", meanwhile=interrupt), HashEmbedder("static")
    monkeypatch.setattr("webui.assembly.load_embedder", lambda name, **_: static if name == "static" else slow)
    monkeypatch.setenv("HOITIN_MODEL", "default")
    monkeypatch.setenv("HOITIN_DATA", str(data))
    hoitin = CliRunner()
    stopped = hoitin.invoke(main, ["index", str(nine)])
    assert stopped.exit_code == 0, stopped.output
    assert "trả lời được" in stopped.output
    assert "answers already" in stopped.output
    assert "5 passages wait" in stopped.output
    status = hoitin.invoke(main, ["status"]).output
    assert "4 / 9 (e5), hoitin index làm tiếp / goes on" in status
    slow.meanwhile = lambda _: None
    report = json.loads(hoitin.invoke(main, ["index", str(nine), "--json"]).stdout)
    assert (report["waiting"], report["generation"]) == (0, Generations(data).open_current().name)
    facts = json.loads(hoitin.invoke(main, ["status", "--json"]).output)
    assert facts["vectors"] == {"done": 9, "total": 9, "running": False, "seconds_left": None}
    assert (facts["model"]["name"], facts["model"]["set"]) == ("e5", "e5")
    assert len(slow.made) == 9
