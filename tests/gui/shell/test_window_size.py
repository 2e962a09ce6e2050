"""The window as large as it is opened."""

from benchboard.ui.app import Window
from benchboard.ui.theme import Theme


def test_window_with_its_frame_fits_on_its_screen(light: Theme) -> None:
    window = Window(lambda: True)
    room = window.screen().availableGeometry()
    for size in (window.size(), window.minimumSize()):
        assert size.width() < room.width()
        assert size.height() <= room.height() - 30, "a title bar takes 20 to 40 px"
    window.deleteLater()
