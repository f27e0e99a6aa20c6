"""What is withheld: taken out of the answers by a person, while the published generation still holds it.

One small file a document, DATA/withheld/DOC_ID.json. Writing it takes one step and needs no lock, so that an article is
out of the answers at once though an index is being made. Whoever holds the lock next makes it final, and the file goes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from .library import Withdrawal

_SUFFIX = ".json"


class Withheld:
    """The withheld documents of one data folder. Makes no folder until something is withheld."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "withheld"

    def doc_ids(self) -> frozenset[str]:
        """Return the ids alone. Cheap: ask at every question."""
        return frozenset(path.name.removesuffix(_SUFFIX) for path in self._folder.glob(f"*{_SUFFIX}"))

    def all(self) -> list[Withdrawal]:
        """Return who withheld what and why, the latest last."""
        found = [Withdrawal(**json.loads(path.read_bytes())) for path in self._folder.glob(f"*{_SUFFIX}")]
        return sorted(found, key=lambda one: (one.time, one.doc_id))

    def add(self, withdrawal: Withdrawal) -> None:
        """Withhold a document; on the disk when this returns."""
        self._folder.mkdir(exist_ok=True)
        path = self._folder / f"{withdrawal.doc_id}{_SUFFIX}"
        unfinished = path.with_suffix(f".{os.getpid()}")
        with unfinished.open("w", encoding="utf-8") as stream:
            json.dump(asdict(withdrawal), stream, ensure_ascii=False)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
        fsync(self._folder)

    def release(self, doc_ids: Iterable[str]) -> None:
        """Withhold these no longer: no generation holds them."""
        for doc_id in doc_ids:
            (self._folder / f"{doc_id}{_SUFFIX}").unlink(missing_ok=True)


def fsync(path: Path) -> None:
    """See a file, or the names in a folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
