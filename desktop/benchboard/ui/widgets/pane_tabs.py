"""Tabs that are words over a line: those of a room's views, and those below the head of a pane of details."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, page_tab
from benchboard.ui.widgets.focus import Pressable


class ViewTab(Pressable):
    """A view's tab. Arrow keys go from one to the next, Home and End to the first and the last."""

    shows_focus_ring = False

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setText(title)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        page_tab(self)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self._font()).horizontalAdvance(self.text()) + 22, 47)

    def _font(self) -> QFont:
        font = theme().font("body")
        font.setWeight(QFont.Weight.Medium)
        return font

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click takes the focus only from another tab, whose focus ring would otherwise stay."""
        if isinstance(QApplication.focusWidget(), ViewTab):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        parent = self.parentWidget()
        tabs = [tab for tab in parent.findChildren(ViewTab) if tab.isVisible()] if parent is not None else [self]
        at = tabs.index(self)
        places = {
            Qt.Key.Key_Left: at - 1,
            Qt.Key.Key_Right: (at + 1) % len(tabs),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: -1,
        }
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or event.key() not in places:
            super().keyPressEvent(event)
            return
        target = tabs[places[Qt.Key(event.key())]]
        target.setFocus(Qt.FocusReason.TabFocusReason)
        target.click()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            on = self.isChecked()
            painter.setFont(self._font())
            painter.setPen(theme().color("accent.text" if on else "text" if self.underMouse() else "text.secondary"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
            if on:
                painter.fillRect(QRect(11, self.height() - 2, self.width() - 22, 2), theme().color("accent"))
            if self.hasFocus() and self.focused_by_key:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(theme().color("focus"), 2))
                painter.drawRoundedRect(self.rect().adjusted(3, 9, -3, -9), 6, 6)


class PaneTabs(QWidget):
    """The tabs of a pane. `tabs` are their object names and titles; `chosen` emits which one was pressed, from 0."""

    accessible_role = Role.PageTabList
    chosen = Signal(int)

    def __init__(self, tabs: Sequence[tuple[str, str]], label: str = "") -> None:
        """`label`: what screen readers call them."""
        super().__init__()
        self.setAccessibleName(label or _("Tabs"))
        self._tabs = []
        strip = QHBoxLayout(self)
        strip.setContentsMargins(5, 0, 16, 0)
        strip.setSpacing(0)
        for at, (name, title) in enumerate(tabs):
            tab = ViewTab(title)
            tab.setObjectName(name)
            tab.setFixedHeight(40)
            tab.clicked.connect(lambda _checked=False, at=at: self.chosen.emit(at))
            strip.addWidget(tab)
            self._tabs.append(tab)
        strip.addStretch(1)

    def show_current(self, at: int) -> None:
        """Mark a tab as the one that is shown."""
        self._tabs[at].setChecked(True)

    def rename(self, at: int, title: str) -> None:
        """Give a tab another title, such as with a count."""
        self._tabs[at].setText(title)
        self._tabs[at].updateGeometry()

    def focus(self, at: int) -> None:
        """Focus a tab, as by keyboard."""
        self._tabs[at].setFocus(Qt.FocusReason.TabFocusReason)
