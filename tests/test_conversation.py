"""What surrounds an answer, without a browser: filters, ways to ask again, the file to keep, a reader's word on it."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import docx
import lxml.html
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from starlette.testclient import TestClient

from docs_store import UsageError
from indexer import reindex
from retriever import Assistant, Filters, Turn
from webui import feedback as store
from webui.asking import Asked, asked_query, read_asked, read_filters
from webui.cards import answer_html
from webui.chat_words import _SCRIPT_WORDS, _WORDS
from webui.cli import main
from webui.exporting import Conversation, ask_again, to_docx, to_markdown
from webui.feedback import Feedback, add_feedback, read_feedback
from webui.filtering import filters_html
from webui.messages import EN, VI
from webui.offers import offer_text, without
from webui.page import respond
from webui.server import make_app
from webui.settings import Settings

from . import hostile
from .fake import HashEmbedder

TECHFEST = "Techfest có bao nhiêu gian hàng?"
IN_2023 = "Techfest có bao nhiêu gian hàng trong tháng 11 năm 2023?"


@pytest.fixture(scope="module")
def client(sample_data: Path, sample_assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a client over the sample news; what it keeps goes to a folder of its own, `client.data`."""
    data = tmp_path_factory.mktemp("kept")
    client = TestClient(make_app(sample_assistant, Settings(data=data)), base_url="http://hoitin.example")
    client.data = data  # type: ignore[attr-defined]
    with client:
        yield client


# --- asking ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        Asked("Ai? & <b>"),
        Asked("x", Filters(date(2024, 6, 1), None, "Báo \"A\" & B", "Khoa học")),
        Asked("x", Filters(None, date(2024, 6, 1)), any_time=True, as_typed=True, alone=True),
    ],
)  # fmt: skip
def test_an_address_says_all_that_was_asked(asked: Asked) -> None:
    from urllib.parse import parse_qsl

    values = dict(parse_qsl(asked_query(asked, asked.question)))
    assert read_asked(json.dumps(values | {"question": values.pop("q")})) == asked


@pytest.mark.parametrize(
    "filters",
    [
        {"from": "01/06/2024"}, {"from": "2024-13-01"}, {"to": "hôm qua"}, {"from": 20240601}, {"from": "20240601"},
        {"from": ["2024-06-01"]}, {"publisher": 5}, {"section": {"path": "/etc/passwd"}}, {"publisher": "x" * 301},
        {"from": "2024-06-02", "to": "2024-06-01"},
    ],
)  # fmt: skip
def test_filters_that_make_no_sense_get_one_sentence(client: TestClient, filters: dict[str, Any]) -> None:
    response = client.post("/api/ask", json={"question": TECHFEST, "filters": filters})
    assert response.status_code == 422
    assert list(response.json()) == ["error"]
    assert "passwd" not in response.text
    with pytest.raises(UsageError):
        read_filters(filters)


def test_the_api_holds_an_answer_to_its_filters_and_says_so(client: TestClient) -> None:
    filters = {"from": "2023-11-01", "to": "2023-11-30", "publisher": "Báo mẫu", "section": ""}
    answer = client.post("/api/ask", json={"question": TECHFEST, "filters": filters}).json()
    assert answer["understood"]["filters"] == filters
    assert {citation["publisher"] for citation in answer["citations"]} == {"Báo mẫu"}
    assert all("2023-11-01" <= citation["published"] <= "2023-11-30" for citation in answer["citations"])
    free = client.post("/api/ask", json={"question": TECHFEST}).json()
    assert free["understood"]["filters"] == {"from": None, "to": None, "publisher": "", "section": ""}


def test_half_a_character_in_a_filter_is_refused(client: TestClient) -> None:
    body = b'{"question": "techfest 2024", "filters": {"publisher": "\\ud800"}}'
    assert client.post("/api/ask", content=body, headers={"Content-Type": "application/json"}).status_code == 422


def test_a_slip_is_left_as_typed_where_that_is_asked_for(client: TestClient) -> None:
    question = "techfest 2024 ddosn bao nhieu khach"
    corrected = client.post("/api/ask", json={"question": question}).json()["understood"]["corrections"]
    assert corrected == [{"typed": "ddosn", "meant": "don"}]
    left = client.post("/api/ask", json={"question": question, "as_typed": True}).json()
    assert left["understood"]["corrections"] == []


@pytest.mark.parametrize("text", ["", "null", "[]", "5", '{"question": 5}', '{"q": "x"}', '{"question": "' + "x" * 1001 + '"}'])
def test_a_command_that_is_no_question_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_asked(text)


def test_each_thing_an_answer_was_held_to_can_be_taken_off_alone() -> None:
    asked = Asked("x", Filters(date(2024, 1, 1), date(2024, 2, 1), "A", "B"))
    assert asked.without("days").filters == Filters(publisher="A", section="B")
    assert asked.without("publisher").filters == replace(asked.filters, publisher="")
    assert asked.without("section period") == replace(asked, filters=replace(asked.filters, section=""), any_time=True)
    assert asked.without("filters").filters == Filters()
    assert asked.without("spelling").without("typing") == asked
    assert asked.without("turns").alone
    assert asked.without("__class__ <b>") == asked


# --- no answer ------------------------------------------------------------------------------


def test_words_and_names_that_no_article_has_are_named_as_they_were_typed(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("Giá vé xem xiếc ở Reykjavik của nghệ sĩ Hồ Xuân Mai?")
    assert not answer.found
    assert answer.unknown == ("xiếc", "Reykjavik", "Hồ Xuân Mai")
    assert "Reykjavik" in answer_html(answer, VI)
    assert sample_assistant.ask(TECHFEST).unknown == ()


def test_where_a_filter_hides_the_answer_the_offer_without_it_says_how_many_there_are(sample_assistant: Assistant) -> None:
    asked = Asked(IN_2023, Filters(publisher="Bộ Y tế"))
    answer = asked.answer(sample_assistant, offering=True)
    assert not answer.found
    (offer,) = answer.offers
    again = asked.without(without(offer)).answer(sample_assistant)
    assert (offer.name, offer.count) == ("filters", len(again.citations))
    assert again.found
    html = respond(sample_assistant, asked, VI, "", [], 1).html
    button = lxml.html.fromstring(html).xpath('//ul[@class="hoitin-offers"]//button')[0]
    assert (button.get("value"), button.text_content()) == ("filters", offer_text(offer, VI))


def test_an_answer_that_is_there_or_nowhere_offers_nothing(sample_assistant: Assistant) -> None:
    for question in (TECHFEST, "Giá vé xem xiếc ở Reykjavik?"):
        assert Asked(question).answer(sample_assistant, offering=True).offers == ()


# --- what was understood --------------------------------------------------------------------


def test_only_the_last_answer_has_buttons_and_the_settled_one_says_the_same(sample_assistant: Assistant) -> None:
    asked = Asked(IN_2023, Filters(publisher="Báo mẫu"))
    reply = respond(sample_assistant, asked, VI, "", [], 3)
    live, settled = (lxml.html.fromstring(html) for html in (reply.html, reply.settled))
    assert [button.get("value") for button in live.xpath('//ul[@class="hoitin-understood"]//button')] == ["period", "publisher"]
    assert settled.xpath('//ul[@class="hoitin-understood"]//button') == []
    texts = [" ".join(item.text_content().split()) for item in settled.xpath('//ul[@class="hoitin-understood"]/li')]
    assert texts == ["từ 01/11/2023 đến 30/11/2023", "nguồn: Báo mẫu"]
    assert live.get("id") == settled.get("id") == "hoi-3"


def test_a_follow_up_may_be_asked_exactly_as_typed(sample_assistant: Assistant) -> None:
    turns = [Turn("Techfest Việt Nam 2024 đón bao nhiêu lượt khách?")]
    asked = Asked("con nam 2023 thi sao")
    reply = respond(sample_assistant, asked, VI, "", turns, 2)
    button = lxml.html.fromstring(reply.html).xpath('//button[@value="turns"]')[0]
    assert button.text_content() == "Hỏi đúng như tôi gõ"
    assert asked.without("turns").answer(sample_assistant, turns).understood.question == asked.question


def test_how_well_a_passage_matches_is_said_in_words(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("Techfest Việt Nam 2024 đón bao nhiêu lượt khách?")
    for confidence, said in ((0.95, "rất khớp"), (0.6, "khớp"), (0.2, "có thể liên quan")):
        citation = replace(answer.citations[0], confidence=confidence)
        tree = lxml.html.fromstring(answer_html(replace(answer, citations=(citation,)), VI))
        assert tree.find_class("hoitin-match")[0].text_content() == said
    assert answer.citations[0].confidence == answer.confidence


def test_a_document_number_stands_on_its_card(tmp_path: Path, news: Path) -> None:
    text = "BỘ KHOA HỌC VÀ CÔNG NGHỆ\nSố: 12/2024/TT-BKHCN\n\nThông tư\n\nPhí thẩm định mẫu phương tiện đo là 3,2 triệu đồng."
    (news / "thong-tu.txt").write_text(text, encoding="utf-8")
    embedder = HashEmbedder()
    reindex(tmp_path / "data", [news], embedder)
    answer = Assistant(tmp_path / "data", lambda: embedder).ask("Phí thẩm định mẫu phương tiện đo là bao nhiêu?")
    assert answer.citations[0].document_number == "12/2024/TT-BKHCN"
    assert "12/2024/TT-BKHCN" in lxml.html.fromstring(answer_html(answer, VI)).find_class("hoitin-meta")[0].text_content()


# --- filters --------------------------------------------------------------------------------


def test_the_choices_are_those_of_the_news_with_their_counts(sample_assistant: Assistant) -> None:
    tree = lxml.html.fromstring(filters_html(sample_assistant.generation(), VI))
    values = sample_assistant.generation().passages.values("publisher")
    options = {option.get("value"): option.text_content() for option in tree.xpath('//select[@name="publisher"]/option')}
    assert options == {"": "Tất cả"} | {name: f"{name} ({count})" for name, count in values.items()}
    assert all(control.getparent().tag == "label" for control in tree.find_class("hoitin-filter"))


def test_a_hostile_publisher_is_only_a_choice(tmp_path: Path, news: Path) -> None:
    hostile.write_hostile_news(news)
    embedder = HashEmbedder()
    reindex(tmp_path / "data", [news], embedder)
    generation = Assistant(tmp_path / "data", lambda: embedder).generation()
    tree = lxml.html.fromstring(filters_html(generation, VI))
    assert any("<form" in option.get("value") for option in tree.xpath("//option"))
    own = {"details", "summary", "span", "div", "label", "input", "select", "option", "button"}
    assert {element.tag for element in tree.iter()} == own


# --- the conversation as a file -------------------------------------------------------------


def export(client: TestClient, kind: str, *turns: dict[str, Any], lang: str = "vi") -> Any:
    return client.post("/api/export", json={"format": kind, "lang": lang, "turns": list(turns)})


def test_a_conversation_is_kept_in_word_with_every_passage_and_its_source(
    client: TestClient, sample_assistant: Assistant
) -> None:
    first = "Techfest Việt Nam 2024 đón bao nhiêu lượt khách?"
    response = export(client, "docx", {"question": first}, {"question": "con nam 2023 thi sao"})
    assert response.status_code == 200
    assert response.headers["content-disposition"] == f'attachment; filename="hoi-tin-{date.today()}.docx"'
    document = docx.Document(io.BytesIO(response.content))
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert headings == [first, "con nam 2023 thi sao"]
    text = "\n".join(one.text for one in document.paragraphs)
    assert "Hiểu là: Techfest Việt Nam 2023 đón bao nhiêu lượt khách?" in text
    citation = sample_assistant.ask(first).citations[0]
    quoted = next(one for one in document.paragraphs if one.text.startswith("[1] "))
    assert quoted.text == f"[1] {citation.passage}"
    assert [run.text for run in quoted.runs if run.bold] == [citation.quote]
    assert f"{citation.publisher}, “{citation.title}”, {VI.date(citation.published)}" in text
    links = [link.address for one in document.paragraphs for link in one.hyperlinks]
    assert links[0] == citation.url
    assert links[1].startswith(f"http://hoitin.example/source/{citation.doc_id}?page=1&start=")


def test_a_conversation_is_kept_in_markdown_where_hostile_text_is_only_text(tmp_path: Path, news: Path) -> None:
    hostile.write_hostile_news(news)
    embedder = HashEmbedder()
    reindex(tmp_path / "data", [news], embedder)
    assistant = Assistant(tmp_path / "data", lambda: embedder)
    answers = ask_again(assistant, [Asked(hostile.BODY_QUESTION), Asked("Vườn thuốc Mộc Hương rộng bao nhiêu ha?")])
    conversation = Conversation(list(answers), EN, "", date.today())
    passages = [citation.passage for _, answer in conversation.asked for citation in answer.citations]
    assert any(hostile.SCRIPT in passage for passage in passages)
    shown = lxml.html.fragment_fromstring(MarkdownIt("commonmark").render(to_markdown(conversation)), create_parent="div")
    assert {one.tag for one in shown.iter()} == {"div", "h1", "h2", "p", "em", "strong", "blockquote", "a"}
    assert not [link for link in shown.iter("a") if "evil" in link.get("href")]
    quotes = [" ".join(one.text_content().split()) for one in shown.iter("blockquote")]
    assert quotes == [" ".join(f"[{one.number}] {one.passage}".split()) for _, a in conversation.asked for one in a.citations]
    paragraphs = docx.Document(io.BytesIO(to_docx(conversation))).paragraphs
    assert [one.text.split("] ", 1)[1] for one in paragraphs if one.style.name == "Quote"] == passages


@pytest.mark.parametrize(
    "body",
    [
        {"format": "docx", "turns": []}, {"format": "exe", "turns": [{"question": "x"}]}, {"turns": [{"question": "x"}]},
        {"format": "docx", "turns": [{"question": "x"}] * 31}, {"format": "docx", "turns": [{"question": "<b>" * 400}]},
        {"format": "docx", "turns": [{"question": "x", "filters": {"from": "<b>"}}]}, {"format": "markdown", "turns": "x"},
        {"format": "docx", "turns": [{"question": "…"}]},
    ],
)  # fmt: skip
def test_what_cannot_be_exported_gets_one_sentence(client: TestClient, body: dict[str, Any]) -> None:
    response = client.post("/api/export", json=body)
    assert response.status_code == 422
    assert list(response.json()) == ["error"]
    assert "<b>" not in response.text


def test_a_question_without_an_answer_is_kept_too(client: TestClient) -> None:
    text = export(client, "markdown", {"question": "Giá vé xem xiếc ở Reykjavik?"}, lang="en").text
    assert "## Giá vé xem xiếc ở Reykjavik?" in text
    assert EN.not_found in text


# --- feedback -------------------------------------------------------------------------------


def test_a_readers_word_is_kept_with_the_answer_and_nothing_of_the_reader(
    client: TestClient, sample_assistant: Assistant
) -> None:
    body = {
        "question": TECHFEST, "filters": {"from": "2023-11-01"}, "helpful": False, "reason": "old",
        "comment": "Có tin mới\n<b>", "name": "Lan", "session": "s1",
    }  # fmt: skip
    response = client.post("/api/feedback", json=body, headers={"X-Forwarded-For": "10.1.2.3", "Cookie": "id=7"})
    assert response.json() == {"kept": True}
    said = read_feedback(client.data)[0]  # type: ignore[attr-defined]
    answer = sample_assistant.ask(TECHFEST, filters=Filters(first=date(2023, 11, 1)))
    assert said == Feedback(
        said.time, TECHFEST, False, "old", "Có tin mới\n<b>", "from=2023-11-01", answer.found, answer.confidence,
        answer.generation, tuple(citation.doc_id for citation in answer.citations),
    )  # fmt: skip
    raw = (client.data / "feedback.jsonl").read_text(encoding="utf-8")  # type: ignore[attr-defined]
    for private in ("10.1.2.3", "Lan", "s1", "id=7", "testclient"):
        assert private not in raw


@pytest.mark.parametrize(
    "more",
    [
        {"reason": "rude"}, {"comment": "x" * 501}, {"helpful": None}, {"question": ""}, {"filters": {"to": "x"}},
        {"comment": {"path": "/"}},
    ],
)  # fmt: skip
def test_feedback_of_another_shape_is_refused_and_not_kept(client: TestClient, more: dict[str, Any]) -> None:
    before = read_feedback(client.data)  # type: ignore[attr-defined]
    response = client.post("/api/feedback", json={"question": TECHFEST, "helpful": True} | more)
    assert response.status_code == 422
    assert list(response.json()) == ["error"]
    assert read_feedback(client.data) == before  # type: ignore[attr-defined]


def test_feedback_is_kept_where_nothing_is_indexed(tmp_path: Path) -> None:
    client = TestClient(make_app(Assistant(tmp_path, HashEmbedder), Settings(data=tmp_path)))
    assert client.post("/api/feedback", json={"question": "Ai?", "helpful": True}).status_code == 200
    assert [one.question for one in read_feedback(tmp_path)] == ["Ai?"]


def test_feedback_never_outgrows_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_FILE", 1000)
    for number in range(40):
        add_feedback(tmp_path, Feedback("t", f"câu hỏi {number}", True))
    sizes = {path.name: path.stat().st_size for path in tmp_path.glob("*.jsonl")}
    assert sizes.keys() == {"feedback.jsonl", "feedback.1.jsonl"}
    assert max(sizes.values()) <= 1000
    kept = [one.question for one in read_feedback(tmp_path)]
    assert kept == [f"câu hỏi {number}" for number in range(39, 39 - len(kept), -1)]


def test_words_of_many_readers_at_once_stay_whole_lines(tmp_path: Path) -> None:
    def say(reader: int) -> None:
        for number in range(25):
            add_feedback(tmp_path, Feedback("t", f"{reader}-{number}", True, comment="ý kiến " * 60))

    readers = [threading.Thread(target=say, args=[reader]) for reader in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert {one.question for one in read_feedback(tmp_path)} == {f"{r}-{n}" for r in range(8) for n in range(25)}


def test_a_line_cut_short_hides_no_other(tmp_path: Path) -> None:
    add_feedback(tmp_path, Feedback("t", "một", True))
    with (tmp_path / "feedback.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"time": "t", "quest\n[1]\n{"time": "t"}\n')
    add_feedback(tmp_path, Feedback("t", "hai", False, "wrong"))
    assert [one.question for one in read_feedback(tmp_path)] == ["hai", "một"]


def test_the_editor_reads_feedback_newest_first(tmp_path: Path) -> None:
    said = [Feedback("t1", "Ai?", True), Feedback("t2", "Khi nào?", False, "old", "đã \x1b[31mđổi", documents=("bai-1",))]
    for one in said:
        add_feedback(tmp_path, one)
    printed = CliRunner().invoke(main, ["feedback", "--data", str(tmp_path)])
    assert printed.exit_code == 0
    assert printed.output.index("Khi nào?") < printed.output.index("Ai?")
    assert "bai-1" in printed.output
    assert "\x1b[31m" not in printed.output
    listed = json.loads(CliRunner().invoke(main, ["feedback", "--json", "--data", str(tmp_path)]).output)
    assert listed == [asdict(one) | {"documents": list(one.documents)} for one in reversed(said)]
    assert "0 ý kiến" in CliRunner().invoke(main, ["feedback", "--data", str(tmp_path / "không")]).output


# --- words ----------------------------------------------------------------------------------


def test_every_word_is_there_in_both_languages() -> None:
    for name, (vietnamese, english) in (_WORDS | _SCRIPT_WORDS).items():
        assert vietnamese.strip(), name
        assert english.strip(), name
        assert vietnamese != english or name == "all", name
        assert vietnamese.count("{") == english.count("{"), name
