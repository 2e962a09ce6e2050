"""CAN bit timing: solve it, check it, write it, read it back. Pure: no input, no output.

`solve` and `solve_fd` give every timing a controller can do; `solve_linux` what Linux would choose;
`registers` and `decode` go to the chip and back; `oscillator_tolerance`, `cable`, `delay_compensation` and
`compare` say what it bears.
"""

from benchboard.canbus.timing.controllers import CONTROLLERS, Controller, Limits, Timing, controller
from benchboard.canbus.timing.linux import ALGORITHMS, solve_linux
from benchboard.canbus.timing.registers import (
    Decoded,
    Register,
    c_snippet,
    decode,
    ip_link,
    python_can,
    registers,
)
from benchboard.canbus.timing.solver import (
    Pair,
    Pairs,
    Solution,
    Solutions,
    cia_sample_point,
    solve,
    solve_fd,
)
from benchboard.canbus.timing.tolerance import (
    Cable,
    Comparison,
    Condition,
    DelayCompensation,
    Node,
    OscillatorTolerance,
    cable,
    compare,
    delay_compensation,
    oscillator_tolerance,
)
from benchboard.canbus.timing.wire import LONGEST_LINE, answer_request, parse_request, rated

__all__ = [
    "ALGORITHMS",
    "CONTROLLERS",
    "LONGEST_LINE",
    "Cable",
    "Comparison",
    "Condition",
    "Controller",
    "Decoded",
    "DelayCompensation",
    "Limits",
    "Node",
    "OscillatorTolerance",
    "Pair",
    "Pairs",
    "Register",
    "Solution",
    "Solutions",
    "Timing",
    "answer_request",
    "c_snippet",
    "cable",
    "cia_sample_point",
    "compare",
    "controller",
    "decode",
    "delay_compensation",
    "ip_link",
    "oscillator_tolerance",
    "parse_request",
    "python_can",
    "rated",
    "registers",
    "solve",
    "solve_fd",
    "solve_linux",
]
