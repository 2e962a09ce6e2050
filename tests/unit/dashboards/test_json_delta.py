"""JSON deltas turn any document into any other, and the delta of a move is as small as what it moved."""

import copy
import json

from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.journal.json_delta import apply, diff

scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([1.0, 0.5, "", "a", "ş"])
names = st.sampled_from(["id", "a", "b", "=", "o", "i", "-", "+", "order"])
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4))


def entries(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Lists of objects with ids of their own, in any order; tabs in tabs."""
    fields = st.dictionaries(st.sampled_from(["x", "items", "title"]), inner, max_size=3)
    named = st.lists(st.tuples(st.sampled_from("pqrst"), fields), max_size=5, unique_by=lambda pair: pair[0])
    return named.map(lambda pairs: [{"id": name, **rest} for name, rest in pairs])


documents = st.recursive(values, entries, max_leaves=12)


@given(documents, documents)
def test_json_delta_applied_gives_the_other_value(before: object, after: object) -> None:
    text = json.dumps(before)
    delta = json.loads(json.dumps(diff(before, after)))
    made = apply(before, delta)
    assert diff(made, after) is None
    assert made == after
    assert diff(apply(made, diff(after, before)), before) is None
    assert json.dumps(before) == text  # what it was made from is as it was


@given(documents)
def test_json_delta_of_equal_values_is_empty(document: object) -> None:
    assert diff(document, copy.deepcopy(document)) is None


def test_json_delta_keeps_one_and_true_apart() -> None:
    for one, other in ((1, True), (1, 1.0), (0, False), ([1], [True]), ({"a": 1}, {"a": 1.0})):
        delta = diff(one, other)
        assert delta is not None
        assert json.dumps(apply(one, delta)) == json.dumps(other)


def page(count: int) -> dict[str, object]:
    """Widgets beside and below each other, every tenth of them in a group."""

    def widget(k: int) -> dict[str, object]:
        return {
            "id": f"w{k}", "type": "metric_card", "title": f"Orders {k}", "query": "SELECT count(*) FROM orders",
            "config": {"unit": "EUR"}, "position": {"x": k % 4 * 3, "y": k // 4 * 3, "w": 3, "h": 3},
        }  # fmt: skip

    groups = [
        {"id": f"g{k}", "type": "group", "position": {"x": 0, "y": 900, "w": 12, "h": 9}, "items": [widget(k)]}
        for k in range(0, count, 10)
    ]
    return {"version": 2, "columns": 12, "items": [widget(k) for k in range(count) if k % 10] + groups}


def test_json_delta_of_a_move_costs_what_moved() -> None:
    before, after = page(1000), page(1000)
    for k in (101, 102, 103, 104, 105, 106):
        item = next(entry for entry in after["items"] if entry["id"] == f"w{k}")  # type: ignore[attr-defined]
        item["position"]["y"] += 3
    assert len(json.dumps(diff(before, after), separators=(",", ":"))) < 6 * 60
    inside = next(entry for entry in after["items"] if entry["id"] == "g500")["items"][0]  # type: ignore[attr-defined]
    inside["title"] = "Refunds"
    assert len(json.dumps(diff(before, after), separators=(",", ":"))) < 7 * 60


def test_json_delta_of_a_widget_leaving_a_group_writes_it_once() -> None:
    before, after = page(100), page(100)
    group = next(entry for entry in after["items"] if entry["id"] == "g50")  # type: ignore[attr-defined]
    after["items"].insert(3, group["items"].pop())  # type: ignore[attr-defined]
    delta = diff(before, after)
    assert json.dumps(delta).count("SELECT") == 1
    assert apply(before, delta) == after
