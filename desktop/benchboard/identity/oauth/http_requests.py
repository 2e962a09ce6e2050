"""HTTP as the issuer reads and writes it: bounded requests, parameters that are said once, answers nobody caches."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from benchboard.identity.oauth.pages import PageContent

LARGEST_BODY: Final = 65_536
"""Bytes of a request's body at most."""
_MOST_PARAMETERS: Final = 40
_PATIENCE_S: Final = 10
"""How long a client may be silent in the middle of a request."""
_FORM: Final = "application/x-www-form-urlencoded"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request: its parameters are those of the query or of the form, each said once."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, status: int, value: Mapping[str, Any], **headers: str) -> "HttpAnswer":
        """An answer for programs."""
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})

    @classmethod
    def of_page(cls, status: int, page: PageContent, **headers: str) -> "HttpAnswer":
        """An answer for people."""
        kinds = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": page.policy}
        return cls(status, page.html.encode(), {**kinds, "X-Frame-Options": "DENY", **headers})


class _RefusedRequest(Exception):
    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status, self.description = status, description


class RequestHandler(BaseHTTPRequestHandler):
    """Reads a request, lets `server.answer` answer it, and closes the connection."""

    server_version, sys_version = "Benchboard", ""
    timeout = _PATIENCE_S

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: requests have codes and tokens in them."""

    def _serve(self) -> None:
        try:
            answer = self._answer(self._read())
        except _RefusedRequest as error:
            body = {"error": "invalid_request", "error_description": error.description}
            answer = HttpAnswer.of_json(error.status, body)
        except Exception:  # noqa: BLE001  # a bug, logged as one: the server goes on
            _log.exception("the issuer failed")
            answer = HttpAnswer.of_json(500, {"error": "server_error"})
        self._send(answer)

    @property
    def _answer(self) -> Callable[[HttpRequest], HttpAnswer]:
        answer: Callable[[HttpRequest], HttpAnswer] = self.server.answer  # type: ignore[attr-defined]  # set by `Issuer`
        return answer

    def _read(self) -> HttpRequest:
        parts = urlsplit(self.path)
        for name in ("Host", "Authorization", "Content-Length", "Cookie", "Origin"):
            if len(self.headers.get_all(name, [])) > 1:
                raise _RefusedRequest(400, f"The header {name} is there twice.")
        form: Mapping[str, str] = {}
        if self.command == "POST":
            form = _parameters(self._body())
        cookies: dict[str, str] = {}
        try:
            cookies = {name: one.value for name, one in SimpleCookie(self.headers.get("Cookie", "")).items()}
        except CookieError:
            cookies = {}
        return HttpRequest(
            self.command,
            parts.path,
            _parameters(parts.query),
            form,
            {name.title(): value for name, value in self.headers.items()},
            cookies,
        )

    def _body(self) -> str:
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding") is not None or not length.isascii() or not length.isdigit():
            raise _RefusedRequest(411, "Content-Length is needed.")
        if len(length) > 9 or int(length) > LARGEST_BODY:
            raise _RefusedRequest(413, f"A body can have at most {LARGEST_BODY} bytes.")
        if int(length) and self.headers.get_content_type() != _FORM:
            raise _RefusedRequest(415, f"The body has to be {_FORM}.")
        try:
            return self.rfile.read(int(length)).decode()
        except UnicodeDecodeError as error:
            raise _RefusedRequest(400, "The body isn't UTF-8.") from error

    def _send(self, answer: HttpAnswer) -> None:
        self.close_connection = True
        try:
            self.send_response(answer.status, HTTPStatus(answer.status).phrase)
            fixed = {
                "Cache-Control": "no-store",
                "Pragma": "no-cache",
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
                "Content-Length": str(len(answer.body)),
                "Connection": "close",
            }
            for name, value in {**fixed, **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            return  # the client has gone


def _parameters(text: str) -> dict[str, str]:
    """The parameters of a query or form. Raises for one that is there twice (RFC 6749 section 3.1)."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS, errors="strict")
    except ValueError as error:
        raise _RefusedRequest(400, "The parameters can't be read.") from error
    names = [name for name, _value in pairs]
    if len(names) != len(set(names)):
        raise _RefusedRequest(400, "A parameter is there twice.")
    if any("\0" in value for _name, value in pairs):
        raise _RefusedRequest(400, "A parameter contains a NUL.")
    return dict(pairs)
