"""indexer: the writing day. Files become documents, passages, vectors and a published index."""

from .chunking import CHUNKING, chunk
from .finding import is_as_read
from .loaders import Extract, Load
from .publishing import Progress, embedding_text
from .recovery import LIBRARY
from .reindex import plan, reindex
from .report import Report
from .withdrawal import erase, make_final, restore, withdraw, withdrawals

__all__ = [
    "CHUNKING",
    "LIBRARY",
    "Extract",
    "Load",
    "Progress",
    "Report",
    "chunk",
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
