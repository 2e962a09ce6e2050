"""The menu of a value of a chart: what to filter by it, the rows behind it, what it consists of."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from benchboard.analytics.table_browser import BrowsedColumn
from benchboard.i18n import _
from benchboard.ui.studio.panes.chart_point import ChartPoint, PointGroup
from benchboard.ui.studio.tiles.numbers.number_format import truncate
from benchboard.ui.theme import theme
from benchboard.ui.widgets.menus import Menu, add_action

_LONGEST = 48


class PointCommands(Protocol):
    """What the place of a chart does with its points."""

    def filter_title(self, name: str) -> str:
        """What *filter to this value* is called."""

    def filter_to(self, value: PointGroup) -> None:
        """Keep the rows with this value alone."""

    def exclude(self, value: PointGroup) -> None:
        """Leave out the rows with this value."""

    def select_period(self) -> None:
        """Show the period of the point alone."""

    def show_rows(self) -> None:
        """Show the rows behind the point."""

    def break_down(self, column: str) -> None:
        """Show what the point consists of, by another column."""

    def explore(self) -> None:
        """Open the query in Explore."""

    def copy(self) -> None:
        """Copy the value."""


class Offers(NamedTuple):
    """What can be done: `values` can be filtered by; `has_period`: its period can be shown alone; `columns` can be
    broken down by; `explores`: its query can be opened in Explore; `links`: the names of the dashboards that can be
    opened with the value, and what opens them."""

    values: Sequence[PointGroup]
    has_period: bool
    columns: Sequence[BrowsedColumn]
    explores: bool
    links: Sequence[tuple[str, Callable[[], object]]] = ()


def open_point_menu(parent: QWidget, at: QPoint, point: ChartPoint, offers: Offers, commands: PointCommands) -> Menu:
    """Open the menu of a point at a point of the screen. It deletes itself when it closes."""
    shown = Menu(parent)
    shown.setObjectName("point_menu")
    shown.setAccessibleName(point.title)
    heading = shown.addAction(_plain(point.title))
    heading.setObjectName("point_title")
    heading.setEnabled(False)
    shown.addSeparator()

    def add(name: str, title: str, icon: str, run: Callable[[], object]) -> None:
        add_action(shown, name, _plain(title), icon, run)

    for value in offers.values:
        add(f"filter_{value.group.output}", commands.filter_title(value.name), "ph.funnel",
            partial(commands.filter_to, value))  # fmt: skip
    if offers.has_period:
        name = next((one.name for one in point.values if one.group.unit), "")
        add("only_period", _("Only {name}").format(name=name), "ph.clock", commands.select_period)
    for value in offers.values:
        add(f"exclude_{value.group.output}", _("Exclude {name}").format(name=value.name), "ph.minus-circle",
            partial(commands.exclude, value))  # fmt: skip
    if len(shown.actions()) > 2:
        shown.addSeparator()
    for place, (name, run) in enumerate(offers.links):
        add(f"open_linked_{place}", _("Open “{name}”").format(name=name), "ph.link", run)
    if offers.links:
        shown.addSeparator()
    if point.has_rows:
        add("show_rows", _("Show rows"), "ph.table", commands.show_rows)
    if offers.columns:
        shown.addMenu(_breakdown(shown, offers.columns, commands))
    if offers.explores:
        add("explore", _("Open in Explore"), "ph.compass", commands.explore)
    add("copy_value", _("Copy value"), "ph.copy", commands.copy)
    shown.aboutToHide.connect(shown.deleteLater)
    shown.popup(at)
    return shown


def _breakdown(parent: Menu, columns: Sequence[BrowsedColumn], commands: PointCommands) -> Menu:
    inner = Menu(parent, _("Break down by"))
    inner.setObjectName("break_down")
    inner.menuAction().setObjectName("break_down")
    inner.menuAction().setProperty("icon_name", "ph.squares-four")
    inner.menuAction().setIcon(theme().icon("ph.squares-four", "text.secondary"))
    for column in columns:
        add_action(
            inner, f"by_{column.name}", _plain(column.title), "ph.text-aa", partial(commands.break_down, column.name)
        )
    return inner


def _plain(text: str) -> str:
    """A text as the title of an action, without shortcuts of its letters."""
    return truncate(text, _LONGEST).replace("&", "&&")
