"""Starting from a template, on an empty page and on one with widgets, in one step."""

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget
from sqlalchemy import delete

from benchboard.dashboards.document.document import empty
from benchboard.dashboards.templates import TEMPLATES
from benchboard.storage import change_tracking
from benchboard.storage.models.merchants import Order
from benchboard.ui.studio.panes.template_gallery import TemplateGallery
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

CTRL = Qt.KeyboardModifier.ControlModifier


def _press(studio: "Studio", name: str) -> None:
    found = [card for card in studio.application.window.findChildren(QWidget, name) if card.isVisible()]
    studio.qtbot.mouseClick(found[-1], Qt.MouseButton.LeftButton)


def _texts(studio: "Studio") -> list[str]:
    (gallery,) = studio.application.window.findChildren(TemplateGallery)
    return [label.text() for label in gallery.findChildren(QLabel) if label.isVisible()]


def replaces(gallery: TemplateGallery) -> QLabel:
    return next(one for one in gallery.findChildren(QLabel) if one.text().startswith("This replaces"))


def test_template_replaces_the_page_and_is_undone(studio: "Studio") -> None:
    before = studio.page.editor.document
    _press(studio, "studio_more")
    _press(studio, "command_start_from_template")
    assert "This replaces your home page. You can undo it." in _texts(studio)
    (gallery,) = studio.application.window.findChildren(TemplateGallery)
    texts = (gallery.heading, replaces(gallery))
    lefts = {one.mapTo(gallery, QPoint(one.contentsMargins().left(), 0)).x() for one in texts}
    assert lefts == {gallery.cards[0].mapTo(gallery, QPoint(0, 0)).x()}
    if folder := os.environ.get("BENCH_SHOTS"):
        gallery.window().grab().save(f"{folder}/templates.png")
    _press(studio, "template_operations-board")
    page = studio.page
    assert set(page.editor.page.paths) >= {"waiting", "flow", "trouble", "oldest"}
    assert page.editor.undo_stack.count() == 1
    studio.wait(lambda: not page.query_runner.busy)
    answers = [page.query_runner.result(widget.id) for widget in page.editor.widgets() if widget.query]
    assert answers
    assert all(answer is not None and answer.table is not None and answer.table.rows for answer in answers)
    studio.key(Qt.Key.Key_Z, CTRL)
    assert page.editor.document == before
    studio.wait_until_saved()


def test_template_gallery_on_a_database_without_orders_says_so(studio: "Studio") -> None:
    with unbound(studio.workspace.database).change() as session:
        change_tracking.unaudited(session, "orders")
        session.execute(delete(Order))
    _press(studio, "studio_more")
    _press(studio, "command_start_from_template")
    studio.wait(lambda: any("This database has no orders." in text for text in _texts(studio)))
    assert any("open the demo" in text for text in _texts(studio))


def test_template_gallery_on_an_empty_page_opens_by_key(studio: "Studio") -> None:
    studio.page.editor.load(empty())
    studio.wait(lambda: studio.page.empty_notice.shown is not None and studio.page.empty_notice.shown.isVisible())
    _press(studio, "studio_empty_template")
    gallery = studio.application.window.findChild(TemplateGallery)
    assert gallery is not None
    assert [card.accessibleName() for card in gallery.cards] == [template.title for template in TEMPLATES]
    assert not any("replaces" in text for text in _texts(studio))
    assert studio.application.window.focusWidget() is gallery.cards[0]
    studio.key(Qt.Key.Key_Right)
    studio.key(Qt.Key.Key_Down)
    assert studio.application.window.focusWidget() is gallery.cards[5]
    studio.key(Qt.Key.Key_Return)
    assert set(studio.page.editor.page.paths) == {"orders", "count", "states", "weekdays"}
    assert studio.page.editor.document.title == ""
    studio.wait_until_saved()


def test_template_gallery_on_escape_changes_nothing(studio: "Studio") -> None:
    before = studio.page.editor.document
    studio.page.run("studio.start_from_template")
    studio.key(Qt.Key.Key_Escape)
    assert studio.page.editor.document is before
