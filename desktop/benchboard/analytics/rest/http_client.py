"""One answer of an HTTP API, within bounds of size and time, from an address that was checked.

No proxy, no cookies, no keep-alive: every request connects by itself, so that each is checked by itself.
"""

import base64
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException as HttpError
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import SSLError as TlsError
from urllib3.exceptions import TimeoutError as WaitError

from benchboard.analytics.cancellation import CancelToken, query_cancelled
from benchboard.analytics.rest.address_guard import checked_addresses
from benchboard.analytics.rest.rest_errors import rest_error
from benchboard.analytics.rest.settings import MAX_URL, RestSettings, port_of
from benchboard.errors import AppError

CONNECT_TIMEOUT: Final = 10.0
"""Seconds to connect to a server."""
ANSWER_TIMEOUT: Final = 60.0
"""Seconds that one answer may take, however slowly it arrives."""
MAX_ANSWER: Final = 64_000_000
"""Bytes of one answer, decompressed."""
MAX_REDIRECTS: Final = 5
MAX_TRIES: Final = 4
"""How often a request is made that a busy server (429, 503) turns away."""
MAX_WAIT: Final = 60.0
"""Seconds that a busy server may ask to wait (Retry-After)."""
_PIECE: Final = 65_536
_AGENT: Final = "Benchboard"
_BUSY: Final = (429, 503)
_MOVED: Final = (301, 302, 303, 307, 308)
_KEPT: Final = (307, 308)
"""Redirects that repeat the method and the body."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an API answered: the address that answered in the end, its headers (lower case) and the body."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, repr=False)
class RestClient:
    """Asks for pages with the settings of a source and its secret."""

    settings: RestSettings
    secret: str
    cancel_token: CancelToken

    def get(self, url: str) -> Answer:
        """The answer to one page's address. Waits where a busy server asks to. Raises `Unavailable` (`rest.…`) and
        `Cancelled`."""
        for attempt in range(MAX_TRIES):
            status, answer = self._follow(url)
            if status not in _BUSY:
                return self._accepted(status, answer)
            wait = _wait_seconds(answer.headers.get("retry-after", ""), attempt)
            if attempt + 1 == MAX_TRIES or wait > MAX_WAIT:
                raise rest_error("busy", host=_host(answer.url), status=status)
            self._pause(wait)
        raise AssertionError("unreachable")

    def _accepted(self, status: int, answer: Answer) -> Answer:
        host = _host(answer.url)
        if status in (401, 403, 407):
            raise rest_error("credentials", host=host, status=status)
        if status in (404, 410):
            raise rest_error("not-found", host=host, status=status)
        if not 200 <= status < 300:
            raise rest_error("status", host=host, status=status)
        return answer

    def _follow(self, url: str) -> tuple[int, Answer]:
        """The status and the answer after redirects. Credentials, headers and the body go to the settings' own server
        alone, and never from https to http."""
        method, body = self.settings.method, self.settings.body
        for _redirect in range(MAX_REDIRECTS + 1):
            status, answer = self._request(url, method, body)
            if status not in _MOVED or not (location := answer.headers.get("location")):
                return status, answer
            target = _joined(url, location)
            was, now = urlsplit(url), urlsplit(target)
            if was.scheme == "https" and now.scheme != "https":
                raise rest_error("redirect", host=_host(url))
            if status not in _KEPT:
                method, body = "GET", ""
            elif method == "POST" and not same_origin(target, self.settings.url):
                raise rest_error("redirect", host=_host(url))
            url = target
        raise rest_error("redirects", host=_host(url))

    def _request(self, url: str, method: str, body: str) -> tuple[int, Answer]:
        trusted = same_origin(url, self.settings.url)
        sent = self._with_key(url) if trusted else url
        headers = {"accept": "application/json, text/csv;q=0.9, */*;q=0.1", "user-agent": _AGENT}
        if trusted:
            # A header of the person's own replaces ours, whatever its case.
            headers |= {name.lower(): value for name, value in self.settings.headers}
            headers |= self._credentials()
        if method == "POST":
            headers.setdefault("content-type", "application/json")
        parts = urlsplit(sent)
        host = parts.hostname or ""
        allow_local = self.settings.allow_local
        addresses = checked_addresses(host, port_of(parts), allow_local=allow_local, cancel_token=self.cancel_token)
        failure: AppError = rest_error("refused", host=host)
        for address in addresses:
            try:
                return self._ask(address, parts, method, headers, body.encode() if method == "POST" else None, url)
            except NewConnectionError:
                failure = rest_error("refused", host=host)
            except _NoConnection as error:
                failure = error.error
        raise failure

    def _ask(
        self, address: str, parts: SplitResult, method: str, headers: Mapping[str, str], body: bytes | None, url: str
    ) -> tuple[int, Answer]:
        host = parts.hostname or ""
        target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (f"?{parts.query}" if parts.query else "")
        with _interruptible(self.cancel_token, ANSWER_TIMEOUT) as watch:
            try:
                with _pool(address, parts, watch.add) as pool:
                    response = pool.urlopen(
                        method, target, body=body, headers={**headers, "host": _host_header(parts), "accept-encoding":
                        "gzip, deflate", "connection": "close"}, redirect=False, retries=False, preload_content=False,
                        timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT, read=ANSWER_TIMEOUT), assert_same_host=False,
                    )  # fmt: skip
                    try:
                        known = {name.lower(): value for name, value in response.headers.items()}
                        read = response.status not in (*_MOVED, *_BUSY) and 200 <= response.status < 300
                        content = self._body(response) if read else b""
                    finally:
                        response.close()
            except AppError:
                raise
            except (HTTPError, HttpError, OSError, ValueError) as error:
                raise watch.reason(host) or _reason(error, host) from None  # its text can name the whole address
            if (interrupted := watch.reason(host)) is not None:
                raise interrupted
        return response.status, Answer(url, known, content)

    def _body(self, response: urllib3.BaseHTTPResponse) -> bytes:
        pieces = bytearray()
        for piece in response.stream(_PIECE, decode_content=True):
            pieces += piece
            if len(pieces) > MAX_ANSWER:
                raise rest_error("too-large", limit=MAX_ANSWER // 1_000_000)
        return bytes(pieces)

    def _with_key(self, url: str) -> str:
        if self.settings.authentication != "query":
            return url
        parts = urlsplit(url)
        return parts._replace(query=with_parameters(parts.query, {self.settings.key_name: self.secret})).geturl()

    def _credentials(self) -> dict[str, str]:
        kind = self.settings.authentication
        if kind == "bearer":
            return {"authorization": f"Bearer {self.secret}"}
        if kind == "basic":
            both = f"{self.settings.user}:{self.secret}".encode()
            return {"authorization": f"Basic {base64.b64encode(both).decode()}"}
        return {self.settings.key_name.lower(): self.secret} if kind == "header" else {}

    def _pause(self, seconds: float) -> None:
        ended = threading.Event()
        with self.cancel_token.on_cancel(ended.set):
            if ended.wait(seconds):
                raise query_cancelled()


def same_origin(url: str, other: str) -> bool:
    """Whether two addresses have the same scheme, host and port."""
    one, two = urlsplit(url), urlsplit(other)
    return (one.scheme, one.hostname, port_of(one)) == (two.scheme, two.hostname, port_of(two))


def with_parameters(query: str, changed: Mapping[str, str]) -> str:
    """The query of an address with other values of these parameters."""
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in changed]
    return urlencode([*kept, *changed.items()])


class _NoConnection(Exception):
    def __init__(self, error: AppError) -> None:
        super().__init__()
        self.error = error


class _Watch:
    """Shuts the connection down when it is cancelled or takes too long: whatever waits for it then ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._why = ""

    def add(self, connected: socket.socket) -> None:
        # A copy: the other one belongs to TLS, which doesn't bear being shut down from another thread.
        copied = socket.socket(fileno=socket.dup(connected.fileno()))
        with self._lock:
            self._sockets.append(copied)
            ended = bool(self._why)
        if ended:
            self.end(self._why)

    def end(self, why: str) -> None:
        with self._lock:
            self._why = self._why or why
            for one in self._sockets:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def reason(self, host: str) -> AppError | None:
        if not self._why:
            return None
        return query_cancelled() if self._why == "cancelled" else rest_error("timeout", host=host)

    def close(self) -> None:
        with self._lock:
            for one in self._sockets:
                one.close()
            self._sockets.clear()


@contextmanager
def _interruptible(cancel_token: CancelToken, seconds: float) -> Iterator[_Watch]:
    watch = _Watch()
    timer = threading.Timer(seconds, watch.end, ("timeout",))
    timer.name, timer.daemon = "benchboard-answer-limit", True
    with cancel_token.on_cancel(lambda: watch.end("cancelled")):
        timer.start()
        try:
            yield watch
        finally:
            timer.cancel()
            watch.close()


def _pool(address: str, parts: SplitResult, watch: Callable[[socket.socket], None]) -> urllib3.HTTPConnectionPool:
    """A pool for the checked `address`; the certificate must be that of the host the address stands for."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            watch(made := super()._new_conn())
            return made

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            watch(made := super()._new_conn())
            return made

    port = port_of(parts)
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        context = ssl.create_default_context()
        host = parts.hostname or ""
        pool = urllib3.HTTPSConnectionPool(
            address, port, ssl_context=context, server_hostname=host, assert_hostname=host, cert_reqs="CERT_REQUIRED"
        )
        pool.ConnectionCls = Secure
    else:
        pool = urllib3.HTTPConnectionPool(address, port)
        pool.ConnectionCls = Plain
    return pool


def _reason(error: Exception, host: str) -> Exception:
    if isinstance(error, NewConnectionError | ConnectionRefusedError):
        return _NoConnection(rest_error("refused", host=host))
    if isinstance(error, TlsError | ssl.SSLError):
        return rest_error("tls", host=host)
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
        return _NoConnection(rest_error("timeout", host=host))
    if isinstance(error, WaitError | TimeoutError):
        return rest_error("timeout", host=host)
    return rest_error("broken", host=host)


def _joined(url: str, location: str) -> str:
    """Where a redirect leads. Raises `rest.redirect` for what isn't an address of the web."""
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        usable = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        usable = False
    if not usable or len(target) > MAX_URL * 2 or not target.isprintable():
        raise rest_error("redirect", host=_host(url))
    return parts._replace(fragment="").geturl()


def _wait_seconds(text: str, attempt: int) -> float:
    """What Retry-After (RFC 9110: seconds or a date) asks for; 1, 2, 4 … s where it says nothing."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    with suppress(ValueError, TypeError, OverflowError):
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    return float(2**attempt)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _host_header(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host.encode("idna").decode() if not host.isascii() else host
    return f"{host}:{parts.port}" if parts.port else host
