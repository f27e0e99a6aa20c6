"""What the chat page asks the server for beside answers: the conversation as a file, and a place for a reader's word on it."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from docs_store import HoitinError, UsageError, today
from docs_store.vietnamese import storable
from retriever import Assistant

from .access.limits import counts_as
from .access.line import Turns
from .asking import Asked, asked_query
from .bodies import QuestionBody
from .exporting import Conversation, ask_again, to_docx, to_markdown
from .feedback import MAX_COMMENT, Feedback, add_feedback, now
from .messages import LANGUAGES

MOST_TURNS = 30
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

log = logging.getLogger("hoitin")


class Put(QuestionBody):
    """A question of a conversation as it was put; see `Asked`."""

    alone: bool = False

    def asked(self) -> Asked:
        return replace(super().asked(), alone=self.alone)


class ExportRequest(BaseModel):
    """The body of POST /api/export: the conversation's questions, in order."""

    format: Literal["markdown", "docx"]
    lang: Literal["vi", "en"] = "vi"
    turns: list[Put] = Field(min_length=1, max_length=MOST_TURNS)


class FeedbackRequest(Put):
    """The body of POST /api/feedback: which answer, and what is said of it."""

    helpful: bool
    reason: Literal["", "wrong", "old", "incomplete", "other"] = ""
    comment: str = Field(default="", max_length=MAX_COMMENT)


async def _questions(body: ExportRequest) -> int:
    """Return how many questions an export asks again."""
    return len(body.turns)


def add_chat_routes(app: FastAPI, assistant: Assistant, data: Path, root: str) -> None:
    """Add POST /api/export and POST /api/feedback."""

    @app.post("/api/export")
    async def export(body: ExportRequest, request: Request, turns: Annotated[Turns, counts_as(_questions)]) -> Response:
        base = f"{request.url.scheme}://{request.url.netloc}{root}"
        answers = ask_again(assistant, [turn.asked() for turn in body.turns])
        conversation = Conversation([one async for one in turns.each(answers)], LANGUAGES[body.lang], base, today())
        kinds: dict[str, tuple[Any, str, str]] = {
            "docx": (to_docx, _WORD, "docx"),
            "markdown": (to_markdown, "text/markdown", "md"),
        }
        write, kind, ending = kinds[body.format]
        name = f"hoi-tin-{conversation.day.isoformat()}.{ending}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(await turns.work(write, conversation), media_type=kind, headers=headers)

    @app.post("/api/feedback")
    async def feedback(body: FeedbackRequest, turns: Annotated[Turns, counts_as(1)]) -> Response:
        asked = body.asked()
        held_to = asked_query(asked, "").removeprefix("q=").lstrip("&")
        said = Feedback(
            now(), storable(asked.question), body.helpful, "" if body.helpful else body.reason, storable(body.comment), held_to
        )
        try:
            await turns.work(lambda: add_feedback(data, _with_answer(said, asked, assistant)))
        except OSError as error:
            log.error("cannot keep feedback: %s", error)
            return JSONResponse({"error": "the feedback could not be kept"}, status_code=503)
        return JSONResponse({"kept": True})


def _with_answer(said: Feedback, asked: Asked, assistant: Assistant) -> Feedback:
    """Return the feedback with what the server answers now: a reader's own account of it could be made up."""
    try:
        answer = asked.answer(assistant)
    except UsageError:
        raise
    except HoitinError:  # no index now: the reader's word is kept all the same
        return said
    return Feedback(
        said.time, said.question, said.helpful, said.reason, said.comment, said.held_to, answer.found, answer.confidence,
        answer.generation, tuple(citation.doc_id for citation in answer.citations),
    )  # fmt: skip
