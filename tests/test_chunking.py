"""Passages are byte for byte the source, end where sentences end, and leave out what is no news."""

from __future__ import annotations

from docs_store import Document
from docs_store.vietnamese import sentences, syllables
from indexer import chunk
from indexer.chunking import MAX_SYLLABLES
from indexer.reading import read_file

from .conftest import ARTICLES


def _document(*pages: str, title: str = "Tiêu đề") -> Document:
    return Document(doc_id="d", source="d.txt", title=title, pages=pages, content_hash="h")


def test_every_passage_of_the_samples_is_byte_for_byte_its_source() -> None:
    for path in sorted(ARTICLES.glob("*.md")) + sorted(ARTICLES.glob("*.txt")):
        document = read_file(path)
        raw = path.read_bytes().decode()
        for passage in chunk(document):
            assert document.pages[passage.page][passage.start : passage.end] == passage.text
            assert passage.text in raw


def test_headline_captions_and_source_lines_are_not_passages() -> None:
    page = (
        "# Tiêu đề\n\n**Mở đầu in đậm của bản tin.**\n\nĐoạn một nói về việc này.\n\n"
        "*Toàn cảnh hội nghị.*\n\nĐoạn hai.\n\n*Nguồn: MOST.*"
    )
    texts = [passage.text for passage in chunk(_document(page))]
    assert texts == ["Mở đầu in đậm của bản tin.", "Đoạn một nói về việc này.", "Đoạn hai."]


def test_short_paragraphs_are_gathered_and_long_ones_cut_between_sentences() -> None:
    sentence = "Bộ Khoa học và Công nghệ tổ chức hội nghị tổng kết năm tại Hà Nội. "
    page = "Đoạn ngắn một.\n\nĐoạn ngắn hai.\n\n" + sentence * 40
    passages = list(chunk(_document(page)))
    assert len(passages) > 2
    ends = {end for _, end in sentences(page)}
    for passage in passages:
        assert len(syllables(passage.text)) <= MAX_SYLLABLES
        assert passage.end in ends
    assert sum(passage.text.count("tổng kết năm") for passage in passages) == 40


def test_text_without_sentence_ends_is_still_cut() -> None:
    page = "số liệu " * 3000
    passages = list(chunk(_document(page)))
    assert max(len(syllables(passage.text)) for passage in passages) <= MAX_SYLLABLES
    assert sum(len(syllables(passage.text)) for passage in passages) == 6000


def test_one_word_of_a_million_letters_is_no_trouble() -> None:
    passages = list(chunk(_document("a" * 1_000_000)))
    assert "".join(passage.text for passage in passages) == "a" * 1_000_000


def test_no_passage_crosses_a_page() -> None:
    passages = list(chunk(_document("Trang một.", "", "Trang ba.")))
    assert [(passage.page, passage.text) for passage in passages] == [(0, "Trang một."), (2, "Trang ba.")]


def test_a_document_of_nothing_but_a_headline_can_be_quoted() -> None:
    assert [passage.text for passage in chunk(_document("Tiêu đề"))] == ["Tiêu đề"]


def test_the_same_text_at_the_same_place_keeps_its_id() -> None:
    first = [passage.passage_id for passage in chunk(_document("Một.\n\n**Hai ba bốn.**\n\nNăm."))]
    second = [passage.passage_id for passage in chunk(_document("Một.\n\n**Hai ba bốn.**\n\nSáu."))]
    assert first[:2] == second[:2]
    assert first[2] != second[2]
    assert all(0 < passage_id < 2**63 for passage_id in first + second)
