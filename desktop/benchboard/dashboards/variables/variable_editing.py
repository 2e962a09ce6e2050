"""The variables of a dashboard while somebody defines them: what is added, what is called otherwise, what others
defined meanwhile, and drafts."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any, Final, NamedTuple, Self

from benchboard.dashboards.document.document import NAME, Variable, empty
from benchboard.dashboards.variables.variable_references import Renames, rename_in_query
from benchboard.dashboards.versions import three_way_merge

_FIELDS: Final = tuple(one.name for one in fields(Variable))


class VariableRow(NamedTuple):
    """One of them. `was` is what the page calls it, empty where it is new; `known` the name by which the queries of
    others ask for it, while another one is being written."""

    variable: Variable
    was: str
    known: str

    @classmethod
    def added(cls, variable: Variable) -> Self:
        """One the page does not have."""
        return cls(variable, "", variable.name)

    def named(self, name: str) -> Self:
        """The same with another name, be it one or not yet."""
        return self._replace(variable=replace(self.variable, name=name))


def rows_of(variables: Iterable[Variable]) -> list[VariableRow]:
    """Those of a page, as they are."""
    return [VariableRow(one, one.name, one.name) for one in variables]


def propagate_renames(rows: Sequence[VariableRow]) -> list[VariableRow]:
    """The rows with every new name that can be one carried into the queries that ask for it."""
    names = [row.variable.name for row in rows]
    right = {name for name in names if NAME.fullmatch(name) and names.count(name) == 1}
    other = {row.known: name for row in rows if (name := row.variable.name) != row.known and name in right}
    return [
        VariableRow(
            replace(one, query=rename_in_query(one.query, other)) if other else one,
            was,
            one.name if one.name in right else known,
        )
        for one, was, known in rows
    ]


def renames_of(rows: Sequence[VariableRow]) -> dict[str, str]:
    """Which of the page's variables are called otherwise now, and how."""
    return {row.was: row.variable.name for row in rows if row.was and row.was != row.variable.name}


def merge_rows(
    base: Iterable[Variable], rows: Sequence[VariableRow], theirs: Iterable[Variable]
) -> tuple[tuple[Variable, ...], tuple[str, ...]]:
    """What the rows and the page by now make of `base`, which the rows began from; and which both changed differently:
    those are as the rows have them. Raises `Invalid` where that is more than a dashboard has."""
    there = {one.name: one for one in theirs}
    names = renames_of(rows)
    # A name that somebody has given to another one meanwhile names two: both have changed that one.
    free = {was: name for was, name in names.items() if name not in there or name in names}
    sides = (
        _find_named(base, free),
        tuple(row.variable for row in propagate_renames(rows)),
        _find_named(there.values(), free),
    )
    merge = three_way_merge.merge(*(replace(empty(), variables=side) for side in sides))
    clashes = (one.path[2] for one in merge.conflicts if one.path[:2] == ("variables", "each"))
    return merge.document.variables, tuple(dict.fromkeys(map(str, clashes)))


def _find_named(variables: Iterable[Variable], names: Renames) -> tuple[Variable, ...]:
    return tuple(
        replace(one, name=names.get(one.name, one.name), query=rename_in_query(one.query, names)) if names else one
        for one in variables
    )


def serialise_draft(rows: Sequence[VariableRow], base: Iterable[Variable]) -> str:
    """Rows as a text, however wrong they still are, and what they began from."""
    return json.dumps(
        {"rows": _serialise_rows(propagate_renames(rows)), "base": _serialise_rows(rows_of(base))}, default=dict
    )


def parse_draft(text: str) -> tuple[list[VariableRow], tuple[Variable, ...] | None] | None:
    """Read a draft that `serialise_draft` wrote: the rows, and the variables they began from.

    None for a draft in another program version's format; the second value is None where an earlier version, which did
    not store it, wrote the draft."""
    try:
        raw = json.loads(text)
        if isinstance(raw, list):
            return [_parse_row(one) for one in raw], None
        return [_parse_row(one) for one in raw["rows"]], tuple(_parse_row(one).variable for one in raw["base"])
    except (KeyError, TypeError, ValueError):
        return None


def _serialise_rows(rows: Iterable[VariableRow]) -> list[dict[str, Any]]:
    return [
        {**{key: getattr(row.variable, key) for key in _FIELDS}, "was": row.was, "known": row.known} for row in rows
    ]


def _parse_row(raw: dict[str, Any]) -> VariableRow:
    lists = {key: tuple(map(str, raw[key])) for key in ("values", "chosen")}
    variable = Variable(**{**{key: raw[key] for key in _FIELDS}, **lists})
    return VariableRow(variable, str(raw.get("was", variable.name)), str(raw.get("known", variable.name)))
