"""The form for a REST API in a real window, over a real HTTP server: by mouse, and by keys alone."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QTableView, QWidget
from sqlalchemy import select

from benchboard import i18n, package_data
from benchboard.analytics.queries import run_query
from benchboard.analytics.rest.settings import RestSettings
from benchboard.analytics.sources import services
from benchboard.analytics.sources.rest_connection import rest_settings
from benchboard.analytics.sources.services import SourceSummary
from benchboard.paging import Listing
from benchboard.storage.models.analytics import DataSource
from benchboard.ui.studio.data.data_view import DataView
from benchboard.ui.studio.data.rest_dialog import RestDialog
from benchboard.ui.widgets import CheckBox, Select
from support.databases import unbound
from support.rest_server import Reply, Request, RestServer, rest_server

if TYPE_CHECKING:
    from conftest import Studio

LEFT = Qt.MouseButton.LeftButton
TAB, ENTER, DOWN = Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Down
CONTROL = Qt.KeyboardModifier.ControlModifier
TOKEN = "t0ken-of-the-form"


@dataclass
class Api:
    """What the API answers now: three rows, two of them in a page; `waits` holds the answers back."""

    token: str = ""
    waits: threading.Event | None = None
    rows: list[dict[str, object]] = field(
        default_factory=lambda: [
            {"id": 1, "city": "Ankara", "day": "2026-01-05", "km": 2.5},
            {"id": 2, "city": "İzmir", "day": "2026-01-06", "km": 13.0},
            {"id": 3, "city": "Van", "day": "2026-01-07", "km": 7.25},
        ]
    )

    def __call__(self, request: Request) -> Reply:
        if self.waits is not None:
            self.waits.wait(60)
        if self.token and request.headers.get("authorization") != f"Bearer {self.token}":
            return Reply(status=401)
        rows = self.rows
        if "page" in request.query:
            start = (int(request.query["page"]) - 1) * 2
            rows = rows[start : start + 2]
        return Reply(json.dumps({"data": rows, "warnings": []}).encode())


class Apis:
    """The Data view and the form, worked by mouse and keys."""

    def __init__(self, studio: "Studio", server: RestServer) -> None:
        self.studio, self.qtbot, self.server = studio, studio.qtbot, server
        self.window = studio.application.window
        studio.context.go("studio/data")
        (self.view,) = self.window.findChildren(DataView)
        studio.wait(self.view.isVisible)

    def find(self, name: str) -> QWidget:
        def shown() -> list[QWidget]:
            return [one for one in self.window.findChildren(QWidget, name) if one.isVisible()]

        self.studio.wait(lambda: bool(shown()))
        return shown()[0]

    def click(self, name: str) -> None:
        self.qtbot.mouseClick(self.find(name), LEFT)

    @property
    def dialog(self) -> RestDialog:
        found = self.find("rest_dialog")
        assert isinstance(found, RestDialog)
        return found

    def open(self) -> RestDialog:
        self.click("sources_add")
        self.click("server_rest_api")
        return self.dialog

    def type(self, **texts: str) -> None:
        for name, text in texts.items():
            edit = self.find(f"rest_{name}")
            assert isinstance(edit, QLineEdit | QPlainTextEdit)
            edit.setFocus()
            edit.selectAll()
            self.qtbot.keyClicks(edit, text) if text else edit.clear()

    def choose(self, name: str, key: str) -> None:
        box = self.find(f"rest_{name}")
        assert isinstance(box, Select)
        box.setFocus()
        self.qtbot.keyClick(box, Qt.Key.Key_Home)
        for _row in range(box.findData(key)):
            self.qtbot.keyClick(box, DOWN)
        assert box.current_key() == key

    def fill(self, path: str = "/v1/trips") -> None:
        self.type(url=self.server.url(path))
        self.allow_local()

    def allow_local(self) -> None:
        box = self.find("rest_allow_local")
        assert isinstance(box, CheckBox)
        box.setChecked(True)

    def press(self, name: str) -> None:
        """Press a button of the form, and wait for the answer."""
        dialog = self.dialog
        self.click(name)
        self.studio.wait(lambda: not dialog.busy)

    def error(self, name: str) -> str:
        """What the form says is wrong with a field."""
        return self.dialog.fields[name].editor.accessibleDescription()

    def wrong(self) -> set[str]:
        """The fields that have an error."""
        fields = self.dialog.fields
        labels = {"Method", "Authentication", "Paging", "First page"}  # what a drop-down list is called on Linux
        hint = "Leave it empty"  # below a field that is right
        told = {name: self.error(name) for name in fields}
        return {name for name, text in told.items() if text and text not in labels and not text.startswith(hint)}

    def state(self) -> str:
        found = self.find("rest_state")
        assert isinstance(found, QLabel)
        return found.text()

    def sources(self) -> list[SourceSummary]:
        with unbound(self.studio.workspace.database).read() as session:
            return list(services.list_sources(session, self.studio.actor, Listing()).rows)

    def wait_for_source(self) -> SourceSummary:
        self.studio.wait(lambda: len(self.sources()) == 1 and not self.window.findChildren(RestDialog))
        return self.sources()[0]

    def settings(self) -> RestSettings:
        with unbound(self.studio.workspace.database).read() as session:
            return rest_settings(session, self.studio.actor, self.sources()[0].id)

    def stored(self) -> str:
        """Everything that the row of the source holds."""
        with unbound(self.studio.workspace.database).read() as session:
            (row,) = session.scalars(select(DataSource))
            return f"{row.connection_config} {row.extra}"


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def apis(open_studio: Callable[..., "Studio"], api: Api) -> Iterator[Apis]:
    with rest_server(api) as server:
        yield Apis(open_studio(), server)


def test_api_is_tested_and_added_by_mouse_and_its_rows_are_shown(apis: Apis, api: Api) -> None:
    api.token = TOKEN
    dialog = apis.open()
    apis.fill()
    assert dialog.fields["name"].text() == "trips"
    apis.choose("authentication", "bearer")
    apis.type(secret=TOKEN, name="Trips of the fleet")
    apis.choose("paging", "page")
    apis.type(size_parameter="limit", page_size="2")
    apis.press("rest_test")
    assert apis.state().startswith("Connected. The first page has 2 rows.")
    table = apis.find("rest_preview")
    assert isinstance(table, QTableView)
    model = table.model()
    assert [model.index(row, 1).data() for row in range(model.rowCount())] == ["Ankara", "İzmir"]
    heads = [
        model.headerData(at, Qt.Orientation.Horizontal, Qt.ItemDataRole.AccessibleTextRole)
        for at in range(model.columnCount())
    ]
    assert heads == ["id, Whole number", "city, Text", "day, Date", "km, Number, with decimals"]

    apis.click("rest_save")
    source = apis.wait_for_source()
    assert (source.kind, source.status, source.name) == ("rest_api", "connected", "Trips of the fleet")
    assert (source.tables, source.rows) == (("trips",), 3)
    assert TOKEN not in apis.stored()
    assert apis.settings().paging == "page"
    apis.click("source_first_rows")
    apis.studio.wait(lambda: apis.find("source_sample").model().rowCount() == 3)  # type: ignore[attr-defined]  # a table


def test_api_is_added_by_the_keyboard_alone(apis: Apis) -> None:
    apis.find("sources_add").setFocus(Qt.FocusReason.TabFocusReason)
    apis.qtbot.keyClick(apis.find("sources_add"), Qt.Key.Key_Space)
    apis.find("server_rest_api")
    for _row in ("Folder", "PostgreSQL", "MySQL or MariaDB", "REST API"):
        apis.qtbot.keyClick(QApplication.focusWidget(), DOWN)

    def key(code: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        target = QApplication.focusWidget()
        assert target is not None
        apis.qtbot.keyClick(target, code, modifier)

    def to(name: str) -> None:
        for _stop in range(30):
            if QApplication.focusWidget() is apis.find(name):
                return
            key(TAB)
        raise AssertionError(f"Tab doesn't reach {name}")

    key(ENTER)
    assert apis.dialog.isVisible()
    assert QApplication.focusWidget() is apis.find("rest_name")
    apis.qtbot.keyClicks(QApplication.focusWidget(), "City trips")
    to("rest_method")
    to("rest_url")
    apis.qtbot.keyClicks(QApplication.focusWidget(), apis.server.url("/v1/trips"))
    to("rest_authentication")
    to("rest_headers")
    apis.qtbot.keyClicks(QApplication.focusWidget(), "Accept-Language: tr")
    to("rest_rows_path")
    to("rest_paging")
    to("rest_allow_local")
    key(Qt.Key.Key_Space)
    key(ENTER, CONTROL)
    source = apis.wait_for_source()
    assert (source.name, source.rows) == ("City trips", 3)
    assert apis.settings().headers == (("Accept-Language", "tr"),)
    assert apis.server.requests[-1].headers["accept-language"] == "tr"


def test_everything_that_is_wrong_is_flagged_at_once_and_nothing_is_asked(apis: Apis) -> None:
    dialog = apis.open()
    apis.choose("authentication", "basic")
    apis.choose("paging", "cursor")
    apis.type(url="ftp://a.example", headers="no colon", rows_path="$..x", size_parameter="limit", page_size="many")
    apis.type(name="")
    apis.click("rest_save")
    assert apis.wrong() == {"name", "url", "user", "secret", "headers", "rows_path", "cursor_path", "page_size"}
    assert not dialog.busy
    assert apis.window.focusWidget() is dialog.fields["name"].editor
    apis.choose("authentication", "none")
    apis.choose("paging", "none")
    apis.click("rest_test")
    assert apis.wrong() == {"url", "headers", "rows_path"}  # what is hidden isn't asked for; a test needs no name
    assert apis.server.requests == []


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"url": "http://nowhere.invalid/rows"}, "url", "wasn't found"),
        ({"rows_path": "$.no.such"}, "rows_path", "no rows at $.no.such"),
    ],
)
def test_a_cause_is_shown_across_the_form_and_at_its_field(
    apis: Apis, changed: dict[str, str], field: str, words: str
) -> None:
    apis.open()
    apis.fill()
    apis.type(**changed)
    apis.press("rest_test")
    assert words in apis.state()
    assert words in apis.error(field)
    assert apis.window.focusWidget() is apis.dialog.fields[field].editor
    assert apis.sources() == []
    apis.type(url=apis.server.url())
    assert apis.state() == ""


def test_local_address_is_asked_about_and_wrong_token_is_named(apis: Apis, api: Api) -> None:
    api.token = TOKEN
    apis.open()
    apis.choose("paging", "page")
    apis.type(url=apis.server.url(), headers="A: b")
    apis.press("rest_test")
    assert "local network" in apis.state()
    assert apis.window.focusWidget() is apis.find("rest_allow_local")
    assert not apis.find("rest_allow_local").visibleRegion().isEmpty()  # it was below the fold
    assert apis.server.requests == []
    apis.allow_local()
    apis.choose("authentication", "bearer")
    apis.type(secret="wrong one")
    apis.press("rest_test")
    assert "rejected the credentials (status 401)" in apis.state()
    assert apis.window.focusWidget() is apis.find("rest_secret")


def test_rows_that_were_read_go_when_the_form_is_edited(apis: Apis) -> None:
    apis.open()
    apis.fill()
    apis.press("rest_test")
    assert apis.state() == "Connected. 3 rows were read. The answer has rows at $.data, $."
    assert apis.find("rest_preview").isVisible()
    apis.type(rows_path="$.data")
    assert not [one for one in apis.window.findChildren(QTableView, "rest_preview") if one.isVisible()]
    assert apis.state() == ""


def test_waiting_is_stopped_by_its_button_and_by_escape(apis: Apis, api: Api) -> None:
    api.waits = threading.Event()
    try:
        dialog = apis.open()
        apis.fill()
        apis.click("rest_test")
        apis.studio.wait(lambda: bool(apis.server.requests))
        apis.click("rest_stop")
        assert (dialog.busy, apis.state()) == (False, "Stopped.")
        apis.click("rest_save")
        apis.studio.wait(lambda: len(apis.server.requests) == 2)
        apis.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
        assert (dialog.busy, dialog.isVisible()) == (False, True)
    finally:
        api.waits.set()
    apis.studio.wait(lambda: not apis.studio.context.tasks.running)
    assert apis.sources() == []


def test_connection_is_edited_and_a_secret_for_another_server_is_asked_for(apis: Apis, api: Api) -> None:
    api.token = TOKEN
    apis.open()
    apis.fill()
    apis.choose("authentication", "bearer")
    apis.type(secret=TOKEN)
    apis.click("rest_save")
    apis.wait_for_source()
    before = apis.stored()

    apis.click("source_connection")
    assert (apis.dialog.fields["url"].text(), apis.dialog.fields["secret"].text()) == (apis.server.url("/v1/trips"), "")
    apis.type(url=apis.server.url("/v1/trips").replace("127.0.0.1", "localhost"))
    apis.press("rest_test")
    assert "needed again" in apis.state()
    assert apis.window.focusWidget() is apis.find("rest_secret")

    apis.type(url=apis.server.url("/v2/rides"), name="Rides")
    apis.click("rest_save")
    apis.studio.wait(lambda: apis.sources()[0].name == "Rides")
    assert (apis.sources()[0].tables, apis.settings().url) == (("trips",), apis.server.url("/v2/rides"))

    api.token = "another"
    apis.studio.wait(lambda: not apis.window.findChildren(RestDialog))
    apis.click("source_connection")
    apis.press("rest_test")
    assert "rejected the credentials" in apis.state()
    apis.type(secret="another")
    apis.click("rest_save")
    apis.studio.wait(lambda: not apis.window.findChildren(RestDialog))
    assert apis.stored() != before
    assert "another" not in apis.stored()


def test_leaving_asks_only_when_something_was_entered(apis: Apis) -> None:
    apis.open()
    apis.qtbot.keyClick(apis.find("rest_name"), Qt.Key.Key_Escape)
    apis.studio.wait(lambda: not apis.window.findChildren(RestDialog))
    apis.open()
    apis.type(url="https://api.example/rows")
    apis.click("rest_cancel")
    apis.click("confirm_act")
    apis.studio.wait(lambda: not apis.window.findChildren(RestDialog))


@pytest.mark.parametrize("language", ["en", "tr"])
def test_fields_are_as_wide_as_the_form_has_room_for(apis: Apis, language: str) -> None:
    """In Turkish, the longest choice of a list pushed the fields below the scroll bar."""
    folder = package_data.resources_folder() / "i18n"
    try:
        i18n.use(language, folder)
        dialog = apis.open()
        area = dialog.form.parentWidget()
        assert area is not None
        for authentication in ("basic", "header", "query"):
            for paging in ("page", "offset", "cursor"):
                apis.choose("authentication", authentication)
                apis.choose("paging", paging)
                assert dialog.form.minimumSizeHint().width() <= area.width()
    finally:
        i18n.use("en", folder)


def test_refresh_asks_which_field_a_renamed_one_is_and_it_is_taken_back(apis: Apis, api: Api) -> None:
    """The server's new name was a missing column: every widget that named the old one broke, or the data grew old."""
    apis.open()
    apis.fill()
    apis.click("rest_save")
    source = apis.wait_for_source()
    api.rows = [{"id": 4, "town": "Muş", "day": "2026-01-08", "km": 1.5}]
    apis.click("source_refresh")
    select = apis.find("renamed_column_0")
    assert isinstance(select, Select)
    assert [select.itemText(at) for at in range(select.count())] == ["The column “city”", "A new column"]
    labels = [one.text() for one in apis.window.findChildren(QLabel) if one.isVisible()]
    assert "“trips” has “town” where it had “city”." in labels
    apis.click("renamed_accept")
    undo = apis.find("toast_undo")
    assert _cities(apis, source) == {"Muş"}
    apis.qtbot.mouseClick(undo, LEFT)
    apis.studio.wait(lambda: _cities(apis, source) == {"Ankara", "İzmir", "Van"})


def _cities(apis: Apis, source: SourceSummary) -> set[object]:
    with unbound(apis.studio.workspace.database).read() as session:
        found = run_query(session, apis.studio.actor, "SELECT city FROM trips", source_id=source.id)
    return {row[0] for row in found.rows}


def test_editing_the_connection_asks_what_breaks_as_a_refresh_does(apis: Apis, api: Api) -> None:
    apis.open()
    apis.fill()
    apis.click("rest_save")
    source = apis.wait_for_source()
    api.rows = [{"id": 4, "town": "Muş", "day": "2026-01-08", "km": 1.5}]
    apis.click("source_connection")
    apis.studio.wait(lambda: bool(apis.window.findChildren(RestDialog)))
    apis.click("rest_save")
    select = apis.find("renamed_column_0")
    assert isinstance(select, Select)
    assert [select.itemText(at) for at in range(select.count())] == ["The column “city”", "A new column"]
    apis.click("renamed_accept")
    apis.studio.wait(lambda: not apis.window.findChildren(RestDialog))
    assert _cities(apis, source) == {"Muş"}
    api.rows = [{"id": 5, "day": "2026-01-09", "km": 1.5}]
    apis.click("source_connection")
    apis.click("rest_save")
    apis.click("confirm_keep")  # nothing is changed, and the form is still there
    assert apis.find("rest_save").isVisible()
    assert _cities(apis, source) == {"Muş"}
