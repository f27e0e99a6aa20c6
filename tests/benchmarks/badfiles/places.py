"""What a folder can hold that is no plain file, names that bite, and files that do not keep still."""

from __future__ import annotations

import os
import random
import stat
import threading
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from .case import REFUSED, SILENT, TEXT, Case, fixed
from .good import WRITERS, story

_TEXT = "Trạm quan trắc có tên lạ đo gió ở Lào Cai.\n\nSố liệu gửi về trung tâm mười phút một lần."
_WORDS = "có tên lạ đo gió"
_NAMES = (
    "new\nline.txt", "quote'\"`.txt", "$(touch hoitin-was-here).txt", "; rm -rf x.txt", "-rf.txt",
    "--json.txt", "%s{0}%n.txt", "\x1b[2Jescape.txt", "tab\t.txt", "🙂👩‍👩‍👧.txt", "\u202egnp.txt",
    " space .txt", "dots...txt", "UPPER.TXT", "con.txt", "#hash#.txt", "a#b.txt", "a:12.txt", "*?[a].txt",
    "back\\slash.txt", "CURRENT.txt", "x" * 251 + ".txt", "Tiếng Việt.txt", unicodedata.normalize("NFD",
    "Tiếng Việt khác.txt"), "<b>.txt", "\u200b.txt", "~.txt", "library.sqlite.txt",
)  # fmt: skip


def place_cases(secret: Path) -> Iterator[Case]:
    """Yield links, pipes, folders and odd names. secret: a file outside that must not be read."""
    outside = secret.parent

    def link(target: str | Path) -> Callable[[Path], object]:
        return lambda path: path.symlink_to(target)

    yield Case("link out of the folder", "secret.txt", link(secret), REFUSED)
    yield Case("link out of the folder", "passwd.txt", link("/etc/passwd"), REFUSED)
    yield Case("link out of the folder", "relative.txt", link("../" * 20 + "etc/passwd"), REFUSED)
    yield Case("link out of the folder", "memory.txt", link("/proc/self/environ"), REFUSED)
    yield Case("link out of the folder", "zero.txt", link("/dev/zero"), REFUSED)
    yield Case("link out of the folder", "stdin.txt", link("/dev/stdin"), REFUSED)
    yield Case("link out of the folder", "secret.jsonl", link(secret), REFUSED)
    yield Case("link out of the folder", "outside", link(outside), SILENT)
    yield Case("link out of the folder", "root.d", link("/"), SILENT)
    yield Case("link in a circle", "self.txt", link("self.txt"), REFUSED)
    yield Case("link in a circle", "here", link("."), SILENT)
    yield Case("link to nothing", "nothing.txt", link("no-such-file"), REFUSED)
    yield Case("no file", "pipe.txt", os.mkfifo, REFUSED)
    yield Case("no file", "pipe.jsonl", os.mkfifo, REFUSED)
    yield Case("no file", "socket.txt", lambda path: os.mknod(path, 0o600 | stat.S_IFSOCK), REFUSED)
    yield Case("no file", "folder.pdf", Path.mkdir, SILENT)
    yield Case("no file", ".hidden.txt", fixed(_TEXT.encode()), SILENT)
    if os.geteuid() == 0:
        yield Case("no file", "zero.pdf", lambda path: os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5)), REFUSED)
    else:
        yield Case("not allowed", "locked.txt", lambda path: (path.write_bytes(b"x"), path.chmod(0)), REFUSED)
        yield Case("not allowed", "locked.jsonl", lambda path: (path.write_bytes(b"x"), path.chmod(0)), REFUSED)
    yield Case("hard link", "twin-1.txt", fixed(_TEXT.encode()), TEXT, _WORDS)
    yield Case("hard link", "twin-2.txt", lambda path: path.hardlink_to(path.with_name("twin-1.txt")), TEXT, _WORDS)
    yield Case("hard link", "inside.txt", link("twin-1.txt"), TEXT, _WORDS)
    for name in _NAMES:
        yield Case("odd name", name, fixed(_TEXT.encode()), TEXT, _WORDS)
    for raw in (b"latin-\xe9.txt", b"half-\xe1\xba.txt", b"\xff\xfe.pdf", b"bad-\xff.jsonl"):
        yield Case("name not UTF-8", os.fsdecode(raw), fixed(_TEXT.encode()), REFUSED)
    for number, suffix in enumerate((".png", ".exe", ".py", ".xlsx", ".mp4", "", ".", ".tar.gz", ".jsonl.zst", ".pdf.bak")):
        yield Case("format not known", f"other-{number}{suffix}", fixed(b"\x89\x01\x02 words " * 99), REFUSED)


def wrong_suffix_cases() -> Iterator[Case]:
    """Yield each format under every other's name."""
    for number, (kind, write) in enumerate(WRITERS.items()):
        content = write(story(number))
        for suffix in WRITERS:
            if suffix != kind:
                yield Case("wrong suffix", f"{kind[1:]}-as{suffix}", fixed(content))


def mutated_cases(count: int, chance: random.Random) -> Iterator[Case]:
    """Yield good files that were damaged by chance."""
    suffixes = list(WRITERS)
    for number in range(count):
        suffix = suffixes[number % len(suffixes)]
        content = mutate(WRITERS[suffix](story(number)), chance)
        yield Case(f"mutated: {suffix[1:]}", f"mutated-{number:04}{suffix}", fixed(content))


def mutate(whole: bytes, chance: random.Random) -> bytes:
    """Return the bytes with some changed, cut out, doubled or swapped for others."""
    content = bytearray(whole)
    for _ in range(chance.choice((1, 3, 30))):
        start = chance.randrange(len(content))
        part = slice(start, start + chance.choice((1, 1, 4, 64)))
        change = chance.randrange(4)
        if change == 0:
            content[part] = bytes(chance.randrange(256) for _ in content[part])
        elif change == 1 and len(content) > 200:
            del content[part]
        elif change == 2:
            content[part] = content[part] * chance.choice((2, 50))
        else:
            content[part] = chance.choice((b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"-1", b"999999999", b"<", b"{", b"\\"))
    return bytes(content)


class Restless:
    """Files that grow, change, vanish, or turn into a pipe or a link out of the folder while they are read.

    A context manager: within it a thread keeps them moving.
    """

    kinds = ("grows", "changes", "vanishes", "pipe", "link")

    def __init__(self, folder: Path, secret: Path) -> None:
        self.folder, self.secret = folder, secret
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        for kind in self.kinds:
            for suffix in (".txt", ".jsonl", ".html"):
                (folder / f"{kind}{suffix}").write_bytes(WRITERS[suffix](story(7)))

    def __enter__(self) -> Restless:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        chance = random.Random(3)
        while not self._stop.wait(0.002):
            kind, suffix = chance.choice(self.kinds), chance.choice((".txt", ".jsonl", ".html"))
            path, spare = self.folder / f"{kind}{suffix}", self.folder / f".{kind}{suffix}"
            content = WRITERS[suffix](story(chance.randrange(400)))
            if kind == "grows":
                with path.open("ab") as stream:
                    stream.write(content + b"\n")
                if path.stat().st_size > 5_000_000:
                    path.write_bytes(content)
            elif kind == "vanishes" and path.exists():
                path.unlink()
            elif kind == "pipe" and chance.random() < 0.5:
                spare.unlink(missing_ok=True)
                os.mkfifo(spare)
                spare.replace(path)
            elif kind == "link" and chance.random() < 0.5:
                spare.unlink(missing_ok=True)
                spare.symlink_to(self.secret)
                spare.replace(path)
            else:
                path.unlink(missing_ok=True)
                path.write_bytes(content)
