"""Where a request comes from. Only a trusted proxy is believed when it says for whom it asks."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")

log = logging.getLogger("hoitin")


def as_networks(text: str) -> tuple[Network, ...]:
    """Return the addresses and networks of a list such as "10.0.0.5, 10.1.0.0/16, fd00::/8". Raises ValueError."""
    networks = tuple(ip_network(item.strip()) for item in text.split(",") if item.strip())
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError("a network of all addresses trusts everybody")
    return networks


def as_address(text: str) -> Address | None:
    """Return the address in `text`, with or without a port, None if there is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


class ForwardedHeaders:
    """Puts the asker's address, scheme and host in their place where a trusted proxy names them.

    Afterwards nothing that speaks of the way is left among the headers: Gradio, for one, would believe it of anybody.
    scope["hoitin.trusted"] tells whether the peer itself is a trusted proxy.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = tuple(trusted)
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            self._place(scope)
        await self._app(scope, receive, send)

    def _place(self, scope: Scope) -> None:
        told: dict[bytes, list[str]] = {}
        kept = []
        for name, value in scope["headers"]:
            if _speaks_of_the_way(name):
                told.setdefault(name, []).append(value.decode("latin-1"))
            else:
                kept.append((name, value))
        peer = as_address(scope["client"][0]) if scope.get("client") else None
        trusted = peer is not None and self._trusts(peer)
        scope["headers"] = kept
        scope["hoitin.trusted"] = trusted
        if told and not trusted and not self._warned:
            self._warned = True
            log.warning("X-Forwarded-* of %s is not believed; if that is your proxy, add it to HOITIN_TRUSTED_PROXIES", peer)
        if not told or not trusted:
            return
        if asker := self._asker(",".join(told.get(b"x-forwarded-for", []))):
            scope["client"] = (str(asker), 0)
        scheme = _only(told.get(b"x-forwarded-proto")).lower()
        if scope["type"] == "http" and scheme in ("http", "https"):
            scope["scheme"] = scheme
        host = _only(told.get(b"x-forwarded-host"))
        if _HOST.fullmatch(host):
            scope["headers"] = [(name, value) for name, value in kept if name != b"host"] + [(b"host", host.encode())]

    def _asker(self, way: str) -> Address | None:
        """Return the right-most address that is no trusted proxy: what stands left of it, anyone may have written."""
        asker = None
        for step in reversed(way.split(",")):
            address = as_address(step)
            if address is None:
                break
            asker = address
            if not self._trusts(address):
                break
        return asker

    def _trusts(self, address: Address) -> bool:
        return any(address.version == network.version and address in network for network in self._trusted)


def _speaks_of_the_way(name: bytes) -> bool:
    name = name.replace(b"_", b"-")
    return name.startswith(b"x-forwarded-") or name in (b"forwarded", b"x-real-ip", b"x-original-url", b"x-rewrite-url")


def _only(values: list[str] | None) -> str:
    return values[0].strip() if values and len(values) == 1 else ""


def asker_key(scope: Scope) -> str:
    """Return what requests of one asker have in common: the person's name, else the address (of IPv6 the network)."""
    person = scope.get("hoitin.person")
    if person is not None:
        return f"person {person.name}"
    return f"address {address_key(scope)}"


def address_key(scope: Scope) -> str:
    """Return the asker's address; of IPv6 the /64, since one machine has all of it."""
    address = as_address(scope["client"][0]) if scope.get("client") else None
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)
