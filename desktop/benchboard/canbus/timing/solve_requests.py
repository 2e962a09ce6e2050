"""Requests to the solver and its answers as JSON values: the form of `timing solve --batch`, which scripts depend on.

A request names a controller or gives limits, with clock (Hz), bitrate (bit/s), sample_point (percent), phase, and
optionally algorithm, tolerance (percent), data_bitrate with data_sample_point, equal_prescalers, all. Every value is
checked before it is used; a wrong one is Invalid or NotFound with `field` in its facts.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice, product

from benchboard.canbus.timing.clock_range import clock_problem
from benchboard.canbus.timing.controllers import Limits, Timing, controller
from benchboard.canbus.timing.figures import bit_rate
from benchboard.canbus.timing.linux import solve_linux
from benchboard.canbus.timing.solver import (
    DEFAULT_TOLERANCE,
    MOST_SUGGESTED_ERROR,
    Pair,
    Pairs,
    Solution,
    Solutions,
    bit_rate_out_of_reach,
    nearest,
    nominal_bit_rate_problem,
    solve,
    solve_fd,
)
from benchboard.canbus.timing.tolerance import oscillator_tolerance
from benchboard.errors import Invalid
from benchboard.i18n import _, number

LONGEST_LINE = 64 * 1024
MAX_LISTED = 250_000
_DEFAULT_COUNT = 5
_KNOWN_FIELDS = (
    "controller",
    "limits",
    "data_limits",
    "clock",
    "bitrate",
    "sample_point",
    "phase",
    "algorithm",
    "tolerance",
    "data_bitrate",
    "data_sample_point",
    "equal_prescalers",
    "all",
)


def parse_request(line: bytes | None) -> dict[str, object]:
    """The JSON object on one line (None: longer than LONGEST_LINE bytes); raises Invalid for anything else."""
    do = _("Write one JSON object per line.")
    if line is None:
        why = _("It is longer than {count} bytes.").format(count=LONGEST_LINE)
        raise Invalid("timing.batch-line", _("The line is too long."), why=why, do=do)
    try:
        request = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Invalid("timing.batch-line", _("The line isn't valid JSON."), do=do) from error
    if not isinstance(request, dict):
        raise Invalid("timing.batch-line", _("The line isn't a JSON object."), do=do)
    return request


def _no_constant(name: str) -> float:
    raise ValueError(name)


def answer_request(request: Mapping[str, object]) -> dict[str, object]:
    """The answer to one request; raises Invalid or NotFound naming the field."""
    algorithm = request.get("algorithm", "cia")
    count = None if request.get("all") is True else _DEFAULT_COUNT
    common = {name: _number(request, name) for name in ("clock", "bitrate")}
    if request.get("sample_point") is not None:
        common["sample_point"] = _number(request, "sample_point")
    phases = _phases(request, common)
    found: Solutions | Pairs | list[Solution] | list[Pair]
    single = len(phases) == 1
    found = _solve(phases[0], request, algorithm) if single else _solve_pairs(phases, request, algorithm)
    if count is None and len(found) > MAX_LISTED:
        raise Invalid(
            "timing.too-many",
            _("There are {count} bit timings, too many to list.").format(count=len(found)),
            do=_("Request only the best, or lower the allowed bit rate error."),
            field="all",
        )
    ranked: Iterable[Solution | Pair] = found
    listed = [_solution_values(item) for item in islice(ranked, count)]
    result: dict[str, object] = {"solutions": listed, "count": len(found)}
    if not listed:
        result |= _nearest(phases, request, algorithm)
    too_fast = "" if request.get("phase") == "data" else nominal_bit_rate_problem(common["bitrate"])
    clock = clock_problem(common["clock"]) or _controller_clock_problem(request, common["clock"])
    if warnings := [problem for problem in (clock, too_fast) if problem]:
        result["warnings"] = warnings
    ignored = [str(name)[:40] for name in request if name not in _KNOWN_FIELDS]
    return result | ({"ignored": ignored} if ignored else {})


def _controller_clock_problem(request: Mapping[str, object], clock: float) -> str:
    """A sentence on a clock that the controller can't have; with limits in the request, its name is only a label."""
    name = request.get("controller")
    if "limits" in request or "data_limits" in request or not isinstance(name, str):
        return ""
    return controller(name).clock_problem(clock)


@dataclass(frozen=True, slots=True)
class _Phase:
    """One phase that is asked for: `target` has clock, bitrate and, if given, sample_point. `title` is "" if alone."""

    title: str
    limits: Limits
    target: dict[str, float]


def _phases(request: Mapping[str, object], common: dict[str, float]) -> list[_Phase]:
    if request.get("data_bitrate") is None:
        return [_Phase("", _limits(request, str(request.get("phase") or "nominal")), common)]
    nominal, data = _limits(request, "nominal"), _limits(request, "data")
    target = {"clock": common["clock"], "bitrate": _number(request, "data_bitrate")}
    if request.get("data_sample_point") is not None:
        target["sample_point"] = _number(request, "data_sample_point")
    return [_Phase(_("Arbitration phase"), nominal, common), _Phase(_("Data phase"), data, target)]


def _solve(phase: _Phase, request: Mapping[str, object], algorithm: object) -> Solutions | list[Solution]:
    if algorithm == "cia":
        return solve(phase.limits, **phase.target, **_tolerance(request))
    answer = solve_linux(phase.limits, kernel=str(algorithm), **phase.target)
    return [answer] if answer else []


def _solve_pairs(phases: list[_Phase], request: Mapping[str, object], algorithm: object) -> Pairs | list[Pair]:
    nominal, data = phases
    pairs = solve_fd(
        nominal.limits,
        data.limits,
        data_bitrate=data.target["bitrate"],
        data_sample_point=data.target.get("sample_point"),
        equal_prescalers=request.get("equal_prescalers") is True,
        **nominal.target,
        **_tolerance(request),
    )
    if algorithm == "cia":
        return pairs
    return [Pair(*both) for both in product(*(_solve(phase, request, algorithm) for phase in phases))]


def _nearest(phases: list[_Phase], request: Mapping[str, object], algorithm: object) -> dict[str, object]:
    """Why there is no solution, and the nearest timing of each phase; None where the limits hold no bit at all."""
    timings = [nearest(phase.limits, **phase.target) for phase in phases]
    empty = next((i for i, phase in enumerate(phases) if not len(_solve(phase, request, algorithm))), None)
    if empty is None:
        reason = _("No bit timings have one prescaler for both phases; with two there are some.")
    else:
        reason = _reason(phases[empty], timings[empty], request, algorithm)
        reason = f"{phases[empty].title}: {reason}" if phases[empty].title else reason
    present = [timing for timing in timings if timing is not None]
    if len(present) < len(phases):
        return {"nearest": None, "reason": reason}
    return {"nearest": _solution_values(present[0] if len(present) == 1 else Pair(*present)), "reason": reason}


def _reason(phase: _Phase, found: Solution | None, request: Mapping[str, object], algorithm: object) -> str:
    if found is None:
        return _("These limits don't allow any bit timing.")
    limit = bit_rate_out_of_reach(phase.limits, clock=phase.target["clock"], bitrate=phase.target["bitrate"])
    if limit and found.bitrate_error > MOST_SUGGESTED_ERROR:
        return limit
    if algorithm == "cia":
        text = _("No bit timings within {most} %. The nearest is {bitrate}, {error} % off.")
    else:
        text = _("Linux finds no bit timing. The nearest is {bitrate}, {error} % off.")
    most = _tolerance(request).get("tolerance", DEFAULT_TOLERANCE)
    return text.format(
        most=number(most, most=6),
        bitrate=bit_rate(found.bitrate),
        error=number(float(f"{found.bitrate_error:.4g}"), most=12),
    )


def _tolerance(request: Mapping[str, object]) -> dict[str, float]:
    return {} if request.get("tolerance") is None else {"tolerance": _number(request, "tolerance")}


def _number(request: Mapping[str, object], name: str) -> float:
    value = request.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(
            "timing.number",
            _("{field} is missing.").format(field=name)
            if value is None
            else _("{field} must be a number.").format(field=name),
            do=_("Specify {field} as a number.").format(field=name),
            field=name,
        )
    return value


def _limits(request: Mapping[str, object], phase: str) -> Limits:
    # Limits that are given win: the controller's name is then only a label.
    name = "data_limits" if phase == "data" and "data_bitrate" in request else "limits"
    requested = request.get(name)
    if isinstance(requested, dict):
        return Limits.from_mapping(requested)
    if requested is not None or not isinstance(request.get("controller"), str):
        raise Invalid(
            "timing.controller",
            _("The request has no controller."),
            do=_("Specify controller as a name, or {field} as an object.").format(field=name),
            field=name if requested is not None else "controller",
        )
    return controller(str(request["controller"])).limits(phase)


def _solution_values(item: Solution | Pair) -> dict[str, object]:
    if isinstance(item, Pair):
        both = oscillator_tolerance(item.nominal.timing, item.data.timing)
        fits = item.nominal.fits and item.data.fits
        pair = {"data": _solution_values(item.data), "tolerance": round(both.percent, 6), "fits": fits}
        return _solution_values(item.nominal) | pair
    return timing_values(item.timing) | {
        "bitrate": _rounded(item.bitrate),
        "bitrate_error": round(item.bitrate_error, 6),
        "sample_point": _rounded(item.sample_point),
        "sample_point_error": round(item.sample_point_error, 6),
        "tolerance": round(oscillator_tolerance(item.timing).percent, 6),
        "fits": item.fits,
    }


def timing_values(timing: Timing) -> dict[str, object]:
    """A timing as JSON values: its segments, quanta, tq_ns, bitrate (bit/s) and sample_point (percent)."""
    names = ("prescaler", "prop_seg", "phase_seg1", "phase_seg2", "sjw", "quanta")
    return {name: getattr(timing, name) for name in names} | {
        "tq_ns": _rounded(timing.tq_ns),
        "bitrate": _rounded(timing.bitrate),
        "sample_point": _rounded(timing.sample_point),
    }


def _rounded(value: float) -> float:
    return int(value) if value == int(value) and value >= 1000 else round(value, 6)
