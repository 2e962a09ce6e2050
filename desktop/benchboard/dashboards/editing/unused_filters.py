"""Which of a page's filters a widget's query doesn't use: variables that narrow the page, and its time range."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchboard.analytics.table_references import Why
from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.editing.view import RenderedPage
from benchboard.dashboards.layout import Item, repeat_of
from benchboard.dashboards.variables.variable_queries import names_in


@dataclass(frozen=True, slots=True)
class UnusedFilters:
    """The filters that a widget doesn't use: the labels of variables and the titles of what a reader selected at the
    values of charts; and whether it doesn't use the time range either. `why` it can't use ranges and what was selected
    at charts; None where its tables don't have these columns."""

    variables: tuple[str, ...] = ()
    time: bool = False
    why: Why | None = None


def unused_filters(view: RenderedPage) -> Mapping[str, UnusedFilters]:
    """What each widget with a query doesn't use of the filters that are set on the page: id → filters, for those that
    miss any. A variable that lets all of its values through is no filter; neither is a time range that no widget uses.
    """
    page = view.page
    items = {item_id: page.item(item_id) for item_id in page.shown}
    queries = {name: query for name, item in items.items() if (query := _query(item))}
    narrowing = [one for one in view.document.variables if narrows(one)]
    has_time = any(view.uses_time(query) for query in queries.values())
    found: dict[str, UnusedFilters] = {}
    if not narrowing and not has_time and not view.filters:
        return found
    asked = _asked(view)
    for name, query in queries.items():
        used = _used(view, name, query, asked)
        missed = tuple(one.label or one.name for one in narrowing if one.name not in used) + view.missed_filters(name)
        misses_time = has_time and not view.uses_time(query)
        if missed or misses_time:
            found[name] = UnusedFilters(missed, misses_time, view.filtered_query(name).why)
    return found


def used_variables(view: RenderedPage, item_id: str) -> frozenset[str]:
    """The names of the variables that a widget's query uses, also through the queries of others and its repeats."""
    return frozenset(_used(view, item_id, _query(view.page.item(item_id)), _asked(view)))


def _asked(view: RenderedPage) -> dict[str, tuple[str, ...]]:
    """The names in the queries of variables."""
    return {one.name: names_in(one.query) for one in view.document.variables if one.type == "query"}


def _used(view: RenderedPage, item_id: str, query: str, asked: Mapping[str, tuple[str, ...]]) -> set[str]:
    around = [view.page.item(one) for one, _pane in view.page.path(item_id)]
    used = _with_dependencies({*names_in(query), *_repeats([*around, view.page.item(item_id)])}, asked)
    # A copy of a repeated item that a reader sees has its values without naming the variable itself.
    return used | view.own_values.get(item_id, {}).keys()


def _query(item: Item) -> str:
    widget = widget_of(item)
    return widget.query.strip() if widget.kind is not None and widget.kind.query else ""


def narrows(variable: Variable) -> bool:
    """Whether a variable lets only some of its values through. A range is a filter of the reader instead, as
    `RenderedPage.missed_filters` has it."""
    if variable.type == "range":
        return False
    if variable.type == "text":
        return any(variable.chosen)
    return not variable.all_chosen and bool(variable.chosen) and not set(variable.values) <= set(variable.chosen)


def _repeats(items: list[Item]) -> set[str]:
    return {repeat.variable for item in items if (repeat := repeat_of(item)) is not None}


def _with_dependencies(used: set[str], asked: Mapping[str, tuple[str, ...]]) -> set[str]:
    """These variables, and those that their queries depend on."""
    found, waiting = set[str](), list(used)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += asked.get(name, ())
    return found
