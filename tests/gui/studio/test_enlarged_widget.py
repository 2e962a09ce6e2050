"""A widget in full size: Esc leaves it and F6 reaches it, wherever the focus is."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from benchboard.ui.studio.tiles.enlarged_view import EnlargedDrawing
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table

if TYPE_CHECKING:
    from conftest import Studio


@pytest.mark.parametrize("place", ["studio_more", "rail_studio", "tab_studio_home", "status_where"])
def test_enlarged_widget_with_the_focus_elsewhere_is_left_by_escape(studio: "Studio", place: str) -> None:
    studio.page.enlarged.show(next(iter(studio.page.editor.page.reading_order)))
    assert studio.page.enlarged.view is not None
    (outside,) = [one for one in studio.application.window.findChildren(QWidget, place) if one.isVisible()]
    outside.setFocus(Qt.FocusReason.TabFocusReason)
    assert outside.hasFocus()
    studio.key(Qt.Key.Key_Escape)
    assert studio.page.enlarged.view is None
    assert studio.canvas.hasFocus()


def test_enlarged_widget_is_a_pane_of_its_page(studio: "Studio") -> None:
    studio.page.enlarged.show(next(iter(studio.page.editor.page.reading_order)))
    view = studio.page.enlarged.view
    assert view is not None
    studio.find("studio_more").setFocus(Qt.FocusReason.TabFocusReason)
    for _press in range(len(studio.page.panes())):
        if view.isAncestorOf(studio.application.window.focusWidget() or studio.page):
            break
        studio.key(Qt.Key.Key_F6)
    assert view.isAncestorOf(studio.application.window.focusWidget() or studio.page)


def test_enlarged_widget_gets_the_focus_once_and_returns_it_once(studio: "Studio") -> None:
    studio.canvas.setFocus()
    focused: list[str] = []
    application = QApplication.instance()
    assert isinstance(application, QApplication)

    def note(_before: QWidget | None, now: QWidget | None) -> None:
        focused.append(type(now).__name__)

    application.focusChanged.connect(note)
    try:
        studio.page.enlarged.show(next(iter(studio.page.editor.page.reading_order)))
        assert len(focused) == 1
        now = QApplication.focusWidget()
        assert now is not None
        assert now.accessibleName().endswith(", full size"), "on the page it is called by its title"
        studio.key(Qt.Key.Key_Escape)
        studio.wait(lambda: studio.page.enlarged.view is None)
        assert focused[1:] == ["Canvas"]
    finally:
        application.focusChanged.disconnect(note)


def test_chart_in_full_size_has_a_table_of_its_series(studio: "Studio", demo_home: None) -> None:
    studio.page.enlarged.show("orders-per-day")
    view = studio.page.enlarged.view
    assert view is not None
    table, drawing = view.content.series, view.content.content
    studio.wait(table.isVisible)
    assert isinstance(drawing, EnlargedDrawing)
    assert table.series.titles == ["Series", "Min", "Max", "Mean", "Last"]
    result = studio.page.query_runner.result("orders-per-day")
    assert result is not None
    assert result.table is not None
    # The last day isn't over: how few orders it has depends on the hour at which the test runs.
    partial = drawn_table(studio.page.editor.widget("orders-per-day"), result).partial_rows
    assert partial <= {len(result.table.rows) - 1}
    counts = [row[1] for at, row in enumerate(result.table.rows) if at not in partial and isinstance(row[1], int)]
    assert [table.series.text(0, column) for column in (1, 2)] == [str(min(counts)), str(max(counts))]
    assert drawing.result is not None
    assert drawing.result.legend_beside

    box = table.visualRect(table.series.index(1, 0))
    studio.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert [one.series.is_hidden for one in table.model_rows] == [False, True]
    assert drawing.result.legend.hidden == {table.model_rows[1].series.key}
    table.setFocus()
    studio.key(Qt.Key.Key_Space)
    assert [one.series.is_hidden for one in table.model_rows] == [False, False]


def test_chart_in_a_low_window_draws_its_legend_itself(studio: "Studio", demo_home: None) -> None:
    studio.page.enlarged.show("orders-per-day")
    view = studio.page.enlarged.view
    assert view is not None
    studio.wait(view.content.series.isVisible)
    view.content.setFixedHeight(200)
    studio.wait(view.content.series.isHidden)
    assert isinstance(view.content.content, EnlargedDrawing)
    assert view.content.content.result is not None
    assert not view.content.content.result.legend_beside
