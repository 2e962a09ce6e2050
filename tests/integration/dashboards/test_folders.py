"""Folders of dashboards: created, moved, deleted and restored, with no dashboard lost and no folder inside itself."""

import threading
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from benchboard.dashboards import folders, library
from benchboard.dashboards.access import sharing
from benchboard.dashboards.folders import Folder
from benchboard.errors import AppError, Conflict, Denied, Invalid, NotFound
from benchboard.identity import audit
from benchboard.identity.permissions import Actor
from benchboard.paging import Listing
from benchboard.storage.models.dashboards import Dashboard, DashboardFolderEntry
from support.databases import unbound
from support.papers import Office, document


def tree(office: Office, actor: Actor) -> list[tuple[str, int]]:
    """The paths of all folders, each with its count."""
    return [(one.path, one.count) for one in office.ask(folders.list_folders, actor)]


def inside(office: Office, actor: Actor, folder_id: str | None) -> list[str]:
    listing = Listing(filters={"folder_id": folder_id}, sort="name")
    return [card.name for card in office.ask(library.list_dashboards, actor, library.everything(actor, listing)).rows]


def events(office: Office) -> list[tuple[str, dict[str, Any]]]:
    """What the audit log has of folders and moves, oldest first."""
    rows = office.ask(audit.list_entries, office.actor("admin"), Listing(sort="at"), limit=1000).rows
    return [(one.event, one.details) for one in rows if "folder" in one.event or one.event == "dashboard.move"]


@dataclass
class Plant:
    """Ada's dashboards Belt, Oven and Press; the folders Line 2, with Brake rig in it, and Lab."""

    ada: Actor
    line: str
    rig: str
    lab: str
    belt: str
    oven: str
    press: str


@pytest.fixture
def plant(office: Office) -> Plant:
    ada = office.actor("ada")
    belt, oven, press = (office.make(ada, document(name)).card.id for name in ("Belt", "Oven", "Press"))
    line = office.do(folders.create_folder, ada, " Line 2 ")
    rig = office.do(folders.create_folder, ada, "Brake rig", parent_id=line)
    return Plant(ada, line, rig, office.do(folders.create_folder, ada, "Lab"), belt, oven, press)


def test_create_and_move_count_what_each_person_sees(office: Office, plant: Plant) -> None:
    bob = office.actor("bob")
    office.do(folders.move_dashboards, plant.ada, [plant.belt, plant.oven], plant.rig)
    office.do(folders.move_dashboards, plant.ada, [plant.press], plant.line)
    office.do(sharing.share, plant.ada, plant.oven, "person", bob.user_id, "view")
    assert tree(office, plant.ada) == [("Lab", 0), ("Line 2", 3), ("Line 2 / Brake rig", 2)]
    assert tree(office, office.actor("admin")) == tree(office, plant.ada)
    assert tree(office, bob) == [("Lab", 0), ("Line 2", 1), ("Line 2 / Brake rig", 1)]
    assert inside(office, bob, plant.line) == ["Oven"]
    assert inside(office, plant.ada, plant.line) == ["Belt", "Oven", "Press"]
    assert inside(office, plant.ada, plant.rig) == ["Belt", "Oven"]
    card = office.ask(library.find_summary, plant.ada, plant.belt)
    assert (card.folder_id, card.folder) == (plant.rig, "Brake rig")
    assert inside(office, plant.ada, str(uuid4())) == []


def test_move_doesnt_change_the_dashboard_that_someone_edits(office: Office, plant: Plant) -> None:
    before = office.ask(library.get_dashboard, plant.ada, plant.belt)
    office.do(folders.move_dashboards, plant.ada, [plant.belt], plant.lab)
    after = office.ask(library.get_dashboard, plant.ada, plant.belt).card
    assert (after.version, after.updated_at) == (before.card.version, before.card.updated_at)
    office.save(plant.ada, plant.belt, before.document, before.card.version)


def test_move_back_undoes_a_move_from_several_folders(office: Office, plant: Plant) -> None:
    office.do(folders.move_dashboards, plant.ada, [plant.belt], plant.rig)
    office.do(folders.move_dashboards, plant.ada, [plant.press], plant.lab)
    moved = office.do(folders.move_dashboards, plant.ada, [plant.belt, plant.oven, plant.press], plant.lab)
    assert moved == {plant.belt: plant.rig, plant.oven: None}
    assert office.do(folders.move_dashboards, plant.ada, [plant.belt], plant.lab) == {}
    office.do(folders.move_back, plant.ada, moved)
    assert inside(office, plant.ada, plant.lab) == ["Press"]
    assert inside(office, plant.ada, plant.rig) == ["Belt"]


def test_move_back_after_the_folder_was_deleted_takes_it_out_of_all(office: Office, plant: Plant) -> None:
    office.do(folders.move_dashboards, plant.ada, [plant.belt], plant.rig)
    moved = office.do(folders.move_dashboards, plant.ada, [plant.belt], None)
    office.do(folders.delete_folder, plant.ada, plant.rig)
    office.do(folders.move_back, plant.ada, moved)
    assert office.ask(library.find_summary, plant.ada, plant.belt).folder is None


def test_delete_moves_what_is_in_it_up_and_restore_takes_it_back(office: Office, plant: Plant) -> None:
    deep = office.do(folders.create_folder, plant.ada, "Deep", parent_id=plant.rig)
    office.do(folders.move_dashboards, plant.ada, [plant.belt], plant.rig)
    office.do(folders.move_dashboards, plant.ada, [plant.oven], deep)
    before = tree(office, plant.ada)
    deleted = office.do(folders.delete_folder, plant.ada, plant.rig)
    assert tree(office, plant.ada) == [("Lab", 0), ("Line 2", 2), ("Line 2 / Deep", 1)]
    office.do(folders.restore_folder, plant.ada, deleted)
    assert tree(office, plant.ada) == before
    assert inside(office, plant.ada, plant.rig) == ["Belt", "Oven"]
    office.do(folders.restore_folder, plant.ada, deleted)  # a second undo changes nothing
    assert tree(office, plant.ada) == before


def test_delete_at_the_top_leaves_dashboards_in_no_folder(office: Office, plant: Plant) -> None:
    office.do(folders.move_dashboards, plant.ada, [plant.press], plant.line)
    deleted = office.do(folders.delete_folder, plant.ada, plant.line)
    assert tree(office, plant.ada) == [("Brake rig", 0), ("Lab", 0)]
    office.do(folders.move_dashboards, plant.ada, [plant.press], plant.lab)  # elsewhere meanwhile
    office.do(folders.restore_folder, plant.ada, deleted)
    assert tree(office, plant.ada) == [("Lab", 1), ("Line 2", 0), ("Line 2 / Brake rig", 0)]


def test_delete_with_a_namesake_above_numbers_the_one_that_moves_up(office: Office, plant: Plant) -> None:
    office.do(folders.create_folder, plant.ada, "lab", parent_id=plant.line)
    office.do(folders.delete_folder, plant.ada, plant.line)
    assert [path for path, _count in tree(office, plant.ada)] == ["Brake rig", "Lab", "lab 2"]


def test_dashboard_keeps_its_folder_in_the_trash_and_leaves_it_when_deleted(office: Office, plant: Plant) -> None:
    office.do(folders.move_dashboards, plant.ada, [plant.belt, plant.oven], plant.lab)
    office.do(library.discard, plant.ada, [plant.belt, plant.oven])
    assert ("Lab", 0) in tree(office, plant.ada)
    office.do(library.restore, plant.ada, [plant.belt])
    office.do(library.delete_forever, plant.ada, [plant.oven])
    assert inside(office, plant.ada, plant.lab) == ["Belt"]
    with unbound(office.town.database).read() as session:
        assert session.scalar(select(func.count()).select_from(DashboardFolderEntry)) == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "folders.name"), ("  ", "folders.name"), ("x" * 101, "folders.name"), ("a\nb", "folders.name"),
     ("line  2", "folders.taken")],
)  # fmt: skip
def test_unusable_name_is_rejected(office: Office, plant: Plant, name: str, code: str) -> None:
    with pytest.raises((Invalid, Conflict)) as caught:
        office.do(folders.create_folder, plant.ada, name)
    assert (caught.value.code, caught.value.facts["field"]) == (code, "name")
    with pytest.raises((Invalid, Conflict)):
        office.do(folders.rename_folder, plant.ada, plant.lab, name)
    office.do(folders.rename_folder, plant.ada, plant.lab, "LAB")
    assert ("LAB", 0) in tree(office, plant.ada)


def test_move_of_a_folder_into_itself_or_too_deep_is_rejected(office: Office, plant: Plant) -> None:
    for into in (plant.line, plant.rig):
        with pytest.raises(Conflict) as caught:
            office.do(folders.move_folder, plant.ada, plant.line, into)
        assert caught.value.code == "folders.inside-itself"
    last = plant.rig
    for level in range(folders.MAX_DEPTH - 2):
        last = office.do(folders.create_folder, plant.ada, f"L{level}", parent_id=last)
    with pytest.raises(Conflict) as caught:
        office.do(folders.create_folder, plant.ada, "deeper", parent_id=last)
    assert caught.value.code == "folders.too-deep"
    with pytest.raises(Conflict):
        office.do(folders.move_folder, plant.ada, plant.line, plant.lab)
    assert office.do(folders.move_folder, plant.ada, plant.rig, None) == plant.line
    assert ("Brake rig", 0) in tree(office, plant.ada)


def test_who_can_only_view_cant_move_and_other_organisations_see_nothing(office: Office, plant: Plant) -> None:
    bob, eve = office.actor("bob"), office.actor("eve", south=True)
    office.do(sharing.share, plant.ada, plant.belt, "person", bob.user_id, "view")
    with pytest.raises(Denied):
        office.do(folders.move_dashboards, bob, [plant.belt], plant.lab)
    with pytest.raises(NotFound):
        office.do(folders.move_dashboards, bob, [plant.oven], plant.lab)
    office.do(sharing.share, plant.ada, plant.belt, "person", bob.user_id, "edit")
    assert office.do(folders.move_dashboards, bob, [plant.belt], plant.lab) == {plant.belt: None}
    assert tree(office, eve) == []
    own = office.make(eve).card.id
    for act, arguments in (
        (folders.move_dashboards, ([own], plant.lab)),
        (folders.rename_folder, (plant.lab, "x")),
        (folders.delete_folder, (plant.lab,)),
        (folders.move_folder, (plant.lab, None)),
    ):
        with pytest.raises(NotFound):
            office.do(act, eve, *arguments)
    with pytest.raises(NotFound):
        office.do(folders.create_folder, eve, "x", parent_id=plant.lab)
    assert office.ask(folders.list_folders, office.actor("ada"))


def test_every_change_is_in_the_audit_log(office: Office, plant: Plant) -> None:
    office.do(folders.rename_folder, plant.ada, plant.lab, "Cell lab")
    office.do(folders.rename_folder, plant.ada, plant.lab, "Cell lab")  # no change, no entry
    office.do(folders.move_folder, plant.ada, plant.lab, plant.line)
    office.do(folders.move_dashboards, plant.ada, [plant.belt], plant.lab)
    deleted = office.do(folders.delete_folder, plant.ada, plant.lab)
    office.do(folders.restore_folder, plant.ada, deleted)
    assert events(office)[3:] == [
        ("dashboard_folder.rename", {"name": "Cell lab", "before": "Lab"}),
        ("dashboard_folder.move", {"name": "Cell lab", "folder": "Line 2"}),
        ("dashboard.move", {"name": "Belt", "folder": "Cell lab"}),
        ("dashboard_folder.delete", {"name": "Cell lab", "count": 1}),
        ("dashboard_folder.restore", {"name": "Cell lab"}),
    ]


def test_folder_is_found_by_path_name_or_id(office: Office, plant: Plant) -> None:
    found: Folder = office.ask(folders.get_folder_matching, plant.ada, "line 2 / brake RIG")
    assert found.id == plant.rig
    for text in ("Brake rig", plant.rig, plant.rig[:8]):
        assert office.ask(folders.get_folder_matching, plant.ada, text).id == plant.rig
    office.do(folders.create_folder, plant.ada, "Brake rig", parent_id=plant.lab)
    with pytest.raises(Conflict):
        office.ask(folders.get_folder_matching, plant.ada, "Brake rig")
    with pytest.raises(NotFound):
        office.ask(folders.get_folder_matching, plant.ada, "Nowhere")


def test_two_moves_at_once_dont_put_folders_inside_each_other(office: Office, plant: Plant) -> None:
    start, failed = threading.Barrier(2), []

    def move(folder_id: str, into: str) -> None:
        start.wait()
        try:
            office.do(folders.move_folder, plant.ada, folder_id, into)
        except AppError as error:
            failed.append(error.code)

    threads = [threading.Thread(target=move, args=one) for one in ((plant.line, plant.lab), (plant.lab, plant.line))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == ["folders.inside-itself"]


_ACTS = st.lists(
    st.tuples(st.sampled_from(["create", "move", "delete", "restore", "put"]), st.integers(0, 5), st.integers(-1, 5)),
    max_size=12,
)


@given(acts=_ACTS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_of_changes_loses_no_dashboard_and_makes_no_circle(
    office: Office, acts: list[tuple[str, int, int]]
) -> None:
    ada = office.actor("ada")
    boards = [office.make(ada, document(f"D{k}")).card.id for k in range(3)]
    deleted: list[folders.DeletedFolder] = []
    for act, first, second in acts:
        known = [one.id for one in office.ask(folders.list_folders, ada)]
        folder = known[first % len(known)] if known else ""
        into = known[second % len(known)] if known and second >= 0 else None
        try:
            if act == "create":
                office.do(folders.create_folder, ada, f"F{first}", parent_id=into)
            elif act == "put":
                office.do(folders.move_dashboards, ada, boards[: first % 3 + 1], into)
            elif act == "restore" and deleted:
                office.do(folders.restore_folder, ada, deleted.pop())
            elif known and act == "move":
                office.do(folders.move_folder, ada, folder, into)
            elif known and act == "delete":
                deleted.append(office.do(folders.delete_folder, ada, folder))
        except Conflict as error:
            assert error.code in ("folders.taken", "folders.inside-itself", "folders.too-deep")
        with unbound(office.town.database).read() as session:
            nodes = library.folder_nodes(session, ada)
            assert session.scalar(select(func.count()).where(Dashboard.id.in_(boards))) == len(boards)
        parents = {node.id: node.parent_id for node in nodes}
        for node in nodes:
            above, steps = node.parent_id, 0
            while above is not None:
                above, steps = parents[above], steps + 1
                assert steps <= folders.MAX_DEPTH
        places = {one.id: one.count for one in office.ask(folders.list_folders, ada)}
        for folder_id, count in places.items():
            assert len(inside(office, ada, folder_id)) == count
