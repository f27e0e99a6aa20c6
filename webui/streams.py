"""Gradio's events and their streams: only those that there are, and only so many streams of one asker."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from .access.addresses import asker_key
from .security import own_path
from .stopping import IDLE

MOST_OPEN = 64  # streams of one asker: each open chat tab holds one
_SAID = "Đang mở quá nhiều trang hỏi đáp. Hãy đóng bớt. | Too many chat pages are open. Please close some."


class Streams:
    """Answers 404 for a stream of an event that nobody began, 429 to one who holds too many open.

    queues: mount -> what returns Gradio's queue; Gradio itself begins a stream and breaks it off with a traceback.
    """

    def __init__(self, app: ASGIApp, queues: Mapping[str, Callable[[], Any]], most: int = MOST_OPEN) -> None:
        self._app = app
        self._queues = queues
        self._most = most
        self._open: Counter[str] = Counter()
        mounts = "|".join(re.escape(mount) for mount in queues)
        self._heartbeat = re.compile(rf"(?:{mounts})/gradio_api/heartbeat/")
        self._awaited = re.compile(rf"({mounts})/gradio_api/(?:call/\w+/(\w+)|queue/data)$")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = own_path(scope) if scope["type"] == "http" else ""
        if not path or scope["method"] != "GET":
            await self._app(scope, receive, send)
        elif self._heartbeat.match(path):
            scope[IDLE] = True
            await self._hold(scope, receive, send)
        elif awaited := self._awaited.match(path):
            if self._is_known(scope, *awaited.groups()):
                await self._hold(scope, receive, send)
            else:
                await JSONResponse({"error": "not found"}, 404)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _hold(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = asker_key(scope)
        if self._open[key] >= self._most:
            await JSONResponse({"error": _SAID}, 429, {"Retry-After": "60"})(scope, receive, send)
            return
        self._open[key] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]

    def _is_known(self, scope: Scope, mount: str, event: str | None) -> bool:
        queue = self._queues[mount]()
        if event is None:
            sessions = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=None).get("session_hash")
            return not sessions or sessions[-1] in queue.pending_messages_per_session
        pending = queue.pending_event_ids_session.values()
        return event in queue.event_ids_to_events or any(event in ids for ids in list(pending))


def takes(page: Any, path: str, payload: Mapping[str, Any]) -> bool:
    """Tell whether a chat page (Blocks) has the event that a payload is for: with so many texts, and nothing for its state.

    path: below the mount. Gradio itself would look for it and fail.
    """
    way, _, name = path.removeprefix("gradio_api/").partition("/")
    if way not in ("run", "call", "queue"):
        return True  # to end something: what there is not, Gradio passes over
    index = payload.get("fn_index")
    if index is not None and type(index) is not int:
        return False
    events = page.fns
    if index is not None or name in ("predict", "join"):
        event = events.get(index)
    else:
        event = next((one for one in events.values() if one.api_name == name), None)
    if event is None:
        return False
    states = [type(component).__name__ == "State" for component in event.inputs]
    data = payload.get("data", [])
    if way == "call" and len(data) != len(states):  # a program leaves the state out, and Gradio puts it in there
        states = [False] * (len(states) - sum(states))
    return len(data) == len(states) and all(
        value is None if state else isinstance(value, str) for value, state in zip(data, states, strict=True)
    )
