"""The ONNX graph of the encoder: token ids in, a unit vector out. Needs `pip install onnx`, which hoitin itself does not.

Matrices are whole numbers of seven bits with one scale a row of the weights (a column of the product); activations become
bytes while it runs. With seven bits no sum of two products leaves 16 bits, so that processors with and without VNNI
compute the same; the eighth was worth nothing (cosine with float32 .9969 with it, .9968 without).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .packed import Floats, PackedWeights

_CONTRIB = "com.microsoft"  # onnxruntime's own operators: attention and the exact GELU, each in one step
_TABLE_TOP, _MATRIX_TOP = 127, 63


def write(weights: PackedWeights, kept: Sequence[int], out: Path) -> None:
    """Write the encoder with the pieces `kept` of its vocabulary, in this order."""
    graph = _Graph(weights)
    hidden = weights.shape.hidden
    table = weights.matrix("emb.word", hidden)[list(kept)]
    graph.encode(table)
    tensors = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in graph.INPUTS]
    vector = helper.make_tensor_value_info(graph.OUTPUT, TensorProto.FLOAT, ["batch", hidden])
    model = helper.make_model(
        helper.make_graph(graph.nodes, "multilingual-e5-small", tensors, [vector], graph.constants),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(_CONTRIB, 1)],
        ir_version=9,
        producer_name="hoitin",
    )
    onnx.checker.check_model(model)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(model.SerializeToString(deterministic=True))


def whole_numbers(rows: Floats, top: int) -> tuple[np.ndarray[Any, np.dtype[np.int8]], Floats]:
    """Return the rows as whole numbers up to `top` and what each row is to be multiplied by."""
    scales = np.maximum(np.abs(rows).max(axis=1), 1e-8).astype(np.float32) / np.float32(top)
    return np.rint(rows / scales[:, None]).astype(np.int8), scales


class _Graph:
    """Nodes and constants as they come; every method returns the name of what it adds."""

    INPUTS = ("input_ids", "attention_mask")
    OUTPUT = "sentence_embedding"

    def __init__(self, weights: PackedWeights) -> None:
        self.weights, self.shape = weights, weights.shape
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: Any) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, *inputs: str, out: str = "", domain: str = "", **attributes: Any) -> str:
        out = out or f"{kind}.{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, out.split(), domain=domain, **attributes))
        return out

    def encode(self, table: Floats) -> None:
        self.constant("axis.0", np.array([0]))
        self.constant("axis.1", np.array([1]))
        self.constant("axis.2", np.array([2]))
        present = self.node("Cast", "attention_mask", to=TensorProto.INT32)
        state = self.embedded(table)
        for layer in range(self.shape.layers):
            state = self.layer(f"l{layer}", state, present)
        share = self.node("Unsqueeze", self.node("Cast", "attention_mask", to=TensorProto.FLOAT), "axis.2")
        total = self.node("ReduceSum", self.node("Mul", state, share), "axis.1", keepdims=0)
        self.node("LpNormalization", total, out=self.OUTPUT, axis=-1, p=2)  # a mean's direction is that of the sum

    def embedded(self, table: Floats) -> str:
        values, scales = whole_numbers(table, _TABLE_TOP)
        rows = self.node("Gather", self.constant("emb.word", values), "input_ids")
        scale = self.node("Gather", self.constant("emb.word.scale", scales[:, None]), "input_ids")
        words = self.node("Mul", self.node("Cast", rows, to=TensorProto.FLOAT), scale)
        hidden = self.shape.hidden
        places = self.weights.vector("emb.pos").reshape(-1, hidden) + self.weights.vector("emb.type")[:hidden]
        count = self.node("Slice", self.node("Shape", "input_ids"), "axis.1", "axis.2")
        place = self.node("Slice", self.constant("emb.pos", places), "axis.0", count, "axis.0")
        return self.normal("emb.ln", self.node("Add", words, place))

    def layer(self, name: str, state: str, present: str) -> str:
        hidden = self.shape.hidden
        three = self.linear(f"{name}.qkv", [f"{name}.q", f"{name}.k", f"{name}.v"], state, hidden)
        sizes = self.constant(f"{name}.sizes", np.array([hidden] * 3))
        parts = self.node("Split", three, sizes, out=f"{name}.query {name}.key {name}.value", axis=-1).split()
        heads = self.shape.heads
        seen = self.node("MultiHeadAttention", *parts, "", present, domain=_CONTRIB, num_heads=heads)
        state = self.normal(f"{name}.aln", self.node("Add", self.linear(f"{name}.ao", [f"{name}.ao"], seen, hidden), state))
        inner = self.node("Gelu", self.linear(f"{name}.fi", [f"{name}.fi"], state, hidden), domain=_CONTRIB)
        outer = self.linear(f"{name}.fo", [f"{name}.fo"], inner, self.shape.inner)
        return self.normal(f"{name}.oln", self.node("Add", outer, state))

    def linear(self, name: str, parts: Sequence[str], state: str, columns: int) -> str:
        """One or more linear maps of the same input, side by side. onnxruntime joins these nodes into one."""
        rows = np.concatenate([self.weights.matrix(f"{part}.w", columns) for part in parts])
        values, scales = whole_numbers(rows, _MATRIX_TOP)
        quantised = f"{name}.bytes {name}.scale {name}.zero"
        whole, scale, zero = self.node("DynamicQuantizeLinear", state, out=quantised).split()
        nothing = self.constant(f"{name}.w.zero", np.zeros(len(scales), dtype=np.int8))
        product = self.node("MatMulInteger", whole, self.constant(f"{name}.w", values.T), zero, nothing)
        factor = self.node("Mul", scale, self.constant(f"{name}.w.scale", scales))
        scaled = self.node("Mul", self.node("Cast", product, to=TensorProto.FLOAT), factor)
        bias = np.concatenate([self.weights.vector(f"{part}.b") for part in parts])
        return self.node("Add", scaled, self.constant(f"{name}.b", bias))

    def normal(self, name: str, state: str) -> str:
        gain, bias = (self.constant(f"{name}.{part}", self.weights.vector(f"{name}.{part}")) for part in "wb")
        return self.node("LayerNormalization", state, gain, bias, axis=-1, epsilon=self.shape.epsilon)
