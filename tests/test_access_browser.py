"""Sign-in in a real browser: the widget on another site without any cookie, the sign-in page, a flood."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from webui.access.tokens import make_token
from webui.messages import EN, VI, Messages

from .access import COMET_QUESTION, PASSWORD, SECRET, index_news, make_accounts, open_app
from .browser import HOITIN, INTRANET, OPEN_SHADOWS, Visit, Visitor, ask, axe_faults
from .live import serving


@pytest.fixture(scope="module")
def data(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_news(tmp_path_factory.mktemp("access"))


@pytest.fixture(scope="module")
def by_token(data: Path, host_port: int) -> Iterator[int]:
    """Return the port of an application that asks for tokens; the intranet page may carry it."""
    with serving(open_app(data, token_secret=SECRET, embed_origins=(f"http://{INTRANET}:{host_port}",))) as port:
        yield port


@pytest.fixture(scope="module")
def by_account(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    accounts = make_accounts(tmp_path_factory.mktemp("accounts") / "accounts.json")
    with serving(open_app(data, accounts=accounts)) as port:
        yield port


def forgive(opened: Visit, status: int) -> None:
    """Take the browser's notes of a refusal that the test wanted off the list of faults, once all are there."""
    opened.page.close()
    opened.faults = [fault for fault in opened.faults if f"status of {status}" not in fault]


def intranet_page(hoitin: str, token: str, lang: str = "vi") -> tuple[str, str]:
    """Return a page of another site that carries the widget, under a policy of its own."""
    script = f'<script src="{hoitin}/widget.js" data-token="{token}" data-lang="{lang}"></script>'
    page = f"<!doctype html><title>Nội bộ</title><h1>Nội bộ</h1>{script}"
    return page, f"default-src 'none'; script-src {hoitin}; frame-src {hoitin}"


@pytest.mark.parametrize("messages", [VI, EN], ids=["vi", "en"])
def test_on_another_site_the_widget_asks_and_opens_sources_without_any_cookie(
    by_token: int, host_port: int, host_pages: dict[str, tuple[str, str]], visit: Visitor, messages: Messages
) -> None:
    from playwright.sync_api import expect

    hoitin = f"http://{HOITIN}:{by_token}"
    token = make_token(SECRET.encode(), "lan", "reader", 600, f"http://{INTRANET}:{host_port}")
    host_pages["/token"] = intranet_page(hoitin, token, messages.lang)
    opened = visit(f"http://{INTRANET}:{host_port}/token", OPEN_SHADOWS)
    opened.page.locator("button#open").click()
    frame = opened.page.frame_locator("iframe")
    expect(frame.locator(".hoitin-box textarea")).to_be_visible(timeout=30_000)
    chat = next(frame for frame in opened.page.frames if HOITIN in frame.url)
    card = ask(chat, COMET_QUESTION).locator(".hoitin-card").first
    with opened.page.context.expect_page() as tab:
        card.get_by_role("link", name=messages.open_source).click()
    expect(tab.value.locator("mark#doan")).to_contain_text("Cần Thơ")
    assert opened.page.context.cookies() == []
    without = [url for url in opened.requests if HOITIN in url and not url.startswith(f"{hoitin}/t/{token}/")]
    assert without == [f"{hoitin}/widget.js"]


def test_an_expired_token_is_said_in_the_widgets_frame(
    by_token: int, host_port: int, host_pages: dict[str, tuple[str, str]], visit: Visitor
) -> None:
    from playwright.sync_api import expect

    old = make_token(SECRET.encode(), "lan", "reader", -60)
    host_pages["/expired"] = intranet_page(f"http://{HOITIN}:{by_token}", old)
    opened = visit(f"http://{INTRANET}:{host_port}/expired", OPEN_SHADOWS)
    opened.page.locator("button#open").click()
    expect(opened.page.frame_locator("iframe").get_by_role("heading")).to_have_text(VI.token_expired)
    expect(opened.page.frame_locator("iframe").get_by_role("heading")).to_be_visible()
    forgive(opened, 401)


def test_when_a_token_expires_while_the_chat_is_open_the_chat_says_so(
    by_token: int, visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playwright.sync_api import expect

    opened = visit(f"http://{HOITIN}:{by_token}/t/{make_token(SECRET.encode(), 'lan', 'reader', 600)}/chat/")
    page = opened.page
    box = page.locator(".hoitin-box textarea")
    ask(page, COMET_QUESTION)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600)
    box.fill(COMET_QUESTION)
    box.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(VI.token_expired)
    expect(page.locator(".hoitin-card").first).to_be_visible()
    forgive(opened, 401)


def test_a_flood_in_the_chat_is_answered_by_a_sentence(data: Path, visit: Visitor) -> None:
    from playwright.sync_api import expect

    with serving(open_app(data, rate=3)) as port:
        opened = visit(f"http://127.0.0.1:{port}/chat/")
        page = opened.page
        ask(page, COMET_QUESTION)
        box = page.locator(".hoitin-box textarea")
        said = page.get_by_role("alert").filter(has_text=VI.too_many.split("{")[0])
        for _ in range(4):
            box.fill(COMET_QUESTION)
            box.press("Enter")
            if said.count():
                break
        expect(said).to_be_visible()
        expect(page.locator(".hoitin-card").first).to_be_visible()
        forgive(opened, 429)


@pytest.mark.parametrize("messages", [VI, EN], ids=["vi", "en"])
def test_an_account_signs_in_by_keyboard_asks_and_signs_out(by_account: int, visit: Visitor, messages: Messages) -> None:
    from playwright.sync_api import expect

    host = f"http://127.0.0.1:{by_account}"
    opened = visit(host + ("/chat/" if messages is VI else "/en/chat/"))
    page = opened.page
    expect(page).to_have_url(host + "/login?" + ("next=%2Fchat%2F" if messages is VI else "lang=en&next=%2Fen%2Fchat%2F"))
    expect(page.locator("html")).to_have_attribute("lang", messages.lang)
    expect(page.get_by_label(messages.account_name)).to_be_focused()
    page.keyboard.type("lan")
    page.keyboard.press("Tab")
    page.keyboard.type("sai rồi, thử lại")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(messages.sign_in_wrong)
    expect(page.get_by_label(messages.password)).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    answer = ask(page, COMET_QUESTION)
    assert answer.locator(".hoitin-card").count() >= 1
    page.get_by_role("link", name=messages.account).click()
    role = messages.role_reader
    expect(page.get_by_text(messages.signed_in_as.format(name="lan", role=role))).to_be_visible()
    page.get_by_role("button", name=messages.sign_out).click()
    expect(page.get_by_label(messages.account_name)).to_be_visible()
    page.goto(host + "/chat/")
    expect(page).to_have_url(host + "/login?next=%2Fchat%2F")
    forgive(opened, 401)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_axe_finds_nothing_serious_where_people_sign_in(by_account: int, visit: Visitor, lang: str, scheme: str) -> None:
    address = f"http://127.0.0.1:{by_account}/login?lang={lang}"
    opened = visit(address, color_scheme=scheme)
    page = opened.page
    assert axe_faults(page) == []
    for password in ("sai rồi, thử lại", PASSWORD):
        page.locator("#name").fill("lan")
        page.locator("#password").fill(password)
        page.locator("form button").click()
        if password != PASSWORD:
            page.get_by_role("alert").wait_for()
            assert axe_faults(page) == []
    page.wait_for_url("**/chat/")
    page.goto(address)
    page.locator("form[action*=logout]").wait_for()
    assert axe_faults(page) == []
    forgive(opened, 401)
