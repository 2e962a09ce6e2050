"""CAN bit timing: solve it, check it, write it to registers, read it back. Pure: no input, no output.

`solve` and `solve_fd` give every timing that a controller can do, `solve_linux` the one Linux would choose; `registers`
and `decode` convert to register values and back; `check` gives the verdict on a timing (`oscillator_tolerance`,
`check_cable` and `delay_compensation` are its parts), `compare` says whether two nodes are compatible.
"""

from benchboard.canbus.timing.cable import Cable, check_cable
from benchboard.canbus.timing.cable_curve import CurvePoint, cable_curve
from benchboard.canbus.timing.clock_range import clock_problem
from benchboard.canbus.timing.controllers import CONTROLLERS, Controller, Limits, Timing, controller
from benchboard.canbus.timing.figures import bit_rate, limit_percent
from benchboard.canbus.timing.linux import ALGORITHMS, solve_linux
from benchboard.canbus.timing.pair_grid import PairPoint, pair_grid
from benchboard.canbus.timing.presets import PRESETS, Preset, preset
from benchboard.canbus.timing.registers import (
    DecodedTimings,
    Register,
    c_snippet,
    decode,
    ip_link,
    kvaser,
    pcan,
    python_can,
    registers,
)
from benchboard.canbus.timing.solve_requests import LONGEST_LINE, answer_request, parse_request, timing_values
from benchboard.canbus.timing.solver import (
    DEFAULT_TOLERANCE,
    MAX_NOMINAL_BITRATE,
    MAX_TOLERANCE,
    MOST_SUGGESTED_ERROR,
    Pair,
    Pairs,
    Solution,
    Solutions,
    bit_rate_out_of_reach,
    bit_rate_range,
    cia_sample_point,
    nearest,
    nominal_bit_rate_problem,
    solve,
    solve_fd,
)
from benchboard.canbus.timing.timing_check import Verdict, check
from benchboard.canbus.timing.tolerance import (
    Comparison,
    Condition,
    DelayCompensation,
    Node,
    OscillatorTolerance,
    compare,
    delay_compensation,
    oscillator_tolerance,
)

__all__ = [
    "ALGORITHMS",
    "CONTROLLERS",
    "DEFAULT_TOLERANCE",
    "LONGEST_LINE",
    "MAX_NOMINAL_BITRATE",
    "MAX_TOLERANCE",
    "MOST_SUGGESTED_ERROR",
    "PRESETS",
    "Cable",
    "Comparison",
    "Condition",
    "Controller",
    "CurvePoint",
    "DecodedTimings",
    "DelayCompensation",
    "Limits",
    "Node",
    "OscillatorTolerance",
    "Pair",
    "PairPoint",
    "Pairs",
    "Preset",
    "Register",
    "Solution",
    "Solutions",
    "Timing",
    "Verdict",
    "answer_request",
    "bit_rate",
    "bit_rate_out_of_reach",
    "bit_rate_range",
    "c_snippet",
    "cable_curve",
    "check",
    "check_cable",
    "cia_sample_point",
    "clock_problem",
    "compare",
    "controller",
    "decode",
    "delay_compensation",
    "ip_link",
    "kvaser",
    "limit_percent",
    "nearest",
    "nominal_bit_rate_problem",
    "oscillator_tolerance",
    "pair_grid",
    "parse_request",
    "pcan",
    "preset",
    "python_can",
    "registers",
    "solve",
    "solve_fd",
    "solve_linux",
    "timing_values",
]
