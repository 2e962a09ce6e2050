"""The demo's picker: its people, and what each may do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.identity.roles import role_title
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import place_text
from benchboard.ui.widgets.badges import Badge
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.dialog import Dialog
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.labels import Avatar, Text
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.surfaces import Icon
from benchboard.ui.widgets.tab_order import one_tab_stop_list, step_by_key

if TYPE_CHECKING:
    from benchboard.identity.authentication import DemoPerson


def role_description(role: str) -> str:
    """What a system role allows, as a sentence."""
    descriptions = {
        "admin": _("Full access: people, sessions, audit log, dongles and dashboards."),
        "ops_manager": _("Views all dongles, builds dashboards from all orders. Can't change dongles."),
        "analyst": _("Adds data, and builds dashboards from it and from all orders."),
        "technician": _("Pairs dongles and sets their bit timing. Can't see orders."),
        "business_user": _("Builds dashboards from the orders of their own shops."),
    }
    return descriptions.get(role, "")


class DemoPicker(Dialog):
    """A list of people; `picked` emits the id of the one selected."""

    picked = Signal(str)

    def __init__(self, window: QWidget, people: "Sequence[DemoPerson]", ending: str = "", active: str = "") -> None:
        """`ending`: what stops when another person is chosen. `active`: the id of who is signed in."""
        height = 168 + 66 * len(people) + (32 if ending else 0)
        super().__init__(window, _("Choose who to sign in as"), size=QSize(560, height), name="demo_picker")
        self.content.setSpacing(6)
        self.content.addWidget(
            Paragraph(
                _("No password needed. To switch later, select Switch person in the account menu."),
                "body",
                "secondary",
            )
        )
        if ending:
            note = Paragraph(ending, "body", "warn")
            note.setObjectName("demo_ending")
            self.content.addWidget(note)
        listed = QWidget()
        one_tab_stop_list(listed)
        listed.setAccessibleName(_("People"))
        column = QVBoxLayout(listed)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for at, person in enumerate(people):
            is_active = person.user_id == active
            line = _PersonButton(person.name, role_title(person.role), role_description(person.role), active=is_active)
            place = place_text(at, len(people))
            line.setAccessibleDescription(f"{role_description(person.role)} {place}".strip())
            line.setObjectName(f"demo_{person.role}")
            line.clicked.connect(lambda _checked=False, user_id=person.user_id: self._pick(user_id))
            column.addWidget(line)
        self.content.addWidget(listed)
        self.content.addStretch(1)
        self.add_button(Button(_("Cancel"), self.leave, name="demo_not_now"))

    def _pick(self, user_id: str) -> None:
        self.dismiss_to(lambda: self.picked.emit(user_id))


class _PersonButton(Pressable):
    shows_focus_ring = False

    def __init__(self, name: str, role: str, description: str, *, active: bool) -> None:
        super().__init__()
        self.setText(name)
        self.setAccessibleName(", ".join((name, role, _("Signed in now"))) if active else f"{name}, {role}")
        self.setFixedHeight(60)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 0, 14, 0)
        line.setSpacing(12)
        line.addWidget(Avatar(name, 34))
        text_column = QVBoxLayout()
        text_column.setSpacing(1)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(Text(name, "body_strong"))
        top.addWidget(Text(role, "body", "muted"))
        top.addStretch(1)
        text_column.addStretch(1)
        text_column.addLayout(top)
        text_column.addWidget(Paragraph(description, "caption", "secondary"))
        text_column.addStretch(1)
        line.addLayout(text_column, 1)
        line.addWidget(Badge("ok", _("Signed in now")) if active else Icon("ph.caret-right", "text.muted", 14))
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return QSize(400, 60)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or not step_by_key(self, event.key()):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            focused = self.hasFocus()
            painter.setPen(QPen(theme().color("focus" if focused else "tile.border"), 2 if focused else 1))
            painter.setBrush(theme().color("row.hover" if self.underMouse() else "raised"))
            inset = 1.0 if focused else 0.5
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 8, 8)
