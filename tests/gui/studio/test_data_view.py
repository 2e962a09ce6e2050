"""The Data view: files that are dropped, read, corrected and added; sources that are read again, located, removed."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.queries import run_query
from benchboard.analytics.sources import services
from benchboard.analytics.sources.copies import delete_removed
from benchboard.analytics.sources.file_import import import_files, source_copies
from benchboard.analytics.sources.services import SourceSummary
from benchboard.identity import audit
from benchboard.paging import Listing
from benchboard.storage.models.analytics import DataSource
from benchboard.storage.models.base import new_id
from benchboard.storage.models.dashboards import Dashboard, Widget
from benchboard.ui.studio import ROOM
from benchboard.ui.studio.data.columns_page import ColumnsPage
from benchboard.ui.studio.data.data_view import DataView
from benchboard.ui.studio.data.import_draft import ImportDraft
from benchboard.ui.studio.data.import_page import ImportPage
from benchboard.ui.studio.data.preview_table import empty_text
from benchboard.ui.studio.data.reading_pane import ReadingPane
from benchboard.ui.studio.data.source_rows import read_row, status_mark
from benchboard.ui.studio.data.value_text import common_decimals, have_seconds, size_text, value_text
from benchboard.ui.studio.data.wrong_lines_panel import WrongLinesList
from benchboard.ui.widgets import Button, Confirm, Select
from benchboard.ui.widgets.choice_card import ChoiceCard
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.readable_rows import ReadableRow
from benchboard.ui.widgets.tab_order import tab_stops
from benchboard.ui.widgets.toasts import Toast
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
LINES = (
    "Zaman;Oda;Sıcaklık (°C);Parça",
    "07.11.2026 14:05;Oda 2;23,45;0048",
    "08.11.2026 14:05;Oda 1;-18,9;0049",
    "13.11.2026 09:12;Oda 2;2 3,61;0050",
    *(f"{day}.11.2026 09:12;Oda 2;24,5;00{day}" for day in range(14, 28)),
)
ROWS = len(LINES) - 1


class Data:
    """The Data view in an open window, worked by mouse and keys."""

    def __init__(self, studio: "Studio", folder: Path) -> None:
        self.studio, self.qtbot = studio, studio.qtbot
        self.window = studio.application.window
        assert studio.application.shell is not None
        studio.application.shell.go("studio/data")
        (self.view,) = self.window.findChildren(DataView)
        studio.wait(self.view.isVisible)
        self.file = folder / "Chamber 2.csv"
        self.file.write_text("\n".join(LINES) + "\n", encoding="utf-8")

    @property
    def page(self) -> ImportPage:
        """The import that is shown, once its file is read."""
        self.studio.wait(lambda: self.view.page is not None and not self.view.page.busy)
        page = self.view.page
        assert page is not None
        return page

    def drop(self, *paths: Path) -> None:
        """Drag files over the window and drop them."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPoint(400, 400), copy, data, LEFT, none)
        QApplication.sendEvent(self.window, enter)
        assert enter.isAccepted()
        sheet = self.find("drop_sheet")
        assert (paths[0].name if len(paths) == 1 else "2 files") in sheet.accessibleName()
        QApplication.sendEvent(sheet, QDragEnterEvent(QPoint(400, 400), copy, data, LEFT, none))
        QApplication.sendEvent(sheet, QDropEvent(QPointF(400, 400), copy, data, LEFT, none))

    def find(self, name: str) -> QWidget:
        """The visible widget of that name; waits for it."""
        self.studio.wait(lambda: any(one.isVisible() for one in self.window.findChildren(QWidget, name)))
        return next(one for one in self.window.findChildren(QWidget, name) if one.isVisible())

    def click(self, name: str) -> None:
        self.qtbot.mouseClick(self.find(name), LEFT)

    def is_shown(self, name: str) -> bool:
        return any(one.isVisible() for one in self.window.findChildren(QWidget, name))

    def texts(self) -> set[str]:
        """The texts on screen."""
        return {label.text() for label in self.view.findChildren(QLabel) if label.isVisible()}

    def columns(self, page: ImportPage) -> list[str]:
        """The titles in the file of the columns that are shown."""
        table = page.preview.preview.table
        return [column.source for column in table.scan.columns] if table is not None else []

    def choose(self, name: str, key: str) -> None:
        """Choose from a drop-down list by its keys."""
        select = self.find(name)
        assert isinstance(select, Select)
        select.setFocus()
        at = select.findData(key)
        step = Qt.Key.Key_Down if at > select.currentIndex() else Qt.Key.Key_Up
        while select.currentIndex() != at:
            self.qtbot.keyClick(select, step)

    def rows(self) -> list[str]:
        """The names in the list."""
        model = self.list_view.model()
        return [model.index(row, 0).data().partition(",")[0] for row in range(model.rowCount())]

    def said(self, part: str) -> bool:
        """Whether a toast says this."""
        return any(
            part in label.text() for one in self.window.findChildren(Toast) for label in one.findChildren(QLabel)
        )

    def status(self) -> str:
        """The status of the first source in the list."""
        return str(self.list_view.model().index(0, 1).data())

    @property
    def list_view(self) -> QTableView:
        (view,) = self.view.findChildren(QTableView, "sources_table")
        return view

    def sources(self) -> list[SourceSummary]:
        """The sources in the database."""
        with unbound(self.studio.workspace.database).read() as session:
            return list(services.list_sources(session, self.studio.actor, Listing()).rows)

    def add(self) -> SourceSummary:
        """Press Ctrl+Enter and wait until the source is in the list."""
        before = len(self.sources())
        self.qtbot.keyClick(self.page.preview, Qt.Key.Key_Return, CTRL)
        self.studio.wait(lambda: len(self.sources()) > before and len(self.rows()) > before)
        return next(one for one in self.sources() if one.name in self.rows())

    def select(self, name: str) -> None:
        """Click a source in the list."""
        self.studio.wait(lambda: name in self.rows())
        view = self.list_view
        self.qtbot.mouseClick(
            view.viewport(), LEFT, pos=view.visualRect(view.model().index(self.rows().index(name), 0)).center()
        )

    def query(self, source_id: str, text: str) -> object:
        """The first value that a query over a source answers."""
        with unbound(self.studio.workspace.database).read() as session:
            return run_query(session, self.studio.actor, text, source_id=source_id).rows[0][0]


@pytest.fixture
def data(open_studio: Callable[..., "Studio"], tmp_path: Path) -> Data:
    return Data(open_studio(), tmp_path)


def test_preview_says_the_zone_of_times_with_an_offset(data: Data, tmp_path: Path) -> None:
    """00:00+02:00 is shown as 22:00 of the day before, which nobody understood."""
    file = tmp_path / "sensors.csv"
    rows = "".join(f"2026-10-{day:02}T00:00:00+02:00,2026-10-{day:02}T00:00:00,{day}\n" for day in range(1, 21))
    file.write_text("zoned,plain,n\n" + rows, encoding="utf-8")
    data.drop(file)
    shown = data.page.preview.preview
    assert (shown.cell_text(0, 0), shown.cell_text(0, 1)) == ("30 Sep 2026 22:00 UTC", "1 Oct 2026 00:00")
    # They can be read as they are written: then the days are those of the file.
    field = data.page.pane.fields["zoned_times"]
    assert field.isVisible()
    field.select.setCurrentIndex(field.select.findData("written"))
    field.select.activated.emit(field.select.currentIndex())
    data.studio.wait(lambda: not data.page.busy)
    assert shown.cell_text(0, 0) == "1 Oct 2026 00:00"
    source = data.add()
    assert str(data.query(source.id, f"SELECT min(zoned) FROM {source.tables[0]}")).startswith("2026-10-01 00:00:00")


def test_a_second_start(data: Data) -> None:
    """`benchboard FILE` and `benchboard LINK` while a window is open: that window shows it, and the program ends."""
    environment = {**os.environ, "BENCHBOARD_HOME": str(data.studio.home)}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):  # a window that is open needs no other display
        environment.pop(name, None)

    def start(argument: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "benchboard", argument]
        return subprocess.Popen(command, env=environment, cwd=data.file.parent, stderr=subprocess.PIPE, text=True)

    with start(data.file.name) as second:
        assert data.page.draft.path == data.file
        data.studio.wait(lambda: second.poll() is not None)
        assert (second.returncode, second.stderr.read() if second.stderr else "") == (0, "")
    shell = data.studio.application.shell
    assert shell is not None
    with start("benchboard://studio/explore") as second:
        data.studio.wait(lambda: shell.address == "studio/explore" and second.poll() is not None)
        assert second.returncode == 0


def test_preview_does_not_group_the_digits_of_numbers_that_name_something(data: Data, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_no,year,parts\n" + "".join(f"{row},2026,{row + 500}\n" for row in range(1000, 1040)))
    data.drop(file)
    shown = data.page.preview.preview

    assert [shown.cell_text(1, place) for place in range(3)] == ["1001", "2026", "1\u202f501"]


def test_a_dropped_file_is_read_and_added_by_ctrl_enter(data: Data) -> None:
    data.drop(data.file)
    page = data.page
    assert [page.pane.fields[one].select.current_key() for one in ("delimiter", "decimal_mark", "date_order")] == [
        ";", ",", "day-first",
    ]  # fmt: skip
    assert page.preview.preview.cell_text(0, 2) == "23.45"
    source = data.add()
    assert (source.name, source.kind, source.status) == ("Chamber 2", "csv", "connected")
    assert data.query(source.id, f"SELECT count(*) FROM {source.tables[0]}") == ROWS
    assert str(data.query(source.id, f"SELECT min(sicaklik_c) FROM {source.tables[0]}")) == "-18.9"
    assert data.rows() == ["Chamber 2"]


def test_rows_and_lines_that_do_not_fit_have_the_numbers_of_the_lines_in_the_file(data: Data, tmp_path: Path) -> None:
    """Rows were counted from 1, and a wrong line named by its line: nobody could tell which row it was."""
    file = tmp_path / "notes.csv"
    file.write_text('day,count,note\n2026-05-01,1,"one\ntwo"\n\n2026-05-02,2,a\n2026-05-03,x,b\n2026-05-04,4,c\n' +
                    "".join(f"2026-06-{day:02},{day},d\n" for day in range(1, 31)), encoding="utf-8")  # fmt: skip
    data.drop(file)
    page = data.page
    model, vertical = page.preview.preview, Qt.Orientation.Vertical
    assert [model.headerData(row, vertical) for row in range(5)] == ["2", "5", "6", "7", "8"]
    assert model.headerData(2, vertical, Qt.ItemDataRole.ToolTipRole) == "Line 6 of the file, row 3"
    corner = page.preview.findChild(QAbstractButton)
    assert corner is not None
    assert [one.text() for one in corner.findChildren(QLabel)] == ["Line"]
    lines = page.wrong_lines.lines.model()
    assert str(lines.index(0, 0).data()).startswith("Line 6, row 3: “count” is “x”")


def test_a_file_dragged_away_is_not_imported(data: Data) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(data.file))])
    enter = QDragEnterEvent(QPoint(400, 400), Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(data.window, enter)
    sheet = data.find("drop_sheet")
    QApplication.sendEvent(sheet, enter)
    QApplication.sendEvent(sheet, QDragLeaveEvent())
    assert not data.is_shown("drop_sheet")
    assert data.view.page is None


def test_a_file_that_leaves_the_window_at_once_closes_the_sheet(data: Data) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(data.file))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(data.window, QDragEnterEvent(QPoint(2, 2), copy, mime, LEFT, none))
    data.find("drop_sheet")
    QApplication.sendEvent(data.window, QDragLeaveEvent())
    data.studio.wait(lambda: not data.is_shown("drop_sheet"))


def test_a_file_dropped_before_the_pointer_moves_is_imported(data: Data) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(data.file))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(data.window, QDragEnterEvent(QPoint(2, 2), copy, mime, LEFT, none))
    QApplication.sendEvent(data.window, QDropEvent(QPointF(2, 2), copy, mime, LEFT, none))
    assert data.page.draft.path == data.file


def test_another_separator_reads_again_and_as_detected_brings_it_back(data: Data, announcements: list[str]) -> None:
    data.drop(data.file)
    page = data.page
    data.studio.wait(lambda: any("columns" in one for one in announcements))
    told = next(one for one in announcements if "columns" in one)
    assert told == (
        "17 rows, 4 columns. Separator: Semicolon, detected. Encoding: UTF-8, detected. 1 line doesn't fit."
        " 17 rows will be added."
    )
    announcements.clear()
    page.pane.name.setFocus()
    page.pane.name.selectAll()
    data.qtbot.keyClicks(page.pane.name, "Chamber")
    data.choose("import_delimiter", "\t")
    data.studio.wait(lambda: not page.busy and page.preview.preview.columnCount() == 1)
    assert "chosen by you" in data.texts()
    new = "17 rows, 1 column. Separator: Tab, chosen by you. All lines fit."
    data.studio.wait(lambda: announcements[-1:] == [new])
    page.undo()
    back = "Undone: Separator. 17 rows, 4 columns. Separator: Semicolon, detected. 1 line doesn't fit."
    back += " 17 rows will be added."
    data.studio.wait(lambda: announcements[-1:] == [back])
    data.choose("import_delimiter", "\t")
    data.studio.wait(lambda: not page.busy and page.preview.preview.columnCount() == 1)
    data.click("import_as_detected")
    data.studio.wait(lambda: not page.busy and page.preview.preview.columnCount() == 4)
    assert page.name == "Chamber"
    line = page.pane.titles.line
    line.selectAll()
    data.qtbot.keyClicks(line, "3\r")
    data.studio.wait(lambda: not page.busy and "08.11.2026 14:05" in data.columns(page))
    assert page.draft.options == {"header": True, "skip_lines": 2}
    data.click("import_as_detected")
    data.studio.wait(lambda: not page.busy and line.text() == "1")


def test_a_kind_chosen_by_keys_names_the_lines_that_do_not_fit(data: Data) -> None:
    data.drop(data.file)
    page = data.page
    assert [line.line for line in page.wrong_lines.shown_lines] == [4]
    preview = page.preview
    assert preview.preview.table is not None
    assert empty_text(preview.preview.table, 2) == "1 empty", "the value that is left empty"
    preview.setFocus()
    preview.setCurrentIndex(preview.preview.index(0, 1))
    data.qtbot.keyClick(preview, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    row = data.find("kind_integer")
    data.studio.wait(lambda: "0 fit" in row.accessibleDescription())
    data.qtbot.mouseClick(row, LEFT)
    data.studio.wait(lambda: not page.busy and len(page.wrong_lines.shown_lines) == ROWS)
    assert page.wrong_lines.isVisible()
    preview.setFocus()
    data.qtbot.keyClick(preview, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    data.studio.wait(lambda: not page.busy and len(page.wrong_lines.shown_lines) == 1)
    assert not page.draft.is_changed
    assert page.command_handlers()["studio.import_undo"].why_not() == "There is nothing to undo."
    opened: list[int] = []
    preview.column_opened.connect(opened.append)
    spot = preview.heads.viewport().mapToGlobal(QPoint(preview.heads.sectionViewportPosition(2) + 5, 20))
    reason, viewport = QContextMenuEvent.Reason.Mouse, preview.heads.viewport()
    QApplication.sendEvent(viewport, QContextMenuEvent(reason, viewport.mapFromGlobal(spot), spot))
    assert opened == [2], "the head that is pointed at"


def test_a_column_left_out_and_one_renamed_are_so_in_queries(data: Data) -> None:
    data.drop(data.file)
    page = data.page
    page.preview.column_opened.emit(1)
    data.click("kind_leave-out")
    data.studio.wait(lambda: not page.busy)
    page.preview.column_opened.emit(2)
    name = data.find("column_name")
    assert isinstance(name, QLineEdit)
    name.selectAll()
    data.qtbot.keyClicks(name, "temperature")
    data.qtbot.keyClick(name, Qt.Key.Key_Return)
    data.studio.wait(lambda: not page.busy)
    source = data.add()
    with unbound(data.studio.workspace.database).read() as session:
        (table,) = services.source_tables(session, data.studio.actor, source.id)
    assert [column.name for column in table.columns] == ["zaman", "temperature", "parca"]


def test_a_name_that_cannot_be_used_says_why_and_is_not_taken(data: Data) -> None:
    data.drop(data.file)
    page = data.page
    page.preview.column_opened.emit(2)
    name = data.find("column_name")
    assert isinstance(name, QLineEdit)
    name.selectAll()
    data.qtbot.keyClicks(name, "oda")
    assert name.accessibleDescription() == "Another column already has this name."
    data.qtbot.keyClick(name, Qt.Key.Key_Escape)
    column = page.preview.preview.column(2)
    assert column is not None
    assert column.name == "sicaklik_c"


def test_the_heads_show_histograms_of_the_columns(data: Data) -> None:
    data.drop(data.file)
    model = data.page.preview.preview
    data.studio.wait(lambda: sum(model.histogram(1)) == ROWS)
    assert model.histogram(1) == (ROWS - 1, 1)  # Oda 2, Oda 1


def test_a_date_chosen_for_text_says_in_which_order_it_is_read(data: Data, tmp_path: Path) -> None:
    file = tmp_path / "dates.csv"
    file.write_text("id;day\n" + "".join(f"{k};x{k}\n" for k in range(9)) + "9;03.04.2026\n", encoding="utf-8")
    data.drop(file)
    page = data.page
    assert page.preview.preview.cell_text(9, 1) == "03.04.2026"
    page.preview.column_opened.emit(1)
    data.click("kind_date")
    data.studio.wait(lambda: not page.busy and data.is_shown("import_date_order"))
    assert "uncertain" in data.texts()
    assert page.preview.preview.cell_text(9, 1) == "3 Apr 2026"
    data.choose("import_date_order", "month-first")
    data.studio.wait(lambda: not page.busy and page.preview.preview.cell_text(9, 1) == "4 Mar 2026")


def test_the_lines_that_do_not_fit_can_be_looked_at_after_the_file_was_added(data: Data, tmp_path: Path) -> None:
    data.file.write_text("\n".join((*LINES, "Toplam;;99;")) + "\n", encoding="utf-8")
    data.drop(data.file)
    assert [line.line for line in data.page.wrong_lines.shown_lines] == [len(LINES) + 1, 4]
    data.add()
    data.select("Chamber 2")
    data.studio.wait(lambda: "1 line with values left empty, 1 total row skipped." in data.texts())
    data.click("source_lines")
    shown = data.find("skipped_lines_list")
    assert isinstance(shown, WrongLinesList)
    data.studio.wait(shown.hasFocus)
    assert [line.line for line in shown.shown_lines] == [len(LINES) + 1, 4]
    said = [label.text() for label in data.find("skipped_lines").findChildren(QLabel)]
    assert "1 line doesn't fit. 1 total row." in said
    data.qtbot.keyClick(shown, Qt.Key.Key_Escape)
    data.studio.wait(lambda: not data.is_shown("skipped_lines"))

    data.file.write_text("\n".join(LINES[:3]) + "\n", encoding="utf-8")
    data.view.list.refresh_files()
    data.studio.wait(lambda: data.status() == "File changed")
    data.click("source_lines")
    now = "All lines fit. The file has changed since it was read. These are its lines now."
    dialog = data.find("skipped_lines")
    data.studio.wait(lambda: now in [label.text() for label in dialog.findChildren(QLabel)])
    assert not data.is_shown("skipped_lines_list")
    data.click("skipped_lines_close")
    data.file.unlink()
    data.view.list.refresh_files()
    data.studio.wait(lambda: data.status() == "Original missing")
    data.click("source_lines")
    data.studio.wait(lambda: data.said("Its file is missing. Choose “Find file…” first."))


def test_what_not_all_files_of_a_folder_have_is_said_before_it_is_added(data: Data, tmp_path: Path) -> None:
    folder = tmp_path / "months"
    folder.mkdir()
    for month in ("01", "02"):
        (folder / f"{month}.csv").write_text("id,value\n1,2\n2,3\n", encoding="utf-8")
    (folder / "03.csv").write_text("value,discount,id\n3,0.5,1\n", encoding="utf-8")
    (folder / "x.csv").write_text("who,what\na,b\n", encoding="utf-8")
    (folder / "y.csv").write_text("what,who\na,b\n", encoding="utf-8")
    (folder / "scan.pdf").write_bytes(b"%PDF-1.7")
    data.drop(folder)
    page = data.page
    partial = "“discount” is in 1 of 3 files: “03.csv”. It is empty in the others."
    left_out = "Left out: “scan.pdf” isn't a data file. It's a PDF document."
    assert {partial, left_out} <= data.texts()
    tables = page.pane.tables
    names = [tables.item(row).text() for row in range(tables.count())]
    assert names == ["01.csv and 2 more files  (5 rows)", "x.csv and 1 more file  (2 rows)"]
    tables.setCurrentRow(1)
    data.studio.wait(lambda: partial not in data.texts())
    assert left_out in data.texts()
    source = data.add()
    assert source.tables == ("months", "months_2")
    assert data.query(source.id, "SELECT sum(discount) FROM months") == 0.5

    data.select("months")
    data.studio.wait(lambda: {partial, left_out.removeprefix("Left out: ")} <= data.texts())
    (folder / "04.csv").write_text("id,value,region\n3,0,north\n", encoding="utf-8")
    (folder / "05.csv").write_bytes(b"%PDF-1.7")
    data.click("source_refresh")
    data.studio.wait(lambda: data.said("New column: “region”, in 1 of 4 files."))
    assert data.said(": 8 rows, 7 before.")
    assert data.said("“05.csv” isn't a CSV file. It's a PDF document.")
    assert not data.said("scan.pdf"), "it wasn't read before either"
    region = "“region” is in 1 of 4 files: “04.csv”. It is empty in the others."
    data.studio.wait(lambda: {region, "“05.csv” isn't a CSV file. It's a PDF document."} <= data.texts())


def test_files_of_a_folder_with_other_titles_are_read_as_one_table(data: Data, tmp_path: Path) -> None:
    folder = tmp_path / "shops"
    folder.mkdir()
    (folder / "bristol.csv").write_text(
        "Date,Customer,Revenue\n2026-08-03,C1,10.5\n2026-08-04,C2,2\n", encoding="utf-8"
    )
    (folder / "koeln.csv").write_text("Datum;Kunde;Umsatz\n13.08.2026;C4;1.234,50\n", encoding="cp1252")
    (folder / "adresses.csv").write_text("Name,Town\nA,B\n", encoding="utf-8")
    data.drop(folder)
    data.studio.wait(lambda: data.is_shown("import_tables"))
    data.page.pane.tables.setCurrentRow(1)
    said = (
        "“koeln.csv” has the same kinds of columns as “bristol.csv” under other titles: “Datum” is “Date”, “Kunde” is"
        " “Customer”, “Umsatz” is “Revenue”."
    )
    data.studio.wait(lambda: said in data.texts())
    data.click("import_stack")
    data.studio.wait(lambda: data.is_shown("import_keep_apart"))
    assert any(one.startswith("Columns with other titles are read as one: “Datum” is “Date”") for one in data.texts())
    assert data.page.pane.tables.currentItem().text() == "bristol.csv and 1 more file  (3 rows)"
    assert data.columns(data.page) == ["Date", "Customer", "Revenue"], "not the first table of the folder"
    data.studio.key(Qt.Key.Key_Z, CTRL)
    data.studio.wait(lambda: data.is_shown("import_stack"))
    data.click("import_stack")
    data.studio.wait(lambda: data.is_shown("import_keep_apart"))
    data.click("import_keep_apart")
    data.studio.wait(lambda: data.is_shown("import_stack"))
    data.click("import_stack")
    data.studio.wait(lambda: data.is_shown("import_keep_apart"))
    source = data.add()
    table = next(one for one in source.tables if one != "adresses")
    assert data.query(source.id, f"SELECT count(*) FROM {table}") == 3
    assert data.query(source.id, f"SELECT sum(revenue) FROM {table}") == 1247
    (folder / "koeln.csv").write_text("Umsatz;Datum;Kunde\n0,5;14.08.2026;C4\n", encoding="cp1252")
    data.select("shops")
    data.click("source_refresh")
    data.studio.wait(lambda: data.query(source.id, f"SELECT sum(revenue) FROM {table}") == 13)


def test_a_folder_of_files_with_equal_columns_is_one_table(data: Data, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text("id,value\n1,2\n2,3\n", encoding="utf-8")
    data.drop(folder)
    source = data.add()
    assert (source.name, len(source.tables)) == ("logs", 1)
    assert data.query(source.id, f"SELECT count(*) FROM {source.tables[0]}") == 4

    data.select("logs")
    data.studio.wait(lambda: "Folder of CSV files" in data.texts())
    assert data.status() == "Up to date"
    (folder / "b.csv").write_text("id,value\n1,2\n", encoding="utf-8")
    (folder / "c.csv").write_text("id,value\n1,2\n", encoding="utf-8")
    data.view.list.refresh_files()
    said = "The folder has changed since it was copied. Changed: b.csv. New: c.csv. Refresh the data to copy it again."
    data.studio.wait(lambda: said in data.texts())
    assert data.status() == "Folder changed"
    data.studio.key(Qt.Key.Key_F5)
    data.studio.wait(lambda: data.said("Checked 1 data source at ") and data.said("Changed since last read: “logs”."))
    data.click("source_refresh")
    data.studio.wait(lambda: data.said("Refreshed “logs” at ") and data.said(": 4 rows, as many as before."))
    data.studio.wait(lambda: data.status() == "Up to date")
    assert data.query(source.id, f"SELECT count(*) FROM {source.tables[0]}") == 4

    folder.rename(tmp_path / "elsewhere")
    data.click("source_refresh")
    data.studio.wait(lambda: data.status() == "Original missing")
    data.studio.wait(lambda: any("The original folder was renamed, moved or deleted. " in one for one in data.texts()))
    assert data.query(source.id, f"SELECT count(*) FROM {source.tables[0]}") == 4
    data.studio.key(Qt.Key.Key_F5)
    data.studio.wait(lambda: data.said("Original missing: “logs”."))
    (tmp_path / "elsewhere").rename(folder)

    (folder / "a.csv").unlink()
    data.click("source_refresh")
    data.studio.wait(lambda: any(one.isVisible() for one in data.window.findChildren(Confirm)))
    (question,) = data.window.findChildren(Confirm)
    assert "“a.csv” is no longer in the folder “logs”." in " ".join(one.text() for one in question.findChildren(QLabel))


def test_a_folder_of_files_that_are_written_differently_is_one_table(data: Data, tmp_path: Path) -> None:
    folder = tmp_path / "shops"
    folder.mkdir()
    (folder / "bonn.csv").write_text("day;what;sales\n13.02.2026;Käse;1.234,50 €\n", encoding="windows-1252")
    (folder / "york.csv").write_text("day,what,sales\n2026-02-14,ham,0.25 €\n", encoding="utf-8")
    (folder / "zzz.csv").write_text("who,where\na,b\nc,d\ne,f\n", encoding="utf-8")
    data.drop(folder)
    page = data.page
    tables = page.pane.tables
    assert [tables.item(row).text() for row in range(tables.count())] == [
        "bonn.csv and 1 more file  (2 rows)", "zzz.csv  (3 rows)",
    ]  # fmt: skip
    said = next(text for text in data.texts() if text.startswith("These files are formatted differently"))
    assert "“york.csv”: separator “,”, UTF-8, numbers like 1234.5" in said
    assert "Differs by file. Choose one for all." in data.texts()
    if picture := os.environ.get("PICTURE"):
        data.window.grab().save(picture)
    source = data.add()
    table = source.tables[0]
    assert data.query(source.id, f"SELECT sum(sales) FROM {table}") == 1234.75
    (folder / "york 2.csv").write_text("day,what,sales\n2026-02-15,ham,1.50 €\n", encoding="utf-8")
    data.select("shops")
    data.click("source_refresh")
    data.studio.wait(lambda: data.said(": 6 rows, 5 before."))
    assert data.query(source.id, f"SELECT sum(sales) FROM {table}") == 1236.25


def test_a_folder_has_its_files_names_in_a_column_unless_they_are_left_out(data: Data, tmp_path: Path) -> None:
    folder = tmp_path / "shops"
    folder.mkdir()
    for name in ("bonn", "york"):
        (folder / f"{name}.csv").write_text("day,sales\n2026-02-14,0.25\n", encoding="utf-8")
    data.drop(folder)
    page = data.page
    shown, heads = page.preview.preview, range(page.preview.preview.columnCount())
    assert [shown.headerData(at, Qt.Orientation.Horizontal) for at in heads] == ["day", "sales", "File"]
    assert [shown.cell_text(row, 2) for row in range(2)] == ["bonn", "york"]
    page.preview.setCurrentIndex(shown.index(0, 2))
    data.qtbot.keyClick(page.preview, Qt.Key.Key_Return)
    name, title = data.find("column_name"), data.find("column_title")
    assert isinstance(name, QLineEdit)
    assert isinstance(title, QLineEdit)
    assert not data.is_shown("column_unit")
    title.clear()
    data.qtbot.keyClicks(title, "Shop")
    name.clear()
    data.qtbot.keyClicks(name, "sales")
    assert any("Another column already has this name." in one.text() for one in data.window.findChildren(QLabel))
    name.clear()
    data.qtbot.keyClicks(name, "shop")
    data.qtbot.keyClick(name, Qt.Key.Key_Return)
    data.studio.wait(lambda: not page.busy and shown.headerData(2, Qt.Orientation.Horizontal) == "Shop")
    page.preview.setCurrentIndex(shown.index(0, 2))
    data.qtbot.keyClick(page.preview, Qt.Key.Key_Return)
    data.click("kind_leave-out")
    data.studio.wait(lambda: not page.busy and shown.columnCount() == 2)
    assert page.scans()[0].file_column == ""
    page.undo()
    data.studio.wait(lambda: not page.busy and shown.columnCount() == 3)
    if picture := os.environ.get("PICTURE"):
        data.window.grab().save(picture)
    source = data.add()
    assert data.query(source.id, "SELECT max(shop) FROM shops") == "york"


def test_the_rows_of_the_tables_follow_another_line_of_titles(data: Data, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for sheet in (book.active, book.create_sheet("Second")):
        for row in (["who", "n"], ["x", 1], ["y", 2], ["z", 3]):
            sheet.append(row)
    file = tmp_path / "Book.xlsx"
    book.save(file)
    data.drop(file)
    tables, line = data.page.pane.tables, data.page.pane.titles.line

    def shown() -> list[str]:
        return [tables.item(row).text() for row in range(tables.count())]

    assert shown() == ["Sheet  (3 rows)", "Second  (3 rows)"]
    line.setText("2")
    line.editingFinished.emit()
    data.studio.wait(lambda: shown() == ["Sheet  (2 rows)", "Second  (2 rows)"])


def test_a_sheet_that_is_left_out_is_no_table(data: Data, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title in ("Orders", "People"):
        sheet = book.create_sheet(title)
        sheet.append(["Id", "Name"])
        sheet.append([1, title])
    file = tmp_path / "Book.xlsx"
    book.save(file)
    data.drop(file)
    page = data.page
    tables = page.pane.tables
    tables.setFocus()
    tables.setCurrentRow(1)
    assert page.preview.preview.cell_text(0, 1) == "People"
    data.qtbot.keyClick(tables, Qt.Key.Key_Space)
    assert not page.pane.follow.isEnabled()
    source = data.add()
    assert source.tables == ("orders",)


def test_empty_sheets_are_unticked_and_the_sum_of_the_months_is_left_out_until_it_is_kept(
    data: Data, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    sheets = [book.active, book.create_sheet("Sales"), book.create_sheet("Notes")]
    assert sheets[0] is not None
    sheets[0].append(["Title", "Author"])
    sheets[1].append(["Shop", "Jan", "Feb", "Mar", "Summe"])
    for at in range(1, 9):
        sheets[1].append([f"Shop {at}", at, "n/a" if at < 3 else at * 2, at * 3, at * (4 if at < 3 else 6)])
    sheets[1].append(["Gesamt", "=SUM(B2:B9)"])
    book.save(tmp_path / "Book.xlsx")
    data.drop(tmp_path / "Book.xlsx")
    tables = data.page.pane.tables
    ticked = [tables.item(row).checkState() == Qt.CheckState.Checked for row in range(tables.count())]
    assert (ticked, tables.currentRow()) == ([False, True], 1)
    said = "“Summe” looks like the sum of 3 columns, “Jan” to “Mar”. It's excluded, because charts would show it"
    assert any(text.startswith(said) for text in data.texts())
    assert "Read as empty in columns of numbers and dates: “n/a”." in data.texts()
    assert [one.title for one in data.page.scans()[0].kept_columns] == ["Shop", "Jan", "Feb", "Mar"]
    data.click("import_keep_column")
    assert data.page.scans()[0].kept_columns[-1].title == "Summe"
    assert not any(text.startswith(said) for text in data.texts())
    source = data.add()
    assert (source.tables, source.rows) == (("sales",), 8)


def test_lines_left_out_are_not_added(data: Data) -> None:
    data.drop(data.file)
    page = data.page
    data.click("segment_leave-out")
    data.studio.wait(lambda: not page.busy)
    source = data.add()
    assert data.query(source.id, f"SELECT count(*) FROM {source.tables[0]}") == ROWS - 1


def test_import_page_a_line_that_cannot_be_split_is_skipped_by_either_choice(data: Data) -> None:
    """“Leave values empty” was chosen above a line that said “Line skipped”."""
    data.file.write_text("\n".join([*LINES, "28.11.2026 09:12;Oda 2;24,5;0028;more"]) + "\n", encoding="utf-8")
    data.drop(data.file)
    page = data.page
    shown = page.wrong_lines.lines.model()
    assert [shown.index(row, 0).data().split()[-3:] for row in range(2)] == [
        ["Value", "left", "empty."], ["4.", "Always", "skipped."],
    ]  # fmt: skip
    assert f"{ROWS} rows will be added." in data.texts()
    data.click("segment_leave-out")
    assert shown.index(0, 0).data().endswith("Line skipped."), "before the file is read again"
    data.studio.wait(lambda: not page.busy)
    assert f"{ROWS - 1} rows will be added." in data.texts()
    assert shown.index(1, 0).data().endswith("Always skipped.")


def test_import_page_offers_no_choice_where_it_would_change_nothing(data: Data) -> None:
    data.file.write_text("a;b\n1;2\n3;4\n5;6;7\n", encoding="utf-8")
    data.drop(data.file)
    assert [line.line for line in data.page.wrong_lines.shown_lines] == [4]
    assert not data.is_shown("segment_leave-out")


def test_import_page_says_why_a_column_is_text_and_reads_it_as_numbers(data: Data) -> None:
    rows = "".join(f"0{day}.01.2026;2{day},5\n" for day in range(1, 6))
    data.file.write_text(f"Tag;Temp\n{rows}06.01.2026;broken\n", encoding="utf-8")
    data.drop(data.file)
    page = data.page
    assert "“Temp” is text because 1 of 6 values isn't a number: “broken” in line 7." in data.texts()
    data.click("import_convert_column")
    data.studio.wait(lambda: not page.busy and page.wrong_lines.isVisible())
    assert not page.mixed_columns.isVisible()
    assert [line.value for line in page.wrong_lines.shown_lines] == ["broken"]
    data.click("import_as_detected")
    data.studio.wait(lambda: not page.busy and page.mixed_columns.isVisible())
    data.click("import_keep_text")
    data.studio.wait(lambda: not page.mixed_columns.isVisible())


def test_import_page_says_which_amounts_have_no_currency_and_reads_them_as_text(data: Data) -> None:
    data.file.write_text("Tag;Preis\nMo;5,00 €\nDi;7,50\n", encoding="utf-8")
    data.drop(data.file)
    page = data.page
    assert "“Preis”: 1 number without a currency is read as EUR." in data.texts()
    assert [row[1] for row in page.added_tables()[0].preview] == [5.0, 7.5]
    data.click("import_amounts_as_text")
    data.studio.wait(lambda: not page.busy and not page.mixed_columns.isVisible())
    assert [row[1] for row in page.added_tables()[0].preview] == ["5,00 €", "7,50"]
    page.undo()
    data.studio.wait(lambda: not page.busy and page.mixed_columns.isVisible())
    assert [row[1] for row in page.added_tables()[0].preview] == [5.0, 7.5]


def test_import_page_asks_how_numbers_are_read_that_do_not_tell(data: Data) -> None:
    data.file.write_text("Tag;Menge\nMo;1.234\nDi;2.345\n", encoding="utf-8")
    data.drop(data.file)
    page = data.page

    def first() -> object:
        return page.added_tables()[0].preview[0][1]

    assert "“1.234” is read as 1.234, but could also mean 1\u202f234. Choose which is right." in data.texts()
    assert first() == 1.234
    data.click("import_other_mark")
    data.studio.wait(lambda: not page.busy and first() == 1234)
    assert not page.mixed_columns.isVisible()
    page.undo()
    data.studio.wait(lambda: not page.busy and page.mixed_columns.isVisible())
    data.click("import_keep_mark")
    data.studio.wait(lambda: not page.busy and not page.mixed_columns.isVisible())
    assert first() == 1.234


def test_import_page_names_all_columns_that_became_text(data: Data) -> None:
    """Only the first was named; the next came when that one was answered."""
    rows = "".join(f"0{day}.01.2026;2{day},5;{day}\n" for day in range(1, 6))
    data.file.write_text(f"Tag;Temp;Stück\n{rows}06.01.2026;broken;n/a!\n", encoding="utf-8")
    data.drop(data.file)
    page = data.page
    said = [text for text in data.texts() if "is text because" in text]
    assert sorted(text.partition(" ")[0] for text in said) == ["“Stück”", "“Temp”"]
    buttons = [one for one in page.findChildren(QPushButton, "import_convert_column") if one.isVisible()]
    data.qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    data.studio.wait(lambda: not page.busy and len([text for text in data.texts() if "is text because" in text]) == 1)
    assert page.mixed_columns.isVisible()


def test_import_page_of_an_empty_file_says_so_once_and_adds_nothing(data: Data) -> None:
    """“Choose another file” was there twice beside a blank pane, and “Add data source” could be clicked."""
    data.file.write_text("", encoding="utf-8")
    data.drop(data.file)
    page = data.page
    data.studio.wait(lambda: not page.add_button.isEnabled())
    assert "“Chamber 2.csv” is empty" in data.texts()
    assert not any("Choose another file" in text for text in data.texts())  # the button says it
    assert not page.pane.isVisible()
    assert page.pane not in page.panes()


def test_import_page_a_file_of_titles_has_no_uncertain_decimal_mark(data: Data) -> None:
    data.file.write_text("Tag;Temp\n", encoding="utf-8")
    data.drop(data.file)
    assert "uncertain" not in data.page.pane.fields["decimal_mark"].select.accessibleDescription()


def test_import_page_a_file_without_rows_is_added_only_on_purpose(data: Data) -> None:
    """It was added at once, and was then up to date."""
    data.file.write_text("Tag;Temp\n", encoding="utf-8")
    data.drop(data.file)
    page = data.page
    assert "No rows" in data.texts()
    data.qtbot.keyClick(page.preview, Qt.Key.Key_Return, CTRL)
    data.click("confirm_keep")
    assert data.page is page
    assert data.sources() == []
    data.qtbot.keyClick(page.preview, Qt.Key.Key_Return, CTRL)
    data.click("confirm_act")
    data.studio.wait(lambda: len(data.sources()) == 1)


def test_data_view_says_how_many_rows_were_added_and_what_became_of_the_others(data: Data) -> None:
    data.file.write_text("\n".join([*LINES, "28.11.2026 09:12;Oda 2;24,5;0028;more"]) + "\n", encoding="utf-8")
    data.drop(data.file)
    data.add()
    said = f"“Chamber 2” was added: {ROWS} rows, 1 line skipped, 1 line with values left empty."
    data.studio.wait(lambda: any(one.accessibleName() == said for one in data.window.findChildren(Toast)))
    data.studio.wait(lambda: "1 line skipped, 1 line with values left empty." in data.texts())


def test_a_total_row_is_skipped_until_it_is_wanted(data: Data) -> None:
    data.file.write_text("Tag;Ort;Menge\n01.07.2026;Oda 1;2\n02.07.2026;Oda 2;3\nToplam;;5\n", encoding="utf-8")
    data.drop(data.file)
    page = data.page
    assert [(line.line, line.value) for line in page.wrong_lines.shown_lines] == [(4, "Toplam")]
    assert "The total row “Toplam” will be skipped" in data.texts()
    data.click("import_skip_total")
    data.studio.wait(lambda: not page.busy)
    assert [line.line for line in page.wrong_lines.shown_lines] == [4]
    assert not page.wrong_lines.skip_total.isChecked()
    data.click("import_skip_total")
    data.studio.wait(lambda: not page.busy)
    source = data.add()
    assert data.query(source.id, f"SELECT sum(menge) FROM {source.tables[0]}") == 5


def test_esc_leaves_at_once_if_nothing_was_changed_and_asks_otherwise(data: Data, announcements: list[str]) -> None:
    data.drop(data.file)
    data.qtbot.keyClick(data.page.preview, Qt.Key.Key_Escape)
    data.studio.wait(lambda: data.view.page is None)
    assert announcements[-1] == f"“{data.file.name}” wasn't added."
    data.drop(data.file)
    page = data.page
    data.qtbot.keyClicks(page.pane.name, " log")
    data.qtbot.keyClick(page.pane.name, Qt.Key.Key_Escape)
    data.click("confirm_keep")
    assert page.name == "Chamber 2 log"
    data.qtbot.keyClick(page.pane.name, Qt.Key.Key_Escape)
    data.click("confirm_act")
    data.studio.wait(lambda: data.view.page is None)
    assert data.sources() == []


def test_a_name_in_use_is_said_at_the_name_and_nothing_chosen_is_lost(data: Data) -> None:
    data.drop(data.file)
    data.add()
    data.drop(data.file)
    page = data.page
    page.pane.follow.click()
    data.qtbot.keyClick(page.preview, Qt.Key.Key_Return, CTRL)
    data.studio.wait(lambda: "already exists" in page.pane.name.accessibleDescription())
    assert data.view.page is page
    assert not page.copies
    data.qtbot.keyClicks(page.pane.name, "Chamber 3")
    data.qtbot.keyClick(page.pane.name, Qt.Key.Key_Return, CTRL)
    data.studio.wait(lambda: data.rows() == ["Chamber 2", "Chamber 3"])


def test_a_file_without_tables_says_why_and_offers_another_one(data: Data, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    data.drop(picture)
    data.studio.wait(lambda: "“picture.png” isn't a data file" in data.texts())
    assert data.page.why_not_added()


def test_several_files_are_imported_one_after_the_other(data: Data, tmp_path: Path) -> None:
    other = tmp_path / "Other.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    data.drop(data.file, other)
    data.add()
    data.studio.wait(lambda: data.view.page is not None and data.view.page.draft.path == other)
    data.add()
    assert data.rows() == ["Chamber 2", "Other"]


def test_a_moved_file_is_said_and_found_again(data: Data, tmp_path: Path) -> None:
    data.drop(data.file)
    data.page.pane.follow.click()
    source = data.add()
    moved = data.file.rename(tmp_path / "moved.csv")
    data.view.list.refresh_files()
    data.select("Chamber 2")
    data.studio.wait(lambda: any(" is missing from " in one for one in data.texts()))
    data.view.list.actions_for_sources.point_to(source, moved)
    data.studio.wait(lambda: not any(" is missing from " in one for one in data.texts()))
    assert data.sources()[0].path == str(moved)


def test_refresh_of_a_moved_file_offers_to_locate_it(data: Data, tmp_path: Path) -> None:
    data.drop(data.file)
    data.page.pane.follow.click()
    data.add()
    data.file.rename(tmp_path / "moved.csv")
    data.select("Chamber 2")
    data.click("source_refresh")
    data.studio.wait(lambda: "Find file…" in {one.text() for one in data.window.findChildren(Button, "toast_action")})


def _stored_status(data: Data, source_id: str) -> str:
    with unbound(data.studio.workspace.database).read() as session:
        row = session.get(DataSource, source_id)
        assert row is not None
        return row.status


def test_a_file_that_is_back_is_an_error_no_longer_and_the_last_good_reading_stays(data: Data, tmp_path: Path) -> None:
    data.drop(data.file)
    data.page.pane.follow.click()
    source = data.add()
    before, moved = data.status(), data.file.rename(tmp_path / "moved.csv")
    data.select("Chamber 2")
    data.click("source_refresh")
    data.studio.wait(lambda: data.status() == "Error")
    (failed,) = data.sources()
    assert (failed.last_sync, failed.rows) == (source.last_sync, source.rows)
    data.studio.wait(lambda: any(one.endswith(", failed") for one in data.texts()))
    moved.rename(data.file)
    data.view.list.refresh_files()
    data.studio.wait(lambda: _stored_status(data, source.id) == "connected")
    data.studio.wait(lambda: data.status() == before)
    data.studio.wait(lambda: not any(" is missing from " in one or one.endswith(", failed") for one in data.texts()))


def test_a_changed_file_is_said_and_read_again(data: Data) -> None:
    data.drop(data.file)
    source = data.add()
    with data.file.open("a", encoding="utf-8") as more:
        more.write("28.11.2026 09:12;Oda 2;24,5;0099\n")
    later = source.last_sync
    assert later is not None
    os.utime(data.file, (later.timestamp() + 60,) * 2)
    data.view.list.refresh_files()
    data.select("Chamber 2")
    said = "The file has changed since it was copied. Refresh the data to copy it again."
    data.studio.wait(lambda: any(said in text for text in data.texts()))
    data.click("source_refresh")
    query = f"SELECT count(*) FROM {source.tables[0]}"
    data.studio.wait(lambda: data.query(source.id, query) == ROWS + 1)


def test_lines_that_do_not_fit_after_a_refresh_are_said_with_what_helps(data: Data) -> None:
    """They were green and without a word; a number with a thousands separator was just empty."""
    data.file.write_text("\n".join((LINES[0], *LINES[4:])) + "\n", encoding="utf-8")
    data.drop(data.file)
    source = data.add()
    assert data.status() == "Up to date"
    with data.file.open("a", encoding="utf-8") as more:
        more.write("28.11.2026 09:12;Oda 2;1.204,50;0099\n29.11.2026 09:12;Oda 2\n")
    data.select("Chamber 2")
    data.click("source_refresh")
    said = "2 lines don't fit, the first of them line 16 of “Chamber 2.csv”."
    data.studio.wait(lambda: data.said(said) and data.status() == "2 lines don't fit")
    assert status_mark(read_row(data.sources()[0])).kind == "warn"
    # Beside the mark of its row, the pane says it once, with what became of them.
    data.studio.wait(lambda: any("left empty" in text for text in data.texts()))
    assert said not in data.texts()
    # What became empty is named with its cause, and where it is looked at, too, there is the remedy.
    data.click("source_lines")
    shown = data.find("skipped_lines_list")
    assert isinstance(shown, WrongLinesList)
    data.studio.wait(lambda: len(shown.shown_lines) == 2)
    assert shown.shown_lines[0].sentence == (
        "“Sıcaklık” is “1.204,50”, with a thousands separator; the file is read without one."
    )
    data.click("skipped_lines_remedy")
    page = data.page
    assert isinstance(page, ColumnsPage)
    assert [line.line for line in page.wrong_lines.shown_lines] == [17]
    data.qtbot.keyClick(page.preview, Qt.Key.Key_Return, CTRL)
    data.studio.wait(lambda: data.view.page is None and data.status() == "1 line doesn't fit")
    assert str(data.query(source.id, f"SELECT max(sicaklik_c) FROM {source.tables[0]}")) == "1204.5"


def test_the_notice_of_a_refresh_reads_the_thousands_separator(data: Data) -> None:
    data.file.write_text("\n".join((LINES[0], *LINES[4:])) + "\n", encoding="utf-8")
    data.drop(data.file)
    data.add()
    with data.file.open("a", encoding="utf-8") as more:
        more.write("28.11.2026 09:12;Oda 2;1.204,50;0099\n")
    data.select("Chamber 2")
    data.click("source_refresh")

    def way_on() -> Button | None:
        found = data.window.findChildren(Button, "toast_action")
        return next((one for one in found if one.text() == "Read . as the thousands separator"), None)

    data.studio.wait(lambda: way_on() is not None)
    button = way_on()
    assert button is not None
    button.click()
    assert isinstance(data.page, ColumnsPage)
    assert data.page.wrong_lines.shown_lines == ()


def test_a_lost_column_is_asked_about_and_undo_brings_the_copy_of_before_back(data: Data) -> None:
    data.drop(data.file)
    source = data.add()
    data.select("Chamber 2")
    query = f"SELECT count(oda) FROM {source.tables[0]}"
    data.file.write_text("\n".join(";".join(line.split(";")[::2]) for line in LINES[:5]) + "\n", encoding="utf-8")
    data.click("source_refresh")
    data.find("confirm_keep")
    asked = [one.text() for one in data.window.findChildren(QLabel) if one.isVisible()]
    assert "Refresh without the missing columns?" in asked
    assert any("“Oda”, “Parça”" in text for text in asked)
    data.click("confirm_keep")
    assert data.query(source.id, query) == ROWS
    data.click("source_refresh")
    data.click("confirm_act")
    count = f"SELECT count(*) FROM {source.tables[0]}"
    undo = data.find("toast_undo")
    assert data.query(source.id, count) == 4
    data.qtbot.mouseClick(undo, LEFT)
    said = "“Chamber 2” is as it was before."
    data.studio.wait(lambda: any(one.text() == said for one in data.window.findChildren(QLabel)))
    assert data.query(source.id, query) == ROWS


def test_a_source_is_removed_after_confirmation_and_its_copy_a_day_later(data: Data) -> None:
    data.drop(data.file)
    data.add()
    copies = data.studio.home / "sources"
    assert len(list(copies.glob("*.parquet"))) == 1
    data.select("Chamber 2")
    data.qtbot.keyClick(data.list_view, Qt.Key.Key_Delete)
    data.click("confirm_act")
    data.studio.wait(lambda: data.sources() == [])
    assert data.file.exists()
    delete_removed(data.studio.home, data.studio.actor.organisation_id, lambda _source: ())
    assert len(list(copies.glob("*.parquet"))) == 1, "its removal can still be undone"
    (note,) = (copies / "removed").iterdir()
    os.utime(note, (0, 0))
    delete_removed(data.studio.home, data.studio.actor.organisation_id, lambda _source: ())
    assert not list(copies.glob("*.parquet"))
    assert not note.exists()


def test_the_removal_of_a_source_is_undone_with_its_copy(data: Data) -> None:
    data.drop(data.file)
    data.add()
    (source,) = data.sources()
    data.select("Chamber 2")
    data.qtbot.keyClick(data.list_view, Qt.Key.Key_Delete)
    data.click("confirm_act")
    data.find("toast_undo")
    assert data.sources() == []
    data.studio.key(Qt.Key.Key_Z, CTRL)
    data.studio.wait(lambda: [one.id for one in data.sources()] == [source.id])
    said = "“Chamber 2” is back."
    data.studio.wait(lambda: any(one.text() == said for one in data.window.findChildren(QLabel)))
    assert not list((data.studio.home / "sources" / "removed").iterdir())
    assert data.query(source.id, "SELECT count(*) FROM chamber_2") == ROWS


def test_a_source_added_again_takes_the_place_of_the_one_removed(data: Data) -> None:
    data.drop(data.file)
    data.add()
    (source,) = data.sources()
    data.select("Chamber 2")
    data.qtbot.keyClick(data.list_view, Qt.Key.Key_Delete)
    data.click("confirm_act")
    data.studio.wait(lambda: data.sources() == [])
    data.drop(data.file)
    data.add()
    assert [one.id for one in data.sources()] == [source.id]
    (note,) = (data.studio.home / "sources" / "removed").iterdir()
    os.utime(note, (0, 0))
    database, actor = data.studio.workspace.database, data.studio.actor
    delete_removed(data.studio.home, actor.organisation_id, partial(source_copies, unbound(database), actor))
    assert len(list((data.studio.home / "sources").glob("*.parquet"))) == 1, "the copy of the one removed is gone"
    assert data.query(source.id, "SELECT count(*) FROM chamber_2") == ROWS


def test_details_of_a_source_say_when_it_was_refreshed_as_the_list_does(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list said “8 s ago”, the details beside it still “just now”."""
    data.drop(data.file)
    data.add()
    data.select("Chamber 2")
    data.studio.wait(lambda: "just now" in data.texts())
    monkeypatch.setattr("benchboard.ui.time_format.recent_time", lambda _seconds: "13 min ago")
    data.list_view.viewport().update()
    data.studio.wait(lambda: "13 min ago" in data.texts())


def test_the_menu_of_a_source_offers_what_can_be_done(data: Data) -> None:
    data.drop(data.file)
    data.add()
    data.select("Chamber 2")
    data.qtbot.keyClick(data.list_view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = data.find("sources_menu")
    titles = [action.text().partition("\t")[0] for action in menu.actions() if not action.isSeparator()]
    assert titles == [
        "Explore",
        "Refresh data",
        "Columns…",
        "Show lines that don't fit",
        "Rename data source",
        "Find file…",
        "Who can use it…",
        "Show what uses it…",
        "Remove data source",
    ]
    data.qtbot.keyClick(menu, Qt.Key.Key_Escape)


def test_a_search_without_matches_says_so_and_is_cleared(data: Data) -> None:
    data.drop(data.file)
    data.add()
    data.qtbot.keyClick(data.list_view, Qt.Key.Key_Slash)
    data.qtbot.keyClicks(data.find("sources_search"), "nowhere")
    data.studio.wait(lambda: any("No data sources match “nowhere”" in text for text in data.texts()))
    data.qtbot.keyClick(data.find("sources_search"), Qt.Key.Key_Escape)
    data.studio.wait(lambda: data.rows() == ["Chamber 2"])


def test_a_source_that_a_colleague_adds_appears_by_itself(data: Data) -> None:
    found = [table.scan for table in inspect_file(data.file).tables]
    import_files(unbound(data.studio.workspace.database), data.studio.actor, name="Theirs", scans=found, folder=None)
    assert data.studio.application.shell is not None
    data.studio.application.shell.notify_changes(frozenset({"data_sources"}))
    data.studio.wait(lambda: data.rows() == ["Theirs"])


def test_a_source_is_renamed_by_f2(data: Data) -> None:
    data.drop(data.file)
    data.add()
    data.select("Chamber 2")
    data.qtbot.keyClick(data.list_view, Qt.Key.Key_F2)
    edit = data.find("source_name")
    data.qtbot.keyClicks(edit, "Climate chamber")
    data.qtbot.keyClick(edit, Qt.Key.Key_Return)
    data.studio.wait(lambda: data.rows() == ["Climate chamber"])


def test_what_was_added_is_explored_from_the_toast(data: Data) -> None:
    data.drop(data.file)
    source = data.add()
    data.click("toast_action")
    shell = data.studio.application.shell
    assert shell is not None
    assert shell.address == "studio/explore"
    data.find("explore_fields")
    shell.go(f"studio/data/{source.id}")
    data.click("source_explore")
    assert shell.address == "studio/explore"


def test_a_copy_whose_original_is_gone_says_so_and_that_it_works(data: Data) -> None:
    data.drop(data.file)
    data.add()
    data.file.unlink()
    model = data.list_view.model()
    with data.qtbot.waitSignal(model.modelReset):
        data.view.list.refresh_files()
    assert model.index(0, 1).data() == "Original missing"
    data.select("Chamber 2")
    data.studio.wait(lambda: any("still works" in text for text in data.texts()))


def test_a_stopped_reading_says_so_and_begins_again_when_asked(data: Data) -> None:
    data.drop(data.file)
    page = data.view.page
    assert page is not None
    for work in data.studio.context.tasks.running:
        work.cancel()
    data.studio.wait(lambda: not page.busy)
    assert page.why_not_added() == "The file hasn't been read."
    data.click("import_stop")
    data.studio.wait(lambda: not page.busy and page.preview.isVisible())
    assert page.why_not_added() == ""


def test_a_cancelled_addition_shows_the_import_as_it_was(data: Data) -> None:
    data.drop(data.file)
    page = data.page
    data.qtbot.keyClicks(page.pane.name, " log")
    data.qtbot.keyClick(page.preview, Qt.Key.Key_Return, CTRL)
    (work,) = [one for one in data.studio.context.tasks.running if "Chamber 2 log" in one.title]
    work.cancel()
    data.studio.wait(lambda: data.view.page is page)
    assert (page.name, data.sources()) == ("Chamber 2 log", [])


def test_files_are_not_taken_while_a_dialog_is_open(data: Data) -> None:
    data.drop(data.file)
    page = data.page
    data.qtbot.keyClicks(page.pane.name, "x")
    data.qtbot.keyClick(page.preview, Qt.Key.Key_Escape)
    data.find("confirm_keep")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(data.file))])
    enter = QDragEnterEvent(QPoint(2, 2), Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    enter.ignore()
    QApplication.sendEvent(data.window, enter)
    assert not data.is_shown("drop_sheet")


def test_a_change_of_language_keeps_what_was_chosen(data: Data) -> None:
    data.drop(data.file)
    page = data.page
    page.preview.column_opened.emit(1)
    data.click("kind_leave-out")
    data.qtbot.keyClicks(page.pane.name, " log")
    data.studio.wait(lambda: not page.busy)
    state = data.view.save_state()
    other = DataView(data.studio.context)
    other.restore_state(state)
    data.studio.wait(lambda: other.page is not None and not other.page.busy)
    assert other.page is not None
    assert (other.page.name, other.page.draft) == ("Chamber 2 log", page.draft)
    (scan,) = other.page.scans()
    assert [column.name for column in scan.kept_columns] == ["zaman", "sicaklik_c", "parca"]
    other.deleteLater()


def test_a_source_is_found_by_the_palette(data: Data) -> None:
    data.drop(data.file)
    source = data.add()
    with unbound(data.studio.workspace.database).read() as session:
        found = ROOM.search(data.studio.context, session, "chamb")
    assert [(one.title, one.address) for one in found] == [("Chamber 2", f"studio/data/{source.id}")]
    data.studio.context.go(found[0].address)
    data.find("source_detail")


def test_first_rows_of_a_source_have_the_height_and_their_scroll_bar_is_there(data: Data) -> None:
    data.click("sources_sample")
    data.studio.wait(lambda: data.rows() == ["Sample orders"])
    data.find("source_used_by")
    first_rows = data.find("source_first_rows")
    first_rows.setFocus(Qt.FocusReason.TabFocusReason)
    data.qtbot.keyClick(first_rows, Qt.Key.Key_Space)
    pane = data.find("source_detail")
    for width, height in ((1440, 900), (1024, 700)):
        data.window.resize(width, height)
        data.studio.wait(lambda height=height: data.window.height() == height)  # type: ignore[misc]
        table = data.find("source_sample")
        assert isinstance(table, QTableView)
        data.studio.wait(lambda: _bottom(table.horizontalScrollBar()) <= _bottom(pane))  # noqa: B023 - waits here
        assert table.horizontalScrollBar().isVisible()
        assert table.height() > (pane.height() - 250), "they have the height that the head leaves"
    assert not any(one.objectName() == "source_used_by" and one.isVisible() for one in pane.findChildren(QWidget))


def _bottom(widget: QWidget) -> int:
    return widget.mapToGlobal(widget.rect().bottomLeft()).y()


def test_the_sample_data_are_added_in_one_click(data: Data) -> None:
    data.click("sources_sample")
    data.studio.wait(lambda: data.rows() == ["Sample orders"])
    (source,) = data.sources()
    assert data.query(source.id, f"SELECT count(*) FROM {source.tables[0]}") == 600
    data.studio.wait(lambda: any("7 distinct values" in text for text in data.texts()))


def test_who_may_not_add_data_is_told_and_drops_nothing(open_studio: Callable[..., "Studio"], tmp_path: Path) -> None:
    data = Data(open_studio(role="business_user"), tmp_path)
    add = data.find("sources_add")
    assert (add.isEnabled(), add.toolTip()) == (False, "Your role can't change data sources.")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(data.file))])
    enter = QDragEnterEvent(QPoint(400, 400), Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(data.window, enter)
    sheet = data.find("drop_sheet")
    QApplication.sendEvent(sheet, enter)
    drop = QDropEvent(QPointF(4, 4), Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(sheet, drop)
    assert (drop.isAccepted(), data.view.page) == (False, None)


@pytest.mark.parametrize("on_server", [False, True])
def test_a_file_in_a_shared_database_is_said_to_be_read_here_alone(
    qtbot: QtBot, light: object, on_server: bool
) -> None:
    pane = ReadingPane(on_server=on_server)
    qtbot.addWidget(pane)
    said = [label for label in pane.findChildren(QLabel) if label.text().startswith("Only this computer")]
    assert len(said) == on_server


def test_reading_pane_says_why_titles_are_on_a_line_and_takes_another(
    qtbot: QtBot, light: object, tmp_path: Path
) -> None:
    file = tmp_path / "visitors.csv"
    file.write_text("Visitors;Export 12.11.2026;\n\nPlace;Day;Count\nBonn;2026-11-01;7\n", encoding="utf-8")
    (table,) = inspect_file(file).tables
    pane = ReadingPane()
    qtbot.addWidget(pane)
    pane.show_options(table, ImportDraft(file), table.guesses)
    titles, chosen = pane.titles, []
    pane.title_line_chosen.connect(chosen.append)
    assert (titles.header.isChecked(), titles.line.text()) == (True, "3")
    reason = titles.line.accessibleDescription()
    assert "fewer values" in reason
    assert reason in {label.text() for label in titles.findChildren(QLabel)}
    for typed, shown in (("x", "3"), ("0", "3"), ("3", "3"), ("99", "4"), ("1", "1")):
        titles.line.setText(typed)
        titles.line.editingFinished.emit()
        assert titles.line.text() == shown
    assert chosen == [4, 1], "the last line is the last that can be chosen"
    pane.show_options(table, ImportDraft(file).with_option("skip_lines", 2), table.guesses)
    assert titles.line.accessibleDescription() == "", "who chose it knows why"


def test_values_of_a_column_have_the_same_decimals() -> None:
    decimals = common_decimals([1.5, 2.25, 3.0, None, float("nan")])
    assert [value_text(value, decimals) for value in (1.5, 2.25, 3.0, None)] == ["1.50", "2.25", "3.00", ""]
    assert common_decimals([1, "2.5", None]) is None
    exact = [Decimal(20), Decimal("20.1"), None]
    assert [value_text(value, common_decimals(exact)) for value in exact] == ["20.0", "20.1", ""]


def test_times_of_a_column_have_the_same_precision() -> None:
    """14:02 stood between 14:01:20 and 14:02:40."""
    times = [datetime(2026, 11, 7, 14, 1, 20), datetime(2026, 11, 7, 14, 2), None]
    texts = [value_text(value, seconds=have_seconds(times)) for value in times]
    assert texts == ["7 Nov 2026 14:01:20", "7 Nov 2026 14:02:00", ""]
    whole = times[1:]
    assert value_text(whole[0], seconds=have_seconds(whole)) == "7 Nov 2026 14:02"


def test_sizes_are_written_in_the_largest_unit_that_fits() -> None:
    assert [size_text(size) for size in (999, 18_200_000)] == ["999\u00a0B", "18.2\u00a0MB"]


def test_add_data_is_one_menu_at_its_button_and_by_ctrl_o(data: Data) -> None:
    """There were three buttons."""
    titles = ["File", "Folder", "PostgreSQL", "MySQL or MariaDB", "REST API", "Sample data"]
    for opens in (
        lambda: data.click("sources_add"),
        lambda: data.qtbot.keyClick(data.list_view, Qt.Key.Key_O, CTRL),
        lambda: data.studio.context.go("studio/data/!add"),
    ):
        opens()
        menu = data.find("add_data_menu")
        assert [one.accessibleName() for one in menu.findChildren(Pressable)] == titles
        data.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
        data.studio.wait(lambda: not data.is_shown("add_data_menu"))


def test_empty_list_offers_each_kind_of_data(data: Data) -> None:
    """It had two links in the middle of an empty page."""
    for card, dialog in (("sources_empty_file", "data_file_dialog"), ("sources_empty_folder", "data_folder_dialog")):
        data.click(card)
        data.qtbot.keyClick(data.find(dialog), Qt.Key.Key_Escape)
        data.studio.wait(lambda dialog=dialog: not data.is_shown(dialog))  # type: ignore[misc]
    server = data.find("sources_empty_server")
    assert isinstance(server, ChoiceCard)
    server.setFocus(Qt.FocusReason.TabFocusReason)
    data.qtbot.keyClick(server, Qt.Key.Key_Return)
    menu = data.find("add_server_menu")
    assert [one.accessibleName() for one in menu.findChildren(Pressable)] == [
        "PostgreSQL",
        "MySQL or MariaDB",
        "REST API",
    ]
    data.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    data.studio.wait(server.hasFocus)


def test_ctrl_o_and_enter_ask_for_a_file(data: Data) -> None:
    data.qtbot.keyClick(data.list_view, Qt.Key.Key_O, CTRL)
    data.find("add_file")
    data.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    dialog = data.find("data_file_dialog")
    data.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    data.studio.wait(lambda: not data.is_shown("data_file_dialog"))


def test_closed_details_of_a_source_stay_closed_and_its_row_current(data: Data) -> None:
    data.drop(data.file)
    data.add()
    data.select("Chamber 2")
    view, pane = data.list_view, data.view.list.pane
    assert pane.isVisible()
    data.qtbot.keyClick(pane, Qt.Key.Key_Escape)
    assert not pane.isVisible()
    assert view.hasFocus()
    assert view.currentIndex().isValid()


def test_f6_visits_the_panes_of_an_import_as_they_are_read(data: Data) -> None:
    """From a control that was no pane's it went to the rail, and into the page at the name, far below the first."""
    data.drop(data.file)
    data.studio.wait(data.page.pane.name.isVisible)
    data.find("import_cancel").setFocus()
    panes: list[QWidget] = [data.page.pane, data.page.preview]
    first = tab_stops(data.page.pane)[0]
    for at, pane in enumerate(panes):
        data.studio.key(Qt.Key.Key_F6)
        focus = data.studio.application.window.focusWidget()
        assert focus is not None
        assert pane is focus or pane.isAncestorOf(focus)
        assert at or focus is first
    data.studio.key(Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert first.hasFocus()


def test_f6_visits_what_is_said_of_the_columns_of_an_import(data: Data) -> None:
    rows = "".join(f"0{day}.01.2026;2{day},5\n" for day in range(1, 6))
    data.file.write_text(f"Tag;Temp\n{rows}06.01.2026;broken\n", encoding="utf-8")
    data.drop(data.file)
    data.studio.wait(data.page.mixed_columns.isVisible)
    tab_stops(data.page.pane)[0].setFocus()
    data.studio.key(Qt.Key.Key_F6)
    focus = data.studio.application.window.focusWidget()
    assert isinstance(focus, ReadableRow)
    assert focus.accessible_text().startswith("“Temp” is text because 1 of 6 values isn't a number")
    data.studio.key(Qt.Key.Key_Right)
    focus = data.studio.application.window.focusWidget()
    assert focus is not None
    assert focus.objectName() == "import_convert_column"


def test_list_says_that_a_copied_file_is_in_benchboard(data: Data) -> None:
    data.drop(data.file)
    source = data.add()
    assert source.copied
    model = data.list_view.model()
    (place,) = [k for k in range(model.columnCount()) if model.headerData(k, Qt.Orientation.Horizontal) == "Location"]
    cell = model.index(data.rows().index(source.name), place)
    assert cell.data().startswith("In Benchboard")
    assert cell.data(Qt.ItemDataRole.ToolTipRole) == f"Copied from {data.file}"


def _open_columns(data: Data) -> ColumnsPage:
    """Open the columns of the selected source by keys."""
    button = data.find("source_columns")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    data.qtbot.keyClick(button, Qt.Key.Key_Return)
    data.studio.wait(lambda: data.view.page is not None)
    page = data.page
    assert isinstance(page, ColumnsPage)
    return page


def _choose_kind(data: Data, page: ImportPage, place: int, kind: str) -> None:
    """Choose another kind for a column by keys."""
    page.preview.setFocus()
    page.preview.setCurrentIndex(page.preview.preview.index(0, place))
    data.qtbot.keyClick(page.preview, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    row = data.find(f"kind_{kind}")
    for _step in range(8):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused is not row:
            data.qtbot.keyClick(focused, Qt.Key.Key_Down)
    data.qtbot.keyClick(row, Qt.Key.Key_Return)
    data.studio.wait(lambda: not page.busy)


def test_columns_of_a_source_are_corrected_by_keys_and_undone(data: Data) -> None:
    data.drop(data.file)
    source = data.add()
    data.select("Chamber 2")
    query = f"SELECT min(parca) FROM {source.tables[0]}"
    assert data.query(source.id, query) == "0014"
    page = _open_columns(data)
    assert not page.pane.isVisible()
    assert page.add_button.reason == "No column was changed."
    _choose_kind(data, page, 3, "integer")
    data.qtbot.keyClick(page.preview, Qt.Key.Key_Return, CTRL)
    undo = data.find("toast_undo")
    assert data.said("The columns of “Chamber 2” were changed: 17 rows.")
    assert data.view.page is None
    assert data.query(source.id, query) == 14
    data.qtbot.mouseClick(undo, LEFT)
    data.studio.wait(lambda: data.said("“Chamber 2” is as it was before."))
    assert data.query(source.id, query) == "0014"


def test_columns_of_a_source_say_what_breaks_before_they_are_changed(data: Data) -> None:
    data.drop(data.file)
    source = data.add()
    organisation = data.studio.actor.organisation_id
    with unbound(data.studio.workspace.database).change() as session:
        dashboard = Dashboard(
            id=new_id(), organisation_id=organisation, name="Rooms", user_id=data.studio.actor.user_id
        )
        session.add(dashboard)
        session.flush()
        session.add(
            Widget(id=new_id(), organisation_id=organisation, dashboard_id=dashboard.id, type="table",
                   query=f"SELECT oda FROM {source.tables[0]}", data_source_id=source.id,
                   config={"benchboard": {"item": {"title": "Rooms"}}}, position={})
        )  # fmt: skip
        audit.record(session, data.studio.actor, "dashboard.create", dashboard.id)
    data.select("Chamber 2")
    page = _open_columns(data)
    _choose_kind(data, page, 1, "leave-out")
    data.qtbot.keyClick(page.preview, Qt.Key.Key_Return, CTRL)
    data.find("confirm_act")
    asked = [one.text() for one in data.window.findChildren(QLabel) if one.isVisible()]
    assert any(
        "1 widget will show an error, because “oda” can't be queried any more: on “Rooms”." in one for one in asked
    )
    data.click("confirm_keep")
    assert data.view.page is page
    data.qtbot.keyClick(page.preview, Qt.Key.Key_Escape)
    data.click("confirm_act")
    data.studio.wait(lambda: data.view.page is None)
    assert data.query(source.id, f"SELECT max(oda) FROM {source.tables[0]}") == "Oda 2"


def test_columns_of_a_source_whose_file_is_missing_say_so(data: Data) -> None:
    data.drop(data.file)
    data.add()
    data.file.unlink()
    data.view.list.refresh_files()
    data.select("Chamber 2")

    def reason() -> str:
        button = data.find("source_columns")
        assert isinstance(button, Button)
        return button.reason

    data.studio.wait(lambda: reason() == "Its file is missing. Choose “Find file…” first.")


@pytest.mark.parametrize("changed", ["separator", "kind", "name"])
def test_esc_asks_before_changed_settings_are_lost_wherever_the_focus_is(data: Data, changed: str) -> None:
    data.drop(data.file)
    page = data.page
    if changed == "separator":
        data.choose("import_delimiter", ",")
    elif changed == "kind":
        _choose_kind(data, page, 3, "integer")
    else:
        name = data.find("import_name")
        name.setFocus()
        data.qtbot.keyClicks(name, "x")
    data.studio.wait(lambda: not page.busy)
    data.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    data.find("confirm_keep")
    data.click("confirm_keep")
    assert data.view.page is page
    assert page.draft.is_changed


SPACED = "city,n\nBerlin,1\nBerlin ,2\nParis,3\n"
REMOVED = "Spaces at the start or end of values are removed: 1 in “city”."


def test_import_page_says_that_spaces_are_removed_and_keeps_them_if_wanted(data: Data) -> None:
    data.file.write_text(SPACED, encoding="utf-8")
    data.drop(data.file)
    page = data.page

    def cities() -> list[object]:
        return [row[0] for row in page.added_tables()[0].preview]

    assert REMOVED in data.texts()
    assert cities() == ["Berlin", "Berlin", "Paris"]
    assert page.pane.trim_spaces.isChecked()
    data.click("import_switch_spaces")
    data.studio.wait(lambda: not page.busy and cities() == ["Berlin", "Berlin ", "Paris"])
    assert "Spaces at the start or end of values are kept: 1 in “city”." in data.texts()
    assert not page.pane.trim_spaces.isChecked()
    data.click("import_trim_spaces")
    data.studio.wait(lambda: not page.busy and cities() == ["Berlin", "Berlin", "Paris"])
    page.undo()
    data.studio.wait(lambda: not page.busy and "Berlin " in cities())


def test_columns_of_a_source_with_spaces_offer_to_remove_them(data: Data) -> None:
    """One that was stored before they were removed."""
    data.file.write_text(SPACED, encoding="utf-8")
    data.drop(data.file)
    data.page.pane.trim_spaces.click()
    data.studio.wait(lambda: not data.page.busy)
    source = data.add()
    data.select("Chamber 2")
    query = f"SELECT count(DISTINCT city) FROM {source.tables[0]}"
    assert data.query(source.id, query) == 3
    page = _open_columns(data)
    button = data.find("import_switch_spaces")
    assert button.accessibleName() == "Remove spaces"
    data.click("import_switch_spaces")
    data.studio.wait(lambda: not page.busy and REMOVED in data.texts())
    data.qtbot.keyClick(page.preview, Qt.Key.Key_Return, CTRL)
    undo = data.find("toast_undo")
    assert data.query(source.id, query) == 2
    data.qtbot.mouseClick(undo, LEFT)
    data.studio.wait(lambda: data.said("“Chamber 2” is as it was before."))
    assert data.query(source.id, query) == 3


def test_import_page_reads_amounts_and_says_why_several_currencies_are_text(data: Data) -> None:
    lines = ("shop;price;margin;fee", "A;$64.84;10 %;€5.00", "B;-$5;12 %;$7.00", "C;($5.00);8 %;€9.00")
    data.file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    data.drop(data.file)
    page = data.page
    (table,) = page.added_tables()
    assert [(one.kind, one.unit) for one in table.scan.columns[1:]] == [
        ("float", "USD"),
        ("integer", "%"),
        ("text", ""),
    ]
    assert [row[1:3] for row in table.preview] == [(64.84, 10), (-5.0, 12), (-5.0, 8)]
    assert "“fee” is text because its values are in several units: EUR (2), USD (1)." in data.texts()
    _choose_kind(data, page, 1, "text")
    assert [row[1] for row in page.added_tables()[0].preview] == ["$64.84", "-$5", "($5.00)"]
    page.undo()
    data.studio.wait(lambda: not page.busy and page.added_tables()[0].preview[0][1] == 64.84)
    _choose_kind(data, page, 1, "text")
    _choose_kind(data, page, 1, "float")
    assert page.added_tables()[0].preview[0][1] == 64.84
    source = data.add()
    assert data.query(source.id, f"SELECT sum(price) FROM {source.tables[0]}") == Decimal("54.84")


def test_focus_is_told_once_as_a_file_opens_and_as_the_first_source_is_added(
    data: Data, told_focus: list[str], announcements: list[str]
) -> None:
    told_focus.clear()
    data.view.import_paths([data.file])
    data.studio.wait(lambda: any("17 rows, 4 columns" in one for one in announcements))
    assert told_focus == ["import_preview"]
    data.find("import_add").setFocus()
    told_focus.clear()
    data.qtbot.keyClick(data.find("import_add"), Qt.Key.Key_Return)
    data.studio.wait(lambda: "sources_table" in told_focus)
    assert told_focus == ["sources_table"]
