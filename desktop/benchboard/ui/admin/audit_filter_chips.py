"""The chips below the bars of the audit log: the period and the object that the list is narrowed to."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.widgets import Button, hairline
from benchboard.ui.widgets.chip import Chip
from benchboard.ui.widgets.surfaces import set_surface

_HEIGHT = 44


class AuditFilterChips(QWidget):
    """Hidden while there is no filter. `period_removed`, `object_removed` and `entry_removed` ask for all of them
    again, `cleared` for everything.
    """

    period_removed = Signal()
    entry_removed = Signal()
    object_removed = Signal()
    cleared = Signal()

    def __init__(self, next_focus: QWidget) -> None:
        super().__init__()
        self._next_focus = next_focus
        set_surface(self, "surface")
        self.setFixedHeight(_HEIGHT)
        self._period = Chip("", "ph.calendar-blank", name="audit_all_times")
        self._object = Chip("", "ph.clock-counter-clockwise", name="audit_object")
        self._entry = Chip("", "ph.circle-wavy-warning", name="audit_entry")
        for chip, removed in (
            (self._period, self.period_removed),
            (self._object, self.object_removed),
            (self._entry, self.entry_removed),
        ):
            chip.clicked.connect(removed)
            chip.remove_requested.connect(removed)
            chip.setAccessibleDescription(_("Press Enter or Delete to remove it."))
        line = QHBoxLayout()
        line.setContentsMargins(16, 0, 16, 0)
        line.setSpacing(8)
        for widget in (self._period, self._object, self._entry):
            widget.hide()
            line.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        clear = Button(_("Clear filters"), self.cleared.emit, kind="link", name="audit_clear")
        line.addWidget(clear, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line, 1)
        column.addWidget(hairline())
        self.hide()

    def show_filters(self, period: str, object_title: str, entry: str, *, filtered: bool) -> None:
        """Show a chip for each text that isn't empty; nothing at all unless the list is `filtered`. The keys go on in
        the list when what had them is gone.
        """
        focused = self.focusWidget() if self.isVisible() else None
        texts = ((self._period, period), (self._object, object_title), (self._entry, entry))
        goes = not filtered or any(chip is focused and not text for chip, text in texts)
        if focused is not None and focused.hasFocus() and goes:
            self._next_focus.setFocus(Qt.FocusReason.OtherFocusReason)  # first: Qt would go through what is beside it
        for chip, text in texts:
            if text:
                chip.show_text(text)
            chip.setVisible(bool(text))
        self.setVisible(filtered)
