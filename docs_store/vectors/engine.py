"""What a vector engine must do. One contract test runs over every implementation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class VectorIndex(Protocol):
    """Unit vectors by passage id. Scores are cosines: greater is better."""

    @property
    def count(self) -> int:
        """How many vectors are held."""
        ...

    def add(self, passage_ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add vectors, shape (len(passage_ids), dimension)."""
        ...

    def remove(self, passage_ids: Sequence[int]) -> int:
        """Remove vectors; return how many were there."""
        ...

    def search(self, vector: NDArray[np.float32], top_k: int) -> list[tuple[int, float]]:
        """Return up to top_k (passage_id, cosine), best first."""
        ...

    def vectors(self, passage_ids: Sequence[int]) -> list[NDArray[np.float32] | None]:
        """Return the vector of each named passage, None for one that is not held."""
        ...

    def scores(self, vector: NDArray[np.float32], passage_ids: Sequence[int]) -> list[float | None]:
        """Return the cosine of each named passage with `vector`, None for one that is not held."""
        ...

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        ...
