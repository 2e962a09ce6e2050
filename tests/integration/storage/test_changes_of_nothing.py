"""A service that finds nothing to change neither fails nor writes to the audit log."""

import inspect
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from benchboard.analytics import commerce
from benchboard.dashboards import home_layout, library
from benchboard.dashboards.access import sharing
from benchboard.dashboards.versions import version_store
from benchboard.dongles import fleet, provisioning, write_offs
from benchboard.identity import sessions, teams, users
from benchboard.storage.models.dashboards import DashboardVersion
from benchboard.storage.models.dongles import Dongle
from benchboard.storage.models.identity import AuditLog, User
from support.databases import unbound
from support.papers import Office, document

Act = Callable[..., object]
"""A service, called with session, actor, the ids that `_prepare` made, by name."""

_NEEDLESS: Mapping[str, Act] = {
    "teams.add_people member": lambda s, a, ids: teams.add_people(s, a, "rig", [ids["dana"]]),
    "teams.add_people no one": lambda s, a, _ids: teams.add_people(s, a, "rig", []),
    "teams.remove_people no member": lambda s, a, ids: teams.remove_people(s, a, "rig", [ids["john"]]),
    "teams.rename_team": lambda s, a, _ids: teams.rename_team(s, a, "rig", "rig"),
    "teams.remove_people no one": lambda s, a, _ids: teams.remove_people(s, a, "rig", []),
    "users.set_state": lambda s, a, ids: users.set_state(s, a, [ids["dana"]], "active"),
    "users.set_state disabled": lambda s, a, ids: users.set_state(s, a, [ids["gone"]], "inactive"),
    "users.set_state no one": lambda s, a, _ids: users.set_state(s, a, [], "inactive"),
    "users.restore_states": lambda s, a, ids: users.restore_states(s, a, {ids["gone"]: "inactive"}),
    "users.revoke_all": lambda s, a, ids: users.revoke_all(s, a, [ids["dana"]]),
    "sessions.revoke_sessions": lambda s, a, ids: sessions.revoke_sessions(s, a, [ids["dana"]]),
    "sessions.end_all": lambda s, a, ids: sessions.end_all(s, a, [s.get_one(User, ids["dana"])]),
    "sessions.end_without_two_step": lambda s, a, _ids: sessions.end_without_two_step(s, a),
    "sessions.end_own_others": lambda s, a, _ids: sessions.end_own_others(s, a),
    "sharing.share": lambda s, a, ids: sharing.share(s, a, ids["wall"], "person", ids["dana"], "view"),
    "sharing.share team": lambda s, a, ids: sharing.share(s, a, ids["wall"], "team", ids["rig"], "edit"),
    "sharing.unshare": lambda s, a, ids: sharing.unshare(s, a, ids["wall"], "person", ids["john"]),
    "sharing.unshare team": lambda s, a, ids: sharing.unshare(s, a, ids["wall"], "team", ids["other"]),
    "sharing.set_public": lambda s, a, ids: sharing.set_public(s, a, ids["wall"], public=False),
    "library.save": lambda s, a, ids: library.save(s, a, ids["wall"], document("Wall"), base_version=None),
    "library.save foreign": lambda s, a, ids: library.save(s, a, ids["foreign"], document("F"), base_version=None),
    "library.describe": lambda s, a, ids: library.describe(s, a, ids["wall"], name="Wall"),
    "library.describe foreign": lambda s, a, ids: library.describe(s, a, ids["foreign"], name="F"),
    "library.discard": lambda s, a, ids: library.discard(s, a, [ids["trashed"]]),
    "library.restore": lambda s, a, ids: library.restore(s, a, [ids["wall"]]),
    "library.discard nothing": lambda s, a, _ids: library.discard(s, a, []),
    "library.restore nothing": lambda s, a, _ids: library.restore(s, a, []),
    "library.delete_forever nothing": lambda s, a, _ids: library.delete_forever(s, a, []),
    "library.purge": lambda s, a, _ids: library.purge(s, a),
    "version_store.name_version": lambda s, a, ids: version_store.name_version(s, a, ids["wall"], 1, ""),
    "version_store.name_version named": lambda s, a, ids: version_store.name_version(s, a, ids["named"], 1, "First"),
    "version_store.restore_version": lambda s, a, ids: version_store.restore_version(
        s, a, ids["wall"], 1, base_version=None
    ),
    "home_layout.save_home": lambda s, a, _ids: home_layout.save_home(s, a, [], base_version=None),
    "fleet.rename_dongle": lambda s, a, ids: fleet.rename_dongle(s, a, ids["dongle"], "Rig 1"),
    "fleet.mark_seen": lambda s, a, _ids: fleet.mark_seen(s, a, []),
    "provisioning.release_observed": lambda s, a, ids: provisioning.release_observed(s, a, ids["dongle"]),
    "write_offs.write_off": lambda s, a, ids: write_offs.write_off(s, a, ids["dongle"]),
    "provisioning.expire_claims": lambda s, a, _ids: provisioning.expire_claims(s, a),
    "commerce.import_orders": lambda s, a, _ids: commerce.import_orders(s, a, []),
    "commerce.import_merchants": lambda s, a, _ids: commerce.import_merchants(s, a, []),
}

_ALWAYS_CHANGING = {
    "users.add_person",
    "teams.create_team",
    "teams.delete_team",
    "teams.restore_team",
    "library.create",
    "library.duplicate",
    "commerce.add_to_team",
    "provisioning.observe",
    "fleet.store_config",  # has a test of its own: test_fleet
    "fleet.record_event",
}
"""Services that make something new, or record what was done elsewhere."""


@pytest.fixture
def prepared(office: Office) -> dict[str, str]:
    """Ids of what the services find: people, teams and dashboards of north's admin."""
    actor = office.town.actor
    ids = {name: office.town.add(f"{name}@north.example") for name in ("dana", "john", "gone")}
    office.do(users.set_state, actor, [ids["gone"]], "inactive")
    for name in ("rig", "other"):
        ids[name] = office.do(teams.create_team, actor, name=name).id
    office.do(teams.add_people, actor, "rig", [ids["dana"]])
    for name, title in (("wall", "Wall"), ("trashed", "T"), ("named", "N"), ("foreign", "F")):
        ids[name] = office.make(actor, document(title)).card.id
    office.do(library.discard, actor, [ids["trashed"]])
    office.do(version_store.name_version, actor, ids["named"], 1, "First")
    office.do(sharing.share, actor, ids["wall"], "person", ids["dana"], "view")
    office.do(sharing.share, actor, ids["wall"], "team", ids["rig"], "edit")
    office.do(home_layout.save_home, actor, [], base_version=None)
    with unbound(office.town.database).change() as session:
        # Another program wrote this one: it has no versions.
        session.execute(delete(DashboardVersion).where(DashboardVersion.dashboard_id == ids["foreign"]))
        dongle = Dongle(
            organisation_id=office.town.north,
            device_id="00112233445566aa",
            name="Rig 1",
            ownership_state="UNCLAIMED",
            identity_kind="observed",
            last_seen_at=datetime.now(UTC),
        )
        session.add(dongle)
        session.flush()
        ids["dongle"] = dongle.id
        fleet.record_event(session, actor, "dongle.observe", dongle)
    return ids


def test_service_that_changes_nothing_neither_raises_nor_records(office: Office, prepared: dict[str, str]) -> None:
    faults = {}
    for name, act in _NEEDLESS.items():
        before = _recorded(office)
        try:
            office.do(act, office.town.actor, prepared)
        except Exception as error:  # noqa: BLE001 - each fault is listed, not only the first
            faults[name] = repr(error)
        if more := _recorded(office) - before:
            faults[name] = f"{more} audit rows"
    assert faults == {}


def _recorded(office: Office) -> int:
    """How many rows the audit log has."""
    with unbound(office.town.database).read() as session:
        return session.scalar(select(func.count()).select_from(AuditLog)) or 0


def _services(module: ModuleType) -> set[str]:
    """The public services of a module that change rows: those that can reach `audit.record`."""
    functions: dict[str, Any] = {
        name: function
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
    }
    recording = {"record", "record_event", "write", "name_version"}  # of audit, fleet, repository
    found: set[str] = set()
    while more := {
        name
        for name, function in functions.items()
        if name not in found and (found | recording) & {*function.__code__.co_names}
    }:
        found |= more
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for name in found
        if not name.startswith("_") and [*inspect.signature(functions[name]).parameters][:1] == ["session"]
    }


def test_every_service_that_records_a_change_is_tried_with_nothing_to_change() -> None:
    modules = (users, sessions, teams, sharing, library, version_store, home_layout, fleet, provisioning, commerce)
    services = set().union(*map(_services, modules))
    assert len(services) > 20
    assert services <= {name.split()[0] for name in _NEEDLESS} | _ALWAYS_CHANGING
