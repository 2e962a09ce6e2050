"""The inspector without a selection."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel

from benchboard.ui.studio.panes.empty_inspector import EmptyInspector

if TYPE_CHECKING:
    from conftest import Studio


def _texts(inspector: EmptyInspector) -> list[str]:
    return [label.text() for label in inspector.findChildren(QLabel) if label.isVisible()]


def test_empty_inspector_says_nothing_while_the_page_is_loading(studio: "Studio") -> None:
    """It said that there were no widgets yet, before it knew."""
    (inspector,) = studio.page.findChildren(EmptyInspector)
    assert _texts(inspector)[:2] == [
        "Nothing selected",
        "Select a widget to see its position, query and appearance.",
    ]
    studio.page.editor.loading = True
    inspector.refresh()
    assert _texts(inspector) == []
    studio.page.editor.loading = False
    inspector.refresh()
    assert _texts(inspector)[:1] == ["Nothing selected"]
