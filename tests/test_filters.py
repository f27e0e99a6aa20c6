"""Filters set beside a question: days of publication, publisher, section."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from indexer import reindex
from retriever import Assistant, Filters

from .fake import HashEmbedder

QUESTION = "Hội nghị đo lường họp ở đâu?"


@pytest.fixture
def assistant(tmp_path: Path, news: Path) -> Assistant:
    """Return an assistant over the same news from three publishers, and one story without a date."""
    for publisher, section, day, place in (
        ("Báo Một", "Khoa học", "2024-06-05", "Huế"),
        ("Báo Hai", "Thời sự", "2024-07-05", "Vinh"),
        ("Báo Hai", "Khoa học", "2025-06-05", "Cà Mau"),
        ("Báo Ba", "Khoa học", "", "Lào Cai"),
    ):
        (news / f"{place}.md").write_text(
            f"---\ntitle: Hội nghị đo lường ở {place}\npublisher: {publisher}\nsection: {section}\ndate: {day}\n---\n"
            f"Hội nghị đo lường toàn quốc họp ở {place} với nhiều chuyên gia của {place}.\n",
            encoding="utf-8",
        )
    reindex(tmp_path / "data", [news], HashEmbedder())
    embedder = HashEmbedder()
    return Assistant(tmp_path / "data", lambda: embedder)


def _places(assistant: Assistant, filters: Filters) -> set[str]:
    answer = assistant.ask(QUESTION, filters=filters)
    return {citation.title.rpartition("ở ")[2] for citation in answer.citations}


@pytest.mark.parametrize(
    ("filters", "places"),
    [
        (Filters(), {"Huế", "Vinh", "Cà Mau", "Lào Cai"}),
        (Filters(publisher="Báo Hai"), {"Vinh", "Cà Mau"}),
        (Filters(section="Khoa học"), {"Huế", "Cà Mau", "Lào Cai"}),
        (Filters(publisher="Báo Hai", section="Khoa học"), {"Cà Mau"}),
        (Filters(first=date(2024, 6, 5), last=date(2024, 7, 4)), {"Huế"}),
        (Filters(first=date(2024, 7, 5)), {"Vinh", "Cà Mau"}),
        (Filters(last=date(2024, 7, 5)), {"Huế", "Vinh"}),
    ],
)
def test_an_answer_comes_only_from_what_the_filters_let_through(
    assistant: Assistant, filters: Filters, places: set[str]
) -> None:
    assert _places(assistant, filters) == places


def test_a_filter_that_leaves_nothing_names_the_nearest_outside_it(assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION, filters=Filters(publisher="Không có báo này"))
    assert not answer.found
    assert answer.nearest


def test_a_filter_and_the_questions_own_time_both_hold(assistant: Assistant) -> None:
    answer = assistant.ask("Hội nghị đo lường tháng 6 năm 2024 họp ở đâu?", filters=Filters(publisher="Báo Hai"))
    assert not answer.found


def test_the_index_names_its_publishers_and_sections(assistant: Assistant) -> None:
    passages = assistant.generation().passages
    assert passages.values("publisher") == {"Báo Hai": 2, "Báo Ba": 1, "Báo Một": 1}
    assert passages.values("section") == {"Khoa học": 3, "Thời sự": 1}
