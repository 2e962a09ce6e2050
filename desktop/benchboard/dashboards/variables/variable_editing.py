"""The variables of a dashboard while a user edits them: additions, renames, merging with another user's changes, and
drafts.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any, Final, NamedTuple, Self

from benchboard.dashboards.document.document import NAME, FilteredColumn, RangeColumn, Variable, empty
from benchboard.dashboards.variables.variable_references import Renames, rename_in_query
from benchboard.dashboards.versions import three_way_merge

_FIELDS: Final = tuple(one.name for one in fields(Variable))


class VariableRow(NamedTuple):
    """A variable.

    `was` is its name on the page, empty if it is new; `known` is the name in other variables' queries, while another
    one is being typed.
    """

    variable: Variable
    was: str
    known: str

    @classmethod
    def added(cls, variable: Variable) -> Self:
        """A row for a variable that the page doesn't have."""
        return cls(variable, "", variable.name)

    def named(self, name: str) -> Self:
        """The row with another name, valid or not."""
        return self._replace(variable=replace(self.variable, name=name))


def rows_of(variables: Iterable[Variable]) -> list[VariableRow]:
    """The rows of a page's variables."""
    return [VariableRow(one, one.name, one.name) for one in variables]


def propagate_renames(rows: Sequence[VariableRow]) -> list[VariableRow]:
    """The rows with every valid new name replaced in the queries that use it."""
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
    """The page's variables that have another name now (old → new)."""
    return {row.was: row.variable.name for row in rows if row.was and row.was != row.variable.name}


def merge_rows(
    base: Iterable[Variable], rows: Sequence[VariableRow], theirs: Iterable[Variable]
) -> tuple[tuple[Variable, ...], tuple[str, ...]]:
    """The merge of the rows and the page's present variables, both based on `base`; and the names of conflicts, for
    which the rows win. Raises `Invalid` if the result exceeds a dashboard's limit.
    """
    there = {one.name: one for one in theirs}
    names = renames_of(rows)
    # If another user has meanwhile given a name to another variable, that is a conflict too.
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
    """Rows as text, valid or not, with the variables that they were made from."""
    return json.dumps(
        {"rows": _serialise_rows(propagate_renames(rows)), "base": _serialise_rows(rows_of(base))}, default=dict
    )


def parse_draft(text: str) -> tuple[list[VariableRow], tuple[Variable, ...] | None] | None:
    """Parse a draft of `serialise_draft`: the rows, and the variables they were made from.

    None for a draft in another program version's format; the second value is None if an earlier version, which didn't
    store it, wrote the draft.
    """
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
    column = RangeColumn(*map(str, raw["column"])) if raw.get("column") else None
    filters = tuple(FilteredColumn(*map(str, one)) for one in raw.get("filters", ()))
    kept = {key: raw[key] for key in _FIELDS if key in raw}
    variable = Variable(**{**kept, **lists, "column": column, "filters": filters})
    return VariableRow(variable, str(raw.get("was", variable.name)), str(raw.get("known", variable.name)))
