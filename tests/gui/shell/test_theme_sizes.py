"""The themes differ in colours alone, so a layout that fits in one fits in the other."""

import re

from PySide6.QtWidgets import QApplication

from benchboard.ui.theme import Mode, Theme

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b|rgba\([0-9, ]+\)")
_STEPS = ("micro", "caption", "body", "body_strong", "section", "title", "display", "kpi", "mono")


def test_themes_have_one_style_sheet_but_for_colours_and_the_same_fonts(light: Theme) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    sheets, fonts = [], []
    modes: tuple[Mode, Mode] = ("light", "dark")
    for mode in modes:
        light.set_appearance(mode)
        sheets.append(_COLOUR.sub("colour", application.styleSheet()))
        fonts.append([light.font(step).toString() for step in _STEPS])
    assert "#" not in re.sub(r"#[a-z_]+\b", "", sheets[0])
    assert sheets[0] == sheets[1]
    assert fonts[0] == fonts[1]
