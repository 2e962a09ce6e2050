"""The issuer: an independent client library completes its flows, and attacks on them get nothing."""

import json
import socket
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pyotp
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey
from sqlalchemy import select, update

from benchboard.errors import Denied
from benchboard.identity import audit, password_sign_in, second_factor, sign_in_policy, users
from benchboard.identity.oauth import clients
from benchboard.identity.oauth.clients import IssuedSecret
from benchboard.identity.oauth.issuer import Issuer
from benchboard.identity.permissions import Client
from benchboard.identity.sign_in_policy import SignInPolicy
from benchboard.paging import Listing
from benchboard.storage.models.base import Base
from benchboard.storage.models.credentials import AuthorizationCode, Consent, RefreshToken, Token
from benchboard.storage.models.identity import SignInSession
from support.databases import unbound
from support.oauth import Browser, provide_keys, register
from support.people import PASSWORD, Town

URI = "https://line2.north.example/auth/back"
ADMIN = "admin@north.example"
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Protocol:
    """An issuer of north, and what clients do with it by hand."""

    town: Town
    issuer: Issuer

    @property
    def url(self) -> str:
        return self.issuer.identity.url

    def asked(self, made: IssuedSecret, **changed: str | None) -> str:
        wanted = {
            "response_type": "code", "client_id": made.client.client_id, "redirect_uri": made.client.redirect_uris[0],
            "scope": "openid offline_access", "state": "s1", "code_challenge": CHALLENGE,
            "code_challenge_method": "S256", **changed,
        }  # fmt: skip
        return f"{self.url}/authorize?{urlencode({k: v for k, v in wanted.items() if v is not None})}"

    def code(self, made: IssuedSecret, email: str = ADMIN, **changed: str | None) -> str:
        back = parse_qs(urlsplit(Browser().allow(self.asked(made, **changed), email)).query)
        assert back["state"] == ["s1"]
        assert back["iss"] == [self.url]
        return back["code"][0]

    def post(self, path: str, made: IssuedSecret, url: str = "", **form: str | None) -> requests.Response:
        auth = (made.client.client_id, made.secret) if made.secret else None
        if auth is None:
            form = {"client_id": made.client.client_id, **form}
        body = {name: value for name, value in form.items() if value is not None}
        return requests.post(f"{url or self.url}{path}", data=body, auth=auth, timeout=30)

    def exchange(self, made: IssuedSecret, code: str, **changed: str | None) -> requests.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": made.client.redirect_uris[0],
                "code_verifier": VERIFIER} | changed  # fmt: skip
        return self.post("/token", made, **form)

    def tokens(self, made: IssuedSecret) -> dict[str, Any]:
        answer = self.exchange(made, self.code(made))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def refresh(self, made: IssuedSecret, token: str) -> requests.Response:
        return self.post("/token", made, grant_type="refresh_token", refresh_token=token)

    def is_active(self, made: IssuedSecret, token: str) -> bool:
        return bool(self.post("/introspect", made, token=token).json()["active"])

    def userinfo(self, token: str) -> requests.Response:
        return requests.get(f"{self.url}/userinfo", headers={"Authorization": f"Bearer {token}"}, timeout=30)


@pytest.fixture
def protocol(town: Town) -> Iterator[Protocol]:
    provide_keys(town)
    with Issuer(town.database, town.actor) as issuer:
        yield Protocol(town, issuer)


def _events(town: Town) -> list[str]:
    with unbound(town.database).read() as session:
        return [one.event for one in audit.list_entries(session, town.actor, Listing(), limit=200).rows]


@pytest.mark.parametrize("kind", ["confidential", "public"])
def test_independent_client_completes_the_flow(protocol: Protocol, kind: Any) -> None:
    made = register(protocol.town, kind, redirect_uris=("http://127.0.0.1/back",))
    about = requests.get(f"{protocol.url}/.well-known/openid-configuration", timeout=30).json()
    assert about["issuer"] == protocol.url
    back = "http://127.0.0.1:50123/back"
    client = OAuth2Session(
        made.client.client_id, made.secret or None, redirect_uri=back, scope="openid profile email offline_access",
        code_challenge_method="S256", token_endpoint_auth_method="client_secret_basic" if made.secret else "none",
    )  # fmt: skip
    url, state = client.create_authorization_url(about["authorization_endpoint"], code_verifier=VERIFIER, nonce="n1")
    led = Browser().allow(url, ADMIN)
    assert led.startswith(f"{back}?")
    token = client.fetch_token(about["token_endpoint"], authorization_response=led, state=state, code_verifier=VERIFIER)
    keys = KeySet.import_key_set(requests.get(about["jwks_uri"], timeout=30).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["ES256"]).claims
    expected = {"iss": protocol.url, "aud": made.client.client_id, "nonce": "n1", "email": ADMIN}
    assert {name: claims[name] for name in expected} == expected
    assert client.get(about["userinfo_endpoint"]).json() == {
        "sub": protocol.town.actor.user_id, "name": "Admin of north", "email": ADMIN
    }  # fmt: skip
    before = token["refresh_token"]
    renewed = client.refresh_token(about["token_endpoint"], refresh_token=before)
    assert renewed["refresh_token"] != before
    client.revoke_token(about["revocation_endpoint"], token=renewed["refresh_token"])
    assert protocol.userinfo(renewed["access_token"]).status_code == 401
    assert "client.consent" in _events(protocol.town)


def test_codes_and_tokens_are_hashed_at_rest_and_in_no_log(protocol: Protocol) -> None:
    made = register(protocol.town)
    code = protocol.code(made)
    answer = protocol.exchange(made, code).json()
    with unbound(protocol.town.database).read() as session:
        held = str([
            [tuple(map(str, row)) for row in session.execute(select(table))] for table in Base.metadata.sorted_tables
        ])  # fmt: skip
        assert session.scalars(select(Consent.scopes)).one() == ["openid", "offline_access"]
        # The person's session for the consent page has ended; the admins' of the town go on.
        assert len(session.scalars(select(SignInSession.id)).all()) == 2
    for secret in (code, answer["access_token"], answer["refresh_token"], answer["id_token"], made.secret, PASSWORD):
        assert secret not in held


def test_code_replay_is_refused_and_revokes_what_it_was_exchanged_for(protocol: Protocol) -> None:
    made = register(protocol.town)
    code = protocol.code(made)
    first = protocol.exchange(made, code).json()
    assert protocol.is_active(made, first["access_token"])
    again = protocol.exchange(made, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert not protocol.is_active(made, first["access_token"])
    assert protocol.refresh(made, first["refresh_token"]).status_code == 400
    assert "token.revoke-family" in _events(protocol.town)


def test_refresh_reuse_revokes_the_whole_family(protocol: Protocol) -> None:
    made = register(protocol.town)
    first = protocol.tokens(made)
    other = protocol.tokens(made)
    second = protocol.refresh(made, first["refresh_token"]).json()
    third = protocol.refresh(made, second["refresh_token"]).json()
    assert protocol.refresh(made, first["refresh_token"]).status_code == 400
    assert protocol.refresh(made, third["refresh_token"]).status_code == 400
    assert not protocol.is_active(made, third["access_token"])
    assert protocol.is_active(made, other["access_token"])
    assert protocol.refresh(made, other["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": None},
        {"code_verifier": "w" * 43},
        {"code_verifier": CHALLENGE},
        {"code_verifier": "v"},
        {"redirect_uri": "https://evil.example/back"},
        {"redirect_uri": None},
    ],
)
def test_code_with_another_verifier_or_redirect_uri_is_refused_for_good(
    protocol: Protocol, changed: dict[str, str | None]
) -> None:
    made = register(protocol.town)
    code = protocol.code(made)
    assert protocol.exchange(made, code, **changed).json()["error"] == "invalid_grant"
    assert protocol.exchange(made, code).status_code == 400


def test_pkce_downgrade_is_refused(protocol: Protocol) -> None:
    public = register(protocol.town, "public", name="Phone")
    made = register(protocol.town)
    for asked in (
        protocol.asked(public, code_challenge=None, code_challenge_method=None),
        protocol.asked(public, code_challenge_method="plain"),
        protocol.asked(public, code_challenge_method=None),
        protocol.asked(made, code_challenge_method="plain", code_challenge=VERIFIER),
        protocol.asked(made, code_challenge=None),
    ):
        answer = Browser().open(asked)
        assert "error=invalid_request" in answer.headers["Location"]
    # A request whose challenge was taken out on the way: its code can't be redeemed with the verifier.
    code = protocol.code(made, code_challenge=None, code_challenge_method=None)
    assert protocol.exchange(made, code).status_code == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://line2.north.example/auth/back/"},
        {"redirect_uri": "https://line2.north.example.evil.example/auth/back"},
        {"redirect_uri": f"{URI}?next=https://evil.example"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": None},
        {"client_id": "bb_nobody"},
        {"client_id": None},
    ],
)
def test_request_for_an_unknown_client_or_redirect_uri_leads_nowhere(
    protocol: Protocol, changed: dict[str, str | None]
) -> None:
    answer = Browser().open(protocol.asked(register(protocol.town), **changed))
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "<form" not in answer.text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid admin"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"prompt": "none"}, "interaction_required"),
        ({"request": "eyJ"}, "invalid_request"),
        ({"nonce": "n" * 1025}, "invalid_request"),
    ],
)
def test_request_that_the_client_may_not_make_is_told_to_it(
    protocol: Protocol, changed: dict[str, str], error: str
) -> None:
    answer = Browser().open(protocol.asked(register(protocol.town), **changed))
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert (answer.status_code, back["error"], back["state"]) == (303, [error], ["s1"])


def test_tokens_and_codes_of_another_client_are_worth_nothing(protocol: Protocol) -> None:
    ours, theirs = register(protocol.town), register(protocol.town, name="Harbour Cycles shop")
    code = protocol.code(ours)
    assert protocol.exchange(theirs, code).status_code == 400
    tokens = protocol.exchange(ours, code).json()
    assert not protocol.is_active(theirs, tokens["access_token"])
    assert protocol.refresh(theirs, tokens["refresh_token"]).status_code == 400
    assert protocol.post("/revoke", theirs, token=tokens["refresh_token"]).status_code == 200
    assert protocol.is_active(ours, tokens["access_token"])
    mixed = protocol.post("/token", ours, grant_type="authorization_code", client_id=theirs.client.client_id)
    assert mixed.json()["error"] == "invalid_request"


def test_client_and_token_of_another_organisation_are_worth_nothing(protocol: Protocol) -> None:
    town = protocol.town
    north, south = register(town), register(town, actor=town.stranger.actor)
    tokens = protocol.tokens(north)
    assert Browser().open(protocol.asked(south)).status_code == 400
    assert protocol.post("/introspect", south, token=tokens["access_token"]).status_code == 401
    with Issuer(town.database, town.stranger.actor) as other:
        url = other.identity.url
        answer = protocol.post("/introspect", south, url, token=tokens["access_token"])
        assert answer.json() == {"active": False}
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert requests.get(f"{url}/userinfo", headers=bearer, timeout=30).status_code == 401
        asked = protocol.asked(south).replace(protocol.url, url)
        page = Browser().open(asked)
        assert page.status_code == 200
        refused = Browser()
        answer = refused.decide(refused.open(asked), decision="password", email=ADMIN, password=PASSWORD)
        assert answer.status_code == 403
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        assert protocol.post("/token", south, url, **form).status_code == 400


@pytest.mark.parametrize("table", [Token, RefreshToken, AuthorizationCode])
def test_what_has_expired_is_refused(protocol: Protocol, table: Any) -> None:
    made = register(protocol.town)
    code = protocol.code(made) if table is AuthorizationCode else ""
    tokens = protocol.tokens(made) if not code else {}
    with unbound(protocol.town.database).change() as session:
        session.execute(update(table).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
        audit.record(session, protocol.town.actor, "token.revoke", None)
    if code:
        assert protocol.exchange(made, code).status_code == 400
    elif table is RefreshToken:
        assert protocol.refresh(made, tokens["refresh_token"]).status_code == 400
    else:
        assert protocol.userinfo(tokens["access_token"]).status_code == 401


def test_forged_tokens_are_refused(protocol: Protocol) -> None:
    made = register(protocol.town)
    tokens = protocol.tokens(made)
    header, body, signature = tokens["access_token"].split(".")
    (public,) = requests.get(f"{protocol.url}/jwks", timeout=30).json()["keys"]

    def part(value: object) -> str:
        return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = json.loads(_decoded(body))
    none = f"{part({'alg': 'none', 'typ': 'at+jwt', 'kid': public['kid']})}.{body}."
    confused = jwt.encode(
        {"alg": "HS256", "typ": "at+jwt", "kid": public["kid"]}, claims, OctKey.import_key(json.dumps(public))
    )
    changed = f"{header}.{part({**claims, 'sub': protocol.town.stranger.actor.user_id})}.{signature}"
    for forged in (none, confused, changed, tokens["id_token"], f"{header}.{body}.", "a.b.c", "", "x" * 9000):
        assert protocol.userinfo(forged).status_code == 401
        assert not protocol.is_active(made, forged)
    assert protocol.userinfo(tokens["access_token"]).status_code == 200


def _decoded(part: str) -> bytes:
    from base64 import urlsafe_b64decode

    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_disabled_clients_and_people_get_nothing(protocol: Protocol) -> None:
    town = protocol.town
    made = register(town)
    mert = town.add("mert@north.example")
    tokens = protocol.exchange(made, protocol.code(made, "mert@north.example")).json()
    with unbound(town.database).change() as session:
        users.set_state(session, town.actor, [mert], "inactive")
    assert protocol.userinfo(tokens["access_token"]).status_code == 401
    assert protocol.refresh(made, tokens["refresh_token"]).status_code == 400
    mine = protocol.tokens(made)
    with unbound(town.database).change() as session:
        clients.disable_client(session, town.actor, made.client.id)
    assert protocol.userinfo(mine["access_token"]).status_code == 401
    assert protocol.refresh(made, mine["refresh_token"]).status_code == 401
    assert Browser().open(protocol.asked(made)).status_code == 400


def test_client_acts_for_itself_without_a_person(protocol: Protocol) -> None:
    made = register(protocol.town, grant_types=("client_credentials",), redirect_uris=(), scopes=())
    answer = protocol.post("/token", made, grant_type="client_credentials").json()
    assert protocol.is_active(made, answer["access_token"])
    assert "refresh_token" not in answer
    assert protocol.userinfo(answer["access_token"]).status_code == 401
    wrong = requests.post(
        f"{protocol.url}/token",
        data={"grant_type": "client_credentials"},
        auth=(made.client.client_id, "wrong"),
        timeout=30,
    )
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert wrong.headers["WWW-Authenticate"].startswith("Basic")


def test_consent_page_is_bound_to_its_browser_and_answered_once(protocol: Protocol) -> None:
    asked = protocol.asked(register(protocol.town, name="<script>alert(1)</script>"))
    browser, other = Browser(), Browser()
    page = browser.open(asked)
    assert "<script>" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "HttpOnly; SameSite=Strict" in page.headers["Set-Cookie"]
    fields = {"decision": "password", "email": ADMIN, "password": PASSWORD}
    assert other.decide(page, **fields).status_code == 403
    assert browser.decide(page, **fields, csrf="forged").status_code == 403
    window = browser.decide(page, decision="window")
    assert window.status_code == 200
    assert "code=" not in window.headers.get("Location", "")
    wrong = browser.decide(page, decision="password", email=ADMIN, password="wrong")
    unknown = browser.decide(page, decision="password", email="nobody@north.example", password="wrong")
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.text == unknown.text
    assert browser.decide(page, **fields).status_code == 303
    assert browser.decide(page, **fields).status_code == 403
    denied = Browser()
    led = denied.decide(denied.open(asked), decision="deny")
    assert "error=access_denied" in led.headers["Location"]
    assert "session.refuse" in _events(protocol.town)


def test_consent_page_ends_after_five_wrong_passwords(protocol: Protocol) -> None:
    browser = Browser()
    page = browser.open(protocol.asked(register(protocol.town)))
    for _try in range(5):
        browser.decide(page, decision="password", email=ADMIN, password="wrong")
    assert browser.decide(page, decision="password", email=ADMIN, password=PASSWORD).status_code == 403


def test_wrong_passwords_on_consent_pages_lock_the_account_here_as_those_of_the_window_do(protocol: Protocol) -> None:
    browser, asked = Browser(), protocol.asked(register(protocol.town))
    page = browser.open(asked)
    for _try in range(3):
        browser.decide(page, decision="password", email=ADMIN, password="wrong")
    for _try in range(2):
        with pytest.raises(Denied):
            password_sign_in.sign_in(protocol.town.database, email=ADMIN, password="wrong", client=Client.here())
    refused = browser.decide(browser.open(asked), decision="password", email=ADMIN, password=PASSWORD)
    assert refused.status_code == 403
    assert "Too many failed sign-ins." in refused.text


def test_consent_page_takes_the_code_of_two_step_sign_in(protocol: Protocol) -> None:
    town = protocol.town
    made = second_factor.new_secret(email=ADMIN, organisation="North")
    code = pyotp.TOTP(made.text).at(time.time())
    own = town.database.bind(town.actor)
    codes = second_factor.turn_on(own, town.actor, password=PASSWORD, secret=made.text, code=code)
    browser = Browser()
    page = browser.open(protocol.asked(register(town)))
    fields = {"decision": "password", "email": ADMIN, "password": PASSWORD}
    asked = browser.decide(page, **fields)
    assert asked.status_code == 403
    assert "Enter the code" in asked.text
    assert browser.decide(page, **fields, code="000000").status_code == 403
    assert "code=" in browser.decide(page, **fields, code=codes[0]).headers["Location"]


def test_consent_page_says_where_required_two_step_sign_in_is_set_up(protocol: Protocol) -> None:
    town = protocol.town
    town.add("mert@north.example")
    made = second_factor.new_secret(email=ADMIN, organisation="North")
    code = pyotp.TOTP(made.text).at(time.time())
    own = town.database.bind(town.actor)
    second_factor.turn_on(own, town.actor, password=PASSWORD, secret=made.text, code=code)
    with own.change() as session:
        sign_in_policy.change_policy(session, town.actor, SignInPolicy("everybody"))
    browser = Browser()
    page = browser.open(protocol.asked(register(town)))
    refused = browser.decide(page, decision="password", email="mert@north.example", password=PASSWORD)
    assert refused.status_code == 403
    assert "North requires two-step sign-in." in refused.text
    assert "Sign in to Benchboard to set it up: in its window" in refused.text


def test_passwords_sent_at_once_are_tried_five_times_at_most(protocol: Protocol) -> None:
    browser = Browser()
    page = browser.open(protocol.asked(register(protocol.town)))

    def attempt(number: int) -> int:
        return browser.decide(page, decision="password", email=ADMIN, password=f"wrong {number}").status_code

    with ThreadPoolExecutor(20) as sending:
        assert set(sending.map(attempt, range(20))) == {403}
    assert _events(protocol.town).count("session.refuse") == 5


def _raw(protocol: Protocol, text: str) -> int:
    host, port = protocol.issuer.address.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as link:
        link.sendall(text.encode())
        return int(link.makefile("rb").readline().split()[1])


@pytest.mark.parametrize(
    ("host", "status"),
    [("{address}", 200), ("evil.example", 421), ("localhost:{port}", 421), ("127.0.0.1", 421), ("", 421)],
)
def test_requests_for_another_host_get_nothing(protocol: Protocol, host: str, status: int) -> None:
    address = protocol.issuer.address
    named = host.format(address=address, port=address.split(":")[1])
    assert _raw(protocol, f"GET /jwks HTTP/1.1\r\nHost: {named}\r\n\r\n") == status


def test_oversized_and_malformed_requests_are_refused(protocol: Protocol) -> None:
    head = f"POST /token HTTP/1.1\r\nHost: {protocol.issuer.address}\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\n"
    assert _raw(protocol, f"{head}{form}Content-Length: 65537\r\n\r\n") == 413
    assert _raw(protocol, f"{head}{form}Content-Length: 99999999999999\r\n\r\n") == 413
    assert _raw(protocol, f"{head}{form}Content-Length: -1\r\n\r\n") == 411
    assert _raw(protocol, f"{head}{form}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 411
    assert _raw(protocol, f"{head}{form}\r\n") == 411
    assert _raw(protocol, f"{head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}") == 415
    assert _raw(protocol, f"{head}{form}Content-Length: 7\r\n\r\na=1&a=2") == 400
    assert _raw(protocol, f"{head}{form}Content-Length: 5\r\n\r\na=%00") == 400
    assert _raw(protocol, f"{head}{form}Content-Length: 2\r\nContent-Length: 3\r\n\r\na=1") == 400
    assert _raw(protocol, f"{head}X: {'x' * 70_000}\r\n\r\n") == 431
    assert _raw(protocol, f"PUT /token HTTP/1.1\r\nHost: {protocol.issuer.address}\r\n\r\n") == 501
    assert requests.get(f"{protocol.url}/token", timeout=30).status_code == 405
    assert requests.get(f"{protocol.url}/nothing", timeout=30).status_code == 404
    assert requests.get(f"{protocol.url}/jwks", timeout=30).status_code == 200


def test_issuer_needs_the_permission_and_answers_no_longer_than_it_runs(town: Town) -> None:
    provide_keys(town)
    town.add("mert@north.example")
    with pytest.raises(Denied):
        Issuer(town.database, town.sign_in("mert@north.example").actor)
    with Issuer(town.database, town.actor) as issuer:
        url = issuer.identity.url
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/jwks", timeout=5)
