"""The pages in a real browser. Without Chromium they are skipped, but not where CI=true."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from docs_store import Document
from indexer import reindex
from retriever import Assistant
from webui.examples import example_questions
from webui.messages import EN, VI, Messages
from webui.server import make_app
from webui.settings import Settings

from . import hostile
from .conftest import sample_questions
from .fake import HashEmbedder
from .live import serving, serving_pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Frame, Locator, Page

INTRANET, OTHER, HOITIN = "intranet.example", "other.example", "hoitin.example"
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=" + ",".join(
        [*(f"MAP {name} 127.0.0.1" for name in (INTRANET, OTHER, HOITIN)), "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"]
    ),
]  # fmt: skip
_OWN_HOSTS = {"127.0.0.1", INTRANET, OTHER, HOITIN}
# Said by Chromium of a plain http site, of a foreign frame, and of a page left while it loaded: no faults.
_NOTICES = ("Cross-Origin-Opener-Policy header has been ignored", "Blocked autofocusing", "AbortError: signal is aborted")
# The widget's shadow root is closed; a test has to see inside.
_OPEN_SHADOWS = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (init) { return attach.call(this, { ...init, mode: "open" }); };
"""
_CONTRAST = """
(element) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].map((value) => value / 255);
  };
  const over = (top, below) => [0, 1, 2].map((n) => top[n] * top[3] + below[n] * (1 - top[3])).concat(1);
  const grounds = [];
  for (let at = element; at; at = at.parentElement) grounds.push(rgba(getComputedStyle(at).backgroundColor));
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const ground = grounds.reverse().reduce((below, top) => over(top, below), dark ? [0, 0, 0, 1] : [1, 1, 1, 1]);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const [low, high] = [light(over(rgba(getComputedStyle(element).color), ground)), light(ground)].sort((a, b) => a - b);
  return { ratio: (high + 0.05) / (low + 0.05), ground: light(ground) };
}
"""


@dataclass(frozen=True)
class Live:
    """A served application."""

    port: int
    assistant: Assistant

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def document(self, doc_id: str) -> Document:
        document = self.assistant.generation().passages.document(doc_id)
        assert document
        return document


@dataclass
class Visit:
    """A page, and all that happened on it and on the pages opened from it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: self._note(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("dialog", self._dismiss)

    def _note(self, text: str) -> None:
        if not any(notice in text for notice in _NOTICES):
            self.faults.append(text)

    def _dismiss(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def outside(self) -> list[str]:
        """Return the requests that left this machine."""
        urls = [urlsplit(url) for url in self.requests]
        return [url.geturl() for url in urls if url.scheme not in ("data", "blob") and url.hostname not in _OWN_HOSTS]


def _no_browser(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}; in CI the browser tests must run")
    pytest.skip(f"{reason}: the pages were not tried in a browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _no_browser("playwright is not installed")
    program = shutil.which("chromium")
    if not program:
        _no_browser("there is no chromium on this machine")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def host_pages() -> dict[str, tuple[str, str]]:
    """Return the pages of another server, path -> (HTML, content security policy); fill it as needed."""
    return {}


@pytest.fixture(scope="module")
def host_port(host_pages: dict[str, tuple[str, str]]) -> Iterator[int]:
    with serving_pages(host_pages) as port:
        yield port


@pytest.fixture(scope="module")
def live(browser: Browser, sample_data: Path, sample_assistant: Assistant, host_port: int) -> Iterator[Live]:
    """Return the application over the sample news; only the intranet page may carry its widget."""
    settings = Settings(data=sample_data, embed_origins=(f"http://{INTRANET}:{host_port}",), rate=0)
    with serving(make_app(sample_assistant, settings)) as port:
        yield Live(port, sample_assistant)


@pytest.fixture(scope="module")
def poisoned(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Return the application over hostile news."""
    folder = tmp_path_factory.mktemp("poisoned")
    (folder / "news").mkdir()
    hostile.write_hostile_news(folder / "news")
    embedder = HashEmbedder()
    reindex(folder / "data", [folder / "news"], embedder)
    assistant = Assistant(folder / "data", lambda: embedder)
    with serving(make_app(assistant, Settings(data=folder / "data", rate=0))) as port:
        yield Live(port, assistant)


Visitor = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visitor]:
    """Return a function that opens an address in a fresh profile; keywords are the profile's options.

    When the test ends, no page may have complained, and nothing may have left this machine.
    """
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def open_page(url: str, before: str = "", **options: Any) -> Visit:
        context = browser.new_context(**{"locale": "vi-VN", "viewport": {"width": 1200, "height": 800}, **options})
        contexts.append(context)
        context.set_default_timeout(20_000)
        if before:
            context.add_init_script(before)
        opened = Visit(context.new_page())
        visits.append(opened)
        context.on("request", lambda request: opened.requests.append(request.url))
        opened.watch(opened.page)
        context.on("page", opened.watch)
        opened.page.goto(url)
        return opened

    yield open_page
    for context in contexts:
        context.close()
    for opened in visits:
        assert opened.faults == []
        assert opened.outside() == []
        assert opened.dialogs == []


def ask(page: Page | Frame, question: str) -> Locator:
    """Ask in the chat and return the answer, once it is there."""
    from playwright.sync_api import expect

    answers = page.locator(".hoitin-chat .message.bot")
    before = answers.count()
    box = page.locator(".hoitin-box textarea")
    box.fill(question)
    box.press("Enter")
    expect(answers).to_have_count(before + 1, timeout=20_000)
    answers.last.locator(".hoitin-card, .hoitin-none, .hoitin-problem").first.wait_for()
    return answers.last


def sample(question_id: str) -> Any:
    """Return a sample question by its id."""
    return next(question for question in sample_questions() if question.id == question_id)


UNACCENTED, ON_PDF_PAGE_2, UNANSWERABLE = "q03", "q71", "n08"


# --- the chat -------------------------------------------------------------------------------


def test_an_unaccented_question_is_answered_by_a_card_whose_highlight_is_in_the_source(live: Live, visit: Visitor) -> None:
    page = visit(f"{live.url}/chat/").page
    question = sample(UNACCENTED)
    answer = ask(page, question.question)
    card = answer.locator(".hoitin-card").first
    highlighted = card.locator("mark").text_content()
    assert highlighted
    assert question.contains in highlighted
    doc_id = re.search(r"/source/([^?]+)", card.locator("a").first.get_attribute("href") or "")
    assert doc_id
    text = live.document(doc_id.group(1)).pages[0]
    assert highlighted in text
    assert card.locator(".hoitin-passage").text_content() in text
    assert question.question in (page.locator(".hoitin-chat .message.user").last.text_content() or "")
    assert page.locator(".hoitin-sources li").count() == answer.locator(".hoitin-card").count()


def test_the_link_of_a_card_opens_the_source_with_the_marked_passage_in_view(live: Live, visit: Visitor) -> None:
    opened = visit(f"{live.url}/chat/", viewport={"width": 900, "height": 500})
    card = ask(opened.page, sample(ON_PDF_PAGE_2).question).locator(".hoitin-card").first
    passage = card.locator(".hoitin-passage").text_content()
    with opened.page.context.expect_page() as tab:
        card.get_by_role("link", name=VI.open_source).click()
    source = tab.value
    source.wait_for_load_state()
    mark = source.locator("mark#doan")
    assert mark.text_content() == passage
    place = mark.evaluate("(mark) => ({ top: mark.getBoundingClientRect().top, scrolled: scrollY, height: innerHeight })")
    assert place["scrolled"] > 0
    assert 0 <= place["top"] < place["height"]
    assert source.locator("section", has=mark).locator("h2").text_content() == "trang 2"


def test_what_is_not_in_the_news_is_said_plainly(live: Live, visit: Visitor) -> None:
    answer = ask(visit(f"{live.url}/chat/").page, sample(UNANSWERABLE).question)
    text = answer.inner_text()
    assert VI.not_found in text
    assert "46 bài" in text
    assert answer.locator(".hoitin-card").count() == 0


def test_the_example_buttons_come_from_the_indexed_news_and_answer_when_clicked(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    expected = example_questions(live.assistant, 4)
    assert len(expected) == 4
    buttons = page.locator(".hoitin-examples button:not(.hoitin-new)")
    expect(buttons).to_have_text(expected)
    buttons.first.click()
    expect(page.locator(".hoitin-chat .hoitin-card mark").first).to_be_visible()
    expect(page.locator(".hoitin-chat .message.user")).to_have_text(expected[0])


def test_a_new_chat_is_empty_again(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    ask(page, sample(UNACCENTED).question)
    page.get_by_role("button", name=VI.new_chat).click()
    expect(page.locator(".hoitin-card")).to_have_count(0)
    assert VI.no_sources in page.locator(".hoitin-side").inner_text()
    assert ask(page, sample(ON_PDF_PAGE_2).question).locator(".hoitin-card").count() >= 1


@pytest.mark.parametrize(("path", "messages", "other"), [("/chat/", VI, EN), ("/en/chat/", EN, VI)], ids=["vi", "en"])
def test_each_mount_speaks_its_language_and_leads_to_the_other(
    live: Live, visit: Visitor, path: str, messages: Messages, other: Messages
) -> None:
    from playwright.sync_api import expect

    opened = visit(f"{live.url}{path}", locale="en-US" if messages is VI else "vi-VN")
    page = opened.page
    expect(page.get_by_role("heading", level=1)).to_have_text(messages.title)
    answer = ask(page, sample(UNACCENTED).question)
    assert messages.open_source in answer.inner_text()
    assert page.locator("html").get_attribute("lang") == messages.lang
    assert page.get_by_placeholder(messages.placeholder).count() == 1
    expect(page.get_by_role("button", name=messages.send)).to_be_visible()
    link = page.locator(".hoitin-language a")
    expect(link).to_have_text(messages.other_name)
    page.goto(live.url + str(link.get_attribute("href")))
    expect(page.get_by_role("heading", level=1)).to_have_text(other.title)
    expect(page.locator("html")).to_have_attribute("lang", other.lang)


def test_the_keyboard_is_enough_to_ask(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    expect(page.locator(".hoitin-box textarea")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            break
    page.keyboard.type(sample(UNACCENTED).question)
    page.keyboard.press("Enter")
    expect(page.locator(".hoitin-card mark").first).to_be_visible()
    expect(page.locator(".hoitin-box textarea")).to_have_value("")


def test_on_a_narrow_screen_nothing_is_cut_and_nothing_scrolls_sideways(live: Live, poisoned: Live, visit: Visitor) -> None:
    for site, question in ((live, sample(ON_PDF_PAGE_2).question), (poisoned, hostile.BODY_QUESTION)):
        page = visit(f"{site.url}/chat/", viewport={"width": 375, "height": 720}).page
        card = ask(page, question).locator(".hoitin-card").first
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        box = card.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 375
        wide = "(card) => [card, ...card.querySelectorAll('*')].some((e) => e.getBoundingClientRect().right > innerWidth + 0.5)"
        assert not card.evaluate(wide)
        log = page.locator(".hoitin-chat .bubble-wrap")
        assert log.evaluate("(log) => log.scrollWidth <= log.clientWidth")
        page.goto(site.url + str(card.locator("a").first.get_attribute("href")))
        assert page.evaluate("document.documentElement.scrollWidth") <= 375


CHAT_TEXTS = [
    ".hoitin-passage", ".hoitin-passage mark", ".hoitin-title a", ".hoitin-number", ".hoitin-meta", ".hoitin-links",
    ".hoitin-links a", ".hoitin-count", ".message.user p", ".hoitin-intro h1", ".hoitin-intro p", ".hoitin-language a",
    ".hoitin-sources a", ".hoitin-sources small", ".hoitin-side h2", ".hoitin-examples button:visible", ".hoitin-box textarea",
    ".hoitin-box button", ".hoitin-none strong", ".hoitin-none a", ".hoitin-none small",
]  # fmt: skip
PAGE_TEXTS = ["h1", ".meta", "a", ".page", ".page-number", "mark", ".notice"]


def assert_readable(page: Page, selectors: list[str], *, dark: bool) -> None:
    """Check that every text meets WCAG's 4.5:1 on its ground, and that the ground is that of the theme."""
    faint = {}
    for selector in selectors:
        seen = page.locator(selector).first.evaluate(_CONTRAST)
        if seen["ratio"] < 4.5:
            faint[selector] = seen["ratio"]
    assert faint == {}
    ground = page.locator(selectors[0]).first.evaluate(_CONTRAST)["ground"]
    assert (ground < 0.2) is dark


@pytest.mark.parametrize(
    ("address", "scheme", "dark"),
    [("?__theme=dark", "light", True), ("", "dark", True), ("?__theme=light", "light", False)],
    ids=["asked dark", "system dark", "light"],
)
def test_every_text_is_readable_in_either_theme(live: Live, visit: Visitor, address: str, scheme: str, dark: bool) -> None:
    page = visit(f"{live.url}/chat/{address}", color_scheme=scheme).page
    ask(page, sample(UNANSWERABLE).question)
    ask(page, sample(ON_PDF_PAGE_2).question)
    page.locator(".hoitin-examples button:visible").first.wait_for()
    assert_readable(page, CHAT_TEXTS, dark=dark)
    source = live.url + str(page.locator(".hoitin-card a").first.get_attribute("href"))
    page.goto(source)
    page_is_dark = scheme == "dark"
    assert_readable(page, PAGE_TEXTS[:-1], dark=page_is_dark)
    page.goto(re.sub(r"v=\w+", "v=0", source))
    assert_readable(page, [".notice"], dark=page_is_dark)


def test_no_page_complains_or_asks_another_machine_for_anything(live: Live, visit: Visitor) -> None:
    opened = visit(f"{live.url}/chat/")
    card = ask(opened.page, sample(ON_PDF_PAGE_2).question).locator(".hoitin-card").first
    source = live.url + str(card.locator("a").first.get_attribute("href"))
    for url in (source, f"{live.url}/widget-demo", f"{live.url}/source/khong-co?lang=en", f"{live.url}/en/chat/"):
        opened.page.goto(url)
        opened.page.wait_for_load_state("networkidle") if "chat" not in url else ask(opened.page, "techfest 2024")
    assert len(opened.requests) > 20
    assert any("/gradio_api/run/predict" in url for url in opened.requests)
    assert not any("/queue/" in url for url in opened.requests)  # no event stream: an answer is one response
    assert opened.outside() == []
    faults = [fault for fault in opened.faults if "404" not in fault]  # the missing document is meant to be missing
    assert faults == []
    opened.faults.clear()


# --- hostile text ---------------------------------------------------------------------------

_INJECTED = "script, form, iframe, img, svg, style, input, object, embed, [onerror], [onload], [onclick]"


@pytest.mark.parametrize(
    "question",
    [hostile.BODY_QUESTION, hostile.FILE_NAME_QUESTION, hostile.RECORD_QUESTION, "Vườn thuốc Mộc Hương rộng bao nhiêu ha?"],
)
def test_a_hostile_document_is_only_text_in_the_chat_and_on_its_page(poisoned: Live, visit: Visitor, question: str) -> None:
    opened = visit(f"{poisoned.url}/chat/")
    answer = ask(opened.page, question)
    citations = poisoned.assistant.ask(question).citations
    assert answer.locator(".hoitin-passage").all_text_contents() == [citation.passage for citation in citations]
    assert answer.locator(".hoitin-passage mark").all_text_contents() == [citation.quote for citation in citations]
    assert answer.locator(".hoitin-title a").all_text_contents() == [citation.title for citation in citations]
    assert opened.page.locator(".hoitin-sources a").all_text_contents() == [citation.title for citation in citations]
    for shown in (answer, opened.page.locator(".hoitin-sources")):
        assert shown.locator(_INJECTED).count() == 0
        for address in shown.locator("a").evaluate_all("(links) => links.map((link) => link.href)"):
            assert urlsplit(address).hostname in ("127.0.0.1", "bo.example")
    source = poisoned.url + str(answer.locator(".hoitin-card a").first.get_attribute("href"))
    opened.page.goto(source)
    assert opened.page.locator("mark#doan").text_content() == citations[0].passage
    assert opened.page.locator("body").locator(_INJECTED).count() == 0
    assert opened.page.locator("h1").text_content() == citations[0].title
    assert opened.outside() == []


@pytest.mark.parametrize(
    "question",
    [
        f"{hostile.IMAGE} {hostile.SCRIPT} {hostile.FORM}",
        f"**đậm** `mã` {hostile.LINKS} $x^2$ :smile: www.evil.example ai@evil.example",
        f"    # bốn dấu cách <b>đầu</b> dòng {hostile.OVERLAY}",
        hostile.BREAKOUT,
    ],
)
def test_a_hostile_question_is_only_text(live: Live, visit: Visitor, question: str) -> None:
    opened = visit(f"{live.url}/chat/")
    ask(opened.page, question)
    asked = opened.page.locator(".hoitin-chat .message.user").last
    assert (asked.text_content() or "").strip() == question.strip()
    assert opened.page.locator(".hoitin-chat .message").locator(_INJECTED).count() == 0
    assert asked.locator("a, b, strong, code, pre, h1, em, .katex").count() == 0


# --- the widget -----------------------------------------------------------------------------


def test_the_demo_page_opens_the_chat_and_escape_closes_it_and_gives_the_focus_back(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/widget-demo", before=_OPEN_SHADOWS).page
    button = page.get_by_role("button", name="Hỏi tin")
    expect(button).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.locator("iframe")).to_have_count(0)
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(button).not_to_be_focused()
    frame = page.frame_locator("iframe")
    expect(frame.locator(".hoitin-box textarea")).to_be_visible()
    for hold in (frame.locator(".hoitin-box textarea"), page.get_by_role("button", name="Đóng")):
        hold.focus()
        page.keyboard.press("Escape")
        expect(page.locator("#panel")).to_be_hidden()
        expect(button).to_be_focused()
        page.keyboard.press("Enter")
        expect(frame.locator(".hoitin-box textarea")).to_be_visible()
    page.get_by_role("button", name="Đóng").click()
    expect(page.locator("#panel")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(frame.locator(".hoitin-box textarea")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(1)


def host_page(live: Live, script: str = "") -> tuple[str, str]:
    """Return an intranet page that carries the widget, and the strict policy of its server."""
    hoitin = f"http://{HOITIN}:{live.port}"
    rules = f"default-src 'none'; script-src {hoitin}; style-src 'none'; frame-src {hoitin}; connect-src {hoitin}"
    tag = f'<script src="{hoitin}/widget.js" {script}></script>' if script != "none" else ""
    return f"<!doctype html><html lang=vi><title>Nội bộ</title><h1>Trang nội bộ</h1>{tag}</html>", rules


def test_a_page_of_an_allowed_origin_with_a_strict_policy_asks_in_the_widget(
    live: Live, visit: Visitor, host_pages: dict[str, tuple[str, str]], host_port: int
) -> None:
    from playwright.sync_api import expect

    host_pages["/noi-bo"] = host_page(live, 'data-theme="dark"')
    page = visit(f"http://{INTRANET}:{host_port}/noi-bo", before=_OPEN_SHADOWS).page
    page.get_by_role("button", name="Hỏi tin").click()
    expect(page.frame_locator("iframe").locator(".hoitin-box textarea")).to_be_visible()
    frame = next(frame for frame in page.frames if urlsplit(frame.url).hostname == HOITIN)
    assert urlsplit(frame.url).path == "/chat/"
    question = sample(UNACCENTED)
    answer = ask(frame, question.question)
    assert question.contains in (answer.locator("mark").first.text_content() or "")
    assert answer.locator(".hoitin-passage").first.evaluate(_CONTRAST)["ground"] < 0.2
    box = page.locator("#panel").bounding_box()
    assert box
    assert box["x"] + box["width"] <= 1200
    assert box["y"] >= 0


def test_the_widget_speaks_english_where_the_page_asks_for_it(
    live: Live, visit: Visitor, host_pages: dict[str, tuple[str, str]], host_port: int
) -> None:
    from playwright.sync_api import expect

    host_pages["/english"] = host_page(live, 'data-lang="en"')
    page = visit(f"http://{INTRANET}:{host_port}/english", before=_OPEN_SHADOWS).page
    page.get_by_role("button", name="Ask the news").click()
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_have_text(EN.title)


def test_a_page_of_another_origin_is_told_its_own_address_instead_of_a_blank_panel(
    live: Live, visit: Visitor, host_pages: dict[str, tuple[str, str]], host_port: int
) -> None:
    from playwright.sync_api import expect

    host_pages["/la"] = host_page(live)
    opened = visit(f"http://{OTHER}:{host_port}/la", before=_OPEN_SHADOWS)
    opened.page.get_by_role("button", name="Hỏi tin").click()
    message = opened.page.locator("#panel p")
    expect(message).to_contain_text(f"http://{OTHER}:{host_port}")
    expect(message).to_contain_text("HOITIN_EMBED_ORIGINS")
    expect(opened.page.locator("iframe")).to_have_count(0)
    assert all("/widget/allowed" in fault or "ERR_FAILED" in fault for fault in opened.faults)
    opened.faults.clear()  # the browser reports the refused request; that is how it should be


def test_a_page_of_another_origin_cannot_frame_the_chat_itself(
    live: Live, visit: Visitor, host_pages: dict[str, tuple[str, str]], host_port: int
) -> None:
    chat = f"http://{HOITIN}:{live.port}/chat/"
    host_pages["/khung"] = (f"<!doctype html><title>x</title><iframe src='{chat}'></iframe>", "default-src 'none'; frame-src *")
    opened = visit(f"http://{OTHER}:{host_port}/khung")
    frames = [frame for frame in opened.page.frames if frame is not opened.page.main_frame]
    assert len(frames) == 1
    assert frames[0].locator(".hoitin-box").count() == 0
    assert any("frame-ancestors" in fault for fault in opened.faults)
    opened.faults.clear()


def test_the_widget_leaves_no_new_globals_on_the_host_page(
    live: Live, visit: Visitor, host_pages: dict[str, tuple[str, str]], host_port: int
) -> None:
    from playwright.sync_api import expect

    host_pages["/khong"] = host_page(live, "none")
    host_pages["/co"] = host_page(live)
    globals_of = "Object.getOwnPropertyNames(window).sort()"
    without = visit(f"http://{INTRANET}:{host_port}/khong").page.evaluate(globals_of)
    page = visit(f"http://{INTRANET}:{host_port}/co").page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    frame = page.wait_for_event("frameattached") if len(page.frames) == 1 else page.frames[1]
    expect(frame.locator(".hoitin-box textarea")).to_be_visible()
    assert page.evaluate(globals_of) == without
    assert page.evaluate("document.body.lastElementChild.shadowRoot") is None


def test_a_period_is_shown_and_its_button_takes_it_off(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    answer = ask(page, "Techfest có bao nhiêu gian hàng trong tháng 11 năm 2023?")
    assert "từ 01/11/2023 đến 30/11/2023" in answer.locator(".hoitin-understood").inner_text()
    button = page.locator(".hoitin-any-time:visible")
    assert "từ 01/11/2023 đến 30/11/2023" in button.inner_text()
    answers = page.locator(".hoitin-chat .message.bot")
    before = answers.count()
    button.click()
    expect(answers).to_have_count(before + 1)
    expect(answers.last.locator(".hoitin-card").first).to_be_visible()
    assert "từ 01/11/2023" not in answers.last.inner_text()
    expect(page.locator(".hoitin-any-time:visible")).to_have_count(0)


def test_a_follow_up_shows_the_question_it_was_taken_for(live: Live, visit: Visitor) -> None:
    page = visit(f"{live.url}/chat/").page
    ask(page, "Techfest Việt Nam 2024 đón bao nhiêu lượt khách?")
    answer = ask(page, "con nam 2023 thi sao")
    assert "Hiểu là: Techfest Việt Nam 2023 đón bao nhiêu lượt khách?" in answer.locator(".hoitin-understood").inner_text()
    assert "6.500 lượt khách" in answer.locator(".hoitin-card").first.inner_text()
