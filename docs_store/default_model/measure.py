"""The saved default model read with numpy and tokenizers alone, and its figures on sets in BEIR form."""

from __future__ import annotations

import json
import lzma
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from tokenizers import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Floats = npt.NDArray[np.float32]


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a .jsonl or .jsonl.xz file."""
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


class Model:
    """The saved model, read with numpy and tokenizers alone."""

    def __init__(self, folder: Path) -> None:
        inner = folder / "0_StaticEmbedding"
        arrays = load_file(inner / "model.safetensors")
        self.vectors: Floats = arrays["embeddings"].astype(np.float32) * arrays["weights"][:, None]
        self.tokenizer = Tokenizer.from_file(str(inner / "tokenizer.json"))

    def encode(self, texts: list[str]) -> Floats:
        """Unit-length vectors; a text without any token gets zeros."""
        out = np.zeros((len(texts), self.vectors.shape[1]), dtype=np.float32)
        for row, encoding in enumerate(self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)):
            if encoding.ids:
                out[row] = self.vectors[encoding.ids].mean(axis=0)
        out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
        return out


def fold(text: str) -> str:
    """Vietnamese without marks, as many people type it."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")


def measure(model: Model, folder: Path) -> dict[str, float]:
    """nDCG@10 and hit@1 of cosine search over one set in BEIR form, accented and unaccented questions."""
    corpus = list(read(folder / "corpus.jsonl"))
    place = {str(record["_id"]): k for k, record in enumerate(corpus)}
    vectors = model.encode([(record.get("title", "") + "\n" + record["text"]).strip() for record in corpus])
    relevant: dict[str, dict[int, float]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        if float(grade) > 0:
            relevant.setdefault(query, {})[place[document]] = float(grade)
    queries = {str(record["_id"]): str(record["text"]) for record in read(folder / "queries.jsonl")}
    queries = {key: text for key, text in queries.items() if key in relevant}
    discount = 1 / np.log2(np.arange(2, 12))
    figures: dict[str, float] = {}
    for name, texts in (("", list(queries.values())), (" unaccented", [fold(t) for t in queries.values()])):
        order = np.argsort(-(model.encode(texts) @ vectors.T), axis=1, kind="stable")[:, :10]
        gained, hits = [], []
        for key, found in zip(queries, order, strict=True):
            grades = relevant[key]
            best = np.sort(list(grades.values()))[::-1][:10]
            gain = np.array([grades.get(int(k), 0.0) for k in found])
            gained.append(float((gain * discount[: len(gain)]).sum() / (best * discount[: len(best)]).sum()))
            hits.append(float(gain[0] > 0))
        figures |= {f"nDCG@10{name}": float(np.mean(gained)), f"hit@1{name}": float(np.mean(hits))}
    return figures
