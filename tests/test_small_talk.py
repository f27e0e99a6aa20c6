"""What is said to whoever answers, and not asked of the news."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer import reindex
from retriever import AnswerSettings, Assistant, Calibration
from retriever.confidence import FEATURES
from retriever.small_talk import is_small_talk
from webui.cards import answer_html
from webui.cli import main
from webui.messages import VI

from .fake import HashEmbedder


@pytest.mark.parametrize(
    "said",
    [
        "xin chào ad", "CHÀO ANH CHỊ", "cam on nhe", "alo alo", "bạn tên gì vậy", "ban bao nhieu tuoi", "ok bye",
        "12 + 30 bằng mấy?",
        "viết giúp mình bài thơ về mẹ", "ke chuyen cuoi cho vui", "test 123", "a",
    ],
)  # fmt: skip
def test_greetings_thanks_sums_and_wishes_are_small_talk(said: str) -> None:
    assert is_small_talk(said)


@pytest.mark.parametrize(
    "asked",
    [
        "Việt Nam có bao nhiêu dân", "viet nam co may tinh", "ai là bộ trưởng", "giá xăng hôm nay",
        "Chào bán cổ phiếu khi nào?", "2025", "Dịch giả truyện Kiều là ai?",
        "thư viện mở cửa mấy giờ", "Thông tư 12 nói gì", "bão số 3 vào đâu",
    ],
)  # fmt: skip
def test_what_names_a_matter_is_a_question(asked: str) -> None:
    assert not is_small_talk(asked)


def test_small_talk_gets_no_card_though_the_news_has_its_words(tmp_path: Path, news: Path) -> None:
    (news / "a.txt").write_text("Chào bạn đọc\n\nXin chào bạn đọc, cảm ơn bạn đã gửi thư cho tòa soạn.\n", encoding="utf-8")
    reindex(tmp_path / "data", [news], HashEmbedder())
    sure = Calibration((9.0, *[0.0] * (len(FEATURES) - 1)), -1.0, 0.2)
    assistant = Assistant(tmp_path / "data", HashEmbedder, AnswerSettings(calibration=sure))
    answer = assistant.ask("xin chào bạn")
    assert not answer.found
    assert answer.citations == answer.nearest == ()
    assert "trích nguyên văn" in answer_html(answer, VI)
    assert assistant.ask("bạn đọc gửi thư cho tòa soạn").found


def test_the_command_tells_what_can_be_asked(sample_data: Path) -> None:
    said = CliRunner().invoke(main, ["ask", "chào bạn", "--data", str(sample_data)])
    assert "trích nguyên văn" in said.output
    assert "gần nhất" not in said.output
