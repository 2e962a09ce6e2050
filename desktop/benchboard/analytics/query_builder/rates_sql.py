"""The SQL of the join of a table of exchange rates: one rate for each row, or none.

Currencies are compared without regard to case and spaces around them. Where the table has several rates of a currency
at the same time, none is taken: nobody can say which one holds. What is no rate, such as 0, counts as none.
"""

from collections.abc import Mapping
from typing import Final

from benchboard.analytics.query_builder.question import Dialect, Join, RateLookup
from benchboard.analytics.query_builder.sql_words import quote_name, quote_text

ONE: Final = "1.000000000000"
"""What is divided by a rate: MySQL gives four digits more than this has."""
LARGEST: Final = "1000000000"
CODE, SINCE, FACTOR, BEGUN, ENDED, DATED = "code", "since", "factor", "begun", "ended", "dated"
"""The columns of the subquery with the rates, and the name of the one inside it."""


def rates_join_sql(
    join: Join, rates: RateLookup, table: str, alias: str, ours: Mapping[str, str], dialect: Dialect
) -> str:
    """The JOIN of a table of rates. `table` and `alias` are its names as SQL writes them, `ours` what the columns of
    the question are in SQL."""
    found, by_time = _rates(join, rates, table, dialect), rates.when is not None
    words = "LEFT JOIN"
    if by_time and dialect == "duckdb":
        words = "ASOF LEFT JOIN"  # with a million rows and years of rates, comparing each with each takes minutes
    elif by_time and dialect == "postgresql":
        found = _in_lists(found, dialect)
    elif by_time:
        found = _with_ends(found, dialect)
    (currency, _theirs) = join.keys[0]
    conditions = [f"{plain_code(ours[currency])} = {_own(alias, CODE, dialect)}"]
    if rates.when is not None:
        moment, since = ours[rates.when[0]], _own(alias, SINCE, dialect)
        begun = _own(alias, BEGUN, dialect)
        conditions.append(f"{moment} >= {begun}" if dialect == "postgresql" else f"{moment} >= {since}")
        if dialect not in ("duckdb", "postgresql"):
            ended = _own(alias, ENDED, dialect)
            conditions.append(f"({ended} IS NULL OR {moment} < {ended})")
    return f"{words} (\n{_indented(found)}\n) AS {alias} ON {' AND '.join(conditions)}"


def rates_columns_sql(
    join: Join, rates: RateLookup, alias: str, ours: Mapping[str, str], dialect: Dialect
) -> dict[str, str]:
    """What the columns of a table of rates are in SQL, by their names in the question: the rate, and since when it
    holds."""
    code = plain_code(ours[join.keys[0][0]])
    target = quote_text(rates.target, dialect)
    factor, since = _own(alias, FACTOR, dialect), _own(alias, SINCE, dialect)
    if rates.when is not None and dialect == "postgresql":
        moment = ours[rates.when[0]]
        place = f"CAST(width_bucket({moment}, {since}) - 1 AS text)"
        factor = f"CAST(jsonb_extract_path_text({factor}, {place}) AS numeric)"
        since = f"(SELECT max(one) FROM unnest({since}) AS one WHERE one <= {moment})"  # noqa: S608  # quoted
    known = {rates.rate: f"CASE WHEN {code} = {target} THEN 1 ELSE {factor} END"}
    if rates.when is not None:
        known.setdefault(rates.when[1], since)
    return {output: known[column] for column, output in join.columns if column in known}


def plain_code(column: str) -> str:
    """The currencies of a column, written in SQL, as they are compared."""
    return f"upper(trim({column}))"


def _rates(join: Join, rates: RateLookup, table: str, dialect: Dialect) -> str:
    """One rate for each currency, and time if there are several."""
    currency, rate = quote_name(join.keys[0][1], dialect), quote_name(rates.rate, dialect)
    least = f"{ONE} / min({rate})" if rates.per_target else f"min({rate})"
    outputs = [f"{plain_code(currency)} AS {quote_name(CODE, dialect)}"]
    if rates.when is not None:
        outputs.append(f"{quote_name(rates.when[1], dialect)} AS {quote_name(SINCE, dialect)}")
    outputs.append(f"CASE WHEN min({rate}) = max({rate}) THEN {least} END AS {quote_name(FACTOR, dialect)}")
    places = ", ".join(str(place) for place in range(1, len(outputs)))
    return (
        f"SELECT {', '.join(outputs)}\nFROM {table}\n"  # quoted names
        f"WHERE {rate} > 0 AND {rate} < {LARGEST}\nGROUP BY {places}"
    )


def _in_lists(found: str, dialect: Dialect) -> str:
    """All rates of a currency as one row of two lists, in the order of time: the one of a moment is found by halving.
    Compared with each rate of its currency, 50,000 rows and three years of rates took 125 times as long as a join by
    the day."""
    code, since, factor = (quote_name(one, dialect) for one in (CODE, SINCE, FACTOR))
    inner = f"(\n{_indented(found)}\n) AS {quote_name(DATED, dialect)}"
    lists = (
        f"min({since}) AS {quote_name(BEGUN, dialect)}, array_agg({since} ORDER BY {since}) AS {since}, "
        f"jsonb_agg({factor} ORDER BY {since}) AS {factor}"
    )
    return f"SELECT {code}, {lists}\nFROM {inner}\nWHERE {since} IS NOT NULL\nGROUP BY 1"  # quoted names


def _with_ends(found: str, dialect: Dialect) -> str:
    """Each rate with the time of the next one of its currency."""
    code, since, factor, ended = (quote_name(one, dialect) for one in (CODE, SINCE, FACTOR, ENDED))
    next_one = f"lead({since}) OVER (PARTITION BY {code} ORDER BY {since})"
    inner = f"(\n{_indented(found)}\n) AS {quote_name(DATED, dialect)}"
    return f"SELECT {code}, {since}, {factor}, {next_one} AS {ended}\nFROM {inner}"  # quoted names


def _own(alias: str, name: str, dialect: Dialect) -> str:
    return f"{alias}.{quote_name(name, dialect)}"


def _indented(text: str) -> str:
    return "\n".join("  " + line for line in text.split("\n"))
