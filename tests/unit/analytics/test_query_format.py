"""Queries laid out anew: nothing but spaces, line breaks and the case of keywords changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_format import formatted_query
from benchboard.analytics.sql_text import tokens
from benchboard.errors import Invalid
from support.examples import examples

LONG = """with weekly as (select date_trunc('week', created_dt) as week, -- the shop's
 count(*) filter (where status='paid') as Paid, sum(order_total)::numeric as rev
 /* block
 two */ from orders o left join m on m.id=o.id where created_dt between :from and :to and a ilike '%x' group by 1,2)
-- last
select *, "Order Total", case when a=1 then 'one' when a = 2 then 'two hundred and something' else 'no  mind' end as n
from weekly where c = 'it''s' or id in (select id from orders where status = 'a very long status') order by 1 limit 5"""
RIGHT = """WITH weekly AS (
  SELECT
    date_trunc('week', created_dt) AS week, -- the shop's
    count(*) filter (WHERE status = 'paid') AS Paid,
    sum(order_total)::numeric AS rev /* block
 two */
  FROM orders o
  LEFT JOIN m ON m.id = o.id
  WHERE created_dt BETWEEN :from AND :to AND a ILIKE '%x'
  GROUP BY 1, 2
) -- last
SELECT
  *,
  "Order Total",
  CASE
    WHEN a = 1 THEN 'one'
    WHEN a = 2 THEN 'two hundred and something'
    ELSE 'no  mind'
  END AS n
FROM weekly
WHERE c = 'it''s'
  OR id IN (
    SELECT id
    FROM orders
    WHERE status = 'a very long status'
  )
ORDER BY 1
LIMIT 5"""


def written(text: str) -> list[str]:
    """The words of a query, keywords in small letters; comments may stand behind a comma then."""
    found = [(one.kind, text[one.start : one.end]) for one in tokens(text)]
    return sorted(word.lower() if kind == "keyword" else word for kind, word in found)


def test_formatted_query_has_clauses_below_each_other() -> None:
    assert formatted_query(LONG, "own") == RIGHT
    assert formatted_query(RIGHT, "own") == RIGHT


@pytest.mark.parametrize(
    ("text", "right", "dialect"),
    [
        ("select status,count(*) from orders", "SELECT status, count(*)\nFROM orders", "own"),
        ("-- top\nselect 1 -- a\n, 2 -- b\nfrom t -- c", "-- top\nSELECT\n  1, -- a\n  2 -- b\nFROM t -- c", "own"),
        ("select `a b`  from `t` where x='y'", "SELECT `a b`\nFROM `t`\nWHERE x = 'y'", "mysql"),
        ("select list[1:2],{'a':1}.a from t", "SELECT list[1:2], {'a':1}.a\nFROM t", "duckdb"),
        ("select * from t asof join u using (id)", "SELECT *\nFROM t\nasof JOIN u USING (id)", "duckdb"),
        ("select a from t union all select b from u", "SELECT a\nFROM t\nUNION ALL\nSELECT b\nFROM u", "postgresql"),
        ("select x is distinct from left(a, 1) from t", "SELECT x IS DISTINCT FROM left(a, 1)\nFROM t", "own"),
    ],
)  # fmt: skip
def test_formatted_query_in_the_language_of_its_source(text: str, right: str, dialect: Dialect) -> None:
    found = formatted_query(text, dialect)
    assert found == right
    assert written(found) == written(text)


@pytest.mark.parametrize("text", ["select from", "select 1; select 2", "select 'a", "delete from t", ""])
@pytest.mark.parametrize("dialect", ["own", "duckdb", "mysql"])
def test_formatted_query_of_no_query_is_refused(text: str, dialect: Dialect) -> None:
    with pytest.raises(Invalid):
        formatted_query(text, dialect)


PARTS = st.sampled_from(
    ["a", "t.b AS c", "count(*) AS n", "'x  y'", "f(a,(b))", "(select 1 from u where z = 'a long text in here, yes')",
     "case when a=1 then 2 end", "a between 1 and 2", "b in (1,2)", '"Q r"', ":from", "1.5", "a -- note\n", "/* b */ a"]
)  # fmt: skip


@examples(120, deadline=None)
@given(
    st.lists(PARTS, min_size=1, max_size=6),
    st.lists(PARTS, max_size=5),
    st.sampled_from(["and", "or"]),
    st.booleans(),
)
def test_formatted_query_keeps_every_word_and_is_stable(
    outputs: list[str], conditions: list[str], sign: str, nested: bool
) -> None:
    text = "select " + ", ".join(outputs) + "\nfrom t left join u on t.id = u.id"
    if conditions:
        text += " where " + f" {sign} ".join(f"({one}) = 1" for one in conditions)
    if nested:
        text = f"with q as ({text}\n) select * from q order by 1 desc"
    found = formatted_query(text, "own")
    assert written(found) == written(text)
    assert formatted_query(found, "own") == found
    for line in found.split("\n"):
        assert line == line.rstrip()
