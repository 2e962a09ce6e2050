"""The clipboard: widgets that are copied from one dashboard to another, with the variables they depend on.

Copied widgets are serialised as a document; what is pasted may also be Grafana's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from benchboard.dashboards import interchange
from benchboard.dashboards.document import breakpoints
from benchboard.dashboards.document.document import (
    MAX_BYTES,
    MAX_VARIABLES,
    Document,
    Variable,
    parse_document,
    write_document,
)
from benchboard.dashboards.editing import page_edits
from benchboard.dashboards.editing.page_edits import Placed
from benchboard.dashboards.interchange import ConversionReport
from benchboard.dashboards.layout import MAX_COLUMNS, Layout, decode, fitted, walk_items
from benchboard.dashboards.variables import variable_queries, variable_references
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext


class ClipboardContent(NamedTuple):
    """Copied items in their relative positions, and the variables they name. `report` is that of a Grafana import."""

    items: Placed
    variables: tuple[Variable, ...] = ()
    report: ConversionReport | None = None


def variables_needed(placed: Placed, variables: Sequence[Variable]) -> tuple[Variable, ...]:
    """The variables that these items and their children name, and those that their queries name in turn, in order."""
    known = {variable.name: variable for variable in variables}
    layout = Layout.of(MAX_COLUMNS, placed)
    waiting = {name for located in walk_items(layout) for name in variable_references.names_in(located.item)}
    wanted: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in known and name not in wanted:
            wanted.add(name)
            waiting.update(variable_queries.names_in(known[name].query))
    return tuple(variable for variable in variables if variable.name in wanted)


def serialise(copied: ClipboardContent, columns: int) -> dict[str, object]:
    """The copied items as the JSON of a document with this many columns."""
    document = write_document(Document(Layout.of(columns, copied.items), variables=copied.variables))
    fields = {key: document[key] for key in ("format", "version", "columns", "items")}
    return {**fields, "variables": document["variables"]} if copied.variables else fields


def parse(text: str | bytes, columns: int) -> ClipboardContent:
    """Parse copied text for a page with this many columns: a document of any version, a single item, or a dashboard or
    panel of Grafana's.

    Items of a document keep their share of its width; a single item keeps its cells. Raises `Invalid`, naming item and
    field, for anything else, and for a copy without items.
    """
    value, report = decode(text, max_bytes=MAX_BYTES), None
    own: int | None = None
    if interchange.is_panel(value):
        value = {"panels": [value], "schemaVersion": 0}
    if interchange.is_grafana(value) and interchange.has_panels(value):
        value, report = interchange.from_grafana(value)
    elif isinstance(value, dict) and "position" in value:
        value, own = [value], columns
    document = parse_document(value)
    layout = fitted(document.layout)
    if not len(layout):
        raise Invalid("layout.empty-copy", _("It contains no widgets."), item=None, field="items")
    items = page_edits.together(list(layout))
    copied = ClipboardContent(items, variables_needed(items, document.variables), report)
    return scale_to_columns(copied, own or layout.columns, columns)


def scale_to_columns(copied: ClipboardContent, wide: int, columns: int) -> ClipboardContent:
    """Scale what was copied from a page of `wide` columns to one of `columns`."""
    if wide == columns:
        return copied
    layout = breakpoints.fit_to_columns(Layout.of(wide, copied.items), columns)
    return copied._replace(items=page_edits.together(list(layout)))


@dataclass(frozen=True, slots=True)
class JoinedVariables:
    """A dashboard's variables after a paste: which were added, which kept the dashboard's own definition because it had
    the name already (`existing`), and which were left out because there are too many."""

    variables: tuple[Variable, ...]
    added: tuple[Variable, ...] = ()
    existing: tuple[Variable, ...] = ()
    left_out: tuple[Variable, ...] = ()

    @property
    def message(self) -> str:
        """What happened to the pasted variables, as sentences; empty if there is nothing to report."""
        parts = []
        if self.added:
            what = ngettext("Added variable {names}.", "Added variables {names}.", len(self.added))
            parts.append(what.format(names=_list_names(self.added)))
        if self.existing:
            what = ngettext(
                "Variable {names} already exists here; the added widgets use the existing one.",
                "Variables {names} already exist here; the added widgets use the existing ones.",
                len(self.existing),
            )
            parts.append(what.format(names=_list_names(self.existing)))
        if self.left_out:
            what = _("Couldn't add {names}: a dashboard can have up to {limit} variables.")
            parts.append(what.format(names=_list_names(self.left_out), limit=MAX_VARIABLES))
        return " ".join(parts)


def join_variables(own: tuple[Variable, ...], coming: Sequence[Variable]) -> JoinedVariables:
    """A dashboard's `own` variables with those of `coming` that it lacks. Its own definitions take precedence."""
    known = {one.name: one for one in own}
    missing = tuple(one for one in coming if one.name not in known)
    room = MAX_VARIABLES - len(own)
    others = tuple(known[one.name] for one in coming if one.name in known and _offers(one) != _offers(known[one.name]))
    came = missing[: max(0, room)]
    return JoinedVariables((*own, *came), came, others, missing[len(came) :])


def with_variables(document: Document, came: ClipboardContent) -> tuple[Document, str, bool]:
    """The document with the variables of the pasted items, a message about them, and whether some were left out."""
    found = join_variables(document.variables, came.variables)
    parts = (came.report.summary() if came.report is not None else "", found.message)
    message = " ".join(part for part in parts if part)
    return replace(document, variables=found.variables), message, bool(found.left_out)


def _offers(variable: Variable) -> tuple[object, ...]:
    """What identifies a variable, without its name and selection: of a query variable, not its last result."""
    asked = variable.type == "query"
    source_id = variable.data_source_id if asked or variable.column is not None else ""
    listed = () if asked else variable.values
    return (variable.type, variable.query if asked else "", source_id, listed, variable.column)


_NAMED = 3


def _list_names(variables: Sequence[Variable]) -> str:
    names = ", ".join(_("“{name}”").format(name=one.label or one.name) for one in variables[:_NAMED])
    more = len(variables) - _NAMED
    return f"{names} +{more}" if more > 0 else names
