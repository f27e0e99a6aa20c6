"""Who is signed in with a local account: a signed, expiring cookie."""

from __future__ import annotations

import secrets
import threading
import time
from typing import Any

from starlette.requests import cookie_parser
from starlette.types import Scope

from .accounts import Account, Accounts
from .person import Person
from .tokens import TokenError, read, sign

LIFE = 10 * 3600  # seconds: a working day
_AUDIENCE = "hoitin session"


class Sessions:
    """Makes the cookie at sign-in, reads it with every request, and forgets it at sign-out."""

    def __init__(self, accounts: Accounts, root: str) -> None:
        self._accounts = accounts
        self._path = root + "/"
        self._ended: dict[str, float] = {}  # session id -> when it would have expired anyway
        self._lock = threading.Lock()

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
            with self._lock:
                now = time.time()
                self._ended = {key: until for key, until in self._ended.items() if until > now}
                self._ended[str(claims.get("jti"))] = claims["exp"]
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


def _cookie_name(scope: Scope) -> str:
    """Return the cookie's name: under https no other host of the domain can set one that begins with __Host-."""
    return "__Host-hoitin" if scope["scheme"] == "https" else "hoitin"
