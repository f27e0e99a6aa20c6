"""The names by which this server may be called. Whoever calls it by another is a page that had its name point at us."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Sequence
from ipaddress import ip_address

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ..security import own_path
from .addresses import as_address

# What may call us by the address alone, or by none at all: a load balancer knows no name.
_HEALTH = "/healthz"
_HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?", re.ASCII)
_SAID = (
    "Máy chủ này không mang tên ấy. Hãy mở đúng địa chỉ mà quản trị viên đã cho."
    " | This server does not go by that name. Please open the address that your administrator gave you."
)

log = logging.getLogger("hoitin")


def as_hosts(text: str) -> tuple[str, ...]:
    """Return the names of a list such as "hoi.example.vn, 10.0.0.5:8080, [fd00::5]", in lower case. Raises ValueError."""
    return tuple(_plain(item.strip()) for item in text.split(",") if item.strip())


def _plain(name: str) -> str:
    try:
        name = name.encode("ascii").decode() if name.isascii() else name.encode("idna").decode()
    except UnicodeError as error:
        raise ValueError(f"{name!r} is not a host name") from error
    if name.count(":") > 1 and not name.startswith("["):  # an address of IPv6 as people write it
        name = f"[{name}]"
    host, port = split_host(name)
    if not host:
        raise ValueError(f"{name!r} is not a host such as hoi.example.vn, with or without a port")
    return host + port


def split_host(text: str) -> tuple[str, str]:
    """Return the host in one form and the port as ":8080" or ""; ("", "") if the text is no host.

    One form: lower case, without the dot at the end of a name, an address of IPv6 as the machine writes it.
    """
    match = _HOST.fullmatch(text)
    if not match:
        return "", ""
    host, port = match[1].lower().removesuffix("."), f":{int(match[2])}" if match[2] else ""
    if host.startswith("["):
        address = as_address(host)
        return (f"[{ip_address(host[1:-1])}]", port) if address else ("", "")
    return host, port


def default_hosts(listening: str) -> tuple[str, ...]:
    """Return what we are called where no names are set: localhost, this machine, and the address listened on."""
    names = ["localhost", socket.gethostname()]
    if listening not in ("0.0.0.0", "::", ""):
        names.append(listening)
    known = []
    for name in names:
        try:
            known.append(_plain(name))
        except ValueError:  # a machine may bear a name that no address can hold
            continue
    return tuple(dict.fromkeys(known))


class OwnHosts:
    """Answers 421 to a request for a host that we are not.

    Else a page of the internet whose name is made to lead here would be a page of ours to the browser (DNS rebinding),
    and what we write our own address into, such as exports, would carry any name. An address of ours, the one that the
    connection came in on, is always ours where no names are set: no name can be made to be one.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str], listening: str) -> None:
        self._app = app
        self._set = bool(hosts)
        self._hosts = frozenset(hosts or default_hosts(listening))
        self._told: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._is_ours(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            self._tell(scope)
            await JSONResponse({"error": _SAID}, 421, {"Cache-Control": "no-store"})(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        sent = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        watching = own_path(scope) == _HEALTH
        if len(sent) != 1 or not sent[0]:
            return watching and len(sent) < 2
        host, port = split_host(sent[0])
        if not host:
            return False
        if host in self._hosts or host + port in self._hosts:
            return True
        address = as_address(host)
        if watching:  # by any address: a balancer's may be translated on its way
            return address is not None or host == "localhost"
        server = scope.get("server") or ("",)
        return not self._set and address is not None and address == as_address(_bracketed(server[0]))

    def _tell(self, scope: Scope) -> None:
        """Tell the administrator once of each name, and of no more than a few: a stranger chooses them."""
        sent = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        shown = "".join(split_host(sent)) or "(not a host name)"
        if shown not in self._told and len(self._told) < 20:
            self._told.add(shown)
            log.warning("refused a request for the host %s; if it is ours, set HOITIN_HOSTS=%s", shown, shown)


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
