"""The chat page beyond question and answer, in a real browser: chips, filters, links, history, files, keys, paper."""

from __future__ import annotations

import io
import re
from urllib.parse import parse_qs, urlsplit

import docx
import pypdf
import pytest

from webui.chat_words import word
from webui.feedback import read_feedback
from webui.messages import EN, VI

from .browser import Live, Visitor, ask

FIRST = "Techfest Việt Nam 2024 đón bao nhiêu lượt khách?"
FOLLOW_UP = "con nam 2023 thi sao"
IN_2023 = "Techfest có bao nhiêu gian hàng trong tháng 11 năm 2023?"
STALLS = "Techfest có bao nhiêu gian hàng?"
NOWHERE = "Giá vé xem xiếc ở Reykjavik?"


def asked(url: str) -> dict[str, list[str]]:
    """Return what an address asks: behind "#", which no browser sends."""
    return parse_qs(urlsplit(url).fragment)


def announced(page, text: str) -> None:  # type: ignore[no-untyped-def]
    from playwright.sync_api import expect

    expect(page.locator("[role=status].hoitin-unseen")).to_have_text(text)


# --- what was understood --------------------------------------------------------------------


def test_a_rewritten_follow_up_can_be_asked_exactly_as_typed(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    ask(page, FIRST)
    answer = ask(page, FOLLOW_UP)
    answer.get_by_role("button", name=word(VI, "as_typed")).click()
    answers = page.locator(".hoitin-chat .message.bot")
    expect(answers).to_have_count(3)
    expect(answers.last.locator(".hoitin-card, .hoitin-none").first).to_be_visible()
    expect(answers.last).not_to_contain_text("Hiểu là")
    expect(page.locator(".hoitin-chat .message.user").last).to_have_text(FOLLOW_UP)
    expect(answers.nth(1).locator(".hoitin-again")).to_have_count(0)


def test_filters_hold_every_next_question_until_their_chips_are_taken_off(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    page.locator(".hoitin-filters summary").click()
    page.get_by_label(word(VI, "publisher")).select_option("Báo mẫu")
    page.get_by_label(word(VI, "from_day")).fill("2023-11-01")
    page.get_by_label(word(VI, "to_day")).fill("2023-11-30")
    answer = ask(page, STALLS)
    expect(answer.locator(".hoitin-understood button")).to_have_count(2)
    expect(answer.locator(".hoitin-meta").first).to_contain_text("Báo mẫu")
    expect(page.get_by_label(word(VI, "publisher"))).to_have_value("Báo mẫu")
    expect(page.locator(".hoitin-filters")).to_have_attribute("open", "")
    answer.locator('.hoitin-again[value="days"]').click()
    answers = page.locator(".hoitin-chat .message.bot")
    expect(answers).to_have_count(2)
    expect(answers.last.locator(".hoitin-understood button")).to_have_count(1)
    expect(page.get_by_label(word(VI, "from_day"))).to_have_value("")
    assert asked(page.url) == {"q": [STALLS], "publisher": ["Báo mẫu"]}
    page.get_by_role("button", name=word(VI, "clear_filters")).click()
    expect(ask(page, STALLS).locator(".hoitin-understood button")).to_have_count(0)


def test_where_there_is_no_answer_an_offer_leads_to_one(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    page.locator(".hoitin-filters summary").click()
    page.get_by_label(word(VI, "publisher")).select_option("Bộ Y tế")
    answer = ask(page, IN_2023)
    expect(answer.locator(".hoitin-none")).to_be_visible()
    answer.locator(".hoitin-offers button").first.click()
    answers = page.locator(".hoitin-chat .message.bot")
    expect(answers).to_have_count(2)
    expect(answers.last.locator(".hoitin-card").first).to_be_visible()
    expect(answers.first.locator(".hoitin-offers")).to_have_count(0)
    assert "Reykjavik" in ask(page, NOWHERE).locator(".hoitin-none").inner_text()


# --- links ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/chat/", "/en/chat/"])
def test_a_link_to_a_question_asks_it_with_its_filters(live: Live, visit: Visitor, path: str) -> None:
    from playwright.sync_api import expect

    messages = VI if path == "/chat/" else EN
    page = visit(f"{live.url}{path}#q=Techfest+c%C3%B3+bao+nhi%C3%AAu+gian+h%C3%A0ng%3F&from=2023-11-01&to=2023-11-30").page
    expect(page.locator(".hoitin-card mark").first).to_be_visible()
    expect(page.locator(".hoitin-chat .message.user")).to_have_text("Techfest có bao nhiêu gian hàng?")
    expect(page.get_by_label(word(messages, "to_day"), exact=True)).to_have_value("2023-11-30")
    expect(page.locator(".hoitin-chat .message.bot")).to_have_count(1)
    page.locator(".hoitin-language a").click()
    expect(page.locator(".hoitin-card mark").first).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en" if path == "/chat/" else "vi")


def test_a_hostile_link_is_only_a_question(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    attack = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
    from urllib.parse import quote

    for sign in "?#":  # "?" as in old links
        address = f"{live.url}/chat/{sign}q={quote(attack)}&publisher={quote(attack)}&from=<b>&__proto__=x&constructor=y"
        page = visit(address).page
        expect(page.locator(".hoitin-chat :is(.hoitin-problem, .hoitin-none, .hoitin-card)").first).to_be_visible()
        assert page.locator(".hoitin-chat").locator("img, script").count() == 0


def test_the_address_bar_and_the_link_of_an_answer_say_what_was_asked(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    opened = visit(f"{live.url}/chat/?__theme=dark", permissions=["clipboard-read", "clipboard-write"])
    page = opened.page
    ask(page, FIRST)
    answer = ask(page, FOLLOW_UP)
    whole = "Techfest Việt Nam 2023 đón bao nhiêu lượt khách?"
    assert (asked(page.url), urlsplit(page.url).query) == ({"q": [whole]}, "__theme=dark")
    answer.locator(".hoitin-share").click()
    expect(page.locator(".hoitin-toast")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert (asked(copied), urlsplit(copied).query) == ({"q": [whole]}, "")
    page.get_by_role("button", name=VI.new_chat).click()
    expect(page).to_have_url(f"{live.url}/chat/?__theme=dark")


def test_a_link_pasted_into_the_address_of_an_open_chat_is_asked_too(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    ask(page, FIRST)
    page.evaluate("location.hash = 'q=' + encodeURIComponent('Techfest có bao nhiêu gian hàng?')")
    expect(page.locator(".hoitin-chat .message.user")).to_have_text([FIRST, STALLS])
    expect(page.locator(".hoitin-chat .message.bot")).to_have_count(2)


# --- history, files, paper ------------------------------------------------------------------


def test_an_earlier_question_is_one_press_away(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/", viewport={"width": 1200, "height": 600}).page
    for question in (FIRST, FOLLOW_UP, NOWHERE):
        ask(page, question)
    links = page.locator(".hoitin-history a")
    expect(links).to_have_text([FIRST, FOLLOW_UP, NOWHERE])
    first = page.locator(".hoitin-chat .message.user").first
    expect(first).not_to_be_in_viewport()
    links.first.focus()
    page.keyboard.press("Enter")
    expect(first).to_be_in_viewport()
    expect(page.locator("#hoi-1")).to_be_focused()
    assert len(page.context.pages) == 1
    page.get_by_role("button", name=VI.new_chat).click()
    expect(page.locator(".hoitin-history")).to_have_count(0)


def test_the_conversation_is_saved_as_it_was_asked(live: Live, visit: Visitor) -> None:
    page = visit(f"{live.url}/chat/").page
    ask(page, FIRST)
    passage = ask(page, FOLLOW_UP).locator(".hoitin-passage").first.text_content()
    with page.expect_download() as word_file:
        page.get_by_role("button", name=word(VI, "save_docx")).click()
    written = docx.Document(io.BytesIO(word_file.value.path().read_bytes()))
    assert [one.text for one in written.paragraphs if one.style.name == "Heading 1"] == [FIRST, FOLLOW_UP]
    assert any(one.text == f"[1] {passage}" for one in written.paragraphs)
    with page.expect_download() as text_file:
        page.get_by_role("button", name=word(VI, "save_markdown")).click()
    assert text_file.value.suggested_filename.endswith(".md")
    assert f"## {FIRST}" in text_file.value.path().read_text(encoding="utf-8")


def test_paper_has_all_answers_and_no_controls(live: Live, visit: Visitor) -> None:
    page = visit(f"{live.url}/chat/").page
    ask(page, FIRST)
    ask(page, IN_2023)
    pages = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    text = re.sub(r"\s+", "", "".join(one.extract_text() for one in pages))
    for said in (FIRST, IN_2023, "8.200 lượt khách", "310 gian hàng"):
        assert said.replace(" ", "") in text
    for control in (VI.new_chat, VI.send, word(VI, "filters"), word(VI, "yes"), word(VI, "save_docx"), VI.other_name):
        assert control.replace(" ", "") not in text


# --- feedback -------------------------------------------------------------------------------


def test_a_reader_says_by_keyboard_what_was_wrong(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    answer = ask(page, FIRST)
    button = answer.get_by_role("button", name=word(VI, "no"))
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_label("Tin cũ, đã có tin mới hơn").check()
    dialog.get_by_role("textbox").fill("Đã có Techfest 2025")
    dialog.get_by_role("button", name="Gửi ý kiến").click()
    expect(button).to_have_attribute("aria-pressed", "true")
    announced(page, "Cảm ơn bạn. Biên tập viên sẽ xem ý kiến này.")
    kept = read_feedback(live.assistant._generations.data)[0]
    assert (kept.question, kept.helpful, kept.reason, kept.comment) == (FIRST, False, "old", "Đã có Techfest 2025")
    answer.get_by_role("button", name=word(VI, "yes"), exact=True).click()
    expect(button).to_have_attribute("aria-pressed", "false")


# --- keys and the voice ---------------------------------------------------------------------


def test_keys_reach_the_box_and_recall_the_last_question(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    box = page.locator(".hoitin-box textarea")
    ask(page, FIRST)
    page.locator(".hoitin-share").focus()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    page.keyboard.type("/")
    expect(box).to_have_value("/")
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowUp")
    expect(box).to_have_value(FIRST)
    page.keyboard.press("Enter")
    expect(page.locator(".hoitin-chat .message.user")).to_have_text([FIRST, FIRST])


def test_everything_is_reached_by_tab_and_shows_its_focus(live: Live, visit: Visitor) -> None:
    page = visit(f"{live.url}/chat/").page
    ask(page, IN_2023)
    page.locator(".hoitin-language a").focus()
    reached, unseen = [], []
    for _ in range(40):
        focus = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [`${e.className}`, s.outlineStyle !== 'none' || s.boxShadow !== 'none', e.tagName] }"
        )
        reached.append(focus[0])
        if not focus[1] and focus[2] != "BODY":
            unseen.append(focus)
        page.keyboard.press("Tab")
    for name in ("hoitin-again", "hoitin-rate-up", "hoitin-rate-down", "hoitin-share", "hoitin-new", "hoitin-save"):
        assert any(name in one for one in reached), name
    assert unseen == []


@pytest.mark.parametrize(
    ("path", "found", "none"),
    [("/chat/", "Tìm thấy 3 đoạn tin:", VI.not_found), ("/en/chat/", "3 passages found:", EN.not_found)],
)
def test_a_screen_reader_is_told_what_was_found(live: Live, visit: Visitor, path: str, found: str, none: str) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}{path}").page
    ask(page, FIRST)
    announced(page, found)
    ask(page, NOWHERE)
    announced(page, none)
    log = page.locator(".hoitin-chat [role=log]")
    expect(log).to_have_attribute("aria-live", "off")  # else it would read every card after that
    assert page.locator(".hoitin-chat [aria-label*='<']").count() == 0


def test_nothing_moves_for_who_asked_for_that(live: Live, visit: Visitor) -> None:
    page = visit(f"{live.url}/chat/", reduced_motion="reduce").page
    ask(page, FIRST)
    moving = (
        "[...document.querySelectorAll('*')].filter((e) => parseFloat(getComputedStyle(e).transitionDuration) > 0.001).length"
    )
    assert page.evaluate(moving) == 0


@pytest.mark.parametrize(("width", "height"), [(320, 640), (320, 200), (768, 1024), (1920, 1080)])
def test_no_window_is_too_small_or_too_wide(live: Live, visit: Visitor, width: int, height: int) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/", viewport={"width": width, "height": height}).page
    page.locator(".hoitin-filters summary").click()
    ask(page, IN_2023)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator(".hoitin-chat .message.user").last).to_be_in_viewport()
    if width == 320:  # one thing scrolls: the page
        assert page.locator(".hoitin-chat .bubble-wrap").evaluate("(log) => getComputedStyle(log).overflowY") == "visible"


def test_after_many_questions_the_newest_is_still_in_view(live: Live, visit: Visitor) -> None:
    from playwright.sync_api import expect

    page = visit(f"{live.url}/chat/").page
    box = page.locator(".hoitin-box textarea")
    for number in range(1, 33):
        box.fill(f"techfest {number}")
        box.press("Enter")
        expect(page.locator(f"#hoi-{number}")).to_be_attached()
    expect(page.locator(".hoitin-chat .message.bot")).to_have_count(30)
    expect(page.locator(".hoitin-chat .message.user").last).to_be_in_viewport()
