"""What a message says of a change: one item by its title, several by their number, or the dashboard's settings."""

from typing import Any

import pytest

from benchboard.dashboards.versions.change_summary import ChangeSummary, change_summary
from support.papers import document, item

A, B = item("a", title="Revenue by shop"), item("b", 3)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([A, B], [A, B], None),
        ([B], [A, B], ChangeSummary("added", "Revenue by shop", 1, ("a",))),
        ([A, B], [B], ChangeSummary("removed", "Revenue by shop", 1)),
        ([A, B], [item("a", 6, title="Revenue by shop"), B], ChangeSummary("moved", "Revenue by shop", 1, ("a",))),
        (
            [A, B],
            [{**A, "position": {**A["position"], "w": 5}}, item("b", 6)],
            ChangeSummary("several", "", 2, ("a", "b")),
        ),
        (
            [A, B],
            [{**A, "position": {**A["position"], "h": 5}}, B],
            ChangeSummary("resized", "Revenue by shop", 1, ("a",)),
        ),
        ([A, B], [item("a", title="Orders"), B], ChangeSummary("changed", "Orders", 1, ("a",))),
        ([A, B], [item("a", 6, title="Orders"), B], ChangeSummary("changed", "Orders", 1, ("a",))),
        ([A, B], [A, item("b", 3, query="SELECT 1")], ChangeSummary("changed", "Metric card", 1, ("b",))),
        ([A], [item("a", title="Orders"), B], ChangeSummary("several", "", 2, ("a", "b"))),
        ([A, B], [item("c", 6)], ChangeSummary("several", "", 3, ("c",))),
    ],
)
def test_change_summary(
    before: list[dict[str, Any]], after: list[dict[str, Any]], expected: ChangeSummary | None
) -> None:
    assert change_summary(document("Line", *before), document("Line", *after)) == expected


def test_change_summary_of_the_dashboard_itself() -> None:
    assert change_summary(document("Line", A), document("Line 2", A)) == ChangeSummary("settings")
    assert change_summary(document("Line", A), document("Line 2", A, B)) == ChangeSummary(
        "added", "Metric card", 1, ("b",)
    )


def test_change_summary_leaves_out_what_only_made_room() -> None:
    below = item("b", 0, 2, title="Below")
    before, after = (
        document("Line", A, below),
        document("Line", item("a", title="Revenue by shop"), item("new", 0, 2), item("b", 0, 4, title="Below")),
    )
    assert change_summary(before, after) == ChangeSummary("added", "Metric card", 1, ("new",))
