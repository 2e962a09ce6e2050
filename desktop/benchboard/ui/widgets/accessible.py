"""What screen readers are told beyond what Qt tells them of its own widgets: roles, modal dialogs, announcements.

A widget class gets a role by the class attribute `accessible_role`. Only widgets that can't be pressed may have one:
the interface that replaces Qt's has no actions.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QAccessibleWidget, QMainWindow, QScrollArea, QWidget

Role = QAccessible.Role
_MODAL: Final = Role.Dialog
_installed = False
send: Callable[[QAccessibleEvent], object] = QAccessible.updateAccessibility
"""Sends an event to the screen reader; tests replace it."""


def install() -> None:
    """Install the interfaces of widgets with a role. Calling it again does nothing."""
    global _installed
    if not _installed:
        _installed = True
        QAccessible.installFactory(_interface)


def announce(widget: QWidget, text: str, *, urgent: bool = False, again: bool = False) -> None:
    """Have the screen reader, if one is active, read a sentence; an `urgent` one at once.

    What the user can't see isn't told. A sentence that was just told isn't told twice, unless the user acted `again`.
    Behind a modal dialog nothing is told: banners and urgent sentences wait until it closes.
    """
    if text and QAccessible.isActive() and shiboken6.isValid(widget):
        queue.tell(_Sentence(widget, text, urgent), again=again)


def announce_waiting() -> None:
    """Tell what waited for a dialog that has closed."""
    queue.tell_waiting()


@dataclass(frozen=True, slots=True)
class _Sentence:
    """What is to be told, and the widget that shows it."""

    widget: QWidget
    text: str
    urgent: bool

    @property
    def is_shown(self) -> bool:
        """Whether the user could see it: its widget is shown, and the window isn't minimised."""
        if not shiboken6.isValid(self.widget):
            return False
        window, widget = self.widget.window(), self.widget
        while widget is not window and not _was_hidden(widget) and (around := widget.parentWidget()) is not None:
            widget = around
        return widget is window and window.isVisible() and not window.isMinimized()

    @property
    def is_behind_dialog(self) -> bool:
        """Whether a dialog lies over the widget. Toasts lie over dialogs."""
        dialog = _modal_dialog(self.widget.window())
        inside = dialog is None or dialog is self.widget or dialog.isAncestorOf(self.widget)
        return not inside and _role_of(self.widget) != Role.Notification


class AnnouncementQueue:
    """The sentences on their way to the screen reader: `clock` gives the time in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: dict[str, tuple[float, QWidget]] = {}
        """When each sentence was told last, and by which widget."""
        self._waiting: list[_Sentence] = []

    def tell(self, sentence: _Sentence, *, again: bool = False) -> None:
        """Send a sentence to the screen reader, keep it until the dialog in front of it closes, or drop it."""
        if not sentence.is_shown:
            return
        if sentence.is_behind_dialog:
            if sentence.urgent or _role_of(sentence.widget) == Role.AlertMessage:
                self._waiting = [one for one in self._waiting if one.widget is not sentence.widget]
                self._waiting.append(sentence)
            return
        now = self._clock()
        self._told = {text: told for text, told in self._told.items() if now - told[0] < _REPEAT_S}
        if sentence.text in self._told and not again:
            return
        # A widget that tells something else meanwhile may tell the first again: paused, resumed, paused.
        self._told = {text: told for text, told in self._told.items() if told[1] is not sentence.widget}
        self._told[sentence.text] = (now, sentence.widget)
        event = QAccessibleAnnouncementEvent(sentence.widget, sentence.text)
        politeness = QAccessible.AnnouncementPoliteness
        event.setPoliteness(politeness.Assertive if sentence.urgent else politeness.Polite)
        send(event)

    def tell_waiting(self) -> None:
        """Tell what waited for a dialog to close, if it is still shown."""
        waiting, self._waiting = self._waiting, []
        for sentence in waiting:
            self.tell(sentence)


_REPEAT_S: Final = 4.0
"""Seconds in which a sentence isn't told a second time."""
queue = AnnouncementQueue()
"""The sentences of the program; tests replace it."""


def _was_hidden(widget: QWidget) -> bool:
    """Whether a widget was hidden: one that was just added to a layout will be shown in a moment."""
    attribute = Qt.WidgetAttribute
    return widget.isHidden() and widget.testAttribute(attribute.WA_WState_ExplicitShowHide)


def _role_of(widget: QObject) -> QAccessible.Role | None:
    """The role of a widget's class, if it has one of its own."""
    role: QAccessible.Role | None = getattr(type(widget), "accessible_role", None)
    return role


def _modal_dialog(window: QWidget) -> QWidget | None:
    """The dialog that is open in front of a window's content; the last one, if there are several."""
    dialogs = (one for one in window.children() if _role_of(one) == _MODAL and isinstance(one, QWidget))
    shown = [one for one in dialogs if one.isVisible()]
    return shown[-1] if shown else None


_NO_DESCRIPTION: Final = " "
"""Stands for no description: Qt replaces an empty one with the tooltip, or a field's placeholder."""


_CHOICE: Final = "one_choice_of_several"


def choice_of_several(button: QAbstractButton) -> None:
    """Have screen readers take a checkable button, which was just made, for one of several choices."""
    button.setProperty(_CHOICE, True)


def drop_repeated_description(widget: QWidget) -> None:
    """Describe a widget to screen readers by its tooltip or placeholder only if that isn't its name again.

    Call it after either changed. A description of the widget's own stays.
    """
    if widget.accessibleDescription() in ("", _NO_DESCRIPTION):
        name = widget.accessibleName()
        repeated = name in (widget.toolTip(), widget.property("placeholderText"))
        widget.setAccessibleDescription(_NO_DESCRIPTION if name and repeated else "")


def _interface(_class_name: str, object_: QObject | None) -> QAccessibleInterface | None:
    # PySide keeps what a factory returns: it lives as long as Qt's pointer to it.
    if isinstance(object_, QAbstractButton) and object_.property(_CHOICE):
        return _ChoiceObject(object_)
    role = _role_of(object_) if object_ is not None else None
    if isinstance(object_, QWidget) and role is not None:
        return _WithRole(object_, role)
    if isinstance(object_, QScrollArea):
        # Qt's own reads beyond its list for a child that is gone, and crashes or takes freed memory for a widget: a
        # screen reader asks for the second child after the scroll bar, which was that, was hidden. This one doesn't.
        return QAccessibleWidget(object_, Role.Client, "")
    return _WindowObject(object_) if isinstance(object_, QMainWindow) else None


@runtime_checkable
class NamesItself(Protocol):
    """A widget with a role whose name changes often: it is asked for it, and nothing is announced."""

    def accessible_text(self) -> str: ...


class _WithRole(QAccessibleWidget):
    """A widget as Qt describes it, in a role of its own; a dialog is modal."""

    def __init__(self, widget: QWidget, role: QAccessible.Role) -> None:
        super().__init__(widget, role, "")
        self._modal = role == _MODAL

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name and isinstance(widget := self.widget(), NamesItself):
            return widget.accessible_text()
        return super().text(kind)

    def state(self) -> QAccessible.State:
        state = super().state()
        if self._modal:
            state.modal = state.active = True
        return state


class _ChoiceObject(QAccessibleWidget):
    """A button that is one of several choices. Qt takes a checkable button for a check box unless it is exclusive by
    itself, which changes what its keys do.
    """

    def __init__(self, button: QAbstractButton) -> None:
        super().__init__(button, Role.RadioButton, "")
        self._button = button

    def text(self, kind: QAccessible.Text) -> str:
        found = super().text(kind)
        return self._button.text() if kind == QAccessible.Text.Name and not found else found

    def state(self) -> QAccessible.State:
        state = super().state()
        state.checkable = True
        state.checked = self._button.isChecked()
        return state

    def actionNames(self) -> list[str]:
        press = [self.pressAction()] if self._button.isEnabled() else []
        return [*press, *super().actionNames()]

    def doAction(self, name: str) -> None:
        if name == self.pressAction():
            self._button.click()
        else:
            super().doAction(name)


class _WindowObject(QAccessibleWidget):
    """The window; while a dialog is open in it, the dialog is its only child, as nothing behind it can be used."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window, Role.Window, window.windowTitle())
        self._window = window

    def _dialog(self) -> QWidget | None:
        return _modal_dialog(self._window) if shiboken6.isValid(self._window) else None

    def childCount(self) -> int:
        return 1 if self._dialog() is not None else super().childCount()

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt accepts None
        dialog = self._dialog()
        if dialog is None:
            return super().child(index)
        return QAccessible.queryAccessibleInterface(dialog) if index == 0 else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        dialog = self._dialog()
        if dialog is None:
            return super().indexOfChild(child)
        return 0 if child.object() is dialog else -1
