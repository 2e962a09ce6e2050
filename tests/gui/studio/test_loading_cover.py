"""A dashboard that is being read is covered, and told when it has been read."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QWidget

from benchboard.ui.studio.editor_page import StudioPage

if TYPE_CHECKING:
    from conftest import Studio


def test_dashboard_is_covered_until_it_is_read_and_then_told(studio: "Studio", announcements: list[str]) -> None:
    cover = studio.page.findChild(QWidget, "loading_cover")
    assert cover is not None
    assert cover.isHidden()
    studio.page.saving.load()
    assert cover.isVisible()
    assert cover.geometry() == studio.page.rect()
    assert studio.page.childAt(QPoint(20, 20)) is not cover, "it takes no clicks"
    studio.wait(lambda: studio.page.saving.state == "saved")
    assert cover.isHidden()
    assert announcements == ["Home, 1 widget"]


def test_new_page_is_covered_from_its_first_paint(studio: "Studio") -> None:
    before = studio.page
    page = StudioPage(studio.context, before.store, lambda context, made: before.commands)
    studio.qtbot.addWidget(page)
    page.resize(QSize(900, 600))
    cover = page.findChild(QWidget, "loading_cover")
    assert cover is not None
    assert not cover.isHidden()
    page.finish_close()
