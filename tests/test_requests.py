"""What every request meets: the name it calls us by, what may be kept of an answer, what the log says; and no fault of ours."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import logging
import re
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from starlette.testclient import TestClient

from webui.access.hosts import as_hosts, default_hosts
from webui.access.tokens import AUDIENCE, make_token, sign
from webui.delivery import Gzip
from webui.request_log import set_up_log
from webui.security import MAX_BODY, PayloadGuard, with_nonce
from webui.serving import Connection, Crowd

from .access import COMET_QUESTION, PROXY, SECRET, index_news, make_accounts, open_app
from .live import PATIENCE, serving

KEY = SECRET.encode()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_news(tmp_path_factory.mktemp("requests"))


@pytest.fixture
def own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """No names are set, as on a new machine."""
    monkeypatch.delenv("HOITIN_HOSTS")


def ask(app: Any, host: str, path: str = "/api/ask", **headers: str) -> Any:
    """Ask a question of `app` under the name `host`."""
    client = TestClient(app, base_url="http://testserver", raise_server_exceptions=False)
    return client.post(path, json={"question": COMET_QUESTION}, headers={"Host": host, **headers})


# --- our names ------------------------------------------------------------------------------


@pytest.mark.usefixtures("own_names")
def test_a_name_that_was_made_to_lead_here_gets_421_with_a_sentence(data: Path) -> None:
    app = open_app(data)
    for host in ("evil.test", "evil.test:7860", "localhost.evil.test", "127.0.0.1.evil.test", "[::1].evil.test", "10.9.8.7"):
        refused = ask(app, host, Origin=f"http://{host}")
        assert refused.status_code == 421, host
        vietnamese, english = refused.json()["error"].split(" | ")
        assert "Máy chủ này không mang tên ấy" in vietnamese
        assert "does not go by that name" in english
        assert host not in refused.text
        assert refused.headers["x-content-type-options"] == "nosniff"
    for path in ("/chat/", "/source/x", "/static/pages.css", "/en/chat/config", "/nowhere"):
        client = TestClient(app, base_url="http://evil.test")
        assert client.get(path).status_code == 421


@pytest.mark.usefixtures("own_names")
def test_without_names_we_go_by_localhost_the_machine_s_name_and_the_address_of_the_connection(data: Path) -> None:
    app = open_app(data, host="hoi.example.vn")
    for host in ("localhost", "LOCALHOST:7860", "localhost.", socket.gethostname(), "hoi.example.vn", "Hoi.Example.VN:80"):
        assert ask(app, host).status_code == 200, host
    with serving(open_app(data, host="0.0.0.0")) as port:
        assert status(port, f"GET /chat/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n") == 200
        assert status(port, "GET /chat/ HTTP/1.1\r\nHost: [::ffff:127.0.0.1]\r\n\r\n") == 200
        for other in ("127.0.0.2", "0.0.0.0", "[::1]", "2130706433", "127.1"):
            assert status(port, f"GET /chat/ HTTP/1.1\r\nHost: {other}\r\n\r\n") == 421, other


def test_set_names_are_the_only_ones_with_their_ports(data: Path) -> None:
    app = open_app(data, hosts=as_hosts("hoi.example.vn, tin.example.vn:8443, [FD00::0:5]"))
    for host in ("hoi.example.vn", "HOI.example.vn:9", "tin.example.vn:8443", "[fd00::5]", "[fd00:0::5]:80"):
        assert ask(app, host).status_code == 200, host
    for host in (
        "tin.example.vn",
        "tin.example.vn:80",
        "localhost",
        "x.hoi.example.vn",
        "[fd00::6]",
        "hoi.example.vn:",
        "@hoi.example.vn",
    ):
        assert ask(app, host).status_code == 421, host


def test_a_trusted_proxy_s_word_of_our_name_counts_and_nobody_else_s(data: Path) -> None:
    app = open_app(data, hosts=("hoi.example.vn",), trusted_proxies=PROXY)
    for peer, expected in ((PROXY, 200), ("10.0.0.6", 421)):
        client = TestClient(app, base_url="http://127.0.0.1:7860", client=(peer, 4000))
        body = {"question": COMET_QUESTION}
        assert client.post("/api/ask", json=body, headers={"X-Forwarded-Host": "hoi.example.vn"}).status_code == expected
        assert client.post("/api/ask", json=body, headers={"X-Forwarded-Host": "evil.test"}).status_code == 421


def test_an_export_links_to_the_name_that_was_checked(data: Path) -> None:
    app = open_app(data, hosts=("hoi.example.vn",))
    client = TestClient(app, base_url="https://hoi.example.vn")
    body = {"format": "markdown", "turns": [{"question": COMET_QUESTION}]}
    assert "https://hoi.example.vn/source/" in client.post("/api/export", json=body).text
    assert client.post("/api/export", json=body, headers={"Host": "evil.test"}).status_code == 421


def test_health_is_told_under_any_address_and_under_none(data: Path) -> None:
    with serving(open_app(data, hosts=("hoi.example.vn",))) as port:
        for host in ("10.1.2.3:7860", "[fd00::9]", "localhost", "hoi.example.vn"):
            assert status(port, f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n") == 200, host
        assert status(port, "GET /healthz HTTP/1.0\r\n\r\n") == 200
        assert status(port, "GET /healthz HTTP/1.1\r\nHost: evil.test\r\n\r\n") == 421
        assert status(port, "GET /chat/ HTTP/1.0\r\n\r\n") == 421


def test_names_are_read_in_one_form_and_what_is_no_name_is_refused() -> None:
    assert as_hosts(" Hoi.Example.VN. , 10.0.0.5:080,fd00::5,[FD00:0::5]:443,tin-tức.vn,") == (
        "hoi.example.vn", "10.0.0.5:80", "[fd00::5]", "[fd00::5]:443", "xn--tin-tc-fr8b.vn",
    )  # fmt: skip
    for wrong in ("http://hoi.example.vn", "hoi.example.vn/chat", "*", "a b", "[fd00::zz]", "hoi.vn:x", "user@hoi.vn"):
        with pytest.raises(ValueError, match=r"host"):
            as_hosts(wrong)
    assert default_hosts("::")[0] == "localhost"
    assert "[fd00::5]" in default_hosts("fd00::5")


def test_the_administrator_is_told_once_which_name_was_refused(data: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = open_app(data, hosts=("hoi.example.vn",))
    for _ in range(3):
        ask(app, "tin.bo.example.vn")
        ask(app, "a\tb")
    told = [record.getMessage() for record in caplog.records if "HOITIN_HOSTS" in record.getMessage()]
    assert len(told) == 2
    assert "HOITIN_HOSTS=tin.bo.example.vn" in told[0]


# --- what may be kept, and how small it travels ---------------------------------------------


@pytest.fixture(scope="module")
def client(data: Path) -> Iterator[TestClient]:
    with TestClient(open_app(data), raise_server_exceptions=False) as opened:
        yield opened


def test_what_holds_news_is_never_kept(client: TestClient) -> None:
    answer = client.post("/api/ask", json={"question": COMET_QUESTION})
    source = answer.json()["citations"][0]["source_url"]
    started = client.post("/chat/gradio_api/call/ask", json={"data": [COMET_QUESTION, ""]}).json()["event_id"]
    for response in (
        answer, client.get(source), client.get("/chat/"), client.get("/chat/config"), client.get("/source/khong-co"),
        client.get(f"/chat/gradio_api/call/ask/{started}"), client.get("/healthz"), client.get("/", follow_redirects=False),
        client.post("/chat/gradio_api/run/ask", json={"data": [COMET_QUESTION, ""]}), client.get("/nowhere"),
    ):  # fmt: skip
        assert response.headers["cache-control"] == "no-store", response.url


@pytest.mark.parametrize("mount", ["/chat", "/en/chat"])
def test_a_file_whose_name_tells_its_text_is_kept_for_ever(client: TestClient, mount: str) -> None:
    page = client.get(f"{mount}/").text
    names = set(re.findall(r"\./(assets/[\w./-]+\.(?:js|css))", page))
    assert names
    for name in names:
        response = client.get(f"{mount}/{name}")
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable", name
        assert response.headers["etag"]
    assert client.get(f"{mount}/assets/index-Abcd1234.js").headers["cache-control"] == "no-store"  # there is none of that name
    assert "immutable" not in client.get(f"{mount}/theme.css").headers["cache-control"]


def test_a_signed_in_reader_keeps_the_hashed_files_too_and_no_page(data: Path) -> None:
    client = TestClient(open_app(data, token_secret=SECRET), base_url="http://testserver")
    token = make_token(KEY, "lan", "reader", 600)
    page = client.get(f"/t/{token}/chat/")
    assert page.headers["cache-control"] == "no-store"
    name = re.search(r"\./(assets/index-[\w-]+\.js)", page.text)
    assert name
    assert "immutable" in client.get(f"/t/{token}/chat/{name[1]}").headers["cache-control"]
    refused = client.get(f"/chat/{name[1]}")
    assert (refused.status_code, refused.headers["cache-control"]) == (401, "no-store")


def test_our_own_scripts_are_asked_for_again_and_not_sent_again(client: TestClient) -> None:
    first = client.get("/static/chat.js", headers={"Accept-Encoding": "gzip"})
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["content-encoding"] == "gzip"
    again = client.get("/static/chat.js", headers={"If-None-Match": first.headers["etag"], "Accept-Encoding": "gzip"})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "no-cache"


def test_pages_and_json_travel_packed_to_those_who_unpack(client: TestClient) -> None:
    source = client.post("/api/ask", json={"question": COMET_QUESTION}).json()["citations"][0]["source_url"]
    for path in ("/chat/", "/chat/config", source, "/accessibility"):
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        plain = client.get(path, headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip", path
        assert "Accept-Encoding" in packed.headers["vary"]
        assert "content-encoding" not in plain.headers
        assert abs(len(packed.text) - len(plain.text)) < 100  # a nonce apart
        if "content-length" in packed.headers:  # a source page comes in parts, and nobody knows how long it gets
            assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    for refusal in ("gzip;q=0", "br", "identity, gzip; q=0.0", ""):
        assert "content-encoding" not in client.get("/accessibility", headers={"Accept-Encoding": refusal}).headers


def parts(app: Any, path: str) -> tuple[dict[str, str], list[bytes]]:
    """Return the headers and the body of a response, part by part as the server sends them."""
    sent: list[Any] = []

    async def run() -> None:
        async def receive() -> Any:
            await asyncio.Event().wait()  # nobody goes away

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"accept-encoding", b"gzip")], "query_string": b""}
        await app(scope, receive, send)

    asyncio.run(run())
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return headers, [message["body"] for message in sent[1:]]


def test_a_stream_is_not_held_back_and_a_stream_of_events_not_packed() -> None:
    async def pieces() -> Any:
        for number in range(3):
            yield f"đoạn {number}\n".encode()

    headers, packed = parts(Gzip(StreamingResponse(pieces(), media_type="text/html")), "/")
    assert headers["content-encoding"] == "gzip"
    assert "content-length" not in headers
    unpack = zlib.decompressobj(31)
    assert [unpack.decompress(part).decode() for part in packed][:3] == ["đoạn 0\n", "đoạn 1\n", "đoạn 2\n"]
    headers, plain = parts(Gzip(StreamingResponse(pieces(), media_type="text/event-stream")), "/")
    assert "content-encoding" not in headers
    assert plain[0] == "đoạn 0\n".encode()


def test_a_long_text_is_packed_whole_and_an_original_left_as_it_is() -> None:
    text = "Sao chổi Bình Minh bay qua Cần Thơ. " * 20_000
    headers, (packed,) = parts(Gzip(HTMLResponse(text, headers={"ETag": '"a"'})), "/source/x")
    assert gzip.decompress(packed).decode() == text
    assert headers["etag"] == 'W/"a"'
    headers, (plain,) = parts(Gzip(PlainTextResponse(text)), "/original/x")
    assert plain.decode() == text
    assert "content-encoding" not in headers


# --- the nonce ------------------------------------------------------------------------------


def test_only_tags_get_the_nonce_not_what_a_text_spells() -> None:
    page = (
        b'<html><!-- <script> --><head><script src="a.js"></script><SCRIPT type="module">x = "<script>"; y = \'<script src=z>\''
        b"</script></head><body title=\"<script>\"><p data-x='a > <script>'>&lt;script&gt;</p><scripts></scripts></body></html>"
    )
    made = with_nonce(page, "N")
    assert made.count(b' nonce="N"') == 2
    assert made.replace(b' nonce="N"', b"") == page
    assert b'<script nonce="N" src="a.js">' in made
    assert b'<SCRIPT nonce="N" type="module">' in made


def test_our_own_pages_have_no_nonce_to_give_away(client: TestClient) -> None:
    source = client.post("/api/ask", json={"question": COMET_QUESTION}).json()["citations"][0]["source_url"]
    for path in (source, "/widget-demo", "/widget-setup", "/accessibility", "/source/chat", "/source/khong-co"):
        response = client.get(path)
        assert "nonce" not in response.text
        assert "script-src 'self';" in response.headers["content-security-policy"]
        for script in re.findall(r"<script[^>]*>", response.text):
            assert "src=" in script


# --- bodies ---------------------------------------------------------------------------------


def test_a_body_that_trickles_in_gets_408_and_one_said_to_be_endless_413() -> None:
    guarded = PayloadGuard(PlainTextResponse("x"), {}, seconds=0.2)
    with serving(guarded, lifespan="off") as port:
        for length in (100, MAX_BODY):
            head = f"POST /api/ask HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{{"
            assert status(port, head) == 408
        for length in (MAX_BODY + 1, 10**15):
            assert status(port, f"POST /api/ask HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{{") == 413


def test_one_reader_opens_so_many_streams_and_others_go_on(data: Path) -> None:
    with serving(open_app(data)) as port:
        held = []
        try:
            for _ in range(64):
                stream = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
                held.append(stream)
                stream.sendall(b"GET /chat/gradio_api/heartbeat/abc HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert stream.recv(20).startswith(b"HTTP/1.1 200")
            assert status(port, "GET /en/chat/gradio_api/heartbeat/abc HTTP/1.1\r\nHost: localhost\r\n\r\n") == 429
            assert status(port, "GET /chat/ HTTP/1.1\r\nHost: localhost\r\n\r\n") == 200
        finally:
            for stream in held:
                stream.close()


# --- the log --------------------------------------------------------------------------------


@contextmanager
def logged(kind: Any) -> Iterator[io.StringIO]:
    """Set up the log and yield what it writes."""
    root, ours = logging.getLogger(), logging.getLogger("hoitin")
    kept = root.handlers[:], root.level, ours.level
    written = io.StringIO()
    try:
        set_up_log(kind)
        assert isinstance(root.handlers[0], logging.StreamHandler)
        root.handlers[0].setStream(written)
        yield written
    finally:
        root.handlers[:], root.level, ours.level = kept[0], kept[1], kept[2]
        logging.getLogger("hoitin").setLevel(kept[2])
        root.setLevel(kept[1])


PRIVATE = "Tôi là nhân viên, có bị thanh tra không?"


def use(data: Path) -> str:
    """Ask and read in all the ways there are, and return the token that was used."""
    app = open_app(data, token_secret=SECRET, hosts=("hoi.example.vn",))
    token = make_token(KEY, "lan", "reader", 600)
    client = TestClient(app, base_url="http://hoi.example.vn", client=("10.1.0.7", 4000), raise_server_exceptions=False)
    client.post(
        f"/t/{token}/api/ask", json={"question": PRIVATE}, headers={"Referer": f"http://hoi.example.vn/?q={PRIVATE}".encode()}
    )
    asked = client.post(f"/t/{token}/chat/gradio_api/run/ask", params={"q": PRIVATE}, json={"data": [PRIVATE, "", None]})
    assert asked.status_code == 200
    client.get(f"/t/{token}/chat/", params={"q": PRIVATE})
    client.get(f"/en//t/{token}/chat/")
    client.get(f"/%74/{token}/chat/")
    client.get(f"/chat/{token}")
    client.get("/a%0Ab%1b[2J")
    client.get("/healthz")
    return token


def test_the_log_has_a_line_a_request_without_question_or_token(data: Path) -> None:
    with logged("text") as written:
        token = use(data)
    text = written.getvalue()
    lines = [line for line in text.splitlines() if " ms " in line]
    assert len(lines) == 9  # one of them leads from the old form of a link to the new one
    for part in (token, token.split(".")[2], "nhân", "thanh", "nh%C3%A2n", "q=", "\x1b"):
        assert part not in text
    assert re.fullmatch(r"\d{4}-\S+T\S+[+-]\d\d:\d\d POST /t/\*\*\*/api/ask 200 \d+ ms \d+ bytes 10\.1\.0\.7", lines[0])
    assert "GET /a%0Ab%1B%5B2J 401 " in lines[7]


def test_the_log_is_json_for_programs(data: Path) -> None:
    with logged("json") as written:
        use(data)
        logging.getLogger("hoitin").error("cannot keep %s", "it\nall")
    records = [json.loads(line) for line in written.getvalue().splitlines()]
    requests = [record for record in records if "path" in record]
    assert len(requests) == 9
    assert requests[-1].keys() == {"time", "level", "message", "method", "path", "status", "ms", "bytes", "client"}
    assert (requests[-1]["path"], requests[-1]["status"], requests[-1]["client"]) == ("/healthz", 200, "10.1.0.7")
    assert any("generation" in record for record in records)
    assert (records[-1]["level"], records[-1]["message"]) == ("error", "cannot keep it\nall")


def test_switched_off_the_log_still_tells_what_goes_wrong(data: Path) -> None:
    with logged("off") as written:
        use(data)
        logging.getLogger("hoitin").error("cannot answer")
    assert written.getvalue().splitlines()[-1].endswith("ERROR cannot answer")
    assert " ms " not in written.getvalue()


# --- no fault of ours -----------------------------------------------------------------------

LONG = "a" * 5000
DIGITS = "9" * 5000
PATHS = [
    "/", "/healthz", "/api/ask", "/api/export", "/api/feedback", "/api/remove", "/api/restore", "/api/status", "/source/x",
    "/original/x", "/login", "/logout", "/static/pages.css", "/favicon.ico", "/widget.js", "/widget/hello", "/widget/allowed",
    "/widget-demo", "/widget-setup", "/accessibility", "/chat", "/chat/", "/en/chat/config", "/chat/theme.css",
    "/chat/assets/x.js",
    "/chat/static/img/logo.svg", "/chat/svelte/x", "/chat/manifest.json", "/chat/gradio_api/info", "/chat/gradio_api/app_id",
    "/chat/gradio_api/startup-events", "/chat/gradio_api/queue/data", "/chat/gradio_api/heartbeat/x",
    "/chat/gradio_api/call/ask",
    "/chat/gradio_api/call/ask/UNKNOWN", "/chat/gradio_api/run/ask", "/chat/gradio_api/run/predict",
    "/chat/gradio_api/queue/join",
    "/chat/gradio_api/reset", "/chat/gradio_api/cancel", "/t/x/chat/",
]  # fmt: skip
ENDINGS = [
    f"/{LONG}", LONG, f"/{'%C3%A2' * 100}", "%00", "/%00", "%ff%fe", "%", "%zz", "/%2e%2e/%2e%2e/x", "?q=%ff%00",
    f"?page={DIGITS}",
    f"?start={DIGITS}&end=-{DIGITS}&from=1e999", "?" + "a=1&" * 1500, "?lang=%00&next=//evil.test", f"?session_hash={LONG}",
    "?session_hash=unknown", f"?v={LONG}", "?deep_link=../../x", "?__theme=%ff", ";x=1", "?page=%D9%A3", "?page=1_0", "?&&==",
]  # fmt: skip
HEADERS = [
    f"Range: bytes={DIGITS}-", f"Range: bytes=-{DIGITS}", "Range: bytes=0-0,2-3,1-", "Range: chars=1-2", "Range: bytes=5-1",
    f"If-None-Match: {LONG}", "If-Modified-Since: hôm qua", "If-Modified-Since: Thu, 99 Foo 99999 99:99:99 GMT", "If-Range: x",
    f"Cookie: hoitin={'a' * 10_000}", "Cookie: hoitin=a.b.c; hoitin=\xff", "Cookie: ;;=;hoitin",
    f"Authorization: Bearer {LONG}",
    "Authorization: Bearer \xff.\xfe.x", "Authorization: Basic !", "Accept-Language: \xff\xfe", "Accept: \xff", "Origin: \xff",
    "Origin: http://[", "Referer: http://[::1", "Accept-Encoding: gzip;q=\xff, br;q=x", "X-Forwarded-For: \xff, ::::",
    "X-Forwarded-Host: [", "X-Forwarded-Proto: gopher", "Access-Control-Request-Method: \xff", "Sec-Fetch-Site: x",
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13", "Expect: 100-continue",
    "X-Remote-User: \xff", "X-Gradio-User: app", "X-Gradio-Server: http://evil.test", "Content-Type: \xff",
]  # fmt: skip
JSON_TYPE, FORM = "application/json", "application/x-www-form-urlencoded"
BODIES: list[tuple[str, bytes]] = [
    (JSON_TYPE, b""), (JSON_TYPE, b"\xff\xfe"), (JSON_TYPE, b"null"), (JSON_TYPE, b"[]"), (JSON_TYPE, b"1e999"),
    (JSON_TYPE, b'"x"'),
    (JSON_TYPE, b"[" * 30_000), (JSON_TYPE, b'{"a":' * 10_000), (JSON_TYPE, DIGITS.encode()),
    (JSON_TYPE, b'{"question": ' + DIGITS.encode() + b"}"), (JSON_TYPE, b'{"question": NaN, "data": [NaN, Infinity]}'),
    (JSON_TYPE, b'{"question": "\\ud800", "data": ["\\ud800"]}'),
    (JSON_TYPE, b'{"question": "\\u0000 ?", "doc_id": "\\u0000"}'),
    (JSON_TYPE, b'{"question": "x", "filters": {"from": "99999-99-99", "to": 1e400}}'),
    (JSON_TYPE, b'{"data": [1e999, -1e999], "fn_index": 1e999, "session_hash": "a"}'),
    (JSON_TYPE, b'{"data": ["x", ""], "fn_index": 99999999999999999999999, "session_hash": "a", "event_id": "b"}'),
    (JSON_TYPE, b'{"data": [null, null, null], "fn_index": 0, "session_hash": "a"}'),
    (JSON_TYPE, b'{"data": [1, true], "fn_index": 0}'),
    (JSON_TYPE, b'{"data": ["x", "y"], "fn_index": 1e10}'),
    (JSON_TYPE, b'{"data": ["x"], "fn_index": 0, "session_hash": null}'),
    (JSON_TYPE, b'{"data": ["x", "[]", null], "fn_index": 0, "session_hash": "a", "trigger_id": 99, "event_data": "x"}'),
    (JSON_TYPE, b'{"data": ["x"], "fn_index": "ask", "session_hash": 5, "trigger_id": "\xc3\xa2"}'),
    (JSON_TYPE, b'{"data": ["{\\"question\\": 1}", ""], "fn_index": 0, "session_hash": "a", "batched": true}'),
    (JSON_TYPE, b'{"format": "docx", "turns": [{"question": "\\u0001\\uffff\\ufffe x"}]}'),
    (JSON_TYPE, b'{"doc_id": "../../x"}'),
    (FORM, b"&".join(b"a%d=1" % number for number in range(11))), (FORM, b"name=%ff%00&password=%ff"), (FORM, b"&&==&%"),
    ("multipart/form-data", b"x"), ("multipart/form-data; boundary=", b"--\r\n\r\n--"), ("text/plain; charset=no-such", b"x"),
    ("application/json; charset=utf-16", '{"question": "a"}'.encode("utf-16")), ("", b"{}"), ("a/b/c;;=", b"{}"),
]  # fmt: skip


def status(port: int, head: str) -> int:
    """Return the status that a request gets which is sent as it is written."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(head.encode("latin-1"))
        line = b""
        while b"\r\n" not in line:
            read = connection.recv(200)
            assert read, f"no answer to {head[:200]}"
            line += read
        return int(line.split()[1])


@pytest.fixture(scope="module", params=["open", "signed in"])
def odd(request: pytest.FixtureRequest, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """Return the port of a server, and the header that signs an administrator in, if need be."""
    signed = request.param == "signed in"
    folder = tmp_path_factory.mktemp("accounts")
    settings: dict[str, Any] = {"accounts": make_accounts(folder / "accounts"), "token_secret": SECRET} if signed else {}
    token = make_token(KEY, "thu", "admin", 3600)
    connections: dict[str, Any] = {"http": partial(Connection, Crowd(most=1000)), "ws": "none", "log_config": None}
    with serving(open_app(data, rate=0, **settings), **connections) as port:
        yield port, f"Authorization: Bearer {token}\r\n" if signed else ""


def assert_no_fault(port: int, asked: list[str], caplog: pytest.LogCaptureFixture) -> None:
    faults = [(head[:300], code) for head in asked if (code := status(port, head)) >= 500]
    assert faults == []
    assert [record.getMessage()[:500] for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("path", PATHS)
def test_no_odd_request_is_a_fault_of_ours(odd: tuple[int, str], path: str, caplog: pytest.LogCaptureFixture) -> None:
    """Never 500, never a traceback in the log: a stranger can send as many of them as they like."""
    port, signed = odd
    common = f"Host: localhost\r\n{signed}Connection: close\r\n"
    asked = [f"GET {path}{ending} HTTP/1.1\r\n{common}\r\n" for ending in ENDINGS]
    asked += [f"GET {path} HTTP/1.1\r\n{common}{header}\r\n\r\n" for header in HEADERS]
    asked += [f"{method} {path} HTTP/1.1\r\n{common}\r\n" for method in ("HEAD", "OPTIONS", "DELETE", "PUT", "BREW")]
    for kind, body in BODIES:
        head = f"POST {path} HTTP/1.1\r\n{common}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        asked.append(head + body.decode("latin-1"))
    for length in ("99999999999999999", "1e3", "-1", "0x10", "1, 1"):
        asked.append(f"POST {path} HTTP/1.1\r\n{common}Content-Length: {length}\r\n\r\nx")
    for method in ("GET", "POST"):
        asked.append(f"{method} {path} HTTP/1.1\r\n{common}Transfer-Encoding: chunked\r\n\r\nzz\r\nx")
    assert_no_fault(port, asked, caplog)


def test_the_tried_faults_have_fitting_answers(odd: tuple[int, str], caplog: pytest.LogCaptureFixture) -> None:
    port, signed = odd
    common = f"Host: localhost\r\n{signed}Connection: close\r\n"
    for folder in ("assets", "static", "svelte"):
        assert status(port, f"GET /chat/{folder}/{LONG} HTTP/1.1\r\n{common}\r\n") == 414
        assert status(port, f"GET /chat/{folder}/{'a' * 300} HTTP/1.1\r\n{common}\r\n") == 404
    assert status(port, f"GET /chat/gradio_api/call/ask/UNKNOWN HTTP/1.1\r\n{common}\r\n") == 404
    assert status(port, f"GET /chat/gradio_api/queue/data?session_hash=x HTTP/1.1\r\n{common}\r\n") == 404
    fields = "&".join(f"a{number}=1" for number in range(11))
    form = f"POST /login HTTP/1.1\r\n{common}Content-Type: {FORM}\r\nContent-Length: {len(fields)}\r\n\r\n{fields}"
    assert status(port, form) == (400 if signed else 404)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("time", [10**400, -(10**400), 1e308, 10**13, "mai", True, None, [], {}])
@pytest.mark.parametrize("claim", ["exp", "nbf"])
def test_a_rightly_signed_token_with_an_impossible_time_is_no_token(data: Path, claim: str, time: object) -> None:
    claims = {"sub": "lan", "role": "reader", "aud": AUDIENCE, "exp": 2_000_000_000, claim: time}
    client = TestClient(open_app(data, token_secret=SECRET), raise_server_exceptions=False)
    token = sign(claims, KEY)
    assert client.get("/api/status", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    if len(token) < 2000:
        assert client.get(f"/t/{token}/chat/").status_code == 401
