"""Every view's accessibility tree: what takes the focus has a name, and no two fields of a view have the same one."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QWidget

from benchboard.ui.shell.shell import Shell

_FIELDS = (QAccessible.Role.EditableText, QAccessible.Role.ComboBox, QAccessible.Role.SpinBox)


@pytest.fixture
def screen_reader() -> Iterator[None]:
    before = QAccessible.isActive()
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(before)


def _focusable(parent: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    for at in range(parent.childCount()):
        child = parent.child(at)
        state = child.state() if child is not None else None
        if child is None or state is None or state.invisible:
            continue
        if state.focusable:
            yield child
        yield from _focusable(child)


@pytest.mark.usefixtures("screen_reader")
def test_what_takes_the_focus_in_a_view_has_a_name_of_its_own(open_local: Callable[[str], Shell]) -> None:
    shell = open_local("studio/home")
    for address in (
        "studio/home", "studio/dashboards", "studio/data", "studio/models", "studio/explore", "bench/dongles",
        "bench/timing", "bench/live", "admin/people", "admin/sessions", "admin/audit", "settings",
    ):  # fmt: skip
        shell.go(address)
        QApplication.processEvents()
        window = QAccessible.queryAccessibleInterface(shell.window())
        assert window is not None
        found = [(one.role(), one.text(QAccessible.Text.Name).strip(), one.object()) for one in _focusable(window)]
        unnamed = [(role, type(widget).__name__, widget.objectName()) for role, name, widget in found if not name]
        assert not unnamed, address
        fields = Counter(name for role, name, widget in found if role in _FIELDS and isinstance(widget, QWidget))
        assert not [name for name, count in fields.items() if count > 1], address
