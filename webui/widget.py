"""The widget's routes: its script, and the pages that show it, set it up and tell why it was refused."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from .access.limits import free
from .links import here
from .messages import LANGUAGES, VI
from .settings import Settings
from .source_page import chat_path, template
from .widget_words import WIDGET

_SCRIPT = Path(__file__).parent / "static" / "widget.js"
_ATTRIBUTES = ("server", "lang", "theme", "position", "label", "title", "color", "question", "open", "token")
_INDENT_OR_COMMENT = re.compile(r"^\s*//.*\n|^\s+", re.MULTILINE)


def widget_script() -> str:
    """Return the script as it is served: without indentation and comments."""
    return _INDENT_OR_COMMENT.sub("", _SCRIPT.read_text(encoding="utf-8"))


def add_routes(app: FastAPI, settings: Settings) -> None:
    """Add the widget's routes to the application."""
    root = settings.root_path
    script = widget_script()

    @app.get("/widget.js", dependencies=[free])
    def widget() -> Response:
        # Any page may load it, by type=module too: it holds nothing but itself. Who may frame the chat is another matter.
        headers = {
            "Cache-Control": "public, max-age=300",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Access-Control-Allow-Origin": "*",
        }
        return Response(script, media_type="text/javascript", headers=headers)

    @app.get("/widget/allowed", dependencies=[free])
    def widget_allowed() -> Response:
        return JSONResponse({"allowed": True})  # CORS keeps this from an origin that is not on the list

    @app.get("/widget/hello", dependencies=[free], response_class=HTMLResponse)
    def widget_hello(request: Request) -> Response:
        request.scope["hoitin.ancestors"] = "*"  # any page may frame this one, and no other of ours
        return _page("widget_hello.html", request, root)

    @app.get("/widget-demo", dependencies=[free], response_class=HTMLResponse)
    def widget_demo(request: Request) -> Response:
        return _page("widget_demo.html", request, root)

    @app.get("/widget-setup", dependencies=[free], response_class=HTMLResponse)
    def widget_setup(request: Request) -> Response:
        return _page("widget_setup.html", request, root, origins=settings.embed_origins, attributes=_ATTRIBUTES)


def _page(name: str, request: Request, root: str, **values: object) -> Response:
    messages = LANGUAGES.get(request.query_params.get("lang", "vi"), VI)
    words = {key: pair[list(LANGUAGES).index(messages.lang)] for key, pair in WIDGET.items()}
    address = f"{request.url.scheme}://{request.url.netloc}{root}/widget.js"
    base = here(request, root)
    page = template(name).render(
        m=messages,
        words=words,
        root=base,
        address=address,
        script=f"{root}/widget.js",
        chat=chat_path(messages, base),
        **values,
    )
    return HTMLResponse(page)
