"""Oscillator tolerance and transmitter delay compensation of a timing, and the comparison of two nodes.

Oscillator tolerance is the smallest of five conditions, per clock, in percent. 1 and 2 were read in Bosch's
TTCAN user's manual 1.6 (4.2.1.7), ST UM0404 and TI SPRUIX1B. 3, 4 and 5 are known here only through
python-can's source (can/bit_timing.py); the paper they come from by its title (A. Mutter, Robustness of a
CAN FD bus system, iCC 2013) was not read, so they are marked unverified.
"""

from dataclasses import dataclass
from fractions import Fraction

from benchboard.canbus.timing.controllers import Controller, Timing, require_number
from benchboard.canbus.timing.figures import limit_percent
from benchboard.errors import Invalid
from benchboard.i18n import _, number

_READ_SOURCES = "Bosch TTCAN User's Manual 1.6, 4.2.1.7; ST UM0404 p. 463; TI SPRUIX1B"
_SECONDARY_SOURCE = "python-can 4.6, can/bit_timing.py"


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the five conditions: the oscillator tolerance it allows (percent), and whether its source was read."""

    number: int
    percent: float
    source: str
    verified: bool

    @property
    def title(self) -> str:
        """Where an error occurs if it is not met, in a few words."""
        return {
            1: _("Error frame, arbitration phase"),
            2: _("Resync, arbitration phase"),
            3: _("Resync, data phase"),
            4: _("Error frame, start of data phase"),
            5: _("Bit rate switch"),
        }[self.number]

    @property
    def tolerance_name(self) -> str:
        """What a node lacks if it is not met, within a sentence."""
        return {
            1: _("error-frame tolerance"),
            2: _("resync tolerance"),
            3: _("resync tolerance in the data phase"),
            4: _("error-frame tolerance at the start of the data phase"),
            5: _("tolerance at the bit rate switch"),
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
    """The oscillator tolerance of a timing: conditions 1 and 2 for classical CAN, 1 to 5 with a data phase.

    Raises Invalid for two phases with different clocks.
    """
    smaller = min(nominal.phase_seg1, nominal.phase_seg2)
    nbt = nominal.quanta
    allowed = [
        (1, Fraction(smaller, 2 * (13 * nbt - nominal.phase_seg2)), _READ_SOURCES),
        (2, Fraction(nominal.sjw, 20 * nbt), _READ_SOURCES),
    ]
    if data is not None:
        require_one_clock(nominal, data)
        dbt = data.quanta
        ratio = Fraction(nominal.prescaler, data.prescaler)
        data_in_nominal = (6 * dbt - data.phase_seg2) / ratio
        jump = data.sjw - max(Fraction(0), ratio - 1)
        between = (2 * nbt - nominal.phase_seg2) * ratio + data.phase_seg2 + 4 * dbt
        allowed += [
            (3, Fraction(data.sjw, 20 * dbt), _SECONDARY_SOURCE),
            (4, smaller / (2 * (data_in_nominal + 7 * nbt)), _SECONDARY_SOURCE),
            (5, jump / (2 * between), _SECONDARY_SOURCE),
        ]
    return OscillatorTolerance(
        tuple(Condition(number, float(100 * df), source, source is _READ_SOURCES) for number, df, source in allowed)
    )


def require_one_clock(nominal: Timing, data: Timing) -> None:
    """Raises Invalid unless both phases run from the same clock, as every controller's do."""
    if nominal.clock != data.clock:
        raise Invalid(
            "timing.clocks",
            _("The arbitration and data phases have different clocks."),
            why=_("A controller has one clock."),
            do=_("Use the same clock for both."),
            field="clock",
        )


@dataclass(frozen=True, slots=True)
class DelayCompensation:
    """Transmitter delay compensation, in CAN clock periods.

    `offset` puts the secondary sample point at the data sample point, `measured` is what the controller will measure
    for the loop delay. `problems` are sentences that say why it cannot be used.
    """

    offset: int
    measured: int
    problems: tuple[str, ...]

    @property
    def is_usable(self) -> bool:
        """Whether the controller can compensate with this timing."""
        return not self.problems


def delay_compensation(
    data: Timing, *, loop_delay_ns: float = 210.0, controller: Controller | None = None
) -> DelayCompensation:
    """Transmitter delay compensation (TDC) for a data phase and a transceiver loop delay.

    The prescaler has to be 1 or 2 (ISO 11898-1 11.3.3, as Linux cites it), measured + offset below 6 data bits and at
    most 127, and the offset one that `controller` can hold. Raises Invalid for a loop delay out of range.
    """
    loop = require_number(loop_delay_ns, "loop_delay_ns", 0, 100_000)
    sync = controller is None or controller.tdco_sync
    offset = data.prescaler * (data.tseg1 + sync)
    measured = -(-loop * data.clock // 10**9)
    problems = []
    if data.prescaler > 2:
        problems.append(
            _("The data prescaler is {value}; transmitter delay compensation needs 1 or 2.").format(
                value=data.prescaler
            )
        )
    most = controller.tdco_max if controller is not None and controller.tdco_max else 127
    if offset > most:
        problems.append(
            _("The TDC offset is {value} clock periods; the limit is {most}.").format(value=offset, most=most)
        )
    total, six_bits = measured + offset, 6 * data.prescaler * data.quanta
    if total >= six_bits:
        problems.append(
            _("Delay plus offset is {value} clock periods; it must be less than six data bits.").format(value=total)
        )
    if total > 127:
        problems.append(_("Delay plus offset is {value} clock periods; the limit is 127.").format(value=total))
    return DelayCompensation(offset, measured, tuple(problems))


@dataclass(frozen=True, slots=True)
class Node:
    """A node on the bus, to be compared. `clock_tolerance` is its oscillator's deviation in percent, either way."""

    name: str
    nominal: Timing
    data: Timing | None = None
    clock_tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether two nodes are compatible, and with which margin.

    `margin` is the oscillator deviation that each node has to spare, in percent; negative where they cannot.
    `limiting` is the condition that sets it, of node `limiting_node`. Differences are b less a: bit rates in percent,
    sample points in percentage points. `bit_rates_differ`: in the nominal phase, so far that they can't
    communicate; the other figures mean nothing then. `problems` prevent communication, `advice` does not; both are
    sentences.
    """

    margin: float
    limiting_node: str
    limiting: Condition
    nominal_rate_difference: float
    nominal_point_difference: float
    data_rate_difference: float | None
    data_point_difference: float | None
    bit_rates_differ: bool
    problems: tuple[str, ...]
    advice: tuple[str, ...]

    @property
    def is_compatible(self) -> bool:
        """Whether nothing prevents it."""
        return not self.problems

    def verdict(self, cable_problem: str | None = None) -> str:
        """Whether the nodes are compatible, and with what margin (rounded down), in one or two sentences.

        `cable_problem` is the `Cable.problem` of the cable between them. Without a cable, or with one that doesn't
        fit, the nodes are not said to be able to communicate.
        """
        if self.bit_rates_differ:
            return _("The two nodes can't communicate: their bit rates differ.")
        if not self.is_compatible:
            return _("The two nodes can't communicate reliably.")
        spare = limit_percent(self.margin)
        if cable_problem == "":
            text = _("The two nodes can communicate, with {percent} of oscillator tolerance to spare.")
            return text.format(percent=spare)
        text = _("Bit rate and oscillators match, with {percent} of oscillator tolerance to spare.")
        text = text.format(percent=spare)
        return f"{text} {cable_problem}" if cable_problem else text


def _relative_difference(a: Timing, b: Timing) -> Fraction:
    """How far b's bit rate is from a's, as a fraction of their mean."""
    return 2 * (b.rate - a.rate) / (a.rate + b.rate)


def compare(a: Node, b: Node) -> Comparison:
    """Whether `a` and `b` are compatible, and with which margin.

    Each node's conditions allow both oscillators a deviation df, that is 2·df between them; what they use of it is
    their two tolerances plus the difference of their nominal bit rates. Raises Invalid for a tolerance out of range.
    """
    drift = [require_number(node.clock_tolerance, "clock_tolerance", 0, 10) for node in (a, b)]
    nominal = _relative_difference(a.nominal, b.nominal)
    data = _relative_difference(a.data, b.data) if a.data and b.data else None
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
    rates_differ = _prevents(nominal, margins, (1, 2))
    return Comparison(
        margin,
        name,
        condition,
        float(100 * nominal),
        b.nominal.sample_point - a.nominal.sample_point,
        None if data is None else float(100 * data),
        b.data.sample_point - a.data.sample_point if a.data and b.data else None,
        rates_differ,
        tuple(_problems(a, b, margins)),
        () if rates_differ else tuple(_advice(a, b)),
    )


_Margins = list[tuple[float, str, Condition]]
"""Of each node and condition: its margin, the node's name, the condition."""


def _problems(a: Node, b: Node, margins: _Margins) -> list[str]:
    problems = [
        text.format(
            a=a.name, b=b.name, rate_a=number(one.bitrate / 1e3, most=3), rate_b=number(other.bitrate / 1e3, most=3)
        )
        for text, one, other, conditions in (
            (_("The bit rates differ: {a} {rate_a} kbit/s, {b} {rate_b} kbit/s."), a.nominal, b.nominal, (1, 2)),
            (_("The data bit rates differ: {a} {rate_a} kbit/s, {b} {rate_b} kbit/s."), a.data, b.data, (3,)),
        )
        if one is not None and other is not None and _prevents(_relative_difference(one, other), margins, conditions)
    ]
    margin, name, _condition = min(margins, key=lambda item: item[0])
    if margin < 0 and not problems:
        problems.append(
            _("{name} falls {percent} % short of the required oscillator tolerance.").format(
                name=name, percent=number(-margin, 2)
            )
        )
    if (a.data is None) != (b.data is None):
        classic, fd = (a, b) if a.data is None else (b, a)
        text = _("{fd} sends CAN FD frames, which {classic} answers with error frames.")
        problems.append(text.format(fd=fd.name, classic=classic.name))
    return problems


def _prevents(difference: Fraction, margins: _Margins, conditions: tuple[int, ...]) -> bool:
    """Whether this difference of two bit rates is to blame: it alone exceeds what one of its phase's `conditions`
    allows, however good the oscillators are, or the margin would suffice without it."""
    margin, apart = min(item[0] for item in margins), 50 * abs(float(difference))
    allowed = [condition.percent for _margin, _name, condition in margins if condition.number in conditions]
    return margin < 0 < apart and (apart > min(allowed, default=apart) or margin + apart >= 0)


def _advice(a: Node, b: Node) -> list[str]:
    advice = []
    if a.nominal.sample_point != b.nominal.sample_point:
        advice.append(_("The sample points of the arbitration phase differ. CiA recommends the same one on all nodes."))
    if a.data and b.data and a.data.sample_point != b.data.sample_point:
        advice.append(_("The data sample points differ. CiA recommends the same one on all nodes."))
    if a.data and b.data:
        shift = abs(_rate_switch_bit_ns(b) - _rate_switch_bit_ns(a))
        for node, phase in ((a, a.data), (b, b.data)):
            jump = Fraction(phase.sjw * phase.prescaler * 10**9, phase.clock)
            if shift > jump:
                text = _(
                    "At the bit rate switch, the nodes are {shift} ns apart; {name} corrects {jump} ns per resync."
                )
                advice.append(text.format(shift=round(shift), jump=round(jump), name=node.name))
    return advice


def _rate_switch_bit_ns(node: Node) -> Fraction:
    """Length in ns of the bit in which the rate switches: nominal to the sample point, data from there."""
    nominal, data = node.nominal, node.data
    assert data is not None
    before = (1 + nominal.tseg1) * nominal.prescaler
    return Fraction((before + data.phase_seg2 * data.prescaler) * 10**9, nominal.clock)
