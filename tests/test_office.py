"""Office files and containers give what a reader of the printed page sees; hostile ones give one clear line."""

from __future__ import annotations

import io
import json
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from docs_store import LoadError
from indexer import loaders
from indexer.loaders import fonts
from indexer.loaders.doc_format import WordFile
from indexer.loaders.markup import block_text, is_markup
from indexer.reading import read_file

from .office import cell, item, level, paragraph, run, table, write_docx, write_epub, write_odt, write_zip

DOC = Path(__file__).parent / "files" / "thong-tu.doc"
RTF = (
    rb"{\rtf1\ansi\ansicpg1258\deff0{\fonttbl{\f0\fnil Times New Roman;}{\f1\fnil\fcharset163 Arial;}{\f2\fnil .VnTime;}}"
    rb"{\info{\upr{\title T?p}{\*\ud{\title T\u7853?p m\u7851?u}}}{\author Ph\u242?ng TH}{\creatim\yr2024\mo5\dy6\hr8}}"
    rb"{\stylesheet{\s0 Normal;}}{\header \pard DAU TRANG\par}\pard\f0 B\u7897? Khoa h\u7885?c{\v chu an}{\deleted da xoa}\par "
    rb"{\listtext\pard\plain 1.\tab}M\u7909?c m\u7897?t\par {\*\la xyz}\trowd\pard\intbl S\u7889? \'f0\'f5n\cell 84\cell\row"
    rb"\pard C\'f3 ch\'fa th\'edch{\super\chftn{\footnote \pard\plain \chftn Theo b\'e1o c\'e1o.}}.\par "
    rb"{\field{\*\fldinst HYPERLINK x}{\fldrslt c\u7893?ng tin}}\line d\u242?ng hai\par {\f2 T\'b5}\par}"
)


def _text(path: Path) -> str:
    return read_file(path).pages[0]


def _reason(path: Path) -> str:
    with pytest.raises(LoadError) as caught:
        read_file(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- DOCX -------------------------------------------------------------------------------------


def test_the_numbers_of_word_lists_are_text_as_editors_quote_them(tmp_path: Path) -> None:
    legal = level(0, "decimal", "Điều %1.") + level(1, "decimal", "%2.") + level(2, "lowerLetter", "%3)")
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{legal}</w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="1">{level(0, "bullet", chr(0xF0B7))}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="10"/></w:lvlOverride></w:num>'
    )
    body = (
        item("Phạm vi") + item("Khoản đầu.", 1) + item("điểm đầu;", 2) + item("điểm sau.", 2) + item("Khoản sau.", 1)
        + item("Đối tượng") + item("Khoản mới.", 1) + item("Gạch", 0, 2) + item("Hiệu lực", 0, 3) + item("Không số", 0, 0)
    )  # fmt: skip
    assert _text(write_docx(tmp_path / "a.docx", body, numbering=numbering)).split("\n\n") == [
        "Điều 1. Phạm vi", "1. Khoản đầu.", "a) điểm đầu;", "b) điểm sau.", "2. Khoản sau.",
        "Điều 2. Đối tượng", "1. Khoản mới.", "• Gạch", "Điều 10. Hiệu lực", "Không số",
    ]  # fmt: skip


def test_a_list_may_come_from_a_paragraph_style_and_the_style_it_is_based_on(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="Dieu"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="DieuMoi"><w:basedOn w:val="Dieu"/></w:style>'
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{level(0, "upperRoman", "Chương %1")}{level(1, "decimalZero", "%1.%2")}'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    body = paragraph("MỞ ĐẦU", '<w:pStyle w:val="Dieu"/>') + paragraph("KẾT", '<w:pStyle w:val="DieuMoi"/>') + item("Con", 1)
    text = _text(write_docx(tmp_path / "a.docx", body, numbering=numbering, styles=styles))
    assert text == "Chương I MỞ ĐẦU\n\nChương II KẾT\n\nII.01 Con"


def test_inserted_text_is_in_and_deleted_and_hidden_text_is_out(tmp_path: Path) -> None:
    body = paragraph(
        run("Giữ ") + f"<w:ins>{run('chữ thêm ')}</w:ins><w:del><w:r><w:delText>chữ xóa</w:delText></w:r></w:del>"
        + f"<w:moveFrom>{run('chỗ cũ')}</w:moveFrom>" + run("ẩn", "<w:vanish/>") + run("hiện.", '<w:vanish w:val="0"/>')
    ) + paragraph("Nối", "<w:rPr><w:del/></w:rPr>") + paragraph(run(" liền."))  # fmt: skip
    assert _text(write_docx(tmp_path / "a.docx", body)) == "Giữ chữ thêm hiện.\n\nNối liền."


def test_text_boxes_stand_once_behind_their_paragraph_and_footnotes_at_the_end(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{paragraph('Trong khung.')}</w:txbxContent>"
    both = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    body = paragraph(both + run("Ngoài khung") + '<w:r><w:footnoteReference w:id="7"/></w:r>' + run(".")) + paragraph("Hết.")
    notes = f'<w:footnote w:id="7">{paragraph(run(" Theo báo cáo."))}</w:footnote>'
    text = _text(write_docx(tmp_path / "a.docx", body, footnotes=notes))
    assert text == "Ngoài khung[1].\n\nTrong khung.\n\nHết.\n\n[1] Theo báo cáo."


def test_fields_and_links_show_their_text_tabs_are_spaces_and_soft_breaks_lines(tmp_path: Path) -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "http://x"</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("cổng tin")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    body = paragraph(
        f"{field}<w:hyperlink>{run(' và trang')}</w:hyperlink><w:r><w:tab/><w:t>Bộ</w:t><w:br/><w:t>Hết</w:t></w:r>"
    )
    assert _text(write_docx(tmp_path / "a.docx", body)) == "cổng tin và trang Bộ\nHết"


def test_tables_are_rows_merged_cells_stand_once_and_a_frame_of_one_column_is_paragraphs(tmp_path: Path) -> None:
    nested = table(cell("trong") + cell("hai"))
    body = table(
        cell("Gộp", looks='<w:vMerge w:val="restart"/>') + cell("84.000", "đơn"),
        cell(looks="<w:vMerge/>") + cell(nested, "sau"),
    ) + table(cell("Khung một."), cell("Khung hai.", "Khung ba."))  # fmt: skip
    text = _text(write_docx(tmp_path / "a.docx", body))
    assert text == "Gộp | 84.000 đơn\ntrong | hai sau\n\nKhung một.\n\nKhung hai.\n\nKhung ba."


def test_word_properties_and_the_title_style_say_where_they_come_from(tmp_path: Path) -> None:
    import docx

    file = docx.Document()
    file.core_properties.author = "Vụ Kế hoạch"
    file.core_properties.created = datetime(2025, 2, 3)
    file.add_heading("Báo cáo năm", 0)
    file.add_paragraph("Nội dung.")
    file.sections[0].header.paragraphs[0].text = "ĐẦU TRANG"
    file.save(str(tmp_path / "a.docx"))
    extract = loaders.load(tmp_path / "a.docx")
    assert (extract.title, extract.author, extract.made) == ("Báo cáo năm", "Vụ Kế hoạch", date(2025, 2, 3))
    assert extract.origins == {"title": "DOCX style Title", "author": "DOCX properties", "made": "DOCX properties"}
    assert extract.pages == ("Báo cáo năm\n\nNội dung.",)


def test_runs_of_one_font_are_converted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "unicode_text", lambda text, names: f"<{','.join(names)}:{text}>")
    old = '<w:rFonts w:ascii=".VnTime"/>'
    styles = '<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:rPr><w:rFonts w:ascii="VNI-Times"/></w:rPr></w:style>'
    body = paragraph(run("Bé", old) + run(" K", old) + run(" và"))
    assert _text(write_docx(tmp_path / "a.docx", body, styles=styles)) == "<.VnTime:Bé K><VNI-Times: và>"
    (tmp_path / "a.rtf").write_bytes(RTF)
    assert "<.VnTime:Tµ>" in _text(tmp_path / "a.rtf")
    assert "<.VnTime:Chu~ cu~><Arial: và mới.>" in _text(DOC)


# --- DOC, RTF, ODT, EPUB ------------------------------------------------------------------------


def test_an_old_word_file_is_read_as_it_is_printed() -> None:
    assert _text(DOC).split("\n\n") == [
        "THÔNG TƯ",
        "Điều 1. Phạm vi điều chỉnh",
        "1. Thông tư này quy định việc đo kiểm.",
        "a) trạm sạc;",
        "b) trạm đo.",
        "2. Áp dụng từ năm 2025.",
        "Điều 2. Đối tượng áp dụng",
        "• Dấu đầu dòng",
        "Câu có chú thích[1].",
        "Giữ chữ thêm cuối.",
        "cổng tin",
        "Tên | Số\nĐo kiểm\nTrạm | 12",
        "Chu~ cu~ và mới.",
        "[1] Theo báo cáo năm 2023.",
    ]


def _word_file(text: bytes, looks: bytes = b"", data: bytes = b"") -> WordFile:
    """Return a Word file of one piece, a byte a letter, that is one paragraph with these properties."""
    document, tables = bytearray(4096), bytearray(200)
    document[1024 : 1024 + len(text)] = text
    struct.pack_into("<i", document, 0x4C, len(text))
    clx = b"\x02" + struct.pack("<I2IHIH", 16, 0, len(text), 0, 1024 * 2 | 0x40000000, 0)
    page = (
        struct.pack("<2IB", 1024, 1024 + len(text), 100).ljust(200, b"\0") + bytes([0, len(looks) // 2 + 1]) + b"\0\0" + looks
    )
    document[512:1024] = page.ljust(511, b"\0") + b"\x01"
    for index, structure in ((13, struct.pack("<3I", 1024, 2048, 1)), (33, clx)):
        struct.pack_into("<II", document, 154 + 8 * index, len(tables), len(structure))
        tables += structure
    return WordFile(bytes(document), bytes(tables), data)


def test_old_word_pieces_of_one_byte_a_letter_keep_the_bytes_that_old_fonts_use() -> None:
    # 0x81 is no letter of Windows 1252, but one of VNI.
    assert [stretch.text for stretch in _word_file(b"B\xe9\x81K\x96").stretches("text")] == ["Bé\x81K–"]


def test_the_end_of_a_row_is_known_also_where_a_wide_table_keeps_it_elsewhere() -> None:
    row_end = struct.pack("<HB", 0x2417, 1)
    elsewhere = b"\0\0" + struct.pack("<H", len(row_end)) + row_end
    (stretch,) = _word_file(b"\x07", struct.pack("<HI", 0x6646, 2), elsewhere).stretches("text")
    assert stretch.ends_row


def _rename_stream(data: bytes, old: str, new: str) -> bytes:
    at = data.index(old.encode("utf-16-le"))
    return data[:at] + new.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(new) + 2) + data[at + 66 :]


def test_what_is_no_readable_word_file_says_what_it_is(tmp_path: Path) -> None:
    data = DOC.read_bytes()
    for stream, reason in (("Workbook", "Excel"), ("PowerPoint Document", "PowerPoint"), ("EncryptedPackage", "mật khẩu")):
        (tmp_path / "a.doc").write_bytes(_rename_stream(data, "WordDocument", stream))
        assert reason in _reason(tmp_path / "a.doc")
    start = data.index(b"\xec\xa5")
    locked = bytearray(data)
    locked[start + 0x0B] |= 0x01
    (tmp_path / "a.doc").write_bytes(locked)
    assert "mật khẩu" in _reason(tmp_path / "a.doc")
    older = bytearray(data)
    older[start + 2 : start + 4] = struct.pack("<H", 0x65)
    (tmp_path / "a.doc").write_bytes(older)
    assert "Word 6/95" in _reason(tmp_path / "a.doc")


def test_rich_text_is_read_as_it_is_printed(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_bytes(RTF)
    extract = loaders.load(tmp_path / "a.rtf")
    assert extract.pages[0].split("\n\n") == [
        "Bộ Khoa học", "1. Mục một", "Số đơn | 84", "Có chú thích[1].", "cổng tin\ndòng hai", "Tà", "[1] Theo báo cáo.",
    ]  # fmt: skip
    assert (extract.title, extract.author, extract.made) == ("Tập mẫu", "Phòng TH", date(2024, 5, 6))
    assert set(extract.origins) == {"title", "author", "made"}


def test_rich_text_nested_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_bytes(rb"{\rtf1 " + b"{" * 200_000 + b"x" + b"}" * 200_001)
    assert "lồng quá" in _reason(tmp_path / "a.rtf")


def test_an_opendocument_text_is_read_as_it_is_printed(tmp_path: Path) -> None:
    number = '<text:list-level-style-number text:level="{}" style:num-format="{}" style:num-suffix="{}"/>'
    styles = (
        f'<text:list-style style:name="L1">{number.format(1, "1", ".")}{number.format(2, "a", ")")}</text:list-style>'
        '<text:list-style style:name="L2"><text:list-level-style-bullet text:level="1" text:bullet-char="–"/></text:list-style>'
        '<style:style style:name="An" style:family="text"><style:text-properties text:display="none"/></style:style>'
    )
    items = "<text:list-item><text:p>{}</text:p>{}</text:list-item>"
    text = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>đã xóa</text:p></text:deletion>"
        '</text:changed-region></text:tracked-changes><text:h text:outline-level="1">Thông báo</text:h>'
        '<text:p>Mở<text:s text:c="2"/>đầu<text:tab/>rồi<text:line-break/>dòng hai'
        '<text:span text:style-name="An">ẩn</text:span>'
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Chú thích.</text:p></text:note-body>"
        "</text:note>.</text:p>"
        f'<text:list text:style-name="L1">{items.format("Một", "<text:list>" + items.format("Con", "") + "</text:list>")}'
        f'{items.format("Hai", "")}</text:list><text:list text:style-name="L2">{items.format("Gạch", "")}</text:list>'
        f'<text:list text:style-name="L1" text:continue-numbering="true">{items.format("Ba", "")}</text:list>'
        "<table:table><table:table-row><table:table-cell><text:p>Số</text:p></table:table-cell><table:covered-table-cell>"
        "<text:p>che</text:p></table:covered-table-cell><table:table-cell><text:p>84</text:p></table:table-cell>"
        "</table:table-row></table:table><text:p><draw:frame><draw:text-box><text:p>Khung.</text:p></draw:text-box></draw:frame>"
        "Cuối.</text:p>"
    )
    meta = (
        "<dc:title>Tập mẫu</dc:title><meta:initial-creator>An</meta:initial-creator><dc:creator>Bình</dc:creator>"
        "<meta:creation-date>2024-05-06T08:00:00</meta:creation-date>"
    )
    extract = loaders.load(write_odt(tmp_path / "a.odt", text, styles, meta))
    assert extract.pages[0].split("\n\n") == [
        "Thông báo", "Mở  đầu rồi\ndòng hai[1].", "1. Một", "a) Con", "2. Hai", "– Gạch", "3. Ba", "Số | 84", "Cuối.", "Khung.",
        "[1] Chú thích.",
    ]  # fmt: skip
    assert (extract.title, extract.author, extract.made) == ("Tập mẫu", "An", date(2024, 5, 6))


def test_a_book_is_read_in_the_order_of_its_spine_a_page_a_chapter(tmp_path: Path) -> None:
    metadata = (
        "<dc:title>Sách mẫu</dc:title><dc:creator>An</dc:creator><dc:creator>Bình</dc:creator><dc:language>vi-VN</dc:language>"
        "<dc:publisher>Nhà in mẫu</dc:publisher><dc:date>2024-05-06</dc:date>"
    )
    chapters = {
        "b": "<h1>Chương hai</h1><p>Kết&nbsp;thúc.</p><script/>",
        "a": "<h1>Chương một</h1><ol><li>Mục</li></ol>",
        "x": "",
    }
    extract = loaders.load(write_epub(tmp_path / "a.epub", chapters, metadata, ["a", "x", "b"]))
    assert extract.pages == ("Chương một\n\n1. Mục", "Chương hai\n\nKết\u00a0thúc.")
    assert not extract.paged
    assert (extract.title, extract.author, extract.publisher) == ("Sách mẫu", "An, Bình", "Nhà in mẫu")
    assert (extract.published, extract.language) == (date(2024, 5, 6), "vi")
    assert extract.origins["title"] == "EPUB metadata"


# --- records: CSV, JSON ---------------------------------------------------------------------------


def _many(path: Path) -> tuple[list[loaders.Extract], dict[int, str]]:
    assert loaders.holds_many(path)
    bad: dict[int, str] = {}
    return list(loaders.read_many(path, bad.__setitem__)), bad


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_export_gives_an_article_a_row_and_names_the_bad_rows(tmp_path: Path, mark: str, encoding: str) -> None:
    rows = [
        ["Mã", "Tiêu đề", "noi_dung", "NgàyĐăng", "nguon", "chuyen_muc", "so_hieu", "Ngôn ngữ", "ngay_cap_nhat"],
        ["7", "Tin một",
         f'"Dòng một.\nDòng hai{mark} ""trích"" hết."', "06/05/2024", "Báo mẫu", "Số hóa", "12/2024/TT-BKHCN", "vi-VN",
         "2024-05-07"],
        ["8", "Không thân", "", "", "", "", "", "", ""],
        ["9", "Thừa ô", "Thân", "", "", "", "", "", "", "thừa"],
        ["10", "Tin hai", '"<p>Đoạn&nbsp;một.</p><p>Đoạn hai.</p>"', "", "", "", "", "", ""],
    ]  # fmt: skip
    (tmp_path / "a.csv").write_bytes("\r\n".join(mark.join(row) for row in rows).encode(encoding))
    (one, two), bad = _many(tmp_path / "a.csv")
    assert (one.record_id, one.title, one.publisher, one.section) == ("7", "Tin một", "Báo mẫu", "Số hóa")
    assert (one.published, one.updated) == (date(2024, 5, 6), date(2024, 5, 7))
    assert (one.number, one.language, one.format) == ("12/2024/TT-BKHCN", "vi", "csv")
    assert one.pages == (f'Dòng một.\nDòng hai{mark} "trích" hết.',)
    assert one.origins["published"] == "CSV column NgàyĐăng"
    assert two.pages == ("Đoạn\u00a0một.\n\nĐoạn hai.",)
    assert list(bad) == [3, 4]


def test_a_row_that_is_not_utf_8_spoils_only_itself(tmp_path: Path) -> None:
    rows = ["tieu_de,noi_dung", *[f"Tin {n},Nội dung số {n}." for n in range(3000)]]
    data = "\n".join(rows).encode() + b"\nHong,\xff\xfe\nCu\xe1\xbb\x91i,H\xe1\xba\xbft."
    (tmp_path / "a.csv").write_bytes(data)
    articles, bad = _many(tmp_path / "a.csv")
    assert len(articles) == 3001
    assert articles[-1].title == "Cuối"
    assert list(bad) == [3002]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"ma,gia\n1,2\n", "không có cột nội dung"),
        (b"", "không có cột nội dung"),
        (b"\x00\x01\x02" * 99, "không có cột nội dung"),
    ],
)
def test_a_table_that_is_no_export_is_one_clear_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(LoadError, match=reason):
        _many(tmp_path / "a.csv")


def test_a_quote_that_never_closes_is_named_and_nothing_hangs(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('tieu_de,noi_dung\nTin,Thân\nHỏng,"mở\n' + "Sau,Thân\n" * 1000, encoding="utf-8")
    articles, bad = _many(tmp_path / "a.csv")
    assert [article.title for article in articles] == ["Tin"]
    assert list(bad) == [3]
    (tmp_path / "a.csv").write_text('tieu_de,noi_dung\nTin,Thân\nHỏng,"' + "x" * 21_000_000, encoding="utf-8")
    articles, bad = _many(tmp_path / "a.csv")
    assert len(articles) == 1
    assert "dài quá" in bad[3]


@pytest.mark.parametrize("wrap", [lambda records: records, lambda records: {"total": 2, "items": records}])
def test_a_json_array_is_read_like_json_lines(tmp_path: Path, wrap: Callable[[list[object]], object]) -> None:
    records: list[object] = [
        {"title": "Tin &amp; <b>ảnh</b>", "content": "<div>Một</div>hai<br>ba", "lang": "tiếng Việt"},
        "không",
    ]
    (tmp_path / "a.json").write_text(json.dumps(wrap(records)), encoding="utf-8")
    (one,), bad = _many(tmp_path / "a.json")
    assert (one.title, one.language, one.pages) == ("Tin & ảnh", "vi", ("Một\n\nhai\nba",))
    assert list(bad) == [2]


def test_one_json_record_and_json_lines_named_json_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"title": "Tin", "body": "Thân", "tags": [{"a": 1}]}', encoding="utf-8")
    assert [article.title for article in _many(tmp_path / "a.json")[0]] == ["Tin"]
    (tmp_path / "b.json").write_text('{"title": "Tin", "body": "Thân"}\n{"title": "Hai", "body": "Thân"}\n', encoding="utf-8")
    assert [article.title for article in _many(tmp_path / "b.json")[0]] == ["Tin", "Hai"]
    (tmp_path / "c.json").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(LoadError, match="lồng quá sâu"):
        _many(tmp_path / "c.json")


def test_a_body_that_only_speaks_of_a_tag_stays_as_it_is() -> None:
    assert not is_markup("Trong toán học, a < b và b > c; thẻ <p> mở một đoạn.")
    assert is_markup("<p>Đoạn.</p>")


def test_html_bodies_become_blocks_without_what_is_not_seen() -> None:
    html = (
        "<p>Tin <b>mới</b><br>dòng hai</p>đuôi<style>p{}</style><script>alert(1)</script><p hidden>ẩn</p>"
        '<p style="display:none">ẩn</p><ol type="a" start="2"><li>một<li>hai<ul><li>con</ul></ol>'
        "<table><tr><th>Tên<th>Số<tr><td>Đơn<td><p>84</p><p>nghìn</p></table><iframe>khung</iframe>hết &lt;b&gt;"
    )
    assert block_text(html).split("\n\n") == [
        "Tin mới\ndòng hai", "đuôi", "b. một", "c. hai", "• con", "Tên | Số\nĐơn | 84 nghìn", "hết <b>",
    ]  # fmt: skip


# --- archives -------------------------------------------------------------------------------------


def _unpack(path: Path, folder: Path, limits: loaders.Limits | None = None) -> dict[str, str]:
    """Return what each member is: its content, or its reason after "!"."""
    folder.mkdir(exist_ok=True)
    return {
        name: f"!{result}" if isinstance(result, LoadError) else result.read_bytes()[:20].decode("utf-8", "replace")
        for name, result in loaders.unpack(path, folder, limits)
    }


def test_an_archive_gives_its_documents_under_made_up_names_and_passes_over_what_systems_add(tmp_path: Path) -> None:
    files = {
        "Tin tức/Số 1.txt": "một",
        "Tin tức/": "",
        "__MACOSX/._a": "x",
        ".DS_Store": "x",
        "a/.git/b": "x",
        "b.JSONL.GZ": "hai",
    }
    path = write_zip(tmp_path / "a.zip", files)
    folder = tmp_path / "ra"
    assert _unpack(path, folder) == {"Tin tức/Số 1.txt": "một", "b.JSONL.GZ": "hai"}
    assert sorted(file.name for file in folder.iterdir()) == ["00000.txt", "00001.jsonl.gz"]
    assert loaders.is_archive(path)


def test_names_from_before_unicode_are_read(tmp_path: Path) -> None:
    for raw, name in (("Tin tức.txt".encode(), "Tin tức.txt"), (b"Th\xf4ng b\xe1o.txt", "Thông báo.txt")):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("x" * len(raw), "một")
        (tmp_path / "a.zip").write_bytes(archive.getvalue().replace(b"x" * len(raw), raw))
        assert list(_unpack(tmp_path / "a.zip", tmp_path / name)) == [name]


def test_a_zip_in_a_zip_is_opened_once_and_office_files_are_documents(tmp_path: Path) -> None:
    document = write_docx(tmp_path / "a.docx", paragraph("Tin."))
    deepest = write_zip(tmp_path / "c.zip", {"d.txt": "bốn"})
    inner = write_zip(tmp_path / "b.zip", {"c.zip": deepest.read_bytes(), "tin.docx": document.read_bytes(), "ba.txt": "ba"})
    path = write_zip(tmp_path / "a.zip", {"b.zip": inner.read_bytes(), "hai.txt": "hai"})
    found = _unpack(path, tmp_path / "ra")
    assert "lồng quá một cấp" in found.pop("b.zip/c.zip")
    assert found.pop("b.zip/tin.docx").startswith("PK")
    assert found == {"b.zip/ba.txt": "ba", "hai.txt": "hai"}
    assert not loaders.is_archive(document)
    assert sorted(file.suffix for file in (tmp_path / "ra").iterdir()) == [".docx", ".txt", ".txt"]


def test_members_that_no_honest_archive_has_are_refused_one_by_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("../ra.txt", "/etc/ra.txt", "C:\\ra.txt", "a/../../ra.txt", "..\\khac.txt"):
            archive.writestr(name, "thoát")
        archive.writestr("Trùng.txt", "một")
        archive.writestr("trùng.TXT", "hai")
        link = zipfile.ZipInfo("link.txt")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("bom.txt", b"\0" * 20_000_000)
        archive.writestr("tốt.txt", "tốt")
    found = _unpack(tmp_path / "a.zip", tmp_path / "ra")
    assert {name for name, what in found.items() if not what.startswith("!")} == {"Trùng.txt", "tốt.txt"}
    assert "đặc biệt" in found["link.txt"]
    assert "bom nén" in found["bom.txt"]
    assert "trùng tên" in found["trùng.TXT"]
    assert sum("ra ngoài thư mục" in what for what in found.values()) == 5
    assert len(list((tmp_path / "ra").iterdir())) == 2
    assert not list(tmp_path.glob("ra.txt"))


def test_limits_on_members_and_bytes_hold_over_all_levels(tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(300_000)
    inner = write_zip(tmp_path / "b.zip", {f"{n}.bin": noise for n in range(3)})
    path = write_zip(tmp_path / "a.zip", {"b.zip": inner.read_bytes(), "c.bin": noise})
    found = _unpack(path, tmp_path / "ra", loaders.Limits(total_bytes=1_600_000))
    assert [name for name, what in found.items() if what.startswith("!")] == ["b.zip/2.bin", "c.bin"]
    found = _unpack(path, tmp_path / "it", loaders.Limits(members=3))
    assert "quá" in found["b.zip"]


def test_encrypted_lying_and_overlapping_members_are_refused(tmp_path: Path) -> None:
    plain = write_zip(tmp_path / "a.zip", {"a.txt": "x" * 5000}).read_bytes()
    central = plain.index(b"PK\x01\x02")
    locked = bytearray(plain)
    locked[6] |= 1
    locked[central + 8] |= 1
    (tmp_path / "a.zip").write_bytes(locked)
    assert "mật khẩu" in _unpack(tmp_path / "a.zip", tmp_path / "ra")["a.txt"]
    lying = bytearray(plain)
    struct.pack_into("<I", lying, central + 24, 100)  # declares less than it unpacks to
    (tmp_path / "a.zip").write_bytes(lying)
    assert "hỏng" in _unpack(tmp_path / "a.zip", tmp_path / "ra")["a.txt"]
    entry = plain[central : plain.index(b"PK\x05\x06")]
    end = bytearray(plain[plain.index(b"PK\x05\x06") :])
    struct.pack_into("<HHI", end, 8, 2, 2, 2 * len(entry))
    (tmp_path / "a.zip").write_bytes(plain[:central] + entry + entry.replace(b"a.txt", b"b.txt") + end)
    with pytest.raises(LoadError, match="chồng"):
        _unpack(tmp_path / "a.zip", tmp_path / "ra")


# --- what a file is, and what is none ---------------------------------------------------------------


def _samples(folder: Path) -> dict[str, Path]:
    (folder / "a.rtf").write_bytes(RTF)
    (folder / "a.doc").write_bytes(DOC.read_bytes())
    return {
        "rtf": folder / "a.rtf",
        "doc": folder / "a.doc",
        "docx": write_docx(folder / "a.docx", paragraph("Tin của Bộ.")),
        "odt": write_odt(folder / "a.odt", "<text:p>Tin của Bộ.</text:p>"),
        "epub": write_epub(folder / "a.epub", {"a": "<p>Tin của Bộ.</p>"}),
    }


@pytest.mark.parametrize("kind", ["rtf", "doc", "docx", "odt", "epub"])
@pytest.mark.parametrize("suffix", [".txt", ".pdf", ".doc", ".docx", ".html", ".zip", ".csv", ""])
def test_a_wrong_suffix_does_not_hide_what_a_file_is(tmp_path: Path, kind: str, suffix: str) -> None:
    path = _samples(tmp_path)[kind].rename(tmp_path / f"khác{suffix}")
    assert not loaders.holds_many(path)
    assert not loaders.is_archive(path)
    assert read_file(path).format == kind


def test_a_web_page_saved_as_doc_is_a_web_page(tmp_path: Path) -> None:
    page = (
        "<html><head><title>T</title></head><body><article><p>Bộ công bố ba tiêu chuẩn mới về trạm sạc xe điện.</p></article>"
    )
    (tmp_path / "a.doc").write_text(page, encoding="utf-8")
    assert read_file(tmp_path / "a.doc").format == "html"


@pytest.mark.parametrize("kind", ["rtf", "doc", "docx", "odt", "epub"])
def test_a_file_cut_short_or_spoilt_is_one_clear_line(tmp_path: Path, kind: str) -> None:
    path = _samples(tmp_path)[kind]
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert "hỏng" in _reason(path)
    noise = random.Random(7)
    for _ in range(30):
        at = noise.randrange(len(data) // 4, len(data) * 3 // 4)
        path.write_bytes(data[:at] + noise.randbytes(64) + data[at + 64 :])
        try:
            loaders.load(path)
        except LoadError as error:
            assert "\n" not in str(error)  # noqa: PT017 - spoilt where nothing is read, the file is whole
        except ValueError as error:
            pytest.fail(f"{type(error).__name__} came through")


@pytest.mark.parametrize(
    ("name", "files", "reason"),
    [
        ("a.xlsx", {"[Content_Types].xml": "<a/>", "xl/workbook.xml": "<a/>"}, "Excel"),
        ("a.pptx", {"[Content_Types].xml": "<a/>", "ppt/presentation.xml": "<a/>"}, "PowerPoint"),
        ("a.ods", {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "OpenDocument"),
        ("a.zip", {"a.txt": "một"}, "chứa nhiều tệp"),
        ("a.docx", {"[Content_Types].xml": "<a/>", "word/khac.xml": "<a/>"}, "thiếu word/document.xml"),
        ("a.epub", {"mimetype": "application/epub+zip"}, "thiếu META-INF/container.xml"),
        ("a.odt", {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a>"}, "hỏng"),
        (
            "b.odt",
            {"mimetype": "application/vnd.oasis.opendocument.text", "META-INF/manifest.xml": "encryption-data"},
            "mật khẩu",
        ),
    ],
)
def test_other_zips_say_what_they_are(tmp_path: Path, name: str, files: dict[str, str], reason: str) -> None:
    assert reason in _reason(write_zip(tmp_path / name, files))


@pytest.mark.parametrize("part", ["word/document.xml", "content.xml", "META-INF/container.xml"])
def test_a_bomb_in_an_office_file_is_refused_before_it_is_parsed(tmp_path: Path, part: str) -> None:
    mark = {
        "content.xml": {"mimetype": "application/vnd.oasis.opendocument.text"},
        "word/document.xml": {"[Content_Types].xml": "<a/>"},
    }
    path = write_zip(
        tmp_path / "bom", {**mark.get(part, {"mimetype": "application/epub+zip"}), part: b"<a>" + b" " * (65 << 20)}
    )
    assert "giải nén quá 64 MB" in _reason(path)


@pytest.mark.parametrize("kind", ["docx", "odt", "epub"])
def test_outside_entities_are_never_read_and_inner_ones_never_grow(tmp_path: Path, kind: str) -> None:
    (tmp_path / "bi-mat.txt").write_text("BÍ MẬT", encoding="utf-8")
    path = _samples(tmp_path)[kind]
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    outside = f'<!ENTITY e SYSTEM "{(tmp_path / "bi-mat.txt").as_uri()}">'
    laughs = (
        '<!ENTITY e0 "ha">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)) + '<!ENTITY e "&e9;">'
    )
    for entities in (outside, laughs):
        told = dict(files)
        for name in files:
            if name.endswith(("document.xml", "content.xml", ".xhtml")):
                start = files[name].find("?>") + 2 if "?>" in files[name] else 0
                told[name] = f"{files[name][:start]}<!DOCTYPE x [{entities}]>{files[name][start:].replace('Tin', '&e;Tin', 1)}"
        try:
            text = _text(write_zip(path, told))
        except LoadError as error:
            text = str(error)
        assert "BÍ MẬT" not in text
        assert len(text) < 300


def test_xml_nested_without_end_is_one_clear_line(tmp_path: Path) -> None:
    deep = "<w:sdt>" * 100_000 + paragraph("Tin") + "</w:sdt>" * 100_000
    assert "hỏng" in _reason(write_docx(tmp_path / "a.docx", deep))


def test_the_properties_of_an_old_word_file_say_where_they_come_from(tmp_path: Path) -> None:
    data = bytearray(DOC.read_bytes())
    title = "Thông tư mẫu".encode()
    values = [(1, struct.pack("<Ii", 2, -535)), (2, struct.pack("<II", 30, len(title) + 1) + title + b"\0")]  # UTF-8
    values.append((12, struct.pack("<IQ", 64, (1_714_953_600 + 11_644_473_600) * 10_000_000)))
    table_, body = b"", b""
    for number, value in values:
        table_ += struct.pack("<II", number, 8 + 8 * len(values) + len(body))
        body += value
    found = data.index(b"\xfe\xff\0\0")  # where the first property set begins
    data[found + 48 : found + 48 + 8 + len(table_) + len(body)] = struct.pack("<II", 0, len(values)) + table_ + body
    struct.pack_into("<I", data, found + 44, 48)
    (tmp_path / "a.doc").write_bytes(data)
    extract = loaders.load(tmp_path / "a.doc")
    assert (extract.title, extract.made) == ("Thông tư mẫu", date(2024, 5, 6))
    assert extract.origins == {"title": "DOC properties", "made": "DOC properties"}
