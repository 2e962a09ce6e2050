"""The tabs above the dashboards: the list's, which is always there, then one for each that is open."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QTabBar

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import plain_tooltip


class DashboardTabBar(QTabBar):
    """`rename_requested` is a double click or F2 on a dashboard's tab, `menu_requested` a right click or the Menu key,
    with the spot of the screen. Neither is emitted for the first tab, the list."""

    rename_requested = Signal(int)
    menu_requested = Signal(int, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("studio_tabs")
        self.setProperty("documents", "true")
        self.setAccessibleName(_("Open dashboards"))
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideMiddle)  # names of one folder begin alike
        self.tabBarDoubleClicked.connect(self._request_rename)

    def set_tab_name(self, tab: int, name: str) -> None:
        """Let a tab bear a dashboard's name, which is read whole under the pointer."""
        self.setTabText(tab, name.replace("&", "&&"))
        self.setTabToolTip(tab, plain_tooltip(name))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():  # the mouse never gives it the keyboard; beyond the tab there is no room for a ring
            with QPainter(self) as painter:
                painter.setPen(QPen(theme().color("focus"), 2))
                painter.drawRect(self.tabRect(self.currentIndex()).adjusted(2, 3, -3, -2))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            self._request_menu(self.tabAt(event.pos()), event.globalPos())
        else:
            self._request_menu_of_current()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2:
            self._request_rename(self.currentIndex())
        elif event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
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
