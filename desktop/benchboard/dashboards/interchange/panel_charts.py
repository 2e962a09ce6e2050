"""What charts have beside their data, in Grafana and here: series are stacked, points joined, cells counted."""

from collections.abc import Mapping
from typing import Any, Final

from benchboard.analytics.additive_columns import additive_columns, partial_columns
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.dashboards.document.widget_kinds import WidgetContent

STACKED: Final = ("area_chart", "bar_chart")
_MODES: Final = {"none": "off", "normal": "stacked", "percent": "percent"}
_OWN: Final = {own: mode for mode, own in _MODES.items()}


def stack_of_panel(panel: Mapping[str, Any]) -> str | None:
    """Whether a panel stacks its series, in our words; None if it doesn't say."""
    if panel.get("type") == "graph":
        is_stacked = panel.get("stack") is True
        return ("percent" if panel.get("percentage") is True else "stacked") if is_stacked else None
    if panel.get("type") == "barchart":
        return _MODES.get(str(_inside(panel, "options").get("stacking")))
    custom = _inside(panel, "fieldConfig", "defaults", "custom")
    return _MODES.get(str(_inside(custom, "stacking").get("mode")))


def stack_settings(panel: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The setting of a widget of this kind for a panel's stacking; none where both have it off by default."""
    stack = stack_of_panel(panel) if kind in STACKED else None
    if stack is None or (stack == "off" and kind == "bar_chart"):
        return {}
    return {"stack": stack}


def is_stacked(panel: Mapping[str, Any]) -> bool:
    """Whether a panel of lines stacks them: lines without areas would show sums as if they were values."""
    return stack_of_panel(panel) in ("stacked", "percent")


def with_stack(widget: WidgetContent, panel: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The changed fields of a panel with the widget's stacking, if it isn't the panel's. `panel` is empty for a new
    one."""
    known = stack_of_panel(panel)
    if widget.type not in STACKED or (
        panel and widget.config.get("stack") == stack_settings(panel, widget.type).get("stack")
    ):
        return dict(fields)
    stack = _exported_stack(widget)
    is_chosen = widget.type == "area_chart" and widget.config.get("stack") == "off" and known is None
    if stack == (known or "off") and not is_chosen:
        return dict(fields)
    if panel.get("type") == "graph":
        return {**fields, "stack": stack != "off", "percentage": stack == "percent"}
    if widget.type == "bar_chart":
        return {**fields, "options": {**_inside(panel, "options"), "stacking": _OWN[stack]}}
    config = _inside(fields, "fieldConfig")
    defaults = _inside(config, "defaults")
    custom = _inside(defaults, "custom")
    stacking = {"group": "A", **_inside(custom, "stacking"), "mode": _OWN[stack]}
    return {**fields, "fieldConfig": {**config, "defaults": {**defaults, "custom": {**custom, "stacking": stacking}}}}


def _exported_stack(widget: WidgetContent) -> str:
    """A stacking that is automatic here is on where one measure of the query adds up, or several for parts."""
    stack = str(widget.setting("stack"))
    if stack != "auto":
        return stack
    adds_up = len(additive_columns(widget.query)) == 1 or len(partial_columns(widget.query)) > 1
    return "stacked" if adds_up else "off"


def joins_points(panel: Mapping[str, Any]) -> bool:
    """Whether an XY chart of Grafana draws lines alone between its points."""
    return _inside(panel, "fieldConfig", "defaults", "custom").get("show") == "lines"


def counts_cells(panel: Mapping[str, Any]) -> bool:
    """Whether Grafana itself counts the values of a heatmap into its cells; ours draws those of the query."""
    return _inside(panel, "options").get("calculate") is True


def point_options() -> dict[str, Any]:
    """The fields of a new XY chart, which finds its columns by itself."""
    return {"options": {"mapping": "auto", "series": []}, "fieldConfig": {"defaults": {"custom": {"show": "points"}}}}


def matrix_of(query: str, *, across: bool = True) -> list[dict[str, Any]] | None:
    """Grafana's transformation of the rows of a pivot table: one for a query by two columns, none for one by a single
    column, or without columns `across`; None for a query whose columns aren't known, or that has more."""
    dialects: tuple[Dialect, ...] = ("own", "duckdb", "postgresql", "mysql")
    asked = next((found for one in dialects if (found := from_sql(query, dialect=one)) is not None), None)
    if asked is None or len(asked.measures) != 1 or not 1 <= len(asked.groups) <= 2:
        return None
    if len(asked.groups) == 1 or not across:
        return []
    rows, columns = asked.groups
    fields = {"rowField": rows.output, "columnField": columns.output, "valueField": asked.measures[0].output}
    return [{"id": "groupingToMatrix", "options": fields}]


def _inside(value: Any, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
