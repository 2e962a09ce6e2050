"""The left pane: the widget palette or the outline, with the minimap below."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.studio.panes.minimap import Minimap
from benchboard.ui.studio.panes.outline_pane import OutlinePane
from benchboard.ui.studio.panes.widget_palette import WidgetPalette
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import page_tab
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.labels import hairline
from benchboard.ui.widgets.stack_pages import add_page
from benchboard.ui.widgets.surfaces import set_surface


class Sidebar(QWidget):
    """The tabs `Add | Outline` above the minimap."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        set_surface(self, "surface")
        self.stack = QStackedWidget(self)
        """The parent of the panes that it is to hold."""

    def hold(self, palette: WidgetPalette, outline: OutlinePane, minimap: Minimap) -> None:
        """Hold these: once, before it is shown."""
        self._panes: dict[str, QWidget] = {"add": palette, "outline": outline}
        self._tabs = {"add": _Tab(_("Add"), "add"), "outline": _Tab(_("Outline"), "outline")}
        strip = QWidget(self)
        strip.setAccessibleName(_("Left pane tabs"))
        row = QHBoxLayout(strip)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(16)
        for key, tab in self._tabs.items():
            tab.clicked.connect(lambda _checked=False, key=key: self.show_pane(key))
            row.addWidget(tab)
            add_page(self.stack, self._panes[key])
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(strip)
        column.addWidget(hairline())
        column.addWidget(self.stack, 1)
        column.addWidget(hairline())
        column.addWidget(minimap)
        self.show_pane("add")

    @property
    def pane(self) -> str:
        """The tab that is shown: `add` or `outline`."""
        return next(key for key, tab in self._tabs.items() if tab.isChecked())

    def show_pane(self, key: str) -> None:
        """Show `add` or `outline`."""
        self.stack.setCurrentWidget(self._panes[key])
        for name, tab in self._tabs.items():
            tab.setChecked(name == key)

    def offer_add(self, offered: bool) -> None:
        """Show both tabs, or the outline alone."""
        self._tabs["add"].setVisible(offered)
        self.show_pane("add" if offered else "outline")


class _Tab(Pressable):
    """A text button, underlined while its pane is shown."""

    def __init__(self, title: str, key: str) -> None:
        super().__init__()
        self.setText(title)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        page_tab(self)
        self.setObjectName(f"pane_{key}")
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(theme().font("body_strong")).horizontalAdvance(self.text()) + 2, 40)

    def nextCheckState(self) -> None:
        """Do nothing: the sidebar sets which one is checked."""

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            on = self.isChecked()
            painter.setFont(theme().font("body_strong" if on else "body"))
            painter.setPen(theme().color("text" if on or self.underMouse() else "text.secondary"))
            painter.drawText(
                QRectF(self.rect()), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text()
            )
            if on:
                painter.fillRect(QRectF(0, self.height() - 2, self.width(), 2), theme().color("accent"))
