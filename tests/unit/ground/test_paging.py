import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.errors import Invalid
from benchboard.paging import decode_key, encode_key

scalars = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)


def is_key(text: str) -> bool:
    """Whether the text happens to be a key of two values."""
    try:
        return len(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))) == 2
    except (ValueError, TypeError, RecursionError):
        return False


@given(st.lists(scalars, max_size=4))
def test_a_key_comes_back_as_it_was(values: list[object]) -> None:
    assert decode_key(encode_key(values), len(values)) == values  # type: ignore[arg-type]  # the strategy's are scalars


@given(st.text(max_size=200).filter(lambda text: not is_key(text)))
def test_a_foreign_key_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode_key(text, 2)
    assert refused.value.code == "paging.key"
    assert refused.value.facts["field"] == "after"


def test_nested_values_are_refused() -> None:
    with pytest.raises(Invalid):
        decode_key(encode_key([[1], 2]), 2)  # type: ignore[list-item]  # what a hostile caller would send


def test_a_key_too_deep_for_the_parser_is_refused() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    with pytest.raises(Invalid):
        decode_key(deep, 2)
