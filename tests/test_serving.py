"""The server as a process: how it begins and ends, and what it does with those who are slow or many."""

from __future__ import annotations

import asyncio
import errno
import http.client
import json
import signal
import socket
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from click.testing import CliRunner
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from docs_store.errors import UsageError
from webui.access.addresses import as_networks
from webui.cli import main
from webui.listening import _explained, listen, web_address
from webui.serving import Connection, Crowd
from webui.stopping import IDLE, Stopping

from .access import COMET_QUESTION, index_news
from .live import PATIENCE, served, serving

# `hoitin serve` over the tests' embedder: each question says "asked", and waits for a line.
SLOW = """
import sys
import webui.assembly
from tests.fake import HashEmbedder
from webui.cli import main

class Slow(HashEmbedder):
    def embed_queries(self, texts):
        print("asked")
        sys.stdin.readline()
        return super().embed_documents(texts)

webui.assembly.make_embedder = lambda settings: Slow()
main()
"""
HEARTBEAT = b"GET /chat/gradio_api/heartbeat/abc HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF_A_BODY = b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
HALF_A_HEAD = b"GET / HTTP/1.1\r\nHo"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_news(tmp_path_factory.mktemp("serving"))


def question(text: str) -> bytes:
    body = json.dumps({"question": text}).encode()
    head = f"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def answer(connection: socket.socket) -> tuple[int, bytes]:
    """Return the status and body of the one response that a connection brings."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, response.read()


# --- the end --------------------------------------------------------------------------------


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_it_answers_what_was_asked_and_ends_with_streams_and_half_sent_requests_open(
    tmp_path: Path, sig: signal.Signals
) -> None:
    data = index_news(tmp_path)
    with served(data, command=(sys.executable, "-c", SLOW)) as server, ExitStack() as open_connections:
        streams = [open_connections.enter_context(server.connect(HEARTBEAT)) for _ in range(3)]
        for stream in streams:
            assert stream.recv(100).startswith(b"HTTP/1.1 200")
        halves = [open_connections.enter_context(server.connect(sent)) for sent in (HALF_A_BODY, HALF_A_HEAD)]
        asking = open_connections.enter_context(server.connect(question(COMET_QUESTION)))
        server.until_it_says("asked")
        server.process.send_signal(sig)
        server.until_it_says("stopping")
        for stream in streams:  # ended as a stream ends, not broken off
            read = b"".join(iter(partial(stream.recv, 4096), b""))
            assert read.endswith(b"0\r\n\r\n")
        assert b"503" in halves[0].recv(100)
        server.tell("go on")
        status, body = answer(asking)
        assert status == 200
        assert json.loads(body)["found"]
        assert server.ended() == 0
    assert not [line for line in server.said if "Traceback" in line or "ERROR" in line]


def test_a_question_that_takes_too_long_does_not_hold_the_end_up(tmp_path: Path) -> None:
    data = index_news(tmp_path)
    with served(data, command=(sys.executable, "-c", SLOW)) as server, server.connect(question(COMET_QUESTION)) as asking:
        server.until_it_says("asked")
        assert server.end() == 0
        status, body = answer(asking)
    assert status == 503
    assert "khởi động lại" in json.loads(body)["error"]


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    data = index_news(tmp_path)
    with served(data, command=(sys.executable, "-c", SLOW)) as server, server.connect(question(COMET_QUESTION)) as asking:
        server.until_it_says("asked")
        server.process.send_signal(signal.SIGTERM)
        server.until_it_says("stopping")
        assert server.end(signal.SIGINT) == 128 + signal.SIGINT
        assert asking.recv(100) == b""


def test_what_waits_for_nothing_ends_first_and_the_rest_when_its_time_is_up() -> None:
    ended: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/tab":
            scope[IDLE] = True
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(scope["path"])

    async def run() -> list[int]:
        stopping = Stopping(patience=0.01)
        statuses = []

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        around = stopping.around(app)
        open_requests = [
            asyncio.create_task(around({"type": "http", "path": path, "method": "GET", "headers": []}, receive, send))
            for path in ("/tin", "/tab")
        ]
        await asyncio.sleep(0)
        stopping.begin()
        await asyncio.gather(*open_requests)
        await around({"type": "http", "path": "/late", "method": "GET", "headers": []}, receive, send)
        return statuses

    assert asyncio.run(run()) == [503, 503, 503]
    assert ended == ["/tab", "/tin"]


# --- those who are slow, or many ------------------------------------------------------------


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await PlainTextResponse("x" * 500)(scope, receive, send)


def connected(port: int, sent: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.sendall(sent)
    return connection


@pytest.mark.parametrize("sent", [b"", HALF_A_HEAD, b"\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n"])
def test_a_head_that_never_comes_is_not_waited_for(sent: bytes) -> None:
    with (
        serving(echo, http=partial(Connection, Crowd(), head=0.2), timeout_keep_alive=1, lifespan="off") as port,
        connected(port, sent) as slow,
    ):
        read = b"".join(iter(partial(slow.recv, 4096), b""))
    assert read.split(b" ")[1] in (b"200", b"400", b"408")  # what could be answered was, and then came the end


def test_a_head_that_trickles_in_has_no_more_time_than_one_that_does_not_come() -> None:
    """Each byte used to begin the wait anew, or end it."""
    with serving(echo, http=partial(Connection, Crowd(), head=0.3), lifespan="off") as port, connected(port) as slow:
        done = Event()

        def trickle() -> None:
            for byte in b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 10_000:
                try:
                    slow.sendall(bytes([byte]))
                except OSError:
                    return
                if done.wait(0.05):
                    return

        sender = Thread(target=trickle)
        sender.start()
        try:
            assert slow.recv(100).startswith(b"HTTP/1.1 408")
        finally:
            done.set()
            sender.join()


def test_a_reader_who_does_not_read_is_let_go() -> None:
    gone = Event()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        async def fill() -> None:
            while True:
                await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
                await asyncio.sleep(0)

        await send({"type": "http.response.start", "status": 200, "headers": []})
        filling = asyncio.create_task(fill())
        while (await receive())["type"] != "http.disconnect":
            pass
        filling.cancel()
        gone.set()

    with (
        serving(endless, http=partial(Connection, Crowd(), stalled=0.2), lifespan="off") as port,
        connected(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    ):
        assert gone.wait(PATIENCE)


def test_one_address_holds_so_many_connections_and_a_trusted_proxy_more() -> None:
    request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    with serving(echo, http=partial(Connection, Crowd(most=3)), lifespan="off") as port, ExitStack() as held:
        for _ in range(3):
            assert held.enter_context(connected(port, request)).recv(20).startswith(b"HTTP/1.1 200")
        with connected(port) as another:
            assert another.recv(20).startswith(b"HTTP/1.1 503")
    with (
        serving(echo, http=partial(Connection, Crowd(3, as_networks("127.0.0.1"))), lifespan="off") as port,
        ExitStack() as held,
    ):
        for _ in range(5):
            assert held.enter_context(connected(port, request)).recv(20).startswith(b"HTTP/1.1 200")


def test_a_connection_that_ends_makes_room_for_another() -> None:
    crowd = Crowd(most=1)
    leave = crowd.enter(("10.0.0.7", 1))
    assert leave
    assert crowd.enter(("10.0.0.7", 2)) is None
    assert crowd.enter(("10.0.0.8", 2)) is not None
    leave()
    assert crowd.enter(("10.0.0.7", 3)) is not None
    assert crowd._open.total() == 2


# --- the beginning --------------------------------------------------------------------------


def test_the_line_that_names_the_address_comes_when_it_answers_and_holds_no_secret(data: Path) -> None:
    secret = "khoa-bi-mat-dung-de-ky-the-ngan-han"
    with served(data, HOITIN_TOKEN_SECRET=secret, HOITIN_MODEL="default") as server:
        assert f"http://127.0.0.1:{server.port}/chat/" in server.said[-1]
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        connection.request("GET", "/healthz")
        assert connection.getresponse().status in (200, 503)  # 503: indexed with the tests' embedder
        connection.close()
        assert server.end() == 0
    assert secret not in "\n".join(server.said)


def run(*arguments: object) -> Any:
    return CliRunner().invoke(main, ["serve", *map(str, arguments)])


def test_a_taken_port_leads_to_another_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("--port", port, "--data", tmp_path)
    assert result.exit_code == 2
    assert f"--port {port + 1}" in result.output or f"--port {port - 1}" in result.output


def test_an_address_of_another_machine_leads_to_one_of_ours(tmp_path: Path) -> None:
    result = run("--host", "203.0.113.7", "--port", 7999, "--data", tmp_path)
    assert result.exit_code == 2
    assert "không phải địa chỉ của máy này" in result.output
    assert "--host 0.0.0.0" in result.output
    assert "--port" not in result.output


@pytest.mark.parametrize("host", ["khong-co.invalid", "hai..cham", "a" * 80])
def test_a_name_that_leads_nowhere_is_said_to_be_that(tmp_path: Path, host: str) -> None:
    result = run("--host", host, "--port", 7999, "--data", tmp_path)
    assert result.exit_code == 2
    assert f"Không có máy nào tên '{host}'" in result.output
    assert "Traceback" not in result.output


def test_without_the_right_to_a_low_port_the_way_out_is_a_high_one_or_the_right() -> None:
    error = _explained(OSError(errno.EACCES, "Permission denied"), "0.0.0.0", 80)
    assert isinstance(error, UsageError)
    assert "--port 7860" in error.next_step
    assert "CAP_NET_BIND_SERVICE" in error.next_step
    assert "--port 81" not in error.next_step


def test_the_address_shown_is_one_that_a_browser_can_open() -> None:
    assert web_address("::", 7860, "/chat/") == "http://[::1]:7860/chat/"
    assert web_address("0.0.0.0", 7860, "/chat/") == "http://127.0.0.1:7860/chat/"
    assert web_address("fd00::5", 80, "/x/chat/") == "http://[fd00::5]:80/x/chat/"
    assert web_address("hoi.example.vn", 80, "/chat/") == "http://hoi.example.vn:80/chat/"


def test_a_name_with_several_addresses_is_listened_on_at_each() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    sockets = listen("localhost", port)
    try:
        assert "127.0.0.1" in {one.getsockname()[0] for one in sockets}
    finally:
        for one in sockets:
            one.close()


def test_before_it_is_ready_nobody_is_kept_waiting() -> None:
    """A port that is held but not answered refuses at once, so that a balancer goes elsewhere."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (held,) = listen("127.0.0.1", port)
    with held, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
