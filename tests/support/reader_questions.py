"""Asks the accessibility tree all that a screen reader asks of it: of every element, shown or not, its name,
description, value, role, states, place, actions and texts; and of a widget that is being built, as soon as it is named.

A reader asks at any time. A part that can't answer yet raises within a call of Qt's, which may end the program.
"""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import shiboken6
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QWidget

Role = QAccessible.Role
_TEXTS: Final = (
    QAccessible.Text.Name,
    QAccessible.Text.Description,
    QAccessible.Text.Value,
    QAccessible.Text.Help,
    QAccessible.Text.Accelerator,
)
_CELLS: Final = 200
"""Cells of a table, and lines of a list, that are asked: those after them are asked the same."""


def wrong_answers(window: QWidget) -> Iterator[str]:
    """What goes wrong as everything in a window is asked."""
    root = QAccessible.queryAccessibleInterface(window)
    assert root is not None
    yield from _asked(root)


def _asked(element: QAccessibleInterface) -> Iterator[str]:
    try:
        _ask(element)
        children = [element.child(at) for at in range(min(element.childCount(), _CELLS))]
    except Exception:  # noqa: BLE001  # whatever it is, it is a fault of that part
        yield f"can't be asked: {_called(element)}: {traceback.format_exc(limit=-1)}"
        return
    for child in children:
        if child is not None and child.isValid():
            yield from _asked(child)


def _ask(element: QAccessibleInterface) -> None:
    """Ask for what the bridges of all systems ask for."""
    for kind in _TEXTS:
        text = element.text(kind)
        assert isinstance(text, str), (kind, text)
    element.role()
    element.state()
    element.rect()
    parent = element.parent()
    if parent is not None and parent.isValid() and parent.childCount() <= _CELLS:
        parent.indexOfChild(element)
    if (actions := element.actionInterface()) is not None:
        for name in actions.actionNames():
            actions.localizedActionDescription(name)
            actions.keyBindingsForAction(name)
    if (value := element.valueInterface()) is not None:
        value.currentValue()
        value.minimumValue()
        value.maximumValue()
    if (text_of := element.textInterface()) is not None:
        text_of.text(0, text_of.characterCount())
        text_of.cursorPosition()
        text_of.selectionCount()


def _called(element: QAccessibleInterface) -> str:
    widget = element.object()
    return f"{type(widget).__name__} {widget.objectName()}" if widget is not None else "an element without a widget"


@contextmanager
def asked_when_named() -> Iterator[list[str]]:
    """Ask each widget as soon as it gets a name or a description, which may be in its constructor, with those around
    it, whose names may be made of its; collects what goes wrong."""
    faults: list[str] = []
    is_asking = False

    def asking(setter: Callable[[QWidget, str], None]) -> Callable[[QWidget, str], None]:
        def set_and_ask(widget: QWidget, text: str) -> None:
            nonlocal is_asking
            setter(widget, text)
            if is_asking:
                return
            is_asking = True
            try:
                around: QWidget | None = widget
                while around is not None and shiboken6.isValid(around):
                    told = QAccessible.queryAccessibleInterface(around)
                    if told is not None:
                        _ask_or_note(told, faults)
                    around = around.parentWidget()
            finally:
                is_asking = False

        return set_and_ask

    name, description = QWidget.setAccessibleName, QWidget.setAccessibleDescription
    QWidget.setAccessibleName = asking(name)  # type: ignore[method-assign, assignment]  # as a reader does
    QWidget.setAccessibleDescription = asking(description)  # type: ignore[method-assign, assignment]  # likewise
    try:
        yield faults
    finally:
        QWidget.setAccessibleName, QWidget.setAccessibleDescription = name, description  # type: ignore[method-assign]


def _ask_or_note(element: QAccessibleInterface, faults: list[str]) -> None:
    try:
        _ask(element)
    except Exception:  # noqa: BLE001  # whatever it is, it is a fault of that part
        faults.append(f"can't be asked as it is built: {_called(element)}: {traceback.format_exc(limit=-1)}")
