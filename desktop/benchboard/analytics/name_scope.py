"""What names mean at one place of a query."""

from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp

from benchboard.analytics import sql_nodes
from benchboard.analytics.query_errors import column_advice, meant_fact, nearest_name, position_of, refuse
from benchboard.analytics.query_types import Columns, TypedExpr
from benchboard.errors import Invalid
from benchboard.i18n import _

MAX_NAME: Final = 63
"""Bytes; PostgreSQL cuts longer names."""
VIEW_PREFIX: Final = "_bb_"
"""Begins the names of the views that a query reads instead of tables; no name in a query may begin so."""


def name_of(identifier: exp.Expr) -> str:
    """A name as PostgreSQL understands it: in lower case unless quoted. `Invalid` for one that cannot be used."""
    written = identifier.name
    if not written or len(written.encode()) > MAX_NAME or written.startswith(VIEW_PREFIX):
        refuse(identifier, "name", _("“{name}” can't be used as a name.").format(name=written[:80]))
    return written if identifier.args.get("quoted") else written.lower()


def view_name(relation: str) -> str:
    """The name by which a translated query reads a relation."""
    return f"{VIEW_PREFIX}{relation}"


@dataclass(slots=True)
class NameScope:
    """The tables that a SELECT reads, by alias, and the scope around it."""

    tables: dict[str, Columns] = field(default_factory=dict)
    outer: "NameScope | None" = None
    rows_title: str = ""
    """What the rows of its only table are called; marked for translation."""

    def column(self, node: exp.Column) -> TypedExpr:
        """The column that `node` names, here or in the nearest scope around. `Invalid` if there is none, or two."""
        name, table = name_of(node.this), name_of(node.args["table"]) if node.args.get("table") else ""
        scope: NameScope | None = self
        while scope is not None:
            found = [
                (alias, type_)
                for alias, columns in scope.tables.items()
                for known, type_ in columns
                if known == name and table in ("", alias)
            ]
            if len(found) > 1:
                refuse(
                    node,
                    "ambiguous",
                    _("“{name}” is in more than one table.").format(name=name),
                    _("Add the table name, for example {table}.{name}.").format(table=found[0][0], name=name),
                )
            if found:
                return TypedExpr(sql_nodes.column(name, found[0][0]), found[0][1])
            scope = scope.outer
        raise self._unknown_column(node, f"{table}.{name}" if table else name)

    def _unknown_column(self, node: exp.Column, name: str) -> Invalid:
        known = list(dict.fromkeys(column for columns in self.tables.values() for column, _type in columns))
        own = name.rpartition(".")[2]
        what, meant = _("There's no column “{name}”.").format(name=name), meant_fact(nearest_name(own, known))
        do = column_advice(own, known)
        return Invalid("query.no-column", what, do=do, field="query", **position_of(node), **meant)
