"""Variables with queries: which variables a query uses, in what order the queries run, and the options they return."""

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics import queries
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.queries import MAX_ROWS, Cell, ResultTable, Variables
from benchboard.dashboards.document import time_range
from benchboard.dashboards.document.document import MAX_NAME, Variable, is_storable_text
from benchboard.dashboards.document.widget_kinds import MAX_QUERY
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext, number
from benchboard.identity.permissions import Actor

_NAMED: Final = re.compile(
    r"""'[^']*(?:'|\Z) | "[^"]*(?:"|\Z) | --[^\n]* | /\*.*?(?:\*/|\Z) | :: | :\s*([A-Za-z_][A-Za-z0-9_]*)""",
    re.DOTALL | re.VERBOSE,
)
"""A variable in a query, or what only looks like one: in a string, a quoted name, a comment or a cast."""


@dataclass(frozen=True, slots=True)
class QueryOrder:
    """The order in which the variables' queries run, each after those that it uses; `errors` say why
    the others can't run: they depend on each other.
    """

    names: tuple[str, ...]
    errors: Mapping[str, Invalid]


@dataclass(frozen=True, slots=True)
class VariableOptions:
    """The options that a variable's query returned: the values, each once, in the query's order, with labels where its
    second column differs.
    """

    values: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    truncated: bool = False
    left_out: int = 0

    @property
    def note(self) -> str:
        """What is notable about the result, as text; empty if it is complete."""
        parts = []
        if self.truncated:
            what = _(
                "Only the first {limit} rows of the result are available. Use SELECT DISTINCT or narrow the query."
            )
            parts.append(what.format(limit=number(MAX_ROWS)))
        if self.left_out:
            words = ngettext(
                "{count} value is left out because it isn't text of up to {limit} characters.",
                "{count} values are left out because they aren't text of up to {limit} characters.",
                self.left_out,
            )
            parts.append(words.format(count=self.left_out, limit=MAX_NAME))
        return " ".join(parts)


def names_in(query: str) -> tuple[str, ...]:
    """The variables that a query names, each once, in order. Empty for a query that is too long to run."""
    return _names_in(query) if len(query) <= MAX_QUERY else ()


@lru_cache(maxsize=256)
def _names_in(query: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found[1] for found in _NAMED.finditer(query) if found[1]))


def replace_names(query: str, named: Mapping[str, str]) -> str:
    """The query with each variable in `named` replaced (name → replacement)."""
    return _NAMED.sub(lambda found: named.get(found[1], found[0]) if found[1] else found[0], query)


def readable(query: str) -> str:
    """The query with a value in place of each variable but those of the time range: the builder reads values alone."""
    return replace_names(query, {name: "'x'" for name in names_in(query) if name not in time_range.VARIABLES})


def query_order(variables: Iterable[Variable]) -> QueryOrder:
    """The order in which these queries run: their own order, but each after those that it uses."""
    asked = {one.name: one for one in variables if one.type == "query"}
    before = {name: [other for other in names_in(one.query) if other in asked] for name, one in asked.items()}
    refused = {name: _circular_error(way) for name in asked if (way := _find_cycle(name, before))}
    order: dict[str, None] = {}
    for name in asked:
        _put(name, before, refused, order)
    return QueryOrder(tuple(order), refused)


def _put(
    name: str, before: Mapping[str, Sequence[str]], refused: Mapping[str, Invalid], order: dict[str, None]
) -> None:
    """Add a name to the order after those before it. Not recursive: a chain may be longer than Python's stack."""
    stack = [name]
    while stack:
        now = stack[-1]
        if now in order or now in refused:
            stack.pop()
            continue
        missing = [one for one in before[now] if one not in order and one not in refused]
        if missing:
            stack += reversed(missing)
        else:
            order[stack.pop()] = None


def _find_cycle(name: str, before: Mapping[str, Sequence[str]]) -> list[str]:
    """The shortest cycle from a variable over those that its query uses back to itself; empty if there is none."""
    came: dict[str, str] = {}
    waiting = deque([name])
    while waiting:
        now = waiting.popleft()
        for other in before[now]:
            if other == name:
                way = [name, now]
                while way[-1] != name:
                    way.append(came[way[-1]])
                return way[::-1] if len(way) > 1 else way
            if other not in came:
                came[other] = now
                waiting.append(other)
    return []


def _circular_error(way: Sequence[str]) -> Invalid:
    if len(set(way)) == 1:
        what = _("Variable {name} refers to itself.").format(name=way[0])
        return Invalid("variables.circle", what, do=_("Remove its own name from its query."), field="query")
    shown = [*way[:6], "…", way[-1]] if len(way) > 8 else way
    what = _("These variables refer to each other: {names}.").format(names=" → ".join(shown))
    return Invalid("variables.circle", what, do=_("Remove one of the references from their queries."), field="query")


def query_options(
    session: Session,
    actor: Actor,
    query: str,
    *,
    variables: Variables,
    cancel_token: CancelToken | None = None,
    source_id: str = "",
) -> VariableOptions:
    """Run a variable's query for `actor`: its first column has the values, a second one their labels. Without
    `source_id` it is over Benchboard's own data.

    Raises what `run_query` raises.
    """
    return options_from(
        queries.run_query(
            session,
            actor,
            query,
            limit=MAX_ROWS,
            cancel_token=cancel_token,
            variables=variables,
            source_id=source_id or None,
        )
    )


def options_from(table: ResultTable) -> VariableOptions:
    """The options in a result. Rows without a value are skipped."""
    labels: dict[str, str] = {}
    called: dict[str, str] = {}
    left_out: set[str] = set()
    for row in table.rows:
        value = _written(row[0])
        if value is None:
            continue
        if len(value) > MAX_NAME or not is_storable_text(value):
            left_out.add(value)
        elif value not in labels:
            labels[value] = label = (_written(row[1]) or "") if len(row) > 1 else ""
            # A label that can't be shown in full is not used; the value is shown then.
            if label and label != value and len(label) <= MAX_NAME and is_storable_text(label):
                called[value] = label
    return VariableOptions(tuple(labels), called, table.truncated, len(left_out))


def _written(cell: Cell) -> str | None:
    """A cell as text, as a query would compare it with a variable."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)
