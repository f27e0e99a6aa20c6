"""The questions in a reader's own words: what the benchmark asks is whole, halved by chance, and recognises its news."""

from __future__ import annotations

from collections import Counter

import pytest

from .benchmarks.own_words import OWN_WORDS, read_own_words, read_small_talk, title_hash


def rows() -> list[list[str]]:
    return [line.split("\t") for line in OWN_WORDS.read_text(encoding="utf-8").splitlines()[1:]]


def test_each_kind_of_question_is_halved_into_one_to_work_with_and_one_to_judge_by() -> None:
    split = Counter((kind, half) for _, kind, half, *_ in rows())
    assert split.total() == 120
    assert all(split[kind, "dev"] == split[kind, "held"] for kind, _ in split)


def test_an_answer_is_a_short_string_not_a_sentence_of_the_newspaper() -> None:
    answers = [answer for *_, answers in rows() for answer in answers.split(" | ")]
    assert max(len(answer.split()) for answer in answers) <= 12


def test_a_third_of_the_questions_are_typed_without_marks_or_with_half_of_them() -> None:
    def marked(question: str) -> float:
        words = question.split()
        return sum(not word.isascii() for word in words) / len(words)

    sloppy = sum(marked(row[3]) < 0.4 for row in rows())
    assert 36 <= sloppy <= 60


def test_other_news_than_was_asked_about_is_refused() -> None:
    with pytest.raises(ValueError, match="w001"):
        read_own_words(["Một bài khác"] * 4000)


def test_a_question_is_left_out_where_its_article_is_not_among_those_indexed() -> None:
    assert read_own_words([]) == []


def test_an_article_is_recognised_by_its_title() -> None:
    assert title_hash("Động đất 3 độ richter ở Thanh Hóa") == {row[4] for row in rows() if row[0] == "w010"}.pop().split(":")[1]


def test_half_of_the_small_talk_and_of_the_strangers_is_kept_to_judge_by() -> None:
    lines = read_small_talk()
    split = Counter((line.kind == "stranger", line.split) for line in lines)
    assert split == {(False, "dev"): 60, (False, "held"): 60, (True, "dev"): 20, (True, "held"): 20}
    assert len({line.text for line in lines}) == len(lines)
