"""No listing names a hash or a ciphertext: a guarded server's column grants will refuse every statement that does."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Column, event, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

import benchboard
from benchboard.analytics import model_services, table_browser
from benchboard.analytics.sources import services
from benchboard.dashboards import folders, library
from benchboard.dashboards.access import access_list, reached_objects, sharing
from benchboard.dashboards.versions import version_store
from benchboard.dongles import bit_rate_candidates, fleet, timing_profiles
from benchboard.identity import (
    api_keys,
    audit,
    audit_counts,
    authentication,
    invitations,
    reach,
    role_changes,
    sessions,
    teams,
    users,
)
from benchboard.identity.oauth import clients, consents, signing_keys
from benchboard.identity.permissions import Actor
from benchboard.paging import Listing
from benchboard.storage.models import Base
from benchboard.storage.models.dongles import DongleToken
from benchboard.storage.models.identity import SignInSession, User
from support.databases import unbound
from support.papers import Office, document
from support.people import Town

Ask = Callable[[Session, Actor, str], object]


def _reached_of(session: Session, actor: Actor, _dashboard_id: str, *, kind: reached_objects.ObjectKind) -> object:
    return reached_objects.list_reached(session, actor, actor.user_id, kind, Listing("m"))


LISTINGS: dict[str, tuple[Ask, ...]] = {
    "api_keys.list_keys": (lambda s, a, _d: api_keys.list_keys(s, a, Listing("m")),),
    "audit.list_entries": (
        lambda s, a, _d: audit.list_entries(s, a, Listing("m")),
        lambda s, a, _d: audit.list_entries(s, a, Listing(filters={"person": a.user_id})),
    ),
    "access_list.list_access": (lambda s, a, d: access_list.list_access(s, a, d, Listing("m")),),
    "access_list.list_access_of": (lambda s, a, d: access_list.list_access_of(s, a, d, Listing("m")),),
    "bit_rate_candidates.list_candidates": (lambda s, a, _d: bit_rate_candidates.list_candidates(s, a, "0" * 16),),
    "clients.list_clients": (lambda s, a, _d: clients.list_clients(s, a, Listing("m")),),
    "consents.list_consents": (lambda s, a, _d: consents.list_consents(s, a, Listing()),),
    "consents.list_tokens": (
        lambda s, a, _d: consents.list_tokens(s, a, Listing()),
        lambda s, a, _d: consents.list_tokens(s, a, Listing(), kind="refresh"),
    ),
    "fleet.list_dongles": (lambda s, a, _d: fleet.list_dongles(s, a, Listing("m")),),
    "folders.list_folders": (lambda s, a, _d: folders.list_folders(s, a),),
    "invitations.list_invitations": (lambda s, a, _d: invitations.list_invitations(s, a, Listing("m")),),
    "library.list_dashboards": (lambda s, a, _d: library.list_dashboards(s, a, Listing("m")),),
    "model_services.list_models": (lambda s, a, _d: model_services.list_models(s, a, Listing("m")),),
    "reach.list_holders": (lambda s, a, _d: reach.list_holders(s, a, "users:read", Listing("m")),),
    "reached_objects.list_access_to": (
        lambda s, a, d: reached_objects.list_access_to(s, a, "dashboard", d, Listing("m")),
    ),
    "reached_objects.list_reached": (*(partial(_reached_of, kind=kind) for kind in reached_objects.KINDS),),
    "reached_objects.list_reached_by_team": (
        lambda s, a, _d: reached_objects.list_reached_by_team(s, a, a.user_id, "dashboard"),
        lambda s, a, _d: reached_objects.list_reached_by_team(s, a, a.user_id, "source"),
    ),
    "role_changes.list_roles": (lambda s, a, _d: role_changes.list_roles(s, a),),
    "services.list_sources": (lambda s, a, _d: services.list_sources(s, a, Listing("m")),),
    "signing_keys.list_keys": (lambda s, a, _d: signing_keys.list_keys(s, a),),
    "sessions.list_sessions": (
        lambda s, a, _d: sessions.list_sessions(s, a, Listing("m")),
        lambda s, a, _d: sessions.list_sessions(s, a, Listing("m", {"ended": True})),
    ),
    "table_browser.list_tables": (lambda s, a, _d: table_browser.list_tables(s, a),),
    "teams.list_teams": (lambda s, a, _d: teams.list_teams(s, a, Listing("m")),),
    "timing_profiles.list_profiles": (lambda s, a, _d: timing_profiles.list_profiles(s, a),),
    "users.list_people": (lambda s, a, _d: users.list_people(s, a, Listing("m")),),
    "version_store.list_versions": (lambda s, a, d: version_store.list_versions(s, a, d, Listing("m")),),
}
"""Every function of a service that is called `list_…`."""

LOOKUPS: dict[str, tuple[Ask, ...]] = {
    "audit_counts.count_entries_over_time": (
        lambda s, a, _d: audit_counts.count_entries_over_time(s, a, Listing("m", {"person": a.user_id})),
    ),
    "authentication.demo_people": (lambda s, _a, _d: authentication.demo_people(s),),
    "authentication.actor_for_email": (lambda s, a, _d: authentication.actor_for_email(s, a, email=a.email),),
    "library.find_summary": (library.find_summary,),
    "sharing.candidates": (lambda s, a, d: sharing.candidates(s, a, d, "m"),),
    "sharing.sharing_of": (sharing.sharing_of,),
    "users.get_person_matching": (lambda s, a, _d: users.get_person_matching(s, a, a.email),),
    "users.get_person": (lambda s, a, _d: users.get_person(s, a, a.user_id),),
}
"""Others that read people or sessions."""


def _columns() -> Iterator[Column[Any]]:
    for table in Base.metadata.tables.values():
        yield from table.columns


def _listings_of_services() -> set[str]:
    found = set()
    for module_info in pkgutil.walk_packages(benchboard.__path__, "benchboard."):
        if module_info.name.split(".")[1] in ("identity", "dashboards", "dongles", "analytics"):
            module = importlib.import_module(module_info.name)
            for name, function in inspect.getmembers(module, inspect.isfunction):
                if name.startswith("list_") and function.__module__ == module.__name__:
                    found.add(f"{module.__name__.rpartition('.')[2]}.{name}")
    return found


def test_secret_columns_are_exactly_the_hashes_and_ciphertexts() -> None:
    named = {f"{one.table.name}.{one.name}" for one in _columns() if re.search(r"(_hash|ciphertext)$", one.name)}
    assert {f"{one.table.name}.{one.name}" for one in _columns() if one.info.get("secret")} == named
    assert len(named) >= 15


def test_listings_of_services_are_all_in_these_tests() -> None:
    assert _listings_of_services() == LISTINGS.keys()


@pytest.mark.parametrize("name", [*LISTINGS, *LOOKUPS])
def test_listing_names_no_secret_column(office: Office, name: str) -> None:
    admin, town = office.actor("admin"), office.town
    dashboard_id = office.make(admin, document("Line 2")).card.id
    office.do(sharing.share, admin, dashboard_id, "person", office.actor("mert").user_id, "edit")
    secret = re.compile("|".join(sorted({rf"\b{one.name}\b" for one in _columns() if one.info.get("secret")})))
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    for engine in town.database.engines:
        event.listen(engine, "before_cursor_execute", note)
    with town.database.bind(town.actor).read() as session:
        for ask in (LISTINGS | LOOKUPS)[name]:
            ask(session, admin, dashboard_id)
    assert len(statements) > 1
    assert not [statement for statement in statements if secret.search(statement)]


def test_secret_column_not_loaded_with_its_row_raises(town: Town) -> None:
    with unbound(town.database).read() as session:
        with pytest.raises(InvalidRequestError):
            assert session.get_one(User, town.actor.user_id).password_hash
        with pytest.raises(InvalidRequestError):
            assert session.scalars(select(SignInSession)).first().token_hash  # type: ignore[union-attr]
        assert str(select(DongleToken)).count("ciphertext") == 0
