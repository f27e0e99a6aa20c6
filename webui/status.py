"""What `hoitin status` and /api/status tell."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from indexer import withdrawals

from .assembly import make_generations
from .settings import Settings


def status_facts(settings: Settings) -> dict[str, Any]:
    """Return what is indexed, as JSON types. Raises NoIndexError, DamagedError."""
    generation = make_generations(settings).open_current()
    manifest = generation.manifest
    newest = generation.passages.newest(1)
    return {
        "data": str(settings.data.absolute()),
        "generation": manifest.generation,
        "created": manifest.created,
        "documents": manifest.documents,
        "passages": manifest.passages,
        "formats": generation.passages.formats(),
        "newest": newest[0].published.isoformat() if newest and newest[0].published else None,
        "model": {
            "name": manifest.model.name,
            "dimension": manifest.model.dimension,
            "fingerprint": manifest.model.fingerprint,
        },
        "bytes": sum(check.size for check in manifest.files.values()),
        "withdrawn": [asdict(one) for one in withdrawals(settings.data)],
    }
