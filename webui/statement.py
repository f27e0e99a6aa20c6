"""The accessibility statement: what was done so that everybody can use hoitin, how it was tried, whom to tell."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from .access.limits import free
from .links import here
from .messages import LANGUAGES, VI
from .source_page import chat_path, template

PATH = "/accessibility"


def add_routes(app: FastAPI, root: str) -> None:
    """Add the page; ?lang=en for English."""

    @app.get(PATH, dependencies=[free], response_class=HTMLResponse, include_in_schema=False)
    def statement(request: Request) -> Response:
        messages = LANGUAGES.get(request.query_params.get("lang", "vi"), VI)
        base = here(request, root)
        return HTMLResponse(template("statement.html").render(m=messages, root=base, chat=chat_path(messages, base)))
