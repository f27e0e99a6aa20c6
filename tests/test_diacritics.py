"""Diacritics put back into questions, for a model that reads them: from the table that ships and from the news."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from docs_store import Generations
from docs_store.diacritics import lacks_marks, readings, see
from docs_store.diacritics.counts import COUNTS_FILE, load_counts
from docs_store.diacritics.make import LEAST, count, read_lines
from indexer import reindex
from retriever import SearchSettings
from retriever.evaluate import Searcher
from retriever.search import fuse

from .fake import HashEmbedder
from .newsroom import put


class Reading(HashEmbedder):
    """An embedder that reads marks, and keeps what it was asked."""

    reads_marks = True

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return self.embed_documents(texts)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bo truong bo khoa hoc va cong nghe la ai", "bộ trưởng bộ khoa học và công nghệ là ai"),
        ("gia vang hom nay la bao nhieu?", "giá vàng hôm nay là bao nhiêu?"),
        ("xin cho biet nam 2024 co bao nhieu sinh vien", "xin cho biết năm 2024 có bao nhiêu sinh viên"),
        ("Ha Noi o dau?", "Hà Nội ở đâu?"),
        ("UY BAN NHAN DAN TINH QUANG NINH", "ỦY BAN NHÂN DÂN TỈNH QUẢNG NINH"),
        ("thanh pho Hoa Binh o mien nao", "thành phố Hòa Bình ở miền nào"),
    ],
)
def test_an_unaccented_question_gets_its_marks_in_usual_spelling_and_keeps_its_capitals(typed: str, meant: str) -> None:
    assert lacks_marks(typed)
    assert readings(typed)[0] == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Bộ truong Bộ Khoa hoc và Công nghe là ai?", "Bộ trưởng Bộ Khoa học và Công nghệ là ai?"),
        ("thủ tuc đăng ký kết hon can những giấy to gì", "thủ tục đăng ký kết hôn cần những giấy tờ gì"),
        ("thuý o dau", "thuý ở đâu"),
    ],
)
def test_of_a_half_accented_question_the_words_with_marks_stay_as_typed(typed: str, meant: str) -> None:
    assert lacks_marks(typed)
    assert readings(typed)[0] == meant


@pytest.mark.parametrize(
    "question",
    [
        "Ai là Tổng Thư ký IEC?",
        "Trong năm nay, ai được giao làm Giám đốc?",
        "Nam và Lan đi theo xe nào ra sân bay?",
        "Hòa Bình hay Hoà Bình: uỷ ban nào quyết định?",
        "  AI và IoT thay đổi   công nghiệp ra sao ?!  ",
        "Công ty Google đặt trụ sở ở đâu?",
        "Thu\u0309 tu\u031bo\u031b\u0301ng la\u0300 ai?",  # decomposed
        "2024 12/2024/TT-BKHCN",
        "ISO 9001",
        "?!",
        "",
    ],
)
def test_a_question_that_lacks_nothing_stays_as_it_is_to_the_byte(question: str) -> None:
    assert readings(question) == (question,)


def test_a_bare_word_may_be_meant_bare() -> None:
    assert readings("Nam đi theo ai vao trong nhà")[0] == "Nam đi theo ai vào trong nhà"
    assert readings("ai di trong nha cua toi")[0] == "ai đi trong nhà của tôi"


def test_acronyms_numbers_and_english_words_stay_among_restored_ones() -> None:
    restored = readings("AI va big data giup 5G o TP.HCM nhu the nao, theo Google nam 2025?")[0]
    assert restored == "AI và big data giúp 5G ở TP.HCM như thế nào, theo Google năm 2025?"


def test_a_name_that_only_the_news_knows_is_restored_as_the_news_has_it() -> None:
    question = "le hoi Kon Plong o dau"
    assert "Plông" not in readings(question)[0]
    news = ["Lễ hội Kon Plông năm nay đông khách.", "Đường lên Kon Plông đã thông."]
    assert readings(question, see(question, news))[0] == "lễ hội Kon Plông ở đâu"
    assert readings("José là ai", see("José là ai", ["Jose là ai"])) == ("José là ai",)


def test_the_news_says_which_of_two_names_is_meant() -> None:
    question = "ong Le Xuan Dinh la ai"
    for name in ("Lê Xuân Định", "Lê Xuân Đỉnh"):
        assert name in readings(question, see(question, [f"Ông {name} dự lễ.", f"Theo ông {name}, việc đã xong."] * 8))[0]


def test_what_is_seen_of_other_texts_is_counted_by_syllable_and_neighbour() -> None:
    seen = see("khoa hoc", ["Khoa học, khoá học và “khoa” học.", "HỌC\nkhoa học (khóa)"])
    assert dict(seen.singles) == {"khoa": 3, "học": 5, "khoá": 2}
    assert dict(seen.pairs) == {("khoa", "học"): 2, ("khoá", "học"): 1, ("học", "khoa"): 1}
    assert see("khoa", []).words == see("khoa", ["…"]).words - 1 == 0


def test_a_question_that_may_be_meant_two_ways_has_two_readings() -> None:
    assert readings("ong Minh") == ("ông Minh", "ông Mình")
    assert len(readings("bo khoa hoc va cong nghe")) == 1


@pytest.fixture
def searcher(tmp_path: Path) -> Searcher:
    put(tmp_path / "news", "1.txt", "Lễ hội Kon Plông\n\nLễ hội Kon Plông mở ở nhà rông, đông khách.")
    put(tmp_path / "news", "2.txt", "Giá vàng\n\nGiá vàng hôm nay tăng.")
    reindex(tmp_path / "data", [tmp_path / "news"], HashEmbedder())
    return Searcher(Generations(tmp_path / "data").open_current(), Reading(), tmp_path / "data")


def test_search_asks_an_embedder_that_reads_marks_with_those_of_the_news(searcher: Searcher) -> None:
    assert isinstance(searcher.embedder, Reading)
    for rank in (searcher.fused, searcher.scores, searcher.dense):
        searcher.embedder.asked.clear()
        assert len(rank("le hoi Kon Plong o dau")) == 2
        assert searcher.embedder.asked[0] == "lễ hội Kon Plông ở đâu"
    searcher.embedder.asked.clear()
    searcher.fused("Lễ hội Kon Plong ở đâu?")
    assert searcher.embedder.asked == ["Lễ hội Kon Plong ở đâu?"]


def test_of_two_readings_the_better_cosine_counts_for_each_passage(tmp_path: Path) -> None:
    put(tmp_path / "news", "1.txt", "Ông Minh\n\nÔng Minh nói về lúa.")
    reindex(tmp_path / "data", [tmp_path / "news"], HashEmbedder())
    generation = Generations(tmp_path / "data").open_current()
    (near,) = generation.passages.document_passages(next(iter(generation.passages.content_hashes())))
    one = HashEmbedder().embed_queries(["Ông Minh nói về lúa.", "khác hẳn"])
    intent, settings = Searcher(generation, Reading(), tmp_path).intent("ong Minh"), SearchSettings(dense_depth=0)
    for vectors in (one, one[::-1]):
        (hit,) = fuse(generation, [vectors], {near.passage_id: 1.0}, intent, 5, settings)
        assert hit.cosine == pytest.approx(max(generation.vectors.scores(vector, [near.passage_id])[0] for vector in one))


def test_an_embedder_that_folds_marks_is_asked_as_typed(searcher: Searcher) -> None:
    reading = searcher.embedder
    assert isinstance(reading, Reading)
    reading.reads_marks = False
    searcher.fused("le hoi Kon Plong o dau")
    assert reading.asked == ["le hoi Kon Plong o dau"]


# --- the table --------------------------------------------------------------------------------


def test_the_table_that_ships_is_small() -> None:
    assert COUNTS_FILE.stat().st_size <= 500_000
    assert len(load_counts().forms("dinh")) > 5
    assert load_counts().forms("google") == []


def test_a_table_is_made_of_texts_each_line_once_and_comes_back_from_its_file(tmp_path: Path) -> None:
    texts = tmp_path / "texts.jsonl"
    line = "Hòa bình là hoà giải, bình yên."
    texts.write_text(f'{{"text": "{line}\\n{line}"}}\n{{"body": "no mark in all of this line"}}\n', encoding="utf-8")
    assert list(read_lines([texts])) == [line]
    counts = count([line] * LEAST, ["bao nhiêu"])
    assert counts.forms("hoa") == ["hoà"]
    assert counts.forms("bao") == []  # it has no other form here
    counts.save(tmp_path / "counts.npz")
    again = load_counts(tmp_path / "counts.npz")
    assert again.ids == counts.ids
    again.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "counts.npz").read_bytes()
