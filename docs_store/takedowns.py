"""Takedowns: which articles a person took out of the answers. A legal act, so it has a log of its own.

    DATA/takedowns.jsonl    one line an act: remove, restore, erase
    DATA/audit.jsonl        the same lines once more

Both are only ever added to, and seen on the disk before a removal is told as done. Each line carries a checksum; what one file
has lost, the other still has. Every reader and every run of the indexer asks this log, so that what was taken out stays
out whatever becomes of the library, of a generation, or of the name of its file.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import explained
from .files import append_line, locked, state_of, write_aside
from .records import Document

LOG, AUDIT = "takedowns.jsonl", "audit.jsonl"
_OLDER = frozenset({"time", "action", "doc_id", "title", "person", "reason"})  # a line of audit.jsonl from before checksums
_TRACKING = re.compile(r"(?:^|&)(?:utm_[^=&]*|fbclid|gclid|zarsrc|yclid)=[^&]*", re.IGNORECASE)

log = logging.getLogger("hoitin")


@dataclass(frozen=True, slots=True)
class Takedown:
    """A document taken out of the answers by a person.

    text: digest of its text, address: key of its URL; by these it is known again under another name. spared: documents of the
    same text or address that were to stay. erased: its text was taken out of the library too.
    """

    doc_id: str
    title: str
    source: str
    time: str  # ISO 8601, UTC
    person: str
    reason: str = ""
    text: str = ""
    address: str = ""
    spared: tuple[str, ...] = ()
    erased: bool = False


class Standing:
    """The takedowns that stand."""

    def __init__(self, takedowns: Mapping[str, Takedown]) -> None:
        self._by_id = dict(takedowns)
        self._by_text = _grouped((one.text, one) for one in takedowns.values())
        self._by_address = _grouped((one.address, one) for one in takedowns.values())

    def __bool__(self) -> bool:
        return bool(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Takedown]:
        """Yield them, the latest last."""
        return iter(sorted(self._by_id.values(), key=lambda one: (one.time, one.doc_id)))

    def doc_ids(self) -> frozenset[str]:
        """Return the ids of what was taken out."""
        return frozenset(self._by_id)

    def of(self, doc_id: str, text: str = "", address: str = "") -> Takedown | None:
        """Return the takedown that keeps a document out: its own, or that of the same text or address under another name."""
        if found := self._by_id.get(doc_id):
            return found
        alike = [*self._by_text.get(text, ()), *self._by_address.get(address, ())] if text or address else []
        return next((one for one in alike if doc_id not in one.spared), None)


def _grouped(pairs: Iterable[tuple[str, Takedown]]) -> dict[str, list[Takedown]]:
    groups: dict[str, list[Takedown]] = {}
    for key, takedown in pairs:
        if key:
            groups.setdefault(key, []).append(takedown)
    return groups


class Takedowns:
    """The log of one data folder. Makes no folder until something is taken out."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._files = (data / LOG, data / AUDIT)
        self._lock = threading.Lock()
        self._read: tuple[Any, Standing] | None = None

    def state(self) -> tuple[tuple[int, ...], ...]:
        """Return what changes when the log does. Cheap: ask at every question."""
        return tuple(state_of(path) for path in self._files)

    def standing(self) -> Standing:
        """Return what is taken out now. Raises StorageError if the log is there and cannot be read."""
        state = self.state()
        with self._lock:
            if self._read is None or self._read[0] != state:
                self._read = state, self._replay()
            return self._read[1]

    def add(self, takedowns: Collection[Takedown]) -> list[Takedown]:
        """Take documents out, and return those that were not out already. On the disk when this returns."""
        with self._writing():
            known = self._replay().doc_ids()
            fresh = [one for one in takedowns if one.doc_id not in known]
            for one in fresh:
                self._append(_event("remove", one))
        return fresh

    def lift(self, doc_ids: Collection[str], person: str) -> list[Takedown]:
        """Let documents in again, and return what was lifted. On the disk when this returns."""
        with self._writing():
            lifted = [one for one in self._replay() if one.doc_id in doc_ids]
            for one in lifted:
                self._append(_event("restore", replace(one, time=_now(), person=person, reason="", spared=())))
        return lifted

    def erase(self, doc_ids: Collection[str], person: str) -> None:
        """Note that the text of these was erased, and leave no word of theirs in the log: neither title nor file."""
        with self._writing():
            erased = [one for one in self._replay() if one.doc_id in doc_ids and not one.erased]
            for one in erased:
                act = Takedown(one.doc_id, "", "", _now(), person, "", one.text, one.address, one.spared)
                self._append(_event("erase", act))
            if erased:
                lines = [_without_words(event) if event["doc_id"] in doc_ids else event for event in self._events()]
                for path in self._files:
                    with explained(path):
                        write_aside(path, b"".join(_line(event) + b"\n" for event in lines))

    def problems(self) -> list[str]:
        """Return what is wrong with the log, one sentence each; empty if all of it can be read."""
        found = []
        for path in self._files:
            broken = [number for number, event in _lines(path) if event is None]
            if broken:
                lines = ", ".join(map(str, broken[:10]))
                found.append(f"{path}: dòng {lines} không đọc được | line {lines} cannot be read")
        return found

    def mend(self) -> None:
        """Give each file the lines that only the other still has."""
        if self._missing():
            with self._writing():
                for path, event in self._missing():
                    with explained(path):
                        append_line(path, _line(event))

    # --- within -------------------------------------------------------------------------

    def _writing(self) -> Any:
        self._data.mkdir(parents=True, exist_ok=True)
        return locked(self._files[0])

    def _replay(self) -> Standing:
        return Standing(_replayed(self._events()))

    def _append(self, event: Mapping[str, Any]) -> None:
        with explained(self._files[0]):
            append_line(self._files[0], _line(event))
        try:
            append_line(self._files[1], _line(event))
        except OSError as error:  # the act stands; `mend` makes up for this
            log.error("%s: %s", self._files[1], error)

    def _missing(self) -> list[tuple[Path, dict[str, Any]]]:
        """Return the acts that one file has lost and the other has, each with the file that lacks it."""
        events = self._events()
        had = {path: {_key(event) for _, event in _lines(path) if event} for path in self._files} if events else {}
        return [(path, event) for path, keys in had.items() for event in events if _key(event) not in keys]

    def _events(self) -> list[dict[str, Any]]:
        """Return every act that either file has, in order."""
        found: dict[tuple[str, ...], dict[str, Any]] = {}
        for path in self._files:
            for _, event in _lines(path):
                # An older line of audit.jsonl says less than ours of the same act.
                if event and len(event) > len(found.get(_key(event), ())):
                    found[_key(event)] = event
        return sorted(found.values(), key=lambda event: str(event["time"]))


def takedown_of(document: Document, person: str, reason: str = "", spared: Iterable[str] = ()) -> Takedown:
    """Return the takedown of a document, made now."""
    return Takedown(
        document.doc_id, document.title, document.source, _now(), person, reason,
        text_key(document.pages), address_key(document.url), tuple(sorted(spared)),
    )  # fmt: skip


def text_key(pages: Iterable[str]) -> str:
    """Return a digest of a document's text, whatever its title, its file or its white space; "" if there is no text."""
    text = " ".join(" ".join(pages).split())
    return hashlib.sha256(text.encode()).hexdigest()[:32] if text else ""


def address_key(url: str) -> str:
    """Return what all forms of an article's address have in common: no scheme, no www or m, no tracking; "" for a home page."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    host = re.sub(r"^(?:www|m|amp)\.", "", parts.netloc.lower().rpartition("@")[2])
    query = _TRACKING.sub("", parts.query).strip("&")
    path = parts.path.rstrip("/")
    return f"{host}{path}" + (f"?{query}" if query else "") if host and (path or query) else ""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _event(action: str, one: Takedown) -> dict[str, Any]:
    return {
        "time": one.time, "action": action, "doc_id": one.doc_id, "title": one.title, "person": one.person,
        "reason": one.reason, "source": one.source, "text": one.text, "address": one.address, "spared": list(one.spared),
    }  # fmt: skip


def _without_words(event: Mapping[str, Any]) -> dict[str, Any]:
    return {**event, "title": "", "source": ""}


def _key(event: Mapping[str, Any]) -> tuple[str, ...]:
    return str(event["time"]), str(event["action"]), str(event["doc_id"])


def _line(event: Mapping[str, Any]) -> bytes:
    record = {name: value for name, value in event.items() if name != "check"}
    return json.dumps({**record, "check": _check(record)}, ensure_ascii=False).encode()


def _check(record: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Yield (number, act) for each line of a file; None for one that is not as it was written. Raises StorageError."""
    with explained(path):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
            check = event.pop("check", None)
            texts = [event.get(name) for name in ("time", "action", "doc_id")]
            known = check == _check(event) if check else event.keys() <= _OLDER
            whole = known and all(isinstance(text, str) and text for text in texts)
            yield number, event if whole else None
        except (ValueError, AttributeError, RecursionError):
            yield number, None


def _replayed(events: Iterable[Mapping[str, Any]]) -> dict[str, Takedown]:
    """Return doc_id -> takedown, as they stand after all these acts."""
    found: dict[str, Takedown] = {}
    for event in events:
        doc_id = event["doc_id"]
        if event["action"] == "restore":
            found.pop(doc_id, None)
        elif event["action"] == "erase" and doc_id in found:
            found[doc_id] = replace(found[doc_id], erased=True)
        elif event["action"] in ("remove", "erase"):
            words = {name: str(event.get(name) or "") for name in ("title", "source", "person", "reason", "text", "address")}
            spared = event.get("spared")
            found[doc_id] = Takedown(
                doc_id=doc_id,
                time=event["time"],
                spared=tuple(map(str, spared)) if isinstance(spared, list) else (),
                erased=event["action"] == "erase",
                **words,
            )
    return found
