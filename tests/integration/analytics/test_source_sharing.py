"""Who may use a data source: everyone, or the people and teams that it is restricted to. On both engines."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.data_models.definition import ModelDefinition, ModelField, ModelTable
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.queries import run_query
from benchboard.analytics.sources import services, source_sharing
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.removal import remove_source, restore_source
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_models import SourceColumns, model_problems
from benchboard.analytics.sources.state import examine
from benchboard.analytics.table_browser import list_tables
from benchboard.errors import Denied, Invalid, NotFound
from benchboard.identity import audit, teams
from benchboard.identity.audit_titles import entry_title
from benchboard.identity.permissions import Actor
from benchboard.paging import Listing
from support.databases import unbound
from support.papers import Office


@pytest.fixture
def payroll(office: Office, tmp_path: Path) -> SourceSummary:
    """A source that Ada, an analyst, has added."""
    return _added(office, tmp_path, "Payroll")


def _added(office: Office, folder: Path, name: str) -> SourceSummary:
    path = folder / f"{name.lower()}.csv"
    path.write_text("person,pay\nAda,3\nBob,4\n", encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(path).tables))
    source: SourceSummary = office.do(
        services.add_source, office.actor("ada"), name=name, kind="csv", tables=tables,
        state=examine(tables, CancelToken()),
    )  # fmt: skip
    return source


def _uses(office: Office, actor: Actor, source: SourceSummary) -> bool:
    """Whether an actor can use a source; every way to it must say the same."""
    ways: dict[str, Callable[[Any], object]] = {
        "query": lambda s: run_query(s, actor, f"SELECT * FROM {source.tables[0]}", source_id=source.id).rows,
        "get": lambda s: services.get_source(s, actor, source.id),
        "named": lambda s: services.get_source_matching(s, actor, source.name),
        "tables": lambda s: services.source_tables(s, actor, source.id),
        "sample": lambda s: services.sample_rows(s, actor, source.id, source.tables[0]),
        "access": lambda s: source_sharing.source_access(s, actor, source.id),
    }
    lists: dict[str, Callable[[Any], bool]] = {
        "listed": lambda s: source.id in [one.id for one in services.list_sources(s, actor, Listing()).rows],
        "browsed": lambda s: source.id in [one.id for one in list_tables(s, actor)],
        "several": lambda s: source.id in services.tables_by_source(s, actor, [source.id]),
        "columns": lambda s: bool(SourceColumns(s, actor).tables(source.id)),
    }
    found = set()
    for way in ways.values():
        try:
            office.ask(lambda session, _actor, way=way: way(session), actor)
            found.add(True)
        except (Denied, NotFound):
            found.add(False)
    found |= {bool(office.ask(lambda session, _actor, one=one: one(session), actor)) for one in lists.values()}
    assert len(found) == 1, "the ways to a source contradict each other"
    return found.pop()


def test_source_without_restriction_is_for_everyone_who_explores_data(office: Office, payroll: SourceSummary) -> None:
    assert _uses(office, office.actor("bob"), payroll)
    access = office.ask(source_sharing.source_access, office.actor("bob"), payroll.id)
    assert (access.restricted, access.people, access.teams) == (False, (), ())


def test_restrict_leaves_a_source_to_its_restrictor_and_admins_alone(office: Office, payroll: SourceSummary) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    access = office.do(source_sharing.restrict, ada, payroll.id)
    assert [one.name for one in access.people] == ["Ada"]
    assert _uses(office, ada, payroll)
    assert _uses(office, office.actor("admin"), payroll)
    assert not _uses(office, bob, payroll)
    with pytest.raises(Denied) as refused:
        office.do(source_sharing.lift_restriction, bob, payroll.id)
    assert refused.value.code == "sources.restricted"
    assert "Payroll" not in str(refused.value)


def test_source_is_looked_up_once_a_read_and_anew_in_the_next_and_in_a_change(
    office: Office, payroll: SourceSummary
) -> None:
    ada, bob, database = office.actor("ada"), office.actor("bob"), unbound(office.town.database)
    asked: list[str] = []
    with database.read() as session:
        event.listen(session, "do_orm_execute", lambda state: asked.append(str(state.statement)))
        for _time in range(3):
            services.get_source(session, bob, payroll.id)
        assert sum("FROM data_sources" in one for one in asked) == 1
        with pytest.raises(NotFound):
            services.get_source(session, office.actor("eve", south=True), payroll.id)
    with database.change() as session:
        assert services.get_source(session, bob, payroll.id) == payroll
        source_sharing.restrict(session, ada, payroll.id)
        with pytest.raises(Denied):
            services.get_source(session, bob, payroll.id)
    assert not _uses(office, bob, payroll)


def test_grant_to_a_person_and_a_team_lets_them_use_it_and_revoke_ends_that(
    office: Office, payroll: SourceSummary
) -> None:
    ada, bob, cleo, dan = (office.actor(name) for name in ("ada", "bob", "cleo", "dan"))
    team = office.team("Finance", cleo)
    office.do(source_sharing.grant, ada, payroll.id, "person", bob.user_id)
    office.do(source_sharing.grant, ada, payroll.id, "person", bob.user_id)
    access = office.do(source_sharing.grant, ada, payroll.id, "team", team)
    assert ([one.name for one in access.people], [(one.name, one.members) for one in access.teams]) == (
        ["Ada", "Bob"], [("Finance", 1)],
    )  # fmt: skip
    assert [_uses(office, one, payroll) for one in (bob, cleo, dan)] == [True, True, False]
    office.do(teams.add_people, office.actor("admin"), "finance", [dan.user_id])
    assert _uses(office, dan, payroll)
    office.do(source_sharing.revoke, ada, payroll.id, "team", team)
    office.do(source_sharing.revoke, ada, payroll.id, "person", bob.user_id)
    assert [_uses(office, one, payroll) for one in (ada, bob, cleo, dan)] == [True, False, False, False]


def test_restriction_stays_when_nobody_is_named_any_more(office: Office, payroll: SourceSummary) -> None:
    ada = office.actor("ada")
    office.do(source_sharing.restrict, ada, payroll.id)
    office.do(source_sharing.revoke, ada, payroll.id, "person", ada.user_id)
    assert not _uses(office, ada, payroll)
    assert not _uses(office, office.actor("bob"), payroll)
    assert _uses(office, office.actor("admin"), payroll)


def test_lift_restriction_opens_it_to_everyone_and_returns_whom_it_was_restricted_to(
    office: Office, payroll: SourceSummary
) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    office.do(source_sharing.restrict, ada, payroll.id)
    before = office.do(source_sharing.lift_restriction, ada, payroll.id)
    assert (before.restricted, [one.name for one in before.people]) == (True, ["Ada"])
    assert _uses(office, bob, payroll)


def test_query_that_joins_a_restricted_source_says_that_access_is_missing(
    office: Office, payroll: SourceSummary, tmp_path: Path
) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    trips = _added(office, tmp_path, "Trips")
    office.do(source_sharing.restrict, ada, payroll.id)
    text = f'SELECT count(*) FROM {trips.tables[0]} a JOIN "Payroll".{payroll.tables[0]} b USING (person)'
    assert office.ask(run_query, ada, text, source_id=trips.id).rows == ((2,),)
    for query in (text, f'SELECT * FROM "payroll".{payroll.tables[0]}', 'SELECT * FROM "Payroll".nothing'):
        with pytest.raises(Denied) as denied:
            office.ask(run_query, bob, query, source_id=trips.id)
        assert denied.value.code == "sources.restricted"
        assert denied.value.what == "You don't have access to a data source that this query reads."
        assert "ayroll" not in f"{denied.value.what} {denied.value.why} {denied.value.do} {denied.value.facts}"
    # A table that is named without its source, or of a source that there isn't, says nothing of a restricted one.
    for query in (f"SELECT * FROM {payroll.tables[0]}", f'SELECT * FROM "Nowhere".{payroll.tables[0]}'):
        with pytest.raises(Invalid) as refused:
            office.ask(run_query, bob, query, source_id=trips.id)
        assert refused.value.code == "query.no-table"
        assert "of another data source" not in str(refused.value)


def test_source_says_whom_it_is_restricted_to_in_the_list_and_alone(office: Office, payroll: SourceSummary) -> None:
    ada = office.actor("ada")

    def said() -> tuple[str, ...] | None:
        (listed,) = [one for one in office.ask(services.list_sources, ada, Listing()).rows if one.id == payroll.id]
        assert listed.restricted_to == office.ask(services.get_source, ada, payroll.id).restricted_to
        found: tuple[str, ...] | None = listed.restricted_to
        return found

    assert said() is None
    office.do(source_sharing.restrict, ada, payroll.id)
    only = said()
    assert only is not None
    assert len(only) == 1
    office.do(source_sharing.lift_restriction, ada, payroll.id)
    assert said() is None


def test_data_model_over_a_restricted_source_says_why_it_cannot_be_read(office: Office, payroll: SourceSummary) -> None:
    definition = ModelDefinition(
        tables=(ModelTable(payroll.id, payroll.tables[0], (ModelField("person", "person", "text"),)),)
    )
    assert office.ask(model_problems, office.actor("bob"), definition) == ()
    office.do(source_sharing.restrict, office.actor("ada"), payroll.id)
    (problem,) = office.ask(model_problems, office.actor("bob"), definition)
    assert "you don't have access to it" in problem.sentence


def test_changes_of_access_are_recorded_in_words(office: Office, payroll: SourceSummary) -> None:
    ada, bob, team = office.actor("ada"), office.actor("bob"), office.team("Finance")
    office.do(source_sharing.grant, ada, payroll.id, "person", bob.user_id)
    office.do(source_sharing.grant, ada, payroll.id, "team", team)
    office.do(source_sharing.revoke, ada, payroll.id, "person", bob.user_id)
    office.do(source_sharing.revoke, ada, payroll.id, "person", bob.user_id)
    office.do(source_sharing.lift_restriction, ada, payroll.id)
    entries = office.ask(audit.list_entries, office.actor("admin"), Listing(filters={"resource_id": payroll.id})).rows
    assert [entry_title(entry) for entry in reversed(entries)][1:] == [
        "Restricted the data source “Payroll”",
        "Granted Bob access to the data source “Payroll”",
        "Granted a team access to the data source “Payroll”",
        "Revoked Bob's access to the data source “Payroll”",
        "Opened the data source “Payroll” to everyone",
    ]


def test_grants_of_reader_and_stranger_are_refused(office: Office, payroll: SourceSummary) -> None:
    reader, stranger = office.actor("rita", role="business_user"), office.actor("sam", south=True)
    for act in (source_sharing.restrict, source_sharing.lift_restriction):
        with pytest.raises(Denied):
            office.do(act, reader, payroll.id)
        with pytest.raises(NotFound):
            office.do(act, stranger, payroll.id)
    with pytest.raises(NotFound):
        office.do(source_sharing.grant, office.actor("ada"), payroll.id, "person", stranger.user_id)
    assert not office.ask(source_sharing.source_access, office.actor("ada"), payroll.id).restricted


def test_removed_source_that_is_restored_is_restricted_as_before(office: Office, payroll: SourceSummary) -> None:
    ada, bob, dan = (office.actor(name) for name in ("ada", "bob", "dan"))
    office.do(source_sharing.grant, ada, payroll.id, "person", bob.user_id)
    removed = office.do(remove_source, ada, payroll.id)
    office.do(restore_source, ada, removed)
    assert [_uses(office, one, payroll) for one in (ada, bob, dan)] == [True, True, False]


def test_candidates_are_those_not_named_yet(office: Office, payroll: SourceSummary) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    office.team("Bobsled")
    assert [one.name for one in office.ask(source_sharing.candidates, ada, payroll.id, "bob")] == ["Bobsled", "Bob"]
    office.do(source_sharing.grant, ada, payroll.id, "person", bob.user_id)
    assert [one.name for one in office.ask(source_sharing.candidates, ada, payroll.id, "bob")] == ["Bobsled"]
