"""The content of layout items, and their errors and fallbacks for invalid data."""

import pytest

from benchboard.analytics.queries import check_query
from benchboard.dashboards.document.widget_kinds import KINDS, WidgetKind, kind_of, new_item, widget_of, with_fields
from benchboard.dashboards.layout import Layout, parse, serialise
from benchboard.errors import Invalid


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
def test_widget_kinds_are_complete(kind: WidgetKind) -> None:
    item = new_item(kind, "w1")
    widget = widget_of(item)
    assert widget.kind is kind_of(kind.type) is kind
    assert widget.title
    assert 1 <= kind.min_w <= kind.w <= 12
    assert 1 <= kind.min_h <= kind.h
    if kind.query:
        assert check_query(widget.query)
    for setting in kind.settings:
        assert widget.setting(setting.key) == setting.default


def test_widget_kind_aliases_of_the_sources_are_read() -> None:
    assert kind_of("kpi") is kind_of("metric_card")
    assert kind_of("chart") is kind_of("line_chart")
    assert kind_of("hologram") is None


def test_with_fields_keeps_everything_else_and_the_old_item() -> None:
    source = {
        "id": "w",
        "type": "kpi",
        "position": {"x": 0, "y": 0, "w": 1, "h": 1, "z": 3},
        "config": {"a": 1},
        "b": [2],
    }
    layout = parse([source])
    item = with_fields(layout.items[0], title="New")
    assert widget_of(item).title == "New"
    assert widget_of(layout.items[0]).title == ""
    written = serialise(Layout.of(12, [(item, layout.cells[0])]))
    assert written == [source | {"title": "New"}]


@pytest.mark.parametrize("value", [None, "3", -1, 7, True, 1.5])
def test_setting_invalid_reads_as_its_default(value: object) -> None:
    item = with_fields(new_item(KINDS[0], "w"), config={"decimals": value, "good": value, "unit": "€"})
    widget = widget_of(item)
    assert (widget.setting("decimals"), widget.setting("good"), widget.setting("unit")) == (0, "up", "€")


@pytest.mark.parametrize("field", ["title", "query", "config"])
def test_widget_invalid_field_is_named(field: str) -> None:
    with pytest.raises(Invalid) as refused:
        widget_of(with_fields(new_item(KINDS[0], "w7"), **{field: 5}))
    assert refused.value.facts == {"item": "w7", "field": field}
    assert "w7" in refused.value.what
