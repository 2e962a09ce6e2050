"""Dashboards: made, listed, saved under a lock, thrown away and brought back; nothing across organisations."""

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import event, func, insert, select, text

from benchboard.dashboards import library
from benchboard.dashboards.access import sharing
from benchboard.dashboards.document import images
from benchboard.dashboards.document.document import Document, parse_document, write_document
from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.layout import walk_items
from benchboard.dashboards.versions import version_store
from benchboard.errors import AppError, Conflict, Denied, Invalid, NotFound
from benchboard.identity import audit, users
from benchboard.identity.permissions import Grants
from benchboard.paging import Listing
from benchboard.storage.engine import Database
from benchboard.storage.models.base import new_id
from benchboard.storage.models.dashboards import Dashboard, DashboardVersion, Widget
from benchboard.storage.models.identity import User
from support.databases import unbound
from support.examples import examples
from support.image_bytes import chunk, png
from support.papers import Office, document, item, wide
from support.query_plans import query_plans
from unit.dashboards.test_document import documents


def _touched(database: Database) -> list[str]:
    """The statements that reach the database from now on, by their first two words."""
    said: list[str] = []

    def executed(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(" ".join(statement.split()[:3]))

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", executed)
    return said


# ---- what is stored


def test_create_then_get_returns_the_same_document(office: Office) -> None:
    ada = office.actor("ada")
    told = {
        "format": "benchboard/dashboard", "version": 2, "title": "Line 2", "description": "ş", "columns": 24,
        "hue": [1], "compact": "none",
        "variables": [
            {"name": "shop", "label": "Shop", "type": "list", "values": ["a"], "chosen": [], "multiple": True},
        ],
        "items": [
            item("w1", title="Orders", query="SELECT 1", config={"unit": "€", "benchboard": "theirs"}, locked=["size"]),
            {"id": "t1", "type": "tabs", "title": "", "active": "b", "position": {"x": 0, "y": 8, "w": 6, "h": 3},
             "tabs": [{"id": "a", "title": "A", "items": [item("w2", note=None, type="theirs/map")]},
                      {"id": "b", "title": "B", "items": [{"id": "g1", "type": "group", "title": "In it", "items": [],
                                                           "position": {"x": 0, "y": 0, "w": 3, "h": 3}}]}]},
        ],
        "breakpoints": {"phone": {"columns": 2, "places": {"w1": {"x": 0, "y": 0, "w": 2, "h": 2}}}},
    }  # fmt: skip
    wanted = parse_document(told)
    made = office.make(ada, wanted)
    opened = office.ask(library.get_dashboard, ada, made.card.id)
    assert write_document(opened.document) == write_document(wanted)
    card = opened.card
    assert (card.name, card.description, card.widgets, card.owner, card.level) == ("Line 2", "ş", 2, "Ada", "own")
    assert (card.mine, card.public, card.shares, card.deleted_at) == (True, False, 0, None)
    with unbound(office.town.database).read() as session:
        rows = {row.type: row for row in session.scalars(select(Widget))}
    assert rows["kpi"].query == "SELECT 1"
    assert rows["kpi"].position == {"x": 0, "y": 0, "w": 3, "h": 2}
    assert rows["placeholder"].config["benchboard"] == {"id": "w2", "type": "theirs/map", "item": {"note": None}}


def test_get_dashboard_just_created_is_as_stored_and_another_version_is_read(office: Office) -> None:
    ada = office.actor("ada")
    with unbound(office.town.database).change() as session:
        created = library.create(session, ada, document("Line", item("a"), item("b", x=4)))
        plain = library.get_dashboard(session, ada, created.card.id)
    said = _touched(office.town.database)
    with unbound(office.town.database).read() as session:
        assert library.get_dashboard(session, ada, created.card.id, created) == plain
    assert not any("widgets.id" in one for one in said)
    with unbound(office.town.database).change() as session:
        library.save(session, ada, created.card.id, document("Line", item("a")), base_version=None)
    with unbound(office.town.database).read() as session:
        found = library.get_dashboard(session, ada, created.card.id, created)
    assert [one.item.id for one in walk_items(found.document.layout)] == ["a"]


def test_save_one_moved_widget_of_125_writes_one_row(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada, wide())
    first = office.save(ada, made.card.id, grown(made.document, 0), made.card.version)
    said = _touched(office.town.database)
    saved = office.save(ada, made.card.id, grown(first.document, 1), first.version)
    writes = [one for one in said if one.split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert writes == [
        "UPDATE widgets SET",
        "UPDATE dashboards SET",
        "UPDATE dashboard_versions SET",
        "INSERT INTO audit_logs",
        "INSERT INTO commit_count",
        "INSERT INTO audit_seals",
    ]
    assert len(said) <= 13, said
    assert write_document(office.ask(library.get_dashboard, ada, made.card.id).document) == write_document(
        saved.document
    )
    with unbound(office.town.database).read() as session:
        assert session.scalar(select(func.count()).where(Widget.version > 1)) == 2


def test_save_moved_picture_stores_it_once(office: Office) -> None:
    ada, picture = office.actor("ada"), images.to_data_uri("png", png(4, 4, (1, 2, 3), chunk(b"teSt", bytes(300_000))))
    told = [item(f"w{k}", 3 * k, type="image", config={"picture": picture, "alt": str(k)}) for k in range(3)]
    made = office.make(ada, document("Pictures", *told))
    said: list[str] = []
    for engine in office.town.database.engines:
        event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: said.append(statement))
    told[0]["position"]["y"] = 9
    saved = office.save(ada, made.card.id, document("Pictures", *told), made.card.version)
    (written,) = [statement for statement in said if statement.startswith("UPDATE widgets")]
    assert "position=" in written
    assert "config=" not in written
    assert len(said) <= 13, said
    opened = office.ask(library.get_dashboard, ada, made.card.id).document
    assert write_document(opened) == write_document(saved.document)
    assert widget_of(opened.layout.items[0]).setting("picture") == picture


def grown(before: Document, step: int) -> Document:
    """The document with one of its widgets one field further down than anything else."""
    layout = before.layout
    cells = list(layout.cells)
    cells[step] = cells[step]._replace(y=layout.bottom + 1)
    return replace(before, layout=layout.moved_to(cells))


def test_save_items_added_and_removed_keep_their_rows(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada, document("A", item("w1"), item("w2", 3)))
    with unbound(office.town.database).read() as session:
        before = {row.config["benchboard"]["id"]: row.id for row in session.scalars(select(Widget))}
    changed = document("B", {**item("w2", 3), "type": "text"}, item("w3", 6))
    saved = office.save(ada, made.card.id, changed, made.card.version)
    assert (saved.version, saved.number) == (made.card.version + 1, 2)
    with unbound(office.town.database).read() as session:
        rows = {row.config["benchboard"]["id"]: row for row in session.scalars(select(Widget))}
    assert rows.keys() == {"w2", "w3"}
    assert (rows["w2"].id, rows["w2"].type) == (before["w2"], "text")
    opened = office.ask(library.get_dashboard, ada, made.card.id)
    assert opened.card.name == "B"
    assert write_document(opened.document) == write_document(changed)


def test_save_unchanged_document_writes_nothing(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada)
    again = office.save(ada, made.card.id, made.document, made.card.version)
    assert (again.version, again.number) == (made.card.version, 1)
    assert office.save(ada, made.card.id, made.document, again.version, note="As delivered").number == 2


def test_get_and_save_dashboard_of_another_system_keep_its_data(office: Office) -> None:
    """Rows as an imported system has them: no tree, no ids of ours."""
    ada = office.actor("ada")
    with unbound(office.town.database).change() as session:
        row = Dashboard(
            organisation_id=ada.organisation_id, user_id=ada.user_id, name="Theirs", layout={"rowHeight": 30}
        )
        session.add(row)
        session.flush()
        position = {"x": 1, "y": 0, "w": 2, "h": 2}
        widget = Widget(
            organisation_id=ada.organisation_id, dashboard_id=row.id, type="gauge", position=position, config={"max": 9}
        )
        session.add(widget)
        session.flush()
        audit.record(session, ada, "dashboard.import", row.id)
    opened = office.ask(library.get_dashboard, ada, row.id)
    (held,) = opened.document.layout.items
    assert (held.id, held.type, held.source["config"]) == (widget.id, "gauge", {"max": 9})
    saved = office.save(ada, row.id, grown(opened.document, 0), opened.card.version)
    assert saved.number == 2, "what it was before is version 1"
    with unbound(office.town.database).read() as session:
        kept = session.get_one(Widget, widget.id)
        assert (kept.config, kept.position["y"]) == ({"max": 9}, 3)
        first = session.scalars(select(DashboardVersion).where(DashboardVersion.number == 1)).one()
        assert (first.author_id, first.document["items"][0]["position"]) == (None, position)


def _nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


@pytest.mark.parametrize(
    ("statement", "json", "field"),
    [
        ("UPDATE dashboards SET layout = :json", '{"items": ["00000000-0000-4000-8000-00000000000a"]}', "items"),
        ("UPDATE dashboards SET layout = :json", "[1, 2]", "layout"),
        ("UPDATE dashboards SET layout = :json", '{"columns": 1000000000}', "columns"),
        ("UPDATE dashboards SET layout = :json", f'{{"x": {_nested(995)}}}', "layout"),
        ("UPDATE widgets SET config = :json", "[]", "config"),
        ("UPDATE widgets SET config = :json", '{"benchboard": {"id": "same"}}', "id"),
        ("UPDATE widgets SET position = :json", '{"x": 0, "y": 0, "w": 0, "h": 1}', "position.w"),
        ("UPDATE widgets SET config = :json", _nested(995), None),
    ],
)
def test_get_invalid_rows_says_what_is_wrong_and_discard_works(
    office: Office, statement: str, json: str, field: str | None
) -> None:
    ada = office.actor("ada")
    made = office.make(ada, document("A", item("w1"), item("w2", 3)))
    cast = statement.replace(
        ":json", "CAST(:json AS jsonb)" if office.town.database.dialect == "postgresql" else ":json"
    )
    with office.town.database.engine.begin() as connection:
        connection.execute(text(cast), {"json": json})
    with pytest.raises(Invalid) as refused:
        office.ask(library.get_dashboard, ada, made.card.id)
    assert refused.value.facts.get("field") == field
    assert office.names(ada) == ["A"]
    assert office.do(library.discard, ada, [made.card.id]) == 1
    assert office.do(library.delete_forever, ada, [made.card.id]) == 1


def test_save_too_many_widgets_is_rejected(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada)
    keys = {"organisation_id": ada.organisation_id, "dashboard_id": made.card.id}
    rows = [
        {**keys, "id": new_id(), "type": "kpi", "position": {"x": 0, "y": n, "w": 1, "h": 1}} for n in range(10_000)
    ]
    with office.town.database.engine.begin() as connection:
        connection.execute(insert(Widget), rows)
    with pytest.raises(Invalid) as refused:
        office.ask(library.get_dashboard, ada, made.card.id)
    assert refused.value.code == "layout.too-many-items"


@given(st.lists(documents(), min_size=2, max_size=3))
@examples(5, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_save_any_document_over_any_other_round_trips(office: Office, given_ones: list[dict[str, Any]]) -> None:
    ada = office.actor("ada")
    first, *later = [parse_document({**one, "title": "Any"}) for one in given_ones]
    made = office.make(ada, first)
    for changed in later:
        number = office.save(ada, made.card.id, changed, None).number
        opened = office.ask(library.get_dashboard, ada, made.card.id)
        assert write_document(opened.document) == write_document(changed)
        assert opened.card.widgets == sum(not one.item.panes for one in walk_items(changed.layout))
        kept = office.ask(version_store.get_version, ada, made.card.id, number)
        assert write_document(kept.document) == write_document(changed)


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 256, "bell\x07"])
def test_create_without_a_name_is_rejected(office: Office, name: str) -> None:
    ada = office.actor("ada")
    with pytest.raises(Invalid):
        office.do(library.create, ada, document(), name=name)
    made = office.make(ada)
    with pytest.raises(Invalid):
        office.do(library.describe, ada, made.card.id, name=name)
    assert office.names(ada) == ["Line 2"]


# ---- two people at once


def test_save_after_another_save_raises_conflict(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    made = office.make(ada)
    office.do(sharing.share, ada, made.card.id, "person", bob.user_id, "edit")
    base = made.card.version
    theirs = office.save(bob, made.card.id, document("Bob's"), base)
    for wrong in (base, 0, 99):
        with pytest.raises(Conflict) as refused:
            office.save(ada, made.card.id, document("Ada's"), wrong)
        facts = refused.value.facts
        assert refused.value.code == "dashboards.overtaken"
        assert (facts["version"], facts["who"], facts["who_id"]) == (theirs.version, "Bob", bob.user_id)
        assert (facts["updated_at"], facts["number"]) == (theirs.updated_at, 2)
    assert office.names(ada) == ["Bob's"]
    assert office.save(ada, made.card.id, document("Both"), theirs.version, merged=True).number == 3


def test_save_after_share_or_discard_keeps_the_edits(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada)
    office.do(sharing.set_public, ada, made.card.id, public=True)
    office.do(library.discard, ada, [made.card.id])
    with pytest.raises(Conflict) as refused:
        office.save(ada, made.card.id, document("Later"), made.card.version)
    assert refused.value.code == "dashboards.in-trash"
    office.do(library.restore, ada, [made.card.id])
    assert office.ask(library.get_dashboard, ada, made.card.id).card.version > made.card.version
    saved = office.save(ada, made.card.id, document("Later"), made.card.version)
    with pytest.raises(Conflict):
        office.save(ada, made.card.id, document("Too late"), saved.version - 1)


def test_save_twice_at_once_only_one_succeeds(office: Office) -> None:
    """The second waits for the first one's lock, and then sees what it did."""
    ada, database = office.actor("ada"), office.town.database
    made = office.make(ada)
    refused: list[AppError] = []

    def second() -> None:
        try:
            office.save(ada, made.card.id, document("Second"), made.card.version)
        except AppError as error:
            refused.append(error)

    thread = threading.Thread(target=second)
    with unbound(database).change() as session:
        library.save(session, ada, made.card.id, document("First"), base_version=made.card.version)
        thread.start()
        _until_somebody_waits(database, thread)
    thread.join(30)
    assert [error.code for error in refused] == ["dashboards.overtaken"]
    assert office.names(ada) == ["First"]


def _until_somebody_waits(database: Database, thread: threading.Thread) -> None:
    """On PostgreSQL, until a lock of ours is waited for; SQLite's one writer is waited for from the beginning."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while database.dialect == "postgresql" and thread.is_alive():
        with unbound(database).read() as session:
            if session.scalar(waiting):
                return
        thread.join(0.01)


# ---- duplicating, naming, finding


def test_duplicate_belongs_to_its_maker(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    made = office.make(ada, wide(5))
    office.do(sharing.set_public, ada, made.card.id, public=True)
    copied = office.do(library.duplicate, bob, made.card.id)
    assert (copied.card.name, copied.card.mine, copied.card.public, copied.card.widgets) == (
        "Wide (copy)", True, False, 5,
    )  # fmt: skip
    office.save(bob, copied.card.id, document("Mine"), copied.card.version)
    assert office.ask(library.get_dashboard, ada, made.card.id).card.widgets == 5
    assert office.do(library.duplicate, bob, made.card.id, name="Other").card.name == "Other"


def test_describe_renames_as_a_save(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada)
    office.do(library.describe, ada, made.card.id, name=" Line 3 ", description="Night shift")
    opened = office.ask(library.get_dashboard, ada, made.card.id)
    assert (opened.document.title, opened.document.description) == ("Line 3", "Night shift")
    assert (opened.card.name, opened.card.description) == ("Line 3", "Night shift")
    with pytest.raises(Conflict):
        office.save(ada, made.card.id, document(), made.card.version)


def test_get_summary_matching_id_or_name(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    made = office.make(ada)
    for who in ("Line 2", made.card.id, made.card.id[:8]):
        assert office.ask(library.get_summary_matching, ada, who).id == made.card.id
    for who in ("Line", "line 2", "00000000-0000-4000-8000-00000000000a", "\ud800", ""):
        with pytest.raises(AppError):
            office.ask(library.get_summary_matching, ada, who)
    for who in ("Line 2", made.card.id):
        with pytest.raises(NotFound):
            office.ask(library.get_summary_matching, bob, who)
    office.make(ada)
    with pytest.raises(Conflict) as refused:
        office.ask(library.get_summary_matching, ada, "Line 2")
    assert refused.value.code == "dashboards.ambiguous"
    office.do(library.discard, ada, [made.card.id])
    assert office.ask(library.get_summary_matching, ada, "Line 2", trashed=True).id == made.card.id


# ---- organisations, roles, people who go


def test_library_hides_other_organisations(office: Office) -> None:
    ada, stranger = office.actor("ada"), office.town.stranger.actor
    made = office.make(ada)
    office.do(sharing.set_public, ada, made.card.id, public=True)
    assert office.names(stranger, "all") == office.names(stranger, "public") == []
    for act, *rest in (
        (library.get_dashboard,),
        (library.duplicate,), (library.describe,), (sharing.sharing_of,), (sharing.set_public,),
    ):  # fmt: skip
        named = {"public": True} if act is sharing.set_public else {}
        with pytest.raises(NotFound):
            office.do(act, stranger, made.card.id, *rest, **named)
    for bulk in (library.discard, library.restore, library.delete_forever):
        with pytest.raises(NotFound):
            office.do(bulk, stranger, [made.card.id])
    with pytest.raises(NotFound):
        office.save(stranger, made.card.id, document(), None)
    with pytest.raises(NotFound):
        office.ask(library.get_dashboard, ada, "no id")


def test_visible_ids_are_those_the_actor_sees_of_those_asked_for(office: Office) -> None:
    ada, grace, stranger = office.actor("ada"), office.actor("grace"), office.town.stranger.actor
    own, private, public, trashed, theirs = (
        office.make(one).card.id for one in (ada, grace, grace, ada, office.actor("zoe", south=True))
    )
    office.do(sharing.set_public, grace, public, public=True)
    office.do(library.discard, ada, [trashed])
    every = [own, private, public, trashed, theirs, str(uuid4()), "home", "", "x" * 300]
    assert office.ask(library.visible_ids, ada, every) == {own, public, trashed}
    assert office.ask(library.visible_ids, ada, [public]) == {public}
    assert office.ask(library.visible_ids, grace, every) == {private, public}
    assert office.ask(library.visible_ids, office.actor("admin"), every) == {own, private, public, trashed}
    assert office.ask(library.visible_ids, stranger, every) == {theirs}
    assert office.ask(library.visible_ids, ada, []) == set()
    assert office.ask(library.visible_ids, ada, [own, *(str(uuid4()) for _ in range(1200))]) == {own}


def test_names_are_those_of_the_visible_ids_outside_the_trash(office: Office) -> None:
    ada = office.actor("ada")
    own, trashed = office.make(ada).card, office.make(ada).card.id
    office.do(library.discard, ada, [trashed])
    many = [own.id, trashed, "no id", *(str(uuid4()) for _ in range(1200))]
    assert office.ask(library.names, ada, many) == {own.id: own.name}


def test_visible_ids_reads_only_the_rows_asked_for(office: Office) -> None:
    ada = office.actor("ada")
    asked = office.make(ada).card.id
    (plan,) = query_plans(office.town.database, lambda session: library.visible_ids(session, ada, [asked]))
    if office.town.database.dialect == "sqlite":
        assert re.search(r"SEARCH dashboards USING INDEX \S+ \(.*\bid=\?\)", plan), plan
    else:
        assert asked in plan, plan


def test_library_admin_has_every_dashboard_like_its_owner(office: Office) -> None:
    ada, admin = office.actor("ada"), office.actor("admin")
    made = office.make(ada)
    saved = office.save(admin, made.card.id, document("Mended"), made.card.version)
    assert office.ask(library.get_dashboard, admin, made.card.id).card.level == "own"
    assert saved.number == 2
    assert office.do(library.discard, admin, [made.card.id]) == 1


def test_library_without_permission_reads_and_writes_nothing(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada)
    for kept, refused in ((frozenset(), library.get_dashboard), (frozenset({"studio:enter"}), library.duplicate)):
        nobody = replace(ada, grants=Grants(ada.roles, kept))
        with pytest.raises(Denied):
            office.do(refused, nobody, made.card.id)


def test_library_with_a_disabled_or_deleted_person_works(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    made = office.make(ada)
    office.do(sharing.share, ada, made.card.id, "person", bob.user_id, "edit")
    office.do(users.set_state, office.actor("admin"), [ada.user_id], "inactive")
    with unbound(office.town.database).change() as session:
        session.get_one(User, ada.user_id).deleted_at = datetime.now(UTC)
        audit.record(session, office.town.actor, "user.delete", ada.user_id)
    assert office.ask(library.get_dashboard, bob, made.card.id).card.owner == "Ada"
    assert office.save(bob, made.card.id, document("Bob's"), made.card.version).number == 2
    assert office.ask(sharing.sharing_of, bob, made.card.id).owner.name == "Ada"
    assert office.names(office.actor("admin"), "all") == ["Bob's"]


def test_library_every_change_is_audited(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada)
    office.save(ada, made.card.id, document("Line 2", item(), item("w2", 3)), made.card.version)
    office.do(library.discard, ada, [made.card.id])
    office.do(library.restore, ada, [made.card.id])
    office.do(library.discard, ada, [made.card.id])
    office.do(library.delete_forever, ada, [made.card.id])
    with unbound(office.town.database).read() as session:
        wanted = Listing(filters={"resource_type": "dashboard"}, sort="at")
        entries = audit.list_entries(session, office.town.actor, wanted).rows
    assert [entry.event.partition(".")[2] for entry in entries] == [
        "create", "save", "discard", "restore", "discard", "delete",
    ]  # fmt: skip
    assert {entry.user_id for entry in entries} == {ada.user_id}
    saved = entries[1].details
    assert (saved["added"], saved["changed"], saved["removed"], saved["number"]) == (1, 0, 0, 2)


def test_audit_of_a_rename_an_import_and_a_restored_version_says_which_it_was(office: Office) -> None:
    ada = office.actor("ada")
    made = office.do(library.create, ada, document("First"), imported=True)
    office.do(library.describe, ada, made.card.id, name="Second")
    office.do(version_store.restore_version, ada, made.card.id, 1, base_version=None)
    with unbound(office.town.database).read() as session:
        wanted = Listing(filters={"resource_type": "dashboard"}, sort="at")
        entries = audit.list_entries(session, office.town.actor, wanted).rows
    assert [(entry.event, entry.details["name"]) for entry in entries] == [
        ("dashboard.import", "First"),
        ("dashboard.rename", "Second"),
        ("dashboard.restore-version", "First"),
    ]
    assert (entries[1].details["before"], entries[2].details["restored"]) == ("First", 1)


def test_save_over_another_programs_edit_without_a_version_raises_conflict(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada)
    with office.town.database.engine.begin() as connection:
        connection.execute(text("UPDATE dashboards SET name = 'Theirs', version = version + 1"))
    with pytest.raises(Conflict) as refused:
        office.save(ada, made.card.id, document("Ada's"), made.card.version)
    assert refused.value.code == "dashboards.overtaken"
    assert office.names(ada) == ["Theirs"]
    assert office.save(ada, made.card.id, document("Both"), made.card.version + 1)


_ENDLESS = '{"z": ' + "9" * 5_000 + "}"


@pytest.mark.parametrize(
    "write",
    [
        "UPDATE dashboards SET layout = :said WHERE id = :id",
        "UPDATE widgets SET position = :said WHERE dashboard_id = :id",
        "UPDATE dashboard_versions SET document = :said WHERE dashboard_id = :id",
    ],
)
def test_get_infinite_number_in_storage_is_rejected_and_nothing_else(office: Office, write: str) -> None:
    ada = office.actor("ada")
    made, _other = office.make(ada), office.make(ada, document("Other"))
    if office.town.database.dialect == "postgresql":
        write = write.replace(":said", "CAST(:said AS jsonb)")
    with office.town.database.engine.begin() as connection:
        connection.execute(text(write), {"said": _ENDLESS, "id": made.card.id})
    if "versions" in write:
        with pytest.raises(Invalid):
            office.ask(version_store.get_version, ada, made.card.id, 1)
        assert len(office.ask(version_store.list_versions, ada, made.card.id).rows) == 1
    else:
        for act in (library.get_dashboard, library.duplicate):
            with pytest.raises(Invalid):
                office.do(act, ada, made.card.id)
    assert office.names(ada) == ["Line 2", "Other"]
    assert office.save(ada, made.card.id, document("Line 2", item(y=4)), None).document
