"""A sidecar: the file NAME.yaml (or NAME.yml) beside NAME, with what a person or a feed knows of it.

    quyet-dinh.pdf
    quyet-dinh.pdf.yaml     title: Quyết định phê duyệt …
                            published: 2024-06-05
                            url: https://example.gov.vn/van-ban/569

Its values win over whatever the file says of itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docs_store import LoadError

from .loaders.fields import parse_yaml, read_fields

SUFFIXES = (".yaml", ".yml")
_MAX_BYTES = 100_000


def sidecar_of(path: Path) -> Path | None:
    """Return the sidecar beside a file, or None. A link is none: it could lead out of the folder."""
    for suffix in SUFFIXES:
        candidate = path.with_name(path.name + suffix)
        if candidate.is_file() and not candidate.is_symlink():
            return candidate
    return None


def read_sidecar(path: Path) -> dict[str, Any]:
    """Return Extract's fields from the sidecar beside a file; {} where there is none. Raises LoadError."""
    sidecar = sidecar_of(path)
    if sidecar is None:
        return {}
    with sidecar.open("rb") as stream:
        data = stream.read(_MAX_BYTES + 1)
    try:
        if len(data) > _MAX_BYTES:
            raise LoadError("quá dài | too long")
        record = parse_yaml(data.decode("utf-8-sig"))
    except (LoadError, UnicodeDecodeError) as error:
        raise LoadError(f"tệp kèm {sidecar.name}: {error} | the sidecar cannot be read") from error
    return {name: value for name, value in read_fields(record).items() if value}
