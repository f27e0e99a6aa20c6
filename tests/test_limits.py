"""A flood from one leaves the others unharmed: so many questions a minute from one, so many at once from all."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from retriever import Assistant
from webui.access import buckets, limits
from webui.access.buckets import Buckets
from webui.access.line import Line, TooBusyError, Turns
from webui.messages import EN, VI
from webui.server import MOUNTS

from .access import COMET_QUESTION, PROXY, STRANGER, index_news, open_app, visitor
from .fake import HashEmbedder

QUESTION = {"question": COMET_QUESTION}
EVENT = {"data": [COMET_QUESTION, "", None], "session_hash": "s"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_news(tmp_path_factory.mktemp("limits"))


# --- how often ------------------------------------------------------------------------------


def test_a_bucket_gives_so_many_at_once_and_one_more_every_so_often() -> None:
    now = [100.0]
    bucket = Buckets(3, 20, lambda: now[0])
    assert [bucket.take("lan") for _ in range(5)] == [0, 0, 0, 20, 20]
    now[0] += 15
    assert bucket.take("lan") == 5
    now[0] += 5
    assert [bucket.take("lan"), bucket.take("lan")] == [0, 20]
    assert bucket.take("minh") == 0
    now[0] += 1000
    assert [bucket.take("lan") for _ in range(4)] == [0, 0, 0, 20]
    bucket.give_back("lan")
    assert bucket.take("lan") == 0
    bucket.forget("lan")
    assert bucket.take("lan") == 0


def test_a_million_strangers_take_no_more_memory_than_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "_MAX_KEYS", 100)
    bucket = Buckets(1, 60)
    for number in range(1000):
        bucket.take(f"address {number}")
        bucket.take("lan")
    assert len(bucket._full_at) == 100
    assert bucket.take("lan") > 0  # who keeps asking is not forgotten


@pytest.mark.parametrize(
    ("path", "body", "messages"),
    [
        ("/api/ask", QUESTION, None),
        ("/chat/gradio_api/run/ask", EVENT, VI),
        ("/chat/gradio_api/run/predict", EVENT, VI),
        ("/en/chat/gradio_api/call/ask", {"data": [COMET_QUESTION, ""]}, EN),
        ("/en/chat/gradio_api/queue/join/", {"fn_index": 0, **EVENT}, EN),
    ],
)
def test_a_flood_gets_a_clear_429_while_others_ask_on(data: Path, path: str, body: Any, messages: Any) -> None:
    app = open_app(data, rate=5)
    flood, other = visitor(app), visitor(app, "10.0.0.7")
    statuses = [flood.post(path, json=body).status_code for _ in range(40)]
    assert 429 not in statuses[:5]
    assert statuses[5:] == [429] * 35
    refused = flood.post(path, json=body)
    seconds = int(refused.headers["retry-after"])
    assert 1 <= seconds <= 12
    both = " | ".join(one.too_many.format(seconds=seconds) for one in (VI, EN))
    assert refused.json() == {"error": messages.too_many.format(seconds=seconds) if messages else both}
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert other.post("/api/ask", json=QUESTION).json()["found"] is True
    assert flood.get("/chat/").status_code == 200  # reading goes on
    assert flood.get("/healthz").status_code == 200


def test_every_way_of_asking_counts_together(data: Path) -> None:
    client = visitor(open_app(data, rate=6))
    ways = {
        "/api/ask": QUESTION,
        "/chat/gradio_api/run/ask": EVENT,
        "/en/chat/gradio_api/run/ask": EVENT,
        "/api/ask/": QUESTION,
        "/api/export": {"format": "markdown", "turns": [QUESTION]},
        "/api/feedback": {**QUESTION, "helpful": True},
    }
    statuses = [client.post(path, json=body).status_code for path, body in [*ways.items(), ("/api/ask", QUESTION)]]
    assert statuses[-1] == 429
    assert 429 not in statuses[:-1]


def test_a_forged_forwarded_address_is_no_fresh_start(data: Path) -> None:
    client = visitor(open_app(data, rate=3, trusted_proxies=PROXY))
    statuses = [
        client.post("/api/ask", json=QUESTION, headers={"X-Forwarded-For": f"1.2.3.{number}"}).status_code
        for number in range(5)
    ]
    assert statuses == [200] * 3 + [429] * 2


def test_behind_a_trusted_proxy_the_right_most_stranger_counts(data: Path) -> None:
    client = visitor(open_app(data, rate=2, trusted_proxies=f"{PROXY}, 10.1.0.0/16"), PROXY)

    def ask(way: str) -> int:
        return client.post("/api/ask", json=QUESTION, headers={"X-Forwarded-For": way}).status_code

    assert [ask("8.8.8.8"), ask("9.9.9.9, 8.8.8.8"), ask("1.1.1.1, 8.8.8.8, 10.1.2.3")] == [200, 200, 429]
    assert ask("8.8.8.8, 7.7.7.7") == 200  # what stands left of it, anyone may have written
    assert [ask("nonsense, 6.6.6.6:4711"), ask("6.6.6.6"), ask("6.6.6.6")] == [200, 200, 429]
    # One machine has a whole /64 of IPv6.
    assert [ask("2001:db8::1"), ask("[2001:db8::2]:443"), ask("2001:db8::3"), ask("2001:db8:0:1::1")] == [200, 200, 429, 200]


def test_signed_in_people_are_counted_by_name(data: Path) -> None:
    client = visitor(open_app(data, rate=2, trusted_proxies=PROXY, user_header="X-Remote-User"), PROXY)
    names = ["lan", "lan", "minh", "lan", "minh", "minh"]
    statuses = [client.post("/api/ask", json=QUESTION, headers={"X-Remote-User": name}).status_code for name in names]
    assert statuses == [200, 200, 200, 429, 200, 429]


def test_a_rate_of_zero_is_no_limit(data: Path) -> None:
    client = visitor(open_app(data, rate=0))
    assert {client.post("/api/ask", json=QUESTION).status_code for _ in range(350)} == {200}


# --- how many at once -----------------------------------------------------------------------


class Slow:
    """An assistant that answers when it is told to, and knows how many it answers at once."""

    def __init__(self, data: Path) -> None:
        embedder = HashEmbedder()
        self._assistant = Assistant(data, lambda: embedder)
        self._lock = threading.Lock()
        self.go, self.met = threading.Event(), threading.Event()  # met: two were inside at once
        self.inside = self.most = 0

    def ask(self, *args: Any, **options: Any) -> Any:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
            if self.inside > 1:
                self.met.set()
        assert self.go.wait(30)
        try:
            return self._assistant.ask(*args, **options)
        finally:
            with self._lock:
                self.inside -= 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._assistant, name)


@pytest.fixture
def slow(data: Path) -> Iterator[Slow]:
    assistant = Slow(data)
    yield assistant
    assistant.go.set()


def open_slow_app(slow: Slow, data: Path, monkeypatch: pytest.MonkeyPatch, at_once: int, **settings: Any) -> Any:
    from webui.access import wiring
    from webui.server import make_app
    from webui.settings import Settings

    monkeypatch.setattr(wiring, "_AT_ONCE", at_once)
    return make_app(slow, Settings(data=data, **settings))  # type: ignore[arg-type]


def client_of(app: Any, address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app, client=(address, 1)), base_url="http://hoitin.example")


async def until(condition: Any) -> None:
    """Return once the condition holds."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def test_no_more_than_so_many_are_answered_at_once_and_the_rest_wait_their_turn(
    slow: Slow, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_slow_app(slow, data, monkeypatch, 2)

    async def crowd() -> list[int]:
        async with client_of(app, STRANGER) as one, client_of(app, "10.0.0.7") as two:
            asking = [asyncio.create_task(one.post("/api/ask", json=QUESTION)) for _ in range(6)]
            asking += [asyncio.create_task(two.post("/chat/gradio_api/run/ask", json=EVENT)) for _ in range(6)]
            await until(lambda: slow.inside == 2)
            assert (await one.get("/healthz")).status_code == 200  # nobody else has to wait
            slow.go.set()
            return [(await task).status_code for task in asking]

    assert asyncio.run(crowd()) == [200] * 12
    assert slow.most == 2


def test_what_comes_through_gradios_queue_takes_turns_too(slow: Slow, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_slow_app(slow, data, monkeypatch, 1)
    with visitor(app) as client:
        joined = [client.post(f"{mount}/gradio_api/call/ask", json={"data": [COMET_QUESTION, ""]}) for mount in MOUNTS]
        asking = threading.Thread(target=client.post, args=["/api/ask"], kwargs={"json": QUESTION})
        asking.start()
        assert not slow.met.wait(1)
        slow.go.set()
        for mount, event in zip(MOUNTS, joined, strict=True):
            stream = client.get(f"{mount}/gradio_api/call/ask/{event.json()['event_id']}").text
            assert stream.startswith("event: complete")
        asking.join(30)
    assert slow.most == 1


def test_one_cannot_fill_the_waiting_room(slow: Slow, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_slow_app(slow, data, monkeypatch, 1)

    async def crowd() -> tuple[list[int], int]:
        async with client_of(app, STRANGER) as flood, client_of(app, "10.0.0.7") as other:
            asking = [asyncio.create_task(flood.post("/api/ask", json=QUESTION)) for _ in range(60)]
            await until(lambda: sum(task.done() for task in asking) == 60 - limits._OWN_WAITING)
            refused = next(task.result() for task in asking if task.done())
            assert refused.json() == {"error": " | ".join(one.too_busy.format(seconds=1) for one in (VI, EN))}
            assert refused.headers["retry-after"] == "1"
            question = asyncio.create_task(other.post("/api/ask", json=QUESTION))
            await asyncio.sleep(0)
            slow.go.set()
            return sorted([(await task).status_code for task in asking]), (await question).status_code

    statuses, other = asyncio.run(crowd())
    assert other == 200
    assert statuses == [200] * limits._OWN_WAITING + [429] * (60 - limits._OWN_WAITING)


def test_a_full_waiting_room_and_a_long_wait_end_in_429_and_leave_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_WAITING", 2)
    monkeypatch.setattr(limits, "_PATIENCE", 0.05)
    gate = asyncio.Event()

    async def work(scope: Any, receive: Any, send: Any) -> None:
        await gate.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    turns = Turns(work, at_once=1, mounts=MOUNTS, own=0)

    async def crowd() -> list[int]:
        async with client_of(turns, STRANGER) as client:
            first = asyncio.create_task(client.post("/api/ask"))
            await until(lambda: turns._inside.total() == 1)
            rest = [asyncio.create_task(client.post("/api/ask")) for _ in range(4)]
            refused = [(await task).status_code for task in rest]
            gone = asyncio.create_task(client.post("/api/ask"))
            await until(lambda: turns._inside.total() == 2)
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
            gate.set()
            return [*refused, (await first).status_code, (await client.post("/api/ask")).status_code]

    assert asyncio.run(crowd()) == [429] * 4 + [200, 200]
    assert not turns._inside


def test_a_turn_ends_when_the_answer_begins_however_slowly_it_is_taken() -> None:
    taken = asyncio.Event()
    begun = 0

    async def work(scope: Any, receive: Any, send: Any) -> None:
        nonlocal begun
        begun += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await taken.wait()
        await send({"type": "http.response.body", "body": b""})

    async def two() -> list[int]:
        async with client_of(Turns(work, at_once=1, mounts=MOUNTS), STRANGER) as client:
            asking = [asyncio.create_task(client.post("/api/ask")) for _ in range(2)]
            await until(lambda: begun == 2)
            taken.set()
            return [(await task).status_code for task in asking]

    assert asyncio.run(two()) == [200, 200]


def test_a_body_that_comes_slowly_holds_no_turn(data: Path, slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_slow_app(slow, data, monkeypatch, 1)
    slow.go.set()

    async def dripping(stop: asyncio.Event) -> AsyncIterator[bytes]:
        yield b"{"
        await stop.wait()
        yield json.dumps(QUESTION).encode()[1:]

    async def both() -> list[int]:
        stop = asyncio.Event()
        # httpx's own transport hands a body over only when it is whole.
        async with client_of(app, STRANGER) as client:
            held = asyncio.create_task(_post_dripping(app, dripping(stop)))
            await asyncio.sleep(0.05)
            quick = (await client.post("/api/ask", json=QUESTION)).status_code
            stop.set()
            return [quick, await held]

    assert asyncio.run(both()) == [200, 200]


async def _post_dripping(app: Any, body: AsyncIterator[bytes]) -> int:
    status = 0
    parts = aiter(body)

    async def receive() -> dict[str, Any]:
        try:
            return {"type": "http.request", "body": await anext(parts), "more_body": True}
        except StopAsyncIteration:
            return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        "type": "http", "method": "POST", "path": "/api/ask", "query_string": b"", "root_path": "", "scheme": "http",
        "headers": [(b"content-type", b"application/json"), (b"host", b"hoitin.example")],
        "client": ("10.0.0.8", 1), "server": ("127.0.0.1", 80), "http_version": "1.1", "asgi": {"version": "3.0"},
    }  # fmt: skip
    await app(scope, receive, send)
    return status


def test_a_question_that_asks_again_within_itself_does_not_wait_for_itself(data: Path) -> None:
    embedder = HashEmbedder()
    assistant = pace(Assistant(data, lambda: embedder), 1)
    answers: list[Any] = []
    # In a thread, so that waiting for itself would be a failure and not the end of all tests.
    question = "sao chổi Bình Minh ngày 1/1/1990"  # nothing at that time: it looks at any other
    asking = threading.Thread(target=lambda: answers.append(assistant.ask(question)), daemon=True)
    asking.start()
    asking.join(30)
    assert answers
    assert not answers[0].found
    assert answers[0].nearest
