"""Has Qt ask the program what screen readers are given for its widgets."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QWidget

from benchboard.ui.widgets.accessible import focus_moved

_installed = False
_makers: dict[type[QWidget], Callable[[QWidget], QAccessibleInterface]] = {}
"""What makes the interface of a class of widgets that has one of its own."""


def install() -> None:
    """Install the interfaces of the program's widgets. Calling it again does nothing."""
    global _installed
    if not _installed:
        _installed = True
        QAccessible.installFactory(_interface)
        program = QApplication.instance()
        assert isinstance(program, QApplication)
        program.focusChanged.connect(focus_moved)


def install_for(kind: type[QWidget], make: Callable[[QWidget], QAccessibleInterface]) -> None:
    """Have `make` give the interface of each widget of a class, from the next one on. Calling it again does nothing.

    Of two installed factories Qt asks the first one first, and ours answers for every widget of the program's own.
    """
    _makers[kind] = make
    install()


def _interface(_class_name: str, object_: QObject | None) -> QAccessibleInterface | None:
    if isinstance(object_, QWidget) and (make := _makers.get(type(object_))) is not None:
        return make(object_)
    from benchboard.ui.widgets.accessible_objects import object_of  # imported late: most start without a screen reader

    return object_of(object_) if object_ is not None else None
