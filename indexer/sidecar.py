"""A sidecar: the file NAME.yaml (or NAME.yml) beside NAME, with what a person or a feed knows of it.

    quyet-dinh.pdf
    quyet-dinh.pdf.yaml     title: Quyết định phê duyệt …
                            published: 2024-06-05
                            url: https://example.gov.vn/van-ban/569

Its values win over whatever the file says of itself; those under `fallback:` only fill gaps.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
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
        with suppress(OSError):  # a name that leaves no room for the suffix
            if candidate.is_file() and not candidate.is_symlink():
                return candidate
    return None


@dataclass(frozen=True, slots=True)
class Sidecar:
    """Extract's fields: those that win over the file's own, and those that only fill its gaps."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    fallback: Mapping[str, Any] = field(default_factory=dict)


def read_sidecar(path: Path) -> Sidecar:
    """Return what the sidecar beside a file says; nothing where there is none. Raises LoadError."""
    sidecar = sidecar_of(path)
    if sidecar is None:
        return Sidecar()
    with sidecar.open("rb") as stream:
        data = stream.read(_MAX_BYTES + 1)
    try:
        if len(data) > _MAX_BYTES:
            raise LoadError("quá dài | too long")
        record = parse_yaml(data.decode("utf-8-sig"))
    except (LoadError, UnicodeDecodeError) as error:
        raise LoadError(f"tệp kèm {sidecar.name}: {error} | the sidecar cannot be read") from error
    fallback = record.get("fallback")
    return Sidecar(read_fields(record, "sidecar"), read_fields(fallback, "sidecar") if isinstance(fallback, dict) else {})
