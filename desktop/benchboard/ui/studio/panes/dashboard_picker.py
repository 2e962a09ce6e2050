"""A popover that lists the dashboards a user may see, to choose one."""

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.dashboards import library
from benchboard.dashboards.library import DashboardSummary
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.paging import Listing, Page
from benchboard.ui.widgets import Button, Edit, Paragraph, Popover, heading, scroll_area
from benchboard.ui.widgets.fields import is_plain_key
from benchboard.ui.widgets.no_match import TellsWhenTyped

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_WIDTH: Final = 320
_LIST_HEIGHT: Final = 240
_LISTED: Final = 50
_PAUSE_MS: Final = 150
"""How long after a letter the dashboards are searched."""
_RING: Final = 3
"""Pixels around the rows for the focus ring, which the list would cut off."""


class DashboardPicker(Popover):
    """Those changed last, or those found by what is typed. Up and Down move through them, Enter in the search takes the
    first. Choosing one closes it."""

    chosen = Signal(str)

    def __init__(self, context: "Context", anchor: QWidget, title: str, without: Collection[str]) -> None:
        """`without`: the ids of dashboards that aren't listed."""
        super().__init__(anchor, width=_WIDTH, name="dashboard_picker")
        self._context, self._without = context, frozenset(without)
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._read)
        self._search = _DownSearch(_("Find a dashboard"))
        self._search.textChanged.connect(lambda _text: self._pause.start())
        self._search.returnPressed.connect(self._take_first)
        self._search.moved_down.connect(self._focus_first)
        self._tell = TellsWhenTyped(self._search)
        inside = QWidget()
        inside.setProperty("plain", True)
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(_RING, _RING, _RING, _RING)
        self._rows.setSpacing(2)
        self._area = scroll_area(inside)
        self._area.setFixedHeight(_LIST_HEIGHT)
        self._listed: list[tuple[str, str]] = []
        self.buttons: list[Button] = []
        """One for each dashboard that is listed."""
        for part in (heading(title), self._search, self._area):
            self.column.addWidget(part)
        self._read()

    def open(self) -> None:
        """Open it with the focus in the search field."""
        super().open()
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _read(self) -> None:
        actor, text = self._context.actor, self._search.text().strip()
        self._context.tasks.read(
            self,
            lambda session: library.list_dashboards(session, actor, Listing(search=text), limit=_LISTED),
            partial(self._show, text),
            self._failed,
        )

    def _failed(self, error: AppError) -> None:
        self.close()
        self._context.problems.show(error)

    def _show(self, text: str, found: Page[DashboardSummary]) -> None:
        if text != self._search.text().strip():
            return  # what was typed since is searched next
        rows = [(one.id, one.name) for one in found.rows if one.id not in self._without]
        counted = ngettext("{count} dashboard", "{count} dashboards", len(rows)).format(count=number(len(rows)))
        self._tell.tell(counted if rows else _("No dashboard has this name."))
        if rows == self._listed and rows:
            return  # the one that has the focus keeps it
        self._listed = rows
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons = [
            Button(name, partial(self._choose, dashboard_id), kind="quiet", size="sm", icon="ph.squares-four",
                   name="pick_dashboard")
            for dashboard_id, name in rows
        ]  # fmt: skip
        for button in self.buttons:
            self._rows.addWidget(button)
        if not self.buttons:
            empty = _("No dashboard has this name.") if text else _("There is no other dashboard yet.")
            self._rows.addWidget(Paragraph(empty, "caption", "muted"))
        self._rows.addStretch(1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down move from a dashboard to the next."""
        focused = next((at for at, one in enumerate(self.buttons) if one.hasFocus()), None)
        by = 1 if is_plain_key(event, Qt.Key.Key_Down) else -1 if is_plain_key(event, Qt.Key.Key_Up) else 0
        if focused is None or not by:
            super().keyPressEvent(event)
        elif focused + by < 0:
            self._search.setFocus(Qt.FocusReason.BacktabFocusReason)
        elif focused + by < len(self.buttons):
            self._focus(self.buttons[focused + by])

    def _focus_first(self) -> None:
        if self.buttons:
            self._focus(self.buttons[0])

    def _focus(self, button: Button) -> None:
        button.setFocus(Qt.FocusReason.TabFocusReason)
        self._area.ensureWidgetVisible(button, 0, _RING)

    def _take_first(self) -> None:
        if self._pause.isActive():
            self._pause.stop()
            self._read()  # the list isn't that of the text yet
        elif self.buttons:
            self.buttons[0].click()

    def _choose(self, dashboard_id: str) -> None:
        self.close()
        self.chosen.emit(dashboard_id)


class _DownSearch(Edit):
    """The search field, from which Down leads to the list."""

    moved_down = Signal()

    def __init__(self, prompt: str) -> None:
        super().__init__(placeholder=prompt, icon="ph.magnifying-glass", clear=True, name="pick_search")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_plain_key(event, Qt.Key.Key_Down):
            self.moved_down.emit()
        else:
            super().keyPressEvent(event)
