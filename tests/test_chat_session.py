"""What the server keeps of a conversation, without a browser: nothing of a removed article, nothing without a bound."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer import reindex, withdraw, withdrawals
from retriever import Assistant
from webui.chat_words import word
from webui.messages import EN, VI

from .access import open_app, visitor
from .fake import HashEmbedder

STATION = "# Trạm Mường Phăng có trạm trưởng mới\n\nÔng Lò Văn Thử làm trạm trưởng trạm Mường Phăng từ ngày 5/6/2024.\n"
BRIDGE = "# Cầu Tử Đinh thông xe\n\nCầu treo Tử Đinh ở Hà Giang dài 96 mét, thông xe sáng thứ hai.\n"
WHO, HE, LENGTH = "Ai là trạm trưởng trạm Mường Phăng?", "ông ấy làm từ ngày nào?", "cầu treo Tử Đinh dài bao nhiêu mét"


class Tab:
    """One tab of the chat, spoken to as the browser does."""

    def __init__(self, app: Any, mount: str = "/chat") -> None:
        self._client = visitor(app)
        self._mount = mount
        config = self._client.get(f"{mount}/config").json()
        do = next(one["id"] for one in config["components"] if one["props"].get("elem_classes") == ["hoitin-do"])
        self._command = next(one["id"] for one in config["dependencies"] if [do, "click"] in one["targets"])

    def ask(self, question: str) -> list[str]:
        """Return all that the log shows after the question, as a reader sees it."""
        return self._log({"data": [question, "{}", None]}, "run/ask")

    def command(self, **wish: object) -> list[str]:
        """Return all that the log shows once the page's scripts have what they want; [] if it stays as it is."""
        text = json.dumps(wish, ensure_ascii=False)
        return self._log({"data": [text, None], "fn_index": self._command}, "run/predict")

    def _log(self, payload: dict[str, Any], event: str) -> list[str]:
        response = self._client.post(f"{self._mount}/gradio_api/{event}", json={**payload, "session_hash": "phien"})
        assert response.status_code == 200, response.text
        log = response.json()["data"][0]
        return [html.unescape(one["content"][0]["text"]) for one in log] if isinstance(log, list) else []


@pytest.fixture
def data(tmp_path: Path) -> Path:
    news = tmp_path / "news"
    news.mkdir()
    (news / "tram.md").write_text(STATION, encoding="utf-8")
    (news / "cau.md").write_text(BRIDGE, encoding="utf-8")
    assert not reindex(tmp_path / "data", [news], HashEmbedder()).failed
    return tmp_path / "data"


@pytest.fixture
def app(data: Path) -> Any:
    return open_app(data)


def station(data: Path) -> str:
    return Assistant(data, HashEmbedder).ask(WHO).citations[0].doc_id


@pytest.mark.parametrize(("mount", "messages"), [("/chat", VI), ("/en/chat", EN)])
def test_an_open_conversation_draws_no_removed_article_again(app: Any, data: Path, mount: str, messages: Any) -> None:
    tab = Tab(app, mount)
    assert "Lò Văn Thử" in tab.ask(WHO)[1]
    completed = tab.ask(HE)
    assert "Lò Văn Thử" in completed[3]
    assert "96 mét" in tab.ask(LENGTH)[5]
    withdraw(data, station(data), person="minh", reason="sai tên")
    log = tab.ask(LENGTH)
    assert len(log) == 8
    assert "Lò Văn Thử" not in "".join(log)
    assert "trạm trưởng mới" not in "".join(log)  # its headline
    assert [word(messages, "removed") in one for one in log[1::2]] == [True, True, False, False]
    assert "96 mét" in log[5]
    assert log[0] == WHO  # what the reader typed is the reader's
    assert withdrawals(data)


def test_a_follow_up_leans_on_no_removed_article(app: Any, data: Path) -> None:
    tab = Tab(app)
    tab.ask(WHO)
    withdraw(data, station(data), person="minh")
    assert "Thử" not in "".join(tab.ask(HE))


def test_an_answer_whose_question_was_completed_from_a_removed_article_goes_with_it(tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "tram.md").write_text(STATION, encoding="utf-8")
    (news / "sach.md").write_text("# Sách mới\n\nLò Văn Thử làm thơ từ năm 2001 và in tập thơ Suối Nậm.\n", encoding="utf-8")
    reindex(tmp_path / "data", [news], HashEmbedder())
    tab = Tab(open_app(tmp_path / "data"))
    tab.ask(WHO)
    assert "Lò Văn Thử" in tab.ask("ông ấy in tập thơ nào?")[3]
    withdraw(tmp_path / "data", station(tmp_path / "data"), person="minh")
    log = tab.ask("bão số 9 ở đâu")
    assert [word(VI, "removed") in one for one in log[1::2]] == [True, True, False]


def test_a_conversation_is_drawn_anew_from_what_was_asked_follow_ups_too(app: Any, data: Path) -> None:
    before = Tab(app)
    before.ask(WHO)
    before.ask(HE)
    whole = before.ask(LENGTH)
    asked = [{"question": one} for one in (WHO, HE, LENGTH)]
    assert Tab(open_app(data)).command(again=asked) == whole  # another process, which has never seen it
    again = Tab(open_app(data))
    again.command(again=asked[:1])
    assert again.ask(HE) == whole[:2] + Tab(open_app(data)).command(again=asked[:2])[2:]
    withdraw(data, station(data), person="minh")
    assert "Lò Văn Thử" not in "".join(Tab(open_app(data)).command(again=asked))


def test_a_conversation_drawn_anew_begins_at_one_whatever_was_there(app: Any) -> None:
    tab = Tab(app)
    tab.ask(LENGTH)
    log = tab.command(again=[{"question": WHO}, {"question": LENGTH}])
    assert [log[0], log[2]] == [WHO, LENGTH]
    assert 'id="hoi-1"' in log[1]


def test_the_last_question_is_asked_without_something_where_the_server_no_longer_knows_it(app: Any) -> None:
    question = f"{LENGTH} trong tháng 5 năm 2019"
    log = Tab(app).command(question=question, without="period")
    assert log[0] == question
    assert "tháng 5" not in log[1].partition("hoitin-none")[0].partition("hoitin-card")[0]


@pytest.mark.parametrize("wish", [{"again": "x"}, {"again": []}, {"again": None}, {"again": {"question": LENGTH}}])
def test_what_is_no_conversation_changes_nothing(app: Any, wish: dict[str, Any]) -> None:
    tab = Tab(app)
    tab.ask(LENGTH)
    assert tab.command(**wish) == []
    assert len(tab.ask(WHO)) == 4


def test_a_question_that_makes_no_sense_spoils_no_other(app: Any) -> None:
    log = Tab(app).command(again=[{"question": 5}, {"question": LENGTH, "from": "hôm qua"}, None, {"question": LENGTH}])
    assert ["hoitin-problem" in one for one in log[1::2]] == [True, True, True, False]
    assert "96 mét" in log[7]


def test_only_so_many_questions_are_asked_again_at_once(app: Any) -> None:
    assert len(Tab(app).command(again=[{"question": "bão"}] * 11)) == 20


def test_of_a_long_conversation_the_last_thirty_answers_are_kept(app: Any) -> None:
    tab = Tab(app)
    for number in range(32):
        log = tab.ask(f"cầu số {number}")
    assert len(log) == 60
    assert log[0] == "cầu số 2"


# --- links to a question --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/chat/?q=ai+%C4%91%C3%B3&from=2023-11-01", "./#q=ai+%C4%91%C3%B3&from=2023-11-01"),
        ("/en/chat/?__theme=dark&q=x%23y&alone=1", "./?__theme=dark#q=x%23y&alone=1"),
        ("/chat?q=x", "chat#q=x"),
        ("/t/abc.def-g/chat/?q=x&publisher=B%C3%A1o", "./#q=x&publisher=B%C3%A1o"),
    ],
)
def test_an_old_link_leads_on_to_where_its_question_is_private(app: Any, old: str, new: str) -> None:
    response = visitor(app).get(old)
    assert (response.status_code, response.headers["location"]) == (302, new)
    assert response.headers["cache-control"] == "no-store"
    assert response.text == ""


@pytest.mark.parametrize("address", ["/chat/", "/chat/?__theme=dark", "/chat/?from=2023-11-01", "/statement?q=x"])
def test_no_other_address_is_led_anywhere(app: Any, address: str) -> None:
    assert visitor(app).get(address).status_code != 302


def test_the_way_to_the_sign_in_page_names_no_question(data: Path, tmp_path: Path) -> None:
    from .access import make_accounts

    client: TestClient = visitor(open_app(data, accounts=make_accounts(tmp_path / "accounts.json")), Accept="text/html")
    assert client.get("/chat/?q=khi%E1%BA%BFu").headers["location"] == "./#q=khi%E1%BA%BFu"
    assert client.get("/chat/").headers["location"] == "/login?next=%2Fchat%2F"
