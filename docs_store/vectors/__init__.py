"""Vector engines, one file each. FAISS is the default."""

from .engine import VectorIndex
from .faiss_flat import FaissIndex

__all__ = ["FaissIndex", "VectorIndex"]
