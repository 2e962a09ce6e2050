"""The test of a client: the real flow, step by step, with secrets hidden; nothing of it stays."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from benchboard.identity.oauth import clients, signing_keys
from benchboard.identity.oauth.client_test import ClientTest
from benchboard.identity.oauth.issuer import Issuer
from benchboard.storage.models.credentials import Token
from support.databases import unbound
from support.oauth import provide_keys, register
from support.people import Town


@pytest.fixture
def issuer(town: Town) -> Iterator[Issuer]:
    provide_keys(town)
    with Issuer(town.database, town.actor) as issuer:
        yield issuer


@pytest.mark.parametrize(
    ("kind", "fields", "steps"),
    [
        ("confidential", {}, 10),
        ("public", {"redirect_uris": ("http://127.0.0.1/back",)}, 9),
        ("confidential", {"scopes": ("email",), "grant_types": ("authorization_code",)}, 6),
        ("confidential", {"scopes": (), "grant_types": ("client_credentials",), "redirect_uris": ()}, 4),
    ],
)
def test_client_test_runs_the_real_flow_and_leaves_nothing(
    town: Town, issuer: Issuer, kind: Any, fields: dict[str, Any], steps: int
) -> None:
    made = register(town, kind, **fields)
    test = ClientTest(issuer, town.actor, made.client)
    done = list(test.steps())
    assert [step for step in done if step.outcome != "ok"] == []
    assert len(done) == steps
    tokens = [str(value) for name, value in test._tokens.items() if name.endswith("_token")]
    assert not [
        one for one in (made.secret, test._secret, test._code, test._verifier, *tokens) if one and one in str(done)
    ]
    with unbound(town.database).read() as session:
        assert session.scalars(select(Token.jti)).all()
        assert clients.get_client(session, town.actor, made.client.id).tokens == 0
        assert len(signing_keys.published_keys(session, town.north)) == 1


def test_client_test_says_which_step_failed(town: Town, issuer: Issuer) -> None:
    made = register(town)
    test = ClientTest(issuer, town.actor, made.client, "https://evil.example/back")
    *_before, last = test.steps()
    assert last.outcome == "failed"
    assert "status 400" in last.detail
