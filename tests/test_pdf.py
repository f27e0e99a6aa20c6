"""PDF: read in the order of a reader, nothing lost, nothing trusted that cannot be, scans read or named."""

from __future__ import annotations

import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from docs_store import LoadError
from indexer.loaders import ocr
from indexer.loaders.pdf import MAX_PAGES, load_pdf
from indexer.loaders.pdf.paragraphs import join_lines
from indexer.loaders.pdf.spacing import is_syllable, rebuilt
from indexer.loaders.pdf.trust import doubt
from indexer.reading import read_file, read_files

from .conftest import ARTICLES
from .pdfs import HEIGHT, Item, Picture, Ruled, Text, assembled, column, pdf

Write = Callable[..., Path]

LEFT = [
    "Trạm quan trắc Kim Ngân đo mực nước",
    "sông Hậu mỗi mười phút và gửi số liệu",
    "về trung tâm ở Cần Thơ bằng sóng vô",
    "tuyến. Mỗi trạm dùng một tấm pin mặt",
    "trời nên không cần kéo điện lưới ra tận",
    "bờ sông. Kỹ sư chỉ phải đến trạm hai",
    "lần một năm để lau cảm biến và thay pin",
]
RIGHT = [
    "dự phòng. Trong mùa lũ vừa qua các trạm",
    "báo trước đỉnh lũ sáu giờ, đủ để xã dời",
    "lúa và máy bơm lên chỗ cao. Tỉnh dự tính",
    "lắp thêm bốn mươi trạm ở các kênh nhỏ",
    "và mở số liệu cho người dân xem trên",
    "mạng. Kinh phí lấy từ quỹ khoa học của",
    "tỉnh và phần góp của các hợp tác xã ở đó",
]
BODY = [
    "Phòng thí nghiệm đo lường của tỉnh kiểm định cân và đồng hồ nước cho các chợ.",
    "Người bán mang cân đến vào sáng thứ hai và nhận lại ngay trong buổi chiều.",
    "Cân đạt chuẩn được dán tem có mã tra cứu trên trang của Sở.",
]


def _with_contents(content: bytes, stream: bytes) -> bytes:
    """Return the PDF of one page with other contents; pypdf finds the objects though they have moved."""
    start = content.index(b"stream", content.index(b"/Title"))
    begin, end = content.rindex(b"<<", 0, start), content.index(b"endstream", start)
    return content[:begin] + b"<</Length %d>>stream\n%s\n" % (len(stream), stream) + content[end:]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(content: bytes, name: str = "a.pdf") -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


# --- what was asked of PDF before ------------------------------------------------------------


def test_pdf_is_read_page_by_page() -> None:
    pdf = max(ARTICLES.glob("*.pdf"), key=lambda path: len(read_file(path).pages))
    document = read_file(pdf)
    assert document.paged
    assert len(document.pages) >= 2
    assert all(page.strip() for page in document.pages)


def test_pdf_lines_are_joined_and_document_numbers_kept() -> None:
    lines = [
        "Căn cứ Nghị định số 13/2023/NĐ-",
        "CP ngày 17 tháng 4 năm 2023 của Chính",
        "phủ về bảo vệ dữ liệu cá nhân;",
        "Điều 1. Phạm vi điều chỉnh",
    ]
    assert join_lines(lines) == (
        "Căn cứ Nghị định số 13/2023/NĐ-CP ngày 17 tháng 4 năm 2023 của Chính phủ về bảo vệ dữ liệu cá nhân;"
        "\n\nĐiều 1. Phạm vi điều chỉnh"
    )


# --- paragraphs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["Thông tư số 12/2024/TT-", "BKHCN"], "Thông tư số 12/2024/TT-BKHCN"),
        (["quan hệ Việt-", "Mỹ"], "quan hệ Việt-Mỹ"),
        (["một chiếc ô-", "tô điện"], "một chiếc ô-tô điện"),
        (["a long deve-", "lopment plan"], "a long development plan"),
        (["công nghệ cao\u00ad", "cấp"], "công nghệ caocấp"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line_stays_where_it_belongs_to_the_word(lines: list[str], joined: str) -> None:
    assert join_lines(lines) == joined


def test_list_items_and_articles_stay_apart() -> None:
    lines = ["Bộ giao các đơn vị:", "a) lập kế hoạch;", "b) báo cáo quý;", "- gửi về Vụ;", "Điều 2. Hiệu lực"]
    assert join_lines(lines).split("\n\n") == lines


# --- order, tables ---------------------------------------------------------------------------


def _both_columns() -> list[Item]:
    """Return two columns as they are often written: line by line across the page."""
    pairs = zip(column(50, 700, LEFT), column(310, 700, RIGHT), strict=True)
    return [item for pair in pairs for item in pair]


def test_the_left_column_is_read_before_the_right_one_and_the_heading_before_both(written: Write) -> None:
    heading = Text(50, 740, "Bốn mươi trạm quan trắc mới cho các kênh nhỏ trong tỉnh Cần Thơ năm tới", 14)
    (page,) = load_pdf(written(pdf([*_both_columns(), heading]))).pages
    assert page.startswith(heading.text)
    assert " ".join(page.split()).endswith(" ".join([*LEFT, *RIGHT]))


def test_letterhead_and_signature_beside_each_other_are_no_columns(written: Write) -> None:
    items = [
        *column(60, 760, ["BỘ KHOA HỌC VÀ CÔNG NGHỆ", "Số: 12/2024/TT-BKHCN"]),
        *column(320, 760, ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]),
        *column(60, 700, BODY * 4),
    ]
    page = load_pdf(written(pdf(items))).pages[0]
    assert page.index("Số: 12/2024") < page.index("CỘNG HÒA")


def test_our_own_articles_are_read_as_pypdf_orders_them() -> None:
    from pypdf import PdfReader

    for path in ARTICLES.glob("*.pdf"):
        extract = load_pdf(path)
        assert extract.notes == ()
        for page, source in zip(extract.pages, PdfReader(path).pages, strict=True):
            # Running lines are dropped, nothing else is; no word changes its place.
            plain = iter(source.extract_text().split())
            assert all(word in plain for word in page.split()), path
            assert len(page.split()) >= len(source.extract_text().split()) - 14  # the longest running lines


def test_a_ruled_table_gives_a_line_for_each_row(written: Write) -> None:
    items = [
        Ruled(xs=(50, 100, 400, 500), ys=(700, 670, 630, 600)),
        Text(55, 680, "STT"), Text(105, 680, "Danh mục"), Text(405, 680, "Mức thu"),
        Text(55, 645, "1"), Text(105, 655, "Xe chữa cháy, xe thang,"), Text(105, 640, "xe cứu nạn"), Text(405, 645, "130.000"),
        Text(55, 610, "2"), Text(405, 610, "40.000"), Text(105, 610, "Máy bơm"),
        *column(50, 560, BODY),
    ]  # fmt: skip
    (page,) = load_pdf(written(pdf(items))).pages
    assert page.startswith(
        "STT | Danh mục | Mức thu\n1 | Xe chữa cháy, xe thang, xe cứu nạn | 130.000\n2 | Máy bơm | 40.000\n\n"
    )


def test_long_cells_are_read_one_after_another(written: Write) -> None:
    items = [Ruled(xs=(45, 300, 550), ys=(720, 560)), *_both_columns()]
    (page,) = load_pdf(written(pdf(items))).pages
    assert page == f"{' '.join(LEFT)}\n\n{' '.join(RIGHT)}"


def test_a_table_without_rules_is_known_by_its_common_gap(written: Write) -> None:
    rows = [("An Giang", "67, 68"), ("Bắc Ninh", "98, 99"), ("Cà Mau", "69, 94"), ("Cần Thơ", "65, 83")]
    items: list[Item] = []
    for number, (name, signs) in enumerate(rows):
        items += [Text(60, 700 - 15 * number, name), Text(300, 700 - 15 * number, signs)]
    (page,) = load_pdf(written(pdf(items))).pages
    assert page == "\n".join(f"{name} | {signs}" for name, signs in rows)


def test_an_underline_makes_no_table(written: Write) -> None:
    items = [Ruled(xs=(50,), ys=(698,)), *column(50, 700, BODY)]
    assert "|" not in load_pdf(written(pdf(items))).pages[0]


def test_a_page_that_lies_on_its_side_is_read_along_its_lines(written: Write) -> None:
    upright = pdf(_both_columns())
    turned = b"\n".join(
        b"BT /F 10 Tf 0 1 -1 0 %d %d Tm <%s> Tj ET" % (800 - item.y, item.x, item.text.encode("utf-16-be").hex().encode())
        for item in _both_columns()
        if isinstance(item, Text)
    )
    assert load_pdf(written(_with_contents(upright, turned))).pages == load_pdf(written(upright, "b.pdf")).pages


# --- running lines and pages -----------------------------------------------------------------


def _framed(number: int, body: list[str]) -> list[Item]:
    return [
        Text(50, 810, f"Bản tin khoa học, số {number + 7}"),
        *column(50, 760, body),
        Text(280, 30, f"Trang {number}"),
    ]


@pytest.mark.parametrize("count", [2, 3, 5])
def test_running_lines_and_page_numbers_are_dropped_in_two_pages_or_many(written: Write, count: int) -> None:
    bodies = [[f"Bài thứ {'ABCDE'[n]} của số này.", *BODY] for n in range(count)]
    pages = load_pdf(written(pdf(*(_framed(n + 1, body) for n, body in enumerate(bodies))))).pages
    assert [page.split() for page in pages] == [" ".join(body).split() for body in bodies]


def test_body_lines_that_happen_to_be_alike_stay(written: Write) -> None:
    page = column(50, 760, ["Điều 1. Mức thu là 40.000 đồng.", *BODY])
    other = column(50, 760, ["Điều 2. Mức thu là 40.000 đồng.", *BODY[1:], "Số liệu năm 2024."])
    first, second = load_pdf(written(pdf(page, other))).pages
    assert "Mức thu" in first
    assert all(line in second for line in BODY[1:])


def test_an_empty_page_keeps_its_number(written: Write) -> None:
    extract = load_pdf(written(pdf(column(50, 700, BODY), [], column(50, 700, LEFT))))
    assert [bool(page) for page in extract.pages] == [True, False, True]
    assert extract.notes == ()


# --- broken spacing --------------------------------------------------------------------------

SENTENCE = "Bộ Khoa học và Công nghệ ban hành Thông tư quy định về đo lường"


@pytest.mark.parametrize(
    "broken",
    [
        "Bộ K hoa h ọc và C ông ngh ệ ban h ành Th ông t ư quy đ ịnh v ề đo l ường",
        "B ộ K h o a h ọ c v à C ô n g n g h ệ b a n h à n h T h ô n g t ư q u y đ ị n h v ề đ o l ư ờ n g",
    ],
)
def test_broken_spacing_is_put_right_by_syllables(written: Write, broken: str) -> None:
    extract = load_pdf(written(pdf([Text(20, 700, broken, 8)])))
    assert extract.pages == (SENTENCE,)
    assert [note.kind for note in extract.notes] == ["rebuilt"]


def test_letters_set_one_by_one_are_joined_by_their_places(written: Write) -> None:
    """pypdf breaks the line before each letter where Td is set anew in each text object."""
    letters = b"\n".join(
        b"BT 1 0 0 1 %d 700 Tm /F 10 Tf 0 0 TD <%s> Tj ET" % (50 + 5 * n, char.encode("utf-16-be").hex().encode())
        for n, char in enumerate(SENTENCE)
        if char != " "
    )
    extract = load_pdf(written(_with_contents(pdf([Text(0, 0, SENTENCE)]), letters)))
    assert extract.pages == (SENTENCE,)


@pytest.mark.parametrize(
    "clean",
    [
        BODY,
        ["The Ministry of Science is to issue a new decree on the use of data in the health sector by 2025."] * 3,
        ["KH&CN, CNTT, TP. HCM, TS. Lê A, GS. Trần B, logo, robot, internet, video, EU, ASEAN, IEC"] * 3,
    ],
)
def test_text_that_is_not_broken_is_left_alone(clean: list[str]) -> None:
    assert rebuilt(clean) is None


@pytest.mark.parametrize("word", ["nghiêng", "quyển", "giếng", "khuya", "huỳnh", "hoà", "hòa", "gì", "ươm", "quốc", "yêu"])
def test_a_syllable_is_known(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["ngh", "ọh", "hoac̀", "tr", "cat̉", "bănǵ̣", "school", "w"])
def test_what_cannot_be_a_syllable_is_known(word: str) -> None:
    assert not is_syllable(word)


# --- title, trust ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "large", "expected", "origin"),
    [
        ("Trạm quan trắc mới", "Tiêu đề in lớn trên trang", "Trạm quan trắc mới", "PDF properties"),
        ("2025-07-09 (1)", "Tiêu đề in lớn trên trang", "Tiêu đề in lớn trên trang", "largest type on page 1"),
        ("Microsoft Word - a.doc", "", "", None),
        ("", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "", None),
    ],
)
def test_the_title_is_what_the_properties_say_or_the_largest_type(
    written: Write, title: str, large: str, expected: str, origin: str | None
) -> None:
    items = [*([Text(50, 780, large, 18)] if large else []), *column(50, 740, BODY)]
    extract = load_pdf(written(pdf(items, title=title)))
    assert (extract.title, extract.origins.get("title")) == (expected, origin)


def test_letters_that_nobody_can_read_make_a_page_doubtful(written: Write) -> None:
    private = "".join(chr(0xE000 + ord(char) % 200) if char.isalpha() else char for char in " ".join(BODY))
    extract = load_pdf(written(pdf(column(50, 740, BODY), [Text(50, 740, private)])))
    assert [(note.page, note.kind) for note in extract.notes] == [(1, "doubtful")]
    assert "ký tự" in extract.notes[0].detail


def test_words_that_are_none_make_a_page_doubtful_but_another_language_does_not() -> None:
    assert doubt("Bé Khoa häc vµ C«ng nghÖ ban hµnh Th«ng t­ quy ®Þnh vÒ qu¶n lý ®o l­êng vµ chÊt l­îng s¶n phÈm hµng ho¸")
    assert not doubt("The Ministry of Science and Technology issued a circular on metrology and the quality of products.")
    assert not doubt("Министерство науки и технологий издало циркуляр о метрологии и качестве продукции в стране.")
    assert not doubt(" ".join(BODY))


# --- scans -----------------------------------------------------------------------------------

BLANK = Picture(8, 8, b"\xff" * 64)


def test_without_ocr_a_scanned_page_is_named_and_the_others_are_read(written: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: "pytesseract")
    extract = load_pdf(written(pdf(column(50, 740, BODY), [BLANK, Text(500, 20, "Máy quét 9")])))
    assert extract.pages[0]
    assert extract.pages[1] == ""
    assert [(note.page, note.kind) for note in extract.notes] == [(1, "unread")]


def test_without_ocr_a_scan_is_refused_with_the_command_that_helps(written: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: "pytesseract")
    with pytest.raises(LoadError, match=r"3 trang.*pip install 'hoitin\[ocr\]'.*tesseract-ocr-vie") as caught:
        load_pdf(written(pdf([BLANK], [BLANK], [BLANK])))
    assert "\n" not in str(caught.value)


def test_a_text_layer_over_a_scan_is_used_as_it_is(written: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: pytest.fail("no OCR is needed"))
    assert BODY[0] in load_pdf(written(pdf([BLANK, *column(50, 740, BODY)]))).pages[0]


def _picture_of(lines: list[str]) -> Picture:
    """Return a page of print with a ruled frame, as a scanner would give it."""
    from PIL import Image, ImageDraw, ImageFont

    try:
        found = subprocess.run(["fc-list", ":lang=vi", "file"], capture_output=True, text=True, check=False).stdout
    except OSError:
        found = ""
    fonts = sorted(line.rstrip(": ") for line in found.splitlines() if line.rstrip(": ").endswith("NotoSerif-Regular.ttf"))
    if not fonts:
        pytest.skip("no Noto Serif (Debian: apt-get install fonts-noto-core)")
    image = Image.new("L", (2480, 3508), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((150, 150, 2330, 200 + 90 * len(lines)), outline=0, width=4)
    for number, line in enumerate(lines):
        draw.text((200, 180 + 90 * number), line, 0, ImageFont.truetype(fonts[0], 50))
    return Picture(2480, 3508, image.tobytes())


@pytest.mark.skipif(ocr.available() != "", reason="the extra 'ocr' or tesseract with Vietnamese is not installed")
def test_a_scan_is_read_in_the_guarded_child_and_says_how_sure_it_is(written: Write) -> None:
    path = written(pdf(column(50, 740, BODY), [_picture_of(["Trạm quan trắc ở Cần Thơ", "đo mực nước sông Hậu."])]))
    # Under the limit of memory that every file has.
    ((document,),) = [list(reading.documents) for reading in read_files([path], processes=1)]
    assert document.pages[1] == "Trạm quan trắc ở Cần Thơ đo mực nước sông Hậu."
    note = load_pdf(path).notes[0]
    assert (note.page, note.kind) == (1, "ocr")
    assert 0.7 < (note.confidence or 0) <= 1


# --- harm ------------------------------------------------------------------------------------

_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents 4 0 R>>"
_HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def _packed(data: bytes) -> bytes:
    packed = zlib.compress(data, 9)
    return b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)


def _of_stream(stream: bytes, pages: int = 1) -> bytes:
    tree = b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, b"5 0 R " * pages)
    return assembled([b"<</Type/Catalog/Pages 2 0 R>>", tree, _HELVETICA, stream, _PAGE])


def _encrypted() -> bytes:
    import io

    from pypdf import PdfWriter

    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("mật khẩu", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_encrypted(), "mật khẩu"),
        (_of_stream(_packed(b" " * 60_000_000)), "giới hạn an toàn"),
        (_of_stream(_packed(b"BT " + b"0 0 Td " * 600_000)), "giới hạn an toàn"),
        (_of_stream(_packed(b"BT ET"), MAX_PAGES + 1), f"quá {MAX_PAGES}"),
        (assembled([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 9/Kids[2 0 R]>>"]), "PDF hỏng"),
        (_of_stream(b"<<>>")[:-40] + b"startxref\n99999\n%%EOF", "PDF hỏng"),
        (_of_stream(_packed(b"BT ET")), "không có chữ"),
    ],
    ids=["password", "size", "operators", "pages", "circle", "xref", "empty"],
)
def test_a_hostile_pdf_is_one_clear_line(written: Write, content: bytes, reason: str) -> None:
    with pytest.raises(LoadError) as caught:
        load_pdf(written(content))
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_damaged_page_is_a_note_and_the_others_are_read(written: Write) -> None:
    good = _packed(b"BT /F 12 Tf 50 700 Td (Tin ngan cua So) Tj ET")
    bad = _packed(b" " * 60_000_000)
    kids = b"<</Type/Pages/Count 2/Kids[5 0 R 6 0 R]>>"
    pages = [_PAGE, _PAGE.replace(b"4 0 R", b"7 0 R")]
    extract = load_pdf(written(assembled([b"<</Type/Catalog/Pages 2 0 R>>", kids, _HELVETICA, good, *pages, bad])))
    assert extract.pages == ("Tin ngan cua So", "")
    assert [(note.page, note.kind) for note in extract.notes] == [(1, "unread")]


def test_the_page_is_as_high_as_the_writer_says() -> None:
    from io import BytesIO

    from pypdf import PdfReader

    assert PdfReader(BytesIO(pdf(column(50, 700, BODY)))).pages[0].mediabox.height == HEIGHT


def test_a_pdf_under_aes_without_a_password_is_read(news: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(next(ARTICLES.glob("*.pdf"))))
    writer.encrypt("", owner_password="chu-nhan", algorithm="AES-256")
    writer.write(news / "aes.pdf")
    assert load_pdf(news / "aes.pdf").pages == load_pdf(next(ARTICLES.glob("*.pdf"))).pages
