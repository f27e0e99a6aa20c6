"""A run of the indexer from a terminal: the index answers first, a slow model's vectors follow, Ctrl+C may end it there."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from docs_store import model_name
from indexer import Report, completion

from .assembly import complete_index, make_embedder, make_generations, run_index
from .settings import Settings
from .terminal import Bar


def index_to_the_end(settings: Settings, paths: Sequence[Path], *, rebuild: bool, allow_many_removals: bool) -> Report:
    """Index `paths` and add the vectors that are missing then.

    Ctrl+C and SIGTERM while they are added are no failure: what they leave is told, and in the report.
    """
    embedder = make_embedder(settings)
    with Bar() as bar:
        report = run_index(
            settings, paths, rebuild=rebuild, allow_many_removals=allow_many_removals, progress=bar, embedder=embedder
        )
    if report.waiting:
        tell_waiting(settings)
        begun = time.monotonic()
        try:
            with _ended_by_sigterm(), Bar() as bar:
                left = complete_index(settings, bar, embedder)
            if left:
                click.echo("Lệnh khác đang thêm vectơ. / Another command is adding the vectors.", err=True)
        except KeyboardInterrupt:
            click.echo("\nĐã dừng; không mất gì. / Stopped; nothing is lost.", err=True)
        report.seconds = round(report.seconds + time.monotonic() - begun, 3)
        report.waiting, report.generation = _waiting(settings)
    return report


def _waiting(settings: Settings) -> tuple[int, str]:
    """Return how many passages of the published generation have no vector yet by the model that is set, and its name."""
    generation = make_generations(settings).open_current()
    vectors = completion(settings.data, generation, model_name(settings.model))
    return vectors.total - vectors.done, generation.name


def tell_waiting(settings: Settings) -> None:
    """Say that the index answers, and what is still done for it."""
    count, _ = _waiting(settings)
    click.echo(
        f"Chỉ mục đã trả lời được. Đang thêm vectơ cho {count} đoạn; dừng lúc nào cũng được (Ctrl+C), lần sau làm tiếp. / "
        f"The index answers already. {count} passages get their vectors now; stop it when you like, the next run goes on.",
        err=True,
    )


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM do what Ctrl+C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ended(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, ended)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
