"""The table of triggers: its edits, what it refuses, and how it is kept."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.frame import Frame
from benchboard.canbus.trigger_table import (
    MAX_TRIGGERS,
    TriggerActions,
    TriggerRow,
    TriggerTable,
    require_row,
    rows_triggers,
    trigger_rows,
)
from benchboard.canbus.triggers import Trigger
from benchboard.errors import Invalid

rows = st.builds(
    TriggerRow,
    st.builds(
        Trigger, st.sampled_from(("123", "Speed>10", "error", "100-1FF changed")), st.sampled_from((0.0, 0.5, 3600.0)),
        st.floats(0.1, 3600.0),
    ),
    st.text(alphabet="aBğ 1", max_size=60),
    st.builds(
        TriggerActions, st.just(True), st.booleans(), st.floats(0, 600), st.none() | st.floats(0, 3600),
        st.none() | st.just(Frame(0x123, data=b"\x01\x02")) | st.just(Frame(0x1234567, extended=True, data=b"")),
        st.sampled_from(("", "Heartbeat")), st.booleans(), st.booleans(),
    ),
    st.booleans(),
)  # fmt: skip


@given(st.lists(rows, max_size=5))
def test_a_table_that_is_kept_and_read_again_is_the_same(triggers: list[TriggerRow]) -> None:
    table = TriggerTable(tuple(triggers))
    assert rows_triggers(trigger_rows(table)) == table


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (TriggerRow(Trigger("")), "condition"),
        (TriggerRow(Trigger("12G")), "condition"),
        (TriggerRow(Trigger("Speed>x")), "condition"),
        (TriggerRow(Trigger("123", 0.001)), "silence"),
        (TriggerRow(Trigger("123", float("nan"))), "silence"),
        (TriggerRow(Trigger("123", hold_off_s=0)), "hold_off"),
        (TriggerRow(Trigger("123"), actions=TriggerActions(before_s=601)), "before"),
        (TriggerRow(Trigger("123"), actions=TriggerActions(after_s=-1)), "after"),
        (TriggerRow(Trigger("123"), actions=TriggerActions(marks=False)), "actions"),
    ],
)
def test_what_is_no_trigger_names_its_field(row: TriggerRow, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        require_row(row)
    assert refused.value.facts["field"] == field


def test_a_silence_of_all_frames_needs_no_condition() -> None:
    require_row(TriggerRow(Trigger("", 0.5)))


def test_edits_keep_keys_and_a_copy_has_its_own() -> None:
    table = TriggerTable().added(TriggerRow(Trigger("123"), "A")).added(TriggerRow(Trigger("124"), "B"))
    first, second = table.rows
    copied = table.duplicated(first.key)
    assert [one.name for one in copied.rows] == ["A", "A", "B"]
    assert len({one.key for one in copied.rows}) == 3
    renamed = table.replaced(replace(second, name="C"))
    assert renamed.find(second.key) == replace(second, name="C")
    assert table.without({first.key}).rows == (second,)
    assert table.duplicated(-1) is table


def test_a_table_is_full_at_its_limit() -> None:
    table = TriggerTable(tuple(TriggerRow(Trigger("123")) for _n in range(MAX_TRIGGERS)))
    with pytest.raises(Invalid):
        table.added(TriggerRow(Trigger("123")))


@pytest.mark.parametrize(
    "kept", [None, 3, {}, [3], [{}], [{"condition": "12G", "mark": True}], [{"condition": "1", "silence_s": "x"}],
             [{"condition": "1", "mark": True, "before_s": None}], [{"condition": "1", "mark": True, "after_s": []}]],
)  # fmt: skip
def test_settings_that_hold_no_triggers_are_left_out(kept: object) -> None:
    assert rows_triggers(kept) == TriggerTable()
