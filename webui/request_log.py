"""The server's own log: one line a request, never the question, a document's text, or a token."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .security import own_path

LogKind = Literal["text", "json", "off"]

_LONGEST = 200  # characters of a path
# A widget's token, wherever in a path it stands, and whatever else looks like one.
_TOKENS = re.compile(r"(?<=/t/)[^/]+|[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")

log = logging.getLogger("hoitin")
requests = logging.getLogger("hoitin.requests")


def set_up_log(kind: LogKind) -> None:
    """Write what there is to tell to stderr, as text or JSON. "off": only what goes wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if kind == "json" else _Text())
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    logging.getLogger("hoitin").setLevel(logging.WARNING if kind == "off" else logging.INFO)


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    facts: dict[str, Any] = getattr(record, "facts", {})
    return facts


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


class _Text(logging.Formatter):
    """2026-11-03T08:15:02.113+07:00 GET /healthz 200 3 ms 88 bytes 10.1.0.7"""

    def format(self, record: logging.LogRecord) -> str:
        facts = _facts(record)
        if record.name == requests.name:
            said = "{method} {path} {status} {ms} ms {bytes} bytes {client}".format(**facts)
        else:
            said = record.getMessage()
        level = "" if record.levelno <= logging.INFO else f"{record.levelname} "
        # One line a record, whatever a stranger puts into it; only a traceback has more.
        said = " ".join("".join(char if char.isprintable() else " " for char in said).split())
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{_time(record)} {level}{said}{trace}"


class _Json(logging.Formatter):
    """{"time": "…", "level": "info", "message": "request", "method": "GET", "path": "/healthz", "status": 200, …}"""

    def format(self, record: logging.LogRecord) -> str:
        told = {"time": _time(record), "level": record.levelname.lower(), "message": record.getMessage(), **_facts(record)}
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


class RequestLog:
    """Tells of each request when it has been answered: what was asked for and how it ended, not what was asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not requests.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        began, path = time.perf_counter(), plain_path(scope)  # before the gate takes the token off
        status = sent = 0

        async def counted(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, counted)
        finally:
            facts = {
                "method": scope["method"][:20],
                "path": path,
                "status": status,  # 0: the client went away before there was one
                "ms": round((time.perf_counter() - began) * 1000),
                "bytes": sent,
                "client": str(scope["client"][0]) if scope.get("client") else "-",
            }
            requests.info("request", extra={"facts": facts})


def plain_path(scope: Scope) -> str:
    """Return the path as it may be kept: without the query, without tokens, on one line, of bounded length."""
    path = _TOKENS.sub("***", own_path(scope))[:_LONGEST]
    return quote(path, safe="/*", errors="replace")
