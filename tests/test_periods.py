"""The time that a question asks about, and the days that a text names. Today is Tuesday, 24 November 2026."""

from __future__ import annotations

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
    ],
)
def test_a_text_names_a_day_in_the_period_or_does_not(text: str, published: date | None, named: bool) -> None:
    assert names_day_in(JUNE, text, published) is named


def test_decomposed_text_is_read_too_and_a_long_question_costs_no_time() -> None:
    period = find_period("tin tha\u0301ng 6 na\u0306m 2024", TODAY)
    assert period
    assert period.start == date(2024, 6, 1)
    assert find_period("từ ngày " * 120, TODAY) is None
    assert find_period("1/" * 500, TODAY) is None
