"""One widget of ours as a panel of Grafana's: the panel it was, with what changed here; else a fresh one."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from benchboard.dashboards.document.series_settings import target_series
from benchboard.dashboards.document.widget_kinds import IMAGE, PIVOT, PIVOT_COLUMNS, TARGET, WidgetContent, widget_of
from benchboard.dashboards.interchange import panel_import, series_overrides
from benchboard.dashboards.interchange.conversion_report import ReportLine
from benchboard.dashboards.interchange.grafana_import import imported_repeat
from benchboard.dashboards.interchange.panel_charts import matrix_of, point_options, with_stack
from benchboard.dashboards.interchange.query_translation import PanelQueries, to_grafana_sql, with_panel_sql
from benchboard.dashboards.layout import Item, repeat_of
from benchboard.i18n import _

TYPES: Final = {
    "metric_card": "stat",
    "line_chart": "timeseries",
    "area_chart": "timeseries",
    "bar_chart": "barchart",
    "pie_chart": "piechart",
    "gauge": "gauge",
    "histogram": "histogram",
    "scatter_chart": "xychart",
    "heatmap": "heatmap",
    "table": "table",
    PIVOT: "table",
    "text": "text",
    "image": "text",
}
"""Our kinds and the panel type for each. Any other kind becomes a text panel with its original kind."""

_FILL: Final = 20
"""How much of an area's colour fills it in Grafana, of 100."""
_QUERY_FIELDS: Final = ("expr", "rawSql", "rawQuery", "query", "target", "queryText", "sql", "expression")
"""Where Grafana's data sources keep the text of a query, in the order they are looked for."""
_LONGEST_QUERIES: Final = 20_000
"""How much of a panel's original queries is shown, in characters."""
_SOURCE: Final = {"type": "grafana-postgresql-datasource"}
_NAMES: Final = {unit: name for name, unit in reversed(panel_import.UNITS.items()) if unit}


def grafana_source(source: Mapping[str, object]) -> Mapping[str, Any]:
    """Grafana's fields of an imported item or document; empty for any other."""
    return inside(source, "grafana")


def inside(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under `key`; an empty one if there is none."""
    found = value.get(key)
    return found if isinstance(found, Mapping) else {}


def row_fields(item: Item, names: Mapping[str, str], *, collapsed: bool) -> dict[str, Any]:
    """The fields of a row's panel but its id, place and panels: those it came with, with the changes made here.

    `names` as in `export_panel`.
    """
    came, title = grafana_source(item.source), str(item.source.get("title", ""))
    if came.get("type") != "row":
        return {"type": "row", "title": title, "collapsed": collapsed} | _repeat_changes(item, {}, names)
    fields = dict(came)
    if title != panel_import.panel_title(came, item.id):
        fields["title"] = title
    if collapsed != (came.get("collapsed") is True):
        fields["collapsed"] = collapsed
    return _changed(fields, _repeat_changes(item, came, names))


def text_panel(title: str, content: str) -> dict[str, Any]:
    """A Grafana text panel that shows `content` as Markdown."""
    return {"type": "text", "title": title, "options": {"mode": "markdown", "content": content}}


def export_panel(item: Item, names: Mapping[str, str]) -> tuple[dict[str, Any], list[ReportLine]]:
    """The panel of a widget, without a new id and place. `names` are the document's variables, each with the name it
    had in Grafana.
    """
    widget, came = widget_of(item), grafana_source(item.source)
    if came and _shown_as(widget, came):
        return _restored_panel(item, widget, came, names)
    made, lines = _new_panel(item, widget, set(names))
    if not widget.query:
        made |= {key: came[key] for key in ("targets", "datasource") if came.get(key) is not None}
    about = item.source.get("description")
    if isinstance(about, str) and about:
        made["description"] = about
    return made | _repeat_changes(item, {}, names), lines


def _shown_as(widget: WidgetContent, came: Mapping[str, Any]) -> bool:
    """Whether the panel it came from still shows what the widget does. A picture that came in a text is the widget's
    own, and no longer that of the text."""
    kind = panel_import.kind_for(came, widget.id)
    return kind == widget.type or (widget.type == IMAGE and kind == "text")


_GONE: Final = object()
"""Stands for the value of a field that is removed."""


def _changed(fields: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**fields, **changes}.items() if value is not _GONE}


def _repeat_changes(item: Item, came: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The fields of an item's `repeat` that differ from those of the panel it came from."""
    repeat = repeat_of(item)
    was = imported_repeat(came, item.id, {name for name in names.values() if name})
    if repeat is None:
        return {"repeat": _GONE} if was else {}
    fields: dict[str, Any] = {}
    if not was or names.get(repeat.variable) != was["variable"] or repeat.variable != was["variable"]:
        fields["repeat"] = repeat.variable
    if item.panes:
        return fields
    if repeat.direction != was.get("direction"):
        fields["repeatDirection"] = "v" if repeat.direction == "down" else "h"
    most = inside(item.source, "repeat").get("most")
    if repeat.direction == "across" and most != was.get("most"):
        fields["maxPerRow"] = repeat.most if most is not None else _GONE
    return fields


def _restored_panel(
    item: Item, widget: WidgetContent, kept: Mapping[str, Any], names: Mapping[str, str]
) -> tuple[dict[str, Any], list[ReportLine]]:
    """The panel that a widget came from, with the changes made here and everything else as it was."""
    came = panel_import.with_picture(kept, str(widget.setting("picture") or "") if widget.type == IMAGE else "")
    was, _report = panel_import.import_panel(came, item.id)
    again = _changed(came, _repeat_changes(item, came, names))
    if widget.title != was["title"]:
        again["title"] = widget.title
    about = item.source.get("description", "")
    if isinstance(about, str) and about != was.get("description", ""):
        again["description"] = about
    if widget.type != "placeholder" and dict(widget.config) != was["config"]:
        again |= with_stack(widget, again, _settings(widget, again))
    lines = list(_lost_targets(item, widget, widget.kind.type if widget.kind else ""))
    if widget.type == "placeholder":
        what = _("“{label}” is exported unchanged.").format(
            label=panel_import.settings(came, "placeholder", item.id)["label"]
        )
        lines.append(ReportLine(item.id, widget.title, "placeholder", what, ""))
    asked = PanelQueries().read(came) if widget.query else ""
    if asked and asked != widget.query:
        again = with_panel_sql(again, to_grafana_sql(widget.query, names))
    elif widget.query and not asked:
        what = _("Its SQL isn't exported; its original Grafana queries are exported instead.")
        lines.append(ReportLine(item.id, widget.title, "left out", what, ""))
    return again, lines


def _new_panel(item: Item, widget: WidgetContent, names: set[str]) -> tuple[dict[str, Any], list[ReportLine]]:
    kind = widget.kind.type if widget.kind else widget.type
    if kind not in TYPES:
        label = panel_import.one_line(f"Benchboard: {widget.type}")
        what = _("“{label}” becomes a text panel of the same size.").format(label=label)
        line = ReportLine(item.id, widget.title, "placeholder", what, _("Grafana has no equivalent panel."))
        return text_panel(widget.title, label), [line]
    if TYPES[kind] == "text":
        return text_panel(widget.title, "") | _settings(widget, {}), list(_unfitted(item, widget))
    made: dict[str, Any] = {"type": TYPES[kind], "title": widget.title, "options": {}, "targets": []}
    made["fieldConfig"] = {"defaults": {}, "overrides": []}
    if widget.query:
        asked = {"datasource": _SOURCE, "editorMode": "code", "format": "table", "rawQuery": True}
        made |= {
            "datasource": _SOURCE,
            "targets": [{"refId": "A", **asked, "rawSql": to_grafana_sql(widget.query, names)}],
        }
    if kind == "scatter_chart":
        made |= point_options()
    if kind == PIVOT and (matrix := _matrix(widget)):
        made["transformations"] = matrix
    return made | with_stack(widget, {}, _settings(widget, made)), list(_other_form(item, widget, kind))


def _matrix(widget: WidgetContent) -> list[dict[str, Any]] | None:
    return matrix_of(widget.query, across=widget.setting(PIVOT_COLUMNS.key) == "auto")


def _other_form(item: Item, widget: WidgetContent, kind: str) -> Iterator[ReportLine]:
    """What Grafana finds by itself of a chart, needs in another form, or hasn't."""
    yield from _lost_targets(item, widget, kind)
    if kind == "scatter_chart":
        what = _("Which columns its points are drawn from isn't exported.")
        yield ReportLine(item.id, widget.title, "left out", what, _("Grafana chooses the columns by itself."))
    if kind == PIVOT and widget.query and _matrix(widget) is None:
        what = _("Its rows aren't turned into columns.")
        why = _("The columns of its query aren't known: add “Grouping to matrix” in Grafana.")
        yield ReportLine(item.id, widget.title, "changed", what, why)
    if kind == "heatmap" and widget.query:
        what = _("Its query may need another form in Grafana.")
        why = _("A heatmap there needs a time column, and a column of numbers for each row of cells.")
        yield ReportLine(item.id, widget.title, "changed", what, why)


def _lost_targets(item: Item, widget: WidgetContent, kind: str) -> Iterator[ReportLine]:
    """The targets that Grafana has no equivalent of."""
    if kind in ("metric_card", "bar_chart") and widget.setting(TARGET.key) != "":
        why = _("Grafana draws targets as thresholds, and only in gauges, lines and areas.")
        yield ReportLine(item.id, widget.title, "left out", _("Its target isn't exported."), why)
    if target_series(widget):
        what = _("The series that is its target is one like the others there.")
        yield ReportLine(item.id, widget.title, "changed", what, _("Grafana has no such setting."))


def _unfitted(item: Item, widget: WidgetContent) -> Iterator[ReportLine]:
    if widget.type == IMAGE and (widget.setting("fit"), widget.setting("align")) != ("whole", "centre"):
        what = _("Its image scaling and alignment aren't exported.")
        yield ReportLine(item.id, widget.title, "left out", what, _("Grafana shows the image at its original size."))


def _picture(widget: WidgetContent) -> str:
    """The image as Markdown: itself, or its original address."""
    alt = re.sub(r"([\[\]\\])", r"\\\1", str(widget.setting("alt")))
    address = widget.setting("picture") or widget.config.get("url") or ""
    return f"![{alt}]({address})" if address else ""


_LIMITS: Final = {"warn": "orange", "alarm": "red", TARGET.key: panel_import.TARGET_COLOUR}
"""The settings that are thresholds in Grafana, with their colours there."""


def _gauge_range(widget: WidgetContent, panel: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a gauge's panel for its range and thresholds, if they were changed."""
    was = panel_import.gauge_range(panel)
    now = {key: value for key in ("min", "max", *_LIMITS) if (value := widget.setting(key)) != ""}
    fields: dict[str, Any] = {key: now.get(key) for key in ("min", "max") if now.get(key) != was.get(key)}
    return fields | _changed_thresholds(now, was)


def _line_thresholds(widget: WidgetContent, panel: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a chart of lines for its thresholds, if they were changed."""
    was = panel_import.line_thresholds(panel)
    now = {key: value for key in _LIMITS if (value := widget.setting(key)) != ""}
    fields = _changed_thresholds(now, was)
    if fields:
        # What is beyond a target isn't shaded, as that of a warning is.
        style = {"mode": "off" if not now else "dashed" if TARGET.key in now else "dashed+area"}
        custom = inside(inside(inside(panel, "fieldConfig"), "defaults"), "custom")
        fields["custom"] = {**custom, "thresholdsStyle": style}
    return fields


def _changed_thresholds(now: Mapping[str, Any], was: Mapping[str, Any]) -> dict[str, Any]:
    if all(now.get(key) == was.get(key) for key in _LIMITS):
        return {}
    steps = [{"color": colour, "value": now[key]} for key, colour in _LIMITS.items() if key in now]
    first: dict[str, object] = {"color": "green", "value": None}
    return {"thresholds": {"mode": "absolute", "steps": [first, *sorted(steps, key=lambda step: step["value"])]}}


def _settings(widget: WidgetContent, panel: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a panel for the settings in `config`, over its former ones."""
    config = widget.config
    if widget.type in ("text", "image"):
        content = config.get("text", "") if widget.type == "text" else _picture(widget)
        mode = {} if panel and panel_import.is_markdown(panel) else {"mode": "markdown"}
        return {"options": {**inside(panel, "options"), **mode, "content": str(content)}}
    defaults = dict(inside(inside(panel, "fieldConfig"), "defaults"))
    unit, decimals = config.get("unit"), config.get("decimals")
    if isinstance(unit, str) and unit != panel_import.unit_of(panel):
        defaults["unit"] = _unit_name(unit)
    if decimals != panel_import.decimals_of(panel) and isinstance(decimals, int) and not isinstance(decimals, bool):
        defaults["decimals"] = decimals
    if widget.type == "gauge":
        defaults |= _gauge_range(widget, panel)
    if widget.type in panel_import.LINES:
        defaults |= _line_thresholds(widget, panel)
    if widget.type == "area_chart" and not inside(defaults, "custom").get("fillOpacity"):
        defaults["custom"] = {**inside(defaults, "custom"), "fillOpacity": _FILL}
    config_fields = inside(panel, "fieldConfig") or {"defaults": {}, "overrides": []}
    if widget.type in series_overrides.CHARTS:
        made = series_overrides.with_series(config_fields.get("overrides"), config, panel_import.unit_word, _unit_name)
        config_fields = config_fields if made is None else {**config_fields, "overrides": made}
    fields: dict[str, Any] = {"fieldConfig": {**config_fields, "defaults": defaults}}
    if widget.type == "histogram" and (bins := widget.setting("bins") or None) != panel_import.bins_of_panel(panel):
        changed = {"bucketCount": bins if bins is not None else _GONE, "bucketSize": _GONE}
        fields["options"] = _changed(inside(panel, "options"), changed)
    return fields


def _unit_name(unit: str) -> str:
    """A unit of ours as Grafana names it."""
    return _NAMES.get(unit, f"suffix:{unit}") if unit else "none"


def original_queries(source: Mapping[str, object]) -> str:
    """The queries that an imported item had in Grafana, one below the other; empty for an item that had none.

    A query without text of its own (a visual editor's) is shown as its JSON.
    """
    targets = grafana_source(source).get("targets")
    queries = [target for target in targets if isinstance(target, Mapping)] if isinstance(targets, list) else []
    return "\n\n".join(text for query in queries if (text := next(_query_text(query), "")))[:_LONGEST_QUERIES]


def _query_text(target: Mapping[str, object]) -> Iterator[str]:
    for key in _QUERY_FIELDS:
        text = target.get(key)
        if isinstance(text, str) and text.strip():
            yield text.strip()
    rest = {key: value for key, value in target.items() if key not in ("refId", "datasource", "hide")}
    if rest:
        yield json.dumps(rest, ensure_ascii=False, indent=1)
