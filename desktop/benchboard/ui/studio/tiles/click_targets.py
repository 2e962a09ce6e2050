"""For whom a tile's face is drawn, and where on it one can click for something."""

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRectF

Audience = Literal["edit", "read", "show"]
"""Who may change what is drawn, who may only look at it, and who is shown it, on paper or on a wall."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where a tile can be clicked for something: to ask again, to edit the query, to stop asking. `end` is where the
    room of its title ends."""

    retry: QRectF | None = None
    edit: QRectF | None = None
    stop: QRectF | None = None
    end: float = 0.0
