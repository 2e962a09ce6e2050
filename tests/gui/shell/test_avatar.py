"""The circles with the initials of people."""

import json

import pytest

from benchboard import package_data
from benchboard.ui.widgets.labels import avatar_colours, person_line
from support.contrast import contrast

NAMES = [f"{first} {last}" for first in ("Ada", "Mert", "Öz", "Ines", "Leyla") for last in "ABCDEFGHIJKLMNOP"]


def test_avatar_hue_of_a_person_is_the_same_in_both_themes() -> None:
    for name in NAMES:
        light, dark = (avatar_colours(name, dark=dark)[0].hslHue() for dark in (False, True))
        turn = abs(light - dark)
        assert min(turn, 360 - turn) <= 6, name  # eight bits a channel round it


def test_avatars_have_at_least_eight_hues() -> None:
    assert len({avatar_colours(name, dark=False)[0].name() for name in NAMES}) >= 8


@pytest.mark.parametrize("dark", [False, True])
def test_avatar_initials_have_enough_contrast(dark: bool) -> None:
    for name in NAMES:
        fill, _edge, ink = avatar_colours(name, dark=dark)
        assert contrast(fill.name(), ink.name()) >= 4.5, name


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_lines_about_a_person_can_be_seen_on_every_ground_of_a_page(mode: str) -> None:
    tokens = json.loads((package_data.resources_folder() / "themes" / "tokens.json").read_text(encoding="utf-8"))
    for name in NAMES:
        line = person_line(name, dark=mode == "dark")
        for ground in ("canvas", "surface"):
            assert contrast(line.name(), tokens["color"][mode][ground]) >= 3, (name, ground)
