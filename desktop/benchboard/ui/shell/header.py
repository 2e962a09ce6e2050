"""The header: the room's title, its views as tabs, a view's open documents, the search and the account button."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Final, Literal, get_args

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY
from benchboard.ui.sections import RoomView
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import Badge, paint_icon
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.labels import Text, paint_avatar, paint_key, plain_tooltip
from benchboard.ui.widgets.layout_items import contents
from benchboard.ui.widgets.menus import more_text
from benchboard.ui.widgets.pane_tabs import ViewTab
from benchboard.ui.widgets.popover import MenuItem, menu
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.window_commands import PALETTE

_WIDER: Final = 1_000
"""The share of what is left that the tabs of open documents take, against that of the gap before the search."""
_LEAST_SEARCH: Final = 150
_ICON_ALONE: Final = 34
"""Widths of the search, in pixels: with a word, and with its icon alone."""
_Part = Literal["badge", "search", "name"]
_LEFT_OUT: Final[tuple[_Part, ...]] = get_args(_Part)
"""What is left out where the width is short, the first one first."""


class Header(QWidget):
    """48 px. Tabs hold the views of the current room, and where there is room the open documents of a view; the toolbar
    below belongs to the view.
    """

    resized = Signal()

    def __init__(self, name: str, go: Callable[[str], None], search: Callable[[], None], *, demo: bool = False) -> None:
        super().__init__()
        self.setObjectName("header")
        set_surface(self, "header")
        self.setFixedHeight(theme().px("shell.header"))
        self._go = go
        self._title = Text("", "section")
        self._tabs: dict[str, ViewTab] = {}
        self._strip = QHBoxLayout()
        self._strip.setSpacing(0)
        self.search = SearchButton(search)
        self.account = AccountButton(name)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 10, 0)
        row.setSpacing(12)
        row.addWidget(self._title)
        row.addSpacing(6)
        row.addLayout(self._strip)
        self._more = Button(
            "", self._open_more, kind="quiet", menu=True, tip=_("More"), name="header_more_views", parent=self
        )
        self._more.hide()
        row.addWidget(self._more)
        self._documents = QHBoxLayout()
        row.addLayout(self._documents, _WIDER)
        row.addStretch(1)
        row.addWidget(self.search)
        self._badge: Badge | None = None
        if demo:
            self._badge = badge = Badge("info", _("Demo"), "ph.play")
            badge.setObjectName("demo_badge")
            badge.setToolTip(_("Sample people, orders and dashboards. Your own data isn't touched."))
            row.addWidget(badge)
        row.addWidget(self.account)

    def show_room(self, key: str, title: str, views: Sequence[RoomView], current: str) -> None:
        """Show a room's views; a room with one view needs no tabs."""
        self._title.setText(title)
        names = [f"{key}/{view.key}" for view in views] if len(views) > 1 else []
        if list(self._tabs) != names:
            for tab in self._tabs.values():
                self._strip.removeWidget(tab)
                tab.hide()
                tab.deleteLater()
            self._tabs.clear()
            for name, view in zip(names, views, strict=False):
                tab = ViewTab(_(view.title))
                tab.setObjectName(f"tab_{name.replace('/', '_')}")
                tab.clicked.connect(lambda _checked=False, name=name: self._go(name))
                self._strip.addWidget(tab)
                tab.show()  # at once: a hidden tab takes no focus, and F6 would stop before the header
                self._tabs[name] = tab
        for name, tab in self._tabs.items():
            tab.setChecked(name == f"{key}/{current}")
            # Qt takes it from all of them but the one that had the focus, where Tab would then stop instead.
            tab.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._fit_width()

    def _fit_width(self) -> None:
        """Where the width is short, leave out the badge (the status bar says it too), the words of the search, the
        user's name, and then the last views, which are in a menu. The current view's tab stays.
        """
        tabs, hidden = list(self._tabs.values()), list[ViewTab]()
        documents = sum(tabs.minimumWidth() for tabs in self._document_tabs())
        left_out: list[_Part] = []
        for part in _LEFT_OUT:
            if self._needed(documents, left_out, hidden) > self.width():
                left_out.append(part)
        for tab in reversed(tabs):
            if self._needed(documents, left_out, hidden) <= self.width():
                break
            if not tab.isChecked():
                hidden.append(tab)
                self._more.setText(more_text(len(hidden)))
        if self._badge is not None:
            self._badge.setVisible("badge" not in left_out)
        self.account.show_name("name" not in left_out)
        self.search.show_words("search" not in left_out)
        for tab in tabs:
            tab.setVisible(tab not in hidden)
        self._more.setVisible(bool(hidden))

    def _needed(self, documents: int, left_out: Collection[_Part], hidden: "Collection[ViewTab]" = ()) -> int:
        """The least width with open documents of this width, without these parts and views."""
        tabs = list(self._tabs.values())
        search = _ICON_ALONE if "search" in left_out else _LEAST_SEARCH
        fixed = [self._title.sizeHint().width() + 6, search, self.account.room(with_name="name" not in left_out)]
        fixed += [self._badge.sizeHint().width()] if self._badge is not None and "badge" not in left_out else []
        fixed += [sum(tab.sizeHint().width() for tab in tabs if tab not in hidden)] if tabs else []
        fixed += [self._more.sizeHint().width()] if hidden else []
        fixed += [documents] if documents else []
        margins = self._row.contentsMargins()
        return sum(fixed) + self._row.spacing() * len(fixed) + margins.left() + margins.right()

    def _document_tabs(self) -> list[QWidget]:
        """The tabs of open documents that stand in the header."""
        return [tabs for tabs in contents(self._documents) if isinstance(tabs, QWidget)]

    def _open_more(self) -> None:
        """Offer the views whose tabs have no room."""
        items = [
            MenuItem(tab.text(), partial(self._go, name), name=f"more_{tab.objectName()}")
            for name, tab in self._tabs.items()
            if tab.isHidden()
        ]
        menu(self._more, items, name="more_views_menu")

    def has_room(self, width: int) -> bool:
        """Whether the tabs of a view's open documents have room in this many pixels, if need be in place of the badge,
        the words of the search and the user's name: a row of their own would take the page's height."""
        return self._needed(width, _LEFT_OUT) <= self.width()

    def holds(self, documents: QWidget) -> bool:
        """Whether these tabs of open documents stand in the header."""
        return self._documents.indexOf(documents) >= 0

    def show_documents(self, documents: QWidget) -> None:
        """Show the tabs of a view's open documents."""
        self._documents.addWidget(documents)

    def fit_documents(self) -> None:
        """Fit the header to the tabs of the open documents that it holds now."""
        self._fit_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_width()
        self.resized.emit()

    def tab_at(self, position: QPoint) -> str:
        """The address of the view whose tab is at a point of the screen; empty if there is none."""
        shown = ((name, tab) for name, tab in self._tabs.items() if tab.isVisible())
        return next((name for name, tab in shown if tab.rect().contains(tab.mapFromGlobal(position))), "")

    def first_focus(self) -> QWidget:
        """The widget that gets the focus when it moves to the header."""
        return next((tab for tab in self._tabs.values() if tab.isChecked()), self.search)

    def has_tab_focused(self) -> bool:
        """Whether a view's tab has the focus."""
        return any(tab.hasFocus() for tab in self._tabs.values())

    def follow_current_tab(self) -> None:
        """Move the focus from the tab of another view to that of the current one."""
        if any(tab.hasFocus() and not tab.isChecked() for tab in self._tabs.values()):
            self.first_focus().setFocus(Qt.FocusReason.TabFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), theme().color("border"))


class SearchButton(Pressable):
    """Looks like the search field that it opens."""

    def __init__(self, search: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("search")
        self._is_icon = False
        self.setText(_("Search or run a command"))
        self.setAccessibleName(_("Search or run a command"))
        self.setFixedHeight(theme().px("control_height.md"))
        self.setMinimumWidth(_LEAST_SEARCH)
        self.setMaximumWidth(260)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.clicked.connect(search)

    def sizeHint(self) -> QSize:
        return QSize(260, self.height())

    def show_words(self, shown: bool) -> None:
        """Show words beside the icon, or the icon alone."""
        self._is_icon = not shown
        self.setMinimumWidth(_LEAST_SEARCH if shown else _ICON_ALONE)
        self.setMaximumWidth(260 if shown else _ICON_ALONE)
        self.setToolTip("" if shown else plain_tooltip(REGISTRY[PALETTE].tooltip))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme().color("text.muted" if self.underMouse() else "border.control"), 1))
            painter.setBrush(theme().color("surface"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            paint_icon(painter, "ph.magnifying-glass", QRectF(9, 6, 16, 16), theme().color("text.muted"))
            if self._is_icon:
                return
            keys = REGISTRY[PALETTE].key
            width = QFontMetrics(theme().font("caption")).horizontalAdvance(keys) + 10
            cap = QRectF(self.width() - width - 6, (self.height() - 18) / 2, width, 18)
            paint_key(painter, cap, keys, theme().color("border.strong"), theme().color("text.secondary"))
            painter.setFont(theme().font("body"))
            painter.setPen(theme().color("text.muted"))
            room = self.width() - 33 - width - 12
            metrics, short = QFontMetrics(painter.font()), _("Search")
            text = self.text() if metrics.horizontalAdvance(self.text()) <= room else short
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QRectF(33, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, text)


class AccountButton(Pressable):
    """The signed-in user; opens the account menu."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("account")
        self._shows_name = True
        self.setText(name)
        self.setAccessibleName(_("Account: {name}").format(name=name))
        self.setFixedHeight(32)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(self.room(with_name=self._shows_name), 32)

    def room(self, *, with_name: bool) -> int:
        """The width, in pixels, that it takes with the user's name or without it."""
        words = min(QFontMetrics(self._font()).horizontalAdvance(self.text()), 180) + 8 if with_name else 0
        return words + 24 + 34

    def show_name(self, shown: bool) -> None:
        """Show the user's name, or the initials alone."""
        if shown != self._shows_name:
            self._shows_name = shown
            self.setToolTip("" if shown else plain_tooltip(self.text()))
            self.updateGeometry()
            self.update()

    def _font(self) -> QFont:
        font = theme().font("body")
        font.setWeight(QFont.Weight.Medium)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.underMouse():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color("row.hover"))
                painter.drawRoundedRect(self.rect(), 6, 6)
            paint_avatar(painter, QRectF(6, 4, 24, 24), self.text())
            if self._shows_name:
                painter.setFont(self._font())
                painter.setPen(theme().color("text"))
                room = self.width() - 38 - 24
                text = QFontMetrics(painter.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
                painter.drawText(QRectF(38, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
            spot = QRectF(self.width() - 20, (self.height() - 12) / 2 + 1, 12, 12)
            paint_icon(painter, "ph.caret-down", spot, theme().color("text.secondary"))
