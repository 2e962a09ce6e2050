"""The trade-off between cable and clock tolerance: the longer the propagation segment, the shorter phase 1."""

from typing import NamedTuple

from benchboard.canbus.timing.cable import check_cable, propagation_splits, with_prop_seg
from benchboard.canbus.timing.controllers import Controller, Timing
from benchboard.canbus.timing.tolerance import oscillator_tolerance


class CurvePoint(NamedTuple):
    """Up to a cable of `length_m` metres, each oscillator may deviate by `tolerance` percent."""

    length_m: float
    tolerance: float


def cable_curve(
    item: Controller,
    nominal: Timing,
    data: Timing | None = None,
    *,
    delay_ns_per_m: float = 5.0,
    loop_delay_ns: float = 210.0,
) -> tuple[CurvePoint, ...]:
    """The tolerance that registers allow at each cable length, shortest first, until none is left.

    Where the controller only has tseg1, each split of it is a point; with a prop_seg of its own there is one, where its
    cable ends. Points whose propagation segment is shorter than the two transceivers' delay are left out, so that the
    result is empty where the timing allows no cable of any length. Units and errors as in `check`.
    """
    splits = [nominal.prop_seg] if item.nominal.has_prop_seg else propagation_splits(nominal)
    points: list[CurvePoint] = []
    for prop_seg in splits:
        timing = with_prop_seg(nominal, prop_seg)
        cable = check_cable(timing, length_m=0, delay_ns_per_m=delay_ns_per_m, loop_delay_ns=loop_delay_ns)
        if cable.is_possible:
            points.append(CurvePoint(cable.longest_m, oscillator_tolerance(timing, data).percent))
    return tuple(points)
