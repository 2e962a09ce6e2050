"""Accounts that are deleted: what ends with them, what stays, who can't be deleted, and how they come back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from benchboard.errors import Conflict, Denied, NotFound
from benchboard.identity import audit, organisations, person_deletion, teams, users
from benchboard.identity.audit_titles import entry_title
from benchboard.identity.permissions import key_prefix
from benchboard.paging import Listing
from benchboard.storage.change_tracking import unaudited
from benchboard.storage.models.credentials import ApiKey, OAuthClient, RefreshToken, Token
from benchboard.storage.models.dongles import Agent, AgentToken
from benchboard.storage.models.identity import SessionHistory, SignInSession, User
from support.databases import unbound
from support.people import Town, end_reason


def _delete(town: Town, *user_ids: str) -> person_deletion.DeletionEffects:
    with unbound(town.database).change() as session:
        return person_deletion.delete_people(session, town.actor, user_ids)


def _restore(town: Town, *user_ids: str) -> person_deletion.RestoredPeople:
    with unbound(town.database).change() as session:
        return person_deletion.restore_people(session, town.actor, user_ids)


def _listed(town: Town, state: str = "") -> dict[str, str]:
    with unbound(town.database).read() as session:
        rows = users.list_people(session, town.actor, Listing(filters={"state": state} if state else {})).rows
    return {row.name: row.state for row in rows}


def test_delete_people_ends_sessions_at_once_and_lists_them_as_deleted_alone(town: Town) -> None:
    mert = town.add("mert@north.example", "Mert")
    signed_in = town.sign_in("mert@north.example")
    assert _delete(town, mert) == person_deletion.DeletionEffects(sessions=1, keys=0)
    with unbound(town.database).read() as session:
        assert end_reason(session, signed_in) == "deleted"
        assert session.scalars(select(SignInSession).where(SignInSession.user_id == mert)).all() == []
        ended = session.get_one(SessionHistory, signed_in.actor.session_id)
        assert (ended.end_reason, ended.ended_by) == ("deleted", town.actor.user_id)
        with pytest.raises(NotFound):
            users.get_person(session, town.actor, mert)
        assert users.get_person(session, town.actor, mert, or_deleted=True).state == "deleted"
        assert users.count_people(session, town.actor) == 1
    assert _listed(town) == {"Admin of north": "active"}
    assert _listed(town, "deleted") == {"Mert": "deleted"}
    with pytest.raises(Denied):
        town.sign_in("mert@north.example")


def test_delete_people_revokes_every_credential_of_theirs_and_no_other(town: Town) -> None:
    mert, ines = town.add("mert@north.example"), town.add("ines@north.example")
    later = datetime.now(UTC) + timedelta(days=1)
    with unbound(town.database).change() as session:
        client = OAuthClient(organisation_id=town.north, client_id="c", name="C", type="public")
        session.add(client)
        session.flush()
        for user_id in (mert, ines):
            own = {"organisation_id": town.north, "user_id": user_id}
            agent = Agent(**own, name=user_id)
            session.add_all(
                [
                    ApiKey(**own, name="k", key_hash=user_id),
                    Token(**own, client_id=client.id, jti=user_id, expires_at=later),
                    RefreshToken(**own, client_id=client.id, token_hash=user_id.replace("-", "") * 2, expires_at=later),
                    agent,
                ]
            )
            session.flush()
            session.add(
                AgentToken(organisation_id=town.north, agent_id=agent.id, token_hash=user_id.replace("-", "") * 2)
            )
        unaudited(session, "clients", "api_keys", "tokens", "refresh_tokens", "agents", "agent_tokens")
    _delete(town, mert)
    with unbound(town.database).read() as session:
        assert set(session.execute(select(ApiKey.user_id, ApiKey.is_active))) == {(mert, False), (ines, True)}
        for table in (Token, RefreshToken):
            revoked = session.execute(select(table.user_id, table.revoked_at.is_not(None)))
            assert {tuple(row) for row in revoked} == {(mert, True), (ines, False)}
        ended = select(Agent.user_id, AgentToken.revoked_at.is_not(None)).join(Agent, Agent.id == AgentToken.agent_id)
        assert {tuple(row) for row in session.execute(ended)} == {(mert, True), (ines, False)}


def test_restore_people_bring_back_teams_and_sign_in_but_no_session(town: Town) -> None:
    mert = town.add("mert@north.example", "Mert")
    with unbound(town.database).change() as session:
        team = teams.create_team(session, town.actor, name="Rig")
        teams.add_people(session, town.actor, team.slug, [mert])
    signed_in = town.sign_in("mert@north.example")
    _delete(town, mert)
    assert _restore(town, mert) == person_deletion.RestoredPeople(people=1, keys=0)
    with unbound(town.database).read() as session:
        person = users.get_person(session, town.actor, mert)
        assert (person.state, person.teams, person.sessions) == ("active", ("Rig",), 0)
        assert end_reason(session, signed_in) is not None
    assert town.sign_in("mert@north.example").actor.user_id == mert
    with pytest.raises(NotFound):
        _restore(town, mert)


def test_delete_people_of_oneself_the_owner_and_the_last_admin_raises_conflict(town: Town) -> None:
    owner, other = town.add("owner@north.example", role="admin"), town.add("o@north.example", role="admin")
    with unbound(town.database).change() as session:
        organisations.set_owner(session, town.north, owner)
        unaudited(session, "organisations")
    for who, code in ((town.actor.user_id, "people.self"), (owner, "people.owner")):
        with pytest.raises(Conflict) as refused:
            _delete(town, other, who)
        assert refused.value.code == code
    with town.database.engine.begin() as connection:
        table = User.__table__
        connection.execute(
            table.update().where(table.c.id.in_([town.actor.user_id, owner])).values(status="inactive")  # type: ignore[attr-defined]  # a Table
        )
    with pytest.raises(Conflict) as refused:
        _delete(town, other)
    assert refused.value.code == "people.last-admin"
    assert len(_listed(town)) == 3


def test_deleting_and_restoring_are_recorded_and_a_deleted_address_says_it_is_one(town: Town) -> None:
    mert = town.add("mert@north.example", "Mert")
    _delete(town, mert)
    with pytest.raises(Conflict) as taken, unbound(town.database).change() as session:
        users.add_person(session, town.actor, email="mert@north.example", name="", role="analyst", password=None)
    assert (taken.value.why, taken.value.facts["user_id"]) == ("The account is deleted.", mert)
    _restore(town, mert)
    with unbound(town.database).read() as session:
        entries = audit.list_entries(session, town.actor, Listing(filters={"person": mert}), limit=2).rows
    assert [entry_title(one) for one in entries] == ["Restored the account of Mert", "Deleted the account of Mert"]


def test_deletion_names_the_keys_it_ends_and_restoring_gives_back_these_alone(town: Town) -> None:
    mert = town.add("mert@north.example", "Mert")
    now = datetime.now(UTC)
    own = {"organisation_id": town.north, "user_id": mert}
    with unbound(town.database).change() as session:
        rig = ApiKey(**own, name="rig", key_hash="1")
        session.add_all(
            [
                rig,
                ApiKey(**own, name="revoked", key_hash="2", is_active=False),
                ApiKey(**own, name="expired", key_hash="3", expires_at=now - timedelta(days=1)),
            ]
        )
        session.flush()
        prefix = key_prefix(rig.id)
        unaudited(session, "api_keys")
    with unbound(town.database).read() as session:
        counted = person_deletion.count_effects(session, town.actor, [mert])
    assert _delete(town, mert) == counted == person_deletion.DeletionEffects(sessions=0, keys=1)
    assert _active_keys(town) == {"rig": False, "revoked": False, "expired": True}
    assert _restore(town, mert) == person_deletion.RestoredPeople(people=1, keys=1)
    assert _active_keys(town) == {"rig": True, "revoked": False, "expired": True}
    with unbound(town.database).read() as session:
        entries = audit.list_entries(session, town.actor, Listing(filters={"person": mert}), limit=2).rows
    assert [(one.event, one.details["keys"]) for one in entries] == [
        ("user.restore", [prefix]),
        ("user.delete", [prefix]),
    ]


def _active_keys(town: Town) -> dict[str, bool]:
    with unbound(town.database).read() as session:
        return {row.name: row.is_active for row in session.scalars(select(ApiKey))}
