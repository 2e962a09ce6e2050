"""Images on a dashboard: selected, dropped, pasted and shown; invalid files are rejected in one sentence."""

import os
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMetaType, QMimeData, QPoint, QPointF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QImageWriter,
    QPainter,
)
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel

from benchboard.dashboards.document import images
from benchboard.dashboards.document.document import parse_document
from benchboard.errors import Invalid
from benchboard.ui.studio.canvas import image_files
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.image_painting import decode_data_uri, pixels_per_image, read_image
from benchboard.ui.studio.tiles.renderers import body_of, paint_content, summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from support.examples import examples
from support.image_bytes import chunk, claimed, png

if TYPE_CHECKING:
    from conftest import Studio

CTRL = Qt.KeyboardModifier.ControlModifier
RED, GREEN = (200, 30, 30), (20, 160, 60)
SMALL = images.to_data_uri("png", png(40, 20, RED))
OTHER = images.to_data_uri("png", png(30, 30, GREEN))


def _item(item_id: str, x: int = 0, **config: object) -> dict[str, object]:
    place = {"x": x, "y": 0, "w": 4, "h": 5}
    return {"id": item_id, "type": "image", "title": item_id, "config": config, "position": place}


def _show(studio: "Studio", *items: dict[str, object]) -> None:
    studio.page.editor.load(parse_document(list(items)))
    studio.wait(lambda: not studio.page.query_runner.busy)


def _file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _drop(studio: "Studio", data: QMimeData, at: QPoint) -> bool:
    """Drag something from another program over the page and drop it."""
    view, copy = studio.viewport, Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for event in (QDragEnterEvent(at, copy, data, buttons, keys), QDragMoveEvent(at, copy, data, buttons, keys)):
        QApplication.sendEvent(view, event)
    drop = QDropEvent(QPointF(at), copy, data, buttons, keys)
    QApplication.sendEvent(view, drop)
    return drop.isAccepted()


def _files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def _images(studio: "Studio") -> list[str]:
    return [widget.id for widget in studio.page.editor.widgets() if widget.type == "image"]


def _picture(studio: "Studio", item_id: str) -> str:
    return str(studio.page.editor.widget(item_id).setting("picture"))


def _messages(studio: "Studio") -> str:
    """The texts of the visible labels, banners and toasts included."""
    return " ".join(
        label.text() for label in studio.application.window.findChildren(QLabel) if label.isVisible() and label.text()
    )


def _undo(studio: "Studio") -> None:
    studio.canvas.setFocus()
    studio.key(Qt.Key.Key_Z, CTRL)


def _middle(studio: "Studio", item_id: str) -> QColor:
    tile = studio.canvas.tiles[item_id]
    assert isinstance(tile, Tile)
    image = tile.current_pixmap().toImage()
    return image.pixelColor(image.width() // 2, (image.height() + 20) // 2)


def test_file_dropped_on_page_becomes_new_image_there(studio: "Studio", tmp_path: Path) -> None:
    _show(studio, _item("a", picture=OTHER))
    before = studio.page.editor.document
    step = studio.step()
    at = QPoint(studio.box("a").right() + round(4 * step[0]), studio.box("a").top() + 16)
    assert _drop(studio, _files(_file(tmp_path, "Plan of\tline 2.png", png(80, 40))), at)
    studio.wait(lambda: len(_images(studio)) == 2)
    new = next(name for name in _images(studio) if name != "a")
    assert studio.page.editor.selection == (new,)
    assert studio.page.editor.widget(new).title == "Plan of line 2"
    assert studio.cells()[new].y == 0
    assert studio.cells()[new].x >= 4
    studio.wait(lambda: _middle(studio, new) == QColor(*RED))
    _undo(studio)
    assert studio.page.editor.document is before
    studio.key(Qt.Key.Key_Y, CTRL)
    studio.wait(lambda: _middle(studio, new) == QColor(*RED))


def test_file_dropped_on_image_replaces_it_in_one_step(studio: "Studio", tmp_path: Path) -> None:
    _show(studio, _item("a", url="http://h/p.png", label="x", fit="fill"), _item("b", 4, picture=OTHER))
    assert "http://h/p.png" in summary(studio.page.editor.widget("a"), None)
    assert _drop(studio, _files(_file(tmp_path, "x.png", png(80, 40))), studio.box("a").center())
    studio.wait(lambda: bool(_picture(studio, "a")))
    assert set(studio.page.editor.widget("a").config) == {"picture", "fit"}
    assert studio.page.editor.undo_stack.count() == 1
    studio.wait(lambda: _middle(studio, "a") == QColor(*RED))
    _undo(studio)
    assert studio.page.editor.widget("a").config["url"] == "http://h/p.png"


def test_file_dragged_over_page_and_away_changes_nothing(studio: "Studio", tmp_path: Path) -> None:
    _show(studio, _item("a", picture=OTHER), _item("b", 4))
    studio.click("b")
    before, data = studio.page.editor.document, _files(_file(tmp_path, "x.png", png(8, 4)))
    for at in (studio.box("a").center(), QPoint(studio.viewport.width() - 40, 300)):
        enter = QDragEnterEvent(at, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                                Qt.KeyboardModifier.NoModifier)  # fmt: skip
        QApplication.sendEvent(studio.viewport, enter)
        assert enter.isAccepted()
    assert studio.canvas.drag.insert_source is not None
    QApplication.sendEvent(studio.viewport, QDragLeaveEvent())
    assert studio.page.editor.document is before
    assert studio.page.editor.selection == ("b",)
    assert studio.canvas.drag.insert_source is None


def _png_on_clipboard(data: bytes) -> None:
    mime = QMimeData()
    mime.setData("image/png", data)
    QGuiApplication.clipboard().setMimeData(mime)


def test_pasted_image_goes_into_selected_image_or_new_one(studio: "Studio") -> None:
    _show(studio, _item("a"), _item("b", 4))
    _png_on_clipboard(png(50, 50))
    studio.click("a")
    studio.key(Qt.Key.Key_V, CTRL)
    studio.wait(lambda: bool(_picture(studio, "a")))
    studio.page.editor.select(())
    studio.key(Qt.Key.Key_V, CTRL)
    studio.wait(lambda: len(_images(studio)) == 3)
    image = QImage(30, 20, QImage.Format.Format_ARGB32)
    image.fill(QColor(*GREEN))
    QGuiApplication.clipboard().setImage(image)
    studio.page.editor.select(["b"])
    studio.key(Qt.Key.Key_V, CTRL)
    studio.wait(lambda: bool(_picture(studio, "b")))
    assert studio.page.editor.undo_stack.count() == 3
    QGuiApplication.clipboard().clear()


class _Bitmap(QMimeData):
    """What another program put on the clipboard, as X11 tells of it: Qt decodes it for whoever asks for a picture."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data
        self.decoded = False

    def formats(self) -> list[str]:
        return ["image/bmp", "application/x-qt-image"]

    def hasFormat(self, form: str) -> bool:
        return form in self.formats()

    def retrieveData(self, form: str, _kind: QMetaType) -> object:
        self.decoded |= form == "application/x-qt-image"
        return QByteArray(self._data)


def _bmp(width: int, height: int, *, depth: int = 24, pixels: bytes = b"") -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, depth, 0, len(pixels), 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + head + pixels


@pytest.mark.parametrize("height", [2, -2])
def test_clipboard_bitmap_is_read_in_background(studio: "Studio", height: int) -> None:
    _show(studio, _item("a"))
    data = _Bitmap(_bmp(2, height, pixels=b"\x10\x20\xf0\x10\x20\xf0\x00\x00" * 2))
    (source,) = image_files.sources_in(data)
    assert not data.decoded
    text, ratio = image_files.convert(source, lambda: None)
    head, _data = images.parse_data_uri(text)
    assert (head.width, head.height, ratio) == (2, 2, 1.0)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (_bmp(8_000, 8_000, pixels=b"\0" * 64), "image.too-large"),
        (_bmp(8_000, -8_000, pixels=b"\0" * 64), "image.too-large"),
        (_bmp(200_000, 1, pixels=b"\0" * 64)[:40], "image.damaged"),
        (_bmp(-5, 5), "image.damaged"),
        (b"BM", "image.damaged"),
        (b"", "image.damaged"),
        (b"GIF89a", "image.damaged"),
    ],
)
def test_oversized_bitmap_is_rejected_before_decoding(data: bytes, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mime = _Bitmap(data)
    (source,) = image_files.sources_in(mime)
    assert not mime.decoded
    monkeypatch.setattr(image_files.QImageReader, "read", lambda _reader: pytest.fail("it was decoded"))
    with pytest.raises(Invalid) as refused:
        image_files.convert(source, lambda: None)
    assert refused.value.code == code


def test_image_file_is_chosen_by_keys(studio: "Studio", tmp_path: Path) -> None:
    _show(studio, _item("a"))
    path = _file(tmp_path, "x.png", png(60, 30, GREEN))
    studio.click("a")
    studio.key(Qt.Key.Key_Return)
    button = studio.application.window.focusWidget()
    assert button is not None
    assert button.objectName() == "inspector_picture"
    studio.key(Qt.Key.Key_Space)
    dialog = studio.application.window.findChild(QFileDialog, "image_file")
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    studio.wait(lambda: bool(_picture(studio, "a")))
    words = studio.find("inspector_picture_words")
    assert isinstance(words, QLabel)
    assert words.text().startswith("PNG, 60 × 30")
    studio.press_button("inspector_picture_remove")
    assert not _picture(studio, "a")
    _undo(studio)
    assert _picture(studio, "a")


def _turned(folder: Path) -> Path:
    """A JPEG whose camera was held upright: 40 × 20, to be shown as 20 × 40, with a place in it."""
    image = QImage(40, 20, QImage.Format.Format_RGB32)
    image.fill(QColor(*RED))
    image.setText("Comment", "where it was taken")
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "jpeg")  # type: ignore[call-overload]  # PySide's stub knows files only
    data = bytes(buffer.data().data())
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    return _file(folder, "turned.png", data[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif + data[2:])


def test_photograph_is_stored_upright_small_and_without_metadata(tmp_path: Path) -> None:
    text, ratio = image_files.convert(_turned(tmp_path), lambda: None)
    head, data = images.parse_data_uri(text)
    assert (head.form, head.width, head.height, ratio) == ("jpeg", 20, 40, 2.0)
    assert b"Exif" not in data
    assert b"where it was taken" not in data


def test_large_image_is_reduced_to_size_limit(tmp_path: Path) -> None:
    noise = QImage(3_000, 1_500, QImage.Format.Format_ARGB32)
    noise.fill(QColor(10, 20, 30, 128))
    bits = noise.bits()
    bits[: 4 * 3_000 * 700] = bytes(range(251)) * (4 * 3_000 * 700 // 251) + bytes(4 * 3_000 * 700 % 251)
    path = tmp_path / "large.png"
    assert QImageWriter(str(path)).write(noise)
    head, data = images.parse_data_uri(image_files.convert(path, lambda: None)[0])
    assert max(head.width, head.height) <= 2_048
    assert abs(head.width / head.height - 2) < 0.01
    assert len(data) <= images.MAX_BYTES


def _real(form: str) -> bytes:
    image = QImage(64, 48, QImage.Format.Format_RGB32)
    image.fill(QColor(*RED))
    with QPainter(image) as painter:
        painter.drawEllipse(4, 4, 50, 30)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, form)  # type: ignore[call-overload]  # likewise
    return bytes(buffer.data().data())


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
def test_image_with_other_size_than_declared_is_not_decoded(form: str) -> None:
    data = _real(form)
    assert read_image(images.read_header(data), data, 64 * 48).width() == 64
    for said in (images.ImageHeader(form, 16, 16), images.ImageHeader(form, 48, 64)):
        with pytest.raises(Invalid) as refused:
            read_image(said, data, 64 * 48)
        assert refused.value.code == "image.damaged"


def test_jpeg_hiding_its_size_is_decoded_within_bounds(tmp_path: Path) -> None:
    """A restart marker has no length: who takes one from behind it finds another size in a comment."""
    image = QImage(5_000, 5_000, QImage.Format.Format_Grayscale8)
    image.fill(128)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "jpeg", 1)  # type: ignore[call-overload]  # likewise
    large = bytes(buffer.data().data())
    size = b"\xff\xc0\0\x11\x08\0\x10\0\x10\x03" + bytes(20)
    fill = b"x" * 60_000, b"y" * (0xFFFE - 60_000 - 8) + size
    lie = b"".join(b"\xff\xfe" + (len(some) + 2).to_bytes(2) + some for some in fill)
    data = large[:2] + b"\xff\xd0" + lie + large[2:]
    assert data[0xFFFE + 4 :].startswith(size)
    with pytest.raises(Invalid, match="5000 × 5000"):
        decode_data_uri(images.to_data_uri("jpeg", data), pixels_per_image(1))
    head, _data = images.parse_data_uri(image_files.convert(_file(tmp_path, "lie.jpg", data), lambda: None)[0])
    assert (head.width, head.height) == (2_048, 2_048)
    assert max(read_image(images.read_header(data), data, 10_000).size().toTuple()) <= 100


@given(st.sampled_from(["png", "jpeg", "webp"]), st.lists(st.tuples(st.integers(0, 5_000), st.binary(max_size=4))))
@examples(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("png", [(16, b"\xff\xff")])
@example("jpeg", [(2, b"\xff\xe1\0\0")])
def test_damaged_image_bytes_give_image_or_error(qtlog: Any, form: str, noise: list[tuple[int, bytes]]) -> None:
    data = bytearray(_real(form))
    for at, some in noise:
        data[at % len(data) : at % len(data) + len(some)] = some
    with qtlog.disabled():  # its readers say what is wrong with the bytes, too
        try:
            text, ratio = image_files.convert(bytes(data), lambda: None)
        except Invalid as refused:
            assert refused.what.endswith(".")
        else:
            assert ratio > 0
            assert decode_data_uri(text, pixels_per_image(1)).size.width() > 0
        try:
            decode_data_uri(images.to_data_uri(form, bytes(data)), pixels_per_image(8))
        except Invalid as refused:
            assert refused.what.endswith(".")


def _sparse(path: Path) -> Path:
    with path.open("wb") as file:
        file.write(png(4, 4))
        file.truncate(100 * 1024 * 1024)
    return path


def _pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


HOSTILE: dict[str, Callable[[Path], Path]] = {
    "empty": lambda folder: _file(folder, "x.png", b""),
    "words": lambda folder: _file(folder, "x.jpg", b"no picture at all"),
    "half": lambda folder: _file(folder, "x.png", png(400, 400)[:200]),
    "torn": lambda folder: _file(folder, "x.png", claimed(400, 400, b"\x78\x9c" + b"\xff" * 40)),
    "bomb": lambda folder: _file(folder, "x.png", claimed(50_000, 50_000, b"")),
    "svg": lambda folder: _file(folder, "x.png", b"<svg><image href='file:///etc/passwd'/></svg>"),
    "large": lambda folder: _sparse(folder / "x.png"),
    "folder": lambda folder: folder,
    "pipe": lambda folder: _pipe(folder / "x.png"),
    "gone": lambda folder: folder / "not there.png",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_file_that_is_no_image_is_one_error_and_changes_nothing(studio: "Studio", tmp_path: Path, kind: str) -> None:
    _show(studio, _item("a", picture=SMALL))
    before, path = studio.page.editor.document, HOSTILE[kind](tmp_path)
    assert _drop(studio, _files(path), studio.box("a").center())
    studio.wait(lambda: f"{path.name}:" in _messages(studio))
    assert studio.page.editor.document is before
    assert studio.page.editor.undo_stack.count() == 0


def test_dropped_address_is_not_fetched(studio: "Studio") -> None:
    data = QMimeData()
    data.setUrls([QUrl("http://h/p.png")])
    assert not _drop(studio, data, QPoint(300, 300))
    studio.wait(lambda: "be loaded from an address" in _messages(studio))


@pytest.mark.parametrize("lock", ["content", "look"])
def test_image_with_locked_content_is_not_replaced(studio: "Studio", tmp_path: Path, lock: str) -> None:
    item = _item("a", picture=SMALL) | ({"locked": ["content"]} if lock == "content" else {})
    _show(studio, item)
    studio.page.editor.read_only = lock == "look"
    path = _file(tmp_path, "x.png", png(80, 40, GREEN))
    _drop(studio, _files(path), studio.box("a").center())
    studio.canvas.setFocus()
    studio.page.editor.select(["a"])
    studio.key(Qt.Key.Key_I, CTRL | Qt.KeyboardModifier.ShiftModifier)
    studio.wait(lambda: not studio.context.tasks.running)
    assert _picture(studio, "a") == SMALL
    assert studio.application.window.findChild(QFileDialog, "image_file") is None


def test_broken_image_in_document_is_explained_on_tile(studio: "Studio") -> None:
    for data in (b"", b"\x89PNG\r\n\x1a\n", claimed(30, 20, b"\x78\x9cxx"), png(30, 20)[:-30]):
        text = images.to_data_uri("png", data) if data else "file:///etc/passwd"
        _show(studio, _item("a", picture=text))
        answer = studio.page.query_runner.result("a")
        assert answer is not None, data
        assert isinstance(answer.error, Invalid), data
        assert summary(studio.page.editor.widget("a"), answer) == answer.error.what, data
        assert QColor(*RED) != _middle(studio, "a"), data


def test_image_description_is_accessible(studio: "Studio") -> None:
    _show(studio, _item("a", picture=SMALL, alt="A red field"), _item("b", 4))
    told = QAccessible.queryAccessibleInterface(studio.canvas)
    assert told.child(0).text(QAccessible.Text.Value) == "A red field"
    assert "No image yet" in told.child(1).text(QAccessible.Text.Value)


def test_image_fills_tile_by_its_fit_setting(studio: "Studio") -> None:
    for fit, align, tops in (
        ("whole", "centre", (False, True, False)),
        ("whole", "top", (True, True, False)),
        ("whole", "bottom", (False, True, True)),
        ("fill", "left", (True, True, True)),
        ("stretch", "centre", (True, True, True)),
    ):
        _show(studio, _item("a", picture=SMALL, fit=fit, align=align))
        size = QSizeF(240, 240)
        image = QImage(240, 240, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        paint_content(painter, size, studio.page.editor.widget("a"), studio.page.query_runner.result("a"))
        painter.end()
        body = body_of(size)
        spots = (body.top() + 2, body.center().y(), body.bottom() - 3)
        assert tuple(image.pixelColor(120, round(y)) == QColor(*RED) for y in spots) == tops, (fit, align)


def test_too_many_images_are_rejected_and_nothing_is_added(studio: "Studio", tmp_path: Path) -> None:
    full = images.to_data_uri("png", png(4, 4, RED, chunk(b"teSt", bytes(500_000))))
    _show(studio, *(_item(name, 4 * k, picture=full) for k, name in enumerate("abc")), _item("d", 0))
    studio.page.editor.set_property("d", "config.picture", full)
    before = studio.page.editor.document
    studio.page.editor.select(["a", "b"])
    studio.page.editor.duplicate()
    studio.wait(lambda: "in total" in _messages(studio))
    assert studio.page.editor.document is before
    noise = QImage(1_000, 1_000, QImage.Format.Format_RGB32)
    noise.bits()[:] = random.Random(2).randbytes(4_000_000)
    assert noise.save(str(tmp_path / "x.png"))
    _drop(studio, _files(tmp_path / "x.png"), QPoint(studio.viewport.width() - 60, studio.viewport.height() - 60))
    studio.wait(lambda: not studio.context.tasks.running)
    assert studio.page.editor.document is before


def test_image_is_not_decoded_again_when_data_arrives(studio: "Studio") -> None:
    _show(studio, _item("a", picture=SMALL))
    before = studio.page.query_runner.result("a")
    studio.page.query_runner.refresh()
    assert not studio.page.query_runner.busy
    assert studio.page.query_runner.result("a") is before


def test_many_images_share_memory_limit(studio: "Studio") -> None:
    assert (
        pixels_per_image(1)
        == pixels_per_image(4)
        > pixels_per_image(5)
        == pixels_per_image(8)
        > pixels_per_image(300)
        > 0
    )
    text = images.to_data_uri("png", png(2_000, 1_000))
    small = decode_data_uri(text, pixels_per_image(300))
    assert small.size.width() * small.size.height() <= pixels_per_image(300)
    assert decode_data_uri(text, pixels_per_image(300)) is small
    assert QueryResult("", picture=small).is_pending is False
