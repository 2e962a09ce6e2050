"""The look that all menus share: `Menu`, opened at the pointer, draws its rows as the menus that a button opens do.

A menu is a window of its own, so its shadow is drawn in the window that it opens above: that needs no compositor.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QAccessibleStateChangeEvent,
    QAction,
    QColor,
    QFocusEvent,
    QFontMetrics,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QStyle, QWidget

from benchboard.i18n import _, ngettext, number
from benchboard.ui.theme import contrast, theme
from benchboard.ui.widgets.accessible import announce, send_event, tell_focus, untold
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.focus import keys_used
from benchboard.ui.widgets.surfaces import SHADOW, paint_shadow

ROW: Final = 28
"""Height of a row of one line."""
EDGE: Final = 10
"""From a row's edge to its icon."""
LABEL: Final = EDGE + 16 + 8
"""From a row's edge to its label."""


_RIGHT: Final = 14
"""From what stands at the right to a row's edge."""
_KEYS_GAP: Final = 24
"""Least room between a label and what stands at the right."""
_AT_RIGHT: Final = "at_right"
_LABEL_ONLY: Final = "label_only"


def _tell_returned(widget: QWidget) -> None:
    """Tell a screen reader that a widget has the keys again, unless what was chosen in the menu moved the focus: to Qt
    it had the focus all the time."""
    if widget.hasFocus() and QApplication.activePopupWidget() is None:
        tell_focus(widget)


class Menu(QMenu):
    """A menu of actions: icon, label, keys at the right. An action's `icon_name` property names its icon, its `swatch`
    property is a colour in the place of one, and its `danger` property says that it destroys something. What stands at
    the right, `show_keys` and `show_note` set: in the text of the action it would be part of its name.

    Home and End go to the ends. Space runs a row as Enter does; with `stays_open`, it checks a row or no longer, of
    which a screen reader is told, and the menu stays open for the next one.
    """

    stays_open = False

    def __init__(self, parent: QWidget, title: str = "") -> None:
        super().__init__(title, parent)
        self.setProperty("rows", "true")
        self.setWindowFlags(
            self.windowFlags() | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self._shadow: MenuShadow | None = None
        self._had_focus = False
        """Whether the focus was at the menu itself since it was shown: some window managers activate its window."""
        self.aboutToShow.connect(self._make_room)

    def _make_room(self) -> None:
        """Be wide enough for what stands at the right: Qt doesn't know of it."""
        labels, keys = QFontMetrics(theme().font("body")), QFontMetrics(theme().font("caption"))
        margins = self.contentsMargins()
        widths = [
            LABEL + labels.horizontalAdvance(_label(action)) + _KEYS_GAP + keys.horizontalAdvance(shown) + _RIGHT
            for action in self.actions()
            if (shown := _at_right(action))
        ]
        frame = 2 * self.style().pixelMetric(QStyle.PixelMetric.PM_MenuPanelWidth, None, self)
        frame += 2 * self.style().pixelMetric(QStyle.PixelMetric.PM_MenuHMargin, None, self)
        self.setMinimumWidth(max(widths, default=0) + frame + margins.left() + margins.right())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        round_corners(self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if keys_used() and not isinstance(self.parentWidget(), QMenu):
            self._highlight_first()
        below = self.parentWidget()
        while isinstance(below, QMenu):
            below = below.parentWidget()
        if below is not None:
            self._shadow = MenuShadow(below.window(), QRect(self.pos(), self.size()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, action = event.key(), self.activeAction()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go_to_end(last=key == Qt.Key.Key_End)
        elif not plain or action is None or key not in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif key != Qt.Key.Key_Space or not (self.stays_open and action.isCheckable()):
            self._run_by_key(action)
        elif action.isEnabled():
            before = {one: one.isChecked() for one in self.actions()}
            action.trigger()
            self._tell_checked({one for one, checked in before.items() if one.isChecked() is not checked})

    def _run_by_key(self, action: QAction) -> None:
        """Run a row as Enter does. What is checked in a menu that can stay open is told, for the menu has gone."""
        is_told = self.stays_open and action.isCheckable() and action.isEnabled()
        super().keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier))
        focused = QApplication.focusWidget()
        if is_told and focused is not None:
            text = f"{_label(action)}, {_('checked') if action.isChecked() else _('not checked')}"
            QTimer.singleShot(0, focused, partial(announce, focused, text, again=True))  # after what has the focus

    def _tell_checked(self, changed: set[QAction]) -> None:
        """Tell a screen reader which rows were checked, or no longer are."""
        state = QAccessible.State()
        state.checked = True
        for action in changed:
            event = QAccessibleStateChangeEvent(self, state)
            event.setChild(self.actions().index(action))
            send_event(event)
        self.update()

    def _go_to_end(self, *, last: bool) -> None:
        """Highlight the first or the last row that can be: by steps, because Qt opens the menu of a row that is set."""
        usable = self._usable_actions()
        if not usable:
            return
        target, step = usable[-1 if last else 0], Qt.Key.Key_Up if last else Qt.Key.Key_Down
        before = self.activeAction()
        with untold():
            for _step in range(len(self.actions())):
                if self.activeAction() is target:
                    break
                super().keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, step, Qt.KeyboardModifier.NoModifier))
        if self.activeAction() is not before:
            event = QAccessibleEvent(self, QAccessible.Event.Focus)
            event.setChild(self.actions().index(target))
            send_event(event)

    def _usable_actions(self) -> list[QAction]:
        return [one for one in self.actions() if one.isEnabled() and one.isVisible() and not one.isSeparator()]

    def _highlight_first(self) -> None:
        """Highlight what Enter runs, in a menu that was opened by a key."""
        first = next(iter(self._usable_actions()), None)
        if first is not None:
            self.setActiveAction(first)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._had_focus = self._had_focus or QApplication.focusWidget() is self

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        moved, self._had_focus = self._had_focus, False
        shadow, self._shadow = self._shadow, None
        if shadow is not None:
            shadow.hide()
            shadow.deleteLater()
        if moved:  # Qt tells where it is now
            return
        if (focused := QApplication.focusWidget()) is not None and not isinstance(self.parentWidget(), QMenu):
            QTimer.singleShot(0, focused, partial(_tell_returned, focused))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_ground(painter, self.rect())
            for action in self.actions():
                self._paint_row(painter, action, self.actionGeometry(action))

    def _paint_row(self, painter: QPainter, action: QAction, row: QRect) -> None:
        if action.isSeparator():
            painter.fillRect(QRect(0, row.center().y(), self.width(), 1), theme().color("border"))
            return
        enabled, danger = action.isEnabled(), bool(action.property("danger"))
        if action is self.activeAction() and enabled:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("selection"))
            painter.drawRoundedRect(row, 4, 4)
        ink = "text.disabled" if not enabled else "error" if danger else "text"
        faint = ink if danger or not enabled else "text.secondary"
        icon = "ph.check" if action.isChecked() else str(action.property("icon_name") or "")
        spot, swatch = QRectF(row.left() + EDGE, row.center().y() - 7.5, 16, 16), action.property("swatch")
        if isinstance(swatch, QColor):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(swatch)
            painter.drawRoundedRect(spot, 4, 4)
            if action.isChecked():
                dark, pale = QColor(Qt.GlobalColor.black), QColor(Qt.GlobalColor.white)
                ink_on = dark if contrast(dark, swatch) >= contrast(pale, swatch) else pale
                paint_icon(painter, "ph.check", spot.adjusted(2, 2, -2, -2), ink_on)
        elif icon:
            paint_icon(painter, icon, spot, theme().color(faint))
        label, keys = _label(action), _at_right(action)
        painter.setFont(theme().font("body"))
        middle, room = Qt.AlignmentFlag.AlignVCenter, row.adjusted(LABEL, 0, -_RIGHT, 0)
        painter.setPen(theme().color(ink))
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, label)
        if action.menu() is not None:
            caret = QRectF(row.right() - 24, row.center().y() - 5.5, 12, 12)
            paint_icon(painter, "ph.caret-right", caret, theme().color(faint))
        elif keys:
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.muted" if enabled else "text.disabled"))
            painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, keys)


def show_keys(action: QAction, keys: str, shown: str) -> None:
    """Show the keys that do the same at the right of a row, and tell a screen reader which they are. `keys` as Qt
    writes them; the row doesn't react to them itself, for the menu is no part of a menu bar."""
    action.setShortcut(QKeySequence(keys))
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.setShortcutVisibleInContextMenu(False)  # it is drawn here
    action.setProperty(_AT_RIGHT, shown)


def show_note(action: QAction, note: str) -> None:
    """Show some words at the right of a row, that a screen reader reads after its label."""
    action.setProperty(_AT_RIGHT, note)
    action.setProperty(_LABEL_ONLY, action.text())
    action.setText(f"{action.text()}, {note}")


def _label(action: QAction) -> str:
    """What stands at the left of a row, as titles write it, so that it marks no key."""
    return str(action.property(_LABEL_ONLY) or action.text()).replace("&&", "&")


def _at_right(action: QAction) -> str:
    return str(action.property(_AT_RIGHT) or "")


def add_action(menu: Menu, name: str, title: str, icon: str, run: Callable[[], object]) -> QAction:
    """Add a row to a menu, with its object name and icon."""
    action = menu.addAction(title)
    action.setObjectName(name)
    action.setIcon(theme().icon(icon, "text.secondary"))
    action.setProperty("icon_name", icon)
    action.triggered.connect(lambda _on=False: run())
    return action


def paint_ground(painter: QPainter, rect: QRect) -> None:
    """Paint what the rows of a menu or of an open list stand on."""
    if QGuiApplication.platformName() == "xcb":  # at the rounded corners, X11 without a compositor shows black
        painter.fillRect(rect, theme().color("border.strong"))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = theme().px("radius.panel")
    painter.setPen(QPen(theme().color("border.strong"), 1))
    painter.setBrush(theme().color("raised"))
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def round_corners(window: QWidget) -> None:
    """Cut the corners of a window of its own, where it can't be clear there."""
    if QGuiApplication.platformName() == "xcb":  # without a compositor, X11 shows black where a window is clear
        path = QPainterPath()
        path.addRoundedRect(QRectF(window.rect()), theme().px("radius.panel"), theme().px("radius.panel"))
        window.setMask(QRegion(path.toFillPolygon().toPolygon()))


class MenuShadow(QWidget):
    """The shadow of a menu or of an open list, in the window that it opens above."""

    def __init__(self, window: QWidget, menu: QRect) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(
            QRect(window.mapFromGlobal(menu.topLeft()), menu.size()).adjusted(-SHADOW, -SHADOW, SHADOW, SHADOW)
        )
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_shadow(painter, self.rect().adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW))


def more_text(count: int) -> str:
    """The title of a menu of what has no room beside it."""
    return ngettext("{count} more", "{count} more", count).format(count=number(count))
