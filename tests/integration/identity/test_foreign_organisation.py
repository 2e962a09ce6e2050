"""Each service × each role × what belongs to another organisation: nothing of it is told or touched, on both engines.

The services come from the package, and what each gets from the names of its parameters: where one names a person, a
dashboard or another object, it gets that of the other organisation. What a role may do at all is the one table's
(`RULES`); the same cells for one's own organisation are in `tests/unit/ground/test_permission_checked_first.py`.
"""

import inspect
import json
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final
from unittest.mock import MagicMock

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.errors import AppError, Denied
from benchboard.identity import audit
from benchboard.identity.permissions import Actor
from benchboard.identity.roles import ROLES, RULES
from benchboard.paging import Listing
from benchboard.storage import clock
from benchboard.storage.models import Base
from benchboard.storage.models.analytics import DataModel, DataSource
from benchboard.storage.models.credentials import ApiKey, Consent, OAuthClient, Token
from benchboard.storage.models.dashboards import Dashboard, DashboardFolder
from benchboard.storage.models.dongles import Dongle
from benchboard.storage.models.identity import Invitation, Role, Team
from support.databases import unbound
from support.people import CLIENT, Town
from support.services import SERVICES, call_without_database

MARK: Final = "Southern-secret"
"""Part of the name of everything that is the other organisation's."""
_DEVICE: Final = "50ffee0150ffee01"
_ENDLESS: Final = frozenset({"dongles.provisioning.reconcile", "dongles.provisioning.pair"})
"""Services that talk to a device, which there is none of."""


def _fill(town: Town) -> dict[str, Any]:
    """Objects of the other organisation, by the names of the parameters that take their IDs."""
    with unbound(town.database).change() as session:
        own: dict[str, Any] = {"organisation_id": town.south}
        person = town.stranger.actor.user_id
        rows: dict[str, Any] = {
            "dashboard": Dashboard(**own, user_id=person, name=f"{MARK} dashboard", layout={}, is_public=True),
            "folder": DashboardFolder(**own, name=f"{MARK} folder"),
            "source": DataSource(**own, name=f"{MARK} source", type="csv"),
            "model": DataModel(**own, created_by=person, name=f"{MARK} model"),
            "team": Team(**own, name=f"{MARK} team", slug="southern-secret"),
            "role": Role(**own, name=f"{MARK} role", slug="southern-secret"),
            "key": ApiKey(**own, user_id=person, name=f"{MARK} key", key_hash="a" * 64, permissions=["users:read"]),
            "client": OAuthClient(**own, client_id="southern-secret", name=f"{MARK} client", type="public"),
            "dongle": Dongle(**own, device_id=_DEVICE, name=f"{MARK} dongle", owner_user_id=person),
        }
        session.add_all(rows.values())
        session.flush()
        later = clock.now() + timedelta(days=1)
        of_client = {**own, "user_id": person, "client_id": rows["client"].id}
        rows["consent"] = Consent(**of_client, scopes=["openid"])
        rows["token"] = Token(**of_client, jti=MARK, expires_at=later)
        rows["invitation"] = Invitation(
            **own, email="southern-secret@x.example", role_id=rows["role"].id, token_hash="b" * 64, expires_at=later
        )
        session.add_all(rows.values())
        session.flush()
        audit.append(session, CLIENT, "team.create", rows["team"].id, town.south, None, name=MARK)
        ids = {name: row.id for name, row in rows.items()}
    ids |= {"user": person, "session": str(town.stranger.actor.session_id), "device": _DEVICE}
    by_id = {f"{name}_id": one for name, one in ids.items()}
    several = {f"{name}_ids": [one] for name, one in ids.items()}
    named = {"who": person, "to": person, "of": person, "team": "southern-secret", "dashboard": ids["dashboard"],
             "source": ids["source"], "object_id": ids["dashboard"], "client": "southern-secret",
             "dongle": ids["dongle"],
             "which": ids["invitation"], "states": {person: "inactive"}, "resource_id": ids["dashboard"]}  # fmt: skip
    return by_id | several | named


_OTHERS: Final[Mapping[str, Any]] = {
    "listing": Listing(), "name": "A name", "email": "new@north.example", "password": "four unrelated words",
    "text": MARK, "search": MARK, "role": "analyst", "kind": "dashboard", "permission": "view", "act": "users:read",
    "acts": ["users:read"], "limit": 10, "number": 1, "version": 1, "days": 7, "code": "000000", "reason": "revoked",
    "state": "inactive", "note": "", "public": True, "favourite": True, "form": "json", "base_version": None,
    "needed": "view", "permissions": ["users:read"], "abilities": ["studio:enter"], "expires_at": None,
    "window_id": str(uuid.UUID(int=7)), "item_id": "w1", "table": "orders", "parent_id": None, "records": 1, "count": 1,
}  # fmt: skip
"""What the other parameters get; those that aren't here, something that means nothing."""


def _arguments(name: str, foreign: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]] | None:
    """The arguments of a service; None if it takes no object of an organisation."""
    parameters = list(inspect.signature(SERVICES[name]).parameters.values())[2:]
    foreign = {one.name: foreign[one.name] for one in parameters if one.name in foreign and _takes_text(one)}
    wanted = [one for one in parameters if one.default is one.empty or one.name in foreign]
    if not foreign:
        return None
    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    values = {one.name: foreign.get(one.name, _OTHERS.get(one.name, MagicMock())) for one in wanted
              if one.kind not in variable}  # fmt: skip
    keywords = {one.name for one in wanted if one.kind is one.KEYWORD_ONLY}
    return [value for key, value in values.items() if key not in keywords], {
        key: value for key, value in values.items() if key in keywords
    }


def _takes_text(parameter: inspect.Parameter) -> bool:
    """Whether a parameter takes IDs or names, and no object."""
    annotation = str(parameter.annotation)
    return "str" in annotation and "benchboard" not in annotation


def _south(session: Session, town: Town) -> dict[str, list[str]]:
    """Everything that the other organisation has."""
    found = {}
    for table in Base.metadata.sorted_tables:
        if "organisation_id" in table.c:
            rows = session.execute(select(*table.columns).where(table.c.organisation_id == town.south))
            found[table.name] = sorted(str(tuple(row)) for row in rows)
    return found


class _Undo(Exception):
    """Ends a transaction without keeping what it did."""


def _told(result: object) -> str:
    """What a service answered, as far as it can be read."""
    if inspect.isgenerator(result) or isinstance(result, Iterator):
        result = list(result)
    return json.dumps(result, default=repr) if isinstance(result, dict | list) else repr(result)


class _Cells:
    """Calls services for an actor, and counts what became of it."""

    def __init__(self, town: Town, foreign: Mapping[str, Any]) -> None:
        self.town, self.foreign = town, foreign
        self.counts: Counter[str] = Counter()
        with unbound(town.database).read() as session:
            self.before = _south(session, town)

    def call(self, name: str, role: str, actor: Actor) -> None:
        """Call a service with what isn't the actor's organisation's: it may refuse, or find nothing."""
        arguments = _arguments(name, self.foreign)
        assert arguments is not None
        first = next(iter(inspect.signature(SERVICES[name]).parameters))
        error: Exception | None = None
        told = ""
        transactions = self.town.database.bind(actor)
        if first == "database":
            try:
                told = _told(SERVICES[name](transactions, actor, *arguments[0], **arguments[1]))
            except Exception as raised:  # noqa: BLE001  # the arguments may mean nothing to it
                error = raised
            with unbound(self.town.database).read() as session:
                self._require_untouched(session, name, role)
        else:
            with suppress(_Undo), transactions.change() as session:
                try:
                    told = _told(SERVICES[name](session, actor, *arguments[0], **arguments[1]))
                    session.flush()
                except Exception as raised:  # noqa: BLE001  # as above
                    error = raised
                if session.is_active and error is None:
                    self._require_untouched(session, name, role)
                raise _Undo
        assert MARK not in told, f"{name} tells {role} of another organisation: {told[:300]}"
        if isinstance(error, AppError):
            assert MARK not in str(error), f"{name} tells {role} of another organisation: {error}"
        refused = _first_permission(name)
        if refused is not None and role not in RULES[refused]:
            assert isinstance(error, Denied), f"{name} let {role} through without {refused}"
            self.counts["denied"] += 1
        else:
            kind = "refused" if isinstance(error, AppError) else "went wrong" if error is not None else "nothing found"
            self.counts[kind] += 1

    def _require_untouched(self, session: Session, name: str, role: str) -> None:
        now = _south(session, self.town)
        changed = [table for table, rows in now.items() if rows != self.before[table]]
        assert not changed, f"{name} lets {role} change {changed} of another organisation"


def _first_permission(name: str) -> str | None:
    """The permission that a service requires first; None if it checks something else."""
    try:
        call_without_database(name, frozenset())
    except Denied as error:
        return str(error.facts["act"]) if error.code == "access.denied" else None
    except Exception:  # noqa: BLE001  # it went on, with arguments that mean nothing
        return None
    return None


@pytest.mark.usefixtures("town")
def test_no_service_tells_or_touches_what_is_another_organisations(town: Town) -> None:
    foreign = _fill(town)
    actors = {"admin": town.actor}
    for role in ROLES:
        if role != "admin":
            email = f"{role}@north.example"
            town.add(email, role=role)
            actors[role] = town.sign_in(email).actor
    cells = _Cells(town, foreign)
    services = [name for name in sorted(SERVICES) if name not in _ENDLESS and _arguments(name, foreign) is not None]
    for name in services:
        for role, actor in actors.items():
            cells.call(name, role, actor)
    total = sum(cells.counts.values())
    print(
        f"{len(services)} services × {len(actors)} roles = {total} cells of another organisation: {dict(cells.counts)}"
    )
    assert total == len(services) * len(actors)
    assert total > 700
    assert cells.counts["went wrong"] < total / 4
