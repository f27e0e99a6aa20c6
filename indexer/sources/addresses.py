"""Addresses: one form for each page, the hosts that may be asked, and the name of a page's file.

The address that is checked is the very object that is fetched: two parsers that read one text
differently are how guards of this kind are passed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from urllib.parse import unquote

import httpx

from docs_store.vietnamese import syllables

_LONGEST = 2000  # characters
_TRACKING = (b"utm_", b"fbclid=", b"gclid=")  # says where a click came from, never which page it is
_SECRET = re.compile(r"(?i)([?&](?:key|token|api_?key|access_token|auth|pass|password|secret|sig|signature)=)[^&#]*")
_USER = re.compile(r"(?<=://)[^/?#]*@")
_SLUG_LENGTH = 80


class AddressError(ValueError):
    """An address that is never asked. Its text is the reason, without the address."""


def address(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """Return the one form of a page's address: absolute, without fragment and tracking.

    Raises AddressError unless it is http(s), names a host and carries no user or password.
    """
    text = re.sub(r"[\t\r\n]", "", text).strip()
    if len(text) > _LONGEST:
        raise AddressError("địa chỉ quá dài | the address is too long")
    try:
        url = base.join(text) if base is not None else httpx.URL(text)
        if url.scheme not in ("http", "https") or not url.host:
            raise AddressError("không phải địa chỉ http(s) | not an http(s) address")
        if url.userinfo:
            raise AddressError("địa chỉ chứa tên hoặc mật khẩu | the address carries a user or password")
        kept = [part for part in url.query.split(b"&") if part and not part.lower().startswith(_TRACKING)]
        return url.copy_with(fragment=None, query=b"&".join(kept) or None)
    except (httpx.InvalidURL, UnicodeError, TypeError) as error:
        raise AddressError("địa chỉ sai | not a valid address") from error


def origin(url: httpx.URL) -> str:
    """Return the host and, where it is not the scheme's own, the port: "tin.example.vn", "127.0.0.1:8080"."""
    return url.netloc.decode("ascii")


def check_host(url: httpx.URL, hosts: Collection[str]) -> None:
    """Raise AddressError unless the address is on one of the hosts."""
    if origin(url) not in hosts:
        raise AddressError(f"máy chủ {origin(url)} không có trong hosts | host {origin(url)} is not in hosts")


def shown(url: httpx.URL | str) -> str:
    """Return the address as it may be printed: no user, password, key or token in it."""
    return _SECRET.sub(r"\1…", _USER.sub("", str(url)))


def slug(text: str, length: int = _SLUG_LENGTH) -> str:
    """Return the text as a plain ASCII name: 'Bộ Khoa học' -> 'bo-khoa-hoc'; '' if nothing of it remains."""
    return re.sub(r"-+", "-", "-".join(syllables(text)).encode("ascii", "ignore").decode())[:length].strip("-")


def file_name(url: httpx.URL, suffix: str) -> str:
    """Return the name of the page's file: readable, always the same, at most 98 bytes."""
    last = unquote(url.path.rstrip("/").rpartition("/")[2]).removesuffix(suffix)
    name = slug(f"{last} {unquote(url.query.decode('ascii', 'ignore'))}") or "trang"
    return f"{name}-{hashlib.sha256(str(url).encode()).hexdigest()[:12]}{suffix}"
