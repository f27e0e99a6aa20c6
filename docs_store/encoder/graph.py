"""The ONNX graphs of encoder and reader, from token ids to a unit vector or to scores. Needs `pip install onnx`.

Matrices are whole numbers of seven bits with one scale a row of the weights (a column of the product); activations become
bytes while it runs. With seven bits no sum of two products leaves 16 bits, so that processors with and without VNNI
compute the same; the eighth was worth nothing (cosine with float32 .9969 with it, .9968 without).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .packed import Floats, Shape

    class Weights(Protocol):
        """Tensors by name: those of the wheel's file, or those that training made of them."""

        shape: Shape

        def vector(self, name: str) -> Floats: ...

        def matrix(self, name: str, columns: int) -> Floats: ...


_CONTRIB = "com.microsoft"  # onnxruntime's own operators: attention and the exact GELU, each in one step
_TABLE_TOP, _MATRIX_TOP = 127, 63


def write(weights: Weights, kept: Sequence[int], out: Path) -> None:
    """Write the encoder with the pieces `kept` of its vocabulary, in this order."""
    hidden = weights.shape.hidden
    values, scales = whole_numbers(weights.matrix("emb.word", hidden)[list(kept)], _TABLE_TOP)
    graph = _Graph(weights, [_tensor("emb.word", values), _tensor("emb.word.scale", scales[:, None])])
    graph.pool(graph.encode())
    _save(
        graph, "multilingual-e5-small", [helper.make_tensor_value_info(graph.VECTOR, TensorProto.FLOAT, ["batch", hidden])], out
    )


def write_reader(weights: Weights, head: tuple[Floats, Floats], encoder: Path, out: Path) -> None:
    """Write the reader beside the encoder, whose table of pieces it shares.

    head: matrix, shape (2, hidden), and bias of the scores of start and end, the reader's two outputs, shape (batch, tokens).
    """
    data = encoder.read_bytes()
    tables = [one for one in onnx.load_from_string(data).graph.initializer if one.name in ("emb.word", "emb.word.scale")]
    graph = _Graph(weights, [_within(encoder.name, data.index(one.raw_data), one) for one in tables])
    matrix, bias = head
    state = graph.encode()
    both = graph.node("Add", graph.node("MatMul", state, graph.constant("head.w", matrix.T)), graph.constant("head.b", bias))
    graph.node("Split", both, out="starts. ends.", axis=-1)
    infos = []
    for name in graph.SCORES:
        graph.node("Squeeze", f"{name}.", "axis.2", out=name)
        infos.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "tokens"]))
    _save(graph, "hoitin-reader", infos, out)


def _tensor(name: str, value: Any) -> Any:
    return numpy_helper.from_array(np.ascontiguousarray(value), name)


def _within(file: str, offset: int, tensor: Any) -> Any:
    """Return a tensor whose numbers lie in another file of the same folder."""
    outside = TensorProto(name=tensor.name, data_type=tensor.data_type, dims=tensor.dims, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", file), ("offset", offset), ("length", len(tensor.raw_data))):
        outside.external_data.add(key=key, value=str(value))
    return outside


def _save(graph: _Graph, name: str, outputs: Sequence[Any], out: Path) -> None:
    tensors = [helper.make_tensor_value_info(given, TensorProto.INT64, ["batch", "tokens"]) for given in graph.INPUTS]
    model = helper.make_model(
        helper.make_graph(graph.nodes, name, tensors, outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(_CONTRIB, 1)],
        ir_version=9,
        producer_name="hoitin",
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(model.SerializeToString(deterministic=True))
    onnx.checker.check_model(str(out))


def whole_numbers(rows: Floats, top: int) -> tuple[np.ndarray[Any, np.dtype[np.int8]], Floats]:
    """Return the rows as whole numbers up to `top` and what each row is to be multiplied by."""
    scales = np.maximum(np.abs(rows).max(axis=1), 1e-8).astype(np.float32) / np.float32(top)
    return np.rint(rows / scales[:, None]).astype(np.int8), scales


class _Graph:
    """Nodes and constants as they come; every method returns the name of what it adds."""

    INPUTS = ("input_ids", "attention_mask")
    VECTOR = "sentence_embedding"
    SCORES = ("starts", "ends")

    def __init__(self, weights: Weights, table: Sequence[Any]) -> None:
        """table: emb.word, whole numbers, and emb.word.scale."""
        self.weights, self.shape, self.table = weights, weights.shape, table
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: Any) -> str:
        self.constants.append(_tensor(name, value))
        return name

    def node(self, kind: str, *inputs: str, out: str = "", domain: str = "", **attributes: Any) -> str:
        out = out or f"{kind}.{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, out.split(), domain=domain, **attributes))
        return out

    def encode(self) -> str:
        """The state of every token after the last layer."""
        self.constant("axis.0", np.array([0]))
        self.constant("axis.1", np.array([1]))
        self.constant("axis.2", np.array([2]))
        present = self.node("Cast", "attention_mask", to=TensorProto.INT32)
        self.constants += self.table
        state = self.embedded()
        for layer in range(self.shape.layers):
            state = self.layer(f"l{layer}", state, present)
        return state

    def pool(self, state: str) -> None:
        """The mean over the tokens, of length 1."""
        share = self.node("Unsqueeze", self.node("Cast", "attention_mask", to=TensorProto.FLOAT), "axis.2")
        total = self.node("ReduceSum", self.node("Mul", state, share), "axis.1", keepdims=0)
        self.node("LpNormalization", total, out=self.VECTOR, axis=-1, p=2)  # a mean's direction is that of the sum

    def embedded(self) -> str:
        rows = self.node("Gather", "emb.word", "input_ids")
        scale = self.node("Gather", "emb.word.scale", "input_ids")
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
