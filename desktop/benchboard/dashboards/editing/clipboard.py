"""What goes from one dashboard to another: widgets, and the variables they cannot do without.

On the clipboard it is a document of ours; what is read from there may be Grafana's as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from benchboard.dashboards import interchange
from benchboard.dashboards import layout as grid
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
from benchboard.dashboards.layout import Layout
from benchboard.dashboards.variables import variable_queries, variable_references
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext


class Copied(NamedTuple):
    """Items where they lie to each other, and the variables they name. `report`: what became of another program's."""

    items: Placed
    variables: tuple[Variable, ...] = ()
    report: ConversionReport | None = None


def needed(placed: Placed, variables: Sequence[Variable]) -> tuple[Variable, ...]:
    """The variables these items name with all they hold, and those that these ask with in turn, in their order."""
    known = {one.name: one for one in variables}
    layout = Layout.of(grid.MAX_COLUMNS, placed)
    waiting = {name for found in grid.walk_items(layout) for name in variable_references.names_in(found.item)}
    wanted: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in known and name not in wanted:
            wanted.add(name)
            waiting.update(variable_queries.names_in(known[name].query))
    return tuple(one for one in variables if one.name in wanted)


def written(copied: Copied, columns: int) -> dict[str, object]:
    """What is copied as JSON, in the form of a document of so many columns."""
    document = write_document(Document(Layout.of(columns, copied.items), variables=copied.variables))
    said = {key: document[key] for key in ("format", "version", "columns", "items")}
    return {**said, "variables": document["variables"]} if copied.variables else said


def read(text: str | bytes, columns: int) -> Copied:
    """What somebody copied, here or elsewhere, for a page of so many columns: a document of any version, or a single
    item; a dashboard or a panel of Grafana's. Of a page it has the share that it had of its own; a single item says
    nothing of one, and keeps its cells. Invalid, naming item and field, for anything else, and for a copy that holds
    nothing."""
    value, report = grid.decode(text, max_bytes=MAX_BYTES), None
    own: int | None = None
    if interchange.is_panel(value):
        value = {"panels": [value], "schemaVersion": 0}
    if interchange.is_grafana(value) and interchange.has_panels(value):
        value, report = interchange.from_grafana(value)
    elif isinstance(value, dict) and "position" in value:
        value, own = [value], columns
    document = parse_document(value)
    layout = grid.fitted(document.layout)
    if not len(layout):
        raise Invalid("layout.empty-copy", _("It contains no widgets."), item=None, field="items")
    items = page_edits.together(list(layout))
    copied = Copied(items, needed(items, document.variables), report)
    return scaled(copied, own or layout.columns, columns)


def scaled(copied: Copied, wide: int, columns: int) -> Copied:
    """What was copied from a page `wide`, for one of so many columns: as large a part of that."""
    if wide == columns:
        return copied
    layout = breakpoints.fit_to_columns(Layout.of(wide, copied.items), columns)
    return copied._replace(items=page_edits.together(list(layout)))


@dataclass(frozen=True, slots=True)
class Joined:
    """A dashboard's variables with those that came along: which did, in whose place another one of the same name
    stays, and for which there was no room."""

    variables: tuple[Variable, ...]
    came: tuple[Variable, ...] = ()
    others: tuple[Variable, ...] = ()
    left_out: tuple[Variable, ...] = ()

    @property
    def told(self) -> str:
        """What became of them, in words; nothing where there is nothing to say."""
        parts = []
        if self.came:
            what = ngettext("Added variable {names}.", "Added variables {names}.", len(self.came))
            parts.append(what.format(names=_listed(self.came)))
        if self.others:
            what = ngettext(
                "Variable {names} already exists here; the added widgets use the existing one.",
                "Variables {names} already exist here; the added widgets use the existing ones.",
                len(self.others),
            )
            parts.append(what.format(names=_listed(self.others)))
        if self.left_out:
            what = _("Couldn't add {names}: a dashboard can have up to {limit} variables.")
            parts.append(what.format(names=_listed(self.left_out), limit=MAX_VARIABLES))
        return " ".join(parts)


def joined(own: tuple[Variable, ...], coming: Sequence[Variable]) -> Joined:
    """A dashboard's `own` variables with those `coming` that it lacks. Those of its own stay, whatever they are."""
    known = {one.name: one for one in own}
    missing = tuple(one for one in coming if one.name not in known)
    room = MAX_VARIABLES - len(own)
    others = tuple(known[one.name] for one in coming if one.name in known and _offers(one) != _offers(known[one.name]))
    came = missing[: max(0, room)]
    return Joined((*own, *came), came, others, missing[len(came) :])


def with_variables(document: Document, came: Copied) -> tuple[Document, str]:
    """The document with the variables of what came, and what there is to know of that in words."""
    found = joined(document.variables, came.variables)
    parts = (came.report.summary() if came.report is not None else "", found.told)
    return replace(document, variables=found.variables), " ".join(part for part in parts if part)


def _offers(variable: Variable) -> tuple[object, ...]:
    """What makes it the one it is, whatever is chosen and it is called. Of a query, not what it answered last."""
    asked = variable.type == "query"
    return (variable.type, variable.query if asked else "", () if asked else variable.values)


_NAMED = 3


def _listed(variables: Sequence[Variable]) -> str:
    names = ", ".join(_("“{name}”").format(name=one.label or one.name) for one in variables[:_NAMED])
    more = len(variables) - _NAMED
    return f"{names} +{more}" if more > 0 else names
