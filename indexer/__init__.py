"""indexer: the writing day. Files become documents, passages, vectors and a published index."""

from .chunking import CHUNKING, chunk
from .finding import is_as_read
from .loaders import Extract, Load
from .publishing import Progress, embedding_text
from .reindex import plan, reindex
from .report import Report
from .withdrawal import restore, withdraw, withdrawals

__all__ = [
    "CHUNKING",
    "Extract",
    "Load",
    "Progress",
    "Report",
    "chunk",
    "embedding_text",
    "is_as_read",
    "plan",
    "reindex",
    "restore",
    "withdraw",
    "withdrawals",
]
