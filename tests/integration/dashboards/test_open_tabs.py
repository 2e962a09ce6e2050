"""What somebody had open is kept for each account of each database, and only what they may still see comes back."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from benchboard.dashboards import library, open_tabs
from benchboard.dashboards.access import sharing
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.open_tabs import OpenTab, SavedTabs
from benchboard.errors import Unavailable
from benchboard.identity.permissions import Actor
from support.databases import unbound
from support.people import Town

FIRST = OpenTab("00000000-0000-4000-8000-000000000001", 12.5, 0.8, "tablet", presented=True)
SECOND = OpenTab("00000000-0000-4000-8000-000000000002")
HERE = ("local", "", "org", "me")


def made(town: Town, actor: Actor, name: str) -> str:
    document = parse_document({"format": "benchboard/dashboard", "version": 2, "title": name, "items": []})
    with unbound(town.database).change() as session:
        return library.create(session, actor, document).card.id


def test_open_tabs_saved_are_restored_for_that_account_only(tmp_path: Path) -> None:
    sitting = SavedTabs((FIRST, SECOND), SECOND.dashboard_id)
    open_tabs.save(tmp_path, HERE, sitting)
    assert open_tabs.load(tmp_path, HERE) == sitting
    for other in (("local", "", "org", "you"), ("local", "", "orgme", ""), ("file", "/a.db", "org", "me")):
        assert open_tabs.load(tmp_path, other) == SavedTabs()
    (file,) = (tmp_path / "open").glob("*.json")
    assert file.stat().st_mode & 0o777 == 0o600
    open_tabs.save(tmp_path, HERE, SavedTabs((SECOND,)))
    assert open_tabs.load(tmp_path, HERE) == SavedTabs((SECOND,))


@pytest.mark.parametrize(
    "text",
    [
        "", "[", "[]", "null", "1", '"views"', "{}", '{"views": 3}',
        '{"views": [null, 3, {}, [], {"dashboard_id": 4}]}',
        '{"views": [{"dashboard_id": "../../etc/passwd"}]}', "[" * 100_000, '{"front": ["a"]}', '{"views": {}}',
    ],
)  # fmt: skip
def test_open_tabs_invalid_file_reads_as_none(tmp_path: Path, text: str) -> None:
    open_tabs.save(tmp_path, HERE, SavedTabs())
    (file,) = (tmp_path / "open").glob("*.json")
    file.write_text(text)
    assert open_tabs.load(tmp_path, HERE) == SavedTabs()


@pytest.mark.parametrize("text", ["", "[", "[]", "{}", "[" * 100_000, '{"views": [{"dashboard_id": 4}], "front": ""}'])
def test_open_tabs_damaged_file_is_set_aside_and_said_once(tmp_path: Path, text: str) -> None:
    assert open_tabs.set_aside_damaged(tmp_path, HERE) == ""
    open_tabs.save(tmp_path, HERE, SavedTabs((FIRST,)))
    assert open_tabs.set_aside_damaged(tmp_path, HERE) == ""
    (file,) = (tmp_path / "open").glob("*.json")
    file.write_text(text)
    aside = file.with_name(f"{file.name}.broken")
    assert open_tabs.set_aside_damaged(tmp_path, HERE).endswith(f"It was moved to {aside}.")
    assert aside.read_text() == text
    assert open_tabs.set_aside_damaged(tmp_path, HERE) == ""
    open_tabs.save(tmp_path, HERE, SavedTabs((SECOND,)))
    assert open_tabs.load(tmp_path, HERE) == SavedTabs((SECOND,))


@pytest.mark.parametrize("linked", ["%00", "new", "\ud800", "x" * 1000])
def test_open_tabs_that_a_link_opened_for_no_dashboard_are_not_kept(tmp_path: Path, linked: str) -> None:
    open_tabs.save(tmp_path, HERE, SavedTabs((OpenTab(linked), FIRST), linked))
    assert open_tabs.set_aside_damaged(tmp_path, HERE) == ""
    assert open_tabs.load(tmp_path, HERE) == SavedTabs((FIRST,))


def test_open_tabs_invalid_field_reads_as_its_default(tmp_path: Path) -> None:
    open_tabs.save(tmp_path, HERE, SavedTabs())
    (file,) = (tmp_path / "open").glob("*.json")
    key = FIRST.dashboard_id
    broken = f"""{{"front": ["x"], "views": [
        {{"dashboard_id": "{key}", "row": NaN, "zoom": Infinity, "breakpoint": [], "presented": 1}},
        {{"dashboard_id": "{SECOND.dashboard_id}", "row": 1{"0" * 400}, "zoom": -3, "breakpoint": "watch"}},
        {{"dashboard_id": "{key}", "row": true, "zoom": "2"}}
    ]}}"""
    file.write_text(broken)
    assert open_tabs.load(tmp_path, HERE) == SavedTabs((OpenTab(key), replace(SECOND, row=1_000_000.0, zoom=0.1)))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_open_tabs_of_a_pipe_are_none_and_it_is_not_waited_for(tmp_path: Path) -> None:
    open_tabs.save(tmp_path, ["a"], SavedTabs())
    (file,) = (tmp_path / "open").iterdir()
    file.unlink()
    os.mkfifo(file)
    assert open_tabs.load(tmp_path, ["a"]) == SavedTabs()


def test_open_tabs_oversized_file_is_not_read_whole(tmp_path: Path) -> None:
    open_tabs.save(tmp_path, HERE, SavedTabs())
    (file,) = (tmp_path / "open").glob("*.json")
    views = [{"dashboard_id": f"00000000-0000-4000-8000-{k:012}"} for k in range(500)]
    file.write_text(json.dumps({"views": views}))
    assert len(open_tabs.load(tmp_path, HERE).views) == open_tabs.MAX_TABS


def test_open_tabs_unwritable_folder_raises_unavailable(tmp_path: Path) -> None:
    (tmp_path / "open").write_text("a file where the folder would be")
    with pytest.raises(Unavailable, match="Can't save") as refused:
        open_tabs.save(tmp_path, HERE, SavedTabs())
    assert refused.value.code == "sittings.unwritable"


def test_open_tabs_do_not_make_a_removed_home_again(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        open_tabs.save(tmp_path / "home", HERE, SavedTabs())
    assert refused.value.code == "sittings.unwritable"
    assert not (tmp_path / "home").exists()


def test_open_tabs_restore_only_visible_dashboards(town: Town) -> None:
    town.add("analyst@north.example")
    me, owner = town.sign_in("analyst@north.example").actor, town.actor
    mine, shared, hidden, thrown = (
        made(town, who, name) for who, name in ((me, "Mine"), (owner, "Shared"), (owner, "Hidden"), (me, "Thrown"))
    )
    with unbound(town.database).change() as session:
        sharing.share(session, owner, shared, "person", me.user_id, "view")
        library.discard(session, me, [thrown])
    ids = [thrown, shared, hidden, mine, FIRST.dashboard_id]
    sitting = SavedTabs(tuple(OpenTab(key, row=k) for k, key in enumerate(ids)), hidden)
    with unbound(town.database).read() as session:
        found = open_tabs.restore(session, me, sitting)
    assert [(view.dashboard_id, view.row) for view in found.tabs.views] == [(shared, 1), (mine, 3)]
    assert (found.names, found.tabs.front, found.missing) == ({shared: "Shared", mine: "Mine"}, "", 3)
    with unbound(town.database).read() as session:
        assert open_tabs.restore(session, me, SavedTabs()).names == {}
