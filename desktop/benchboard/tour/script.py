"""The steps in order: each is one action and the expected state of the database."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView

from benchboard.tour.dashboard_steps import DASHBOARDS
from benchboard.tour.data_steps import DATA
from benchboard.tour.driver import Driver
from benchboard.tour.explore_steps import EXPLORE
from benchboard.tour.steps import CTRL, TourContext, TourStep, canvas_of, in_sequence, rows, tile_point, unfold
from benchboard.ui.bench.frame_list import FrameList
from benchboard.ui.bench.plots.plots_canvas import PlotsCanvas
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio.canvas.canvas import Canvas

_PLOTTED_S: Final = 3.0
"""Seconds of values that the picture of the plots has."""

# ---- all roles


def enter_as(role: str) -> Callable[[TourContext], None]:
    """Sign in as the demo's person with that role."""

    def do(context: TourContext) -> None:
        if context.driver.find("demo_picker") is None:
            context.driver.click("open_demo")
        before = context.application().shell  # which stays until the other person has signed in
        context.driver.click(f"demo_{role}")
        context.driver.wait_until(lambda: context.application().shell not in (None, before), "the shell")
        context.driver.settle()

    return do


def _open_demo(context: TourContext) -> None:
    context.driver.click("open_demo")
    context.driver.widget("demo_admin")


def sign_out(context: TourContext) -> None:
    """Open the choice of another person."""
    context.driver.click("account")
    context.driver.click("account_switch_person")
    context.driver.widget("demo_picker")


def _command(command_id: str) -> Callable[[TourContext], None]:
    def do(context: TourContext) -> None:
        context.driver.press(Qt.Key.Key_K, CTRL)
        context.driver.write("palette_field", REGISTRY[command_id].text)
        context.driver.press(Qt.Key.Key_Return)

    return do


def _search(context: TourContext) -> None:
    context.driver.press(Qt.Key.Key_K, CTRL)
    context.driver.write("palette_field", "the")


def _leave_search(context: TourContext) -> None:
    context.driver.press(Qt.Key.Key_Escape)


# ---- the technician


def _simulate(context: TourContext) -> None:
    context.driver.click("rail_bench")
    if context.driver.find("bench_simulate_empty") is not None:
        context.driver.click("bench_simulate_empty")
    else:
        context.driver.click("bench_simulate")
    context.driver.wait_until(lambda: rows(context, "bench_dongles_table") >= 2, "two simulated dongles")


def _identify(context: TourContext) -> None:
    context.driver.click("bench_pair")
    context.driver.click("pair_next")
    context.driver.widget("pair_blink")


def _claim(context: TourContext) -> None:
    context.driver.click("pair_next")
    context.driver.widget("pair_press")


def _press_button(context: TourContext) -> None:
    context.driver.click("pair_press")
    context.driver.widget("pair_bitrate")


def _set_timing(context: TourContext) -> None:
    context.driver.click("pair_next")
    context.driver.wait_until(lambda: context.driver.find("pair_bitrate") is None, "the timing written")
    context.driver.click("pair_next")
    context.driver.write("pair_name", "Conveyor A, node 3")


def _finish(context: TourContext) -> None:
    context.driver.click("pair_next")
    context.driver.wait_until(lambda: context.driver.find("pairing_wizard") is None, "the wizard's end")
    context.driver.widget("bench_open_live")


def _write_timing(context: TourContext) -> None:
    context.driver.click("bench_timing")
    context.driver.write("timing_point", "80")
    context.driver.press(Qt.Key.Key_Tab)
    context.driver.click("timing_write")
    context.driver.wait_until(lambda: _timing_passed(context.driver), "the timing verified on the bus")


def _timing_passed(driver: Driver) -> bool:
    verdict = driver.find("timing_verified")
    return verdict is not None and verdict.property("tone") == "ok"


def _live(context: TourContext) -> None:
    context.driver.click("tab_bench_live")
    if context.driver.find("live_start") is not None:
        context.driver.click("live_start")
    context.driver.wait_until(lambda: rows(context, "live_table") >= 3, "frames on the bus")


def _plot(context: TourContext) -> None:
    """Plot two signals of the first frame by keys, and wait until there is something to see."""
    table = context.driver.widget("live_table")
    assert isinstance(table, FrameList)
    context.driver.click("live_filter")
    context.driver.press(Qt.Key.Key_Down)
    table.setCurrentIndex(table.frames.index(0, 0))
    context.driver.press(Qt.Key.Key_Return)
    for _signal in range(2):
        context.driver.press(Qt.Key.Key_Down)
        context.driver.press(Qt.Key.Key_G)
    plots = context.driver.widget("plots_canvas")
    assert isinstance(plots, PlotsCanvas)
    context.driver.wait_until(lambda: _seconds(plots) > _PLOTTED_S, "some seconds of values")
    context.driver.click("plots_canvas")
    for _step in range(3):
        context.driver.press(Qt.Key.Key_Plus)
    context.driver.click("plots_canvas")


def _seconds(plots: PlotsCanvas) -> float:
    span = plots.source.span
    return (span[1] - span[0]) / 1e9 if span is not None else 0.0


def _stop_live(context: TourContext) -> None:
    context.driver.click("live_stop")


def _recording(context: TourContext) -> None:
    context.driver.click("tab_bench_recordings")
    context.driver.click("recording_open_sample")
    context.driver.wait_until(lambda: rows(context, "recording_table") >= 30_000, "the recording")
    context.driver.click("recording_play")
    context.driver.wait_until(lambda: _played(context) >= 400, "a second of it played")
    context.driver.click("recording_play")


def _played(context: TourContext) -> int:
    """The row that was played last."""
    table = context.driver.widget("recording_table")
    assert isinstance(table, QTableView)
    return table.currentIndex().row()


# ---- the analyst


def _studio(context: TourContext) -> None:
    context.driver.click("rail_studio")
    canvas = canvas_of(context)
    context.driver.wait_until(lambda: canvas.tiles, "the tiles")


def _last_selected(canvas: Canvas) -> str:
    """The selected tile: the one just dropped."""
    return next(iter(canvas.editor.selection))


def _add_widget(context: TourContext) -> None:
    canvas = canvas_of(context)
    before = set(canvas.tiles)
    unfold(context, "studio_fold_left", "palette_metric_card")
    card = context.driver.widget("palette_metric_card")
    target = canvas.viewport().mapToGlobal(QPoint(canvas.viewport().width() // 2, canvas.viewport().height() - 120))
    context.driver.drag(card, card.rect().center(), card.mapFromGlobal(target))
    context.driver.wait_until(lambda: set(canvas.tiles) - before, "the new tile")
    context.driver.press(Qt.Key.Key_S, CTRL)


def _move_widget(context: TourContext) -> None:
    canvas = canvas_of(context)
    start = tile_point(canvas, _last_selected(canvas))
    context.driver.drag(canvas.viewport(), start, QPoint(60, start.y()))
    context.driver.press(Qt.Key.Key_S, CTRL)


def _resize_widget(context: TourContext) -> None:
    canvas = canvas_of(context)
    corner = tile_point(canvas, _last_selected(canvas), right=1, bottom=1)
    step = int(canvas.grid.rect(canvas.editor.layout.cell(_last_selected(canvas))).width())
    context.driver.drag(canvas.viewport(), corner, corner + QPoint(step, 0))
    context.driver.press(Qt.Key.Key_S, CTRL)


def _undo(context: TourContext) -> None:
    context.driver.click("studio_undo")
    context.driver.press(Qt.Key.Key_S, CTRL)


def _query(context: TourContext) -> None:
    unfold(context, "studio_fold_right", "segment_sql")
    context.driver.click("segment_sql")
    context.driver.write("inspector_query", "SELECT count(*) AS refunds FROM orders WHERE status = 'refunded'")
    context.driver.write("inspector_title", "Refunded orders, ever")
    context.driver.press(Qt.Key.Key_Tab)
    context.driver.press(Qt.Key.Key_S, CTRL)


def _restart(context: TourContext) -> None:
    context.restart()
    enter_as("analyst")(context)
    _studio(context)


# ---- the admin


def _people(context: TourContext) -> None:
    context.driver.click("rail_admin")
    context.driver.wait_until(lambda: rows(context, "people_table") >= 4, "the people")


def _find_analyst(context: TourContext) -> None:
    context.second_desktop("start")
    context.driver.write("people_search", "aydin")
    context.driver.wait_until(lambda: rows(context, "people_table") == 1, "the person searched for")
    _first_row(context, "people_table")
    context.driver.click("person_sessions")
    context.driver.widget("session_revoke")


def _first_row(context: TourContext, name: str) -> None:
    view = context.driver.widget(name)
    assert isinstance(view, QTableView)
    box = view.visualRect(view.model().index(0, 1))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=box.center())


def _revoke(context: TourContext) -> None:
    context.driver.click("person_sessions_revoke_all")
    context.driver.click("confirm_act")
    context.second_desktop("ended")


def _access(context: TourContext) -> None:
    context.driver.click("person_access")
    context.driver.widget("can_sources:read")


def _own_role(context: TourContext) -> None:
    """A clone of the role Technician, given to the analyst; a permission of it is changed, and not saved yet."""
    context.driver.click("tab_admin_roles")
    context.driver.click("role_technician")
    context.driver.click("role_clone")
    context.driver.write("name_field", "Line lead")
    context.driver.click("name_accept")
    context.driver.wait_until(lambda: context.driver.find("tick_dongles:pair"), "the new role")
    context.driver.write("role_add", "aydin")
    context.driver.click_first("role_add_")
    context.driver.widget("member_remove")
    context.driver.click("tick_dongles:pair")
    context.driver.click("tick_sources:write")
    # Beside the matrix, or in a narrow window below it.
    context.driver.wait_until(
        lambda: context.driver.find("what_if_detail") or context.driver.find("what_if_sheet"), "who gains and who loses"
    )


def _who_can(context: TourContext) -> None:
    context.driver.click("roles_save")
    context.driver.wait_until(lambda: context.driver.find("roles_new"), "the saved role")
    context.driver.write("who_can_search", "configure")
    context.driver.widget("who_can_dongles:pair")


def _teams(context: TourContext) -> None:
    context.driver.click("tab_admin_teams")
    context.driver.wait_until(lambda: rows(context, "teams_table") >= 2, "the teams")
    _first_row(context, "teams_table")
    context.driver.widget("team_rename")


def _audit(context: TourContext) -> None:
    context.driver.click("tab_admin_audit")
    context.driver.wait_until(lambda: rows(context, "audit_table") >= 3, "the audit log")


_DONGLE = "SELECT ownership_state, identity_kind FROM dongles"
_TIMING = "SELECT bitrate FROM can_configs"
_HOME = (
    "SELECT json_array_length(config) FROM dashboard_layouts JOIN users ON users.id = user_id"
    " WHERE users.email LIKE 'analyst@%'"
)
_NEW_WIDGET = (
    "SELECT json_extract(one.value, '$.position.{field}') FROM dashboard_layouts JOIN users ON users.id = user_id,"
    " json_each(config) AS one WHERE users.email LIKE 'analyst@%' ORDER BY one.key DESC LIMIT 1"
)
_SESSIONS = "SELECT count(*) FROM sessions JOIN users ON users.id = user_id WHERE users.email LIKE '{who}@%'"

STEPS: tuple[TourStep, ...] = (
    TourStep(
        "the-demo",
        "The first screen: choose who to sign in to the demo as. Each line says what that person can do. No password.",
        _open_demo,
        "SELECT count(*) FROM users WHERE account_type = 'DEMO'",
        "4",
    ),
    TourStep(
        "bench-empty",
        "Dana, a technician, signed in. No dongle is connected; a simulated one is a click away.",
        in_sequence(enter_as("technician"), lambda context: context.driver.click("rail_bench")),
        _SESSIONS.format(who="technician"),
        "1",
    ),
    TourStep(
        "dongles-found",
        "The simulator, a separate process, runs two dongles on pseudo-terminals. Neither is paired yet.",
        _simulate,
        "SELECT count(*) FROM dongles",
        "0",
    ),
    TourStep(
        "pair-identify",
        "The pairing wizard: the dongle signs a challenge, its ID is derived from its key, and it blinks.",
        _identify,
        "SELECT count(*) FROM dongle_tokens",
        "0",
    ),
    TourStep(
        "pair-claim",
        "The pairing is recorded before anything is sent, then the dongle waits for a press of its button.",
        _claim,
        _DONGLE,
        "CLAIM_PENDING|proven",
    ),
    TourStep(
        "pair-claimed",
        "The button was pressed. The token is stored here encrypted, sent sealed and confirmed. Next, the timing.",
        _press_button,
        _DONGLE,
        "CLAIMED_ACTIVE|proven",
    ),
    TourStep(
        "pair-done",
        "The timing is written, read back and compared, and the dongle gets a name.",
        _set_timing,
        _TIMING,
        "500000",
    ),
    TourStep(
        "dongle-detail",
        "The dongle in the list, with its verified identity, token version and bit segments.",
        _finish,
        "SELECT name FROM dongles",
        "Conveyor A, node 3",
    ),
    TourStep(
        "timing",
        "Bit timing calculated and checked against clock and cable, written, read back and verified on the bus.",
        _write_timing,
        "SELECT bitrate, sample_point FROM can_configs",
        "500000|80000",
    ),
    TourStep(
        "live-bus",
        "Frames from a second simulated node arrive, and two signals are plotted. Dark, by the command palette.",
        in_sequence(_command("window.dark_theme"), _live, _plot),
        _TIMING,
        "500000",
    ),
    TourStep(
        "recordings",
        "A recording of the conveyor: its frames over time, each with its signals. It was played for a second.",
        in_sequence(_stop_live, _recording),
        _TIMING,
        "500000",
    ),
    TourStep(
        "studio-home",
        "Mert, an analyst, opens his home page: widgets over three months of demo orders.",
        in_sequence(sign_out, enter_as("analyst"), _command("window.light_theme"), _studio),
        _HOME,
        "11",
    ),
    TourStep(
        "studio-added",
        "A metric card dragged in from the left pane. The others make room, and it is saved.",
        _add_widget,
        _HOME,
        "12",
    ),
    TourStep(
        "studio-moved",
        "The new card, moved to the left edge.",
        _move_widget,
        _NEW_WIDGET.format(field="x"),
        "0",
    ),
    TourStep(
        "studio-resized",
        "Resized by its corner to twice the width.",
        _resize_widget,
        _NEW_WIDGET.format(field="w"),
        "6",
    ),
    TourStep(
        "studio-undone",
        "The resize, undone.",
        _undo,
        _NEW_WIDGET.format(field="w"),
        "3",
    ),
    TourStep(
        "studio-query",
        "A new query in the inspector, and the widget shows its result.",
        _query,
        _NEW_WIDGET.format(field="w").replace("$.position.w", "$.title"),
        "Refunded orders, ever",
    ),
    TourStep(
        "studio-restarted",
        "Benchboard was closed and started again: nothing is lost. Dark theme.",
        in_sequence(_restart, _command("window.dark_theme")),
        _HOME,
        "12",
    ),
    *DASHBOARDS,
    *DATA,
    *EXPLORE,
    TourStep(
        "search",
        "Ctrl K finds every view, dashboard and command.",
        _search,
        _SESSIONS.format(who="analyst"),
        "1",
    ),
    TourStep(
        "admin-people",
        "Ines, an admin, sees people, their roles and their sessions.",
        in_sequence(_leave_search, _command("window.light_theme"), sign_out, enter_as("admin"), _people),
        "SELECT count(*) FROM users WHERE deleted_at IS NULL",
        "14",
    ),
    TourStep(
        "admin-sessions",
        "Mert works on a second desktop, in another process. Searching for “aydin” finds Aydın and his session.",
        _find_analyst,
        _SESSIONS.format(who="analyst"),
        "1",
    ),
    TourStep(
        "admin-revoked",
        "His sessions are revoked, and the second desktop signs out (see its own screenshot).",
        _revoke,
        "SELECT end_reason FROM session_history ORDER BY ended_at DESC LIMIT 1",
        "revoked",
    ),
    TourStep(
        "admin-access",
        "What Mert can reach, and by which role, team or share.",
        _access,
        "SELECT roles.slug FROM user_roles JOIN roles ON roles.id = role_id JOIN users ON users.id = user_id"
        " WHERE users.email LIKE 'analyst@%'",
        "analyst",
    ),
    TourStep(
        "admin-roles",
        "An own role, cloned from Technician: who gains and who loses what is said before it is saved.",
        _own_role,
        "SELECT count(*) FROM user_roles JOIN roles ON roles.id = role_id WHERE roles.slug = 'line-lead'",
        "1",
    ),
    TourStep(
        "admin-who-can",
        "Saved. Who can configure dongles now?",
        _who_can,
        "SELECT count(*) FROM role_permissions JOIN roles ON roles.id = role_id WHERE roles.slug = 'line-lead'",
        "8",
    ),
    TourStep(
        "admin-teams",
        "Teams, their people, and what is shared with them.",
        _teams,
        "SELECT count(*) FROM teams",
        "5",
    ),
    TourStep(
        "admin-audit",
        "The audit log says who did it.",
        _audit,
        "SELECT users.name FROM audit_logs JOIN users ON users.id = user_id WHERE event_type = 'session.revoke'",
        "Ines Okafor",
    ),
)
