"""The reader: a model that reads question and passage together and finds the words that answer, or that none do."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from docs_store import ModelError
from docs_store.errors import first_line
from docs_store.inference import open_session, side_by_side, usable_cores
from docs_store.vietnamese import sentences

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Scores = NDArray[np.float32]

_LONGEST_ANSWER = 60  # tokens


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in one passage.

    start, end: offsets in the passage of the likeliest answer. score: by how much it is likelier than "not here", as a
    difference of logarithms: 0 is even. sentences: the same of the best answer in each sentence, with its offsets.
    """

    start: int
    end: int
    score: float
    sentences: tuple[tuple[int, int, float], ...]

    @property
    def likelihood(self) -> float:
        """How likely the passage answers, 0 to 1, by the reader alone."""
        return 1 / (1 + math.exp(-self.score))

    def shares(self) -> list[float]:
        """Return for each sentence how likely it is the one that answers, if one does; their sum is 1."""
        weights = [math.exp(score - self.score) for _, _, score in self.sentences]
        return [weight / sum(weights) for weight in weights]


class Reader(Protocol):
    """Finds where passages answer."""

    fingerprint: str

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """Return one reading a passage. passages: headline and text of each."""
        ...


class OnnxReader:
    """The reader that ships beside the encoder, run by onnxruntime."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """folder: the encoder's. threads: how many passages are read at once; 0 for as many as this process may use cores.

        Raises ModelError, with the next step, if it cannot be loaded.
        """
        try:
            from tokenizers import Tokenizer

            facts = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
            self._session = open_session(folder / "onnx" / "reader.onnx")
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._tokenizer.enable_truncation(facts["max_seq_length"], strategy="only_second")
            self._tokenizer.no_padding()
            self.fingerprint: str = facts["fingerprint"]
        except Exception as error:  # three libraries raise their own kinds
            raise ModelError(
                f"Mô hình đọc ở {folder} bị hỏng | The reader in {folder} is damaged: {first_line(error)}",
                "cài lại hoitin hoặc đặt HOITIN_READER=off",
            ) from error
        self._threads = threads or usable_cores()

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        heads = [f"{title}\n" if title else "" for title, _ in passages]
        pairs = [(question, head + text) for head, (_, text) in zip(heads, passages, strict=True)]
        encodings = self._tokenizer.encode_batch(pairs)

        def one(place: int) -> Reading:
            encoding, head, text = encodings[place], len(heads[place]), passages[place][1]
            ids = np.array([encoding.ids], dtype=np.int64)
            starts, ends = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
            tokens = [
                (n, a - head, b - head)
                for n, ((a, b), part) in enumerate(zip(encoding.offsets, encoding.sequence_ids, strict=True))
                if part == 1 and a >= head
            ]
            return _reading(text, starts[0], ends[0], tokens)

        return side_by_side(one, [len(encoding.ids) for encoding in encodings], self._threads)


def _reading(text: str, starts: Scores, ends: Scores, tokens: Sequence[tuple[int, int, int]]) -> Reading:
    """Return the best answer of a passage and of each of its sentences. tokens: place, start and end of the passage's."""
    nothing = float(starts[0] + ends[0])
    spans = sentences(text) or [(0, len(text))]
    found: list[tuple[int, int, float]] = []
    best: tuple[int, int, float] = (0, 0, -60.0)
    for begin, stop in spans:
        inside = [token for token in tokens if begin <= token[1] < stop]
        answer = _best_span(inside, starts, ends)
        score = max(answer[2] - nothing, -60.0) if answer else -60.0
        found.append((begin, stop, score))
        if answer and score > best[2]:
            best = (answer[0], answer[1], score)
    return Reading(*best, tuple(found))


def _best_span(tokens: Sequence[tuple[int, int, int]], starts: Scores, ends: Scores) -> tuple[int, int, float] | None:
    """Return start, end and score of the likeliest answer among neighbouring tokens; None if there are none."""
    if not tokens:
        return None
    places = [place for place, _, _ in tokens]
    table = starts[places][:, None] + ends[places][None, :]
    size = len(places)
    allowed = np.triu(np.ones((size, size), dtype=bool)) & ~np.triu(np.ones((size, size), dtype=bool), _LONGEST_ANSWER)
    table = np.where(allowed, table, -1e9)
    first, last = divmod(int(table.argmax()), size)
    return tokens[first][1], tokens[last][2], float(table[first, last])
