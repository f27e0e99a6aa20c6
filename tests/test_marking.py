"""The mark holds what was asked, for each kind of question, however it is typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from docs_store.vietnamese import fold
from retriever import Asks, understand
from retriever.evidence import Evidence
from retriever.kinds import Wanted, wanted
from retriever.marking import holding, mark

FORMS: list[Callable[[str], str]] = [str, fold, str.upper, lambda text: fold(text).upper()]
IDS = ["as written", "without marks", "in capitals", "in capitals without marks"]


def evidence(question: str) -> Evidence:
    """Return the evidence in news where every word is as rare as every other."""
    understood = understand(question)
    return Evidence(understood, [9] * len(understood.terms), [2] * len(understood.pairs), 1000)


def marked(question: str, passage: str) -> str:
    found = mark(evidence(question), passage)
    return passage[found.start : found.end]


# --- what a question asks -------------------------------------------------------------------

QUESTIONS = [
    ("Cầu Thủ Thiêm 4 tốn bao nhiêu tiền?", Asks.NUMBER),
    ("Từ Huế ra Đồng Hới bao xa?", Asks.NUMBER),
    ("Trung tâm dữ liệu xây trong bao lâu?", Asks.NUMBER),
    ("Vụ sạt lở làm mấy người bị thương?", Asks.NUMBER),
    ("Lễ hội khai mạc ngày nào?", Asks.TIME),
    ("bao giờ thì metro chạy lại", Asks.TIME),
    ("Ai chủ trì cuộc họp?", Asks.PERSON),
    ("Thứ trưởng nào tiếp đoàn Lào?", Asks.PERSON),
    ("ông nào vừa lên làm giám đốc sở", Asks.PERSON),
    ("Vệ tinh được phóng từ đâu?", Asks.PLACE),
    ("tỉnh nào ngập nặng nhất", Asks.PLACE),
    ("Đơn vị nào vận hành phòng thí nghiệm?", Asks.BODY),
    ("công ty nào trúng thầu", Asks.BODY),
    ("Vì sao cầu Long Biên bị cấm xe?", Asks.REASON),
    ("sao lại hoãn thi vậy", Asks.REASON),
    ("Đoàn kiểm tra gồm những ai?", Asks.LIST),
    ("những tỉnh nào được thí điểm 5G", Asks.LIST),
    ("Người cao tuổi có được miễn phí không?", Asks.YES_NO),
    ("đường vành đai xong chưa", Asks.YES_NO),
    ("Bộ trưởng nói gì về mạng xã hội?", Asks.SAYING),
    ("Hà Nội phản ứng thế nào?", Asks.SAYING),
    ("Robot hàn khung xe như thế nào?", Asks.MANNER),
    ("gặp lũ quét thì phải làm gì", Asks.MANNER),
    ("Luật mới quy định gì?", Asks.ANYTHING),
]


@pytest.mark.parametrize("form", FORMS, ids=IDS)
@pytest.mark.parametrize(("question", "asks"), QUESTIONS)
def test_the_kind_is_read_off_a_question_however_it_is_typed(question: str, asks: Asks, form: Callable[[str], str]) -> None:
    assert wanted(form(question)).asks is asks


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("Dự án tốn bao nhiêu tỷ?", "dong"),
        ("hết nhiêu tiền", "dong"),
        ("Giá vé là bao nhiêu?", "dong"),
        ("Chiếm bao nhiêu phần trăm?", "%"),
        ("Tỷ lệ nội địa hóa là bao nhiêu?", "%"),
        ("Đi mất bao lâu?", "ngay"),
        ("Hố sâu bao nhiêu?", "met"),
        ("Rừng rộng bao nhiêu?", "ha"),
        ("Có mấy trường đại học tham gia?", "truong dai"),
        ("mất mấy cái nhẫn", "nhan"),
    ],
)
def test_a_question_for_a_number_tells_its_unit(question: str, unit: str) -> None:
    assert unit in wanted(question).of


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Máy bay rơi khi nào?", Asks.TIME),  # máy is no mấy
        ("Đầu tư vào quận nào?", Asks.PLACE),  # đầu is no đâu
        ("dau tu vao quan nao", Asks.PLACE),
        ("may bay roi khi nao", Asks.TIME),
        ("Mấy ông thợ mỏ bị kẹt đã ra chưa?", Asks.YES_NO),
        ("Mấy người dân không chịu dời đi thì xử sao?", Asks.MANNER),
        ("AI thay đổi tòa soạn thế nào?", Asks.MANNER),  # artificial intelligence asks nothing
        ("Ai thay đổi tòa soạn?", Asks.PERSON),
    ],
)
def test_a_word_that_only_looks_like_a_question_word_does_not_ask(question: str, asks: Asks) -> None:
    assert wanted(question).asks is asks


# --- the mark -------------------------------------------------------------------------------

BRIDGE = (
    "Sáng 12/3, tỉnh Hậu Giang khởi công cầu Vàm Xáng bắc qua kênh Xà No. "
    "Công trình có tổng mức đầu tư 85 tỷ đồng, dài 240 m. "
    "Cầu Vàm Xáng được thiết kế theo Quyết định số 1250/QĐ-UBND năm 2023. "
    "Chủ đầu tư là Ban Quản lý dự án giao thông. "
    "Do nền đất yếu, đơn vị thi công phải ép thêm cọc."
)
FESTIVAL = (
    "Lễ hội trà Tân Cương năm nay đón đông khách. "
    "Theo ban tổ chức, lễ khai mạc diễn ra tối 18/11 tại quảng trường Võ Nguyên Giáp. "
    "Nghệ nhân Đào Thanh Hảo giành giải bàn tay vàng. "
    "Bà Hảo cho rằng trà ngon nhờ nước suối. "
    "Hội chợ có gian hàng của Sơn La, Yên Bái, Lâm Đồng và Hà Giang. "
    "Giá trà đinh lên tới 3 triệu đồng một cân."
)
LAB = (
    "Phòng thí nghiệm bán dẫn tạm đóng cửa từ tháng 5. "
    "Nguyên nhân là hệ thống lọc không khí hỏng. "
    "Viện Vật liệu Phương Nam vận hành phòng thí nghiệm này. "
    "Khoảng 40 kỹ sư chuyển sang cơ sở ở Bình Dương. "
    "Sinh viên không phải trả phí khi dùng máy quang khắc."
)
MARKS = [
    ("Xây cầu Vàm Xáng hết bao nhiêu tiền?", BRIDGE, "85 tỷ đồng"),
    ("Cầu Vàm Xáng dài bao nhiêu mét?", BRIDGE, "240 m"),
    ("Trà đinh giá nhiêu?", FESTIVAL, "3 triệu đồng"),
    ("Phòng thí nghiệm có mấy kỹ sư phải chuyển đi?", LAB, "40 kỹ sư"),
    ("Khi nào khởi công cầu Vàm Xáng?", BRIDGE, "12/3"),
    ("Lễ hội trà khai mạc ngày nào?", FESTIVAL, "18/11"),
    ("Ai giành giải bàn tay vàng?", FESTIVAL, "Đào Thanh Hảo"),
    ("Nghệ nhân nào được giải ở lễ hội trà?", FESTIVAL, "Đào Thanh Hảo"),
    ("Lễ khai mạc ở đâu?", FESTIVAL, "quảng trường Võ Nguyên Giáp"),
    ("Kỹ sư chuyển sang tỉnh nào?", LAB, "Bình Dương"),
    ("Đơn vị nào vận hành phòng thí nghiệm?", LAB, "Viện Vật liệu Phương Nam"),
    ("Chủ đầu tư cầu Vàm Xáng là cơ quan nào?", BRIDGE, "Ban Quản lý dự án giao thông"),
    ("Vì sao phòng thí nghiệm bán dẫn đóng cửa?", LAB, "hệ thống lọc không khí hỏng"),
    ("Tại sao thi công cầu phải ép thêm cọc?", BRIDGE, "nền đất yếu"),
    ("Hội chợ trà có gian hàng của những tỉnh nào?", FESTIVAL, "Sơn La, Yên Bái"),
    ("Gian hàng ở hội chợ gồm những ai?", FESTIVAL, "Lâm Đồng và Hà Giang"),
    ("Bà Hảo nói gì về trà?", FESTIVAL, "nhờ nước suối"),
    ("Nghệ nhân Hảo nhận xét gì về nước suối?", FESTIVAL, "trà ngon"),
    ("Sinh viên dùng máy quang khắc có phải trả phí không?", LAB, "không phải trả phí"),
    ("Phòng thí nghiệm bán dẫn đóng cửa chưa?", LAB, "tạm đóng cửa"),
    ("Đơn vị thi công làm gì với nền đất yếu?", BRIDGE, "ép thêm cọc"),
    ("Cầu Vàm Xáng được thiết kế thế nào?", BRIDGE, "1250/QĐ-UBND"),
]


@pytest.mark.parametrize("form", FORMS, ids=IDS)
@pytest.mark.parametrize(("question", "passage", "answer"), MARKS)
def test_the_mark_holds_what_was_asked(question: str, passage: str, answer: str, form: Callable[[str], str]) -> None:
    assert answer in marked(form(question), passage)


@pytest.mark.parametrize("question", [question for question, _, _ in MARKS])
def test_capitals_and_small_letters_give_the_same_mark(question: str) -> None:
    for passage in (BRIDGE, FESTIVAL, LAB):
        assert mark(evidence(question.upper()), passage) == mark(evidence(question.lower()), passage)


def test_no_unrelated_sentence_is_dragged_in() -> None:
    assert marked("Nghệ nhân nào giành giải bàn tay vàng?", FESTIVAL) == "Nghệ nhân Đào Thanh Hảo giành giải bàn tay vàng."


def test_a_sentence_that_points_back_comes_with_the_one_before() -> None:
    passage = "Chiều qua, bà Lò Thị Mai nhận bằng sáng chế máy sấy ngô. Bà cũng được mời dạy nghề ở Sơn La. Trời mưa."
    assert marked("Bà Mai được mời dạy nghề ở đâu?", passage) == passage.removesuffix(" Trời mưa.")


def test_a_sentence_that_asks_itself_is_no_answer() -> None:
    passage = "Vì sao giá cà phê tăng mạnh? Theo hiệp hội, giá cà phê tăng vì hạn hán ở Brazil."
    assert marked("Vì sao giá cà phê tăng mạnh?", passage).endswith("vì hạn hán ở Brazil.")


# --- things of the kind asked for -----------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Thông tư số 12 có hiệu lực.",
        "Theo Điều 5 của luật.",
        "Nghị định 13/2023/NĐ-CP",
        "Năm 2023, dự án dừng.",
        "ngày 5 tháng 6",
    ],
)
def test_a_year_a_day_or_the_number_of_a_document_is_no_quantity(text: str) -> None:
    assert holding(Wanted(Asks.NUMBER), text, frozenset()) == 0


def test_the_unit_asked_for_is_worth_more_than_another() -> None:
    money = wanted("Dự án tốn bao nhiêu tiền?")
    said: frozenset[str] = frozenset()
    exact, near, other = (holding(money, text, said) for text in ("85 tỷ đồng", "85 gói thầu trị giá đồng", "85 km"))
    assert exact > near > other > 0


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Ngoài 40 kỹ sư còn bao nhiêu kỹ sư?", "40 kỹ sư"),
        ("Ai đi cùng ông Đào Văn Lộc?", "ông Đào Văn Lộc"),
        ("Sau ngày 18/11 thì hội chợ mở ngày nào?", "ngày 18/11"),
        ("Từ Huế đi đâu?", "tỉnh Huế"),
    ],
)
def test_what_the_question_names_itself_is_no_answer(question: str, text: str) -> None:
    said = frozenset(fold(question).replace("?", "").replace("/", " ").split())
    assert holding(wanted(question), text, said) == 0


def test_a_person_is_told_from_a_place_and_a_body() -> None:
    who = Wanted(Asks.PERSON)
    person, body, place = (
        holding(who, f"Tối qua có {name}.", frozenset()) for name in ("ông Lâm Vũ", "Công ty Sao Mai", "tỉnh Kiên Giang")
    )
    assert person > max(body, place)


# --- how sure -------------------------------------------------------------------------------


def test_a_mark_far_ahead_of_the_rest_is_surer_than_one_among_equals() -> None:
    question = "Đơn vị nào vận hành phòng thí nghiệm?"
    unsure = mark(evidence(question), "Có phòng thí nghiệm ở Huế. Có phòng thí nghiệm ở Vinh.").strength
    assert 0 <= unsure < mark(evidence(question), LAB).strength <= 1


@pytest.mark.parametrize("passage", ["Không dấu chấm", "   ", "?", "Một câu."])
def test_a_mark_always_lies_in_its_passage(passage: str) -> None:
    found = mark(evidence("Vì sao?"), passage)
    assert 0 <= found.start <= found.end <= len(passage)
    assert 0 <= found.strength <= 1
