"""Text as people search for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.storage.search_text import fold


@pytest.mark.parametrize(
    ("written", "searched"),
    [
        ("İnes", "ines"),
        ("İNES", "ines"),
        ("Öz", "oz"),
        ("IŞIK", "isik"),
        ("ışık", "isik"),
        ("Çağrı", "cagri"),
        ("Łukasz", "lukasz"),
        ("Søren", "soren"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
        ("Ｆｕｌｌ", "full"),
        ("Ирина", "ирина"),
    ],
)
def test_fold_ignores_case_and_accents(written: str, searched: str) -> None:
    assert fold(written) == searched
    assert fold(searched) == searched


@given(st.text(alphabet="ıİiIşŞöÖçÇğĞüÜabcZ łŁøØς", max_size=20), st.text(alphabet="ıİşÖz ", max_size=5))
def test_fold_of_a_prefix_is_part_of_the_fold_of_the_whole(before: str, after: str) -> None:
    assert fold(before) in fold(before + after)
