"""Who could do something on a day in the past, beside the matrix of roles."""

from datetime import datetime

from PySide6.QtCore import Qt

from benchboard.dashboards import library
from benchboard.dashboards.access import sharing
from benchboard.identity import person_changes
from benchboard.identity.person_changes import PersonFields
from benchboard.paging import Listing
from benchboard.ui.admin.role_pane import WhoCanPane
from benchboard.ui.time_format import full_date
from benchboard.ui.widgets import Button, Paragraph, Text
from benchboard.ui.widgets.calendar import RangeCalendar
from benchboard.ui.widgets.readable_rows import ReadableRow
from support.admin import Admin
from support.databases import unbound


def _rows(admin: Admin) -> list[str]:
    rows = admin.find("who_can_detail").findChildren(ReadableRow)
    return [row.accessibleName() for row in rows if row.isVisible()]


def _texts(admin: Admin) -> str:
    texts = admin.find("who_can_detail").findChildren(Paragraph)
    return " ".join(one.text() for one in texts if one.isVisible())


def _ask(admin: Admin, day: str) -> None:
    day_field = admin.find("who_can_day")
    day_field.clear()  # type: ignore[attr-defined]
    admin.type("who_can_day", day)
    admin.key(Qt.Key.Key_Return)


def test_who_could_is_told_as_of_a_time_with_since_when_it_is_known(admin: Admin) -> None:
    shell = admin.application.shell
    assert shell is not None
    actor, database = shell.context.actor, shell.context.workspace.database
    then = datetime.now().astimezone().isoformat()
    with unbound(database).change() as session:
        ada = admin.person("Ada Lovelace").id
        person_changes.change_person(session, actor, ada, PersonFields(role="business_user"))
        wall = next(one for one in library.list_dashboards(session, actor, Listing()).rows if one.name == "Orders wall")
        sharing.set_public(session, actor, wall.id, public=False)
    admin.go("admin/roles")
    admin.type("who_can_search", "pair")
    admin.wait(lambda: _rows(admin) and not any("Ada" in row for row in _rows(admin)))
    _ask(admin, then)
    admin.wait(lambda: "Ada Lovelace, Role Technician" in _rows(admin))
    assert "when the audit log begins." in _texts(admin)
    admin.find("who_can_search").clear()  # type: ignore[attr-defined]
    admin.type("who_can_search", "wall")
    admin.wait(lambda: "Öz Işık, Can view, Open to everyone" in _rows(admin))
    admin.find("who_can_day").clear()  # type: ignore[attr-defined]
    admin.wait(lambda: _rows(admin) and not any("Öz" in row for row in _rows(admin)))
    assert "when the audit log begins." not in _texts(admin)


def test_day_that_cannot_be_told_is_said_at_the_field(admin: Admin) -> None:
    admin.go("admin/roles")
    admin.type("who_can_search", "pair")
    admin.wait(lambda: _rows(admin))
    for day, told in (
        ("2020-01-01", "It isn't known who could do what then. The audit log begins later. Choose "),
        ("2999-01-01", "That time hasn't come yet."),
        ("in March", "“in March” isn't a date or time."),
    ):
        _ask(admin, day)
        admin.wait(lambda told=told: told in _texts(admin))
        assert _rows(admin) == []


def test_wrong_day_is_told_and_described_and_no_number_of_people_stands_there(
    admin: Admin, announcements: list[str]
) -> None:
    """It was silent, and “0 people” is the answer to another question."""
    admin.go("admin/roles")
    admin.type("who_can_search", "pair")
    admin.wait(lambda: _rows(admin))
    pane = admin.find("who_can_detail")
    assert isinstance(pane, WhoCanPane)
    _ask(admin, "xx")
    told = "“xx” isn't a date or time. Write it like 2026-03-01 or 2026-03-01T08:00."
    admin.wait(lambda: told in announcements)
    field = admin.find("who_can_day")
    assert field.accessibleDescription() == told
    assert field.property("wrong") is True
    shown = [one.text() for one in pane.findChildren(Text) if one.isVisible()]
    assert [text for text in shown if text.endswith(("person", "people"))] == []
    announcements.clear()
    admin.key(Qt.Key.Key_Return)
    assert announcements == [told], "the second time it was silent"
    late = "That time hasn't come yet."
    for day in ("2999-01-01", "2999-01-02"):
        announcements.clear()
        _ask(admin, day)
        assert late in announcements
    announcements.clear()
    field.clear()  # type: ignore[attr-defined]
    admin.wait(lambda: _rows(admin))
    assert field.accessibleDescription() == ""
    assert field.property("wrong") is False


def test_answer_as_of_a_day_is_told(admin: Admin, announcements: list[str]) -> None:
    admin.go("admin/roles")
    admin.type("who_can_search", "pair")
    admin.wait(lambda: _rows(admin))
    today = datetime.now().astimezone().date()
    _ask(admin, today.isoformat())
    day = full_date(today)
    admin.wait(lambda: f"As of {day}, Pair and configure dongles: {_people(admin)}" in announcements)
    assert "when the audit log begins." in admin.find("who_can_day").accessibleDescription()
    announcements.clear()
    admin.find("who_can_day").clear()  # type: ignore[attr-defined]
    admin.wait(lambda: f"Pair and configure dongles: {_people(admin)}" in announcements)


def _people(admin: Admin) -> str:
    count = len(_rows(admin))
    return f"{count} person" if count == 1 else f"{count} people"


def test_day_is_picked_in_a_calendar_and_now_leads_back(admin: Admin) -> None:
    admin.go("admin/roles")
    admin.type("who_can_search", "pair")
    admin.wait(lambda: _rows(admin))
    now = admin.find("who_can_now")
    assert isinstance(now, Button)
    assert now.isChecked()
    admin.click("who_can_now")
    assert now.isChecked(), "it is now already"
    admin.click("who_can_pick")
    calendar = admin.find("range_calendar")
    assert isinstance(calendar, RangeCalendar)
    today = datetime.now().astimezone().date()
    admin.key(Qt.Key.Key_Right)  # tomorrow, of which nothing is known
    admin.key(Qt.Key.Key_Return)
    assert calendar.isVisible()
    admin.key(Qt.Key.Key_Left)
    admin.key(Qt.Key.Key_Return)
    field = admin.find("who_can_day")
    assert field.text() == today.isoformat()  # type: ignore[attr-defined]
    assert not now.isChecked()
    admin.wait(lambda: "when the audit log begins." in _texts(admin))
    admin.click("who_can_now")
    assert now.isChecked()
    assert field.text() == ""  # type: ignore[attr-defined]
    admin.wait(lambda: "when the audit log begins." not in _texts(admin))


def test_escape_goes_back_to_where_the_details_were_entered_from(
    admin: Admin, told_focus: list[str], announcements: list[str]
) -> None:
    """It went to the first permission, and on the way to others."""
    admin.go("admin/roles")
    admin.find("role_analyst").setFocus(Qt.FocusReason.TabFocusReason)
    admin.find("role_clone").setFocus(Qt.FocusReason.TabFocusReason)
    told_focus.clear()
    admin.key(Qt.Key.Key_Escape)
    assert told_focus == ["role_analyst"]
    admin.type("who_can_search", "pair")
    admin.wait(lambda: _rows(admin))
    admin.key(Qt.Key.Key_Down)
    admin.wait(lambda: admin.find("who_can_detail").isAncestorOf(admin.window.focusWidget()))
    admin.find("who_can_pick").setFocus(Qt.FocusReason.TabFocusReason)
    told_focus.clear()
    announcements.clear()
    admin.key(Qt.Key.Key_Space)
    admin.find("range_calendar")
    admin.key(Qt.Key.Key_Escape)
    assert told_focus == ["range_calendar", "who_can_pick"]
    assert announcements == [], "whose details these are is told on the way into them alone"
    told_focus.clear()
    admin.key(Qt.Key.Key_Escape)
    assert told_focus == ["who_can_search"]
    assert announcements == []


def test_calendar_begins_at_the_day_that_was_typed(admin: Admin) -> None:
    """It began at the day after, as a day is told as of its end."""
    admin.go("admin/roles")
    admin.type("who_can_search", "pair")
    admin.wait(lambda: _rows(admin))
    _ask(admin, "2020-01-01")
    admin.click("who_can_pick")
    (calendar,) = admin.window.findChildren(RangeCalendar)
    admin.wait(lambda: "1 January 2020" in calendar.accessible_text())
