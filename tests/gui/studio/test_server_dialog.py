"""The form for a database server in a real window, over real PostgreSQL and MariaDB: by mouse, and by keys alone."""

import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QTableView, QWidget
from sqlalchemy import select
from test_explore_joins import add_file

from benchboard import i18n, package_data
from benchboard.analytics.query_builder.question import Group, Measure, Sort
from benchboard.analytics.sources import services
from benchboard.analytics.sources.services import SourceSummary
from benchboard.paging import Listing
from benchboard.storage.models.analytics import DataSource
from benchboard.ui.studio.data.data_view import DataView
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.explore_view import ExploreView
from benchboard.ui.studio.data.server_dialog import ServerDialog
from benchboard.ui.studio.data.source_actions import explore_address
from benchboard.ui.widgets import Select
from support import mariadb
from support.databases import unbound
from support.postgres import USER, Server
from support.window import ShownWindows, visible

if TYPE_CHECKING:
    from conftest import Studio

LEFT = Qt.MouseButton.LeftButton
TAB, ENTER, DOWN = Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Down


@dataclass(frozen=True)
class Address:
    """Where a server of the tests is."""

    kind: str
    port: int
    database: str
    user: str
    password: str


@pytest.fixture(scope="module")
def postgresql(pg_server: Server) -> Iterator[Address]:
    name = pg_server.create()
    with psycopg.connect(pg_server.url(name), autocommit=True) as connection:
        connection.execute("CREATE TABLE trips (id int, km numeric, city text, at timestamptz)")
        connection.execute("INSERT INTO trips VALUES (1, 2.5, 'Ankara', '2026-01-05'), (2, 3.5, 'İzmir', '2026-02-05')")
        connection.execute("CREATE SCHEMA sales; CREATE TABLE sales.orders (id bigint)")
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'first one'; GRANT SELECT ON trips TO reader")
    yield Address("postgresql", pg_server.port, name, USER, pg_server.password)
    pg_server.drop(name)
    with psycopg.connect(pg_server.url("postgres"), autocommit=True) as connection:
        connection.execute("DROP ROLE reader")


@pytest.fixture(scope="module")
def mysql() -> Iterator[Address]:
    starting = mariadb.running()
    try:
        server = starting.__enter__()
    except mariadb.NoMariadb as error:
        pytest.skip(str(error))
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE trips (id int, km decimal(8,2), city varchar(40), at datetime)")
        cursor.execute("INSERT INTO trips VALUES (1, 2.5, 'Ankara', '2026-01-05'), (2, 3.5, 'İzmir', '2026-02-05')")
    yield Address("mysql", server.port, "bench", "reader", server.password)
    starting.__exit__(None, None, None)


class Servers:
    """The Data view and its form, worked by mouse and keys."""

    def __init__(self, studio: "Studio") -> None:
        self.studio, self.qtbot = studio, studio.qtbot
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
    def dialog(self) -> ServerDialog:
        found = self.find("server_dialog")
        assert isinstance(found, ServerDialog)
        return found

    def open(self, kind: str) -> ServerDialog:
        self.click("sources_add")
        self.click(f"server_{kind}")
        return self.dialog

    def type(self, **texts: str) -> None:
        for name, text in texts.items():
            edit = self.find(f"server_{name}")
            assert isinstance(edit, QLineEdit)
            edit.setFocus()
            edit.selectAll()
            self.qtbot.keyClicks(edit, text) if text else edit.clear()

    def choose_tls(self, key: str) -> None:
        tls = self.find("server_tls")
        assert isinstance(tls, Select)
        tls.setFocus()
        while tls.current_key() != key:
            self.qtbot.keyClick(tls, DOWN)

    def fill(self, address: Address) -> None:
        self.type(host="127.0.0.1", port=str(address.port), database=address.database, user=address.user,
                  password=address.password)  # fmt: skip
        self.choose_tls("off")

    def press(self, name: str) -> None:
        """Press a button of the form, and wait for the server's answer."""
        dialog = self.dialog
        self.click(name)
        self.studio.wait(lambda: not dialog.busy)

    def error(self, name: str) -> str:
        """What the form says is wrong with a field."""
        return self.dialog.fields[name].editor.accessibleDescription()

    def sources(self) -> list[SourceSummary]:
        with unbound(self.studio.workspace.database).read() as session:
            return list(services.list_sources(session, self.studio.actor, Listing()).rows)

    def wait_for_source(self) -> SourceSummary:
        self.studio.wait(lambda: len(self.sources()) == 1 and not self.window.findChildren(ServerDialog))
        return self.sources()[0]

    def texts(self) -> list[str]:
        return [label.text() for label in self.window.findChildren(QLabel) if label.isVisible()]

    def stored(self) -> str:
        """Everything that the row of the source holds."""
        with unbound(self.studio.workspace.database).read() as session:
            (row,) = session.scalars(select(DataSource))
            return f"{row.connection_config} {row.extra}"


@pytest.fixture
def servers(open_studio: Callable[..., "Studio"]) -> Servers:
    return Servers(open_studio())


@pytest.fixture(params=["postgresql", "mysql"])
def address(request: pytest.FixtureRequest) -> Address:
    found: Address = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_form_of_a_server_is_made_without_showing_another_window(
    studio: "Studio", qapp: QApplication, kind: str
) -> None:
    servers, windows = Servers(studio), ShownWindows()
    qapp.installEventFilter(windows)
    try:
        servers.view.connect_server(kind)
        assert servers.find("server_schema" if kind == "postgresql" else "server_database").isVisible()
    finally:
        qapp.removeEventFilter(windows)
    assert windows.shown == []


def test_a_server_is_tested_and_added_by_mouse_and_its_tables_are_shown(servers: Servers, address: Address) -> None:
    servers.open(address.kind)
    servers.fill(address)
    servers.press("server_test")
    assert any(re.match(r"Connected\. It has [12] tables?\.", text) for text in servers.texts())
    servers.click("server_save")
    source = servers.wait_for_source()
    assert (source.kind, source.status, source.name) == (address.kind, "connected", address.database)
    assert source.server == f"127.0.0.1:{address.port}/{address.database}"
    assert address.password not in servers.stored()
    servers.click("source_first_rows")
    servers.studio.wait(lambda: servers.find("source_sample").model().rowCount() == 2)  # type: ignore[attr-defined]  # a table
    sample = servers.find("source_sample")
    assert isinstance(sample, QTableView)
    assert sample.model().index(1, 2).data() == "İzmir"


def test_a_server_is_added_by_the_keyboard_alone(servers: Servers, postgresql: Address) -> None:
    servers.find("sources_add").setFocus(Qt.FocusReason.TabFocusReason)
    servers.qtbot.keyClick(servers.find("sources_add"), Qt.Key.Key_Space)
    servers.find("server_postgresql")
    for _row in ("Folder", "PostgreSQL"):
        servers.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)

    def key(code: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        target = QApplication.focusWidget()
        assert target is not None
        servers.qtbot.keyClick(target, code, modifier)

    def write(text: str) -> None:
        servers.qtbot.keyClicks(QApplication.focusWidget(), text)
        key(TAB)

    key(ENTER)
    assert servers.dialog.isVisible()
    assert QApplication.focusWidget() is servers.find("server_name")
    write("Shop database")
    write("127.0.0.1")
    key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    write(str(postgresql.port))
    write(postgresql.database)
    key(TAB)  # every schema
    write(postgresql.user)
    write(postgresql.password)
    key(DOWN)
    key(DOWN)
    key(ENTER, Qt.KeyboardModifier.ControlModifier)
    source = servers.wait_for_source()
    assert (source.name, source.tables) == ("Shop database", ("trips", "sales.orders"))


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"host": "nowhere.invalid"}, "host", "wasn't found"),
        ({"port": "{closed}"}, "port", "refused the connection on port"),
        ({"port": "x"}, "port", "must be a number from 1 to 65535"),
        ({"host": ""}, "host", "Enter the server's name or address"),
        ({"password": "wrong one"}, "password", "rejected the user"),
        ({"database": "no_such"}, "database", "Nothing"),
    ],
)
def test_a_cause_is_shown_at_its_field(
    servers: Servers, address: Address, changed: dict[str, str], field: str, words: str
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = str(probe.getsockname()[1])
        servers.open(address.kind)
        servers.fill(address)
        servers.type(**{name: text.format(closed=closed) for name, text in changed.items()})
        servers.press("server_test")
    if field == "database":  # a user who may not see it isn't told that it doesn't exist
        field, words = (
            ("database", "no database") if address.kind == "postgresql" else ("user", "doesn't have access to")
        )
    assert words in servers.error(field)
    assert servers.window.focusWidget() is servers.dialog.fields[field].editor
    assert [name for name in servers.dialog.fields if name != field and "server" in servers.error(name)] == []
    assert servers.sources() == []


def test_everything_that_is_missing_is_flagged_at_once_and_the_server_isnt_asked(servers: Servers) -> None:
    dialog = servers.open("postgresql")
    servers.type(port="x")
    servers.click("server_save")
    wrong = {name for name in dialog.fields if servers.error(name)}
    assert wrong == {"name", "host", "port", "database", "user"}
    assert not dialog.busy
    assert servers.window.focusWidget() is dialog.fields["name"].editor
    servers.type(host="db.example", port="5432")
    servers.click("server_test")
    assert {name for name in dialog.fields if servers.error(name)} == {"database", "user"}  # a test needs no name
    servers.click("server_cancel")
    servers.click("confirm_act")


def test_what_the_server_answers_is_shown_across_the_form(servers: Servers) -> None:
    dialog = servers.open("mysql")
    servers.type(host="nowhere.invalid", database="shop", user="reader")
    servers.press("server_test")
    state = servers.find("server_state")
    assert isinstance(state, QLabel)
    assert "wasn't found" in state.text()
    assert state.width() > dialog.fields["host"].width()
    assert servers.texts().count(state.text()) == 1  # not once more below the field
    servers.type(host="db.example")
    assert (servers.error("host"), state.text()) == ("", "")


def test_a_server_without_tls_is_refused_at_the_tls_field(servers: Servers, postgresql: Address) -> None:
    servers.open("postgresql")
    servers.fill(postgresql)
    tls = servers.find("server_tls")
    assert isinstance(tls, Select)
    servers.qtbot.keyClick(tls, Qt.Key.Key_Up)
    servers.press("server_test")
    assert "No secure connection" in servers.error("tls")


def test_another_password_is_stored_and_one_for_another_server_is_asked_for(
    servers: Servers, postgresql: Address
) -> None:
    servers.open("postgresql")
    servers.fill(postgresql)
    servers.type(user="reader", password="first one")
    servers.click("server_save")
    source = servers.wait_for_source()
    assert source.tables == ("trips",)
    before = servers.stored()

    servers.click("source_connection")
    servers.type(host="localhost")
    servers.press("server_test")
    assert "needed again" in servers.error("password")

    servers.type(host="127.0.0.1", name="Trips", password="second one")
    servers.press("server_test")
    assert "rejected the user" in servers.error("password")

    servers.type(password="first one")
    servers.click("server_save")
    servers.studio.wait(lambda: servers.sources()[0].name == "Trips")
    assert servers.stored() != before
    assert "first one" not in servers.stored()


def test_leaving_asks_only_when_something_was_entered(servers: Servers) -> None:
    servers.open("mysql")
    servers.qtbot.keyClick(servers.find("server_name"), Qt.Key.Key_Escape)
    servers.studio.wait(lambda: not servers.window.findChildren(ServerDialog))
    servers.open("mysql")
    servers.type(host="db.example.com")
    servers.click("server_cancel")
    servers.click("confirm_act")
    servers.studio.wait(lambda: not servers.window.findChildren(ServerDialog))


def _explored(servers: Servers) -> Exploration:
    (view,) = servers.window.findChildren(ExploreView)
    exploration = view.exploration
    servers.studio.wait(
        lambda: (
            exploration.result is not None
            and not exploration.running
            and exploration.result.text == exploration.state.text
        )
    )
    return exploration


def test_a_servers_table_is_explored_in_the_servers_language(
    servers: Servers, address: Address, request: pytest.FixtureRequest
) -> None:
    servers.open(address.kind)
    servers.fill(address)
    servers.press("server_save")
    source = servers.wait_for_source()
    servers.studio.context.go(explore_address(source.id, "trips"))

    exploration = _explored(servers)
    assert exploration.result is not None
    assert exploration.result.error is None
    assert exploration.state.question is not None
    assert exploration.state.question.server == address.kind
    exploration.set_question(
        replace(
            exploration.state.question,
            groups=(Group("at", "month", "month"), Group("city")),
            measures=(Measure("sum", "km", "total_km"),),
            sorts=(Sort("month"),),
            filters=(),
            limit=None,
        )
    )
    result = _explored(servers).result
    assert result is not None
    assert result.table is not None
    assert [row[1:] for row in result.table.rows] == [("Ankara", Decimal("2.5")), ("İzmir", Decimal("3.5"))]
    # In another language all is built anew: the query is still that of the builder.
    text = exploration.state.text
    application = servers.studio.application
    request.addfinalizer(lambda: i18n.use("en", package_data.resources_folder() / "i18n"))
    application.apply_settings(replace(application.settings, language="tr"))

    def anew() -> list[Exploration]:
        views = servers.window.findChildren(ExploreView)
        return [view.exploration for view in views if view.exploration is not exploration]

    servers.studio.wait(lambda: any(one.state.text == text for one in anew()))
    assert [(one.state.mode, one.state.question) for one in anew()] == [("build", exploration.state.question)]


@pytest.mark.parametrize("page", ["studio/data", "studio/models"])
@pytest.mark.parametrize("has_source", [False, True])
def test_focus_returns_after_the_form_was_opened_by_the_palette_from_the_rail(
    servers: Servers, page: str, told_focus: list[str], tmp_path: Path, *, has_source: bool
) -> None:
    if has_source:
        add_file(servers.studio, tmp_path / "sales.csv", "Sales", "id,total\n1,2\n")
        servers.studio.wait(lambda: visible(servers.window, "sources_table"))
    servers.studio.context.go(page)
    rail = servers.find("rail_studio")
    rail.setFocus(Qt.FocusReason.TabFocusReason)
    servers.qtbot.keyClick(rail, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    field = servers.find("palette_field")
    servers.qtbot.keyClicks(field, "add postgres")
    servers.qtbot.keyClick(field, ENTER)
    dialog = servers.dialog
    servers.studio.wait(lambda: dialog.isAncestorOf(QApplication.focusWidget()))
    told_focus.clear()
    servers.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    servers.studio.wait(lambda: not dialog.isVisible())
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.isVisible()
    if page == "studio/data":  # the view that was shown already
        assert focused is rail
    else:
        assert servers.view.isAncestorOf(focused)
    assert told_focus[-1] == focused.objectName()
