"""Reads, saves and conflicts that overlap lose no edit."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from dashboards_driver import DashboardsDriver
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QWidget

from benchboard.dashboards import home_layout, library
from benchboard.dashboards.document import document
from benchboard.dashboards.document.document import Document, Variable, write_home
from benchboard.dashboards.document.widget_kinds import KINDS, with_fields
from benchboard.dashboards.layout import PageIndex
from benchboard.dashboards.versions import version_store
from benchboard.errors import Denied, Unavailable
from benchboard.paging import Listing
from benchboard.ui.studio.editor_page import StudioPage
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")

SHOP = Variable("shop", "", "list", values=("a", "b"), chosen=("a", "b"), multiple=True)


def _titled(of: Document, item_id: str, title: str) -> Document:
    page = PageIndex(of.layout)
    return replace(of, layout=page.with_item(with_fields(page.item(item_id), title=title), "vertical"))


def _opened(studio: "Studio") -> tuple[StudioPage, str, DashboardsDriver]:
    dashboards = DashboardsDriver(studio)
    with unbound(studio.workspace.database).change() as session:
        made = library.create(session, studio.actor, document.empty("Mine"))
    page = dashboards.place.open(made.card.id)
    studio.wait(lambda: page.saving.state == "saved" and not page.query_runner.busy)
    return page, made.card.id, dashboards


def test_read_result_older_than_a_save_is_ignored(studio: "Studio") -> None:
    page = studio.page
    old = page.saving.stored
    assert old is not None
    page.editor.set_property("notes", "title", "Newer")
    page.save()
    studio.wait_until_saved()
    page.saving._theirs_read(old, old.version)  # a read begun before that save, answered after it
    assert page.editor.widget("notes").title == "Newer"


def test_edit_during_a_conflict_is_kept_after_its_resolution(studio: "Studio") -> None:
    page = studio.page
    studio.store(write_home(_titled(page.editor.document, "notes", "Theirs")))
    page.editor.set_property("notes", "title", "Mine")
    page.save()
    studio.wait(lambda: page.saving.state == "conflict")
    page.editor.set_property("orders-week", "title", "Typed while it waits")
    page.saving.open_decision()
    studio.wait(lambda: page.screens.screen is not None)
    screen: Any = page.screens.screen
    screen.take("mine")
    screen.use_result()
    studio.wait_until_saved()
    assert page.editor.widget("orders-week").title == "Typed while it waits"


def test_named_version_while_saving_is_stored(studio: "Studio") -> None:
    page, key, _dashboards = _opened(studio)
    page.editor.add(KINDS[0])
    page.saving.save()
    assert page.saving.state == "saving"
    page.saving.save("Before the fair")
    studio.wait(lambda: page.saving.state == "saved" and not studio.context.tasks.saving)
    with unbound(studio.workspace.database).read() as session:
        found = version_store.list_versions(session, studio.actor, key, Listing(), limit=20).rows
    assert "Before the fair" in [one.note for one in found]


def test_named_version_while_closing_is_stored_once(studio: "Studio") -> None:
    page, key, _dashboards = _opened(studio)
    page.editor.add(KINDS[0])
    page.saving.save("Before the fair")
    assert page.saving.state == "saving"
    page.saving.finish()
    studio.wait(lambda: page.saving.state == "saved" and not studio.context.tasks.saving)
    with unbound(studio.workspace.database).read() as session:
        found = version_store.list_versions(session, studio.actor, key, Listing(), limit=20).rows
    assert [one.note for one in found].count("Before the fair") == 1


def test_edit_while_saving_is_stored_at_close(studio: "Studio") -> None:
    page = studio.page
    page.editor.set_property("notes", "title", "First")
    page.saving.save()
    page.editor.set_property("orders-week", "title", "Second")
    studio.close()
    from benchboard import workspace

    opened = workspace.open_demo(studio.home)
    with unbound(opened.database).read() as session:
        home = home_layout.home_layout(session, studio.actor)
    opened.close()
    assert "Second" in [item.get("title") for item in home.items]


def test_undo_after_edit_access_was_revoked_does_nothing(studio: "Studio") -> None:
    page = studio.page
    page.editor.set_property("notes", "title", "Mine")
    page.save()
    studio.wait_until_saved()
    assert page.saving.stored is not None
    page.saving._theirs_read(replace(page.saving.stored, may_edit=False), page.saving.stored.version)
    page.undo()
    assert page.editor.widget("notes").title == "Mine"


def test_repeats_after_edit_access_was_revoked_are_shown(studio: "Studio") -> None:
    page = studio.page
    page.editor.apply_document("v", replace(page.editor.document, variables=(SHOP,)))
    page.editor.set_property("notes", "repeat", {"variable": "shop"})
    page.save()
    studio.wait_until_saved()
    assert page.saving.stored is not None
    page.saving._theirs_read(replace(page.saving.stored, may_edit=False), page.saving.stored.version)
    assert len([one for one in page.editor.page.shown if one.startswith("notes")]) == 2


def test_refresh_that_fails_is_not_unsaved(studio: "Studio") -> None:
    page, real = studio.page, studio.page.store.read

    def broken(_session: object) -> Any:
        raise Unavailable("x", "The server is away.")

    page.store.read = broken  # type: ignore[method-assign]
    page.saving.refresh()
    studio.wait(lambda: page.saving.problem is not None)
    page.store.read = real  # type: ignore[method-assign]
    page.saving.refresh()
    studio.wait(lambda: page.saving.state == "saved")


def test_save_denied_is_not_retried(studio: "Studio") -> None:
    page, _key, _dashboards = _opened(studio)

    def write(*_given: object, **_more: object) -> Any:
        raise Denied("access.denied", "You may not.")

    page.store.write = write  # type: ignore[method-assign]
    page.editor.add(KINDS[0])
    page.save()
    studio.wait(lambda: page.saving.state == "unsaved")
    assert not page.saving.findChild(QTimer).isActive()


def test_page_that_was_not_loaded_is_not_editable(studio: "Studio") -> None:
    def broken(_session: object) -> Any:
        raise Unavailable("x", "It is not there.")

    studio.page.store.read = broken  # type: ignore[method-assign]
    studio.page.saving.load()
    studio.wait(lambda: studio.page.saving.state == "failed")
    assert not studio.page.editor.editable


def test_undo_of_an_edit_after_its_page_closed_does_nothing(studio: "Studio") -> None:
    page, key, dashboards = _opened(studio)
    page.editor.add(KINDS[0])
    page.save()
    studio.wait(lambda: page.saving.state == "saved" and not page.saving.dirty)
    theirs = page.editor.document
    (name,) = page.editor.page.shown
    page.editor.set_property(name, "title", "Mine")
    undo = page.editor.undo_stack.undo_of_last()
    with unbound(studio.workspace.database).change() as session:
        library.save(session, studio.actor, key, replace(theirs, description="Theirs"), base_version=None)
    page.save()
    studio.wait(lambda: page.editor.document.description == "Theirs")
    assert studio.application.window.findChild(QWidget, "toast_undo") is None, "theirs isn't the user's to undo"
    dashboards.place.close_page(page)
    QCoreApplication.sendPostedEvents(page, QEvent.Type.DeferredDelete.value)
    undo()  # RuntimeError: QUndoStack already deleted
