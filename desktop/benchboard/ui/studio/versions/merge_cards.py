"""The cards of a conflict: your side and theirs with their fields, and the result of the choices."""

from collections.abc import Sequence
from typing import Final, Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from benchboard.dashboards.versions.three_way_merge import Key, Resolution
from benchboard.i18n import _
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.versions.merge_decisions import ConflictGroup, MergeDecisions, Party
from benchboard.ui.studio.versions.widget_thumbnails import ThumbnailAnswers, TileView
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Avatar, Button, Card, Elided, Text, hairline
from benchboard.ui.widgets.accessible import choice_of_several
from benchboard.ui.widgets.buttons import paint_radio
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.paragraph import PaintedParagraph

Side = Literal["mine", "theirs"]
_LABEL: Final = 112
_DOT: Final = 15
_HIGHEST: Final = 140
_MOST_SHOWN: Final = 2_000
_RESULT_FIELDS: Final = 440
"""Pixels at most that the fields of the result take: beside a wide picture they would be too far apart to read."""


class FieldChoice(QRadioButton):
    """One side's value of a conflicting field; pressing it takes that value.

    Arrow keys move to other fields and to the other side (`leave`: left, right, up or down).
    """

    leave = Signal(int)

    def __init__(self, name: str, value: str, whose: str) -> None:
        super().__init__()
        self._name, self._value = name, number_format.truncate(value, _MOST_SHOWN)
        self.setAutoExclusive(False)
        choice_of_several(self)
        self.setAccessibleName(f"{name}: {value}")
        self.setAccessibleDescription(whose)
        self.setToolTip(plain_tooltip(value) if len(value) > 40 else "")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def nextCheckState(self) -> None:
        """Do nothing: pressing it emits a signal, and the screen sets the state."""

    def hitButton(self, position: "object") -> bool:
        return True

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        room = max(40, width - _LABEL - 16 - 48)
        return min(max(32, PaintedParagraph(self._value, room, "body_strong").height + 14), _HIGHEST)

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(self.width(), 200)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down}
        if event.key() in keys and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.leave.emit(event.key())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = self.rect()
            painter.fillRect(box, theme().color("row.hover" if self.underMouse() else "surface.alt"))
            painter.fillRect(0, 0, 2, box.height(), theme().color("warn"))
            painter.fillRect(0, box.bottom(), box.width(), 1, theme().color("grid"))
            painter.setFont(theme().font("body"))
            painter.setPen(theme().color("text.muted"))
            top = box.adjusted(16, 7, -40, -5)
            name = self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, _LABEL - 8)
            painter.drawText(top, Qt.AlignmentFlag.AlignTop, name)
            painter.setPen(theme().color("text"))
            value = PaintedParagraph(self._value, top.width() - _LABEL, "body_strong")
            value.paint(painter, QPointF(top.left() + _LABEL, top.top() - 1))
            if self.hasFocus():  # drawn inside, where the card doesn't clip it
                painter.setPen(QPen(theme().color("focus"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(box.adjusted(1, 1, -1, -1))
            paint_radio(painter, QRectF(box.right() - 16 - _DOT, 8, _DOT, _DOT), on=self.isChecked())


class SideCard(Card):
    """One side: the user, a preview of the tile, the fields. `fields_chosen` emits the keys chosen from this side."""

    fields_chosen = Signal(object)
    leave = Signal(int, int)
    """An arrow key left a field (by index)."""

    def __init__(self, case: ConflictGroup, side: Side, party: Party, answers: ThumbnailAnswers) -> None:
        super().__init__(padding=0)
        self._case, self._side = case, side
        self.choices: dict[Key, FieldChoice] = {}
        whose = _("Yours") if side == "mine" else _("Theirs")
        self.setAccessibleName(f"{whose}: {party.name}")
        self.column.setSpacing(0)
        self.column.addLayout(self._head(whose, party))
        removed = _("You removed it.") if side == "mine" else _("{name} removed it.").format(name=party.first_name)
        if case.id:
            tile = TileView(answers)
            tile.show_item(case.item(side), case.runs(side), none=removed)
            holder = QVBoxLayout()
            holder.setContentsMargins(16, 0, 16, 12)
            holder.addWidget(tile)
            self.column.addLayout(holder)
        for number, conflict in enumerate(case.conflicts):
            value = case.value(conflict, conflict.mine if side == "mine" else conflict.theirs)
            row = FieldChoice(case.label(conflict.path), value, whose)
            row.setObjectName(f"merge_{side}_{number}")
            row.clicked.connect(lambda _on=False, key=conflict.key: self.fields_chosen.emit([key]))
            row.leave.connect(lambda key, number=number: self.leave.emit(number, key))
            self.choices[conflict.key] = row
            self.column.addWidget(row)
        for name, value in case.agreed(side):
            self.column.addWidget(_plain_row(name, value))
        self.column.addStretch(1)

    def show_choices(self, choices: dict[Key, Resolution]) -> None:
        """Check the fields that are taken from this side."""
        for key, row in self.choices.items():
            row.setChecked(choices.get(key) in (self._side, "both"))

    def focus(self, number: int) -> None:
        """Focus a field by index."""
        rows = list(self.choices.values())
        rows[max(0, min(number, len(rows) - 1))].setFocus(Qt.FocusReason.TabFocusReason)

    def _head(self, whose: str, party: Party) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 12, 16, 8)
        row.setSpacing(8)
        row.addWidget(Avatar(party.name, 28))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Text(whose, "body_strong"))
        caption = ", ".join(part for part in (party.name, party.words) if part)
        words.addWidget(Elided(caption, "caption", "muted"))
        row.addLayout(words, 1)
        keys = list(self._case.conflicts)
        take = Button(_("Keep all"), lambda: self.fields_chosen.emit([one.key for one in keys]), size="sm",
                      name=f"merge_take_{self._side}")  # fmt: skip
        take.setAccessibleName(f"{take.text()}: {whose}")
        row.addWidget(take)
        return row


def _plain_row(name: str, value: str) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    row = QHBoxLayout()
    row.setContentsMargins(16, 8, 16, 8)
    row.setSpacing(0)
    label = Text(name, "body", "muted")
    label.setFixedWidth(_LABEL)
    row.addWidget(label)
    row.addWidget(Elided(value), 1)
    column.addLayout(row)
    column.addWidget(hairline())
    return holder


class ResultCard(Card):
    """The result of the choices."""

    def __init__(self, answers: ThumbnailAnswers, next_number: int | None) -> None:
        super().__init__(padding=16)
        top = QHBoxLayout()
        top.addWidget(Text(_("Result"), "body_strong"))
        if next_number is not None:
            top.addWidget(Text(_("saved as version {number}").format(number=next_number), "body", "muted"))
        top.addStretch(1)
        self.column.addLayout(top)
        self._results = answers
        self._tile = TileView(answers)
        self._tile.setMaximumWidth(330)
        self._fields = QGridLayout()
        self._fields.setContentsMargins(0, 0, 0, 0)
        self._fields.setHorizontalSpacing(24)
        self._fields.setVerticalSpacing(8)
        self._fields.setColumnStretch(1, 3)
        self._fields.setColumnStretch(2, 2)
        row = QHBoxLayout()
        row.setSpacing(24)
        row.addWidget(self._tile, 1)
        fields = QWidget()
        fields.setLayout(self._fields)
        fields.setMaximumWidth(_RESULT_FIELDS)
        row.addWidget(fields, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch()
        self.column.addLayout(row)

    def show_result(self, case: ConflictGroup, decisions: MergeDecisions) -> None:
        """Show the result of the choices made so far."""
        document = decisions.result()
        decided = decisions.is_decided(case)
        item = case.find(document) if decided else None
        self._tile.setVisible(bool(case.id))
        self._tile.show_item(item, none=_("It will be removed.") if decided else _("Not resolved yet"))
        self._results.load_widget(item, document)
        while (taken := self._fields.takeAt(0)) is not None:
            if (old := taken.widget()) is not None:
                old.hide()
                old.deleteLater()
        descriptions = []
        for row, (name, value, whose) in enumerate(_result_rows(case, decisions)):
            descriptions.append(f"{name}: {value} ({whose})")
            self._fields.addWidget(Text(name, "body", "muted"), row, 0)
            self._fields.addWidget(Elided(value), row, 1)
            self._fields.addWidget(Text(whose, "caption", "muted"), row, 2)
        self.setAccessibleName(", ".join((_("Result"), *descriptions)))


def _result_rows(case: ConflictGroup, decisions: MergeDecisions) -> Sequence[tuple[str, str, str]]:
    rows = []
    for conflict in case.conflicts:
        choice = decisions.choices.get(conflict.key)
        value = {"mine": conflict.mine, "theirs": conflict.theirs, "both": conflict.mine}.get(choice or "")
        words = case.value(conflict, value) if choice is not None else "–"
        whose = {"mine": _("yours"), "theirs": _("theirs"), "both": _("both kept")}
        rows.append((case.label(conflict.path), words, whose[choice] if choice is not None else _("not resolved yet")))
    return rows
