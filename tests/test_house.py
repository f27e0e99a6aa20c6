"""The import rules of the house, read from the code."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("docs_store", "indexer", "retriever", "webui")
MAY_IMPORT = {
    "docs_store": set[str](),
    "indexer": {"docs_store"},
    "retriever": {"docs_store"},
    "webui": {"docs_store", "indexer", "retriever"},
}
# Plain text rules, the error tree and the writing of files are part of the ground floor's face.
FACES = {
    "docs_store", "docs_store.vietnamese", "docs_store.diacritics",
    "docs_store.document_numbers", "docs_store.errors", "docs_store.files", "docs_store.inference",
    "indexer", "indexer.sources", "retriever", "retriever.evaluate", "retriever.abstention",
}  # fmt: skip
HEAVY = ("torch", "sentence_transformers", "onnxruntime", "faiss", "gradio", "tantivy", "trafilatura", "pypdf", "docx")


def _modules(room: str) -> list[Path]:
    # Code beside weights runs where sentence-transformers loads that folder, scripts that make a model by hand: never here.
    return sorted(path for path in (ROOT / room).rglob("*.py") if not {"default_model", "reader", "weights"} & set(path.parts))


def _imports(path: Path, *, top_level: bool = False) -> list[str]:
    """Return the absolute modules that a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.iter_child_nodes(tree) if top_level else ast.walk(tree)
    names = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.append(node.module)
    return names


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    for path in _modules(room):
        rooms = {name.split(".")[0] for name in _imports(path)} & set(ROOMS)
        assert rooms <= MAY_IMPORT[room] | {room}, f"{path} imports {rooms - MAY_IMPORT[room]}"


@pytest.mark.parametrize("room", ROOMS)
def test_between_rooms_imports_go_by_the_face(room: str) -> None:
    for path in _modules(room):
        for name in _imports(path):
            if name.split(".")[0] in ROOMS:
                assert name.split(".")[0] != room, f"{path}: inside a room, import relatively ({name})"
                assert name in FACES, f"{path} reaches behind the face: {name}"


@pytest.mark.parametrize("room", ROOMS)
def test_heavy_libraries_load_only_where_used(room: str) -> None:
    for path in _modules(room):
        if path.name in ("server.py", "page.py"):  # imported by `hoitin serve` alone
            continue
        heavy = {name.split(".")[0] for name in _imports(path, top_level=True)} & set(HEAVY)
        assert not heavy, f"{path} imports {heavy} when it is imported"


def test_help_loads_no_engine() -> None:
    code = (
        "import sys, webui.cli\n"
        "try: webui.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([m for m in {(*HEAVY, 'numpy', 'pydantic')!r} if m in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.rstrip().endswith("[]"), output


def test_importing_a_room_makes_no_folder(tmp_path: Path) -> None:
    code = "import docs_store, indexer, retriever, webui.server"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_asks_the_machine_which_day_it_is(room: str) -> None:
    """A container runs in UTC, where it is yesterday until seven in the morning: docs_store.today() is Vietnam's day."""
    for path in _modules(room):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            of = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
            if isinstance(of, ast.Name) and of.id in ("date", "datetime", "time"):
                assert isinstance(node, ast.Call)
                assert isinstance(node.func, ast.Attribute)
                assert node.func.attr not in ("today", "utcnow", "localtime"), f"{path}:{node.lineno}"
                assert node.func.attr != "now" or node.args or node.keywords, f"{path}:{node.lineno} has no time zone"
