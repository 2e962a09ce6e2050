"""Which series of a chart are on the right axis, and the offer to put one there that is a flat line beside others."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.dashboards.document.series_settings import AXIS_RIGHT, chooses_right, right_series
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.axes.axis_sides import suggested_right
from benchboard.ui.studio.tiles.kinds.charts import Series, named_series
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.renderers import mismatch_reason
from benchboard.ui.widgets.buttons import Button, CheckBox
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.paragraph import Paragraph


class RightAxisField(QWidget):
    """A check box for each series, and above them what is better read on the right axis. Hidden for a single series."""

    def __init__(self, editor: Editor, item_id: str, query_runner: WidgetQueryRunner) -> None:
        super().__init__()
        self._editor, self._id, self._query_runner = editor, item_id, query_runner
        self._offered: tuple[str, ...] = ()
        self._is_stacked = False
        self.has_right = False
        """Whether a series is on the right axis, by itself or because somebody put it there."""
        self.boxes: dict[str, CheckBox] = {}
        """By the name of the series."""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(Text(_("Right axis"), tone="secondary"))
        self._why = Paragraph("", "caption", "muted")
        self.offer = Button("", self._take_offer, kind="link", name="inspector_right_offer")
        self._column.addWidget(self._why)
        self._column.addWidget(self.offer, 0, Qt.AlignmentFlag.AlignLeft)

    def refresh(self) -> None:
        """Show the series of the latest result, and which of them are on the right axis."""
        widget = self._editor.widget(self._id)
        series = self._series(widget)
        titles = {one.setting_name: one.name for one in series}
        shown = frozenset(one.setting_name for one in series if one.is_right)
        chosen = right_series(widget) if chooses_right(widget) else shown
        names = [*titles, *sorted(chosen - titles.keys())]
        if list(self.boxes) != names:
            self._show_boxes(names, titles)
        for name, box in self.boxes.items():
            box.setChecked(name in chosen)
        self.has_right = bool(chosen)
        self.setVisible(len(series) > 1 or self.has_right)
        can_offer = not chosen and len(series) > 1 and not self._is_stacked  # a part of a stack is as high as it is
        self._offered = suggested_right(series) if can_offer else ()
        self._show_offer(titles, len({one.unit for one in series}))

    def _show_offer(self, titles: dict[str, str], units: int) -> None:
        names = ", ".join(titles[name] for name in self._offered)
        self._why.setVisible(bool(names))
        self.offer.setVisible(bool(names))
        if names:
            why = _("“{series}” has another unit.") if units > 1 else _("“{series}” is a flat line beside the others.")
            self._why.setText(why.format(series=names))
            self.offer.setText(_("Put it on the right axis"))

    def _show_boxes(self, names: list[str], titles: dict[str, str]) -> None:
        for box in self.boxes.values():
            self._column.removeWidget(box)
            box.deleteLater()
        self.boxes = {}
        for place, name in enumerate(names):
            box = CheckBox(number_format.truncate(titles.get(name, name), 60), self)
            box.setObjectName(f"inspector_right_{place}")
            box.clicked.connect(lambda _on=False: self._take_boxes())
            self.boxes[name] = box
            self._column.addWidget(box, 0, Qt.AlignmentFlag.AlignLeft)

    def _automatic(self) -> frozenset[str]:
        """The series that are on the right axis while nobody chooses."""
        widget = self._editor.widget(self._id)
        config = {key: value for key, value in widget.config.items() if key != AXIS_RIGHT}
        return frozenset(one.setting_name for one in self._series(replace(widget, config=config)) if one.is_right)

    def _series(self, widget: WidgetContent) -> list[Series]:
        """The series of the widget; none while it can't be drawn."""
        result = self._query_runner.result(self._id)
        if result is None or result.error is not None or result.table is None or not result.table.rows:
            return []
        if mismatch_reason(widget, result.table) is not None:
            return []
        drawn = drawn_table(widget, result)
        self._is_stacked = drawn.stack != "off"
        found = named_series(drawn, number_format.unit(widget))
        return [one for one in found if not one.is_before]

    def _take_boxes(self) -> None:
        self._set(frozenset(one for one, box in self.boxes.items() if box.isChecked()))

    def _take_offer(self) -> None:
        self._set(frozenset(self._offered))

    def _set(self, names: frozenset[str]) -> None:
        order = [name for name in self.boxes if name in names]
        is_automatic = names == self._automatic()
        self._editor.set_property(self._id, f"config.{AXIS_RIGHT}", None if is_automatic else order)
        self.refresh()
