"""What a question is taken to mean: slips, abbreviations, old names, document numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from docs_store import Abbreviations, ConfigError, load_abbreviations
from docs_store.abbreviations import Abbreviation, find_abbreviations, read_abbreviations
from docs_store.vietnamese import pairs, syllables
from indexer import reindex
from retriever import Assistant
from retriever.spelling import correct
from retriever.typed import half_accented, mistyped, unaccented

from .fake import HashEmbedder

NEWS = (
    "Thứ trưởng Bộ Khoa học và Công nghệ tiếp Tổng Thư ký IEC tại Hà Nội. Đại diện tổ chức nói về xe điện, "
    "công nghiệp bán dẫn và đường sắt. Doanh nghiệp ở Broncos tham dự."
)


@pytest.fixture
def frequencies() -> Callable[[str, Sequence[str]], list[int]]:
    """Return how often terms stand in NEWS, said three times over."""
    tokens = syllables(" ".join([NEWS] * 3))
    held = {"body": tokens, "pairs": pairs(tokens)}
    return lambda field, terms: [held[field].count(term) for term in terms]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Toongr Thuw kys IEC", "tong thu ky"),  # Telex that stayed as typed
        ("thuws truowngr", "thu truong"),
        ("ddaij dieenj tor chuwcs", "dai dien to chuc"),
        ("tru7o7ng2", "truong"),  # VNI
        ("thưtrưởng", "thu truong"),  # a lost space
        ("vàđường sắt", "va duong sat"),
        ("công ngihệp bán dẫn", "cong nghiep ban dan"),  # letters swapped
        ("doanh nghieep", "doanh nghiep"),
        ("khao hocj", "hoc"),
        ("bronco", "broncos"),
    ],
)
def test_a_slip_is_put_right_by_what_the_news_knows(
    typed: str, meant: str, frequencies: Callable[[str, Sequence[str]], list[int]]
) -> None:
    corrected, changes = correct(typed, frequencies)
    assert set(meant.split()) <= set(syllables(corrected))
    assert changes


@pytest.mark.parametrize(
    "text",
    [
        "Thứ trưởng tiếp ai?",  # all known
        "lâu dài sẹo choáng",  # good syllables that the news lacks are no slips
        "QCVN 12:2014/BKHCN",
        "LOTUSat-2 VNeID 5G",
        "Ngụy Zhao Brown",  # short foreign names
        "",
    ],
)
def test_what_is_no_slip_stays_as_it_is(text: str, frequencies: Callable[[str, Sequence[str]], list[int]]) -> None:
    assert correct(text, frequencies) == (text, ())


def test_a_question_in_another_language_is_left_alone(frequencies: Callable[[str, Sequence[str]], list[int]]) -> None:
    text = "which minister received general secretary yesterday afternoon before lunch"
    assert correct(text, frequencies) == (text, ())


# --- abbreviations --------------------------------------------------------------------------


def readings(question: str, *entries: Abbreviation) -> list[str]:
    return [reading.text for reading in Abbreviations(entries).readings(question)]


KHCN = Abbreviation("KH&CN", "Khoa học và Công nghệ")


@pytest.mark.parametrize("typed", ["Bộ KH&CN", "bo kh&cn", "Bộ Kh&Cn"])
def test_a_short_form_is_also_asked_in_full(typed: str) -> None:
    assert readings(f"{typed} làm gì?", KHCN) == [f"{typed.split()[0]} Khoa học và Công nghệ làm gì?"]


@pytest.mark.parametrize("typed", ["Bộ Khoa học và Công nghệ", "bo khoa hoc va cong nghe"])
def test_a_full_name_is_also_asked_in_short(typed: str) -> None:
    assert readings(f"{typed} làm gì?", KHCN) == [f"{typed.split()[0]} KH&CN làm gì?"]


def test_a_short_form_in_small_letters_that_could_be_a_word_is_left_alone() -> None:
    can = Abbreviation("CAN", "Công an nhân dân")
    assert readings("cần bao nhiêu?", can) == readings("can bao nhieu?", can) == []
    assert readings("CAN bao nhiêu?", can) == ["Công an nhân dân bao nhiêu?"]


def test_an_old_name_is_also_asked_as_the_new_one_and_not_the_other_way_round() -> None:
    merged = Abbreviation("Bộ Thông tin và Truyền thông", "Bộ Khoa học và Công nghệ", date(2025, 3, 1))
    (reading,) = Abbreviations([merged]).readings("Bộ Thông tin và Truyền thông có kế hoạch gì?")
    assert reading.text == "Bộ Khoa học và Công nghệ có kế hoạch gì?"
    assert reading.renamed
    assert readings("Bộ Khoa học và Công nghệ có kế hoạch gì?", merged) == []


def test_an_abbreviated_old_name_leads_to_the_new_one() -> None:
    shipped = load_abbreviations(Path("/nonexistent"))
    assert any(reading.renamed and "Khoa học và Công nghệ" in reading.text for reading in shipped.readings("Bộ TT&TT làm gì?"))


def test_the_news_explains_its_own_abbreviations() -> None:
    text = (
        "Quỹ do Hội đồng nhân dân (HĐND) tỉnh lập. Ủy ban Kỹ thuật Điện Quốc tế (IEC) dự. "
        "Luật phòng, chống tham nhũng (PCTN). Trung tâm Đổi mới sáng tạo (viết tắt là ĐMST)."
    )
    found = {(one.short, one.long) for one in find_abbreviations(text)}
    assert found == {("HĐND", "Hội đồng nhân dân"), ("PCTN", "phòng, chống tham nhũng"), ("ĐMST", "Đổi mới sáng tạo")}


def test_an_editors_file_counts_and_a_wrong_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "abbreviations.tsv"
    path.write_text("# ghi chú\nTTVT\tTrung tâm Vũ trụ\nSở cũ\tSở mới\t2025-07-01\n", encoding="utf-8")
    assert read_abbreviations(path) == [
        Abbreviation("TTVT", "Trung tâm Vũ trụ"), Abbreviation("Sở cũ", "Sở mới", date(2025, 7, 1)),
    ]  # fmt: skip
    assert [one.text for one in load_abbreviations(tmp_path).readings("TTVT ở đâu?")] == ["Trung tâm Vũ trụ ở đâu?"]
    path.write_text("TTVT\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="dòng 1"):
        load_abbreviations(tmp_path)


# --- through the assistant ------------------------------------------------------------------


@pytest.fixture
def assistant(tmp_path: Path, news: Path) -> Assistant:
    """Return an assistant over five small articles."""
    texts = {
        "mot": "Bộ Khoa học và Công nghệ khai trương phòng thử nghiệm\n\nPhòng thử nghiệm pin mở cửa ở Đà Nẵng.",
        "hai": "Thông tư 12/2024/TT-BKHCN về phương tiện đo\n\nQuy định kiểm định cân, taxi mét.",
        "ba": "Góp ý dự thảo thông tư về phương tiện đo\n\nThay Thông tư 12/2022/TT-BKHCN, kiểm định cân, taxi mét.",
        "bon": "Phương tiện đo nhóm 2\n\nCân, taxi mét: kiểm định theo thông tư về phương tiện đo.",
        "nam": "Quy chuẩn mũ bảo hiểm\n\nMũ theo QCVN 2:2021/BKHCN phải hợp quy. TCVN ISO/IEC 27001:2019 không liên quan.",
    }
    for name, text in texts.items():
        (news / f"{name}.txt").write_text(text, encoding="utf-8")
    embedder = HashEmbedder()
    reindex(tmp_path / "data", [news], embedder)
    return Assistant(tmp_path / "data", lambda: embedder)


def first_title(assistant: Assistant, question: str) -> str:
    answer = assistant.ask(question)
    return (answer.citations or answer.nearest)[0].title


@pytest.mark.parametrize(
    "question",
    [
        "Thông tư 12/2024/TT-BKHCN quy định gì về phương tiện đo, cân, taxi mét?",
        "thong tu 12 / 2024 / tt bkhcn quy dinh gi ve phuong tien do nhom 2",
        "12-2024-TT-BKHCN kiểm định",
        "thông tư số 12 năm 2024 về kiểm định phương tiện đo nhóm 2",
    ],
)
def test_the_exact_holder_of_a_document_number_comes_first(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.found
    assert answer.citations[0].title == "Thông tư 12/2024/TT-BKHCN về phương tiện đo"


def test_a_standard_is_found_by_part_of_its_number(assistant: Assistant) -> None:
    for question in ("ISO 27001 là gì", "qcvn 2:2021/bkhcn", "QCVN 2"):
        assert first_title(assistant, question) == "Quy chuẩn mũ bảo hiểm"


def test_a_number_that_nobody_holds_gets_no_answer(assistant: Assistant) -> None:
    answer = assistant.ask("Thông tư 13/2024/TT-BKHCN quy định gì về phương tiện đo?")
    assert not answer.found
    assert answer.nearest


def test_both_forms_of_a_name_find_the_article_that_has_one(assistant: Assistant) -> None:
    for question in ("Bộ KH&CN khai trương gì", "bkhcn khai truong phong thu nghiem nao", "Bộ KHCN khai trương phòng nào?"):
        assert first_title(assistant, question) == "Bộ Khoa học và Công nghệ khai trương phòng thử nghiệm"


def test_an_abbreviation_that_the_news_lacks_is_no_slip(assistant: Assistant) -> None:
    understood = assistant.ask("bo khcn khai truong phong nao").understood
    assert understood.corrections == ()
    assert ("khcn", "Khoa học và Công nghệ") in understood.also_called


def test_what_was_understood_is_told(assistant: Assistant) -> None:
    understood = assistant.ask("Bộ KH&CN khai trương phòng thử nghiệmm nào?").understood
    assert ("KH&CN", "Khoa học và Công nghệ") in understood.also_called
    assert understood.corrections == (("nghiệmm", "nghiem"),)


# --- questions as people type them ----------------------------------------------------------


def test_typed_variants_are_steady_and_what_they_say() -> None:
    text = "Thứ trưởng nào tiếp Tổng Thư ký IEC tại Hà Nội ngày 5/6/2024?"
    assert unaccented(text) == "thu truong nao tiep tong thu ky iec tai ha noi ngay 5/6/2024?"
    half = half_accented(text)
    assert half == half_accented(text) != text
    assert unaccented(half) == unaccented(text)
    slipped = mistyped(text)
    assert slipped == mistyped(text) != text
    assert len(slipped.split()) == len(text.split())
    assert "5/6/2024" in slipped
