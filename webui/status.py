"""What `hoitin status` and /api/status tell."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from docs_store import Generation, Generations, HoitinError, load_abbreviations, model_name
from indexer import completion, withdrawals
from retriever import load_calibration

from .assembly import make_generations
from .settings import Settings


def status_facts(settings: Settings) -> dict[str, Any]:
    """Return what is indexed and what is wrong, as JSON types.

    vectors: how many passages have theirs by the model that is set, whether a process adds to them now, and what it will take.
    Raises NoIndexError, DamagedError, StorageError."""
    generations = make_generations(settings)
    generation = generations.open_current()
    manifest = generation.manifest
    newest = generation.passages.newest(1)
    return {
        "data": str(settings.data.absolute()),
        "generation": manifest.generation,
        "created": manifest.created,
        "documents": generation.documents,
        "passages": generation.lexical.count,
        "formats": generation.passages.formats(),
        "newest": newest[0].published.isoformat() if newest and newest[0].published else None,
        "model": {
            "name": manifest.model.name,
            "dimension": manifest.model.dimension,
            "fingerprint": manifest.model.fingerprint,
            "set": model_name(settings.model),
        },
        "vectors": asdict(completion(settings.data, generation, model_name(settings.model))),
        "bytes": sum(check.size for check in manifest.files.values()),
        "withdrawn": [asdict(one) for one in withdrawals(settings.data)],
        "problems": _problems(settings, generations, generation),
    }


def _problems(settings: Settings, generations: Generations, generation: Generation) -> list[str]:
    """Return what an administrator should look at, one sentence each."""
    published = generations.current_line().partition(" ")[0]
    found = list(generations.takedowns.problems())
    if published != generation.name:
        found.append(f"Chỉ mục {published or '?'} hỏng, đang dùng {generation.name} | damaged, answering from the one before")
    for read in (
        lambda: load_abbreviations(settings.data),
        lambda: load_calibration(settings.data, generation.manifest.model.fingerprint),
    ):
        try:
            read()
        except HoitinError as error:
            found.append(str(error))
    return found
