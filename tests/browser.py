"""A real browser for tests, and what the pages in it said and asked for. Without Chromium they are skipped, but not where
CI=true.
"""

from __future__ import annotations

import os
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
OPEN_SHADOWS = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (init) { return attach.call(this, { ...init, mode: "open" }); };
"""
CONTRAST = """
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
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        _no_browser("playwright is not installed")
    program = shutil.which("chromium")
    if not program:
        _no_browser("there is no chromium on this machine")
    expect.set_options(timeout=20_000)  # the first page of a cold server on a busy machine takes its time
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
    from webui.server import make_app  # Gradio loads where it is used: this module is read by every run of the tests

    settings = Settings(data=sample_data, embed_origins=(f"http://{INTRANET}:{host_port}",), rate=0)
    with serving(make_app(sample_assistant, settings)) as port:
        yield Live(port, sample_assistant)


@pytest.fixture(scope="module")
def poisoned(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Return the application over hostile news."""
    from webui.server import make_app

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


def leads_to(link: Locator) -> str:
    """Return where a link leads, whole: the page's own links lean on its address."""
    found: str = link.evaluate("(link) => link.href")
    return found


def assert_readable(page: Page, selectors: list[str], *, dark: bool) -> None:
    """Check that every text meets WCAG's 4.5:1 on its ground, and that the ground is that of the theme."""
    faint = {}
    for selector in selectors:
        seen = page.locator(selector).first.evaluate(CONTRAST)
        if seen["ratio"] < 4.5:
            faint[selector] = seen["ratio"]
    assert faint == {}
    ground = page.locator(selectors[0]).first.evaluate(CONTRAST)["ground"]
    assert (ground < 0.2) is dark


def axe_faults(page: Page) -> list[str]:
    """Return what axe calls serious or critical: rule and place."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']} {node['target']} {node['failureSummary']}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def sample(question_id: str) -> Any:
    """Return a sample question by its id."""
    return next(question for question in sample_questions() if question.id == question_id)


UNACCENTED, ON_PDF_PAGE_2, UNANSWERABLE = "q03", "q71", "n08"
