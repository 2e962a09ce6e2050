"""What a tile shows when drawing it fails, which is a bug: an error in place of a picture, never an older one."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QPainter

from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.ui.studio.tiles.click_targets import Links

_MARK: Final = QColor(1, 2, 3, 4)
"""The background of texts, which no drawing here has, marks the painter's state before a drawing that may fail."""


def drawing_error() -> AppError:
    """The error of a tile that can't be drawn."""
    return AppError(
        "widget.drawing",
        _("This widget couldn't be drawn."),
        why=_("That is a bug in Benchboard."),
        do=_("Show the rows as a table, or choose another time range."),
    )


def draw_or_report(painter: QPainter, draw: Callable[[], Links], draw_failed: Callable[[], Links]) -> Links:
    """Draw a tile. Where that raises an error, report it as a bug and draw the tile anew with `draw_failed`, with the
    painter as it was. Returns the links of what was drawn, and whether it failed."""
    painter.save()
    painter.setBackground(_MARK)
    try:
        links = draw()
    except Exception as error:  # noqa: BLE001 - a bug, and reported as one
        bug = error
    else:
        painter.restore()
        return links
    while painter.background().color() == _MARK:  # the failed drawing may have saved states of its own
        painter.restore()
    # Not while a picture is being drawn: the report opens a dialog.
    QTimer.singleShot(0, lambda: sys.excepthook(type(bug), bug, bug.__traceback__))
    return replace(draw_failed(), failed=True)
