"""What a property test says of an example that fails."""

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples


def test_failing_example_too_long_to_write_down_keeps_its_message() -> None:
    @examples(1, database=None)
    @given(st.just("x" * 40_000))
    def fails(text: str) -> None:
        assert not text, "what is wrong"

    with warnings.catch_warnings(record=True), pytest.raises(AssertionError, match="what is wrong"):
        fails()
