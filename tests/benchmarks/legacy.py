"""Round trips through the old encodings, and clean texts left alone: `python -m tests.benchmarks.legacy SET…`.

SET: BEIR folders (their corpus.jsonl) in Vietnamese Unicode. Every passage of at least 60 characters that an
encoding can hold is written in it and read again; it must come back exactly, in NFC.
--clean FILE…: texts that must not change: JSONL (.xz, .gz) of {title, lead, body, text}, .mo catalogues, or plain text.
"""

from __future__ import annotations

import argparse
import gettext
import gzip
import json
import lzma
import random
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from indexer.legacy import decode, repair, tables

SHORTEST = 60  # characters
Writer = Callable[[str], bytes | str]


# --- writing in the old encodings -----------------------------------------------------------------


def _table_writer(rows: str) -> dict[str, bytes]:
    return {letter: bytes([byte]) for byte, letter in reversed(tables.read_table(rows).items()) if len(letter) == 1}


_TCVN3 = _table_writer(tables.TCVN3)
_VISCII = _table_writer(tables.VISCII)
_VPS = _table_writer(tables.VPS)
_VNI = {letter: mark.encode("latin-1") for mark, letter in tables.VNI_LETTERS.items()}
for _vowel, _marks in tables.VNI_MARKS.items():
    for _mark, _letter in _marks.items():
        _VNI[_letter] = (_vowel + _mark).encode("latin-1")
        _VNI[_letter.upper()] = (_vowel + _mark).upper().encode("latin-1")
_PUNCTUATION = {bytes([byte]).decode("cp1252", "ignore"): bytes([byte]) for byte in range(0x80, 0xA0)}
_VIQR_TONES = dict(zip("\u0300\u0301\u0303\u0309\u0323", "`'~?.", strict=True))
_VIQR_SHAPES = {"\u0306": "(", "\u0302": "^", "\u031b": "+"}


def _write(text: str, table: dict[str, bytes]) -> bytes:
    """Raises ValueError if the encoding cannot hold the text."""
    written = []
    for char in text:
        if char.isascii():
            written.append(char.encode())
        elif char in table:
            written.append(table[char])
        elif char in _PUNCTUATION and _PUNCTUATION[char] not in table.values():
            written.append(_PUNCTUATION[char])
        else:
            raise ValueError(char)
    return b"".join(written)


def write_tcvn3(text: str) -> bytes:
    """Return text in TCVN3 (ABC)."""
    return _write(text, _TCVN3)


def write_vni(text: str) -> bytes:
    """Return text in VNI-Windows."""
    return _write(text, _VNI)


def write_viscii(text: str) -> bytes:
    """Return text in VISCII."""
    return _write(text, _VISCII)


def write_vps(text: str) -> bytes:
    """Return text in VPS."""
    return _write(text, _VPS)


def write_windows_1258(text: str) -> bytes:
    """Return text in windows-1258: a letter, its shape in one byte, and its tone as a second."""
    spelt = []
    for char in text:
        marks = unicodedata.normalize("NFD", char)
        tone = next((mark for mark in marks[1:] if mark in _VIQR_TONES), "")
        try:
            spelt.append(char.encode("cp1258"))
        except UnicodeEncodeError:
            spelt.append((unicodedata.normalize("NFC", marks.replace(tone, "")) + tone).encode("cp1258"))
    return b"".join(spelt)


def write_viqr(text: str, escape: bool = True) -> bytes:
    """Return text in VIQR; a sign of its own after a vowel escaped with a backslash."""
    if escape:
        text = re.sub(r"(?<=[^\W\d_])[`'~?.(^+*]|(?<=[Dd])[Dd]", r"\\\g<0>", text)
    spelt = []
    for char in text:
        base, *marks = list(unicodedata.normalize("NFD", char))
        if char not in "đĐ" and not is_vietnamese_letter(char) and not char.isascii():
            raise ValueError(char)
        marks.sort(key=lambda mark: mark in _VIQR_TONES)  # the tone after the shape
        spelt.append({"đ": "dd", "Đ": "DD"}.get(base, base) + "".join((_VIQR_SHAPES | _VIQR_TONES)[mark] for mark in marks))
    return "".join(spelt).encode("ascii")


def is_vietnamese_letter(char: str) -> bool:
    """Tell whether Vietnamese has this accented letter."""
    base, *marks = list(unicodedata.normalize("NFD", char.lower()))
    shapes = {"a": "\u0306\u0302", "e": "\u0302", "o": "\u0302\u031b", "u": "\u031b", "i": "", "y": ""}
    return base in shapes and all(mark in _VIQR_TONES or mark in shapes[base] for mark in marks)


def _seen_as(write: Callable[[str], bytes], view: str) -> Writer:
    def seen(text: str) -> str:
        data = write(text)
        # Browsers show the five bytes that windows-1252 lacks as control codes.
        return "".join(bytes([byte]).decode(view, "ignore") or chr(byte) for byte in data)

    return seen


def _twice(text: str) -> bytes | str:
    return _seen_as(str.encode, "cp1252")(str(_seen_as(str.encode, "cp1252")(text)))


WRITERS: dict[str, Writer] = {
    "TCVN3, tệp": write_tcvn3,
    "TCVN3 qua latin-1": _seen_as(write_tcvn3, "latin-1"),
    "TCVN3 qua windows-1252": _seen_as(write_tcvn3, "cp1252"),
    "TCVN3 qua MacRoman": _seen_as(write_tcvn3, "mac_roman"),
    "VNI, tệp": write_vni,
    "VNI qua windows-1252": _seen_as(write_vni, "cp1252"),
    "VNI qua MacRoman": _seen_as(write_vni, "mac_roman"),
    "windows-1258, tệp": write_windows_1258,
    "windows-1258 qua windows-1252": _seen_as(write_windows_1258, "cp1252"),
    "VISCII, tệp": write_viscii,
    "VPS, tệp": write_vps,
    "VIQR": write_viqr,
    "VIQR không thoát": lambda text: write_viqr(text, escape=False),
    "UTF-8": str.encode,
    "UTF-16 có dấu": lambda text: text.encode("utf-16"),
    "UTF-16-LE": lambda text: text.encode("utf-16-le"),
    "UTF-16-BE": lambda text: text.encode("utf-16-be"),
    "UTF-32 có dấu": lambda text: text.encode("utf-32"),
    "UTF-8 hai lần, latin-1": _seen_as(str.encode, "latin-1"),
    "UTF-8 hai lần, windows-1252": _seen_as(str.encode, "cp1252"),
    "UTF-8 hai lần, MacRoman": _seen_as(str.encode, "mac_roman"),
    "UTF-8 ba lần": _twice,
    "UTF-8 hai lần, tệp": lambda text: str(_seen_as(str.encode, "cp1252")(text)).encode(),
    "NFD": lambda text: unicodedata.normalize("NFD", text),
}


def read_back(written: bytes | str) -> str:
    """Return what hoitin makes of a file or of extracted text."""
    return decode(written).text if isinstance(written, bytes) else repair(written).text


# --- the measurements -----------------------------------------------------------------------------


def passages(folder: Path) -> Iterator[str]:
    """Yield the passages of a corpus, in NFC."""
    with (folder / "corpus.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            text = unicodedata.normalize("NFC", json.loads(line)["text"].strip())
            if len(text) >= SHORTEST:
                yield text


def round_trips(texts: list[str]) -> dict[str, dict[str, int]]:
    """Return for each encoding how many passages it can hold and how many come back exactly."""
    table = {}
    for name, write in WRITERS.items():
        holds = right = 0
        for text in texts:
            try:
                written = write(text)
            except ValueError:
                continue
            holds += 1
            right += unicodedata.normalize("NFC", read_back(written)) == text
        table[name] = {"passages": len(texts), "holds": holds, "right": right}
    return table


def clean_passages(path: Path) -> Iterator[str]:
    """Yield the passages of a clean file: fields of records, messages of a catalogue, paragraphs of a text."""
    if path.suffix == ".mo":
        with path.open("rb") as stream, suppress(UnicodeDecodeError):  # a few catalogues are in latin-1
            yield from map(str, vars(gettext.GNUTranslations(stream))["_catalog"].values())
        return
    opener: Any = {".xz": lzma.open, ".gz": gzip.open}.get(path.suffix, open)
    with opener(path, "rt", encoding="utf-8") as lines:
        if ".jsonl" not in path.name:
            yield from re.split(r"\n\s*\n", lines.read())
            return
        for line in lines:
            record = json.loads(line)
            yield from (str(record[name]) for name in ("title", "lead", "body", "text") if record.get(name))


def changed(texts: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the clean passages that did not come through unchanged: before, after, encoding."""
    for text in texts:
        for found in (repair(text), decode(text.encode("utf-8", "surrogatepass"))):
            if found.text not in (text, unicodedata.normalize("NFC", text)) or found.encoding:
                yield text, *found
                break


def main() -> None:
    """Print the round trips, then the clean passages that changed, then the speed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", type=Path, metavar="SET")
    parser.add_argument("--clean", nargs="+", type=Path, default=[], metavar="FILE")
    parser.add_argument("--passages", type=int, default=1000, help="of the sets, by chance")
    parser.add_argument("--limit", type=int, default=10_000, help="clean passages, by chance")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    texts = sorted({text for folder in options.sets for text in passages(folder)})
    random.Random(7).shuffle(texts)
    texts = texts[: options.passages]
    report: dict[str, object] = {"round_trips": round_trips(texts)} if texts else {}
    clean = sorted({text for path in options.clean for text in clean_passages(path) if len(text.strip()) > 1})
    random.Random(7).shuffle(clean)
    clean = clean[: options.limit]
    if clean:
        report["clean"] = {"passages": len(clean), "changed": list(changed(clean))}
    if texts:
        data = "\n\n".join(texts).encode()
        begin = time.perf_counter()
        decode(data)
        report["megabytes_per_second"] = round(len(data) / 1e6 / (time.perf_counter() - begin), 1)
    if options.json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
        return
    for name, row in report.get("round_trips", {}).items():  # type: ignore[attr-defined]
        share = row["right"] / row["holds"] if row["holds"] else 0.0
        print(f"{name:30} holds {row['holds']:5} of {row['passages']}, right {row['right']:5} ({share:.2%})")
    if clean:
        changes = report["clean"]["changed"]  # type: ignore[index]
        print(f"clean passages {len(clean)}, changed {len(changes)}")
        for before, after, encoding in changes:
            print(f"  [{encoding}] {before[:200]!r} -> {after[:200]!r}")
    if texts:
        print(f"decode of clean UTF-8: {report['megabytes_per_second']} MB/s")


if __name__ == "__main__":
    main()
