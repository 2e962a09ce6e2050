"""The drawn parts of the pairing wizard: the countdown ring, the checklist, the picture of the button to press."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from benchboard.i18n import _, ngettext, number
from benchboard.ui.paged.paged_model import Mark
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Text, paint_icon
from benchboard.ui.widgets.accessible import Role, describe, rename, untold
from benchboard.ui.widgets.focus import FocusRinged
from benchboard.ui.widgets.readable_rows import Readable
from benchboard.ui.widgets.stepper import paint_step_number

StepState = Literal["todo", "now", "done", "unverified", "failed"]
_LOOK: Final[dict[str, tuple[str, str, str]]] = {
    "todo": ("ph.circle", "text.muted", "text.secondary"),
    "now": ("ph.spinner", "accent.text", "accent.text"),
    "done": ("ph.check", "ok", "text"),
    "unverified": ("ph.minus-circle", "text.secondary", "text"),
    "failed": ("ph.warning-circle-fill", "error", "error"),
}


_MOST_SLOTS: Final = 4
"""Dongles that have room side by side in the wizard."""
_LEAST_COLUMNS: Final = 2
_SLOT_HEIGHT: Final = 116
_LINE: Final = 4
"""Pixels of the line that shows how far the pairing of a dongle is."""
_SLOT_TONES: Final = {"ok": "ok", "info": "text.secondary", "warn": "warn", "error": "error"}


class CountdownRing(QWidget):
    """The seconds left, as a number in a ring that empties."""

    accessible_role = Role.StaticText

    def __init__(self, whole: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole, self._left = whole, whole
        self.setFixedSize(96, 104)

    def show_left(self, seconds: float) -> None:
        self._left = max(0.0, min(seconds, self._whole))
        self.setAccessibleName(_("{count} seconds left").format(count=round(self._left)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(14, 4, 68, 68)
            painter.setPen(QPen(theme().color("border"), 5))
            painter.drawEllipse(box)
            pen = QPen(theme().color("accent"), 5)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawArc(box, 90 * 16, -round(360 * 16 * self._left / self._whole))
            painter.setPen(theme().color("text"))
            painter.setFont(theme().font("display"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(round(self._left)))
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.muted"))
            painter.drawText(QRectF(0, 80, 96, 18), Qt.AlignmentFlag.AlignCenter, _("seconds left"))


class PairingChecklist(Readable, QWidget):
    """The steps of the claim, one line each, with a mark for their progress; one stop of Tab."""

    def __init__(self, lines: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = list(lines)
        self._marks: list[StepState] = ["todo"] * len(lines)
        self.setFixedHeight(28 * len(lines))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._update_accessible_name()

    def set_current(self, index: int) -> None:
        """Mark line `index` as current; those before it are done."""
        for i in range(len(self._marks)):
            self._marks[i] = "done" if i < index else "todo"
        if index < len(self._marks):
            self._marks[index] = "now"
        self._update_accessible_name()
        self.update()

    def reset(self) -> None:
        """Mark no line: nothing has started."""
        self._marks = ["todo"] * len(self._marks)
        self._update_accessible_name()
        self.update()

    def show_failed(self, index: int, *, keep_done: bool = False) -> None:
        """Mark line `index` alone as failed: none of the others is done, they all start again. With `keep_done`, those
        before it stay done.
        """
        self._marks = ["done" if keep_done and at < index else "todo" for at in range(len(self._marks))]
        self._marks[index] = "failed"
        self._update_accessible_name()
        self.update()

    def show_unverified(self, index: int) -> None:
        """All lines are done, but line `index` has verified nothing."""
        self.set_current(len(self._marks))
        self._marks[index] = "unverified"
        self._update_accessible_name()

    @property
    def marks(self) -> tuple[StepState, ...]:
        return tuple(self._marks)

    def _update_accessible_name(self) -> None:
        words = {"todo": _("waiting"), "now": _("in progress"), "done": _("done"), "failed": _("failed")}
        words["unverified"] = _("not verified")
        done = sum(mark == "done" for mark in self._marks)
        counted = _("{done} of {count} done").format(done=done, count=len(self._marks))
        lines = (f"{line}: {words[mark]}" for line, mark in zip(self._lines, self._marks, strict=True))
        with untold():  # what matters of it is announced
            rename(self, ". ".join((counted, *lines)))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            for index, (line, mark) in enumerate(zip(self._lines, self._marks, strict=True)):
                icon, ink, text_tone = _LOOK[mark]
                top = 28 * index
                spot = QRectF(0, top + 6, 16, 16)
                if mark == "todo":  # its number: an empty circle would be a choice
                    paint_step_number(painter, spot, index + 1)
                else:
                    paint_icon(painter, icon, spot, theme().color(ink))
                painter.setFont(theme().font("body_strong" if mark in ("now", "failed") else "body"))
                painter.setPen(theme().color(text_tone))
                painter.drawText(QRectF(26, top, self.width() - 26, 28), Qt.AlignmentFlag.AlignVCenter, line)


class DongleChoice(FocusRinged, QAbstractButton):
    """A dongle to select: its port, its id, and what is known about it."""

    def __init__(self, port_name: str, device_id: str, description: str) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setAutoExclusive(True)  # a radio button for screen readers, not a check box
        self.setFixedHeight(60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_dongle(port_name, device_id, description)

    def show_dongle(self, port_name: str, device_id: str, description: str) -> None:
        """Show another port of the same dongle, or more that is known about it."""
        self._port_name, self._device_id, self._description = port_name, device_id, description
        if (name := f"{port_name}, {device_id}") != self.accessibleName():
            self.setAccessibleName(name)
        describe(self, description)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, 60)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            on = self.isChecked()
            lined = on or self.hasFocus()
            painter.setPen(QPen(theme().color("accent" if lined else "border.strong"), 2 if lined else 1))
            painter.setBrush(theme().color("accent.soft" if on else "row.hover" if self.underMouse() else "surface"))
            painter.drawRoundedRect(box, 6, 6)
            mark = QPointF(24, box.center().y())
            painter.setPen(QPen(theme().color("accent" if on else "border.control"), 1.5))
            painter.setBrush(theme().color("surface"))
            painter.drawEllipse(mark, 7, 7)
            if on:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color("accent"))
                painter.drawEllipse(mark, 4, 4)
            painter.setFont(theme().font("body_strong"))
            painter.setPen(theme().color("text"))
            upper = QRectF(46, 9, box.width() - 60, 20)
            painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, self._port_name)
            left = painter.fontMetrics().horizontalAdvance(self._port_name) + 14
            painter.setFont(theme().font("mono"))
            painter.setPen(theme().color("text.secondary"))
            painter.drawText(upper.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._device_id)
            painter.setFont(theme().font("body"))
            painter.drawText(QRectF(46, 31, box.width() - 60, 20), Qt.AlignmentFlag.AlignVCenter, self._description)


class SlotState(NamedTuple):
    """One of the connected dongles, whether it `is_current`, how far its pairing is (0 to 1), and that in words."""

    title: str
    device_id: str
    status: Mark
    is_current: bool = False
    share: float = 0.0
    caption: str = ""


class PairingSlot(QWidget):
    """One of the connected dongles, which may be the one that is being paired: its place, name, id and status."""

    accessible_role = Role.ListItem

    def __init__(self, place: int, state: SlotState) -> None:
        super().__init__()
        self._place, self._title, self._device_id = place, state.title, state.device_id
        self._status, self._is_current = state.status, state.is_current
        self._share, self._caption = state.share, state.caption
        self.setFixedHeight(_SLOT_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{state.title}, {state.status.text}")
        self.setAccessibleDescription(state.caption)

    def paintEvent(self, event: QPaintEvent) -> None:
        kind = self._status.kind
        tone = "accent.text" if self._is_current and kind == "info" else _SLOT_TONES.get(kind, "text.secondary")
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            wide = 2 if self._is_current else 1
            inset, radius = wide / 2, theme().px("radius.tile")
            box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
            painter.setPen(QPen(theme().color("accent" if self._is_current else "tile.border"), wide))
            painter.setBrush(theme().color("accent.soft" if self._is_current else "surface"))
            painter.drawRoundedRect(box, radius, radius)
            inside = box.adjusted(12, 10, -12, -10)
            badge = QRectF(inside.left(), inside.top(), 20, 20)
            painter.setPen(QPen(theme().color("border"), 1))
            painter.setBrush(theme().color("surface.alt"))
            painter.drawRoundedRect(badge, 4, 4)
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.secondary"))
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(self._place))
            icon = QRectF(inside.right() - 16, inside.top() + 2, 16, 16)
            paint_icon(painter, self._status.icon, icon, theme().color(tone))
            name = QRectF(badge.right() + 8, inside.top(), icon.left() - badge.right() - 16, 20)
            _paint_line(painter, name, self._title, "body_strong", "text")
            _paint_line(painter, QRectF(inside.left(), inside.top() + 24, inside.width(), 16), self._device_id, "mono",
                        "text.secondary")  # fmt: skip
            self._paint_share(painter, QRectF(inside.left(), inside.top() + 48, inside.width(), _LINE))
            status = QRectF(inside.left(), inside.top() + 58, inside.width(), 18)
            _paint_line(painter, status, self._status.text, "body_strong", tone)
            caption = QRectF(inside.left(), status.bottom(), inside.width(), 18)
            _paint_line(painter, caption, self._caption, "caption", "text.muted")

    def _paint_share(self, painter: QPainter, track: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("border"))
        painter.drawRoundedRect(track, _LINE / 2, _LINE / 2)
        if self._share:
            painter.setBrush(theme().color("ok" if self._share >= 1 else "accent"))
            done = QRectF(track.left(), track.top(), track.width() * min(self._share, 1.0), track.height())
            painter.drawRoundedRect(done, _LINE / 2, _LINE / 2)


def _paint_line(painter: QPainter, box: QRectF, text: str, font: str, tone: str) -> None:
    painter.setFont(theme().font(font))
    painter.setPen(theme().color(tone))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)


class PairingOverview(QWidget):
    """The connected dongles side by side, as many as have room, with the one that is being paired."""

    def __init__(self) -> None:
        super().__init__()
        self._count = Text("", tone="muted")
        self._rest = Text("", "caption", "muted")
        head = QHBoxLayout()
        head.setSpacing(theme().px("spacing.2"))
        head.addWidget(Text(_("Connected dongles"), "body_strong", "secondary"))
        head.addWidget(self._count)
        head.addStretch(1)
        head.addWidget(self._rest)
        self._slots = QHBoxLayout()
        self._slots.setSpacing(theme().px("spacing.2"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px("spacing.2"))
        column.addLayout(head)
        column.addLayout(self._slots)
        self._shown: list[SlotState] = []

    @property
    def slots(self) -> tuple[PairingSlot, ...]:
        """The dongles that are shown."""
        return tuple(self.findChildren(PairingSlot))

    def show_dongles(self, dongles: Sequence[SlotState], paired: int) -> None:
        """Show these; the one that is being paired is among those shown."""
        count = len(dongles)
        at = next((place for place, one in enumerate(dongles) if one.is_current), 0)
        first = max(0, min(at - _MOST_SLOTS + 1, count - _MOST_SLOTS))
        shown = list(dongles[first : first + _MOST_SLOTS])
        self._count.setText(_("{count} of {total} paired").format(count=number(paired), total=number(count)))
        rest = count - len(shown)
        self._rest.setText(ngettext("{count} more", "{count} more", rest).format(count=number(rest)) if rest else "")
        if shown == self._shown:
            return
        self._shown = shown
        while (item := self._slots.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.setParent(None)
                old.deleteLater()
        for place, state in enumerate(shown, first + 1):
            self._slots.addWidget(PairingSlot(place, state), 1)
        for _free in range(_LEAST_COLUMNS - len(shown)):  # one alone doesn't stretch across
            self._slots.addStretch(1)


class DonglePicture(QWidget):
    """A dongle with its light and button; `press` points at the button; its light may be blinking."""

    accessible_role = Role.Graphic

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._id = ""
        self._press = False
        self.blinking = True
        self.setFixedSize(264, 176)

    def show_dongle(self, device_id: str, *, press: bool, blinking: bool = True) -> None:
        self._id, self._press, self.blinking = device_id, press, blinking
        told = _("Dongle {id}, its light blinks") if blinking else _("Dongle {id}")
        self.setAccessibleName(told.format(id=device_id))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(264, 176)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme().color("border.strong"), 1))
            painter.setBrush(theme().color("surface.alt"))
            painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), 8, 8)
            line = QPen(theme().color("text.secondary"), 1.4)
            painter.setPen(line)
            painter.setBrush(theme().color("surface"))
            painter.drawRect(QRectF(18, 74, 38, 40))
            painter.drawLine(QPointF(26, 86), QPointF(36, 86))
            painter.drawLine(QPointF(26, 102), QPointF(36, 102))
            painter.drawRoundedRect(QRectF(56, 58, 152, 72), 7, 7)
            painter.drawRect(QRectF(208, 72, 22, 44))
            for y in (82, 94, 106):
                painter.drawLine(QPointF(230, y), QPointF(242, y))
            self._button(painter)
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.secondary"))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            if self.blinking:
                painter.drawText(QRectF(88, 66, 94, 20), right, _("blinking"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("accent" if self.blinking else "border.strong"))
            painter.drawEllipse(QPointF(194, 76), 5, 5)
            painter.setFont(theme().font("mono"))
            painter.setPen(theme().color("text"))
            shown = f"{self._id[-8:-4]} {self._id[-4:]}"
            painter.drawText(QRectF(108, 100, 92, 20), right, shown)
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.muted"))
            under = _("Its label shows the last 8 characters of its ID")
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(8, 134, self.width() - 16, 38), wrapped, under)

    def _button(self, painter: QPainter) -> None:
        centre = QPointF(88, 94)
        accent = theme().color("accent.text" if self._press else "text.muted")
        painter.setPen(QPen(accent, 2))
        painter.setBrush(theme().color("accent.soft" if self._press else "surface"))
        painter.drawEllipse(centre, 13, 13)
        painter.setBrush(theme().color("accent" if self._press else "border.strong"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(centre, 7, 7)
        if self._press:
            painter.setPen(QPen(accent, 2))
            painter.drawLine(QPointF(88, 44), QPointF(88, 72))
            painter.drawPolyline(QPolygonF([QPointF(82, 66), QPointF(88, 74), QPointF(94, 66)]))
