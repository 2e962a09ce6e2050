"""The issuer: an OAuth and OpenID Connect server on the loopback address, for as long as this program runs it.

Only this computer reaches it. It answers requests whose Host is its own address, so that a web page whose name was
rebound to 127.0.0.1 gets nothing; its pages need no JavaScript. Requests are served on threads of its own.
"""

import contextlib
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import select

from benchboard.errors import AppError, Denied
from benchboard.i18n import _
from benchboard.identity import authentication, password_sign_in
from benchboard.identity.lockouts import LOCKED
from benchboard.identity.oauth import authorization, signing_keys, tokens
from benchboard.identity.oauth.authorization import AuthorizationRequest, RedirectableError
from benchboard.identity.oauth.client_authentication import authenticate
from benchboard.identity.oauth.http_requests import HttpAnswer, HttpRequest, RequestHandler
from benchboard.identity.oauth.pages import PageContent, consent_page, message_page
from benchboard.identity.oauth.protocol_errors import OAuthError
from benchboard.identity.oauth.tokens import IssuerIdentity
from benchboard.identity.organisations import SCOPES
from benchboard.identity.permissions import Actor, Client, require
from benchboard.identity.second_factor import NEEDED
from benchboard.storage.engine import Database
from benchboard.storage.models.credentials import OAuthClient
from benchboard.storage.models.identity import Organisation

HOST: Final = "127.0.0.1"
CONSENT_S: Final = 600
"""How long a person has to decide."""
_MOST_PENDING: Final = 50
_MOST_TRIES: Final = 5
"""Wrong passwords on one consent page."""
_COOKIE: Final = "bb_consent"
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class PendingConsent:
    """A request that a person is deciding about. `number` is shown in the browser and in the window."""

    request: AuthorizationRequest
    csrf: str
    number: str
    expires_at: float
    tries: int = 0
    confirmed_by: Actor | None = None


@dataclass(slots=True)
class _Test:
    """A test of a client that this program runs: its state, and where its answer is kept instead of redirecting."""

    state: str
    client_id: str
    secret: str
    captured: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)


class Issuer:
    """Serves between entering and leaving it as a context. The actor needs the permission to change clients."""

    def __init__(self, database: Database, actor: Actor, *, port: int = 0) -> None:
        require(actor, "clients:write")
        self._database, self._actor = database, actor
        self._pending: dict[str, PendingConsent] = {}
        self._tests: dict[str, _Test] = {}
        self._lock = threading.Lock()
        self.on_pending: Callable[[PendingConsent], object] = lambda _pending: None
        """Called on a thread of the issuer when a test's consent page was opened."""
        self._server = ThreadingHTTPServer((HOST, port), RequestHandler)
        self._server.daemon_threads = True
        self._server.answer = self._answer  # type: ignore[attr-defined]  # what the handler calls
        self.address = f"{HOST}:{self._server.server_address[1]}"
        self.identity = IssuerIdentity(f"http://{self.address}", actor.organisation_id)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="benchboard-issuer", daemon=True
        )

    def __enter__(self) -> "Issuer":
        with self._database.bind(self._actor).change() as session:
            if signing_keys.find_signer(session, self._actor.organisation_id) is None:
                signing_keys.generate_key(session, self._actor)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def begin_test(self, client_id: str, state: str) -> str:
        """Keep the answer to the request with this state for `captured`; returns a secret that the client of the test
        can prove itself with, until `end_test`."""
        test = _Test(state, client_id, secrets.token_urlsafe(32))
        with self._lock:
            self._tests[state] = test
        return test.secret

    def captured(self, state: str, timeout: float) -> str | None:
        """Where a test's request would have led the browser; None if nobody decided within so many seconds."""
        test = self._tests[state]
        return test.captured[0] if test.done.wait(timeout) else None

    def end_test(self, state: str) -> None:
        """Forget a test and its secret."""
        with self._lock:
            self._tests.pop(state, None)

    def confirm(self, state: str, actor: Actor, number: str = "") -> bool:
        """Let the page of the test with this state go on as `actor`, who signed in to this program.

        Only the page that shows `number`; without one, the only page there is. False if there is none.
        """
        with self._lock:
            found = [one for one in self._pending.values() if one.request.state == state and number in ("", one.number)]
            if len(found) == 1:
                found[0].confirmed_by = actor
        return len(found) == 1

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        """What a request gets. Nothing that it says is trusted before its Host is this server's."""
        if request.headers.get("Host") != self.address:
            return HttpAnswer.of_json(421, {"error": "invalid_request", "error_description": "Not this server's name."})
        route = _ROUTES.get(request.path)
        if route is None:
            return HttpAnswer.of_json(404, {"error": "not_found"})
        method = route.get(request.method)
        if method is None:
            return HttpAnswer.of_json(405, {"error": "method_not_allowed"}, Allow=", ".join(route))
        try:
            return method(self, request)
        except OAuthError as error:
            headers = {"WWW-Authenticate": _challenge(request, error)} if error.status == 401 else {}
            return HttpAnswer.of_json(error.status, error.answer(), **headers)
        except AppError as error:
            _log.warning("the issuer can't answer: %s", error.code)
            return HttpAnswer.of_json(503, {"error": "temporarily_unavailable", "error_description": error.what})

    def _discovery(self, _request: HttpRequest) -> HttpAnswer:
        url = self.identity.url
        return HttpAnswer.of_json(
            200,
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "userinfo_endpoint": f"{url}/userinfo",
                "introspection_endpoint": f"{url}/introspect",
                "revocation_endpoint": f"{url}/revoke",
                "jwks_uri": f"{url}/jwks",
                "scopes_supported": list(SCOPES),
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": list(signing_keys.ALGORITHMS),
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
                "code_challenge_methods_supported": ["S256"],
                "claims_supported": ["sub", "name", "email"],
                "authorization_response_iss_parameter_supported": True,
                "request_parameter_supported": False,
                "request_uri_parameter_supported": False,
            },
        )

    def _jwks(self, _request: HttpRequest) -> HttpAnswer:
        with self._database.system("oauth").read() as session:
            return HttpAnswer.of_json(
                200, {"keys": signing_keys.published_keys(session, self.identity.organisation_id)}
            )

    def _authorize(self, request: HttpRequest) -> HttpAnswer:
        """The consent page, or the error page where the client isn't to be trusted with the error."""
        try:
            with self._database.system("oauth").read() as session:
                asked = authorization.read_request(session, self.identity.organisation_id, request.query)
                name = session.scalar(select(Organisation.name).where(Organisation.id == self.identity.organisation_id))
        except RedirectableError as error:
            return self._leave(error.redirect_uri, {**error.answer(), "state": error.state})
        except OAuthError as error:
            return HttpAnswer.of_page(400, message_page(_("This request can't be allowed"), error.description))
        csrf, key = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        number = f"{secrets.randbelow(9000) + 1000}"
        pending = PendingConsent(asked, csrf, number, time.monotonic() + CONSENT_S)
        with self._lock:
            now = time.monotonic()
            self._pending = {one: it for one, it in self._pending.items() if it.expires_at > now}
            if len(self._pending) >= _MOST_PENDING:
                raise OAuthError("temporarily_unavailable", "Too many people are being asked.", status=503)
            self._pending[key] = pending
        is_test = asked.state in self._tests
        if is_test:
            self.on_pending(pending)
        page = self._page(pending, str(name or ""))
        cookie = f"{_COOKIE}={key}; HttpOnly; SameSite=Strict; Path=/authorize; Max-Age={CONSENT_S}"
        return HttpAnswer.of_page(200, page, **{"Set-Cookie": cookie})

    def _page(self, pending: PendingConsent, organisation: str, error: str = "") -> PageContent:
        number = pending.number if pending.request.state in self._tests else ""
        return consent_page(pending.request, organisation, pending.csrf, number=number, error=error)

    def _decide(self, request: HttpRequest) -> HttpAnswer:
        """What the person decided on the page that this browser was given."""
        pending = self._pending_of(request)
        decision = request.form.get("decision")
        if decision == "deny":
            self._drop(pending)
            return self._leave_with(pending, {"error": "access_denied", "error_description": "The person refused."})
        if decision == "window":
            actor = pending.confirmed_by
            if actor is None:
                text = _("Confirm the number in Benchboard first.")
                return HttpAnswer.of_page(200, self._page(pending, self._actor.organisation, text))
            return self._leave_with(pending, {"code": self._approve(pending, actor)})
        return self._sign_in(pending, request)

    def _sign_in(self, pending: PendingConsent, request: HttpRequest) -> HttpAnswer:
        email, client = request.form.get("email", "")[:254], Client(HOST, "Benchboard issuer", HOST)
        with self._lock:  # counted before it is checked: forms that are sent at once are no more tries
            pending.tries += 1
            tries = pending.tries
        if tries > _MOST_TRIES:
            raise OAuthError("invalid_request", "This page had too many tries.", status=403)
        try:
            with self._database.system("sign-in").read() as session:
                slug = session.scalar(select(Organisation.slug).where(Organisation.id == self.identity.organisation_id))
            signed_in = password_sign_in.sign_in(
                self._database, email=email, password=request.form.get("password", ""), client=client,
                organisation=slug, computer=Client.here(), code=request.form.get("code", "")[:64],
            )  # fmt: skip
        except Denied as error:
            if tries == _MOST_TRIES:
                self._drop(pending)
                return HttpAnswer.of_page(403, message_page(_("Too many wrong passwords"), _("Start again there.")))
            refusal = error.what
            if error.code in (LOCKED, NEEDED):
                refusal = " ".join(filter(None, (error.what, error.why, error.do if error.code == NEEDED else "")))
            return HttpAnswer.of_page(403, self._page(pending, self._actor.organisation, refusal))
        try:
            return self._leave_with(pending, {"code": self._approve(pending, signed_in.actor)})
        finally:
            with contextlib.suppress(Denied), self._database.bind(signed_in.actor).change() as session:
                authentication.sign_out(session, signed_in.actor)

    def _approve(self, pending: PendingConsent, actor: Actor) -> str:
        """A code for this person. The request is checked again: the client may have changed meanwhile."""
        self._drop(pending)
        with self._database.bind(actor).change() as session:
            if authorization.find_usable_client(session, actor.organisation_id, pending.request.client_id) is None:
                raise OAuthError("invalid_client", "The client isn't known here any more.")
            return authorization.approve(session, actor, pending.request, test=pending.request.state in self._tests)

    def _pending_of(self, request: HttpRequest) -> PendingConsent:
        """The request that this browser was asked about. Raises `OAuthError` for a forged or late answer."""
        origin = request.headers.get("Origin")
        with self._lock:
            pending = self._pending.get(request.cookies.get(_COOKIE, ""))
        is_ours = origin in (None, "null", self.identity.url)
        csrf = request.form.get("csrf", "")
        if pending is None or not is_ours or not secrets.compare_digest(pending.csrf.encode(), csrf.encode()):
            raise OAuthError("invalid_request", "This page isn't the one that was sent, or was answered.", status=403)
        if pending.expires_at <= time.monotonic():
            raise OAuthError("invalid_request", "This page has expired.", status=403)
        return pending

    def _drop(self, pending: PendingConsent) -> None:
        """Let a page be answered once."""
        with self._lock:
            found = [key for key, one in self._pending.items() if one is pending]
            for key in found:
                del self._pending[key]
        if not found:
            raise OAuthError("invalid_request", "This page was answered.", status=403)

    def _leave_with(self, pending: PendingConsent, answer: Mapping[str, str]) -> HttpAnswer:
        return self._leave(pending.request.redirect_uri, {**answer, "state": pending.request.state})

    def _leave(self, uri: str, answer: Mapping[str, str | None]) -> HttpAnswer:
        """Lead the browser back to the client; of a test, keep where that would be."""
        values = {name: value for name, value in answer.items() if value is not None} | {"iss": self.identity.url}
        location = f"{uri}{'&' if '?' in uri else '?'}{urlencode(values)}"
        with self._lock:
            test = self._tests.get(str(values.get("state", "")))
        if test is None:
            return HttpAnswer(303, b"", {"Location": location})
        test.captured.append(location)
        test.done.set()
        text = _("The test goes on in Benchboard. You can close this page.")
        return HttpAnswer.of_page(200, message_page(_("Back to Benchboard"), text))

    def _token(self, request: HttpRequest) -> HttpAnswer:
        grants: dict[str, Callable[..., dict[str, Any] | OAuthError]] = {
            "authorization_code": tokens.exchange_code,
            "refresh_token": tokens.refresh,
            "client_credentials": tokens.for_client,
        }
        grant = grants.get(request.form.get("grant_type", ""))
        if grant is None:
            raise OAuthError("unsupported_grant_type", "The grant type isn't supported.")
        with self._database.system("oauth").change() as session:
            client = self._client(session, request)
            answer = grant(session, self._identity_for(client), client, request.form)
        if isinstance(answer, OAuthError):
            raise answer
        return HttpAnswer.of_json(200, answer)

    def _userinfo(self, request: HttpRequest) -> HttpAnswer:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise OAuthError("invalid_token", "An access token is needed.", status=401)
        with self._database.system("oauth").read() as session:
            return HttpAnswer.of_json(200, tokens.userinfo(session, self.identity, token.strip()))

    def _introspect(self, request: HttpRequest) -> HttpAnswer:
        with self._database.system("oauth").read() as session:
            client = self._client(session, request)
            if client.type == "public":
                raise OAuthError("invalid_client", "Only a client with a secret can introspect.", status=401)
            return HttpAnswer.of_json(
                200, tokens.introspect(session, self.identity, client, request.form.get("token", ""))
            )

    def _revoke(self, request: HttpRequest) -> HttpAnswer:
        with self._database.system("oauth").change() as session:
            client = self._client(session, request)
            tokens.revoke(session, self._identity_for(client), client, request.form.get("token", ""))
        return HttpAnswer.of_json(200, {})

    def _identity_for(self, client: OAuthClient) -> IssuerIdentity:
        """This issuer, for a request of this client: of a test while that client is tested."""
        with self._lock:
            tested = client.client_id in {test.client_id for test in self._tests.values()}
        return replace(self.identity, test=tested)

    def _client(self, session: Any, request: HttpRequest) -> Any:
        with self._lock:
            test_secrets = {test.client_id: test.secret for test in self._tests.values()}
        header = request.headers.get("Authorization")
        return authenticate(session, self.identity.organisation_id, header, request.form, test_secrets)


def _challenge(request: HttpRequest, error: OAuthError) -> str:
    if request.path == "/userinfo":
        return f'Bearer error="{error.code}"'
    return 'Basic realm="benchboard"'


_Route = Mapping[str, Callable[[Issuer, HttpRequest], HttpAnswer]]
_ROUTES: Final[Mapping[str, _Route]] = {
    "/.well-known/openid-configuration": {"GET": Issuer._discovery},
    "/jwks": {"GET": Issuer._jwks},
    "/authorize": {"GET": Issuer._authorize, "POST": Issuer._decide},
    "/token": {"POST": Issuer._token},
    "/userinfo": {"GET": Issuer._userinfo, "POST": Issuer._userinfo},
    "/introspect": {"POST": Issuer._introspect},
    "/revoke": {"POST": Issuer._revoke},
}
