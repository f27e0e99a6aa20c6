"""Who asks, and what they may do."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["reader", "editor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)  # each may do all that those before it may
_MAX_NAME = 128


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who signed in. ambient: their browser says who they are by itself, so another site could make it speak."""

    name: str
    role: Role = "reader"
    ambient: bool = False

    def may(self, role: Role) -> bool:
        """Tell whether this person may do what `role` may."""
        return ROLES.index(self.role) >= ROLES.index(role)


def as_role(text: object) -> Role | None:
    """Return the role of that name, None if there is none."""
    return next((role for role in ROLES if role == text), None)


def as_name(text: object) -> str:
    """Return text as a person's name, "" if it is none: too long, or with characters that nobody sees.

    Nothing is taken out of it: "ad\\0min" must not become "admin".
    """
    name = unicodedata.normalize("NFC", text.strip()) if isinstance(text, str) and len(text) <= _MAX_NAME else ""
    return name if name.isprintable() else ""
