"""Rerankers: a model that reads question and passage together and puts the first hits in order. Optional."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from docs_store import ModelError
from docs_store.errors import first_line

from .answer import Hit


class Reranker(Protocol):
    """Puts hits in a better order."""

    def rerank(self, question: str, hits: Sequence[Hit], depth: int) -> list[Hit]:
        """Return the hits, the first `depth` of them reordered; scores fall from first to last."""
        ...


class CrossEncoderReranker:
    """Any sentence-transformers CrossEncoder, by hub name or local folder."""

    def __init__(self, name: str) -> None:
        """Raises ModelError, with the next step, if the model cannot be loaded."""
        try:
            from sentence_transformers import CrossEncoder

            self._model = CrossEncoder(name)
        except Exception as error:  # a missing folder, no network, a broken file: each raises its own kind
            raise ModelError(
                f"Không nạp được mô hình xếp lại {name!r} | Cannot load reranking model {name!r}: {first_line(error)}",
                "kiểm tra HOITIN_RERANKER; máy không có mạng thì chép thư mục mô hình vào máy",
            ) from error

    def rerank(self, question: str, hits: Sequence[Hit], depth: int) -> list[Hit]:
        first = list(hits[:depth])
        if not first:
            return []
        judged = self._model.predict([(question, hit.passage.text) for hit in first], show_progress_bar=False)
        ordered = sorted(zip(map(float, judged), first, strict=True), key=lambda pair: -pair[0])
        # A model's scores have a scale of their own: the hits keep theirs, from greatest to least, in the new order.
        scores = sorted((hit.score for hit in first), reverse=True)
        moved = [replace(hit, score=score) for score, (_, hit) in zip(scores, ordered, strict=True)]
        return [*moved, *hits[depth:]]
