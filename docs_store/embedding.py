"""Embedding models: text in, unit vectors out. Any sentence-transformers model will do.

`load_embedder()` gives the encoder that ships in `encoder/weights` ("e5"), "static" the small model
in `default_model/weights`; a hub name or a local folder gives that model. torch and
sentence-transformers are imported only for models that need them: a folder that holds nothing
but a static embedding is read with numpy and tokenizers, one of the encoder's form with
onnxruntime and tokenizers, which gives the same vectors and starts 20 times faster.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .errors import ModelError, ModelMismatchError, first_line
from .inference import open_session, side_by_side, usable_cores
from .records import ModelCard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

DEFAULT_MODEL = "default"
STATIC_MODEL, ENCODER = "static", "e5"
_DEFAULT = ENCODER  # what "default" means
_DEFAULT_ONCE = STATIC_MODEL  # what it meant when indexes were made whose manifest says "default"
_STATIC_WEIGHTS = Path(__file__).parent / "default_model" / "weights"
ENCODER_WEIGHTS = Path(__file__).parent / "encoder" / "weights"
_BATCH = 512


# Of a folder in the encoder's form: all that its vectors, and what is made of their cosines, depend on.
_ONNX_FILES = (
    "onnx/model.onnx",
    "tokenizer.json",
    "config_sentence_transformers.json",
    "sentence_onnx_config.json",
    "hoitin.json",
)


class Embedder(Protocol):
    """A model that places questions and passages in one space.

    reads_marks: whether a question without its diacritics is another question to it.
    """

    card: ModelCard
    reads_marks: bool

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return float32 unit vectors, shape (len(texts), card.dimension)."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 unit vectors, shape (len(texts), card.dimension)."""
        ...


def model_name(name: str) -> str:
    """Return the name under which a model goes in an index: "default" has one too."""
    return _DEFAULT if name == DEFAULT_MODEL else name


def ships(name: str) -> bool:
    """Tell whether the model called `name` comes with hoitin, here or as a manifest names it."""
    return name in (DEFAULT_MODEL, STATIC_MODEL, ENCODER)


def made_by(card: ModelCard) -> str:
    """Return the name, as `model_name` gives it, of the model that made an index."""
    return _DEFAULT_ONCE if card.name == DEFAULT_MODEL else card.name


def shipped_model(card: ModelCard) -> Embedder | None:
    """Return the model of this card if it comes with hoitin, loaded once; None if it does not. Raises ModelError."""
    if not ships(card.name):
        return None
    model = load_embedder(made_by(card))
    return model if model.card.fingerprint == card.fingerprint else None


def is_quick(embedder: Embedder) -> bool:
    """Tell whether a vector is as soon computed as kept: a mean of rows, thousands of passages a second."""
    return isinstance(embedder, StaticEmbedder)


def mismatch(made_with: ModelCard, card: ModelCard) -> ModelMismatchError:
    """Return what to raise where an index was made with another model than the one that is set."""
    return ModelMismatchError(
        f"Chỉ mục được lập bằng mô hình {made_with.name!r}, không phải {card.name!r}"
        f" | The index was made with model {made_with.name!r}, not {card.name!r}",
        "hoitin index --rebuild",
    )


_shipped: dict[str, Embedder] = {}
_loading = threading.Lock()


def _load_shipped(name: str) -> Embedder:
    """Return a model that ships, loaded once a process: a server reads by one and may index by the other."""
    with _loading:
        if name not in _shipped:
            static = name == STATIC_MODEL
            _shipped[name] = StaticEmbedder(_STATIC_WEIGHTS, name) if static else OnnxEmbedder(ENCODER_WEIGHTS, name)
        return _shipped[name]


def load_embedder(name: str = DEFAULT_MODEL, *, backend: str = "torch", half: bool = False) -> Embedder:
    """Return the model called `name`: "default" (which is "e5"), "static", a local folder, or a Hugging Face hub name.

    backend: "torch", "onnx" or "openvino", as sentence-transformers offers them. half: half precision
    (bfloat16, which processors compute too). Both are for models that sentence-transformers runs: the
    two that ship are what they are. Raises ModelError, with the next step, if it cannot be loaded.
    """
    if ships(name):
        return _load_shipped(model_name(name))
    folder = Path(name).expanduser()
    if folder.is_dir() and StaticEmbedder.can_read(folder):
        return StaticEmbedder(folder, name)
    if folder.is_dir() and OnnxEmbedder.can_read(folder):
        return OnnxEmbedder(folder, name)
    return SentenceTransformerEmbedder(name, backend=backend, half=half)


class StaticEmbedder:
    """A sentence-transformers StaticEmbedding folder, read without torch.

    A text's vector is the mean of its tokens' vectors, scaled to length 1.
    """

    reads_marks = False

    def __init__(self, folder: Path, name: str) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        modules = _static_module(folder)
        if modules is None:
            raise ModelError(
                f"Không đọc được mô hình nhúng ở {folder} | No static embedding model in {folder}",
                "đặt HOITIN_MODEL=default hoặc một thư mục mô hình sentence-transformers",
            )
        try:
            self._tokenizer = Tokenizer.from_file(str(modules / "tokenizer.json"))
            self._table = _token_vectors(load_file(modules / "model.safetensors"))
        except Exception as error:  # both libraries raise their own kinds
            raise _damaged(folder, error) from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.card = ModelCard(name, _fingerprint(folder), int(self._table.shape[1]))

    @staticmethod
    def can_read(folder: Path) -> bool:
        """Tell whether `folder` holds a static embedding and nothing that changes it but its length."""
        return _static_module(folder) is not None

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        out = np.zeros((len(texts), self.card.dimension), dtype=np.float32)
        for begin in range(0, len(texts), _BATCH):
            encodings = self._tokenizer.encode_batch_fast(list(texts[begin : begin + _BATCH]), add_special_tokens=False)
            for row, encoding in enumerate(encodings, begin):
                if ids := encoding.ids:
                    # take() then mean(): the sum of a few hundred rows, in float32 as torch does it
                    out[row] = self._table.take(ids, axis=0).mean(axis=0)
        norms = np.linalg.norm(out, axis=1, keepdims=True)
        np.divide(out, norms, out=out, where=norms > 0)
        return out

    embed_queries = embed_documents


class OnnxEmbedder:
    """A folder of the encoder's form (`encoder/make.py`), run by onnxruntime without torch.

    A text has the same vector whatever it is embedded with (`inference`).
    """

    reads_marks = True

    def __init__(self, folder: Path, name: str, threads: int = 0) -> None:
        """threads: how many texts are embedded at once; 0 for as many as this process may use cores."""
        try:
            from tokenizers import Tokenizer

            self._session = open_session(folder / _ONNX_FILES[0])
            self._tokenizer = Tokenizer.from_file(str(folder / _ONNX_FILES[1]))
            files = [json.loads((folder / file).read_text(encoding="utf-8")) for file in _ONNX_FILES[2:]]
            prompts, sizes, scale = files[0]["prompts"], files[1], files[2]
            self._query, self._document = prompts["query"], prompts["document"]
            self._tokenizer.enable_truncation(sizes["max_seq_length"])
            identity = _fingerprint(folder, [folder / file for file in _ONNX_FILES])
            self.card = ModelCard(name, identity, sizes["embedding_dimension"], **scale)
        except Exception as error:  # three libraries raise their own kinds
            raise _damaged(folder, error) from error
        self._tokenizer.no_padding()
        self._threads = threads or usable_cores()

    @staticmethod
    def can_read(folder: Path) -> bool:
        """Tell whether `folder` has all the files of the encoder's form."""
        return all((folder / file).is_file() for file in _ONNX_FILES)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return self._embed([self._document + text for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed([self._query + text for text in texts])

    def _embed(self, texts: list[str]) -> Vectors:
        out = np.empty((len(texts), self.card.dimension), dtype=np.float32)
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(texts)]

        def embed(row: int) -> None:
            tokens = np.array([ids[row]], dtype=np.int64)
            out[row] = self._session.run(None, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})[0][0]

        side_by_side(embed, [len(tokens) for tokens in ids], self._threads)
        return out


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, with its own query and document prompts."""

    reads_marks = True

    def __init__(self, name: str, *, backend: str = "torch", half: bool = False) -> None:
        try:
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(
                name,
                device=os.environ.get("HOITIN_DEVICE") or None,
                backend=backend,  # type: ignore[arg-type]
                model_kwargs={"dtype": "bfloat16"} if half else None,
            )
            if not any(self._model.prompts.values()):
                self._model.prompts.update(_missing_prompts(name))
        except Exception as error:  # a missing folder, no network, a broken file: each raises its own kind
            raise ModelError(
                f"Không nạp được mô hình nhúng {name!r} | Cannot load embedding model {name!r}: {first_line(error)}",
                "kiểm tra tên hoặc thư mục mô hình; máy không có mạng thì chép thư mục mô hình vào máy",
            ) from error
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"Mô hình {name!r} không cho vectơ | Model {name!r} gives no single vector per text")
        folder = Path(name).expanduser()
        prompts = json.dumps([self._model.prompts, backend, half], sort_keys=True)
        identity = _fingerprint(folder) if folder.is_dir() else _hub_revision(self._model)
        self.card = ModelCard(name, _digest(f"{identity}\n{prompts}"), int(dimension))

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return self._unit(self._model.encode_document(list(texts), batch_size=32, show_progress_bar=False))

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._unit(self._model.encode_query(list(texts), batch_size=32, show_progress_bar=False))

    def _unit(self, vectors: Any) -> Vectors:
        out = np.ascontiguousarray(vectors, dtype=np.float32).reshape(-1, self.card.dimension)
        norms = np.linalg.norm(out, axis=1, keepdims=True)
        np.divide(out, norms, out=out, where=norms > 0)
        return out


def _missing_prompts(name: str) -> dict[str, str]:
    """Return the prompts of a model family that was trained with them but does not say so in its files."""
    family = Path(name).name.lower()
    if "e5" in family and "instruct" not in family:
        return {"query": "query: ", "document": "passage: "}
    return {}


def _token_vectors(weights: dict[str, Any]) -> Vectors:
    """Return one float32 row per token id, as sentence-transformers makes them from its two file forms.

    "embedding.weight" holds the rows; or "embeddings" (perhaps int8) with a factor per token
    in "weights" and, where rows are shared, the row of each token in "mapping".
    """
    if "embedding.weight" in weights:
        return np.asarray(weights["embedding.weight"], dtype=np.float32)
    table = np.asarray(weights["embeddings"], dtype=np.float32)
    if "mapping" in weights:
        table = table[weights["mapping"]]
    if "weights" in weights:
        table = table * np.asarray(weights["weights"], dtype=np.float32)[:, None]
    return table


def _static_module(folder: Path) -> Path | None:
    """Return the folder of the static embedding's files, or None if this model is anything else."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        kinds = [str(module["type"]).rsplit(".", 1)[-1] for module in modules]
        config = folder / "config_sentence_transformers.json"
        prompts = json.loads(config.read_text(encoding="utf-8")).get("prompts", {}) if config.exists() else {}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if kinds[:1] != ["StaticEmbedding"] or any(kind != "Normalize" for kind in kinds[1:]) or any(prompts.values()):
        return None
    return folder / str(modules[0].get("path", ""))


def _damaged(folder: Path, error: Exception) -> ModelError:
    return ModelError(
        f"Mô hình nhúng ở {folder} bị hỏng | The embedding model in {folder} is damaged: {first_line(error)}",
        "cài lại hoitin hoặc chép lại thư mục mô hình",
    )


def _fingerprint(folder: Path, files: Iterable[Path] | None = None) -> str:
    """Return a short hash of the files in a model folder, of every one unless named: what the vectors depend on."""
    digest = hashlib.sha256()
    for path in sorted(files or (p for p in folder.rglob("*") if p.is_file() and p.suffix != ".md")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:16]


def _hub_revision(model: Any) -> str:
    """Return the hub commit a model was loaded from, or its configuration where there is none."""
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    return str(getattr(config, "_commit_hash", None) or config)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
