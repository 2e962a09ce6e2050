"""Names shortened to the room that they have, so that they can still be told apart."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF


def short_names(names: Sequence[str], metrics: QFontMetricsF, room: float) -> list[str]:
    """Names of at most `room` pixels: cut at the end or, where different names would become the same, in the middle."""
    cut = [metrics.elidedText(name, Qt.TextElideMode.ElideRight, room) for name in names]
    if len(set(cut)) == len(set(names)):
        return cut
    return [metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room) for name in names]
