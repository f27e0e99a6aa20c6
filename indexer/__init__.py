"""indexer: the writing day. Files become documents, passages, vectors and a published index."""

from .chunking import CHUNKING, chunk
from .loaders import Extract, Load
from .reindex import Progress, embedding_text, reindex
from .report import Failure, Report

__all__ = ["CHUNKING", "Extract", "Failure", "Load", "Progress", "Report", "chunk", "embedding_text", "reindex"]
