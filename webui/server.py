"""The web server: our own routes first, then the chat pages, all behind the same closed doors."""

# ruff: noqa: E402 - what Gradio is to find must be there before it is imported
from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

# Before Gradio is imported: it would otherwise ask the internet for its version.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from .quick_gradio import prepare

prepare()

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from docs_store import HoitinError, ModelError, ModelMismatchError, UsageError
from retriever import MAX_QUESTION, Assistant

from . import source_page, statement, widget
from .access.gate import refusal
from .access.limits import counts_as, free, too_busy
from .access.line import TooBusyError, Turns
from .access.wiring import Access
from .bodies import AskRequest
from .chat_routes import add_chat_routes
from .chat_words import script_words
from .delivery import Freshness, Gzip
from .links import answer_json, here
from .messages import EN, VI
from .old_links import QuestionsBehindHash
from .page import make_page, problem
from .request_log import RequestLog
from .security import ClosedRoutes, PayloadGuard, PlainFailures, SecurityHeaders
from .settings import Settings
from .stopping import Stopping
from .streams import Streams, takes

STATIC = Path(__file__).parent / "static"
MOUNTS = {"/chat": VI, "/en/chat": EN}

_STATUS: dict[type[HoitinError], str] = {ModelMismatchError: "index of another model", ModelError: "no model"}

log = logging.getLogger("hoitin")


def make_app(assistant: Assistant, settings: Settings) -> FastAPI:
    """Return the whole web application. Opens no index and loads no model until asked.

    app.state.stopping: what ends its open requests.
    """
    root = settings.root_path
    access = Access(settings, MOUNTS)
    app = FastAPI(title="hoitin", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.stopping = Stopping()

    @app.get("/", dependencies=[free], include_in_schema=False)
    def home(request: Request) -> Response:
        return RedirectResponse(f"{here(request, root)}/chat/")

    @app.get("/healthz", dependencies=[free])
    def health() -> Response:
        try:
            generation = assistant.generation()
        except HoitinError as error:
            log.error("not healthy: %s", error)
            return JSONResponse({"status": _STATUS.get(type(error), "no index")}, status_code=503)
        # What is wrong beside, while it still answers, by key: nobody's path is told here.
        return JSONResponse(
            {
                "status": "ok", "generation": generation.name, "documents": generation.documents,
                "passages": generation.lexical.count, "problems": assistant.problems(),
            }
        )  # fmt: skip

    @app.post("/api/ask")
    async def api_ask(body: AskRequest, request: Request, turns: Annotated[Turns, counts_as(1)]) -> Response:
        answer = await turns.work(body.asked().answer, assistant, body.turns())
        return JSONResponse(answer_json(answer, here(request, root)))

    source_page.add_routes(app, assistant, settings.data, root)

    @app.get("/favicon.ico", dependencies=[free], include_in_schema=False)
    def icon() -> Response:
        return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")

    widget.add_routes(app, settings)
    statement.add_routes(app, root)
    add_chat_routes(app, assistant, settings.data, root)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _say_errors_plainly(app, root)
    access.add_routes(app, assistant)
    pages = _mount_chats(app, assistant, accounts=access.has_accounts)
    _close_doors(app, settings, access, pages)
    return app


def _say_errors_plainly(app: FastAPI, root: str) -> None:
    """Answer errors in one sentence; no exception text, no trace, no echo of the input."""

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        if request.method == "GET":
            return JSONResponse({"error": "a value in the address is not as it should be"}, status_code=422)
        if not request.url.path.endswith("/api/ask"):
            return JSONResponse({"error": "a value in the request is not as it should be"}, status_code=422)
        return JSONResponse({"error": f'send {{"question": "…"}}, 1 to {MAX_QUESTION} characters'}, status_code=422)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        if error.status_code == 400:  # FastAPI's word for a body that is no JSON at all
            return await invalid(request, RequestValidationError([]))
        if error.status_code == 429:  # a source page, say, that was asked for too often
            return refusal(request.scope, 429, error.detail, root, error.headers or {})
        return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)

    @app.exception_handler(TooBusyError)
    async def busy(request: Request, error: TooBusyError) -> Response:
        return await refused(request, too_busy(error))

    @app.exception_handler(UsageError)
    async def misused(request: Request, error: UsageError) -> Response:
        return JSONResponse({"error": str(error)}, status_code=422)

    @app.exception_handler(HoitinError)
    async def unavailable(request: Request, error: HoitinError) -> Response:
        log.error("cannot answer: %s", error)
        return JSONResponse({"error": problem(error, VI)}, status_code=503)


def _mount_chats(app: FastAPI, assistant: Assistant, *, accounts: bool) -> dict[str, gr.Blocks]:
    """Mount the chat pages and return them. Their addresses are relative, so that a token in the path is carried along."""
    pages: dict[str, gr.Blocks] = {}
    theme = gr.themes.Base(
        primary_hue="blue",
        font=["Noto Sans", "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )
    for path, messages in MOUNTS.items():
        root = "/".join([".."] * path.count("/"))
        other = next(f"{root}{mount}/" for mount in MOUNTS if mount != path)
        options: dict[str, Any] = {
            "footer_links": [],
            "run_history": False,
            "ssr_mode": False,
            "enable_monitoring": False,
            "show_error": False,
            "max_file_size": "1kb",
            "theme": theme,
            "css_paths": [STATIC / "chat.css"],
            "head": f'<script src="{root}/static/chat.js" data-lang="{messages.lang}"></script>'
            + "".join(
                f'<script src="{root}/static/{name}.js" data-words="{script_words(messages)}"></script>'
                for name in ("conversation", "feedback")
            ),
        }
        pages[path] = make_page(assistant, messages, other, root, accounts=accounts)
        gr.mount_gradio_app(app, pages[path], path=path, **options)
    return pages


def _close_doors(app: FastAPI, settings: Settings, access: Access, pages: Mapping[str, gr.Blocks]) -> None:
    """Add the middleware; the last one added meets a request first."""
    app.add_middleware(PlainFailures, sentence=VI.error_any)
    app.add_middleware(PayloadGuard, takes={mount: partial(takes, page) for mount, page in pages.items()})
    app.add_middleware(Streams, queues={mount: partial(_queue_of, page) for mount, page in pages.items()})
    app.add_middleware(ClosedRoutes, mounts=list(MOUNTS))
    access.add_gate(app)
    # Always there, even with an empty list: without it Gradio answers any origin, with credentials.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.embed_origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type"],
    )
    access.add_names(app)
    languages = {mount: messages.lang for mount, messages in MOUNTS.items()}
    app.add_middleware(QuestionsBehindHash, mounts=list(MOUNTS))
    app.add_middleware(
        SecurityHeaders,
        embed_origins=settings.embed_origins,
        languages=languages,
        first_scripts=("static/framed.js", "static/away.js"),
    )
    app.add_middleware(Freshness, mounts=list(MOUNTS))
    app.add_middleware(Gzip)
    access.add_way(app)
    app.add_middleware(app.state.stopping.around)
    app.add_middleware(RequestLog)


def _queue_of(page: gr.Blocks) -> Any:
    return page._queue  # Gradio makes another when it mounts the page


def serve(
    app: FastAPI, settings: Settings, sockets: list[socket.socket], ready: Callable[[], None], say: Callable[[str], None]
) -> None:
    """Serve the application until it is asked to end; see `serving.run`."""
    from .serving import run

    run(app, settings, app.state.stopping, sockets, ready, say)
