"""The values of a chart that isn't drawn over one axis: of points, cells or bins, and where each of them is."""

from abc import ABC, abstractmethod
from typing import ClassVar

from PySide6.QtCore import QPointF

from benchboard.ui.studio.tiles.results.readout import Readout
from benchboard.ui.studio.tiles.results.tile_point import TilePoint


class ValueMap(ABC):
    """Where the values of a chart are. Called with a point of the tile, it returns the readout there.

    Keys walk over its rows, and in a row from the top down; where `is_lying`, the rows are below each other.
    """

    is_lying: ClassVar[bool] = False

    @abstractmethod
    def __call__(self, spot: QPointF) -> Readout | None:
        """The readout at a point."""

    @property
    @abstractmethod
    def row_count(self) -> int:
        """How many rows of values there are."""

    @abstractmethod
    def spots(self, row: int) -> list[QPointF]:
        """A point at each value of a row."""

    @abstractmethod
    def point_at(self, spot: QPointF) -> TilePoint | None:
        """The value at a point; None if there is none."""
