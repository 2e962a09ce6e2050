"""The kinds of widgets in a layout: their names, sizes, queries and settings.

An item of a layout has `title`, `query` and `config` besides its cell. Items of kinds not listed here are kept
unchanged and shown as a placeholder with the kind's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

from benchboard.dashboards.layout import CONTAINERS, GROUP, ROW, TABS, Item, Layout, Pane
from benchboard.errors import Invalid
from benchboard.i18n import N_, _

MAX_TITLE: Final = 200
MAX_QUERY: Final = 20_000
MOST_BINS: Final = 100
"""More bins of a histogram than these can't be told apart."""
MAX_MEASURE: Final = 1e15
"""Larger numbers are not exact to the last digit."""
IMAGE: Final = "image"
PLACEHOLDER: Final = "placeholder"
"""The type of an imported item for which there is no kind."""
PIVOT: Final = "pivot_table"
STORED_AS: Final[Mapping[str, str]] = MappingProxyType(
    {"scatter_chart": "chart", "heatmap": "chart", "histogram": "chart", PIVOT: "table"}
)
"""The types that the database knows by another, less exact type: `row_mapping` keeps which one each is."""
READ_WHOLE: Final = frozenset({"scatter_chart", "heatmap", "histogram", PIVOT})
"""The types that draw every row of a result: all are read at once, up to the limit of a query."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a kind besides its query; stored in the item's `config` under `key`.

    `kind` is its type: a short text (of up to `most` characters, if set), a longer text, a whole number from 0 to
    `most`, a `measure` (any number), one of `choices` (value, title), or a `picture` in the format of `images`. A
    number or measure with an empty default may be left empty. `prompt` is shown to editors while there is no text.
    Titles and prompts are marked and translated where they are shown.
    """

    key: str
    title: str
    kind: Literal["text", "prose", "number", "measure", "choice", "picture"]
    default: str | int = ""
    choices: tuple[tuple[str, str], ...] = ()
    most: int = 0
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class WidgetKind:
    """A kind of widget.

    `w`, `h` is its size when it is added, in columns of 12 and rows; `takes` describes the result that its query should
    return. Titles and sentences are marked and translated where they are shown.
    """

    type: str
    title: str
    group: str
    icon: str
    w: int
    h: int
    min_w: int
    min_h: int
    query: str = ""
    takes: str = ""
    settings: tuple[Setting, ...] = ()


@dataclass(frozen=True, slots=True)
class WidgetContent:
    """The content of an item of a layout. `kind` is None for an unknown one."""

    id: str
    type: str
    kind: WidgetKind | None
    title: str
    query: str
    config: Mapping[str, object]
    data_source_id: str = ""
    """The data source that it queries; empty for Benchboard's own data."""

    @property
    def icon(self) -> str:
        """The icon of its kind; a puzzle piece for an unknown one."""
        return kind_icon(self.type)

    @property
    def kind_name(self) -> str:
        """The name of its kind. For a placeholder it is the original kind: `config.label`, set by an import."""
        if self.kind is not None:
            return _(self.kind.title)
        label = self.config.get("label")
        return label[:MAX_TITLE] if self.type == PLACEHOLDER and isinstance(label, str) and label.strip() else self.type

    def setting(self, key: str) -> str | int | float:
        """The value of a setting of its kind; the default if the layout's value is invalid.

        Raises `KeyError` for a type without a kind, such as a placeholder.
        """
        if self.kind is None:
            raise KeyError(key)
        known = next(setting for setting in self.kind.settings if setting.key == key)
        value = self.config.get(key, known.default)
        if known.kind == "number":
            right = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= known.most
        elif known.kind == "measure":
            right = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_MEASURE
        else:
            right = isinstance(value, str) and (known.kind != "choice" or value in dict(known.choices))
        return value if right and isinstance(value, str | int | float) else known.default


_UNIT = Setting("unit", N_("Unit"), "text")
_MISSING = Setting(
    "missing", N_("Periods without rows"), "choice", "auto",
    (("auto", N_("Automatic (0 for counts)")), ("gap", N_("Gap")), ("zero", N_("Zero")),
     ("connect", N_("Connected line"))),
)  # fmt: skip
_THRESHOLDS: Final = (Setting("warn", N_("Warning"), "measure"), Setting("alarm", N_("Critical"), "measure"))
TARGET: Final = Setting("target", N_("Target"), "measure")
"""What the values are to reach: a mark beside them, and how much of it they are."""
_STACKED: Final = (("off", N_("Off")), ("stacked", N_("Stacked")), ("percent", N_("100 %")))
STACK: Final = Setting("stack", N_("Stacking"), "choice", "off", _STACKED)
"""Whether the bars of a category stand on each other."""
AREA_STACK: Final = Setting(
    "stack", N_("Stacking"), "choice", "auto", (("auto", N_("Stacked if they add up")), *_STACKED)
)  # fmt: skip
"""Whether areas lie on each other; by themselves those that are parts of a whole."""
_AXIS: Final = (
    Setting("axis_min", N_("Axis min"), "measure"),
    Setting("axis_max", N_("Axis max"), "measure"),
    Setting("scale", N_("Scale"), "choice", "linear", (("linear", N_("Linear")), ("log", N_("Logarithmic")))),
    Setting("decimals", N_("Decimals"), "number", "", most=6),
    Setting("reference", N_("Reference line"), "measure"),
    Setting("reference_label", N_("Line label"), "text", most=60),
)
"""Empty: as it is found by itself, or nothing."""
RIGHT_AXIS: Final = (
    Setting("right_min", N_("Right axis min"), "measure"),
    Setting("right_max", N_("Right axis max"), "measure"),
    Setting("right_unit", N_("Unit on the right"), "text"),
    Setting("right_decimals", N_("Decimals on the right"), "number", "", most=6),
)
"""Of the right axis, if `series_settings` has any series there."""
AXIS_ENDS: Final = {"axis_min": "axis_max", "right_min": "right_max"}
"""Of a minimum, the maximum that it has to be below."""
BEFORE: Final = Setting(
    "before",
    N_("Period before"),
    "choice",
    "off",
    (("off", N_("Off")), ("on", N_("Compare with it"))),
)
"""Whether the figures stand beside those of the period before the time range."""
_CARD_BEFORE: Final = replace(
    BEFORE, title=N_("Compared with"), choices=(("off", N_("Row before (from the query)")), ("on", N_("Period before")))
)
"""Of a card, which compares the rows of its query where it doesn't compare periods."""
PIVOT_COLUMNS: Final = Setting(
    "columns", N_("Columns"), "choice", "auto", (("auto", N_("Last group")), ("measures", N_("Measures alone")))
)
"""What the columns of a pivot table are of: the values of the last of its groups, or its numbers alone."""
PIVOT_ORDER: Final = Setting(
    "order", N_("Sort rows"), "choice", "auto",
    (("auto", N_("By name or time")), ("descending", N_("By name or time, descending")),
     ("largest", N_("Largest values first")), ("smallest", N_("Smallest values first"))),
)  # fmt: skip
"""The order of the rows of a pivot table."""
EXPLORED: Final = (STACK.key, PIVOT_COLUMNS.key, PIVOT_ORDER.key)
"""The settings that are also made where a query is explored."""
_DECIMALS = Setting("decimals", N_("Decimals"), "number", 0, most=6)

KINDS: Final = (
    WidgetKind(
        "metric_card", N_("Metric card"), N_("Numbers"), "ph.hash", 3, 3, 2, 2,
        "SELECT count(*) AS orders\nFROM orders",
        N_("Shows the last number of the last row. With more rows, also shows the change from the row before it and a "
        "sparkline."),
        (
            _UNIT,
            _DECIMALS,
            Setting("compare", N_("Comparison label"), "text", N_("vs previous")),
            Setting("good", N_("Better when"), "choice", "up",
                    (("up", N_("Higher")), ("down", N_("Lower")), ("neither", N_("Neither")))),
            TARGET,
            _CARD_BEFORE,
        ),
    ),
    WidgetKind(
        "gauge", N_("Gauge"), N_("Numbers"), "ph.gauge", 3, 4, 2, 3,
        "SELECT count(*) AS orders\nFROM orders",
        N_("Shows the last number of the last row between a minimum and a maximum."),
        (
            _UNIT,
            _DECIMALS,
            Setting("min", N_("Min"), "measure"),
            Setting("max", N_("Max"), "measure"),
            TARGET,
            *_THRESHOLDS,
        ),
    ),
    WidgetKind(
        "line_chart", N_("Line"), N_("Charts"), "ph.chart-line", 6, 6, 3, 4,
        "SELECT date_trunc('day', created_dt) AS day, count(*) AS orders\nFROM orders\nGROUP BY 1\nORDER BY 1",
        N_("The first column is the x-axis. Each other numeric column, or each value of a text column, is a series."),
        (_UNIT, _MISSING, *_AXIS, TARGET, *RIGHT_AXIS, *_THRESHOLDS, BEFORE),
    ),
    WidgetKind(
        "area_chart", N_("Area"), N_("Charts"), "bb.area", 6, 6, 3, 4,
        "SELECT date_trunc('day', created_dt) AS day, count(*) AS orders\nFROM orders\nGROUP BY 1\nORDER BY 1",
        N_("The first column is the x-axis. Each other numeric column, or each value of a text column, is a series, "
        "filled down to zero."),
        (_UNIT, AREA_STACK, _MISSING, *_AXIS, TARGET, *RIGHT_AXIS, *_THRESHOLDS, BEFORE),
    ),
    WidgetKind(
        "bar_chart", N_("Bar"), N_("Charts"), "ph.chart-bar", 4, 6, 2, 4,
        "SELECT status, count(*) AS orders\nFROM orders\nGROUP BY status\nORDER BY orders DESC",
        N_("The first column is the category. Each other numeric column, or each value of a text column, is a series "
        "of bars."),
        (_UNIT, STACK, *_AXIS, TARGET, *RIGHT_AXIS, BEFORE),
    ),
    WidgetKind(
        "pie_chart", N_("Pie"), N_("Charts"), "ph.chart-pie-slice", 4, 6, 3, 4,
        "SELECT currency, count(*) AS orders\nFROM orders\nGROUP BY currency\nORDER BY orders DESC",
        N_("The first column names the slices and the second sets their size. The largest five are shown; the "
        "rest are grouped."),
        (_UNIT,),
    ),
    WidgetKind(
        "scatter_chart", N_("Scatter"), N_("Charts"), "bb.scatter", 6, 6, 3, 4,
        "SELECT shop_id AS shop, currency, count(*) AS orders, avg(order_total) AS average\nFROM orders\nGROUP BY 1, 2",
        N_("The first two numeric columns are the axes, a third one sets the size of the points. A text column with up "
        "to eight values is the series; the others name the points."),
    ),
    WidgetKind(
        "heatmap", N_("Heatmap"), N_("Charts"), "bb.heatmap", 6, 6, 3, 4,
        "SELECT date_trunc('month', created_dt) AS month, status, count(*) AS orders\nFROM orders\nGROUP BY 1, 2\n"
        "ORDER BY 1, 2",
        N_("The first two columns are the axes, the number after them is the colour of a cell. Pairs without a row "
        "have no cell."),
        (_UNIT,),
    ),
    WidgetKind(
        "histogram", N_("Histogram"), N_("Charts"), "bb.histogram", 6, 6, 3, 4,
        "SELECT order_total AS total\nFROM orders",
        N_("Counts the rows by the values of the first numeric column, in intervals of equal width."),
        (_UNIT, Setting("bins", N_("Number of bins"), "number", "", most=MOST_BINS)),
    ),
    WidgetKind(
        "table", N_("Table"), N_("Charts"), "ph.table", 5, 6, 2, 3,
        "SELECT platform_order_number AS number, order_total AS total, currency, status\nFROM orders\n"
        "ORDER BY created_dt DESC\nLIMIT 50",
        N_("Shows every column and row of the result, up to 10\u202f000 rows."),
        (
            Setting("totals", N_("Total row"), "choice", "off",
                    (("off", N_("Off")), ("auto", N_("Of counts and sums")))),
            BEFORE,
        ),
    ),
    WidgetKind(
        PIVOT, N_("Pivot table"), N_("Charts"), "bb.pivot", 6, 6, 3, 3,
        "SELECT date_trunc('month', created_dt) AS month, status, count(*) AS orders\nFROM orders\nGROUP BY 1, 2\n"
        "ORDER BY 1, 2",
        N_("The last column to group by names the columns, up to three before it name the rows, and the numbers are in "
        "the cells. Counts and sums have totals."),
        (
            PIVOT_COLUMNS,
            PIVOT_ORDER,
            Setting("totals", N_("Totals"), "choice", "auto",
                    (("auto", N_("Of counts and sums")), ("off", N_("Off")))),
            Setting("fill", N_("Cell colours"), "choice", "off", (("off", N_("Off")), ("value", N_("By value")))),
            BEFORE,
        ),
    ),
    WidgetKind(
        "text", N_("Text"), N_("Text and images"), "ph.text-t", 4, 4, 2, 2,
        settings=(Setting("text", N_("Text (Markdown)"), "prose", prompt=N_("Write something here.")),),
    ),
    WidgetKind(
        IMAGE, N_("Image"), N_("Text and images"), "ph.image", 4, 5, 1, 2,
        takes=N_("An image stored in the dashboard. Choose a file, drop one here or paste one."),
        settings=(
            Setting("picture", N_("Image"), "picture"),
            Setting("fit", N_("Scaling"), "choice", "whole",
                    (("whole", N_("Fit")), ("fill", N_("Fill")), ("stretch", N_("Stretch")))),
            Setting("align", N_("Alignment"), "choice", "centre",
                    (("centre", N_("Centre")), ("left", N_("Left")), ("right", N_("Right")),
                     ("top", N_("Top")), ("bottom", N_("Bottom")))),
            Setting("alt", N_("Alt text"), "text", most=300),
        ),
    ),
    WidgetKind(ROW, N_("Row"), N_("Containers"), "ph.rows", 12, 3, 1, 1),
    WidgetKind(GROUP, N_("Group"), N_("Containers"), "ph.selection", 6, 3, 1, 1),
    WidgetKind(TABS, N_("Tabs"), N_("Containers"), "ph.browser", 6, 3, 1, 1),
)  # fmt: skip

# The programs that Benchboard replaces have other names for two types; an item keeps the one in its document.
_ALSO: Final = {"kpi": "metric_card", "chart": "line_chart"}
_BY_TYPE: Final = {kind.type: kind for kind in KINDS}


def kind_of(type_name: str) -> WidgetKind | None:
    """The kind for an item's `type`; None if it is unknown."""
    return _BY_TYPE.get(_ALSO.get(type_name, type_name))


def has_period_before(kind: WidgetKind) -> bool:
    """Whether widgets of a kind can be compared with the period before."""
    return any(one.key == BEFORE.key for one in kind.settings)


def kind_icon(type_name: str) -> str:
    """The icon of a type of item; a puzzle piece for an unknown one."""
    kind = kind_of(type_name)
    return kind.icon if kind is not None else "ph.puzzle-piece"


def explored_settings(widget: WidgetContent) -> dict[str, str]:
    """The settings of a widget that are also made where its query is explored."""
    settings = widget.kind.settings if widget.kind is not None else ()
    return {one.key: str(widget.setting(one.key)) for one in settings if one.key in EXPLORED}


def widget_of(item: Item) -> WidgetContent:
    """The content of a layout's item. Raises `Invalid` naming item and field if title, query or config is invalid."""
    source = item.source
    title = _text(item, "title", MAX_TITLE, one_line=True)
    query = _text(item, "query", MAX_QUERY)
    config = source.get("config", {})
    if not isinstance(config, dict):
        raise Invalid(
            "layout.bad-config",
            _("config of item “{item}” must be an object.").format(item=item.id),
            item=item.id,
            field="config",
        )
    source_id = _text(item, "data_source_id", MAX_TITLE, one_line=True)
    return WidgetContent(item.id, item.type, kind_of(item.type), title, query, MappingProxyType(config), source_id)


def with_fields(item: Item, **fields: object) -> Item:
    """The item with `title`, `query`, `config` or `repeat` set or, with None, removed; all other fields are
    unchanged.
    """
    source = {key: value for key, value in {**item.source, **fields}.items() if value is not None or key not in fields}
    return replace(item, source=MappingProxyType(source))


def new_item(kind: WidgetKind, item_id: str) -> Item:
    """A new item of a kind, with its default title and query and its minimum size; a container is empty."""
    source: dict[str, object] = {"id": item_id, "type": kind.type, "title": _(kind.title)}
    if kind.type in CONTAINERS:
        pane = Pane(Layout.of(kind.w, ()), "t1" if kind.type == TABS else "")
        return Item(item_id, kind.type, source=MappingProxyType(source), panes=(pane,))
    if kind.query:
        source["query"] = kind.query
    source |= {"min_w": kind.min_w, "min_h": kind.min_h}
    return Item(item_id, kind.type, min_w=kind.min_w, min_h=kind.min_h, source=MappingProxyType(source))


def _text(item: Item, key: str, most: int, *, one_line: bool = False) -> str:
    value = item.source.get(key, "")
    if isinstance(value, str) and len(value) <= most and "\0" not in value and not (one_line and "\n" in value):
        return value
    raise Invalid(
        f"layout.bad-{key}",
        _("{field} of item “{item}” must be text of up to {limit} characters.").format(
            field=key, item=item.id, limit=most
        ),
        item=item.id,
        field=key,
    )


def tab_name(item: Item, place: int) -> str:
    """A tab's name; its number if it has no title."""
    return item.panes[place].title or _("Tab {number}").format(number=place + 1)
