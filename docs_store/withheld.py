"""What is withheld: taken out of the answers by a person, while the published generation still holds it.

One small file a document, DATA/withheld/DOC_ID.json. Writing it takes one step and needs no lock, so that an article is
out of the answers at once though an index is being made. Whoever holds the lock next makes it final, and the file goes.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from .errors import DamagedError
from .library import Withdrawal

_SUFFIX = ".json"
_UNFINISHED = 3600  # seconds after which a file that was never finished is nobody's


class Withheld:
    """The withheld documents of one data folder. Makes no folder until something is withheld."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "withheld"

    def doc_ids(self) -> frozenset[str]:
        """Return the ids alone. Cheap: ask at every question. Raises DamagedError if they cannot be known."""
        return frozenset(path.name.removesuffix(_SUFFIX) for path in self._files())

    def all(self) -> list[Withdrawal]:
        """Return who withheld what and why, the latest last."""
        found = []
        for path in self._files():
            with suppress(FileNotFoundError):  # made final meanwhile
                found.append(Withdrawal(**json.loads(path.read_bytes())))
        return sorted(found, key=lambda one: (one.time, one.doc_id))

    def add(self, withdrawal: Withdrawal) -> bool:
        """Withhold a document; on the disk when this returns. False if somebody already does."""
        data = self._folder.parent
        if not self._folder.exists():
            with suppress(FileExistsError):
                self._folder.mkdir()
            _owned_as(data, self._folder)
            shutil.copymode(data, self._folder)
            fsync(data)
        path, unfinished = self._folder / f"{withdrawal.doc_id}{_SUFFIX}", self._folder / secrets.token_hex(8)
        try:
            with unfinished.open("x", encoding="utf-8") as stream:
                json.dump(asdict(withdrawal), stream, ensure_ascii=False)
                stream.flush()
                os.fsync(stream.fileno())
            _owned_as(data, unfinished)
            try:
                path.hardlink_to(unfinished)
            except FileExistsError:
                return False
            except OSError:  # a file system without hard links
                if path.exists():
                    return False
                unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        fsync(self._folder)
        return True

    def release(self, doc_ids: Iterable[str]) -> None:
        """Withhold these no longer: no generation holds them."""
        for doc_id in doc_ids:
            (self._folder / f"{doc_id}{_SUFFIX}").unlink(missing_ok=True)
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):  # finished meanwhile
                if path.suffix != _SUFFIX and path.stat().st_mtime < time.time() - _UNFINISHED:
                    path.unlink()

    def _files(self) -> Iterator[Path]:
        if not self._folder.parent.is_dir():
            return  # no data folder at all, which others say better
        try:
            yield from (path for path in self._folder.iterdir() if path.name.endswith(_SUFFIX))
        except FileNotFoundError:
            return
        except OSError as error:  # rather no answer than one from what was taken out
            folder = self._folder
            raise DamagedError(f"Không đọc được {folder}: {error} | {folder} cannot be read") from error


def fsync(path: Path) -> None:
    """See a file, or the names in a folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _owned_as(like: Path, path: Path) -> None:
    """Let who owns the data folder own this too: an administrator may be another than who serves."""
    if os.geteuid() == 0:
        os.chown(path, like.stat().st_uid, like.stat().st_gid)
