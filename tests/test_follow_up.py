"""Follow-up questions: what leans on the turns before is made whole, what stands alone stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docs_store.vietnamese import fold, syllables
from retriever import MAX_QUESTION, Assistant, Citation, Turn, complete_question

from .conftest import SAMPLES

DIALOGUES: list[dict[str, Any]] = [
    json.loads(line) for line in (SAMPLES / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()
]
# Question and function words, folded: they do not tell what is asked about.
SMALL = frozenset(
    {"ai", "gi", "nao", "dau", "sao", "may", "bao", "nhieu", "lau", "khi", "gio", "la", "co", "cua", "o", "tai", "trong", "do",
     "duoc", "bi", "vi", "the", "thi", "con", "va", "voi", "tu", "nhung", "cac", "nhu"}
)  # fmt: skip
TECHFEST = "Techfest 2024 có bao nhiêu gian hàng?"
CIRCULAR = "Thông tư 12/2024/TT-BKHCN có hiệu lực khi nào?"


def content(question: str) -> set[str]:
    return set(syllables(question)) - SMALL


def marked_share(question: str) -> float:
    words = question.lower().split()
    return sum(fold(word) != word for word in words) / len(words)


def after(before: str, question: str, quote: str = "") -> str:
    return complete_question(question, [Turn(before, quote)])


def test_there_are_forty_dialogues_a_quarter_typed_without_marks_and_ten_changes_of_topic() -> None:
    turns = [turn for dialogue in DIALOGUES for turn in dialogue["turns"]]
    changed = [d for d in DIALOGUES if any(turn["question"] == turn["standalone"] for turn in d["turns"][1:])]
    plain = [turn for turn in turns if marked_share(turn["question"]) <= 1 / 3]
    assert len(DIALOGUES) >= 40
    assert len({d["id"] for d in DIALOGUES}) == len(DIALOGUES)
    assert len(changed) >= 10
    assert len(plain) >= len(turns) // 4
    assert all(2 <= len(d["turns"]) <= 4 for d in DIALOGUES)
    assert all((SAMPLES / "articles" / turn["file"]).is_file() for turn in turns)


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: str(dialogue["id"]))
def test_a_dialogue_is_followed_to_the_right_article(dialogue: dict[str, Any], sample_assistant: Assistant) -> None:
    sources = sample_assistant.generation().passages.sources()
    turns: list[Turn] = []
    for turn in dialogue["turns"]:
        whole = complete_question(turn["question"], turns)
        assert content(whole) == content(turn["standalone"])
        if turn["question"] == turn["standalone"]:
            assert whole == turn["question"]
        answer = sample_assistant.ask(whole)
        cited: tuple[Citation, ...] = answer.citations or answer.nearest
        assert cited, whole
        assert Path(sources[cited[0].doc_id]).name == turn["file"], whole
        turns.append(Turn(whole, cited[0].quote, cited[0].title))


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        (TECHFEST, "còn năm 2023?", "Techfest 2023 có bao nhiêu gian hàng?"),
        (TECHFEST, "thế còn 2023?", "Techfest 2023 có bao nhiêu gian hàng?"),
        (TECHFEST, "con nam 2023 thi sao", "Techfest 2023 có bao nhiêu gian hàng?"),
        (TECHFEST, "năm 2023?", "Techfest 2023 có bao nhiêu gian hàng?"),
        (TECHFEST, "còn năm trước đó?", "Techfest 2023 có bao nhiêu gian hàng?"),
        (TECHFEST, "vậy còn tháng trước?", "Techfest 2024 có bao nhiêu gian hàng tháng trước?"),
        ("Quý 1/2025 có bao nhiêu đơn?", "thế còn quý 2/2025?", "Quý 2/2025 có bao nhiêu đơn?"),
        ("Tháng 5/2024 có bao nhiêu đơn?", "còn tháng 6?", "Tháng 6/2024 có bao nhiêu đơn?"),
        ("Năm 2024 có bao nhiêu đơn?", "còn tháng 6?", "Tháng 6 năm 2024 có bao nhiêu đơn?"),
        ("Bộ KH&CN ban hành thông tư nào?", "còn tháng trước?", "Bộ KH&CN ban hành thông tư nào tháng trước?"),
        ("PII của Hà Nội bao nhiêu điểm?", "còn 2023?", "PII của Hà Nội bao nhiêu điểm năm 2023?"),
    ],
)
def test_another_time_takes_the_place_of_the_one_before_or_is_added(before: str, question: str, whole: str) -> None:
    assert after(before, question) == whole


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ("Hà Nội đạt bao nhiêu điểm PII?", "còn Đà Nẵng?", "Đà Nẵng đạt bao nhiêu điểm PII?"),
        ("ha noi dat bao nhieu diem pii", "con da nang thi sao", "da nang dat bao nhieu diem pii"),
        ("PII của TP. Hồ Chí Minh bao nhiêu?", "thế Cần Thơ thì sao?", "PII của Cần Thơ bao nhiêu?"),
        ("Nhóm nào đoạt giải Nhất Techfest 2023?", "còn giải Nhì?", "Nhóm nào đoạt giải Nhì Techfest 2023?"),
        ("nhom nao doat giai nhat techfest 2023", "con giai nhi", "nhom nao doat giai nhi techfest 2023"),
        ("Bộ Công an đề nghị Hà Nội làm gì?", "còn Bộ Y tế?", "Bộ Y tế đề nghị Hà Nội làm gì?"),
        ("Ông Hùng nói gì ở Hà Nội?", "còn ông Nam?", "Ông Nam nói gì ở Hà Nội?"),
        (CIRCULAR, "còn Nghị định 13/2023/NĐ-CP?", "Nghị định 13/2023/NĐ-CP có hiệu lực khi nào?"),
        (TECHFEST, "còn lượt khách?", "Techfest 2024 có bao nhiêu lượt khách?"),
        (TECHFEST, "còn kinh phí?", "Techfest 2024 kinh phí?"),
        (TECHFEST, "còn Đà Nẵng?", "Techfest 2024 có bao nhiêu gian hàng Đà Nẵng?"),
    ],
)
def test_another_name_takes_the_place_of_one_of_its_kind_or_is_added(before: str, question: str, whole: str) -> None:
    assert after(before, question) == whole


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        (CIRCULAR, "thông tư đó quy định gì?", "Thông tư 12/2024/TT-BKHCN quy định gì?"),
        (CIRCULAR, "thong tu do quy dinh gi", "Thông tư 12/2024/TT-BKHCN quy dinh gi"),
        (CIRCULAR, "Văn bản này ai ký?", "Thông tư 12/2024/TT-BKHCN ai ký?"),
        (CIRCULAR, "nó quy định gì?", "Thông tư 12/2024/TT-BKHCN quy định gì?"),
        (TECHFEST, "sự kiện này do ai tổ chức?", "Techfest 2024 do ai tổ chức?"),
        (
            "Giải thưởng Tạ Quang Bửu 2024 trao cho ai?",
            "giải này bao nhiêu tiền?",
            "Giải thưởng Tạ Quang Bửu 2024 bao nhiêu tiền?",
        ),
        ("Cục Sở hữu trí tuệ tiếp nhận bao nhiêu đơn?", "đơn vị này ở đâu?", "Cục Sở hữu trí tuệ ở đâu?"),
        ("Đà Nẵng có bao nhiêu kỹ sư?", "ở đó chip được đóng gói thế nào?", "ở Đà Nẵng chip được đóng gói thế nào?"),
    ],
)
def test_a_pointer_to_a_thing_becomes_the_subject_of_the_last_question(before: str, question: str, whole: str) -> None:
    assert after(before, question) == whole


def test_a_pronoun_is_whom_the_answer_names_if_the_question_asked_who() -> None:
    quote = "Thứ trưởng Lê Xuân Định đã tiếp ông Philippe Metzger, Tổng Thư ký IEC."
    assert after("Ai là Tổng Thư ký IEC?", "ông ấy nói gì?", quote) == "ông Philippe Metzger nói gì?"


def test_a_pronoun_is_whom_the_question_names_if_it_did_not_ask_who() -> None:
    quote = "Bà Đỗ Thu Lệ tiếp ông Đàm Việt Cường."
    assert after("Ông Thạch Phú Lợi trồng gì?", "ong ay o dau", quote) == "ong Thạch Phú Lợi o dau"
    assert after("ong dam viet cuong la ai", "ong ay noi gi") == "ong dam viet cuong noi gi"


def test_she_is_not_he_and_may_stand_further_back() -> None:
    turns = [Turn("Bà Đỗ Thu Lệ là ai?"), Turn("Ông Đàm Việt Cường nói gì?")]
    assert complete_question("bà ấy nói gì?", turns) == "bà Đỗ Thu Lệ nói gì?"
    assert complete_question("bà ấy nói gì?", turns[1:]) == "bà ấy nói gì?"


def test_they_are_all_who_were_named() -> None:
    quote = "Hai người được chọn là chị Đinh Hải Yến, kỹ sư, và anh Lò Văn Pâng, chuyên viên."
    assert after("Ai được chọn dự chương trình?", "họ làm gì?", quote) == "Đinh Hải Yến và Lò Văn Pâng làm gì?"


def test_that_day_is_the_date_of_the_answer() -> None:
    before = "Lễ trao Giải thưởng Tạ Quang Bửu tổ chức ngày nào?"
    whole = after(before, "hôm đó có ai dự?", "Lễ trao diễn ra tối 18/5/2023.")
    assert whole == "Lễ trao Giải thưởng Tạ Quang Bửu ngày 18/5/2023 có ai dự?"


def test_a_pointer_that_points_to_nobody_stays() -> None:
    assert after("giá lúa bao nhiêu?", "ông ấy nói gì về lúa?") == "ông ấy nói gì về lúa?"


@pytest.mark.parametrize(
    "question",
    ["ở đâu?", "khi nào?", "bao nhiêu người?", "vì sao?", "ai chủ trì?", "do ai tổ chức?", "mức phạt bao nhiêu?", "o dau",
     "kết quả thế nào?", "nhóm nào đoạt giải Nhất?", "ket qua the nao"],
)  # fmt: skip
def test_a_question_without_a_subject_takes_that_of_the_last(question: str) -> None:
    assert after(TECHFEST, question) == f"Techfest 2024 {question}"


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ("Dự án điện hạt nhân phải di dời bao nhiêu hộ dân?", "vì sao?", "Dự án điện hạt nhân phải di dời hộ dân vì sao?"),
        ("Khối C2 được đấu giá thành công với mức bao nhiêu?", "khi nào?", "Khối C2 được đấu giá thành công khi nào?"),
        ("Ai là Tổng Thư ký IEC?", "từ khi nào?", "Tổng Thư ký IEC từ khi nào?"),
        (TECHFEST, "thế ở đâu?", "Techfest 2024 ở đâu?"),
        (TECHFEST, "năm 2023 ở đâu?", "Techfest 2023 ở đâu?"),
    ],
)
def test_a_bare_question_word_takes_along_what_happened(before: str, question: str, whole: str) -> None:
    assert after(before, question) == whole


def test_the_third_turn_builds_on_the_second_made_whole() -> None:
    second = after(TECHFEST, "ở đâu?")
    assert after(second, "còn năm 2023?") == "Techfest 2023 ở đâu?"


@pytest.mark.parametrize(
    "question",
    ["Ai là Tổng Thư ký IEC?", "Bộ trưởng Bộ KH&CN là ai", "bộ trưởng là ai?", "giá xăng hôm nay", "giá điện bao nhiêu?",
     "Việt Nam còn bao nhiêu bác sĩ?", "Còn bao nhiêu bác sĩ ở Hà Nội?", "Thông tư 12/2024/TT-BKHCN", "AI là gì?", "IEC?",
     "5G là gì?", "con người là gì?", "con trai bao nhiêu tuổi?", "con nguoi va cong nghe trong ky nguyen so",
     "con nam thi sao", "thế giới có bao nhiêu nước?", "thế nào là bán dẫn?", "họ Nguyễn có bao nhiêu người?",
     "nợ công là bao nhiêu?",
     "o ha noi co gi", "còn ai được đề cử giải thưởng Tạ Quang Bửu nữa không nhỉ", "còn nữa không?", "cảm ơn", "", "???"],
)  # fmt: skip
def test_a_question_with_a_subject_of_its_own_stays(question: str) -> None:
    assert after(TECHFEST, question) == question


@pytest.mark.parametrize("question", ["còn năm 2023?", "ở đâu?", "ông ấy là ai?", "thông tư này nói gì?"])
def test_a_first_question_stays(question: str) -> None:
    assert complete_question(question, []) == question


def test_only_the_last_five_turns_are_looked_at() -> None:
    turns = [Turn("Bà Đỗ Thu Lệ là ai?"), *[Turn("giá lúa bao nhiêu?")] * 5]
    assert complete_question("bà ấy nói gì?", turns) == "bà ấy nói gì?"
    assert complete_question("bà ấy nói gì?", turns[:5]) == "bà Đỗ Thu Lệ nói gì?"


def test_what_is_carried_is_dropped_before_the_question_grows_too_long() -> None:
    long = "Techfest " + "rất " * 246 + "có gì?"
    assert len(long) <= MAX_QUESTION
    assert after(long, "mức phạt bao nhiêu?") == "mức phạt bao nhiêu?"
    assert after("a" * 2000, "ở đâu?") == "ở đâu?"
    assert after(TECHFEST, "ở đâu " * 500) == "ở đâu " * 500


@pytest.mark.parametrize(
    "odd", ["\ud800", "ở" + "\u0301" * 50, "?" * 900, "còn " * 200, "12/" * 300, "họ " * 99, "Ẩ" * 999, "\x00", "Giám đốc Sở"]
)
def test_odd_text_never_raises(odd: str) -> None:
    for question in (
        odd,
        f"còn {odd}?",
        "ông ấy nói gì?",
        "ở đó có gì?",
        "hôm đó có ai?",
        "họ nói gì?",
        "vì sao?",
        "còn năm 2023?",
    ):
        assert len(after(odd, question, odd)) <= max(MAX_QUESTION, len(question))


def test_half_accented_typing_is_followed_too() -> None:
    assert fold(after(TECHFEST, "còn nam 2023 thi sao?")) == fold("Techfest 2023 có bao nhiêu gian hàng?")
    assert after(CIRCULAR, "thông tu này quy đinh gi") == "Thông tư 12/2024/TT-BKHCN quy đinh gi"
