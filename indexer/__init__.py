"""indexer: the writing day. Files become documents, passages, vectors and a published index."""

from .chunking import CHUNKING, chunk
from .completing import Completion, complete, completion
from .finding import is_as_read
from .loaders import Extract, Load
from .recovery import LIBRARY
from .reindex import plan, reindex
from .report import Report
from .vectors import Progress, embedding_text
from .withdrawal import erase, make_final, restore, withdraw, withdrawals

__all__ = [
    "CHUNKING",
    "LIBRARY",
    "Completion",
    "Extract",
    "Load",
    "Progress",
    "Report",
    "chunk",
    "complete",
    "completion",
    "embedding_text",
    "erase",
    "is_as_read",
    "make_final",
    "plan",
    "reindex",
    "restore",
    "withdraw",
    "withdrawals",
]
