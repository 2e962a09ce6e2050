"""A page exported as PNG, SVG and PDF: the real files, and errors where one cannot be written."""

import re
import xml.etree.ElementTree as ElementTree
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from nested import nested
from PySide6.QtCore import QDateTime, QLocale, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPageLayout, QPainter
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QStyleOptionGraphicsItem, QWidget

from benchboard.dashboards.document.document import fitted_document, parse_document
from benchboard.dashboards.editing.unused_filters import unused_filters
from benchboard.dashboards.layout import PageIndex
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame
from benchboard.ui.studio.import_export import export_heading, page_export
from benchboard.ui.studio.import_export.export_dialog import ExportDialog
from benchboard.ui.studio.import_export.page_export import PageExport, file_name
from benchboard.ui.studio.tiles import page_picture
from benchboard.ui.studio.tiles.page_picture import MARGIN, PagePicture
from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import SegmentedControl

if TYPE_CHECKING:
    from conftest import Studio

HEAD = export_heading.HIGH
"""So high is the line with the title and the day."""
CTRL = Qt.KeyboardModifier.ControlModifier


def _save_as(studio: "Studio", path: Path) -> None:
    """Press “Choose a file” and write the name into the dialog that opens."""
    studio.qtbot.mouseClick(
        next(
            w for w in studio.application.window.findChildren(type(studio.page.bar.save), "export_go") if w.isVisible()
        ),
        Qt.MouseButton.LeftButton,
    )
    dialog = studio.application.window.findChild(QFileDialog, "export_file")
    studio.wait(dialog.isVisible)
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    name.setText(str(path))
    studio.qtbot.keyClick(name, Qt.Key.Key_Return)


def _choose(studio: "Studio", segment: str) -> None:
    (button,) = [
        w
        for w in studio.application.window.findChildren(object, f"segment_{segment}")
        if w.isVisible()  # type: ignore[attr-defined,type-var]
    ]
    studio.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def _text_of(pdf: bytes) -> str:
    """The letters a PDF's fonts stand for: what its ToUnicode tables name."""
    letters = set()
    for stream in re.findall(rb"(?<!end)stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            plain = zlib.decompressobj().decompress(stream)
        except zlib.error:
            plain = stream
        if b"beginbfrange" in plain or b"beginbfchar" in plain:
            letters.update(chr(int(code, 16)) for code in re.findall(rb"<([0-9A-Fa-f]{4})>", plain))
    return "".join(letters)


@pytest.mark.usefixtures("demo_home")
def test_export_png_has_the_size_shown(studio: "Studio", tmp_path: Path) -> None:
    studio.press_button("studio_export")
    studio.qtbot.mouseClick(
        studio.application.window.findChild(QWidget, "command_export_png"), Qt.MouseButton.LeftButton
    )
    _choose(studio, "3")
    path = tmp_path / "page.png"
    _save_as(studio, path)
    studio.wait(path.exists)
    image = QImage(str(path))
    sheet = PagePicture.of(studio.page.editor.page, studio.canvas.viewport().width())
    high = sheet.size.height() + HEAD
    assert (image.width(), image.height()) == (round(sheet.size.width() * 3), round(high * 3))
    assert image.pixelColor(3, 3) == theme().color("canvas")
    box = sheet.rect("notes").translated(0, HEAD)
    assert image.pixelColor(round(box.right() * 3) - 30, round(box.bottom() * 3) - 30) == theme().color("surface")
    assert [name.name for name in tmp_path.iterdir() if "page" in name.name] == ["page.png"]  # no draft is left


@pytest.mark.usefixtures("demo_home")
def test_export_png_text_scales_with_the_page(studio: "Studio", tmp_path: Path) -> None:
    sheet = PagePicture.of(studio.page.editor.page, studio.canvas.viewport().width())
    heading = sheet.rect("notes").translated(0, HEAD).adjusted(12, 4, -40, 0)
    heading.setHeight(30)
    inked = {}
    for scale in (1, 2, 3):
        path = tmp_path / f"page{scale}.png"
        export = PageExport(studio.context, sheet, studio.page.query_runner.result, "Page", studio.page)
        export.start("png", path, scale=scale)
        studio.wait(path.exists)
        image = QImage(str(path))
        assert round(image.dotsPerMeterX() * 0.0254) == 96 * scale
        part = image.copy(QRectF(heading.topLeft() * scale, heading.size() * scale).toRect())
        inked[scale] = _ink(part) / scale
    assert inked[2] == pytest.approx(inked[1], abs=3)
    assert inked[3] == pytest.approx(inked[1], abs=3)


def _ink(image: QImage) -> int:
    """The width of the text in an image."""
    paper = image.pixelColor(image.width() - 1, 0)
    inked = [x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) != paper]
    return max(inked) - min(inked)


@pytest.mark.usefixtures("demo_home")
def test_export_png_of_the_selection_holds_only_it(studio: "Studio", tmp_path: Path) -> None:
    studio.click("notes")
    studio.page.run("studio.export_png")
    _choose(studio, "chosen")
    _choose(studio, "1")
    path = tmp_path / "notes.png"
    _save_as(studio, path)
    studio.wait(path.exists)
    image = QImage(str(path))
    box = PagePicture.of(studio.page.editor.page, studio.canvas.viewport().width()).rect("notes")
    assert (image.width(), image.height()) == (round(box.width() + 2 * MARGIN), round(box.height() + 2 * MARGIN + HEAD))


@pytest.mark.usefixtures("demo_home")
def test_export_svg_is_well_formed_and_holds_its_text(studio: "Studio", tmp_path: Path) -> None:
    studio.page.run("studio.export_svg")
    path = tmp_path / "page.svg"
    _save_as(studio, path)
    studio.wait(path.exists)
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    words = "".join(root.itertext())
    assert "Orders, 7 days" in words
    assert "Top shops" in words
    assert "Home" in words
    assert "\ue000" not in words  # icons are outlines, not letters of a font nobody else has
    assert not re.search("[\ue000-\uf8ff]", words)


@pytest.mark.usefixtures("demo_home")
def test_export_pdf_holds_its_text_as_text(studio: "Studio", tmp_path: Path) -> None:
    theme().set_appearance("dark")
    studio.page.run("studio.export_pdf")
    path = tmp_path / "page.pdf"
    _save_as(studio, path)
    studio.wait(path.exists)
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    assert set("Ordersayfumhti,7") <= set(_text_of(content))
    assert set("Homelayout") <= set(_text_of(content))
    ((width, height),) = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)", content)
    sheet = PagePicture.of(studio.page.editor.page, studio.canvas.viewport().width())
    high = sheet.size.height() + HEAD
    assert float(height) / float(width) == pytest.approx(high / sheet.size.width(), rel=0.01)
    assert theme().current == "dark"
    assert theme().color("canvas") == QColor("#0F1216")
    theme().set_appearance("light")


def test_ctrl_p_opens_the_export_dialog_for_printing(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_P, CTRL)
    dialog = studio.application.window.findChild(QWidget, "studio_export_dialog")
    assert dialog is not None
    assert isinstance(dialog, ExportDialog)
    (form,) = (one for one in dialog.findChildren(SegmentedControl) if one.accessibleName() == "Format")
    assert form.current() == "print"
    studio.key(Qt.Key.Key_Escape)


def test_export_says_what_the_page_is_filtered_by_and_which_widgets_are_not(studio: "Studio", tmp_path: Path) -> None:
    """An exported picture had neither the time range nor the period compared with, nor the mark of a widget that
    doesn't follow them: without tooltips nobody could tell."""
    follows = "SELECT count(*) AS n FROM orders WHERE created_dt >= :from AND created_dt < :to"
    widgets = [
        {"id": name, "type": "metric_card", "title": title, "query": query, "config": config,
         "position": {"x": x, "y": 0, "w": 3, "h": 4}}
        for name, title, query, config, x in (
            ("a", "In it", follows, {"before": "on"}, 0),
            ("b", "All of them", "SELECT count(*) AS n FROM orders", {}, 3),
        )
    ]  # fmt: skip
    document = {"format": "benchboard/dashboard", "version": 2, "title": "T", "items": widgets}
    studio.page.editor.load(parse_document(document | {"time": {"from": "2026-11-01", "to": "2026-11-30"}}))
    studio.page.run("studio.export_png")
    (dialog,) = studio.application.window.findChildren(ExportDialog)
    sheet = PagePicture.of(
        studio.page.editor.rendered_page, 900.0, unused=unused_filters(studio.page.editor.state.view)
    )
    assert dialog.facts(sheet) == (
        "1 Nov 2026 – 30 Nov 2026 (UTC)",
        "Before: 1 Oct 2026 – 31 Oct 2026",
        "Not filtered by the time range: “All of them”",
    )
    assert set(sheet.unused) == {"b"}
    heights = [
        export_heading.height(dialog.facts(sheet), width) - export_heading.HIGH for width in (200.0, 460.0, 2600.0)
    ]
    assert heights == [54.0, 54.0, 18.0], "what has no room goes on a new line"
    dialog.dismiss()


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, CTRL])
def test_enter_in_the_export_dialog_prints_from_the_selected_format(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch, modifier: Qt.KeyboardModifier
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(ExportDialog, "print_page", lambda _self, _sheet: asked.append("print"))
    studio.key(Qt.Key.Key_P, CTRL)
    focused = studio.application.window.focusWidget()
    assert focused is not None
    assert focused.objectName() == "segment_print"
    studio.key(Qt.Key.Key_Return, modifier)
    assert asked == ["print"]


def test_export_to_a_missing_folder_is_reported(studio: "Studio", tmp_path: Path) -> None:
    page = studio.page
    sheet = PagePicture.of(page.editor.page, 800)
    PageExport(studio.context, sheet, page.query_runner.result, "Page", page).start(
        "png", tmp_path / "none" / "page.png"
    )
    studio.wait(lambda: studio.context.problems.current is not None)
    current = studio.context.problems.current
    assert current is not None
    assert "page.png" in current.what
    assert not list(tmp_path.glob("none/*"))


def test_export_cancelled_leaves_no_file(studio: "Studio", tmp_path: Path) -> None:
    page = studio.page
    export = PageExport(studio.context, PagePicture.of(page.editor.page, 800), page.query_runner.result, "Page", page)
    export.start("pdf", tmp_path / "page.pdf")
    (work,) = studio.context.tasks.running
    work.cancel()
    studio.wait(lambda: not studio.context.tasks.running)
    assert not [name for name in tmp_path.iterdir() if "page" in name.name]
    assert studio.context.problems.current is None


def test_export_png_too_large_raises_invalid(studio: "Studio", tmp_path: Path) -> None:
    items = [{"id": f"n{k}", "type": "text", "position": {"x": 0, "y": 20 * k, "w": 12, "h": 20}} for k in range(60)]
    page = PageIndex(fitted_document(parse_document(items)).layout)
    export = PageExport(studio.context, PagePicture.of(page, 1200), lambda _id: None, "Page", studio.page)
    with pytest.raises(page_export.Invalid, match="pixels"):
        export.start("png", tmp_path / "page.png", scale=3)


def test_print_without_a_printer_is_reported(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    if page_export.printers():
        pytest.skip("this computer has a printer")
    studio.key(Qt.Key.Key_P, CTRL)
    studio.qtbot.mouseClick(studio.application.window.findChild(QWidget, "export_go"), Qt.MouseButton.LeftButton)
    studio.wait(lambda: studio.context.problems.current is not None)
    current = studio.context.problems.current
    assert current is not None
    assert current.what == "No printer found on this computer."


@pytest.mark.usefixtures("demo_home")
def test_print_long_page_is_split_between_tiles(
    studio: "Studio", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    path = tmp_path / "printed.pdf"
    printer.setOutputFileName(str(path))
    printer.setPageOrientation(QPageLayout.Orientation.Landscape)
    page = studio.page
    sheet = PagePicture.of(page.editor.page, 900)
    feet: list[tuple[str, int, int]] = []
    monkeypatch.setattr(
        page_export.export_heading,
        "paint_foot",
        lambda _painter, _room, title, _day, *places: feet.append((title, *places)),
    )
    count = page_export.print_sheet(printer, sheet, page.query_runner.result, "Line 2")
    assert feet == [("Line 2", number + 1, count) for number in range(count)]
    assert count >= 2
    assert len(re.findall(rb"/Type\s*/Page\b", path.read_bytes())) == count
    for top, bottom in page_export._pages(sheet, 900.0)[:-1]:
        edge = QRectF(0, bottom - 1, sheet.size.width(), 2)
        assert top < bottom
        assert not any(sheet.rect(name).adjusted(0, 3, 0, -3).intersects(edge) for name in sheet.ids)


def test_sheet_of_a_page_holds_only_shown_items() -> None:
    page = PageIndex(fitted_document(parse_document(nested())).layout)
    assert set(PagePicture.of(page, 800).ids) == set(page.shown)
    assert set(PagePicture.of(page, 800, ["open"]).ids) == {"open", "inside"}


@pytest.mark.parametrize(("locale", "said"), [("en", "5 Feb 2026, 17:04"), ("tr", "5 Şub 2026, 17:04")])
def test_export_heading_date_follows_the_language(locale: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = QLocale()
    monkeypatch.setattr(export_heading, "QDateTime", _Clock)
    QLocale.setDefault(QLocale(locale))
    try:
        assert export_heading.timestamp_text() == said
    finally:
        QLocale.setDefault(before)


class _Clock:
    @staticmethod
    def currentDateTime() -> QDateTime:
        return QDateTime(2026, 2, 5, 17, 4, 9)


def test_file_name_of_a_title_is_safe() -> None:
    assert file_name("Line 2: a/b") == "Line 2 a b"
    assert file_name("...") == "Dashboard"


@pytest.mark.parametrize("letter", ["x", "ş", "線", "😀", "\ud800"])
def test_file_name_of_a_long_title_can_be_created(tmp_path: Path, letter: str) -> None:
    file = tmp_path / f"{file_name(letter * 255)}.grafana.json"
    file.touch()
    assert file.name.isprintable()


def test_export_png_containers_look_as_on_the_page(studio: "Studio") -> None:
    studio.page.editor.load(fitted_document(parse_document(nested())))
    studio.canvas.set_zoom(1.0)
    sheet = PagePicture.of(studio.page.editor.page, 1000)
    image = QImage(sheet.size.toSize(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for _step in page_picture.paint(painter, sheet, lambda _id: None):
        pass
    painter.end()
    for name in ("open", "closed", "tabs"):
        frame, box = studio.canvas.tiles[name], sheet.rect(name)
        assert isinstance(frame, ContainerFrame)
        frame.place(QRectF(frame.pos(), box.size()))
        seen = QImage(image.size(), QImage.Format.Format_RGB32)
        seen.fill(theme().color("canvas"))
        painter = QPainter(seen)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.translate(box.topLeft())
        frame.paint(painter, QStyleOptionGraphicsItem())
        painter.end()
        heading = QRect(round(box.left()), round(box.top()), round(box.width()), theme().px("tile.row_unit"))
        assert image.copy(heading) == seen.copy(heading)
        below = QPoint(heading.left() - 1, heading.bottom() + 4)  # in the frame's edge, where it has one
        assert image.pixelColor(below) == seen.pixelColor(below)


def test_export_dialog_opened_from_the_menu_has_the_focus_and_escape_closes_it(studio: "Studio") -> None:
    studio.press_button("studio_export")
    studio.qtbot.mouseClick(
        studio.application.window.findChild(QWidget, "command_export_pdf"), Qt.MouseButton.LeftButton
    )
    (dialog,) = studio.application.window.findChildren(ExportDialog)
    studio.wait(lambda: dialog.isAncestorOf(QApplication.focusWidget()))
    studio.key(Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert QApplication.focusWidget() is not None
    assert studio.page.isAncestorOf(QApplication.focusWidget())
