"""Files of every kind become documents with the right text and metadata; bad ones become one clear line."""

from __future__ import annotations

import gzip
import json
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from docs_store import LoadError
from indexer import loaders
from indexer.dates import find_date
from indexer.metadata import Origin, complete
from indexer.reading import read_file, read_files

from .conftest import ARTICLES


def _write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_plain_text_gives_title_source_and_day_first_date(news: Path) -> None:
    text = (
        "Việt Nam tham dự hội nghị ISO\n\nNgày 5/6/2024, đoàn Việt Nam dự hội nghị tại Hà Nội.\n\n"
        "Nguồn: Bộ Khoa học và Công nghệ (MOST)."
    )
    document = read_file(_write(news, "tin.txt", text))
    assert document.title == "Việt Nam tham dự hội nghị ISO"
    assert document.publisher == "Bộ Khoa học và Công nghệ (MOST)"
    assert document.published == date(2024, 6, 5)
    assert document.pages == (text,)


def test_the_page_is_the_file_itself_character_for_character(news: Path) -> None:
    text = "Tiêu đề\r\n\r\nDòng  có hai dấu cách,\ttab, hoà và hòa, 5 m², Å và “ngoặc”.\r\n"
    assert read_file(_write(news, "a.txt", "\ufeff" + text)).pages == (text,)


def test_letters_in_pieces_are_composed_and_nothing_else_changes(news: Path) -> None:
    path = _write(news, "a.txt", unicodedata.normalize("NFD", "Hội nghị đo lường ở Huế.") + " \u212b \u2126 5 m²\r\n")
    assert read_file(path).pages == ("Hội nghị đo lường ở Huế. \u212b \u2126 5 m²\r\n",)


def test_front_matter_wins_and_is_not_part_of_the_page(news: Path) -> None:
    markdown = (
        "---\ntitle: Tin trong phần đầu\npublisher: Cục Sở hữu trí tuệ\nauthor: [An, Bình]\n"
        "published: 2024-06-05\nurl: https://example.gov.vn/a\n---\n# Tin khác\n\nNội dung ngày 1/1/2020."
    )
    document = read_file(_write(news, "a.md", markdown))
    assert (document.title, document.publisher, document.author) == ("Tin trong phần đầu", "Cục Sở hữu trí tuệ", "An, Bình")
    assert (document.published, document.url) == (date(2024, 6, 5), "https://example.gov.vn/a")
    assert document.pages == ("# Tin khác\n\nNội dung ngày 1/1/2020.",)


def test_markdown_without_front_matter_is_read_from_its_text() -> None:
    found = read_file(ARTICLES / "iec-lam-viec-2024-06.md")
    assert found.publisher == "Bộ Khoa học và Công nghệ (MOST)"
    assert found.published == date(2024, 6, 5)
    assert not found.title.startswith("#")
    assert found.lead
    assert "*" not in found.lead


def test_docx_gives_paragraphs_and_tables_in_order(news: Path) -> None:
    import docx

    file = docx.Document()
    file.core_properties.title = "Báo cáo thử nghiệm"
    file.add_paragraph("Mở đầu báo cáo.")
    table = file.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Số đơn", "84.000"
    file.add_paragraph("Kết luận ngày 3/2/2025.")
    file.save(str(news / "a.docx"))
    document = read_file(news / "a.docx")
    assert document.title == "Báo cáo thử nghiệm"
    assert document.pages == ("Mở đầu báo cáo.\n\nSố đơn | 84.000\n\nKết luận ngày 3/2/2025.",)
    assert document.published == date(2025, 2, 3)


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_json_lines_give_one_document_each_and_name_the_bad_lines(news: Path, suffix: str) -> None:
    good = {"_id": "a1", "title": "Tin một", "lead": "Mở đầu.", "body": "Thân bài.", "date": "2024-05-06", "source": "Báo mẫu"}
    lines = "\n".join([json.dumps(good), "{hỏng", "[]", json.dumps({"title": "không thân"}), ""]).encode()
    path = _write(news, f"tin{suffix}", gzip.compress(lines) if suffix.endswith("gz") else lines)
    bad: list[int] = []
    documents = [
        complete(extract, Origin(path)) for extract in loaders.read_many(path, lambda number, reason: bad.append(number))
    ]
    assert bad == [2, 3, 4]
    (document,) = documents
    assert (document.title, document.publisher, document.published) == ("Tin một", "Báo mẫu", date(2024, 5, 6))
    assert document.pages == ("Mở đầu.\n\nThân bài.",)
    assert document.source.endswith("#a1")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("rong.txt", b"", "rỗng"),
        ("trang.md", b" \n\t\n", "rỗng"),
        ("ky-hieu.txt", b"*** --- ***", "không có chữ"),
        ("nhi-phan.txt", bytes(range(256)) * 40, "không phải văn bản"),
        ("hong.pdf", b"%PDF-1.7\n%%EOF garbage", "PDF hỏng"),
        ("hong.docx", b"PK\x03\x04 broken", "DOCX hỏng"),
        ("gia.docx", b"not a zip at all", "DOCX hỏng"),
        ("anh.png", b"\x89PNG\r\n\x1a\n", "chưa hỗ trợ"),
        ("khong-duoi", b"text", "chưa hỗ trợ"),
        ("yaml.md", b"---\ntitle: [a\n---\nText", "YAML"),
        ("trong.html", b"<html><body><img src=x></body></html>", "nội dung chính"),
    ],
)
def test_a_bad_file_is_one_clear_reason(news: Path, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(LoadError) as caught:
        read_file(_write(news, name, content))
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_content_tells_the_kind_where_the_suffix_lies(news: Path) -> None:
    pdf = next(ARTICLES.glob("*.pdf"))
    assert read_file(_write(news, "that-ra-la-pdf.txt", pdf.read_bytes())).format == "pdf"


def test_a_file_that_crashes_its_reader_harms_no_other(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = _write(news, "a.txt", "Tin tốt lành của Bộ.")
    bad = _write(news, "b.pdf", b"%PDF-1.4\n" + b"[" * 200_000)
    good_too = _write(news, "c.txt", "Một tin khác của Bộ.")
    results = {
        reading.path: (reading.error, list(reading.documents)) for reading in read_files([good, bad, good_too], processes=2)
    }
    assert isinstance(results[bad][0], LoadError)
    assert [len(results[path][1]) for path in (good, bad, good_too)] == [1, 0, 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ngày 5/6/2024", date(2024, 6, 5)),
        ("ngày 05 tháng 6 năm 2024", date(2024, 6, 5)),
        ("Hà Nội, ngày 15 tháng 11, 2024", date(2024, 11, 15)),
        ("20-1-2023", date(2023, 1, 20)),
        ("2024-06-05T08:00:00", date(2024, 6, 5)),
        ("31/2/2024 rồi 1/3/2024", date(2024, 3, 1)),
        ("12/2024/TT-BKHCN", None),
        ("13/13/2024", None),
        ("không có ngày", None),
    ],
)
def test_dates_are_day_first_and_real(text: str, expected: date | None) -> None:
    assert find_date(text) == expected


def test_doc_id_stays_and_content_hash_follows_the_text(news: Path) -> None:
    path = _write(news, "a.txt", "Tin thứ nhất của Bộ.")
    before = read_file(path)
    after = read_file(_write(news, "a.txt", "Tin thứ hai của Bộ."))
    assert before.doc_id == after.doc_id
    assert before.content_hash != after.content_hash


def test_a_lone_surrogate_becomes_storable(news: Path) -> None:
    path = _write(news, "a.jsonl", json.dumps({"title": "Tin \ud800", "body": "Thân \udfff bài"}))
    (extract,) = loaders.read_many(path, lambda number, reason: None)
    complete(extract, Origin(path)).pages[0].encode()


def test_a_text_that_speaks_of_pdf_is_still_a_text(news: Path) -> None:
    (news / "a.txt").write_text("Mọi tệp bắt đầu bằng %PDF- là PDF.", encoding="utf-8")
    assert read_file(news / "a.txt").format == "txt"


def test_a_date_that_does_not_exist_is_no_date_and_the_article_is_read(news: Path) -> None:
    (news / "a.md").write_text(
        "---\ntitle: Lập trình C#\ndate: 2024-13-45\npublisher: Báo <Mẫu>\n---\nTin ngắn.\n", encoding="utf-8"
    )
    document = read_file(news / "a.md")
    assert document.published is None
    assert document.title == "Lập trình C#"
    assert document.publisher == "Báo <Mẫu>"


def test_the_date_behind_a_source_is_not_its_name(news: Path) -> None:
    (news / "a.txt").write_text("Tiêu đề\n\nTin ngắn.\n\nNguồn: Bộ Khoa học và Công nghệ, 17/5/2025\n", encoding="utf-8")
    document = read_file(news / "a.txt")
    assert document.publisher == "Bộ Khoa học và Công nghệ"
    assert document.published == date(2025, 5, 17)


def test_a_suffix_in_capitals_is_the_same_suffix(tmp_path: Path, news: Path) -> None:
    with gzip.open(news / "A.JSONL.GZ", "wt", encoding="utf-8") as stream:
        stream.write('{"id": 1, "title": "Tin", "body": "Nội dung tin."}\n')
    assert [extract.title for extract in loaders.read_many(news / "A.JSONL.GZ", lambda *_: None)] == ["Tin"]
