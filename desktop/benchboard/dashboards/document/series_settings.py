"""What a widget sets of its series by their names: which of them are on the right axis, and their colours."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from benchboard.dashboards.document.widget_kinds import WidgetContent

AXIS_RIGHT: Final = "axis_right"
"""The setting with the names of the series on the right axis."""
COLOURS: Final = "colours"
"""The setting with the colours of series, points included, and of the slices of a pie, by their names."""
TARGET_SERIES: Final = "target_series"
"""The setting with the name of the series that the others are to reach."""
PALETTE: Final = ("blue", "orange", "teal", "pink", "violet", "cyan", "olive", "green")
"""The names of the theme's colours of charts, in their order. Each has a shade for the light and one for the dark
theme."""
MOST_NAMED: Final = 64
"""Names beyond these are ignored."""
_CHARTS: Final = ("line_chart", "area_chart", "bar_chart")


def right_series(widget: WidgetContent) -> frozenset[str]:
    """The names of the series on the right axis: those of columns, or of the values that name series."""
    return named_right(widget.config) if widget.kind is not None and widget.kind.type in _CHARTS else frozenset()


def target_series(widget: WidgetContent) -> str:
    """The name of the series that is the target of the others in each row; empty where none is."""
    name = widget.config.get(TARGET_SERIES)
    is_chart = widget.kind is not None and widget.kind.type in _CHARTS
    return name if is_chart and isinstance(name, str) else ""


def chooses_right(widget: WidgetContent) -> bool:
    """Whether somebody chose which series are on the right axis, be it none."""
    return isinstance(widget.config.get(AXIS_RIGHT), list)


def named_right(config: Mapping[str, object]) -> frozenset[str]:
    """The same of any settings, whatever else is in them."""
    names = config.get(AXIS_RIGHT)
    listed = names[:MOST_NAMED] if isinstance(names, list) else []
    return frozenset(one for one in listed if isinstance(one, str))


def has_colours(widget: WidgetContent) -> bool:
    """Whether it is of a kind whose series or slices may have colours of their own."""
    return widget.kind is not None and widget.kind.type in (*_CHARTS, "pie_chart", "scatter_chart")


def series_colours(widget: WidgetContent) -> Mapping[str, int]:
    """The number of the colour (`PALETTE`) of each series or slice that has one of its own."""
    return named_colours(widget.config) if has_colours(widget) else MappingProxyType({})


def named_colours(config: Mapping[str, object]) -> Mapping[str, int]:
    """The same of any settings, whatever else is in them."""
    found = config.get(COLOURS)
    listed = list(found.items())[:MOST_NAMED] if isinstance(found, Mapping) else []
    return {
        name: PALETTE.index(colour)
        for name, colour in listed
        if isinstance(name, str) and isinstance(colour, str) and colour in PALETTE
    }


def with_colour(config: Mapping[str, object], name: str, colour: int | None) -> dict[str, str] | None:
    """The setting with another colour of a series; with None, the colour that it has by itself. None: no series has a
    colour of its own any more."""
    known = {one: PALETTE[number] for one, number in named_colours(config).items() if one != name}
    if colour is not None:
        known[name] = PALETTE[colour]
    return known or None
