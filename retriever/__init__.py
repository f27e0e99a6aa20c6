"""retriever: the reading day. A question becomes cited passages, or a plain "not in the news"."""

from .answer import Answer, Citation, Hit
from .assistant import AnswerSettings, Assistant
from .query import MAX_QUESTION, Asks, Question, understand
from .search import SearchSettings, search

__all__ = [
    "MAX_QUESTION",
    "Answer",
    "AnswerSettings",
    "Asks",
    "Assistant",
    "Citation",
    "Hit",
    "Question",
    "SearchSettings",
    "search",
    "understand",
]
