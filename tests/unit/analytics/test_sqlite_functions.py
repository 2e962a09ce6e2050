"""What SQLite calls back for, and patterns for its GLOB."""

import re
import sqlite3
from decimal import ROUND_HALF_UP, Context, Decimal

from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.sqlite_functions import decimal_text, exact_divide, glob_pattern

_EXACT = Context(prec=80)
_whole = st.integers(-(2**63), 2**63 - 1)


@given(_whole, _whole.filter(bool), st.integers(-12, 18))
def test_exact_divide_quotient_is_rounded_half_away_from_zero(a: int, b: int, shift: int) -> None:
    exact = _EXACT.divide(_EXACT.scaleb(Decimal(a), shift), Decimal(b))
    assert exact_divide(a, b, shift) == int(exact.to_integral_value(ROUND_HALF_UP))


def test_exact_divide_by_zero_or_of_null_is_null() -> None:
    assert exact_divide(5, 0, 2) is exact_divide(None, 2, 0) is exact_divide(2, None, 0) is None


def test_decimal_text_has_all_decimals_of_its_scale() -> None:
    assert [decimal_text(v, s) for v, s in ((1250, 2), (-5, 4), (7, 0), (None, 1))] == ["12.50", "-0.0005", "7", None]


_DANGLING = re.compile(r"(?<!\\)(\\\\)*\\\Z")
"""An escape character at the end, which PostgreSQL refuses."""
_PATTERNS = st.text("ab%_\\*?[]", max_size=6).filter(lambda pattern: not _DANGLING.search(pattern))


@given(_PATTERNS, st.text("abAB%_*?[]", max_size=4))
def test_glob_pattern_matches_what_like_matches(pattern: str, text: str) -> None:
    """Against SQLite's own LIKE, made case-sensitive; it has no escape character unless it is told one."""
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA case_sensitive_like = ON")
    (expected,) = connection.execute("SELECT ? LIKE ? ESCAPE '\\'", (text, pattern)).fetchone()
    (found,) = connection.execute("SELECT ? GLOB ?", (text, glob_pattern(pattern))).fetchone()
    assert found == expected
