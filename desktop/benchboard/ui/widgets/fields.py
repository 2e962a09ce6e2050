"""Fields: a label, an editor, its unit, and an error or hint below."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import shiboken6
from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QAction,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY, Handler, install_shortcuts
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce, describe, rows_replaced, tell_value, untold
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.labels import KeyCap, Text, plain_tooltip, restyle
from benchboard.ui.widgets.menus import EDGE, LABEL, ROW, MenuShadow, paint_ground, round_corners
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.tab_order import tab_stops
from benchboard.ui.window_commands import FILTER, LIST_VIEW

_PAUSE_MS = 200
_HINT_LETTERS: Final = 17
"""The letters x for which a QLineEdit asks for space."""
_ERROR_ICON: Final = 22
"""Pixels that the error icon takes at the end of a field."""
_PADDING: Final = 30
"""Pixels of a field that are neither its value nor what stands at its end."""


def describe_search(field: QLineEdit) -> None:
    """Describe a field that is called by its placeholder, as those to search are: for one without a description, Qt
    tells screen readers the placeholder again. Call it after either changed; a description of its own stays.
    """
    what = _("Filters as you type")
    if field.accessibleDescription() in ("", what):
        name = field.accessibleName()
        field.setAccessibleDescription(what if name and name == field.placeholderText() else "")


class Edit(QLineEdit):
    """A line edit, with an optional icon in front and a unit or key cap at its end; `mono` for bytes and IDs."""

    def __init__(
        self,
        *,
        placeholder: str = "",
        icon: str = "",
        unit: str = "",
        keys: str = "",
        clear: bool = False,
        mono: bool = False,
        name: str = "",
        label: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        if mono:
            self.setProperty("type", "mono")  # the style sheet's font is that of a control otherwise
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(label or placeholder)
        self.setFixedHeight(theme().px("control_height.md"))
        self.setClearButtonEnabled(False)
        self._unit = Text(unit, tone="muted", parent=self) if unit else None
        self._key_cap = KeyCap(keys, parent=self) if keys else None
        self._tail: Text | None = None
        """What is said of the value at its end."""
        self._error_icon: QAction | None = None
        self._empty_hint: QSize | None = None
        """What a field with an × asked for while it was empty."""
        self._can_clear = clear
        self._marked = (0, 0)
        """The part that is underlined as wrong: where it starts, and how many letters it has."""
        if icon:
            self.setProperty("iconed", True)
            mark = self.addAction(theme().icon(icon, "text.muted"), QLineEdit.ActionPosition.LeadingPosition)
            mark.setText(label or placeholder)  # to a screen reader it is a button, which needs a name
        if clear:
            self._add_clear_button()
        self.inputRejected.connect(self._explain_limit)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        describe_search(self)

    def sizeHint(self) -> QSize:
        # With its ×, Qt would have it wider, but learns of that only when the theme changes.
        if not self._can_clear or not self.text() or self._empty_hint is None:
            self._empty_hint = super().sizeHint()
        return self._empty_hint

    def event(self, event: QEvent) -> bool:
        # Qt's field takes the keys of undo even with nothing to undo: then they are those of the view around it.
        if event.type() == QEvent.Type.ShortcutOverride and self._leaves_undo(event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._leaves_undo(event) or self._leaves_enter(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _leaves_enter(self, event: QKeyEvent) -> bool:
        """Whether a key is Ctrl+Enter in a dialog, which presses its blue button: as Enter in the field, it would do
        the same twice."""
        around: QWidget | None = self
        while around is not None and not getattr(around, "takes_ctrl_enter", False):
            around = around.parentWidget()
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        return around is not None and is_enter and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)

    def _leaves_undo(self, event: QEvent) -> bool:
        """Whether a key means undo or redo, and nothing that was typed here can be."""
        if not isinstance(event, QKeyEvent):
            return False
        undo = event.matches(QKeySequence.StandardKey.Undo) and not self.isUndoAvailable()
        return undo or (event.matches(QKeySequence.StandardKey.Redo) and not self.isRedoAvailable())

    def forget_undo(self) -> None:
        """What is typed was taken where the view around can undo it: its undo is asked next, not that of the text."""
        place, was = self.cursorPosition(), self.isModified()
        QLineEdit.setText(self, self.text())
        self.setCursorPosition(place)
        self.setModified(was)

    def _explain_limit(self) -> None:
        """Say that what was typed or pasted is longer than the field takes: Qt cuts it without a word."""
        if len(self.text()) < self.maxLength():
            return
        sentence = _("Up to {count} characters are possible. The rest was left out.").format(count=self.maxLength())
        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), sentence, self)
        announce(self, sentence)

    @property
    def unit(self) -> str:
        """The unit at its end; empty without one."""
        return self._unit.text() if self._unit is not None else ""

    def set_unit(self, unit: str) -> None:
        """Change the unit, if it has one."""
        if self._unit is not None and self._unit.text() != unit:
            self._unit.setText(unit)
            self._place_trailing()

    def set_tail(self, text: str) -> None:
        """Say something of the value at the end of the field, such as how long it is."""
        if self._tail is None:
            self._tail = Text("", "caption", "muted", parent=self)
        self._tail.setText(text)
        self._tail.setVisible(bool(text))
        self._place_trailing()

    def set_invalid(self, invalid: bool) -> None:
        """Show or remove the red border and error icon."""
        self.setProperty("wrong", invalid)
        self._show_error_icon()
        restyle(self)
        self._place_trailing()

    def mark_part(self, start: int, length: int) -> None:
        """Underline this part of the text as what is wrong; a length of 0 underlines nothing."""
        self._marked = (start, length)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        start, length = self._marked
        if not length:
            return
        text, metrics = self.text(), QFontMetricsF(self.font())
        # The text may be scrolled: where it begins, only the cursor says.
        origin = self.cursorRect().center().x() - metrics.horizontalAdvance(text[: self.cursorPosition()])
        left = origin + metrics.horizontalAdvance(text[:start])
        right = origin + metrics.horizontalAdvance(text[: start + length])
        y = (self.height() + metrics.height()) / 2
        with QPainter(self) as painter:
            painter.setPen(QPen(theme().color("error"), 2))
            painter.drawLine(QPointF(left, y), QPointF(right, y))

    def _show_error_icon(self) -> None:
        """Show the error icon of a field that is invalid, unless it and the unit would cover a part of the value."""
        needed = _PADDING + _ERROR_ICON + self.fontMetrics().horizontalAdvance(self.text())
        fits = self._unit is None or self.width() >= needed + self._unit.sizeHint().width()
        invalid = bool(self.property("wrong")) and fits
        if invalid and self._error_icon is None:
            self._error_icon = self.addAction(
                theme().icon("ph.warning-circle-fill", "error"), QLineEdit.ActionPosition.TrailingPosition
            )
            self._error_icon.setText(_("Error"))
        elif not invalid and self._error_icon is not None:
            self.removeAction(self._error_icon)
            self._error_icon = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_error_icon()
        self._place_trailing()

    def _place_trailing(self) -> None:
        """Place the unit and the key cap at the end, before the error icon."""
        for tail in (self._unit, self._key_cap, self._tail):
            if tail is not None:
                hint = tail.sizeHint()
                right = 9 + (_ERROR_ICON if self._error_icon else 0)
                top = (self.height() - hint.height()) // 2
                tail.setGeometry(self.width() - hint.width() - right, top, hint.width(), hint.height())
                if self.textMargins().right() != hint.width() + 6:
                    self.setTextMargins(0, 0, hint.width() + 6, 0)
                    self.updateGeometry()  # Qt counts the margins in its size hint, but doesn't report the change

    def _add_clear_button(self) -> None:
        action = self.addAction(theme().icon("ph.x", "text.muted"), QLineEdit.ActionPosition.TrailingPosition)
        action.setText(_("Clear"))
        action.setVisible(False)
        action.triggered.connect(self.clear)
        self.textChanged.connect(lambda text: self._show_trailing(action, bool(text)))

    def _show_trailing(self, clearing: QAction, filled: bool) -> None:
        """Show the × if the field has text, otherwise the key cap: they share the end."""
        clearing.setVisible(filled)
        if self._key_cap is not None:
            self._key_cap.setVisible(not filled)


_CHANGES_CHOICE: Final = (
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End,
)  # fmt: skip
"""The keys by which a drop-down list chooses without being opened."""
_OPENS_LIST: Final = (*_CHANGES_CHOICE, Qt.Key.Key_Return, Qt.Key.Key_Enter)
"""The keys that open a drop-down list which chooses only while it is open."""
_ARROW: Final = 10


class _Choices(QStyledItemDelegate):
    """Draws the choices of an open list as the rows of a menu, the present one with a check."""

    def __init__(self, select: "Select") -> None:
        super().__init__(select)
        self._select = select

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width() + LABEL, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("selection"))
            painter.drawRoundedRect(row, 4, 4)
        if index.row() == self._select.currentIndex():
            spot = QRectF(row.left() + EDGE, row.center().y() - 7.5, 16, 16)
            paint_icon(painter, "ph.check", spot, theme().color("text.secondary"))
        enabled = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        painter.setFont(theme().font("body"))
        painter.setPen(theme().color("text" if enabled else "text.disabled"))
        room = row.adjusted(LABEL, 0, -EDGE, 0)
        text = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()


_TYPED_S: Final = 1.5
"""So long after a letter the next one goes on with what was typed."""
_SHIFT, _KEYPAD = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier


def _has_word(title: str, typed: str) -> bool:
    """Whether the title, or a word of it, begins with what was typed."""
    lower = title.casefold()
    place = lower.find(typed)
    while place >= 0:
        if not place or not lower[place - 1].isalnum():
            return True
        place = lower.find(typed, place + 1)
    return False


class Select(QComboBox):
    """A drop-down list. Choices are identified by their keys.

    Where a choice acts at once, `opens_by_arrows` has the arrows, letters and Enter open the list: only Enter in it
    chooses.
    """

    def __init__(
        self,
        choices: Sequence[tuple[str, str]] = (),
        *,
        name: str = "",
        label: str = "",
        opens_by_arrows: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._opens_by_arrows = opens_by_arrows
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.view().setAccessibleName(label)
        self.setFixedHeight(theme().px("control_height.md"))
        self._elided = False
        self._first_hints: tuple[QSize, QSize] | None = None
        """What it asked for, and the least, when it was first shown."""
        self._told = ""
        """The value that screen readers know."""
        self._typed, self._typed_at = "", 0.0
        """What was typed last to find a choice, and when (monotonic, s)."""
        self.currentIndexChanged.connect(lambda _index: self._value_changed())
        self.set_choices(choices)
        self._release_popup_style()
        self._shape_popup()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # At a change of the theme, Qt would measure the choices of then.
        keeps = self.sizeAdjustPolicy() == QComboBox.SizeAdjustPolicy.AdjustToContentsOnFirstShow
        if keeps and self._first_hints is None:
            self._first_hints = super().sizeHint(), super().minimumSizeHint()
            self.updateGeometry()  # it may have been laid out before it had its style, narrower than its text

    def sizeHint(self) -> QSize:
        return self._first_hints[0] if self._first_hints is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._first_hints[1] if self._first_hints is not None else super().minimumSizeHint()

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Replace the choices: (key, title)."""
        are_new = list(choices) != [(self.itemData(row), self.itemText(row)) for row in range(self.count())]
        self.blockSignals(True)
        with untold():
            if are_new:
                self.clear()
                for key, title in choices:
                    self.addItem(title, key)
            else:
                self.setCurrentIndex(min(0, self.count() - 1))
        self.blockSignals(False)
        if are_new:
            rows_replaced(self.view())
            self._tell_value()

    def _value_changed(self) -> None:
        self._update_tooltip()
        self._tell_value()

    def _tell_value(self) -> None:
        before, self._told = self._told, self.currentText()
        tell_value(self, before)

    def _release_popup_style(self) -> None:
        """Release the style rules of the frame around the list: Qt keeps a table of them, and deletes it with the frame
        only if that once had a style sheet of its own.
        """
        frame = self.view().parentWidget()
        assert frame is not None
        frame.setStyleSheet(" ")
        frame.setStyleSheet("")

    def _shape_popup(self) -> None:
        """Let the list look as the menus do: rows with rounded ends on a rounded ground, and a shadow."""
        self._shadow: MenuShadow | None = None
        view, frame = self.view(), self.view().parentWidget()
        assert frame is not None
        view.setItemDelegate(_Choices(self))
        frame.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
        frame.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        frame.installEventFilter(self)

    def eventFilter(self, frame: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide and self._shadow is not None:
            self._shadow.hide()
            self._shadow.deleteLater()
            self._shadow = None
        if event.type() == QEvent.Type.Paint and isinstance(frame, QWidget):
            with QPainter(frame) as painter:
                paint_ground(painter, frame.rect())
            return True
        return super().eventFilter(frame, event)

    def showPopup(self) -> None:
        frame, view = self.view().parentWidget(), self.view()
        assert frame is not None
        # Qt's scroll arrows take space from a short list, which then doesn't fit, and so they stay.
        room = 0 if self.count() <= self.maxVisibleItems() else _ARROW
        for arrow in frame.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if arrow is not view:
                arrow.setMaximumHeight(room)
        with untold():  # Qt goes on at the row that was current as Esc closed the list
            view.setCurrentIndex(self.model().index(self.currentIndex(), self.modelColumn()))
        super().showPopup()
        wanted = max(
            (view.sizeHintForIndex(self.model().index(row, 0)).width() for row in range(self.count())), default=0
        )
        if (lacks := wanted + EDGE - view.viewport().width()) > 0:  # a narrow field has choices that are longer
            frame.resize(frame.width() + lacks, frame.height())
        rows = range(min(self.count(), self.maxVisibleItems()))
        lacking = sum(view.sizeHintForRow(row) for row in rows) - view.viewport().height()
        if lacking > 0:
            above = frame.y() < self.mapToGlobal(self.rect().topLeft()).y()
            frame.setGeometry(frame.x(), frame.y() - lacking * above, frame.width(), frame.height() + lacking)
        round_corners(frame)
        if self._shadow is None:
            self._shadow = MenuShadow(self.window(), frame.frameGeometry())

    def set_current_key(self, key: str) -> None:
        """Select `key`, if it is a choice, without a signal."""
        self.blockSignals(True)
        with untold():
            self.setCurrentIndex(max(0, self.findData(key)))
        self.blockSignals(False)
        self._value_changed()

    def current_key(self) -> str:
        return str(self.currentData() or "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A choice is found by what is typed of any of its words: one may have several names. Qt looks at its beginning
        alone."""
        text, held = event.text(), event.modifiers() & ~(_SHIFT | _KEYPAD)
        if self._opens_by_arrows and not held and (event.key() in _OPENS_LIST or text.isalnum()):
            self.showPopup()
            event.accept()
            return
        if held or not text.isprintable() or not text.strip() or not self._find_typed(text):
            super().keyPressEvent(event)

    def _find_typed(self, text: str) -> bool:
        """Select the choice that has a word beginning with what is typed; returns whether there is one."""
        now, first = time.monotonic(), text.casefold()
        tries = [(first, self.currentIndex() + 1)]  # the same letter again goes to the next one
        if now - self._typed_at < _TYPED_S:
            tries.insert(0, (self._typed + first, self.currentIndex()))
        for wanted, start in tries:
            rows = [row % self.count() for row in range(max(start, 0), max(start, 0) + self.count())]
            found = next((row for row in rows if self.itemText(row).casefold().startswith(wanted)), None)
            if found is None:
                found = next((row for row in rows if _has_word(self.itemText(row), wanted)), None)
            if found is not None:
                self._typed, self._typed_at = wanted, now
                if found != self.currentIndex():
                    self.setCurrentIndex(found)
                    self.activated.emit(found)
                return True
        return False

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ignore the wheel, so that it scrolls the surrounding area.

        In the open list, a window of its own, it selects.
        """
        event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_tooltip()

    def shown_text(self) -> str:
        """The text of the choice, elided to the width between its margin and the arrow."""
        room = self.width() - 12 - 28
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)

    def _update_tooltip(self) -> None:
        """Show a text that is elided in the tooltip, whole."""
        elided = self.shown_text() != self.currentText()
        if elided or self._elided:
            self.setToolTip(plain_tooltip(self.currentText() if elided else ""))
        self._elided = elided

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown_text()
        with QPainter(self) as painter:
            self.style().drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option, painter, self)
            self.style().drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option, painter, self)
            spot = QRect(self.width() - 24, (self.height() - 12) // 2 + 1, 12, 12)
            theme().icon("ph.caret-down").paint(painter, spot)


class Field(QWidget):
    """A labelled editor. `set_error` shows an error below it, `note` a hint; the room of `lines` lines of either is
    there from the start.
    """

    def __init__(
        self,
        label: str,
        editor: QWidget | None = None,
        *,
        unit: str = "",
        note: str = "",
        lines: int = 0,
        beside: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`beside` is at the end of the label's line, such as a link to what few need."""
        super().__init__(parent)
        self.editor: QWidget = editor if editor is not None else Edit(unit=unit)
        self._note = note
        # With its parent from the start: Qt styles a widget anew at each parent.
        self._label = Text(label, tone="secondary", parent=self)
        self._label.setBuddy(self.editor)
        self._label_text = label
        self._name_editor()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px("spacing.1"))
        if beside is None:
            column.addWidget(self._label)
        else:
            head = row(self._label, beside)
            head.insertStretch(1, 1)
            column.addLayout(head)
        column.addWidget(self.editor)
        self._message = Paragraph(note, "caption", "muted", parent=self)  # read after the editor
        if lines:
            self._message.reserve_lines(lines)
        column.addWidget(self._message)
        self._message.setVisible(bool(note))
        if note:
            self.editor.setAccessibleDescription(note)
        self.editor.installEventFilter(self)

    def _name_editor(self) -> None:
        """Call the editor by its label, and by its unit, which only the eye sees in the field."""
        unit, label = self.editor.unit if isinstance(self.editor, Edit) else "", self._label_text
        start = f"{label.removesuffix(')')}, " if label.endswith(")") else f"{label} ("
        self.editor.setAccessibleName(f"{start}{unit})" if unit else label)
        if isinstance(self.editor, Select):
            self.editor.view().setAccessibleName(self._label_text)

    @property
    def label(self) -> str:
        """What it is called."""
        return self._label_text

    @property
    def edit(self) -> Edit:
        """The editor, if it is a line edit; otherwise raises `TypeError`."""
        if not isinstance(self.editor, Edit):
            raise TypeError("this field is not a line of text")
        return self.editor

    def text(self) -> str:
        return self.edit.text()

    def set_label(self, label: str) -> None:
        """Call the field something else."""
        self._label_text = label
        self._label.setText(label)
        self._name_editor()

    def set_note(self, note: str) -> None:
        """Set another hint."""
        self._note = note
        self.set_error("")

    def set_warning(self, sentence: str) -> None:
        """Show a warning below the field, whose value is accepted; an empty sentence leaves what is shown there."""
        if not sentence:
            return
        self._message.setText(sentence)
        self._message.set_tone("warn")
        self._message.setVisible(True)
        if sentence != self.editor.accessibleDescription():
            announce(self.editor, sentence)
        self.editor.setAccessibleDescription(sentence)

    def set_error(self, sentence: str, *, again: bool = False) -> None:
        """Show an error below the field; an empty sentence removes it, or a warning. The same one is told once, unless
        the user acted `again`."""
        self._show_message(sentence)
        self._mark(sentence, sentence or self._note, again=again)

    def mark_error(self, sentence: str, *, note: str = "", again: bool = False) -> None:
        """Mark the editor as wrong; the sentence, like the `note` while nothing is, is shown elsewhere, such as across
        the whole form."""
        self._show_message("")
        self._mark(sentence, sentence or note or self._note, again=again)

    def _show_message(self, sentence: str) -> None:
        self._message.setText(sentence or self._note)
        self._message.set_tone("error" if sentence else "muted")
        self._message.setVisible(bool(sentence or self._note))

    def _mark(self, sentence: str, description: str, *, again: bool) -> None:
        """Mark the editor as wrong if there is a sentence that says so, and have that read once."""
        if isinstance(self.editor, Edit):
            self.editor.set_invalid(bool(sentence))
        is_news = bool(sentence) and (again or sentence != self.editor.accessibleDescription())
        describe(self.editor, description, told=is_news, again=again)

    def set_hint(self, sentence: str) -> None:
        """Show what is still to be entered, in place of the note: nothing is wrong yet."""
        self.set_error("")
        self._message.setText(sentence)
        self._message.setVisible(True)
        self.editor.setAccessibleDescription(sentence)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.EnabledChange:
            self._label.setEnabled(self.editor.isEnabled())
        return super().eventFilter(watched, event)


def row(*widgets: QWidget, spacing: int = 8) -> QHBoxLayout:
    """Widgets side by side."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for widget in widgets:
        layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop if isinstance(widget, Field) else Qt.AlignmentFlag(0))
    return layout


def is_plain_key(event: QKeyEvent, key: Qt.Key) -> bool:
    """Whether an event is this key without modifiers, on the number pad or not."""
    return event.key() == key and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier


class SearchField(Edit):
    """A line edit that is wide enough to show its placeholder whole. Esc clears it; in an empty one it emits `left`.
    Down emits `down`.

    Whatever is around the field, a banner or a pane, doesn't get the Esc.
    """

    cleared = Signal()
    left = Signal()
    down = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_plain_key(event, Qt.Key.Key_Down):
            self.down.emit()
        elif event.key() != Qt.Key.Key_Escape or event.modifiers():
            super().keyPressEvent(event)
        elif self.text():
            self.clear()
            self.cleared.emit()
        else:
            self.left.emit()

    def sizeHint(self) -> QSize:
        hint, metrics = super().sizeHint(), self.fontMetrics()
        frame = hint.width() - _HINT_LETTERS * metrics.horizontalAdvance("x")
        return hint.expandedTo(QSize(frame + metrics.horizontalAdvance(self.placeholderText()) + 1, 0))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), self.maximumWidth()), super().minimumSizeHint().height())


def search_field(
    view: QWidget,
    name: str,
    placeholder: str,
    searched: Callable[[str], None],
    entered: Callable[[], object] | None = None,
    *,
    label: str = "",
    below: Callable[[], object] | None = None,
) -> Edit:
    """A view's filter field: `/` focuses it while the view is shown, `searched` is called when typing pauses. To screen
    readers it is called `label`, or what its placeholder says.

    Esc clears it; in an empty field it goes back to where `/` was pressed. Down goes to the list, which is the view's
    focus proxy, as Esc does for who came otherwise; Up at its first row returns. Enter goes there too, unless something
    is `entered` by it. What is found may be elsewhere, where `below` goes: then Down and Enter do so.
    """
    keys = REGISTRY[FILTER].key
    edit = SearchField(
        placeholder=placeholder, icon="ph.funnel", keys=keys, clear=True, name=name, label=label or placeholder
    )
    edit.setMaximumWidth(260)
    pause = QTimer(edit)
    pause.setSingleShot(True)
    pause.setInterval(_PAUSE_MS)
    pause.timeout.connect(lambda: searched(edit.text()))
    edit.textChanged.connect(lambda _text: pause.start())

    def then(run: Callable[[], object]) -> None:
        pause.stop()
        searched(edit.text())
        run()

    to_list = partial(focus_list, view)
    edit.down.connect(partial(then, below or to_list))
    edit.returnPressed.connect(partial(then, entered or below or to_list))

    def clear() -> None:
        pause.stop()
        searched("")

    edit.cleared.connect(clear)
    before: list[QWidget] = []

    def begin() -> None:
        focused = QApplication.focusWidget()
        before[:] = [focused] if focused is not None and focused is not edit and view.isAncestorOf(focused) else []
        focus_filter(edit)

    def leave() -> None:
        at = before.pop() if before else None
        if at is not None and shiboken6.isValid(at) and at.isVisible() and at.isEnabled():
            at.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            to_list()

    edit.left.connect(leave)
    return_at_top(view, edit)
    install_shortcuts(view, LIST_VIEW, {FILTER: Handler(begin)})
    return edit


def focus_filter(edit: Edit) -> None:
    """Focus a filter field, with its text selected: what is typed replaces it."""
    edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
    edit.selectAll()


def focus_list(view: QWidget) -> None:
    """Focus the list of a view, its focus proxy; while there are no rows, the button that is shown in their place, or
    the pane.
    """
    target = _shown_list(view)
    if target is not None and target is not view.focusProxy():
        target = next(iter(tab_stops(target)), target)
    if target is not None:
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)


def return_at_top(view: QWidget, field: Edit) -> None:
    """Let Up at the first row of a view's list, its focus proxy, focus the field that filters it."""
    view.installEventFilter(_ReturnAtTop(view, field))


def _shown_list(view: QWidget) -> QWidget | None:
    target = view.focusProxy()
    while target is not None and target is not view and not target.isVisible():
        target = target.parentWidget()
    return target


class _ReturnAtTop(QObject):
    """Receives what a view's list leaves to the view: Qt's lists pass on an arrow key that moves nothing."""

    def __init__(self, view: QWidget, field: Edit) -> None:
        super().__init__(view)
        self._view, self._field = view, field

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        returns = is_plain_key(event, Qt.Key.Key_Up) and QApplication.focusWidget() is _shown_list(self._view)
        if returns and not event.isAutoRepeat():
            self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return returns
