"""The port, taken before anything slow is loaded; and, where it cannot be had, what to do about it."""

from __future__ import annotations

import errno
import socket
import sys

from docs_store.errors import UsageError

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # what a browser on this machine calls "every address"


def listen(host: str, port: int) -> list[socket.socket]:
    """Return sockets that hold the port at every address of `host`, not answering yet. Raises UsageError with a way out."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        raise UsageError(
            f"Không có máy nào tên {host!r} | No machine is called {host!r}",
            "hoitin serve --host 127.0.0.1, hoặc một địa chỉ của máy này / or an address of this machine",
        ) from error
    places = dict.fromkeys((family, place) for family, _, _, _, place in found)
    taken: list[socket.socket] = []
    problem: OSError | None = None
    for family, place in places:
        try:
            taken.append(_bound(family, place))
        except OSError as error:
            if error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL) and len(places) > 1:
                problem = error  # localhost is often ::1 too, on a machine without IPv6
                continue
            for one in taken:
                one.close()
            raise _explained(error, host, port) from error
    if not taken:
        raise _explained(problem or OSError(errno.EADDRNOTAVAIL, "no address"), host, port)
    return taken


def _bound(family: int, place: tuple[object, ...]) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(place)
    except OSError:
        one.close()
        raise
    return one


def _explained(error: OSError, host: str, port: int) -> UsageError:
    """Return what is wrong in one sentence, and the next step that fits it."""
    shown = f"{bracketed(host)}:{port}"
    if error.errno == errno.EADDRINUSE:
        return UsageError(
            f"Cổng {port} ở {host} đã có chương trình khác dùng | Port {port} of {host} is taken by another program",
            f"hoitin serve --port {port + 1 if port < 65535 else port - 1}",
        )
    if error.errno in (errno.EACCES, errno.EPERM) and port < 1024:
        return UsageError(
            f"Không có quyền mở cổng {port} (dưới 1024) | No right to listen on port {port} (below 1024)",
            f"hoitin serve --port 7860 sau một proxy (docs/nginx.conf), hoặc cấp quyền CAP_NET_BIND_SERVICE"
            f" (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE) cho cổng {port}",
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return UsageError(
            f"{host} không phải địa chỉ của máy này | {host} is not an address of this machine",
            "hoitin serve --host 0.0.0.0 để nghe ở mọi địa chỉ, --host 127.0.0.1 chỉ ở máy này"
            " / for every address, for this machine alone",
        )
    if error.errno == errno.EAFNOSUPPORT:
        return UsageError(f"Máy này không có IPv6 | This machine has no IPv6: {shown}", "hoitin serve --host 0.0.0.0")
    return UsageError(f"Không mở được {shown}: {error.strerror} | Cannot listen on {shown}: {error.strerror}")


def bracketed(host: str) -> str:
    """Return a host as it stands in a web address."""
    return f"[{host}]" if ":" in host else host


def web_address(host: str, port: int, path: str) -> str:
    """Return an address that a browser on this machine can open."""
    return f"http://{_LOOPBACK.get(host, bracketed(host))}:{port}{path}"


def raise_file_limit() -> int:
    """Let this process hold as many connections as the system allows, and return how many files it may open."""
    if sys.platform == "win32":
        return 1024
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 16_384 if hard == resource.RLIM_INFINITY else min(hard, 16_384)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return 16_384 if soft == resource.RLIM_INFINITY else soft
