"""The screens of the window in an order in which each can be reached from the one before, and the walk through them."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import Final

from babel.messages.pofile import read_po
from PySide6.QtCore import QEvent, QObject, QRect, QRegularExpression, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QTableView, QWidget

from benchboard import package_data
from benchboard.canbus.frame import Frame
from benchboard.canbus.protocols.protocol_choice import ProtocolChoice, ProtocolMode
from benchboard.canbus.recording_writer import open_recording
from benchboard.canbus.trigger_table import TriggerActions, TriggerRow
from benchboard.canbus.triggers import Trigger
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import KINDS
from benchboard.dongles import fleet
from benchboard.dongles.simulator.traffic import sample_frames
from benchboard.settings import Settings
from benchboard.tour.run import Tour
from benchboard.tour.script import STEPS, enter_as, sign_out
from benchboard.tour.steps import CTRL, TourContext, canvas_of, click, in_sequence, press, rows, unfold
from benchboard.ui.admin import user_actions
from benchboard.ui.admin.erase_person_dialog import ErasePersonDialog
from benchboard.ui.admin.hand_over_dialog import HandOverDialog
from benchboard.ui.admin.person_pane import PersonPane
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.bench.send_panel import SendPanel
from benchboard.ui.bench.timing_request import config_at
from benchboard.ui.bench.triggers.triggers_panel import TriggersPanel
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.theme import Mode, theme
from benchboard.ui.widgets.readable_rows import ReadableRow
from support.layout_faults import OurWords, faults
from support.protocol_frames import broadcast

Act = Callable[[TourContext], None]
Fault = dict[str, str]

SIZES: Final = {
    "1920x1080": ("one", QRect(0, 0, 1920, 1080)),
    "1024x700": ("one", QRect(0, 0, 1024, 700)),
    "200%": ("two", QRect(3850, 10, 1024, 700)),
    "1440x900": ("one", QRect(0, 0, 1440, 900)),
}
"""The least window at 200 % has the size of that at 100 % in device-independent pixels: 2048×1400 of the screen's.
Screens are reached at the last one."""
LEAST: Final = QRect(3850, 10, 960, 540)
"""A whole screen of 1920×1080 at 200 %: less than the least window, which is bounded by its screen."""
_FULL_SIZE: Final = tuple(kind for kind in KINDS if kind.query or kind.type == "text")
"""The kinds of widgets that show something on a new page."""
_TURNS: Final = 20
"""Turns of the event loop after which a widget that was laid out on each of them is taken to go on for ever."""
_SETTLE_MS: Final = 60
"""What a step opens has been laid out by then. The steps themselves wait for their data."""


@dataclass(frozen=True, slots=True)
class Screen:
    """`reach` goes there from the screen before. What closes when the window is resized is opened by `open`."""

    name: str
    reach: Act
    open: Act | None = None


def _without_toast(context: TourContext) -> None:
    """Close a toast: for some seconds it covers what is below it."""
    shell = context.application().shell
    assert shell is not None
    shell.problem_display.dismiss_toast()


def _run(command_id: str) -> Act:
    """Run a command of the view, as its key would."""

    def do(context: TourContext) -> None:
        shell = context.application().shell
        assert shell is not None
        shell.run_command(command_id)

    return do


def _here(_context: TourContext) -> None:
    """The screen is there already."""


def _tab(name: str, table: str, least: int = 1) -> Act:
    """Click a tab and wait for its rows."""

    def do(context: TourContext) -> None:
        context.driver.click(name)
        context.driver.wait_until(lambda: rows(context, table) >= least, name)

    return do


def _kept_recordings(context: TourContext) -> None:
    """List two recordings of a folder, with the details of one beside them."""
    shell = context.application().shell
    assert shell is not None
    folder = context.out / "recordings"
    folder.mkdir(exist_ok=True)
    for name in ("Conveyor A, node 3.log", "Conveyor B.blf"):
        writer = open_recording(folder / name)
        writer.write(list(sample_frames(50.0, 20.0, 1_763_627_400.0)))
        writer.close()
    folders = json.dumps({"recording": str(folder)})
    shell.context.apply_settings(replace(shell.context.settings, folders=folders))
    context.driver.wait_until(lambda: rows(context, "recordings_in_folder") == 2, "the recordings")
    _first_row(context, "recordings_in_folder")
    context.driver.wait_until(lambda: context.driver.find("recording_details_open"), "the details")


def _person_access(context: TourContext) -> None:
    """Show what the person can reach whose details are open."""
    if context.driver.find("person_access") is None:
        _first_row(context, "people_table")
    context.driver.click("person_access")
    context.driver.wait_until(lambda: context.driver.find("person_export_access"), "what the person can reach")


def _person_page(context: TourContext) -> None:
    """The page of that person."""
    context.driver.click("person_page")
    context.driver.wait_until(lambda: context.driver.find("reach_paths"), "the drawn paths")


def _own_role(context: TourContext) -> None:
    """Change a role that was cloned, without saving it."""
    context.driver.click("tab_admin_roles")
    context.driver.click("role_technician")
    context.driver.click("role_clone")
    context.driver.write("name_field", "Line lead")
    context.driver.click("name_accept")
    context.driver.click("tick_sources:read")
    context.driver.click("roles_staged")
    context.driver.wait_until(lambda: context.driver.find("what_if_detail"), "who gains and who loses")


def _new_key(context: TourContext) -> None:
    context.driver.write("key_name", "Nightly export of the audit log")
    context.driver.click("key_scope_users:write")
    context.driver.click("create_key_act")
    context.driver.widget("shown_key_secret")


def _keys(context: TourContext) -> None:
    context.driver.wait_until(lambda: rows(context, "keys_table"), "the API keys")


def _team(context: TourContext) -> None:
    context.driver.click("tab_admin_teams")
    context.driver.wait_until(lambda: rows(context, "teams_table"), "the teams")
    _first_row(context, "teams_table")
    context.driver.widget("team_rename")


def _client_dialog(context: TourContext) -> None:
    """Register an OAuth client, with a redirect URI that can't be used."""
    context.driver.click("tab_admin_clients")
    context.driver.click("clients_new")
    context.driver.write("client_name", "Line 2 display")
    context.driver.write("client_uri", "http://line2-tv/auth/back")
    context.driver.click("client_grant_refresh_token")


def _client_secret(context: TourContext) -> None:
    """Register it with one that can."""
    field = context.driver.widget("client_uri")
    assert isinstance(field, QLineEdit)
    field.clear()
    context.driver.write("client_uri", "https://line2.northwind.example/auth/back")
    context.driver.click("client_save")
    context.driver.widget("new_secret_value")


def _client(context: TourContext) -> None:
    context.driver.click("new_secret_stored")
    context.driver.click("new_secret_done")
    context.driver.wait_until(lambda: rows(context, "clients_table"), "the client")
    _first_row(context, "clients_table")
    context.driver.widget("client_edit")


def _audit_entry(context: TourContext) -> None:
    """The details of the latest entry, in the chain of seals."""
    _first_row(context, "audit_table")
    pane = context.driver.widget("audit_detail")
    chained = QRegularExpression("^chain_")
    context.driver.wait_until(lambda: pane.findChildren(ReadableRow, chained), "the entries before and after it")


def _first_row(context: TourContext, name: str) -> None:
    view = context.driver.widget(name)
    assert isinstance(view, QTableView)
    box = view.visualRect(view.model().index(0, 1))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=box.center())


def _inspector(context: TourContext) -> None:
    unfold(context, "studio_fold_right", "inspector_title")


def _versions(context: TourContext) -> None:
    context.driver.click("studio_versions")
    _versions_list(context)
    context.driver.wait_until(lambda: rows(context, "versions_list") and rows(context, "differences_list"), "versions")


def _versions_list(context: TourContext) -> None:
    unfold(context, "versions_toggle", "versions_list")


def _export(context: TourContext) -> None:
    context.driver.click("studio_export" if context.driver.find("studio_export") else "studio_more")
    context.driver.click("command_export_pdf")


def _data(context: TourContext) -> None:
    context.driver.click("tab_studio_data")
    context.driver.widget("sources_sample")


def _model(context: TourContext) -> None:
    """Begin a data model over the file that was added."""
    context.driver.click("tab_studio_models")
    context.driver.click("models_empty_new")
    context.driver.click("model_table_chamber_2_log")
    context.driver.widget("model_canvas").setFocus()


def _model_field(context: TourContext) -> None:
    """Select a column of the first table, as the keys do."""
    context.driver.widget("model_canvas").setFocus()
    for _step in range(3):
        context.driver.press(Qt.Key.Key_Down)
    context.driver.widget("model_form_title")


def _column(context: TourContext) -> None:
    """Open what can be changed about a column."""
    context.driver.widget("import_preview").setFocus()
    context.driver.press(Qt.Key.Key_Return)
    context.driver.widget("column_popover")


def _people(context: TourContext) -> None:
    """Sign out, and in as an admin."""
    sign_out(context)
    enter_as("admin")(context)
    context.driver.click("rail_admin")
    context.driver.wait_until(lambda: rows(context, "people_table") >= 4, "the people")


def _person(context: TourContext) -> None:
    view = context.driver.widget("people_table")
    assert isinstance(view, QTableView)
    spot = view.visualRect(view.model().index(0, 1)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    context.driver.widget("person_sessions")


def _edit_person(context: TourContext) -> None:
    """Edit the person whose details are open; what is stored of them can be saved once it was read."""
    context.driver.click("person_edit")
    context.driver.widget("edit_save")


def _all_kinds(context: TourContext) -> None:
    """Show a page with a widget of each kind that can be seen in full size, in place of the one that is open."""
    canvas = canvas_of(context)
    items = [
        {"id": kind.type, "type": kind.type, "title": kind.title, "query": kind.query,
         "position": {"x": 0, "y": 8 * place, "w": 12, "h": 8},
         **({"config": {"text": "**Orders** of the last months"}} if kind.type == "text" else {})}
        for place, kind in enumerate(_FULL_SIZE)
    ]  # fmt: skip
    canvas.editor.load(replace(canvas.editor.document, layout=parse_document(items).layout))
    context.driver.wait_until(lambda: set(canvas.tiles) == {kind.type for kind in _FULL_SIZE}, "the widgets")


def _full_size(kind: str) -> Act:
    """View the widget of a kind in full size, once it has its data."""

    def do(context: TourContext) -> None:
        canvas = canvas_of(context)
        page = next(page for page in context.driver.window.findChildren(StudioPage) if page.canvas is canvas)
        canvas.editor.select([kind])
        canvas.setFocus()
        _run("studio.enlarge")(context)
        context.driver.widget("studio_view")
        context.driver.wait_until(lambda: not page.query_runner.busy, "the data")

    return do


def _folder_list(context: TourContext) -> None:
    """Go to the list of dashboards, with its pane of folders."""
    shell = context.application().shell
    assert shell is not None
    shell.go("studio/dashboards/list")
    context.driver.wait_until(lambda: rows(context, "library_table"), "the dashboards")


def _move_dialog(context: TourContext) -> None:
    """Create the folder that the dialog asks for, and ask for that of the first dashboard in the list."""
    field = context.driver.widget("folder_name_field")
    QTest.keyClicks(field, "Weekly")
    context.driver.click("folder_name_accept")
    context.driver.wait_until(lambda: context.driver.find("folder_name") is None, "the folder")
    _folder_list(context)
    context.driver.widget("library_table").setFocus()
    context.driver.press(Qt.Key.Key_Home)
    context.driver.press(Qt.Key.Key_M)
    context.driver.widget("move_to_folder")
    _without_toast(context)


def _password(context: TourContext) -> None:
    """Ask for the password of the person whose details are shown, as on a server: only there one can be set."""
    (pane,) = [one for one in context.driver.window.findChildren(PersonPane) if one.isVisible()]
    shell = context.application().shell
    assert shell is not None
    assert pane.person is not None
    user_actions.set_password(shell.context, pane, pane.person)


def _hand_over(context: TourContext) -> None:
    """Ask who gets what the person whose details are shown owns."""
    (pane,) = [one for one in context.driver.window.findChildren(PersonPane) if one.isVisible()]
    shell = context.application().shell
    assert shell is not None
    assert pane.person is not None
    HandOverDialog(pane.window(), shell.context, pane.person, pane).open()
    context.driver.widget("hand_over")


def _erase_person(context: TourContext) -> None:
    """Say what erasing the person whose details are shown does."""
    (pane,) = [one for one in context.driver.window.findChildren(PersonPane) if one.isVisible()]
    shell = context.application().shell
    assert shell is not None
    assert pane.person is not None
    ErasePersonDialog(pane.window(), shell.context, pane.person).open()
    context.driver.widget("erase_person")


def _tour(name: str) -> Act:
    """The tour's step of that name, without asking the database what came of it."""
    return next(step.do for step in STEPS if step.name == name)


def _send_cell(context: TourContext) -> None:
    """Edit the data of a row of the send table, which refuses what was typed."""
    _run("bench.show_send_table")(context)
    panel = context.driver.window.findChild(SendPanel)
    assert panel is not None
    panel.add_frame(Frame(0x321, data=bytes(8)), "", 100.0)
    panel.list.setFocus()
    panel.list.asked.emit("bench.edit_send_cell")
    field = context.driver.widget("send_cell_data")
    assert isinstance(field, QLineEdit)
    field.setText("CD 05 01 0")
    context.driver.press(Qt.Key.Key_Return)
    context.driver.widget("send_cell_refusal")


def _triggers(context: TourContext) -> None:
    """Triggers, of which one names a signal that no database has, and those that fired."""
    context.driver.press(Qt.Key.Key_Escape)
    _run("bench.show_triggers")(context)
    panel = context.driver.window.findChild(TriggersPanel)
    assert panel is not None
    actions = TriggerActions(frame=Frame(0x322, data=bytes(8)), sounds=True)
    panel.add(TriggerRow(Trigger("0C9", hold_off_s=60.0), "Drive status", actions))
    panel.add(TriggerRow(Trigger("NoSuchSignal>100"), "Too fast"))
    context.driver.wait_until(lambda: bool(panel.fired.entries), "a trigger that fired")


def _trigger_dialog(context: TourContext) -> None:
    """A trigger that records and sends, with a condition that can't be read."""
    panel = context.driver.window.findChild(TriggersPanel)
    assert panel is not None
    panel.list.setCurrentIndex(panel.model.index(0, 0))
    panel.list.asked.emit("bench.open_trigger")
    field = context.driver.widget("trigger_condition")
    assert isinstance(field, QLineEdit)
    field.setText("12G")
    field.textEdited.emit("12G")
    context.driver.click("trigger_record")


def _fired(context: TourContext) -> None:
    """The triggers that fired."""
    context.driver.press(Qt.Key.Key_Escape)
    panel = context.driver.window.findChild(TriggersPanel)
    assert panel is not None
    panel.show_fired()


def _messages(context: TourContext) -> None:
    """The messages of J1939 on the bus, one of which isn't whole."""
    context.driver.press(Qt.Key.Key_Escape)
    view = context.driver.window.findChild(LiveBusView)
    shell = context.application().shell
    assert view is not None
    assert shell is not None
    live = DeviceManager.of(shell.context).live
    assert live is not None
    view.filter_bar.protocol.choose(ProtocolChoice(ProtocolMode.J1939))
    request = Frame(0x18EA0BF9, extended=True, data=bytes.fromhex("cafe00"))
    lost = broadcast(bytes(20), 0xFEEB, 3)
    for frame in (request, *lost[:2], lost[3]):
        live.capture.request_send(frame)
    context.driver.wait_until(lambda: view.messages.model.rowCount() == 2, "messages")


def _trouble(context: TourContext) -> None:
    """Open the bus of a dongle whose bit rate is another one now: it reads errors alone."""
    context.driver.press(Qt.Key.Key_Escape)
    shell = context.application().shell
    assert shell is not None
    manager, bench = DeviceManager.of(shell.context), shell.context
    live = manager.live
    assert live is not None
    planned = config_at(live.config, 125_000, None)
    assert planned is not None

    def write() -> None:
        data_key = bench.workspace.data_keys.of(bench.actor.organisation_id)
        database = bench.workspace.database.bind(bench.actor)
        with manager.device(live.path) as device:
            fleet.write_config(database, bench.actor, data_key, device, planned)

    _run("bench.show_send_table")(context)
    manager.close_bus()
    writer = Thread(target=write)
    writer.start()
    context.driver.wait_until(lambda: not writer.is_alive(), "another bit rate")
    context.driver.click("live_start")
    context.driver.widget("bit_rate_pane")


def _detected(context: TourContext) -> None:
    """The bit rate of the bus is found."""
    context.driver.click("live_detect")
    context.driver.widget("live_use_rate")
    context.driver.wait_until(lambda: context.driver.find("live_stop"), "the bus again")


def _use_rate(context: TourContext) -> None:
    context.driver.click("live_use_rate")
    context.driver.wait_until(lambda: context.driver.find("bit_rate_pane") is None, "frames again")


_ESCAPE: Final = press(Qt.Key.Key_Escape)
_NAME_VERSION: Final = press(Qt.Key.Key_S, CTRL | Qt.KeyboardModifier.AltModifier)

SCREENS: Final = (
    Screen("sign-in", _here),
    Screen("demo-picker", _tour("the-demo")),
    Screen("bench-empty", _tour("bench-empty")),
    Screen("dongles", _tour("dongles-found")),
    Screen("pair-identify", _tour("pair-identify")),
    Screen("pair-claim", _tour("pair-claim")),
    Screen("pair-claimed", _tour("pair-claimed")),
    Screen("pair-done", _tour("pair-done")),
    Screen("dongle-detail", _tour("dongle-detail")),
    Screen("timing", _tour("timing")),
    Screen("timing-fd", click("timing_fd")),
    Screen("live-bus", in_sequence(click("timing_fd"), _tour("live-bus"))),
    Screen("send-cell", _send_cell),
    Screen("triggers", _triggers),
    Screen("trigger-dialog", _trigger_dialog),
    Screen("triggers-fired", _fired),
    Screen("messages", _messages),
    Screen("live-bus-trouble", _trouble),
    Screen("live-bus-detected", _detected),
    Screen("recordings", in_sequence(_use_rate, _tour("recordings"))),
    Screen("recording-plots", _run("bench.show_recorded_plots")),
    Screen("recording-statistics", click("segment_ids")),
    Screen("recording-comparison", click("segment_compare")),
    Screen("recordings-in-folder", click("recording_list")),
    Screen("recording-details", _kept_recordings),
    Screen("studio-home", _tour("studio-home")),
    Screen("studio-added", _tour("studio-added"), _inspector),
    Screen("inspector", _tour("studio-query"), _inspector),
    Screen("json", in_sequence(_ESCAPE, _run("studio.show_json"))),
    Screen("outline", _run("studio.show_json"), _run("studio.show_outline")),
    Screen("dashboards", in_sequence(_run("studio.show_add_pane"), _tour("dashboards"))),
    Screen("dashboard", _tour("dashboard-opened")),
    Screen("widget-finder", _here, _run("studio.find")),
    Screen("variable", _ESCAPE, click("variable_shop")),
    Screen("variables", in_sequence(_ESCAPE, _run("studio.edit_variables"))),
    Screen("name-version", in_sequence(_ESCAPE, _NAME_VERSION)),
    Screen("versions", in_sequence(_ESCAPE, _versions), _versions_list),
    Screen("versions-side", click("segment_beside")),
    Screen("versions-json", click("segment_json")),
    Screen("conflict", in_sequence(click("versions_back"), _tour("dashboard-conflict"))),
    Screen("share", in_sequence(_tour("dashboard-decided"), _tour("dashboard-shared"))),
    Screen("export", in_sequence(click("share_done"), _export)),
    Screen("phone", in_sequence(_ESCAPE, click("segment_phone"))),
    Screen("presented", _tour("dashboard-presented")),
    Screen("imported", _tour("dashboard-imported")),
    Screen("templates", _tour("templates")),
    Screen("template-taken", _tour("template-taken")),
    *(
        Screen(f"full-{kind.type}", in_sequence(_ESCAPE if place else _all_kinds, _full_size(kind.type)))
        for place, kind in enumerate(_FULL_SIZE)
    ),
    Screen("folder-new", in_sequence(_ESCAPE, _folder_list, click("library_create_folder"))),
    Screen("folder-move", _move_dialog),
    Screen("data-empty", in_sequence(_ESCAPE, _data)),
    Screen("server-dialog", _run("studio.add_postgresql")),
    Screen("rest-dialog", in_sequence(_ESCAPE, _run("studio.add_rest_api"))),
    Screen("import", in_sequence(_ESCAPE, _tour("data-dropped"))),
    Screen("import-column", _here, _column),
    Screen("data", in_sequence(_ESCAPE, _tour("data-added"), _without_toast)),
    Screen("source-access", click("source_access")),
    Screen("model", in_sequence(_ESCAPE, _model)),
    Screen("model-field", _model_field),
    Screen("model-fields", click("segment_fields")),
    Screen("model-uses", click("segment_uses")),
    Screen("explore-empty", in_sequence(click("models_discard"), _without_toast, click("tab_studio_explore"))),
    Screen("explore", _tour("explore-opened")),
    Screen("explore-columns", _tour("explore-columns")),
    Screen("explore-table", click("explore_kind_table")),
    Screen("explore-filter", click("explore_kind_line_chart"), click("explore_add_filters")),
    Screen("explore-sql", in_sequence(_ESCAPE, click("segment_sql"))),
    Screen("explore-history", _run("studio.explore_history")),
    Screen("explore-add", in_sequence(_run("studio.explore_history"), click("segment_build")), click("explore_add")),
    Screen("search", in_sequence(_ESCAPE, _tour("search"))),
    Screen("shortcuts", in_sequence(_ESCAPE, _run("window.shortcuts"))),
    Screen("settings", in_sequence(_ESCAPE, _run("window.settings"))),
    Screen("account", _here, click("account")),
    Screen("people", in_sequence(_ESCAPE, _people)),
    Screen("person", _person),
    Screen("edit-person", _edit_person),
    Screen("hand-over", in_sequence(_ESCAPE, _hand_over)),
    Screen("erase-person", in_sequence(_ESCAPE, _erase_person)),
    Screen("set-password", in_sequence(_ESCAPE, _password)),
    Screen("add-person", in_sequence(_ESCAPE, click("people_add"))),
    Screen("person-access", in_sequence(_ESCAPE, _person_access)),
    Screen("person-page", _person_page),
    Screen("roles", in_sequence(click("person_back"), _own_role)),
    Screen("teams", _team),
    Screen("sessions", _tab("tab_admin_sessions", "sessions_table")),
    Screen("client-dialog", _client_dialog),
    Screen("client-secret", _client_secret),
    Screen("client", _client),
    Screen("client-rotate", click("client_rotate")),
    Screen("signing-keys", in_sequence(click("rotate_cancel"), click("clients_keys"), click("keys_generate"))),
    Screen("audit", in_sequence(click("dialog_close"), _tab("tab_admin_audit", "audit_table", 3))),
    Screen("audit-entry", _audit_entry),
    Screen("invitations", click("tab_admin_invitations")),
    Screen("admin-settings", click("tab_admin_settings")),
    Screen("keys-empty", click("tab_admin_keys")),
    Screen("create-key", click("keys_create")),
    Screen("key-shown", _new_key),
    Screen("keys", in_sequence(click("shown_key_stored"), click("shown_key_done"), _keys)),
    Screen("admin-settings", click("tab_admin_settings")),
)


def walk(language: str, folder: Path, *, both_themes: bool, pictures: Path | None = None) -> Iterator[Fault]:
    """The faults of every screen in this language at all sizes, in one theme or in both."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    Settings(language=language, appearance="light").save(home)
    tour = Tour(folder, home)
    words = OurWords(_sentences(language))
    try:
        for screen in SCREENS:
            screen.reach(tour.context)
            QTest.qWait(_SETTLE_MS)
            for size, mode, window in _combinations(tour.context, screen, both_themes=both_themes):
                for fault in _lasting_faults(window, words):
                    yield {"screen": screen.name, "size": size, "theme": mode, "fault": fault}
                if size == list(SIZES)[-1]:
                    for widget in _laid_out_for_ever():
                        yield {"screen": screen.name, "size": size, "theme": mode, "fault": f"{widget} never rests"}
                if pictures is not None:
                    window.grab().save(str(pictures / f"{screen.name}-{language}-{size}-{mode}.png"))
    finally:
        tour.close()


class _LayoutRequests(QObject):
    """Notes which objects are asked to lay themselves out."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[int, str] = {}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.asked[id(watched)] = f"{type(watched).__name__} {watched.objectName()}"
        return False


def _laid_out_for_ever() -> list[str]:
    """The widgets that are laid out on every turn of the event loop, so that a window at rest needs a whole core."""
    application, requests = QApplication.instance(), _LayoutRequests()
    assert application is not None
    application.installEventFilter(requests)
    try:
        always: dict[int, str] | None = None
        for _turn in range(_TURNS):
            requests.asked = {}
            QApplication.processEvents()
            always = {key: name for key, name in requests.asked.items() if always is None or key in always}
            if not always:
                break
        return list((always or {}).values())
    finally:
        application.removeEventFilter(requests)


def _lasting_faults(window: QWidget, words: OurWords) -> list[str]:
    """What is wrong twice: relative times are renewed while they are painted, and laid out after that."""
    if not faults(window, words):
        return []
    _lay_out()
    return faults(window, words)


def _combinations(context: TourContext, screen: Screen, *, both_themes: bool) -> Iterator[tuple[str, Mode, QWidget]]:
    """Every size, in the theme that is on, and then in the other one."""
    first = theme().current
    other: Mode = "dark" if first == "light" else "light"
    for mode in (first, other) if both_themes else (first,):
        if mode != first:
            theme().set_appearance(mode)
        if screen.name == "sign-in":
            with _lowest_window(context):
                yield "960x540", mode, context.driver.window
        for size in SIZES:
            _resize(context, size)
            if screen.open is not None:
                screen.open(context)
            _lay_out()
            yield size, mode, context.driver.window


@contextmanager
def _lowest_window(context: TourContext) -> Iterator[None]:
    """The window as large as `LEAST`, as on a screen of that size."""
    window = context.driver.window
    minimum = window.minimumSize()
    window.setMinimumSize(LEAST.size())
    _place(window, "two", LEAST)
    try:
        yield
    finally:
        window.setMinimumSize(minimum)


def _resize(context: TourContext, size: str) -> None:
    _place(context.driver.window, *SIZES[size])


def _place(window: QWidget, name: str, box: QRect) -> None:
    """Put the window at this place of the screen with this name."""
    screen = next(one for one in QGuiApplication.screens() if one.name() == name)
    if window.screen() is not screen:
        window.setScreen(screen)
    window.setGeometry(box)
    _lay_out()


def _lay_out() -> None:
    """Handle what is pending, layouts last: a text may just have changed."""
    for _turn in range(3):
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)


def _sentences(language: str) -> set[str]:
    with (package_data.resources_folder() / "i18n" / "tr.po").open("rb") as file:
        catalogue = read_po(file, locale="tr")
    found: set[str] = set()
    for message in catalogue:
        texts = message.id if language == "en" else message.string
        found |= {texts} if isinstance(texts, str) else set(texts)
    return {text for text in found if text}
