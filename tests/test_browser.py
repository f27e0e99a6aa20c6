"""The pages in a real browser."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from webui.examples import example_questions
from webui.messages import EN, VI, Messages

from . import hostile
from .browser import ON_PDF_PAGE_2, UNACCENTED, UNANSWERABLE, Live, Visitor, ask, assert_readable, leads_to, sample

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
    page.goto(leads_to(link))
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
        page.goto(leads_to(card.locator("a").first))
        assert page.evaluate("document.documentElement.scrollWidth") <= 375


CHAT_TEXTS = [
    ".hoitin-passage", ".hoitin-passage mark", ".hoitin-title a", ".hoitin-number", ".hoitin-meta", ".hoitin-links",
    ".hoitin-links a", ".hoitin-count", ".message.user p", ".hoitin-intro h1", ".hoitin-intro p", ".hoitin-language a",
    ".hoitin-sources a", ".hoitin-sources small", ".hoitin-side h2", ".hoitin-examples button:visible", ".hoitin-box textarea",
    ".hoitin-box button", ".hoitin-none strong", ".hoitin-none a", ".hoitin-none small",
]  # fmt: skip
PAGE_TEXTS = ["h1", ".meta", "a", ".page", ".page-number", "mark", ".notice"]


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
    source = leads_to(page.locator(".hoitin-card a").first)
    page.goto(source)
    page_is_dark = scheme == "dark"
    assert_readable(page, PAGE_TEXTS[:-1], dark=page_is_dark)
    page.goto(re.sub(r"v=\w+", "v=0", source))
    assert_readable(page, [".notice"], dark=page_is_dark)


def test_no_page_complains_or_asks_another_machine_for_anything(live: Live, visit: Visitor) -> None:
    opened = visit(f"{live.url}/chat/")
    card = ask(opened.page, sample(ON_PDF_PAGE_2).question).locator(".hoitin-card").first
    source = leads_to(card.locator("a").first)
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
    source = leads_to(answer.locator(".hoitin-card a").first)
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
