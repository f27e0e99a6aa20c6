"""A newsroom in small: write an article, index the folder, look at what is published, be killed in the middle."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from docs_store import Generations
from indexer import Report, reindex

from .fake import HashEmbedder


def put(folder: Path, name: str, text: str) -> Path:
    """Write an article, in a folder of its own if its name says so."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def run(data: Path, *paths: Path, **options: Any) -> Report:
    """Do what `hoitin index` does, with an embedding of the tests; options are those of `reindex`."""
    return reindex(data, paths, HashEmbedder(), **options)


def run_killed_before_publishing(monkeypatch: pytest.MonkeyPatch, data: Path, *paths: Path) -> None:
    """Do a run that ends when all is built and nothing is published."""

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sys.modules["indexer.reindex"], "publish", killed)
        with pytest.raises(KeyboardInterrupt):
            run(data, *paths)


def ids(data: Path) -> dict[str, str]:
    """Return source -> doc_id of what is published."""
    return {source: doc_id for doc_id, source in Generations(data).open_current().passages.sources().items()}


def texts(data: Path) -> list[str]:
    """Return every page of what is published, sorted, checked against its seals."""
    passages = Generations(data).open_current(whole=True).passages
    return sorted(page for document in passages.all_documents() for page in document.pages)
