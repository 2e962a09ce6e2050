"""Who could use a data source at a time in the past: the same as was so then, whatever was done since."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.sources import services, source_sharing
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.removal import remove_source, restore_source
from benchboard.analytics.sources.state import examine
from benchboard.dashboards.access import reached_objects
from benchboard.dashboards.access.past_source_access import PastSource, get_past_source_access
from benchboard.errors import Invalid, NotFound
from benchboard.identity import audit, teams
from benchboard.identity.access_history import access_as_of
from support.papers import Office

Reached = set[tuple[str, str]]


def _added(office: Office, folder: Path) -> str:
    path = folder / "payroll.csv"
    path.write_text("person,pay\nAda,3\nBob,4\n", encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(path).tables))
    added: Any = office.do(
        services.add_source, office.actor("ada"), name="Payroll", kind="csv", tables=tables,
        state=examine(tables, CancelToken()),
    )  # fmt: skip
    return str(added.id)


def _now(office: Office, source_id: str) -> Reached:
    page = office.ask(reached_objects.list_access_to, office.actor("admin"), "source", source_id)
    return {(one.user_id, path.kind) for one in page.rows for path in one.paths}


def _told(office: Office, source_id: str, at: datetime) -> PastSource:
    def ask(session: Any, actor: Any) -> PastSource:
        return get_past_source_access(session, actor, access_as_of(session, actor, at), source_id)

    told: PastSource = office.ask(ask, office.actor("admin"))
    return told


def test_past_access_to_a_source_is_what_it_was_after_every_change(office: Office, tmp_path: Path) -> None:
    before = datetime.now(UTC)
    source_id = _added(office, tmp_path)
    ada, bob, cleo, admin = (office.actor(name) for name in ("ada", "bob", "cleo", "admin"))
    team = office.do(teams.create_team, admin, name="Finance").id
    gone: dict[str, Any] = {}
    steps: list[Callable[[], object]] = [
        lambda: office.do(source_sharing.grant, ada, source_id, "person", bob.user_id),
        lambda: office.do(source_sharing.grant, ada, source_id, "team", team),
        lambda: office.do(teams.add_people, admin, team, [cleo.user_id]),
        lambda: gone.update(team=office.do(teams.delete_team, admin, team)),
        lambda: office.do(source_sharing.revoke, ada, source_id, "person", bob.user_id),
        lambda: office.do(teams.restore_team, admin, gone["team"]),
        lambda: office.do(source_sharing.lift_restriction, ada, source_id),
        lambda: office.do(source_sharing.restrict, bob, source_id),
        lambda: gone.update(source=office.do(remove_source, admin, source_id)),
        lambda: office.do(restore_source, admin, gone["source"]),
        lambda: office.do(source_sharing.grant, admin, source_id, "person", ada.user_id),
    ]
    seen: list[tuple[datetime, Reached | None]] = []
    for step in steps:
        step()
        here = len(seen) != 8  # where it is removed
        seen.append((datetime.now(UTC), _now(office, source_id) if here else None))
    assert len({frozenset(reached) for _at, reached in seen if reached is not None}) >= 6, (
        "the changes change something"
    )
    for number, (at, reached) in enumerate(seen):
        if reached is None:
            with pytest.raises(NotFound):
                _told(office, source_id, at)
            continue
        people = _told(office, source_id, at).people
        assert {(one.user_id, path.kind) for one in people for path in one.paths} == reached, number
    with pytest.raises((NotFound, Invalid)):
        _told(office, source_id, before)


def test_change_of_an_older_version_is_named_as_since_when_it_is_known(office: Office, tmp_path: Path) -> None:
    """Older entries don't say who a source was restricted to: nothing is guessed before the last of them."""
    source_id = _added(office, tmp_path)
    ada = office.actor("ada")
    early = datetime.now(UTC)
    office.do(lambda session, actor: audit.record(session, actor, "source.grant", source_id, name="Payroll"), ada)
    with pytest.raises(Invalid) as refused:
        _told(office, source_id, early)
    assert refused.value.code == "history.early"
    assert "recorded since a later change" in str(refused.value)
    told = _told(office, source_id, datetime.now(UTC))
    assert told.known_from > early
    assert ada.user_id in {one.user_id for one in told.people}
