"""The default model's tokenizer: folded text, cut into pieces of words and phrases of up to four syllables."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

Ints = npt.NDArray[np.int64]

SPACE = "▁"
CODE = 1_000_000  # a pair of token ids as one number
BOUNDARY = r"(?:\s*(?:[\r\n]|(?![%&@#])[\p{P}|<>=~^`])\s*)+"  # no token spans punctuation or a line end


def new_tokenizer(model: models.Model, *, split_spaces: bool) -> Tokenizer:
    """Folding, boundaries and space marks around a model."""
    tokenizer = Tokenizer(model)
    n, p = normalizers, pre_tokenizers
    fold_marks = [n.NFD(), n.StripAccents(), n.Lowercase(), n.Replace("đ", "d")]
    tokenizer.normalizer = n.Sequence([*fold_marks, n.Replace(Regex(r"[^\S\r\n]+"), " "), n.Strip()])
    spaces = p.Metaspace(SPACE, prepend_scheme="always", split=split_spaces)
    tokenizer.pre_tokenizer = p.Sequence([p.Split(Regex(BOUNDARY), "removed"), spaces])
    tokenizer.decoder = decoders.Metaspace(SPACE)
    return tokenizer


def whole_pairs(ids: Ints, width: Ints) -> npt.NDArray[np.bool_]:
    """Where a stream has two whole words side by side; `width` is 0 for pieces of words, -1 marks a clause end."""
    after = np.append(ids[2:], -1)
    whole = (ids >= 0) & (width[ids] > 0)
    found: npt.NDArray[np.bool_] = whole[:-1] & whole[1:] & ((after < 0) | (width[after] > 0))
    return found


def merge(ids: Ints, ranks: dict[int, tuple[int, int]], width: Ints) -> Ints:
    """Apply merges to a whole corpus at once: of overlapping pairs the better ranked goes first."""
    keys = np.array(sorted(ranks), dtype=np.int64)
    values = np.array([ranks[key] for key in keys.tolist()], dtype=np.int64)
    never = np.iinfo(np.int64).max
    while True:
        pairs = ids[:-1] * CODE + ids[1:]
        at = np.minimum(np.searchsorted(keys, pairs), len(keys) - 1)
        rank = np.where((keys[at] == pairs) & whole_pairs(ids, width), values[at, 0], never)
        before, following = np.append(never, rank[:-1]), np.append(rank[1:], never)
        chosen = np.flatnonzero((rank < never) & (rank < before) & (rank <= following))
        if not len(chosen):
            return ids
        ids = ids.copy()
        ids[chosen] = values[at[chosen], 1]
        ids = np.delete(ids, chosen + 1)


def train_tokenizer(texts: list[str], piece_count: int, phrase_count: int) -> Tokenizer:
    """Byte-pair pieces within words first; then phrases of whole words, merged by count and association."""
    base = new_tokenizer(models.BPE(byte_fallback=True), split_spaces=True)
    specials = ["[UNK]", *(f"<0x{byte:02X}>" for byte in range(256))]
    # Which of equally rare characters the trainer would drop is chance: choose the alphabet here.
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(base.normalizer.normalize_str(text))
    usual = sorted(seen, key=lambda character: (-seen[character], character))
    alphabet = [SPACE, *(character for character in usual if not character.isspace() and character != SPACE)][:400]
    settings: dict[str, Any] = {"vocab_size": piece_count, "min_frequency": 3, "special_tokens": specials}
    base.train_from_iterator(
        texts, trainers.BpeTrainer(initial_alphabet=alphabet, limit_alphabet=400, show_progress=False, **settings)
    )
    state = json.loads(base.to_str())["model"]
    vocabulary: dict[str, int] = state["vocab"]
    merges: list[tuple[str, str]] = [(one, two) for one, two in state["merges"]]
    names = sorted(vocabulary, key=lambda name: vocabulary[name])
    clauses = new_tokenizer(base.model, split_spaces=False)
    stream: list[Ints] = []
    for start in range(0, len(texts), 2000):
        cut = [part for text in texts[start : start + 2000] for part in re.split(r"[^\w\s%&@#+$°/]+|\n", text) if part]
        for encoding in clauses.encode_batch_fast(cut, add_special_tokens=False):
            stream.append(np.array([*encoding.ids, -1], dtype=np.int64))
    ids = np.concatenate(stream)
    room = len(names) + phrase_count
    width = np.zeros(room, dtype=np.int64)  # syllables of whole words and phrases
    width[: len(names)] = [name.startswith(SPACE) and len(name) > 1 for name in names]
    known: set[tuple[int, int]] = set()
    rounds = 8 if phrase_count else 0
    for turn in range(rounds):
        good = whole_pairs(ids, width) & (width[ids[:-1]] + width[ids[1:]] <= 4)
        keys, counts = np.unique(ids[:-1][good] * CODE + ids[1:][good], return_counts=True)
        left, right = keys // CODE, keys % CODE
        frequency = np.bincount(ids[ids >= 0], minlength=room).astype(np.float64)
        share = counts / frequency.sum()
        npmi = np.log(share * frequency.sum() ** 2 / (frequency[left] * frequency[right])) / -np.log(share)
        score = np.where((counts >= 15) & (npmi > 0.15), np.sqrt(counts) * npmi**2, 0.0)
        quota = piece_count + phrase_count * (turn + 1) // rounds - len(names)
        ranks: dict[int, tuple[int, int]] = {}
        for choice in np.argsort(-score, kind="stable").tolist():
            one, two = int(left[choice]), int(right[choice])
            if quota <= 0 or score[choice] <= 0:
                break
            name = names[one] + names[two]
            if name not in vocabulary:
                width[len(names)] = width[one] + width[two]
                vocabulary[name] = len(names)
                names.append(name)
                quota -= 1
            if (one, two) not in known:
                known.add((one, two))
                ranks[one * CODE + two] = (len(merges), vocabulary[name])
                merges.append((names[one], names[two]))
        ids = merge(ids, ranks, width) if ranks else ids
        print(f"tokenizer round {turn + 1}: {len(names)} tokens, last {names[-3:]}", flush=True)
    model = models.BPE(vocab=vocabulary, merges=merges, byte_fallback=True, unk_token="[UNK]")
    return new_tokenizer(model, split_spaces=False)
