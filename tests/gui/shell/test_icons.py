"""Every icon named in the source can be drawn, in the colours of the theme."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon

from benchboard import package_data
from benchboard.ui import icons
from benchboard.ui.theme import Theme

SOURCE = Path(icons.__file__).parent
NAMES = sorted(
    {name for file in SOURCE.rglob("*.py") for name in re.findall(r'"((?:ph|bb)\.[a-z0-9-]+)"', file.read_text())}
)


@pytest.mark.parametrize("name", NAMES)
def test_icon_named_in_the_source_exists(name: str, light: Theme) -> None:
    family, glyph = icons._resolve(name)
    if family == "bb":
        assert (package_data.resources_folder() / "icons" / f"{glyph}.svg").is_file()
    else:
        assert glyph in icons._codes()
        assert glyph == "question" or name.endswith(glyph) or name.partition(".")[2] in icons._NEWER


def test_icon_unknown_is_logged_and_drawn_as_question_mark(light: Theme, expected_log: list[str]) -> None:
    expected_log.append("no icon called ph.xyzzy")
    icons._resolve.cache_clear()
    assert icons._resolve("ph.xyzzy") == ("ph", "question")


def test_icon_after_a_theme_change_takes_its_colour(light: Theme) -> None:
    icon: QIcon = light.icon("ph.square-fill", "accent")

    def middle() -> str:
        return icon.pixmap(QSize(16, 16)).toImage().pixelColor(8, 8).name()

    assert middle() == light.color("accent").name()
    light.set_appearance("dark")
    assert middle() == light.color("accent").name()
    light.set_appearance("light")
