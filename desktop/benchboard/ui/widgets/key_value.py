"""KeyValue: names on the left, values on the right, `Server   bench-db.example.com`."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QGridLayout, QHBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.labels import Text, hairline
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.popover import COPIES
from benchboard.ui.widgets.readable_rows import ReadableRow, make_readable
from benchboard.ui.widgets.surfaces import Icon

_LEAST_NAME = 96
_COLUMN = 88
"""Least width of a column of figures."""
_ROW = 24
"""Least height of a row: a value with a button is as high as one without."""


class KeyValue(QWidget):
    """Names and values in two columns; `show_rows` replaces them. It is one stop of Tab: arrows go from row to row,
    each is read whole, `Server: bench-db.example.com`; Ctrl+C copies its value. A screen reader calls the
    list by `label`.

    `ruled`: rows of 28 px with a line between them and the values at the right edge, for figures to compare. A name
    that is too long for one line has more. `mono`: the names are identifiers.
    """

    accessible_role = Role.List

    def __init__(
        self,
        rows: Sequence[tuple[str, QWidget]] = (),
        parent: QWidget | None = None,
        *,
        ruled: bool = False,
        mono: bool = False,
        label: str = "",
    ) -> None:
        super().__init__(parent)
        make_readable(self, label)
        self._ruled, self._type = ruled, "mono" if mono else "body"
        self._facts: list[_Fact] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme().px("spacing.3"))
        self._grid.setVerticalSpacing(0 if ruled else 2)
        self._grid.setColumnMinimumWidth(0, _LEAST_NAME)
        self._grid.setColumnStretch(1, 1)
        self.show_rows(rows)

    def show_rows(self, rows: Sequence[tuple[str, QWidget]]) -> None:
        """Show these names and values instead. The focus stays at the fact with the same name, or else in its place."""
        focused, old = QApplication.focusWidget(), self._take_rows()
        at = next((at for at, fact in enumerate(old) if fact.holds(focused)), -1)
        kept = [name for name, _value in rows].index(old[at].name) if at >= 0 and old[at].name in dict(rows) else at
        self._facts = [
            _Fact(self) for _row in rows
        ]  # before the values, which lie over them: the pointer reaches these
        for index, (name, value) in enumerate(rows):
            label = Paragraph(name) if self._ruled else Text(name, self._type, "muted")
            label.setBuddy(value)
            value.setAccessibleDescription(name)
            fact = self._facts[index]
            fact.setObjectName(f"fact_{index}")
            fact.show_fact(name, value)
            line = 2 * index if self._ruled else index
            self._grid.addWidget(fact, line, 0, 1, 2)
            fact.show()  # a layout shows what was a child before only when the parent is shown
            if self._ruled:
                self._add_ruled(index, label, value, last=index == len(rows) - 1)
            else:
                for one in (label, value):
                    one.setMinimumHeight(_ROW)
                self._grid.addWidget(label, index, 0, Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(value, index, 1)
        if at >= 0 and rows:
            self._facts[min(kept, len(rows) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
        for fact in old:
            fact.remove()

    def _take_rows(self) -> "list[_Fact]":
        """Take what is shown out of the layout, and all but the rows that may have the focus away."""
        while (item := self._grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None and not isinstance(old, _Fact) and not any(fact.value is old for fact in self._facts):
                _remove(old)
        return self._facts

    def _add_ruled(self, index: int, label: Text, value: QWidget, *, last: bool) -> None:
        """Each name has all the room that its own value leaves."""
        if value.accessibleName():
            value.setAccessibleName(f"{label.text()} {value.accessibleName()}")
            value.setAccessibleDescription("")
        row = QWidget()
        row.setMinimumHeight(theme().px("table.row.compact") - 1)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, theme().px("spacing.1"), 0, theme().px("spacing.1"))
        line.setSpacing(theme().px("spacing.3"))
        line.addWidget(label, 1)
        line.addWidget(value)
        self._grid.addWidget(row, 2 * index, 0, 1, 2)
        if not last:
            self._grid.addWidget(hairline(), 2 * index + 1, 0, 1, 2)


class _Fact(ReadableRow):
    """What has the focus for a name and its value; it lies behind both."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = ""
        self.value: QWidget = self
        self._fixed = ""

    def show_fact(self, name: str, value: QWidget) -> None:
        """Stand for this fact; `value` is asked for its text when it is read."""
        self.name, self.value = name, value
        self._fixed = "" if isinstance(value, Text) else value.accessibleName()

    def holds(self, focused: QWidget | None) -> bool:
        """Whether the focus is here, or at a button of the value."""
        return focused is not None and (focused is self or focused is self.value or self.value.isAncestorOf(focused))

    def remove(self) -> None:
        """Take it and its value out of the window."""
        _remove(self.value)
        _remove(self)

    def _copy_button(self) -> QAbstractButton | None:
        """The button of a value that can be copied."""
        return next((one for one in self.value.findChildren(QAbstractButton) if one.property(COPIES)), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        button = self._copy_button()
        if event.key() == Qt.Key.Key_Space and button is not None and self.hasFocus():
            button.click()
        else:
            super().keyPressEvent(event)

    def copied_text(self) -> str:
        return self._fixed or _text_of(self.value)

    def accessible_text(self) -> str:
        tip = self.value.toolTip()
        hints = ("" if tip == self.copied_text() else tip, _("Space copies it.") if self._copy_button() else "")
        self.setAccessibleDescription(" ".join(filter(None, hints)))
        return _("{name}: {values}").format(name=self.name, values=self.copied_text())


def _text_of(value: QWidget) -> str:
    """The text that a value shows."""
    if isinstance(value, Text):
        return value.text()
    texts = [one.text() for one in value.findChildren(Text) if one.isVisibleTo(value)]
    return value.accessibleName() or " ".join(texts)


def _remove(widget: QWidget) -> None:
    widget.hide()
    widget.setParent(None)  # nobody finds it any more while it waits for its deletion
    widget.deleteLater()


class FigureColumns(QWidget):
    """Figures side by side in columns as wide as each other, of a row of a ruled `KeyValue` or, `titles`, above such
    rows. A screen reader says them as `said`.
    """

    accessible_role = Role.StaticText

    def __init__(self, texts: Sequence[str], said: str = "", *, titles: bool = False) -> None:
        super().__init__()
        self.setAccessibleName(said or ", ".join(texts))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme().px("spacing.3"))
        for text in texts:
            one = Text(text, "caption", "muted") if titles else Text(text)
            one.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            one.setMinimumWidth(_COLUMN)
            line.addWidget(one)


class Figure(QWidget):
    """A value of a ruled `KeyValue`: after a `mark` beside it, its text, and whether it is enough, if that matters."""

    accessible_role = Role.StaticText

    def __init__(self, text: str, fits: bool | None = None, mark: str = "") -> None:
        super().__init__()
        states = {True: _("enough"), False: _("not enough"), None: ""}
        self.setAccessibleName(" ".join(part for part in (mark, text, states[fits]) if part))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme().px("spacing.2"))
        if mark:
            line.addWidget(Text(mark, "caption", "muted"))
        line.addWidget(Text(text))
        if fits is None:
            line.addSpacing(theme().px("spacing.2") + 14)  # keeps the figures in line
        else:
            line.addWidget(Icon("ph.check" if fits else "ph.x", "ok" if fits else "error", 14))
