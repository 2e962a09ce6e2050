"""A failure while painting, or a copy to the clipboard, must not crash the program; each in a process of its own."""

import subprocess
import sys

import pytest

_COPY = """
from types import SimpleNamespace
from benchboard.ui.studio.canvas import clipboard
assert clipboard.copy(SimpleNamespace(editor=SimpleNamespace(copy=lambda: '[1]')))
assert clipboard.copy(SimpleNamespace(editor=SimpleNamespace(copy=lambda: '[2]')))
assert qt.clipboard().mimeData().hasFormat(clipboard.MIME)
"""
_PAINT = """
from types import SimpleNamespace
from PySide6.QtCore import QRectF
from benchboard.dashboards.document.widget_kinds import kind_of, new_item
from benchboard import package_data
from benchboard.ui.studio.canvas.scene import tile
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.theme import start_theme
start_theme(package_data.resources_folder() / "themes" / "tokens.json", "light")
def wrong(*_anything, **_more):
    raise ZeroDivisionError
import sys
sys.excepthook = lambda *_anything: None
tile.paint_face = wrong
visible = lambda: QRectF(0, 0, 500, 500)
display = SimpleNamespace(
    zoom=1.0, pixel_ratio=1.0, theme_version=1, editor=Editor(), visible_rect=visible, audience="edit", busy=False,
    card_row=lambda _item_id: (), unused_filters={},
    query_runner=SimpleNamespace(note_drawn=lambda *_anything, **_more: None),
)
shown = tile.Tile(display, new_item(kind_of("text"), "t"))
for _again in range(5):
    try:
        shown.render()
    except ZeroDivisionError:
        pass
shown.show_placeholder()
"""


@pytest.mark.parametrize("what", [_COPY, _PAINT], ids=["copied", "painted"])
def test_program_exit_after_copy_or_failed_painting_is_clean(what: str) -> None:
    code = f"from PySide6.QtWidgets import QApplication\nqt = QApplication([])\n{what}\nprint('to the end')"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (ended.returncode, ended.stdout.strip(), ended.stderr.strip()) == (0, "to the end", "")
