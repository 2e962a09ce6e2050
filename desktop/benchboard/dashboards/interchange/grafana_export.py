"""A document of ours as a dashboard Grafana accepts: every widget a panel, containers as the rows Grafana has."""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, Final

from benchboard.dashboards.document.document import Document
from benchboard.dashboards.document.time_range import DEFAULT
from benchboard.dashboards.document.widget_kinds import kind_of, tab_name
from benchboard.dashboards.interchange import grafana_variables, panel_export
from benchboard.dashboards.interchange.conversion_report import ConversionReport, ReportLine
from benchboard.dashboards.interchange.grafana_original import original_of
from benchboard.dashboards.interchange.grafana_restore import PanelOrder, restored_dashboard
from benchboard.dashboards.interchange.grafana_rows import COLUMNS, NUMBERS, scaled, unused
from benchboard.dashboards.interchange.grafana_time import time_changes
from benchboard.dashboards.interchange.panel_import import one_line
from benchboard.dashboards.layout import GROUP, HEADING, ROW, TABS, Cell, Item, Layout, normalized, walk_items
from benchboard.i18n import _, ngettext

VERSION: Final = 39
"""The schemaVersion of exported dashboards: Grafana 11's, which 10.4 and all later versions read."""
_NUMBER: Final = re.compile(r"panel-(0|[1-9][0-9]{0,9})")
_ROOT: Final = {
    "annotations": {"list": []},
    "editable": True,
    "graphTooltip": 0,
    "links": [],
    "schemaVersion": VERSION,
    "tags": [],
    "time": {"from": DEFAULT.start, "to": DEFAULT.end},
    "timepicker": {},
}

_Panels = list[dict[str, Any]]


def to_grafana(document: Document) -> tuple[dict[str, Any], ConversionReport]:
    """The classic Grafana dashboard (24 columns) of a document, and the report of its conversion.

    What was imported from Grafana and not edited is exported as it was, its keys in their order. Raises `Invalid`
    naming item and field if an item's `grafana` field isn't a panel.
    """
    original = original_of(document)
    order = None if original is None else PanelOrder(document, original)
    writer = _Writer(document, order)
    panels = writer.page()
    if original is not None and order is not None:
        rows = order.rows(writer.made) if order.keeps_rows else None
        dashboard = restored_dashboard(document, original, panels, rows)
    else:
        dashboard = _new_dashboard(document, panels)
    found = [found.item for found in walk_items(document.layout)]
    containers = sum(bool(item.panes) for item in found)
    return dashboard, ConversionReport.of(len(found) - containers, containers, [*_unexported(document), *writer.lines])


def _new_dashboard(document: Document, panels: _Panels) -> dict[str, Any]:
    """A dashboard around these panels. A document that was imported by an older version has Grafana's fields, but not
    their order.
    """
    came = panel_export.grafana_source(document.source)
    theirs = came.get("variables")
    listed = grafana_variables.export_variables(document.variables, theirs if isinstance(theirs, list) else [])
    return {
        **_ROOT,
        **{key: value for key, value in came.items() if key not in ("variables", "templating")},
        **time_changes(document, came),
        "title": document.title,
        **({"description": document.description} if document.description else {}),
        "templating": {**panel_export.inside(came, "templating"), "list": listed},
        "panels": panels,
    }


def _unexported(document: Document) -> Iterable[ReportLine]:
    """Settings of a whole dashboard that Grafana doesn't have."""
    if document.breakpoints:
        names = ", ".join(document.breakpoints)
        what = _("The layouts for {names} aren't exported.").format(names=names)
        yield ReportLine("", "", "left out", what, _("Grafana adapts dashboards to narrow screens itself."))
    if document.compact != "vertical":
        what = _("Grafana moves panels up to close gaps; this dashboard is set to {compact}.").format(
            compact=document.compact
        )
        yield ReportLine("", "", "changed", what, "")
    items = [found.item for found in walk_items(document.layout)]
    limited = sum(
        bool(item.min_w or item.max_w or item.min_h or item.max_h or item.source.get("locked")) for item in items
    )
    if limited:
        what = ngettext(
            "Size limits and locks aren't exported for {count} widget.",
            "Size limits and locks aren't exported for {count} widgets.",
            limited,
        ).format(count=limited)
        yield ReportLine("", "", "left out", what, _("Grafana has no equivalent."))
    asked = sum(bool(item.source.get("query")) and not panel_export.grafana_source(item.source) for item in items)
    if asked:
        what = ngettext(
            "{count} query is exported as SQL for PostgreSQL.",
            "{count} queries are exported as SQL for PostgreSQL.",
            asked,
        ).format(count=asked)
        why = _("In Grafana, choose a data source that has these tables.")
        yield ReportLine("", "", "changed", what, why)


class _Writer:
    """The export of one document: the ids assigned, the panels left to lay out, the lines of the report."""

    def __init__(self, document: Document, order: PanelOrder | None) -> None:
        self.document, self.order = document, order
        self.lines: list[ReportLine] = []
        self._queue: deque[tuple[dict[str, Any], Layout]] = deque()
        self._names = {variable.name: grafana_variables.original_name(variable) for variable in document.variables}
        self._numbers = _numbers(document.layout)
        theirs = {number for found in walk_items(document.layout) if (number := _own_number(found.item)) is not None}
        self._unused = unused(theirs | set(self._numbers.values()))
        self.made: dict[str, dict[str, Any]] = {}

    def page(self) -> _Panels:
        """All panels: the page's own, then a row for each grid that Grafana has no place for."""
        layout = self.document.layout
        panels: _Panels = []
        for item, cell in layout:
            if item.type == ROW and item.panes:
                panels += self._row(item, cell)
            else:
                panels += self._spread(Layout.of(layout.columns, [(item, cell)]), layout.columns, 0, 0)
        self._report_joined()
        panels = _ordered(panels, layout.columns)
        while self._queue:
            row, inside = self._queue.popleft()
            row["gridPos"] = {"h": HEADING, "w": COLUMNS, "x": 0, "y": _bottom(panels)}
            held = self._spread(inside, inside.columns, 0, _bottom(panels) + HEADING)
            held = _ordered(held, inside.columns)
            if row.get("collapsed") is True:
                row["panels"], held = held, []
            panels += [row, *held]
        return panels if self.order is None else self.order.arranged(panels, self.made)

    def _report_joined(self) -> None:
        """Report items below an open row that aren't in it: in Grafana they are, because a row extends to the next
        one.
        """
        row = None
        for item, _cell in sorted(self.document.layout, key=lambda pair: (pair[1].y, pair[1].x)):
            if item.type == ROW:
                row = None if item.collapsed else item
            elif row is not None and item.type != TABS:
                what = _("In Grafana, it's in the row “{title}” above it.")
                self._report(item, "changed", what.format(title=one_line(str(row.source.get("title", "")))), "")

    def _row(self, item: Item, cell: Cell) -> _Panels:
        columns, (pane,) = self.document.layout.columns, item.panes
        row = self._heading(item)
        row["gridPos"] = scaled(cell._replace(h=HEADING), columns)
        top = pane.top if item.collapsed else cell.y + HEADING
        held = self._spread(pane.layout, columns, 0, top)
        if item.collapsed:
            row["panels"], held = _ordered(held, columns), []
        return [row, *held]

    def _spread(self, layout: Layout, columns: int, x: int, y: int) -> _Panels:
        """The panels of one grid whose top left field is `x`, `y` of one with `columns`. Rows and tabs inside are put
        off: they come below everything."""
        done: _Panels = []
        for item, cell in layout:
            there = cell._replace(x=cell.x + x, y=cell.y + y)
            if item.type == GROUP and item.panes:
                done += self._group(item, there, columns)
            elif item.panes:
                self._queue_pane(item)
            else:
                panel, told = panel_export.export_panel(item, self._names)
                self.lines += told
                done.append(self._panel(item, panel, scaled(there, columns)))
                if item.static:
                    done[-1]["gridPos"]["static"] = True
        return done

    def _group(self, item: Item, cell: Cell, columns: int) -> _Panels:
        title = str(item.source.get("title", ""))
        self._report(
            item, "changed", _("The group became a heading followed by its contents."), _("Grafana has no groups.")
        )
        self._report_alone(item)
        at = scaled(cell._replace(h=HEADING), columns)
        heading = {"id": self._number(item), **panel_export.text_panel(title, ""), "gridPos": at, "transparent": True}
        return [*([heading] if title else []), *self._spread(item.panes[0].layout, columns, cell.x, cell.y + HEADING)]

    def _queue_pane(self, item: Item) -> None:
        title = str(item.source.get("title", ""))
        if item.type == TABS:
            self._report_alone(item)
            kind = kind_of(item.type)
            own = "" if kind is not None and title in (kind.title, _(kind.title)) else title
            why = _("Grafana's classic dashboards have no tabs.")
            self._report(item, "changed", _("Each tab became a row at the end of the dashboard."), why)
            for place, pane in enumerate(item.panes):
                name = ": ".join(part for part in (own, tab_name(item, place)) if part)
                number = self._number(item if place == 0 else None)
                row = {"id": number, "type": "row", "title": name, "collapsed": place != item.active, "panels": []}
                self._queue.append((row, pane.layout))
            return
        if self.order is None or not self.order.is_in_place(item.id):
            self._report(
                item,
                "changed",
                _("The row moved to the end of the dashboard."),
                _("Grafana rows can't contain other rows."),
            )
        self._queue.append((self._heading(item), item.panes[0].layout))

    def _heading(self, item: Item) -> dict[str, Any]:
        row = self._panel(item, panel_export.row_fields(item, self._names, collapsed=item.collapsed), {})
        row["panels"] = []
        return row

    def _panel(self, item: Item, fields: Mapping[str, Any], place: Mapping[str, Any]) -> dict[str, Any]:
        """The panel of an item; its fields keep the order that they came in."""
        panel: dict[str, Any] = {} if "id" in fields else {"id": 0}
        panel |= {**fields, "gridPos": dict(place)}
        panel["id"] = self._numbers[item.id]
        self.made[item.id] = panel
        return panel

    def _number(self, item: Item | None) -> int:
        if item is not None and item.id in self._numbers:
            return self._numbers[item.id]
        return next(self._unused)

    def _report_alone(self, item: Item) -> None:
        if item.source.get("repeat"):
            self._report(item, "left out", _("It is no longer repeated."), "")

    def _report(self, item: Item, outcome: Any, what: str, why: str) -> None:
        self.lines.append(ReportLine(item.id, one_line(str(item.source.get("title", ""))), outcome, what, why))


def _numbers(layout: Layout) -> dict[str, int]:
    """A number for every item: the one Grafana knew it by, else a new one."""
    ids = [found.item.id for found in walk_items(layout)]
    known = {name: int(match[1]) for name in ids if (match := _NUMBER.fullmatch(name)) and int(match[1]) in NUMBERS}
    others = (name for name in ids if name not in known)
    return known | dict(zip(others, unused(set(known.values())), strict=False))


def _own_number(item: Item) -> int | None:
    """The id that an imported panel has in its own file."""
    number = panel_export.grafana_source(item.source).get("id")
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _ordered(panels: _Panels, columns: int) -> _Panels:
    """The panels as Grafana lists them, from top to bottom; apart again where a grid finer than Grafana's was."""
    if columns > COLUMNS:
        pairs = [(Item(str(place), "text"), _cell(panel)) for place, panel in enumerate(panels)]
        for panel, cell in zip(panels, normalized(Layout.of(COLUMNS, pairs), "none").cells, strict=True):
            panel["gridPos"] |= cell._asdict()
    return sorted(panels, key=lambda panel: (panel["gridPos"]["y"], panel["gridPos"]["x"]))


def _cell(panel: Mapping[str, Any]) -> Cell:
    return Cell(*(panel["gridPos"][key] for key in "xywh"))


def _bottom(panels: _Panels) -> int:
    return max((_cell(panel).bottom for panel in panels), default=0)
