"""The words, brackets and lines of a query's text, finished or not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.sql_text import comments_toggled, indented, matching_brackets, outdented, tokens
from support.examples import examples

QUERY = "SELECT date_trunc('week', t) AS w, \"Order (total\", :from -- (no\nFROM x /* a /* ( */ b */ WHERE n = 1.5"


def kinds(text: str) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in tokens(text)]


def test_tokens_are_told_apart() -> None:
    found = kinds(QUERY)
    assert found[:4] == [("keyword", "SELECT"), ("function", "date_trunc"), ("sign", "("), ("text", "'week'")]
    assert ("name", '"Order (total"') in found
    assert ("variable", ":from") in found
    assert ("comment", "-- (no") in found
    assert ("comment", "/* a /* ( */ b */") in found
    assert found[-1] == ("number", "1.5")


@pytest.mark.parametrize("text", ["'it''s", "/* a", '"na', "$$ x", "`y"])
def test_tokens_of_an_unfinished_text_reach_its_end(text: str) -> None:
    (only,) = tokens(text)
    assert (only.start, only.end, only.is_open) == (0, len(text), True)


@examples(200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab1 '\"`$:-/*()[]{}.\n,é😀")))
def test_tokens_of_any_text_follow_each_other_without_loss(text: str) -> None:
    at = 0
    for one in tokens(text):
        assert one.start >= at
        assert not text[at : one.start].strip()
        assert one.end > one.start
        at = one.end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    ("text", "cursor", "places"),
    [
        ("f(a, (b))", 1, (1, 8)),
        ("f(a, (b))", 9, (8, 1)),
        ("f(a, (b))", 5, (5, 7)),
        ("f(')', b)", 1, (1, 8)),
        ("f(a", 2, (1,)),
        ("a)", 2, (1,)),
        ("f(a) -- (", 9, ()),
        ("abc", 1, ()),
    ],
)
def test_matching_brackets_are_those_outside_texts_and_comments(text: str, cursor: int, places: tuple[int]) -> None:
    assert matching_brackets(text, cursor) == places


def test_lines_are_indented_and_outdented() -> None:
    lines = ["a", "", "  b"]
    assert indented(lines) == ["  a", "", "    b"]
    assert outdented(indented(lines)) == lines
    assert outdented([" a", "b"]) == ["a", "b"]


def test_lines_are_commented_below_each_other_and_back() -> None:
    lines = ["  SELECT a,", "", "    b"]
    commented = comments_toggled(lines)
    assert commented == ["  -- SELECT a,", "", "  --   b"]
    assert comments_toggled(commented) == lines
    assert comments_toggled(["-- a", "b"]) == ["-- -- a", "-- b"]
