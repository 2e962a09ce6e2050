"""Where each shortcut works in the program's own window: exactly in the places that the scope of its command names."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from benchboard.dashboards.versions.three_way_merge import merge
from benchboard.ui import admin, bench, commands, studio, window_commands
from benchboard.ui.admin.admin_commands import INVITATIONS, PEOPLE, ROLES, SESSIONS, TEAMS
from benchboard.ui.api_keys.key_commands import KEYS
from benchboard.ui.app import Application
from benchboard.ui.bench.bench_commands import (
    BIT_DIAGRAM,
    COLOUR_RULES,
    DONGLES,
    DONGLES_VIEW,
    FRAMES,
    LIVE,
    PAIRING,
    PLOTS,
    RECORDING_LIST,
    RECORDINGS,
    SEND_TABLE,
    TIMING,
    TIMING_PLOT,
    TRIGGERS,
)
from benchboard.ui.commands import REGISTRY, SHELL, CommandScope
from benchboard.ui.shell import settings_view
from benchboard.ui.shell.shell import Shell
from benchboard.ui.studio.canvas.selection_commands import SELECTION_COMMANDS, ids_by_keys
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.data.data_commands import (
    DATA_VIEW,
    IMPORT,
    IMPORT_PAGE,
    MODEL_CANVAS,
    MODEL_FIELDS,
    MODEL_LIST,
    MODELS,
    SOURCES,
)
from benchboard.ui.studio.data.data_view import DataView
from benchboard.ui.studio.data.explore.explore_view import ExploreView
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.studio_commands import (
    CANVAS,
    CONFLICT_KEYS,
    CONFLICTS,
    DASHBOARDS,
    ENLARGED,
    EXPLORE,
    FIELDS,
    FOLDERS,
    LIST,
    OUTLINE,
    PAGE,
    PAGE_KEYS,
    PRESENTATION,
    QUERY_PARTS,
    SQL,
    SQL_FIELD,
    TABLE,
    VARIABLES,
    VERSION_LIST,
    VERSIONS,
)
from benchboard.ui.window_commands import LIST_UNDO, LIST_VIEW, SIGN_IN
from support.compared import edited_by_two
from support.window import Clicker

TABS = {command.id for command in REGISTRY.of_scope(DASHBOARDS)}
"""Not active on the home page: it is no tab among the dashboards."""


@pytest.fixture(autouse=True)
def commands_do_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only which shortcut is active matters: a command that ran would leave the place."""
    monkeypatch.setattr(commands, "run_handler", lambda *_of_handler: None)


def _window() -> QWidget:
    window = QApplication.activeWindow()  # an earlier test's may still be there
    assert window is not None
    return window


def _active(window: QWidget) -> set[str]:
    """The ids of the commands that their shortcuts run while the focus is where it is."""
    ran: set[str] = set()
    for shortcut in window.findChildren(QShortcut):
        shortcut.activated.connect(partial(ran.add, shortcut.objectName()))
    focus = window.focusWidget()
    assert focus is not None
    shortcuts_of_qt = {keys for one in REGISTRY if one.scope.context is not None for keys in one.shortcuts}
    for keys in sorted(shortcuts_of_qt, key=lambda keys: (keys == "Esc", keys.endswith("Return"), keys)):
        # At last Enter, which may leave the view, and Esc, which closes a dialog.
        focus.setFocus()
        QTest.keySequence(focus, QKeySequence(keys))
    return ran


def _expected(*scopes: CommandScope) -> set[str]:
    active = {one for scope in scopes for one in scope.chain() if one.context is not None}
    return {command.id for scope in active for command in REGISTRY.of_scope(scope)}


class Places:
    """Brings the keyboard to places of the window."""

    def __init__(self, qtbot: QtBot, click: Clicker, shell: Shell) -> None:
        self._qtbot, self._click, self._shell = qtbot, click, shell

    def focus(self, address: str, name: str) -> None:
        """To a widget of a view."""
        self._shell.go(address)
        self._focus(self._click.find(self._shell.window(), name))

    def open_views(self) -> None:
        """Through all views of the window, which stay there, hidden."""
        for address in dict.fromkeys(address for address, *_rest in VIEWS):
            self._shell.go(address)

    def page(self) -> StudioPage:
        """To the home page's canvas."""
        self._shell.go("studio/home")
        (page,) = self._shell.findChildren(StudioPage)
        self._qtbot.waitUntil(lambda: page.saving.state == "saved")
        self._focus(page.canvas)
        return page

    def merge(self) -> None:
        page = self.page()
        page.screens.show_merge(merge(*edited_by_two()))
        assert page.screens.screen is not None
        self._focus(page.screens.screen)

    def variables(self) -> None:
        self.page().run("studio.edit_variables")
        self._focus(self._click.find(self._shell.window(), "variables_list"))

    def dashboard(self) -> StudioPage:
        """To the canvas of a new dashboard."""
        self._shell.go("studio/dashboards/new")
        (view,) = self._shell.findChildren(DashboardsView)
        self._qtbot.waitUntil(lambda: view.page is not None and view.page.saving.state == "saved")
        assert view.page is not None
        self._click(self._shell.window(), "rename_keep")
        self._focus(view.page.canvas)
        return view.page

    def versions(self) -> None:
        page = self.dashboard()
        page.screens.show_versions()
        assert page.screens.screen is not None
        self._focus(page.screens.screen)

    def sql(self) -> None:
        """To the editor of Explore's SQL."""
        self._shell.go("studio/explore")
        (view,) = self._shell.findChildren(ExploreView)
        self._qtbot.waitUntil(lambda: view.exploration.sources_read)
        view.mode.selected.emit("sql")
        view.exploration.set_text("SELECT 1 AS n")
        self._focus(view.sql.edit)

    def import_page(self, file: Path) -> DataView:
        """To the import of a file."""
        self._shell.go("studio/data")
        (view,) = self._shell.findChildren(DataView)
        view.import_paths([file])
        page = view.page
        assert page is not None
        self._qtbot.waitUntil(lambda: not page.busy)
        self._focus(page.preview)
        return view

    def sources(self, file: Path) -> None:
        """To a data source in the list."""
        page = self.import_page(file).page
        assert page is not None
        page.accepted.emit()
        self._focus(self._click.find(self._shell.window(), "sources_table"))

    def _focus(self, widget: QWidget) -> None:
        widget.setFocus()
        self._qtbot.waitUntil(lambda: widget.hasFocus() or widget.isAncestorOf(widget.window().focusWidget()))


@pytest.fixture
def places(qtbot: QtBot, click: Clicker, open_local: Callable[..., Shell]) -> Places:
    return Places(qtbot, click, open_local("bench/live"))


VIEWS = (
    ("bench/dongles", "rail_bench", (DONGLES_VIEW, LIST_UNDO)),
    ("bench/dongles", "bench_dongles_table", (DONGLES, LIST_UNDO)),
    ("bench/dongles", "bench_pair", (DONGLES_VIEW, LIST_UNDO)),
    ("bench/live", "rail_bench", (LIVE,)),
    ("bench/recordings", "rail_bench", (RECORDINGS,)),
    ("bench/timing", "rail_bench", (TIMING,)),
    ("admin/people", "people_table", (PEOPLE, LIST_UNDO, LIST_VIEW)),
    ("admin/roles", "rail_bench", (LIST_UNDO, LIST_VIEW)),
    ("admin/roles", "roles_new", (ROLES, LIST_UNDO, LIST_VIEW)),
    ("admin/teams", "rail_bench", (LIST_UNDO, LIST_VIEW)),
    ("admin/teams", "teams_table", (TEAMS, LIST_UNDO, LIST_VIEW)),
    ("admin/clients", "rail_bench", (LIST_UNDO, LIST_VIEW)),
    ("admin/sessions", "rail_bench", (LIST_UNDO, LIST_VIEW)),
    ("admin/sessions", "sessions_table", (SESSIONS, LIST_UNDO, LIST_VIEW)),
    ("admin/invitations", "rail_bench", (LIST_UNDO, LIST_VIEW)),
    ("admin/invitations", "invitations_table", (INVITATIONS, LIST_UNDO, LIST_VIEW)),
    ("admin/keys", "rail_bench", (LIST_UNDO, LIST_VIEW)),
    ("admin/keys", "keys_table", (KEYS, LIST_UNDO, LIST_VIEW)),
    ("admin/audit", "rail_bench", (LIST_UNDO, LIST_VIEW)),
    ("admin/settings", "rail_bench", (LIST_UNDO,)),
    ("studio/dashboards", "library_table", (LIST, LIST_UNDO, LIST_VIEW)),
    ("studio/dashboards", "library_places", (FOLDERS, LIST_UNDO, LIST_VIEW)),
    ("studio/dashboards", "library_new", (DASHBOARDS, LIST_UNDO, LIST_VIEW)),
    ("studio/data", "sources_add", (DATA_VIEW, LIST_UNDO, LIST_VIEW)),
    ("studio/explore", "explore_fields", (EXPLORE, LIST_VIEW)),
    ("studio/home", "rail_bench", (SHELL,)),
    ("settings/general", "rail_bench", (SHELL,)),
    ("settings/keys", "rail_bench", (LIST_UNDO, LIST_VIEW)),
    ("studio/models", "rail_bench", (MODELS, LIST_VIEW)),
    ("studio/models", "models_empty_add", (MODELS, LIST_VIEW)),  # at last: Enter leaves the view there
)
"""A view's address, the widget that has the focus, and the scopes whose shortcuts are active then."""
ELSEWHERE = (
    PAGE,
    VARIABLES,
    PAIRING,
    CONFLICTS,
    VERSIONS,
    SIGN_IN,
    SOURCES,
    IMPORT_PAGE,
    SQL,
    MODEL_LIST,
    RECORDING_LIST,
)
"""The scopes that a test of its own below checks; those of the lists of models and recordings, which need one,
`test_models_view` and `test_recordings_view`."""

READ_BY_WIDGETS = {
    PAGE_KEYS: "studio/test_keyboard.py",
    CANVAS: "studio/test_keyboard.py",
    TABLE: "studio/test_interactive_table.py",
    ENLARGED: "studio/test_hover.py",
    OUTLINE: "studio/test_outline_pane.py",
    PRESENTATION: "studio/test_presentation_mode.py",
    VERSION_LIST: "studio/test_versions_view.py",
    CONFLICT_KEYS: "studio/test_merge_view.py",
    FRAMES: "bench/test_live_bus_view.py",
    SEND_TABLE: "bench/test_send_panel.py",
    TRIGGERS: "bench/test_triggers_panel.py",
    COLOUR_RULES: "bench/test_colour_rules.py",
    PLOTS: "bench/test_plots_pane.py",
    TIMING_PLOT: "bench/test_solution_plot.py",
    BIT_DIAGRAM: "bench/test_timing_view.py",
    FIELDS: "studio/test_explore.py",
    QUERY_PARTS: "studio/test_explore.py",
    SQL_FIELD: "studio/test_query_completer.py",
    MODEL_CANVAS: "studio/test_model_canvas.py",
    MODEL_FIELDS: "studio/test_models_by_ear.py",
    window_commands.CELLS: "studio/test_text_table.py",
    window_commands.LIST: "shell/test_paged_model.py",
    window_commands.SETTINGS: "shell/test_shell.py",
    window_commands.NOTICE: "shell/test_shell.py",
}
"""The scopes whose keys a widget reads itself, and the test that presses them there."""


def test_shortcut_in_a_view_is_active_just_where_its_scope_says(places: Places) -> None:
    """Each view is checked while all others are open, too, and hidden."""
    places.open_views()
    for address, name, scopes in VIEWS:
        places.focus(address, name)
        assert _active(_window()) == _expected(*scopes), (address, name)


def test_every_view_is_checked() -> None:
    rooms = (bench.ROOM, studio.ROOM, admin.ROOM, settings_view.ROOM)
    assert {address for address, *_rest in VIEWS} == {f"{room.key}/{view.key}" for room in rooms for view in room.views}


def test_every_scope_is_checked() -> None:
    checked = {scope for *_place, scopes in VIEWS for scope in scopes}.union(ELSEWHERE)
    around = {outer for scope in checked for outer in scope.chain()}
    assert {command.scope for command in REGISTRY} <= around | READ_BY_WIDGETS.keys()
    assert all(scope.context is None for scope in READ_BY_WIDGETS)
    assert all((Path(__file__).parent / file).is_file() for file in READ_BY_WIDGETS.values())


def test_shortcut_on_the_home_page_is_active_just_where_its_scope_says(places: Places) -> None:
    places.page()
    assert _active(_window()) == _expected(PAGE) - TABS


def test_shortcut_on_a_dashboard_is_active_just_where_its_scope_says(places: Places) -> None:
    places.dashboard()
    assert _active(_window()) == _expected(PAGE)


def test_shortcut_in_the_sql_editor_is_active_just_where_its_scope_says(places: Places) -> None:
    places.sql()
    own = {"studio.explore_undo", "studio.explore_redo"}  # the editor undoes what is typed
    assert _active(_window()) == _expected(SQL) - own


def test_shortcut_in_a_dialog_is_active_just_where_its_scope_says(places: Places) -> None:
    places.variables()
    assert _active(_window()) == _expected(VARIABLES)


def test_shortcut_in_the_import_of_a_file_is_active_just_where_its_scope_says(places: Places, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    page = places.import_page(file).page
    assert page is not None
    page.preview.column_opened.disconnect()  # F2 opens a column's popover, and Esc then closes that
    page.accepted.disconnect()
    places.focus("studio/data", "rail_bench")
    assert _active(_window()) == _expected(IMPORT)
    places.focus("studio/data", "import_cancel")
    assert _active(_window()) == _expected(IMPORT_PAGE)


def test_shortcut_at_a_data_source_is_active_just_where_its_scope_says(places: Places, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    places.sources(file)
    assert _active(_window()) == _expected(SOURCES, LIST_UNDO, LIST_VIEW)


def test_shortcut_in_the_pairing_wizard_is_active_just_where_its_scope_says(places: Places) -> None:
    places.focus("bench/dongles/pair", "pair_close")
    assert _active(_window()) == _expected(PAIRING)


def test_shortcut_in_a_merge_is_active_just_where_its_scope_says(places: Places) -> None:
    places.merge()
    assert _active(_window()) == _expected(CONFLICTS) - TABS


def test_shortcut_in_version_history_is_active_just_where_its_scope_says(places: Places) -> None:
    places.versions()
    assert _active(_window()) == _expected(VERSIONS)


def test_shortcut_on_the_sign_in_screen_is_active_just_where_its_scope_says(
    qtbot: QtBot, local_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = Application(local_home)
    application.start()
    application.window.activateWindow()
    qtbot.waitUntil(application.window.isActiveWindow)
    assert _active(application.window) == _expected(SIGN_IN)
    application.close()
    application.window.close()
    application.window.deleteLater()
    application.deleteLater()


def test_keys_that_the_page_reads_itself_are_those_of_its_scopes() -> None:
    assert {REGISTRY[command_id].scope for command_id in ids_by_keys().values()} == {PAGE_KEYS, CANVAS}
    on_page = {one for one in SELECTION_COMMANDS if REGISTRY[one].shortcuts}
    assert on_page - set(ids_by_keys().values()) == on_page & {one.id for one in REGISTRY.of_scope(PAGE)}
