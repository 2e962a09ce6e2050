"""Dialogs: only to finish one task, or to confirm what can't be undone. Above a scrim, inside the window.

They don't block: a dialog opens and reports by signal, background work continues. Esc closes.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar

import shiboken6
from PySide6.QtCore import QEvent, QMetaMethod, QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY, WINDOW
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import (
    Role,
    announce,
    announce_waiting,
    focus_returned,
    now,
    sentence,
    tell_kept_problem,
)
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.fields import Edit, Field
from benchboard.ui.widgets.focus import FocusReturn
from benchboard.ui.widgets.labels import Text, hairline, plain_tooltip
from benchboard.ui.widgets.layout_items import content_at
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.popover import Popover
from benchboard.ui.widgets.slide import FROM_BELOW, slide_in
from benchboard.ui.widgets.stepper import Stepper
from benchboard.ui.widgets.surfaces import SHADOW, Floating, fill_column
from benchboard.ui.widgets.tab_order import focus_next, tab_stops
from benchboard.ui.widgets.toasts import Toast, keep_toasts_above
from benchboard.ui.widgets.typed_fields import texts_of, typed_fields

_SIDE = 20
"""Pixels beside the title, the content and the buttons of a dialog."""


class Scrim(QWidget):
    """Covers the window's content; keyboard and mouse events go only to the dialog on it."""

    accessible_role = Role.Dialog
    dismissed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        Popover.close_any()
        self._window = window
        self._focus_return = FocusReturn(QApplication.focusWidget())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setGeometry(window.rect())
        window.installEventFilter(self)

    def dismiss(self) -> None:
        """Close, and restore the focus."""
        self.hide()
        self._restore_focus()
        self._finish_dismissal()

    def dismiss_before(self, act: Callable[[], object]) -> None:
        """Close, and `act` with the focus where it was: a screen reader reads it only if it stays there."""
        self.hide()
        with focus_returned(self._restore_focus):
            self._finish_dismissal()
            act()

    def dismiss_to(self, go: Callable[[], object]) -> None:
        """Close, and `go` where the focus is moved to; if it isn't, restore it.

        A screen reader reads each widget that gets the focus: where the user leaves isn't to be read first.
        """
        with focus_returned(self.hide):  # Qt gives the focus to a neighbour
            go()
            focused = QApplication.focusWidget()
            if focused is None or self.isAncestorOf(focused):
                self._restore_focus()
        self._finish_dismissal()

    def _restore_focus(self) -> None:
        target = self._focus_return.target()
        if target is not None:
            target.setFocus(Qt.FocusReason.PopupFocusReason)

    def _finish_dismissal(self) -> None:
        self._window.removeEventFilter(self)
        announce_waiting()
        self.dismissed.emit()
        self.deleteLater()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for toast in self._window.findChildren(Toast):
            toast.leave()

    def place_content(self) -> None:
        """Place the content after a change of size."""

    def resizeEvent(self, event: QEvent) -> None:
        self.place_content()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Move the focus within the dialog."""
        focus_next(self, forward)
        return True

    def event(self, event: QEvent) -> bool:
        # Shortcuts of the window or view would act behind the dialog.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence(event.keyCombination())
            own = (shortcut.key() for shortcut in self.findChildren(QShortcut))
            window = (QKeySequence(keys) for command in REGISTRY.of_scope(WINDOW) for keys in command.shortcuts)
            if keys not in (*own, *window):
                event.accept()  # it comes back as a plain key press
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme().color("scrim"))


class Dialog(Scrim):
    """A task in a frame: title, optional steps on the left, content, and a footer with the confirming button on the
    right.
    """

    asks_before_losing: ClassVar[bool] = True
    """Whether `leave` asks before what was typed is lost; not where that is only a proof, such as a code."""
    takes_ctrl_enter: ClassVar[bool] = True
    """Whether Ctrl+Enter in a field of it is for its blue button."""
    _grows: ClassVar[bool] = False
    """Whether it becomes higher than its size if its text needs that."""

    def __init__(
        self,
        window: QWidget,
        title: str,
        *,
        steps: Sequence[tuple[str, str]] = (),
        size: QSize | None = None,
        name: str = "dialog",
    ) -> None:
        super().__init__(window.window())
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._size = size
        self._first_texts: dict[int, str] = {}
        """What its fields said as it was opened, by their `id`."""
        self._submit_focus: tuple[QWidget, float] | None = None
        """What had the focus as it was submitted last, and when."""
        self.frame = Floating(self, radius="dialog")
        if self._grows:
            self.frame.body.installEventFilter(self)
        whole = QVBoxLayout(self.frame.body)
        edge = 1 if steps else 0  # the side column leaves the line around the dialog visible
        whole.setContentsMargins(edge, edge, edge, edge)
        whole.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(20, 14, 12, 12)
        self.heading = Text(title, "section" if steps else "title")
        head.addWidget(self.heading, 1)
        self._place = Text("", tone="muted")
        if steps:
            self._place.setContentsMargins(0, 0, theme().px("spacing.2"), 0)
        head.addWidget(self._place)
        self.first_focus: QWidget | None = None
        """What has the focus when it opens, where that isn't the first field."""
        self.close_button = Button(
            "", self.leave, kind="quiet", icon="ph.x", tip=_("Close"), keys="", name="dialog_close"
        )
        head.addWidget(self.close_button)
        holder = QWidget()
        holder.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        middle = QHBoxLayout(holder)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        self._steps = tuple(steps)
        self.stepper = Stepper(steps)
        right = whole
        if steps:
            middle.addWidget(self._step_column(title))
            middle.addWidget(hairline(vertical=True))
            right = QVBoxLayout()
            right.setSpacing(0)
            middle.addLayout(right, 1)
            right.addLayout(head)
            right.addWidget(hairline())
            whole.addWidget(holder, 1)
        else:
            whole.addLayout(head)
        self.content = QVBoxLayout()
        self.content.setContentsMargins(_SIDE, 12 if steps else 0, _SIDE, 16)
        self.content.setSpacing(theme().px("spacing.3"))
        if steps:
            right.addLayout(self.content, 1)
        else:
            middle.addLayout(self.content, 1)
            whole.addWidget(holder, 1)
        right.addWidget(hairline())
        self.footer = QHBoxLayout()
        self.footer.setContentsMargins(_SIDE, 0, _SIDE, 0)
        self.footer.setSpacing(theme().px("spacing.2"))
        foot = QWidget()
        foot.setFixedHeight(56)
        foot.setLayout(self.footer)
        right.addWidget(foot)
        keep_toasts_above(foot, dialog=self.frame.body)
        self.footer.addStretch(1)

    def leave_room(self, ring: int) -> None:
        """Begin the content that many pixels farther out: what scrolls in it has room for focus rings there, and its
        fields stand in line with the title and the buttons.
        """
        margins = self.content.contentsMargins()
        side = _SIDE - ring
        self.content.setContentsMargins(side, margins.top(), side, margins.bottom())

    def add_button(self, button: Button, *, left: bool = False) -> Button:
        """Add a button to the footer; the confirming button comes last."""
        if left:
            self.footer.insertWidget(0, button)
        else:
            self.footer.addWidget(button)
        if button.property("kind") == "primary":
            button.pressed.connect(self._note_submit)
            button.clicked.connect(self._note_answer)
            button.installEventFilter(self)
        return button

    def _note_submit(self) -> None:
        focused = QApplication.focusWidget()
        self._submit_focus = (focused, now()) if focused is not None and self.isAncestorOf(focused) else None

    def _note_answer(self) -> None:
        """Once it was refused, tell what blocks it, if that has had the focus all the time."""
        if self._submit_focus is not None:
            QTimer.singleShot(0, self, self._tell_refusal)

    def _tell_refusal(self) -> None:
        button = self._primary_button()
        if self._submit_focus is None or button is None or not button.isEnabled():
            return  # it is under way
        (focused, since), self._submit_focus = self._submit_focus, None
        if shiboken6.isValid(focused):
            tell_kept_problem(focused, since)

    def set_step(self, index: int) -> None:
        """Show the current step; those before it are done."""
        self.stepper.set_current(index)
        self.heading.setText(self._steps[index][0])
        self._place.setText(_("{number} of {count}").format(number=index + 1, count=len(self._steps)))

    def _step_column(self, title: str) -> QWidget:
        """The title and the steps, at the left from top to bottom."""
        column = QWidget()
        column.setProperty("surface", "window")
        column.setProperty("corners", "left")
        column.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        words = Text(title, "title")
        words.setContentsMargins(20, 20, 20, 16)
        fill_column(column, words, self.stepper)
        return column

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter that the focused widget doesn't use, and Ctrl+Enter, press the blue button; Esc leaves."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat()
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
            event.accept()
            return
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        with_ctrl = modifiers == Qt.KeyboardModifier.ControlModifier
        if is_enter and self.isVisible() and (with_ctrl or (not modifiers and not _uses_enter(self.focusWidget()))):
            button = self._primary_button()
            if button is not None and button.isEnabled():
                button.click()
            elif button is not None:
                _show_reason(button)
            event.accept()
        else:
            super().keyPressEvent(event)

    def leave(self) -> None:
        """Close, as Esc, the × and Cancel do: if what was typed would be lost by that, only once the user says so."""
        lost = typed_fields(self, self._first_texts) if self.asks_before_losing else ()
        if not lost:
            self.dismiss()
            return
        what = _("This will be lost: {fields}.").format(fields=", ".join(lost))
        Confirm(
            self._window, _("Discard what you entered?"), what,
            act=_("Discard"), keep=_("Keep editing"), run=self.dismiss,
        ).open()  # fmt: skip

    def _primary_button(self) -> Button | None:
        """The blue button of the footer."""
        contents = (content_at(self.footer, at) for at in range(self.footer.count()))
        buttons = (one for one in contents if isinstance(one, Button) and one.isVisible())
        return next((one for one in buttons if one.property("kind") == "primary"), None)

    def open(self) -> None:
        """Show it with the focus in its `first_focus`, or else the first field."""
        self.raise_()
        self.show()
        self.place_content()
        self._first_texts = texts_of(self)
        if not self.accessibleDescription():
            self.setAccessibleDescription(self._said())
        slide_in(self.frame, FROM_BELOW)
        stops = tab_stops(self)
        first = next((one for one in stops if one is not self.close_button), stops[0] if stops else self)
        if self.first_focus in stops:
            first = self.first_focus
        first.setFocus(Qt.FocusReason.TabFocusReason)  # at once: each widget that has it on the way is read out

    def _said(self) -> str:
        """The sentences of its content, which no control says: a screen reader is told them with the title."""
        contents = (content_at(self.content, at) for at in range(self.content.count()))
        texts = (one.text().strip() for one in contents if isinstance(one, Paragraph) and one.isVisible())
        return " ".join(sentence(text) for text in texts if text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.frame.body and event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self.place_content()  # an error, or a row more
        if event.type() == QEvent.Type.EnabledChange and isinstance(watched, Button):
            if watched.isEnabled():
                self._note_answer()
            else:
                self._note_submit()
        return super().eventFilter(watched, event)

    def place_content(self) -> None:
        size = self._size + QSize(2 * SHADOW, 2 * SHADOW) if self._size else self.frame.sizeHint()
        if self._grows and (layout := self.frame.layout()) is not None:
            layout.invalidate()
            layout.activate()  # first the texts have the fonts of the style sheet
            by_width = layout.hasHeightForWidth()
            least = layout.minimumHeightForWidth(size.width()) if by_width else layout.minimumSize().height()
            size.setHeight(max(size.height(), least))
        size = size.boundedTo(self.size()).expandedTo(QSize(320, 160))
        box = QRect(0, 0, size.width(), size.height())
        box.moveCenter(self.rect().center())
        self.frame.setGeometry(box)


def _show_reason(button: Button) -> None:
    """Say why a button can't be pressed, where it stands and to screen readers."""
    text = button.reason or _("“{action}” isn't available yet.").format(action=button.text())
    QToolTip.showText(button.mapToGlobal(button.rect().bottomLeft()), plain_tooltip(text), button)
    announce(button, text, again=True)


def _uses_enter(widget: QWidget | None) -> bool:
    """Whether Enter does something of its own in a widget, although it passes the key on: a field that acts on it."""
    if not isinstance(widget, QLineEdit):
        return False
    return widget.isSignalConnected(QMetaMethod.fromSignal(widget.returnPressed))


class ConfirmByTyping(Dialog):
    """Confirms an action that can't be undone: describes it, and asks the user to type the item's name."""

    _grows = True
    asks_before_losing = False

    def __init__(
        self,
        window: QWidget,
        title: str,
        consequences: str,
        *,
        name: str,
        act: str,
        keep: str,
        run: Callable[[], object],
    ) -> None:
        super().__init__(window, title, size=QSize(440, 252), name="confirm_by_typing")
        self.setAccessibleDescription(consequences)
        self._name, self._run = name, run
        self.content.addWidget(Paragraph(consequences, "body", "secondary"))
        self._edit = Edit(name="confirm_name")
        self.content.addWidget(Field(_("Type “{name}” to confirm").format(name=name), self._edit))
        self.content.addStretch(1)
        self.add_button(Button(keep, self.dismiss, name="confirm_keep"))
        self._button = self.add_button(Button(act, self._confirm, kind="destroy", name="confirm_act"))
        self._edit.textChanged.connect(self._typed)
        self._edit.returnPressed.connect(self._confirm)
        self._typed("")

    def _typed(self, text: str) -> None:
        self._button.disable("" if text.strip() == self._name else _("Type the name to confirm."))

    def _confirm(self) -> None:
        if self._button.isEnabled():
            self.dismiss_before(self._run)


class Confirm(Dialog):
    """Confirms an action with wide consequences by describing exactly what it does."""

    _grows = True

    def __init__(
        self, window: QWidget, title: str, consequences: str, *, act: str, keep: str, run: Callable[[], object]
    ) -> None:
        super().__init__(window, title, size=QSize(440, 0), name="confirm")
        self.setAccessibleDescription(consequences)
        self._run = run
        self.content.addWidget(Paragraph(consequences, "body", "secondary"))
        self.content.addStretch(1)
        self.add_button(Button(keep, self.dismiss, name="confirm_keep"))
        self.add_button(Button(act, self._confirm, kind="destroy", name="confirm_act"))

    def _confirm(self) -> None:
        self.dismiss_before(self._run)
