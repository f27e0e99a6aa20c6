"""The rules: what a run over bad files must have done, and what it did."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docs_store import Generation
from docs_store.vietnamese import storable

from .case import REFUSED, SILENT, TEXT, Case

MARKER = "Mật khẩu két sắt là hoa-mười-giờ-9137"  # what the secret file outside the folder says
_INTERNAL = re.compile(r"Traceback|File \"|\bline \d+, in\b| at 0x[0-9a-f]+|\b[A-Za-z]*[a-z](?:Error|Exception|Warning)\b")
_REASON_LENGTH = 500


@dataclass(slots=True)
class Fate:
    """What became of one file."""

    case: Case
    indexed: bool = False
    reasons: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def fates(placed: Mapping[Path, Case], report: Mapping[str, Any]) -> dict[Path, Fate]:
    """Return what the report says became of each file."""
    found = {path: Fate(case) for path, case in placed.items()}
    by_name = {storable(str(path)): fate for path, fate in found.items()}
    for name in (*report["added"], *report["updated"]):
        if name in by_name:
            by_name[name].indexed = True
    for failure in report["failed"]:
        name = failure["path"]
        # A line or a member of a file that holds many stands behind its name: file:12, file#id, file!member.
        while name and name not in by_name:
            name = name[: max(name.rfind(mark) for mark in ":#!/")] if any(mark in name for mark in ":#!/") else ""
        if name:
            by_name[name].reasons.append(failure["reason"])
    return found


def judge(found: Mapping[Path, Fate], generation: Generation) -> list[str]:
    """Add to each fate its faults, and return those that belong to no one file."""
    pages: dict[str, list[str]] = {}
    passages: dict[str, list[str]] = {}
    faults = []
    for document in generation.passages.all_documents():
        place = document.source
        while place and Path(place) not in found and "#" in place:
            place = place.rpartition("#")[0]
        pages.setdefault(place, []).extend(document.pages)
        passages.setdefault(place, []).extend(one.text for one in generation.passages.document_passages(document.doc_id))
        everything = (document.title, document.lead, document.author, document.publisher, *document.pages)
        if any(MARKER in text or "root:x:0:0" in text for text in everything):
            faults.append(f"a file outside the folder was read by way of {document.source!r}")
    for path, fate in found.items():
        fate.faults += _faults(path, fate, " ".join(" ".join(passages.get(str(path), [])).split()))
    return faults


def _faults(path: Path, fate: Fate, quotable: str) -> Iterator[str]:
    case = fate.case
    if case.expected == TEXT and not fate.indexed:
        yield f"a good file is not indexed: {fate.reasons[:1]}"
    if case.expected == TEXT and fate.indexed and case.words not in quotable:
        yield f"cannot be quoted: {case.words!r}; the index has {quotable[:80]!r}"
    if case.expected == REFUSED and not fate.reasons:
        yield "neither indexed nor named" if not fate.indexed else f"a file without text is indexed: {quotable[:60]!r}"
    if case.expected == SILENT and fate.indexed:
        yield "was read"
    if case.expected not in (SILENT,) and not fate.indexed and not fate.reasons:
        yield "the report does not name it"
    for reason in dict.fromkeys(fate.reasons):
        if not reason.strip() or any(not letter.isprintable() for letter in reason):
            yield f"the reason is not one printable line: {reason[:120]!r}"
        if len(reason) > _REASON_LENGTH:
            yield f"the reason has {len(reason)} letters"
        if _INTERNAL.search(reason):
            yield f"the reason speaks of the program's inside: {reason[:120]!r}"
        if MARKER in reason:
            yield "the reason tells what stands in a file outside"
    if len(fate.reasons) > 1000:
        yield f"{len(fate.reasons)} lines in the report for one file"
