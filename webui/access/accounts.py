"""Local accounts: one JSON file, passwords as scrypt hashes, read again whenever it changes."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import secrets
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs_store import UsageError
from docs_store.errors import explained
from docs_store.files import locked, state_of, write_aside

from .person import Role, as_role

MIN_PASSWORD = 10
MAX_PASSWORD = 256
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_N, _R, _P = 2**15, 8, 3  # 32 MiB a guess; OWASP's password storage cheat sheet, scrypt
_MEMORY = 64 * 2**20

log = logging.getLogger("hoitin")


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the file. password: scrypt$N$r$p$salt$hash."""

    name: str
    role: Role
    password: str

    @property
    def stamp(self) -> str:
        """Return what changes with the password, so that a new one ends old sessions."""
        return hashlib.sha256(self.password.encode()).hexdigest()[:16]


class Accounts:
    """The accounts of a file. Raises UsageError where the file cannot be what it should be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._nobody = hash_password(secrets.token_hex())  # as slow to compare as anybody's
        self._at_once = threading.BoundedSemaphore(2)  # 32 MiB and a core each
        content = read_accounts(path)
        self._accounts, self._key, self._seen = content.accounts, content.key, state_of(path)

    def key(self) -> bytes:
        """Return the key that signs the sessions of these accounts."""
        self._refresh()
        return self._key

    def get(self, name: str) -> Account | None:
        """Return the account of that name as the file has it now."""
        self._refresh()
        return self._accounts.get(name)

    def check(self, name: str, password: str) -> Account | None:
        """Return the account if the password is right; takes as long where there is no such account."""
        account = self.get(name.strip().lower())
        with self._at_once:
            right = _matches(password[:MAX_PASSWORD], account.password if account else self._nobody)
        return account if right else None

    def _refresh(self) -> None:
        """Read the file if it changed. A file that went bad signs nobody in, until it is put right."""
        with self._lock:
            state = state_of(self.path)
            if state == self._seen:
                return
            self._seen, self._accounts = state, {}
            try:
                content = read_accounts(self.path)
                self._accounts, self._key = content.accounts, content.key
            except UsageError as error:
                log.error("%s", error)


@dataclass(slots=True)
class Content:
    """What an accounts file holds."""

    key: bytes
    accounts: dict[str, Account]


def read_accounts(path: Path) -> Content:
    """Return what the file holds. Raises UsageError if others may read it or it is no accounts file."""
    refuse_open_file(path, "HOITIN_ACCOUNTS")
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        key = bytes.fromhex(data["key"])
        found = {
            name: Account(name, role, line["password"])
            for name, line in data["accounts"].items()
            if (role := as_role(line["role"])) and _NAME.fullmatch(name) and _parts(line["password"])
        }
        if len(key) < 32 or len(found) != len(data["accounts"]):
            raise ValueError("a line is not as `hoitin account add` writes it")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(path, str(error)) from error
    return Content(key, found)


def write_account(path: Path, name: str, role: Role, password: str) -> None:
    """Add the account, or change it; the file is made where there is none, for its owner alone. Raises HoitinError."""
    if not _NAME.fullmatch(name):
        raise UsageError("Tên chỉ gồm a-z, 0-9, . _ @ - | A name is made of a-z, 0-9, . _ @ -")
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD or password.lower() == name:
        raise UsageError(
            f"Mật khẩu dài {MIN_PASSWORD} đến {MAX_PASSWORD} ký tự, khác tên | "
            f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters and is not the name"
        )
    hashed = hash_password(password)
    with _changing(path):
        content = read_accounts(path) if path.exists() else Content(secrets.token_bytes(32), {})
        content.accounts[name] = Account(name, role, hashed)
        _write(path, content)


def remove_account(path: Path, name: str) -> None:
    """Take the account out; its sessions end at once. Raises UsageError if there is none."""
    refuse_open_file(path, "HOITIN_ACCOUNTS")  # before a lock is made beside a file that is not there
    with _changing(path):
        content = read_accounts(path)
        if content.accounts.pop(name, None) is None:
            raise UsageError(f"Không có tài khoản {name!r} | There is no account {name!r}", "hoitin account list")
        _write(path, content)


def refuse_open_file(path: Path, setting: str) -> None:
    """Raise UsageError if anybody on the machine may read a file of secrets, or a group may write it."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise _unreadable(path, error.strerror or "", setting) from error
    if mode & 0o027:
        raise UsageError(
            f"{setting}: tệp {path} để người khác đọc hoặc sửa được | {setting}: others may read or change {path}",
            f"chmod 600 {path}",
        )


def hash_password(password: str) -> str:
    """Return the password as a salted scrypt hash."""
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${b64encode(salt).decode()}${b64encode(_scrypt(password, salt, _N, _R, _P)).decode()}"


def _matches(password: str, kept: str) -> bool:
    parts = _parts(kept)
    if parts is None:
        return False
    n, r, p, salt, digest = parts
    return hmac.compare_digest(_scrypt(password, salt, n, r, p), digest)


def _parts(kept: str) -> tuple[int, int, int, bytes, bytes] | None:
    try:
        kind, n, r, p, salt, digest = kept.split("$")
        return (int(n), int(r), int(p), b64decode(salt), b64decode(digest)) if kind == "scrypt" else None
    except ValueError:
        return None


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=32)


@contextmanager
def _changing(path: Path) -> Iterator[None]:
    """Let one change at a time read the file and write it, so that none undoes another."""
    with explained(path), locked(path, private=True):
        yield


def _write(path: Path, content: Content) -> None:
    accounts = {one.name: {"role": one.role, "password": one.password} for one in content.accounts.values()}
    text = json.dumps({"key": content.key.hex(), "accounts": accounts}, indent=1)
    write_aside(path, text.encode(), private=True)


def _unreadable(path: Path, reason: str, setting: str = "HOITIN_ACCOUNTS") -> UsageError:
    return UsageError(
        f"{setting}: không đọc được {path}: {reason} | {setting}: cannot read {path}: {reason}",
        "hoitin account add NAME" if setting == "HOITIN_ACCOUNTS" else "",
    )
