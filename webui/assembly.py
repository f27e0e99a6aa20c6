"""Settings become objects here, and nowhere else: the only place that chooses engines."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from docs_store import Generations, load_embedder
from indexer import Progress, Report, reindex
from retriever import Assistant

from .settings import Settings


def make_assistant(settings: Settings) -> Assistant:
    """Return the assistant over the settings' data folder; its model loads at the first question."""
    return Assistant(settings.data, partial(load_embedder, settings.model))


def run_index(
    settings: Settings, paths: Sequence[Path], *, rebuild: bool, allow_many_removals: bool, progress: Progress
) -> Report:
    """Index `paths` into the settings' data folder."""
    return reindex(
        settings.data,
        paths,
        load_embedder(settings.model),
        rebuild=rebuild,
        allow_many_removals=allow_many_removals,
        progress=progress,
    )


def make_generations(settings: Settings) -> Generations:
    """Return the generations of the settings' data folder."""
    return Generations(settings.data)
