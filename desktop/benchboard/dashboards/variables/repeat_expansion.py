"""Repeats as a reader sees them: repeated items once for each selected value of a variable, in every container.

The document keeps the one widget; the expansion is for viewing, presenting and exporting, and is never written back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NamedTuple

from benchboard.dashboards.document.document import Document, Variable, fitted_document
from benchboard.dashboards.document.widget_kinds import MAX_TITLE, widget_of, with_fields
from benchboard.dashboards.layout import MAX_HEIGHT, MAX_ROW, Item, Layout, quote_id, repeat_of, repeated, walk_items
from benchboard.dashboards.variables.templating import variables_in
from benchboard.errors import Invalid
from benchboard.i18n import _

MAX_REPEATED_ITEMS: Final = 2_000
"""Most items that repeats may add in all: nested containers multiply them."""

Values = Mapping[str, tuple[str, ...]]
_NOTHING: Final[Values] = MappingProxyType({})


class VariableChoice(NamedTuple):
    """A reader's selection for a variable: values, or All."""

    values: tuple[str, ...] = ()
    all: bool = False


@dataclass(frozen=True, slots=True)
class ExpandedDocument:
    """A document with its repeats expanded; `chosen` has the own values of each copy (id → variable → value), `sources`
    the widget of the document that it shows (id → id).
    """

    document: Document
    chosen: Mapping[str, Values]
    sources: Mapping[str, str]


def has_repeats(document: Document) -> bool:
    """Whether any item is repeated."""
    return any(repeat_of(found.item) is not None for found in walk_items(document.layout))


def with_choices(document: Document, choices: Mapping[str, VariableChoice], offered: Values = _NOTHING) -> Document:
    """The document as one reader sees it, with their `choices` for its variables and the options that queries have
    `offered` so far (name → values). A choice that a list doesn't have any more is ignored; one that a query doesn't
    return any more is kept.
    """
    seen = tuple(_with_choice(one, choices.get(one.name), offered.get(one.name)) for one in document.variables)
    return document if seen == document.variables else replace(document, variables=seen)


def _with_choice(variable: Variable, choice: VariableChoice | None, offered: tuple[str, ...] | None) -> Variable:
    if variable.type == "query" and offered is not None:
        variable = replace(variable, values=offered)
    if choice is not None:
        variable = _apply_choice(variable, choice)
    if not variable.all_chosen or variable.type == "text":
        return variable
    known = variable.type == "list" or offered is not None
    return replace(variable, chosen=variable.values if known else variable.chosen or variable.values)


def _apply_choice(variable: Variable, choice: VariableChoice) -> Variable:
    if choice.all:
        return replace(variable, all_chosen=True) if variable.include_all else variable
    offered = {*variable.values, *variable.chosen}
    known = tuple(value for value in choice.values if variable.type != "list" or value in offered)
    if choice.values and not known:
        return variable
    return replace(variable, chosen=known if variable.multiple else known[:1], all_chosen=False)


def first_values(document: Document) -> dict[str, Values]:
    """The values with which each repeated widget, and all in it, is queried if it is shown once: the first selected
    value (id → variable → value).
    """
    own: dict[str, Values] = {}
    _first(document.layout, document.chosen, {}, own)
    return own


def _first(layout: Layout, chosen: Values, around: Values, own: dict[str, Values]) -> None:
    for item in layout.items:
        mine, repeat = around, repeat_of(item)
        if repeat is not None and chosen.get(repeat.variable):
            mine = {**around, repeat.variable: chosen[repeat.variable][:1]}
        if mine:
            own[item.id] = mine
        for pane in item.panes:
            _first(pane.layout, chosen, mine, own)


def expand_repeats(document: Document) -> ExpandedDocument:
    """The document with every repeat expanded for each selected value.

    Raises `Invalid` naming the item whose repeat is invalid, or makes too many items.
    """
    _require_few(document.layout, document.chosen, 1, 0)
    showing = _Expansion({found.item.id for found in walk_items(document.layout)})
    layout = showing.expand(document.layout, document.chosen, {})
    shown = fitted_document(replace(document, layout=layout))
    if max((cell.bottom for cell in shown.layout.cells), default=0) > MAX_ROW + MAX_HEIGHT:
        what = _("Repeated widgets make the dashboard longer than {limit} rows.").format(limit=MAX_ROW)
        raise Invalid("layout.too-long", what, do=_("Select fewer values."), field="repeat")
    return ExpandedDocument(shown, showing.chosen, showing.sources)


def _require_few(layout: Layout, chosen: Mapping[str, Sequence[str]], times: int, added: int) -> int:
    """How many items repeats add so far, with this grid shown `times` times; computed without creating them.

    Raises `Invalid` naming the item that makes too many.
    """
    for item in layout.items:
        repeat = repeat_of(item)
        values = chosen.get(repeat.variable, ()) if repeat else ()
        here = times * max(1, len(values))
        added += here - 1
        if added > MAX_REPEATED_ITEMS:
            what = _("Repeating {item} {count} times exceeds the limit of {limit} widgets and containers.")
            facts = {"item": quote_id(item.id), "count": here, "limit": MAX_REPEATED_ITEMS}
            raise Invalid("layout.too-many-items", what.format(**facts), item=item.id, field="repeat")
        inside = {**chosen, repeat.variable: values[:1]} if repeat and values else chosen
        for pane in item.panes:
            added = _require_few(pane.layout, inside, here, added)
    return added


def _with_value(title: str, variable: str) -> str:
    """A copy's title, with the variable that it is a copy for."""
    named = f" · ${{{variable}}}"
    return title[: MAX_TITLE - len(named)] + named


class _Expansion:
    """The expansion of one document: the ids used so far, and the values of each copy."""

    def __init__(self, taken: set[str]) -> None:
        self._taken, self._used = taken, set[str]()
        self._numbers: dict[str, int] = {}
        self.chosen: dict[str, Values] = {}
        self.sources: dict[str, str] = {}

    def expand(self, layout: Layout, chosen: Mapping[str, Sequence[str]], own: Values) -> Layout:
        """One grid and all below it; `own` are the values of the container around it."""
        shown, clones = repeated(layout, chosen, taken=self._taken)
        self._taken |= shown.places.keys()
        return Layout.of(shown.columns, [(self._item(item, chosen, own, clones), cell) for item, cell in shown])

    def _item(
        self,
        item: Item,
        chosen: Mapping[str, Sequence[str]],
        own: Values,
        clones: Mapping[str, tuple[str, str, str]],
    ) -> Item:
        if item.id in clones:
            source, variable, value = clones[item.id]
            self.sources[item.id] = self.sources.get(source, source)
            own = {**own, variable: (value,)}
            chosen = {**chosen, variable: (value,)}
            title = widget_of(item).title
            if title and variable not in variables_in(title):
                item = with_fields(item, title=_with_value(title, variable))
        if own:
            self.chosen[item.id] = own
        panes = tuple(replace(pane, layout=self.expand(self._renamed(pane.layout), chosen, own)) for pane in item.panes)
        return replace(item, panes=panes)

    def _renamed(self, layout: Layout) -> Layout:
        """A container's content under ids that no other copy of it has."""
        pairs = []
        for item, cell in layout:
            fresh = self._fresh(item.id)
            self.sources[fresh] = item.id
            pairs.append((replace(item, id=fresh), cell))
        return Layout.of(layout.columns, pairs)

    def _fresh(self, name: str) -> str:
        number, fresh = self._numbers.get(name, 1), name
        while fresh in self._used or (fresh != name and fresh in self._taken):
            number += 1
            fresh = f"{name}@{number}"
        self._numbers[name] = number
        self._used.add(fresh)
        self._taken.add(fresh)
        return fresh
