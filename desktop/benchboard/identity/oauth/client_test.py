"""A test of a client: the real authorization code flow against the issuer, step by step, as an independent program.

It speaks HTTP to the issuer as any client does. Only the client's own secret is not known to it: it proves itself with
one that the issuer accepts for this test alone. In the end its tokens are revoked.
"""

import contextlib
import hashlib
import json
import secrets
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from typing import Any, Final, Literal
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from benchboard.i18n import _
from benchboard.identity.oauth.client_fields import CODE, REFRESH
from benchboard.identity.oauth.clients import ClientRecord
from benchboard.identity.oauth.issuer import CONSENT_S, Issuer
from benchboard.identity.oauth.signing_keys import ALGORITHMS
from benchboard.identity.permissions import Actor

Outcome = Literal["ok", "failed"]
_TIMEOUT_S: Final = 30
_SECRET: Final = frozenset({
    "code", "code_verifier", "client_secret", "access_token", "refresh_token", "id_token", "token", "csrf", "password",
    "Authorization",
})  # fmt: skip
"""What is shown by its beginning alone."""
_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class TestStep:
    """One step: what was done, what came of it, the lines of request and answer with secrets hidden, and how long it
    took in ms."""

    title: str
    detail: str
    outcome: Outcome
    lines: tuple[str, ...] = ()
    took_ms: int = 0


class _FailedStep(Exception):
    """Why a step failed."""


class _Stopped(Exception):
    """The test was cancelled while it waited."""


@dataclass(frozen=True, slots=True)
class _HttpResult:
    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def values(self) -> dict[str, Any]:
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


class _CsrfField(HTMLParser):
    """Finds the page's hidden field."""

    value = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "input" and named.get("name") == "csrf":
            self.value = named.get("value") or ""


Browse = Callable[[str], object]
"""Opens a URL in the person's browser."""


class ClientTest:
    """Runs the steps; `steps` yields each when it is done, and ends after one that failed.

    With `browse`, the person decides in their browser, and `issuer.confirm(test.state, …)` lets them go on as the
    window's session. Without, this session is confirmed and the page's form sent at once.
    """

    def __init__(
        self, issuer: Issuer, actor: Actor, client: ClientRecord, redirect_uri: str = "", browse: Browse | None = None
    ) -> None:
        self._issuer, self._actor, self._client, self._browse = issuer, actor, client, browse
        self._uri = redirect_uri or next(iter(client.redirect_uris), "")
        self.state, self._nonce = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self._verifier = secrets.token_urlsafe(32)
        self._lines: list[str] = []
        self._secret = self._code = ""
        self._tokens: dict[str, Any] = {}
        self._refresh_before = ""
        self._cancelled = False

    def cancel(self) -> None:
        """Stop before the next step, and stop waiting for the browser."""
        self._cancelled = True

    def steps(self) -> Iterator[TestStep]:
        """Each step when it is done."""
        self._secret = self._issuer.begin_test(self._client.client_id, self.state)
        try:
            for title, act in self._plan():
                if self._cancelled:
                    return
                try:
                    step = self._run(title, act)
                except _Stopped:
                    return
                yield step
                if step.outcome == "failed":
                    return
        finally:
            self._revoke_all()
            self._issuer.end_test(self.state)

    def _revoke_all(self) -> None:
        """Leave no token of the test that works, wherever it ended."""
        for name in ("refresh_token", "access_token"):
            if token := self._tokens.get(name):
                with contextlib.suppress(OSError, HTTPException):
                    self._send("POST", "/revoke", self._own({"token": str(token)}), self._basic())

    def _plan(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield _("Read the issuer's description"), self._discover
        if CODE in self._client.grant_types:
            yield _("Opened the sign-in page"), self._authorize
            yield _("The code came back to the right place"), self._check_answer
            yield _("Swapped code and verifier for tokens"), self._exchange
            if "openid" in self._client.scopes:
                yield _("Checked the ID token"), self._check_id_token
                yield _("Asked who signed in"), self._userinfo
        else:
            yield _("Got a token for itself"), self._credentials
        if self._client.type == "confidential":
            yield _("Introspected the access token"), self._introspect
        if self._tokens.get("refresh_token"):
            yield _("Swapped the refresh token for new ones"), self._refresh
            yield _("Used the refresh token a second time"), self._reuse
        yield _("Used the code a second time") if self._code else _("Revoked the token"), self._end

    def _run(self, title: str, act: Callable[[], str]) -> TestStep:
        self._lines, began = [], time.monotonic()
        outcome: Outcome = "ok"
        try:
            detail = act()
        except _FailedStep as error:
            detail, outcome = str(error), "failed"
        except (OSError, HTTPException) as error:
            detail, outcome = _("The issuer didn't answer: {reason}.").format(reason=error), "failed"
        return TestStep(title, detail, outcome, tuple(self._lines), round(1000 * (time.monotonic() - began)))

    def _discover(self) -> str:
        found = self._send("GET", "/.well-known/openid-configuration").values
        if found.get("issuer") != self._issuer.identity.url:
            raise _FailedStep(_("It names another issuer."))
        return _("{url}, PKCE with S256").format(url=found["issuer"])

    def _authorize(self) -> str:
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._uri,
            "scope": " ".join(self._client.scopes),
            "state": self.state,
            "nonce": self._nonce,
            "code_challenge": _challenge(self._verifier),
            "code_challenge_method": "S256",
        }
        path = f"/authorize?{urlencode(asked)}"
        if self._browse is not None:
            self._note("GET /authorize", asked)
            self._browse(self._issuer.identity.url + path)
            return self._wait_for_browser()
        page = self._send("GET", path, shown=asked)
        if page.status != 200:
            raise _FailedStep(_("The issuer refused the request with status {status}.").format(status=page.status))
        parser = _CsrfField()
        parser.feed(page.body)
        self._issuer.confirm(self.state, self._actor)
        cookie = page.headers.get("Set-Cookie", "").partition(";")[0]
        self._send("POST", "/authorize", {"csrf": parser.value, "decision": "window"}, {"Cookie": cookie})
        return _("{name} agreed in this session").format(name=self._actor.name)

    def _wait_for_browser(self) -> str:
        until = time.monotonic() + CONSENT_S
        while not self._cancelled and time.monotonic() < until:
            if self._issuer.captured(self.state, 0.2) is not None:
                return _("You decided in the browser")
        if self._cancelled:
            raise _Stopped
        minutes = CONSENT_S // 60
        raise _FailedStep(_("Nobody decided in the browser within {minutes} min.").format(minutes=minutes))

    def _check_answer(self) -> str:
        location = self._issuer.captured(self.state, 0)
        if location is None:
            raise _FailedStep(_("No answer came back."))
        self._note(
            location.partition("?")[0], answer := {k: v[0] for k, v in parse_qs(urlsplit(location).query).items()}
        )
        if not location.startswith(f"{self._uri}{'&' if '?' in self._uri else '?'}"):
            raise _FailedStep(_("It came back to another address."))
        if answer.get("state") != self.state or answer.get("iss") != self._issuer.identity.url:
            raise _FailedStep(_("state or iss isn't the one sent."))
        if "code" not in answer:
            raise _FailedStep(_("It was refused: {reason}.").format(reason=answer.get("error", "")))
        self._code = answer["code"]
        return _("state and iss are those sent; the host is registered")

    def _exchange(self) -> str:
        self._tokens = self._ask_token(grant_type=CODE, **self._code_parameters())
        with_refresh = _("Access token for {minutes} min, and a refresh token")
        without = _("Access token for {minutes} min")
        sentence = with_refresh if "refresh_token" in self._tokens else without
        return sentence.format(minutes=int(self._tokens.get("expires_in", 0)) // 60)

    def _code_parameters(self) -> dict[str, str]:
        return {"code": self._code, "redirect_uri": self._uri, "code_verifier": self._verifier}

    def _credentials(self) -> str:
        self._tokens = self._ask_token(grant_type="client_credentials")
        return _("Access token for {minutes} min").format(minutes=int(self._tokens.get("expires_in", 0)) // 60)

    def _check_id_token(self) -> str:
        keys: Any = self._send("GET", "/jwks").values
        try:
            decoded = jwt.decode(
                str(self._tokens.get("id_token")), KeySet.import_key_set(keys), algorithms=list(ALGORITHMS)
            )
        except (JoseError, ValueError, KeyError) as error:
            raise _FailedStep(_("Its signature fits none of the published keys.")) from error
        claims = decoded.claims
        for name in ("sub", "aud", "exp", "nonce", "name", "email"):
            if name in claims:
                self._lines.append(f"{name}  {claims[name]}")
        expected = {"iss": self._issuer.identity.url, "aud": self._client.client_id, "nonce": self._nonce}
        wrong = [name for name, value in expected.items() if claims.get(name) != value]
        if wrong or claims.get("exp", 0) < time.time():
            raise _FailedStep(_("Wrong: {names}.").format(names=", ".join(wrong or ["exp"])))
        return _("Signature fits the key {kid}, nonce is the one sent").format(kid=decoded.header.get("kid"))

    def _userinfo(self) -> str:
        bearer = {"Authorization": f"Bearer {self._tokens.get('access_token')}"}
        found = self._send("GET", "/userinfo", headers=bearer).values
        if found.get("sub") != self._actor.user_id and self._browse is None:
            raise _FailedStep(_("It names another person."))
        if "sub" not in found:
            raise _FailedStep(_("It doesn't say who signed in."))
        return str(found.get("name") or found["sub"])

    def _introspect(self) -> str:
        found = self._send(
            "POST", "/introspect", self._own({"token": self._tokens.get("access_token", "")}), self._basic()
        )
        if found.values.get("active") is not True:
            raise _FailedStep(_("The token doesn't count as active."))
        return _("active, scope {scope}").format(scope=found.values.get("scope") or "–")

    def _refresh(self) -> str:
        self._refresh_before = str(self._tokens["refresh_token"])
        self._tokens |= self._ask_token(grant_type=REFRESH, refresh_token=self._refresh_before)
        return _("A new refresh token took its place")

    def _reuse(self) -> str:
        parameters = self._own({"grant_type": REFRESH, "refresh_token": self._refresh_before})
        again = self._send("POST", "/token", parameters, self._basic())
        if again.status == 200:
            raise _FailedStep(_("It was taken, and should not have been."))
        return _("It was refused, and all tokens of this authorization were revoked")

    def _end(self) -> str:
        if self._code:
            parameters = self._own({"grant_type": CODE, **self._code_parameters()})
            if self._send("POST", "/token", parameters, self._basic()).status == 200:
                raise _FailedStep(_("It was taken, and should not have been."))
            self._send("POST", "/revoke", self._own({"token": self._tokens.get("access_token", "")}), self._basic())
            return _("It was refused. The tokens of the test are revoked; its log entries stay")
        self._send("POST", "/revoke", self._own({"token": self._tokens.get("access_token", "")}), self._basic())
        return _("The tokens of the test are revoked; its log entries stay")

    def _ask_token(self, **parameters: str) -> dict[str, Any]:
        found = self._send("POST", "/token", self._own(parameters), self._basic())
        if found.status != 200 or "access_token" not in found.values:
            error = found.values.get("error_description") or found.values.get("error") or found.status
            raise _FailedStep(_("It was refused: {reason}").format(reason=error))
        return found.values

    def _own(self, parameters: Mapping[str, str]) -> dict[str, str]:
        """The parameters of a request, with the client's ID if it has no secret."""
        named = {"client_id": self._client.client_id} if self._client.type == "public" else {}
        return {**parameters, **named}

    def _basic(self) -> dict[str, str]:
        if self._client.type == "public":
            return {}
        pair = f"{quote_plus(self._client.client_id)}:{quote_plus(self._secret)}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    def _send(
        self,
        method: str,
        path: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        shown: Mapping[str, str] | None = None,
    ) -> _HttpResult:
        self._note(f"{method} {path.partition('?')[0]}", {**_without_cookie(headers or {}), **(shown or form or {})})
        host, _colon, port = self._issuer.address.partition(":")
        connection = HTTPConnection(host, int(port), timeout=_TIMEOUT_S)
        try:
            body = urlencode(form) if form is not None else None
            kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
            connection.request(method, path, body, {**kind, **(headers or {})})
            answer = connection.getresponse()
            result = _HttpResult(answer.status, dict(answer.getheaders()), answer.read().decode())
        finally:
            connection.close()
        self._note(f"→ {result.status}", result.values if path != "/jwks" else {})
        return result

    def _note(self, head: str, values: Mapping[str, Any]) -> None:
        """Show a request or an answer, with secrets hidden."""
        self._lines.append(head)
        for name, value in values.items():
            text = str(value)
            self._lines.append(f"{name}={_hidden(name, text) if name in _SECRET else text}")


def _without_cookie(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "Cookie"}


def _hidden(name: str, text: str) -> str:
    if name == "Authorization":
        return f"{text.partition(' ')[0]} ••••"
    return f"{text[:_SHOWN]}…" if text else ""


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def why_not_tested(client: ClientRecord) -> str:
    """Why a client can't be tested; empty if it can."""
    if client.disabled_at is not None:
        return _("A disabled client gets no tokens.")
    if CODE in client.grant_types and not client.scopes:
        return _("It may ask for nothing: choose a scope first.")
    return ""
