"""Fetching: one request at a time, with manners and with bounds.

robots.txt and its Crawl-delay, Retry-After, 429 and 503 are obeyed; time, size and redirects are
bounded; only the hosts that the source allows are asked, wherever a redirect points.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from threading import Event, Timer
from types import TracebackType
from typing import Any

import httpx
from protego import Protego

from .addresses import AddressError, address, check_host, origin
from .unpacking import DamagedError, TooLargeError, gather, gunzip

_ROBOT = "hoitin"  # the name that robots.txt files know us by
_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (429, 503)
_FIRST_WAIT = 10.0  # seconds, where a busy host names no time
_LONGEST_REST = 86_400.0  # a host that asks to be left alone for longer is asked again after a day
_DEAF_AFTER = 3  # requests without an answer, one after another: the host is left for the next run
_ROBOTS_SIZE = 1 << 20


class FetchError(Exception):
    """Nothing usable came back. Its text is the reason, one line, without the address."""


class GoneError(FetchError):
    """The site says itself that the page is no more: 404 or 410."""


class RobotsError(FetchError):
    """robots.txt asks us not to read this page."""


class RestingError(FetchError):
    """The host is not asked again in this run."""


class _NoAnswerError(FetchError):
    """The network failed, or time ran out."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of every request; seconds and bytes. wait: the longest wait that a host may ask for within a run."""

    connect: float = 10.0
    read: float = 20.0
    total: float = 120.0
    size: int = 50 << 20
    redirects: int = 5
    retries: int = 2
    wait: float = 60.0


@dataclass(frozen=True, slots=True)
class Clock:
    """Where time comes from, so that a test need not wait for it."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. url: the address that answered in the end."""

    url: httpx.URL
    status: int
    body: bytes = b""
    content_type: str = ""  # lower case, with its parameters
    etag: str = ""
    modified: str = ""  # Last-Modified, as sent
    location: str = ""
    retry_after: str = ""

    @property
    def unchanged(self) -> bool:
        return self.status == HTTPStatus.NOT_MODIFIED


@dataclass(slots=True)
class Fetcher:
    """Asks hosts, and remembers how each wants to be asked. Use as a context manager.

    contact: an address for whoever runs a site. resting: host -> the time until which it asked to be left alone.
    """

    version: str
    contact: str = ""
    limits: Limits = field(default_factory=Limits)
    clock: Clock = field(default_factory=Clock)
    resting: dict[str, float] = field(default_factory=dict)
    _client: httpx.Client = field(init=False)
    _robots: dict[str, Protego] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)  # host -> end of its last request
    _unanswered: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        about = f" (+{self.contact})" if self.contact else ""
        self._client = httpx.Client(
            headers={
                "User-Agent": f"{_ROBOT}/{self.version}{about}",
                "Accept": "text/html,application/xhtml+xml,application/pdf,application/xml;q=0.9,*/*;q=0.8",
                "Accept-Encoding": "gzip",  # the one encoding that we unpack within bounds
                "Accept-Language": "vi,en;q=0.5",
            },
            timeout=httpx.Timeout(self.limits.read, connect=self.limits.connect),
            # A fresh connection for each request: its socket is then known, and can be cut off in time.
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
            follow_redirects=False,
        )

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()

    def get(
        self, url: httpx.URL, hosts: Collection[str], *, delay: float = 1.0, size: int = 0, etag: str = "", modified: str = ""
    ) -> Response:
        """Return the page with status 200, or 304 where it is as `etag` and `modified` know it.

        delay: seconds between two requests to a host. size: the most bytes, unpacked; the limits' own where 0.
        Raises GoneError, RobotsError, RestingError and, for all else, FetchError.
        """
        headers = {}
        if etag:
            headers["If-None-Match"] = etag
        if modified:
            headers["If-Modified-Since"] = modified
        response = self._follow(url, hosts, delay, size or self.limits.size, headers, robots=True)
        if response.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            raise GoneError(f"{response.status}: trang không còn | the page is gone")
        if response.unchanged and headers:
            return response
        if response.status != HTTPStatus.OK:
            raise FetchError(f"máy chủ trả lời {response.status} | the server answered {response.status}")
        if not response.body.strip():
            raise FetchError("trang rỗng | the page is empty")
        return response

    def _follow(
        self, url: httpx.URL, hosts: Collection[str], delay: float, size: int, headers: dict[str, str], *, robots: bool
    ) -> Response:
        for hop in range(self.limits.redirects + 1):
            try:
                check_host(url, hosts)
            except AddressError as error:
                raise FetchError(f"{'chuyển hướng / redirect: ' if hop else ''}{error}") from error
            response = self._ask(url, self._pause(url, hosts, delay) if robots else delay, size, headers)
            if response.status not in _REDIRECTS:
                return response
            url = _target(response)
        raise FetchError(f"hơn {self.limits.redirects} lần chuyển hướng | too many redirects")

    def _pause(self, url: httpx.URL, hosts: Collection[str], delay: float) -> float:
        """Return the seconds between requests that the host's robots.txt and we agree on. Raises RobotsError."""
        site = f"{url.scheme}://{origin(url)}"
        if site not in self._robots:
            self._robots[site] = self._read_robots(httpx.URL(f"{site}/robots.txt"), hosts, delay)
        rules = self._robots[site]
        if not rules.can_fetch(str(url), _ROBOT):
            raise RobotsError("robots.txt không cho đọc | robots.txt does not allow it")
        rate = rules.request_rate(_ROBOT)
        pause = max(delay, rules.crawl_delay(_ROBOT) or 0.0, rate.seconds / rate.requests if rate and rate.requests else 0.0)
        if pause > max(self.limits.wait, delay):
            raise self._rest(
                url, 0.0, f"robots.txt muốn {pause:.0f} giây giữa hai trang, quá max_wait | Crawl-delay above max_wait"
            )
        return pause

    def _read_robots(self, url: httpx.URL, hosts: Collection[str], delay: float) -> Protego:
        """Return the host's rules; as RFC 9309 has it, a 4xx means none, and no answer means: keep out."""
        try:
            response = self._follow(url, hosts, delay, _ROBOTS_SIZE, {}, robots=False)
        except RestingError:
            raise
        except FetchError as error:
            raise self._rest(url, 0.0, f"robots.txt: {error}") from error
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise self._rest(url, 0.0, f"robots.txt: máy chủ trả lời {response.status} | the server answered {response.status}")
        text = response.body.decode("utf-8-sig", "ignore") if response.status == HTTPStatus.OK else ""
        rules: Protego = Protego.parse(text)
        return rules

    def _ask(self, url: httpx.URL, pause: float, size: int, headers: dict[str, str]) -> Response:
        """Return the host's answer once it is our turn; wait and ask again where it is busy for a short time."""
        host = origin(url)
        for attempt in range(self.limits.retries + 1):
            self._take_turn(host, pause)
            try:
                response = self._send(url, size, headers)
            except _NoAnswerError:
                self._unanswered[host] = self._unanswered.get(host, 0) + 1
                raise
            finally:
                self._last[host] = self.clock.now()
            self._unanswered[host] = 0
            if response.status not in _BUSY:
                return response
            asked = _seconds(response.retry_after, self.clock.now())
            wait = _FIRST_WAIT * (attempt + 1) if asked is None else asked
            if wait > self.limits.wait or attempt == self.limits.retries:
                break
            self.clock.sleep(wait)
        raise self._rest(url, wait, f"{response.status}: máy chủ bận, để lần sau | the server is busy, left for the next run")

    def _take_turn(self, host: str, pause: float) -> None:
        if self.resting.get(host, 0.0) > self.clock.now():
            raise RestingError("máy chủ xin nghỉ, để lần sau | the host asked to be left alone for now")
        if self._unanswered.get(host, 0) >= _DEAF_AFTER:
            raise RestingError("máy chủ không trả lời, để lần sau | the host does not answer, left for the next run")
        if host in self._last:
            wait = min(pause, self._last[host] + pause - self.clock.now())
            if wait > 0:
                self.clock.sleep(wait)

    def _rest(self, url: httpx.URL, seconds: float, reason: str) -> RestingError:
        """Leave the host alone for this run, and for `seconds` where it asked for them; return what to raise."""
        host = origin(url)
        self._unanswered[host] = _DEAF_AFTER
        if seconds:
            self.resting[host] = self.clock.now() + min(seconds, _LONGEST_REST)
        return RestingError(reason)

    def _send(self, url: httpx.URL, size: int, headers: dict[str, str]) -> Response:
        """Return one answer, its body unpacked, within the bounds. Raises FetchError."""
        sockets: list[socket.socket] = []
        late = Event()

        def watch(event: str, info: dict[str, Any]) -> None:
            if event.endswith(("connect_tcp.complete", "start_tls.complete")):
                sockets[:] = [info["return_value"].get_extra_info("socket")]
                if late.is_set():
                    raise httpx.ReadTimeout("late")

        def cut() -> None:
            """End a request whose every byte comes in time, but whose end does not."""
            late.set()
            for open_socket in list(sockets):
                with suppress(OSError):
                    socket.socket.shutdown(open_socket, socket.SHUT_RDWR)

        timer = Timer(self.limits.total, cut)
        timer.daemon = True
        timer.start()
        try:
            with self._client.stream("GET", url, headers=headers, extensions={"trace": watch}) as response:
                body = _body(response, size) if response.status_code == HTTPStatus.OK else b""
            if late.is_set():
                raise httpx.ReadTimeout("late")
        except TooLargeError as error:
            raise FetchError(f"lớn quá {size / 1e6:.4g} MB | larger than the limit") from error
        except DamagedError as error:
            raise FetchError("dữ liệu nén bị hỏng | damaged compressed data") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            # Never another library's own words here: they may hold the address of a proxy with its password.
            if late.is_set() or isinstance(error, httpx.TimeoutException):
                raise _NoAnswerError("hết thời gian chờ | timed out") from error
            raise _NoAnswerError(_network_fault(error)) from error
        finally:
            timer.cancel()
        said = response.headers
        return Response(
            url=url,
            status=response.status_code,
            body=body,
            content_type=said.get("content-type", "").lower(),
            etag=said.get("etag", ""),
            modified=said.get("last-modified", ""),
            location=said.get("location", ""),
            retry_after=said.get("retry-after", ""),
        )


def _body(response: httpx.Response, size: int) -> bytes:
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > size:
        raise TooLargeError
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        return gunzip(response.iter_raw(), size)
    if encoding not in ("", "identity"):
        raise DamagedError
    return gather(response.iter_raw(), size)


def _target(response: Response) -> httpx.URL:
    """Return where a redirect leads. Raises FetchError."""
    try:
        url = address(response.location, response.url)
    except AddressError as error:
        raise FetchError(f"chuyển hướng sai: {error}") from error
    if response.url.scheme == "https" and url.scheme == "http":
        raise FetchError("chuyển hướng từ https xuống http | redirects from https down to http")
    return url


def _network_fault(error: BaseException) -> str:
    """Return what went wrong on the way, in words for whoever can put it right."""
    causes = [error]
    while cause := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(cause)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "chứng chỉ TLS không tin được (xem SSL_CERT_FILE) | the TLS certificate cannot be trusted"
        if isinstance(cause, socket.gaierror):
            return "không tìm thấy tên máy chủ | the host's name is unknown"
        if isinstance(cause, ConnectionRefusedError):
            return "máy chủ từ chối kết nối | the connection was refused"
    return f"lỗi mạng {type(error).__name__} | network error"


def _seconds(retry_after: str, now: float) -> float | None:
    """Return the seconds that a Retry-After header asks for: a number, or a date; None where it says nothing."""
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:12])
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return max(0.0, (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - now)


__all__ = ["Clock", "FetchError", "Fetcher", "GoneError", "Limits", "Response", "RestingError", "RobotsError"]
