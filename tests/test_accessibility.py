"""axe-core on every page, light and dark: nothing serious or critical."""

from __future__ import annotations

import pytest

from .browser import Live, Visitor, ask, axe_faults


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/chat/", "/en/chat/"])
def test_axe_finds_nothing_serious_in_the_chat(live: Live, visit: Visitor, path: str, scheme: str) -> None:
    page = visit(f"{live.url}{path}", color_scheme=scheme).page
    page.locator(".hoitin-filters summary").click()
    assert axe_faults(page) == []
    ask(page, "Giá vé xem xiếc ở Reykjavik?")
    ask(page, "Techfest có bao nhiêu gian hàng trong tháng 11 năm 2023?")
    page.locator(".hoitin-legend summary").click()
    assert axe_faults(page) == []
    page.locator(".hoitin-rate-down").last.click()
    assert axe_faults(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_other_pages(live: Live, visit: Visitor, scheme: str) -> None:
    page = visit(f"{live.url}/chat/", color_scheme=scheme).page
    question = "Phí thẩm định phê duyệt mẫu phương tiện đo mới là bao nhiêu một mẫu?"
    source: str = ask(page, question).locator(".hoitin-card a").first.evaluate("(link) => link.href")
    other = [f"{live.url}/widget-demo", f"{live.url}/widget-setup"]
    for address in (source, source.replace("?", "?lang=en&"), *other):
        page.goto(address)
        assert axe_faults(page) == [], address


def test_axe_would_see_a_fault(live: Live, visit: Visitor) -> None:
    page = visit(f"{live.url}/widget-demo").page
    page.locator("main").evaluate("(main) => main.append(document.createElement('button'))")
    assert [fault.split()[0] for fault in axe_faults(page)] == ["button-name"]


def test_headings_are_in_order(live: Live, visit: Visitor) -> None:
    page = visit(f"{live.url}/chat/").page
    ask(page, "Techfest 2024")
    ask(page, "Techfest 2023")
    levels = page.locator("h1:visible, h2:visible, h3:visible, h4:visible").evaluate_all(
        "(all) => all.map((one) => one.tagName)"
    )
    assert levels[0] == "H1"
    assert set(levels[1:]) == {"H2"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_accessibility_statement_is_led_to_and_has_nothing_serious(
    live: Live, visit: Visitor, lang: str, scheme: str
) -> None:
    page = visit(f"{live.url}{'' if lang == 'vi' else '/en'}/chat/", color_scheme=scheme).page
    address = page.locator(".hoitin-statement a").get_attribute("href")
    assert address
    page.goto(f"{page.url.partition('?')[0]}{address}" if address.startswith(".") else f"{live.url}{address}")
    assert page.locator("html").get_attribute("lang") == lang
    assert page.locator("h1").inner_text() in ("Khả năng tiếp cận", "Accessibility")
    assert axe_faults(page) == []
