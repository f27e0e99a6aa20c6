"""Vietnamese text rules: folding, syllables, sentence ends."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, tzinfo

import pytest

from docs_store import dates
from docs_store.vietnamese import accented_syllables, fold, nfc, paragraphs, sentences, storable, syllables
from docs_store.vietnamese import pairs as adjacent_pairs


def _texts(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đặng Thúy Hường", "dang thuy huong"),
        ("ƯỚC NGUYỆN", "uoc nguyen"),
        ("Ỷ ỹ ỳ ẵ ặ ữ", "y y y a a u"),
        ("QCVN 12:2014/BKHCN", "qcvn 12:2014/bkhcn"),
        (unicodedata.normalize("NFD", "Nghị định về Đo lường"), "nghi dinh ve do luong"),
    ],
)
def test_folding_drops_every_vietnamese_mark(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_syllables_keep_numbers_and_split_document_numbers() -> None:
    assert syllables("Thông tư 12/2024/TT-BKHCN của Bộ KH&CN") == [
        "thong", "tu", "12", "2024", "tt", "bkhcn", "cua", "bo", "kh", "cn",
    ]  # fmt: skip


def test_pairs_are_adjacent_syllables() -> None:
    assert adjacent_pairs(["bo", "khoa", "hoc"]) == ["bo_khoa", "khoa_hoc"]
    assert adjacent_pairs(["bo"]) == []


@pytest.mark.parametrize(("old", "new"), [("hòa", "hoà"), ("thúy", "thuý"), ("khỏe", "khoẻ"), ("lòe", "loè")])
def test_both_tone_placements_give_one_key(old: str, new: str) -> None:
    assert accented_syllables(old) == accented_syllables(new)


def test_tone_placement_leaves_other_syllables_alone() -> None:
    assert accented_syllables("quý Hoàn toàn của") == ["quý", "hoàn", "toàn", "của"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PGS.TS. Nguyễn Văn An nói. Hội nghị kết thúc.", ["PGS.TS. Nguyễn Văn An nói.", "Hội nghị kết thúc."]),
        ("Lễ tổ chức tại TP. Hồ Chí Minh. Có 500 người.", ["Lễ tổ chức tại TP. Hồ Chí Minh.", "Có 500 người."]),
        ("Ban Bí thư T.Ư. Đoàn họp. Kết quả tốt.", ["Ban Bí thư T.Ư. Đoàn họp.", "Kết quả tốt."]),
        ("Trụ sở đặt ở Q.1. Ông J. Smith dự.", ["Trụ sở đặt ở Q.1.", "Ông J. Smith dự."]),
        ("Gồm lúa, ngô, v.v. Sau đó thu hoạch.", ["Gồm lúa, ngô, v.v.", "Sau đó thu hoạch."]),
        ("Điện gió... Hiện nay, giá giảm. Tăng 3.5 lần.", ["Điện gió...", "Hiện nay, giá giảm.", "Tăng 3.5 lần."]),
        ("Bà nói: “Rất tốt.” Mọi người vỗ tay.", ["Bà nói: “Rất tốt.”", "Mọi người vỗ tay."]),
        ("1. Đăng ký\n2. Nộp phí. Chờ kết quả.", ["1. Đăng ký", "2. Nộp phí.", "Chờ kết quả."]),
        ("Việc đó không có. Ông về.", ["Việc đó không có.", "Ông về."]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert _texts(text) == expected


def test_a_hard_wrapped_paragraph_is_one_paragraph() -> None:
    text = "Bộ trưởng cho biết chương trình sẽ được triển khai trên cả nước trong năm\n2025 với tổng kinh phí lớn.\n\nĐoạn hai."
    assert [text[s:e] for s, e in paragraphs(text)] == [text.split("\n\n")[0], "Đoạn hai."]


def test_sentences_cover_all_text_but_white_space() -> None:
    text = "# Tiêu đề\n\nCâu một. Câu hai!\r\nDòng ba…\f Trang sau?"
    spans = sentences(text)
    assert all(text[s:e] == text[s:e].strip() for s, e in spans)
    outside = text
    for start, end in reversed(spans):
        outside = outside[:start] + outside[end:]
    assert not outside.strip()


def test_a_long_run_of_marks_costs_no_time_and_harms_nothing() -> None:
    assert len(nfc("a" + "\u0301" * 200_000 + " b")) < 10


def test_what_utf8_cannot_store_is_replaced_and_nothing_else() -> None:
    assert storable("a\ud800b\x00c ½ m² Đ") == "a\ufffdbc ½ m² Đ"
    text = "Bình thường 😀"
    assert storable(text) is text


def test_today_is_vietnams_day_on_a_machine_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    class Evening(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 3, 1, 17, 30, tzinfo=UTC).astimezone(tz)

    monkeypatch.setattr(dates, "datetime", Evening)
    assert dates.today() == date(2026, 3, 2)
