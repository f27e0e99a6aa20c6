"""Near misses: one thing is exchanged for another of its kind, and the news does not answer any more."""

from __future__ import annotations

import pytest

from retriever.evaluate import QuestionSet
from retriever.near_misses import NearMiss, headline_question, near_misses

QUAKE = (
    "Động đất ở Thanh Hóa\nSáng 13-3-2018, động đất mạnh 3 độ xảy ra ở huyện Thường Xuân, Thanh Hóa. "
    "Ông Nguyễn Quốc Hoàn cho biết chưa có thiệt hại."
)
FAIR = (
    "Hội chợ sách ở Huế\nNăm 2017 hội chợ sách ở Huế có 120 gian hàng. Ông Trần Minh Tâm khai mạc, ông Trần Minh Tâm bế mạc. "
    "Đại học Vạn Xuân mở một gian ở huyện Phú Vang."
)
SHIP = "Tàu của vua Rama\nVua Rama đóng tàu. Vua Taksin thì không. Đại học Đông Kinh viết về vua Taksin và vua Rama."
TEXTS = {"quake": QUAKE, "fair": FAIR, "ship": SHIP}


def asked(**questions: str) -> QuestionSet:
    """Return a set of questions, each named by the document that answers it."""
    return QuestionSet("small", questions, {name: {name: 1} for name in questions})


def missed(count: int = 20, **questions: str) -> list[NearMiss]:
    return near_misses(asked(**questions), TEXTS, count)


def _replaced(question: str, miss: NearMiss) -> list[str]:
    """Return the question with the exchange made at each place where it could be made."""
    places = [place for place in range(len(question)) if question.startswith(miss.was, place)]
    return [question[:place] + miss.now + question[place + len(miss.was) :] for place in places]


def test_a_province_is_exchanged_for_another_province() -> None:
    (miss,) = missed(quake="Động đất ở Thanh Hóa mạnh mấy độ?")
    assert (miss.query_id, miss.kind, miss.was) == ("quake", "place", "Thanh Hóa")
    assert miss.now != "Thanh Hóa"
    assert miss.question == f"Động đất ở {miss.now} mạnh mấy độ?"


def test_what_is_exchanged_stands_nowhere_in_the_document_that_answers() -> None:
    questions = {
        "quake": "Ngày 13-3 động đất ở huyện Thường Xuân do ông Nguyễn Quốc Hoàn báo mạnh 3 độ à?",
        "fair": "Năm 2017 hội chợ sách ở Huế có 120 gian hàng phải không?",
    }
    misses = missed(**questions)
    assert len(misses) > 5
    for miss in misses:
        assert miss.now not in TEXTS[miss.query_id]
        assert miss.question in _replaced(questions[miss.query_id], miss)


@pytest.mark.parametrize(
    ("question", "kind", "was", "now"),
    [
        ("Động đất ở huyện Thường Xuân mạnh mấy độ?", "place", "Thường Xuân", "Phú Vang"),
        ("Thiệt hại ra sao theo ông Nguyễn Quốc Hoàn?", "person", "Nguyễn Quốc Hoàn", "Trần Minh Tâm"),
    ],
)
def test_a_name_is_exchanged_for_one_after_the_same_word_in_another_document(
    question: str, kind: str, was: str, now: str
) -> None:
    known = asked(quake=question, fair="Hội chợ có gì?")
    (miss,) = [one for one in near_misses(known, TEXTS, 9) if one.query_id == "quake"]
    assert (miss.kind, miss.was, miss.now) == (kind, was, now)


def test_a_king_is_exchanged_for_a_king_and_a_university_for_a_university() -> None:
    texts = TEXTS | {"king": "Vua Mindon\nVua Mindon xây thành. Người ta nhớ vua Mindon."}
    known = QuestionSet(
        "kings", {"king": "Vua Mindon xây gì?", "ship": "Rama là ai?"}, {"king": {"king": 1}, "ship": {"ship": 1}}
    )
    (miss,) = [one for one in near_misses(known, texts, 9) if one.query_id == "king"]
    assert (miss.was, miss.now in ("Rama", "Taksin")) == ("Mindon", True)
    universities = missed(fair="Đại học Vạn Xuân mở gian ở đâu?", ship="Tàu của ai?")
    assert [(one.kind, one.now) for one in universities if one.query_id == "fair"] == [("organisation", "Đại học Đông Kinh")]


def test_a_day_a_year_and_a_number_become_others_of_the_same_look() -> None:
    by_kind = {miss.kind: miss for miss in missed(fair="Ngày 5-6 năm 2017 có 120 gian hàng à?")}
    assert by_kind["day"].now.startswith("Ngày ")
    assert by_kind["day"].now.endswith("-6")
    assert by_kind["year"].now.startswith("20")
    assert len(by_kind["number"].now) == 3


def test_of_two_years_neither_is_exchanged_for_one_might_come_after_the_other() -> None:
    assert missed(fair="Từ năm 2010 đến năm 2017 có gì?") == []


def test_a_question_typed_without_marks_stays_without_marks() -> None:
    (miss,) = missed(quake="dong dat o thanh hoa manh may do")
    assert miss.was == "thanh hoa"
    assert miss.question.isascii()
    assert miss.question.islower()
    (shouted,) = missed(quake="DONG DAT O THANH HOA MANH MAY DO")
    assert shouted.question.isupper()


def test_a_name_that_would_make_another_document_answer_is_not_taken() -> None:
    shaken = {"Nghệ An", "Hà Tĩnh", "Sơn La", "Lai Châu", "Điện Biên"}
    texts = {"quake": QUAKE} | {place: f"Động đất ở {place}\nĐộng đất ở {place} mạnh 4 độ." for place in shaken}
    taken = {
        near_misses(asked(quake="Động đất ở Thanh Hóa mạnh mấy độ?"), texts, 1, seed=str(seed))[0].now for seed in range(60)
    }
    assert len(taken) > 10
    assert not taken & shaken


def test_two_names_of_one_country_do_not_stand_for_each_other() -> None:
    texts = {"war": "Chiến tranh\nMỹ rút quân năm 1973."}
    question = QuestionSet("war", {"war": "Mỹ rút quân khi nào? Hay là Hoa Kỳ?"}, {"war": {"war": 1}})
    assert not {miss.now for miss in near_misses(question, texts, 5)} & {"Mỹ", "Hoa Kỳ"}


def test_a_persons_name_is_no_country() -> None:
    assert [miss.was for miss in missed(fair="Chị Nga với anh Hoàng Anh có đến không?")] == []


def test_the_same_seed_gives_the_same_and_another_seed_another() -> None:
    question = asked(quake="Động đất ở Thanh Hóa mạnh mấy độ?")
    first = near_misses(question, TEXTS, 5)
    assert first == near_misses(question, TEXTS, 5)
    assert len({near_misses(question, TEXTS, 5, seed=seed)[0].now for seed in "abcdefgh"}) > 1


def test_each_question_gives_one_before_any_gives_a_second() -> None:
    misses = missed(2, quake="Ngày 13-3 ở Thanh Hóa động đất mấy độ?", fair="Năm 2017 ở Huế có gì?")
    assert sorted(miss.query_id for miss in misses) == ["fair", "quake"]


def test_a_question_whose_document_is_not_at_hand_gives_none() -> None:
    assert near_misses(asked(elsewhere="Động đất ở Thanh Hóa mạnh mấy độ?"), TEXTS, 5) == []


@pytest.mark.parametrize(
    ("headline", "question"),
    [
        ("Cháy kho hàng cạnh bến xe ở Hà Nội", "Vụ cháy kho hàng cạnh bến xe ở Hà Nội xảy ra khi nào?"),
        ("Huế: Bắt nhóm trộm xe máy trong đêm", "Chuyện bắt nhóm trộm xe máy trong đêm ở Huế giờ ra sao?"),
        ("Vì sao cháy kho hàng ở Hà Nội?", ""),
        ("Ca sĩ Minh Tâm ra album mới", ""),
    ],
)
def test_a_headline_that_tells_an_event_becomes_a_question(headline: str, question: str) -> None:
    assert headline_question(headline) == question
