"""The arithmetic that SQLite borrows from us."""

from decimal import ROUND_HALF_UP, Context, Decimal

from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.values import decimal_text, exact_divide

_EXACT = Context(prec=80)
_whole = st.integers(-(2**63), 2**63 - 1)


@given(_whole, _whole.filter(bool), st.integers(-12, 18))
def test_a_quotient_is_rounded_half_away_from_zero(a: int, b: int, shift: int) -> None:
    exact = _EXACT.divide(_EXACT.scaleb(Decimal(a), shift), Decimal(b))
    assert exact_divide(a, b, shift) == int(exact.to_integral_value(ROUND_HALF_UP))


def test_there_is_no_quotient_by_zero_or_of_nothing() -> None:
    assert exact_divide(5, 0, 2) is exact_divide(None, 2, 0) is exact_divide(2, None, 0) is None


def test_a_decimal_is_written_with_all_its_decimals() -> None:
    assert [decimal_text(v, s) for v, s in ((1250, 2), (-5, 4), (7, 0), (None, 1))] == ["12.50", "-0.0005", "7", None]
