"""Exporting a dashboard as JSON, Benchboard's or Grafana's."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QTreeWidget, QWidget

from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.import_export.json_import import read_file

if TYPE_CHECKING:
    from conftest import Studio


def _export(studio: "Studio", form: str, file: Path) -> None:
    studio.press_button("studio_export")
    studio.wait(lambda: bool(studio.application.window.findChildren(QWidget, f"command_export_{form}")))
    studio.qtbot.mouseClick(
        studio.application.window.findChild(QWidget, f"command_export_{form}"), Qt.MouseButton.LeftButton
    )
    dialog = studio.application.window.findChild(QFileDialog, "export_file")
    assert dialog is not None
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    name.setText(str(file))
    dialog.accept()


def test_export_json_is_read_again(studio: "Studio", tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    _export(studio, "json", file)
    studio.wait(file.exists)
    assert read_file(file)[0].layout == parse_document(json.loads(file.read_text())).layout
    assert read_file(file)[0].layout == studio.page.editor.document.layout
    assert not studio.application.window.findChildren(QWidget, "import_report")


@pytest.mark.usefixtures("demo_home")
def test_export_grafana_shows_a_report(studio: "Studio", tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    _export(studio, "grafana", file)
    studio.wait(file.exists)
    assert json.loads(file.read_text())["panels"]
    studio.wait(lambda: bool(studio.application.window.findChildren(QTreeWidget, "import_report_lines")))
    assert studio.application.window.findChild(QTreeWidget, "import_report_lines").topLevelItemCount()


@pytest.mark.parametrize("form", ["json", "grafana"])
def test_export_file_that_cannot_be_written_is_reported(studio: "Studio", tmp_path: Path, form: str) -> None:
    from benchboard.ui.studio.import_export import json_export

    page, taken = studio.page, tmp_path / "taken"
    taken.mkdir()
    json_export.export_to(studio.context, page, page.editor.document, taken, form, page.finder.go_to)
    problems = studio.context.problems
    studio.wait(lambda: problems.current is not None)
    assert "taken" in problems.current.what
    assert list(tmp_path.glob("*taken*")) == [taken]
    assert not list(tmp_path.glob(".*"))
