"""What is known of a document, and where each value was found."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from docs_store import Document
from indexer.loaders import Extract
from indexer.metadata import Origin, complete

OFFICIAL = """BỘ KHOA HỌC VÀ CÔNG NGHỆ

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM

Độc lập – Tự do – Hạnh phúc

Số: 12/2024/TT-BKHCN

Hà Nội, ngày 05 tháng 6 năm 2024

THÔNG TƯ

Quy định về đo lường trong hoạt động quan trắc

Căn cứ Nghị định số 13/2023/NĐ-CP ngày 17 tháng 4 năm 2023 của Chính phủ;
"""


def _document(text: str, **given: object) -> Document:
    return complete(Extract((text,), "txt", **given), Origin(Path("/tin/bai-thu.txt")))  # type: ignore[arg-type]


def test_an_official_document_is_known_by_its_letterhead() -> None:
    document = _document(OFFICIAL)
    assert document.title == "Thông tư Quy định về đo lường trong hoạt động quan trắc"
    assert document.publisher == "BỘ KHOA HỌC VÀ CÔNG NGHỆ"
    assert document.number == "12/2024/TT-BKHCN"
    assert document.published == date(2024, 6, 5)
    assert document.language == "vi"
    assert document.origins == {
        "title": "heading", "publisher": "letterhead", "number": "text", "published": "letterhead", "lead": "text",
        "language": "text",
    }  # fmt: skip


def test_a_draft_without_its_day_does_not_take_that_of_another_document() -> None:
    draft = OFFICIAL.replace("ngày 05 tháng 6 năm 2024", "ngày    tháng    năm 2024")
    assert _document(draft).published is None
    assert _document(draft, made=date(2024, 5, 2)).published == date(2024, 5, 2)
    assert _document(draft, made=date(2024, 5, 2)).origins["published"] == "file date"


def test_a_heading_below_the_letterhead_is_the_title_where_the_kind_is_unknown() -> None:
    text = OFFICIAL.replace("THÔNG TƯ\n\nQuy định", "BẢN SO SÁNH quy định")
    assert _document(text).title == "BẢN SO SÁNH quy định về đo lường trong hoạt động quan trắc"


def test_a_news_story_that_names_a_number_does_not_bear_it() -> None:
    assert _document("Bộ ban hành thông tư mới\n\nThông tư số 12/2024/TT-BKHCN có hiệu lực từ tháng sau.").number == ""


def test_a_day_still_to_come_is_not_the_day_the_news_came_out() -> None:
    lease = "Cho thuê đất\n\nĐất ở 80 Nguyễn Huệ được thuê đến 29-8-2096 mới hết hạn"
    assert _document(f"{lease}.").published is None
    assert _document(f"{lease}, theo quyết định ngày 5/6/2016.").published == date(2016, 6, 5)
    assert _document(lease, published=date(2096, 8, 29)).published == date(2096, 8, 29)


@pytest.mark.parametrize("author", ["Administrator", "admin", "HP", "Windows User"])
def test_the_computers_user_is_no_author(author: str) -> None:
    assert _document("Tin ngắn về đo lường.", author=author).author == ""


def test_section_and_update_are_read_from_the_text() -> None:
    document = _document(
        "Trạm đo mới\n\nChuyên mục: Chuyển đổi số\n\nNgày đăng: 05/06/2024\n\nCập nhật: 07/06/2024 08:30\n\nNội dung tin."
    )
    assert (document.section, document.published, document.updated) == ("Chuyển đổi số", date(2024, 6, 5), date(2024, 6, 7))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hội nghị đo lường toàn quốc họp ở Huế với nhiều chuyên gia.", "vi"),
        ("The conference on measurement was held in the city of Hue for the first time.", "en"),
        ("La conférence sur la métrologie s'est tenue à Hué, où l'on a présenté des résultats.", ""),
        ("hoi nghi do luong toan quoc hop o Hue", ""),
    ],
)
def test_the_language_is_told_where_it_is_plain(text: str, language: str) -> None:
    assert _document(text).language == language


def test_what_is_given_wins_over_the_text_and_says_where_it_stood() -> None:
    document = _document(OFFICIAL, title="Tên riêng", origins={"title": "og:title"})
    assert (document.title, document.origins["title"]) == ("Tên riêng", "og:title")


def test_the_content_hash_follows_every_field_that_is_shown() -> None:
    base = _document("Tin ngắn về đo lường.")
    for change in ({"section": "Khoa học"}, {"updated": date(2024, 1, 1)}, {"number": "1/2024/TT-X"}, {"language": "en"}):
        assert _document("Tin ngắn về đo lường.", **change).content_hash != base.content_hash
