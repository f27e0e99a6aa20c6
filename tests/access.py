"""A small application with sign-in, for the tests of who may ask and how often."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from indexer import reindex
from retriever import Assistant
from webui.access.accounts import write_account
from webui.server import make_app
from webui.settings import Settings

from .fake import HashEmbedder

SECRET = "khoa-bi-mat-dung-de-ky-the-ngan-han"
PROXY, STRANGER = "10.0.0.5", "10.0.0.6"
PASSWORD = "Trời xanh mây trắng 7"
INTRANET = "https://intranet.example"

COMET = "# Sao chổi Bình Minh ghé thăm\n\nSao chổi Bình Minh bay qua Cần Thơ ngày 5/6/2024 lúc 19 giờ.\n"
BRIDGE = "# Cầu Tử Đinh thông xe\n\nCầu treo Tử Đinh ở Hà Giang dài 96 mét, thông xe sáng thứ hai.\n"
COMET_QUESTION, BRIDGE_QUESTION = "sao chổi Bình Minh bay qua đâu", "cầu treo Tử Đinh dài bao nhiêu mét"


def index_news(folder: Path) -> Path:
    """Index two small stories below `folder` and return the data folder."""
    news = folder / "news"
    news.mkdir(parents=True)
    (news / "sao-choi.md").write_text(COMET, encoding="utf-8")
    (news / "cau-tu-dinh.md").write_text(BRIDGE, encoding="utf-8")
    assert not reindex(folder / "data", [news], HashEmbedder()).failed
    return folder / "data"


def open_app(data: Path, **settings: Any) -> Any:
    """Return the application over a data folder."""
    embedder = HashEmbedder()
    return make_app(Assistant(data, lambda: embedder), Settings(data=data, **settings))


def visitor(app: Any, address: str = STRANGER, **headers: str) -> TestClient:
    """Return a client of the application at `address`, whose requests carry `headers`; "_" stands for "-"."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return TestClient(
        app, base_url="http://hoitin.example", client=(address, 40000), headers=named,
        follow_redirects=False, raise_server_exceptions=False,
    )  # fmt: skip


def make_accounts(path: Path) -> Path:
    """Write an accounts file with a reader lan, an editor minh and an administrator thu, and return it."""
    for name, role in (("lan", "reader"), ("minh", "editor"), ("thu", "admin")):
        write_account(path, name, role, PASSWORD)  # type: ignore[arg-type]
    return path


def sign_in(client: TestClient, name: str, password: str = PASSWORD, **form: str) -> Any:
    """Post the sign-in form and return the response."""
    return client.post("/login", data={"name": name, "password": password, **form})
