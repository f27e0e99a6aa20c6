"""The reader that ships, and what reads without one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from docs_store import ENCODER_WEIGHTS, ModelError
from indexer import reindex
from retriever import AnswerSettings, Assistant, Calibration, OnnxReader, Reading, understand
from retriever.confidence import FEATURES, LACKING
from retriever.evidence import Evidence
from retriever.marking import mark
from webui.cards import answer_html
from webui.links import answer_json
from webui.messages import EN, VI

from .fake import HashEmbedder

BRIDGE = (
    "Cầu Vàm Xáng dài 240 m, rộng 12 m, nối hai xã Tân Lộc và Phú Điền. Công trình khởi công tháng 3/2022 với vốn 85 tỷ đồng "
    "từ ngân sách tỉnh. Bà Lê Thu Hằng, chủ tịch huyện, cắt băng khánh thành sáng 19/5."
)
WEATHER = "Chiều tối nay vùng núi phía bắc có mưa rào và dông, nhiệt độ thấp nhất 21 độ. Vùng biển gió nhẹ, sóng cao một mét."
LENIENT = Calibration((8.0, *[0.0] * (len(FEATURES) - 1)), -1.0, 0.3)


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return OnnxReader(ENCODER_WEIGHTS)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Cây cầu rộng mấy mét?", "12 m"),
        ("Ai cắt băng khánh thành cầu?", "Lê Thu Hằng"),
        ("Cây cầu dài bao nhiêu mét", "240"),
        ("Cầu được xây từ khi nào?", "3/2022"),
    ],
)
def test_the_sentence_that_answers_is_found(reader: OnnxReader, question: str, answer: str) -> None:
    (reading,) = reader.read(question, [("Khánh thành cầu Vàm Xáng", BRIDGE)])
    start, end, _ = max(reading.sentences, key=lambda one: one[2])
    assert answer in BRIDGE[start:end]
    assert reading.score > 0


def test_a_passage_on_another_matter_is_read_as_no_answer(reader: OnnxReader) -> None:
    here, elsewhere = reader.read("Ai cắt băng khánh thành cầu?", [("", BRIDGE), ("", WEATHER)])
    assert elsewhere.likelihood < 0.5 < here.likelihood


def test_a_passage_is_read_alike_whatever_is_read_with_it(reader: OnnxReader) -> None:
    alone = OnnxReader(ENCODER_WEIGHTS, threads=1).read("Cầu dài bao nhiêu?", [("", BRIDGE)])
    assert reader.read("Cầu dài bao nhiêu?", [("", WEATHER), ("", BRIDGE)])[1:] == alone


@pytest.mark.parametrize("passage", ["", "   ", "?", "Một.", "từ " * 2000])
def test_any_passage_can_be_read(reader: OnnxReader, passage: str) -> None:
    (reading,) = reader.read("Cầu dài bao nhiêu?", [("Đầu đề", passage)])
    assert 0 <= reading.start <= reading.end <= len(passage)
    assert abs(sum(reading.shares()) - 1) < 1e-6


def test_a_damaged_reader_is_told_with_the_way_to_do_without(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(ENCODER_WEIGHTS, folder)
    (folder / "onnx" / "reader.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError) as told:
        OnnxReader(folder)
    assert "HOITIN_READER=off" in told.value.next_step


def test_the_reader_and_the_encoder_share_one_table() -> None:
    sizes = {name: (ENCODER_WEIGHTS / "onnx" / name).stat().st_size for name in ("model.onnx", "reader.onnx")}
    assert sizes["model.onnx"] < 45e6
    assert sizes["reader.onnx"] < sizes["model.onnx"] - 15e6
    assert json.loads((ENCODER_WEIGHTS / "reader.json").read_text())["fingerprint"]


# --- what the assistant makes of it -----------------------------------------------------------


class Finds:
    """A reader that is sure of the sentence with a word, and of nothing else."""

    fingerprint = "finds"

    def __init__(self, word: str) -> None:
        self.word = word

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        found = []
        for _, text in passages:
            ends = [n + 1 for n, char in enumerate(text) if char == "."]
            spans = list(zip([0, *ends], ends, strict=False))
            scores = tuple((start, end, 9.0 if self.word in text[start:end] else -9.0) for start, end in spans)
            best = max(scores, key=lambda one: one[2])
            found.append(Reading(*best, scores))
        return found


@pytest.fixture
def data(tmp_path: Path, news: Path) -> Path:
    (news / "a.txt").write_text(f"Khánh thành cầu Vàm Xáng\n\n{BRIDGE}\n", encoding="utf-8")
    (news / "b.txt").write_text(f"Dự báo thời tiết\n\n{WEATHER}\n", encoding="utf-8")
    (news / "c.txt").write_text(
        "Cầu Vàm Xáng sửa chữa\n\nCầu Vàm Xáng tạm dừng để sơn lại lan can. Xe đi đường vòng.\n", encoding="utf-8"
    )
    reindex(tmp_path / "data", [news], HashEmbedder())
    return tmp_path / "data"


def asking(data: Path, word: str | None) -> Assistant:
    settings = AnswerSettings(calibration=LENIENT, keep_share=0.0, reader=Finds(word) if word else None)
    return Assistant(data, HashEmbedder, settings)


def test_among_equals_the_mark_is_what_the_reader_finds() -> None:
    text = "Có phòng thí nghiệm ở Huế. Có phòng thí nghiệm ở Vinh."
    question = understand("Phòng thí nghiệm ở đâu?")
    evidence = Evidence(question, [1] * len(question.terms), [1] * len(question.pairs), 9)
    for place in ("Huế", "Vinh"):
        found = mark(evidence, text, Finds(place).read("", [("", text)])[0])
        assert text[found.start : found.end].endswith(f"{place}.")


def test_without_a_reader_the_rules_mark_alone(data: Path) -> None:
    first = asking(data, None).ask("Cầu Vàm Xáng dài bao nhiêu mét?").citations[0]
    assert "240 m" in first.quote


def test_only_the_first_card_is_marked_strongly_and_an_unsure_mark_says_so(data: Path) -> None:
    answer = asking(data, "85 tỷ").ask("cầu Vàm Xáng hết bao nhiêu tiền")
    sure = replace(answer, citations=tuple(replace(one, mark_strength=0.9, confidence=0.8) for one in answer.citations))
    html = answer_html(sure, VI)
    assert html.count("<mark>") == 1
    assert html.count('<mark class="hoitin-pale">') == len(sure.citations) - 1
    unsure = replace(answer, citations=tuple(replace(one, mark_strength=0.2, confidence=0.8) for one in answer.citations))
    assert "<mark>" not in answer_html(unsure, VI)
    assert "chưa chắc" in answer_html(unsure, VI)
    assert "not certain" in answer_html(unsure, EN)


def test_a_name_that_the_passage_lacks_is_said_and_caps_the_match(data: Path) -> None:
    assistant = asking(data, "85 tỷ")
    answer = assistant.ask("Xây cầu Vàm Xáng ở Hải Vân hết bao nhiêu tiền?")
    first = answer.citations[0]
    assert first.lacks == ("Hải Vân",)
    assert first.confidence <= LACKING
    assert "Hải Vân" in answer_html(answer, VI)
    assert answer_json(answer)["citations"][0]["lacks"] == ["Hải Vân"]
    assert assistant.ask("Xây cầu Vàm Xáng hết bao nhiêu tiền?").citations[0].lacks == ()


def test_a_number_that_the_passage_lacks_is_said(data: Path) -> None:
    first = asking(data, "85 tỷ").ask("Cầu Vàm Xáng rộng 17 m phải không?").citations[0]
    assert first.lacks == ("17",)
    assert asking(data, "85 tỷ").ask("Cầu Vàm Xáng có máy bơm Bora-19 không?").nearest[0].lacks == ("Bora-19",)


def test_capitals_change_no_answer(data: Path) -> None:
    assistant = asking(data, "85 tỷ")
    question = "Xây cầu Vàm Xáng hết bao nhiêu tiền?"
    plain, loud, small = (assistant.ask(text).citations[0] for text in (question, question.upper(), question.lower()))
    assert plain.quote == loud.quote == small.quote
