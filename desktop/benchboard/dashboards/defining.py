"""The variables of a dashboard while somebody defines them: what is added, what is called otherwise, and drafts."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any, Final, NamedTuple, Self

from benchboard.dashboards.document import NAME, Variable
from benchboard.dashboards.naming import in_query

_FIELDS: Final = tuple(one.name for one in fields(Variable))


class Row(NamedTuple):
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


def rows_of(variables: Iterable[Variable]) -> list[Row]:
    """Those of a page, as they are."""
    return [Row(one, one.name, one.name) for one in variables]


def settled(rows: Sequence[Row]) -> list[Row]:
    """The rows with every new name that can be one carried into the queries that ask for it."""
    names = [row.variable.name for row in rows]
    right = {name for name in names if NAME.fullmatch(name) and names.count(name) == 1}
    other = {row.known: name for row in rows if (name := row.variable.name) != row.known and name in right}
    return [
        Row(
            replace(one, query=in_query(one.query, other)) if other else one,
            was,
            one.name if one.name in right else known,
        )
        for one, was, known in rows
    ]


def names_of(rows: Sequence[Row]) -> dict[str, str]:
    """Which of the page's variables are called otherwise now, and how."""
    return {row.was: row.variable.name for row in rows if row.was and row.was != row.variable.name}


def written(rows: Sequence[Row]) -> str:
    """Rows as a text, however wrong they still are."""
    said = [
        {**{key: getattr(row.variable, key) for key in _FIELDS}, "was": row.was, "known": row.known}
        for row in settled(rows)
    ]
    return json.dumps(said, default=dict)


def read(text: str) -> list[Row] | None:
    """What `written` wrote; None where a program did that which keeps something else."""
    try:
        return [_row(one) for one in json.loads(text)]
    except (KeyError, TypeError, ValueError):
        return None


def _row(said: dict[str, Any]) -> Row:
    lists = {key: tuple(map(str, said[key])) for key in ("values", "chosen")}
    variable = Variable(**{**{key: said[key] for key in _FIELDS}, **lists})
    return Row(variable, str(said.get("was", variable.name)), str(said.get("known", variable.name)))
