"""Sign-in by a header that a trusted reverse proxy sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import Scope

from .person import ROLES, Person, Role, as_name

_MAX_GROUPS = 8192


@dataclass(frozen=True)
class ProxyHeader:
    """Which headers name the user and their groups, and which role a group brings."""

    user: str
    groups: str
    roles: Mapping[str, Role]

    def person(self, scope: Scope) -> Person | None:
        """Return whom the proxy names. Nobody, where the peer is no trusted proxy or the header stands twice."""
        if not scope.get("hoitin.trusted"):
            return None
        name = as_name(_only(scope, self.user))
        groups = {group.strip() for group in re.split("[,;]", (_only(scope, self.groups) or "")[:_MAX_GROUPS])}
        roles: list[Role] = ["reader", *(role for group, role in self.roles.items() if group in groups)]
        best = max(roles, key=ROLES.index)
        return Person(name, best, ambient=True) if name else None


def _only(scope: Scope, header: str) -> str | None:
    """Return the one value of a header; None where there is none, several, or it is no UTF-8."""
    name = header.lower().encode("latin-1")
    values = [value for key, value in scope["headers"] if key == name]
    try:
        return values[0].decode() if name and len(values) == 1 else None
    except UnicodeDecodeError:
        return None
