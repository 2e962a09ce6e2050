"""The plot of all bit timings by keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from benchboard.canbus.timing import Timing
from benchboard.ui.bench.solution_plot import SolutionPlot, SolutionPoint
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import accessible_factory
from support.painted_text import painted_texts

_KEYS = {"left": Qt.Key.Key_Left, "right": Qt.Key.Key_Right, "up": Qt.Key.Key_Up, "down": Qt.Key.Key_Down}


def _point(sample_point: float, error: float, prescaler: int = 0) -> SolutionPoint:
    prescaler = prescaler or 1 + round(10 * error)
    return SolutionPoint(sample_point, error, 0.5, (prescaler, round(sample_point), 100 - round(sample_point) - 1))


@pytest.fixture
def plot(qtbot: QtBot, light: Theme) -> SolutionPlot:
    """Three columns of solutions, at 70, 80 and 90 %; the one at 80 % with an error of 0.2 % is selected."""
    plot = SolutionPlot()
    qtbot.addWidget(plot)
    plot.resize(600, 300)
    places = ((70, 0.0), (70, 0.2), (80, 0.0), (80, 0.2), (80, 0.4), (90, 0.1), (90, 0.4))
    plot.show_points([_point(*one) for one in places], target=80, max_error=0.5, clock_tolerance=0.3)
    plot.show_selected(Timing(80_000_000, 3, 40, 40, 19, 8), 0.2, 0.5)
    plot.show()
    plot.setFocus()
    return plot


@pytest.mark.parametrize(
    ("keys", "reached"),
    [
        ("right", (90, 0.1)),
        ("left", (70, 0.2)),
        ("left left", (70, 0.2)),
        ("up", (80, 0.4)),
        ("up up", (80, 0.4)),
        ("down", (80, 0.0)),
        ("down right", (90, 0.1)),
        ("down right left", (80, 0.0)),
        ("right up", (90, 0.4)),
        ("left up", (80, 0.4)),  # none is higher at 70 %
        ("right down", (80, 0.0)),
    ],
)
def test_arrow_keys_move_a_ring_in_visual_order_and_select_nothing(
    qtbot: QtBot, plot: SolutionPlot, keys: str, reached: tuple[float, float]
) -> None:
    selected: list[object] = []
    plot.selected.connect(selected.append)
    for key in keys.split():
        qtbot.keyClick(plot, _KEYS[key])
    assert plot.ringed is not None
    assert (plot.ringed.sample_point, plot.ringed.error) == reached
    assert not selected


def test_solutions_in_one_place_are_reached_one_after_the_other(qtbot: QtBot, light: Theme) -> None:
    plot = SolutionPlot()
    qtbot.addWidget(plot)
    points = [_point(80, 0.0, prescaler) for prescaler in (1, 2, 4)]
    plot.show_points(points, target=80, max_error=0.5, clock_tolerance=0.3)
    plot.show_selected(Timing(80_000_000, 1, 40, 40, 19, 8), 0.0, 0.5)
    reached = []
    for key in ("up", "up", "up", "down", "down", "down"):
        qtbot.keyClick(plot, _KEYS[key])
        assert plot.ringed is not None
        reached.append(plot.ringed.triple[0])
    assert reached == [2, 4, 4, 2, 1, 1]


def test_the_ring_is_drawn_with_its_values_and_told_and_escape_returns(
    qtbot: QtBot, plot: SolutionPlot, announcements: list[str]
) -> None:
    def drawn() -> set[str]:
        return {one.text for one in painted_texts(plot)}

    assert "Selected: 100 tq, prescaler 3" in drawn()
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    values = "70.0 %, error 0.20 %, tolerance 0.50 %"
    assert {"100 tq, prescaler 3", values} <= drawn()
    assert announcements[-1] == plot.accessibleDescription() == f"100 tq, prescaler 3, {values}"
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.ringed is None
    assert announcements[-1] == plot.accessibleDescription()
    assert announcements[-1].startswith("Selected: 100 tq, prescaler 3, 80.0 %")
    assert "Selected: 100 tq, prescaler 3" in drawn()
    plot.clearFocus()
    assert "Selected: 100 tq, prescaler 3" in drawn(), "what is selected says what it is"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_and_space_select_what_is_in_the_ring(qtbot: QtBot, plot: SolutionPlot, key: Qt.Key) -> None:
    selected: list[object] = []
    plot.selected.connect(selected.append)
    qtbot.keyClick(plot, key)
    assert not selected, "without a ring there is nothing to select"
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, key)
    assert selected == [(2, 90, 9)]


def test_plot_has_its_role_and_name_for_a_screen_reader(qtbot: QtBot, light: Theme) -> None:
    accessible_factory.install()
    plot = SolutionPlot()
    qtbot.addWidget(plot)
    plot.show_points([_point(80, 0.2)], target=80, max_error=0.5, clock_tolerance=0.3)
    plot.show_selected(Timing(80_000_000, 3, 40, 40, 19, 8), 0.2, 0.5)
    found = QAccessible.queryAccessibleInterface(plot)
    assert found.role() == QAccessible.Role.Chart
    assert found.text(QAccessible.Text.Name) == "All bit timings: bit rate error by sample point"
    assert found.text(QAccessible.Text.Description).startswith("Selected: 100 tq")
    assert found.state().focusable
