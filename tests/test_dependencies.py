"""What hoitin stands on: what the code imports is declared, and what is locked is what was declared."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from starlette.requests import Request
from starlette.testclient import TestClient

from retriever import Assistant
from webui.server import make_app
from webui.settings import Settings

ROOT = Path(__file__).parent.parent
ROOMS = ("docs_store", "indexer", "retriever", "webui")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PYTHONS = ("3.11", "3.12", "3.13")
MACHINES = ("x86_64", "aarch64")
LOCKS = ("requirements.lock", "requirements-torch.lock", "requirements-test.lock")

# Declared, and imported by none of us.
NOT_IMPORTED = {
    "cryptography": "pypdf imports it for PDFs under AES",
    "lxml-html-clean": "justext imports it for trafilatura",
    "idna": "httpx encodes hosts with it",
    "ruff": "a program",
    "mypy": "a program",
    "types-pyyaml": "read by mypy",
    "hatchling": "builds the wheel",
    "editables": "hatchling's, for an editable install",
}
# Imported, and not declared: tools of single scripts, whose first lines say how to have them beside the rest.
BESIDE = {
    "tests/benchmarks/peers.py": {"bm25s", "txtai"},
    "tests/benchmarks/fuzz.py": {"atheris"},
    "docs_store/encoder/graph.py": {"onnx"},
    "docs_store/encoder/reader/train.py": {"transformers"},
}
# What only one module may import, because only those who ask for the extra have it.
EXTRAS = {"ocr": {"indexer/loaders/ocr.py", "indexer/loaders/pdf/scans.py"}}


def _declared(lines: list[str]) -> dict[str, Requirement]:
    read = [Requirement(line) for line in lines]
    return {canonicalize_name(item.name): item for item in read if item.name != "hoitin"}


PRODUCT = _declared(PROJECT["project"]["dependencies"])
EXTRA = {name: _declared(lines) for name, lines in PROJECT["project"]["optional-dependencies"].items()}
BUILD = _declared(PROJECT["dependency-groups"]["build"])
ALL = {**PRODUCT, **EXTRA["ocr"], **EXTRA["test"], **BUILD}
OWNERS = packages_distributions()  # which package brings a module; slow to ask


def _imported(path: Path) -> set[str]:
    """Return the packages of others that a file imports, by the names under which they are installed."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            modules.add(node.module.split(".")[0])
    modules -= {*sys.stdlib_module_names, *ROOMS, "tests", "tools"} | BESIDE.get(str(path.relative_to(ROOT)), set())
    return {canonicalize_name(OWNERS.get(module, [module])[0]) for module in modules}


def _locked(name: str) -> list[tuple[Requirement, list[str]]]:
    """Return what a lock file names, each with the hashes of its files."""
    text = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", (ROOT / name).read_text(encoding="utf-8")))
    lines = [line.split(" --hash=") for line in text.splitlines() if line.strip()]
    return [(Requirement(line[0].strip()), [value.strip() for value in line[1:]]) for line in lines]


def test_every_import_of_the_product_is_declared() -> None:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            extra = {name for extra, files in EXTRAS.items() if str(path.relative_to(ROOT)) in files for name in EXTRA[extra]}
            missing = _imported(path) - PRODUCT.keys() - extra
            assert not missing, f"{path} imports {missing}, which pyproject.toml does not name"


def test_every_import_of_the_tests_is_declared() -> None:
    for folder in ("tests", "tools"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            missing = _imported(path) - ALL.keys()
            assert not missing, f"{path} imports {missing}, which pyproject.toml does not name"


def test_what_is_declared_is_used_and_named_once() -> None:
    groups = [PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"].values()]
    names = [canonicalize_name(Requirement(line).name) for lines in groups for line in lines]
    assert len(names) == len(set(names)), f"named twice: {sorted({name for name in names if names.count(name) > 1})}"
    files = [path for folder in (*ROOMS, "tests") for path in (ROOT / folder).rglob("*.py")]
    imported = set().union(*map(_imported, files))
    assert ALL.keys() - imported == NOT_IMPORTED.keys()


def test_the_floors_say_what_the_product_asks_for() -> None:
    for name, item in PRODUCT.items():
        assert item.specifier, f"{name} has no floor"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_with_hashes(lock: str) -> None:
    locked = _locked(lock)
    assert locked
    for item, hashes in locked:
        assert [rule.operator for rule in item.specifier] == ["=="], f"{item} is not pinned"
        assert hashes, f"{item} has no hash"
        for value in hashes:
            assert re.fullmatch("sha256:[0-9a-f]{64}", value), f"{item}: {value}"


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("python", PYTHONS)
def test_the_locks_hold_what_is_declared_and_no_cuda(python: str, machine: str) -> None:
    place = {
        "python_version": python, "python_full_version": f"{python}.1", "platform_machine": machine,
        "sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }  # fmt: skip
    pins: dict[str, str] = {}
    for lock in ("requirements.lock", "requirements-test.lock"):
        for item, _ in _locked(lock):
            if item.marker is None or item.marker.evaluate(place):
                name = canonicalize_name(item.name)
                assert name not in pins, f"{name} is locked twice for Python {python} on {machine}"
                pins[name] = next(iter(item.specifier)).version
    for name, item in ALL.items():
        if name != "torch":
            assert name in pins, f"{item} is not locked"
            assert item.specifier.contains(pins[name]), f"{item} is locked at {pins[name]}"
    assert not [name for name in pins if name.startswith(("nvidia-", "cuda-", "triton"))]
    assert ("audioop-lts" in pins) == (python == "3.13")  # pydub's audioop left the standard library then


def test_torch_is_locked_as_declared_in_its_cpu_build() -> None:
    (pin,) = PRODUCT["torch"].specifier
    for item, _ in _locked("requirements-torch.lock"):
        assert str(item.specifier) == f"=={pin.version}+cpu"
    text = (ROOT / "requirements-torch.lock").read_text(encoding="utf-8")
    for machine in MACHINES:
        for python in PYTHONS:
            assert text.count(f'python_version == "{python}" and platform_machine == "{machine}"') == 1


def test_the_lock_was_made_with_what_the_installed_torch_needs() -> None:
    (told,) = PROJECT["tool"]["uv"]["dependency-metadata"]
    assert told["version"] == version("torch").split("+")[0] == next(iter(PRODUCT["torch"].specifier)).version
    if "+cpu" in version("torch"):
        needed = {str(Requirement(line)) for line in requires("torch") or () if "extra ==" not in line}
        assert needed == {str(Requirement(line)) for line in told["requires-dist"]}


def test_what_is_installed_fits_together() -> None:
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# --- what the floors are there for, by effect -------------------------------------------------


def test_a_body_that_is_not_called_json_asks_nothing(sample_assistant: Assistant, sample_data: Path) -> None:
    """A page of another origin can send such a body without asking the server first."""
    client = TestClient(make_app(sample_assistant, Settings(data=sample_data)))
    body = json.dumps({"question": "Ai là Tổng Thư ký IEC?"}).encode()
    assert client.post("/api/ask", content=body, headers={"Content-Type": "application/json"}).status_code == 200
    for headers in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}):
        assert client.post("/api/ask", content=body, headers=headers).status_code == 422


def test_no_host_header_changes_the_path_that_is_read() -> None:
    for host in (b"hoitin.example", b"hoitin.example/static/?", b"x/#"):
        scope = {
            "type": "http", "method": "GET", "path": "/source/1", "query_string": b"", "root_path": "", "scheme": "http",
            "server": ("127.0.0.1", 7860), "headers": [(b"host", host)],
        }  # fmt: skip
        assert Request(scope).url.path == "/source/1"
