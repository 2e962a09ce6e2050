"""One panel of Grafana's as a widget of ours: which kind shows it, what of its settings there is a place for."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeGuard
from unicodedata import category

from benchboard.dashboards.document import images
from benchboard.dashboards.document.widget_kinds import MAX_MEASURE, MAX_TITLE, MOST_BINS, kind_of
from benchboard.dashboards.interchange import series_overrides
from benchboard.dashboards.interchange.conversion_report import ReportLine
from benchboard.dashboards.interchange.panel_charts import counts_cells, is_stacked, joins_points, stack_settings
from benchboard.dashboards.interchange.validation import mapping, text
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext

KINDS: Final = {
    "text": "text",
    "stat": "metric_card",
    "singlestat": "metric_card",
    "gauge": "gauge",
    "bargauge": "metric_card",
    "timeseries": "line_chart",
    "graph": "line_chart",
    "trend": "line_chart",
    "barchart": "bar_chart",
    "piechart": "pie_chart",
    "grafana-piechart-panel": "pie_chart",
    "histogram": "histogram",
    "xychart": "scatter_chart",
    "heatmap": "heatmap",
    "table": "table",
    "table-old": "table",
}
"""Grafana's panel types and the kind that shows each. Every other one becomes a placeholder."""

UNITS: Final = {
    "none": "", "short": "", "string": "", "percent": "%", "ms": "ms", "s": "s", "µs": "µs", "ns": "ns", "m": "min",
    "h": "h", "d": "d", "bytes": "B", "decbytes": "B", "bits": "bit", "decbits": "bit", "Bps": "B/s", "binBps": "B/s",
    "bps": "bit/s", "binbps": "bit/s", "pps": "packets/s", "ops": "ops/s", "reqps": "req/s", "rps": "reads/s",
    "wps": "writes/s", "iops": "io/s", "cps": "1/s", "hertz": "Hz", "rothz": "Hz", "rotrpm": "rpm", "celsius": "°C",
    "fahrenheit": "°F", "kelvin": "K", "volt": "V", "mvolt": "mV", "amp": "A", "mamp": "mA", "watt": "W", "kwatt": "kW",
    "watth": "Wh", "kwatth": "kWh", "ohm": "Ω", "lengthm": "m", "lengthmm": "mm", "lengthkm": "km", "velocitykmh":
    "km/h", "velocityms": "m/s", "massg": "g", "masskg": "kg", "pressurebar": "bar", "pressurepa": "Pa", "degree": "°",
    "dB": "dB", "currencyUSD": "$", "currencyEUR": "€", "currencyGBP": "£", "currencyTRY": "₺",
}  # fmt: skip
"""Grafana's units whose numbers are the same in ours. Not `percentunit`, dates and enumerations."""

TARGET_COLOUR: Final = "super-light-blue"
"""The colour of a threshold that is a target: Grafana has none, and its own thresholds seldom have this colour."""
LINES: Final = ("line_chart", "area_chart")
"""The kinds whose thresholds are lines."""
_DRAWN_THRESHOLDS: Final = ("line", "dashed", "area", "line+area", "dashed+area")
_MAX_UNIT: Final = 40
_MAX_WORDS: Final = 20_000
_TAG: Final = re.compile(r"</?(?!img\b)[a-z][^<>]*>", re.IGNORECASE)
_IMG: Final = re.compile(r"""<img\b[^<>]*?\bsrc\s*=\s*["']([^"'<>]+)["'][^<>]*>""", re.IGNORECASE)
_ALT: Final = re.compile(r"""\balt\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""", re.IGNORECASE)
_MARKDOWN_IMG: Final = re.compile(r"!\[((?:[^\]\\]|\\.)*)\]\(([^)\s]+)\)")
_DATA: Final = re.compile(r"data:image/[a-z0-9.+-]{1,20};base64,[A-Za-z0-9+/=]*", re.IGNORECASE)
_HERE: Final = "data:"
"""Replaces an embedded image in a text while the rest is parsed."""
_MAX_ALT: Final = 300


def panel_title(panel: Mapping[str, Any], item: str) -> str:
    """The title of a tile: the panel's on one line, or else its library panel's name.

    Raises `Invalid` naming `item`, the panel's id, if the title isn't text.
    """
    given = text(panel.get("title"), item=item, field="title")
    if not given.strip() and panel.get("libraryPanel") is not None:
        library = mapping(panel["libraryPanel"], item=item, field="libraryPanel")
        given = text(library.get("name"), item=item, field="libraryPanel.name")
    return one_line(given)


def shortened_title(panel: Mapping[str, Any], item: str, title: str) -> list[ReportLine]:
    """The line of the report for a panel whose title in the file is not `title`; otherwise none."""
    given = panel.get("title")
    if not isinstance(given, str) or not given.strip() or title == given:
        return []
    what = _("Its title was shortened to one line of up to {limit} characters.").format(limit=MAX_TITLE)
    return [ReportLine(item, title, "changed", what, "")]


def one_line(given: str) -> str:
    """`given` as a title can show it: on one line, nothing a terminal would obey, no longer than a title may be."""
    words = (
        given
        if given.isprintable()
        else "".join(" " if category(sign) in ("Cc", "Zl", "Zp") else sign for sign in given)
    )
    return words if len(words) <= MAX_TITLE else f"{words[: MAX_TITLE - 1]}…"


def kind_for(panel: Mapping[str, Any], item: str) -> str:
    """The type of our widget for a panel; `placeholder` if there is none."""
    if panel.get("libraryPanel") is not None:
        return "placeholder"
    kind = KINDS.get(text(panel.get("type"), item=item, field="type"), "placeholder")
    if kind == "line_chart" and (_filled(panel) or is_stacked(panel)):
        return "area_chart"
    if kind == "scatter_chart" and joins_points(panel):
        return "line_chart"
    if kind == "heatmap" and counts_cells(panel):
        return "placeholder"
    return "image" if kind == "text" and panel_image(panel, item) else kind


def import_panel(panel: Mapping[str, Any], item: str, query: str = "") -> tuple[dict[str, Any], list[ReportLine]]:
    """`type`, `title`, `description`, `config` and, if it can run here, `query` of the widget for a panel, and the
    lines of the report.
    """
    kind, title = kind_for(panel, item), panel_title(panel, item)
    fields: dict[str, Any] = {"type": kind, "title": title}
    if about := text(panel.get("description"), item=item, field="description"):
        fields["description"] = about
    fields["config"] = settings(panel, kind, item)
    lines = []
    elsewhere = kind == "image" and "picture" not in fields["config"]
    if kind_of(kind) is None or elsewhere:
        fields["title"] = title or fields["config"]["label"]
        what = (
            _("“{label}” has no image yet.").format(label=fields["config"]["label"])
            if elsewhere
            else _("Benchboard can't show “{label}”.").format(label=fields["config"]["label"])
        )
        why = (
            _("Images aren't downloaded. Choose the image here.") if elsewhere else _("Its Grafana settings are kept.")
        )
        lines.append(ReportLine(item, title, "placeholder", what, why))
    lines += shortened_title(panel, item, title)
    if query:
        fields["query"] = query
    asked = _listed(panel.get("targets"))
    waits = bool(asked) and not query and kind_of(kind) is not None  # a placeholder has no query
    if waits:
        what = ngettext(
            "Its Grafana query was kept for export.", "Its {count} Grafana queries were kept for export.", len(asked)
        ).format(count=len(asked))
        # The report groups lines by their reason: with the source in it, widgets of one source are found together.
        sources = ", ".join(sorted({one_line(name) for name in _sources(panel, asked) if name})[:3])
        why = _("Write an SQL query for it. Its data source is {sources}.").format(sources=sources)
        lines.append(ReportLine(item, title, "kept", what, why if sources else _("Write an SQL query for it.")))
    if kept := ", ".join(_kept(panel, kind, asked=bool(query) or waits)):
        what = _("Not supported, kept for export: {things}.").format(things=kept)
        lines.append(ReportLine(item, title, "kept", what, ""))
    return fields, lines


def settings(panel: Mapping[str, Any], kind: str, item: str) -> dict[str, Any]:
    """The `config` of the widget that shows a panel as `kind`.

    Raises `Invalid` naming `item`, the panel's id, and the field that isn't valid.
    """
    if kind == "placeholder":
        return {"label": _label(panel, item)}
    if kind == "image":
        return _image(panel, item)
    if kind == "text":
        return {"text": _prose(panel, item)}
    config: dict[str, Any] = {}
    if kind not in ("table", "scatter_chart") and unit_of(panel):
        config["unit"] = unit_of(panel)
    config |= stack_settings(panel, kind)
    decimals = decimals_of(panel)
    if kind in ("metric_card", "gauge") and decimals is not None:
        config["decimals"] = decimals
    if kind in series_overrides.CHARTS:
        config |= series_of_panel(panel)
    if kind in LINES:
        return config | line_thresholds(panel)
    if kind == "histogram" and (bins := bins_of_panel(panel)) is not None:
        config["bins"] = bins
    return config | (gauge_range(panel) if kind == "gauge" else {})


def series_of_panel(panel: Mapping[str, Any]) -> dict[str, Any]:
    """What a chart's settings say of its series, from the overrides of its panel."""
    return series_overrides.series_settings(_inside(panel, "fieldConfig").get("overrides"), unit_word)


def unit_word(given: object) -> str:
    """A unit of Grafana's as we write it; empty where ours has no word for it."""
    if not isinstance(given, str):
        return ""
    return one_line(given.removeprefix("suffix:") if given.startswith("suffix:") else UNITS.get(given, ""))[:_MAX_UNIT]


def bins_of_panel(panel: Mapping[str, Any]) -> int | None:
    """How many bins a histogram has; None where Grafana finds it by itself, or where it isn't a number of ours."""
    count = _inside(panel, "options").get("bucketCount")
    return count if isinstance(count, int) and not isinstance(count, bool) and 0 < count <= MOST_BINS else None


def gauge_range(panel: Mapping[str, Any]) -> dict[str, Any]:
    """The range of a gauge, its target, and its warning and critical values: its two highest thresholds."""
    defaults = _inside(panel, "fieldConfig", "defaults")
    found = {key: defaults[key] for key in ("min", "max") if _number(defaults.get(key))}
    return found | _two_highest(defaults) | _target(defaults)


def _target(defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The target of a panel: the threshold in the colour in which ours are exported."""
    steps = _listed(_inside(defaults, "thresholds").get("steps"))
    found = [step["value"] for step in steps if isinstance(step, Mapping) and _is_target(step)]
    return {"target": found[0]} if found else {}


def _is_target(step: Mapping[str, Any]) -> bool:
    return step.get("color") == TARGET_COLOUR and _number(step.get("value"))


def line_thresholds(panel: Mapping[str, Any]) -> dict[str, Any]:
    """The target of a chart of lines and its warning and critical values, its two highest thresholds, if it draws
    them."""
    defaults = _inside(panel, "fieldConfig", "defaults")
    style = _inside(defaults, "custom", "thresholdsStyle").get("mode")
    return _two_highest(defaults) | _target(defaults) if style in _DRAWN_THRESHOLDS else {}


def _two_highest(defaults: Mapping[str, Any]) -> dict[str, Any]:
    return dict(zip(("alarm", "warn"), _thresholds(defaults)[::-1], strict=False))


def _thresholds(defaults: Mapping[str, Any]) -> list[float]:
    """The thresholds that a user set, if they are absolute values, in their order."""
    thresholds = _inside(defaults, "thresholds")
    if not _own_thresholds(defaults) or thresholds.get("mode", "absolute") != "absolute":
        return []
    return sorted(step["value"] for step in _listed(thresholds.get("steps"))
                  if isinstance(step, Mapping) and _number(step.get("value")) and not _is_target(step))  # fmt: skip


def _number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_MEASURE


def _filled(panel: Mapping[str, Any]) -> bool:
    """Whether its lines are areas."""
    opacity = _inside(panel, "fieldConfig", "defaults", "custom").get("fillOpacity")
    return _number(opacity) and opacity > 0


def panel_image(panel: Mapping[str, Any], item: str) -> str:
    """The only image in a text panel: its address, or itself (`data:`). Empty if the panel has other content."""
    return _pictured(panel, item)[0]


def _pictured(panel: Mapping[str, Any], item: str) -> tuple[str, str]:
    """The only image in a text panel, and its alternative text."""
    mode, content = _content(panel, item)
    here = _DATA.search(content)
    if here is not None:
        content = content[: here.start()] + _HERE + content[here.end() :]
    content = content[:_MAX_WORDS].strip()
    if mode == "html":
        found = _IMG.fullmatch(_TAG.sub("", content).strip())
        alt_match = _ALT.search(found[0]) if found else None
        address, alt = (
            (found[1] if found else ""),
            html.unescape((alt_match[1] or alt_match[2] or "") if alt_match else ""),
        )
    else:
        found = _MARKDOWN_IMG.fullmatch(content)
        address, alt = (found[2], re.sub(r"\\(.)", r"\1", found[1])) if found else ("", "")
    return (here[0] if here is not None and address == _HERE else address), one_line(alt)[:_MAX_ALT]


def _image(panel: Mapping[str, Any], item: str) -> dict[str, Any]:
    """The image itself if the panel has it and it can be stored; otherwise its original address."""
    address, alt = _pictured(panel, item)
    more = {"alt": alt} if alt else {}
    if not images.is_image(address.lower()):
        return {"label": one_line(address), "url": address} | more
    try:
        images.parse_data_uri(address)
    except Invalid:
        source = address.partition(",")[0]
        return {"label": one_line(source), "url": source} | more
    return {"picture": address} | more


def unmapped_fields(panel: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """What stays of a panel beside its item: all of it, with `data:` in the place of a picture that the item has."""
    picture = config.get("picture")
    return _with_content(panel, lambda text: text.replace(str(picture), _HERE, 1)) if picture else dict(panel)


def with_picture(panel: Mapping[str, Any], picture: str) -> dict[str, Any]:
    """The panel with `picture` where `unmapped_fields` left the place of one."""

    def filled(content: str) -> str:
        parts = content.split(_HERE)
        for place in range(1, len(parts)):
            whole = _HERE.join(parts[:place]) + picture + _HERE.join(parts[place:])
            if _pictured({"options": {"mode": _content(panel, "")[0], "content": whole}}, "")[0] == picture:
                return whole
        return content

    return _with_content(panel, filled) if picture else dict(panel)


def _with_content(panel: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """A text panel with another content, in the place where it has it."""
    options = panel.get("options")
    if isinstance(options, Mapping) and isinstance(options.get("content"), str):
        return {**panel, "options": {**options, "content": change(options["content"])}}
    content = panel.get("content")
    return {**panel, "content": change(content)} if isinstance(content, str) else dict(panel)


def _label(panel: Mapping[str, Any], item: str) -> str:
    """The label of a placeholder. It is stored in the document, so it has only names, in no language."""
    if panel.get("libraryPanel") is not None:
        library = mapping(panel["libraryPanel"], item=item, field="libraryPanel")
        name = text(library.get("name"), item=item, field="libraryPanel.name")
        return one_line(f"Grafana: {name or text(library.get('uid'), item=item, field='libraryPanel.uid')}")
    return one_line(f"Grafana: {panel.get('type') or '?'}")


def _content(panel: Mapping[str, Any], item: str) -> tuple[str, str]:
    options = _inside(panel, "options")
    mode = text(options.get("mode", panel.get("mode")), item=item, field="options.mode")
    return mode, text(options.get("content", panel.get("content")), item=item, field="options.content")


def is_markdown(panel: Mapping[str, Any]) -> bool:
    """Whether a text panel's content is Markdown, as it is where the panel doesn't say."""
    return _content(panel, "")[0] in ("", "markdown")


def _prose(panel: Mapping[str, Any], item: str) -> str:
    mode, content = _content(panel, item)
    content = content[:_MAX_WORDS]
    return f"```\n{content}\n```" if mode in ("code", "html") and content else content


def _given_unit(panel: Mapping[str, Any]) -> str:
    unit = _inside(panel, "fieldConfig", "defaults").get("unit", panel.get("format"))
    axes = _listed(panel.get("yaxes"))  # of the old graph
    if unit is None and axes and isinstance(axes[0], Mapping):
        unit = axes[0].get("format")
    return unit if isinstance(unit, str) else ""


def unit_of(panel: Mapping[str, Any]) -> str:
    """A panel's unit as we write it; empty where ours has no word for it."""
    return unit_word(_given_unit(panel))


def decimals_of(panel: Mapping[str, Any]) -> int | None:
    """The number of decimals that a panel shows, 0 to 6; None if it says none or another number."""
    value = _inside(panel, "fieldConfig", "defaults").get("decimals", panel.get("decimals"))
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 6 else None


def _kept(panel: Mapping[str, Any], kind: str, *, asked: bool) -> Iterator[str]:
    """What a panel has that our widget can't represent, as text; its queries unless they are `asked` here."""
    if (targets := _listed(panel.get("targets"))) and not asked:
        counted = ngettext("{count} query", "{count} queries", len(targets)).format(count=len(targets))
        sources = sorted({one_line(name) for name in _sources(panel, targets) if name})[:3]
        yield f"{counted} ({', '.join(sources)})" if sources else counted
    if steps := _listed(panel.get("transformations")):
        yield ngettext("{count} transformation", "{count} transformations", len(steps)).format(count=len(steps))
    theirs = _listed(_inside(panel, "fieldConfig").get("overrides"))
    is_chart = kind in series_overrides.CHARTS
    if own := [one for one in theirs if not (is_chart and series_overrides.is_mapped(one))]:
        yield ngettext("overrides for {count} series", "overrides for {count} series", len(own)).format(count=len(own))
    defaults = _inside(panel, "fieldConfig", "defaults")
    if _listed(defaults.get("mappings")):
        yield _("value mappings")
    drawn = kind == "gauge" or (kind in LINES and bool(line_thresholds(panel)))
    limits, goal = _thresholds(defaults), _target(defaults)
    if _own_thresholds(defaults) and not (drawn and (limits or goal) and len(limits) <= 2):
        yield _("thresholds")
    if kind == "histogram" and _inside(panel, "options").get("bucketSize") is not None:
        yield _("width of the bins")
    if kind == "scatter_chart" and _listed(_inside(panel, "options").get("series")):
        yield _("columns of the points")
    if _listed(panel.get("links")):
        yield _("links")
    if panel.get("alert"):
        yield _("an alert")
    given = _given_unit(panel)
    if given not in UNITS and given and not given.startswith("suffix:"):
        yield _("unit “{unit}”").format(unit=one_line(given))


def _sources(panel: Mapping[str, Any], targets: list[Any]) -> Iterator[str]:
    for holder in (panel, *(target for target in targets if isinstance(target, Mapping))):
        source = holder.get("datasource")
        kind = source.get("type") if isinstance(source, Mapping) else source
        if isinstance(kind, str) and "$" not in kind:
            yield kind


def _own_thresholds(defaults: Mapping[str, Any]) -> bool:
    """Whether a user set them: Grafana writes a green one, and a red one at 80, into every panel."""
    steps = _listed(_inside(defaults, "thresholds").get("steps"))
    return any(step.get("value") not in (None, 0, 80) for step in steps if isinstance(step, Mapping))


def _inside(value: Any, *keys: str) -> Mapping[str, Any]:
    """The object at the end of a path; an empty one if it isn't an object, which has no effect here."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
