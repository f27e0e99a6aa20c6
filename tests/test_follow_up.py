"""Follow-up questions: what leans on the turns before is made whole, what stands alone stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docs_store.vietnamese import syllables
from retriever import Assistant, Turn, complete_question

from .conftest import SAMPLES

DIALOGUES: list[dict[str, Any]] = [
    json.loads(line) for line in (SAMPLES / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()
]
_SMALL = {"o", "la", "co", "duoc", "bi", "cua", "tai", "trong", "dat", "do", "muc"}


def content(question: str) -> set[str]:
    return set(syllables(question)) - _SMALL


def test_there_are_forty_dialogues_and_ten_changes_of_topic() -> None:
    assert len(DIALOGUES) >= 40
    changes = [d for d in DIALOGUES if all(turn["question"] == turn["standalone"] for turn in d["turns"])]
    assert len(changes) >= 10


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: str(dialogue["id"]))
def test_a_dialogue_is_followed_to_the_right_article(dialogue: dict[str, Any], sample_assistant: Assistant) -> None:
    files = {doc_id: Path(source).name for doc_id, source in sample_assistant.generation().passages.sources().items()}
    turns: list[Turn] = []
    for turn in dialogue["turns"]:
        answer = sample_assistant.ask(turn["question"], turns)
        whole = answer.understood.question
        assert content(whole) == content(turn["standalone"])
        if turn["question"] == turn["standalone"]:
            assert whole == turn["question"]
        cited = answer.citations or answer.nearest
        if turn["file"]:
            assert files[cited[0].doc_id] == turn["file"]
        turns.append(Turn(whole, cited[0].quote, cited[0].title))


TECHFEST = [Turn("Techfest Việt Nam 2024 có bao nhiêu gian hàng?")]


@pytest.mark.parametrize(
    "question",
    [
        "Ai là Tổng Thư ký IEC?",
        "Bộ trưởng Bộ KH&CN là ai",
        "giá xăng hôm nay",
        "Việt Nam còn bao nhiêu bác sĩ?",
        "Thông tư 12/2024/TT-BKHCN",
        "AI là gì?",
        "con nguoi va cong nghe trong ky nguyen so",
        "còn ai được đề cử giải thưởng Tạ Quang Bửu nữa không nhỉ",
        "",
        "???",
    ],
)
def test_a_question_with_a_subject_of_its_own_stays(question: str) -> None:
    assert complete_question(question, TECHFEST) == question


@pytest.mark.parametrize("question", ["còn năm 2023?", "ở đâu?", "ông ấy là ai?"])
def test_a_first_question_stays(question: str) -> None:
    assert complete_question(question, []) == question


def test_a_pronoun_that_points_to_nobody_stays() -> None:
    assert complete_question("ông ấy nói gì về lúa?", [Turn("giá lúa bao nhiêu?")]) == "ông ấy nói gì về lúa?"


def test_what_was_carried_over_never_makes_a_question_too_long() -> None:
    long = Turn("Techfest " + "rất " * 240 + "dài có gì?")
    assert complete_question("ở đâu?", [long] * 9) in ("ở đâu?",) or len(complete_question("ở đâu?", [long])) <= 1000


def test_the_time_is_added_where_there_was_none() -> None:
    whole = complete_question("còn tháng trước?", [Turn("Bộ KH&CN ban hành thông tư nào?")])
    assert whole == "Bộ KH&CN ban hành thông tư nào tháng trước?"
