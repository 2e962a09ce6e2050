"""Versions of a dashboard: which saves are one, which begin a new one, and going back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from benchboard.dashboards import library
from benchboard.dashboards.access import sharing
from benchboard.dashboards.document.document import write_document
from benchboard.dashboards.versions import version_store
from benchboard.errors import Conflict, Denied, Invalid, NotFound
from benchboard.identity import audit
from benchboard.identity.permissions import Actor, Grants
from benchboard.paging import Listing
from benchboard.storage.models.dashboards import DashboardVersion
from benchboard.storage.models.identity import User
from support.databases import unbound
from support.papers import Office, document, item


def _listed(office: Office, actor: Actor, dashboard_id: str, **asked: Any) -> tuple[version_store.Version, ...]:
    rows: tuple[version_store.Version, ...] = office.ask(
        version_store.list_versions, actor, dashboard_id, Listing(**asked), limit=500
    ).rows
    return rows


def _numbers(office: Office, actor: Actor, dashboard_id: str, **asked: Any) -> list[int]:
    return [version.number for version in _listed(office, actor, dashboard_id, **asked)]


def _older(office: Office, minutes: float) -> None:
    """Every version so far began that long ago."""
    with unbound(office.town.database).change() as session:
        then = datetime.now(UTC) - timedelta(minutes=minutes)
        session.execute(update(DashboardVersion).values(created_at=then))
        audit.record(session, office.town.actor, "dashboard.save", None)


def test_save_within_15_minutes_by_one_person_is_one_version(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada)
    first = office.save(ada, made.card.id, document("A"), made.card.version)
    second = office.save(ada, made.card.id, document("B"), first.version)
    assert (first.number, second.number) == (2, 2), "what it began as stays"
    newest, began = _listed(office, ada, made.card.id)
    assert (newest.number, newest.automatic, newest.newest, newest.author) == (2, True, True, "Ada")
    assert newest.began_at < newest.saved_at == second.updated_at
    assert (began.number, began.automatic, began.newest) == (1, False, False)
    assert office.ask(version_store.get_version, ada, made.card.id, 2).document.title == "B"
    assert office.ask(version_store.get_version, ada, made.card.id, 1).document.title == "Line 2"
    _older(office, 14)
    assert office.save(ada, made.card.id, document("C"), second.version).number == 2
    _older(office, 15.1)
    assert office.save(ada, made.card.id, document("D"), None).number == 3


def test_save_with_note_merge_or_other_author_begins_a_version(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    made = office.make(ada)
    office.do(sharing.share, ada, made.card.id, "person", bob.user_id, "edit")
    steps: list[tuple[Actor, dict[str, Any], int]] = [
        (ada, {}, 2),
        (ada, {"note": "As delivered"}, 3),
        (ada, {}, 4),
        (bob, {}, 5),
        (bob, {}, 5),
        (ada, {}, 6),
        (ada, {"merged": True}, 7),
        (ada, {}, 8),
        (ada, {"note": "  "}, 8),
    ]
    for number, (who, said, wanted) in enumerate(steps):
        assert office.save(who, made.card.id, document(f"Step {number}"), None, **said).number == wanted
    assert [(one.number, one.note, one.automatic) for one in _listed(office, ada, made.card.id)][:6] == [
        (8, None, True), (7, None, False), (6, None, True), (5, None, True), (4, None, True),
        (3, "As delivered", False),
    ]  # fmt: skip
    assert _numbers(office, ada, made.card.id, filters={"named": True}) == [3]
    assert _numbers(office, ada, made.card.id, filters={"author_id": bob.user_id}) == [5]
    assert _numbers(office, ada, made.card.id, search="deliv") == [3]
    assert _numbers(office, ada, made.card.id, search="BOB") == [5]
    with pytest.raises(Invalid):
        _numbers(office, ada, made.card.id, filters={"colour": "red"})


def test_save_with_note_of_an_unchanged_document_names_the_newest_version(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    made = office.make(ada)
    office.do(sharing.share, ada, made.card.id, "person", bob.user_id, "edit")
    saved = office.save(ada, made.card.id, document("A"), None)
    named = office.save(ada, made.card.id, document("A"), saved.version, note="As delivered")
    assert (named.number, named.version) == (2, saved.version)
    newest = _listed(office, ada, made.card.id)[0]
    assert (newest.number, newest.note, newest.automatic) == (2, "As delivered", False)
    # One that has a name keeps it, somebody else's is theirs, and what differs is a version of its own.
    assert office.save(ada, made.card.id, document("A"), None, note="Again").number == 3
    assert office.save(bob, made.card.id, document("B"), None).number == 4
    assert office.save(ada, made.card.id, document("B"), None, note="Mine").number == 5
    assert office.save(ada, made.card.id, document("C"), None).number == 6
    assert office.save(ada, made.card.id, document("D"), None, note="Other").number == 7
    assert [one.note for one in _listed(office, ada, made.card.id)][:4] == ["Other", None, "Mine", None]


def test_save_after_a_named_version_leaves_it_unchanged(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada)
    saved = office.save(ada, made.card.id, document("A"), made.card.version)
    named = office.do(version_store.name_version, ada, made.card.id, 2, " Before the audit ")
    assert (named.note, named.automatic) == ("Before the audit", False)
    assert office.save(ada, made.card.id, document("B"), saved.version).number == 3
    assert office.ask(version_store.get_version, ada, made.card.id, 2).document.title == "A"
    assert office.do(version_store.name_version, ada, made.card.id, 2, "").note is None
    for wrong in ("x" * 501, "bell\x07"):
        with pytest.raises(Invalid):
            office.do(version_store.name_version, ada, made.card.id, 2, wrong)
        with pytest.raises(Invalid):
            office.save(ada, made.card.id, document("C"), None, note=wrong)
    for number in (0, -1, 4, 10**20):
        with pytest.raises(NotFound):
            office.do(version_store.name_version, ada, made.card.id, number, "x")


def test_restore_version_creates_a_version(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada, document("First", item("w1"), item("w2", 3)))
    saved = office.save(ada, made.card.id, document("Second", item("w2")), made.card.version)
    with pytest.raises(Conflict):
        office.do(version_store.restore_version, ada, made.card.id, 1, base_version=made.card.version)
    back = office.do(version_store.restore_version, ada, made.card.id, 1, base_version=saved.version)
    assert back.number == 3
    assert write_document(office.ask(library.get_dashboard, ada, made.card.id).document) == write_document(
        made.document
    )
    assert [(one.number, one.restored_from) for one in _listed(office, ada, made.card.id)] == [
        (3, 1),
        (2, None),
        (1, None),
    ]
    assert office.ask(version_store.get_version, ada, made.card.id, 2).document.title == "Second"
    assert office.save(ada, made.card.id, document("Third"), back.version).number == 4
    again = office.do(version_store.restore_version, ada, made.card.id, 4, base_version=None)
    assert (again.number, len(_listed(office, ada, made.card.id))) == (4, 4)  # nothing differs, so nothing is stored
    same = office.do(version_store.restore_version, ada, made.card.id, 4, base_version=None, note="Kept")
    assert (same.number, same.document.title) == (5, "Third")


def test_first_version_of_an_imported_dashboard_is_imported(office: Office) -> None:
    ada = office.actor("ada")
    with office.town.database.bind(ada).change() as session:
        made = [library.create(session, ada, document("W"), imported=imported) for imported in (True, False)]
    assert [_listed(office, ada, one.card.id)[0].imported for one in made] == [True, False]


def test_list_versions_requires_edit_access(office: Office) -> None:
    ada, bob, cleo = office.actor("ada"), office.actor("bob"), office.actor("cleo")
    made = office.make(ada)
    office.do(sharing.share, ada, made.card.id, "person", bob.user_id, "view")
    acts: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = [
        (version_store.list_versions, (), {}),
        (version_store.get_version, (1,), {}),
        (version_store.name_version, (1, "x"), {}),
        (version_store.restore_version, (1,), {"base_version": None}),
    ]
    for act, given, named in acts:
        for who, error in ((bob, Denied), (cleo, NotFound), (office.town.stranger.actor, NotFound)):
            with pytest.raises(error):
                office.do(act, who, made.card.id, *given, **named)


def test_change_of_versions_without_the_permission_is_denied(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada)
    powerless = replace(ada, grants=Grants())
    with pytest.raises(Denied):
        office.do(version_store.name_version, powerless, made.card.id, 1, "x")
    with pytest.raises(Denied):
        office.do(version_store.restore_version, powerless, made.card.id, 1, base_version=None)
    assert office.ask(version_store.list_versions, ada, made.card.id).rows[0].note is None


def test_list_versions_is_paged(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada)
    for number in range(2, 8):
        office.save(ada, made.card.id, document(f"Step {number}"), None, note=f"Step {number}")
    seen, key = [], None
    while True:
        found = office.ask(version_store.list_versions, ada, made.card.id, after=key, limit=3)
        seen += [version.number for version in found.rows]
        key = found.next_key
        if key is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_list_versions_with_deleted_author_or_unreadable_document_works(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    made = office.make(ada)
    office.do(sharing.share, ada, made.card.id, "person", bob.user_id, "edit")
    saved = office.save(bob, made.card.id, document("Bob's"), made.card.version)
    with unbound(office.town.database).change() as session:
        session.delete(session.get_one(User, bob.user_id))
        audit.record(session, office.town.actor, "user.delete", bob.user_id)
    newest, _first = _listed(office, ada, made.card.id)
    assert (newest.author, newest.author_id) == (None, None)
    with pytest.raises(Conflict) as refused:
        office.save(ada, made.card.id, document("Mine"), made.card.version)
    assert refused.value.facts["who"] is None
    nested = '{"a":' * 990 + "1" + "}" * 990
    value = "CAST(:json AS jsonb)" if office.town.database.dialect == "postgresql" else ":json"
    for given in ('{"format": "benchboard/dashboard", "version": 2, "items": [{}]}', nested):
        with office.town.database.engine.begin() as connection:
            statement = f"UPDATE dashboard_versions SET document = {value} WHERE number = 1"
            connection.execute(text(statement), {"json": given})
        assert _numbers(office, ada, made.card.id) == [2, 1]
        with pytest.raises(Invalid):
            office.do(version_store.restore_version, ada, made.card.id, 1, base_version=None)
    assert office.save(ada, made.card.id, document("Mine"), saved.version).number == 3
