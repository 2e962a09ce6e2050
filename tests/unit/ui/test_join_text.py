"""What is said of a join, against what plain Python finds wrong."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.query_builder.combined import JoinFacts
from benchboard.ui.studio.data.explore.join_text import join_note

KEYS = st.lists(st.none() | st.integers(0, 3), max_size=6)
ONCE = JoinFacts(5, 5, 5, 5, 1, 1)
"""Another join that repeats no row."""


def facts_of(ours: list[int | None], theirs: list[int | None]) -> JoinFacts:
    left, right = Counter(ours), Counter(theirs)
    both = [key for key in left if key is not None and key in right]
    return JoinFacts(
        len(ours), len(theirs), sum(left[key] for key in both), sum(right[key] for key in both),
        max((right[key] for key in both), default=0), max((left[key] for key in both), default=0),
    )  # fmt: skip


@given(KEYS, KEYS)
def test_join_note_names_the_sums_that_are_wrong_and_promises_no_others(
    ours: list[int | None], theirs: list[int | None]
) -> None:
    pairs = [(a, b) for a, one in enumerate(ours) for b, other in enumerate(theirs) if one == other is not None]
    sales_wrong = len({a for a, _b in pairs}) < len(pairs)
    visits_wrong = len({b for _a, b in pairs}) < len(pairs)
    note = join_note([facts_of(ours, theirs)], 0, "sales", "visits")
    said = note.text.casefold()
    assert note.is_warning == (sales_wrong or bool(ours and theirs and not pairs)), "a lookup is no warning"
    if ours and theirs and not pairs:
        assert said.startswith("no row of sales finds a row of visits")
        return
    for name, wrong in (("sales", sales_wrong), ("visits", visits_wrong)):
        assert (f"sums over {name} don't" in said) <= (not wrong)
        assert (f"sums over {name} count rows" in said or f"sums over {name} and" in said or "both count" in said) == (
            wrong
        )
    assert bool(said) == (sales_wrong or visits_wrong)


def test_join_note_promises_nothing_where_another_join_repeats_rows_or_is_unknown() -> None:
    lookup, twice = JoinFacts(9, 3, 9, 3, 1, 3), JoinFacts(5, 9, 5, 9, 2, 1)
    assert "Sums over sales don't" in join_note([lookup], 0, "sales", "shops").text
    assert "Sums over sales don't" in join_note([ONCE, lookup], 1, "sales", "shops").text
    for before in (twice, None):
        said = join_note([before, lookup], 1, "sales", "shops").text
        assert "sums over shops count rows more than once" in said
        assert "don't" not in said
    assert "don't" not in join_note([twice, twice], 0, "sales", "shops").text
