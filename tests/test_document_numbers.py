"""Document numbers: one key however they are typed."""

from __future__ import annotations

import pytest

from docs_store.document_numbers import find_numbers, number_keys


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Thông tư 12/2024/TT-BKHCN quy định gì?", "12/2024/tt/bkhcn"),
        ("thong tu 12 / 2024 / tt - bkhcn", "12/2024/tt/bkhcn"),
        ("12-2024-TT-BKHCN", "12/2024/tt/bkhcn"),
        ("12/2024/TT BKHCN", "12/2024/tt/bkhcn"),
        ("12/2024 TT-BKHCN", "12/2024/tt/bkhcn"),
        ("012/2024/TT–BKHCN", "12/2024/tt/bkhcn"),
        ("Nghị định 13/2023/NĐ-CP", "13/2023/nd/cp"),
        ("nghi dinh 13/2023/ND-CP", "13/2023/nd/cp"),
        ("13/2023/nđ cp nói gì", "13/2023/nd/cp"),
        ("Nghị định số 13 năm 2023", "13/2023/nd"),
        ("thông tư 12/2024", "12/2024/tt"),
        ("Quyết định số 569/QĐ-TTg", "569/qd/ttg"),
        ("quyết định 569", "569/qd"),
        ("Nghị quyết 57-NQ/TW", "57/nq/tw"),
        ("nghị quyết số 57", "57/nq"),
        ("Nghị quyết 57 năm nào", "57/nq"),
        ("Kế hoạch 57 ngày 5/6/2024", "57/kh"),
        ("kế hoạch 57 năm 2024", "57/2024/kh"),
        ("Luật số 36/2024/QH15", "36/2024/qh15"),
        ("Thông tư liên tịch 17/2015/TTLT-BKHCN-BTC", "17/2015/ttlt/bkhcn/btc"),
        ("QCVN 12:2014/BKHCN", "qcvn/12/2014/bkhcn"),
        ("qcvn 12 : 2014 / bkhcn", "qcvn/12/2014/bkhcn"),
        ("QCVN 12", "qcvn/12"),
        ("TCVN ISO/IEC 27001:2019", "tcvn/27001/2019"),
        ("ISO 9001:2015", "iso/9001/2015"),
        ("TCVN 7303-2-33:2010", "tcvn/7303-2-33/2010"),
    ],
)
def test_every_spelling_of_a_number_gives_one_key(text: str, key: str) -> None:
    assert [number.key for number in find_numbers(text)] == [key]


@pytest.mark.parametrize(
    "text",
    [
        "ngày 5/6/2024", "tháng 6/2024", "24/7", "1.500 tỷ đồng", "tỷ lệ 3-2", "60 km/h", "xe 5/7 chỗ", "quyết định của Bộ",
        "kế hoạch năm 2024", "2024-2025", "thông báo ngày 12", "cao 12 m, rộng 5 m", "nghị quyết Đại hội", "iso", "số 12",
        "Techfest 2024", "chuyên gia trẻ IEC 2023", "tel 024/39437056", "100 kh/tháng",
        "kế hoạch 2021-2025", "kế hoạch 2025", "kế hoạch 6 tháng đầu năm", "Kế hoạch 5 năm 2021-2025", "thông báo 5/6/2024",
    ],
)  # fmt: skip
def test_dates_figures_and_plain_words_are_no_numbers(text: str) -> None:
    assert find_numbers(text) == []


def test_a_text_answers_to_the_shorter_forms_of_its_numbers() -> None:
    assert number_keys("Thông tư 12/2024/TT-BKHCN") == ["12/2024/tt/bkhcn", "12/2024/tt", "12/tt"]
    assert {"iso/27001", "tcvn/27001/2019", "iec/27001"} <= set(number_keys("TCVN ISO/IEC 27001:2019"))
    assert number_keys("QCVN 12:2014/BKHCN") == ["qcvn/12/2014/bkhcn", "qcvn/12/2014", "qcvn/12"]


def test_the_span_is_where_the_number_stands() -> None:
    text = "Theo Nghị định 13/2023/NĐ-CP thì"
    (number,) = find_numbers(text)
    assert text[slice(*number.span)] == "13/2023/NĐ-CP"


def test_a_long_line_of_digits_and_marks_costs_no_time() -> None:
    assert find_numbers("1/" * 50_000) == []
    assert find_numbers("iso/" * 20_000) == []
