"""The nginx configuration that ships, docs/nginx.conf, in front of a real server, under a path prefix."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from retriever import Assistant
from webui.access.gate import OPEN_LOOKS
from webui.access.tokens import make_token
from webui.server import make_app
from webui.settings import Settings

from .access import PASSWORD, SECRET
from .browser import OPEN_SHADOWS, Visitor, ask
from .live import serving

CONFIGURATION = Path(__file__).parent.parent / "docs" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)")


@dataclass(frozen=True)
class Proxy:
    """nginx, listening; direct: the port of the server behind it."""

    port: int
    direct: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hoitin"


@pytest.fixture(scope="module")
def proxy(
    sample_assistant: Assistant, sample_data: Path, tmp_path_factory: pytest.TempPathFactory, host_port: int
) -> Iterator[Proxy]:
    """Return nginx with the configuration that ships, its ports, places and longest waits our own."""
    app = make_app(
        sample_assistant, Settings(data=sample_data, root_path="/hoitin", embed_origins=(f"http://127.0.0.1:{host_port}",))
    )
    with serving(app, root_path="/hoitin") as direct, nginx(tmp_path_factory.mktemp("nginx"), direct) as port:
        yield Proxy(port, direct)


@pytest.fixture(scope="module")
def signed(
    sample_assistant: Assistant, sample_data: Path, tmp_path_factory: pytest.TempPathFactory, host_port: int
) -> Iterator[tuple[Proxy, Path]]:
    """Return nginx that signs people in, in front of a server that believes it and takes tokens; and where its logs are."""
    folder = tmp_path_factory.mktemp("signed")
    app = make_app(
        sample_assistant,
        Settings(
            data=sample_data,
            root_path="/hoitin",
            embed_origins=(f"http://127.0.0.1:{host_port}",),
            user_header="X-Remote-User",
            trusted_proxies="127.0.0.1",
            groups_header="X-Remote-Groups",
            group_roles="quan-tri=admin",
            token_secret=SECRET,
        ),
    )
    (folder / "people").write_text(f"lan:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
    ways = f'auth_basic "hoitin"; auth_basic_user_file {folder}/people; set $signed_in $remote_user;'
    with serving(app, root_path="/hoitin") as direct, nginx(folder, direct, ways) as port:
        yield Proxy(port, direct), folder


@contextmanager
def nginx(folder: Path, direct: int, sign_in: str = "") -> Iterator[int]:
    """Run nginx in front of the server at the port `direct`; its log of requests is folder/access.log. Yields its port."""
    assert NGINX
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = CONFIGURATION.read_text(encoding="utf-8")
    for shipped, ours in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("127.0.0.1:7860", f"127.0.0.1:{direct}"),
        ("client_header_timeout 10s;", "client_header_timeout 1s;"),
        ("client_body_timeout 10s;", "client_body_timeout 1s;"),
        ("# Sign-in goes here", f"{sign_in} # Sign-in goes here"),
        ("/var/log/nginx/hoitin.log", f"{folder}/access.log"),
        ("/var/log/nginx/error.log", f"{folder}/error.log"),
    ):
        assert shipped in text
        text = text.replace(shipped, ours)
    places = "".join(f"{name}_temp_path {folder};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        # nginx's workers leave root behind, but pytest's folders are their owner's alone
        ("user root;\n" if os.geteuid() == 0 else "")
        + f"daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        + text.replace("http {", f"http {{\n{places}", 1),
        encoding="utf-8",
    )
    process = subprocess.Popen([NGINX, "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.DEVNULL)
    try:
        _until_it_listens(port, folder / "error.log")
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _until_it_listens(port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, log.read_text() if log.exists() else "nginx does not listen"
            time.sleep(0.05)


def test_a_question_is_answered_and_its_links_carry_the_prefix(proxy: Proxy) -> None:
    answer = httpx.post(f"{proxy.url}/api/ask", json={"question": "Ai là Tổng Thư ký IEC?"}, timeout=60).json()
    assert answer["found"]
    source = answer["citations"][0]["source_url"]
    assert source.startswith("/hoitin/source/")
    page = httpx.get(f"http://127.0.0.1:{proxy.port}{source}", timeout=60)
    assert page.status_code == 200
    assert '<mark id="doan"' in page.text


def test_the_chat_page_loads_all_its_parts_below_the_prefix(proxy: Proxy) -> None:
    home = httpx.get(f"{proxy.url}/", follow_redirects=True, timeout=60)
    assert home.status_code == 200
    assert str(home.url) == f"{proxy.url}/chat/"
    parts = set(re.findall(r'(?:src|href)="(\./[^"]+|/[^"]+)"', home.text))
    assert parts
    for part in parts:
        address = f"{proxy.url}/chat/{part[2:]}" if part.startswith("./") else f"http://127.0.0.1:{proxy.port}{part}"
        assert httpx.get(address, follow_redirects=True, timeout=60).status_code == 200, address


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /hoitin/chat/ HTTP/1.1\r\nHost: a\r\nX-Slow:",
        b"POST /hoitin/api/ask HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n{",
    ],
)
def test_a_client_that_sends_slowly_is_let_go_and_others_are_served(proxy: Proxy, sent: bytes) -> None:
    slow = [socket.create_connection(("127.0.0.1", proxy.port), timeout=30) for _ in range(20)]
    try:
        for connection in slow:
            connection.sendall(sent)
        assert httpx.get(f"{proxy.url}/healthz", timeout=60).status_code == 200
        for connection in slow:
            while connection.recv(4096):  # an answer 408 or nothing; then the end
                pass
    finally:
        for connection in slow:
            connection.close()


def test_a_large_body_goes_no_further_than_the_proxy(proxy: Proxy) -> None:
    response = httpx.post(f"{proxy.url}/api/ask", content=b"x" * 1_000_000, timeout=60)
    assert response.status_code == 413


def test_a_flood_of_one_address_gets_429(proxy: Proxy) -> None:
    with httpx.Client(timeout=60) as client:
        codes = {client.get(f"{proxy.url}/widget.js").status_code for _ in range(600)}
    assert codes <= {200, 429}


def test_in_a_browser_the_chat_answers_below_the_prefix_and_its_card_opens_the_source(proxy: Proxy, visit: Visitor) -> None:
    page = visit(f"{proxy.url}/chat/").page
    answer = ask(page, "Ai là Tổng Thư ký IEC?")
    with page.context.expect_page() as opened:
        answer.locator(".hoitin-card a").first.click()
    opened.value.locator("mark#doan").wait_for()
    assert "/hoitin/source/" in opened.value.url


def test_in_a_browser_the_widget_opens_below_the_prefix(
    proxy: Proxy, visit: Visitor, host_pages: dict[str, tuple[str, str]], host_port: int
) -> None:
    server = f"http://127.0.0.1:{proxy.port}"
    page = f'<!doctype html><title>Nội bộ</title><script src="{proxy.url}/widget.js"></script>'
    host_pages["/nginx"] = page, f"default-src 'none'; script-src {server}; frame-src {server}"
    opened = visit(f"http://127.0.0.1:{host_port}/nginx", OPEN_SHADOWS).page
    opened.locator("button#open").click()
    frame = opened.frame_locator("iframe")
    frame.locator(".hoitin-box textarea").wait_for()
    frame.locator(".hoitin-box textarea").fill("Ai là Tổng Thư ký IEC?")
    frame.locator(".hoitin-box textarea").press("Enter")
    frame.locator(".hoitin-card").first.wait_for()


def test_beside_nginx_s_own_sign_in_a_token_opens_the_widget_alone_and_is_not_logged(
    signed: tuple[Proxy, Path], visit: Visitor, host_pages: dict[str, tuple[str, str]], host_port: int
) -> None:
    proxy, logs = signed
    server, token = f"http://127.0.0.1:{proxy.port}", make_token(SECRET.encode(), "lan", "reader", 600)
    tag = f'<script src="{proxy.url}/widget.js" data-token="{token}"></script>'
    host_pages["/signed"] = f"<!doctype html><title>Nội bộ</title>{tag}", "default-src 'none'; script-src * ; frame-src *"
    opened = visit(f"http://127.0.0.1:{host_port}/signed", OPEN_SHADOWS)
    opened.page.locator("button#open").click()
    frame = opened.page.frame_locator("iframe")
    frame.locator(".hoitin-box textarea").fill("Ai là Tổng Thư ký IEC?")
    frame.locator(".hoitin-box textarea").press("Enter")
    frame.locator(".hoitin-card").first.wait_for()
    assert [url for url in opened.requests if url.startswith(f"{server}/hoitin/t/{token}/")]
    refused = make_token(SECRET.encode(), "lan", "reader", 600, "https://other.example")
    opened.page.goto(f"{proxy.url}/t/{refused}/chat/")
    opened.page.locator("h1").wait_for()
    assert httpx.post(f"{proxy.url}/t/{token}/api/ask", content=b"x" * 100_000, timeout=60).status_code == 413
    assert httpx.get(f"{proxy.url}/t/{token}/chat/", headers={"X-Long": "x" * 20_000}, timeout=60).status_code == 400
    assert "/hoitin/widget.js" in (logs / "access.log").read_text()
    for log in ("access.log", "error.log"):
        assert token not in (logs / log).read_text()
        assert refused not in (logs / log).read_text()
    opened.page.close()
    opened.faults = [fault for fault in opened.faults if "status of 401" not in fault]


def test_nobody_gets_round_nginx_s_sign_in(signed: tuple[Proxy, Path]) -> None:
    proxy, _ = signed
    question = {"question": "Ai là Tổng Thư ký IEC?"}

    def status(path: str, **options: object) -> int:
        return httpx.post(f"{proxy.url}{path}", json=question, timeout=60, **options).status_code  # type: ignore[arg-type]

    signed_in = {"auth": ("lan", PASSWORD), "timeout": 60}
    for claims in ({}, {"X-Remote-Groups": "quan-tri"}, {"X-Remote-User": "boss"}):
        assert httpx.post(f"{proxy.url}/api/ask", json=question, headers=claims, **signed_in).status_code == 200
        assert httpx.get(f"{proxy.url}/api/status", headers=claims, **signed_in).status_code == 403
    assert status("/api/ask") == status("/api/ask", auth=("lan", "sai")) == 401
    claim = {"X-Remote-User": "lan"}
    for path in ("/api/ask", "/t/x/api/ask", "/t/../api/ask", "/static/%2e%2e/api/ask", "/static/..%2fapi/ask", "/t//api/ask"):
        assert status(path, headers=claim) in (400, 401, 404, 405), path
        assert status(path, auth=("thu", "nobody"), headers=claim) in (400, 401, 404, 405), path


def test_nginx_s_log_tells_the_path_and_never_what_was_asked(signed: tuple[Proxy, Path]) -> None:
    proxy, logs = signed
    told = {"auth": ("lan", PASSWORD), "headers": {"Referer": f"{proxy.url}/chat/?q=thanh-tra-nao"}, "timeout": 60}
    httpx.get(f"{proxy.url}/widget-demo", params={"q": "thanh tra nào"}, **told)  # type: ignore[arg-type]
    httpx.post(f"{proxy.url}/api/ask", params={"q": "thanh-tra"}, json={"question": "Ai là Tổng Thư ký IEC?"}, **told)  # type: ignore[arg-type]
    for _ in range(300):  # past the limit: a refusal is told, too
        httpx.get(f"{proxy.url}/widget.js?q=thanh-tra", **told)  # type: ignore[arg-type]
    access = (logs / "access.log").read_text()
    assert " lan [" in access
    assert " GET /hoitin/widget-demo 200 " in access
    assert " POST /hoitin/api/ask 200 " in access
    for log in (access, (logs / "error.log").read_text()):
        for word in ("thanh", "q=", "?", "Referer", "IEC"):
            assert word not in log


def test_who_signed_in_at_nginx_has_the_whole_chat(signed: tuple[Proxy, Path], visit: Visitor) -> None:
    proxy, _ = signed
    page = visit(f"{proxy.url}/chat/", http_credentials={"username": "lan", "password": PASSWORD}).page
    answer = ask(page, "Ai là Tổng Thư ký IEC?")
    with page.context.expect_page() as opened:
        answer.locator(".hoitin-card a").first.click()
    opened.value.locator("mark#doan").wait_for()


def test_nginx_leaves_open_what_hoitin_leaves_open() -> None:
    text = CONFIGURATION.read_text(encoding="utf-8")
    names = re.search(r"\^/hoitin/static/\(([^)]*)\)\$", text)
    assert names
    static = {f"/static/{name}" for name in names.group(1).replace("\\", "").split("|")}
    exact = {f"/{path}" for path in re.findall(r"location = /hoitin/(\S+)", text)}
    assert static | exact == OPEN_LOOKS - {"/favicon.ico"}
