"""What each J1939 source address sends, known from the identifiers alone."""

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.frame_statistics import FrameStatistics
from benchboard.canbus.protocols.j1939_sources import source_totals
from benchboard.ui.bench.recording_tables import node_shares, statistics_rows

EEC1, CCVS, OWN = 0x0CF00431, 0x18FEF131, 0x18FEF100


def statistics(*idents: int) -> FrameStatistics:
    found = FrameStatistics()
    found.add(
        Frame(one, extended=one > 0x7FF, data=bytes(8), timestamp=Timestamp(at / 10, TimeSource.DEVICE, 0.001))
        for at, one in enumerate(idents)
    )
    return found


def test_source_that_floods_the_bus_is_named_without_a_database() -> None:
    ids = statistics(EEC1, EEC1, EEC1, CCVS, OWN, 0x123).ids()
    first, second = source_totals(ids)
    assert (first.address, first.frames, first.ids) == (0x31, 4, 2)
    assert (second.address, second.frames, second.ids) == (0x00, 1, 1)
    assert 0.6 < first.bus_share < 0.75
    assert 0.1 < second.bus_share < 0.2, "the frame with a standard ID counts for the whole"
    shares = node_shares(statistics_rows(ids, CanDatabase()))
    assert [node for node, _share in shares] == ["Source 0x31", "Source 0x00"]


def test_extended_ids_of_something_else_have_no_sources() -> None:
    ids = statistics(0x1ABCDE01, 0x1ABCDE02, EEC1).ids()
    assert source_totals(ids) == []
    assert node_shares(statistics_rows(ids, CanDatabase())) == []
