"""How a REST API is asked for its rows: its address, how to sign in, where the rows are, and how there are more."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, get_args
from urllib.parse import SplitResult, urlsplit

from benchboard.analytics.rest.json_path import parse_path
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.identity.keys import DataKey, Sealed

Method = Literal["GET", "POST"]
Authentication = Literal["none", "bearer", "basic", "header", "query"]
"""none, a bearer token, user and password, or an API key in a header or in a parameter of the query."""
Paging = Literal["none", "page", "offset", "cursor", "link"]
"""One page; a page number; an offset; a cursor (or the next address) in the answer; the Link header of RFC 8288."""
METHODS: Final[tuple[Method, ...]] = get_args(Method)
AUTHENTICATIONS: Final[tuple[Authentication, ...]] = get_args(Authentication)
PAGINGS: Final[tuple[Paging, ...]] = get_args(Paging)

MAX_URL: Final = 2_000
MAX_HEADERS: Final = 20
MAX_VALUE: Final = 1_000
MAX_BODY: Final = 20_000
MAX_SECRET: Final = 4_000
MAX_PAGE_SIZE: Final = 100_000
MAX_PAGES: Final = 1_000
"""Pages that are read of one answer at most."""
MAX_ROWS: Final = 1_000_000
"""Rows that are read of one answer at most."""
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}", re.ASCII)
"""A header's name (RFC 9110)."""
_PARAMETER: Final = re.compile(r"[A-Za-z0-9_.\-\[\]$]{1,100}", re.ASCII)
_OURS: Final = frozenset(
    (
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "accept-encoding",
        "te",
        "trailer",
        "upgrade",
        "expect",
    )
)
_SECRET: Final = frozenset(("authorization", "proxy-authorization", "cookie"))


@dataclass(frozen=True, slots=True)
class RestSettings:
    """How rows are asked for, without the secret. `rows_path` is empty until it is recognised from an answer."""

    url: str
    method: Method = "GET"
    body: str = ""
    """JSON that a POST sends."""
    headers: tuple[tuple[str, str], ...] = ()
    authentication: Authentication = "none"
    user: str = ""
    key_name: str = ""
    """The header or the query parameter that holds the API key."""
    rows_path: str = ""
    paging: Paging = "none"
    page_parameter: str = ""
    """The query parameter of the page number, the offset or the cursor."""
    size_parameter: str = ""
    page_size: int = 0
    """Rows of a page that are asked for with `size_parameter`; 0: as many as the API likes."""
    first_page: int = 1
    cursor_path: str = ""
    allow_local: bool = False
    """Whether the address may be on this computer or in the local network."""

    @property
    def parts(self) -> SplitResult:
        """The address in parts."""
        return urlsplit(self.url)

    @property
    def address(self) -> str:
        """The address as people read it: without its parameters, which may hold what isn't for everyone."""
        return f"{self.parts.netloc}{self.parts.path}"

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {**asdict(self), "headers": [list(one) for one in self.headers]}


def checked_rest(values: Mapping[str, object]) -> RestSettings:
    """The settings in `values`; what is missing has its default. Raises `Invalid` (`sources.connection`) with the first
    `field` that can't be used."""
    known = {each.name for each in fields(RestSettings)}
    if set(values) - known:
        raise wrong("url", _("The settings of this data source can't be read."))
    found, problems = _read(values)
    if problems:
        raise next(iter(problems.values()))
    return RestSettings(**found)


def rest_problems(values: Mapping[str, object], secret: str | None) -> dict[str, str]:
    """What is wrong with each field of `values` and with the secret (None: one that is stored is taken), as a sentence,
    in the order of the form."""
    found, problems = _read(values)
    if secret is not None and "authentication" in found:
        try:
            checked_secret(secret, found["authentication"])
        except Invalid as error:
            problems["secret"] = error
    order = ("method", "url", "body", "authentication", "user", "key_name", "secret", "headers", "rows_path", "paging",
             "page_parameter", "first_page", "cursor_path", "size_parameter", "page_size")  # fmt: skip
    return {name: problems[name].what for name in order if name in problems}


def _read(values: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, Invalid]]:
    """The fields that can be used, and what is wrong with the others."""
    found: dict[str, Any] = {}
    problems: dict[str, Invalid] = {}

    def read(field: str, take: Callable[[], object]) -> None:
        try:
            found[field] = take()
        except Invalid as error:
            problems[field] = error

    read("method", lambda: _choice(values, "method", METHODS, "GET"))
    read("url", lambda: _url(values.get("url")))
    read("body", lambda: _body(values.get("body", ""), found.get("method", "GET")))
    read("headers", lambda: _headers(values.get("headers", ())))
    read("authentication", lambda: _choice(values, "authentication", AUTHENTICATIONS, "none"))
    authentication = found.get("authentication", "none")
    read("user", lambda: _user(values.get("user", ""), authentication))
    read("key_name", lambda: _key_name(values.get("key_name", ""), authentication))
    read("rows_path", lambda: _path(values.get("rows_path", ""), "rows_path"))
    read("paging", lambda: _choice(values, "paging", PAGINGS, "none"))
    paging = found.get("paging", "none")
    usual = {"page": "page", "offset": "offset"}.get(paging, "")
    read("page_parameter", lambda: _parameter(values, "page_parameter", usual))
    read("first_page", lambda: _number(values, "first_page", 0, 1, 1))
    read("cursor_path", lambda: _cursor_path(values.get("cursor_path", ""), paging))
    read("size_parameter", lambda: _parameter(values, "size_parameter", ""))
    read("page_size", lambda: _number(values, "page_size", 0, MAX_PAGE_SIZE, 0))
    if "page_size" in found and "size_parameter" in found:
        _check_size(found["size_parameter"], found["page_size"], problems)
    found["allow_local"] = values.get("allow_local", False) is True
    return found, problems


def checked_secret(secret: str, authentication: Authentication) -> str:
    """The token, password or key. Raises `Invalid` for one that can't be sent; never with the secret in it."""
    if authentication == "none":
        return ""
    if not secret:
        raise wrong("secret", _("Enter the token, password or key."))
    if len(secret) > MAX_SECRET or not secret.isprintable():
        raise wrong("secret", _("This token, password or key can't be used."))
    if authentication in ("bearer", "header") and not secret.isascii():
        raise wrong("secret", _("This token, password or key can't be used."))
    return secret


def seal_secret(
    data_key: DataKey, source_id: str, organisation_id: str, settings: RestSettings, secret: str
) -> dict[str, Any]:
    """The secret encrypted, as it is stored in `connection_config`."""
    sealed = data_key.seal(secret.encode(), aad=_aad(source_id, organisation_id, settings))
    return {
        "key_version": sealed.key_version,
        "nonce": b64encode(sealed.nonce).decode(),
        "ciphertext": b64encode(sealed.ciphertext).decode(),
    }


def open_secret(data_key: DataKey, source_id: str, organisation_id: str, settings: RestSettings, stored: object) -> str:
    """The secret that `seal_secret` encrypted. Raises `Unavailable` (`keys.wrong`) if it, or where it is sent, was
    altered, `Invalid` for what is no encrypted secret."""
    try:
        if not isinstance(stored, dict) or not isinstance(stored["key_version"], int):
            raise TypeError("not an encrypted secret")
        sealed = Sealed(stored["key_version"], b64decode(stored["nonce"]), b64decode(stored["ciphertext"]))
    except (KeyError, TypeError, ValueError) as error:
        what = _("The password of this data source can't be read.")
        raise Invalid("sources.password", what, do=_("Enter it again.")) from error
    return data_key.open(sealed, aad=_aad(source_id, organisation_id, settings)).decode()


def receiver(settings: RestSettings) -> tuple[str, ...]:
    """To whom the secret is sent, and as what: with anything else here, it must be entered again."""
    host, port = settings.parts.hostname or "", port_of(settings.parts)
    return (settings.parts.scheme, host, str(port), settings.authentication, settings.user, settings.key_name)


def port_of(parts: SplitResult) -> int:
    """The port of an address, the usual one of its scheme where it names none."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def _aad(source_id: str, organisation_id: str, settings: RestSettings) -> bytes:
    return "\0".join(("data-source-secret", organisation_id, source_id, *receiver(settings))).encode()


def wrong(field: str, what: str) -> Invalid:
    """The error of a setting that can't be used."""
    return Invalid("sources.connection", what, field=field)


def _url(value: object) -> str:
    what = _("Enter an address that begins with https:// or http://.")
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > MAX_URL or not text.isprintable() or " " in text or "\\" in text:
        raise wrong("url", what)
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise wrong("url", what) from error
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise wrong("url", what)
    if "@" in parts.netloc:
        raise wrong("url", _("Leave user and password out of the address. Choose an authentication instead."))
    return parts._replace(fragment="").geturl()


def _body(value: object, method: Method) -> str:
    import json

    text = value if isinstance(value, str) else ""
    if method == "GET" or not text.strip():
        return ""
    try:
        if len(text) > MAX_BODY:
            raise ValueError
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise wrong("body", _("The body must be JSON of up to {limit} characters.").format(limit=MAX_BODY)) from error
    return text


def _headers(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list | tuple) or len(value) > MAX_HEADERS:
        raise wrong("headers", _("Use up to {limit} headers.").format(limit=MAX_HEADERS))
    found: list[tuple[str, str]] = []
    for one in value:
        name, text = one if isinstance(one, list | tuple) and len(one) == 2 else ("", "")
        if not isinstance(name, str) or not isinstance(text, str) or _TOKEN.fullmatch(name) is None:
            raise wrong("headers", _("Write each header as “Name: value”, one a line."))
        if len(text) > MAX_VALUE or not text.isascii() or not (text == "" or text.isprintable()):
            raise wrong("headers", _("The value of the header “{name}” can't be sent.").format(name=name))
        if name.lower() in _SECRET:
            what = _("“{name}” holds a secret. Choose an authentication instead.").format(name=name)
            raise wrong("headers", what)
        if name.lower() in _OURS:
            raise wrong("headers", _("Benchboard sets the header “{name}” itself.").format(name=name))
        found.append((name, text.strip()))
    return tuple(found)


def _user(value: object, authentication: Authentication) -> str:
    if authentication != "basic":
        return ""
    if not isinstance(value, str) or not value or len(value) > 255 or ":" in value or not value.isprintable():
        raise wrong("user", _("Enter the name of the user."))
    return value


def _key_name(value: object, authentication: Authentication) -> str:
    if authentication not in ("header", "query"):
        return ""
    pattern = _TOKEN if authentication == "header" else _PARAMETER
    if not isinstance(value, str) or pattern.fullmatch(value) is None or value.lower() in _OURS:
        raise wrong("key_name", _("Enter the name of the header or parameter, such as X-API-Key."))
    return value


def _path(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise wrong(field, _("Write a path such as $.data.items."))
    try:
        return parse_path(value).text if value.strip() else ""
    except ValueError as error:
        raise wrong(field, _("Write a path such as $.data.items.")) from error


def _choice(values: Mapping[str, object], field: str, known: tuple[Any, ...], default: str) -> Any:
    if (value := values.get(field, default)) not in known:
        raise wrong(field, _("Choose one of: {values}.").format(values=", ".join(known)))
    return value


def _parameter(values: Mapping[str, object], field: str, default: str) -> str:
    value = values.get(field) or default
    if not isinstance(value, str) or (value and _PARAMETER.fullmatch(value) is None):
        raise wrong(field, _("Enter the name of a query parameter, such as page."))
    return value


def _number(values: Mapping[str, object], field: str, low: int, high: int, default: int) -> int:
    value = values.get(field, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise wrong(field, _("Enter a number from {low} to {high}.").format(low=low, high=high))
    return value


def _cursor_path(value: object, paging: Paging) -> str:
    found = _path(value, "cursor_path")
    if paging == "cursor" and not found:
        raise wrong("cursor_path", _("Enter where the answer has the next cursor, such as $.next."))
    return found


def _check_size(size_parameter: str, page_size: int, problems: dict[str, Invalid]) -> None:
    if bool(page_size) != bool(size_parameter):
        field = "size_parameter" if page_size else "page_size"
        what = _("Enter both the page size and the name of its parameter, or neither.")
        problems[field] = wrong(field, what)
