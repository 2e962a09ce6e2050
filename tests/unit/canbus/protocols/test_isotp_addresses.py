"""Which identifiers carry ISO-TP."""

import pytest

from benchboard.canbus.frame import Frame
from benchboard.canbus.protocols.isotp_addresses import STANDARD_IDS, Addressing, IsotpAddress, parse_pairs
from benchboard.errors import Invalid


def test_standard_identifiers_are_those_of_iso_15765() -> None:
    assert STANDARD_IDS.address(Frame(0x7DF)) == IsotpAddress(0x7DF, None)
    assert STANDARD_IDS.address(Frame(0x7E3)) == IsotpAddress(0x7E3, 0x7EB, reply=0x7EB)
    assert STANDARD_IDS.address(Frame(0x7EB)) == IsotpAddress(0x7EB, 0x7E3, reply=0x7E3)
    assert STANDARD_IDS.address(Frame(0x7F0)) is None
    assert STANDARD_IDS.address(Frame(0x18DA10F1, extended=True)) == IsotpAddress(0xF1, 0x10, reply=0x18DAF110)
    assert STANDARD_IDS.address(Frame(0x18CE10F1, extended=True)) == IsotpAddress(0xF1, 0x10, 1, 0x18CEF110)
    assert STANDARD_IDS.address(Frame(0x18FEF100, extended=True)) is None
    assert STANDARD_IDS.address(Frame(0x7E0, remote=True)) is None


def test_pairs_carry_it_alone() -> None:
    ids = parse_pairs("6F1 : 612, 18DA10F1:18DAF110", Addressing.EXTENDED)
    assert ids.address(Frame(0x612)) == IsotpAddress(0x612, 0x6F1, 1, 0x6F1)
    assert ids.address(Frame(0x18DA10F1, extended=True)) == IsotpAddress(0x18DA10F1, 0x18DAF110, 1, 0x18DAF110)
    assert ids.address(Frame(0x7E0)) is None
    assert ids.text == "6F1:612, 18DA10F1:18DAF110"


@pytest.mark.parametrize("text", ["7E0", "7E0:7E0", "800:7E8", "7E0:20000000", "x:y", "7E0:7E8:7E9"])
def test_pair_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_pairs(text)


def test_too_many_pairs_are_refused() -> None:
    with pytest.raises(Invalid):
        parse_pairs(",".join(f"{one:03X}:{one + 0x400:03X}" for one in range(257)))
