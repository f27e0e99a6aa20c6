"""The secrets and names that settings carry, checked before anything listens."""

from __future__ import annotations

import re
from pathlib import Path

from docs_store import UsageError

from .accounts import refuse_open_file
from .person import Role, as_role
from .tokens import MIN_SECRET


def read_secret(text: str, file: Path | None) -> bytes:
    """Return the key that signs tokens, from a setting or a file; b"" where neither is set. Raises UsageError."""
    name = "HOITIN_TOKEN_SECRET_FILE" if file else "HOITIN_TOKEN_SECRET"
    if text and file:
        raise UsageError(f"Chỉ đặt một trong hai: HOITIN_TOKEN_SECRET, {name} | Set one of HOITIN_TOKEN_SECRET and {name}")
    if file:
        refuse_open_file(file, name)
    key = file.read_bytes().strip() if file else text.encode()
    if (text or file) and len(key) < MIN_SECRET:
        raise UsageError(
            f"{name} ngắn hơn {MIN_SECRET} byte | {name} is shorter than {MIN_SECRET} bytes", "openssl rand -base64 48"
        )
    return key


def as_header_name(text: str) -> str:
    """Return text as a header's name. Raises ValueError."""
    if text and not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", text):  # "_" is "-" to some proxies and not to others
        raise ValueError("a header's name is made of letters, digits and '-'")
    forbidden = ("authorization", "cookie", "host", "origin", "forwarded")
    if text.lower() in forbidden or text.lower().startswith("x-forwarded-"):
        raise ValueError(f"{text} has another meaning; use a header of its own such as X-Remote-User")
    return text


def as_group_roles(text: str) -> dict[str, Role]:
    """Return which role each group of a list such as "bien-tap=editor, quan-tri=admin" brings. Raises ValueError."""
    roles: dict[str, Role] = {}
    for item in filter(None, (item.strip() for item in text.split(","))):
        group, _, name = (part.strip() for part in item.rpartition("="))
        role = as_role(name)
        if not group or role is None:
            raise ValueError(f"{item!r} is not like bien-tap=editor; roles are reader, editor, admin")
        roles[group] = role
    return roles
