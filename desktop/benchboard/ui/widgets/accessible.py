"""What screen readers are told beyond what Qt tells them of its own widgets: roles, modal dialogs, announcements.

A widget class gets a role by the class attribute `accessible_role`. Only widgets that can't be pressed may have one:
the interface that replaces Qt's has no actions.
"""

from collections.abc import Callable
from typing import Final, Protocol, runtime_checkable

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QMainWindow, QWidget

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


def announce(widget: QWidget, text: str, *, urgent: bool = False) -> None:
    """Have the screen reader, if one is active, read a sentence; an `urgent` one at once."""
    if text and QAccessible.isActive() and shiboken6.isValid(widget):
        event = QAccessibleAnnouncementEvent(widget, text)
        politeness = QAccessible.AnnouncementPoliteness
        event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
        send(event)


_NO_DESCRIPTION: Final = " "
"""Stands for no description: Qt replaces an empty one with the tooltip, or a field's placeholder."""


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
    role = getattr(type(object_), "accessible_role", None)
    if isinstance(object_, QWidget) and role is not None:
        return _WithRole(object_, role)
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


class _WindowObject(QAccessibleWidget):
    """The window; while a dialog is open in it, the dialog is its only child, as nothing behind it can be used."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window, Role.Window, window.windowTitle())
        self._window = window

    def _dialog(self) -> QWidget | None:
        if not shiboken6.isValid(self._window):
            return None
        dialogs = [
            child
            for child in self._window.children()
            if getattr(type(child), "accessible_role", None) == _MODAL
            and isinstance(child, QWidget)
            and child.isVisible()
        ]
        return dialogs[-1] if dialogs else None

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
