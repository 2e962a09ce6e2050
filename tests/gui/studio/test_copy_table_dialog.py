"""The form that copies a server's table, in a real window, over real PostgreSQL."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from benchboard.analytics.sources import services
from benchboard.analytics.sources.removal import remove_source
from benchboard.analytics.sources.servers import connect_server
from benchboard.analytics.sources.services import SourceSummary
from benchboard.paging import Listing
from benchboard.ui.studio.data.copy_table_dialog import CopyTableDialog
from benchboard.ui.studio.data.data_view import DataView
from benchboard.ui.widgets import Confirm, Select
from support.databases import unbound
from support.postgres import USER, Server

if TYPE_CHECKING:
    from conftest import Studio

LEFT = Qt.MouseButton.LeftButton


class Copies:
    """The Data view with a server of two tables, and its form."""

    def __init__(self, studio: "Studio", server: Server, name: str) -> None:
        self.studio, self.qtbot, self.window = studio, studio.qtbot, studio.application.window
        values = {"host": "127.0.0.1", "port": server.port, "database": name, "user": USER, "schema": "", "tls": "off",
                  "ca": ""}  # fmt: skip
        tables = connect_server(values, "postgresql", server.password)
        with unbound(studio.workspace.database).change() as session:
            self.original = services.add_server(
                session, studio.actor, name="Warehouse", kind="postgresql", settings=values, password=server.password,
                tables=tables,
            )  # fmt: skip
        self.select(self.original)

    def select(self, source: SourceSummary) -> None:
        self.studio.context.go(f"studio/data/{source.id}")
        self.studio.wait(lambda: any(one.isVisible() for one in self.window.findChildren(DataView)))
        self.studio.wait(lambda: source.name in self.texts())

    def find(self, name: str) -> QWidget:
        def shown() -> list[QWidget]:
            return [one for one in self.window.findChildren(QWidget, name) if one.isVisible()]

        self.studio.wait(lambda: bool(shown()))
        return shown()[0]

    def click(self, name: str) -> None:
        self.qtbot.mouseClick(self.find(name), LEFT)

    def open(self) -> CopyTableDialog:
        self.click("source_copy_table")
        found = self.find("copy_table_dialog")
        assert isinstance(found, CopyTableDialog)
        return found

    def choose(self, select: Select, key: str) -> None:
        """Choose by keys."""
        select.setFocus()
        self.qtbot.keyClick(select, Qt.Key.Key_Home)
        while select.current_key() != key:
            before = select.currentIndex()
            self.qtbot.keyClick(select, Qt.Key.Key_Down)
            assert select.currentIndex() > before, key

    def texts(self) -> list[str]:
        return [label.text() for label in self.window.findChildren(QLabel) if label.isVisible()]

    def copy(self) -> SourceSummary | None:
        with unbound(self.studio.workspace.database).read() as session:
            found = services.list_sources(session, self.studio.actor, Listing()).rows
        return next((one for one in found if one.copy_of is not None), None)

    def wait_for_copy(self) -> SourceSummary:
        self.studio.wait(lambda: self.copy() is not None and not self.window.findChildren(CopyTableDialog))
        found = self.copy()
        assert found is not None
        return found


@pytest.fixture
def database(pg_server: Server) -> Iterator[str]:
    name = pg_server.create()
    with psycopg.connect(pg_server.url(name), autocommit=True) as connection:
        connection.execute("CREATE TABLE trips (id int, km numeric, city text, day date)")
        connection.execute("INSERT INTO trips VALUES (1, 2.5, 'Ankara', '2026-01-05'), (2, 3.5, 'İzmir', '2026-02-05')")
        connection.execute("CREATE TABLE words (word text); ANALYZE")
    yield name
    pg_server.drop(name)


@pytest.fixture
def copies(open_studio: Callable[..., "Studio"], pg_server: Server, database: str) -> Copies:
    return Copies(open_studio(), pg_server, database)


def test_a_table_is_copied_and_the_copy_is_shown_and_refreshed(
    copies: Copies, pg_server: Server, database: str
) -> None:
    dialog = copies.open()
    assert dialog.table.current_key() == "trips"
    assert dialog.name.text() == "Warehouse trips"
    copies.choose(dialog.newer_by, "id")
    assert "Smaller ones that are added" in " ".join(copies.texts())

    copies.click("copy_save")

    made = copies.wait_for_copy()
    assert (made.name, made.rows, made.copied_from) == ("Warehouse trips", 2, "Warehouse")
    copies.studio.wait(lambda: "Copy of a server's table" in " ".join(copies.texts()))
    copies.studio.wait(lambda: any("“trips” of “Warehouse”" in text for text in copies.texts()))

    with psycopg.connect(pg_server.url(database), autocommit=True) as connection:
        connection.execute("INSERT INTO trips VALUES (3, 1, 'Van', '2026-03-01')")
    copies.click("source_refresh")
    copies.studio.wait(lambda: (found := copies.copy()) is not None and found.rows == 3)


def test_another_table_suggests_another_name_unless_one_was_typed(copies: Copies) -> None:
    dialog = copies.open()
    copies.choose(dialog.table, "words")
    assert dialog.name.text() == "Warehouse words"
    assert dialog.newer_by.count() == 1

    dialog.name.setFocus()
    dialog.name.selectAll()
    copies.qtbot.keyClicks(dialog.name, "Mine")
    copies.choose(dialog.table, "trips")

    assert dialog.name.text() == "Mine"
    assert [dialog.newer_by.itemData(row) for row in range(dialog.newer_by.count())] == ["", "id", "day"]


def test_a_name_that_is_taken_is_said_at_the_field_and_nothing_is_lost(copies: Copies) -> None:
    dialog = copies.open()
    dialog.name.setText("warehouse")

    copies.qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    copies.studio.wait(lambda: "already exists" in dialog.name.accessibleDescription())
    assert copies.window.focusWidget() is dialog.name
    dialog.name.setText("Other")
    copies.click("copy_save")
    assert copies.wait_for_copy().name == "Other"


def test_copy_whose_server_is_gone_says_so_and_keeps_its_rows(copies: Copies, pg_server: Server, database: str) -> None:
    copies.open()
    copies.click("copy_save")
    made = copies.wait_for_copy()
    with psycopg.connect(pg_server.url(database), autocommit=True) as connection:
        connection.execute("DROP TABLE trips")
    copies.select(made)
    copies.studio.wait(lambda: "Copy of a server's table" in " ".join(copies.texts()))

    copies.click("source_refresh")

    copies.studio.wait(lambda: (found := copies.copy()) is not None and found.status == "error")
    found = copies.copy()
    assert found is not None
    assert found.rows == 2
    copies.studio.wait(lambda: any(found.problem and found.problem in text for text in copies.texts()))
    assert not [one for one in copies.window.findChildren(QMenu) if one.isVisible()]


def test_copy_follows_the_name_of_its_server_and_that_it_is_gone(copies: Copies) -> None:
    copies.open()
    copies.click("copy_save")
    made = copies.wait_for_copy()
    copies.select(made)
    copies.studio.wait(lambda: any("“trips” of “Warehouse”" in text for text in copies.texts()))

    with unbound(copies.studio.workspace.database).change() as session:
        services.update_source(session, copies.studio.actor, copies.original.id, name="Depot")
    copies.studio.wait(lambda: any("“trips” of “Depot”" in text for text in copies.texts()))

    with unbound(copies.studio.workspace.database).change() as session:
        remove_source(session, copies.studio.actor, copies.original.id)
    copies.studio.wait(lambda: any("“trips” of a data source that was removed" in text for text in copies.texts()))


def test_a_typed_name_is_discarded_only_when_asked(copies: Copies) -> None:
    dialog = copies.open()
    dialog.name.setFocus()
    copies.qtbot.keyClicks(dialog.name, " of March")
    copies.click("copy_cancel")
    assert dialog.isVisible()
    (question,) = [one for one in copies.window.findChildren(Confirm) if one.isVisible()]
    copies.qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert dialog.isVisible()
