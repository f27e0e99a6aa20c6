"""Settings become objects here, and nowhere else: the only place that chooses engines."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from docs_store import Embedder, Generations, load_embedder
from indexer import Progress, Report, reindex
from retriever import AnswerSettings, Assistant, CrossEncoderReranker, Reranker, SearchSettings

from .settings import Settings


def make_embedder(settings: Settings) -> Embedder:
    """Return the settings' embedding model, loaded."""
    return load_embedder(settings.model, backend=settings.model_backend, half=settings.model_half)


def make_reranker(settings: Settings) -> Reranker | None:
    """Return the settings' reranker, loaded; None where none is set."""
    return CrossEncoderReranker(settings.reranker) if settings.reranker else None


def make_assistant(settings: Settings, *, aside: bool = False) -> Assistant:
    """Return the assistant over the settings' data folder; its embedding model loads at the first question.

    aside: new generations are opened while the old one answers, for a server.
    """
    answer = AnswerSettings(search=SearchSettings(reranker=make_reranker(settings)))
    return Assistant(settings.data, partial(make_embedder, settings), answer, aside=aside)


def run_index(
    settings: Settings,
    paths: Sequence[Path],
    *,
    rebuild: bool,
    allow_many_removals: bool,
    progress: Progress,
    embedder: Embedder | None = None,
) -> Report:
    """Index `paths` into the settings' data folder. embedder: the settings' own, if it is loaded already."""
    return reindex(
        settings.data,
        paths,
        embedder or make_embedder(settings),
        rebuild=rebuild,
        allow_many_removals=allow_many_removals,
        erase_after=settings.erase_after,
        progress=progress,
    )


def make_generations(settings: Settings) -> Generations:
    """Return the generations of the settings' data folder."""
    return Generations(settings.data)
