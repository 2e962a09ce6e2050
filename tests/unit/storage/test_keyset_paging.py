"""Values of a page's key: what reaches a driver is of its column's type, and fits it."""

from typing import Any

import pytest
from sqlalchemy import BigInteger, Text
from sqlalchemy.types import TypeEngine

from benchboard.storage.keyset_paging import _parsed


@pytest.mark.parametrize("value", [0, 2**63 - 1, -(2**63) + 1])
def test_whole_number_of_a_key_is_taken_as_it_is(value: int) -> None:
    assert _parsed(BigInteger(), value) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [(BigInteger(), 2**63), (BigInteger(), -(2**63)), (BigInteger(), True), (BigInteger(), "5"), (BigInteger(), 5.0),
     (BigInteger(), None), (Text(), 5), (Text(), None)],
)  # fmt: skip
def test_value_of_another_type_or_too_large_for_a_column_is_refused(kind: TypeEngine[Any], value: Any) -> None:
    with pytest.raises((ValueError, OverflowError)):
        _parsed(kind, value)
