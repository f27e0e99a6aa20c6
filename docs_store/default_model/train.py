"""Train hoitin's default embedding model, from raw texts to saved weights.

The model is one vector per token; a text's embedding is the mean of its tokens' vectors, scaled to
length one.  It runs wherever numpy does.  Everything is folded (marks dropped, đ→d) before it is cut
into tokens, so a question typed without marks gets the same vector; what folding loses is recovered by
tokens that span up to four syllables ("ngan hang nha nuoc").

    python -m docs_store.default_model.train --data DATA --out OUT [--minutes N] [--eval SETS]

DATA holds ``phapdien-articles.jsonl.xz``, ``viwiki-underthesea2017.jsonl.xz`` and
``thutuc-templated.jsonl.xz``.  OUT receives ``weights/`` (a sentence-transformers folder) and ``work/``
(tokenizer, prepared passages and checkpoint).  The same command continues a run that was killed.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import re
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import load_file, save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

SPACE = "▁"
BOUNDARY = r"(?:\s*(?:[\r\n]|(?![%&@#])[\p{P}|<>=~^`])\s*)+"  # no token spans punctuation or a line end
QUESTION_PHRASES = """ai|ai là|người nào|là gì|cái gì|những gì|gồm những gì|gì|điều gì|bao nhiêu|là bao nhiêu|có bao nhiêu
khi nào|năm nào|ngày nào|vào năm nào|từ khi nào|lúc nào|ở đâu|nơi nào|tại đâu|nước nào|thành phố nào|nào|loại nào
thế nào|như thế nào|ra sao|vì sao|tại sao|làm sao|có phải|có không|có được không|đúng hay sai|được không|hay không
hãy cho biết|cho tôi hỏi|xin hỏi|bao lâu|trong bao lâu|mấy|tổ chức nào|cơ quan nào|trong trường hợp nào|mức nào|tên gì
được gọi là gì|theo quy định|điều kiện gì|cần làm gì|phải làm gì|bị phạt bao nhiêu|khoảng bao nhiêu|của ai|do ai"""


@dataclass(frozen=True)
class Options:
    """Everything that decides the result."""

    data: Path
    out: Path
    seed: int = 7
    dim: int = 256
    pieces: int = 16000  # tokens within one syllable or word
    phrases: int = 24000  # tokens over two to four syllables
    passage_syllables: int = 150
    batch: int = 2048
    steps: int = 1500
    lr: float = 0.02
    scale: float = 20.0
    init: str = "svd"
    split: float = 0.1  # share of phrase tokens split into pieces while training
    keep: float = 0.5  # chance that the passage keeps the sentence asked about
    group: int = 4  # neighbouring passages put into one batch


@dataclass(frozen=True)
class Passage:
    """A training passage: where it came from, what it is called, its sentences."""

    document: int
    titles: tuple[str, ...]
    sentences: tuple[str, ...]
    question: bool = False  # the title is a real question about this very passage


# ---------------------------------------------------------------- texts


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a .jsonl or .jsonl.xz file."""
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def sentences_of(text: str) -> list[str]:
    """Lines cut after sentence ends; exactness does not matter for training."""
    parts = re.split(r"\n+|(?<=[a-zà-ỹ0-9)\"”][.!?])\s+(?=[A-ZÀ-ỸĐ])", unicodedata.normalize("NFC", text))
    return [part.strip() for part in parts if len(part.split()) > 1]


def pack(sentences: list[str], size: int) -> Iterator[tuple[str, ...]]:
    """Consecutive sentences as passages of about ``size`` syllables."""
    held: list[str] = []
    count = 0
    for sentence in sentences:
        words = sentence.split()
        if count and count + len(words) > size * 1.2:
            yield tuple(held)
            held, count = [], 0
        held.append(" ".join(words[: size * 2]))
        count += len(words)
    if count >= 12:
        yield tuple(held)


def passages_of(data: Path, size: int) -> Iterator[Passage]:
    """Training passages of the three sources."""
    document = 0
    for article in read(data / "viwiki-underthesea2017.jsonl.xz"):
        document += 1
        sections = re.split(r"^=+ *(.+?) *=+ *$", article["text"], flags=re.MULTILINE)
        for heading, text in zip(["", *sections[1::2]], sections[::2], strict=True):
            if re.match(r"(?i)(tham khảo|liên kết|xem thêm|chú thích|đọc thêm|nguồn|thư mục|ghi chú)", heading):
                continue
            for sentences in pack(sentences_of(text), size):
                yield Passage(document, (article["title"], heading), sentences)
    for article in read(data / "phapdien-articles.jsonl.xz"):
        document += 1
        law = re.sub(r"^(?:.*?\d+/\S+) ", "", article["law"])[:160]
        for number, sentences in enumerate(pack(sentences_of(article["body"]), size)):
            if number < 6:
                yield Passage(document, (article["title"], law), sentences)
    for pair in read(data / "thutuc-templated.jsonl.xz"):
        document += 1
        for sentences in list(pack(sentences_of(pair["positive"]), 2 * size))[:1]:
            yield Passage(document, (pair["query"],), sentences, question=True)


# ---------------------------------------------------------------- tokenizer


def new_tokenizer(model: models.Model, *, split_spaces: bool) -> Tokenizer:
    """Folding, boundaries and space marks around a model."""
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFD(),
            normalizers.StripAccents(),
            normalizers.Lowercase(),
            normalizers.Replace("đ", "d"),
            normalizers.Replace(Regex(r"[^\S\r\n]+"), " "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(BOUNDARY), "removed"),
            pre_tokenizers.Metaspace(SPACE, prepend_scheme="always", split=split_spaces),
        ]
    )
    tokenizer.decoder = decoders.Metaspace(SPACE)
    return tokenizer


def pair_counts(ids: Ints, whole: npt.NDArray[np.bool_], width: Ints, most: int) -> tuple[Ints, Ints, Ints]:
    """Adjacent pairs of whole words (left ids, right ids, counts) spanning at most ``most`` syllables."""
    left, right = ids[:-1], ids[1:]
    after = np.append(ids[2:], -1)
    starts_word = whole[np.maximum(after, 0)] | (after < 0)
    good = (left >= 0) & (right >= 0) & whole[left] & whole[right] & starts_word & (width[left] + width[right] <= most)
    keys, counts = np.unique(left[good] * 1_000_000 + right[good], return_counts=True)
    return keys // 1_000_000, keys % 1_000_000, counts


def merge(ids: Ints, ranks: dict[int, tuple[int, int]], whole: npt.NDArray[np.bool_]) -> Ints:
    """Apply merges to a whole corpus at once: of overlapping pairs the better ranked goes first."""
    keys = np.array(sorted(ranks), dtype=np.int64)
    values = np.array([ranks[key] for key in keys.tolist()], dtype=np.int64)
    never = np.iinfo(np.int64).max
    while True:
        pair = np.maximum(ids[:-1], 0) * 1_000_000 + np.maximum(ids[1:], 0)
        at = np.minimum(np.searchsorted(keys, pair), len(keys) - 1)
        found = (keys[at] == pair) & (ids[:-1] >= 0) & (ids[1:] >= 0)
        after = np.append(ids[2:], -1)
        found &= whole[np.maximum(after, 0)] | (after < 0)
        rank = np.where(found, values[at, 0], never)
        before, following = np.append(never, rank[:-1]), np.append(rank[1:], never)
        chosen = np.flatnonzero(found & (rank < before) & (rank <= following))
        if not len(chosen):
            return ids
        ids = ids.copy()
        ids[chosen] = values[at[chosen], 1]
        ids = np.delete(ids, chosen + 1)


def train_tokenizer(options: Options, texts: list[str]) -> Tokenizer:
    """Byte-pair pieces within words first; then phrases, merged by count times association."""
    base = new_tokenizer(models.BPE(byte_fallback=True), split_spaces=True)
    specials = ["[UNK]", *(f"<0x{byte:02X}>" for byte in range(256))]
    base.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=options.pieces, limit_alphabet=400, min_frequency=3, special_tokens=specials, show_progress=False
        ),
    )
    state = json.loads(base.to_str())["model"]
    vocabulary: dict[str, int] = state["vocab"]
    merges: list[tuple[str, str]] = [(pair[0], pair[1]) for pair in state["merges"]]
    names = sorted(vocabulary, key=lambda name: vocabulary[name])
    clauses = new_tokenizer(base.model, split_spaces=False)
    stream: list[Ints] = []
    for start in range(0, len(texts), 2000):
        parts = [part for text in texts[start : start + 2000] for part in re.split(r"[^\w\s%&@#+$°/]+|\n", text) if part]
        for encoding in clauses.encode_batch_fast(parts, add_special_tokens=False):
            stream.append(np.array([*encoding.ids, -1], dtype=np.int64))
    ids = np.concatenate(stream)
    room = len(names) + options.phrases
    whole, width = np.zeros(room, dtype=bool), np.full(room, 99, dtype=np.int64)
    for index, name in enumerate(names):
        whole[index] = name.startswith(SPACE) and len(name) > 1
        width[index] = 1 if whole[index] else 99
    rounds = 8 if options.phrases else 0
    known: set[tuple[int, int]] = set()
    for turn in range(rounds):
        left, right, counts = pair_counts(ids, whole, width, 4)
        frequency = np.bincount(ids[ids >= 0], minlength=room)
        total = float(frequency.sum())
        pmi = np.log(counts * total / (frequency[left] * frequency[right].astype(np.float64)))
        npmi = pmi / -np.log(counts / total)
        score = np.where((counts >= 15) & (npmi > 0.15), np.sqrt(counts) * npmi**2, 0.0)
        quota = options.pieces + options.phrases * (turn + 1) // rounds - len(names)
        ranks: dict[int, tuple[int, int]] = {}
        for choice in np.argsort(-score, kind="stable").tolist():
            one, two = int(left[choice]), int(right[choice])
            if quota <= 0 or score[choice] <= 0:
                break
            name = names[one] + names[two]
            if name not in vocabulary:
                whole[len(names)], width[len(names)] = True, width[one] + width[two]
                vocabulary[name] = len(names)
                names.append(name)
                quota -= 1
            if (one, two) not in known:
                known.add((one, two))
                ranks[one * 1_000_000 + two] = (len(merges), vocabulary[name])
                merges.append((names[one], names[two]))
        if ranks:
            ids = merge(ids, ranks, whole)
        print(f"tokenizer round {turn + 1}: {len(names)} tokens, last {names[-3:]}", flush=True)
    model = models.BPE(vocab=vocabulary, merges=merges, byte_fallback=True, unk_token="[UNK]")
    return new_tokenizer(model, split_spaces=False)


# ---------------------------------------------------------------- prepared data


@dataclass(frozen=True)
class Prepared:
    """All passages as token ids: sentences end to end, passages end to end."""

    tokens: Ints
    sentence_ends: Ints  # into tokens; entry 0 is 0
    passage_ends: Ints  # into sentences; entry 0 is 0
    titles: Ints
    title_ends: Ints  # into titles; two per passage
    documents: Ints
    questions: Ints
    phrases: Ints
    phrase_ends: Ints
    pieces: Ints  # the pieces of every token
    piece_ends: Ints

    def passage(self, index: int) -> Ints:
        """All tokens of one passage."""
        return self.tokens[self.sentence_ends[self.passage_ends[index]] : self.sentence_ends[self.passage_ends[index + 1]]]

    def title(self, index: int) -> list[Ints]:
        """The titles of one passage, those that are not empty."""
        ends = self.title_ends[2 * index : 2 * index + 3]
        return [self.titles[ends[k] : ends[k + 1]] for k in (0, 1) if ends[k + 1] > ends[k]]


def encode(tokenizer: Tokenizer, texts: list[str]) -> tuple[Ints, Ints]:
    """Token ids end to end, and where each text ends (entry 0 is 0)."""
    chunks: list[Ints] = []
    ends = [0]
    for start in range(0, len(texts), 5000):
        for encoding in tokenizer.encode_batch_fast(texts[start : start + 5000], add_special_tokens=False):
            chunks.append(np.array(encoding.ids, dtype=np.int64))
            ends.append(ends[-1] + len(chunks[-1]))
    return np.concatenate([*chunks, np.zeros(0, dtype=np.int64)]), np.array(ends, dtype=np.int64)


def prepare(options: Options) -> tuple[Tokenizer, Prepared]:
    """Tokenizer and prepared passages, made once and kept in work/."""
    work = options.out / "work"
    work.mkdir(parents=True, exist_ok=True)
    passages = list(passages_of(options.data, options.passage_syllables)) if not (work / "prepared.safetensors").exists() else []
    if not (work / "tokenizer.json").exists():
        train_tokenizer(options, ["\n".join(p.sentences) for p in passages[::2]]).save(str(work / "tokenizer.tmp"))
        os.replace(work / "tokenizer.tmp", work / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
    if passages:
        tokens, sentence_ends = encode(tokenizer, [s for p in passages for s in p.sentences])
        titles, title_ends = encode(tokenizer, [t for p in passages for t in (*p.titles, "")[:2]])
        phrases, phrase_ends = encode(tokenizer, re.split(r"[|\n]", QUESTION_PHRASES))
        size = tokenizer.get_vocab_size()
        names = [tokenizer.id_to_token(index) or "" for index in range(size)]
        ids = tokenizer.get_vocab()
        parts = [[ids.get(SPACE + syllable, -1) for syllable in name.split(SPACE)[1:]] for name in names]
        parts = [part if len(part) > 1 and min(part) >= 0 else [index] for index, part in enumerate(parts)]
        arrays = {
            "tokens": tokens,
            "sentence_ends": sentence_ends,
            "passage_ends": np.cumsum([0, *(len(p.sentences) for p in passages)]),
            "titles": titles,
            "title_ends": title_ends,
            "documents": np.array([p.document for p in passages]),
            "questions": np.array([int(p.question) for p in passages]),
            "phrases": phrases,
            "phrase_ends": phrase_ends,
            "pieces": np.array([piece for part in parts for piece in part]),
            "piece_ends": np.cumsum([0, *(len(part) for part in parts)]),
        }
        save_file({key: value.astype(np.int32) for key, value in arrays.items()}, work / "prepared.tmp")
        os.replace(work / "prepared.tmp", work / "prepared.safetensors")
    loaded = load_file(work / "prepared.safetensors")
    return tokenizer, Prepared(**{key: value.astype(np.int64) for key, value in loaded.items()})


# ---------------------------------------------------------------- pairs


def split_phrases(tokens: Ints, data: Prepared, share: float, rng: np.random.Generator) -> Ints:
    """Replace a random share of the phrase tokens by their syllables."""
    sizes = np.where(rng.random(len(tokens)) < share, data.piece_ends[tokens + 1] - data.piece_ends[tokens], 1)
    plain = np.repeat(tokens, sizes)
    many = np.repeat(sizes > 1, sizes)
    offset = np.arange(len(plain)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.where(many, data.pieces[np.minimum(data.piece_ends[plain] + offset, len(data.pieces) - 1)], plain)


def make_question(sentence: Ints, data: Prepared, rng: np.random.Generator) -> Ints:
    """A sentence as a question: a window of it, a gap for the answer, a question phrase, some words lost."""
    length = int(rng.integers(4, 22))
    start = int(rng.integers(0, max(1, len(sentence) - length + 1)))
    window = sentence[start : start + length]
    gap = int(rng.integers(0, max(1, len(window) // 3) + 1))
    at = int(rng.integers(0, max(1, len(window) - gap + 1)))
    asked = int(rng.integers(0, len(data.phrase_ends) - 1))
    phrase = data.phrases[data.phrase_ends[asked] : data.phrase_ends[asked + 1]]
    rest = window[at + gap :]
    whole = [window[:at], phrase, rest] if rng.random() < 0.5 else [window[:at], rest, phrase]
    question = np.concatenate(whole) if rng.random() < 0.8 else window
    kept = question[rng.random(len(question)) >= rng.choice([0.0, 0.15, 0.35])]
    return kept if len(kept) else window


def pair(index: int, options: Options, data: Prepared, rng: np.random.Generator) -> tuple[Ints, Ints, bool]:
    """One (question, passage) for a passage; the flag says that it asks about the document as a whole."""
    titles, body = data.title(index), data.passage(index)
    kind = rng.random()
    if data.questions[index] or (titles and kind < 0.25):
        chosen = rng.random()
        query = np.concatenate(titles) if chosen < 0.5 else titles[int(rng.integers(len(titles)))]
        return query, body, True
    first, last = int(data.passage_ends[index]), int(data.passage_ends[index + 1])
    if kind < 0.4:  # the first sentence of a neighbour in the same document, usually its lead
        near = max(0, index - int(rng.integers(1, 4)))
        if data.documents[near] == data.documents[index]:
            lead = data.tokens[data.sentence_ends[data.passage_ends[near]] :][:40]
            return lead, body, True
    at = int(rng.integers(first, last))
    begin, end = int(data.sentence_ends[at]), int(data.sentence_ends[at + 1])
    sentence = data.tokens[begin:end]
    if last - first > 1 and rng.random() >= options.keep:
        body = np.concatenate([data.tokens[data.sentence_ends[first] : begin], data.tokens[end : data.sentence_ends[last]]])
    if titles and rng.random() < 0.6:
        body = np.concatenate([*titles, body])
    if titles and rng.random() < 0.15:
        return np.concatenate([titles[0], make_question(sentence, data, rng)]), body, False
    return (make_question(sentence, data, rng) if rng.random() < 0.85 else sentence), body, False


def batch(step: int, options: Options, data: Prepared) -> tuple[list[Ints], list[Ints], npt.NDArray[np.bool_], Ints]:
    """The pairs of one step; a function of seed and step only, so that a run can go on where it stopped."""
    rng = np.random.default_rng([options.seed, step])
    count, group = len(data.documents), options.group
    starts = rng.choice(count - group, options.batch // group, replace=False)
    rows = np.unique((starts[:, None] + np.arange(group)).ravel())
    pairs = [pair(int(row), options, data, rng) for row in rows]
    good = [k for k, (query, body, _) in enumerate(pairs) if len(query) and len(body)]
    queries = [split_phrases(pairs[k][0], data, options.split, rng) for k in good]
    bodies = [split_phrases(pairs[k][1], data, options.split, rng) for k in good]
    return queries, bodies, np.array([pairs[k][2] for k in good]), data.documents[rows[good]]


# ---------------------------------------------------------------- training


def first_vectors(options: Options, data: Prepared, size: int) -> Floats:
    """Latent semantic analysis of token by passage weights, scaled by inverse document frequency."""
    rng = np.random.default_rng(options.seed)
    noise = rng.standard_normal((size, options.dim)).astype(np.float32) / np.float32(np.sqrt(options.dim))
    from scipy.sparse import coo_array
    from sklearn.utils.extmath import randomized_svd

    starts = data.sentence_ends[data.passage_ends]
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    keys, counts = np.unique(rows * size + data.tokens, return_counts=True)
    row, column = keys // size, keys % size
    frequency = np.bincount(column, minlength=size)
    idf = np.log((len(starts) + 1) / (frequency + 1)).astype(np.float32)
    if options.init == "random":
        return noise
    values = (1 + np.log(counts)).astype(np.float32) * idf[column]
    norms = np.sqrt(np.bincount(row, values**2, minlength=len(starts)))
    matrix = coo_array((values / norms[row].astype(np.float32), (row, column)), shape=(len(starts), size)).tocsr()
    _, strength, vectors = randomized_svd(matrix, options.dim, n_iter=3, random_state=options.seed)
    latent = (vectors.T * np.sqrt(strength)).astype(np.float32)
    latent /= np.linalg.norm(latent, axis=1, keepdims=True) + 1e-6
    return np.asarray((0.6 * latent + 0.6 * noise) * (idf / idf.mean())[:, None], dtype=np.float32)


def bag(weights: torch.nn.EmbeddingBag, texts: list[Ints]) -> torch.Tensor:
    """Unit-length mean vectors of texts given as token ids."""
    offsets = np.cumsum([0, *(len(text) for text in texts[:-1])])
    vectors = weights(torch.from_numpy(np.concatenate(texts)), torch.from_numpy(offsets))
    return torch.nn.functional.normalize(vectors, dim=-1)


def train(options: Options, tokenizer: Tokenizer, data: Prepared, minutes: float) -> tuple[Floats, int]:
    """Contrastive training with in-batch negatives; returns the vectors and the steps done so far."""
    torch.manual_seed(options.seed)
    path, began = options.out / "work" / "checkpoint.pt", time.monotonic()
    size = tokenizer.get_vocab_size()
    weights = torch.nn.EmbeddingBag(size, options.dim, mode="mean")
    optimizer = torch.optim.Adam(weights.parameters(), lr=options.lr)
    step = 0
    if path.exists():
        state = torch.load(path, weights_only=True)
        weights.load_state_dict(state["weights"])
        optimizer.load_state_dict(state["optimizer"])
        step = int(state["step"])
        print(f"continuing at step {step}", flush=True)
    else:
        weights.weight.data.copy_(torch.from_numpy(first_vectors(options, data, size)))
    saved, losses = time.monotonic(), []
    while step < options.steps and time.monotonic() - began < minutes * 60:
        queries, bodies, broad, documents = batch(step, options, data)
        warm = min(1.0, (step + 1) / 50)
        optimizer.param_groups[0]["lr"] = options.lr * warm * max(0.02, 1 - step / options.steps)
        scores = options.scale * bag(weights, queries) @ bag(weights, bodies).T
        # A question about the document as a whole is answered by all of its passages: do not push those away.
        same = (documents[:, None] == documents[None, :]) & broad[:, None]
        np.fill_diagonal(same, False)
        target = torch.arange(len(queries))
        forward = torch.nn.functional.cross_entropy(scores.masked_fill(torch.from_numpy(same), -1e4), target)
        backward = torch.nn.functional.cross_entropy(scores.T.masked_fill(torch.from_numpy(same.T.copy()), -1e4), target)
        loss = (forward + backward) / 2
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        step += 1
        losses.append(loss.item())
        if step % 100 == 0:
            print(f"step {step}, loss {np.mean(losses[-100:]):.3f}, {time.monotonic() - began:.0f} s", flush=True)
        if time.monotonic() - saved > 120 or step == options.steps:
            torch.save({"weights": weights.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, f"{path}.tmp")
            os.replace(f"{path}.tmp", path)
            saved = time.monotonic()
    return weights.weight.detach().numpy(), step


# ---------------------------------------------------------------- saving and measuring


def save(folder: Path, tokenizer: Tokenizer, vectors: Floats) -> None:
    """A sentence-transformers folder; the vectors as bytes with one scale per token (16 MB instead of 64)."""
    inner = folder / "0_StaticEmbedding"
    inner.mkdir(parents=True, exist_ok=True)
    (folder / "1_Normalize").mkdir(exist_ok=True)
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-8).astype(np.float32) / np.float32(127)
    rounded = np.rint(vectors / scales[:, None]).astype(np.int8)
    save_file({"embeddings": rounded, "weights": scales}, inner / "model.safetensors")
    state = json.loads(tokenizer.to_str())
    (inner / "tokenizer.json").write_text(json.dumps(state, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    package = "sentence_transformers.models"
    modules = [
        {"idx": k, "name": str(k), "path": f"{k}_{name}", "type": f"{package}.{name}"}
        for k, name in enumerate(["StaticEmbedding", "Normalize"])
    ]
    (folder / "modules.json").write_text(json.dumps(modules, indent=2) + "\n")
    settings = {"model_type": "SentenceTransformer", "similarity_fn_name": "cosine", "prompts": {}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(settings, indent=2) + "\n")


class Model:
    """The saved model, read with numpy and tokenizers alone."""

    def __init__(self, folder: Path) -> None:
        inner = folder / "0_StaticEmbedding"
        arrays = load_file(inner / "model.safetensors")
        self.vectors: Floats = arrays["embeddings"].astype(np.float32) * arrays["weights"][:, None]
        self.tokenizer = Tokenizer.from_file(str(inner / "tokenizer.json"))

    def encode(self, texts: list[str]) -> Floats:
        """Unit-length vectors; a text without any token gets zeros."""
        out = np.zeros((len(texts), self.vectors.shape[1]), dtype=np.float32)
        for row, encoding in enumerate(self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)):
            if encoding.ids:
                out[row] = self.vectors[encoding.ids].mean(axis=0)
        return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)


def fold(text: str) -> str:
    """Vietnamese without marks, as many people type it."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")


def measure(model: Model, folder: Path) -> dict[str, float]:
    """nDCG@10 and hit@1 of cosine search over one set in BEIR form, accented and unaccented questions."""
    corpus = list(read(folder / "corpus.jsonl"))
    place = {str(record["_id"]): k for k, record in enumerate(corpus)}
    vectors = model.encode([(record.get("title", "") + "\n" + record["text"]).strip() for record in corpus])
    relevant: dict[str, dict[int, float]] = {}
    for line in (folder / "qrels.tsv").read_text().splitlines()[1:]:
        query, document, grade = line.split("\t")
        if float(grade) > 0:
            relevant.setdefault(query, {})[place[document]] = float(grade)
    queries = {str(record["_id"]): str(record["text"]) for record in read(folder / "queries.jsonl")}
    queries = {key: text for key, text in queries.items() if key in relevant}
    discount = 1 / np.log2(np.arange(2, 12))
    figures: dict[str, float] = {}
    for name, texts in (("", list(queries.values())), (" unaccented", [fold(t) for t in queries.values()])):
        order = np.argsort(-(model.encode(texts) @ vectors.T), axis=1, kind="stable")[:, :10]
        gained, hits = [], []
        for key, found in zip(queries, order, strict=True):
            grades = relevant[key]
            best = np.sort(list(grades.values()))[::-1][:10]
            gain = np.array([grades.get(int(k), 0.0) for k in found])
            gained.append(float((gain * discount[: len(gain)]).sum() / (best * discount[: len(best)]).sum()))
            hits.append(float(gain[0] > 0))
        figures |= {f"nDCG@10{name}": float(np.mean(gained)), f"hit@1{name}": float(np.mean(hits))}
    return figures


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop training after so long; the same command goes on")
    parser.add_argument("--eval", type=Path, help="folder of development sets in BEIR form, one folder each")
    parser.add_argument("--threads", type=int, default=2)
    for name in ("seed", "dim", "pieces", "phrases", "batch", "steps", "group"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Options, name))
    for name in ("lr", "scale", "split", "keep"):
        parser.add_argument(f"--{name}", type=float, default=getattr(Options, name))
    parser.add_argument("--init", choices=["svd", "random"], default=Options.init)
    given = vars(parser.parse_args())
    minutes, sets = given.pop("minutes"), given.pop("eval")
    torch.set_num_threads(given.pop("threads"))
    options = Options(**given)
    tokenizer, data = prepare(options)
    print(f"{len(data.documents)} passages, {len(data.tokens)} tokens, vocabulary {tokenizer.get_vocab_size()}", flush=True)
    vectors, step = train(options, tokenizer, data, minutes)
    save(options.out / "weights", tokenizer, vectors)
    print(f"saved after step {step} of {options.steps}", flush=True)
    for folder in sorted(sets.iterdir()) if sets else []:
        if (folder / "qrels.tsv").exists():
            figures = measure(Model(options.out / "weights"), folder)
            print(f"{folder.name:18}" + "  ".join(f"{key} {value:.3f}" for key, value in figures.items()), flush=True)


if __name__ == "__main__":
    main()
