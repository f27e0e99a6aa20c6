"""Train hoitin's default embedding model, from raw texts to saved weights.

The model is one vector per token; a text's embedding is the mean of its tokens' vectors, scaled to length one.
Everything is folded (marks dropped, đ→d) before it is cut into tokens, so a question typed without marks gets the
same vector; what folding loses is recovered by tokens of up to four syllables ("ngan hang nha nuoc").

    python -m docs_store.default_model.train --data DATA --out OUT [--minutes N] [--eval SETS]

DATA holds `phapdien-articles.jsonl.xz`, `viwiki-underthesea2017.jsonl.xz` and `thutuc-templated.jsonl.xz`. OUT receives
`weights/` (a sentence-transformers folder) and `work/` (tokenizer, prepared passages, checkpoint). The same command
continues a run that was killed.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from docs_store.default_model.measure import Floats, Model, measure, read
from docs_store.default_model.tokenizer import SPACE, Ints, train_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator

QUESTION_PHRASES = """\
ai|ai là|người nào|là gì|cái gì|những gì|gồm những gì|gì|điều gì|bao nhiêu|là bao nhiêu|có bao nhiêu
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
    passage: int = 150  # syllables
    batch: int = 2048
    group: int = 4  # neighbouring passages put into one batch
    steps: int = 1000
    lr: float = 0.03
    scale: float = 20.0
    tie: float = 1.0  # a phrase's vector is its own plus this times the sum of its syllables'
    keep: float = 0.5  # chance that the passage keeps the sentence asked about


@dataclass(frozen=True)
class Passage:
    """A training passage: where it came from, what it is called, its sentences."""

    document: int
    titles: tuple[str, ...]
    sentences: tuple[str, ...]
    question: bool = False  # the title is a real question about this very passage


# --- texts


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


# --- prepared data


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
    settings, note = (
        json.dumps({k: v for k, v in vars(options).items() if k not in ("data", "out")}),
        work / "options.json",
    )
    if note.exists() and note.read_text() != settings:
        raise SystemExit(f"{options.out} holds a run with other options: {note.read_text()}")
    note.write_text(settings)
    vocabulary, prepared = work / "tokenizer.json", work / "prepared.safetensors"
    passages = [] if prepared.exists() else list(passages_of(options.data, options.passage))
    if not vocabulary.exists():
        texts = ["\n".join(p.sentences) for p in passages[::2]]
        train_tokenizer(texts, options.pieces, options.phrases).save(f"{vocabulary}.tmp")
        Path(f"{vocabulary}.tmp").replace(vocabulary)
    tokenizer = Tokenizer.from_file(str(vocabulary))
    if passages:
        ids = tokenizer.get_vocab()
        names = sorted(ids, key=lambda name: ids[name])
        parts = [[ids.get(SPACE + syllable, -1) for syllable in name.split(SPACE)[1:]] for name in names]
        parts = [part if len(part) > 1 and min(part) >= 0 else [index] for index, part in enumerate(parts)]
        arrays: dict[str, Any] = {
            "passage_ends": np.cumsum([0, *(len(p.sentences) for p in passages)]),
            "documents": np.array([p.document for p in passages]),
            "questions": np.array([int(p.question) for p in passages]),
            "pieces": np.array([piece for part in parts for piece in part]),
            "piece_ends": np.cumsum([0, *(len(part) for part in parts)]),
        }
        arrays["tokens"], arrays["sentence_ends"] = encode(tokenizer, [s for p in passages for s in p.sentences])
        arrays["titles"], arrays["title_ends"] = encode(tokenizer, [t for p in passages for t in (*p.titles, "")[:2]])
        arrays["phrases"], arrays["phrase_ends"] = encode(tokenizer, re.split(r"[|\n]", QUESTION_PHRASES))
        save_file({key: value.astype(np.int32) for key, value in arrays.items()}, f"{prepared}.tmp")
        Path(f"{prepared}.tmp").replace(prepared)
    return tokenizer, Prepared(**{key: value.astype(np.int64) for key, value in load_file(prepared).items()})


# --- pairs


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
    ends, edges = data.sentence_ends, data.title_ends[2 * index : 2 * index + 3]
    titles = [data.titles[edges[k] : edges[k + 1]] for k in (0, 1) if edges[k + 1] > edges[k]]
    first, last = int(data.passage_ends[index]), int(data.passage_ends[index + 1])
    body = data.tokens[ends[first] : ends[last]]
    kind = rng.random()
    if data.questions[index] or (titles and kind < 0.25):
        return np.concatenate(titles) if rng.random() < 0.5 else titles[int(rng.integers(len(titles)))], body, True
    near = max(0, index - int(rng.integers(1, 4)))
    if kind < 0.4 and data.documents[near] == data.documents[index]:  # the start of a passage before, often the lead
        return data.tokens[ends[data.passage_ends[near]] :][:40], body, True
    at = int(rng.integers(first, last))
    sentence = data.tokens[ends[at] : ends[at + 1]]
    if last - first > 1 and rng.random() >= options.keep:
        body = np.concatenate([data.tokens[ends[first] : ends[at]], data.tokens[ends[at + 1] : ends[last]]])
    if titles and rng.random() < 0.6:
        body = np.concatenate([*titles, body])
    if titles and rng.random() < 0.15:
        return np.concatenate([titles[0], make_question(sentence, data, rng)]), body, False
    return (make_question(sentence, data, rng) if rng.random() < 0.85 else sentence), body, False


def batch(step: int, options: Options, data: Prepared) -> tuple[list[Ints], list[Ints], npt.NDArray[np.bool_], Ints]:
    """The pairs of one step; a function of seed and step only, so that a run can go on where it stopped."""
    rng = np.random.default_rng([options.seed, step])
    starts = rng.choice(len(data.documents) - options.group, options.batch // options.group, replace=False)
    rows = np.unique((starts[:, None] + np.arange(options.group)).ravel())
    made = [(*pair(row, options, data, rng), int(data.documents[row])) for row in rows.tolist()]
    queries, bodies, broad, documents = zip(*(one for one in made if len(one[0]) and len(one[1])), strict=True)
    return list(queries), list(bodies), np.array(broad), np.array(documents)


# --- training


def first_vectors(options: Options, data: Prepared, size: int) -> torch.Tensor:
    """Latent semantic analysis of the token by passage matrix plus noise, scaled by inverse document frequency."""
    starts = data.sentence_ends[data.passage_ends]
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    keys, counts = np.unique(rows * size + data.tokens, return_counts=True)
    row, column = keys // size, keys % size
    idf = np.log(len(starts) / (np.bincount(column, minlength=size) + 1)).astype(np.float32)
    values = (1 + np.log(counts)) * idf[column]
    values /= np.sqrt(np.bincount(row, values**2, minlength=len(starts)))[row]
    shape = (len(starts) - 1, size)
    place = torch.from_numpy(np.stack([row, column]))
    filled = torch.from_numpy(values.astype(np.float32))
    matrix = torch.sparse_coo_tensor(place, filled, shape).to_sparse_csr()
    turned = torch.sparse_coo_tensor(place.flip(0), filled, shape[::-1]).to_sparse_csr()
    basis = torch.randn(size, options.dim + 16)
    for _ in range(4):
        basis = torch.linalg.qr(turned @ (matrix @ basis)).Q
    image = matrix @ basis
    strength, rotation = torch.linalg.eigh(image.T @ image)
    latent = (basis @ rotation)[:, -options.dim :] * strength[-options.dim :].clamp(min=0) ** 0.25
    noise = torch.randn(size, options.dim) / options.dim**0.5
    mixed = 0.6 * torch.nn.functional.normalize(latent, dim=1) + 0.6 * noise
    scaled: torch.Tensor = mixed * torch.from_numpy(idf / idf.mean())[:, None]
    return scaled


def bag(table: torch.Tensor, texts: list[Ints]) -> torch.Tensor:
    """Unit-length mean vectors of texts given as token ids."""
    ends = torch.from_numpy(np.cumsum([0, *(len(text) for text in texts[:-1])]))
    ids = torch.from_numpy(np.concatenate(texts))
    vectors: torch.Tensor = torch.nn.functional.embedding_bag(ids, table, ends, mode="mean")
    unit: torch.Tensor = vectors / vectors.norm(dim=1, keepdim=True).clamp(min=1e-12)
    return unit


def train(options: Options, size: int, data: Prepared, minutes: float) -> tuple[Floats, int]:
    """Contrastive training with in-batch negatives; returns the vectors and the steps done so far."""
    torch.manual_seed(options.seed)
    path, began = options.out / "work" / "checkpoint.pt", time.monotonic()
    sizes = np.diff(data.piece_ends)
    long = np.repeat(sizes > 1, sizes)
    place = torch.from_numpy(np.stack([np.repeat(np.arange(size), sizes)[long], data.pieces[long]]))
    ties = torch.full((place.shape[1],), options.tie)
    parts = torch.sparse_coo_tensor(place, ties, (size, size)).coalesce().to_sparse_csr()  # phrase by syllable
    own = torch.nn.Parameter(torch.zeros(size, options.dim))
    optimizer = torch.optim.Adam([own], lr=options.lr)
    step = 0
    if path.exists():
        state = torch.load(path, weights_only=True)
        own.data.copy_(state["own"])
        optimizer.load_state_dict(state["optimizer"])
        step = int(state["step"])
        print(f"continuing at step {step}", flush=True)
    else:
        first = first_vectors(options, data, size)
        own.data.copy_(first - parts @ first)
    saved, losses = time.monotonic(), []
    while step < options.steps and time.monotonic() - began < minutes * 60:
        queries, bodies, broad, documents = batch(step, options, data)
        decay = max(0.02, 1 - step / options.steps)
        optimizer.param_groups[0]["lr"] = options.lr * min(1.0, (step + 1) / 50) * decay
        table = own + torch.sparse.mm(parts, own)
        scores = options.scale * bag(table, queries) @ bag(table, bodies).T
        # A question about the document as a whole is answered by all of its passages: do not push those away.
        same = torch.from_numpy((documents[:, None] == documents[None, :]) & broad[:, None]).fill_diagonal_(False)
        scores, target = scores.masked_fill(same, -1e4), torch.arange(len(queries))
        cross_entropy = torch.nn.functional.cross_entropy
        loss = (cross_entropy(scores, target) + cross_entropy(scores.T, target)) / 2
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        step += 1
        losses.append(loss.item())
        if step % 100 == 0:
            print(f"step {step}, loss {np.mean(losses[-100:]):.3f}, {time.monotonic() - began:.0f} s", flush=True)
        stopping = step == options.steps or time.monotonic() - began >= minutes * 60
        if stopping or time.monotonic() - saved > 120:
            torch.save({"own": own.data, "optimizer": optimizer.state_dict(), "step": step}, f"{path}.tmp")
            Path(f"{path}.tmp").replace(path)
            saved = time.monotonic()
    with torch.no_grad():
        return np.asarray((own + parts @ own).numpy()), step


# --- saving and measuring


def save(folder: Path, tokenizer: Tokenizer, vectors: Floats) -> None:
    """A sentence-transformers folder; the vectors as bytes with one scale per token: a quarter of the size."""
    inner = folder / "0_StaticEmbedding"
    inner.mkdir(parents=True, exist_ok=True)
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-8).astype(np.float32) / np.float32(127)
    rounded = np.rint(vectors / scales[:, None]).astype(np.int8)
    save_file({"embeddings": rounded, "weights": scales}, inner / "model.safetensors")
    state = json.loads(tokenizer.to_str())
    compact = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
    (inner / "tokenizer.json").write_text(compact, encoding="utf-8")
    (inner / "model.safetensors").chmod(0o644)
    kinds = enumerate(["StaticEmbedding", "Normalize"])
    package = "sentence_transformers.models"
    modules = [{"idx": k, "name": str(k), "path": f"{k}_{kind}", "type": f"{package}.{kind}"} for k, kind in kinds]
    (folder / "modules.json").write_text(json.dumps(modules, indent=2) + "\n")
    settings = {"model_type": "SentenceTransformer", "similarity_fn_name": "cosine", "prompts": {}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(settings, indent=2) + "\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so long; the same command goes on")
    parser.add_argument("--eval", type=Path, help="folder of development sets in BEIR form, one folder each")
    parser.add_argument("--threads", type=int, default=2)
    for name in ("seed", "dim", "pieces", "phrases", "passage", "batch", "group", "steps"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Options, name))
    for name in ("lr", "scale", "tie", "keep"):
        parser.add_argument(f"--{name}", type=float, default=getattr(Options, name))
    given = vars(parser.parse_args())
    minutes, sets = given.pop("minutes"), given.pop("eval")
    if sets and not sets.is_dir():
        parser.error(f"--eval: no folder {sets}")
    torch.set_num_threads(given.pop("threads"))
    options = Options(**given)
    tokenizer, data = prepare(options)
    size = tokenizer.get_vocab_size()
    print(f"{len(data.documents)} passages, {len(data.tokens)} tokens, vocabulary {size}", flush=True)
    vectors, step = train(options, size, data, minutes)
    save(options.out / "weights", tokenizer, vectors)
    print(f"saved after step {step} of {options.steps}", flush=True)
    for folder in sorted(sets.iterdir()) if sets else []:
        if (folder / "qrels.tsv").exists():
            figures = measure(Model(options.out / "weights"), folder)
            print(f"{folder.name:18}" + "  ".join(f"{key} {value:.3f}" for key, value in figures.items()), flush=True)


if __name__ == "__main__":
    main()
