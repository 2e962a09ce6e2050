"""The lists of sessions and audit entries, and a revoked session in another process."""

import os
import platform
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QFontMetrics
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from benchboard import i18n, package_data
from benchboard.identity import (
    audit,
    audit_titles,
    authentication,
    person_changes,
    person_deletion,
    person_erasure,
    sessions,
)
from benchboard.identity.audit_counts import CountsOverTime, PeriodCount
from benchboard.identity.permissions import Client, program_title
from benchboard.identity.person_changes import PersonFields
from benchboard.paging import Listing
from benchboard.ui.admin import audit_entry_pane, sessions_view
from benchboard.ui.admin.audit_counts_strip import AuditCountBars
from benchboard.ui.admin.audit_seal_strip import AuditSealStrip
from benchboard.ui.admin.person_pane import PersonPane
from benchboard.ui.paged.paged_model import PagedTableModel
from benchboard.ui.paged.paged_rows import PagedRows
from benchboard.ui.shell.fuzzy_search import search
from benchboard.ui.theme import theme
from benchboard.ui.time_format import day_and_time
from benchboard.ui.widgets import Button
from benchboard.ui.widgets.labels import KeyCap
from benchboard.ui.widgets.timeline_row import TimelineRow
from support.admin import Admin
from support.databases import unbound
from support.window import visible


def test_revoke_of_a_session_moves_it_to_the_ended_list(admin: Admin) -> None:
    admin.go("admin/sessions")
    admin.type("sessions_search", "bench-12")
    admin.wait(lambda: admin.column("sessions_table", 1) == ["bench-12"])
    admin.press_row("sessions_table", "Ada Lovelace")
    admin.wait(lambda: admin.find("session_detail").isVisible())
    assert {"Ada Lovelace", "When", "bench-12"} <= set(_visible_texts(admin))
    admin.click("sessions_revoke")
    admin.click("confirm_act")
    admin.wait(lambda: admin.person("Ada Lovelace").sessions == 1)
    admin.click("segment_ended")
    admin.wait(lambda: admin.column("sessions_ended_table", 1) == ["bench-12"])
    assert admin.column("sessions_ended_table", 5) == ["Revoked"]
    admin.qtbot.keyClicks(admin.find("sessions_search"), "qqq")  # a click would put it into the middle of the text
    admin.wait(lambda: "No ended sessions match “bench-12qqq”" in _visible_texts(admin))
    assert "No sessions ended in the last 90 days" not in _visible_texts(admin)


def _visible_texts(admin: Admin) -> list[str]:
    return [label.text() for label in admin.window.findChildren(QLabel) if label.isVisible()]


def test_revoke_of_ticked_sessions_ends_all(admin: Admin) -> None:
    admin.go("admin/sessions")
    admin.type("sessions_search", "ada")
    admin.wait(lambda: admin.column("sessions_table") == ["Ada Lovelace"] * 2)
    header = admin.table("sessions_table").horizontalHeader()
    admin.qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(16, 10))
    revoke = admin.find("sessions_revoke_ticked")
    assert isinstance(revoke, Button)
    assert revoke.text() == "Revoke sessions"
    admin.press_row("sessions_table", "Ada Lovelace", tick=True)
    assert revoke.text() == "Revoke session"
    admin.press_row("sessions_table", "Ada Lovelace", tick=True)
    admin.click("sessions_revoke_ticked")
    admin.click("confirm_act")
    admin.wait(lambda: admin.person("Ada Lovelace").sessions == 0)


def test_delete_asks_whether_to_revoke_the_current_session(admin: Admin) -> None:
    admin.go("admin/sessions")
    admin.type("sessions_search", "bench-12")
    admin.wait(lambda: admin.column("sessions_table", 1) == ["bench-12"])
    admin.key(Qt.Key.Key_Return)
    view = admin.table("sessions_table")
    admin.wait(view.hasFocus)
    admin.key(Qt.Key.Key_Delete)
    admin.click("confirm_act")
    admin.wait(lambda: admin.person("Ada Lovelace").sessions == 1)


def test_icon_on_the_row_of_a_session_asks_whether_to_revoke_it(admin: Admin) -> None:
    admin.go("admin/sessions")
    admin.type("sessions_search", "bench-12")
    admin.wait(lambda: admin.column("sessions_table", 1) == ["bench-12"])
    view = admin.table("sessions_table")
    spot = view.visualRect(view.model().index(0, 6)).center()
    assert view.model().index(0, 6).data(Qt.ItemDataRole.ToolTipRole) == "Revoke session on bench-12"
    admin.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    admin.click("confirm_keep")
    assert admin.person("Ada Lovelace").sessions == 2
    admin.qtbot.keyClick(admin.find("session_detail"), Qt.Key.Key_Escape)
    admin.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    admin.click("confirm_act")
    admin.wait(lambda: admin.person("Ada Lovelace").sessions == 1)


def test_revoke_of_the_session_of_this_window_says_that_it_signs_out(admin: Admin) -> None:
    admin.go("admin/sessions")
    assert admin.application.shell is not None
    own = admin.application.shell.context.actor.name
    menu = admin.row_menu("sessions_table", own, "sessions_menu")
    assert [action.text() for action in menu.actions()] == ["Open person", "", "Sign out"]
    admin.choose(menu, "command_revoke_sessions")
    dialog = admin.find("confirm")
    texts = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "Sign yourself out?" in texts
    assert "you will be signed out here within" in texts
    buttons = [admin.find(name) for name in ("confirm_keep", "confirm_act")]
    assert [button.text() for button in buttons if isinstance(button, Button)] == ["Stay signed in", "Sign out"]
    admin.click("confirm_keep")


def test_row_menu_of_a_session_revokes_it(admin: Admin) -> None:
    admin.go("admin/sessions")
    admin.type("sessions_search", "bench-12")
    admin.wait(lambda: admin.column("sessions_table", 1) == ["bench-12"])
    menu = admin.row_menu("sessions_table", "Ada Lovelace", "sessions_menu")
    assert [action.text() for action in menu.actions()] == ["Open person", "", "Revoke session"]
    admin.choose(menu, "command_revoke_sessions")
    admin.click("confirm_act")
    admin.wait(lambda: admin.person("Ada Lovelace").sessions == 1)
    admin.click("segment_ended")
    menu = admin.row_menu("sessions_ended_table", "Ada Lovelace", "sessions_menu")
    assert [action.text() for action in menu.actions()] == ["Open person"]
    admin.choose(menu, "command_show_person")
    admin.wait(lambda: admin.find("person_detail").isVisible())


def test_sessions_list_marks_the_session_of_this_window(admin: Admin) -> None:
    admin.go("admin/sessions")
    view = admin.table("sessions_table")
    admin.row("sessions_table", "Ines Okafor")
    own = [
        str(view.model().index(row, 1).data(Qt.ItemDataRole.AccessibleTextRole))
        for row in range(view.model().rowCount())
        if admin.column("sessions_table")[row] == "Ines Okafor"
    ]
    assert len([text for text in own if "This window" in text]) == 1


def test_session_of_this_window_is_used_now(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions_view, "relative_time", lambda _time: "3 min ago")
    admin.go("admin/sessions")
    admin.row("sessions_table", "Ines Okafor")
    model = admin.table("sessions_table").model()
    computers, used = admin.column("sessions_table", 1), admin.column("sessions_table", 5)
    own = [
        "This window" in str(model.index(row, 1).data(Qt.ItemDataRole.AccessibleTextRole))
        for row in range(len(computers))
    ]
    assert used == ["just now" if mine else "3 min ago" for mine in own]


def test_audit_entry_shows_the_time_of_its_row(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    admin.go("admin/audit")
    table = "audit_table"
    admin.wait(lambda: admin.column(table))
    admin.press_row(table, admin.column(table)[0])
    detail = admin.find("audit_detail")
    admin.wait(detail.isVisible)
    for module in (audit_entry_pane,):
        monkeypatch.setattr(module, "relative_time", lambda _time: "4 min ago")
    admin.table(table).viewport().repaint()
    assert any(label.text().endswith(", 4 min ago") for label in detail.findChildren(QLabel))


def test_audit_entry_of_this_program_is_all_in_turkish(request: pytest.FixtureRequest) -> None:
    request.addfinalizer(lambda: i18n.use("en", Path()))
    i18n.use("tr", package_data.resources_folder() / "i18n")
    assert program_title("Benchboard/0.1.0 (Linux) on vm") == "vm üzerinde Linux için Benchboard 0.1.0"
    assert audit_titles.detail_title("name") == "Ad"


def test_detail_over_the_audit_log_leaves_time_person_and_event_in_front_of_it(admin: Admin) -> None:
    admin.window.resize(1024, 700)
    admin.go("admin/audit")
    table = "audit_table"
    admin.wait(lambda: "Added Öz Işık" in admin.column(table, 3))
    view = admin.table(table)
    admin.press_row(table, admin.column(table)[0])
    detail = admin.find("audit_detail")
    admin.wait(lambda: view.columnViewportPosition(4) <= detail.x())
    assert view.columnWidth(3) >= 240
    admin.qtbot.keyClick(detail, Qt.Key.Key_Escape)
    admin.wait(lambda: view.columnViewportPosition(4) > 576)


def test_audit_filters_narrow_by_event_and_person(admin: Admin) -> None:
    admin.go("admin/audit")
    table = "audit_table"
    admin.wait(lambda: "Added Öz Işık" in admin.column(table, 3))
    assert {platform.node(), "ada-laptop"} <= set(admin.column(table, 4))
    event = admin.find("audit_event")
    assert isinstance(event, QComboBox)
    event.setCurrentIndex(event.findData("user.create"))
    admin.wait(lambda: admin.column(table, 3) and all(text.startswith("Added") for text in admin.column(table, 3)))
    event.setCurrentIndex(0)
    admin.click("audit_person")
    admin.qtbot.keyClicks(admin.find("audit_whom_search"), "oz isik")
    admin.wait(lambda: [b.text() for b in _lines(admin)] == ["Öz Işık"])
    admin.qtbot.mouseClick(_lines(admin)[0], Qt.MouseButton.LeftButton)
    person = admin.find("audit_person")
    assert isinstance(person, QComboBox)
    assert person.currentText() == "Öz Işık"
    admin.wait(lambda: set(admin.column(table, 3)) == {"Added Öz Işık", "Signed in"})
    admin.press_row(table, admin.column(table)[0])
    admin.wait(lambda: admin.find("audit_detail").isVisible())
    admin.click("audit_person")
    admin.wait(lambda: [b.text() for b in _lines(admin)][:1] == ["All people"])
    admin.qtbot.mouseClick(_lines(admin)[0], Qt.MouseButton.LeftButton)
    admin.wait(lambda: len(set(admin.column(table, 2))) > 1)
    assert person.currentText() == "All people"


def test_log_of_an_erased_person_is_found_by_a_part_of_their_id(admin: Admin) -> None:
    erased, deleted = admin.person("Öz Işık").id, admin.person("Ada Lovelace").id
    assert admin.application.shell is not None
    context = admin.application.shell.context
    with context.workspace.database.bind(context.actor).change() as session:
        person_erasure.erase(session, context.actor, erased)
        person_deletion.delete_people(session, context.actor, [deleted])
    admin.go("admin/audit")
    person = admin.find("audit_person")
    assert isinstance(person, QComboBox)
    for typed, shown in (("lovelace", "Ada Lovelace (deleted)"), (erased[:8], f"Erased person {erased[:8]}")):
        admin.click("audit_person")
        admin.wait(lambda: [b.text() for b in _lines(admin)][:1] == ["All people"])
        assert not {"Ada Lovelace (deleted)", f"Erased person {erased[:8]}"} & {b.text() for b in _lines(admin)}
        admin.qtbot.keyClicks(admin.find("audit_whom_search"), typed)
        admin.wait(lambda shown=shown: [b.text() for b in _lines(admin)] == [shown])
        admin.qtbot.mouseClick(_lines(admin)[0], Qt.MouseButton.LeftButton)
        assert person.currentText() == shown
    admin.wait(lambda: "Added Erased person" in admin.column("audit_table", 3))
    assert all("Erased person" in text or text == "Signed in" for text in admin.column("audit_table", 3))


def _lines(admin: Admin) -> list[object]:
    from benchboard.ui.widgets import Button

    return [b for b in admin.window.findChildren(Button, "audit_whom_line") if b.isVisible()]  # type: ignore[return-value]


_TICK_MS = 50
_OTHER_DESKTOP = """
import sys, time
from pathlib import Path
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from benchboard.ui.app import Application
from benchboard.ui.widgets import Banner

qt = QApplication([])
application = Application(Path(sys.argv[1]))
application.start()
steps = ["open_demo", "demo_technician"]
ticks = []

def look():
    ticks.append(time.time())
    if steps:
        found = [w for w in application.window.findChildren(QWidget, steps[0]) if w.isVisible() and w.isEnabled()]
        if found:
            QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)
            steps.pop(0)
    elif application.shell is not None and not look.inside:
        look.inside = True
        print("inside as", application.shell.context.actor.name, flush=True)
    elif look.inside and application.shell is None and application.sign_in.isVisible():
        print("outside:", *(b.accessibleName() for b in application.window.findChildren(Banner)), flush=True)
        print("ticks:", *ticks, flush=True)
        application.close()
        qt.quit()

look.inside = False
timer = QTimer()
timer.timeout.connect(look)
timer.start(int(sys.argv[2]))
qt.exec()
"""


class Desktop:
    """Another Benchboard in a process of its own; `lines` is what it printed."""

    def __init__(self, home: str) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _OTHER_DESKTOP, home, str(_TICK_MS)],
            env=environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.strip())

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def desktop(admin: Admin) -> Iterator[Desktop]:
    other = Desktop(str(admin.application.home))
    yield other
    other.end()


def test_revoke_of_a_session_in_another_process_signs_it_out_in_5_s(admin: Admin, desktop: Desktop) -> None:
    admin.wait(lambda: desktop.lines or desktop.process.poll() is not None)
    assert desktop.lines == ["inside as Dana Whitfield"]
    # It shows up here by itself, without anybody pressing anything.
    admin.wait(lambda: admin.column("people_table", 5)[admin.row("people_table", "Dana Whitfield")] == "1")
    admin.press_row("people_table", "Dana Whitfield", tick=True)
    admin.click("people_revoke_sessions")
    admin.click("confirm_act")
    admin.wait(lambda: len(desktop.lines) == 3)
    assert desktop.lines[1].startswith("outside:")
    assert "An admin revoked your session" in desktop.lines[1]
    assert desktop.process.wait(timeout=120) == 0
    ended = admin.ask(
        lambda session, actor: sessions.list_sessions(session, actor, Listing("Dana", {"ended": True})).rows
    )
    assert [(row.person, row.end_reason) for row in ended] == [("Dana Whitfield", "revoked")]
    # Five seconds of the other desktop's own time: a busy machine that keeps its timer waiting keeps its look waiting.
    revoked = ended[0].ended_at.timestamp()
    ticks = [float(tick) for tick in desktop.lines[2].split()[1:]]
    assert 0 < sum(tick > revoked for tick in ticks) * _TICK_MS <= 5_000


def test_filter_field_shows_its_placeholder_whole(admin: Admin) -> None:
    for language in ("en", "tr"):
        for name in ("sessions", "audit", "people"):
            admin.application.apply_settings(replace(admin.application.settings, language=language))
            admin.go(f"admin/{name}")
            field = admin.find(f"{name}_search")
            assert isinstance(field, QLineEdit), (language, name)
            assert admin.window.width() == 1440, (language, name)
            (cap,) = field.findChildren(KeyCap)
            QApplication.sendPostedEvents()  # the layout follows
            box, shown = QRect(0, 0, cap.x(), field.height()), field.grab().toImage()
            field.setMaximumWidth(500)
            field.setMinimumWidth(500)
            admin.wait(lambda field=field: field.width() == 500)
            wide = field.grab().toImage()
            admin.application.apply_settings(replace(admin.application.settings, language="en"))
            assert shown.copy(box) == wide.copy(box), (language, name)


def _save_home_three_times(admin: Admin) -> None:
    """Three saves of their home page by the demo's admin, the last entries of the log."""
    assert admin.application.shell is not None
    database = admin.application.shell.context.workspace.database
    with unbound(database).read() as session:
        actor = authentication.operator_actor(session, client=Client.here())
    for _turn in range(3):
        with unbound(database).change() as session:
            audit.record(session, actor, "dashboard_layout.save", "1")


def test_repeated_saves_are_one_entry_that_opens_in_the_audit_log_and_in_a_persons_activity(admin: Admin) -> None:
    _save_home_three_times(admin)
    (newest, *_more) = admin.ask(lambda session, actor: audit.list_entries(session, actor, Listing()).rows)
    first = f"{newest.at.astimezone():%H:%M}"
    admin.go("admin/audit")
    table, saves = "audit_table", f"Saved their home page, 3 times since {first}"
    admin.wait(lambda: admin.column(table, 3)[:1] == [saves])
    count = len(admin.column(table))
    admin.table(table).setCurrentIndex(admin.table(table).model().index(0, 0))
    admin.qtbot.keyClick(admin.table(table), Qt.Key.Key_Return)
    assert admin.column(table, 3)[:3] == [saves, "Saved their home page", "Saved their home page"]
    assert len(admin.column(table)) == count + 2
    admin.go(f"admin/people/{newest.user_id}")
    admin.wait(lambda: admin.find("person_detail").isVisible())
    pane = admin.find("person_detail")
    assert isinstance(pane, PersonPane)
    pane.show_tab(3)
    admin.wait(lambda: len(_fold_buttons(pane)) == 1 and _fold_buttons(pane)[0].text() == f"3 times since {first}")
    rows = len([row for row in pane.findChildren(TimelineRow) if row.isVisible()])
    admin.qtbot.mouseClick(_fold_buttons(pane)[0], Qt.MouseButton.LeftButton)
    admin.wait(lambda: len([row for row in pane.findChildren(TimelineRow) if row.isVisible()]) == rows + 2)
    admin.wait(_fold_buttons(pane)[0].hasFocus)


def _fold_buttons(pane: PersonPane) -> list[Button]:
    return [one for one in pane.findChildren(Button) if one.objectName().startswith("person_fold_") and one.isVisible()]


def test_audit_has_room_for_who_did_it_in_whose_name(admin: Admin) -> None:
    admin.go("admin/audit")
    rows = admin.find("audit_table")
    assert isinstance(rows, PagedRows)
    (who,) = [column for column in rows.paged.columns if column.key == "who"]
    avatar_and_gap = 24 + 8
    room = who.most - 2 * theme().px("table.cell_pad_x") - avatar_and_gap
    assert QFontMetrics(theme().font("body")).horizontalAdvance("Ines Okafor as Mert Aydın") <= room


def test_audit_beside_its_details_in_a_narrow_window_shows_when_who_and_what(admin: Admin) -> None:
    admin.window.resize(1024, 700)
    admin.go("admin/audit")
    rows = admin.table("audit_table")
    rows.setCurrentIndex(rows.model().index(0, 0))
    edge = admin.find("audit_detail")
    keys = [column.key for column in rows.paged.columns]  # type: ignore[attr-defined]  # of PagedRows
    when, what = keys.index("at"), keys.index("event")

    def left_of_details() -> bool:
        end = rows.columnViewportPosition(what) + rows.columnWidth(what)
        return rows.mapTo(admin.window, QPoint(end, 0)).x() <= edge.mapTo(admin.window, QPoint()).x() + 1

    admin.wait(left_of_details)
    assert rows.columnWidth(when) < 120
    assert rows.columnWidth(what) > 250


def _bars(admin: Admin) -> AuditCountBars:
    bars = admin.find("audit_counts")
    assert isinstance(bars, AuditCountBars)
    admin.wait(lambda: bars.counts.periods)
    return bars


def _middle(bars: AuditCountBars) -> QPoint:
    """The middle of the last bar that has entries."""
    at = max(at for at, period in enumerate(bars.counts.periods) if period.count)
    return bars.bar_rect(at).center().toPoint()


def test_audit_log_says_what_a_value_was_and_shows_all_entries_about_one_thing(admin: Admin) -> None:
    assert admin.application.shell is not None
    context = admin.application.shell.context
    ada = admin.person("Ada Lovelace").id
    with unbound(context.workspace.database).change() as session:
        changed = PersonFields(role="analyst", department="Test lab")
        person_changes.change_person(session, context.actor, ada, changed)
    admin.go("admin/audit")
    admin.wait(lambda: "Changed the role of Ada Lovelace: Technician → Analyst" in admin.column("audit_table", 3))
    entries = admin.column("audit_table", 3)
    text = "Changed the department of Ada Lovelace: none → Test lab"
    view = admin.table("audit_table")
    view.setCurrentIndex(view.model().index(entries.index(text), 0))
    assert not visible(admin.window, "audit_object")
    admin.click("audit_history")
    admin.wait(lambda: 0 < len(admin.column("audit_table", 3)) < len(entries))
    assert all("Ada Lovelace" in one for one in admin.column("audit_table", 3))
    chip = admin.find("audit_object")
    assert chip.accessibleName() == "Ada Lovelace"
    chip.setFocus()
    admin.key(Qt.Key.Key_Delete)
    admin.wait(lambda: admin.column("audit_table", 3) == entries)
    assert not visible(admin.window, "audit_object")
    assert admin.window.focusWidget() is view, "the chip is gone, and the keys go on in the list"
    admin.click("audit_history")
    event = admin.find("audit_event")
    assert isinstance(event, QComboBox)
    event.setCurrentIndex(event.findData("user.change-role"))
    admin.wait(lambda: len(admin.column("audit_table", 3)) == 1)
    admin.click("audit_clear")
    admin.wait(lambda: admin.column("audit_table", 3) == entries)
    assert event.currentIndex() == 0


def test_audit_entry_goes_to_the_person_who_did_it(admin: Admin) -> None:
    admin.go("admin/audit")
    view = admin.table("audit_table")
    view.setCurrentIndex(view.model().index(0, 0))
    admin.click("audit_show_person")
    assert admin.application.shell is not None
    admin.wait(lambda: admin.application.shell.address.startswith("admin/people"))  # type: ignore[union-attr]
    assert admin.find("person_detail").isVisible()


def test_bar_above_the_audit_log_narrows_it_by_click_and_a_chip_widens_it(admin: Admin) -> None:
    admin.go("admin/audit")
    bars = _bars(admin)
    admin.wait(lambda: admin.column("audit_table", 3))
    entries = admin.column("audit_table", 3)
    total = sum(period.count for period in bars.counts.periods)
    assert total >= len(entries) > 0
    shown = len(bars.counts.periods)
    admin.qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=_middle(bars))
    admin.wait(lambda: visible(admin.window, "audit_all_times"))
    assert sum(period.count for period in bars.counts.periods) <= total
    admin.click("audit_all_times")
    admin.wait(lambda: len(bars.counts.periods) >= shown)
    admin.wait(lambda: admin.column("audit_table", 3) == entries)
    assert not visible(admin.window, "audit_all_times")


def test_bar_above_the_audit_log_narrows_it_by_keyboard(admin: Admin) -> None:
    admin.go("admin/audit")
    bars = _bars(admin)
    bars.setFocus(Qt.FocusReason.TabFocusReason)
    admin.wait(lambda: len(bars.counts.periods) > 0)
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: visible(admin.window, "audit_all_times"))
    assert bars.hasFocus()
    admin.key(Qt.Key.Key_Delete)
    admin.wait(lambda: not visible(admin.window, "audit_all_times"))
    admin.wait(lambda: admin.column("audit_table", 3))


@pytest.mark.usefixtures("light")
def test_bars_without_entries_are_passed_over_and_can_not_be_pressed(qtbot: QtBot) -> None:
    bars = AuditCountBars()
    qtbot.addWidget(bars)
    bars.resize(600, 60)
    bars.show()
    start = datetime(2026, 11, 2, tzinfo=UTC)
    days = [start + timedelta(days=at) for at in range(6)]
    periods = [
        PeriodCount(day, day + timedelta(days=1), count) for day, count in zip(days, (0, 3, 0, 0, 5, 0), strict=True)
    ]
    bars.show_counts(CountsOverTime("day", tuple(periods)))
    asked: list[object] = []
    bars.narrowed.connect(lambda since, _until: asked.append(since))
    said = []
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(bars, key)
        said.append(bars.accessibleName().rpartition(": ")[2])
    assert said == ["3 entries", "5 entries", "5 entries", "3 entries"]
    for at in range(6):
        spot = bars.bar_rect(at).center().toPoint()
        qtbot.mouseMove(bars, spot)
        qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=spot)
        pointing = bars.cursor().shape() == Qt.CursorShape.PointingHandCursor
        assert pointing is bool(periods[at].count), "there is nothing to show of it"
    assert asked == [days[1], days[4]]
    bars.show_counts(CountsOverTime("day", ()))
    assert not bars.isEnabled()


def test_bars_above_the_audit_log_count_what_its_filters_leave(admin: Admin) -> None:
    admin.go("admin/audit")
    bars = _bars(admin)
    admin.type("audit_search", "added oz isik")
    admin.wait(lambda: sum(period.count for period in bars.counts.periods) == 1)
    admin.type("audit_search", "qqq")
    admin.wait(lambda: not bars.counts.periods)
    assert not bars.isEnabled()


def test_audit_log_begins_with_the_number_of_the_entry(admin: Admin) -> None:
    admin.go("admin/audit")
    model = admin.table("audit_table").model()
    titles = [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount())]
    assert titles[:3] == ["Entry", "When", "Who"]


def test_audit_log_is_sorted_by_who(admin: Admin) -> None:
    admin.go("admin/audit")
    admin.wait(lambda: admin.column("audit_table", 2))
    header = admin.table("audit_table").horizontalHeader()
    spot = QPoint(header.sectionViewportPosition(2) + 20, 10)
    admin.qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    admin.wait(lambda: admin.column("audit_table", 2) == sorted(admin.column("audit_table", 2)) != [])


def test_audit_log_sorted_by_person_says_the_day_of_each_entry(admin: Admin) -> None:
    admin.go("admin/audit")
    table, when = "audit_table", 1
    admin.wait(lambda: admin.column(table, when))
    today = day_and_time(datetime.now(UTC))[:-6]
    assert not any(today in text for text in admin.column(table, when))  # the heading says it
    header = admin.table(table).horizontalHeader()
    admin.qtbot.mouseClick(
        header.viewport(),
        Qt.MouseButton.LeftButton,
        pos=QPoint(header.sectionViewportPosition(2) + 20, header.height() // 2),
    )
    admin.wait(lambda: admin.column(table, when) and all(today in text for text in admin.column(table, when)))


@pytest.mark.usefixtures("light")
def test_last_bar_above_the_audit_log_has_a_label_in_a_narrow_window(qtbot: QtBot) -> None:
    bars = AuditCountBars()
    qtbot.addWidget(bars)
    start = datetime(2026, 10, 20, 12, tzinfo=UTC)
    days = [start + timedelta(days=at) for at in range(34)]
    bars.show_counts(CountsOverTime("day", tuple(PeriodCount(day, day + timedelta(days=1), 3) for day in days)))
    for width in (400, 700, 900, 1360):
        bars.resize(width, 60)
        labels = bars.labels()
        assert labels[0][1] == "20 Oct"
        assert labels[-1][1] == "22 Nov"
        assert labels[-1][0].right() <= width
        assert all(one[0].right() < other[0].left() for one, other in pairwise(labels))


def test_audit_rows_show_number_and_seal(admin: Admin) -> None:
    admin.go("admin/audit")
    rows = admin.table("audit_table")
    assert isinstance(rows, PagedRows)
    keys = [column.key for column in rows.paged.columns]
    number, seal = keys.index("number"), keys.index("seal")
    (newest, *_more) = admin.ask(lambda session, actor: audit.list_entries(session, actor, Listing()).rows)
    assert newest.seal is not None
    assert admin.column("audit_table", number)[0] == str(newest.number)
    assert admin.column("audit_table", seal)[0] == newest.seal[:8]
    assert not rows.isColumnHidden(number)


def test_bars_above_the_audit_log_fill_its_width_and_one_alone_is_hidden(admin: Admin) -> None:
    admin.go("admin/audit")
    bars = _bars(admin)
    assert len(bars.counts.periods) >= 14
    assert next(at for at, period in enumerate(bars.counts.periods) if period.count) <= 13, "a young log"
    last = len(bars.counts.periods) - 1
    assert bars.bar_rect(last).right() == pytest.approx(bars.width())
    admin.type("audit_search", "qqq")
    admin.wait(lambda: not bars.isVisible())
    search = admin.find("audit_search")
    assert isinstance(search, QLineEdit)
    search.clear()
    admin.wait(bars.isVisible)


def test_esc_in_the_audit_log_closes_the_details_then_shows_what_chips_leave_out(
    admin: Admin, announcements: list[str]
) -> None:
    admin.go("admin/audit")
    bars = _bars(admin)
    admin.wait(lambda: admin.column("audit_table", 3))
    bars.setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: visible(admin.window, "audit_all_times"))
    view = admin.table("audit_table")
    view.setFocus(Qt.FocusReason.TabFocusReason)
    view.setCurrentIndex(view.model().index(0, 0))
    detail = admin.find("audit_detail")
    admin.qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not detail.isVisible()
    assert visible(admin.window, "audit_all_times")
    announcements.clear()
    admin.qtbot.keyClick(view, Qt.Key.Key_Escape)
    admin.wait(lambda: not visible(admin.window, "audit_all_times"))
    assert admin.window.focusWidget() is view
    assert [one for one in announcements if one.startswith("Filter removed: ")], "it was removed without a word"
    period = admin.find("audit_period")
    assert period.currentText() == "All times"  # type: ignore[attr-defined]


def test_export_of_the_audit_log_says_that_it_opens_a_menu(admin: Admin) -> None:
    admin.go("admin/audit")
    told = QAccessible.queryAccessibleInterface(admin.find("audit_export"))
    assert told is not None
    assert (told.role(), bool(told.state().hasPopup)) == (QAccessible.Role.ButtonMenu, True)


def test_palette_finds_that_the_audit_log_is_verified_and_does_so(admin: Admin) -> None:
    shell = admin.application.shell
    assert shell is not None
    admin.go("admin/people")
    found = search("verify", shell.palette_entries())[0].entry
    assert found.title == "Verify audit log"
    found.run()
    (strip,) = admin.window.findChildren(AuditSealStrip)
    admin.wait(lambda: strip.title.text().startswith("Sealed, verified up to entry "))


def test_row_of_the_audit_log_is_read_with_its_day_and_placed_among_all_entries(admin: Admin) -> None:
    _save_home_three_times(admin)
    admin.go("admin/audit")
    model = admin.table("audit_table").model()
    assert isinstance(model, PagedTableModel)
    admin.wait(lambda: any(model.line(at).folded for at in range(model.rowCount())))
    folded = next(at for at in range(model.rowCount()) if model.line(at).folded)
    read = str(model.index(folded, 0).data(Qt.ItemDataRole.AccessibleTextRole))
    assert day_and_time(model.row(folded).at) in read
    places = [str(model.index(at, 0).data(Qt.ItemDataRole.AccessibleDescriptionRole)) for at in (folded, folded + 1)]
    first, count = folded + 1, len(model.rows)
    assert count > model.rowCount()
    assert [place.removesuffix(" loaded").replace(" the", "") for place in places] == [
        f"{first} of {count}", f"{first + len(model.line(folded).run)} of {count}",
    ]  # fmt: skip


def test_after_a_revoke_in_the_details_the_focus_is_on_the_row_beside_it_and_not_on_ones_own_session(
    admin: Admin, told_focus: list[str], announcements: list[str]
) -> None:
    """It went through “Clear selection” to the first row, one's own session, whose details offer to sign out."""
    admin.go("admin/sessions")
    admin.wait(lambda: len(admin.column("sessions_table")) > 3)
    view = admin.table("sessions_table")
    assert isinstance(view, PagedRows)
    people = admin.column("sessions_table")
    admin.press_row("sessions_table", people[-1])
    view.setFocus(Qt.FocusReason.TabFocusReason)
    view.setCurrentIndex(view.model().index(len(people) - 1, 0))
    admin.key(Qt.Key.Key_Space)
    admin.find("sessions_revoke").setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Return)
    admin.find("confirm_act").setFocus(Qt.FocusReason.TabFocusReason)
    told_focus.clear()
    announcements.clear()
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: len(admin.column("sessions_table")) == len(people) - 1)
    admin.wait(view.hasFocus)
    assert "bulk_clear" not in told_focus
    assert view.currentIndex().row() == len(people) - 2
    assert "0 selected" not in announcements


def test_turning_between_active_and_ended_sessions_tells_how_many_there_are(
    admin: Admin, announcements: list[str]
) -> None:
    admin.go("admin/sessions")
    admin.wait(lambda: len(admin.column("sessions_table")) > 3)
    admin.find("segment_open").setFocus(Qt.FocusReason.TabFocusReason)
    announcements.clear()
    admin.key(Qt.Key.Key_Right)
    admin.wait(lambda: "No sessions ended in the last 90 days" in announcements)
    announcements.clear()
    admin.key(Qt.Key.Key_Left)
    admin.wait(lambda: announcements)
    assert announcements == [f"{len(admin.column('sessions_table'))} total"]


def test_search_for_who_can_tells_its_field_alone_also_from_the_tabs(admin: Admin, told_focus: list[str]) -> None:
    admin.find("tab_admin_people").setFocus(Qt.FocusReason.TabFocusReason)
    told_focus.clear()
    admin.go("admin/roles/!who-can")
    assert told_focus == ["who_can_search"]
