"""Write requirements-torch.lock, the hashes of torch's CPU build: `python tools/lock_torch.py VERSION INDEX`.

One line for each Python and machine that hoitin is made for, because not every maker of the lock sees every wheel.
pip tells the hash, from the places that it knows by its own configuration, else from INDEX. A wheel that it finds
nowhere keeps the hash that the lock had for this version; without one the lock stays as it is, and this says which is missing.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parent.parent / "requirements-torch.lock"
PYTHONS = ("3.11", "3.12", "3.13")
MACHINES = ("x86_64", "aarch64")
HEAD = """\
# Made by `make lock`. torch in its CPU build: PyPI's wheels are CUDA builds, gigabytes more on both kinds of machine.
# pip finds the wheel where its own configuration says, else on PyTorch's CPU index; the Makefile tries both, in this order.
"""
_LINE = re.compile(r'torch==(\S+) ; python_version == "(\S+)" and platform_machine == "(\S+)" --hash=sha256:([0-9a-f]{64})')


def main(version: str, index: str) -> None:
    """Write the lock, and say on stderr which hashes are those of before. Exits with a sentence if one is missing."""
    kept = {(python, machine): digest for _, python, machine, digest in read_lock(LOCK, version)}
    lines = []
    for machine in MACHINES:
        for python in PYTHONS:
            where = f'python_version == "{python}" and platform_machine == "{machine}"'
            digest = find_hash(version, python, machine, []) or find_hash(version, python, machine, ["--index-url", index])
            if not digest:
                wheel = f"torch {version}, Python {python}, {machine}"
                digest = kept.get((python, machine)) or sys.exit(f"{wheel}: no wheel in reach, and no hash is known")
                print(f"{wheel}: no wheel in reach, the hash stays", file=sys.stderr)
            lines.append(f"torch=={version} ; {where} --hash=sha256:{digest}")
    LOCK.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def read_lock(path: Path, version: str) -> list[tuple[str, str, str, str]]:
    """Return version, Python, machine and SHA-256 of the lock's lines for that version of torch."""
    found = _LINE.findall(path.read_text(encoding="utf-8")) if path.exists() else []
    return [line for line in found if line[0] == version]


def find_hash(version: str, python: str, machine: str, options: list[str]) -> str:
    """Return the SHA-256 of torch's wheel for that Python and machine, "" if pip finds none."""
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"),
        *("--no-deps", "--only-binary=:all:", "--target", "nowhere", "--retries", "1", "--timeout", "15"),
        *("--python-version", python, "--implementation", "cp", "--platform", f"manylinux_2_28_{machine}"),
        *(*options, f"torch=={version}"),
    ]
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode:
        return ""
    (wheel,) = json.loads(answer.stdout)["install"]
    return str(wheel["download_info"]["archive_info"]["hashes"]["sha256"])


if __name__ == "__main__":
    main(*sys.argv[1:])
