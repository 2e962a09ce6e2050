"""Alive counters and checksums of the rows of a send table."""

import pytest

from benchboard.canbus.frame import Frame
from benchboard.canbus.send_rules import ChecksumKind, CounterBits, SendRules, checksum, require_rules
from benchboard.canbus.send_table import SendRow, SendTable
from benchboard.canbus.send_table_file import parse_table, table_text
from benchboard.errors import Invalid


def test_checksums_are_those_of_the_published_examples() -> None:
    """The check value of the CRC catalogue, and those of AUTOSAR's CRC library."""
    assert checksum(ChecksumKind.CRC8_J1850, b"123456789") == 0x4B
    assert checksum(ChecksumKind.CRC8_J1850, bytes(4)) == 0x59
    assert checksum(ChecksumKind.CRC8_J1850, bytes.fromhex("F20183")) == 0x37
    assert checksum(ChecksumKind.XOR, b"\x0f\xf0\x01") == 0xFE
    assert checksum(ChecksumKind.SUM, b"\xff\x02") == 0x01


@pytest.mark.parametrize(
    ("bits", "values"),
    [
        (CounterBits.LOW, (0xAE, 0xAF, 0xA0)),
        (CounterBits.HIGH, (0xAE, 0xBE, 0xCE)),
        (CounterBits.BYTE, (0xAE, 0xAF, 0xB0)),
    ],
)
def test_counter_counts_on_in_its_bits_alone_and_the_checksum_follows(
    bits: CounterBits, values: tuple[int, ...]
) -> None:
    rules = SendRules(1, bits, 0, ChecksumKind.XOR)
    sent = [rules.applied(Frame(0x100, data=b"\x55\xae\x11"), turn).data for turn in range(3)]
    assert sent == [bytes((value ^ 0x11, value, 0x11)) for value in values]
    assert rules.applied(Frame(0x100, remote=True), 3) == Frame(0x100, remote=True)


def test_rules_that_a_frame_has_no_room_for_are_refused_at_their_field() -> None:
    frame = Frame(0x100, data=bytes(2))
    for rules, field in (
        (SendRules(2), "counter"), (SendRules(checksum=-1), "checksum"), (SendRules(1, checksum=1), "checksum"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as raised:
            require_rules(rules, frame)
        assert raised.value.facts["field"] == field
    require_rules(SendRules(0, checksum=1), frame)


def test_rules_are_kept_in_files() -> None:
    rules = SendRules(6, CounterBits.HIGH, 7, ChecksumKind.SUM)
    table = SendTable((SendRow(Frame(0x100, data=bytes(8)), rules=rules), SendRow(Frame(0x101))))
    assert parse_table("a.json", table_text(table)) == table
    for wrong in ('{"byte": 6, "bits": "middle"}', '{"byte": true, "bits": "low"}', "6"):
        text = table_text(table).replace('"byte": 6', f'"x": 0}}, "counter": {wrong}, "y": {{"z": 0', 1)
        with pytest.raises(Invalid, match="row 1"):
            parse_table("a.json", text)
