"""Whether an answer is good enough: how likely it is that the news answers, from how well its best passage meets the question.

A logistic model over the features of a passage, fitted for each embedding model, for cosines differ between models, and
again for it with the reader. `hoitin eval --calibrate` fits one; the one for the default model ships here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

from docs_store import ConfigError, Document
from docs_store.errors import explained
from docs_store.files import write_aside

from .answer import Hit
from .evidence import Evidence
from .reading import Reader, Reading

CALIBRATION_FILE = "calibration.json"
VERY_CLOSE, CLOSE = 0.9, 0.5  # from which on a match is called so; below it "may be related"
LACKING = 0.49  # the most for what lacks a name or number of the question: perhaps the right matter, in another place
# coverage: of the question by the passage, its headline and lead. window: by its best three sentences.
# cosine: of question and passage. *_gap: how far the passage stands out from those found after the
# tenth. size: of the news, for in more news a chance likeness is more likely. names: share of
# the names in the question that stand in the passage, its headline or lead. lack: share of the question's weight that
# the heaviest word or pair has which the passage lacks. reader: how sure the reader is that the passage answers.
FEATURES = ("coverage", "window", "cosine", "cosine_gap", "window_gap", "size", "names", "lack", "reader")
_AT_FIRST = 7  # features of the first release; those that came later may be missing
_READER_LIMIT = 8.0  # beyond it a reader is no surer
_BACKGROUND = slice(10, 20)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights by feature, the constant, and the likelihood from which on there is an answer.

    A feature that was added after it was fitted has no weight, and counts nothing.
    """

    weights: tuple[float, ...]
    bias: float
    threshold: float

    def confidence(self, features: Sequence[float]) -> float:
        """Return the likelihood, 0 to 1, that a passage with these features answers."""
        logit = self.bias + sum(weight * value for weight, value in zip(self.weights, features, strict=False))
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


def capped(likely: float, *, lacking: bool) -> float:
    """Return a likelihood as it is told of a card that has, or lacks, what the question names."""
    return min(likely, LACKING) if lacking else likely


@dataclass(frozen=True, slots=True)
class Background:
    """What a hit has to stand out from: the hits after the tenth, and the size of the news."""

    cosine: float
    window: float
    size: float

    @classmethod
    def of(cls, hits: Sequence[Hit], passages: int) -> Background:
        """Return the background of these hits, best first, in a generation of so many passages."""
        rest = hits[_BACKGROUND]
        if not rest:
            return cls(0.0, 0.0, math.log(max(passages, 1)))
        return cls(mean(hit.cosine for hit in rest), mean(hit.window for hit in rest), math.log(max(passages, 1)))


def features(
    evidences: Sequence[Evidence], hit: Hit, head: Document, background: Background, reading: Reading | None
) -> tuple[float, ...]:
    """Return the FEATURES of a hit. evidences: one for each way to ask."""
    texts = hit.passage.text, head.title, head.lead
    return (
        max(evidence.coverage(*texts) for evidence in evidences),
        hit.window,
        hit.cosine,
        hit.cosine - background.cosine,
        hit.window - background.window,
        background.size,
        hit.named,
        min(evidence.lack(*texts) for evidence in evidences),
        max(-_READER_LIMIT, min(_READER_LIMIT, reading.score)) if reading else 0.0,
    )


def calibration_key(fingerprint: str, reader: Reader | None) -> str:
    """Return the name under which the calibration for an embedding model and a reader is kept."""
    return f"{fingerprint}+{reader.fingerprint}" if reader else fingerprint


def load_calibration(data: Path | None, key: str) -> Calibration:
    """Return the calibration for what was read with: the data folder's own, else the one that ships.

    data: None for the one that ships. key: see `calibration_key`. For a reader that neither knows, the reader is left out; for
    an embedding model that neither knows, cosines are too. Raises ConfigError if the file
    is wrong, StorageError if it cannot be read.
    """
    own, shipped = _read(data / CALIBRATION_FILE) if data else {}, _read(Path(__file__).parent / CALIBRATION_FILE)
    model = key.partition("+")[0]
    return own.get(key) or shipped.get(key) or own.get(model) or shipped.get(model) or shipped["any"]


def save_calibration(folder: Path, fingerprint: str, calibration: Calibration) -> Path:
    """Keep a calibration in a data folder and return the file's path."""
    path = folder / CALIBRATION_FILE
    known = _read(path) | {fingerprint: calibration}
    path.parent.mkdir(parents=True, exist_ok=True)
    with explained(path):
        write_aside(path, (json.dumps({key: asdict(one) for key, one in known.items()}, indent=1) + "\n").encode())
    return path


def _read(path: Path) -> dict[str, Calibration]:
    try:
        with explained(path):
            if not path.exists():
                return {}
            content = path.read_bytes()
        record = json.loads(content)
        found = {
            key: Calibration(tuple(map(float, one["weights"])), float(one["bias"]), float(one["threshold"]))
            for key, one in record.items()
        }
        if any(not _AT_FIRST <= len(one.weights) <= len(FEATURES) for one in found.values()):
            raise ValueError("another number of features")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ConfigError(
            f"{path} sai: {error} | {path} is wrong: {error}", "xóa tệp ấy hoặc chạy lại hoitin eval --calibrate"
        ) from error
    return found
