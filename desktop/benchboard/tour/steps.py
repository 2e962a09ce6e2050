"""What the tour's steps are made of: their context, and actions that several of them share."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt

from benchboard.dashboards.document.document import Document
from benchboard.tour.driver import Driver
from benchboard.ui.app import Application
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.editor_page import StudioPage

CTRL = Qt.KeyboardModifier.ControlModifier


@dataclass(slots=True)
class TourContext:
    """What a step works with. `restart` closes the application and starts another on the same files."""

    driver: Driver
    out: Path
    """The tour's folder."""
    application: Callable[[], Application]
    restart: Callable[[], None]
    second_desktop: Callable[[str], None]
    """`start` it, or wait until it `ended`."""
    edit_as_colleague: Callable[[str, Callable[[Document], Document]], None]
    """Edits and stores the dashboard of that name as another user, before it returns."""


@dataclass(frozen=True, slots=True)
class TourStep:
    """`sql` must answer `expected` (one row, as text) on the demo's database once `do` is done. Where a `file` of the
    tour's folder is what came of it, that begins with `expected` instead."""

    name: str
    caption: str
    do: Callable[[TourContext], None]
    sql: str
    expected: str
    file: str = ""


def in_sequence(*acts: Callable[[TourContext], None]) -> Callable[[TourContext], None]:
    """One after the other."""

    def do(context: TourContext) -> None:
        for act in acts:
            act(context)

    return do


def click(name: str) -> Callable[[TourContext], None]:
    """Click what is called so."""
    return lambda context: context.driver.click(name)


def press(
    key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> Callable[[TourContext], None]:
    """Press a key, on whatever has the keyboard."""
    return lambda context: context.driver.press(key, modifiers)


def rows(context: TourContext, table: str) -> int:
    """How many rows a table shows by now."""
    view = context.driver.find(table)
    model = view.model() if view is not None and hasattr(view, "model") else None
    return int(model.rowCount()) if model is not None else 0


def unfold(context: TourContext, button: str, name: str) -> None:
    """Open with `button` the pane that `name` is in: a narrow window starts without it."""
    if context.driver.find(name) is None:
        context.driver.click(button)
    context.driver.widget(name)


def canvas_of(context: TourContext) -> Canvas:
    """The page in front."""
    canvas = context.driver.widget("studio_canvas")
    assert isinstance(canvas, Canvas)
    return canvas


def wait_for_tiles(context: TourContext) -> None:
    """Wait until the page in front has its widgets, each with its data."""
    canvas = canvas_of(context)
    page = next(page for page in context.driver.window.findChildren(StudioPage) if page.canvas is canvas)
    context.driver.wait_until(lambda: canvas.tiles and not page.query_runner.busy, "the widgets with their data")


def tile_point(canvas: Canvas, item_id: str, *, right: int = 0, bottom: int = 0) -> QPoint:
    """The header of a tile, or (`right`, `bottom` of 1) its corner, in the viewport."""
    rect = canvas.tiles[item_id].sceneBoundingRect()
    corner = QPointF(rect.right() - 4, rect.bottom() - 4) if right or bottom else rect.topLeft() + QPointF(60, 16)
    return canvas.mapFromScene(corner)
