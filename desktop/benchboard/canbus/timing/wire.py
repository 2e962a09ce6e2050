"""Requests and answers of the solver as plain JSON values: the form of `timing solve --batch` (DESIGN
section 9).

A request names a controller or gives limits, with clock (Hz), bitrate (bit/s), sample_point (percent),
phase, and optionally algorithm, tolerance (percent), data_bitrate with data_sample_point, equal_prescalers,
all. Every value is hostile until it was checked; what is wrong is Invalid or NotFound with `field` in its
facts.
"""

import json
from collections.abc import Iterable, Mapping
from itertools import islice

from benchboard.canbus.timing.controllers import Limits, Timing, controller
from benchboard.canbus.timing.linux import solve_linux
from benchboard.canbus.timing.solver import Pair, Pairs, Solution, Solutions, solve, solve_fd
from benchboard.canbus.timing.tolerance import oscillator_tolerance
from benchboard.errors import Invalid
from benchboard.i18n import _

LONGEST_LINE = 64 * 1024
MAX_LISTED = 250_000
_FEW = 5
_KNOWN = (
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
    """The object on one line (None: longer than LONGEST_LINE); raises Invalid for anything but a JSON
    object.
    """
    do = _("Write one JSON object a line.")
    if line is None:
        why = _("It is longer than {count} bytes.").format(count=LONGEST_LINE)
        raise Invalid("timing.batch-line", _("The line is too long."), why=why, do=do)
    try:
        request = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Invalid("timing.batch-line", _("The line is not JSON."), do=do) from error
    if not isinstance(request, dict):
        raise Invalid("timing.batch-line", _("The line is no JSON object."), do=do)
    return request


def _no_constant(name: str) -> float:
    raise ValueError(name)


def answer_request(request: Mapping[str, object]) -> dict[str, object]:
    """The answer to one request of DESIGN section 9; raises Invalid or NotFound naming the field."""
    algorithm = request.get("algorithm", "cia")
    count = None if request.get("all") is True else _FEW
    common = {name: _number(request, name) for name in ("clock", "bitrate")}
    if request.get("sample_point") is not None:
        common["sample_point"] = _number(request, "sample_point")
    found: Solutions | Pairs | list[Solution] | list[Pair]
    if request.get("data_bitrate") is not None:
        found = _solve_pairs(request, common, algorithm)
    else:
        limits = _limits(request, str(request.get("phase") or "nominal"))
        if algorithm == "cia":
            found = solve(limits, **common, **_tolerance(request))
        else:
            answer = solve_linux(limits, kernel=str(algorithm), **common)
            found = [answer] if answer else []
    if count is None and len(found) > MAX_LISTED:
        raise Invalid(
            "timing.too-many",
            _("There are {count} solutions, too many to list.").format(count=len(found)),
            do=_("Ask for the best, or accept a smaller bit rate error."),
            field="all",
        )
    ranked: Iterable[Solution | Pair] = found
    listed = [_described(item) for item in islice(ranked, count)]
    result: dict[str, object] = {"solutions": listed, "count": len(found)}
    ignored = [str(name)[:40] for name in request if name not in _KNOWN]
    return result | ({"ignored": ignored} if ignored else {})


def _solve_pairs(request: Mapping[str, object], common: dict[str, float], algorithm: object) -> Pairs | list[Pair]:
    nominal, data = _limits(request, "nominal"), _limits(request, "data")
    rate = _number(request, "data_bitrate")
    point = None if request.get("data_sample_point") is None else _number(request, "data_sample_point")
    pairs = solve_fd(
        nominal,
        data,
        data_bitrate=rate,
        data_sample_point=point,
        equal_prescalers=request.get("equal_prescalers") is True,
        **common,
        **_tolerance(request),
    )
    if algorithm == "cia":
        return pairs
    first = solve_linux(nominal, kernel=str(algorithm), **common)
    second = solve_linux(data, clock=common["clock"], bitrate=rate, sample_point=point, kernel=str(algorithm))
    return [Pair(first, second)] if first and second else []


def _tolerance(request: Mapping[str, object]) -> dict[str, float]:
    return {} if request.get("tolerance") is None else {"tolerance": _number(request, "tolerance")}


def _number(request: Mapping[str, object], name: str) -> float:
    value = request.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(
            "timing.number",
            _("{field} is missing.").format(field=name)
            if value is None
            else _("{field} is not a number.").format(field=name),
            do=_("Give {field} as a number.").format(field=name),
            field=name,
        )
    return value


def _limits(request: Mapping[str, object], phase: str) -> Limits:
    # Limits that are given win: the controller's name is then only a label.
    name = "data_limits" if phase == "data" and "data_bitrate" in request else "limits"
    given = request.get(name)
    if isinstance(given, dict):
        return Limits.of(given)
    if given is not None or not isinstance(request.get("controller"), str):
        raise Invalid(
            "timing.controller",
            _("The request names no controller."),
            do=_("Give controller as a name, or {field} as an object.").format(field=name),
            field=name if given is not None else "controller",
        )
    return controller(str(request["controller"])).limits(phase)


def _described(item: Solution | Pair) -> dict[str, object]:
    if isinstance(item, Pair):
        both = oscillator_tolerance(item.nominal.timing, item.data.timing)
        fits = item.nominal.fits and item.data.fits
        pair = {"data": _described(item.data), "tolerance": round(both.percent, 6), "fits": fits}
        return _described(item.nominal) | pair
    return rated(item.timing) | {
        "bitrate": _tidy(item.bitrate),
        "bitrate_error": round(item.bitrate_error, 6),
        "sample_point": _tidy(item.sample_point),
        "sample_point_error": round(item.sample_point_error, 6),
        "tolerance": round(oscillator_tolerance(item.timing).percent, 6),
        "fits": item.fits,
    }


def rated(timing: Timing) -> dict[str, object]:
    """A timing as JSON values: its fields without the clock, quanta, tq_ns, bitrate and sample_point."""
    names = ("prescaler", "prop_seg", "phase_seg1", "phase_seg2", "sjw", "quanta")
    return {name: getattr(timing, name) for name in names} | {
        "tq_ns": _tidy(timing.tq_ns),
        "bitrate": _tidy(timing.bitrate),
        "sample_point": _tidy(timing.sample_point),
    }


def _tidy(value: float) -> float:
    return int(value) if value == int(value) and value >= 1000 else round(value, 6)
