"""What only an editor or an administrator may: take an article down, let it in again, see how the index stands."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException

from docs_store import BusyError
from indexer import make_final, restore, withdrawals
from retriever import Assistant

from ..assembly import run_index
from ..messages import EN, VI
from ..removal import take_out
from ..settings import Settings
from ..status import status_facts
from .limits import free
from .person import Person, Role


class RemoveRequest(BaseModel):
    """The body of POST /api/remove."""

    model_config = ConfigDict(extra="ignore")

    doc_id: str = Field(min_length=1, max_length=200)
    reason: str = Field(default="", max_length=500)
    copies: bool = False  # also what prints the same passage


class RestoreRequest(BaseModel):
    """The body of POST /api/restore."""

    model_config = ConfigDict(extra="ignore")

    doc_id: str = Field(min_length=1, max_length=200)


def need(role: Role) -> Callable[[Request], Person]:
    """Return a dependency that gives who asks, and answers 403 to those who may not do what `role` may."""

    def person(request: Request) -> Person:
        asking: Person | None = request.scope.get("hoitin.person")
        if asking is None or not asking.may(role):  # without sign-in nobody is an editor
            raise HTTPException(403, f"{VI.not_allowed} | {EN.not_allowed}")
        return asking

    return person


Editor = Annotated[Person, Depends(need("editor"))]


def add_editor_routes(app: FastAPI, assistant: Assistant, settings: Settings) -> None:
    """Add POST /api/remove and /api/restore for editors, GET /api/status for them and, with paths, administrators."""
    editing = threading.Lock()

    @contextmanager
    def alone() -> Iterator[None]:
        if not editing.acquire(blocking=False):
            raise BusyError("Đang có thay đổi khác, hãy thử lại sau | Another change is going on, please try again")
        try:
            yield
        finally:
            editing.release()

    @app.post("/api/remove", dependencies=[free])
    def remove(body: RemoveRequest, person: Editor) -> Response:
        if assistant.generation().passages.document(body.doc_id) is None:  # a file's name, which withdraw also takes, is none
            raise HTTPException(404, f"{VI.source_missing} | {EN.source_missing}")
        removal = take_out(
            settings, [body.doc_id], person=person.name, reason=body.reason, with_copies=body.copies, final=False
        )
        facts = {
            "removed": [{"doc_id": one.doc_id, "title": one.title} for one in removal.removed],
            "copies": [{"doc_id": one.doc_id, "title": one.title, "publisher": one.publisher} for one in removal.left],
        }
        # It is out of the answers already; the index without it is made once the answer is on its way.
        return JSONResponse(facts, background=BackgroundTask(make_final, settings.data))

    @app.post("/api/restore", dependencies=[free])
    def let_in(body: RestoreRequest, person: Editor) -> Response:
        if body.doc_id not in {one.doc_id for one in withdrawals(settings.data)}:
            raise HTTPException(404, f"{VI.source_missing} | {EN.source_missing}")
        with alone():
            restored = restore(settings.data, body.doc_id, person=person.name)
            run_index(
                settings, [], rebuild=False, allow_many_removals=False,
                progress=lambda *_: None, embedder=assistant.embedder(),
            )  # fmt: skip
        return JSONResponse({"restored": restored})

    @app.get("/api/status", dependencies=[free])
    def status(person: Editor) -> Response:
        facts = status_facts(settings)
        return JSONResponse(facts if person.may("admin") else _without_paths(facts))

    @app.exception_handler(BusyError)
    async def busy(request: Request, error: BusyError) -> Response:
        return JSONResponse({"error": str(error)}, 409)


def _without_paths(facts: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in facts.items() if name not in ("data", "model", "problems")}  # which may name folders
    withdrawn = [{name: value for name, value in one.items() if name != "source"} for one in facts["withdrawn"]]
    return kept | {"withdrawn": withdrawn}
