"""Buttons, check boxes, the segmented control."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QIcon, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, opens_menu, rename, tell_described, untold
from benchboard.ui.widgets.focus import FocusRinged, note_input, press_on_enter
from benchboard.ui.widgets.labels import KeyCap, plain_tooltip, restyle
from benchboard.ui.widgets.tab_order import step_by_key

Kind = Literal["plain", "primary", "danger", "destroy", "quiet", "link", "danger_link", "warn_link", "inverse"]
Size = Literal["xs", "sm", "md", "lg", "primary_form"]
_INK = {
    "plain": "text",
    "primary": "on.accent",
    "destroy": "on.accent",
    "danger": "error",
    "quiet": "text.secondary",
    "link": "accent.text",
    "danger_link": "error",
    "warn_link": "warn",
    "inverse": "on.tooltip",
}
_MENU_ICONS: Final = ("ph.dots-three", "ph.dots-three-bold")
"""What a button that opens a menu of further actions shows, without an arrow."""
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down)
_GAP = 7
_WIDEST = 16_777_215  # QWIDGETSIZE_MAX, which PySide does not have


class Button(FocusRinged, QPushButton):
    """A button: `primary` (one per region), `plain`, `danger` (leads to something destructive), `destroy` (does it),
    `quiet` (no frame), `link`, `danger_link` or `warn_link`, with the size of captions if it is `sm`. Without a title
    it is square and `tip` is its accessible name.
    """

    def __init__(
        self,
        title: str,
        run: Callable[[], object] | None = None,
        *,
        kind: Kind = "plain",
        icon: str = "",
        size: Size = "md",
        tip: str = "",
        keys: str = "",
        menu: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent)
        self._menu, self._label, self._small = menu, title, size == "sm"
        self._short = ""
        self._key_cap: KeyCap | None = None
        self._scale = 1.0
        self._icon = icon
        self.setProperty("kind", kind)
        self.setObjectName(name)
        self._side = height = theme().px(f"control_height.{size}")
        self._bare = kind in ("link", "danger_link", "warn_link", "inverse")
        if not self._bare:
            self.setFixedHeight(height)
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._bare else Qt.CursorShape.ArrowCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        if icon:
            self._show_icon(kind)
            side = theme().px("icon.control")
            self.setIconSize(QSize(side, side))
        if not title:
            self.setProperty("square", True)
            self.setFixedWidth(self._square_width())
        self._tip = f"{tip} ({keys})" if tip and keys else tip
        super().setToolTip(plain_tooltip(self._tip))
        self.setAccessibleName(title or tip)
        if menu or icon in _MENU_ICONS:
            opens_menu(self)
        if keys:
            self.setShortcut(keys)
        self.reason = ""
        """Why it is disabled."""
        self._stand_in: QWidget | None = None
        """What has the focus in its place while it waits."""
        if run is not None:
            self.clicked.connect(lambda _checked=False: run())

    def set_kind(self, kind: Literal["plain", "primary"]) -> None:
        """Make it the primary button of its region, or a plain one beside another."""
        if self.property("kind") == kind:
            return
        self.setProperty("kind", kind)
        if self._icon:
            self._show_icon(kind)
        if self._key_cap is not None:
            self._key_cap.set_inverse(kind == "primary")
        restyle(self)

    def _show_icon(self, kind: Kind) -> None:
        self.setIcon(theme().icon(self._icon, _INK[kind], on="accent.text"))

    def add_key_cap(self, keys: str) -> None:
        """Show the button's shortcut at its right end."""
        self._key_cap = KeyCap(keys, inverse=self.property("kind") == "primary", parent=self)
        self.updateGeometry()

    def show_key_cap(self, shown: bool) -> None:
        """Show or hide the key cap, keeping its space: it is shown while the shortcut works."""
        if self._key_cap is not None:
            self._key_cap.setVisible(shown)
            self.update()

    def setText(self, text: str) -> None:
        """Set the text, and the accessible name unless it is one of its own; a square button grows to its width."""
        if self.accessibleName() in ("", self._label):
            self.setAccessibleName(text)
        self._label = text
        self._set_label(text)

    def setAccessibleName(self, name: str) -> None:
        rename(self, name)

    def setToolTip(self, text: str) -> None:
        if text != self.toolTip():
            super().setToolTip(text)
            tell_described(self)

    def set_title(self, text: str) -> None:
        """Set the text and the accessible name, which is told once."""
        if text != self.text():
            with untold():
                self.setText(text)
        self.setAccessibleName(text)

    def shorten_to(self, text: str) -> None:
        """Where space is short, show this instead of the icon alone."""
        self._short = text

    @property
    def is_shortened(self) -> bool:
        """Whether less than its text is shown."""
        return self.text() != self._label

    def show_label(self, shown: bool) -> None:
        """Show the text, or less if space is short; the accessible name stays."""
        if shown == self.is_shortened and self._label:
            self._set_label(self._label if shown else self._short)
            if self.toolTip() == (plain_tooltip(self._label) if shown else ""):
                # A screen reader knows the text by the name: it isn't told of it as a description.
                super().setToolTip("" if shown else plain_tooltip(self._label))

    def label_room(self) -> int:
        """How many pixels narrower it is shortened; 0 without an icon."""
        if not self._label or self.icon().isNull():
            return 0
        metrics = QFontMetrics(self._font())
        text_width = metrics.horizontalAdvance(self._label)
        if self._short:
            return text_width - metrics.horizontalAdvance(self._short)
        pad = 16 if self._small else 24
        return text_width + self.iconSize().width() + _GAP + pad - self._side

    def _set_label(self, text: str) -> None:
        with untold():  # Qt tells a name of each text, also where the name is another one or was told
            super().setText(text)
        if not text and not self.property("square"):
            self.setProperty("square", True)
            self.setFixedWidth(self._square_width())
            restyle(self)
        if text and self.property("square"):
            self.setProperty("square", False)
            self.setMinimumWidth(0)
            self.setMaximumWidth(_WIDEST)
            restyle(self)
        self.updateGeometry()

    def set_scale(self, scale: float) -> None:
        """Enlarge its text, icon and height, for a wall; 1 is 100 %."""
        self._scale = scale
        side = round(theme().px("icon.control") * scale)
        self.setIconSize(QSize(side, side))
        self.setFixedHeight(round(self._side * scale))
        self.updateGeometry()
        self.update()

    def disable(self, reason: str) -> None:
        """Disable it with a reason; an empty reason enables it again. What is so already changes nothing."""
        if reason == self.reason and self.isEnabled() == (not reason) and self._stand_in is None:
            return
        self.reason = reason
        self.setEnabled(not reason)
        self.setToolTip(plain_tooltip(reason or self._tip))
        if not reason:
            stand_in, self._stand_in = self._stand_in, None
            if stand_in is not None and QApplication.focusWidget() is stand_in:
                with untold():
                    self.setFocus(Qt.FocusReason.OtherFocusReason)

    def wait(self, doing: str) -> None:
        """Disable it while what it was pressed for is under way, as “Saving…”. It gets the focus back when it is
        enabled again, if nobody moved it meanwhile; a screen reader isn't told of what Qt gives the focus to.
        """
        had_focus = self.hasFocus()
        with untold():
            self.disable(doing)
        self._stand_in = QApplication.focusWidget() if had_focus else None

    def sizeHint(self) -> QSize:
        if not self.text():
            return QSize(self._square_width(), self.height())
        pad = 0 if self._bare else 16 if self._small else 24
        height = QFontMetrics(self.font()).height() + 2 if self._bare else self.height()
        return QSize(self._label_width() + self._trailing_width() + pad, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _square_width(self) -> int:
        """Its width without text, in pixels."""
        return self._side + self._trailing_width()

    def _label_width(self) -> int:
        """Width of icon and text, in pixels."""
        text_width = QFontMetrics(self._font()).horizontalAdvance(self.text())
        return text_width + (0 if self.icon().isNull() else self.iconSize().width() + _GAP)

    def _trailing_width(self) -> int:
        """Width of what is at the right end, in pixels."""
        return (18 if self._menu else 0) + (self._key_cap.sizeHint().width() + 8 if self._key_cap else 0)

    def _font(self) -> QFont:
        font = theme().font("caption" if self._bare and self._small else "body")
        font.setWeight(QFont.Weight.Normal if self._bare else QFont.Weight.Medium)
        font.setPointSizeF(font.pointSizeF() * self._scale)
        hovered = self._bare and self.underMouse() and self.isEnabled()
        font.setUnderline(hovered or self.property("kind") == "inverse")
        return font

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave arrow keys to what is around the button, unless it is in a list that scrolls: Qt would move the focus
        to any neighbour, and Space press that.
        """
        note_input(key=True)
        if not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier and step_by_key(self, event.key()):
            return
        if event.key() in _ARROWS and not self._is_in_scroll_area():
            event.ignore()
        elif not press_on_enter(self, event):
            super().keyPressEvent(event)

    def _is_in_scroll_area(self) -> bool:
        around = self.parentWidget()
        while around is not None and not isinstance(around, QAbstractScrollArea):
            around = around.parentWidget()
        return around is not None

    def paintEvent(self, event: QPaintEvent) -> None:
        # The style draws the frame; text and icon are placed here, because a style sheet can't set their distance.
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
        state = QIcon.State.On if self.isChecked() else QIcon.State.Off
        # While the key cap is hidden, the text is centred in the space for both.
        room = self.width() - (
            self._trailing_width() if self._key_cap is None or self._key_cap.isVisibleTo(self) else 0
        )
        left = 0 if self._bare else (room - self._label_width()) // 2 if self.text() else 0
        if self.property("section"):
            left = theme().px("spacing.3")  # below each other, as a list
        if not self.icon().isNull():
            side = self.iconSize().width()
            left = left if self.text() else (room - side) // 2
            self.icon().paint(painter, QRect(left, (self.height() - side) // 2, side, side), mode=mode, state=state)
            left += side + _GAP
        ink = "text.disabled" if not self.isEnabled() else _INK[str(self.property("kind"))]
        painter.setPen(theme().color("accent.text" if self.isChecked() else ink))
        painter.setFont(self._font())
        painter.drawText(QRect(left, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._menu:
            spot = QRect(self.width() - 21, (self.height() - 12) // 2 + 1, 12, 12)
            caret = _INK["primary"] if self.property("kind") == "primary" else "text.secondary"
            theme().icon("ph.caret-down", caret).paint(painter, spot, mode=mode)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._key_cap is not None:
            hint = self._key_cap.sizeHint()
            self._key_cap.setGeometry(
                QRect(QPoint(self.width() - hint.width() - 9, (self.height() - hint.height()) // 2), hint)
            )


class CheckBox(FocusRinged, QCheckBox):
    """A check box of 16 px, optionally with three states."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(16 + (width + 9 if self.text() else 0), max(20, QFontMetrics(self.font()).height()))

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            side = 14
            box = QRectF(1, (self.height() - side) / 2, side, side)
            paint_check(painter, box, self.checkState(), enabled=self.isEnabled(), hot=self.underMouse())
            painter.setPen(theme().color("text" if self.isEnabled() else "text.disabled"))
            painter.setFont(self.font())
            painter.drawText(self.rect().adjusted(24, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())


def paint_check(
    painter: QPainter,
    box: QRectF,
    state: Qt.CheckState,
    *,
    enabled: bool = True,
    hot: bool = False,
    on_picture: bool = False,
) -> None:
    """Draw a check box into `box`; `on_picture`: over something other than a plain ground."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    on = state != Qt.CheckState.Unchecked
    fill = "surface.alt" if not enabled else "accent" if on else "surface"
    line = "border" if not enabled else "accent" if on else "text.muted" if hot else "border.control"
    # In a selected row or column of the dark theme, a box with the ground of the window would be a hole in it.
    is_filled = on or on_picture or theme().current == "light"
    if not enabled and not is_filled:
        line = "border.strong"  # the outline is all that there is of it
    painter.setPen(QPen(theme().color(line), 1))
    painter.setBrush(theme().color(fill) if is_filled else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    if on:
        painter.setPen(
            QPen(
                theme().color("on.accent" if enabled else "text.disabled"),
                1.6,
                Qt.PenStyle.SolidLine,
                Qt.PenCapStyle.RoundCap,
                Qt.PenJoinStyle.RoundJoin,
            )
        )
        x, y, s = box.x(), box.y(), box.width()
        if state == Qt.CheckState.Checked:
            points = ((0.25, 0.52), (0.43, 0.70), (0.76, 0.32))
        else:
            points = ((0.27, 0.5), (0.5, 0.5), (0.73, 0.5))
        painter.drawPolyline([QPointF(x + a * s, y + b * s) for a, b in points])
    painter.restore()


def paint_radio(painter: QPainter, box: QRectF, *, on: bool) -> None:
    """Draw a radio button into `box`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color("accent" if on else "border.control"), 1))
    painter.setBrush(theme().color("accent" if on else "surface"))
    painter.drawEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
    if on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("on.accent"))
        painter.drawEllipse(box.center(), box.width() * 0.2, box.width() * 0.2)
    painter.restore()


class SegmentedControl(QWidget):
    """A few choices side by side, one of them selected: `All | Here 9 | Trouble 2`."""

    accessible_role = Role.Grouping
    selected = Signal(str)

    def __init__(
        self,
        choices: Sequence[tuple[str, str]],
        *,
        label: str,
        icons: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(label)
        icons = icons or {}
        self._group = QButtonGroup(self)
        self._buttons: dict[str, _Segment] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for index, (key, title) in enumerate(choices):
            button = _Segment(title, index == 0, index == len(choices) - 1, icons.get(key, ""))
            button.setObjectName(f"segment_{key}")
            button.clicked.connect(lambda _checked=False, key=key: self.selected.emit(key))
            self._group.addButton(button)
            self._buttons[key] = button
            row.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if choices:
            self.set_current(choices[0][0])

    def set_current(self, key: str) -> None:
        """Select `key` without a signal."""
        self._buttons[key].setChecked(True)

    def current(self) -> str:
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def focus_current(self) -> None:
        """Give the keys to the choice that is selected: the group itself has nothing to do with them."""
        self._buttons[self.current()].setFocus(Qt.FocusReason.TabFocusReason)

    def describe(self, key: str, sentence: str) -> None:
        """Have screen readers read a sentence with a choice, such as what stands below it while it is selected."""
        self._buttons[key].setAccessibleDescription(sentence)

    def show_label(self, shown: bool) -> None:
        """Show text beside the icons, or the icons alone with the text in tooltips."""
        for button in self._buttons.values():
            button.show_label(shown)
        self.updateGeometry()

    def rename(self, key: str, title: str) -> None:
        """Change the title of a choice (for a count)."""
        self._buttons[key].setText(title)
        self._buttons[key].updateGeometry()


_BESIDE: Final = {Qt.Key.Key_Up: Qt.Key.Key_Left, Qt.Key.Key_Down: Qt.Key.Key_Right}
"""The key beside for each key above and below: segments stand in a row."""


class _Segment(FocusRinged, QPushButton):
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if step_by_key(self, event.key()):
            return
        beside = _BESIDE.get(Qt.Key(event.key()))
        if beside is not None:  # as in any group of radio buttons, though nothing stands above or below
            event = QKeyEvent(event.type(), beside, event.modifiers(), "", event.isAutoRepeat(), event.count())
        super().keyPressEvent(event)

    def __init__(self, title: str, first: bool, last: bool, icon: str = "") -> None:
        super().__init__(title)
        self._first, self._last, self._icon = first, last, icon
        self._shows_label = True
        self.setCheckable(True)
        self.setAutoExclusive(True)  # a radio button for screen readers, not a check box
        self.setFixedHeight(theme().px("control_height.md"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_label(self, shown: bool) -> None:
        self._shows_label = shown or not self._icon
        self.setToolTip("" if self._shows_label else plain_tooltip(self.text()))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._content_width() + 22, self.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _content_width(self) -> int:
        text_width = QFontMetrics(self._font()).horizontalAdvance(self.text()) if self._shows_label else 0
        return (
            text_width + (theme().px("icon.control") if self._icon else 0) + (_GAP if self._icon and text_width else 0)
        )

    def _font(self) -> QFont:
        font = theme().font("body")
        font.setWeight(font.Weight.Medium)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            radius = theme().px("radius.control")
            # The neighbours' rounded ends are outside the clip, so that only the outer corners are round.
            box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5 if self._last else 0.5, -0.5)
            shape = box.adjusted(0 if self._first else -radius, 0, 0 if self._last else radius, 0)
            painter.setClipRect(self.rect())
            on = self.isChecked()
            fill = "accent.soft" if on else "row.hover" if self.underMouse() else "surface"
            painter.setBrush(theme().color(fill))
            painter.setPen(QPen(theme().color("border.strong"), 1))
            painter.drawRoundedRect(shape, radius, radius)
            if not self._first:
                painter.drawLine(QPoint(0, 0), QPoint(0, self.height()))
            left = (self.width() - self._content_width()) // 2
            if self._icon:
                side = theme().px("icon.control")
                spot = QRect(left, (self.height() - side) // 2, side, side)
                theme().icon(self._icon, on="accent.text").paint(painter, spot, state=_state(on))
                left += side + _GAP
            if self._shows_label:
                painter.setFont(self._font())
                painter.setPen(theme().color("accent.text" if on else "text"))
                room = QRect(left, 0, self.width() - left, self.height())
                painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.text())


def _state(on: bool) -> QIcon.State:
    return QIcon.State.On if on else QIcon.State.Off
