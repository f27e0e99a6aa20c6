"""What programs and our own scripts send: the bodies of requests that ask."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from retriever import MAX_QUESTION, Turn

from .asking import Asked, read_filters


class QuestionBody(BaseModel):
    """A question with what is set beside it.

    any_time: do not hold the answer to the period that the question names. as_typed: put no slip
    of typing right. filters: "from" and "to" (days of publication), "publisher", "section".
    """

    model_config = ConfigDict(extra="ignore")

    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    any_time: bool = False
    as_typed: bool = False
    filters: dict[str, Any] = Field(default={}, max_length=10)

    def asked(self) -> Asked:
        """Return it as the chat keeps it. Raises UsageError for filters that make no sense."""
        return Asked(self.question, read_filters(self.filters), self.any_time, self.as_typed)


class PastTurn(BaseModel):
    """One turn of the conversation so far: understood.question of its answer, and its first quote and title."""

    model_config = ConfigDict(extra="ignore")

    question: str = Field(max_length=MAX_QUESTION)
    quote: str = Field(default="", max_length=10_000)
    title: str = Field(default="", max_length=1_000)


class AskRequest(QuestionBody):
    """The body of POST /api/ask."""

    history: list[PastTurn] = Field(default=[], max_length=10)

    def turns(self) -> list[Turn]:
        """Return the conversation so far."""
        return [Turn(turn.question, turn.quote, turn.title) for turn in self.history]
