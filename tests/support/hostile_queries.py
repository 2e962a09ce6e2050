"""Queries that would make a careless parser work for hours, none longer than a query may be."""

from collections.abc import Iterator

from benchboard.analytics.query_parser import MAX_TEXT
from benchboard.analytics.query_translator import translate_query
from benchboard.analytics.relations import RELATIONS
from benchboard.errors import Invalid

LENGTH = MAX_TEXT

# What opens a nest, what stands in it, and what closes it.
PARSER_NESTS = [
    ("ARRAY[", "1", "]"),
    ("int[", "1", "]"),
    ("interval array[", "1", "]"),
    ("struct(", "1", ")"),
    ("object(", "a int", ")"),
    ("nested(", "a int", ")"),
    ("nullable(", "int", ")"),
    ("decimal(", "1", ")"),
    ("decimal (", "1", ")"),
    ("(decimal ", "1", ")"),
    ("varchar(", "1", ")"),
    ("timestamp(", "1", ")"),
    ("date(", "1", ")"),
    ("bit(", "1", ")"),
    ("enum(", "1", ")"),
    ("vector(", "1", ")"),
    ("json(", "a", ")"),
    ("decimal(varchar(int[", "1", "]))"),
    ("STRUCT<", "int", ">(1)"),
    ("UNION<a int, b ", "int", ">[1]"),
    ("(", "1", ")"),
    ("(", "1", ")[1]"),
    ("[", "1", "]"),
    ("{", "1", "}"),
    ("f(", "1", ")"),
    ("case when ", "true", " then 1 end"),
    ("(select ", "1", ")"),
    ("not ", "true", ""),
    ("- ", "1", ""),
]
CONTEXTS = [
    "select {}",
    "select 1 from {}",
    "select 1 from (({}",
    "select id from orders where {}",
    "select id::{} from orders",
    "select cast(id as {}) from orders",
    'select id::"{}" from orders',
    'select cast(id as "{}") from orders',
    "select id from orders order by {}",
]
TRANSLATOR_NESTS = [
    ("avg(", "order_total", ")"),
    ("date_trunc('quarter', ", "created_dt", ")"),
    ("case ", "order_total", " when 1 then 2 when 3 then 4 end"),
    ("", "created_dt", " + interval '1 day'"),
    ("", "order_total", " / 2.5"),
    ("avg(order_total) filter (where (select ", "1", " from orders) > 1)"),
]
REPEATED = [
    ("select ", "*, ", "* from orders a, orders b, orders c"),
    ("select order_total + order_total as x from orders group by ", "1, ", "1"),
    (f"select {' + '.join(['order_total'] * 150)} as x from orders group by ", "1, ", "1"),
    (f"select count(*){', order_total' + ' + order_total' * 200} from orders group by ", "order_total, ", "1"),
    ("select ", "int[int[int[1]]], ", "1"),
    ("select ", "decimal(decimal(decimal(1))), ", "1"),
    ("select ", "STRUCT<STRUCT<int>(1)>(1), ", "1"),
    ("select ", "id::\"decimal(decimal(decimal(1)))\", ", "1 from orders"),
    ("select 1 from orders where ", "id = 'a' and ", "true"),
    ("select 1 from orders where id in (", "'a', ", "'b')"),
    ("select 1", " + 1", ""),
    ("select 1", " union select 1", ""),
    ("select 1", " /* note */", ""),
    ("select 1 from orders", ", orders", ""),
    ("select 1", ";select 1", ""),
    ("select ", '"', ""),
    ("select ", "'", ""),
    ("select ", "$a$", ""),
    ("", "(", ""),
    ("", ")", ""),
    ("", "with x as (", ""),
]  # fmt: skip


def nested(context: str, opening: str, inner: str, closing: str, depth: int) -> str:
    """`inner` in so many brackets, or fewer if the query would be too long."""
    depth = min(depth, (LENGTH - len(context) - len(inner)) // max(len(opening + closing), 1))
    return context.format(opening * depth + inner + closing * depth)


def queries() -> Iterator[str]:
    """All of them, at a depth where an effort that doubles with every level shows, and at the greatest."""
    for nest in PARSER_NESTS:
        for context in CONTEXTS:
            yield nested(context, *nest, 25)
        yield nested(CONTEXTS[0], *nest, 99)
        yield nested(CONTEXTS[0], *nest, LENGTH)
    for nest in TRANSLATOR_NESTS:
        for depth in (6, 25, LENGTH):
            yield nested("select {} from orders", *nest, depth)
    for begin, unit, end in REPEATED:
        yield begin + unit * ((LENGTH - len(begin) - len(end)) // len(unit)) + end


def outcome(text: str) -> str:
    """How reading a query for both engines ends: `read`, or the code of what refuses it."""
    try:
        for for_sqlite in (True, False):
            translate_query(text, RELATIONS, for_sqlite=for_sqlite, limit=10)
    except Invalid as refused:
        return refused.code
    return "read"
