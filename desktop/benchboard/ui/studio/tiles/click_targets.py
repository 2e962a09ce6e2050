"""The links that are drawn on a tile, and the audience that a tile is drawn for."""

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF

from benchboard.ui.studio.tiles.series.chart_legend import LegendTarget

Audience = Literal["edit", "read", "show", "wall"]
"""`edit`: the reader may edit the widget; `read`: they may only view it; `show`: an export, which has no links;
`wall`: a presentation, which has none either, and large figures."""


@dataclass(frozen=True, slots=True)
class Links:
    """The rectangles of the links that a tile shows: to run its query again, to edit it, to stop it, to give it data,
    to show the period that has some. `end` is the x coordinate at which its title has to end."""

    retry: QRectF | None = None
    edit: QRectF | None = None
    stop: QRectF | None = None
    data: QRectF | None = None
    period: QRectF | None = None
    end: float = 0.0
    legend: tuple[LegendTarget, ...] = ()
    """The names of its legend."""
    failed: bool = False
    """Whether it couldn't be drawn, and shows that."""

    def legend_at(self, spot: QPointF) -> LegendTarget | None:
        """The name of the legend at a point."""
        return next((one for one in self.legend if one.box.contains(spot)), None)
