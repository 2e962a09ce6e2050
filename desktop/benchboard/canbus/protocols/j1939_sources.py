"""Which J1939 source addresses send how much: known without any database, as each identifier carries one. No I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from benchboard.canbus.frame_statistics import IdStatistics
from benchboard.canbus.protocols.j1939 import group_name, parse_id
from benchboard.i18n import _

_ENOUGH_GROUPS: Final = 2
"""Different known groups, from which on extended identifiers hardly are those of anything else."""


@dataclass(frozen=True, slots=True)
class SourceTotals:
    """What an address sends: its frames, of how many identifiers, and its share (0..1) in the bits of all frames."""

    address: int
    frames: int
    ids: int
    bus_share: float


def has_j1939(ids: Iterable[IdStatistics]) -> bool:
    """Whether the extended identifiers look like those of J1939."""
    groups = {parse_id(one.id).pgn for one in ids if one.extended}
    return sum(bool(group_name(one)) for one in groups) >= _ENOUGH_GROUPS


def source_name(one: IdStatistics) -> str:
    """What a sender is called that is known by its address alone; empty for an identifier without one."""
    return _("Source {address}").format(address=f"0x{parse_id(one.id).source:02X}") if one.extended else ""


def source_totals(ids: Sequence[IdStatistics]) -> list[SourceTotals]:
    """The totals of each source address, the busiest first; empty where the identifiers aren't those of J1939."""
    if not has_j1939(ids):
        return []
    whole = sum(one.bits for one in ids) or 1
    of: dict[int, list[IdStatistics]] = {}
    for one in ids:
        if one.extended:
            of.setdefault(parse_id(one.id).source, []).append(one)
    totals = [
        SourceTotals(
            address, sum(one.count for one in its), len({one.id for one in its}), sum(one.bits for one in its) / whole
        )
        for address, its in of.items()
    ]
    return sorted(totals, key=lambda one: (-one.bus_share, one.address))
