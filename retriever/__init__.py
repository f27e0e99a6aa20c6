"""retriever: the reading day. A question becomes cited passages, or a plain "not in the news"."""

from .answer import Answer, Citation, Copy, Hit, Offer, Understood
from .assistant import AnswerSettings, Assistant
from .confidence import Calibration, load_calibration, save_calibration
from .duplicates import find_copies
from .filters import Filters
from .follow_up import Turn, complete_question
from .intent import Intent, Way, find_intent
from .query import MAX_QUESTION, Asks, Question, understand
from .reranking import CrossEncoderReranker, Reranker
from .search import SearchSettings, search

__all__ = [
    "MAX_QUESTION",
    "Answer",
    "AnswerSettings",
    "Asks",
    "Assistant",
    "Calibration",
    "Citation",
    "Copy",
    "CrossEncoderReranker",
    "Filters",
    "Hit",
    "Intent",
    "Offer",
    "Question",
    "Reranker",
    "SearchSettings",
    "Turn",
    "Understood",
    "Way",
    "complete_question",
    "find_copies",
    "find_intent",
    "load_calibration",
    "save_calibration",
    "search",
    "understand",
]
