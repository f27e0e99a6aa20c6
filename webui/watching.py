"""`hoitin index --watch`: the index follows the folders as they change."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from docs_store import HoitinError, UsageError
from indexer import Report

from .assembly import complete_index, make_embedder, run_index
from .indexing import tell_waiting
from .settings import Settings
from .terminal import Bar, visible

_SETTLE = 1500  # milliseconds without a further change before the folders are looked at
_TICK = 5_000  # milliseconds after which the watcher comes back without a change
_RESCAN = 300.0  # seconds; folders on a network tell nobody of their changes


def watch_and_index(
    settings: Settings, paths: Sequence[Path], show: Callable[[Report], None], *, allow_many_removals: bool
) -> None:
    """Index `paths`, and again after every change in them, until interrupted. A run that fails is told, the next tries again.

    The vectors of a slow model are added beside, while the folders are watched already.
    show: called with each report that says something. Raises UsageError if a path does not exist.
    """
    from watchfiles import watch

    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise UsageError(f"Không có {missing[0]} để canh | There is no {missing[0]} to watch")
    embedder = make_embedder(settings)
    own = settings.data.absolute()
    stop = threading.Event()
    beside: list[threading.Thread] = []

    def complete() -> None:
        try:
            complete_index(settings, lambda *_: None, embedder, stop.is_set)
        except HoitinError as error:
            click.secho(visible(f"Lỗi: {error}"), fg="red", err=True)

    def complete_beside(waiting: int) -> None:
        if waiting and not any(thread.is_alive() for thread in beside):
            tell_waiting(settings)
            beside[:] = [threading.Thread(target=complete, daemon=True)]
            beside[0].start()

    def run() -> None:
        try:
            with Bar() as bar:
                report = run_index(
                    settings, paths, rebuild=False, allow_many_removals=allow_many_removals, progress=bar, embedder=embedder
                )
        except HoitinError as error:
            click.secho(visible(f"Lỗi: {error}"), fg="red", err=True)
            return
        if report.changed:
            show(report)
        complete_beside(report.waiting)

    def interrupted(*_: Any) -> None:
        stop.set()  # the error alone could be lost: raised in a destructor, it goes nowhere
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        with suppress(KeyboardInterrupt):  # a run that is killed loses nothing
            run()
            click.echo("Đang canh; Ctrl+C để dừng. / Watching; Ctrl+C to stop.", err=True)
            due = 0.0  # at the first tick: nobody watched during the first run
            for changes in watch(
                *paths,
                watch_filter=lambda _, path: not Path(path).is_relative_to(own),
                debounce=_SETTLE,
                rust_timeout=_TICK,
                yield_on_timeout=True,
                raise_interrupt=False,
                stop_event=stop,
            ):
                if changes or time.monotonic() >= due:
                    run()
                    due = time.monotonic() + _RESCAN
    finally:
        stop.set()
        for thread in beside:
            thread.join()  # a batch at most
        signal.signal(signal.SIGINT, before)
