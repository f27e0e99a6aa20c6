"""The one module of this folder for sentence-transformers: `SentenceTransformer(folder, trust_remote_code=True)`.

Needs `pip install onnxruntime`. Each text is run alone: activations are rounded by what a batch holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from sentence_transformers.base.modules.input_module import InputModule
from tokenizers import Tokenizer


class SentenceOnnx(InputModule):
    """A text's unit vector from `onnx/model.onnx`, which has pooling inside."""

    config_file_name = "sentence_onnx_config.json"
    config_keys = ["max_seq_length", "embedding_dimension"]  # noqa: RUF012 - as sentence-transformers declares it

    def __init__(self, tokenizer: Tokenizer, model: bytes, max_seq_length: int, embedding_dimension: int) -> None:
        super().__init__()
        self.tokenizer, self.model = tokenizer, model
        self.max_seq_length, self.embedding_dimension = max_seq_length, embedding_dimension
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(max_seq_length)
        self.session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])

    def preprocess(self, inputs: list[str], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """Return the token ids of the texts, end to end, and how many each has."""
        rows = [torch.tensor(one.ids) for one in self.tokenizer.encode_batch([(prompt or "") + text for text in inputs])]
        return {"input_ids": torch.cat(rows), "lengths": torch.tensor([len(row) for row in rows])}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Add the vectors, shape (texts, embedding_dimension)."""
        vectors = []
        for row in features["input_ids"].split(features["lengths"].tolist()):
            ids = row.cpu().numpy()[None]
            vectors.append(self.session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0])
        features["sentence_embedding"] = torch.from_numpy(np.concatenate(vectors)).to(features["input_ids"].device)
        return features

    def get_embedding_dimension(self) -> int:
        """Return how many numbers a vector has."""
        return self.embedding_dimension

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Write the module's files."""
        folder = Path(output_path)
        (folder / "onnx").mkdir(parents=True, exist_ok=True)
        (folder / "onnx" / "model.onnx").write_bytes(self.model)
        self.tokenizer.save(str(folder / "tokenizer.json"))
        self.save_config(output_path)

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", **hub: Any) -> SentenceOnnx:
        """Return the module of a local folder or of one on the hub."""
        keys = ("token", "cache_folder", "revision", "local_files_only")
        where = {"subfolder": subfolder, **{key: hub[key] for key in keys if key in hub}}
        config = cls.load_config(model_name_or_path, **where)
        files = [cls.load_file_path(model_name_or_path, name, **where) for name in ("tokenizer.json", "onnx/model.onnx")]
        return cls(Tokenizer.from_file(files[0]), Path(files[1]).read_bytes(), **config)
