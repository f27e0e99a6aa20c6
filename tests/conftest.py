"""What many tests share: the sample news, indexed once with the static model, which takes no time."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from docs_store import load_embedder
from indexer import reindex
from retriever import Assistant

pytest_plugins = ["tests.browser"]

SAMPLES = Path(__file__).parent.parent / "docs_store" / "samples"
ARTICLES = SAMPLES / "articles"


@dataclass(frozen=True)
class SampleQuestion:
    """One line of samples/questions.jsonl."""

    id: str
    question: str
    file: str | None
    contains: str | None
    kind: str
    page: int | None = None


def sample_questions() -> list[SampleQuestion]:
    """Return the questions that ship with the samples, answerable and not."""
    lines = (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [SampleQuestion(**json.loads(line)) for line in lines]


# What the tests' clients and browsers call the servers; a test of the names themselves sets its own.
HOSTS = "testserver,localhost,127.0.0.1,hoitin.example,intranet.example,other.example"


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> Iterator[None]:
    """For the whole session: applications are made by fixtures of modules, too."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("HOITIN_"):
                patch.delenv(name)
        patch.setenv("HOITIN_HOSTS", HOSTS)
        patch.setenv("HOITIN_MODEL", "static")  # what the default model does is told by test_first_light and test_encoder
        yield


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may reach another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "unix"
        assert host in ("127.0.0.1", "::1", "localhost", "unix"), f"a test tried to reach {host}"
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder in which the sample news is indexed. Do not write to it."""
    data = tmp_path_factory.mktemp("samples")
    report = reindex(data, [ARTICLES], load_embedder("static"))
    assert not report.failed
    return data


@pytest.fixture(scope="session")
def sample_assistant(sample_data: Path) -> Assistant:
    """Return an assistant over the sample news."""
    return Assistant(sample_data, partial(load_embedder, "static"))


@pytest.fixture
def sample_copy(sample_data: Path, tmp_path: Path) -> Path:
    """Return a data folder of one's own with the sample news indexed."""
    copy = tmp_path / "data"
    shutil.copytree(sample_data, copy)
    return copy


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Return an empty folder to put news files in."""
    folder = tmp_path / "news"
    folder.mkdir()
    return folder
