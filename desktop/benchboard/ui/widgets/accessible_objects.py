"""What screen readers are given for the program's widgets where Qt's own is wrong, or says too little."""

import sys
from typing import Final, Protocol, runtime_checkable

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAccessibleTextInterface
from PySide6.QtWidgets import (
    QAbstractButton,
    QAccessibleWidget,
    QApplication,
    QCheckBox,
    QComboBox,
    QMainWindow,
    QPushButton,
    QScrollArea,
    QWidget,
)

from benchboard.ui.widgets.accessible import (
    ROLE,
    SELECTED_ROLES,
    NamesItself,
    Role,
    modal_dialog,
    role_of,
    sentence,
)

_DIRECT: Final = Qt.FindChildOption.FindDirectChildrenOnly


def object_of(source: QObject) -> QAccessibleInterface | None:
    """What a screen reader is given for an object of the program; None where Qt's own will do."""
    # PySide keeps what a factory returns: it lives as long as Qt's pointer to it.
    if isinstance(source, QAbstractButton) and not isinstance(source, QCheckBox):
        return _ButtonObject(source)
    role = role_of(source)
    if isinstance(source, QWidget) and role is not None:
        return _ListObject(source, role) if role == Role.List else _WithRole(source, role)
    if isinstance(source, QComboBox) and sys.platform == "linux" and not source.isEditable():
        return _ComboObject(source)
    if isinstance(source, QScrollArea):
        # Qt's own reads beyond its list for a child that is gone, and crashes or takes freed memory for a widget: a
        # screen reader asks for the second child after the scroll bar, which was that, was hidden. This one doesn't.
        return QAccessibleWidget(source, Role.Client, "")
    if isinstance(source, QMainWindow):
        return _WindowObject(source)
    if isinstance(source, QWidget) and _is_container(type(source)):
        return _ContainerObject(source)
    return None


def _is_container(kind: type[QWidget]) -> bool:
    """Whether a class is one of ours whose Qt class is a plain widget: only these pass their focus on."""
    qt = next(one for one in kind.__mro__ if one.__module__.startswith("PySide6."))
    return qt is QWidget and qt is not kind


@runtime_checkable
class ChecksItself(Protocol):
    """A widget with a role that shows whether something is checked, and can't be pressed."""

    def accessible_checked(self) -> bool: ...


def _own_focus(state: QAccessible.State, widget: QObject | None) -> QAccessible.State:
    """The state of a widget, which is focused only if the focus is at itself: Qt says so too of each widget around that
    passes its focus on to it."""
    state.focused = widget is not None and QApplication.focusWidget() is widget
    return state


class _ContainerObject(QAccessibleWidget):
    """A widget that holds others, as Qt describes it."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, Role.Client, "")

    def state(self) -> QAccessible.State:
        return _own_focus(super().state(), self.object())


class _WithRole(QAccessibleWidget):
    """A widget as Qt describes it, in a role of its own; a dialog is modal."""

    def __init__(self, widget: QWidget, role: QAccessible.Role) -> None:
        super().__init__(widget, role, "")
        self._modal = role == Role.Dialog

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name and isinstance(widget := self.widget(), NamesItself):
            return widget.accessible_text()
        said = super().text(kind)
        # Qt takes the tooltip for it, which has the whole of a text that is cut off: it would be read twice.
        is_again = kind == QAccessible.Text.Description and said == self.text(QAccessible.Text.Name)
        return "" if is_again else said

    def state(self) -> QAccessible.State:
        state = _own_focus(super().state(), self.object())
        if self._modal:
            state.modal = state.active = True
        if isinstance(widget := self.widget(), ChecksItself):
            state.checkable, state.checked = True, widget.accessible_checked()
        return state


class _ListObject(_WithRole):
    """A list of rows: only they, as far as they are shown, are its items, in the order in which they are read. After
    them come the buttons that stand in rows. What is hidden, or says again what a row says, would be counted among
    them: the third of eight rows was the ninth of thirty.
    """

    def _items(self) -> list[QWidget]:
        """The widgets below it; all where it has no rows of its own."""
        around = self.widget()
        if around is None:
            return []
        inside = [one for one in around.findChildren(QWidget, options=_DIRECT) if not one.isWindow()]
        shown = [one for one in inside if not one.isHidden()]
        rows = [one for one in shown if role_of(one) == Role.ListItem or one.property(ROLE) == Role.ListItem]
        if not rows:
            return shown
        rows.sort(key=lambda one: (one.y(), one.x()))
        return [*rows, *(one for one in shown if one not in rows and _has_stop(one))]

    def childCount(self) -> int:
        return len(self._items())

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt accepts None
        items = self._items()
        return QAccessible.queryAccessibleInterface(items[index]) if 0 <= index < len(items) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((place for place, one in enumerate(self._items()) if one is child.object()), -1)


def _has_stop(widget: QWidget) -> bool:
    """Whether the focus can be at a widget or in it."""
    inside = (widget, *widget.findChildren(QWidget))
    return any(one.focusPolicy() != Qt.FocusPolicy.NoFocus and not one.isHidden() for one in inside)


class _ButtonObject(QAccessibleWidget):
    """A button. Qt's own is described by its tooltip also where that is its name again, and takes a checkable button
    for a check box unless it is exclusive by itself, which changes what its keys do.
    """

    def __init__(self, button: QAbstractButton) -> None:
        super().__init__(button, Role.Button, "")
        self._button = button

    def role(self) -> QAccessible.Role:
        button, given = self._button, self._button.property(ROLE)
        if given is not None:
            return Role(given)
        if isinstance(button, QPushButton) and button.menu() is not None:
            return Role.ButtonMenu
        if button.isCheckable():
            return Role.RadioButton if button.autoExclusive() else Role.Button  # which is checkable: a toggle button
        return Role.Button

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return self._button.accessibleName() or self._button.text().replace("&", "")
        if kind == QAccessible.Text.Description:
            return self._description()
        return super().text(kind)

    def _description(self) -> str:
        """Why it is disabled, or its own description, or else what its tooltip says beyond its name: maybe its keys."""
        name, tip = self.text(QAccessible.Text.Name), self._button.toolTip()
        has_reason = not self._button.isEnabled() and bool(getattr(self._button, "reason", ""))  # the tooltip says it
        own = "" if has_reason else self._button.accessibleDescription()
        *lines, last = (own or tip).removeprefix(f"{name}. ").split("\n")
        found = " ".join([*map(sentence, lines), last])
        keys = found.removeprefix(f"{name} (")
        return "" if found == name else keys.removesuffix(")") if keys != found else found

    def state(self) -> QAccessible.State:
        state, button = super().state(), self._button
        state.pressed = button.isDown()
        state.defaultButton = isinstance(button, QPushButton) and button.isDefault()
        state.hasPopup = self.role() == Role.ButtonMenu
        if self.role() in SELECTED_ROLES:
            state.selectable, state.selected = True, button.isChecked()
            state.checkable = state.checked = False
        else:
            state.checkable, state.checked = button.isCheckable(), button.isChecked()
        return state

    def actionNames(self) -> list[str]:
        press = [self.pressAction()] if self._button.isEnabled() else []
        return [*press, *super().actionNames()]

    def doAction(self, name: str) -> None:
        if name == self.pressAction():
            self._button.click()
        else:
            super().doAction(name)

    def keyBindingsForAction(self, name: str) -> list[str]:
        keys = self._button.shortcut().toString()
        return [keys] if keys and name == self.pressAction() else []


class _ComboText(QAccessibleTextInterface):
    """A drop-down list's value, as a text that can't be changed or selected."""

    def __init__(self, combo: QComboBox) -> None:
        super().__init__()
        self._combo = combo

    def text(self, start: int, end: int) -> str:
        return self._combo.currentText()[start:end]

    def characterCount(self) -> int:
        return len(self._combo.currentText())

    def cursorPosition(self) -> int:
        return 0

    def setCursorPosition(self, _position: int) -> None: ...

    def selectionCount(self) -> int:
        return 0

    def selection(self, _index: int) -> tuple[int, int]:
        return 0, 0

    def addSelection(self, _start: int, _end: int) -> None: ...

    def removeSelection(self, _index: int) -> None: ...

    def setSelection(self, _index: int, _start: int, _end: int) -> None: ...

    def attributes(self, _offset: int) -> tuple[str, int, int]:
        return "", 0, self.characterCount()

    def characterRect(self, _offset: int) -> QRect:
        return QRect()

    def offsetAtPoint(self, _point: QPoint) -> int:
        return -1

    def scrollToSubstring(self, _start: int, _end: int) -> None: ...


class _ComboObject(QAccessibleWidget):
    """A drop-down list on Linux, where Qt calls it by its value alone, without its label, and says no value."""

    def __init__(self, combo: QComboBox) -> None:
        super().__init__(combo, Role.ComboBox, "")
        self._combo, self._text = combo, _ComboText(combo)

    def text(self, kind: QAccessible.Text) -> str:
        return self._combo.currentText() if kind == QAccessible.Text.Value else super().text(kind)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> shiboken6.Shiboken.VoidPtr:  # type: ignore[override]  # its stub says int
        if kind == QAccessible.InterfaceType.TextInterface:
            return shiboken6.Shiboken.VoidPtr(shiboken6.getCppPointer(self._text)[0])
        found = super().interface_cast(kind)
        # PySide takes None for the address of something. Nor is the truth of one of its addresses whether there is one.
        return shiboken6.Shiboken.VoidPtr(0) if found is None else found  # type: ignore[return-value]  # likewise

    def state(self) -> QAccessible.State:
        state, view = super().state(), self._combo.view()
        state.expandable = state.hasPopup = True
        state.expanded = view.isVisible()
        state.collapsed = not state.expanded
        return state

    def childCount(self) -> int:
        return 1

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt accepts None
        return QAccessible.queryAccessibleInterface(self._combo.view()) if index == 0 else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return 0 if child.object() is self._combo.view() else -1

    def actionNames(self) -> list[str]:
        return [self.showMenuAction()] if self._combo.isEnabled() else []

    def doAction(self, name: str) -> None:
        if name == self.showMenuAction():
            self._combo.showPopup()
        else:
            super().doAction(name)


class _WindowObject(QAccessibleWidget):
    """The window; while a dialog is open in it, the dialog is its only child, as nothing behind it can be used."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window, Role.Window, window.windowTitle())
        self._window = window

    def _dialog(self) -> QWidget | None:
        return modal_dialog(self._window) if shiboken6.isValid(self._window) else None

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
