"""The parts of the screens: what each does beyond how it looks, which the gallery shows."""

from typing import Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontInfo

from benchboard.settings import Appearance
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import Paragraph

SENTENCE = "The dongle forgets its token and this organisation. Anyone can pair it next."


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize(("type", "step"), [("caption", 1.35), ("body", 1.4), ("section", 1.25)])
def test_paragraph_lines_are_as_far_apart_as_the_tokens_say(
    type: Literal["caption", "body", "section"], step: float
) -> None:
    paragraph = Paragraph(SENTENCE, type)
    paragraph.ensurePolished()
    pixels = QFontInfo(paragraph.font()).pixelSize()
    one, many = paragraph.heightForWidth(2000), paragraph.heightForWidth(120)
    assert one == pytest.approx(pixels * step, abs=1)
    assert many % one == 0
    assert many > 3 * one


def test_paragraph_shows_markup_as_it_stands_and_keeps_line_breaks(light: Theme) -> None:
    paragraph = Paragraph("<b>one</b>\ntwo")
    paragraph.ensurePolished()
    assert paragraph.text() == "<b>one</b>\ntwo"
    assert paragraph.heightForWidth(2000) == pytest.approx(2 * Paragraph("x").heightForWidth(2000), abs=1)


def test_paragraph_is_drawn_in_its_tone_after_the_theme_changes(light: Theme) -> None:
    paragraph = Paragraph(SENTENCE, "display", "error")
    paragraph.resize(400, 120)
    appearances: tuple[Appearance, Appearance] = ("light", "dark")
    for appearance in appearances:
        light.set_appearance(appearance)
        image = paragraph.grab().toImage()
        colours = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
        assert light.color("error").rgb() in colours
    assert paragraph.alignment() & Qt.AlignmentFlag.AlignLeft
