"""Images of a page outside its tiles: in JSON, in a diff, presented, printed and exported."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QSizeF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QTextCursor
from PySide6.QtPrintSupport import QPrinter

from benchboard.dashboards.document import images
from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.interchange import to_grafana
from benchboard.dashboards.versions.diff import differences
from benchboard.ui.studio.import_export import page_export
from benchboard.ui.studio.import_export.page_export import PageExport
from benchboard.ui.studio.tiles.page_picture import PagePicture
from benchboard.ui.studio.versions.difference_text import ItemNames, describe
from benchboard.ui.studio.versions.widget_thumbnails import ThumbnailAnswers, render_tile
from support.image_bytes import chunk, png

if TYPE_CHECKING:
    from conftest import Studio

CTRL = Qt.KeyboardModifier.ControlModifier
RED, GREEN = (200, 30, 30), (20, 160, 60)
LARGE = images.to_data_uri("png", png(200, 100, RED, chunk(b"teSt", bytes(range(256)) * 2_000)))
OTHER = images.to_data_uri("png", png(120, 60, GREEN, chunk(b"teSt", b"x" * 300)))


def _document(**config: object) -> Document:
    place = {"x": 0, "y": 0, "w": 6, "h": 6}
    item = {"id": "a", "type": "image", "title": "Plan", "position": place, "config": config}
    return parse_document({"format": "benchboard/dashboard", "version": 2, "title": "T", "items": [item]})


@pytest.fixture
def pictured(studio: "Studio") -> "Studio":
    """A page with one large picture."""
    studio.page.editor.load(_document(picture=LARGE, alt="Where line 2 stands"))
    studio.wait(lambda: not studio.page.query_runner.busy)
    return studio


def _json(studio: "Studio") -> str:
    return studio.page.json_view.text.toPlainText()


@pytest.fixture
def written(pictured: "Studio") -> "Studio":
    """The page with the image, beside its JSON."""
    pictured.key(Qt.Key.Key_J, CTRL)
    pictured.wait(lambda: '"Plan"' in _json(pictured))
    return pictured


def _choose(studio: "Studio", part: str) -> None:
    text = studio.page.json_view.text
    cursor = text.textCursor()
    cursor.setPosition(text.toPlainText().index(part))
    cursor.setPosition(cursor.position() + len(part), QTextCursor.MoveMode.KeepAnchor)
    text.setTextCursor(cursor)


def test_json_with_an_image_truncates_it_and_stays_editable(written: "Studio") -> None:
    editor = written.page.editor
    assert len(_json(written)) < 2_000
    assert f"({len(LARGE) * 3 // 4096} KiB)" in _json(written)
    _choose(written, "Plan")
    written.qtbot.keyClicks(written.page.json_view.text, "Hall")
    written.wait(lambda: editor.widget("a").title == "Hall")
    assert editor.widget("a").config == {"picture": LARGE, "alt": "Where line 2 stands"}
    assert editor.undo_stack.count() == 1
    written.key(Qt.Key.Key_Z, CTRL)
    written.wait(lambda: '"Plan"' in _json(written))
    assert len(_json(written)) < 2_000


def test_json_image_pasted_is_truncated_and_shown(written: "Studio") -> None:
    mark = re.search(r'"picture": ("[^"]*")', _json(written))
    assert mark is not None
    _choose(written, mark[1])
    data = QMimeData()
    data.setText(json.dumps(OTHER))
    QGuiApplication.clipboard().setMimeData(data)
    written.key(Qt.Key.Key_V, CTRL)
    assert OTHER not in _json(written)
    written.wait(lambda: written.page.editor.widget("a").config["picture"] == OTHER)
    QGuiApplication.clipboard().clear()


def test_json_copied_has_the_whole_image_and_unknown_mark_is_an_error(written: "Studio") -> None:
    text, view = written.page.json_view.text, written.page.json_view
    written.key(Qt.Key.Key_A, CTRL)
    written.key(Qt.Key.Key_C, CTRL)
    copied = QGuiApplication.clipboard().text()
    assert json.loads(copied)["items"][0]["config"]["picture"] == LARGE
    QGuiApplication.clipboard().clear()
    name = re.search("…([0-9a-f]{16})…", _json(written))
    assert name is not None
    _choose(written, name[1])
    written.qtbot.keyClicks(text, "0123456789abcdef")
    written.wait(lambda: view.error is not None)
    assert "shortened content" in str(view.error)
    assert text.error_line == next(k for k, line in enumerate(_json(written).split("\n")) if "…0123" in line)
    assert written.page.editor.widget("a").config["picture"] == LARGE


def test_diff_of_an_image_names_it_without_base64() -> None:
    without, before, after = _document(alt="x"), _document(alt="x", picture=LARGE), _document(alt="x", picture=OTHER)
    told = []
    for one, other in ((without, before), (before, after), (after, without)):
        (found,) = differences(one, other)
        told.append(describe(found, ItemNames(other, one)))
    assert [one.line.partition(" (")[0] for one in told] == ["Image: added", "Image changed", "Image: removed"]
    assert {one.tag for one in told} == {"Image changed"}
    assert "PNG, 200 × 100" in told[1].line
    assert max(len(one.line) for one in told) < 120


def test_json_diff_of_an_image_truncates_it() -> None:
    from benchboard.dashboards.versions.diff import json_diff

    lines = json_diff(_document(picture=LARGE), _document(picture=OTHER))
    kinds = [line.kind for line in lines if '"picture"' in line.text]
    assert kinds == ["gone", "new"]
    assert max(len(line.text) for line in lines) < 200


def test_compared_tile_shows_its_image(pictured: "Studio") -> None:
    page = pictured.page
    answers = ThumbnailAnswers(pictured.context, page)
    answers.ask(page.editor.document)
    pictured.wait(lambda: not answers.busy)
    tile = render_tile(page.editor.page.item("a"), QSizeF(300, 200), answers.of("a"), 2.0).toImage()
    assert tile.pixelColor(300, 220) == QColor(*RED)
    ours = page.query_runner.result("a")
    theirs = answers.of("a")
    assert ours is not None
    assert theirs is not None
    assert ours.picture is theirs.picture


def test_presentation_shows_the_image(pictured: "Studio") -> None:
    pictured.page.run("studio.present")
    pictured.wait(lambda: not pictured.page.query_runner.busy)
    pictured.canvas.set_zoom(2.0)
    box = pictured.box("a")
    pictured.wait(lambda: pictured.viewport.grab().toImage().pixelColor(box.center()) == QColor(*RED))
    pictured.page.run("studio.present")


def _export(studio: "Studio", form: str, path: Path) -> bytes:
    sheet = PagePicture.of(studio.page.editor.page, 900)
    PageExport(studio.context, sheet, studio.page.query_runner.result, "Page", studio.page).start(form, path)  # type: ignore[arg-type]
    studio.wait(path.exists)
    return path.read_bytes()


def test_export_png_has_the_image_and_its_description(pictured: "Studio", tmp_path: Path) -> None:
    _export(pictured, "png", tmp_path / "page.png")
    image = QImage(str(tmp_path / "page.png"))
    box = PagePicture.of(pictured.page.editor.page, 900).rect("a")
    assert image.pixelColor(box.center().toPoint()) == QColor(*RED)
    assert image.text("Description") == "Where line 2 stands"


def test_export_svg_has_the_image_and_its_description(pictured: "Studio", tmp_path: Path) -> None:
    root = ElementTree.fromstring(_export(pictured, "svg", tmp_path / "page.svg"))
    words = "".join(root.itertext())
    assert words.count("Where line 2 stands") == 2
    held = [node for node in root.iter() if node.tag.endswith("image")]
    assert len(held) == 1
    assert held[0].get("{http://www.w3.org/1999/xlink}href", "").startswith("data:image/")


def test_export_pdf_and_print_have_the_image(pictured: "Studio", tmp_path: Path) -> None:
    assert b"/Subtype /Image" in _export(pictured, "pdf", tmp_path / "page.pdf")
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    sheet = PagePicture.of(pictured.page.editor.page, 900)
    assert page_export.print_sheet(printer, sheet, pictured.page.query_runner.result) == 1
    assert b"/Subtype /Image" in (tmp_path / "printed.pdf").read_bytes()


def test_export_grafana_has_the_image() -> None:
    dashboard, _report = to_grafana(_document(picture=LARGE, alt="A [map]"))
    assert dashboard["panels"][0]["options"]["content"] == f"![A \\[map\\]]({LARGE})"
