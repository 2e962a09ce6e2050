"""Which of a page's filters a widget's query doesn't use: variables that narrow the page, and its time range."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.table_filters import TableCondition, TableFilter, filtered_tables
from benchboard.analytics.table_references import Why
from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.editing.view import RenderedPage
from benchboard.dashboards.layout import Item, repeat_of
from benchboard.dashboards.variables.filter_variables import is_values_query, listed_column
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
    queries = {name: query for name in view.page.shown if (query := _query(view, name))}
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
            why = view.filtered_query(name).why
            for one in narrowing if why is None else ():
                if one.name not in used and one.data_source_id == view.widget(name).data_source_id:
                    why = why or _why_not(query, one.query, one.data_source_id)
            found[name] = UnusedFilters(missed, misses_time, why)
    return found


def used_variables(view: RenderedPage, item_id: str) -> frozenset[str]:
    """The names of the variables that a widget's query uses, also through the queries of others and its repeats."""
    return frozenset(_used(view, item_id, _query(view, item_id), _asked(view)))


@lru_cache(maxsize=512)  # asked for every change of the page
def _why_not(query: str, values_query: str, source_id: str) -> Why | None:
    """Why a query that reads the table of a variable's column can't be filtered by it; None if it could, or doesn't
    read that table. `values_query` is that of the variable, over the same source."""
    if not is_values_query(values_query):
        return None
    languages: tuple[Dialect, ...] = ("duckdb", "postgresql", "mysql") if source_id else ("own",)
    for dialect in languages:
        listed = listed_column(Variable("", "", "query", query=values_query, data_source_id=source_id), dialect)
        if listed is not None:
            condition = TableCondition("", listed.table, f"{quote_name(listed.groups[0].column, dialect)} IS NOT NULL")
            return filtered_tables(query, dialect, [TableFilter((condition,))]).why
    return None


def _asked(view: RenderedPage) -> dict[str, tuple[str, ...]]:
    """The names in the queries of variables."""
    return {one.name: names_in(one.query) for one in view.document.variables if one.type == "query"}


def _used(view: RenderedPage, item_id: str, query: str, asked: Mapping[str, tuple[str, ...]]) -> set[str]:
    around = [view.page.item(one) for one, _pane in view.page.path(item_id)]
    used = _with_dependencies({*names_in(query), *_repeats([*around, view.page.item(item_id)])}, asked)
    # A copy of a repeated item that a reader sees has its values without naming the variable itself.
    return used | view.own_values.get(item_id, {}).keys()


def _query(view: RenderedPage, item_id: str) -> str:
    kind = view.widget(item_id).kind
    return view.value_filtered(item_id).strip() if kind is not None and kind.query else ""


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
