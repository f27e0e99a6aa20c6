"""Who is signed in with a local account: a signed, expiring cookie."""

from __future__ import annotations

import logging
import math
import re
import secrets
import threading
import time
from pathlib import Path
from typing import Any

from starlette.requests import cookie_parser
from starlette.types import Scope

from docs_store.files import append_line, locked, state_of, write_aside

from .accounts import Account, Accounts
from .person import Person
from .tokens import TokenError, read, sign

LIFE = 10 * 3600  # seconds: a working day
_AUDIENCE = "hoitin session"
_LINE = re.compile(r"(\d{1,12}) (\S+)")

log = logging.getLogger("hoitin")


class Sessions:
    """Makes the cookie at sign-in, reads it with every request, and ends it for good at sign-out."""

    def __init__(self, accounts: Accounts, root: str) -> None:
        self._accounts = accounts
        self._path = root + "/"
        self._ended = EndedSessions(accounts.path.with_name(accounts.path.name + ".ended"))

    def begin(self, account: Account, scope: Scope) -> str:
        """Return the Set-Cookie header of a new session; its id is ours, whatever the browser sent before."""
        claims = {
            "aud": _AUDIENCE,
            "sub": account.name,
            "jti": secrets.token_urlsafe(16),
            "exp": int(time.time()) + LIFE,
            "pwd": account.stamp,
        }
        return self._cookie(sign(claims, self._accounts.key()), LIFE, scope)

    def end(self, scope: Scope) -> str:
        """End the session of this request for good, and return the Set-Cookie header that takes the cookie back."""
        claims = self._claims(scope)
        if claims:
            self._ended.add(str(claims.get("jti")), claims["exp"])
        return self._cookie("", 0, scope)

    def person(self, scope: Scope) -> Person | None:
        """Return who is signed in, with the role that the accounts file gives now."""
        claims = self._claims(scope)
        account = self._accounts.get(str(claims.get("sub"))) if claims else None
        if not claims or not account or claims.get("pwd") != account.stamp or str(claims.get("jti")) in self._ended:
            return None
        return Person(account.name, account.role, ambient=True)

    def _claims(self, scope: Scope) -> dict[str, Any] | None:
        name = _cookie_name(scope)
        cookies = ";".join(value.decode("latin-1") for header, value in scope["headers"] if header == b"cookie")
        try:
            return read(cookie_parser(cookies).get(name, ""), self._accounts.key(), _AUDIENCE)
        except TokenError:
            return None

    def _cookie(self, value: str, life: int, scope: Scope) -> str:
        name = _cookie_name(scope)
        secure = "; Secure" if scope["scheme"] == "https" else ""
        path = "/" if secure else self._path
        return f"{name}={value}; Path={path}; Max-Age={life}; HttpOnly; SameSite=Lax{secure}"


class EndedSessions:
    """The sessions that were signed out before they expired: of this process, of the others, of those before it.

    path: one line each, "EXPIRY ID". Where it cannot be written a sign-out still holds in this process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}  # session id -> when it would have expired anyway
        self._seen: tuple[int, ...] = ()

    def __contains__(self, session: str) -> bool:
        with self._lock:
            state = state_of(self._path)
            if state != self._seen:
                self._seen = state
                self._until |= self._read()
            return session in self._until

    def add(self, session: str, until: float) -> None:
        """End a session; on the disk when this returns."""
        with self._lock:
            now = time.time()
            self._until = {one: expiry for one, expiry in self._until.items() if expiry > now} | {session: until}
            try:
                with locked(self._path, private=True):
                    self._keep(session, until, now)
            except OSError as error:
                log.error("a sign-out will not outlast this process: cannot write %s: %s", self._path, error.strerror)

    def _keep(self, session: str, until: float, now: float) -> None:
        kept = self._read() if self._path.exists() else {}
        if all(expiry > now for expiry in kept.values()):
            append_line(self._path, _line(session, until).encode(), private=True)
            return
        good = {one: expiry for one, expiry in kept.items() if expiry > now} | {session: until}
        write_aside(self._path, "".join(_line(*one) + "\n" for one in good.items()).encode(), private=True)

    def _read(self) -> dict[str, float]:
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return {}
        except OSError as error:
            log.error("cannot tell who signed out: cannot read %s: %s", self._path, error.strerror)
            return {}
        found = (_LINE.fullmatch(line) for line in lines)  # one that was cut short by a power cut is none
        return {line[2]: float(line[1]) for line in found if line}


def _line(session: str, until: float) -> str:
    return f"{math.ceil(until)} {session}"


def _cookie_name(scope: Scope) -> str:
    """Return the cookie's name: under https no other host of the domain can set one that begins with __Host-."""
    return "__Host-hoitin" if scope["scheme"] == "https" else "hoitin"
