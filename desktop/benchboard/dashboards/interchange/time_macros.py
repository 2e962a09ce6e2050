"""Grafana's macros for the time range in SQL, and the variables `:from`, `:to` and `:interval` of ours.

Only what queries can express here: `$__timeFilter`, `$__timeFrom`, `$__timeTo`, `$__timeGroup`, `$__timeGroupAlias`,
`$__time`, and `'${__from:date}'`. A macro that isn't known stays as it is.
"""

import re
from collections.abc import Collection
from typing import Final

from benchboard.dashboards.document.time_range import VARIABLES
from benchboard.dashboards.variables.variable_queries import names_in, replace_names

_CALL: Final = re.compile(r"\$__(timeFilter|timeFrom|timeTo|timeGroupAlias|timeGroup|time)\s*\(")
_MOMENT: Final = re.compile(r"'\$\{__(from|to):date(?::iso)?\}'")
_UNITS: Final = {"$__interval": ":interval", "1m": "'minute'", "1h": "'hour'", "1d": "'day'"}
"""The intervals that `date_trunc` has a unit for. A week of Grafana's begins on a Thursday, so it isn't among them."""
_COLUMN: Final = r'((?:"[^"]+"|[A-Za-z_]\w*)(?:\.(?:"[^"]+"|[A-Za-z_]\w*))?)'
_WITHIN: Final = re.compile(rf"{_COLUMN}\s*>=\s*:from\s+AND\s+\1\s*<\s*:to\b", re.IGNORECASE)
_GROUP: Final = re.compile(rf"\bdate_trunc\(\s*:interval\s*,\s*{_COLUMN}\s*\)", re.IGNORECASE)
_MACROS: Final = {"from": "$__timeFrom()", "to": "$__timeTo()"}


def from_macros(sql: str) -> str:
    """Grafana's SQL with the variables of the time range for its macros."""
    sql = _MOMENT.sub(r":\1", sql)
    done = ""
    while found := _CALL.search(sql):
        arguments, end = _arguments(sql, found.end())
        written = _expression(found[1], arguments)
        done += sql[: found.start()] + (written or sql[found.start() : end])
        sql = sql[end:]
    return done + sql


def to_macros(query: str, names: Collection[str]) -> str:
    """A query of ours with Grafana's macros for the time range, but for variables of the document (`names`) that are
    called the same.
    """
    taken = set(names)
    if not taken.isdisjoint(VARIABLES):
        free = {name: macro for name, macro in _MACROS.items() if name not in taken and name in names_in(query)}
        return replace_names(query, free)
    query = _WITHIN.sub(r"$__timeFilter(\1)", query)
    query = _GROUP.sub(r"$__timeGroup(\1, $__interval)", query)
    return replace_names(query, {name: macro for name, macro in _MACROS.items() if name in names_in(query)})


def _expression(macro: str, arguments: list[str]) -> str:
    """The SQL for a macro; empty if it has no equivalent."""
    if not arguments and macro in ("timeFrom", "timeTo"):
        return f":{macro.removeprefix('time').lower()}"
    if len(arguments) == 1 and macro == "timeFilter":
        return f"({arguments[0]} >= :from AND {arguments[0]} < :to)"
    if len(arguments) == 1 and macro == "time":
        return f'{arguments[0]} AS "time"'
    if len(arguments) in (2, 3) and macro.startswith("timeGroup"):
        unit = _UNITS.get(arguments[1].strip("'\""), "")
        alias = ' AS "time"' if macro == "timeGroupAlias" else ""
        return f"date_trunc({unit}, {arguments[0]}){alias}" if unit else ""
    return ""


def _arguments(sql: str, start: int) -> tuple[list[str], int]:
    """The arguments of a call whose parenthesis ends before `start`, and the place behind it."""
    depth, quote, parts = 1, "", [""]
    for place in range(start, len(sql)):
        sign = sql[place]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "()":
            depth += 1 if sign == "(" else -1
            if not depth:
                found = [part.strip() for part in parts]
                return ([] if found == [""] else found), place + 1
        elif sign == "," and depth == 1:
            parts.append("")
            continue
        parts[-1] += sign
    return [], len(sql)
