"""`benchboard timing`: solve a bit timing, check it, show its registers, compare two nodes. Needs no
database.

Scripts depend on the names in the JSON forms. A timing on the command line is
PRESCALER/PROP_SEG/PHASE_SEG1/PHASE_SEG2/SJW.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from math import floor
from typing import IO, Final

import click
from rich.console import Console
from rich.table import Table

from benchboard.canbus import timing as core
from benchboard.canbus.timing import figures
from benchboard.cli.options import (
    BitRate,
    Choice,
    CliGroup,
    Frequency,
    Incomplete,
    InputFile,
    MissingParameters,
    Number,
    RenamedOption,
    SegmentsType,
    SegmentValues,
    WrongValue,
)
from benchboard.cli.table import bit_rate, cell_text, column_title, print_lines, value_text
from benchboard.cli.terminal import printable
from benchboard.errors import AppError, Invalid, NotFound
from benchboard.i18n import _, in_sentence, ngettext, number, percent

_HZ: Final = Frequency()
_BIT_RATE: Final = BitRate()
_SEGMENTS = SegmentsType()
_CONTROLLERS: Final = "Controller: " + ", ".join((*item.aliases, item.name)[0] for item in core.CONTROLLERS) + "."
_CLOCK: Final = "CAN clock, such as 80M or 80000000."
_NOMINAL: Final = "Bit timing, such as 1/95/32/32/32."
_DATA: Final = "Bit timing of the CAN FD data phase, such as 1/23/8/8/8."
_SEGMENT_NAMES: Final = ("prescaler", "prop_seg", "phase_seg1", "phase_seg2", "sjw")


_OPTIONS: Final = {
    "clock_tolerance": "--oscillator-tolerance",
    "delay_ns_per_m": "--delay",
    "length_m": "--cable",
    "loop_delay_ns": "--loop-delay",
    "tolerance": "--max-error",
}
"""The options of numbers that have another name in JSON and in the calculation."""


@contextmanager
def _errors_by_options() -> Iterator[None]:
    """Name the option in an error about a number that was given on the command line, and make every error one of
    usage: a calculation depends on nothing but the command line.
    """
    try:
        yield
    except (Invalid, NotFound) as error:
        field = str(error.facts.get("field"))
        if error.code == "timing.number":
            word, option = re.sub("^(a_|b_)?(data_)?", "", field), _OPTIONS.get(field)
            if word in _SEGMENT_NAMES:
                node = field[:2].replace("_", "-") if field[:2] in ("a_", "b_") else ""
                phase = "data-timing" if "data_" in field else "timing"
                option = _("{name} in {option}").format(name=column_title(word), option=f"--{node}{phase}")
            option = option or f"--{field.replace('_', '-')}"
            name = rf"(?:{field}|{word})\b"  # both at once: an option has the word in it
            error.what = re.sub(rf"^{name}", option, error.what)
            error.do = re.sub(rf"\b{name}(?=\.|$)", option, error.do)
            if allowed := _allowed_with_units(word, error.facts):
                error.what = _("{option} must be {allowed}.").format(option=option, allowed=allowed)
        raise WrongValue(printable(str(error)), click.get_current_context()) from error


def _allowed_with_units(name: str, limits: Mapping[str, object]) -> str:
    """The values that a clock or a bit rate may have; empty for any other number, which has no unit."""
    low, high = limits.get("low"), limits.get("high")
    if not isinstance(low, float) or not isinstance(high, float):
        return ""
    if name == "clock":
        return figures.allowed_frequencies(low, high)
    return figures.allowed_bit_rates(low, high) if name == "bitrate" else ""


@click.group(cls=CliGroup)
def timing() -> None:
    """Calculate, check, convert and compare CAN bit timings.

    A bit timing is written as five numbers: prescaler, propagation, phase 1, phase 2 and SJW, such as 1/95/32/32/32.
    Frequencies and bit rates are in Hz and bit/s, or as 80M and 500k.
    """


@timing.command()
@click.option("--controller", metavar="NAME", help=_CONTROLLERS)
@click.option(
    "--preset",
    type=Choice([one.name for one in core.PRESETS]),
    metavar="NAME",
    help="Bit rates and sample points of a network, in place of those options: "
    + ", ".join(one.name for one in core.PRESETS)
    + ".",
)
@click.option(
    "--clock",
    type=_HZ,
    help="CAN clock, such as 80M or 80000000; for SJA1000 and MCP2515, half the oscillator frequency.",
)
@click.option(
    "--bitrate", type=_BIT_RATE, help="Bit rate in bit/s, such as 500k or 500000; with --phase data, of the data phase."
)
@click.option(
    "--sample-point",
    type=Number(),
    metavar="PERCENT",
    help="Sample point in percent; default: CiA's recommendation for the bit rate.",
)
@click.option("--data-bitrate", type=_BIT_RATE, help="Bit rate of the CAN FD data phase in bit/s, such as 2M.")
@click.option(
    "--data-sample-point",
    type=Number(),
    metavar="PERCENT",
    help="Sample point of the data phase in percent; default: CiA's recommendation for its bit rate.",
)
@click.option(
    "--phase", type=Choice(["nominal", "data"]), default=None, help="Phase whose limits apply; default: nominal."
)
@click.option(
    "--max-error",
    "--tolerance",
    "tolerance",
    cls=RenamedOption,
    type=Number(),
    metavar="PERCENT",
    help="Maximum bit rate error in percent; default: 0.5.",
)
@click.option(
    "--algorithm",
    metavar="NAME",
    help="cia for all bit timings, linux for the one that Linux uses, or a kernel such as v6.3; default: cia.",
)
@click.option("--equal-prescalers", is_flag=True, help="List only bit timings with one prescaler for both phases.")
@click.option("--all", "everything", is_flag=True, help="List all bit timings, not only the best ones.")
@click.option("--batch", is_flag=True, help="Read one JSON request per line from REQUESTS or standard input.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.argument("requests", type=InputFile(), default="-")
@click.pass_context
@_errors_by_options()
def solve(
    ctx: click.Context,
    /,
    *,
    requests: IO[bytes],
    batch: bool,
    as_json: bool,
    everything: bool,
    preset: str | None,
    **options: object,
) -> None:
    """List the bit timings of a controller for a bit rate, best first.

    The exit status is 1 if there are none. With --json, the list is then empty, the nearest timing is given and the
    status is 0.

    \b
    Examples:
      benchboard timing solve --controller bxcan --clock 36M --bitrate 500k
      benchboard timing solve --controller fdcan --clock 80M --bitrate 500k --data-bitrate 2M
      benchboard timing solve --controller fdcan --clock 80M --preset fd-500k-5m
    """
    if batch:
        _solve_batch(ctx, requests, everything=everything)
        return
    options = _with_preset(preset, options)
    needed = [one for one in ctx.command.params if one.name in ("controller", "clock", "bitrate")]
    if missing := [one for one in needed if options[one.name or ""] is None]:
        raise MissingParameters(missing, ctx, needed)
    request = {name: value for name, value in options.items() if value is not None and value is not False}
    answer = core.answer_request(request | {"all": everything})
    if as_json:
        click.echo(json.dumps(answer))
        return
    _print_warnings(answer)  # first: what follows may come from a mistyped value
    if not answer["solutions"]:
        click.echo(f"{answer['reason']} {_advice_without_solution(answer)}", err=True)
        ctx.exit(1)
    if advice := _advice_above_nominal(request):
        click.echo(advice, err=True)
    _print_solutions(answer)


def _with_preset(name: str | None, options: Mapping[str, object]) -> dict[str, object]:
    """`options` with the bit rates and sample points of the preset; what is given beside it wins."""
    found = core.preset(name) if name is not None else None
    if found is None:
        return dict(options)
    values = {
        "bitrate": float(found.bitrate), "sample_point": found.sample_point,
        "data_bitrate": found.data_bitrate, "data_sample_point": found.data_sample_point,
    }  # fmt: skip
    return dict(options) | {key: value for key, value in values.items() if options[key] is None}


def _print_warnings(answer: Mapping[str, object]) -> None:
    warnings = answer.get("warnings", [])
    assert isinstance(warnings, list)
    for warning in warnings:
        click.echo(warning, err=True)


def _advice_above_nominal(request: Mapping[str, object]) -> str:
    """What bit timings are good for that are too fast for the arbitration phase; empty if they aren't."""
    bitrate = request["bitrate"]
    assert isinstance(bitrate, float)
    if request.get("phase") == "data" or "data_bitrate" in request or not core.nominal_bit_rate_problem(bitrate):
        return ""
    if core.controller(str(request["controller"])).data is None:
        return _("The controller can't use such bit timings: it has no CAN FD data phase.")
    return _("Such bit timings would work only in a CAN FD data phase. To list those for it, add --phase data.")


def _warn_about_clock(*clocks: float) -> None:
    """Say on stderr which of these CAN clocks (Hz) no controller has."""
    for problem in filter(None, map(core.clock_problem, dict.fromkeys(clocks))):
        click.echo(problem, err=True)


def _advice_without_solution(answer: Mapping[str, object]) -> str:
    """What to change; a larger bit rate error only where one that nodes understand is enough."""
    found = answer.get("nearest")
    if isinstance(found, Mapping):
        errors = [found["bitrate_error"], *([found["data"]["bitrate_error"]] if "data" in found else [])]
        if max(errors) <= core.MOST_SUGGESTED_ERROR:
            return _("Allow a larger bit rate error with --max-error, or change the CAN clock.")
    return _("Change the CAN clock or the bit rate.")


def _solve_batch(ctx: click.Context, requests: IO[bytes], *, everything: bool) -> None:
    refused = requests_read = 0
    for line in _lines(requests):
        if line is not None and not line.strip():
            continue
        requests_read += 1
        try:
            answer = core.answer_request({"all": everything} | core.parse_request(line))
        except AppError as problem:
            refused += 1
            field = problem.facts.get("field")
            answer = {"error": {"code": problem.code, "message": str(problem), "field": field}}
        click.echo(json.dumps(answer))
    if refused:
        text = ngettext("{refused} of {asked} line rejected.", "{refused} of {asked} lines rejected.", requests_read)
        click.echo(text.format(refused=refused, asked=requests_read), err=True)
        ctx.exit(1)


def _lines(requests: IO[bytes]) -> Iterator[bytes | None]:
    """Lines without their end, None for one that is too long (which is skipped whole, in pieces)."""
    while line := requests.readline(core.LONGEST_LINE + 1):
        if len(line) <= core.LONGEST_LINE:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = requests.readline(core.LONGEST_LINE + 1)
        yield None


def _print_solutions(answer: Mapping[str, object]) -> None:
    solutions = answer["solutions"]
    assert isinstance(solutions, list)
    heads = (
        "",
        *map(column_title, _SEGMENT_NAMES),
        _("Bit rate"),
        _("Error"),
        _("Sample point"),
        _("Oscillator tolerance"),
    )
    table = Table(*heads, box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for item in solutions:
        name = _("Arbitration") if "data" in item else ""
        table.add_row(name, *_cells(item), core.limit_percent(item["tolerance"]))
        if "data" in item:
            table.add_row(_("Data"), *_cells(item["data"]), "")
    Console(width=140).print(table)
    count = int(str(answer["count"]))
    text = ngettext("{count} bit timing", "{count} bit timings", count)
    if len(solutions) < count:
        text = _("{shown} of {count} bit timings; add --all for the rest")
    click.echo(text.format(shown=len(solutions), count=number(count)))


def _cells(timing: Mapping[str, object]) -> Iterator[str]:
    for key in _SEGMENT_NAMES:
        yield str(timing[key])
    yield str(bit_rate(float(str(timing["bitrate"]))))
    for key in ("bitrate_error", "sample_point"):
        yield percent(float(str(timing[key])), most=3)


@timing.command()
@click.option("--controller", "name", required=True, metavar="NAME", help=_CONTROLLERS)
@click.option("--clock", type=_HZ, required=True, help=_CLOCK)
@click.option("--timing", "--nominal", "nominal", cls=RenamedOption, type=_SEGMENTS, required=True, help=_NOMINAL)
@click.option("--data-timing", "--data", "data", cls=RenamedOption, type=_SEGMENTS, help=_DATA)
@click.option(
    "--oscillator-tolerance",
    "--clock-tolerance",
    "clock_tolerance",
    cls=RenamedOption,
    type=Number(),
    metavar="PERCENT",
    default=0.0,
    show_default=True,
    help="Oscillator tolerance in percent.",
)
@click.option("--cable", "length", type=Number(), metavar="METRES", help="Cable length in metres.")
@click.option(
    "--delay", type=Number(), metavar="NS/M", default=5.0, show_default=True, help="Cable delay in ns per metre."
)
@click.option(
    "--loop-delay",
    type=Number(),
    metavar="NS",
    default=210.0,
    show_default=True,
    help="Loop delay of the transceiver at each end in ns.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
@_errors_by_options()
def check(
    ctx: click.Context,
    *,
    name: str,
    clock: float,
    nominal: SegmentValues,
    data: SegmentValues | None,
    clock_tolerance: float,
    length: float | None,
    delay: float,
    loop_delay: float,
    as_json: bool,
) -> None:
    """Check a bit timing against its controller, oscillator and cable.

    The exit status is 1 if the timing fails.

    \b
    Example:
      benchboard timing check --controller fdcan --clock 80M --timing 1/95/32/32/32 --cable 40
    """
    item = core.controller(name)
    item.require_clock(clock)
    first, second = _phases(item, clock, nominal, data)
    verdict = core.check(
        item,
        first,
        second,
        clock_tolerance=clock_tolerance,
        length_m=length,
        delay_ns_per_m=delay,
        loop_delay_ns=loop_delay,
    )
    answer: dict[str, object] = {"controller": item.name, "nominal": core.timing_values(verdict.nominal)}
    if verdict.data and verdict.delay_compensation:
        answer |= {"data": core.timing_values(verdict.data), "tdc": asdict(verdict.delay_compensation)}
    answer["tolerance"] = {
        "percent": round(verdict.tolerance.percent, 6),
        "limiting": verdict.tolerance.limiting.number,
        "conditions": [_condition(condition) for condition in verdict.tolerance.conditions],
    }
    if verdict.cable:
        answer["cable"] = asdict(verdict.cable)
    if as_json:
        if warnings := [problem for problem in (verdict.clock_problem, verdict.bit_rate_problem) if problem]:
            answer["warnings"] = warnings
        click.echo(json.dumps(answer | {"violations": list(verdict.violations), "ok": verdict.is_ok}))
    else:
        print_lines(_verdict_lines(name, first, second, verdict, length))
        _warn_about_clock(clock)
    if not verdict.is_ok:
        advice = _("The bit timing fails the check. Change the bit timing, the oscillator or the cable.")
        if verdict.violations:
            advice = _("The bit timing doesn't fit the controller. Change {names}.").format(
                names=_names_in_a_sentence(verdict.violations)
            )
        elif verdict.bit_rate_problem:
            advice = "{} {}".format(verdict.bit_rate_problem, _("Change the bit timing."))
        click.echo(advice, err=True)
        ctx.exit(1)


def _names_in_a_sentence(fields: Sequence[str]) -> str:
    """The titles of these fields as a sentence names them: propagation and phase 1, phase 2 and SJW."""
    titles = [title if title.isupper() else title[0].lower() + title[1:] for title in map(column_title, fields)]
    return in_sentence(titles)


def _verdict_lines(
    name: str, nominal: core.Timing, data: core.Timing | None, verdict: core.Verdict, length: float | None
) -> Iterator[tuple[str, str]]:
    """The timings of controller `name` as they were entered, and the verdict on them in words."""
    item = core.controller(name)
    yield column_title("controller"), cell_text(name)
    yield from _timing_lines(core.timing_values(nominal), _("Arbitration phase"))
    if data and verdict.delay_compensation:
        yield from _timing_lines(core.timing_values(data), _("Data phase"))
        yield column_title("tdc_offset"), str(verdict.delay_compensation.offset)
    yield (
        _("Oscillator tolerance"),
        verdict.tolerance_text,
    )
    unverified = _("unverified")
    for condition in verdict.tolerance.conditions:
        mark = "" if condition.verified else f" ({unverified})"
        yield f"  {condition.number} {condition.title}", core.limit_percent(condition.percent) + mark
    if verdict.cable is not None:
        yield from _cable_lines(item, verdict, verdict.cable, number(length or 0))
    if verdict.violations:
        limits = (_violation_text(item, field, nominal, data) for field in verdict.violations)
        yield _("Outside the controller's limits"), ", ".join(limits)
    passed = _("Passed; check the CAN clock") if verdict.clock_problem else _("Passed")
    yield _("Result"), passed if verdict.is_ok else _("Failed")


def _cable_lines(
    item: core.Controller, verdict: core.Verdict, cable: core.Cable, metres: str
) -> Iterator[tuple[str, str]]:
    """The verdict on a cable of `metres`, with the split of tseg1 that was judged if the controller leaves it free."""
    free = not item.nominal.has_prop_seg
    needed = _("Propagation needed for {metres} m").format(metres=metres)
    segment = _("Longest propagation segment") if free else _("Propagation segment")
    yield _("Cable"), _cable_text(cable)
    if free:
        propagation = verdict.propagation_title.format(metres=metres)
        phase1 = _("Phase 1 beside it")
        yield f"  {propagation}", str(verdict.nominal.prop_seg)
        yield f"  {phase1}", str(verdict.nominal.phase_seg1)
    yield f"  {needed}", cell_text(value_text("needed_ns", cable.needed_ns))
    yield f"  {segment}", cell_text(value_text("segment_ns", cable.segment_ns))
    if cable.is_possible:
        longest = _("Maximum cable length")
        yield f"  {longest}", f"{number(_tenths(cable.longest_m))} m"


def _violation_text(item: core.Controller, field: str, nominal: core.Timing, data: core.Timing | None) -> str:
    """A value that the controller can't hold, with the range that it can; without, if another segment forbids it."""
    phase, timing = ("data", data) if field.startswith("data_") and data else ("nominal", nominal)
    name = field.removeprefix("data_")
    value = getattr(timing, name)
    low, high = item.limits(phase).allowed(name)
    if low <= value <= high:
        return f"{column_title(field)} {value}"
    return _("{field} {value} (allowed: {low} to {high})").format(
        field=column_title(field), value=value, low=low, high=high
    )


def _cable_text(cable: core.Cable) -> str:
    if not cable.is_possible:
        sentence = _("Not possible with this bit timing: {ns} ns too little propagation time, even without a cable")
        return sentence.format(ns=number(cable.missing_ns, most=1))
    # Never more to spare, and never less missing, than there is.
    sentence = _("{metres} m to spare") if cable.fits else _("{metres} m too long")
    return sentence.format(metres=number(abs(_tenths(cable.spare_m))))


def _tenths(metres: float) -> float:
    return floor(metres * 10) / 10


def _timing_lines(values: Mapping[str, object], phase: str) -> Iterator[tuple[str, str]]:
    """A phase of a bit timing, under its title."""
    yield phase, ""
    for name, value in values.items():
        yield f"  {column_title(name)}", cell_text(value_text(name, value))


def _phases(
    item: core.Controller, clock: float, nominal: SegmentValues, data: SegmentValues | None
) -> tuple[core.Timing, core.Timing | None]:
    """Both phases as they were written on the command line, for controller `item`."""
    first = _timing(item.nominal.timing, clock, nominal, "")
    return first, _timing(item.limits("data").timing, clock, data, "data_") if data else None


def _timing(make: Callable[..., core.Timing], clock: float, five: SegmentValues, prefix: str) -> core.Timing:
    try:
        return make(clock, *five)
    except Invalid as problem:
        field = str(problem.facts.get("field"))
        if prefix and field != "clock":
            problem.facts["field"] = prefix + field
        raise


def _condition(condition: core.Condition) -> dict[str, object]:
    return {
        "number": condition.number,
        "title": condition.title,
        "percent": round(condition.percent, 6),
        "verified": condition.verified,
        "source": condition.source,
    }


@timing.command()
@click.option("--controller", "name", required=True, metavar="NAME", help=_CONTROLLERS)
@click.option("--clock", type=_HZ, required=True, help=_CLOCK)
@click.option("--timing", "--nominal", "nominal", cls=RenamedOption, type=_SEGMENTS, help=_NOMINAL)
@click.option("--data-timing", "--data", "data", cls=RenamedOption, type=_SEGMENTS, help=_DATA)
@click.option(
    "--tdc/--no-tdc",
    default=True,
    help="Use transmitter delay compensation where possible, which is the default, or not at all.",
)
@click.option(
    "--decode",
    "values",
    multiple=True,
    metavar="NAME=VALUE",
    help="Register to convert back to a bit timing, such as NBTP=0x3E007E1F.",
)
@click.option(
    "--format",
    "--as",
    "form",
    cls=RenamedOption,
    type=Choice(["registers", "c", "ip-link", "python-can", "kvaser", "pcan"]),
    default="registers",
    show_default=True,
    help="Format to print.",
)
@click.option("--interface", default="can0", show_default=True, help="Name of the network interface for ip-link.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
@_errors_by_options()
def registers(
    ctx: click.Context,
    *,
    name: str,
    clock: float,
    nominal: SegmentValues | None,
    data: SegmentValues | None,
    tdc: bool,
    values: tuple[str, ...],
    form: str,
    interface: str,
    as_json: bool,
) -> None:
    """Convert a bit timing to registers or the format of another program, or registers to a bit timing.

    \b
    Examples:
      benchboard timing registers --controller fdcan --clock 80M --timing 1/95/32/32/32
      benchboard timing registers --controller fdcan --clock 80M --decode NBTP=0x3E007E1F
    """
    if bool(values) == bool(nominal):
        raise Incomplete(_("Use either --timing or --decode."), ctx)
    item = core.controller(name)
    if nominal is None:
        _print_decoded(name, core.decode(item.name, clock, dict(_assignment(ctx, value) for value in values)), as_json)
        _warn_about_clock(clock)
        return
    _warn_about_clock(clock)
    first, second = _phases(item, clock, nominal, data)
    if as_json:
        values_ = _registers(item, first, second, tdc=tdc, needed=False)
        rows = [{"name": r.name, "value": r.value, "hex": r.hex, "meaning": r.meaning} for r in values_]
        lines: dict[str, str | None] = {
            "c": core.c_snippet(values_),
            "ip_link": core.ip_link(first, second, interface=interface),
        }
        lines["python_can"] = core.python_can(first, second)
        lines |= {"kvaser": _line_or_none(core.kvaser, first, second), "pcan": _line_or_none(core.pcan, first, second)}
        click.echo(json.dumps({"registers": rows} | lines))
    elif form == "ip-link":
        click.echo(core.ip_link(first, second, interface=interface))
    elif form in _LINES:
        click.echo(_LINES[form](first, second))
    else:
        values_ = _registers(item, first, second, tdc=tdc, needed=True)
        rest = [f"{row.name:6} {row.hex:10}  {row.meaning}" for row in values_]
        click.echo(core.c_snippet(values_) if form == "c" else "\n".join(rest))


_LINES: Final = {"python-can": core.python_can, "kvaser": core.kvaser, "pcan": core.pcan}


def _line_or_none(
    line: Callable[[core.Timing, core.Timing | None], str], nominal: core.Timing, data: core.Timing | None
) -> str | None:
    """The line, None where that interface can't set these timings."""
    try:
        return line(nominal, data)
    except Invalid:
        return None


def _print_decoded(name: str, read: core.DecodedTimings, as_json: bool) -> None:
    nominal = core.timing_values(read.nominal)
    data = core.timing_values(read.data) if read.data else None
    if as_json:
        answer: dict[str, object] = {"controller": core.controller(name).name, "nominal": nominal}
        click.echo(json.dumps(answer | ({"data": data, "tdc_offset": read.tdc_offset} if data else {})))
        return
    lines = [(column_title("controller"), cell_text(name)), *_timing_lines(nominal, _("Arbitration phase"))]
    if data:
        lines += [*_timing_lines(data, _("Data phase")), (column_title("tdc_offset"), cell_text(read.tdc_offset))]
    print_lines(lines)


def _registers(
    item: core.Controller, first: core.Timing, second: core.Timing | None, *, tdc: bool, needed: bool
) -> list[core.Register]:
    compensation = core.delay_compensation(second, controller=item) if second and tdc and item.tdco_max else None
    offset = compensation.offset if compensation and compensation.is_usable else None
    try:
        return core.registers(item.name, first, second, tdc_offset=offset)
    except Invalid as problem:
        # A USB adapter has no registers, yet its ip link and python-can lines are worth having.
        if needed or problem.code != "timing.no-registers":
            raise
        return []


def _assignment(ctx: click.Context, text: str) -> tuple[str, int]:
    match = re.fullmatch(r"(\w{1,16})=(0[xX][0-9a-fA-F]{1,16}|\d{1,12})", text)
    if match is None:
        raise click.UsageError(
            _("“{text}” isn't a valid register value. Use a format such as NBTP=0x3E007E1F.").format(text=text), ctx
        )
    return match[1], int(match[2], 0) if match[2][:2] in ("0x", "0X") else int(match[2])


def _node_options(command: click.decorators.FC) -> click.decorators.FC:
    for end, node in (("b", "the second node"), ("a", "the first node")):
        for option in (
            click.option(
                f"--{end}-tolerance",
                type=Number(),
                metavar="PERCENT",
                default=0.0,
                show_default=True,
                help=f"Oscillator tolerance of {node} in percent.",
            ),
            click.option(
                f"--{end}-data-timing",
                f"--{end}-data",
                f"{end}_data",
                cls=RenamedOption,
                type=_SEGMENTS,
                help=f"Bit timing of {node} in the CAN FD data phase, such as 1/23/8/8/8.",
            ),
            click.option(
                f"--{end}-timing",
                f"--{end}-nominal",
                f"{end}_nominal",
                cls=RenamedOption,
                type=_SEGMENTS,
                required=True,
                help=f"Bit timing of {node}, such as 1/95/32/32/32.",
            ),
            click.option(
                f"--{end}-clock", type=_HZ, required=True, help=f"CAN clock of {node}, such as 80M or 80000000."
            ),
            click.option(
                f"--{end}-controller",
                metavar="NAME",
                help=f"Controller of {node}, which decides how propagation and phase 1 are split; default: as written.",
            ),
            click.option(
                f"--{end}-name",
                default=end.upper(),
                show_default=True,
                metavar="NAME",
                help=f"Name of {node} in the result.",
            ),
        ):
            command = option(command)
    return command


@timing.command()
@_node_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
@_errors_by_options()
def compare(ctx: click.Context, /, *, as_json: bool, **options: object) -> None:
    """Compare the bit timings of two nodes on one bus.

    Prints whether they are compatible, and with what margin. The exit status is 1 if they aren't. For the
    cable of each, see “benchboard timing check --help”.

    \b
    Example:
      benchboard timing compare --a-clock 80M --a-timing 10/11/2/2/2 --b-clock 36M --b-timing 9/4/2/1/1
    """
    a, b = _node(options, "a"), _node(options, "b")
    comparison = core.compare(a, b)
    differ = comparison.bit_rates_differ  # then nothing else is a fact of these two nodes
    answer = {
        "talk": comparison.is_compatible,
        "margin": None if differ else round(comparison.margin, 6),
        "limiting_node": None if differ else comparison.limiting_node,
        "limiting": None if differ else _condition(comparison.limiting),
        "nominal_rate_difference": round(comparison.nominal_rate_difference, 6),
        "nominal_point_difference": None if differ else round(comparison.nominal_point_difference, 6),
        "data_rate_difference": _rounded(comparison.data_rate_difference),
        "data_point_difference": None if differ else _rounded(comparison.data_point_difference),
        "problems": list(comparison.problems),
        "advice": list(comparison.advice),
    }
    if as_json:
        click.echo(json.dumps(answer))
    else:
        limits = _("The limit is the {tolerance} of {name}.").format(
            name=comparison.limiting_node, tolerance=comparison.limiting.tolerance_name
        )
        lines = [comparison.verdict(), *([] if differ else [limits]), *comparison.problems, *comparison.advice]
        click.echo("\n".join(lines))
        _warn_about_clock(a.nominal.clock, b.nominal.clock)
    if not comparison.is_compatible:
        click.echo(_incompatible_advice(a, b, comparison), err=True)
        ctx.exit(1)


def _incompatible_advice(a: core.Node, b: core.Node, comparison: core.Comparison) -> str:
    """What to change so that the two nodes can communicate."""
    if comparison.bit_rates_differ:
        return _("Give both nodes the same bit rate.")
    if (a.data is None) != (b.data is None):
        return _("Use CAN FD on both nodes, or classic CAN on both.")
    return _("Use more accurate oscillators, or bit timings that allow for less accurate ones.")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _node(options: Mapping[str, object], end: str) -> core.Node:
    clock, nominal, data = (options[f"{end}_{name}"] for name in ("clock", "nominal", "data"))
    tolerance = options[f"{end}_tolerance"]
    assert isinstance(clock, float)
    assert isinstance(nominal, tuple)
    assert isinstance(tolerance, float)
    first = _timing(core.Timing, clock, nominal, f"{end}_")
    second = _timing(core.Timing, clock, data, f"{end}_data_") if isinstance(data, tuple) else None
    if (name := options[f"{end}_controller"]) is not None:
        item = core.controller(str(name))
        item.require_clock(clock)
        verdict = core.check(item, first, second)  # equal registers are equal nodes, however they were written
        first, second = verdict.nominal, verdict.data
    return core.Node(str(options[f"{end}_name"]), first, second, tolerance)
