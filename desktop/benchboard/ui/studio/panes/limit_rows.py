"""The lines and limits of a chart in the inspector: a row for each that is set, and a button that adds another."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import N_, _
from benchboard.ui.studio.document.undo_line_edit import UndoLineEdit
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.menus import Menu
from benchboard.ui.widgets.paragraph import Paragraph

_EDIT: Final = 88
_TITLES: Final[Mapping[str, str]] = {
    "reference": N_("Reference line"),
    "target": N_("Target"),
    "warn": N_("Warn above"),
    "alarm": N_("Critical above"),
}
_COLOURS: Final[Mapping[str, str]] = {"warn": "warn", "alarm": "error"}
"""The colour of a limit's mark; a line is drawn in that of text."""


class LimitRow(QWidget):
    """A limit: its mark, what it is called, its value, and a button that removes it; below, what is wrong with it."""

    removed = Signal()

    def __init__(self, key: str, edit: UndoLineEdit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self.edit, self.title = key, edit, _(_TITLES[key])
        edit.setAccessibleName(self.title)
        edit.setFixedWidth(_EDIT)
        edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.remove = Button(
            "", self.removed.emit, kind="quiet", icon="ph.x", size="sm", name=f"inspector_remove_{key}",
            tip=_("Remove {name}").format(name=self.title),
        )  # fmt: skip
        self._message = Paragraph("", "caption", "error")
        self._message.hide()
        line = QHBoxLayout()
        line.setSpacing(theme().px("spacing.2"))
        label = Text(self.title)
        label.setBuddy(edit)
        for part in (_LimitMark(key), label):
            line.addWidget(part)
        line.addStretch(1)
        line.addWidget(edit)
        line.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px("spacing.1"))
        column.addLayout(line)
        column.addWidget(self._message)

    def set_error(self, sentence: str) -> None:
        """Show what is wrong with the value; an empty sentence removes it."""
        self.edit.set_invalid(bool(sentence))
        self._message.setText(sentence)
        self._message.setVisible(bool(sentence))
        if sentence and sentence != self.edit.accessibleDescription():
            announce(self.edit, sentence)
        self.edit.setAccessibleDescription(sentence)


class LimitRows(QWidget):
    """The rows, of which those that are set are shown, or were added here. `below` stands below the row of its key."""

    def __init__(self, rows: Sequence[LimitRow], below: Mapping[str, QWidget], clear: Callable[[str], object]) -> None:
        super().__init__()
        self._rows, self._below, self._clear = {one.key: one for one in rows}, below, clear
        self._added: set[str] = set()
        self._free = True
        self._add = Button(_("Add limit"), self._open_menu, kind="quiet", icon="ph.plus", size="sm",
                           name="inspector_add_limit")  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px("spacing.1"))
        for key, one in self._rows.items():
            one.removed.connect(partial(self._remove, key))
            column.addWidget(one)
            if key in below:
                column.addWidget(below[key])
        column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)

    def refresh(self, free: bool) -> None:
        """Show the limits that are set; `free`: they may be changed."""
        self._free = free
        for key, one in self._rows.items():
            is_set = bool(one.edit.text().strip() or one.edit.placeholderText())
            one.setVisible(is_set or key in self._added)
            one.remove.setEnabled(free)
            if key in self._below:
                self._below[key].setVisible(is_set)
        self._add.setEnabled(free)
        self._add.setVisible(free and bool(self._missing()))

    def add(self, key: str) -> None:
        """Show the row of a limit, to be filled in."""
        self._added.add(key)
        self.refresh(self._free)
        self._rows[key].edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _missing(self) -> list[str]:
        return [key for key, one in self._rows.items() if one.isHidden()]

    def _open_menu(self) -> None:
        menu = Menu(self, _("Add limit"))
        menu.aboutToHide.connect(menu.deleteLater)
        for key in self._missing():
            menu.addAction(self._rows[key].title).triggered.connect(lambda _on=False, key=key: self.add(key))
        menu.popup(self._add.mapToGlobal(self._add.rect().bottomLeft()))

    def _remove(self, key: str) -> None:
        self._added.discard(key)
        self._rows[key].set_error("")
        self._rows[key].edit.show_text("")
        self._clear(key)
        self.refresh(self._free)
        target = self._add if self._add.isVisible() else None
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)


class _LimitMark(QWidget):
    """The mark of a limit: a dot in the colour of its status, or the line as the chart draws it."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(12, 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._key in _COLOURS:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color(_COLOURS[self._key]))
                painter.drawEllipse(QRectF(2, 2, 8, 8))
                return
            style = Qt.PenStyle.DashLine if self._key == "reference" else Qt.PenStyle.SolidLine
            pen = QPen(theme().color("text.secondary"), 2 if self._key == "target" else 1.5, style)
            if style == Qt.PenStyle.DashLine:
                pen.setDashPattern([2, 1.4])
            painter.setPen(pen)
            painter.drawLine(QLineF(0, 6, 12, 6))
