"""The web server, by effect: what it answers, what it says of itself, and the doors that stay shut."""

from __future__ import annotations

import http.client
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import lxml.html
import pytest
from starlette.testclient import TestClient

from docs_store import Document
from indexer import reindex
from retriever import MAX_QUESTION, Assistant
from webui.cards import answer_html, encode_url, no_sources_html, sources_html
from webui.messages import EN, VI
from webui.server import make_app
from webui.settings import Settings

from . import hostile
from .conftest import ARTICLES
from .fake import HashEmbedder
from .live import serving

ALLOWED = "https://intranet.example"
STRANGER = "https://evil.example"
MOUNTS = ("/chat", "/en/chat")
MARKER_TEXT = "noi-dung-bi-mat-khong-bao-gio-duoc-tra-ve"
QUESTION = "sao choi Binh Minh bay qua Can Tho ngay nao"
NOT_IN_THE_NEWS = "Giá vé xem xiếc voi ở Reykjavik thế kỷ trước?"
CRLF_QUESTION = "Hồ chứa Thanh Trà ở Nghệ An sâu bao nhiêu mét?"
PDF_QUESTION = "Phí thẩm định phê duyệt mẫu phương tiện đo mới là bao nhiêu một mẫu?"
KEYS = {
    "number": int, "doc_id": str, "title": str, "publisher": str, "url": str, "source_url": str,
    "quote": str, "passage": str, "score": float, "cite": str, "confidence": float, "document_number": str,
    "notes": list, "copies": list, "mark_strength": float, "lacks": list,
}  # fmt: skip

COMET = """---
title: Sao chổi Bình Minh ghé thăm
publisher: Báo Thiên văn
author: Lê Hoa
url: https://bo.example/sao-choi
published: 2024-06-06
---
Cục Quan trắc vừa công bố kết quả theo dõi bầu trời trong tuần đầu tháng sáu năm nay.

Ông Nguyễn Văn Hải cho biết sao chổi Bình Minh bay qua Cần Thơ ngày 5/6/2024 lúc 19 giờ. Có 37 trạm ghi được ảnh.

Các trạm ở miền Trung gặp mưa lớn nên không thu được hình ảnh nào rõ nét trong đêm ấy.
"""


@dataclass(frozen=True)
class Site:
    """An application over a small index, and the folders under it."""

    client: TestClient
    assistant: Assistant
    data: Path
    news: Path

    def ask(self, question: str) -> dict[str, Any]:
        response = self.client.post("/api/ask", json={"question": question})
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def first(self, question: str) -> dict[str, Any]:
        citation: dict[str, Any] = self.ask(question)["citations"][0]
        return citation

    def document(self, doc_id: str) -> Document:
        document = self.assistant.generation().passages.document(doc_id)
        assert document
        return document


def open_site(folder: Path) -> Site:
    """Return the application over folder/data, its news in folder/news, without starting it."""
    embedder = HashEmbedder()
    assistant = Assistant(folder / "data", lambda: embedder)
    app = make_app(assistant, Settings(data=folder / "data", embed_origins=(ALLOWED,), rate=0))
    client = TestClient(app, base_url="http://hoitin.example", raise_server_exceptions=False)
    return Site(client, assistant, folder / "data", folder / "news")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return the application over ordinary and hostile news. Do not write to its folders."""
    folder = tmp_path_factory.mktemp("site")
    news = folder / "news"
    news.mkdir()
    (news / "sao-choi.md").write_text(COMET, encoding="utf-8")
    # A sentence with Windows line ends in it: the passage keeps them.
    (news / "ho-chua.txt").write_bytes(
        "Hồ chứa ở Nghệ An\r\n\r\nHồ chứa Thanh Trà ở Nghệ An sâu 41 mét,\r\ndo xã  quản lý.\r\n".encode()
    )
    shutil.copy(ARTICLES / "thong-tu-12-2024-do-luong.pdf", news)
    hostile.write_hostile_news(news)
    report = reindex(folder / "data", [news], HashEmbedder())
    assert not report.failed
    opened = open_site(folder)
    with opened.client:
        yield opened


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[Site]:
    """Return the application over a data folder in which nothing was indexed."""
    opened = open_site(tmp_path)
    with opened.client:
        yield opened


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """Return a file outside the data folder that nobody may read through the web."""
    file = tmp_path / "marker.txt"
    file.write_text(MARKER_TEXT, encoding="utf-8")
    return file


# --- POST /api/ask --------------------------------------------------------------------------


def test_an_answer_has_the_documented_keys_and_types(site: Site) -> None:
    answer = site.ask(QUESTION)
    assert list(answer) == ["question", "found", "generation", "citations", "confidence", "understood"]
    assert answer["question"] == QUESTION
    assert answer["found"] is True
    assert answer["generation"] == site.assistant.generation().name
    assert [citation["number"] for citation in answer["citations"]] == list(range(1, len(answer["citations"]) + 1))
    for citation in answer["citations"]:
        assert citation.keys() == KEYS.keys() | {"published", "page"}
        assert {name: type(citation[name]) for name in KEYS} == KEYS
    first = answer["citations"][0]
    assert first["title"] == "Sao chổi Bình Minh ghé thăm"
    assert first["publisher"] == "Báo Thiên văn"
    assert first["url"] == "https://bo.example/sao-choi"
    assert first["published"] == "2024-06-06"
    assert "5/6/2024" in first["quote"]


@pytest.mark.parametrize("question", [QUESTION, CRLF_QUESTION, PDF_QUESTION, hostile.BODY_QUESTION, hostile.RECORD_QUESTION])
def test_a_passage_is_byte_for_byte_in_its_source_and_holds_the_quote(site: Site, question: str) -> None:
    for citation in site.ask(question)["citations"]:
        document = site.document(citation["doc_id"])
        page = document.pages[(citation["page"] or 1) - 1]
        assert citation["passage"].encode() in page.encode()
        assert citation["quote"]
        assert citation["quote"] in citation["passage"]


def test_windows_line_ends_stay_in_the_passage(site: Site) -> None:
    assert "sâu 41 mét,\r\ndo xã  quản lý." in site.first(CRLF_QUESTION)["passage"]


def test_a_page_number_is_given_for_pdf_and_null_for_what_has_no_pages(site: Site) -> None:
    assert site.first(QUESTION)["page"] is None
    pdf = site.first(PDF_QUESTION)
    assert "3,2 triệu đồng" in pdf["passage"]
    assert pdf["page"] == 2


def test_what_is_not_in_the_news_is_said_to_be_not_found(site: Site) -> None:
    answer = site.ask(NOT_IN_THE_NEWS)
    assert answer["found"] is False
    assert answer["citations"] == []


BAD_BODIES = {
    "empty": b'{"question": ""}',
    "blank": b'{"question": "  \\n "}',
    "marks only": b'{"question": "?!<script>"}'.replace(b"script", b"..."),
    "too long": json.dumps({"question": "<b>" * MAX_QUESTION}).encode(),
    "number": b'{"question": 123454321}',
    "list": b'{"question": ["<b>echo</b>"]}',
    "mapping": b'{"question": {"path": "/etc/passwd"}}',
    "null": b'{"question": null}',
    "missing": b'{"query": "<b>echo</b>"}',
    "no mapping": b'"<b>echo</b>"',
    "not json": b"<b>echo</b>",
    "not utf-8": b'{"question": "\xff\xfe<b>"}',
    "half a character": b'{"question": "\\ud800<b>"}',
    "deep": b"[" * 50_000,
    "nothing": b"",
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=list(BAD_BODIES))
def test_a_bad_request_gets_one_sentence_without_trace_or_echo(site: Site, body: bytes) -> None:
    response = site.client.post("/api/ask", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert list(response.json()) == ["error"]
    for word in ("<b>", "echo", "123454321", "passwd", "Traceback", "pydantic", "loc"):
        assert word not in response.text


@pytest.mark.parametrize("path", ["/api/ask", "/chat/gradio_api/call/ask", "/en/chat/gradio_api/queue/join", "/nowhere"])
def test_a_body_of_a_megabyte_is_refused(site: Site, path: str) -> None:
    body = json.dumps({"question": "sao chổi " * 100_000}).encode()
    response = site.client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert "sao" not in response.text


def test_a_form_cannot_ask(site: Site) -> None:
    assert site.client.post("/api/ask", data={"question": QUESTION}).status_code == 422
    assert site.client.get("/api/ask", params={"question": QUESTION}).status_code == 405


# --- /healthz -------------------------------------------------------------------------------


def test_health_names_the_generation_that_answers(site: Site) -> None:
    response = site.client.get("/healthz")
    assert response.status_code == 200
    manifest = site.assistant.generation().manifest
    assert response.json() == {
        "status": "ok",
        "generation": manifest.generation,
        "documents": manifest.documents,
        "passages": manifest.passages,
        "problems": [],
    }


def test_without_an_index_health_is_503_and_questions_get_the_next_step(empty_site: Site) -> None:
    assert empty_site.client.get("/healthz").status_code == 503
    asked = empty_site.client.post("/api/ask", json={"question": QUESTION})
    assert asked.status_code == 503
    assert "hoitin index" in asked.json()["error"]
    assert empty_site.client.get("/source/bat-ky").status_code == 503
    assert empty_site.client.get("/chat/").status_code == 200
    assert str(empty_site.data) not in asked.text


# --- /source: see also test_source_page.py ---------------------------------------------------


def parse(page: str) -> lxml.html.HtmlElement:
    """Return the page as a tree."""
    return lxml.html.document_fromstring(page)


def marks(page: str) -> list[str]:
    """Return the texts of the page's marked passages."""
    return [mark.text_content() for mark in parse(page).xpath('//mark[@id="doan"]')]


def test_no_spelling_of_a_path_leaves_the_document_store(site: Site, marker: Path, port: int) -> None:
    for doc_id in ("..", "../../..", str(marker), f"../../../..{marker}", "sao-choi.md", str(site.news / "sao-choi.md")):
        for spelled in (doc_id, quote(doc_id, safe=""), quote(quote(doc_id, safe=""), safe=""), doc_id.replace("/", "\\")):
            status, body = raw(port, "GET", f"/source/{spelled}")
            assert status in (307, 404)
            assert MARKER_TEXT not in body
            assert "37 trạm" not in body
            status, body = raw(port, "GET", f"/original/{spelled}")
            assert status in (307, 404)
            assert MARKER_TEXT not in body
            assert "37 trạm" not in body
    for folder in ("static", "chat/static", "chat/assets", "chat/svelte", "chat/gradio_api/static"):
        for up in ("../" * 12, quote("../", safe="") * 12, "%252e%252e%252f" * 12, "/", "..%5c" * 12):
            status, body = raw(port, "GET", f"/{folder}/{up}{marker}".replace("//tmp", "/tmp"))
            assert status in (400, 403, 404)
            assert MARKER_TEXT not in body


# --- text from a document is text -----------------------------------------------------------

CARD_TAGS = {"p", "span", "a", "blockquote", "mark", "div", "strong", "ul", "ol", "li", "br", "small"}
OWN_ATTRIBUTES = {
    "class", "href", "target", "rel", "value", "id", "tabindex", "lang", "role", "aria-label", "charset", "name", "content",
}  # fmt: skip


def assert_nothing_but(tags: set[str], tree: lxml.html.HtmlElement, attributes: set[str] = OWN_ATTRIBUTES) -> None:
    """Check that no element, attribute or address came out of a document's text."""
    for element in tree.iter():
        assert element.tag in tags
        assert set(element.attrib) <= attributes
        address = element.get("href", "/")
        assert address.startswith(("http://", "https://", "/"))
        assert not address.startswith("//")
        assert "evil.example" not in address


HOSTILE_QUESTIONS = [
    hostile.BODY_QUESTION,
    hostile.FILE_NAME_QUESTION,
    hostile.RECORD_QUESTION,
    *(f"Vườn thuốc {name} rộng bao nhiêu ha?" for name in hostile.URLS),
]


@pytest.mark.parametrize("question", HOSTILE_QUESTIONS)
@pytest.mark.parametrize("messages", [VI, EN], ids=["vi", "en"])
def test_a_card_shows_hostile_text_as_the_very_text(site: Site, question: str, messages: Any) -> None:
    answer = site.assistant.ask(question)
    assert answer.found
    tree = lxml.html.fragment_fromstring(answer_html(answer, messages), create_parent="div")
    assert_nothing_but(CARD_TAGS, tree)
    cards = tree.find_class("hoitin-card")
    assert len(cards) == len(answer.citations)
    for card, citation in zip(cards, answer.citations, strict=True):
        assert card.find_class("hoitin-passage")[0].text_content() == citation.passage
        assert card.xpath("string(.//mark)") == citation.quote
        assert card.xpath("string(.//p[@class='hoitin-title']/a)") == citation.title
        assert citation.publisher in card.find_class("hoitin-meta")[0].text_content()
    side = lxml.html.fragment_fromstring(sources_html(answer, messages), create_parent="div")
    assert_nothing_but(CARD_TAGS, side)
    assert [link.text_content() for link in side.iter("a")] == [citation.title for citation in answer.citations]


def test_the_hostile_news_did_keep_its_poison(site: Site) -> None:
    """Without this, the tests above could pass on news that was cleaned on its way in."""
    story = site.document(site.first(hostile.BODY_QUESTION)["doc_id"])
    assert hostile.SCRIPT in story.title
    assert hostile.FORM in story.publisher
    assert hostile.FRAME in story.author
    assert all(attack in story.pages[0] for attack in hostile.ALL)
    assert hostile.SCRIPT in site.first(hostile.BODY_QUESTION)["quote"]
    assert "<img src=x onerror=alert(1)>" in site.first(hostile.FILE_NAME_QUESTION)["title"]
    assert hostile.FORM in site.first(hostile.RECORD_QUESTION)["title"]


def test_a_not_found_message_shows_hostile_headlines_as_text(site: Site) -> None:
    answer = site.assistant.ask(
        f"{NOT_IN_THE_NEWS} Kim Ngân, Tử Đinh, Ngọc Lan: xiếc, voi, vé, Paris, Luân Đôn, Bắc Cực, Sahara"
    )
    assert not answer.found
    assert any("<form" in citation.title or "<script>" in citation.title for citation in answer.nearest)
    tree = lxml.html.fragment_fromstring(answer_html(answer, VI), create_parent="div")
    assert_nothing_but(CARD_TAGS, tree)
    assert [link.text_content() for link in tree.iter("a")] == [citation.title for citation in answer.nearest]
    assert sources_html(answer, VI) == no_sources_html(VI)


def test_only_a_web_address_becomes_a_link_to_the_original(site: Site) -> None:
    found = {name: site.first(f"Vườn thuốc {name} rộng bao nhiêu ha?") for name in hostile.URLS}
    assert {name: citation["title"] for name, citation in found.items()} == {name: f"Vườn {name}" for name in hostile.URLS}
    good = "Mộc Hương"
    assert {name: citation["url"] for name, citation in found.items()} == {
        name: url if name == good else "" for name, url in hostile.URLS.items()
    }
    page = parse(site.client.get(found[good]["source_url"]).text)
    assert page.xpath("//p[@class='meta']/a/@href") == [hostile.URLS[good]]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", " http://x", "//evil.example", "file:///etc", "", "x"]
)
def test_an_address_of_another_kind_never_reaches_an_attribute(url: str) -> None:
    assert encode_url(url) == "#"


# --- headers --------------------------------------------------------------------------------

EVERYWHERE = [
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/chat/"),
    ("GET", "/en/chat/"),
    ("GET", "/chat"),
    ("GET", "/chat/config"),
    ("GET", "/chat/gradio_api/info"),
    ("GET", "/chat/gradio_api/file=/etc/passwd"),
    ("GET", "/chat/theme.css"),
    ("GET", "/source/khong-co"),
    ("GET", "/source/khong-co?page=x"),
    ("GET", "/widget.js"),
    ("GET", "/widget/allowed"),
    ("GET", "/widget-demo"),
    ("GET", "/static/pages.css"),
    ("GET", "/static/nothing"),
    ("GET", "/nowhere"),
    ("GET", "/favicon.ico"),
    ("GET", "/api/ask"),
    ("POST", "/api/ask"),
    ("POST", "/chat/gradio_api/queue/join"),
    ("OPTIONS", "/api/ask"),
    ("DELETE", "/chat/"),
]


def policy(response: Any) -> dict[str, str]:
    """Return the response's content security policy, directive -> sources."""
    (header,) = response.headers.get_list("content-security-policy")
    return {name: sources for name, _, sources in (part.strip().partition(" ") for part in header.split(";"))}


@pytest.mark.parametrize(("method", "path"), EVERYWHERE)
def test_every_response_carries_the_security_headers(site: Site, method: str, path: str) -> None:
    response = site.client.request(method, path, follow_redirects=False)
    rules = policy(response)
    assert rules["default-src"] == "'none'"
    assert rules["frame-ancestors"] == f"'self' {ALLOWED}"
    assert rules["form-action"] == "'self'"
    assert rules["img-src"] == "'self' data:"
    assert "unsafe" not in rules["script-src"]
    nonce = r" 'nonce-[\w-]{20,}'" if path in ("/chat/", "/en/chat/", "/chat") and response.status_code == 200 else ""
    assert re.fullmatch(rf"'self'{nonce}", rules["script-src"])
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert "server" not in response.headers
    assert "x-frame-options" not in response.headers


@pytest.mark.parametrize("path", ["/chat/", "/en/chat/"])
def test_every_script_of_a_chat_page_carries_the_fresh_nonce_of_its_own_response(site: Site, path: str) -> None:
    seen = set()
    for _ in range(3):
        response = site.client.get(path, headers={"Accept-Encoding": "identity"})
        nonce = policy(response)["script-src"].removeprefix("'self' 'nonce-").rstrip("'")
        scripts = parse(response.text).xpath("//script")
        assert scripts
        assert {script.get("nonce") for script in scripts} == {nonce}
        assert len(response.content) == int(response.headers["content-length"])
        seen.add(nonce)
    assert len(seen) == 3


def test_each_mount_says_its_language_to_the_browser(site: Site) -> None:
    assert parse(site.client.get("/chat/").text).get("lang") == "vi"
    assert parse(site.client.get("/en/chat/").text).get("lang") == "en"


# --- closed doors ---------------------------------------------------------------------------

CLOSED = [
    "gradio_api/file={marker}",
    "file={marker}",
    "gradio_api/file/{marker}",
    "file/{marker}",
    "gradio_api/proxy=http://127.0.0.1:{port}/healthz",
    "proxy=http://127.0.0.1:{port}/healthz",
    "gradio_api/upload",
    "upload",
    "gradio_api/upload_progress?upload_id=1",
    "gradio_api/stream/abc/1/2/playlist.m3u8",
    "gradio_api/stream/abc",
    "gradio_api/vibe-edit",
    "gradio_api/vibe-edit/",
    "gradio_api/vibe-code",
    "gradio_api/vibe-code/",
    "gradio_api/undo-vibe-edit/",
    "gradio_api/vibe-starter-queries/",
    "monitoring",
    "monitoring/summary",
    "gradio_api/monitoring/summary",
    "gradio_api/deep_link",
    "gradio_api/gradio_api/deep_link?session_hash=1",
    "gradio_api/process_recording",
    "gradio_api/component_server",
    "gradio_api/component_server/",
    "gradio_api/run-history/connect",
    "gradio_api/run-history/buckets",
    "gradio_api/runs",
    "gradio_api/profiling/traces",
    "login",
    "login/",
    "login_check",
    "logout",
    "user",
    "token",
    "dev/reload",
    "gradio_api/dev/reload",
    "custom_component/0/client/component/index.js",
    "gradio_api/custom_component/0/client/component/index.js",
    "openapi.json",
    "gradio_api/openapi.json",
    "docs",
    "redoc",
    "pwa_icon",
    "robots.txt",
    "api/ask",
    "gradio_api/api/ask",
    "gradio_api/call/v2",
    "gradio_api/call/v2/ask",
    "gradio_api/call/v2/ask/0",
    "gradio_api/call/predict",
    "gradio_api/run/show_examples",
    "gradio_api/queue/status",
    "runs",
]


def spellings(path: str) -> list[str]:
    """Return the ways in which a path below a mount may be written to slip past a filter."""
    first = path[0]
    last_name = path.rfind("/") + 1 if path.startswith("gradio_api/") and path.count("/") == 1 else 0
    coded = path[:last_name] + f"%{ord(path[last_name]):02x}" + path[last_name + 1 :]
    return [
        path,
        f"%{ord(first):02X}{path[1:]}",
        coded,
        coded.replace("%", "%25"),
        path.replace("=", "%3D"),
        path.replace("gradio_api/", "gradio_api%2f"),
        "/" + path,
        path.replace("/", "//", 1),
        "./" + path,
        "assets/../" + path,
        "assets/%2e%2e/" + path,
        "gradio_api/queue/../../" + path,
        "static/..%2f" + path,
        "assets/..%5c" + path,
        path.upper(),
        path + "%00",
        path + ";/config",
        path + "%0a",
    ]


@pytest.fixture(scope="module")
def port(site: Site) -> Iterator[int]:
    """Return the port of a real server: a test client would tidy up the odd paths."""
    with serving(site.client.app) as listening:
        yield listening


def raw(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, str]:
    """Return status and body for a path sent as it is written."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body=body, headers={"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")
    finally:
        connection.close()


@pytest.mark.parametrize("mount", MOUNTS)
@pytest.mark.parametrize("route", CLOSED)
def test_a_gradio_route_that_the_chat_does_not_need_is_closed_however_it_is_spelled(
    mount: str, route: str, marker: Path, port: int
) -> None:
    for spelled in spellings(route.format(marker=marker, port=port)):
        for method in ("GET", "POST"):
            status, body = raw(port, method, f"{mount}/{spelled}", b"{}" if method == "POST" else None)
            assert status == 404, (method, spelled, body)
            assert MARKER_TEXT not in body
            assert "generation" not in body


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "HEAD"])
def test_other_methods_open_no_door(port: int, marker: Path, method: str) -> None:
    for mount in MOUNTS:
        status, body = raw(port, method, f"{mount}/gradio_api/file={marker}")
        assert status == 404
        assert MARKER_TEXT not in body


def test_the_doors_stay_shut_behind_a_prefix_that_looks_like_a_mount(site: Site, marker: Path) -> None:
    for root in ("/c", "/cha", "/e", "/hoitin"):
        client = TestClient(site.client.app, root_path=root, raise_server_exceptions=False)
        for prefix in ("", root):
            closed = client.get(f"{prefix}/chat/gradio_api/upload_progress?upload_id=1")
            assert closed.status_code == 404
            assert closed.json() == {"error": "not found"}
        payload = {"data": [{"path": str(marker), "meta": {"_type": "gradio.FileData"}}]}
        assert client.post("/chat/gradio_api/call/ask", json=payload).status_code in (404, 422)


def test_our_own_server_publishes_no_api_page_that_needs_the_internet(site: Site) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert site.client.get(path).status_code == 404


def payloads(marker: Path) -> list[Any]:
    """Return event payloads that name a file, in every place where a payload can hold a value."""
    file = {"path": str(marker), "meta": {"_type": "gradio.FileData"}}
    join = {"fn_index": 0, "session_hash": "s1"}
    return [
        {"data": [file]},
        {"data": [file, []], **join},
        {"data": [[file]], **join},
        {"data": [{"text": "x", "files": [file]}], **join},
        {"data": ["x", [{"role": "user", "content": file}]], **join},
        {"data": {"0": file}, **join},
        {"data": ["x"], "event_data": file, **join},
        {"data": ["x"], "session_hash": file},
        {"data": ["x"], "fn_index": 0, "session_hash": "s1", "path": str(marker), "meta": {"_type": "gradio.FileData"}},
        {**file, **join},
        [file],
        str(marker),
        {"data": ["x" * 5000], **join},
        {"data": ["x"] * 9, **join},
    ]


@pytest.mark.parametrize("mount", MOUNTS)
@pytest.mark.parametrize(
    "route",
    [
        "queue/join",
        "queue/join/",
        "call/ask",
        "call/ask/",
        "run/ask",
        "run/ask/",
        "run/predict",
        "run/predict/",
        "reset",
        "cancel",
    ],
)
def test_a_payload_that_names_a_file_is_refused(site: Site, marker: Path, mount: str, route: str) -> None:
    for payload in payloads(marker):
        response = site.client.post(f"{mount}/gradio_api/{route}", json=payload)
        assert response.status_code == 422
        assert MARKER_TEXT not in response.text
        assert str(marker) not in response.text
    for body in (b"\xff", b"{", b"[" * 60_000, b"path=" + str(marker).encode()):
        assert site.client.post(f"{mount}/gradio_api/{route}", content=body).status_code == 422


def chat(site: Site, mount: str, question: str) -> str:
    """Ask through Gradio's own API, and return the event stream of the answer."""
    started = site.client.post(f"{mount}/gradio_api/call/ask", json={"data": [question, ""]})
    assert started.status_code == 200
    stream = site.client.get(f"{mount}/gradio_api/call/ask/{started.json()['event_id']}")
    assert stream.headers["content-type"].startswith("text/event-stream")
    return stream.text


def said(stream: str) -> str:
    """Return the assistant's message in an event stream, as a reader sees it."""
    assert stream.startswith("event: complete\n")
    turns = json.loads(stream.split("data: ", 1)[1].split("\n")[0])[0]
    text: str = lxml.html.fragment_fromstring(turns[-1]["content"][0]["text"], create_parent="div").text_content()
    return text


@pytest.mark.parametrize("mount", MOUNTS)
def test_a_plain_string_still_asks_through_the_chat(site: Site, mount: str) -> None:
    message = said(chat(site, mount, QUESTION))
    assert "bay qua Cần Thơ ngày 5/6/2024 lúc 19 giờ." in message
    assert (VI if mount == "/chat" else EN).open_source in message


def test_a_question_that_spells_a_file_brings_no_file_back(site: Site, marker: Path) -> None:
    for question in (str(marker), f"file={marker}", json.dumps({"path": str(marker), "meta": {"_type": "gradio.FileData"}})):
        stream = chat(site, "/chat", question)
        assert "event: complete" in stream
        assert MARKER_TEXT not in stream


def test_a_hostile_question_comes_back_as_encoded_text(site: Site) -> None:
    stream = chat(site, "/chat", hostile.IMAGE + hostile.SCRIPT)
    assert "event: complete" in stream
    assert "<img" not in stream
    assert "<script" not in stream


# --- other origins --------------------------------------------------------------------------

CROSS = [("POST", "/api/ask"), ("GET", "/chat/config"), ("GET", "/chat/gradio_api/info"), ("GET", "/widget/allowed")]


@pytest.fixture(scope="module")
def closed_client(site: Site) -> Iterator[TestClient]:
    """Return a client of an application with the default settings: no origin is on the list."""
    with TestClient(make_app(site.assistant, Settings(data=site.data, rate=0)), base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize(("method", "path"), CROSS)
@pytest.mark.parametrize("origin", [STRANGER, ALLOWED, "null", "http://localhost:3000", "http://127.0.0.1"])
def test_by_default_no_other_origin_may_read(closed_client: TestClient, method: str, path: str, origin: str) -> None:
    body = {"question": QUESTION} if method == "POST" else None
    response = closed_client.request(method, path, json=body, headers={"Origin": origin})
    assert response.status_code == 200
    assert not [name for name in response.headers if name.startswith("access-control-")]
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    assert "access-control-allow-origin" not in closed_client.options(path, headers=asked).headers
    assert policy(response)["frame-ancestors"] == "'self'"


@pytest.mark.parametrize(("method", "path"), CROSS)
def test_an_origin_on_the_list_may_read_and_its_lookalikes_may_not(site: Site, method: str, path: str) -> None:
    body = {"question": QUESTION} if method == "POST" else None
    response = site.client.request(method, path, json=body, headers={"Origin": ALLOWED})
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert "access-control-allow-credentials" not in response.headers
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type"}
    assert site.client.options(path, headers={"Origin": ALLOWED, **asked}).headers["access-control-allow-origin"] == ALLOWED
    for lookalike in (STRANGER, ALLOWED + ".evil.example", ALLOWED.replace("https", "http"), ALLOWED + ":8443", "null", "*"):
        refused = site.client.request(method, path, json=body, headers={"Origin": lookalike})
        assert "access-control-allow-origin" not in refused.headers
        assert "access-control-allow-origin" not in site.client.options(path, headers={"Origin": lookalike, **asked}).headers


# --- faults and changes ---------------------------------------------------------------------


def test_an_unforeseen_fault_is_one_plain_sentence_with_all_headers(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret-detail")

    monkeypatch.setattr(site.assistant, "ask", fail)
    monkeypatch.setattr(site.assistant, "generation", fail)
    origin = {"Origin": ALLOWED}
    for response in (
        site.client.post("/api/ask", json={"question": QUESTION}, headers=origin),
        site.client.get("/source/sao-choi", headers=origin),
        site.client.get("/healthz", headers=origin),
    ):
        assert response.status_code == 500
        assert response.json() == {"error": VI.error_any}
        assert policy(response)["default-src"] == "'none'"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["access-control-allow-origin"] == ALLOWED
    for mount, messages in (("/chat", VI), ("/en/chat", EN)):
        stream = chat(site, mount, QUESTION)
        assert said(stream) == messages.error_any
        for word in ("secret-detail", "RuntimeError", "Traceback"):
            assert word not in stream


def test_an_error_inside_gradio_says_nothing_of_the_program(site: Site) -> None:
    response = site.client.post("/chat/gradio_api/run/ask", json={"data": []})
    assert response.status_code >= 400
    for word in ("Traceback", "ValueError", "textbox", str(site.data.parent), "site-packages"):
        assert word not in response.text


def test_the_chat_says_in_its_language_that_there_is_no_index(empty_site: Site) -> None:
    assert said(chat(empty_site, "/chat", QUESTION)) == VI.error_no_index
    assert said(chat(empty_site, "/en/chat", QUESTION)) == EN.error_no_index


def test_news_indexed_while_the_server_runs_answers_the_next_question(empty_site: Site) -> None:
    record = {"id": "1", "title": "Chợ hoa", "body": "Chợ hoa Quảng Bá mở cửa lúc 2 giờ sáng mỗi ngày."}
    empty_site.news.mkdir()
    (empty_site.news / "mot.jsonl").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    reindex(empty_site.data, [empty_site.news], HashEmbedder())
    before = empty_site.client.get("/healthz").json()
    assert before["documents"] == 1
    assert empty_site.ask("Sân bay Phù Cát đón bao nhiêu khách?")["found"] is False

    record = {"id": "2", "title": "Sân bay Phù Cát", "body": "Sân bay Phù Cát đón 8.100 khách trong tuần qua."}
    (empty_site.news / "hai.jsonl").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    reindex(empty_site.data, [empty_site.news], HashEmbedder())
    answer = empty_site.ask("Sân bay Phù Cát đón bao nhiêu khách?")
    assert answer["citations"][0]["quote"] == "Sân bay Phù Cát đón 8.100 khách trong tuần qua."
    assert answer["generation"] != before["generation"]
    assert empty_site.client.get("/healthz").json()["generation"] == answer["generation"]
    assert marks(empty_site.client.get(answer["citations"][0]["source_url"]).text) == [answer["citations"][0]["passage"]]

    (empty_site.news / "hai.jsonl").unlink()
    reindex(empty_site.data, [empty_site.news], HashEmbedder())
    assert empty_site.ask("Sân bay Phù Cát đón bao nhiêu khách?")["found"] is False
    assert empty_site.client.get(answer["citations"][0]["source_url"]).status_code == 404


@pytest.mark.parametrize(
    "payload",
    [
        {"data": ["x"], "fn_index": 99_999},
        {"data": ["x"], "fn_index": -1},
        {"data": [None, None], "fn_index": 0},
        {"data": [], "fn_index": 0},
    ],
)
def test_a_failure_inside_gradio_is_answered_in_our_words(site: Site, payload: dict[str, Any]) -> None:
    response = site.client.post("/chat/gradio_api/run/predict", json={**payload, "session_hash": "odd"})
    assert response.status_code in (200, 404, 422, 500)
    if response.status_code == 500:
        assert response.json() == {"error": VI.error_any}
    assert "Traceback" not in response.text


def test_a_string_that_is_no_text_is_refused(site: Site) -> None:
    body = b'{"data": ["\\ud800x"], "fn_index": 0, "session_hash": "s9"}'
    assert site.client.post("/chat/gradio_api/run/predict", content=body).status_code == 422


def test_an_index_of_another_model_is_said_to_be_that(tmp_path: Path, news: Path) -> None:
    (news / "a.txt").write_text("Tin một.\n\nGiá lúa tăng.", encoding="utf-8")
    reindex(tmp_path / "data", [news], HashEmbedder("one"))
    other = HashEmbedder("two")
    client = TestClient(make_app(Assistant(tmp_path / "data", lambda: other), Settings(data=tmp_path / "data")))
    response = client.post("/api/ask", json={"question": "giá lúa"})
    assert (response.status_code, response.json()) == (503, {"error": VI.error_other_model})
    assert client.get("/healthz").json() == {"status": "index of another model"}


def test_the_api_takes_the_conversation_so_far_and_an_open_period(site: Site) -> None:
    first = site.ask(QUESTION)
    turn = {"question": first["understood"]["question"], "quote": first["citations"][0]["quote"], "title": "x"}
    response = site.client.post("/api/ask", json={"question": "ở đâu?", "history": [turn], "any_time": True})
    assert response.status_code == 200
    assert response.json()["understood"]["question"] != "ở đâu?"
    assert site.client.post("/api/ask", json={"question": "ở đâu?", "history": [turn] * 11}).status_code == 422
