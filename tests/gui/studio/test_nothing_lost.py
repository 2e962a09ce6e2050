"""What could be lost between the editor and the database, and is not."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QWidget
from test_dashboards import Shelves

from benchboard.dashboards import document, documents, library, versions
from benchboard.dashboards.catalogue import KINDS, changed
from benchboard.dashboards.document import Document, Variable, write_home
from benchboard.dashboards.layout import Page
from benchboard.errors import Denied, Unavailable
from benchboard.paging import Listing
from benchboard.ui.studio.page import StudioPage

if TYPE_CHECKING:
    from conftest import Studio

SHOP = Variable("shop", "", "list", values=("a", "b"), chosen=("a", "b"), multiple=True)


def _titled(of: Document, item_id: str, title: str) -> Document:
    page = Page(of.layout)
    return replace(of, layout=page.with_item(changed(page.item(item_id), title=title), "vertical"))


def _opened(studio: "Studio") -> tuple[StudioPage, str, Shelves]:
    shelves = Shelves(studio)
    with studio.workspace.database.change() as session:
        made = library.create(session, studio.actor, document.empty("Mine"))
    page = shelves.place.open(made.card.id)
    studio.wait(lambda: page.saving.state == "saved" and not page.feeds.busy)
    return page, made.card.id, shelves


def test_an_older_answer_does_not_undo_a_newer_save(studio: "Studio") -> None:
    page = studio.page
    old = page.saving.stored
    assert old is not None
    page.editor.tell("notes", "title", "Newer")
    page.save()
    studio.settled()
    page.saving._follow(old, old.version)  # a read begun before that save, answered after it
    assert page.editor.widget("notes").title == "Newer"


def test_edits_made_while_a_conflict_waits_outlive_its_decision(studio: "Studio") -> None:
    page = studio.page
    studio.store(write_home(_titled(page.editor.document, "notes", "Theirs")))
    page.editor.tell("notes", "title", "Mine")
    page.save()
    studio.wait(lambda: page.saving.state == "conflict")
    page.editor.tell("orders-week", "title", "Typed while it waits")
    page.saving.decide_now()
    studio.wait(lambda: page.screens.screen is not None)
    screen: Any = page.screens.screen
    screen.take("mine")
    screen.use()
    studio.settled()
    assert page.editor.widget("orders-week").title == "Typed while it waits"


def test_a_version_named_while_saving_is_kept(studio: "Studio") -> None:
    page, key, _shelves = _opened(studio)
    page.editor.add(KINDS[0])
    page.saving.save()
    assert page.saving.state == "saving"
    page.saving.save("Before the fair")
    studio.wait(lambda: page.saving.state == "saved" and not page._context.tasks.saving)
    with studio.workspace.database.read() as session:
        found = versions.list_versions(session, studio.actor, key, Listing(), limit=20).rows
    assert "Before the fair" in [one.note for one in found]


def test_a_version_on_its_way_when_the_page_closes_is_kept_once(studio: "Studio") -> None:
    page, key, _shelves = _opened(studio)
    page.editor.add(KINDS[0])
    page.saving.save("Before the fair")
    assert page.saving.state == "saving"
    page.saving.finish()
    studio.wait(lambda: page.saving.state == "saved" and not page._context.tasks.saving)
    with studio.workspace.database.read() as session:
        found = versions.list_versions(session, studio.actor, key, Listing(), limit=20).rows
    assert [one.note for one in found].count("Before the fair") == 1


def test_an_edit_made_while_saving_is_stored_when_the_window_closes(studio: "Studio") -> None:
    page = studio.page
    page.editor.tell("notes", "title", "First")
    page.saving.save()
    page.editor.tell("orders-week", "title", "Second")
    studio.close()
    from benchboard import workspace

    opened = workspace.open_demo(studio.home)
    with opened.database.read() as session:
        home = documents.home_layout(session, studio.actor)
    opened.close()
    assert "Second" in [item.get("title") for item in home.items]


def test_undo_does_nothing_once_one_may_only_look(studio: "Studio") -> None:
    page = studio.page
    page.editor.tell("notes", "title", "Mine")
    page.save()
    studio.settled()
    assert page.saving.stored is not None
    page.saving._follow(replace(page.saving.stored, may_edit=False), page.saving.stored.version)
    page.undo()
    assert page.editor.widget("notes").title == "Mine"


def test_repeats_are_shown_as_soon_as_one_may_only_look(studio: "Studio") -> None:
    page = studio.page
    page.editor.amend("v", replace(page.editor.document, variables=(SHOP,)))
    page.editor.tell("notes", "repeat", {"variable": "shop"})
    page.save()
    studio.settled()
    assert page.saving.stored is not None
    page.saving._follow(replace(page.saving.stored, may_edit=False), page.saving.stored.version)
    assert len([one for one in page.editor.page.shown if one.startswith("notes")]) == 2


def test_a_failed_look_is_not_unsaved_work(studio: "Studio") -> None:
    page, real = studio.page, studio.page.shelf.read

    def broken(_session: object) -> Any:
        raise Unavailable("x", "The server is away.")

    page.shelf.read = broken  # type: ignore[method-assign]
    page.saving._look()
    studio.wait(lambda: page.saving.problem is not None)
    page.shelf.read = real  # type: ignore[method-assign]
    page.saving._look()
    studio.wait(lambda: page.saving.state == "saved")


def test_a_right_that_is_gone_is_said_once(studio: "Studio") -> None:
    page, _key, _shelves = _opened(studio)

    def write(*_given: object, **_more: object) -> Any:
        raise Denied("access.denied", "You may not.")

    page.shelf.write = write  # type: ignore[method-assign]
    page.editor.add(KINDS[0])
    page.save()
    studio.wait(lambda: page.saving.state == "unsaved")
    assert not page.saving._timer.isActive()


def test_nobody_can_edit_a_page_that_was_not_read(studio: "Studio") -> None:
    studio.page.saving._unread(Unavailable("x", "It is not there."))
    assert not studio.page.editor.editable


def test_the_way_back_of_a_merge_does_no_harm_without_its_page(studio: "Studio") -> None:
    page, key, shelves = _opened(studio)
    page.editor.add(KINDS[0])
    page.save()
    studio.wait(lambda: page.saving.state == "saved" and not page.saving.dirty)
    theirs = page.editor.document
    (name,) = page.editor.page.shown
    page.editor.tell(name, "title", "Mine")
    with studio.workspace.database.change() as session:
        library.save(session, studio.actor, key, replace(theirs, description="Theirs"), base_version=None)
    page.save()
    studio.wait(lambda: page.editor.document.description == "Theirs")
    shelves.place.close_page(page)
    QCoreApplication.sendPostedEvents(page, QEvent.Type.DeferredDelete.value)
    undo = studio.application.window.findChild(QWidget, "toast_undo")
    studio.qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)  # RuntimeError: QUndoStack already deleted
