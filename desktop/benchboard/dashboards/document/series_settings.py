"""What a widget sets of its series by their names: which of them are on the right axis."""

from collections.abc import Mapping
from typing import Final

from benchboard.dashboards.document.widget_kinds import WidgetContent

AXIS_RIGHT: Final = "axis_right"
"""The setting with the names of the series on the right axis."""
MOST_NAMED: Final = 64
"""Names beyond these are ignored."""
_CHARTS: Final = ("line_chart", "area_chart", "bar_chart")


def right_series(widget: WidgetContent) -> frozenset[str]:
    """The names of the series on the right axis: those of columns, or of the values that name series."""
    return named_right(widget.config) if widget.kind is not None and widget.kind.type in _CHARTS else frozenset()


def named_right(config: Mapping[str, object]) -> frozenset[str]:
    """The same of any settings, whatever else is in them."""
    names = config.get(AXIS_RIGHT)
    listed = names[:MOST_NAMED] if isinstance(names, list) else []
    return frozenset(one for one in listed if isinstance(one, str))
