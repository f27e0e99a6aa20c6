"""retriever: the reading day. A question becomes cited passages, or a plain "not in the news"."""

from .answer import Answer, Citation, Copy, Hit, Offer, Understood
from .assistant import AnswerSettings, Assistant
from .confidence import CLOSE, VERY_CLOSE, Calibration, calibration_key, load_calibration, save_calibration
from .duplicates import find_copies
from .filters import Filters
from .findings import Findings, FindSettings
from .follow_up import Turn, complete_question
from .intent import Intent, Way, find_intent
from .kinds import Asks
from .query import MAX_QUESTION, Question, understand
from .reading import OnnxReader, Reader, Reading
from .reranking import CrossEncoderReranker, Reranker
from .search import SearchSettings, search
from .weights import Weights, weights_for

__all__ = [
    "CLOSE",
    "MAX_QUESTION",
    "VERY_CLOSE",
    "Answer",
    "AnswerSettings",
    "Asks",
    "Assistant",
    "Calibration",
    "Citation",
    "Copy",
    "CrossEncoderReranker",
    "Filters",
    "FindSettings",
    "Findings",
    "Hit",
    "Intent",
    "Offer",
    "OnnxReader",
    "Question",
    "Reader",
    "Reading",
    "Reranker",
    "SearchSettings",
    "Turn",
    "Understood",
    "Way",
    "Weights",
    "calibration_key",
    "complete_question",
    "find_copies",
    "find_intent",
    "load_calibration",
    "save_calibration",
    "search",
    "understand",
    "weights_for",
]
