"""The files that one drag passes, from the mouse to the stored row, against docs/structure.md."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from boards import PAGE, load
from PySide6.QtCore import QPoint

from support.walks import Stage, Walk, page_walk

if TYPE_CHECKING:
    from conftest import Studio

MOST_CLIMBS = 3
"""More would say that the layers of the canvas don't hold."""


@pytest.fixture
def walk() -> Iterator[Walk]:
    walk = Walk(
        Stage("the mouse moves: the tiles follow", "ui/studio/canvas/scene/page_view.py:PageView.place_tile"),
        Stage("the button is released: the editor has the new layout", "ui/studio/document/saving.py:Saving._edited"),
        Stage("800 ms later: the document is to be written", "ui/tasks.py:Tasks.change"),
        Stage("on the worker for changes: the row is written, and an audit entry", "identity/audit.py:record"),
    )
    with walk.watch_threads():
        yield walk


def test_drag_passes_the_files_of_the_page_and_climbs_at_most_three_times(
    walk: Walk, open_studio: "Callable[[], Studio]"
) -> None:
    studio = open_studio()
    load(studio, PAGE)
    studio.wait_until_saved()
    start = studio.header("a")
    with walk.recording():
        studio.drag(start, start + QPoint(200, 120))
        studio.wait(lambda: walk.complete)
    studio.wait_until_saved()
    assert walk.text() == page_walk(f"A drag, from the mouse to the stored row: {walk.climbs} climbs")
    assert walk.climbs <= MOST_CLIMBS
