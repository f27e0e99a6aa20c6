"""The widget: a script that any page may carry, the chat in its frame, and the page that writes the tag.

In the browser the page, the chat and a page that is not allowed stand on three different site names.
"""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import lxml.html
import pytest
from starlette.testclient import TestClient

from retriever import Assistant
from webui.messages import EN, VI
from webui.settings import Settings
from webui.widget import widget_script
from webui.widget_words import WIDGET

from .browser import (
    CONTRAST,
    HOITIN,
    INTRANET,
    ON_PDF_PAGE_2,
    OPEN_SHADOWS,
    OTHER,
    UNACCENTED,
    Live,
    Visit,
    Visitor,
    ask,
    assert_readable,
    sample,
)
from .fake import HashEmbedder

if TYPE_CHECKING:
    from playwright.sync_api import Frame, FrameLocator, Locator, Page

ALLOWED, STRANGER = "https://intranet.example", "https://evil.example"
PAGES = ("/widget-demo", "/widget-setup", "/widget/hello")
PHONE = {"width": 375, "height": 720}


# --- what the server gives ------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Return a client of an application without an index, under a prefix."""
    from webui.server import make_app

    folder = tmp_path_factory.mktemp("widget")
    settings = Settings(data=folder, embed_origins=(ALLOWED,), root_path="/tin")
    app = make_app(Assistant(folder, HashEmbedder), settings)
    return TestClient(app, base_url="http://hoitin.example", root_path="/tin")


def policy(response: Any) -> dict[str, str]:
    """Return the response's content security policy, directive -> sources."""
    header = response.headers["content-security-policy"]
    return {name: sources for name, _, sources in (part.strip().partition(" ") for part in header.split(";"))}


def test_the_script_is_one_small_file_that_needs_no_other(client: TestClient) -> None:
    response = client.get("/widget.js")
    assert response.headers["content-type"].startswith("text/javascript")
    assert len(response.content) < 10_000
    assert response.text == widget_script()
    for word in ("import(", "fetch(", "XMLHttpRequest", "eval(", "Function(", "innerHTML", "cookie", "indexedDB"):
        assert word not in response.text
    # Of the page's storage it has one mark: that the chat was open.
    assert response.text.count("Storage") == response.text.count('sessionStorage["hoitin-open"]')
    assert set(re.findall(r"https?://[^\s\"'`$]*", response.text)) <= {"https://…"}


def test_any_page_may_load_the_script_even_as_a_module_and_read_nothing_else(client: TestClient) -> None:
    for origin in (ALLOWED, STRANGER, "null"):
        headers = client.get("/widget.js", headers={"Origin": origin}).headers
        assert headers["access-control-allow-origin"] in ("*", origin)
        assert headers["cross-origin-resource-policy"] == "cross-origin"
        assert "access-control-allow-credentials" not in headers
    for path in (*PAGES, "/widget/allowed", "/chat/"):
        assert "access-control-allow-origin" not in client.get(path, headers={"Origin": STRANGER}).headers
    assert client.get("/widget/allowed", headers={"Origin": ALLOWED}).headers["access-control-allow-origin"] == ALLOWED


def test_only_the_page_that_says_hello_may_be_framed_by_anybody(client: TestClient) -> None:
    assert policy(client.get("/widget/hello"))["frame-ancestors"] == "*"
    for path in (
        "/chat/",
        "/en/chat/",
        "/widget-demo",
        "/widget-setup",
        "/widget/hello/x",
        "/widget/allowed",
    ):
        assert policy(client.get(path))["frame-ancestors"] == f"'self' {ALLOWED}"
    page = lxml.html.document_fromstring(client.get("/widget/hello").text)
    assert page.text_content().strip() == "hoitin"
    assert page.xpath("//body//*") == []
    assert page.xpath("//a | //form | //iframe | //button") == []


@pytest.mark.parametrize("path", PAGES)
def test_each_page_speaks_both_languages_and_has_no_script_but_by_address(client: TestClient, path: str) -> None:
    texts = set()
    for lang in ("vi", "en"):
        response = client.get(path, params={"lang": lang})
        page = lxml.html.document_fromstring(response.text)
        assert page.get("lang") == lang
        assert page.xpath("//script[not(@src)] | //script[@nonce]") == []
        assert page.xpath("//@style | //@onclick") == []
        for address in page.xpath("//script/@src | //link/@href | //iframe/@src"):
            assert address.startswith("/tin/")
        texts.add(page.text_content() + "".join(page.xpath("//script/@data-refused")))
        if path != "/widget/hello":
            other = "en" if lang == "vi" else "vi"
            assert page.xpath(f'//a[@href="?lang={other}"]/@lang') == [other]
    assert len(texts) == 2
    assert lxml.html.document_fromstring(client.get(path, params={"lang": "<b>"}).text).get("lang") == "vi"


def test_what_the_browser_says_of_the_host_is_only_text_on_the_pages(client: TestClient) -> None:
    for path in PAGES:
        page = client.get(path, headers={"Host": 'x"><script>alert(1)</script>'}).text
        assert "<script>alert" not in page
        assert "alert(1)</script>" not in page


def test_words_come_in_pairs() -> None:
    for name, pair in WIDGET.items():
        assert len(pair) == 2, name
        assert all(pair), name


# --- pages of others that carry it ----------------------------------------------------------


@pytest.fixture
def carry(live: Live, visit: Visitor, host_pages: dict[str, tuple[str, str]], host_port: int) -> Any:
    """Return a function that opens a page with the widget on another site and returns the visit."""

    def open_page(
        attributes: str = "",
        host: str = INTRANET,
        body: str = "",
        tag: str | None = None,
        rules: str | None = None,
        **options: Any,
    ) -> Visit:
        path = f"/trang-{len(host_pages)}"
        page, strict = host_page(live, attributes, body=body, tag=tag)
        host_pages[path] = (page, strict if rules is None else rules)
        return visit(f"http://{host}:{host_port}{path}", before=OPEN_SHADOWS, **options)

    return open_page


def host_page(live: Live, attributes: str = "", *, body: str = "", tag: str | None = None) -> tuple[str, str]:
    """Return an intranet page that carries the widget, and the strict policy of its server: no connection, no style."""
    hoitin = f"http://{HOITIN}:{live.port}"
    rules = f"default-src 'none'; script-src {hoitin}; style-src 'none'; frame-src {hoitin}; base-uri 'none'"
    tag = f'<script src="{hoitin}/widget.js" {attributes}></script>' if tag is None else tag
    head = '<meta charset=utf-8><meta name=viewport content="width=device-width, initial-scale=1"><title>Nội bộ</title>'
    return f'<!doctype html><html lang=vi>{head}<h1>Trang nội bộ</h1><a href="#x">Liên kết</a>{body}{tag}</html>', rules


def box_of(page: Page) -> Locator:
    """Return the question box in the widget's frame."""
    return page.frame_locator("iframe").locator(".hoitin-box textarea")


def chat_frame(page: Page) -> Frame:
    """Return the frame of the chat, once it can be asked."""
    from playwright.sync_api import expect

    expect(box_of(page)).to_be_visible(timeout=20_000)
    expect(page.locator("#note")).to_be_empty(timeout=20_000)
    return next(frame for frame in page.frames if urlsplit(frame.url).path.endswith("/chat/"))


def test_the_demo_page_opens_the_chat_and_escape_closes_it_and_gives_the_focus_back(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/widget-demo", before=OPEN_SHADOWS).page
    button = page.get_by_role("button", name="Hỏi tin")
    expect(button).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.locator("iframe")).to_have_count(0)
    page.keyboard.press("Shift+Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Hỏi tin")).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(button).not_to_be_focused()
    frame = page.frame_locator("iframe")
    expect(frame.locator(".hoitin-box textarea")).to_be_visible(timeout=30_000)
    for hold in (frame.locator(".hoitin-box textarea"), page.get_by_role("button", name="Đóng")):
        hold.focus()
        page.keyboard.press("Escape")
        expect(page.locator("#panel")).to_be_hidden()
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("Space")
        expect(frame.locator(".hoitin-box textarea")).to_be_visible()
    page.get_by_role("button", name="Đóng").click()
    expect(page.locator("#panel")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(frame.locator(".hoitin-box textarea")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(1)


def test_no_key_is_lost_between_closing_and_opening_again(live: Live, visit: Visitor) -> None:
    page = visit(f"{live.url}/widget-demo", before=OPEN_SHADOWS).page
    page.get_by_role("button", name="Hỏi tin").click()
    page.get_by_role("button", name="Đóng").wait_for()
    closed, opened, later = page.evaluate("""async () => {
      const { shadowRoot: root } = document.querySelector("[data-hoitin]");
      const button = root.querySelector("#open");
      const state = () => [root.querySelector("#panel").open, button.ariaExpanded, root.activeElement === button];
      root.querySelector("button[aria-label=Đóng]").click();
      const closed = state();
      button.click();
      const opened = state();
      await new Promise((done) => setTimeout(done, 500));
      return [closed, opened, state()];
    }""")
    assert closed == [False, "false", True]
    assert opened == later == [True, "true", False]


def test_a_page_of_an_allowed_origin_with_a_strict_policy_asks_in_the_widget(carry: Any) -> None:
    page = carry('data-theme="dark"').page
    page.get_by_role("button", name="Hỏi tin").click()
    frame = chat_frame(page)
    assert urlsplit(frame.url).hostname == HOITIN
    assert urlsplit(frame.url).path == "/chat/"
    question = sample(UNACCENTED)
    answer = ask(frame, question.question)
    assert question.contains in (answer.locator("mark").first.text_content() or "")
    assert answer.locator(".hoitin-passage").first.evaluate(CONTRAST)["ground"] < 0.2
    box = page.locator("#panel").bounding_box()
    assert box
    assert box["x"] + box["width"] <= 1200
    assert box["y"] >= 0


def test_across_sites_the_focus_goes_into_the_box_and_escape_brings_it_back(carry: Any) -> None:
    from playwright.sync_api import expect

    page = carry().page
    button = page.get_by_role("button", name="Hỏi tin")
    for key in ("Enter", "Space"):
        button.press(key)
        chat_frame(page)
        expect(box_of(page)).to_be_focused()
        page.keyboard.type("gio nao")
        page.keyboard.press("Escape")
        expect(page.locator("#panel")).to_be_hidden()
        expect(button).to_be_focused()
    button.press("Enter")
    expect(box_of(page)).to_have_value("gio naogio nao")


def test_the_answer_in_the_frame_has_its_citations_below_the_cards_and_nothing_is_cut(carry: Any) -> None:
    from playwright.sync_api import expect

    for size in ({"width": 1200, "height": 800}, PHONE, {"width": 320, "height": 640}):
        page = carry(viewport=size).page
        page.get_by_role("button", name="Hỏi tin").click()
        frame = chat_frame(page)
        expect(frame.locator(".hoitin-examples button:not(.hoitin-new)").first).to_be_visible()
        assert not frame.locator(".hoitin-sources").is_visible()
        answer = ask(frame, sample(ON_PDF_PAGE_2).question)
        sources = frame.locator(".hoitin-sources li")
        expect(sources).to_have_count(answer.locator(".hoitin-card").count())
        tops = [place.bounding_box() for place in (answer.locator(".hoitin-card").first, sources.first)]
        assert tops[0]
        assert tops[1]
        assert tops[0]["y"] + tops[0]["height"] <= tops[1]["y"]
        expect(frame.locator(".hoitin-box textarea")).to_be_in_viewport(ratio=1)
        expect(frame.locator(".hoitin-chat .message.user")).to_be_in_viewport()
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert frame.locator("html").get_attribute("lang") == "vi"
        wide = "(all) => all.filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5).length"
        assert frame.locator(".hoitin-card, .hoitin-card *, .hoitin-sources *, .hoitin-box *").evaluate_all(wide) == 0
        with page.context.expect_page() as tab:
            answer.get_by_role("link", name=VI.open_source).first.click()
        tab.value.wait_for_load_state()
        assert tab.value.locator("mark#doan").count() == 1


def test_the_widget_speaks_english_where_the_page_asks_for_it(carry: Any) -> None:
    from playwright.sync_api import expect

    page = carry('data-lang="en"').page
    page.get_by_role("button", name="Ask the news").click()
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_have_text(EN.title)
    expect(page.get_by_role("dialog", name="Ask the news")).to_be_visible()
    assert page.locator("[data-hoitin]").get_attribute("lang") == "en"


@pytest.mark.parametrize(
    "tag",
    [
        '<script src="{js}" defer data-label="Hỏi Bộ"></script>',
        '<script src="{js}" async data-label="Hỏi Bộ"></script>',
        '<script type="module" src="{js}" data-label="Hỏi Bộ"></script>',
    ],
    ids=["defer", "async", "module"],
)
def test_the_tag_may_stand_in_the_head_and_run_late_or_as_a_module(carry: Any, live: Live, tag: str) -> None:
    from playwright.sync_api import expect

    tag = "<head>" + tag.format(js=f"http://{HOITIN}:{live.port}/widget.js") + "</head>"
    page = carry(tag="").page
    page = carry(body="", tag=tag).page
    expect(page.get_by_role("button", name="Hỏi Bộ")).to_be_visible()
    assert page.evaluate("document.documentElement.lastElementChild.matches('[data-hoitin]')")


def test_a_copy_of_the_script_in_the_page_itself_names_its_server(carry: Any, live: Live) -> None:
    hoitin = f"http://{HOITIN}:{live.port}"
    tag = f'<script nonce="n0nce" data-server="{hoitin}/">{widget_script()}</script>'
    rules = f"default-src 'none'; script-src 'nonce-n0nce'; frame-src {hoitin}"
    page = carry(tag=tag, rules=rules).page
    page.get_by_role("button", name="Hỏi tin").click()
    assert chat_frame(page).url.startswith(hoitin)


@pytest.mark.parametrize("server", ["", 'data-server="javascript:alert(1)//"', 'data-server="noi-bo"'])
def test_a_script_that_does_not_know_its_server_says_so_to_the_developer_and_shows_nothing(carry: Any, server: str) -> None:
    opened = carry(
        tag=f'<script nonce="n0nce" {server}>{widget_script()}</script>', rules="default-src 'none'; script-src 'nonce-n0nce'"
    )
    assert opened.page.locator("[data-hoitin]").count() == 0
    assert len(opened.faults) == 1
    assert "data-server" in opened.faults.pop()


def listeners(page: Page) -> int:
    """Return how many listeners the page's window, document and visual viewport have."""
    session = page.context.new_cdp_session(page)
    count = 0
    for name in ("window", "document", "visualViewport"):
        value = session.send("Runtime.evaluate", {"expression": name})["result"]["objectId"]
        count += len(session.send("DOMDebugger.getEventListeners", {"objectId": value})["listeners"])
    session.detach()
    return count


def test_two_tags_make_one_button_which_can_be_taken_off_and_put_back(carry: Any, live: Live) -> None:
    from playwright.sync_api import expect

    js = f"http://{HOITIN}:{live.port}/widget.js"
    bare = listeners(carry(tag="").page)
    page = carry(
        tag=f'<script src="{js}"></script><script src="{js}?2" async></script><script type=module src="{js}?3"></script>'
    ).page
    page.get_by_role("button", name="Hỏi tin").click()
    chat_frame(page)
    expect(page.locator("[data-hoitin]")).to_have_count(1)
    assert listeners(page) > bare
    children = "[document.documentElement.children.length, document.body.children.length]"
    before = page.evaluate(children)
    page.evaluate("document.querySelector('[data-hoitin]').remove()")
    expect(page.locator("iframe")).to_have_count(0)
    assert page.evaluate(children) == [before[0] - 1, before[1]]
    assert listeners(page) == bare
    page.evaluate("(src) => document.body.append(Object.assign(document.createElement('script'), { src }))", f"{js}?4")
    page.get_by_role("button", name="Hỏi tin").click()
    chat_frame(page)


# --- who is not let in ----------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "name"), [("vi", "Hỏi tin"), ("en", "Ask the news")])
def test_a_page_of_another_origin_is_told_its_own_address_instead_of_a_blank_panel(
    carry: Any, host_port: int, lang: str, name: str
) -> None:
    from playwright.sync_api import expect

    opened = carry(f'data-lang="{lang}"', host=OTHER)
    opened.page.get_by_role("button", name=name).click()
    message = opened.page.locator("#note")
    expect(message).to_contain_text("HOITIN_EMBED_ORIGINS=", timeout=20_000)
    expect(message.locator("code")).to_have_text(f"HOITIN_EMBED_ORIGINS=http://{OTHER}:{host_port}")
    expect(message.locator("p")).to_have_text(WIDGET["refused"][lang == "en"])
    expect(opened.page.locator("iframe:visible")).to_have_count(0)
    assert message.get_attribute("role") == "status"
    assert any("frame-ancestors" in fault for fault in opened.faults)
    assert not any("connect" in fault for fault in opened.faults)
    opened.page.keyboard.press("Escape")
    expect(opened.page.get_by_role("button", name=name)).to_be_focused()
    opened.page.close()
    opened.faults.clear()  # the browser reports the refused frame; that is how it should be


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
    opened.page.close()
    opened.faults.clear()


def test_a_page_whose_own_policy_forbids_the_frame_is_told_what_to_add(carry: Any, live: Live) -> None:
    from playwright.sync_api import expect

    hoitin = f"http://{HOITIN}:{live.port}"
    opened = carry(rules=f"default-src 'none'; script-src {hoitin}")
    opened.page.get_by_role("button", name="Hỏi tin").click()
    expect(opened.page.locator("#note code")).to_have_text(f"frame-src {hoitin}", timeout=20_000)
    opened.page.close()
    opened.faults.clear()


def test_a_server_that_is_away_is_said_to_be_away_and_can_be_tried_again(carry: Any, live: Live) -> None:
    from playwright.sync_api import expect

    with socket.create_server(("127.0.0.1", 0)) as listener:
        away = f"http://{HOITIN}:{listener.getsockname()[1]}"
    js = f"http://{HOITIN}:{live.port}/widget.js"
    opened = carry(tag=f'<script src="{js}" data-server="{away}"></script>', rules="frame-src *")
    page = opened.page
    page.get_by_role("button", name="Hỏi tin").click()
    expect(page.locator("#note code")).to_have_text(away, timeout=20_000)
    expect(page.locator("iframe:visible")).to_have_count(0)
    page.evaluate("(url) => (document.querySelector('script').dataset.server = url)", away)
    page.get_by_role("button", name="Thử lại").click()
    expect(page.locator("#wait")).to_be_visible()
    opened.page.close()
    opened.faults.clear()


def test_while_the_chat_is_slow_the_panel_says_that_it_opens(carry: Any) -> None:
    from playwright.sync_api import expect

    page = carry().page
    held: list[Any] = []
    page.route("**/chat/", lambda route: held.append(route))
    page.get_by_role("button", name="Hỏi tin").click()
    expect(page.locator("#wait")).to_have_text("Đang mở…")
    expect(page.locator("#panel")).to_be_focused()
    held[0].continue_()
    chat_frame(page)
    expect(page.locator("#wait")).to_have_count(0)
    expect(box_of(page)).to_be_focused()


def settle(page: Page) -> None:
    """Return when every message that was on its way to the page has arrived: they arrive in order."""
    page.evaluate(
        """new Promise((done) => {
            addEventListener("message", ({ data }) => data === "last" && done());
            postMessage("last", "*");
        })"""
    )


def test_nobody_but_the_chat_closes_the_panel(
    carry: Any, live: Live, host_pages: dict[str, tuple[str, str]], host_port: int
) -> None:
    from playwright.sync_api import expect

    says = "<!doctype html><title>x</title><script>parent.postMessage('hoitin:close', '*')</script>"
    host_pages["/ke-xau"] = (says, "script-src 'unsafe-inline'")
    stranger = f"http://{OTHER}:{host_port}/ke-xau"
    chat = f"http://{HOITIN}:{live.port}"
    page = carry(body="<iframe id=khac></iframe>", rules=f"script-src {chat}; frame-src {chat} {stranger}").page
    page.locator("#open").click()
    expect(page.frame_locator("[data-hoitin] iframe").locator(".hoitin-box textarea")).to_be_visible()
    page.evaluate("window.postMessage('hoitin:close', '*')")
    with page.expect_event("framenavigated"):
        page.evaluate("(url) => { document.getElementById('khac').src = url; }", stranger)
    page.frame_locator("#khac").locator("script").wait_for(state="attached")
    settle(page)
    expect(page.locator("#panel")).to_be_visible()
    # A second frame of our own chat is of our origin, and still not the panel's.
    page.evaluate("(url) => { document.getElementById('khac').src = url; }", f"{chat}/chat/")
    box = page.frame_locator("#khac").locator(".hoitin-box textarea")
    box.press("Escape")
    settle(page)
    expect(page.locator("#panel")).to_be_visible()


# --- nothing leaks --------------------------------------------------------------------------


def test_the_widget_leaves_no_new_globals_on_the_host_page(
    live: Live, visit: Visitor, host_pages: dict[str, tuple[str, str]], host_port: int
) -> None:
    from playwright.sync_api import expect

    host_pages["/khong"] = host_page(live, tag="")
    host_pages["/co"] = host_page(live)
    globals_of = "Object.getOwnPropertyNames(window).sort()"
    without = visit(f"http://{INTRANET}:{host_port}/khong").page.evaluate(globals_of)
    page = visit(f"http://{INTRANET}:{host_port}/co").page
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    frame = page.wait_for_event("frameattached") if len(page.frames) == 1 else page.frames[1]
    expect(frame.locator(".hoitin-box textarea")).to_be_visible()
    assert page.evaluate(globals_of) == without
    assert page.evaluate("document.documentElement.lastElementChild.shadowRoot") is None
    assert page.evaluate("document.documentElement.lastElementChild.matches('[data-hoitin]')")


HOSTILE_STYLE = """
* { color: lime !important; background: hotpink !important; font: italic 40px/3 serif !important; cursor: wait !important;
  letter-spacing: 9px !important; text-transform: uppercase !important; opacity: .2 !important;
  filter: blur(4px) !important; padding: 33px !important;
  margin: 22px !important; border: 9px dotted red !important; transition: all 90s !important;
  animation: spin 1s infinite !important; pointer-events: none !important; box-sizing: content-box !important;
  transform: rotate(9deg) !important; float: left !important; direction: rtl !important;
  --paper: red !important; --ink: red !important; --line: red !important; max-width: 9px !important;
  overflow: hidden !important; clip-path: circle(3px) !important; }
:not(html) { zoom: 2 !important; }
html { font-size: 5px; writing-mode: vertical-rl; }
div { display: none !important; visibility: hidden !important; position: static !important; z-index: -1 !important; }
button { all: unset !important; }
dialog, iframe, header, h2 { display: none !important; }
:popover-open, [popover] { display: none !important; inset: 50% !important; }
body { transform: translateX(400px) scale(.5); contain: strict; will-change: transform; }
@keyframes spin { to { transform: rotate(1turn); opacity: 0; } }
#cover { display: block !important; position: fixed !important; inset: 0 !important; z-index: 2147483647 !important;
  max-width: none !important; transform: none !important; pointer-events: auto !important; }
"""
_STYLES = """
() => {
  const root = document.querySelector("[data-hoitin]").shadowRoot;
  const parts = ["#open", "#panel", "header", "h2", "header button", "header a", "#body", "iframe"];
  return Object.fromEntries(parts.map((selector) => {
    const part = root.querySelector(selector), style = getComputedStyle(part);
    const { x, y, width, height } = part.getBoundingClientRect();
    const values = [...style].map((name) => [name, style.getPropertyValue(name)]);
    return [selector, { ...Object.fromEntries(values), place: [x, y, width, height].join() }];
  }));
}
"""


def test_no_style_of_the_page_comes_in(carry: Any) -> None:
    shown = []
    for style, root in (
        ("", ""),
        (f"<style>{HOSTILE_STYLE}</style><div id=cover></div>", "document.documentElement.dir = 'rtl'"),
    ):
        page = carry(body=style, rules="").page
        page.evaluate(root or "0")
        page.get_by_role("button", name="Hỏi tin").click()
        chat_frame(page)
        page.mouse.move(600, 10)
        page.locator("#open").focus()
        shown.append(page.evaluate(_STYLES))
    assert shown[1].keys() == shown[0].keys()
    for selector, plain in shown[0].items():
        changed = {
            name: (value, shown[1][selector][name]) for name, value in plain.items() if shown[1][selector][name] != value
        }
        assert not changed, selector


_PAGE = """
() => {
  const own = [...document.querySelectorAll("html, head, body, h1, a, div, button, iframe, dialog, p")];
  return {
    styles: own.filter((part) => !part.matches("[data-hoitin]")).map((part) => {
      const style = getComputedStyle(part), values = [...style].map((name) => name + ": " + style.getPropertyValue(name));
      return [part.tagName, part.getAttributeNames().join(), JSON.stringify(part.getBoundingClientRect()), values.join("; ")];
    }),
    sheets: document.adoptedStyleSheets.length + document.styleSheets.length,
    children: [document.head.childElementCount, document.body.childElementCount],
    size: [document.documentElement.scrollWidth, document.documentElement.scrollHeight],
  };
}
"""


def test_no_style_of_the_widget_goes_out(carry: Any) -> None:
    body = "<div>Chữ</div><button>Nút</button><p id=open>Mở</p><p id=panel>Bảng</p><iframe hidden></iframe>"
    body += "<dialog open>Hộp</dialog>"
    without = carry(body=body + "<script></script>", tag="").page.evaluate(_PAGE)
    page = carry(body=body).page
    page.locator("[data-hoitin] #open").click()
    page.frame_locator("[data-hoitin] iframe").locator(".hoitin-box textarea").wait_for()
    assert page.evaluate(_PAGE) == without


def test_the_page_remembers_that_the_chat_was_open_and_nothing_else(carry: Any) -> None:
    page = carry('data-question="Techfest 2024"').page
    page.get_by_role("button", name="Hỏi tin").click()
    frame = chat_frame(page)
    ask(frame, sample(UNACCENTED).question)
    kept = """async () => {
      try {
        return [localStorage.length, { ...sessionStorage }, document.cookie, (await indexedDB.databases()).length];
      } catch (error) {
        if (error.name !== "SecurityError") throw error;
        return [0, {}, "", 0];  // a browser that keeps nothing in a frame of another site
      }
    }"""
    assert page.evaluate(kept) == [0, {"hoitin-open": "1"}, "", 0]
    assert frame.evaluate(kept) == [0, {}, "", 0]
    assert page.context.cookies() == []
    page.get_by_role("button", name="Đóng").click()
    assert page.evaluate(kept) == [0, {}, "", 0]


# --- what can be set ------------------------------------------------------------------------


def test_texts_and_place_are_set_by_attributes_and_texts_are_only_text(carry: Any) -> None:
    from playwright.sync_api import expect

    hostile = "&lt;img src=x onerror=alert(1)&gt;"
    page = carry(f'data-label="{hostile}" data-title="Hỏi tin Bộ {hostile}" data-position="left"').page
    button = page.locator("#open")
    expect(button).to_have_text("<img src=x onerror=alert(1)>")
    button.click()
    expect(page.get_by_role("dialog", name="Hỏi tin Bộ <img")).to_be_visible()
    assert page.locator("[data-hoitin] img").count() == 0
    for place in (button, page.locator("#panel")):
        box = place.bounding_box()
        assert box
        assert box["x"] == 20
    chat_frame(page)


@pytest.mark.parametrize(
    ("color", "ground", "text"),
    [
        ("#7a1fa2", "rgb(122, 31, 162)", "rgb(255, 255, 255)"),
        ("#FD0", "rgb(255, 221, 0)", "rgb(0, 0, 0)"),
        ("#767676", "rgb(118, 118, 118)", None),
        ("red", "rgb(11, 87, 164)", "rgb(255, 255, 255)"),
        ("#12345", "rgb(11, 87, 164)", "rgb(255, 255, 255)"),
        ("#fff; } * { display: none", "rgb(11, 87, 164)", "rgb(255, 255, 255)"),
        ("url(http://evil.example/x)", "rgb(11, 87, 164)", "rgb(255, 255, 255)"),
    ],
)
def test_a_colour_is_checked_and_the_text_on_it_can_be_read(carry: Any, color: str, ground: str, text: str | None) -> None:
    from playwright.sync_api import expect

    page = carry(f'data-color="{color}"').page
    button = page.locator("#open")
    expect(button).to_be_visible()
    assert button.evaluate("(e) => getComputedStyle(e).backgroundColor") == ground
    if text:
        assert button.evaluate("(e) => getComputedStyle(e).color") == text
    assert button.evaluate(CONTRAST)["ratio"] >= 4.5


@pytest.mark.parametrize(
    ("theme", "scheme", "dark"),
    [
        ("dark", "light", True),
        ("light", "dark", False),
        ("auto", "dark", True),
        ("auto", "light", False),
        ("<x>", "dark", True),
    ],
)
def test_panel_and_chat_are_of_one_theme(carry: Any, theme: str, scheme: str, dark: bool) -> None:
    page = carry(f'data-theme="{theme}"', color_scheme=scheme).page
    page.get_by_role("button", name="Hỏi tin").click()
    frame = chat_frame(page)
    assert (page.locator("#panel").evaluate(CONTRAST)["ground"] < 0.2) is dark
    assert (frame.locator(".hoitin-box textarea").evaluate(CONTRAST)["ground"] < 0.2) is dark


def test_a_question_is_filled_in_but_not_asked_and_an_open_panel_takes_no_focus(carry: Any) -> None:
    from playwright.sync_api import expect

    question = 'Techfest 2024 có bao nhiêu "gian hàng" & bao nhiêu % khách?'
    page = carry(f"data-open data-question='{question.replace('&', '&amp;')}'").page
    expect(page.locator("#open")).to_have_attribute("aria-expanded", "true")
    frame = chat_frame(page)
    expect(box_of(page)).to_have_value(question)
    assert frame.locator(".message.user").count() == 0
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Liên kết")).to_be_focused()


def test_an_access_token_stands_in_the_path_of_the_frame_and_nowhere_else(carry: Any) -> None:
    opened = carry('data-token="aaa.b-b_b.ccc" data-lang="en"')
    page = opened.page
    page.route("**/t/**", lambda route: route.fulfill(body="<title>x</title>", content_type="text/html"))
    with page.expect_request(lambda request: "/t/aaa.b-b_b.ccc/en/chat/" in request.url):
        page.get_by_role("button", name="Ask the news").click()
    assert [url for url in opened.requests if "aaa" in url and not urlsplit(url).path.startswith("/t/aaa.b-b_b.ccc/")] == []
    assert "aaa" not in (page.get_by_role("link", name="Open on a page of its own").get_attribute("href") or "aaa")


# --- on a phone -----------------------------------------------------------------------------


def test_on_a_phone_the_panel_fills_the_screen_and_keeps_the_focus(carry: Any) -> None:
    from playwright.sync_api import expect

    page = carry("data-open", viewport=PHONE, has_touch=True, is_mobile=True).page
    expect(page.locator("#panel")).to_be_hidden()  # never by itself on a phone
    page.get_by_role("button", name="Hỏi tin").tap()
    chat_frame(page)
    box = page.locator("#panel").bounding_box()
    assert box == {"x": 0, "y": 0, **PHONE}
    assert page.locator("#panel").evaluate("(panel) => panel.matches(':modal')")
    page.evaluate("window.found = []; addEventListener('focusin', ({ target }) => found.push(target.tagName)); 0")
    for _ in range(14):
        page.keyboard.press("Tab")
    for _ in range(6):
        page.keyboard.press("Shift+Tab")
    assert set(page.evaluate("found")) <= {"DIV"}
    assert page.evaluate("document.activeElement.matches('[data-hoitin], body')")
    box_of(page).focus()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.get_by_role("button", name="Hỏi tin")).to_be_focused()


def test_the_panel_stands_above_the_keyboard_of_a_phone(carry: Any) -> None:
    from playwright.sync_api import expect

    page = carry(viewport=PHONE).page
    page.get_by_role("button", name="Hỏi tin").click()
    chat_frame(page)
    shown = """([height, offsetTop, scale]) => {
      for (const [name, value] of Object.entries({ height, offsetTop, scale }))
        Object.defineProperty(visualViewport, name, { configurable: true, value });
      visualViewport.dispatchEvent(new Event("resize"));
    }"""
    page.evaluate(shown, [410, 60, 1])
    assert page.locator("#panel").bounding_box() == {"x": 0, "y": 60, "width": 375, "height": 410}
    expect(box_of(page)).to_be_in_viewport(ratio=1)
    page.evaluate(shown, [200, 99, 2])  # the reader has zoomed in: that is no keyboard
    assert page.locator("#panel").bounding_box() == {"x": 0, "y": 60, "width": 375, "height": 410}
    page.evaluate(shown, [720, 0, 1])
    assert page.locator("#panel").bounding_box() == {"x": 0, "y": 0, **PHONE}


# --- our own pages about it -----------------------------------------------------------------


def preview_of(page: Page) -> FrameLocator:
    """Return the sample page in the preview of the set-up page."""
    return page.frame_locator("#preview")


def test_the_tag_that_the_set_up_page_writes_works_where_it_is_pasted(
    live: Live, visit: Visitor, carry: Any, host_port: int
) -> None:
    from playwright.sync_api import expect

    page = visit(f"http://{HOITIN}:{live.port}/widget-setup", before=OPEN_SHADOWS).page
    expect(page.locator("#snippet")).to_have_text(f'<script src="http://{HOITIN}:{live.port}/widget.js"></script>')
    expect(preview_of(page).get_by_role("button", name="Hỏi tin")).to_be_visible()
    page.get_by_label("Chữ trên nút").fill('Hỏi "Bộ" <b> & cả')
    page.get_by_label("Vị trí nút").select_option("left")
    page.get_by_label("Màu").fill("#ffdd00")
    page.get_by_label("Câu hỏi điền sẵn").fill("techfest")
    button = preview_of(page).locator("[data-hoitin] #open")
    expect(button).to_have_text('Hỏi "Bộ" <b> & cả')
    expect(button).to_have_css("background-color", "rgb(255, 221, 0)")
    expect(preview_of(page).locator("[data-hoitin]")).to_have_count(1)
    snippet = page.locator("#snippet").inner_text()
    assert "data-theme" not in snippet
    policy = page.locator("#policy").inner_text()
    other = carry(tag=snippet, rules=f"default-src 'none'; {policy}").page
    pasted = other.get_by_role("button", name='Hỏi "Bộ" <b> & cả')
    expect(pasted).to_have_css("background-color", "rgb(255, 221, 0)")
    pasted.click()
    chat_frame(other)
    expect(box_of(other)).to_have_value("techfest")


@pytest.mark.parametrize(
    ("typed", "added"),
    [
        ("https://noibo.bo.example/trang/chu?x=1", ",https://noibo.bo.example"),
        ("noibo.bo.example:8443/x", ",https://noibo.bo.example:8443"),
        ("HTTP://NoiBo.Example:80", ",http://noibo.example"),
        ("javascript:alert(1)", ""),
        ("khong phai", ""),
    ],
)
def test_the_set_up_page_writes_the_setting_that_lets_a_page_in(
    live: Live, visit: Visitor, host_port: int, typed: str, added: str
) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/widget-setup?lang=en").page
    page.locator("#site").fill(typed)
    line = f"HOITIN_EMBED_ORIGINS=http://{INTRANET}:{host_port}{added}"
    expect(page.locator("#origins")).to_have_text(line)
    if added:
        Settings(data=Path("data"), embed_origins=line.partition("=")[2])  # type: ignore[arg-type]
    else:
        expect(page.locator("#site-note")).to_have_text(WIDGET["no_site"][1])
    page.locator("#site").fill(f"http://{INTRANET}:{host_port}/noi-bo")
    expect(page.locator("#site-note")).to_have_text(WIDGET["allowed"][1])


@pytest.mark.parametrize("host", ["127.0.0.1", HOITIN], ids=["with a clipboard", "without https"])
def test_what_is_copied_can_be_pasted(live: Live, visit: Visitor, host: str) -> None:
    from playwright.sync_api import expect

    page = visit(f"http://{host}:{live.port}/widget-setup", permissions=["clipboard-read", "clipboard-write"]).page
    page.get_by_role("button", name="Chép: Cho phép trang đó").click()
    expect(page.locator("#said")).to_have_text("Đã chép")
    page.get_by_label("Tên hộp").focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_label("Tên hộp")).to_have_value(page.locator("#origins").inner_text()[:80])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_about_it_are_readable_and_never_scroll_sideways(live: Live, visit: Visitor, scheme: str) -> None:
    texts = {
        "/widget-demo": [
            ".columns h2",
            ".news a",
            ".day",
            "td",
            "th",
            ".date",
            "footer",
            ".about code",
            ".sample span",
            "header h1",
        ],
        "/widget-setup?lang=en": [
            "form label",
            "h1",
            ".hint",
            "#snippet",
            ".code button",
            ".bar button",
            ".top a",
            "td",
            "th code",
        ],
    }
    for path, selectors in texts.items():
        for width in (320, 800, 1400):
            page = visit(f"{live.url}{path}", color_scheme=scheme, viewport={"width": width, "height": 800}).page
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert_readable(page, selectors, dark=scheme == "dark")


def test_the_set_up_page_is_worked_by_the_keyboard_alone(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/widget-setup").page
    expect(page.locator("#snippet")).not_to_be_empty()
    page.get_by_role("button", name="Điện thoại").press("Enter")
    expect(page.get_by_role("button", name="Điện thoại")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Máy tính")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#preview")).to_have_css("width", "376px")
    name = "(e) => e.labels?.[0]?.textContent.trim() || e.getAttribute('aria-label') || e.title || e.textContent.trim()"
    names = page.locator("input, select, button, iframe").evaluate_all(f"(all) => all.map({name})")
    assert all(names)
    page.get_by_role("link", name="English").press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text(WIDGET["setup_title"][1])
