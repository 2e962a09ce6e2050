"""The tab bar above the dashboards: a permanent tab for the list, then one for each open dashboard."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QTabBar

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import plain_tooltip


class DashboardTabBar(QTabBar):
    """Emits `rename_requested` on a double click or F2 on a dashboard's tab, and `menu_requested`, with a point of the
    screen, on a right click or the Menu key. Neither is emitted for the first tab, the list.
    """

    rename_requested = Signal(int)
    menu_requested = Signal(int, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("studio_tabs")
        self.setProperty("documents", "true")
        self.setAccessibleName(_("Open dashboards"))
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideMiddle)  # names of dashboards in one folder often begin alike
        self.tabBarDoubleClicked.connect(self._request_rename)

    def set_tab_name(self, tab: int, name: str) -> None:
        """Set a tab's name; its tooltip shows the whole name."""
        self.setTabText(tab, name.replace("&", "&&"))
        self.setTabToolTip(tab, plain_tooltip(name))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():  # clicks never focus the tab bar; a focus ring beyond the tab has no space
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
