"""What a timing tolerates: oscillators, cable, transmitter delay; and whether two nodes will talk.

Oscillator tolerance is the smallest of five conditions, per clock, in percent. 1 and 2 were read in Bosch's
TTCAN user's manual 1.6 (4.2.1.7), ST UM0404 and TI SPRUIX1B. 3, 4 and 5 are known here only through
python-can's source (can/bit_timing.py); the paper they come from by its title (A. Mutter, Robustness of a
CAN FD bus system, iCC 2013) was not read, so they are marked unverified.
"""

from dataclasses import dataclass
from fractions import Fraction

from benchboard.canbus.timing.controllers import Controller, Timing, exact
from benchboard.errors import Invalid
from benchboard.i18n import _

_READ = "Bosch TTCAN User's Manual 1.6, 4.2.1.7; ST UM0404 p. 463; TI SPRUIX1B"
_SECOND_HAND = "python-can 4.6, can/bit_timing.py"


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the five: its number, the oscillator tolerance it allows (percent), and whether we read its
    source.
    """

    number: int
    percent: float
    source: str
    verified: bool

    @property
    def title(self) -> str:
        """What goes wrong when it is broken, in a few words."""
        return {
            1: _("Error frame, nominal"),
            2: _("Resync, nominal"),
            3: _("Resync, data"),
            4: _("Error frame, data start"),
            5: _("Rate switch"),
        }[self.number]


@dataclass(frozen=True, slots=True)
class OscillatorTolerance:
    """The conditions that apply; `percent` is allowed to each oscillator, set by the smallest, `limiting`."""

    conditions: tuple[Condition, ...]

    @property
    def limiting(self) -> Condition:
        """The condition that allows least; of equal ones the first."""
        return min(self.conditions, key=lambda condition: condition.percent)

    @property
    def percent(self) -> float:
        """Allowed deviation of each node's oscillator, in percent; 0 or less where the timing allows none."""
        return self.limiting.percent


def oscillator_tolerance(nominal: Timing, data: Timing | None = None) -> OscillatorTolerance:
    """Conditions 1 and 2 for classical CAN, 1 to 5 with a data phase. In time quanta of each phase."""
    smaller = min(nominal.phase_seg1, nominal.phase_seg2)
    nbt = nominal.quanta
    allowed = [
        (1, Fraction(smaller, 2 * (13 * nbt - nominal.phase_seg2)), _READ),
        (2, Fraction(nominal.sjw, 20 * nbt), _READ),
    ]
    if data is not None:
        one_clock(nominal, data)
        dbt = data.quanta
        ratio = Fraction(nominal.prescaler, data.prescaler)
        data_in_nominal = (6 * dbt - data.phase_seg2) / ratio
        jump = data.sjw - max(Fraction(0), ratio - 1)
        between = (2 * nbt - nominal.phase_seg2) * ratio + data.phase_seg2 + 4 * dbt
        allowed += [
            (3, Fraction(data.sjw, 20 * dbt), _SECOND_HAND),
            (4, smaller / (2 * (data_in_nominal + 7 * nbt)), _SECOND_HAND),
            (5, jump / (2 * between), _SECOND_HAND),
        ]
    return OscillatorTolerance(
        tuple(Condition(number, float(100 * df), source, source is _READ) for number, df, source in allowed)
    )


def one_clock(nominal: Timing, data: Timing) -> None:
    """Raises Invalid unless both phases run from the same clock, as every controller's do."""
    if nominal.clock != data.clock:
        raise Invalid(
            "timing.clocks",
            _("The two phases have different clocks."),
            why=_("A controller has one clock."),
            do=_("Use one clock for both."),
            field="clock",
        )


@dataclass(frozen=True, slots=True)
class Cable:
    """Propagation there and back against the propagation segment. `spare_m` is negative where the cable is
    too long; `longest_m` is 0 where the transceivers alone take longer than the segment.
    """

    needed_ns: float
    segment_ns: float
    longest_m: float
    spare_m: float
    fits: bool


def cable(nominal: Timing, *, length_m: float, delay_ns_per_m: float = 5.0, loop_delay_ns: float = 210.0) -> Cable:
    """A cable of `length_m` metres, `delay_ns_per_m` a metre, between transceivers (and controllers) of
    `loop_delay_ns` each end. Needed: twice (one way on the cable + one loop delay) (MCP2515 datasheet
    5.2.2, UM0404's example). On controllers that do not tell prop_seg from phase_seg1, prop_seg is the
    split we chose.
    """
    length = exact(length_m, "length_m", 0, 100_000)
    per_metre = exact(delay_ns_per_m, "delay_ns_per_m", 1, 100)
    loop = exact(loop_delay_ns, "loop_delay_ns", 0, 100_000)
    segment = Fraction(nominal.prop_seg * nominal.prescaler * 10**9, nominal.clock)
    needed = 2 * (length * per_metre + loop)
    longest = (segment / 2 - loop) / per_metre
    return Cable(
        float(needed),
        float(segment),
        float(max(longest, Fraction(0))),
        float(longest - length),
        needed <= segment,
    )


@dataclass(frozen=True, slots=True)
class DelayCompensation:
    """Transmitter delay compensation, in CAN clock periods: `offset` puts the secondary sample point at the
    data sample point, `measured` is what the controller will measure for the loop delay. `usable` says
    whether all `problems` are absent; those are sentences.
    """

    offset: int
    measured: int
    problems: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Whether the controller can compensate with this timing."""
        return not self.problems


def delay_compensation(
    data: Timing, *, loop_delay_ns: float = 210.0, controller: Controller | None = None
) -> DelayCompensation:
    """TDC for a data phase and a transceiver loop delay. Prescaler 1 or 2 (ISO 11898-1 11.3.3, as Linux
    cites it); measured + offset below 6 data bits and at most 127 (DESIGN); offset at most what
    `controller` holds.
    """
    loop = exact(loop_delay_ns, "loop_delay_ns", 0, 100_000)
    sync = controller is None or controller.tdco_sync
    offset = data.prescaler * (data.tseg1 + sync)
    measured = -(-loop * data.clock // 10**9)
    problems = []
    if data.prescaler > 2:
        problems.append(_("The data prescaler is {value}; compensation needs 1 or 2.").format(value=data.prescaler))
    most = controller.tdco_max if controller is not None and controller.tdco_max else 127
    if offset > most:
        problems.append(_("The offset of {value} clock periods is above {most}.").format(value=offset, most=most))
    total, six_bits = measured + offset, 6 * data.prescaler * data.quanta
    if total >= six_bits:
        problems.append(_("Delay and offset reach {value} clock periods, six data bits or more.").format(value=total))
    if total > 127:
        problems.append(_("Delay and offset reach {value} clock periods; 127 is the most.").format(value=total))
    return DelayCompensation(offset, measured, tuple(problems))


@dataclass(frozen=True, slots=True)
class Node:
    """One end of a conversation. `clock_tolerance` is its oscillator's deviation in percent, either way."""

    name: str
    nominal: Timing
    data: Timing | None = None
    clock_tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether two nodes will talk. `margin`: percent of oscillator deviation to spare for each node,
    negative where they will not; `limiting_node` and `limiting` say whose which condition sets it.
    Differences are b less a: bit rates in percent, sample points in percentage points. `problems` stop
    them, `advice` does not; both sentences.
    """

    margin: float
    limiting_node: str
    limiting: Condition
    nominal_rate_difference: float
    nominal_point_difference: float
    data_rate_difference: float | None
    data_point_difference: float | None
    problems: tuple[str, ...]
    advice: tuple[str, ...]

    @property
    def talk(self) -> bool:
        """Whether they will talk."""
        return not self.problems


def _apart(a: Timing, b: Timing) -> Fraction:
    """How far b's bit rate is from a's, of their mean."""
    return 2 * (b.rate - a.rate) / (a.rate + b.rate)


def compare(a: Node, b: Node) -> Comparison:
    """Will `a` and `b` talk, with which margin?

    Each node's conditions allow both oscillators a deviation df, that is 2·df between them; what they use
    of it is their two tolerances plus the difference of the bit rates they aim at. Raises Invalid for
    tolerances out of range.
    """
    drift = [exact(node.clock_tolerance, "clock_tolerance", 0, 10) for node in (a, b)]
    nominal = _apart(a.nominal, b.nominal)
    data = _apart(a.data, b.data) if a.data and b.data else None
    used_nominal = (sum(drift) + 100 * abs(nominal)) / 2
    used_data = used_nominal if data is None else (sum(drift) + 100 * abs(data)) / 2
    # 1 and 2 live in the nominal phase, 3 in the data phase, 4 and 5 in both.
    used = {
        1: used_nominal,
        2: used_nominal,
        3: used_data,
        4: max(used_nominal, used_data),
        5: max(used_nominal, used_data),
    }
    margins = [
        (condition.percent - float(used[condition.number]), node.name, condition)
        for node in (a, b)
        for condition in oscillator_tolerance(node.nominal, node.data if data is not None else None).conditions
    ]
    margin, name, condition = min(margins, key=lambda item: item[0])
    points = [b.nominal.sample_point - a.nominal.sample_point, None]
    if a.data and b.data:
        points[1] = b.data.sample_point - a.data.sample_point
    return Comparison(
        margin,
        name,
        condition,
        float(100 * nominal),
        b.nominal.sample_point - a.nominal.sample_point,
        None if data is None else float(100 * data),
        points[1],
        tuple(_problems(a, b, margin, name)),
        tuple(_advice(a, b)),
    )


def _problems(a: Node, b: Node, margin: float, name: str) -> list[str]:
    problems = []
    if margin < 0:
        problems.append(
            _("{name} tolerates too little: {percent:.2f} % is missing.").format(name=name, percent=-margin)
        )
    if (a.data is None) != (b.data is None):
        classic, fd = (a, b) if a.data is None else (b, a)
        text = _("{fd} sends CAN FD frames, which {classic} answers with error frames.")
        problems.append(text.format(fd=fd.name, classic=classic.name))
    return problems


def _advice(a: Node, b: Node) -> list[str]:
    advice = []
    if a.nominal.sample_point != b.nominal.sample_point:
        advice.append(_("The nominal sample points differ; CiA advises the same one in all nodes."))
    if a.data and b.data and a.data.sample_point != b.data.sample_point:
        advice.append(_("The data sample points differ; CiA advises the same one in all nodes."))
    if a.data and b.data:
        shift = abs(_switch(b) - _switch(a))
        for node, phase in ((a, a.data), (b, b.data)):
            jump = Fraction(phase.sjw * phase.prescaler * 10**9, phase.clock)
            if shift > jump:
                text = _("At the rate switch the nodes part by {shift} ns; {name} corrects {jump} ns at a time.")
                advice.append(text.format(shift=round(shift), jump=round(jump), name=node.name))
    return advice


def _switch(node: Node) -> Fraction:
    """Length in ns of the bit in which the rate switches: nominal to the sample point, data from there."""
    nominal, data = node.nominal, node.data
    assert data is not None
    before = (1 + nominal.tseg1) * nominal.prescaler
    return Fraction((before + data.phase_seg2 * data.prescaler) * 10**9, nominal.clock)
