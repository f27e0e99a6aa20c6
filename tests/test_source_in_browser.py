"""The source page in a real browser: the passage marked in text and original, copied exactly, and nothing let in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from docs_store import Document, PageNote
from retriever import Assistant
from webui.links import document_url
from webui.messages import EN, VI
from webui.server import make_app
from webui.settings import Settings

from . import test_browser
from .conftest import ARTICLES
from .fake import HashEmbedder
from .live import serving
from .paper import PICTURE, lines, scan, shelve, write_pdf
from .test_browser import HOITIN, Live, Visitor, assert_readable
from .test_source_page import ODD_TEXTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

browser, visit = test_browser.browser, test_browser.visit

WORDS = "Cau Tu Dinh o Ha Giang dai 96 met, khanh thanh ngay 5/6/2024."
BLANK = Document(
    doc_id="", source="", title="Cầu Tử Đinh", pages=(), content_hash="h" * 12, format="pdf",
    publisher="Sở Xây dựng", paged=True,
)  # fmt: skip
CHARACTERS = "\n".join(ODD_TEXTS.values())
_DARK = """
(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1);
  return data[0] + data[1] + data[2] < 150;
}
"""


@pytest.fixture(scope="module")
def shelf(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Return the application over files of every kind that an original can be."""
    folder = tmp_path_factory.mktemp("shelf")

    documents: list[Document] = []

    def put(doc_id: str, file: Path, *pages: str, **more: Any) -> None:
        documents.append(replace(BLANK, doc_id=doc_id, source=str(file), pages=pages, **more))

    news = lines("Ban tin dau trang.", "Cau Tu Dinh o Ha Giang dai 96", "met, khanh thanh ngay", "5/6/2024. Het tin.")
    put("cau", write_pdf(folder / "cau.pdf", [lines("Trang bia"), news]), "Trang bìa", f"Bản tin. {WORDS} Hết.")
    ocr = (PageNote(0, "ocr", confidence=0.87),)
    for coding in ("fax", "jpeg2000"):
        put(coding, write_pdf(folder / f"{coding}.pdf", [PICTURE], image=scan(coding)), WORDS, notes=ocr)
    put("sai", write_pdf(folder / "sai.pdf", [lines("Chu khac han voi van ban da doc.")]), WORDS)
    many = [lines(f"Trang thu {n}.", "Mot dong khac." if n != 401 else WORDS) for n in range(1, 501)]
    put("dai", write_pdf(folder / "dai.pdf", many), *(WORDS if n == 401 else f"Trang thứ {n}." for n in range(1, 501)))
    (folder / "hong.pdf").write_bytes(b"%PDF-1.7\nkhong phai la PDF")
    put("hong", folder / "hong.pdf", WORDS)
    link = b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 595 842]/A<</S/URI/URI(http://evil.example/x)>>>>]"
    script = b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>/AA<</WC<</S/URI/URI(http://evil.example/y)>>>>"
    put("doc", write_pdf(folder / "doc.pdf", [lines(WORDS)], page_extra=link, root_extra=script), WORDS)
    (folder / "ky-tu.txt").write_text("x", encoding="utf-8")
    put("ky-tu", folder / "ky-tu.txt", f"Đầu.\n{CHARACTERS}\nCuối.", format="md", paged=False)
    long = [f"Điều {n}. " + "Cơ quan quản lý đo lường kiểm tra phương tiện đo theo quy định.\n\n" * 75 for n in range(1, 1001)]
    (folder / "luat.txt").write_text("x", encoding="utf-8")
    put("luat", folder / "luat.txt", *long)
    (folder / "mot.txt").write_text("x", encoding="utf-8")
    put("mot", folder / "mot.txt", "".join(long), format="txt", paged=False)

    shelve(folder / "data", *documents)
    assistant = Assistant(folder / "data", HashEmbedder)
    with serving(make_app(assistant, Settings(data=folder / "data"))) as port:
        yield Live(port, assistant)


def address(shelf: Live, doc_id: str, page: int = 1, text: str = WORDS, host: str = "127.0.0.1") -> str:
    """Return the address of a source page on which `text`, on that page, is marked."""
    start = shelf.document(doc_id).pages[page - 1].index(text)
    query = f"page={page}&start={start}&end={start + len(text)}&v={BLANK.content_hash}"
    return f"http://{host}:{shelf.port}{document_url(doc_id)}?{query}#doan"


def drawn(page: Page) -> Any:
    """Return the leaves of the original that are drawn, once there is one."""
    leaves = page.locator(".leaf[data-drawn]")
    leaves.first.wait_for()
    return leaves


# --- the original beside the text -----------------------------------------------------------


def test_the_pdf_opens_beside_the_text_at_the_page_with_the_passage_marked_on_both(shelf: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(address(shelf, "cau", page=2), viewport={"width": 1400, "height": 700}).page
    hits = page.locator(".leaf[data-page='2'] .hits div")
    expect(hits.first).to_be_visible()
    expect(page.locator(".hits div")).to_have_count(3)  # one a line
    box = page.locator(".leaves").bounding_box()
    hit = hits.first.bounding_box()
    mark = page.locator("mark").bounding_box()
    assert box
    assert hit
    assert mark
    assert box["y"] <= hit["y"] < box["y"] + box["height"]
    assert mark["x"] + mark["width"] <= box["x"]
    assert 0 <= mark["y"] < 700
    expect(page.locator(".place")).to_have_text("Trang 2/2")
    expect(page.locator("aside .notice")).to_be_hidden()


def test_the_mark_on_the_paper_covers_the_passage_and_nothing_beside_it(shelf: Live, visit: Visitor) -> None:
    page = visit(address(shelf, "cau", page=2), viewport={"width": 1400, "height": 700}).page
    page.locator(".hits div").first.wait_for()
    leaf = page.locator(".leaf[data-page='2']")
    width = leaf.evaluate("(leaf) => leaf.clientWidth") / 595  # pixels a point
    seen = leaf.locator(".hits div").evaluate_all("(all) => all.map((one) => [one.offsetLeft, one.offsetTop])")
    assert [round(left / width) for left, _ in seen] == [60, 60, 60]
    baselines = [760 - 20 * n for n in (1, 2, 3)]
    for (_, top), baseline in zip(seen, baselines, strict=True):
        assert 842 - baseline - 20 < top / width < 842 - baseline


@pytest.mark.parametrize("coding", ["fax", "jpeg2000"])
def test_a_scan_is_drawn_without_webassembly_beside_the_text_that_was_read_from_it(
    shelf: Live, visit: Visitor, coding: str
) -> None:
    from playwright.sync_api import expect

    opened = visit(address(shelf, coding))
    canvas = drawn(opened.page).locator("canvas")
    assert canvas.evaluate("(canvas) => canvas.width > 300")
    # The picture's black middle lies a little above that of the page.
    assert canvas.evaluate(_DARK)
    expect(opened.page.locator("aside .notice")).to_have_text(VI.pdf_picture)
    expect(opened.page.locator("main .notice")).to_contain_text("độ tin cậy 87 %")
    assert any("nowasm_fallback.js" in url for url in opened.requests)
    assert not any(url.endswith(".wasm") for url in opened.requests)


def test_where_the_passage_is_not_found_the_page_says_so(shelf: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(address(shelf, "sai").replace("?", "?lang=en&")).page
    expect(page.locator("aside .notice")).to_have_text(EN.pdf_not_found)
    assert page.locator(".hits div").count() == 0
    assert page.locator("mark").text_content() == WORDS


def test_of_a_long_pdf_only_what_is_near_is_drawn_and_the_pages_can_be_walked(shelf: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(address(shelf, "dai", page=401)).page
    expect(page.locator(".leaf[data-page='401'] .hits div").first).to_be_visible()
    expect(page.locator(".place")).to_have_text("Trang 401/500")
    assert page.locator(".leaf").count() == 500
    assert page.locator(".leaf canvas").count() <= 6
    page.get_by_role("button", name=VI.next_page).click()
    expect(page.locator(".place")).to_have_text("Trang 402/500")
    page.get_by_role("button", name=VI.previous_page).press("Enter")
    expect(page.locator(".place")).to_have_text("Trang 401/500")
    before = page.locator(".leaf[data-page='401']").evaluate("(leaf) => leaf.clientWidth")
    page.get_by_role("button", name=VI.zoom_in).click()
    expect(page.locator(".leaf[data-page='401'] .hits div").first).to_be_visible()
    assert page.locator(".leaf[data-page='401']").evaluate("(leaf) => leaf.clientWidth") > 1.2 * before
    expect(page.locator(".place")).to_have_text("Trang 401/500")
    page.locator("section[data-page='30']").scroll_into_view_if_needed()
    page.locator("section[data-page='33']").evaluate("(section) => section.scrollIntoView()")
    expect(page.locator(".place")).to_contain_text("Trang 3")
    assert page.locator(".leaf canvas").count() <= 8


def test_a_pdf_that_cannot_be_shown_leaves_text_and_download(shelf: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(address(shelf, "hong")).page
    expect(page.locator("aside .notice")).to_have_text(VI.pdf_failed)
    assert page.locator("mark").text_content() == WORDS
    with page.expect_download() as download:
        page.locator(".download").click()
    assert download.value.suggested_filename == "hong.pdf"


def test_what_a_pdf_would_like_to_run_or_to_reach_stays_dead(shelf: Live, visit: Visitor) -> None:
    opened = visit(address(shelf, "doc"))
    page = opened.page
    drawn(page)
    assert page.locator("aside a, aside iframe, aside script, aside form").count() == 0
    page.locator(".leaf").click()
    assert page.url == address(shelf, "doc")
    assert opened.outside() == []
    assert opened.dialogs == []


def test_on_a_narrow_screen_text_and_original_take_turns_and_the_file_is_fetched_when_asked_for(
    shelf: Live, visit: Visitor
) -> None:
    from playwright.sync_api import expect

    opened = visit(address(shelf, "cau", page=2), viewport={"width": 320, "height": 640})
    page = opened.page
    expect(page.locator("mark")).to_be_in_viewport()
    expect(page.locator("aside")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert not any("/original/" in url or "pdfjs" in url for url in opened.requests)
    button = page.get_by_role("button", name=VI.view_original, exact=True)
    button.press("Enter")
    expect(page.locator(".hits div").first).to_be_in_viewport()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("main")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name=VI.view_text).click()
    expect(page.locator("main")).to_be_visible()
    expect(page.locator("aside")).to_be_hidden()


def test_without_javascript_the_text_the_mark_and_the_file_remain(shelf: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(address(shelf, "cau", page=2), java_script_enabled=False).page
    expect(page.locator("mark")).to_have_text(WORDS)
    expect(page.locator(".cite-text")).to_be_visible()
    expect(page.locator(".download")).to_be_visible()
    assert page.locator("aside:visible, button:visible").count() == 0


# --- copying --------------------------------------------------------------------------------


def clipboard(page: Page) -> str:
    """Return what was copied last."""
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_the_marked_passage_is_copied_as_the_very_characters_of_the_source(shelf: Live, visit: Visitor) -> None:
    url = address(shelf, "ky-tu", text=CHARACTERS)
    page = visit(url, permissions=["clipboard-read", "clipboard-write"]).page
    source = shelf.document("ky-tu").pages[0]
    mark = page.locator("mark")
    assert source[5:][: len(CHARACTERS)] == CHARACTERS
    assert mark.text_content() == CHARACTERS
    assert page.locator(".page").text_content() == source
    mark.evaluate("(mark) => getSelection().selectAllChildren(mark)")
    assert page.evaluate("getSelection().getRangeAt(0).toString()") == CHARACTERS
    page.keyboard.press("Control+C")
    assert clipboard(page) == CHARACTERS
    page.evaluate("navigator.clipboard.writeText('')")
    page.get_by_role("button", name=VI.copy_quote).click()
    page.get_by_text(VI.copied).wait_for()
    assert clipboard(page) == CHARACTERS


@pytest.mark.parametrize("host", ["127.0.0.1", HOITIN], ids=["secure", "plain http"])
def test_citation_and_link_are_copied_even_where_the_browser_gives_no_clipboard(shelf: Live, visit: Visitor, host: str) -> None:
    page = visit(address(shelf, "cau", page=2, host=host), permissions=["clipboard-read", "clipboard-write"]).page
    assert page.evaluate("isSecureContext") is (host == "127.0.0.1")
    copied = {}
    for name in (VI.copy_cite, VI.copy_quote, VI.copy_link):
        page.get_by_role("button", name=name).click()
        page.get_by_text(VI.copied).wait_for()
        reader = page
        if host == HOITIN:
            reader = page.context.new_page()
            reader.goto(shelf.url + "/static/icon.svg")
            reader.bring_to_front()
        copied[name] = clipboard(reader)
        page.bring_to_front()
    link = copied[VI.copy_link]
    assert copied == {VI.copy_cite: 'Sở Xây dựng, "Cầu Tử Đinh", tr. 2', VI.copy_quote: WORDS, VI.copy_link: link}
    assert link.startswith(f"http://{host}:{shelf.port}/source/cau?page=2&")
    page.goto(link)
    assert page.locator("mark").text_content() == WORDS


def test_what_turns_text_around_turns_nothing_around_it(shelf: Live, visit: Visitor) -> None:
    page = visit(address(shelf, "ky-tu", text=CHARACTERS)).page
    for selector in (".page", "h1", ".cite-text"):
        assert page.locator(selector).first.evaluate("(one) => getComputedStyle(one).unicodeBidi") == "isolate"


# --- long, printed, seen --------------------------------------------------------------------


@pytest.mark.parametrize(("doc_id", "page"), [("luat", 700), ("mot", 1)], ids=["a thousand pages", "one page of 5 MB"])
def test_a_document_of_five_megabytes_opens_at_its_mark(shelf: Live, visit: Visitor, doc_id: str, page: int) -> None:
    from playwright.sync_api import expect

    assert sum(len(text.encode()) for text in shelf.document(doc_id).pages) > 5_000_000
    opened = visit(address(shelf, doc_id, page, "Điều 700. Cơ quan quản lý đo lường"))
    expect(opened.page.locator("mark")).to_be_in_viewport()
    opened.page.wait_for_load_state("networkidle")
    expect(opened.page.locator("mark")).to_be_in_viewport()


def test_in_print_stand_the_text_its_citation_and_its_address(shelf: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(address(shelf, "cau", page=2)).page
    drawn(page)
    page.emulate_media(media="print")
    expect(page.locator("aside")).to_be_hidden()
    expect(page.locator(".cite-text")).to_be_visible()
    expect(page.locator(".here")).to_have_text(page.url)
    expect(page.locator("main")).to_be_visible()
    assert page.locator("button:visible").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_the_source_page_is_readable(shelf: Live, visit: Visitor, scheme: str) -> None:
    page = visit(address(shelf, "cau", page=2), color_scheme=scheme).page
    drawn(page)
    texts = ["h1", ".meta", ".cite-text", ".actions button", ".download", ".tools button", ".place", ".page", "mark"]
    assert_readable(page, texts, dark=scheme == "dark")
    page.goto(address(shelf, "ky-tu", text=CHARACTERS))
    assert_readable(page, ["h1", ".md-heading", ".md-sign"], dark=scheme == "dark")


def test_the_sample_pdf_shows_its_second_page_with_the_mark(
    visit: Visitor, sample_assistant: Assistant, sample_data: Path
) -> None:
    from playwright.sync_api import expect

    (document,) = [
        one for one in sample_assistant.generation().passages.all_documents() if one.source.endswith("12-2024-do-luong.pdf")
    ]
    assert Path(document.source).parent == ARTICLES
    passage = next(p for p in sample_assistant.generation().passages.document_passages(document.doc_id) if p.page == 1)
    with serving(make_app(sample_assistant, Settings(data=sample_data))) as port:
        url = f"http://127.0.0.1:{port}{document_url(document.doc_id)}?page=2&start={passage.start}&end={passage.end}#doan"
        page = visit(url).page
        expect(page.locator(".leaf[data-page='2'] .hits div").nth(5)).to_be_visible()
