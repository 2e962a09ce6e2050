"""What is said of a join before it is applied: how many rows match, and which sums it makes wrong."""

from collections.abc import Sequence
from typing import NamedTuple

from benchboard.analytics.query_builder.combined import JoinFacts, repeated_at
from benchboard.i18n import _, number


def matches_text(facts: JoinFacts, table: str, other: str) -> str:
    """How many rows of each side find one of the other."""
    first = _("{count} of {rows} rows of {table} find a row of {other}.").format(
        count=number(facts.left_matched), rows=number(facts.left_rows), table=table, other=other
    )
    second = _("{count} of {rows} rows of {other} are found.").format(
        count=number(facts.right_matched), rows=number(facts.right_rows), other=other
    )
    return f"{first}\n{second}"


def joined_text(facts: JoinFacts | None, other: str, kept: str = "") -> str:
    """That a table was joined, and how many rows find one of it; of a join that was changed, with which rows are
    `kept`."""
    if kept:
        changed = _("Join of {other} changed. {kept}.").format(other=other, kept=kept)
        if facts is None:
            return changed
        matched = _("{count} of {rows} rows match.").format(
            count=number(facts.left_matched), rows=number(facts.left_rows)
        )
        return f"{changed} {matched}"
    if facts is None:
        return _("{other} joined").format(other=other)
    return _("{other} joined, {count} of {rows} rows match").format(
        other=other, count=number(facts.left_matched), rows=number(facts.left_rows)
    )


def has_no_match(facts: JoinFacts) -> bool:
    """Whether there are rows on both sides, and none finds another."""
    return not facts.left_matched and facts.left_rows > 0 and facts.right_rows > 0


class JoinNote(NamedTuple):
    """What is said of a join below its matches; empty if there is nothing to say. `is_warning`: whether it may make
    amounts wrong or finds no row. A lookup, which finds one row of the other table at most, is no warning."""

    text: str
    is_warning: bool


def join_note(facts: Sequence[JoinFacts | None], place: int, table: str, other: str) -> JoinNote:
    """What is said of the join at `place`, of `other` to `table`. `facts` are those of all joins of the question: sums
    are said to be right only where all of them are known and repeat no row."""
    shown = facts[place]
    if shown is None:
        return JoinNote("", is_warning=False)
    if has_no_match(shown):
        text = _("No row of {table} finds a row of {other}. Choose columns with the same values.")
        return JoinNote(text.format(table=table, other=other), is_warning=True)
    known = None not in facts
    if shown.most_right > 1 and shown.most_left > 1:
        text = _(
            "Each row of {table} has up to {count} rows of {other}, and each row of {other} up to {others} rows of"
            " {table}. Sums over {table} and sums over {other} both count rows more than once. Add another pair of"
            " columns, if there is one."
        ).format(table=table, other=other, count=number(shown.most_right), others=number(shown.most_left))
        return JoinNote(text, is_warning=True)
    if shown.most_right > 1:
        said = _("Each row of {table} has up to {count} rows of {other}: sums over {table} count rows more than once.")
        right, count = known and repeated_at(place, facts) is None, shown.most_right
        sums = _("Sums over {other} don't.")
    elif shown.most_left > 1:
        said = _("Each row of {other} has up to {count} rows of {table}: sums over {other} count rows more than once.")
        right, count = known and repeated_at(-1, facts) is None, shown.most_left
        sums = _("Sums over {table} don't.")
    else:
        return JoinNote("", is_warning=False)
    text = f"{said} {sums if right else ''}".strip().format(table=table, other=other, count=number(count))
    return JoinNote(text, is_warning=shown.most_right > 1)
