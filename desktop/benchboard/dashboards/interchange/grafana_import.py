"""Converts a Grafana dashboard to a document: every panel in its position, and a report of the conversion."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from benchboard.dashboards.document.document import FORMAT, MAX_DESCRIPTION, MAX_NAME, VERSION, Document, parse_document
from benchboard.dashboards.document.widget_kinds import MAX_TITLE, kind_of
from benchboard.dashboards.interchange import grafana_original, grafana_variables, panel_import
from benchboard.dashboards.interchange.conversion_report import ConversionReport, ReportLine
from benchboard.dashboards.interchange.document_upgrade import SCHEMA
from benchboard.dashboards.interchange.grafana_rows import (
    COLUMNS,
    NUMBERS,
    Panel,
    group_by_row,
    original_panels,
    panels_of_rows,
    unused,
)
from benchboard.dashboards.interchange.grafana_time import import_time
from benchboard.dashboards.interchange.query_translation import PanelQueries
from benchboard.dashboards.interchange.validation import check, mapping, refuse, sequence, text
from benchboard.dashboards.layout import MAX_COLUMNS, MAX_HEIGHT, MAX_ITEMS, MAX_ROW, Cell, quote_id, quote_value
from benchboard.errors import Invalid
from benchboard.i18n import _, allowed_numbers, number

NEWEST: Final = 42
"""The last version of Grafana's classic form this was written for."""
_DEEPEST: Final = 8
_USUAL: Final = (12, 9)
"""The size of a panel without one, by Grafana's schema."""
_SPAN: Final = {"x": (0, MAX_COLUMNS - 1), "y": (0, MAX_ROW), "w": (1, MAX_COLUMNS), "h": (1, MAX_HEIGHT)}


def from_grafana(value: object) -> tuple[dict[str, object], ConversionReport]:
    """The document (24 columns) for a decoded Grafana dashboard, and the report of its conversion.

    Accepts the classic form, also inside an API's response and as exported for sharing. All of Grafana's fields are
    kept under `grafana`, for `to_grafana`. Raises `Invalid` naming item and field if it isn't a dashboard, and for
    schema version 2.
    """
    written, _document, report = convert_grafana(value)
    return written, report


def convert_grafana(value: object) -> tuple[dict[str, object], Document, ConversionReport]:
    """As `from_grafana`, with the document also as it is read."""
    raw = _classic(value)
    check(raw)
    lines = list(_unimported(raw))
    if raw.get("panels") is None and raw.get("rows") is not None:
        what = _("This dashboard uses the format from before Grafana 5. Its rows were laid out as Grafana would.")
        lines.append(ReportLine("", "", "changed", what, ""))
    in_file = _file_panels(raw)
    lines += _assign_numbers(in_file)
    templating = mapping(raw.get("templating"), item=None, field="templating")
    listed = sequence(templating.get("list"), item=None, field="templating.list")
    ours, theirs, told = grafana_variables.import_variables(listed)
    frame = grafana_original.kept_frame(raw, in_file, grafana_variables.entries(listed, theirs))
    panels = _place_panels(in_file, lines)
    queries = PanelQueries({entry["name"] for entry in ours})
    items = [_item(panel, queries, lines) for panel in panels]
    root = {
        key: field for key, field in raw.items() if key not in ("panels", "rows", "templating", "title", "description")
    }
    root |= {"templating": {key: field for key, field in templating.items() if key != "list"}, "variables": theirs}
    words, shortened = _title_and_description(raw)
    timing, untimed = import_time(raw)
    document: dict[str, object] = {
        "$schema": SCHEMA,
        "format": FORMAT,
        "version": VERSION,
        **words,
        "columns": COLUMNS,
        "compact": "vertical",
        **timing,
        "variables": ours,
        "items": items,
        "breakpoints": {},
        "grafana": root,
        grafana_original.KEY: frame,
    }
    parsed = parse_document(document)
    every = list(_all_panels(panels))
    rows = sum(panel.is_row for panel in every)
    waiting = [panel.id for panel in every if _awaits_query(panel)]
    told_lines = [*shortened, *untimed, *told, *lines]
    return document, parsed, ConversionReport.of(len(every) - rows, rows, told_lines, needs_query=waiting)


def _file_panels(raw: Mapping[str, Any]) -> list[Panel]:
    """The panels as they are nested in the file, without numbers and cells."""
    if raw.get("panels") is not None or raw.get("rows") is None:
        return _collect_panels(raw.get("panels"), "panels", 0, [0])
    rows = sequence(raw["rows"], item=None, field="rows")
    panels = _collect_panels(panels_of_rows(rows), "panels", 0, [0])
    headed = any(panel.is_row for panel in panels)
    for panel, original in zip(_all_panels(panels), original_panels(rows, headed=headed), strict=True):
        panel.original = original
    return panels


def placed_panels(raw: Mapping[str, Any], ids: Iterable[str]) -> list[Panel]:
    """The panels of a classic dashboard with their cells, each open row with those below it, numbered by these item
    ids in the order of the file. Raises `Invalid` as `from_grafana`; the ids must be as many as the panels.
    """
    panels = _file_panels(raw)
    for panel, item_id in zip(_all_panels(panels), ids, strict=True):
        panel.number = int(item_id.removeprefix("panel-"))
    return _place_panels(panels, [])


def _title_and_description(raw: Mapping[str, Any]) -> tuple[dict[str, str], list[ReportLine]]:
    """Both as a document can hold them, and what the report says of each that was longer."""
    title = text(raw.get("title"), item=None, field="title")
    description = text(raw.get("description"), item=None, field="description")
    words = {"title": panel_import.one_line(title)[:MAX_NAME], "description": description[:MAX_DESCRIPTION]}
    lines = []
    if title.strip() and words["title"] != title:
        what = _("The dashboard's title was shortened to one line of up to {limit} characters.")
        lines.append(ReportLine("", "", "changed", what.format(limit=MAX_TITLE), ""))
    if words["description"] != description:
        what = _("The dashboard's description was shortened to {limit} characters.")
        lines.append(ReportLine("", "", "changed", what.format(limit=number(MAX_DESCRIPTION)), ""))
    return words, lines


def _awaits_query(panel: Panel) -> bool:
    """Whether the widget for a panel needs a query, and the panel's own can't run here."""
    kind = None if panel.is_row or panel.query else kind_of(panel_import.kind_for(panel.fields, panel.id))
    return kind is not None and bool(kind.query)


def _classic(value: object) -> Mapping[str, Any]:
    """The dashboard itself, out of whatever an API wrapped it in."""
    raw = value
    if isinstance(raw, Mapping) and isinstance(raw.get("dashboard"), Mapping) and "panels" not in raw:
        raw = raw["dashboard"]
    if isinstance(raw, Mapping) and isinstance(raw.get("spec"), Mapping) and "panels" not in raw:
        raw = raw["spec"]
    if not isinstance(raw, Mapping):
        what = _("This isn't a Grafana dashboard: it is {value}, not an object.").format(value=quote_value(raw))
        refuse("not-grafana", what)
    if raw.get("format") == FORMAT:
        refuse("not-grafana", _("This is a Benchboard dashboard, not a Grafana one."), field="format")
    if "panels" not in raw and (isinstance(raw.get("elements"), Mapping) or _is_version_2(value)):
        raise Invalid(
            "interchange.grafana-v2",
            _("Grafana's new dashboard format (schema version 2) isn't supported yet."),
            do=_("In Grafana, export the dashboard again in the classic format."),
            item=None,
            field="elements",
        )
    if not raw.keys() & {"panels", "rows", "schemaVersion"}:
        refuse(
            "not-grafana",
            _("This isn't a Benchboard or Grafana dashboard: it has none of the keys items, panels or rows."),
            field="panels",
        )
    return raw


def _is_version_2(value: object) -> bool:
    """Whether a resource of Grafana's API says that it is of schema version 2, whatever its `spec` has."""
    version = value.get("apiVersion") if isinstance(value, Mapping) else None
    return isinstance(version, str) and version.startswith("dashboard.grafana.app/v2")


def _unimported(raw: Mapping[str, Any]) -> list[ReportLine]:
    version = raw.get("schemaVersion")
    if isinstance(version, int) and version > NEWEST:
        what = _("The file uses Grafana schema version {version}; Benchboard supports up to {known}.")
        return [
            ReportLine(
                "", "", "kept", what.format(version=quote_value(version), known=NEWEST), _("Newer settings are kept.")
            )
        ]
    return []


def _collect_panels(given: object, where: str, depth: int, count: list[int]) -> list[Panel]:
    if depth > _DEEPEST:
        what = _("{field} is nested more than {limit} rows deep.").format(field=where, limit=_DEEPEST)
        refuse("too-deep", what, field=where)
    listed = sequence(given, item=None, field=where)
    count[0] += len(listed)
    if count[0] > MAX_ITEMS:
        what = _("There are more than {limit} panels, the limit for a dashboard.").format(limit=MAX_ITEMS)
        refuse("too-many-items", what, field=where)
    found = []
    for place, raw in enumerate(listed):
        field = f"{where}.{place}"
        if not isinstance(raw, Mapping):
            what = _("{field} is {value}; it must be an object.").format(field=field, value=quote_value(raw))
            refuse("not-an-object", what, field=field)
        panel = Panel(raw)
        if panel.is_row:
            panel.children = tuple(_collect_panels(raw.get("panels"), f"{field}.panels", depth + 1, count))
        found.append(panel)
    return found


def _all_panels(panels: list[Panel] | tuple[Panel, ...]) -> list[Panel]:
    return [found for panel in panels for found in (panel, *_all_panels(panel.children))]


def _assign_numbers(panels: list[Panel]) -> list[ReportLine]:
    """Give every panel a unique id: the file's, if it is valid and unused."""
    taken: set[int] = set()
    without: list[tuple[Panel, str]] = []
    for panel in _all_panels(panels):
        number = panel.fields.get("id")
        if number is None:
            without.append((panel, ""))
        elif not isinstance(number, int) or isinstance(number, bool) or number not in NUMBERS:
            without.append((panel, _("Its ID in the file is {value}.").format(value=quote_value(number))))
        elif number in taken:
            without.append((panel, _("Another panel also has the ID {number}.").format(number=number)))
        else:
            taken.add(number)
            panel.number = number
    lines = []
    for (panel, why), number in zip(without, unused(taken), strict=False):
        panel.number = number
        title = panel_import.panel_title(panel.fields, panel.id)
        what = (_("Its ID is now {id}.") if why else _("It had no ID; it now has ID {id}.")).format(id=number)
        lines.append(ReportLine(panel.id, title, "changed", what, why))
    return lines


def _place_panels(panels: list[Panel], lines: list[ReportLine]) -> list[Panel]:
    """The panels of one grid with their cells, those without a place below the others, and in their rows."""
    bottom = 0
    homeless: list[tuple[Panel, tuple[int, int]]] = []
    for panel in panels:
        size = _place(panel, lines)
        if panel.is_row:
            if panel.cell is None:  # a heading belongs where the file has it: below what comes before
                panel.cell = Cell(0, min(bottom, MAX_ROW), COLUMNS, 1)
            panel.children = tuple(_place_panels(list(panel.children), lines))
        if panel.cell is None:
            homeless.append((panel, size))
        else:
            bottom = max(bottom, panel.cell.bottom)
    x = high = 0
    for panel, (wide, h) in homeless:
        w = min(wide, COLUMNS)
        if x + w > COLUMNS:
            x, bottom, high = 0, bottom + high, 0
        panel.cell = Cell(x, min(bottom, MAX_ROW), w, h)
        x, high = x + w, max(high, h)
    return group_by_row(panels)


def _place(panel: Panel, lines: list[ReportLine]) -> tuple[int, int]:
    """Read a panel's `gridPos` into its cell, or leave that open; returns its size."""
    given = mapping(panel.fields.get("gridPos"), item=panel.id, field="gridPos")
    raw = {key: given[key] for key in _SPAN if given.get(key) is not None}
    if panel.is_row:  # Grafana draws a heading across the page whatever its width, and older tools write 0
        raw = {key: value for key, value in raw.items() if key not in ("w", "h") or value != 0}
    found = {key: _field(panel, key, value) for key, value in raw.items()}
    usual = (COLUMNS, 1) if panel.is_row else _USUAL
    w, h = found.get("w", usual[0]), found.get("h", usual[1])
    if "x" in found or "y" in found:
        panel.cell = Cell(found.get("x", 0), found.get("y", 0), w, h)
    title = panel_import.panel_title(panel.fields, panel.id)
    if gone := ", ".join(key for key in _SPAN if key not in found):
        what = _("Its position in the file is incomplete (missing {fields} in gridPos).").format(fields=gone)
        why = _("Missing values use Grafana's defaults.") if panel.cell else _("It was placed below the others.")
        lines.append(ReportLine(panel.id, title, "changed", what, why))
    elif raw != found:
        lines.append(ReportLine(panel.id, title, "changed", _("Its position was rounded to whole grid cells."), ""))
    return w, h


def _field(panel: Panel, key: str, value: object) -> int:
    least, most = _SPAN[key]
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        what = _("gridPos.{key} of panel {item} is {value}; it must be {allowed}.")
        facts = {"key": key, "item": quote_id(panel.id), "value": quote_value(value)}
        facts["allowed"] = allowed_numbers(least, most, whole=True)
        refuse("bad-number", what.format(**facts), item=panel.id, field=f"gridPos.{key}")
    return round(value)


def _item(panel: Panel, queries: PanelQueries, lines: list[ReportLine]) -> dict[str, Any]:
    assert panel.cell is not None
    raw = dict(panel.original if panel.original is not None else panel.fields)
    if panel.is_row and isinstance(raw.get("panels"), list):
        raw["panels"] = []  # its items have them
    item: dict[str, Any] = {"id": panel.id}
    if panel.is_row:
        title = panel_import.panel_title(panel.fields, panel.id)
        item |= {"type": "row", "title": title, "collapsed": panel.collapsed}
        lines += panel_import.shortened_title(panel.fields, panel.id, title)
    else:
        kind = kind_of(panel_import.kind_for(panel.fields, panel.id))
        panel.query = queries.read(panel.fields) if kind is not None and kind.query else ""
        fields, told = panel_import.import_panel(panel.fields, panel.id, panel.query)
        item |= fields
        lines += told
    item["position"] = panel.cell._asdict()
    given = mapping(panel.fields.get("gridPos"), item=panel.id, field="gridPos")
    if given.get("static") is True:
        item["static"] = True
    repeat = imported_repeat(panel.fields, panel.id, queries.names or ())
    item |= {"repeat": repeat} if repeat else {}
    name = panel.fields.get("repeat")
    if name and not repeat:
        what = _("It repeats by “{name}”, which isn't a variable in this dashboard.")
        what = what.format(name=panel_import.one_line(name))
        lines.append(ReportLine(panel.id, item["title"], "kept", what, _("It is shown once.")))
    if panel.is_row:
        item["items"] = [_item(inner, queries, lines) for inner in panel.children]
    item["grafana"] = panel_import.unmapped_fields(raw, item.get("config", {}))
    return item


def imported_repeat(fields: Mapping[str, Any], item: str, names: Collection[str]) -> dict[str, Any]:
    """The `repeat` of the item for a panel; empty if it isn't repeated, or by something that isn't in `names`.

    Raises `Invalid` naming `item`, the panel's id, if the variable's name isn't text.
    """
    name = text(fields.get("repeat"), item=item, field="repeat")
    if name not in names or not name:
        return {}
    down = fields.get("type") == "row" or fields.get("repeatDirection") == "v"
    repeat: dict[str, Any] = {"variable": name, "direction": "down" if down else "across"}
    most = fields.get("maxPerRow")
    if not down and isinstance(most, int) and not isinstance(most, bool) and 0 < most <= COLUMNS:
        repeat["most"] = most
    return repeat
