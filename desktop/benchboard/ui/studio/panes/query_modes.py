"""The query of a widget in the inspector: built from parts, or as SQL."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.widgets import SegmentedControl

MakeBuilder = Callable[[str, QWidget], QWidget]
"""Makes the builder of the widget with this id, as a child of another one."""


class QueryModes(QWidget):
    """Shows the builder of a query, made when it is first shown, or the SQL. `chosen` emits `build` or `sql`."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget, sql: QWidget, make_builder: Callable[[QWidget], QWidget], mode: str) -> None:
        super().__init__(parent)
        self._sql, self._make = sql, make_builder
        self._builder: QWidget | None = None
        self._switch = SegmentedControl(
            (("build", _("Builder")), ("sql", _("SQL"))), label=_("Edit as"),
            icons={"build": "ph.sliders-horizontal", "sql": "ph.code"}, parent=self,
        )  # fmt: skip
        self._switch.selected.connect(self._choose)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self._switch)
        self._column.addWidget(sql)
        self.show_mode(mode)

    def show_mode(self, mode: str) -> None:
        """Show the builder or the SQL."""
        self._mode = mode
        self._switch.set_current(mode)
        if mode == "build" and self._builder is None:
            self._builder = self._make(self)
            self._column.addWidget(self._builder)
        if self._builder is not None:
            self._builder.setVisible(mode == "build")
        self._sql.setVisible(mode == "sql")

    def focus(self) -> None:
        """Focus the query as it is shown. From the switch, Tab leads into the builder, which may still be read."""
        building = self._mode == "build"
        target: QWidget | None = (
            self._switch.findChild(QPushButton, "segment_build") if building else self._sql.findChild(QPlainTextEdit)
        )
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def enable_builder(self, enabled: bool) -> None:
        """Let the builder be used, or not."""
        if self._builder is not None:
            self._builder.setEnabled(enabled)

    def _choose(self, mode: str) -> None:
        self.show_mode(mode)
        self.chosen.emit(mode)
