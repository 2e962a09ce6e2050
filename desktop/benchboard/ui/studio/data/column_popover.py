"""What can be changed about a column of a file: its kind, whether it is left out, unit, title and name in queries."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.analytics.files.column_names import NAME
from benchboard.analytics.files.inspection_types import TypeFit
from benchboard.analytics.files.scan import ScanColumn
from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.i18n import _, number
from benchboard.ui.studio.data.value_text import KIND_ICONS, kind_title
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Edit, Field, Popover, Text, hairline
from benchboard.ui.widgets.accessible import choice_of_several
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.tab_order import one_tab_stop_list, step_by_key

LEAVE_OUT: Final = "leave-out"
_WIDTH: Final = 300
_ROW: Final = 30
_LONGEST_TITLE: Final = 200
_KINDS: Final[tuple[ColumnKind, ...]] = ("float", "integer", "text", "boolean", "timestamp", "date")


class ColumnPopover(Popover):
    """Opened at a column's head, with the `kinds` that it can have. `choose` is called with a kind, or with
    `LEAVE_OUT`; `write` with the unit, the name and the title when it closes, if they were changed and can be used."""

    def __init__(
        self,
        anchor: QWidget,
        column: ScanColumn,
        taken: Sequence[str],
        choose: Callable[[str], object],
        write: Callable[[str, str, str], object],
        *,
        kinds: Sequence[ColumnKind] = _KINDS,
        has_unit: bool = True,
    ) -> None:
        super().__init__(anchor, width=_WIDTH, padding=8, name="column_popover")
        self._column, self._taken, self._write = column, frozenset(taken), write
        self.column.setSpacing(0)
        heading = Text(column.title, "caption", "muted")
        heading.setContentsMargins(8, 4, 8, 8)
        self.column.addWidget(heading)
        kinds = kinds if column.kind in kinds else (column.kind, *kinds)
        self.rows: dict[str, _Choice] = {kind: _Choice(kind, KIND_ICONS[kind], kind_title(kind)) for kind in kinds}
        out = _Choice(LEAVE_OUT, "ph.eye-slash", _("Exclude column"))
        by_key: dict[str, _Choice] = {**self.rows, LEAVE_OUT: out}
        chosen = LEAVE_OUT if column.left_out else column.kind
        self._chosen = by_key[chosen]
        self.column.addWidget(_listed(by_key.values()))
        for key, row in by_key.items():
            row.setChecked(key == chosen)
            row.clicked.connect(lambda _on=False, key=key: self._choose(key, choose))
        self.column.addSpacing(8)
        self.column.addWidget(hairline())
        self.column.addSpacing(8)
        self.unit = Edit(name="column_unit")
        self.unit.setText(column.unit)
        self.unit.setMaxLength(20)
        self.name = Edit(name="column_name")
        self.name.setFont(theme().font("mono"))
        self.name.setText(column.name)
        self.name.textChanged.connect(lambda _text: self._check())
        self._name_field = Field(_("Name in queries"), self.name)
        self.title = Edit(name="column_title")
        self.title.setText(column.title)
        self.title.setMaxLength(_LONGEST_TITLE)
        unit = Field(_("Unit"), self.unit)
        for field in (unit, Field(_("Title"), self.title), self._name_field):
            field.setContentsMargins(8, 0, 8, 0)
            self.column.addWidget(field)
            self.column.addSpacing(8 if field is not unit or has_unit else 0)
        unit.setVisible(has_unit)  # not before it is in here: it would be shown as a window of its own
        for edit in (self.unit, self.title, self.name):
            edit.returnPressed.connect(self.close)
        self.closed.connect(self._save)

    def open(self) -> None:
        """Show it with the focus on the present kind."""
        super().open()
        self._chosen.setFocus(Qt.FocusReason.PopupFocusReason)

    def event(self, event: QEvent) -> bool:
        # The page behind would add the file without what is typed here.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_ctrl_enter(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes it and keeps neither unit nor names, as it cancels a dialog; Ctrl+Enter keeps them."""
        if _is_ctrl_enter(event):
            self.close()
            return
        if event.key() == Qt.Key.Key_Escape:
            self.unit.setText(self._column.unit)
            self.name.setText(self._column.name)
            self.title.setText(self._column.title)
        super().keyPressEvent(event)

    def show_fits(self, fits: Sequence[TypeFit]) -> None:
        """Show how many values fit each kind."""
        for fit in fits:
            if (row := self.rows.get(fit.kind)) is not None:
                row.show_fit(fit)

    def _choose(self, key: str, choose: Callable[[str], object]) -> None:
        self.close()
        choose(key)

    def _problem(self) -> str:
        """Why the name can't be used; empty if it can."""
        name = self.name.text().strip()
        if NAME.fullmatch(name) is None:
            return _("Use lowercase letters, digits and underscores. Start with a letter.")
        return _("Another column already has this name.") if name in self._taken else ""

    def _check(self) -> None:
        self._name_field.set_error(self._problem())
        self.move_into_place()

    def _save(self) -> None:
        name = self._column.name if self._problem() else self.name.text().strip()
        unit, title = self.unit.text().strip(), " ".join(self.title.text().split())
        if not title or not self.title.isModified():
            title = self._column.title
        if (unit, name, title) != (self._column.unit, self._column.name, self._column.title):
            self._write(unit, name, title)


def _is_ctrl_enter(event: QKeyEvent) -> bool:
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return is_enter and modifiers == Qt.KeyboardModifier.ControlModifier


def _listed(choices: Iterable[QWidget]) -> QWidget:
    """The kinds below each other: one stop of Tab, from which it goes on to the unit."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for choice in choices:
        column.addWidget(choice)
    one_tab_stop_list(holder)
    return holder


class _Choice(Pressable):
    """A kind: its icon and title, how many values fit, and a check mark at the one chosen."""

    def __init__(self, key: str, icon: str, title: str) -> None:
        super().__init__()
        self._icon, self._fit_text, self._tone = icon, "", "text.muted"
        self.setObjectName(f"kind_{key}")
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(True)
        choice_of_several(self)
        self.setFixedHeight(_ROW)

    def show_fit(self, fit: TypeFit) -> None:
        """Show how many of the column's values fit."""
        if fit.fits == fit.of:
            self._fit_text, self._tone = _("all fit"), "text.muted"
        else:
            self._fit_text = _("{count} fit").format(count=number(fit.fits))
            self._tone = "warn" if fit.fits else "error"
        self.setAccessibleDescription(self._fit_text)
        self.update()

    @property
    def fit_text(self) -> str:
        """How many values fit, as it is shown."""
        return self._fit_text

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not step_by_key(self, event.key()):
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH - 16, _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.isChecked() or self.underMouse() or self.hasFocus():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color("selection" if self.isChecked() else "row.hover"))
                painter.drawRoundedRect(self.rect(), 4, 4)
            middle = self.height() / 2
            paint_icon(painter, self._icon, QRectF(10, middle - 8, 16, 16), theme().color("text.secondary"))
            painter.setPen(theme().color("text"))
            painter.setFont(theme().font("body_strong" if self.isChecked() else "body"))
            painter.drawText(QRect(36, 0, self.width() - 60, self.height()), Qt.AlignmentFlag.AlignVCenter, self.text())
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color(self._tone))
            width = QFontMetrics(painter.font()).horizontalAdvance(self._fit_text)
            spot = QRect(self.width() - 34 - width, 0, width + 2, self.height())
            painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter, self._fit_text)
            if self.isChecked():
                check = QRectF(self.width() - 24, middle - 7, 14, 14)
                paint_icon(painter, "ph.check", check, theme().color("accent.text"))
