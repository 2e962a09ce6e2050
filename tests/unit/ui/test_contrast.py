"""Everything that carries meaning can be seen: WCAG 2.1, 1.4.3 (text, 4.5) and 1.4.11 (controls and marks, 3)."""

import json
import math
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

import pytest

from benchboard import package_data
from benchboard.canbus.colour_rules import RULE_COLOURS
from benchboard.ui.bench.point_plot import OUT_OF_TOLERANCE
from benchboard.ui.bench.solution_plot import DOT_ALPHA
from benchboard.ui.widgets.badges import METER_FILL
from support.contrast import contrast, oklab

TOKENS: dict[str, Any] = json.loads(
    (package_data.resources_folder() / "themes" / "tokens.json").read_text(encoding="utf-8")
)

ROW_INKS = ("text", "text.secondary", "text.muted", "accent.text", "warn", "error")
"""What is written in a row of frames."""
SURFACES = ("window", "surface", "surface.alt", "raised", "rail", "header", "row.hover", "selection")
TEXT = (
    *((ink, ground) for ink in ("text", "text.secondary") for ground in SURFACES),
    *(("text.muted", ground) for ground in ("window", "surface", "raised", "header", "rail", "row.hover", "selection")),
    *(("accent.text", ground) for ground in ("window", "surface", "raised", "header", "accent.soft", "selection")),
    ("text", "byte.changed"),
    *((ink, f"rule.{colour}") for ink in ROW_INKS for colour in RULE_COLOURS),
    *(("syntax.function", ground) for ground in ("surface", "surface.alt", "row.hover")),
    *((kind, f"{kind}.soft") for kind in ("ok", "warn", "error", "info")),
    *((kind, ground) for kind in ("ok", "warn", "error", "info") for ground in ("surface", "rail", "raised")),
    ("text", "ok.soft"),
    ("text", "warn.soft"),
    ("text", "error.soft"),
    ("text", "info.soft"),
    ("text.secondary", "warn.soft"),
    ("on.accent", "accent"),
    ("on.accent", "accent.hover"),
    ("on.accent", "accent.pressed"),
    ("on.accent", "error.fill"),
    ("on.tooltip", "tooltip"),
    *(("text.placeholder", ground) for ground in ("window", "surface", "raised", "header")),
)
MARKS = (
    *((meter, ground) for meter in (METER_FILL, "warn") for ground in ("surface", "row.hover", "selection")),
    *(("text.disabled", ground) for ground in ("window", "surface", "surface.alt", "raised")),
    *(("border.control", ground) for ground in ("window", "surface", "raised")),
    *(("focus", ground) for ground in ("window", "surface", "raised", "rail", "selection")),
    *(("focus", f"rule.{colour}") for colour in RULE_COLOURS),
    *((mark, "surface") for mark in ("proven", "observed", "accent", "guide", "warn.fill")),
    *((mark, "surface.alt") for mark in ("proven", "observed")),
)


def pairs() -> Iterator[tuple[str, str, str, float]]:
    for mode in ("light", "dark"):
        yield from ((mode, ink, ground, 4.5) for ink, ground in TEXT)
        yield from ((mode, mark, ground, 3.0) for mark, ground in MARKS)


@pytest.mark.parametrize(("mode", "ink", "ground", "least"), list(pairs()))
def test_contrast_of_text_and_marks_in_each_theme_meets_wcag(mode: str, ink: str, ground: str, least: float) -> None:
    colours = TOKENS["color"][mode]
    assert contrast(colours[ink], colours[ground]) >= least


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_contrast_of_chart_series_in_each_theme_meets_wcag(mode: str) -> None:
    surface = TOKENS["color"][mode]["surface"]
    for index, colour in enumerate(TOKENS["chart"][mode]):
        assert contrast(colour, surface) >= 3, f"series {index}"


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


# Machado, Oliveira and Fernandes 2009, at full severity, on linear red, green and blue.
_VISION = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


@pytest.mark.parametrize("vision", _VISION)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_chart_colours_of_each_theme_are_told_apart_by_all_eyes(mode: str, vision: str) -> None:
    """At least 0.09 apart in OKLab for the first six, which are a measure's and those of five values, and 0.07 for all
    eight."""
    seen = [oklab(colour, _VISION[vision]) for colour in TOKENS["chart"][mode]]
    for count, least in ((6, 0.09), (8, 0.07)):
        apart, pair = min((math.dist(seen[a], seen[b]), (a, b)) for a, b in combinations(range(count), 2))
        assert apart >= least, pair


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_no_chart_colour_of_either_theme_is_mud_nearly_black_or_nearly_white(mode: str) -> None:
    """The fifth value of a column was brown, the fourth nearly black; some of the dark theme as bright as text."""
    for colour in TOKENS["chart"][mode]:
        lightness, *hue = oklab(colour, _VISION["normal"])
        assert 0.42 <= lightness <= 0.88, colour
        assert math.hypot(*hue) >= 0.065, colour
        is_yellow = 60 <= math.degrees(math.atan2(hue[1], hue[0])) <= 110
        assert not is_yellow or (lightness >= 0.6 and math.hypot(*hue) >= 0.12), f"{colour} is brown"


def test_a_chart_colour_has_the_same_name_in_both_themes() -> None:
    """Orange is orange in the other theme too: the hues are at most 20 degrees apart."""
    for colours in zip(TOKENS["chart"]["light"], TOKENS["chart"]["dark"], strict=True):
        one, other = (math.atan2(*oklab(colour, _VISION["normal"])[:0:-1]) for colour in colours)
        assert abs(math.remainder(one - other, math.tau)) <= math.radians(20), colours


def test_third_chart_colour_of_the_light_theme_is_that_of_the_design_and_not_the_green_of_success() -> None:
    chart, ok = TOKENS["chart"]["light"], TOKENS["color"]["light"]["ok"]
    assert (chart[0], chart[2]) == ("#2F6BE0", "#216A5B")
    seen = [oklab(colour, _VISION["normal"]) for colour in (chart[2], "#10724F", ok)]
    assert math.dist(seen[0], seen[2]) > math.dist(seen[1], seen[2]), "further from it than the green before"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_no_chart_colour_is_that_of_a_status_nor_a_red_that_looks_like_an_error(mode: str) -> None:
    """The sixth of the light theme was a dark red."""
    statuses = {kind: oklab(TOKENS["color"][mode][kind], _VISION["normal"]) for kind in ("ok", "warn", "error")}
    for index, colour in enumerate(TOKENS["chart"][mode]):
        seen = oklab(colour, _VISION["normal"])
        for kind, status in statuses.items():
            assert math.dist(seen, status) >= (0.14 if kind == "error" else 0.04), (index, kind)


def test_oklab_of_white_is_one_without_colour() -> None:
    assert oklab("#FFFFFF", _VISION["normal"]) == pytest.approx((1, 0, 0), abs=1e-3)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("ground", ["surface", "accent.soft"])
def test_contrast_of_a_dot_of_the_timing_plot_meets_wcag(mode: str, ground: str) -> None:
    colours = TOKENS["color"][mode]
    rings, dots = TOKENS["chart"]["tolerance_ring"][mode], TOKENS["chart"]["tolerance"][mode]
    assert all(contrast(ring, colours[ground]) >= 3.0 for ring in rings)
    for dot in (colours[OUT_OF_TOLERANCE], *dots[len(rings) :]):
        assert contrast(_over(dot, colours[ground], DOT_ALPHA), colours[ground]) >= 3.0


def _over(colour: str, ground: str, alpha: float) -> str:
    """The colour that is seen of one of this opacity on a ground."""
    channels = ((int(one[at : at + 2], 16) for one in (colour, ground)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(alpha * front + (1 - alpha) * back):02X}" for front, back in channels)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_colours_of_a_heatmap_go_evenly_from_faint_to_strong(mode: str) -> None:
    ramp, surface = TOKENS["chart"]["ramp"][mode], TOKENS["color"][mode]["surface"]
    against = [contrast(colour, surface) for colour in ramp]
    assert against == sorted(against)
    assert against[0] >= 1.25, "the least value is no empty cell"
    assert against[-1] >= 7
    for one, other in pairwise(ramp):
        assert 1.3 <= contrast(one, other) <= 1.7
