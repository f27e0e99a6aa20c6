"""Short-lived signed tokens: JSON Web Tokens with HMAC-SHA256 and nothing else (RFC 7515, 7519).

Any language's JWT library makes them. What the token's own header says of its algorithm is
compared, never followed: there is no "none", and no key of another kind.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, TypeGuard

from .person import Person, Role, as_name, as_role

AUDIENCE = "hoitin"
MAX_AGE = 3600  # seconds
MIN_SECRET = 32  # bytes
MAX_TOKEN = 2048  # characters
_LATEST = 1e12  # seconds since 1970: no token of ours will see the year 33,000
_LEEWAY = 30  # seconds by which two machines' clocks may differ


class TokenError(Exception):
    """The token is not ours or no longer good. expired: it was good once."""

    def __init__(self, reason: str, *, expired: bool = False) -> None:
        super().__init__(reason)
        self.expired = expired


def make_token(key: bytes, user: str, role: Role, seconds: int, origin: str = "") -> str:
    """Return a token for `user`, good for `seconds`. origin: the only page origin that may frame it, "" for any."""
    claims = {"sub": user, "role": role, "aud": AUDIENCE, "exp": int(time.time()) + min(seconds, MAX_AGE)}
    return sign(claims | ({"origin": origin} if origin else {}), key)


def person_of(token: str, key: bytes) -> tuple[Person, str]:
    """Return who a token speaks for, and the origin that it is held to. Raises TokenError."""
    claims = read(token, key, AUDIENCE)
    if claims["exp"] > time.time() + MAX_AGE + _LEEWAY:
        raise TokenError("good for longer than an hour")
    name, role, origin = as_name(claims.get("sub")), as_role(claims.get("role", "reader")), claims.get("origin", "")
    if not name or not role or not isinstance(origin, str):
        raise TokenError("without user or role")
    return Person(name, role), origin


def sign(claims: dict[str, Any], key: bytes) -> str:
    """Return claims as a signed token."""
    head = _encode(b'{"alg":"HS256","typ":"JWT"}')
    body = _encode(json.dumps(claims, separators=(",", ":")).encode())
    return f"{head}.{body}.{_encode(_mac(f'{head}.{body}', key))}"


def read(token: str, key: bytes, audience: str) -> dict[str, Any]:
    """Return the claims of a token that `key` signed for `audience` and that has not expired. Raises TokenError."""
    parts = token.split(".")
    if len(token) > MAX_TOKEN or len(parts) != 3 or not token.isascii():
        raise TokenError("no token")
    head, body, signature = parts
    if not hmac.compare_digest(_encode(_mac(f"{head}.{body}", key)), signature):
        raise TokenError("signed with another key")
    try:
        header, claims = json.loads(_decode(head)), json.loads(_decode(body))
    except (ValueError, RecursionError) as error:
        raise TokenError("no JSON") from error
    if not isinstance(header, dict) or header.get("alg") != "HS256" or "crit" in header or not isinstance(claims, dict):
        raise TokenError("another algorithm")
    if claims.get("aud") != audience:
        raise TokenError("for another audience")
    now, expires, begins = time.time(), claims.get("exp"), claims.get("nbf", 0)
    if not _is_number(expires) or not _is_number(begins) or begins > now + _LEEWAY:
        raise TokenError("without a time")
    if expires <= now:
        raise TokenError("expired", expired=True)
    return claims


def _is_number(value: object) -> TypeGuard[float]:
    """Tell whether a value is a time: no NaN, no endless one, no number of 400 digits, which no float can hold."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LATEST


def _mac(text: str, key: bytes) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(str(error)) from error
