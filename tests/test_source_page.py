"""The source page and the original file behind it: every character as in the source, every door but one shut."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from docs_store import Document
from indexer import reindex, withdraw
from webui import originals
from webui.citing import official
from webui.messages import EN, VI
from webui.source_page import _Documents
from webui.source_text import page_pieces

from . import hostile, test_server
from .conftest import ARTICLES
from .fake import HashEmbedder
from .paper import lines, shelve, write_pdf
from .test_server import (
    CRLF_QUESTION,
    HOSTILE_QUESTIONS,
    PDF_QUESTION,
    QUESTION,
    Site,
    assert_nothing_but,
    marks,
    open_site,
    parse,
)

site, empty_site = test_server.site, test_server.empty_site

PAGE_TAGS = {
    "html", "head", "meta", "title", "link", "body", "header", "main", "section", "h1", "h2", "p", "span", "a", "div", "mark",
    "script", "button",
}  # fmt: skip
PAGE_ATTRIBUTES = test_server.OWN_ATTRIBUTES | {
    "src", "nonce", "type", "hidden", "download", "hreflang", "data-copy", "data-link", "data-copied", "data-failed",
    "data-view", "data-page",
}  # fmt: skip


# --- the page -------------------------------------------------------------------------------


@pytest.mark.parametrize("question", [QUESTION, CRLF_QUESTION, PDF_QUESTION, hostile.BODY_QUESTION, hostile.RECORD_QUESTION])
def test_the_source_page_marks_exactly_the_passage(site: Site, question: str) -> None:
    for citation in site.ask(question)["citations"]:
        assert citation["source_url"].endswith("#doan")
        response = site.client.get(citation["source_url"])
        assert response.status_code == 200
        assert marks(response.text) == [citation["passage"]]
        whole = citation["quote"] == citation["passage"]
        assert quoted(response.text) == ("" if whole else citation["quote"])
        texts = [page.text_content() for page in parse(response.text).find_class("page")]
        assert texts == list(site.document(citation["doc_id"]).pages)


def quoted(html: str) -> str:
    """Return what is marked as the quote, in the mark."""
    return "".join(span.text_content() for mark in parse(html).xpath("//mark") for span in mark.find_class("quoted"))


@pytest.mark.parametrize("place", ["from=-5&to=3", "from=0&to=99999999", "from=9&to=2", "from=x&to=3"])
def test_a_quote_that_does_not_lie_in_the_passage_is_not_marked(site: Site, place: str) -> None:
    response = site.client.get(re.sub(r"from=\d+&to=\d+", place, site.first(QUESTION)["source_url"]))
    assert quoted(response.text) == "" if response.status_code == 200 else response.status_code in (400, 422)


def test_a_mark_on_the_second_page_stands_in_the_second_section(site: Site) -> None:
    page = parse(site.client.get(site.first(PDF_QUESTION)["source_url"]).text)
    assert page.xpath("count(//section[2]//mark)") == 1
    assert page.xpath("count(//mark)") == 1
    assert page.xpath("string(//section[2]/h2)") == "trang 2"


def test_a_link_to_an_older_text_gets_a_notice_and_no_mark(site: Site) -> None:
    url = re.sub(r"v=\w+", "v=000000000000", site.first(QUESTION)["source_url"])
    response = site.client.get(url)
    assert response.status_code == 200
    assert VI.source_changed in response.text
    assert marks(response.text) == []
    assert EN.source_changed in site.client.get(url.replace("#", "&lang=en#")).text
    assert VI.source_changed not in site.client.get(site.first(QUESTION)["source_url"]).text


@pytest.mark.parametrize(
    "numbers",
    [
        "page=0&start=0&end=10",
        "page=-1&start=0&end=10",
        "page=99&start=0&end=10",
        "page=1&start=-5&end=10",
        "page=1&start=10&end=5",
        "page=1&start=0&end=999999999",
        f"page={10**18}&start={10**18}&end={10**30}",
        "",
    ],
)
def test_numbers_out_of_range_show_the_document_without_a_mark(site: Site, numbers: str) -> None:
    response = site.client.get(f"/source/{site.first(QUESTION)['doc_id']}?{numbers}")
    assert response.status_code == 200
    assert "sao chổi Bình Minh" in response.text
    assert marks(response.text) == []


@pytest.mark.parametrize("query", ["page=mot", "start=1.5x", "end=" + "9" * 5000, "v=" + "a" * 65])
def test_an_address_that_makes_no_sense_is_refused_without_echo(site: Site, query: str) -> None:
    response = site.client.get(f"/source/{site.first(QUESTION)['doc_id']}?{query}")
    assert response.status_code == 422
    assert query.split("=")[1] not in response.text
    assert "question" not in response.text


def test_a_document_that_is_not_in_the_news_is_404_in_plain_words(site: Site) -> None:
    response = site.client.get("/source/khong-co-<b>-12345678")
    assert response.status_code == 404
    assert VI.source_missing in response.text
    assert "<b>" not in response.text
    assert EN.source_missing in site.client.get("/source/khong-co?lang=en").text


@pytest.mark.parametrize("question", HOSTILE_QUESTIONS)
def test_a_source_page_shows_hostile_text_as_the_very_text(site: Site, question: str) -> None:
    citation = site.first(question)
    document = site.document(citation["doc_id"])
    tree = parse(site.client.get(citation["source_url"]).text)
    assert_nothing_but(PAGE_TAGS, tree, PAGE_ATTRIBUTES)
    assert tree.xpath("//script/@src") == ["/static/source.js"]
    assert tree.xpath("string(//script)") == ""
    assert tree.xpath("string(//h1)") == document.title
    assert tree.xpath("string(//title)") == f"{document.title} · hoitin"
    assert tree.find_class("page")[0].text_content() == document.pages[0]
    for field in (document.publisher, document.author):
        assert " ".join(field.split()) in " ".join(tree.find_class("meta")[0].text_content().split())


# --- the text is the source's, character for character ---------------------------------------

ODD_TEXTS = {
    "Windows line ends": "Hồ chứa sâu 41 mét,\r\ndo xã quản lý.\r\n\r\nHết.\r",
    "combining marks": "Ho\u0302\u0300 Chi\u0301 Minh, c\u0327\u0301, m²",
    "tabs and spaces": "\tCột một\t\tCột hai  \n   thụt   đầu dòng\n",
    "unseen": "không\u200bđộ\u00adrộng\ufeff\u2060 hết\u00a0",
    "turning": "Bản \u202etin tức\u202c và \u2067ngược\u2069 \u061cxuôi",
    "controls": "a\x0cb\x01c\x7fd\x85e\u2028f",
    "markup": "<b>&amp;</b> &#13; \"x\" 'y' <!-- z --> {{ 7*7 }}",
    "Markdown": "# Đề *mục* _x_\n\n- **Đậm _nghiêng_ **\n> dẫn\n\n| a | b |\n|---|:-:|\n__a__ 2*3*4 **\n\n***\n",
}


def text_of(html: str) -> str:
    """Return the text that a browser finds in it."""
    return str(lxml.html.fragment_fromstring(f"<pre>x{html}</pre>").text_content())[1:]


def page_html(
    text: str, mark: tuple[int, int] | None = None, quote: tuple[int, int] | None = None, *, markdown: bool = False
) -> str:
    """Return the pieces of a page as a browser has them: one text."""
    return "".join(page_pieces(text, mark, quote, markdown=markdown))


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=list(ODD_TEXTS))
@pytest.mark.parametrize("markdown", [False, True], ids=["plain", "markdown"])
def test_every_character_of_a_page_and_of_its_mark_is_that_of_the_source(text: str, markdown: bool) -> None:
    text = text.replace("\x01", "")  # the parser of this test, not a browser, refuses it
    for start, end in [(0, len(text)), (1, len(text) - 1), (len(text) // 3, len(text) // 2 + 1)]:
        quote = (start + (end - start) // 3, end)
        html = page_html(text, (start, end), quote, markdown=markdown)
        assert text_of(html) == text
        (mark,) = lxml.html.fragment_fromstring(f"<pre>x{html}</pre>").xpath("//mark")
        assert mark.text_content() == text[start:end]
        assert "".join(span.text_content() for span in mark.find_class("quoted")) == text[slice(*quote)]


def test_the_marks_of_markdown_are_dimmed_and_never_left_out() -> None:
    html = page_html("# Đề mục\n\nSố **37 trạm** đo, *nghiêng*.", markdown=True)
    tree = lxml.html.fragment_fromstring(html, create_parent="div")
    assert [span.text_content() for span in tree.find_class("md-sign")] == ["#", "**", "**", "*", "*"]
    assert "".join(span.text_content() for span in tree.find_class("md-heading")) == "# Đề mục"
    assert [span.text_content() for span in tree.find_class("md-bold")] == ["37 trạm"]
    assert not lxml.html.fragment_fromstring(page_html("# Số **37**"), create_parent="div").xpath("//span")


def test_a_long_page_is_cut_at_line_ends_but_never_within_the_mark() -> None:
    text = "".join(f"Dòng số {n} của văn bản rất dài.\r\n" for n in range(8_000))
    for start, end in [(0, 10), (19_000, 90_000), (len(text) - 50_000, len(text)), (3, len(text))]:
        tree = lxml.html.fragment_fromstring(page_html(text, (start, end)), create_parent="div")
        blocks = [block.text_content() for block in tree.find_class("block")]
        assert "".join(blocks) == text or (start, end) == (3, len(text))
        assert all(block.endswith("\n") for block in blocks)
        assert tree.text_content() == text
        assert [mark.text_content() for mark in tree.iter("mark")] == [text[start:end]]
    assert len(lxml.html.fragment_fromstring(page_html(text), create_parent="div").find_class("block")) > 10


@pytest.mark.parametrize("piece", ["*a* ", "# *a* **b**\n", "_a_ __b__\n", "*", "**a**      "])
def test_a_page_that_is_nothing_but_marks_grows_no_larger_than_its_text(piece: str) -> None:
    text = piece * (150_000 // len(piece))
    html = page_html(text, (0, 1), markdown=True)
    assert len(html) < 1.1 * len(text)
    assert text_of(html) == text
    written = page_html("# Đề mục\n\n- **Số:** 37 trạm đo.\n- Số _khác_.\n\n" * 3_000, markdown=True)
    assert written.count("md-bold") == 3_000


def test_a_page_without_line_ends_is_made_in_pieces_all_the_same() -> None:
    text = "Trạm <đo> & quan trắc\r " * 100_000
    pieces = list(page_pieces(text, (30_000, 90_000)))
    assert max(map(len, pieces)) < 100_000
    assert text_of("".join(pieces)) == text


def test_who_reads_the_same_document_at_the_same_time_shares_its_text(site: Site) -> None:
    documents = _Documents(site.assistant)
    doc_id = site.first(QUESTION)["doc_id"]
    one = documents.find(doc_id)
    assert one is not None
    assert documents.find(doc_id) is one
    assert documents.find("khong-co") is None


# --- the citation in words ------------------------------------------------------------------

ARTICLE = Document(
    doc_id="a", source="/a.pdf", title="Phổ cập dịch vụ công", pages=("x", "y", "z"), content_hash="h", format="pdf",
    publisher="Bộ Khoa học và Công nghệ", url="https://bo.example/a", published=date(2024, 6, 5), paged=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "page", "words"),
    [
        ({}, 2, 'Bộ Khoa học và Công nghệ, "Phổ cập dịch vụ công", ngày đăng 05/06/2024, tr. 3, https://bo.example/a'),
        ({}, None, 'Bộ Khoa học và Công nghệ, "Phổ cập dịch vụ công", ngày đăng 05/06/2024, https://bo.example/a'),
        ({"paged": False, "url": ""}, 0, 'Bộ Khoa học và Công nghệ, "Phổ cập dịch vụ công", ngày đăng 05/06/2024'),
        ({"publisher": "", "published": None, "url": ""}, 0, '"Phổ cập dịch vụ công", tr. 1'),
        ({"publisher": "", "author": "admin", "published": None, "url": ""}, None, '"Phổ cập dịch vụ công"'),
        (
            {"number": "12/2024/TT-BKHCN", "published": None, "url": ""}, None,
            'Bộ Khoa học và Công nghệ, số 12/2024/TT-BKHCN, "Phổ cập dịch vụ công"',
        ),
        (
            {"number": "12/2024/TT-BKHCN", "title": "Thông tư 12/2024/TT-BKHCN", "published": None, "url": ""}, None,
            'Bộ Khoa học và Công nghệ, "Thông tư 12/2024/TT-BKHCN"',
        ),
        ({"publisher": "", "title": 'Nói "không"', "published": None, "url": ""}, None, '“Nói "không"”'),
    ],
)  # fmt: skip
def test_a_citation_has_what_is_known_in_the_order_of_an_office(changes: dict[str, Any], page: int | None, words: str) -> None:
    assert official(replace(ARTICLE, **changes), page) == words


def test_the_interface_and_the_source_page_cite_alike(site: Site) -> None:
    for question in (QUESTION, PDF_QUESTION):
        citation = site.first(question)
        page = parse(site.client.get(citation["source_url"]).text)
        assert page.find_class("cite-text")[0].text_content() == citation["cite"]
    assert site.first(QUESTION)["cite"] == (
        'Báo Thiên văn, "Sao chổi Bình Minh ghé thăm", ngày đăng 06/06/2024, https://bo.example/sao-choi'
    )
    assert ", tr. 2" in site.first(PDF_QUESTION)["cite"]


def test_a_citation_of_a_numbered_document_names_its_number(site: Site) -> None:
    found = site.assistant.ask(PDF_QUESTION).citations[0]
    assert "số 9/2024/TT-BKHCN, " in official(replace(found, document_number="9/2024/TT-BKHCN"))


def test_the_page_leads_to_itself_in_the_other_language_with_the_mark_kept(site: Site) -> None:
    url = site.first(PDF_QUESTION)["source_url"]
    passage = site.first(PDF_QUESTION)["passage"]
    for lang in ("en", "vi"):
        page = parse(site.client.get(url).text)
        (link,) = page.xpath(f'//header//a[@hreflang="{lang}"]')
        url = link.get("href")
        response = site.client.get(url)
        assert parse(response.text).get("lang") == lang
        assert marks(response.text) == [passage]
        assert (EN if lang == "en" else VI).copy_quote in response.text


# --- the original file ----------------------------------------------------------------------


def original_of(site: Site, citation: dict[str, Any]) -> str:
    """Return the address of the original that the source page gives, "" if it gives none."""
    page = parse(site.client.get(citation["source_url"]).text)
    return "".join(page.xpath('//a[@class="download"]/@href'))


def test_a_pdf_is_given_out_as_it_is_with_a_type_of_our_own_word(site: Site) -> None:
    response = site.client.get(original_of(site, site.first(PDF_QUESTION)))
    assert response.status_code == 200
    assert response.content == (ARTICLES / "thong-tu-12-2024-do-luong.pdf").read_bytes()
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["content-disposition"] == "inline; filename*=utf-8''thong-tu-12-2024-do-luong.pdf"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["accept-ranges"] == "bytes"
    assert test_server.policy(response)["default-src"] == "'none'"


@pytest.mark.parametrize(
    ("asked", "stretch"),
    [
        ("bytes=0-0", (0, 1)), ("bytes=100-199", (100, 200)), ("bytes=1000-", (1000, None)), ("bytes=-300", (-300, None)),
        ("bytes=5-999999999999", (5, None)),
    ],
)  # fmt: skip
def test_a_stretch_of_a_pdf_can_be_asked_for(site: Site, asked: str, stretch: tuple[int, int | None]) -> None:
    url = original_of(site, site.first(PDF_QUESTION))
    whole = (ARTICLES / "thong-tu-12-2024-do-luong.pdf").read_bytes()
    response = site.client.get(url, headers={"Range": asked})
    assert response.status_code == 206
    assert response.content == whole[slice(*stretch)]
    start = whole.index(response.content) if len(response.content) > 1 else 0
    assert response.headers["content-range"] == f"bytes {start}-{start + len(response.content) - 1}/{len(whole)}"
    assert int(response.headers["content-length"]) == len(response.content)


def test_a_stretch_that_is_not_there_or_not_of_this_file_is_not_given(site: Site) -> None:
    url = original_of(site, site.first(PDF_QUESTION))
    size = (ARTICLES / "thong-tu-12-2024-do-luong.pdf").stat().st_size
    for asked in (f"bytes={size}-", "bytes=-0", "bytes=9-5"):
        response = site.client.get(url, headers={"Range": asked})
        assert response.status_code == 416
        assert response.headers["content-range"] == f"bytes */{size}"
        assert response.content == b""
    for asked in ("bytes=-", "bytes=0-1,5-6", "bytes=a-b", "lines=1-2", "bytes=" + "9" * 50 + "-"):
        assert site.client.get(url, headers={"Range": asked}).status_code == 200
    tag = site.client.get(url).headers["etag"]
    assert site.client.get(url, headers={"If-None-Match": tag}).status_code == 304
    assert site.client.get(url, headers={"Range": "bytes=0-9", "If-Range": tag}).status_code == 206
    assert site.client.get(url, headers={"Range": "bytes=0-9", "If-Range": '"cũ"'.encode()}).status_code == 200
    assert site.client.get(url.replace("v=", "v=0")).status_code == 404


@pytest.mark.parametrize("question", [QUESTION, hostile.BODY_QUESTION, hostile.FILE_NAME_QUESTION])
def test_what_is_no_pdf_can_only_be_saved_and_could_do_nothing_if_it_were_shown(site: Site, question: str) -> None:
    response = site.client.get(original_of(site, site.first(question)))
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain"
    assert response.headers["content-disposition"].startswith("attachment; filename*=utf-8''")
    assert "<" not in response.headers["content-disposition"]
    rules = test_server.policy(response)
    assert rules == {"sandbox": "", "default-src": "'none'", "frame-ancestors": f"'self' {test_server.ALLOWED}"}


def test_a_page_of_html_is_never_given_out_as_a_page(empty_site: Site) -> None:
    empty_site.news.mkdir()
    name = "cau.html"
    (empty_site.news / name).write_text(
        f"<h1>Cầu Tử Đinh</h1><p>Cầu Tử Đinh dài 96 mét. {hostile.SCRIPT}</p>", encoding="utf-8"
    )
    reindex(empty_site.data, [empty_site.news], HashEmbedder())
    response = empty_site.client.get(original_of(empty_site, empty_site.first("Cầu Tử Đinh dài bao nhiêu mét?")))
    assert response.content == (empty_site.news / name).read_bytes()
    assert response.headers["content-type"] == "text/plain"
    assert response.headers["content-disposition"] == "attachment; filename*=utf-8''cau.html.txt"


def test_a_record_among_many_in_a_file_has_no_original(site: Site) -> None:
    citation = site.first(hostile.RECORD_QUESTION)
    assert original_of(site, citation) == ""
    response = site.client.get(f"/original/{citation['doc_id']}")
    assert response.status_code == 404
    assert VI.original_missing in response.text


def test_a_document_that_is_not_published_has_no_original(site: Site) -> None:
    assert site.client.get("/original/khong-co").status_code == 404
    assert VI.source_missing in site.client.get("/original/khong-co").text


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Site]:
    """Return the application over one PDF of its own."""
    news = tmp_path / "news"
    news.mkdir()
    write_pdf(news / "cau.pdf", [lines("Cau Tu Dinh o Ha Giang dai 96 met.")])
    reindex(tmp_path / "data", [news], HashEmbedder())
    opened = open_site(tmp_path)
    with opened.client:
        yield opened


def addresses(shelf: Site) -> tuple[str, str]:
    """Return the addresses of the page and of the original of the one document."""
    (document,) = shelf.assistant.generation().passages.all_documents()
    return f"/source/{document.doc_id}", f"/original/{document.doc_id}"


def test_a_file_that_has_changed_is_not_given_out_and_the_page_says_so(shelf: Site) -> None:
    page, original = addresses(shelf)
    file = shelf.news / "cau.pdf"
    assert shelf.client.get(original).status_code == 200
    before = file.read_bytes()
    os.utime(file, ns=(1, 1))  # touched, but the same
    assert shelf.client.get(original).content == before
    file.write_bytes(before.replace(b"96 met", b"69 met"))
    assert shelf.client.get(original).status_code == 404
    response = shelf.client.get(page)
    assert response.status_code == 200
    assert VI.original_changed in response.text
    assert parse(response.text).xpath('//aside|//a[@class="download"]') == []
    assert "Cau Tu Dinh" in response.text
    file.write_bytes(before + b" ")
    assert shelf.client.get(original).status_code == 404


def test_only_the_regular_file_itself_is_given_out(shelf: Site) -> None:
    page, original = addresses(shelf)
    file, secret = shelf.news / "cau.pdf", shelf.news.parent / "bi-mat.pdf"
    shutil.copy2(file, secret)
    for make in (
        lambda: file.symlink_to(secret), lambda: os.mkfifo(file), file.mkdir, lambda: os.link("/dev/null", file)
    ):  # fmt: skip
        shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)
        try:
            make()
        except OSError:  # no hard link to a device of another file system
            continue
        assert shelf.client.get(original).status_code == 404
        assert shelf.client.get(page).status_code == 200


def test_a_server_without_the_files_shows_the_text_alone(shelf: Site) -> None:
    page, original = addresses(shelf)
    shutil.rmtree(shelf.news)
    response = shelf.client.get(page)
    assert "Cau Tu Dinh" in response.text
    assert parse(response.text).xpath('//aside|//a[@class="download"]') == []
    assert shelf.client.get(original).status_code == 404


def test_an_index_without_its_library_trusts_only_files_older_than_itself(shelf: Site) -> None:
    page, original = addresses(shelf)
    for file in shelf.data.glob("library.sqlite*"):
        file.unlink()
    assert shelf.client.get(original).status_code == 200
    os.utime(shelf.news / "cau.pdf", (2**31, 2**31))
    assert shelf.client.get(original).status_code == 404
    assert VI.original_changed in shelf.client.get(page).text
    assert not (shelf.data / "library.sqlite").exists()


def test_a_file_of_enormous_size_is_not_shown(shelf: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    page, original = addresses(shelf)
    monkeypatch.setattr(originals, "MAX_ORIGINAL", 100)
    assert shelf.client.get(original).status_code == 404
    assert VI.original_large in shelf.client.get(page).text


def test_a_withdrawn_document_takes_its_original_with_it(shelf: Site) -> None:
    page, original = addresses(shelf)
    (document,) = shelf.assistant.generation().passages.all_documents()
    withdraw(shelf.data, document.doc_id, person="Lan", reason="sai số liệu")
    assert shelf.client.get(page).status_code == 404
    assert shelf.client.get(original).status_code == 404


def test_how_a_page_was_read_stands_above_its_text(shelf: Site) -> None:
    from docs_store import PageNote

    file = write_pdf(shelf.news / "quet.pdf", [b""])
    notes = (PageNote(0, "ocr", confidence=0.87),)
    document = replace(ARTICLE, doc_id="quet", source=str(file), pages=("Chữ đọc từ ảnh.",), notes=notes)
    shelve(shelf.data, document)
    page = parse(shelf.client.get("/source/quet").text)
    assert "độ tin cậy 87 %" in page.xpath("string(//main//p[@class='notice'])")
    assert page.xpath("//aside/@data-src") == ["/original/quet?v=h"]


# --- pdf.js ---------------------------------------------------------------------------------

PDFJS = Path(__file__).parent.parent / "webui" / "static" / "pdfjs"


def test_pdf_js_ships_with_its_licence_and_stays_small(site: Site) -> None:
    files = [file for file in PDFJS.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 2_500_000
    assert "Apache License" in (PDFJS / "LICENSE").read_text(encoding="utf-8")
    (version,) = re.findall(r"Version ([\d.]+)", (PDFJS / "README.md").read_text(encoding="utf-8"))
    for name in ("pdf.min.mjs", "pdf.worker.min.mjs"):
        response = site.client.get(f"/static/pdfjs/{name}")
        assert response.headers["content-type"].startswith(("text/javascript", "application/javascript"))
        assert f'"{version}"' in response.text
