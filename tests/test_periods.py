"""The time that a question asks about, and the days that a text names. Today is Tuesday, 24 November 2026."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from retriever.ordering import wants_newest, wants_timeline, without_time
from retriever.periods import Period, find_period, names_day_in

TODAY = date(2026, 11, 24)
OPEN = ""

CASES = [
    # days
    ("tin ngày 5/6/2024", "2024-06-05", "2024-06-05", "ngày 5/6/2024"),
    ("tin 05.06.2024", "2024-06-05", "2024-06-05", "05.06.2024"),
    ("họp ngày 5-6-2024 ở đâu", "2024-06-05", "2024-06-05", "ngày 5-6-2024"),
    ("ngày 5 tháng 6 năm 2024 có gì", "2024-06-05", "2024-06-05", "ngày 5 tháng 6 năm 2024"),
    ("ngay 5 thang 6 nam 2024 co gi", "2024-06-05", "2024-06-05", "ngay 5 thang 6 nam 2024"),
    ("2024-06-05 có gì", "2024-06-05", "2024-06-05", "2024-06-05"),
    ("ngày 5/6 có gì", "2026-06-05", "2026-06-05", "ngày 5/6"),
    ("ngày 25/12 có gì", "2025-12-25", "2025-12-25", "ngày 25/12"),
    ("hôm nay có tin gì", "2026-11-24", "2026-11-24", "hôm nay"),
    ("sáng nay bộ trưởng nói gì", "2026-11-24", "2026-11-24", "sáng nay"),
    ("hôm qua", "2026-11-23", "2026-11-23", "hôm qua"),
    ("tin hom qua ve 5G", "2026-11-23", "2026-11-23", "hom qua"),
    ("chiều hôm qua", "2026-11-23", "2026-11-23", "chiều hôm qua"),
    ("tối qua có gì", "2026-11-23", "2026-11-23", "tối qua"),
    ("hôm kia", "2026-11-22", "2026-11-22", "hôm kia"),
    # weeks
    ("tuần này", "2026-11-23", "2026-11-29", "tuần này"),
    ("tuần trước có gì", "2026-11-16", "2026-11-22", "tuần trước"),
    ("tuan qua co gi", "2026-11-16", "2026-11-22", "tuan qua"),
    ("tuần rồi", "2026-11-16", "2026-11-22", "tuần rồi"),
    # months
    ("tháng này", "2026-11-01", "2026-11-30", "tháng này"),
    ("tháng trước", "2026-10-01", "2026-10-31", "tháng trước"),
    ("thang truoc", "2026-10-01", "2026-10-31", "thang truoc"),
    ("tháng 6 năm 2024", "2024-06-01", "2024-06-30", "tháng 6 năm 2024"),
    ("thang 6 nam 2024", "2024-06-01", "2024-06-30", "thang 6 nam 2024"),
    ("tháng 6/2024", "2024-06-01", "2024-06-30", "tháng 6/2024"),
    ("tháng 6-2024", "2024-06-01", "2024-06-30", "tháng 6-2024"),
    ("tin 6/2024", "2024-06-01", "2024-06-30", "6/2024"),
    ("tháng 2 năm 2024", "2024-02-01", "2024-02-29", "tháng 2 năm 2024"),
    ("tháng sáu", "2026-06-01", "2026-06-30", "tháng sáu"),
    ("trong tháng 12 có gì", "2025-12-01", "2025-12-31", "tháng 12"),
    ("tháng 6 năm ngoái", "2025-06-01", "2025-06-30", "tháng 6 năm ngoái"),
    ("tháng Giêng năm 2025", "2025-01-01", "2025-01-31", "tháng Giêng năm 2025"),
    ("cuối tháng 6/2024", "2024-06-21", "2024-06-30", "cuối tháng 6/2024"),
    ("đầu tháng 3 năm 2025", "2025-03-01", "2025-03-10", "đầu tháng 3 năm 2025"),
    ("giữa tháng 2/2025", "2025-02-11", "2025-02-20", "giữa tháng 2/2025"),
    # quarters
    ("quý III", "2026-07-01", "2026-09-30", "quý III"),
    ("quý III/2025", "2025-07-01", "2025-09-30", "quý III/2025"),
    ("quý 3 năm 2025", "2025-07-01", "2025-09-30", "quý 3 năm 2025"),
    ("qui 1 nam 2024", "2024-01-01", "2024-03-31", "qui 1 nam 2024"),
    ("quý IV năm ngoái", "2025-10-01", "2025-12-31", "quý IV năm ngoái"),
    ("quý này", "2026-10-01", "2026-12-31", "quý này"),
    ("quý trước", "2026-07-01", "2026-09-30", "quý trước"),
    # years and their parts
    ("năm nay", "2026-01-01", "2026-12-31", "năm nay"),
    ("nam ngoai", "2025-01-01", "2025-12-31", "nam ngoai"),
    ("năm trước", "2025-01-01", "2025-12-31", "năm trước"),
    ("nửa đầu năm 2024", "2024-01-01", "2024-06-30", "nửa đầu năm 2024"),
    ("6 tháng đầu năm 2025", "2025-01-01", "2025-06-30", "6 tháng đầu năm 2025"),
    ("9 tháng đầu năm nay", "2026-01-01", "2026-09-30", "9 tháng đầu năm nay"),
    ("cuối năm ngoái", "2025-10-01", "2025-12-31", "cuối năm ngoái"),
    # so many units
    ("7 ngày qua", "2026-11-17", "2026-11-24", "7 ngày qua"),
    ("ba ngày gần đây", "2026-11-21", "2026-11-24", "ba ngày gần đây"),
    ("hai tuan qua", "2026-11-10", "2026-11-24", "hai tuan qua"),
    ("3 tháng gần đây", "2026-08-24", "2026-11-24", "3 tháng gần đây"),
    ("5 năm qua", "2021-11-24", "2026-11-24", "5 năm qua"),
    # stretches
    ("từ 1/6/2024 đến 30/6/2024", "2024-06-01", "2024-06-30", "từ 1/6/2024 đến 30/6/2024"),
    ("tu ngay 1/6/2024 den ngay 30/6/2024 co gi", "2024-06-01", "2024-06-30", "tu ngay 1/6/2024 den ngay 30/6/2024"),
    ("từ 1/6 đến 15/6/2024", "2024-06-01", "2024-06-15", "từ 1/6 đến 15/6/2024"),
    ("từ tháng 3 đến tháng 6 năm 2024", "2024-03-01", "2024-06-30", "từ tháng 3 đến tháng 6 năm 2024"),
    ("từ tháng 11 năm 2024 đến tháng 2 năm 2025", "2024-11-01", "2025-02-28", "từ tháng 11 năm 2024 đến tháng 2 năm 2025"),
    ("từ tháng 6/2024 đến nay", "2024-06-01", OPEN, "từ tháng 6/2024 đến nay"),
    ("kể từ tháng 6/2024", "2024-06-01", OPEN, "kể từ tháng 6/2024"),
    ("sau tháng 6/2025", "2025-07-01", OPEN, "sau tháng 6/2025"),
    ("trước ngày 1/7/2025", OPEN, "2025-06-30", "trước ngày 1/7/2025"),
    # half the marks, other spellings
    ("ngày 5 thang 6 năm 2024 co gì", "2024-06-05", "2024-06-05", "ngày 5 thang 6 năm 2024"),
    ("chiều 25/12 có gì", "2025-12-25", "2025-12-25", "chiều 25/12"),
    ("ngày 29/2 có gì", "2024-02-29", "2024-02-29", "ngày 29/2"),
    ("hôm nay, 5/6, có gì", "2026-06-05", "2026-06-05", "hôm nay, 5/6"),
    ("thông báo 5/6/2024 nói gì", "2024-06-05", "2024-06-05", "5/6/2024"),
    ("thang sau nam 2024", "2024-06-01", "2024-06-30", "thang sau nam 2024"),
    ("tháng năm năm 2024", "2024-05-01", "2024-05-31", "tháng năm năm 2024"),
    ("tháng mười hai năm 2024", "2024-12-01", "2024-12-31", "tháng mười hai năm 2024"),
    ("cuối tháng trước", "2026-10-21", "2026-10-31", "cuối tháng trước"),
    ("Q2/2025 có gì", "2025-04-01", "2025-06-30", "Q2/2025"),
    ("giữa năm 2024", "2024-04-01", "2024-09-30", "giữa năm 2024"),
    ("vốn đầu tư tháng 6/2024", "2024-06-01", "2024-06-30", "tháng 6/2024"),
    # "9 tháng năm 2024" in reports: the first nine months
    ("9 tháng năm 2024", "2024-01-01", "2024-09-30", "9 tháng năm 2024"),
    ("9 thang nam 2024", "2024-01-01", "2024-09-30", "9 thang nam 2024"),
    ("Kế hoạch 6 tháng đầu năm 2025", "2025-01-01", "2025-06-30", "6 tháng đầu năm 2025"),
    ("sáu tháng cuối năm 2025", "2025-07-01", "2025-12-31", "sáu tháng cuối năm 2025"),
    # counted from today
    ("3 ngày trước", "2026-11-21", "2026-11-21", "3 ngày trước"),
    ("2 tuần trước có gì", "2026-11-09", "2026-11-15", "2 tuần trước"),
    ("cách đây hai năm", "2024-01-01", "2024-12-31", "cách đây hai năm"),
    ("thứ sáu tuần trước", "2026-11-16", "2026-11-22", "tuần trước"),
    ("năm năm qua", "2021-11-24", "2026-11-24", "năm năm qua"),
    ("ba mươi ngày qua", "2026-10-25", "2026-11-24", "ba mươi ngày qua"),
    ("24 giờ qua", "2026-11-23", "2026-11-24", "24 giờ qua"),
    ("kể từ đầu năm", "2026-01-01", OPEN, "kể từ đầu năm"),
    ("tu dau nam den nay", "2026-01-01", OPEN, "tu dau nam den nay"),
    ("bat dau tu 1/7/2025", "2025-07-01", OPEN, "bat dau tu 1/7/2025"),
    ("tu thang 6/2024 toi nay", "2024-06-01", OPEN, "tu thang 6/2024 toi nay"),
    ("từ 1/7/2025 trở đi", "2025-07-01", OPEN, "từ 1/7/2025 trở đi"),
    ("từ 1/7/2025 trở về trước", OPEN, "2025-07-01", "từ 1/7/2025 trở về trước"),
    # both ends
    ("ngày 10-12/6/2024", "2024-06-10", "2024-06-12", "ngày 10-12/6/2024"),
    ("từ ngày 5 đến ngày 10/6/2024", "2024-06-05", "2024-06-10", "từ ngày 5 đến ngày 10/6/2024"),
    ("tu 1/6/2024 toi 30/6/2024", "2024-06-01", "2024-06-30", "tu 1/6/2024 toi 30/6/2024"),
    ("1/6/2024-30/6/2024", "2024-06-01", "2024-06-30", "1/6/2024-30/6/2024"),
    ("từ 1/6 đến 15/6", "2026-06-01", "2026-06-15", "từ 1/6 đến 15/6"),
    ("từ 30/12 đến 2/1/2025", "2024-12-30", "2025-01-02", "từ 30/12 đến 2/1/2025"),
    ("tháng 6-8/2024", "2024-06-01", "2024-08-31", "tháng 6-8/2024"),
    ("từ tháng 11 đến tháng 2 năm 2025", "2024-11-01", "2025-02-28", "từ tháng 11 đến tháng 2 năm 2025"),
    ("từ tháng 11/2024 đến tháng 2", "2024-11-01", "2025-02-28", "từ tháng 11/2024 đến tháng 2"),
    ("quý I và quý II năm 2025", "2025-01-01", "2025-06-30", "quý I và quý II năm 2025"),
]


@pytest.mark.parametrize(("text", "start", "end", "phrase"), CASES, ids=[case[0] for case in CASES])
def test_a_period_is_found_whatever_the_marks(text: str, start: str, end: str, phrase: str) -> None:
    period = find_period(text, TODAY)
    assert period
    assert (str(period.start or ""), str(period.end or ""), period.phrase) == (start, end, phrase)
    assert text[slice(*period.span)] == phrase
    assert not period.year_only


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("năm 2024 có gì", "2024-01-01", "2024-12-31"),
        ("nam 2024 co gi", "2024-01-01", "2024-12-31"),
        ("từ năm 2022 đến năm 2024", "2022-01-01", "2024-12-31"),
        ("giai đoạn 2021-2025", "2021-01-01", "2025-12-31"),
        ("trước năm 2023", OPEN, "2022-12-31"),
        ("Viet Nam nam 2024 co gi", "2024-01-01", "2024-12-31"),
        ("von dau tu nam 2024", "2024-01-01", "2024-12-31"),
        ("từ 2022 đến 2024", "2022-01-01", "2024-12-31"),
        ("giữa năm 2004 và 2014", "2004-01-01", "2014-12-31"),
        ("kế hoạch 5 năm 2021-2025", "2021-01-01", "2025-12-31"),
    ],
)
def test_bare_years_say_that_they_are_no_more(text: str, start: str, end: str) -> None:
    period = find_period(text, TODAY)
    assert period
    assert period.year_only
    assert (str(period.start or ""), str(period.end or "")) == (start, end)


@pytest.mark.parametrize("text", ["hôm qua", "tuần trước", "tháng này", "năm ngoái", "7 ngày qua", "tháng 6 năm ngoái"])
def test_what_counts_from_today_says_so(text: str) -> None:
    period = find_period(text, TODAY)
    assert period
    assert period.relative


@pytest.mark.parametrize(
    "text",
    [
        "Techfest 2024 ở đâu", "PII 2025 xếp hạng nào", "Thông tư 12/2024/TT-BKHCN nói gì", "Nghị định số 13 năm 2023 nói gì",
        "QCVN 12:2014/BKHCN", "TCVN ISO/IEC 27001:2019", "57-NQ/TW", "năm dự án nào được chọn", "nam du an nao", "quý vị",
        "qua điện thoại", "tuân thủ", "ngày nào", "năm nào", "tháng mấy", "khi nào", "quý nào", "31/2/2024", "45/13/2024",
        "24/7", "50/50", "tăng 3,5 %", "1.500 tỷ đồng", "số 024 39437056", "hôm nào", "trong bao nhiêu ngày", "5 năm một lần",
        "gần đây", "tính đến hết tháng 6/2025 có bao nhiêu trạm", "Đến 15/6/2025 có bao nhiêu bệnh viện", "",
    ],
)  # fmt: skip
def test_names_numbers_and_question_words_are_no_period(text: str) -> None:
    assert find_period(text, TODAY) is None


@pytest.mark.parametrize(
    "text",
    [
        "Quỹ này hỗ trợ gì", "tuân này", "năm ngoài", "Việt Nam trước đây", "viet nam qua cac thoi ky", "tôi qua đó", "năm này",
        "chiến thắng 3 sao", "hai tháng tự học", "tháng sau có gì", "Techfest Việt Nam 2024", "techfest viet nam 2024",
    ],
)  # fmt: skip
def test_a_word_with_other_marks_or_of_a_name_is_no_time(text: str) -> None:
    assert find_period(text, TODAY) is None


@pytest.mark.parametrize(
    "text",
    ["31 tháng 2 năm 2024", "ngày 31/2/2024", "13/2024", "tháng 13 năm 2024", "ngày 12-10/6/2024", "từ 30/6/2024 đến 1/6/2024",
     "tháng 6 năm 1930", "băng tần 2000-2100 MHz"],
)  # fmt: skip
def test_a_time_that_does_not_exist_is_no_other_time(text: str) -> None:
    assert find_period(text, TODAY) is None


@pytest.mark.parametrize(
    "text",
    ["Luật số 6/2024 nói gì", "mỗi ngày 5-6 lần", "mỗi tháng 3 lần", "kiểm tra 6 tháng một lần", "ngày tháng năm sinh",
     "30 ngày trước khi hết hạn", "một ngày trước thi tốt nghiệp", "nộp trong 5 ngày qua đường bưu điện", "những năm qua",
     "mục tiêu đến năm 2030", "tính đến hôm nay (3/2) có bao nhiêu đơn vị"],
)  # fmt: skip
def test_a_law_a_count_and_a_goal_are_no_period(text: str) -> None:
    assert find_period(text, TODAY) is None


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("tháng 6/2025 so với ngày 5/6/2024", "ngày 5/6/2024"),
        ("quý I/2025 hay tháng 6/2025", "tháng 6/2025"),
        ("tháng 5/2025 và tháng 4/2025", "tháng 5/2025"),
        ("năm 2024 hay từ tháng 6/2020 đến nay", "từ tháng 6/2020 đến nay"),
        ("Thông tư 12/2024/TT-BKHCN năm ngoái", "năm ngoái"),
    ],
)
def test_the_shortest_period_wins_the_first_on_a_tie_and_years_last(text: str, phrase: str) -> None:
    period = find_period(text, TODAY)
    assert period
    assert period.phrase == phrase


def test_in_january_last_month_and_last_quarter_lie_in_the_year_before() -> None:
    for text, start in (("tháng trước", date(2025, 12, 1)), ("quý trước", date(2025, 10, 1)), ("tuần này", date(2025, 12, 29))):
        period = find_period(text, date(2026, 1, 1))  # a Thursday
        assert period
        assert period.start == start


def test_a_range_wins_over_a_day_and_a_day_over_a_year() -> None:
    both = find_period("năm 2024, từ 1/6/2024 đến 5/6/2024", TODAY)
    assert both
    assert both.end == date(2024, 6, 5)
    day = find_period("năm 2024 có gì vào ngày 5/6/2024", TODAY)
    assert day
    assert day.start == day.end == date(2024, 6, 5)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("tin về 5G tháng 6 năm 2024", "tin về 5G"),
        ("tin về 5G trong tháng 6 năm 2024", "tin về 5G"),
        ("Bộ họp gì hôm qua?", "Bộ họp gì ?"),
        ("tin mới nhất về bán dẫn", "tin về bán dẫn"),
        ("diễn biến dự án điện hạt nhân", "dự án điện hạt nhân"),
        ("dien bien du an dien hat nhan tu thang 6/2024 den nay", "du an dien hat nhan"),
        ("vốn đầu tư tháng 6/2024", "vốn đầu tư"),
        ("von dau tu thang 6/2024", "von dau tu"),
        ("su kien quan trong thang 6/2024", "su kien quan trong"),
    ],
)
def test_the_words_for_time_are_taken_out_of_the_search(text: str, rest: str) -> None:
    assert without_time(text, find_period(text, TODAY)) == rest


def test_the_order_asked_for_is_heard() -> None:
    assert wants_newest("tin mới nhất về AI")
    assert wants_newest("thong tu gan day nhat")
    assert not wants_newest("công nghệ mới")
    assert wants_timeline("diễn biến vụ việc")
    assert wants_timeline("dong thoi gian cua du an")
    assert not wants_timeline("hội nghị diễn ra ở đâu")
    assert not wants_timeline("Điện Biên có bao nhiêu trạm 5G")
    assert not wants_timeline("Dien Bien co bao nhieu tram 5G")
    assert not wants_timeline("đồng thời gian hàng nào mở")


JUNE = Period(date(2024, 6, 1), date(2024, 6, 30), "tháng 6/2024", (0, 12))


@pytest.mark.parametrize(
    ("text", "published", "named"),
    [
        ("Ngày 5/6/2024, Thứ trưởng tiếp khách.", None, True),
        ("ngay 5 thang 6 nam 2024", None, True),
        ("Trong tháng 6/2024 có ba cuộc.", None, True),
        ("Sáng 5/6, đoàn đến Hà Nội.", date(2024, 6, 6), True),
        ("Sáng 5/6, đoàn đến Hà Nội.", date(2023, 6, 6), False),
        ("Sáng 5/6, đoàn đến Hà Nội.", None, False),
        ("Ngày 5/7/2024.", date(2024, 6, 6), False),
        ("Năm 2024 có nhiều việc.", date(2024, 6, 6), False),
        ("Tỷ lệ 5/6 số phiếu, 12/2024/TT-BKHCN.", None, False),
        ("Tỷ lệ 5/6 số phiếu.", date(2024, 6, 6), False),
        ("Thông tư 6/2024/TT-BKHCN.", date(2024, 6, 6), False),
        ("Luật số 6/2024.", None, False),
        ("Ngày 31/6/2024.", None, False),
        ("Quý II/2024 có nhiều việc.", date(2024, 6, 6), False),
        ("Từ ngày 10-12/6/2024.", None, True),
        ("Hôm qua (5/6), đoàn đến Hà Nội.", date(2024, 6, 6), True),
        ("Hôm qua 5/6, đoàn đến Hà Nội.", date(2024, 6, 6), True),
        ("Ngày 5-6, đoàn đến Hà Nội.", date(2024, 6, 6), True),
        ("Đoàn đến Hà Nội. " * 60 + "Đoàn về ngày 5/6/2024. " + "Đoàn về Huế. " * 60, None, True),
    ],
)
def test_a_text_names_a_day_in_the_period_or_does_not(text: str, published: date | None, named: bool) -> None:
    assert names_day_in(JUNE, text, published) is named


@pytest.mark.parametrize(
    ("start", "end", "text", "named"),
    [
        (date(2024, 1, 1), date(2024, 12, 31), "Trong quý II/2024.", True),
        (date(2024, 1, 1), date(2024, 12, 31), "Techfest Việt Nam 2024.", False),
        (date(2024, 1, 1), date(2024, 12, 31), "Giai đoạn 2024-2025.", False),
        (date(2025, 7, 1), None, "Có hiệu lực từ ngày 1/7/2025.", True),
        (date(2025, 7, 1), None, "Có hiệu lực từ ngày 30/6/2025.", False),
        (None, date(2022, 12, 31), "Hồi tháng 12/2022.", True),
        (None, date(2022, 12, 31), "Hồi tháng 1/2023.", False),
    ],
)
def test_a_text_names_a_time_that_lies_wholly_inside(start: date | None, end: date | None, text: str, named: bool) -> None:
    assert names_day_in(Period(start, end, "", (0, 0)), text, None) is named


def test_the_span_is_that_of_the_composed_text() -> None:
    text = unicodedata.normalize("NFD", "Họp hồi tháng 6 năm 2024, ở đâu?")
    period = find_period(text, TODAY)
    assert period
    assert unicodedata.normalize("NFC", text)[slice(*period.span)] == period.phrase == "tháng 6 năm 2024"
    assert without_time(text, period) == "Họp , ở đâu?"


def test_decomposed_text_is_read_too_and_a_long_question_costs_no_time() -> None:
    period = find_period("tin tha\u0301ng 6 na\u0306m 2024", TODAY)
    assert period
    assert period.start == date(2024, 6, 1)
    assert find_period("từ ngày " * 120, TODAY) is None
    assert find_period("1/" * 500, TODAY) is None
