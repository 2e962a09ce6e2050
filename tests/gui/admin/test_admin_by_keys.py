"""People, sessions and the audit log by keys alone: details are read, the focus stays, lists are walked."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from benchboard.ui.admin.person_pane import PersonPane
from benchboard.ui.paged.paged_model import PagedTableModel
from benchboard.ui.paged.paged_rows import PagedRows
from benchboard.ui.widgets.detail_pane import DetailHeader
from benchboard.ui.widgets.readable_rows import ReadableRow
from benchboard.ui.widgets.tab_order import tab_stops
from support.admin import Admin

PEOPLE, SESSIONS, AUDIT = "people_table", "sessions_table", "audit_table"
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def _focused(admin: Admin) -> QWidget:
    """What has the keys, also while a menu that closed hasn't given them back to the window yet."""
    focused = admin.window.focusWidget()
    assert focused is not None
    return focused


def _read(widget: QWidget) -> str:
    found = QAccessible.queryAccessibleInterface(widget)
    return found.text(QAccessible.Text.Name) if found is not None else ""


def _list(admin: Admin, name: str) -> PagedRows:
    view = admin.table(name)
    assert isinstance(view, PagedRows)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    return view


def _at(admin: Admin, name: str, text: str) -> PagedRows:
    """The list with the keys at the row of `text`."""
    view = _list(admin, name)
    view.setCurrentIndex(view.model().index(admin.row(name, text), 0))
    return view


def _current(view: PagedRows) -> str:
    return str(view.currentIndex().siblingAtColumn(0).data())


def _walked(admin: Admin, pane: QWidget) -> list[str]:
    """What is read from the first fact of a pane on, with Down in each list and Tab to the next."""
    rows = [row for row in pane.findChildren(ReadableRow) if row.isVisible()]
    first = min(rows, key=lambda row: row.mapTo(pane, QPoint()).toTuple())  # of a page, in its left column
    first.setFocus(Qt.FocusReason.TabFocusReason)
    found: list[str] = []
    for _step in range(99):
        here = _focused(admin)
        if isinstance(here, ReadableRow):
            if _read(here) in found:
                break
            found.append(_read(here))
        admin.key(Qt.Key.Key_Down)
        if _focused(admin) is here:
            admin.key(Qt.Key.Key_Tab)
        if not pane.isAncestorOf(_focused(admin)):
            break
    return found


@pytest.mark.parametrize(
    ("address", "table", "pane", "facts"),
    [
        ("admin/people", PEOPLE, "person_detail", ("Sign-in method: ", "Added: ", "bench-12, ", "Technician")),
        ("admin/sessions", SESSIONS, "session_detail", ("Computer: ", "IP address: ", "Signed in: ", "Expires: ")),
        ("admin/audit", AUDIT, "audit_detail", ("When: ", "Computer: ", "Program: ", "IP address: ")),
    ],
)
def test_details_are_read_by_keys_and_copied(
    admin: Admin, address: str, table: str, pane: str, facts: tuple[str, ...], announcements: list[str]
) -> None:
    admin.go(address)
    text = "Ada Lovelace" if table != AUDIT else admin.column(table)[0] if admin.table(table) else ""
    _at(admin, table, text)
    admin.key(Qt.Key.Key_Return)
    detail = admin.find(pane)
    admin.wait(lambda: detail.isAncestorOf(_focused(admin)))
    admin.wait(lambda: sum(row.isVisible() for row in detail.findChildren(ReadableRow)) >= 3)
    head = detail.findChild(DetailHeader)
    assert head is not None
    told = f"{head.name.text()}, {head.below.text()}"
    assert announcements.count(told) == 1, "whose details these are is told once, on the way in"
    if table == PEOPLE:
        assert told == "Ada Lovelace, ada@example.com"
        admin.wait(lambda: any("bench-12" in _read(row) for row in detail.findChildren(ReadableRow)))

    said = _walked(admin, detail)
    for fact in facts:
        assert any(one.startswith(fact) for one in said), (fact, said)
    row = next(one for one in detail.findChildren(ReadableRow) if _read(one).startswith(facts[1]) and one.isVisible())
    row.setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == _read(row).removeprefix(facts[1])


def _detail(admin: Admin) -> PersonPane:
    pane = admin.find("person_detail")
    assert isinstance(pane, PersonPane)
    return pane


def test_disable_in_the_details_leaves_the_focus_at_what_enables_again(admin: Admin) -> None:
    _at(admin, PEOPLE, "Ada Lovelace")
    admin.wait(lambda: admin.find("person_detail").isVisible())
    admin.find("person_more").setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Return)
    menu = admin.find("person_menu")
    assert isinstance(menu, QMenu)
    admin.choose(menu, "command_disable_account")
    admin.wait(lambda: admin.cell(PEOPLE, "Ada Lovelace", 3) == "Disabled")
    admin.wait(lambda: _focused(admin).objectName() == "person_more")  # whose menu enables again
    admin.find("person_activate").setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: admin.cell(PEOPLE, "Ada Lovelace", 3) == "Active")
    admin.wait(lambda: _focused(admin).objectName() == "person_more")
    admin.key(Qt.Key.Key_Z, CTRL)
    admin.wait(lambda: admin.cell(PEOPLE, "Ada Lovelace", 3) == "Disabled")
    assert _focused(admin).objectName() == "person_more"


@pytest.mark.parametrize("narrow", [False, True])
def test_disable_by_the_menu_of_a_row_leaves_the_focus_at_the_row(admin: Admin, narrow: bool) -> None:
    if narrow:
        admin.window.resize(1024, 700)
    view = _at(admin, PEOPLE, "Ada Lovelace")
    admin.key(Qt.Key.Key_F10, SHIFT)
    menu = admin.find("people_menu")
    assert isinstance(menu, QMenu)
    (disable,) = [one for one in menu.actions() if one.objectName() == "command_disable_account"]
    menu.setActiveAction(disable)
    admin.qtbot.keyClick(menu, Qt.Key.Key_Return)
    admin.wait(lambda: admin.cell(PEOPLE, "Ada Lovelace", 3) == "Disabled")
    assert _focused(admin) is view
    assert _current(view) == "Ada Lovelace"
    admin.key(Qt.Key.Key_Z, CTRL)
    admin.wait(lambda: admin.cell(PEOPLE, "Ada Lovelace", 3) == "Active")
    assert _focused(admin) is view
    assert _current(view) == "Ada Lovelace"


def test_disable_of_ticked_people_leaves_the_focus_in_the_bar_then_at_the_row(admin: Admin) -> None:
    view = _at(admin, PEOPLE, "Ada Lovelace")
    admin.key(Qt.Key.Key_Space)
    button = admin.find("people_disable")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: admin.cell(PEOPLE, "Ada Lovelace", 3) == "Disabled")
    admin.wait(lambda: not button.isVisible())
    assert _focused(admin).objectName() == "people_activate"
    assert _current(view) == "Ada Lovelace"
    admin.key(Qt.Key.Key_Z, CTRL)
    admin.wait(lambda: admin.cell(PEOPLE, "Ada Lovelace", 3) == "Active")
    admin.wait(lambda: _focused(admin).objectName() == "people_disable")


def test_filter_that_loses_a_disabled_person_keeps_the_focus_in_the_list(admin: Admin) -> None:
    admin.find("people_state").setFocus()
    admin.key(Qt.Key.Key_A)  # “Active”
    model: PagedTableModel[object] = _list(admin, PEOPLE).model()  # type: ignore[assignment]  # that of a list
    admin.wait(lambda: bool(model.listing.filters) and not model.loading)  # she is in the list of before, too
    view = _at(admin, PEOPLE, "Ada Lovelace")
    beside = admin.column(PEOPLE)[admin.row(PEOPLE, "Ada Lovelace") + 1]
    admin.choose(admin.row_menu(PEOPLE, "Ada Lovelace", "people_menu"), "command_disable_account")
    admin.wait(lambda: "Ada Lovelace" not in admin.column(PEOPLE))
    assert _focused(admin) is view
    assert _current(view) == beside


def test_end_of_a_session_leaves_the_focus_at_its_neighbour(admin: Admin) -> None:
    admin.go("admin/sessions")
    admin.table(SESSIONS)
    admin.wait(lambda: len(admin.column(SESSIONS)) == 4)
    view = _list(admin, SESSIONS)
    at = admin.column(SESSIONS, 1).index("bench-12")
    beside = admin.column(SESSIONS, 1)[at + 1] if at + 1 < 4 else admin.column(SESSIONS, 1)[at - 1]
    view.setCurrentIndex(view.model().index(at, 0))
    admin.key(Qt.Key.Key_Delete)
    admin.find("confirm_act").setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: len(admin.column(SESSIONS)) == 3)
    admin.wait(lambda: _focused(admin) is view)
    assert str(view.currentIndex().siblingAtColumn(1).data()) == beside


def test_end_of_a_session_in_its_details_keeps_the_focus_in_the_details(admin: Admin) -> None:
    admin.go("admin/sessions")
    admin.table(SESSIONS)
    admin.wait(lambda: len(admin.column(SESSIONS)) == 4)
    view = _list(admin, SESSIONS)
    view.setCurrentIndex(view.model().index(admin.column(SESSIONS, 1).index("bench-12"), 0))
    admin.key(Qt.Key.Key_Return)
    admin.find("sessions_revoke").setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Return)
    admin.find("confirm_act").setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: len(admin.column(SESSIONS)) == 3)
    focused = _focused(admin)
    assert focused is view or admin.find("session_detail").isAncestorOf(focused), focused


def test_end_of_one_of_two_sessions_of_a_person_goes_to_the_other(admin: Admin) -> None:
    _at(admin, PEOPLE, "Ada Lovelace")
    admin.click("person_sessions")

    def revokes() -> list[QPushButton]:
        found = _detail(admin).findChildren(QPushButton, "session_revoke")
        return [one for one in found if one.isVisible()]

    admin.wait(lambda: len(revokes()) == 2)
    revokes()[0].setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Return)
    admin.find("confirm_act").setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: len(revokes()) == 1)
    admin.wait(lambda: _detail(admin).isAncestorOf(_focused(admin)))
    assert isinstance(_focused(admin), ReadableRow)


def test_people_and_sessions_are_walked_by_every_key_of_a_list(admin: Admin) -> None:
    admin.wait(lambda: len(admin.column(PEOPLE)) == 9)
    view, names = _list(admin, PEOPLE), admin.column(PEOPLE)
    admin.key(Qt.Key.Key_End)
    assert _current(view) == names[-1]
    admin.key(Qt.Key.Key_Home)
    assert _current(view) == names[0]
    admin.key(Qt.Key.Key_PageDown)
    assert _current(view) == names[-1]
    admin.key(Qt.Key.Key_PageUp)
    assert _current(view) == names[0]
    admin.key(Qt.Key.Key_Down, SHIFT)
    admin.key(Qt.Key.Key_Down, SHIFT)
    assert len(view.paged.ticks()) == 3
    admin.key(Qt.Key.Key_Escape)
    assert not view.paged.ticks()
    admin.key(Qt.Key.Key_A, CTRL)
    assert len(view.paged.ticks()) == 9
    admin.key(Qt.Key.Key_Escape)
    admin.key(Qt.Key.Key_Home)
    admin.key(Qt.Key.Key_End, SHIFT)
    assert len(view.paged.ticks()) == 9
    assert _current(view) == names[-1]
    admin.key(Qt.Key.Key_Home, SHIFT)
    assert _current(view) == names[0]
    assert len(view.paged.ticks()) == 1
    admin.key(Qt.Key.Key_Escape)
    admin.key(Qt.Key.Key_PageDown, SHIFT)
    assert len(view.paged.ticks()) == 9
    admin.key(Qt.Key.Key_Up, SHIFT)
    assert len(view.paged.ticks()) == 8
    admin.key(Qt.Key.Key_Home, SHIFT)
    assert len(view.paged.ticks()) == 1


def test_typing_in_a_list_finds_a_row_by_its_beginning_also_by_a_letter_that_sorts(admin: Admin) -> None:
    admin.wait(lambda: len(admin.column(PEOPLE)) == 9)
    view = _list(admin, PEOPLE)
    admin.qtbot.keyClicks(view, "zo")
    assert _current(view) == "Zoë 100%"
    admin.qtbot.keyClicks(view, "s")
    assert not [one for one in admin.window.findChildren(QWidget, "sort_menu") if one.isVisible()]


@pytest.mark.parametrize(("address", "table", "menu"), [
    ("admin/people", PEOPLE, "people_menu"), ("admin/sessions", SESSIONS, "sessions_menu"),
])  # fmt: skip
def test_menu_key_opens_the_menu_at_the_row(admin: Admin, address: str, table: str, menu: str) -> None:
    admin.go(address)
    view = _at(admin, table, "Ada Lovelace")
    admin.key(Qt.Key.Key_F10, SHIFT)
    shown = admin.find(menu)
    row = view.visualRect(view.currentIndex())
    assert row.translated(view.viewport().mapToGlobal(row.topLeft()) - row.topLeft()).contains(shown.pos()) or (
        shown.pos().y() >= view.viewport().mapToGlobal(row.topLeft()).y()
    )
    admin.qtbot.keyClick(shown, Qt.Key.Key_Escape)
    assert _focused(admin) is view


@pytest.mark.parametrize(
    ("address", "table", "filters", "between"),
    [
        ("admin/people", PEOPLE, "people_search", ()),
        ("admin/sessions", SESSIONS, "sessions_search", ()),
        ("admin/audit", AUDIT, "audit_search", ("audit_verify", "audit_counts")),
    ],
)
def test_f6_goes_through_the_window_as_it_is_read_and_back(
    admin: Admin, address: str, table: str, filters: str, between: tuple[str, ...]
) -> None:
    admin.go(address)
    view = _at(admin, table, admin.column(table)[0] if admin.table(table) else "")
    admin.wait(lambda: admin.window.findChildren(QPushButton, "detail_close") != [])
    view.setFocus()
    seen = [table]
    tab = f"tab_{address.replace('/', '_')}"
    detail: list[QWidget] = []
    for _turn in range(6 + len(between)):
        admin.key(Qt.Key.Key_F6)
        focused = _focused(admin)
        inside = [name for name in ("person_detail", "session_detail", "audit_detail") if _within(focused, name)]
        seen.append(inside[0] if inside else focused.objectName())
        detail += [focused] if inside else []
    assert seen[0] == table
    assert len(detail) == 1
    assert [seen[0], *seen[2:]] == [table, "status_where", "rail_admin", tab, filters, *between, table]
    admin.key(Qt.Key.Key_F6, SHIFT)
    assert _focused(admin).objectName() == (between[-1] if between else filters)


def _within(widget: QWidget, name: str) -> bool:
    around: QWidget | None = widget
    while around is not None and around.objectName() != name:
        around = around.parentWidget()
    return around is not None


def test_rail_and_status_bar_are_one_stop_each_with_arrows_inside(admin: Admin) -> None:
    admin.table(PEOPLE)
    stops = [one.objectName() for one in tab_stops(admin.window)]
    assert [name for name in stops if name.startswith("rail_")] == ["rail_admin"]
    assert [name for name in stops if name.startswith("status_")] == ["status_where"]
    assert stops[:4] == ["rail_admin", "tab_admin_people", "search", "account"]
    admin.find("rail_admin").setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Up)
    assert _focused(admin).objectName() == "rail_studio"
    admin.find("status_where").setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_End)
    assert _focused(admin).objectName() == "status_organisation"
    admin.key(Qt.Key.Key_Tab)
    assert _focused(admin).objectName() == "rail_admin"
