"""Write the trained reader as ONNX beside the encoder.

    python -m docs_store.encoder.reader.make CHECKPOINT WEIGHTS

Needs `pip install onnx==1.23.2`. CHECKPOINT: what train.py made. WEIGHTS: the encoder's folder, whose table of pieces the
reader shares: onnx/reader.onnx and reader.json go there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .. import graph
from ..packed import Floats, Shape
from .train import LONGEST, MATRICES, NORMS

_EMBEDDINGS = {"emb.pos": "position_embeddings.weight", "emb.type": "token_type_embeddings.weight"}
_EMBEDDINGS |= {"emb.ln.w": "LayerNorm.weight", "emb.ln.b": "LayerNorm.bias"}


class TrainedWeights:
    """The tensors of a checkpoint under the names of the wheel's file."""

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state
        pieces, hidden = state["encoder.embeddings.word_embeddings.weight"].shape
        layers = 1 + max(int(name.split(".")[3]) for name in state if name.startswith("encoder.encoder.layer."))
        inner = state["encoder.encoder.layer.0.intermediate.dense.weight"].shape[0]
        positions = state["encoder.embeddings.position_embeddings.weight"].shape[0]
        self.shape = Shape(hidden, layers, hidden // 32, inner, pieces, positions, 2, 1e-12)

    def vector(self, name: str) -> Floats:
        """Return a tensor, flat."""
        return np.asarray(self._tensor(name).numpy(), dtype=np.float32).reshape(-1)

    def matrix(self, name: str, columns: int) -> Floats:
        """Return a matrix, shape (rows, columns)."""
        return self.vector(name).reshape(-1, columns)

    def _tensor(self, name: str) -> Any:
        if name in _EMBEDDINGS:
            return self._state[f"encoder.embeddings.{_EMBEDDINGS[name]}"]
        layer, part, kind = name.split(".")
        kind = {"w": "weight", "b": "bias"}[kind]
        return self._state[f"encoder.encoder.layer.{layer[1:]}.{(MATRICES | NORMS)[part]}.{kind}"]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("weights", type=Path)
    given = parser.parse_args()
    state = torch.load(given.checkpoint, weights_only=True)["model"]
    head = state["head.weight"].numpy(), state["head.bias"].numpy()
    encoder = given.weights / "onnx" / "model.onnx"
    graph.write_reader(TrainedWeights(state), head, encoder, given.weights / "onnx" / "reader.onnx")
    digest = hashlib.sha256(encoder.read_bytes() + (given.weights / "onnx" / "reader.onnx").read_bytes())
    facts = {"max_seq_length": LONGEST, "fingerprint": digest.hexdigest()[:16]}
    (given.weights / "reader.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
