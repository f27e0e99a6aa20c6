"""A conversation in a real browser, over what may befall it: a reload, another page, a server that stops, a person who leaves.

And that what is asked in it is told to nobody: it stands in no address, no Referer and no line of a log.
"""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_plus

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from docs_store.vietnamese import syllables
from indexer import withdraw
from retriever import Assistant
from webui.chat_words import script_words, word
from webui.messages import EN, VI
from webui.settings import Settings

from .access import PASSWORD, index_news, make_accounts, open_app
from .browser import INTRANET, OPEN_SHADOWS, Live, Visit, Visitor, ask
from .fake import HashEmbedder
from .live import serving

FIRST = "Techfest Việt Nam 2024 đón bao nhiêu lượt khách?"
FOLLOW_UP = "con nam 2023 thi sao"
COMPLETED = "Hiểu là: Techfest Việt Nam 2023 đón bao nhiêu lượt khách?"
STALLS = "Techfest có bao nhiêu gian hàng?"
NOWHERE = "Giá vé xem xiếc ở Reykjavik?"
# Words of the questions, of which no address of an article is made.
PRIVATE = {*syllables("lượt khách đón gian hàng xem xiếc Reykjavik mẫu")}
COMET = "sao chổi Bình Minh bay qua đâu"


def questions(page: Any) -> Any:
    return page.locator(".hoitin-chat .message.user")


def answers(page: Any) -> Any:
    return page.locator(".hoitin-chat .message.bot")


def box(page: Any) -> Any:
    return page.locator(".hoitin-box textarea")


def said(name: str, lang: str = "vi") -> str:
    import html
    import json

    text: str = json.loads(html.unescape(script_words(VI if lang == "vi" else EN)))[name]
    return text


# --- told to nobody -------------------------------------------------------------------------


@dataclass
class Recorder:
    """An application with all that its requests tell beside their bodies: address and Referer."""

    app: ASGIApp
    told: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = [value.decode("latin-1") for name, value in scope["headers"] if name in (b"referer", b"cookie")]
            self.told += [f"{scope['path']}?{scope['query_string'].decode('latin-1')}", *headers]
        await self.app(scope, receive, send)

    def told_of(self, words: set[str]) -> list[str]:
        """Return the addresses and Referers in which one of the words stands."""
        return [one for one in self.told if words & set(syllables(unquote_plus(one).replace("-", " ")))]


@pytest.fixture(scope="module")
def recorder(sample_data: Path, sample_assistant: Assistant, host_port: int) -> Recorder:
    from webui.server import make_app

    origins = (f"http://{INTRANET}:{host_port}", f"http://127.0.0.1:{host_port}")
    settings = Settings(data=sample_data, embed_origins=origins, rate=0)
    return Recorder(make_app(sample_assistant, settings))


@pytest.fixture(scope="module")
def recorded(browser: Any, recorder: Recorder) -> Iterator[int]:
    with serving(recorder) as port:
        yield port


def test_what_is_asked_stands_in_no_address_no_referer_and_no_log(
    recorder: Recorder, recorded: int, visit: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    from playwright.sync_api import expect

    caplog.set_level(logging.DEBUG)
    recorder.told.clear()
    opened = visit(f"http://127.0.0.1:{recorded}/chat/#q={quote(FIRST)}")
    page = opened.page
    expect(answers(page)).to_have_count(1)
    card = ask(page, FOLLOW_UP).locator(".hoitin-card").first
    with page.context.expect_page() as tab:
        card.get_by_role("link", name=VI.open_source).click()
    expect(tab.value.locator("mark#doan")).to_be_visible()
    tab.value.close()
    page.locator(".hoitin-filters summary").click()
    page.get_by_label(word(VI, "publisher")).select_option("Báo mẫu")
    ask(page, STALLS)
    with page.expect_download() as file:
        page.get_by_role("button", name=word(VI, "save_markdown")).click()
    assert FIRST in file.value.path().read_text(encoding="utf-8")
    page.locator(".hoitin-rate-up").last.click()
    expect(page.locator(".hoitin-rate-up").last).to_have_attribute("aria-pressed", "true")
    ask(page, NOWHERE)
    page.reload()
    expect(answers(page)).to_have_count(4)
    page.locator(".hoitin-language a").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(answers(page)).to_have_count(4)
    page.goto(card_source(page))
    page.get_by_role("link", name=VI.back).click()
    expect(answers(page)).to_have_count(4)
    assert len(recorder.told) > 100
    assert recorder.told_of(PRIVATE) == []
    urls = [url.partition("#")[0] for url in opened.requests]
    assert [url for url in urls if PRIVATE & set(syllables(unquote_plus(url).replace("-", " ")))] == []
    assert PRIVATE & set(syllables(" ".join(record.getMessage() for record in caplog.records))) == set()


def card_source(page: Any) -> str:
    address: str = page.locator(".hoitin-card a").first.evaluate("(link) => link.href")
    return address


def test_what_is_asked_in_the_widget_stands_in_no_address_either(
    recorder: Recorder, recorded: int, visit: Visitor, host_port: int, host_pages: dict[str, tuple[str, str]]
) -> None:
    recorder.told.clear()
    script = f'<script src="http://127.0.0.1:{recorded}/widget.js" data-question="{FIRST}"></script>'
    host_pages["/rieng"] = host_page(script)
    opened = visit(f"http://{INTRANET}:{host_port}/rieng", OPEN_SHADOWS)
    frame = open_widget(opened)
    ask(frame, FIRST)
    ask(frame, FOLLOW_UP)
    assert len(recorder.told) > 50
    assert recorder.told_of(PRIVATE) == []
    assert not [url for url in opened.requests if "khách" in unquote_plus(url.partition("#")[0])]


def host_page(script: str) -> tuple[str, str]:
    """Return a page of the intranet that carries the widget, and its policy: none."""
    return f'<!doctype html><link rel="icon" href="data:,"><title>Nội bộ</title><h1>Nội bộ</h1>{script}', ""


def open_widget(opened: Visit) -> Any:
    """Return the frame of the widget's chat, opened if it is not yet."""
    from playwright.sync_api import expect

    button = opened.page.locator("button#open")
    expect(button).to_be_visible()
    if button.get_attribute("aria-expanded") != "true":
        button.click()
    expect(opened.page.frame_locator("iframe").locator(".hoitin-box textarea")).to_be_visible()
    return next(frame for frame in opened.page.frames if "/chat/" in frame.url)


def test_of_an_old_link_only_the_request_for_it_tells_the_question(recorder: Recorder, recorded: int, visit: Visitor) -> None:
    from playwright.sync_api import expect

    recorder.told.clear()
    page = visit(f"http://127.0.0.1:{recorded}/chat/?q={quote(FIRST)}&__theme=dark").page
    expect(answers(page)).to_have_count(1)
    expect(questions(page)).to_have_text(FIRST)
    (told,) = recorder.told_of(PRIVATE)
    assert told.startswith("/chat/?q=")
    assert "?__theme=dark#q=" in page.url


# --- the conversation lasts -----------------------------------------------------------------


def talk(page: Any) -> None:
    ask(page, FIRST)
    ask(page, FOLLOW_UP)


def assert_same_conversation(page: Any) -> None:
    from playwright.sync_api import expect

    expect(questions(page)).to_have_text([FIRST, FOLLOW_UP])
    expect(answers(page)).to_have_count(2)
    expect(answers(page).last).to_contain_text(COMPLETED)
    expect(page.locator(".hoitin-history a")).to_have_text([FIRST, FOLLOW_UP])


def test_a_reload_keeps_the_conversation_and_what_was_being_typed(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    talk(page)
    box(page).fill("bão số 9")
    page.reload()
    assert_same_conversation(page)
    expect(box(page)).to_have_value("bão số 9")
    answer = ask(page, "con nam 2025 thi sao")  # it leans on what was restored
    expect(answer).to_contain_text("Techfest Việt Nam 2025")
    expect(answers(page)).to_have_count(3)


def test_a_question_sent_while_the_conversation_comes_back_is_its_next(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    talk(page)
    page.reload(wait_until="commit")
    box(page).fill(STALLS)
    box(page).press("Enter")
    expect(questions(page)).to_have_text([FIRST, FOLLOW_UP, STALLS])
    expect(answers(page)).to_have_count(3)


def test_the_way_to_a_source_and_back_keeps_the_conversation(live: Live, visit: Visitor) -> None:
    page = visit(f"{live.url}/chat/").page
    talk(page)
    page.goto(card_source(page))
    page.go_back()
    assert_same_conversation(page)


def test_a_new_conversation_stays_new_over_a_reload(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    talk(page)
    page.get_by_role("button", name=VI.new_chat).click()
    expect(answers(page)).to_have_count(0)
    page.reload()
    expect(page.locator(".hoitin-examples button:visible").first).to_be_visible()
    expect(ask(page, STALLS)).to_be_visible()
    expect(questions(page)).to_have_text([STALLS])


def test_another_tab_begins_a_conversation_of_its_own(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    talk(page)
    other = page.context.new_page()
    other.goto(f"{live.url}/chat/")
    ask(other, STALLS)
    expect(questions(other)).to_have_text([STALLS])
    page.reload()
    assert_same_conversation(page)


def test_on_the_next_page_of_the_intranet_the_widget_is_open_again_and_knows_what_was_asked(
    recorded: int, visit: Visitor, host_port: int, host_pages: dict[str, tuple[str, str]]
) -> None:
    from playwright.sync_api import expect

    script = f'<script src="http://127.0.0.1:{recorded}/widget.js"></script>'
    for path in ("/trang-1", "/trang-2", "/trang-3"):
        host_pages[path] = host_page(script)
    host = f"http://127.0.0.1:{host_port}"  # of the same site as hoitin: from another, many a browser lets a frame keep nothing
    opened = visit(f"{host}/trang-1", OPEN_SHADOWS)
    talk(open_widget(opened))
    opened.page.goto(f"{host}/trang-2")
    expect(opened.page.locator("button#open")).to_have_attribute("aria-expanded", "true")
    frame = opened.page.frame_locator("iframe")
    expect(frame.locator(".hoitin-chat .message.user")).to_have_text([FIRST, FOLLOW_UP])
    expect(frame.locator(".hoitin-chat .message.bot").last).to_contain_text(COMPLETED)
    assert opened.page.evaluate("document.activeElement === document.body")  # and the page keeps its focus
    opened.page.locator("header button").click()
    opened.page.goto(f"{host}/trang-3")
    expect(opened.page.locator("button#open")).to_have_attribute("aria-expanded", "false")
    assert opened.page.context.cookies() == []


def test_what_was_removed_does_not_come_back_with_the_conversation(tmp_path: Path, visit: Visitor, browser: Any) -> None:
    from playwright.sync_api import expect

    data = index_news(tmp_path)
    with serving(open_app(data)) as port:
        page = visit(f"http://127.0.0.1:{port}/chat/").page
        expect(ask(page, COMET)).to_contain_text("Cần Thơ")
        ask(page, "cầu treo Tử Đinh dài bao nhiêu mét")
        withdraw(data, Assistant(data, HashEmbedder).ask(COMET).citations[0].doc_id, person="minh")
        ask(page, "cầu treo Tử Đinh ở đâu")
        expect(answers(page).first).to_have_text(word(VI, "removed"))
        expect(page.locator(".hoitin-chat")).not_to_contain_text("Cần Thơ")
        page.reload()
        expect(answers(page).last).to_contain_text("Hà Giang")
        expect(page.locator(".hoitin-chat")).not_to_contain_text("Cần Thơ")
        page.close()  # before the server, which it would look for


def test_nothing_of_a_conversation_is_left_for_who_signs_in_next(tmp_path: Path, visit: Visitor, browser: Any) -> None:
    from playwright.sync_api import expect

    def sign_in(name: str) -> None:
        page.get_by_label(VI.account_name).fill(name)
        page.get_by_label(VI.password).fill(PASSWORD)
        page.get_by_role("button", name=VI.sign_in).click()

    data = index_news(tmp_path)
    with serving(open_app(data, accounts=make_accounts(tmp_path / "accounts.json"))) as port:
        opened = visit(f"http://127.0.0.1:{port}/chat/#q={quote(COMET)}")
        page = opened.page
        sign_in("lan")
        expect(questions(page)).to_have_text([COMET])  # the way to the sign-in page lost no question
        kept = page.evaluate("sessionStorage.hoitin")
        assert COMET in kept
        page.get_by_role("link", name=VI.account).click()
        page.get_by_role("button", name=VI.sign_out).click()
        expect(page.get_by_label(VI.account_name)).to_be_visible()
        assert page.evaluate("sessionStorage.hoitin") is None
        # Even where no page of ours stood between: a proxy signs one person out and another in.
        page.evaluate("(kept) => (sessionStorage.hoitin = kept)", kept)
        sign_in("minh")
        expect(page.locator(".hoitin-examples button:visible, .hoitin-filters").first).to_be_visible()
        ask(page, "cầu treo Tử Đinh dài bao nhiêu mét")
        expect(questions(page)).to_have_count(1)
        assert COMET not in page.evaluate("sessionStorage.hoitin")
        page.close()


def test_a_conversation_that_could_not_come_back_comes_with_the_next_question(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    opened = visit(f"{live.url}/chat/")
    page = opened.page
    talk(page)
    refused = VI.too_many.format(seconds=3)

    def refuse(route: Any) -> None:
        again = '\\"again\\"' in (route.request.post_data or "")
        if again:
            route.fulfill(status=429, json={"error": refused})
        else:
            route.continue_()

    page.route("**/gradio_api/run/**", refuse)
    page.reload()
    expect(page.get_by_role("alert")).to_have_text(refused)
    page.unroute("**/gradio_api/run/**")
    box(page).fill(STALLS)
    box(page).press("Enter")
    expect(questions(page)).to_have_text([FIRST, FOLLOW_UP, STALLS])
    expect(page.get_by_role("alert")).to_be_hidden()
    page.close()
    opened.faults = [fault for fault in opened.faults if "status of 429" not in fault]


# --- links over plain http ------------------------------------------------------------------


def test_a_link_to_a_question_is_copied_over_plain_http(recorded: int, visit: Visitor) -> None:
    from playwright.sync_api import expect

    from .browser import HOITIN

    page = visit(f"http://{HOITIN}:{recorded}/chat/").page
    assert page.evaluate("navigator.clipboard") is None
    ask(page, STALLS).locator(".hoitin-share").click()
    expect(page.locator(".hoitin-toast")).to_have_text(said("copied"))
    box(page).focus()
    page.keyboard.press("Control+V")
    expect(box(page)).to_have_value(f"http://{HOITIN}:{recorded}/chat/#q=Techfest+c%C3%B3+bao+nhi%C3%AAu+gian+h%C3%A0ng%3F")


# --- the server stops, and comes back -------------------------------------------------------


class Server:
    """`hoitin serve` as it is run, on one port, started and stopped."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._data = data
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "webui.cli", "serve", "--data", self._data, "--port", str(self.port)]
        self._process = subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.DEVNULL)

    def wait(self) -> None:
        """Return once it answers."""
        with httpx.Client(transport=httpx.HTTPTransport(retries=10)) as client:
            assert client.get(f"http://127.0.0.1:{self.port}/healthz", timeout=60).status_code == 200

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


@pytest.fixture
def server(browser: Any, sample_data: Path) -> Iterator[Server]:
    server = Server(sample_data)
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize(("path", "lang"), [("/chat/", "vi"), ("/en/chat/", "en")])
def test_a_server_that_stops_and_comes_back_is_one_calm_line_in_the_readers_language(
    server: Server, visit: Visitor, path: str, lang: str
) -> None:
    from playwright.sync_api import expect

    server.wait()
    opened = visit(f"http://127.0.0.1:{server.port}{path}")
    page = opened.page
    page.context.set_default_timeout(60_000)
    ask(page, FIRST)
    ask(page, FOLLOW_UP)
    box(page).fill("bão số")
    before = answers(page).all_inner_texts()
    away = page.locator(".hoitin-away")

    server.stop()
    expect(away).to_have_text(said("lost", lang), timeout=30_000)
    box(page).fill(STALLS)
    box(page).press("Enter")
    expect(away).to_have_text(said("unsent", lang))
    expect(box(page)).to_have_value(STALLS)
    expect(answers(page)).to_have_count(2)
    assert "Connection" not in page.locator("body").inner_text()
    assert "Error" not in page.locator("body").inner_text()

    server.start()
    expect(away).to_be_hidden(timeout=90_000)
    expect(box(page)).to_have_value(STALLS)
    box(page).press("Enter")  # it leans on the conversation, which the new server has never seen
    expect(answers(page)).to_have_count(3)
    expect(questions(page)).to_have_text([FIRST, FOLLOW_UP, STALLS])
    texts = answers(page).all_inner_texts()
    assert texts[0] == before[0]
    assert len(page.context.pages) == 1
    opened.page.close()
    opened.faults = [fault for fault in opened.faults if "net::ERR_" not in fault]
