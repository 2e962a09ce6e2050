"""A dashboard as a document: its layout with all containers, and its other fields.

The format is docs/dashboard-format.md. JSON of any version is read and the newest is written; a home layout stays a
bare list as long as that can represent it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, NamedTuple, NoReturn

from benchboard.dashboards.document.time_range import REFRESH_SECONDS, TimeRange
from benchboard.dashboards.document.widget_kinds import MAX_QUERY, widget_of
from benchboard.dashboards.layout import (
    MAX_HEIGHT,
    MAX_ITEMS,
    MAX_ROW,
    Cell,
    Compact,
    Item,
    ItemParser,
    Layout,
    WrittenItems,
    bottom_bound,
    fitted,
    grid_number,
    overfull_item,
    parse_columns,
    parse_compact,
    parse_item,
    parse_page,
    quote_id,
    quote_value,
    repeat_of,
    serialise_page,
    walk_items,
    written_rows,
)
from benchboard.errors import Invalid
from benchboard.i18n import _

FORMAT: Final = "benchboard/dashboard"
VERSION: Final = 2
COLUMNS: Final = 12
MAX_NAME: Final = 255
MAX_DESCRIPTION: Final = 4_000
MAX_BYTES: Final = 4 * 1024 * 1024
BREAKPOINTS: Final = ("tablet", "phone")
_DEEPEST: Final = 60
MAX_VARIABLES: Final = 100
MAX_FILTERED: Final = 200
MAX_VALUES: Final = 1_000
"""Most values of one variable that a document keeps."""
TYPES: Final = ("list", "query", "text", "range")
"""The types of variables: values that a user typed, values of a query, a text, or a range of a column."""
RANGE_KINDS: Final = ("number", "date")
DIALECTS: Final = ("own", "duckdb", "postgresql", "mysql")
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_HOLDERS: Final = (dict, list)
_ENCODER: Final = json.JSONEncoder(allow_nan=False)
_DOUBTFUL: Final = re.compile(r"\\u(?:0000|d[89a-f])")
"""How JSON in ASCII represents NUL or half a surrogate pair; it also matches whole pairs, which are fine."""
_OWN: Final = frozenset(
    (
        *("$schema", "format", "version", "title", "description", "columns", "compact", "time", "refresh", "variables"),
        *("items", "breakpoints"),
    )
)

Source = Mapping[str, object]


def _empty_source() -> Source:
    return MappingProxyType({})


def _refuse(code: str, what: str, field_name: str | None) -> NoReturn:
    raise Invalid(f"layout.{code}", what, item=None, field=field_name)


class RangeColumn(NamedTuple):
    """The column of a table that a range filters: its `kind` is one of `RANGE_KINDS`, the `dialect` of its source one
    of `DIALECTS`; `source_name` is what other files' queries call the source."""

    table: str
    name: str
    kind: str
    dialect: str
    source_name: str = ""


class FilteredColumn(NamedTuple):
    """A column that the values of a variable filter, in one of the tables that have it; as a `RangeColumn` has it."""

    table: str
    name: str
    dialect: str
    data_source_id: str = ""
    source_name: str = ""


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that readers select, and that queries (`:name`) and repeats depend on. `type` is `list`, `query`, `text`
    or `range`.

    A range filters every query that has its `column`; `chosen` are its lower and its upper end, either of them empty
    where it is open, and both included.

    The results of a `query` are never stored: `values` are the options until the first result arrives. If all are
    selected, `chosen` has the values that All meant when it was selected.
    """

    name: str
    label: str
    type: str
    values: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    multiple: bool = False
    query: str = ""
    include_all: bool = False
    all_chosen: bool = False
    data_source_id: str = ""
    """The data source that its query reads, or that has its column; empty for Benchboard's own data."""
    column: RangeColumn | None = None
    filters: tuple[FilteredColumn, ...] = ()
    """The columns that its values filter in queries that were written by hand and don't name it."""
    source: Source = field(default_factory=_empty_source, repr=False)


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A breakpoint: its number of columns, and its custom positions (id → cell)."""

    columns: int
    places: Mapping[str, Cell] = field(default_factory=dict)
    source: Source = field(default_factory=_empty_source, repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A dashboard's document.

    `source` has the fields that this program doesn't know; `form` is the version it was read from (0: a bare list of
    widgets).
    """

    layout: Layout
    title: str = ""
    description: str = ""
    compact: Compact = "vertical"
    variables: tuple[Variable, ...] = ()
    breakpoints: Mapping[str, Breakpoint] = field(default_factory=dict)
    source: Source = field(default_factory=_empty_source, repr=False)
    form: int = VERSION
    time: TimeRange | None = None
    """The default time range; None: `time_range.DEFAULT`."""
    refresh: int = 0
    """Seconds after which an open dashboard reads its data again; 0: it doesn't by itself."""

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The selected values of each variable, by its name."""
        return {one.name: one.values if one.all_chosen and one.type == "list" else one.chosen for one in self.variables}


def empty(title: str = "", columns: int = COLUMNS) -> Document:
    """An empty document."""
    return Document(Layout.of(columns, ()), title)


def fitted_document(document: Document) -> Document:
    """The document as it is shown: without overlaps, containers as high as their content.

    Returns the same object if nothing changes.
    """
    layout = fitted(document.layout, document.compact)
    return document if layout == document.layout else replace(document, layout=layout)


def parse_document(value: object) -> Document:
    """The document in decoded JSON of any version. Raises `Invalid` that names item and field."""
    require_storable(value)
    document = parse_fields(value, parse_item)
    require_rows_in_bounds(document)
    for found in walk_items(document.layout):
        require_valid_item(found.item)
    return document


def parse_fields(value: object, parse: ItemParser) -> Document:
    """As `parse_document`, but for what it requires of the whole text, the rows and the items' fields. `parse` as in
    `parse_page`."""
    if not isinstance(value, dict):
        return Document(parse_page(value, columns=COLUMNS, parse=parse), form=0)
    form = _form(value)
    columns = parse_columns(value.get("columns", COLUMNS))
    return Document(
        parse_page(value.get("items"), columns=columns, parse=parse),
        _text(value, "title", MAX_NAME, one_line=True),
        _text(value, "description", MAX_DESCRIPTION),
        parse_compact(value.get("compact", "vertical")),
        _variables(value.get("variables", [])),
        _breakpoints(value.get("breakpoints", {})),
        MappingProxyType({key: field for key, field in value.items() if key not in _OWN}),
        form,
        _time(value.get("time")),
        _refresh(value.get("refresh", 0)),
    )


def write_document(document: Document, known: WrittenItems | None = None) -> dict[str, object]:
    """The document as JSON of the newest version. `known` as in `serialise_page`."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "title": document.title,
        "description": document.description,
        "columns": document.layout.columns,
        "compact": document.compact,
        # Fields that older versions don't have are written only if they are set.
        **({"time": {"from": document.time.start, "to": document.time.end}} if document.time is not None else {}),
        **({"refresh": document.refresh} if document.refresh else {}),
        "variables": [_serialise_variable(variable) for variable in document.variables],
        "items": serialise_page(document.layout, known),
        "breakpoints": {name: _serialise_breakpoint(point) for name, point in document.breakpoints.items()},
        **document.source,
    }


def write_home(document: Document, known: WrittenItems | None = None) -> object:
    """The document as a home layout stores it: in the format it was read from, as long as that can represent it.

    `known` as in `serialise_page`.
    """
    if known is not None and len(known) > 2 * MAX_ITEMS:
        known.clear()  # items removed long ago
    says_more = document.title or document.description or document.variables or document.breakpoints
    follows_time = document.time is not None or document.refresh > 0
    if document.form >= VERSION or says_more or follows_time or document.compact != "vertical":
        return write_document(document, known)
    items = serialise_page(document.layout, known)
    if document.form == 0 and not document.source and document.layout.columns == COLUMNS:
        return items
    return {**document.source, "columns": document.layout.columns, "items": items}


def _form(value: Source) -> int:
    if "format" not in value:
        return 1
    if value["format"] != FORMAT:
        what = _("format is {value}; it must be “{format}”.")
        _refuse("bad-format", what.format(value=quote_value(value["format"]), format=FORMAT), "format")
    version = value.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        what = _("version is {value}; it must be a whole number of 1 or more.")
        _refuse("bad-version", what.format(value=quote_value(version)), "version")
    if version > VERSION:
        raise Invalid(
            "layout.newer",
            _("This dashboard uses format version {version}; this Benchboard supports up to {known}.").format(
                version=quote_value(version), known=VERSION
            ),
            do=_("Open it in a newer version of Benchboard."),
            item=None,
            field="version",
        )
    return version


def require_valid_field(item: Item, key: str) -> None:
    """Raise `Invalid` if the value of an item's field `key` isn't valid in a document."""
    require_storable({key: item.source.get(key)})
    require_valid_item(item)


def require_valid_item(item: Item) -> None:
    """Raise `Invalid` if the value of a field of an item isn't valid in a document."""
    widget_of(item)
    repeat_of(item)
    _locked(item)


def require_rows_in_bounds(document: Document) -> None:
    """Raise `Invalid` for a page whose items would be moved below the last row: what is written must be readable
    again.
    """
    if bottom_bound(document.layout) <= MAX_ROW:
        return
    crowded = overfull_item(document.layout, MAX_ROW + MAX_HEIGHT)
    if crowded is not None:
        _out_of_bounds_error(crowded.id)
    require_rows(fitted_document(document).layout)


def require_rows(layout: Layout) -> None:
    """Raise `Invalid` if an item of a fitted layout begins below the last row of a page."""
    if bottom_bound(layout) <= MAX_ROW:
        return
    for name, row in written_rows(layout):
        if row > MAX_ROW:
            _out_of_bounds_error(name)


def _out_of_bounds_error(item_id: str) -> NoReturn:
    what = _("{item} would end up below row {limit}, the last of a dashboard.")
    raise Invalid(
        "layout.too-long",
        what.format(item=quote_id(item_id), limit=grid_number(MAX_ROW)),
        do=_("Make the widgets above it shorter, or remove some."),
        item=item_id,
        field="position.y",
    )


def _locked(item: Item) -> None:
    locked = item.source.get("locked", [])
    if not isinstance(locked, list) or any(part not in ("size", "content") for part in locked):
        what = _("locked of item {item} is {value}; it can only contain “size” and “content”.")
        raise Invalid(
            "layout.bad-locked",
            what.format(item=quote_id(item.id), value=quote_value(locked)),
            item=item.id,
            field="locked",
        )


def _variables(value: object) -> tuple[Variable, ...]:
    if not isinstance(value, list) or len(value) > MAX_VARIABLES:
        what = _("variables is {value}; it must be a list of up to {limit} variables.")
        _refuse("bad-variables", what.format(value=quote_value(value), limit=MAX_VARIABLES), "variables")
    found = tuple(_variable(entry, f"variables.{place}") for place, entry in enumerate(value))
    names = [variable.name for variable in found]
    for place, name in enumerate(names):
        if name in names[:place]:
            what = _("Two variables are named {name}.").format(name=quote_id(name))
            _refuse("duplicate-variable", what, f"variables.{place}.name")
    return found


def _variable(entry: object, where: str) -> Variable:
    if not isinstance(entry, dict):
        what = _("{field} is {value}; it must be an object.").format(field=where, value=quote_value(entry))
        _refuse("bad-variable", what, where)
    name = entry.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        what = _("{field} is {value}; it must be a name of up to 63 letters, digits and underscores.")
        _refuse("bad-variable", what.format(field=f"{where}.name", value=quote_value(name)), f"{where}.name")
    kind = entry.get("type", "list")
    if kind not in TYPES:
        what = _("{field} is {value}; it must be list, query, text or range.")
        _refuse("bad-variable", what.format(field=f"{where}.type", value=quote_value(kind)), f"{where}.type")
    return Variable(
        name,
        _text(entry, "label", MAX_NAME, one_line=True, where=f"{where}."),
        str(kind),
        _texts(entry, "values", where),
        _texts(entry, "chosen", where),
        _flag(entry, "multiple", where),
        _text(entry, "query", MAX_QUERY, where=f"{where}."),
        _flag(entry, "include_all", where),
        _flag(entry, "all_chosen", where),
        _text(entry, "data_source_id", 200, one_line=True, where=f"{where}."),
        _range_column(entry, where) if kind == "range" else None,
        _filtered_columns(entry, where) if kind == "query" else (),
        MappingProxyType({key: field for key, field in entry.items() if key not in _OF_VARIABLES}),
    )


def _range_column(entry: Source, where: str) -> RangeColumn:
    raw, chosen = entry.get("column"), entry.get("chosen", [])
    keys = ("table", "name", "kind", "dialect", "source_name")
    texts = [raw.get(key, "") for key in keys] if isinstance(raw, dict) else []
    if (
        not all(isinstance(one, str) and len(one) <= MAX_NAME for one in texts)
        or not all(texts[:2])
        or texts[2:3] not in [[one] for one in RANGE_KINDS]
        or texts[3:4] not in [[one] for one in DIALECTS]
    ):
        what = _("{field} is {value}; it must be an object with table, name, kind and dialect.")
        _refuse("bad-variable", what.format(field=f"{where}.column", value=quote_value(raw)), f"{where}.column")
    if not isinstance(chosen, list) or len(chosen) not in (0, 2):
        what = _("{field} is {value}; the range needs two ends, or none.")
        _refuse("bad-variable", what.format(field=f"{where}.chosen", value=quote_value(chosen)), f"{where}.chosen")
    return RangeColumn(*map(str, texts))


def _filtered_columns(entry: Source, where: str) -> tuple[FilteredColumn, ...]:
    raw = entry.get("filters", [])
    if not isinstance(raw, list) or len(raw) > MAX_FILTERED:
        what = _("{field} is {value}; it must be a list of up to {limit} columns.")
        text = what.format(field=f"{where}.filters", value=quote_value(raw), limit=MAX_FILTERED)
        _refuse("bad-variable", text, f"{where}.filters")
    return tuple(_filtered_column(one, f"{where}.filters.{place}") for place, one in enumerate(raw))


def _filtered_column(raw: object, where: str) -> FilteredColumn:
    texts = [raw.get(key, "") for key in FilteredColumn._fields] if isinstance(raw, dict) else []
    if (
        not all(isinstance(one, str) and len(one) <= MAX_NAME for one in texts)
        or not texts
        or not all(texts[:2])
        or texts[2] not in DIALECTS
    ):
        what = _("{field} is {value}; it must be an object with table, name and dialect.")
        _refuse("bad-variable", what.format(field=where, value=quote_value(raw)), where)
    return FilteredColumn(*map(str, texts))


_OF_VARIABLES: Final = frozenset(
    (
        *("name", "label", "type", "values", "chosen", "multiple", "query", "include_all", "all_chosen"),
        *("data_source_id", "column", "filters"),
    )
)


def _flag(entry: Source, key: str, where: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        what = _("{field} is {value}; it must be true or false.")
        _refuse("bad-variable", what.format(field=f"{where}.{key}", value=quote_value(value)), f"{where}.{key}")
    return value


def _serialise_variable(variable: Variable) -> dict[str, object]:
    # Fields that older versions don't have are written only if they are set.
    later = ("query", "include_all", "all_chosen", "data_source_id")
    more = {key: value for key in later if (value := getattr(variable, key))}
    return {
        "name": variable.name,
        "label": variable.label,
        "type": variable.type,
        "values": list(variable.values),
        "chosen": list(variable.chosen),
        "multiple": variable.multiple,
        **more,
        **({"column": variable.column._asdict()} if variable.column is not None else {}),
        **({"filters": [one._asdict() for one in variable.filters]} if variable.filters else {}),
        **variable.source,
    }


def _time(value: object) -> TimeRange | None:
    if value is None:
        return None
    ends = (value.get("from"), value.get("to")) if isinstance(value, dict) else (None, None)
    if not all(isinstance(end, str) for end in ends):
        what = _("time is {value}; it must be an object with the texts “from” and “to”.")
        _refuse("bad-time", what.format(value=quote_value(value)), "time")
    found = TimeRange(str(ends[0]), str(ends[1]))
    try:
        found.period(datetime.now(UTC))
    except Invalid as error:
        raise Invalid(
            "layout.bad-time", error.what, do=error.do, item=None, field=f"time.{error.facts['field']}"
        ) from error
    return found


def _refresh(value: object) -> int:
    if value == 0 or (value in REFRESH_SECONDS and not isinstance(value, bool | float)):
        return int(str(value))
    what = _("refresh is {value}; it must be one of these seconds: {choices}.")
    choices = ", ".join(str(seconds) for seconds in (0, *REFRESH_SECONDS))
    _refuse("bad-refresh", what.format(value=quote_value(value), choices=choices), "refresh")


def _breakpoints(value: object) -> Mapping[str, Breakpoint]:
    if not isinstance(value, dict) or len(value) > len(BREAKPOINTS):
        what = _("breakpoints is {value}; it must be an object with {names}.")
        _refuse("bad-breakpoints", what.format(value=quote_value(value), names=" / ".join(BREAKPOINTS)), "breakpoints")
    return MappingProxyType({name: _breakpoint(name, entry) for name, entry in value.items()})


def _breakpoint(name: str, entry: object) -> Breakpoint:
    where = f"breakpoints.{name[:40]}"
    if name not in BREAKPOINTS or not isinstance(entry, dict):
        what = _("{field} is {value}; breakpoints must be objects named {names}.")
        facts = {"field": where, "value": quote_value(entry), "names": " / ".join(BREAKPOINTS)}
        _refuse("bad-breakpoints", what.format(**facts), where)
    places = entry.get("places", {})
    if not isinstance(places, dict) or len(places) > MAX_ITEMS:
        what = _("{field} is {value}; it must be an object.")
        _refuse("bad-breakpoints", what.format(field=f"{where}.places", value=quote_value(places)), f"{where}.places")
    cells = {
        item_id: parse_item({"id": item_id, "type": "text", "position": place})[1] for item_id, place in places.items()
    }
    source = MappingProxyType({key: field for key, field in entry.items() if key not in ("columns", "places")})
    columns = parse_columns(entry.get("columns"), f"{where}.columns")
    return Breakpoint(columns, MappingProxyType(cells), source)


def _serialise_breakpoint(point: Breakpoint) -> dict[str, object]:
    places = {item_id: cell._asdict() for item_id, cell in point.places.items()}
    return {"columns": point.columns, "places": places, **point.source}


def _texts(entry: Source, key: str, where: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    if (
        isinstance(value, list)
        and len(value) <= MAX_VALUES
        and all(isinstance(one, str) and len(one) <= MAX_NAME for one in value)
    ):
        return tuple(value)
    what = _("{field} must be a list of up to {count} texts of up to {limit} characters each.")
    _refuse("bad-variable", what.format(field=f"{where}.{key}", count=MAX_VALUES, limit=MAX_NAME), f"{where}.{key}")


def _text(value: Source, key: str, most: int, *, one_line: bool = False, where: str = "") -> str:
    text = value.get(key, "")
    if isinstance(text, str) and len(text) <= most and not (one_line and "\n" in text):
        return text
    what = _("{field} is {value}; it must be text of up to {limit} characters.")
    if one_line:
        what = _("{field} is {value}; it must be one line of up to {limit} characters.")
    _refuse(f"bad-{key}", what.format(field=where + key, value=quote_value(text), limit=most), where + key)


def require_storable(document: object, deepest: int = _DEEPEST) -> str:
    """The text of JSON. Raises `Invalid` if a database can't store it, or it is nested more than `deepest` levels."""
    # Documents are checked at every read, so the encoder checks the texts: what it writes without an escape is fine.
    _require_shallow(document, deepest)
    try:
        written = _ENCODER.encode(document)
    except ValueError as error:
        raise Invalid("layout.not-a-number", _("This dashboard contains a number that isn't valid in JSON.")) from error
    if len(written) > MAX_BYTES:
        raise too_long_error()
    if _DOUBTFUL.search(written) and not all(is_storable_text(text) for text in _every_text(document)):
        _refuse("not-text", _("Text in this dashboard contains an invalid character."), None)
    return written


def too_long_error() -> Invalid:
    """The error for a document of more than `MAX_BYTES`."""
    what = _("This dashboard is larger than {limit} MiB.").format(limit=MAX_BYTES // 1024 // 1024)
    return Invalid("layout.too-long", what, do=_("Remove a widget or shorten some text."), item=None, field=None)


def _require_shallow(document: object, deepest: int) -> None:
    level = [document] if isinstance(document, dict | list) else []
    for _depth in range(deepest):
        parts = (part.values() if isinstance(part, dict) else part for part in level)
        level = [part for some in parts for part in some if isinstance(part, _HOLDERS)]
        if not level:
            return
    if any(level):
        _refuse("too-deep", _("This dashboard is nested too deeply."), None)


def _every_text(document: object) -> Iterator[str]:
    """All strings in decoded JSON, including field names."""
    stack = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack += [part for pair in value.items() for part in pair]
        elif isinstance(value, list):
            stack += value
        elif isinstance(value, str):
            yield value


def is_storable_text(value: str) -> bool:
    """Whether every database stores it unchanged: without NUL and half surrogate pairs."""
    if "\0" in value:
        return False
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
