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
from fastapi import FastAPI, Response
from starlette.staticfiles import StaticFiles

from docs_store import Generations
from indexer import reindex
from retriever import Assistant
from webui import conversation, page
from webui.access import buckets, limits, line
from webui.access.buckets import Buckets
from webui.access.limits import refuse_uncounted
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


def test_a_bucket_gives_several_or_none() -> None:
    now = [100.0]
    bucket = Buckets(10, 6, lambda: now[0])
    assert [bucket.take("lan", 7), bucket.take("lan", 7), bucket.take("lan", 3)] == [0, 24, 0]
    now[0] += 60
    assert bucket.take("lan", 10) == 0


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
    client = visitor(open_app(data, rate=5))
    ways = {
        "/api/ask": QUESTION,
        "/chat/gradio_api/run/ask": EVENT,
        "/en/chat/gradio_api/run/ask": EVENT,
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


# --- what a request costs --------------------------------------------------------------------


def test_an_export_costs_as_many_questions_as_it_asks_again(data: Path) -> None:
    client = visitor(open_app(data, rate=10))

    def export(turns: int) -> httpx.Response:
        return client.post("/api/export", json={"format": "markdown", "turns": [QUESTION] * turns})

    assert export(7).status_code == 200
    refused = export(4)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 6
    assert [client.post("/api/ask", json=QUESTION).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_an_export_of_more_than_may_ever_be_asked_is_told_so_and_costs_nothing(data: Path) -> None:
    client = visitor(open_app(data, rate=10))
    response = client.post("/api/export", json={"format": "docx", "turns": [QUESTION] * 30})
    assert response.status_code == 422
    assert response.json() == {"error": " | ".join(one.too_much.format(count=30, rate=10) for one in (VI, EN))}
    assert client.post("/api/export", json={"format": "docx", "turns": [QUESTION] * 10}).status_code == 200


def test_reading_sources_has_a_measure_of_its_own(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_READS", 3)
    client = visitor(open_app(data, rate=2))
    place = client.post("/api/ask", json=QUESTION).json()["citations"][0]["source_url"]
    original = place.replace("/source/", "/original/").split("?")[0]
    assert [client.get(one).status_code for one in (place, original, place)] == [200] * 3
    assert client.get(original).json() == {"error": " | ".join(one.too_many.format(seconds=20) for one in (VI, EN))}
    shown = client.get(place, headers={"Accept": "text/html"})
    assert shown.status_code == 429
    assert shown.headers["retry-after"] == "20"
    assert shown.headers["content-type"].startswith("text/html")
    assert VI.too_many.format(seconds=20) in shown.text
    assert EN.too_many.format(seconds=20) in shown.text
    assert client.post("/api/ask", json=QUESTION).status_code == 200


def test_a_route_that_does_not_say_what_it_costs_is_refused_when_the_application_is_put_together(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add_careless_route(app: FastAPI, root: str) -> None:
        @app.get("/chi-phi")
        def careless() -> None: ...

    monkeypatch.setattr("webui.statement.add_routes", add_careless_route)
    with pytest.raises(ValueError, match="/chi-phi"):
        open_app(data)


@pytest.mark.parametrize("kind", ["a plain route", "a mounted application"])
def test_a_route_of_another_kind_cannot_slip_past_either(kind: str) -> None:
    app = FastAPI(openapi_url=None)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent))
    app.mount("/chat", FastAPI())
    refuse_uncounted(app, MOUNTS)
    if kind == "a plain route":
        app.add_route("/la", lambda request: Response())
    else:
        app.mount("/la", FastAPI())
    with pytest.raises(ValueError, match="/la"):
        refuse_uncounted(app, MOUNTS)


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


def open_slow_app(slow: Any, data: Path, monkeypatch: pytest.MonkeyPatch, at_once: int, **settings: Any) -> Any:
    from webui.access import wiring
    from webui.server import make_app
    from webui.settings import Settings

    monkeypatch.setattr(wiring, "_AT_ONCE", at_once)
    return make_app(slow, Settings(data=data, **settings))


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
    places = limits._OWN_PLACES + 1  # one is being answered

    async def crowd() -> tuple[list[int], int]:
        async with client_of(app, STRANGER) as flood, client_of(app, "10.0.0.7") as other:
            asking = [asyncio.create_task(flood.post("/api/ask", json=QUESTION)) for _ in range(60)]
            await until(lambda: sum(task.done() for task in asking) == 60 - places)
            refused = next(task.result() for task in asking if task.done())
            assert refused.json() == {"error": " | ".join(one.too_busy.format(seconds=1) for one in (VI, EN))}
            assert refused.headers["retry-after"] == "1"
            event = await flood.post("/en/chat/gradio_api/run/ask", json=EVENT)
            assert event.status_code == 429
            assert event.headers["retry-after"] == "1"
            assert event.json() == {"error": EN.too_busy.format(seconds=1)}
            question = asyncio.create_task(other.post("/api/ask", json=QUESTION))
            await asyncio.sleep(0)
            slow.go.set()
            return sorted([(await task).status_code for task in asking]), (await question).status_code

    statuses, other = asyncio.run(crowd())
    assert other == 200
    assert statuses == [200] * places + [429] * (60 - places)


# --- in whose turn --------------------------------------------------------------------------


class Told:
    """An assistant that answers one question at a time, when it is told to, and remembers whose came when."""

    def __init__(self, data: Path) -> None:
        embedder = HashEmbedder()
        self._assistant = Assistant(data, lambda: embedder)
        self.begun: list[str] = []
        self.go = threading.Semaphore(0)

    def ask(self, question: str, *args: Any, **options: Any) -> Any:
        self.begun.append(question.split()[0])
        assert self.go.acquire(timeout=30)
        return self._assistant.ask(question, *args, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._assistant, name)


def said(who: str) -> dict[str, str]:
    return {"question": f"{who} hỏi {COMET_QUESTION}"}


def test_who_comes_with_one_question_is_next_however_many_another_has_waiting(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = Told(data)
    app = open_slow_app(assistant, data, monkeypatch, 1)

    async def crowd() -> None:
        async with client_of(app, STRANGER) as crowd, client_of(app, "10.0.0.7") as other:
            export = {"format": "markdown", "turns": [said("đông")] * 20}
            asking = [asyncio.create_task(crowd.post("/api/export", json=export))]
            await until(lambda: len(assistant.begun) == 1)
            asking += [asyncio.create_task(crowd.post("/api/ask", json=said("đông"))) for _ in range(10)]
            await until(lambda: waiting(app) == 10)
            one = asyncio.create_task(other.post("/api/ask", json=said("một")))
            chat = {"data": [said("trang")["question"], "", None], "session_hash": "t"}
            event = asyncio.create_task(other.post("/chat/gradio_api/run/ask", json=chat))
            await until(lambda: waiting(app) == 12)
            assistant.go.release(3)
            assert (await one).status_code == 200
            await until(lambda: len(assistant.begun) == 4)
            assistant.go.release(100)
            assert {answer.status_code for answer in await asyncio.gather(*asking, event)} == {200}

    asyncio.run(crowd())
    assert assistant.begun[:4] in (["đông", "một", "đông", "trang"], ["đông", "trang", "đông", "một"])
    assert len(assistant.begun) == 32
    # The export goes round with its own asker's other questions, and is not put off by them for ever.
    assert assistant.begun.count("đông") == 30


def waiting(app: Any) -> int:
    """Return how many wait for a turn."""
    return sum(map(len, app.state.limits._line._waiting.values()))


def test_one_asker_never_holds_the_last_turn(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = Told(data)
    app = open_slow_app(assistant, data, monkeypatch, 3)

    async def crowd() -> None:
        async with client_of(app, STRANGER) as crowd, client_of(app, "10.0.0.7") as other:
            asking = [asyncio.create_task(crowd.post("/api/ask", json=said("đông"))) for _ in range(10)]
            await until(lambda: len(assistant.begun) == 2 and waiting(app) == 8)
            asking.append(asyncio.create_task(other.post("/api/ask", json=said("một"))))
            await until(lambda: assistant.begun == ["đông", "đông", "một"])
            assistant.go.release(100)
            assert {answer.status_code for answer in await asyncio.gather(*asking)} == {200}

    asyncio.run(crowd())


def test_people_take_turns_by_name_and_not_by_their_proxys_address(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = Told(data)
    app = open_slow_app(assistant, data, monkeypatch, 1, trusted_proxies=PROXY, user_header="X-Remote-User")

    async def crowd() -> None:
        async with client_of(app, PROXY) as proxy:

            def ask(name: str) -> asyncio.Task[httpx.Response]:
                return asyncio.create_task(proxy.post("/api/ask", json=said(name), headers={"X-Remote-User": name}))

            asking = [ask("lan") for _ in range(5)]
            await until(lambda: waiting(app) == 4)
            asking.append(ask("minh"))
            await until(lambda: waiting(app) == 5)
            assistant.go.release(100)
            await asyncio.gather(*asking)

    asyncio.run(crowd())
    assert assistant.begun.index("minh") <= 2


def test_a_slow_reader_of_a_long_page_holds_no_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    news = tmp_path / "news"
    news.mkdir()
    text = "Dòng văn bản rất dài về trạm quan trắc.\n" * 20_000
    (news / "dai.txt").write_text(text, encoding="utf-8")
    assert not reindex(tmp_path / "data", [news], HashEmbedder()).failed
    app = open_slow_app(Assistant(tmp_path / "data", HashEmbedder), tmp_path / "data", monkeypatch, 1)
    (doc_id,) = Generations(tmp_path / "data").open_current().passages.sources()

    async def both() -> None:
        for place in (f"/source/{doc_id}", f"/original/{doc_id}"):
            parts: list[bytes] = []
            begun, taken = asyncio.Event(), asyncio.Event()

            async def send(message: Any, parts: list[bytes] = parts, begun: Any = begun, taken: Any = taken) -> None:
                if body := message.get("body"):
                    parts.append(body)
                    begun.set()
                    await taken.wait()

            reading = asyncio.create_task(app(_scope("GET", place), _no_body, send))
            await asyncio.wait_for(begun.wait(), 20)
            assert not app.state.limits._line._held
            async with client_of(app, "10.0.0.8") as same, client_of(app, "10.0.0.7") as other:
                for client in (same, other):
                    assert (await client.post("/api/ask", json={"question": "trạm quan trắc"})).status_code == 200
            assert len(parts) == 1
            assert len(parts[0]) < 300_000
            taken.set()
            await reading
            assert b"".join(parts).decode().count("quan trắc.\n") == 20_000
            assert not app.state.limits._line._held

    asyncio.run(both())


# --- what is kept in memory -----------------------------------------------------------------


def ask_in_chat(client: Any, session: str) -> list[str]:
    """Ask in a conversation, and return its messages."""
    event = {**EVENT, "session_hash": session}
    return [one["content"][0]["text"] for one in client.post("/chat/gradio_api/run/ask", json=event).json()["data"][0]]


def test_conversations_that_somebody_makes_up_push_out_the_oldest(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_SESSIONS", 3)
    client = visitor(open_app(data))
    assert [len(ask_in_chat(client, name)) for name in ("lan", "minh", "lan", "a", "b", "lan")] == [2, 2, 4, 2, 2, 6]
    assert [len(ask_in_chat(client, name)) for name in ("c", "d", "e", "lan")] == [2, 2, 2, 2]


def test_a_conversation_keeps_its_last_turns_and_no_more_text_than_some(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = visitor(open_app(data))
    first = sum(map(len, ask_in_chat(client, "lan")))
    monkeypatch.setattr(conversation, "_KEPT_TEXT", first * 3)
    kept = [ask_in_chat(client, "lan") for _ in range(6)]
    assert [len(one) % 2 for one in kept] == [0] * 6
    assert len(kept[0]) == 4
    assert max(sum(map(len, one)) for one in kept) <= first * 4  # the last answer has its buttons too
    assert len(kept[-1]) < 12
    monkeypatch.setattr(conversation, "_KEPT_TEXT", 0)
    assert len(ask_in_chat(client, "lan")) == 2


# --- the line itself ------------------------------------------------------------------------


def test_a_full_line_and_a_long_wait_are_refused_and_leave_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "_WAITING", 2)
    held = Line(1, share=1, places=100)

    async def crowd() -> None:
        gate = asyncio.Event()

        async def stand() -> None:
            async with held.turn("lan"):
                await gate.wait()

        first = asyncio.create_task(stand())
        await until(lambda: held._held["lan"] == 1)
        rest = [asyncio.create_task(stand()) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(TooBusyError) as full:
            await stand()
        assert full.value.seconds == 1
        rest[0].cancel()
        await asyncio.gather(rest[0], return_exceptions=True)
        monkeypatch.setattr(line, "_PATIENCE", 0.01)
        with pytest.raises(TooBusyError) as late:
            await stand()
        assert late.value.seconds == 0.01
        gate.set()
        await asyncio.gather(first, rest[1])

    asyncio.run(crowd())
    assert not held._held
    assert not held._waiting
    assert held._free == 1


def test_who_was_let_in_is_not_sent_away_between_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Line(1, share=1, places=1)
    turns = Turns(held, "lan")

    async def steps() -> list[int]:
        assert await turns.work(int, "1") == 1
        monkeypatch.setattr(line, "_WAITING", 0)
        with pytest.raises(TooBusyError):
            await Turns(held, "lan").work(int, "1")
        return [number async for number in turns.each(number for number in range(3))]

    assert asyncio.run(steps()) == [0, 1, 2]


def test_what_fails_or_is_broken_off_gives_its_turn_back() -> None:
    held = Line(1, share=1, places=10)
    go = threading.Event()

    async def fail() -> None:
        with pytest.raises(ZeroDivisionError):
            await Turns(held, "lan").work(lambda: 1 // 0)
        broken = asyncio.create_task(Turns(held, "lan").work(go.wait, 30))
        await until(lambda: held._held)
        waits = asyncio.create_task(Turns(held, "minh").work(int, "2"))
        broken.cancel()
        go.set()
        assert await waits == 2
        await asyncio.gather(broken, return_exceptions=True)

    asyncio.run(fail())
    assert not held._held
    assert held._free == 1


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

    await app(_scope("POST", "/api/ask"), receive, send)
    return status


def _scope(method: str, path: str) -> dict[str, Any]:
    return {
        "type": "http", "method": method, "path": path, "query_string": b"", "root_path": "", "scheme": "http",
        "headers": [(b"content-type", b"application/json"), (b"host", b"hoitin.example")],
        "client": ("10.0.0.8", 1), "server": ("127.0.0.1", 80), "http_version": "1.1", "asgi": {"version": "3.0"},
    }  # fmt: skip


async def _no_body() -> dict[str, Any]:
    """Return the end of a request without a body, and then nothing: its sender stays."""
    await asyncio.Event().wait()
    raise AssertionError
