"""Which pieces of the vocabulary are kept, and the tokenizer that has them alone.

A multilingual vocabulary is mostly of other scripts: 250,002 pieces take 96 MB, and Vietnamese news meets a sixth of them.
"""

from __future__ import annotations

import copy
import json
import lzma
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any

from tokenizers import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MASK = "<mask>"
_LEAST = 3  # times that a piece must occur in the texts


def words_of(path: Path) -> Iterator[str]:
    """Return the words, with what punctuation clings to them, of all that is text in a .jsonl or .jsonl.xz file."""
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            for value in json.loads(line).values():
                if isinstance(value, str):
                    yield from value.split()


def count_pieces(tokenizer: Tokenizer, paths: Sequence[Path]) -> Counter[int]:
    """Return piece id -> how often it occurs in the texts. No piece spans two words, so each word is cut once."""
    words: Counter[str] = Counter()
    for path in paths:
        words.update(words_of(path))
    counts: Counter[int] = Counter()
    known = list(words)
    for begin in range(0, len(known), 10_000):
        some = known[begin : begin + 10_000]
        for word, encoding in zip(some, tokenizer.encode_batch_fast(some, add_special_tokens=False), strict=True):
            for piece in encoding.ids:
                counts[piece] += words[word]
    return counts


def choose(vocabulary: Sequence[Sequence[Any]], counts: Counter[int], size: int) -> list[int]:
    """Return `size` ids in rising order: special pieces, single characters, what occurs in the texts, then Latin pieces.

    Single characters are those of all scripts but the ideographic, so that no name in Cyrillic or Greek is unknown.
    vocabulary: (piece, log likelihood) by id. Of what is left, the Latin pieces that the tokenizer holds likeliest come in:
    names and words of other languages that the texts lack.
    """
    kept = {0, 1, 2, 3, len(vocabulary) - 1}
    bare = [piece.replace("▁", "") for piece, _ in vocabulary]
    kept |= {i for i, piece in enumerate(bare) if len(piece) <= 1 and all(ord(letter) < 0x2E80 for letter in piece)}
    often = sorted((i for i, count in counts.items() if count >= _LEAST), key=lambda i: (-counts[i], i))
    latin = sorted((i for i, piece in enumerate(bare) if _is_latin(piece)), key=lambda i: (-vocabulary[i][1], i))
    for piece in [*often, *latin]:
        if len(kept) >= size:
            break
        kept.add(piece)
    return sorted(kept)


def _is_latin(piece: str) -> bool:
    return bool(piece) and all(unicodedata.name(letter, "").startswith("LATIN ") for letter in piece)


def pruned(state: dict[str, Any], kept: Sequence[int]) -> dict[str, Any]:
    """Return a tokenizer's JSON with the pieces `kept` alone, numbered anew in this order."""
    state = copy.deepcopy(state)
    new = {old: place for place, old in enumerate(kept)}
    model = state["model"]
    model["vocab"] = [model["vocab"][i] for i in kept]
    model["unk_id"] = new[model["unk_id"]]
    state["truncation"] = state["padding"] = None
    for token in state["added_tokens"]:
        token["id"] = new[token["id"]]
    for token in state["post_processor"]["special_tokens"].values():
        token["ids"] = [new[i] for i in token["ids"]]
    return state
