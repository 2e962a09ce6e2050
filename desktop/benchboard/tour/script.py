"""The steps, in order. Each is one act of a person and what the database must say afterwards."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView

from benchboard.tour.dashboards import DASHBOARDS
from benchboard.tour.gestures import CTRL, Hands, Step, after, canvas_of, rows, spot
from benchboard.ui.studio.canvas.canvas import Canvas

# ---- everybody


def _enter_as(role: str) -> Callable[[Hands], None]:
    def do(hands: Hands) -> None:
        if hands.driver.find("demo_picker") is None:
            hands.driver.click("open_demo")
        hands.driver.click(f"demo_{role}")
        hands.driver.until(lambda: hands.application().shell, "the shell")
        hands.driver.settle()

    return do


def _open_demo(hands: Hands) -> None:
    hands.driver.click("open_demo")
    hands.driver.widget("demo_admin")


def _sign_out(hands: Hands) -> None:
    hands.driver.click("account")
    hands.driver.click("account_sign_out")
    hands.driver.widget("demo_picker")


def _command(text: str) -> Callable[[Hands], None]:
    def do(hands: Hands) -> None:
        hands.driver.press(Qt.Key.Key_K, CTRL)
        hands.driver.write("palette_field", text)
        hands.driver.press(Qt.Key.Key_Return)

    return do


def _search(hands: Hands) -> None:
    hands.driver.press(Qt.Key.Key_K, CTRL)
    hands.driver.write("palette_field", "the")


def _leave_search(hands: Hands) -> None:
    hands.driver.press(Qt.Key.Key_Escape)


# ---- the technician


def _simulate(hands: Hands) -> None:
    hands.driver.click("rail_bench")
    if hands.driver.find("bench_simulate_empty") is not None:
        hands.driver.click("bench_simulate_empty")
    else:
        hands.driver.click("bench_simulate")
    hands.driver.until(lambda: rows(hands, "bench_dongles_table") >= 2, "two simulated dongles")


def _identify(hands: Hands) -> None:
    hands.driver.click("bench_pair")
    hands.driver.click("pair_next")
    hands.driver.widget("pair_blink")


def _claim(hands: Hands) -> None:
    hands.driver.click("pair_next")
    hands.driver.widget("pair_press")


def _press_button(hands: Hands) -> None:
    hands.driver.click("pair_press")
    hands.driver.widget("pair_bitrate")


def _set_timing(hands: Hands) -> None:
    hands.driver.click("pair_next")
    hands.driver.until(lambda: hands.driver.find("pair_bitrate") is None, "the timing written")
    hands.driver.click("pair_next")
    hands.driver.write("pair_name", "Conveyor A, node 3")


def _finish(hands: Hands) -> None:
    hands.driver.click("pair_next")
    hands.driver.until(lambda: hands.driver.find("pairing_wizard") is None, "the wizard's end")
    hands.driver.widget("bench_open_live")


def _write_timing(hands: Hands) -> None:
    hands.driver.click("bench_timing")
    hands.driver.write("timing_bitrate", "250")
    hands.driver.press(Qt.Key.Key_Tab)
    hands.driver.click("timing_write")
    hands.driver.until(lambda: hands.driver.find("timing_verified"), "the timing read back")


def _back_to_500(hands: Hands) -> None:
    hands.driver.write("timing_bitrate", "500")
    hands.driver.press(Qt.Key.Key_Tab)
    hands.driver.click("timing_write")


def _live(hands: Hands) -> None:
    hands.driver.click("tab_bench_live")
    if hands.driver.find("live_start") is not None:
        hands.driver.click("live_start")
    hands.driver.until(lambda: rows(hands, "live_table") >= 3, "frames on the bus")


def _stop_live(hands: Hands) -> None:
    hands.driver.click("live_stop")


# ---- the analyst


def _studio(hands: Hands) -> None:
    hands.driver.click("rail_studio")
    canvas = canvas_of(hands)
    hands.driver.until(lambda: canvas.tiles, "the tiles")


def _newest(canvas: Canvas) -> str:
    """The tile chosen last: the one just dropped."""
    return next(iter(canvas.editor.selection))


def _add_widget(hands: Hands) -> None:
    canvas = canvas_of(hands)
    before = set(canvas.tiles)
    card = hands.driver.widget("palette_metric_card")
    target = canvas.viewport().mapToGlobal(QPoint(canvas.viewport().width() // 2, canvas.viewport().height() - 120))
    hands.driver.drag(card, card.rect().center(), card.mapFromGlobal(target))
    hands.driver.until(lambda: set(canvas.tiles) - before, "the new tile")
    hands.driver.click("studio_save")


def _move_widget(hands: Hands) -> None:
    canvas = canvas_of(hands)
    start = spot(canvas, _newest(canvas))
    hands.driver.drag(canvas.viewport(), start, QPoint(60, start.y()))
    hands.driver.click("studio_save")


def _resize_widget(hands: Hands) -> None:
    canvas = canvas_of(hands)
    corner = spot(canvas, _newest(canvas), right=1, bottom=1)
    step = int(canvas.grid.rect(canvas.editor.layout.cell(_newest(canvas))).width())
    hands.driver.drag(canvas.viewport(), corner, corner + QPoint(step, 0))
    hands.driver.click("studio_save")


def _undo(hands: Hands) -> None:
    hands.driver.click("studio_undo")
    hands.driver.click("studio_save")


def _query(hands: Hands) -> None:
    hands.driver.write("inspector_query", "SELECT count(*) AS refunds FROM orders WHERE status = 'refunded'")
    hands.driver.write("inspector_title", "Refunded orders, ever")
    hands.driver.press(Qt.Key.Key_Tab)
    hands.driver.click("studio_save")


def _restart(hands: Hands) -> None:
    hands.restart()
    _enter_as("analyst")(hands)
    _studio(hands)


# ---- the admin


def _people(hands: Hands) -> None:
    hands.driver.click("rail_admin")
    hands.driver.until(lambda: rows(hands, "people_table") >= 4, "the people")


def _find_analyst(hands: Hands) -> None:
    hands.second_desktop("start")
    hands.driver.write("people_search", "aydin")
    hands.driver.until(lambda: rows(hands, "people_table") == 1, "the person searched for")
    _first_row(hands, "people_table")
    hands.driver.click("person_sessions")
    hands.driver.widget("session_revoke")


def _first_row(hands: Hands, name: str) -> None:
    view = hands.driver.widget(name)
    assert isinstance(view, QTableView)
    box = view.visualRect(view.model().index(0, 1))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=box.center())


def _revoke(hands: Hands) -> None:
    hands.driver.click("person_sessions_revoke_all")
    hands.driver.click("confirm_act")
    hands.second_desktop("ended")


def _audit(hands: Hands) -> None:
    hands.driver.click("tab_admin_audit")
    hands.driver.until(lambda: rows(hands, "audit_table") >= 3, "the audit log")


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

STEPS: tuple[Step, ...] = (
    Step(
        "the-demo",
        "The first screen: choose who to sign in to the demo as. Each line says what that person can do. No password.",
        _open_demo,
        "SELECT count(*) FROM users WHERE account_type = 'DEMO'",
        "4",
    ),
    Step(
        "bench-empty",
        "Dana, a technician, signed in. No dongle is connected; a simulated one is a click away.",
        after(_enter_as("technician"), lambda hands: hands.driver.click("rail_bench")),
        _SESSIONS.format(who="technician"),
        "1",
    ),
    Step(
        "dongles-found",
        "The simulator, a separate process, runs two dongles on pseudo-terminals. Neither is claimed yet.",
        _simulate,
        "SELECT count(*) FROM dongles",
        "0",
    ),
    Step(
        "pair-identify",
        "The pairing wizard: the dongle signs a challenge, its ID is derived from its key, and it blinks.",
        _identify,
        "SELECT count(*) FROM dongle_tokens",
        "0",
    ),
    Step(
        "pair-claim",
        "The claim is recorded before anything is sent, then the dongle waits for a press of its button.",
        _claim,
        _DONGLE,
        "CLAIM_PENDING|proven",
    ),
    Step(
        "pair-claimed",
        "The button was pressed. The token is stored here encrypted, sent sealed and confirmed. Next, the timing.",
        _press_button,
        _DONGLE,
        "CLAIMED_ACTIVE|proven",
    ),
    Step(
        "pair-done",
        "The timing is written, read back and compared, and the dongle gets a name.",
        _set_timing,
        _TIMING,
        "500000",
    ),
    Step(
        "dongle-detail",
        "The dongle in the list, with its proven identity, token version and bit segments.",
        _finish,
        "SELECT name FROM dongles",
        "Conveyor A, node 3",
    ),
    Step(
        "timing",
        "Bit timing calculated and checked against clock and cable; 250 kbit/s written and read back.",
        _write_timing,
        _TIMING,
        "250000",
    ),
    Step(
        "live-bus",
        "Back at 500 kbit/s, frames from a second simulated node arrive. The dark theme was chosen in the palette.",
        after(_back_to_500, _command("dark theme"), _live),
        _TIMING,
        "500000",
    ),
    Step(
        "studio-home",
        "Mert, an analyst, opens his home page: widgets over three months of demo orders.",
        after(_stop_live, _sign_out, _enter_as("analyst"), _command("light theme"), _studio),
        _HOME,
        "11",
    ),
    Step(
        "studio-added",
        "A metric card dragged in from the left pane. The others make room, and it is saved.",
        _add_widget,
        _HOME,
        "12",
    ),
    Step(
        "studio-moved",
        "The new card, moved to the left edge.",
        _move_widget,
        _NEW_WIDGET.format(field="x"),
        "0",
    ),
    Step(
        "studio-resized",
        "Resized by its corner to twice the width.",
        _resize_widget,
        _NEW_WIDGET.format(field="w"),
        "6",
    ),
    Step(
        "studio-undone",
        "The resize, undone.",
        _undo,
        _NEW_WIDGET.format(field="w"),
        "3",
    ),
    Step(
        "studio-query",
        "A new query in the inspector, and the widget shows its result.",
        _query,
        _NEW_WIDGET.format(field="w").replace("$.position.w", "$.title"),
        "Refunded orders, ever",
    ),
    Step(
        "studio-restarted",
        "Benchboard was closed and started again: nothing is lost. Dark theme.",
        after(_restart, _command("dark theme")),
        _HOME,
        "12",
    ),
    *DASHBOARDS,
    Step(
        "search",
        "Ctrl K finds every view, dashboard and command.",
        _search,
        _SESSIONS.format(who="analyst"),
        "1",
    ),
    Step(
        "admin-people",
        "Ines, an admin, sees people, their roles and their sessions.",
        after(_leave_search, _command("light theme"), _sign_out, _enter_as("admin"), _people),
        "SELECT count(*) FROM users WHERE deleted_at IS NULL",
        "5",
    ),
    Step(
        "admin-sessions",
        "Mert works on a second desktop, in another process. Searching for “aydin” finds Aydın and his session.",
        _find_analyst,
        _SESSIONS.format(who="analyst"),
        "1",
    ),
    Step(
        "admin-revoked",
        "His sessions are revoked, and the second desktop signs out (see its own screenshot).",
        _revoke,
        "SELECT end_reason FROM session_history ORDER BY ended_at DESC LIMIT 1",
        "revoked",
    ),
    Step(
        "admin-audit",
        "The audit log says who did it.",
        _audit,
        "SELECT users.name FROM audit_logs JOIN users ON users.id = user_id WHERE event_type = 'session.revoke'",
        "Ines Okafor",
    ),
)
