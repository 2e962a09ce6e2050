"""What a variable's query offers, on real databases: with the person's rights, bounded, the same text on both."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.queries import MAX_ROWS
from benchboard.dashboards.variables import variable_queries
from benchboard.dashboards.variables.variable_queries import VariableOptions
from benchboard.errors import Cancelled, Denied, Invalid
from benchboard.identity.permissions import Actor
from support.databases import unbound
from support.orders import Market

Ask = Callable[..., VariableOptions]
SHOPS = "SELECT DISTINCT shop_id FROM orders ORDER BY shop_id DESC"


@pytest.fixture
def ask(market: Market) -> Ask:
    def asked(
        query: str, actor: Actor | None = None, token: CancelToken | None = None, **chosen: tuple[str, ...]
    ) -> VariableOptions:
        with unbound(market.database).read() as session:
            return variable_queries.query_options(
                session, actor or market.analyst, query, variables=chosen, cancel_token=token
            )

    return asked


def test_options_contain_only_what_the_person_may_see(market: Market, ask: Ask) -> None:
    assert ask(SHOPS).values == ("b.example", "a.example")
    assert ask(SHOPS, market.keeper).values == ("a.example",)
    assert ask(SHOPS, market.stranger).values == ("c.example", "a.example")
    with pytest.raises(Denied):
        ask(SHOPS, market.technician)


def test_options_of_chained_variables_bind_the_selection(ask: Ask) -> None:
    query = "SELECT id FROM orders WHERE shop_id IN (:shop) ORDER BY id"
    assert ask(query, shop=("b.example",)).values == ("o1", "o4")
    assert ask(query, shop=("a.example", "b.example")).values == ("o0", "o1", "o2", "o3", "o4", "o5")
    assert ask(query, shop=()).values == ()
    assert ask(query, shop=("b.example' OR 'a' = 'a", "x\ny")).values == ()
    with pytest.raises(Invalid, match="no variable"):
        ask(query)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("nullif(status, 'paid')", ("refunded",)),
        ("order_total", ("0.0500", "10.1000", "12.3000", "20.2000", "35.0000", "199.9999")),
        ("extract(day FROM created_dt)", ("5", "6", "7", "8", "9", "10")),
        ("created_dt::date - 3", ("2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05", "2026-01-06", "2026-01-07")),
        ("order_total > 20.2", ("false", "true")),
        ("'two\nlines'", ("two\nlines",)),
        ("date_trunc('week', created_dt)", ("2026-01-05T00:00:00+00:00",)),
    ],
)
def test_options_are_the_same_text_on_both_engines(ask: Ask, column: str, values: tuple[str, ...]) -> None:
    assert ask(f"SELECT {column} AS v, 'called' FROM orders ORDER BY v").values == values


def test_options_second_column_is_the_label(ask: Ask) -> None:
    offer = ask("SELECT DISTINCT shop_id, upper(shop_id) FROM orders ORDER BY 1")
    assert offer.labels == {"a.example": "A.EXAMPLE", "b.example": "B.EXAMPLE"}


def test_options_beyond_the_limit_are_cut_and_reported(ask: Ask) -> None:
    tables = ", ".join(f"orders {name}" for name in "abcdef")
    offer = ask(f"SELECT {' || '.join(f'{name}.id' for name in 'abcdef')} FROM {tables}")
    assert len(offer.values) == MAX_ROWS
    assert "first 10\u202f000 rows" in offer.note


def test_options_too_long_are_left_out_and_reported(ask: Ask) -> None:
    offer = ask("SELECT CASE WHEN id = 'o1' THEN '" + "x" * 900 + "' ELSE id END FROM orders ORDER BY id")
    assert offer.values == ("o0", "o2", "o3", "o4", "o5")
    assert "1 value" in offer.note


@pytest.mark.parametrize("query", ["", "DELETE FROM orders", "SELECT 1; SELECT 2", "SELECT 1 --" + "x" * 10**6])
def test_options_of_an_invalid_query_are_rejected(ask: Ask, query: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(query)
    assert len(str(refused.value)) < 400


def test_options_cancelled_before_the_start_are_not_read(ask: Ask) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        ask(SHOPS, token=token)


@pytest.mark.parametrize("value", ["x'ff00'", "CAST(x'ff41' AS TEXT)"])
def test_options_of_bytes_in_a_text_column_are_rejected(market: Market, value: str) -> None:
    if market.database.dialect != "sqlite":
        pytest.skip("a server keeps nothing but text in a column of text")
    with unbound(market.database).read() as session:
        session.execute(text(f"UPDATE orders SET status = {value} WHERE id = 'o0'"))
        with pytest.raises(Invalid, match="binary data instead of text"):
            variable_queries.query_options(session, market.analyst, "SELECT DISTINCT status FROM orders", variables={})
        session.rollback()
