"""The reading day, on the sample news: right article, right sentence, and no answer where there is none."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from statistics import mean

import pytest

from docs_store import UsageError
from docs_store.vietnamese import fold
from retriever import MAX_QUESTION, Asks, Assistant, Citation, understand
from retriever.evaluate import QuestionSet, Searcher, evaluate, evaluate_search, ndcg_at_k

from .conftest import SAMPLES, SampleQuestion, sample_questions

ANSWERABLE = [question for question in sample_questions() if question.file]
UNANSWERABLE = [question for question in sample_questions() if not question.file]


def _file(assistant: Assistant, citation: Citation) -> str:
    return assistant.generation().passages.sources()[citation.doc_id].rpartition("/")[2]


def test_the_samples_are_a_real_question_set() -> None:
    assert len(ANSWERABLE) >= 60
    assert len(UNANSWERABLE) >= 10
    assert len({question.file for question in ANSWERABLE}) >= 40


def test_the_right_article_comes_first_for_most_sample_questions(sample_assistant: Assistant) -> None:
    first = []
    for question in ANSWERABLE:
        answer = sample_assistant.ask(question.question)
        citations = answer.citations or answer.nearest
        first.append(bool(citations) and _file(sample_assistant, citations[0]) == question.file)
    missed = [question.id for question, good in zip(ANSWERABLE, first, strict=True) if not good]
    assert mean(first) >= 0.9, missed


def test_the_cited_passage_holds_the_expected_words(sample_assistant: Assistant) -> None:
    held = []
    for question in ANSWERABLE:
        answer = sample_assistant.ask(question.question)
        right = [c for c in answer.citations if _file(sample_assistant, c) == question.file]
        held.append(any(question.contains in citation.passage for citation in right if question.contains))
    assert mean(held) >= 0.85


def test_the_highlighted_sentence_mostly_holds_the_answer(sample_assistant: Assistant) -> None:
    held: list[bool] = []
    for question in ANSWERABLE:
        for citation in sample_assistant.ask(question.question).citations[:1]:
            if question.contains and question.contains in citation.passage:
                held.append(question.contains in citation.quote)
    assert mean(held) >= 0.75, f"{Counter(held)}"


@pytest.mark.parametrize("question", [q for q in ANSWERABLE if q.page], ids=lambda q: q.id)
def test_a_pdf_citation_names_the_true_page(sample_assistant: Assistant, question: SampleQuestion) -> None:
    answer = sample_assistant.ask(question.question)
    right = [c for c in answer.citations if _file(sample_assistant, c) == question.file]
    assert right, "the PDF is not cited at all"
    holding = [c for c in right if question.contains and question.contains in c.passage]
    assert all(c.paged and c.page + 1 == question.page for c in holding)


def test_most_unanswerable_questions_get_no_answer(sample_assistant: Assistant) -> None:
    answered = [question.id for question in UNANSWERABLE if sample_assistant.ask(question.question).found]
    # Near misses all: the right event in another year, the right words about another place.
    assert len(answered) <= len(UNANSWERABLE) // 2, answered


def test_most_answerable_questions_get_an_answer(sample_assistant: Assistant) -> None:
    silent = [question.id for question in ANSWERABLE if not sample_assistant.ask(question.question).found]
    assert len(silent) <= len(ANSWERABLE) // 10, silent


def test_no_invented_answer_for_what_the_news_does_not_say(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("Đội tuyển nào vô địch World Cup bóng đá nữ?")
    assert not answer.found
    assert answer.citations == ()
    assert answer.documents >= 40


def test_removing_the_marks_from_a_question_changes_little(sample_assistant: Assistant) -> None:
    same = []
    for question in ANSWERABLE:
        accented = sample_assistant.ask(question.question).citations
        plain = sample_assistant.ask(fold(question.question)).citations
        # Marks make one surer of the same answer.
        same.append(bool(plain and accented) and replace(plain[0], confidence=0) == replace(accented[0], confidence=0))
    assert mean(same) >= 0.85


def test_fusion_is_no_worse_than_bm25_alone_on_the_samples(sample_assistant: Assistant) -> None:
    generation = sample_assistant.generation()
    names = {Path(source).name: doc_id for doc_id, source in generation.passages.sources().items()}
    queries = {question.id: question.question for question in ANSWERABLE}
    qrels = {question.id: {names[question.file]: 1} for question in ANSWERABLE if question.file}
    searcher = Searcher(generation, sample_assistant._model(), SAMPLES)
    measures = evaluate_search(searcher, QuestionSet("samples", queries, qrels))
    assert measures["fused"]["ndcg@10"] >= measures["lexical"]["ndcg@10"] - 0.002
    assert measures["fused"]["ndcg@10"] >= 0.9


def test_citations_come_from_distinct_articles_first(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("Techfest Việt Nam đổi mới sáng tạo")
    assert 2 <= len(answer.citations) <= 5
    documents = [citation.doc_id for citation in answer.citations]
    distinct = len(set(documents))
    assert len(set(documents[:distinct])) == distinct
    assert [citation.number for citation in answer.citations] == list(range(1, len(documents) + 1))


def test_passage_and_quote_are_byte_for_byte_the_source(sample_assistant: Assistant) -> None:
    for question in ANSWERABLE[::5]:
        for citation in sample_assistant.ask(question.question).citations:
            document = sample_assistant.generation().passages.document(citation.doc_id)
            assert document is not None
            assert document.pages[citation.page][citation.start : citation.end] == citation.passage
            assert citation.passage[citation.quote_start :].startswith(citation.quote)
            assert citation.quote


def test_the_same_question_gets_the_same_answer(sample_assistant: Assistant) -> None:
    assert sample_assistant.ask("IEC là gì?") == sample_assistant.ask("IEC là gì?")


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Ai là Tổng Thư ký IEC?", Asks.PERSON),
        ("thu truong nao tiep Tong Thu ky IEC", Asks.PERSON),
        ("IEC làm việc với Bộ KH&CN ngày nào?", Asks.TIME),
        ("Bao nhiêu doanh nghiệp tham gia?", Asks.NUMBER),
        ("Hội nghị tổ chức ở đâu?", Asks.PLACE),
        ("AI tác động thế nào đến báo chí?", Asks.MANNER),
        ("Luật này quy định gì?", Asks.ANYTHING),
    ],
)
def test_a_question_tells_what_kind_of_answer_it_wants(text: str, asks: Asks) -> None:
    assert understand(text).asks is asks


def test_question_words_are_no_terms_but_the_acronym_ai_is() -> None:
    assert "ai" not in understand("Ai là Tổng Thư ký IEC?").terms
    assert "ai" in understand("Chiến lược AI quốc gia là gì?").terms
    assert understand("Chiến lược AI quốc gia là gì?").pairs == ("chien_luoc", "luoc_ai", "ai_quoc", "quoc_gia")


def test_a_question_of_question_words_alone_is_still_a_question() -> None:
    assert understand("ai?").terms == ("ai",)


@pytest.mark.parametrize("text", ["", "   ", "?!…", "\u200b\u202e"])
def test_an_empty_question_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        understand(text)


def test_a_question_of_the_greatest_length_is_accepted_and_a_longer_one_refused(sample_assistant: Assistant) -> None:
    sample_assistant.ask(("Bộ " * 400)[:MAX_QUESTION])
    with pytest.raises(UsageError):
        sample_assistant.ask("a" * (MAX_QUESTION + 1))


def test_control_and_bidi_characters_in_a_question_are_dropped() -> None:
    assert understand("Bộ\u202e Khoa\x00 học\u200b").text == "Bộ Khoa học"


def test_ndcg_is_that_of_the_paper() -> None:
    assert ndcg_at_k(["a", "b"], {"a": 1}) == 1
    assert ndcg_at_k(["b", "a"], {"a": 1}) == pytest.approx(0.6309, abs=1e-4)
    assert ndcg_at_k(["x"] * 10 + ["a"], {"a": 1}) == 0
    assert ndcg_at_k(["b", "a"], {"a": 2, "b": 1}) == pytest.approx((1 + 2 * 0.63093) / (2 + 0.63093), abs=1e-4)


def test_the_measures_of_a_perfect_and_a_blind_ranking() -> None:
    question_set = QuestionSet("t", {"q": "hỏi", "r": "đáp"}, {"q": {"a": 1}, "r": {"b": 1}})
    perfect = evaluate(lambda text: ["a"] if text == "hỏi" else ["b"], question_set)
    assert (perfect["ndcg@10"], perfect["hit@1"], perfect["recall@10"], perfect["mrr"]) == (1, 1, 1, 1)
    blind = evaluate(lambda text: [], question_set)
    assert (blind["ndcg@10"], blind["hit@1"], blind["recall@10"], blind["mrr"]) == (0, 0, 0, 0)
