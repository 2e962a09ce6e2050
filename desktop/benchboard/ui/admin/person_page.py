"""What a person's page has more than the pane beside the list: a bar above it, and its tabs side by side."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from benchboard.i18n import _, number
from benchboard.ui.widgets import Button, Elided, Text, Toolbar, hairline
from benchboard.ui.widgets.surfaces import scroll_area

COLUMNS_FROM: Final = 1240
"""The width from which a page has its tabs side by side, in pixels."""
_LEFT: Final = 320
_RIGHT: Final = 360
"""Widths of the outer columns, in pixels."""


class PersonBar(Toolbar):
    """The way back to the list, whose page it is, and the people before and after them in the list.

    `left` asks for the list, `stepped` for the person so many rows below, `export_requested` for a file with what the
    person can reach, `disable_requested` to disable the account.
    """

    left = Signal()
    stepped = Signal(int)
    export_requested = Signal()
    disable_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Person"))
        back = Button(
            _("People"),
            self.left.emit,
            kind="quiet",
            icon="ph.arrow-left",
            name="person_back",
            tip=_("Back to people"),
        )
        self._name = Elided("", "section", fits_text=True)
        self._place = Text("", "body", "muted")
        self._before = self._arrow(-1, "ph.caret-up", _("Previous person"), "person_before")
        self._after = self._arrow(1, "ph.caret-down", _("Next person"), "person_after")
        for widget in (back, Text("/", "body", "muted"), self._name, self._place, self._before, self._after):
            self.add(widget)
        export = Button(
            _("Export CSV"), self.export_requested.emit, icon="ph.download-simple", name="person_page_export",
            tip=_("Export what this person can reach"),
        )  # fmt: skip
        self._disable = Button(
            _("Disable account"), self.disable_requested.emit, kind="danger", icon="ph.prohibit", name="person_disable"
        )
        self.add_right(export)
        self.add_right(self._disable)
        self.shorten(export)

    def _arrow(self, rows: int, icon: str, tip: str, name: str) -> Button:
        return Button("", lambda: self.stepped.emit(rows), kind="quiet", icon=icon, tip=tip, name=name)

    def show_name(self, name: str) -> None:
        self._name.setText(name)

    def show_disable(self, shown: bool, why_not: str) -> None:
        """Offer to disable the account, or say why it can't be."""
        self._disable.setVisible(shown)
        self._disable.disable(why_not)

    def show_place(self, row: int, count: int) -> None:
        """Show that the person is in the row `row` (from 0) of `count`; below 0: that the list doesn't show them."""
        listed = 0 <= row < count
        for widget in (self._place, self._before, self._after):
            widget.setVisible(listed)
        self._place.setText(_("{shown} of {all}").format(shown=number(row + 1), all=number(count)))
        self._before.disable("" if row > 0 else _("This is the first person in the list."))
        self._after.disable("" if row < count - 1 else _("This is the last person in the list."))


class PersonColumns(QWidget):
    """Three columns that scroll, the widest in the middle."""

    def __init__(self) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        self._columns: list[QVBoxLayout] = []
        self.areas: list[QScrollArea] = []
        """What scrolls in each column, from left to right."""
        self._below = QVBoxLayout()
        names = (_("Profile"), _("Access"), _("Sessions and activity"))
        for at, (width, name) in enumerate(zip((_LEFT, 0, _RIGHT), names, strict=True)):
            inner = QWidget()
            inner.setProperty("plain", "true")
            column = QVBoxLayout(inner)
            column.setContentsMargins(0, 0, 0, 16)
            column.setSpacing(0)
            column.addStretch(1)
            self._columns.append(column)
            area = scroll_area(inner)
            area.setAccessibleName(name)
            self.areas.append(area)
            if at:
                line.addWidget(hairline(vertical=True))
            if width:
                area.setFixedWidth(width)
                line.addWidget(area)
            else:
                middle = QVBoxLayout()
                middle.addWidget(area, 1)
                middle.addLayout(self._below)
                line.addLayout(middle, 1)

    def add(self, part: QWidget, column: int) -> None:
        """Add a part to a column, below those in it."""
        into = self._columns[column]
        into.removeWidget(part)  # Qt would do so after the place was counted, and put it below the room that stretches
        into.insertWidget(into.count() - 1, part)

    def below(self, strip: QWidget) -> None:
        """Show a strip below the middle column."""
        self._below.addWidget(strip)
