"""Settings become objects here, and nowhere else: the only place that chooses engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from docs_store import ENCODER_WEIGHTS, STATIC_MODEL, Embedder, Generations, load_embedder, shipped_model, ships
from indexer import Progress, Report, complete, reindex
from retriever import AnswerSettings, Assistant, CrossEncoderReranker, OnnxReader, Reranker, SearchSettings

from .settings import Settings


def make_embedder(settings: Settings) -> Embedder:
    """Return the settings' embedding model, loaded."""
    return load_embedder(settings.model, backend=settings.model_backend, half=settings.model_half)


def make_reranker(settings: Settings) -> Reranker | None:
    """Return the settings' reranker, loaded; None where none is set."""
    return CrossEncoderReranker(settings.reranker) if settings.reranker else None


def make_answer_settings(settings: Settings) -> AnswerSettings:
    """Return how answers are found: with the settings' reranker, and the reader that ships unless it is off.

    Who wants the static model wants it quick: there the reader has to be asked for.
    """
    wanted = settings.reader or ("off" if settings.model == STATIC_MODEL else "on")
    reader = OnnxReader(ENCODER_WEIGHTS) if wanted == "on" else None
    return AnswerSettings(search=SearchSettings(reranker=make_reranker(settings)), reader=reader)


def make_assistant(settings: Settings, *, aside: bool = False) -> Assistant:
    """Return the assistant over the settings' data folder; the embedding model of the index loads at the first question.

    aside: new generations are opened while the old one answers, for a server.
    """
    answer = make_answer_settings(settings)
    shipped = shipped_model if ships(settings.model) else lambda _: None
    return Assistant(settings.data, partial(make_embedder, settings), answer, shipped=shipped, aside=aside)


def run_index(
    settings: Settings,
    paths: Sequence[Path],
    *,
    rebuild: bool,
    allow_many_removals: bool,
    progress: Progress,
    embedder: Embedder | None = None,
) -> Report:
    """Bring the index of the settings' data folder in step with `paths`; the report tells how many passages wait for a vector.

    embedder: the settings' own, if it is loaded already.
    """
    return reindex(
        settings.data,
        paths,
        embedder or make_embedder(settings),
        stand_in=partial(load_embedder, STATIC_MODEL) if ships(settings.model) else None,
        completing=False,
        rebuild=rebuild,
        allow_many_removals=allow_many_removals,
        erase_after=settings.erase_after,
        progress=progress,
    )


def complete_index(
    settings: Settings, progress: Progress, embedder: Embedder | None = None, stop: Callable[[], bool] = lambda: False
) -> int:
    """Give the passages that wait for it their vector, and return how many wait still (see `indexer.complete`)."""
    return complete(settings.data, embedder or make_embedder(settings), progress, stop)


def make_generations(settings: Settings) -> Generations:
    """Return the generations of the settings' data folder."""
    return Generations(settings.data)
