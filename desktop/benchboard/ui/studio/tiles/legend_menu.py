"""The menu of a chart's legend: by it the keyboard hides series, reaches those that the legend has no room for, and
gives them colours."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.i18n import _
from benchboard.ui.studio.tiles.colour_menu import ColourChoice, add_colours
from benchboard.ui.studio.tiles.kinds import charts, pies
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.kinds.scatter import ScatterPlot
from benchboard.ui.studio.tiles.renderers import mismatch_reason
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.chart_legend import OTHER, LegendChoice
from benchboard.ui.studio.tiles.series.undrawn_series import undrawn_advice, undrawn_list
from benchboard.ui.studio.tiles.series.value_colours import key_name
from benchboard.ui.widgets.menus import Menu

LegendName = tuple[str, str]
"""The key of a series or slice, and its name."""
_CHARTS: Final = ("line_chart", "area_chart", "bar_chart")


def legend_names(widget: WidgetContent, result: QueryResult | None) -> list[LegendName]:
    """What can be hidden in a chart; nothing if that is one series alone, or it isn't a chart."""
    found = list[LegendName]()
    if (parts := _slices(widget, result)) is not None:
        found = [(one.choice_key, one.name) for one in parts]
    elif (series := _series(widget, result)) is not None:
        found = [(one.key, one.name) for one in series]
    return found if len(found) > 1 else []


def coloured_names(widget: WidgetContent, result: QueryResult | None) -> list[LegendName]:
    """The series or slices of a chart that may get a colour: what the settings call each, and its name."""
    if (parts := _slices(widget, result)) is not None:
        return [(key_name(one.key), one.name) for one in parts if one.row >= 0 and not one.is_small]
    if result is not None and result.table is not None and _kind(widget, result) == "scatter_chart":
        points = ScatterPlot(QRectF(0, 0, 100, 100), result.table).series
        return [(key_name(one.key), one.name) for one in points if one.key]
    return [(one.setting_name, one.name) for one in _series(widget, result) or () if not one.is_before]


def undrawn_names(widget: WidgetContent, result: QueryResult | None) -> list[str]:
    """The names of the series that a chart of lines or bars leaves out."""
    if result is None or _kind(widget, result) not in _CHARTS:
        return []
    return undrawn_list(drawn_table(widget, result))


def _slices(widget: WidgetContent, result: QueryResult | None) -> list[pies.Slice] | None:
    """The slices of a pie; None if it is none, or can't be drawn."""
    if result is None or result.table is None or _kind(widget, result) != "pie_chart":
        return None
    return pies.slices(result.table, opened=result.legend.opens_other)[0]


def _series(widget: WidgetContent, result: QueryResult | None) -> list[charts.Series] | None:
    """The series of a chart of lines or bars; None if it is none, or can't be drawn."""
    if result is None or _kind(widget, result) not in _CHARTS:
        return None
    return charts.named_series(drawn_table(widget, result), "")


def _kind(widget: WidgetContent, result: QueryResult) -> str:
    """The kind of a widget that is drawn; empty if it isn't."""
    if result.table is None or result.error is not None or not result.table.rows:
        return ""
    kind = widget.kind.type if widget.kind is not None else ""
    return kind if mismatch_reason(widget, result.table) is None else ""


def legend_menu(
    parent: QWidget,
    names: Sequence[LegendName],
    choice: LegendChoice,
    choose: Callable[[LegendChoice], object],
    colours: ColourChoice | None = None,
    undrawn: Sequence[str] = (),
) -> Menu:
    """A menu that shows and hides each name, or shows one alone, and for those who may edit gives it a colour. It lists
    the series that aren't drawn (`undrawn`), and deletes itself when it closes."""
    menu, keys = Menu(parent), [key for key, _name in names]
    menu.setObjectName("legend_menu")
    menu.setAccessibleName(_("Legend"))
    menu.aboutToHide.connect(menu.deleteLater)
    if colours is not None and colours.names and not names:
        add_colours(menu, colours)
        return menu
    for key, name in names:
        if key == OTHER:
            continue
        action = menu.addAction(name.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(key not in choice.hidden)
        action.triggered.connect(lambda _on=False, key=key: choose(choice.toggled(key, keys)))
    menu.addSeparator()
    alone = Menu(menu, _("Show only"))
    alone.setObjectName("legend_alone")
    for key, name in names:
        if key != OTHER:
            only = alone.addAction(name.replace("&", "&&"))
            only.triggered.connect(
                lambda _on=False, key=key: choose(replace(choice, hidden=frozenset()).isolated(key, keys))
            )
    menu.addMenu(alone)
    if colours is not None and colours.names:
        add_colours(menu, colours)
    if any(key == OTHER for key, _name in names) or choice.opens_other:
        other = menu.addAction(_("Gather small slices as “Other”"))
        other.setCheckable(True)
        other.setChecked(not choice.opens_other)
        other.triggered.connect(lambda _on=False: choose(choice.toggled(OTHER, keys)))
    if choice.hidden:
        show_all = menu.addAction(_("Show all"))
        show_all.triggered.connect(lambda _on=False: choose(replace(choice, hidden=frozenset())))
    if undrawn:
        _add_undrawn(menu, undrawn)
    return menu


def _add_undrawn(menu: Menu, names: Sequence[str]) -> None:
    """A menu of the series that aren't drawn: to be read, as they have no place in the chart."""
    menu.addSeparator()
    listed = Menu(menu, _("Not drawn"))
    listed.setObjectName("legend_undrawn")
    for text in (*names, "", undrawn_advice()):
        if text:
            listed.addAction(text.replace("&", "&&")).setEnabled(False)
        else:
            listed.addSeparator()
    menu.addMenu(listed)
