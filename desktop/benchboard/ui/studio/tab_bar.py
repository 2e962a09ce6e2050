"""The tabs of the dashboards, in the header or above them: a permanent one for the list, then one for each open one."""

from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QTabBar, QToolTip, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import tell_current_tab, tell_tab_bar_renamed
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.focus import asked_by_key, note_input
from benchboard.ui.widgets.labels import plain_tooltip, restyle
from benchboard.ui.widgets.menus import Menu, more_text
from benchboard.ui.widgets.surfaces import set_surface

_BEFORE: Final = 10
"""Pixels between the header's line and the tabs."""
_AFTER: Final = 8
_TO_MOVE: Final = 40
"""Pixels that must be spare for the tabs to move into the header, so that they don't move to and fro."""
_LEAST_TAB: Final = 136
"""Pixels that the tab of a dashboard keeps where there are many: about twelve letters of its name."""
_INTO: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Down)


class DashboardTabBar(QTabBar):
    """Emits `rename_requested` on a double click or F2 on a dashboard's tab, and `menu_requested`, with a point of the
    screen, on a right click or the Menu key. Neither is emitted for the first tab, the list. `entered` asks to go into
    what the current tab shows, by Enter, Space or Down: arrows go from tab to tab. `close_requested` asks to close the
    current one, by Delete or Ctrl+W: in the header it isn't within the view, whose shortcut that is.
    """

    rename_requested = Signal(int)
    menu_requested = Signal(int, QPoint)
    entered = Signal()
    close_requested = Signal(int)
    """By Delete or Ctrl+W on a dashboard's tab: where it stands in the header, the keys of the view don't work."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("studio_tabs")
        self.setProperty("documents", "true")
        self.setAccessibleName(_("Open dashboards"))
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.tabBarDoubleClicked.connect(self._request_rename)
        self.currentChanged.connect(lambda _tab: tell_tab_bar_renamed(self))

    def minimumTabSizeHint(self, index: int) -> QSize:
        """What a tab keeps where there are many; those that don't fit even so are in a menu. The list's name stays
        whole.
        """
        size = self.tabSizeHint(index)
        return size if index == 0 else QSize(min(size.width(), _LEAST_TAB), size.height())

    @property
    def is_crowded(self) -> bool:
        """Whether a tab is shortened, or has no room."""
        return self.whole_width > self.width()

    @property
    def whole_width(self) -> int:
        """Pixels for all tabs with their whole names."""
        return sum(self.tabSizeHint(tab).width() for tab in range(self.count()))

    def show_fitting(self, room: int) -> int:
        """Show the tabs that have room in this many pixels, the current one and the list among them; returns how many
        have none.
        """
        first = [tab for tab in (0, self.currentIndex()) if 0 <= tab < self.count()]
        order = list(dict.fromkeys((*first, *range(self.count()))))
        taken, shown = 0, set[int]()
        for tab in order:
            taken += self.minimumTabSizeHint(tab).width()
            if taken > room and tab not in first:
                break
            shown.add(tab)
        for tab in range(self.count()):
            if self.isTabVisible(tab) is not (tab in shown):
                self.setTabVisible(tab, tab in shown)
        return self.count() - len(shown)

    def set_tab_name(self, tab: int, name: str) -> None:
        """Set a tab's name."""
        self.setTabText(tab, name.replace("&", "&&"))
        if tab == self.currentIndex():
            tell_tab_bar_renamed(self)

    def tab_name(self, tab: int) -> str:
        """The name that was set for a tab."""
        return self.tabText(tab).replace("&&", "&")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():  # clicks never focus the tab bar; a focus ring beyond the tab has no space
            with QPainter(self) as painter:
                painter.setPen(QPen(theme().color("focus"), 2))
                painter.drawRect(self.tabRect(self.currentIndex()).adjusted(2, 3, -3, -2))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not asked_by_key(event):
            self._request_menu(self.tabAt(event.pos()), event.globalPos())
        else:
            self._request_menu_of_current()

    def event(self, event: QEvent) -> bool:
        """Show the whole name of a tab as a tooltip: one that is set would be read out as the tab's description."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            tab = self.tabAt(event.pos())
            text = plain_tooltip(self.tab_name(tab)) if tab >= 0 else ""
            QToolTip.showText(event.globalPos(), text, self, self.tabRect(tab))
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        tell_current_tab(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _INTO and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Delete or event.matches(QKeySequence.StandardKey.Close):
            note_input(key=True)
            self.close_requested.emit(self.currentIndex())
        elif event.key() == Qt.Key.Key_F2:
            self._request_rename(self.currentIndex())
        elif event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            note_input(key=True)
            self._request_menu_of_current()
        else:
            super().keyPressEvent(event)

    def _request_menu_of_current(self) -> None:
        place = self.currentIndex()
        self._request_menu(place, self.mapToGlobal(self.tabRect(place).bottomLeft()))

    def _request_menu(self, tab: int, spot: QPoint) -> None:
        if tab > 0:
            self.menu_requested.emit(tab, spot)

    def _request_rename(self, tab: int) -> None:
        if tab > 0:
            self.rename_requested.emit(tab)


class DashboardTabStrip(QWidget):
    """The tab bar, in a row of its own or in the header. At its right end, where a name is shortened or a tab has no
    room, a menu of all tabs.
    """

    room_changed = Signal()
    """It may need another width."""

    def __init__(self) -> None:
        super().__init__()
        set_surface(self, "window")
        self._in_header = False
        self.tabs = DashboardTabBar()
        self.tabs.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._all = Button(
            "", self._open_menu, kind="quiet", icon="ph.caret-down", size="sm", tip=_("All open dashboards"),
            name="studio_all_tabs",
        )  # fmt: skip
        self._all.hide()
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, _AFTER, 0)
        row.setSpacing(4)
        row.addWidget(self.tabs, 1)
        row.addWidget(self._all)
        self.tabs.installEventFilter(self)
        self.tabs.currentChanged.connect(self._fit_tabs)

    @property
    def least_width(self) -> int:
        """The width, in pixels, that it must have in the header: there no name is shortened."""
        spare = 0 if self._in_header else _TO_MOVE
        return self.tabs.whole_width + _BEFORE + _AFTER + spare

    def set_in_header(self, in_header: bool) -> None:
        """Look as tabs in the header, or as those of a row of their own."""
        if in_header != self._in_header:
            self._in_header = in_header
            self._restyle()
        self.setMinimumWidth(self.least_width if in_header else 0)

    def _restyle(self) -> None:
        """Look as the place where it stands."""
        in_header = self._in_header
        set_surface(self, "none" if in_header else "window")  # the header's line stays in view
        self._row.setContentsMargins(_BEFORE if in_header else 0, 0, _AFTER, 0)
        self.tabs.setProperty("documents", "header" if in_header else "true")
        restyle(self)
        restyle(self.tabs)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._fit_tabs()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_tabs()

    def _fit_tabs(self) -> None:
        """Show the tabs that have room; the menu's button counts the others."""
        margins = self._row.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        crowded = self.tabs.whole_width > room
        hidden = self.tabs.show_fitting(room - self._button_room(self.tabs.count()) if crowded else room)
        text = more_text(hidden) if hidden else ""
        if self._all.text() != text:
            self._all.setText(text)
            self._all.setAccessibleName(f"{_('All open dashboards')}, {text}" if text else _("All open dashboards"))
        if self._all.isHidden() is crowded:
            self._all.setVisible(crowded)

    def _button_room(self, count: int) -> int:
        """The width, in pixels, that the menu's button takes at most, with the gap before it."""
        text = self._all.fontMetrics().horizontalAdvance(more_text(count))
        return text + self._all.iconSize().width() + 32 + self._row.spacing()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            if self._in_header:  # between the views and the documents of one of them
                painter.fillRect(QRect(0, (self.height() - 20) // 2, 1, 20), theme().color("border"))
            else:
                painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), theme().color("border"))

    def _open_menu(self) -> None:
        """Offer all tabs by their whole names."""
        menu = Menu(self)
        menu.setObjectName("all_tabs_menu")
        menu.setAccessibleName(_("Open dashboards"))
        for tab in range(self.tabs.count()):
            action = menu.addAction(self.tabs.tabText(tab))
            action.setCheckable(True)
            action.setChecked(tab == self.tabs.currentIndex())
            action.triggered.connect(partial(self._show, tab))
        menu.aboutToHide.connect(menu.deleteLater)
        right = self._all.mapToGlobal(self._all.rect().bottomRight())
        menu.popup(right - QPoint(menu.sizeHint().width(), -4))

    def _show(self, tab: int, _checked: bool = False) -> None:
        self.tabs.setCurrentIndex(tab)
