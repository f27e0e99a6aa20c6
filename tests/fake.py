"""A tiny deterministic embedder: alike texts lie close, so a test can name the exact result."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docs_store import ModelCard
from docs_store.vietnamese import syllables

DIMENSION = 64


class HashEmbedder:
    """Adds one fixed random direction per folded syllable."""

    reads_marks = False

    def __init__(self, name: str = "fake") -> None:
        self.card = ModelCard(name, f"fake-{name}", DIMENSION)

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        out = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            for token in syllables(text):
                out[row] += np.random.default_rng(zlib.crc32(token.encode())).standard_normal(DIMENSION)
            norm = np.linalg.norm(out[row])
            if norm:
                out[row] /= norm
        return out

    embed_queries = embed_documents
