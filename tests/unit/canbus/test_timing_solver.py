"""The solver against brute force: sound, complete and ranked; and its checks of numbers."""

from fractions import Fraction
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.timing import CONTROLLERS, Limits, Timing, controller, nearest, solve, solve_fd
from benchboard.canbus.timing.solver import bit_rate_out_of_reach, bit_rate_range, cia_sample_point
from benchboard.errors import Invalid, NotFound
from support.examples import examples


def span(least: int, most: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(least, most), st.integers(least, most)).map(lambda ends: (min(ends), max(ends)))


@st.composite
def small_limits(draw: st.DrawFn) -> Limits:
    tseg1, tseg2, sjw, brp = draw(span(1, 7)), draw(span(1, 5)), draw(span(1, 3)), draw(span(1, 9))
    prop, phase1 = draw(span(0, 4)), draw(span(1, 6))
    step, mcp2515_rules = draw(st.integers(1, 3)), draw(st.booleans())
    return Limits(*tseg1, *tseg2, sjw[1], *brp, step, sjw[0], *prop, *phase1, mcp2515_rules)


def brute_force(limits: Limits, clock: int, bitrate: int, tolerance: Fraction) -> set[tuple[int, ...]]:
    """Every 5-tuple by the definitions alone, without the solver's bounds."""
    found = set()
    for prescaler in range(1, 10):
        for prop in range(5):
            for phase1 in range(1, 7):
                for phase2 in range(1, 6):
                    quanta = 1 + prop + phase1 + phase2
                    error = abs(Fraction(clock, prescaler * quanta) - bitrate) / bitrate * 100
                    for sjw in range(1, min(phase1, phase2, 3) + 1):
                        timing = Timing(clock, prescaler, prop, phase1, phase2, sjw)
                        if error <= tolerance and not limits.violations(timing):
                            found.add((prescaler, prop, phase1, phase2, sjw))
    return found


@st.composite
def requests(draw: st.DrawFn) -> tuple[Limits, int, int, float, float | None]:
    """Limits, clock, bit rate, tolerance and sample point, mostly such that there is something to find."""
    limits = draw(small_limits())
    bitrate = draw(st.integers(5, 40))
    quanta = draw(st.integers(1 + limits.tseg1_min + limits.tseg2_min, 1 + limits.tseg1_max + limits.tseg2_max))
    prescaler = draw(st.integers(limits.brp_min, limits.brp_max)) // limits.brp_inc * limits.brp_inc or limits.brp_inc
    clock = max(1, bitrate * prescaler * quanta * (100 + draw(st.integers(-11, 11))) // 100)
    tolerance = draw(st.sampled_from([0, 0.1, 1, 2.5, 10]))
    return limits, clock, bitrate, tolerance, draw(st.sampled_from([None, 50, 66.6, 75, 80, 87.5]))


@given(requests())
def test_variants_any_request_equal_what_brute_force_finds(request_) -> None:
    limits, clock, bitrate, tolerance, sample_point = request_
    found = solve(limits, clock=clock, bitrate=bitrate, tolerance=tolerance, sample_point=sample_point)
    variants = [(t.prescaler, t.prop_seg, t.phase_seg1, t.phase_seg2, t.sjw) for t in found.variants()]
    wanted = brute_force(limits, clock, bitrate, Fraction(str(tolerance)))
    assert len(variants) == len(set(variants))
    assert set(variants) == wanted
    assert sorted(found.triples()) == sorted({(p, prop + one, two) for p, prop, one, two, _sjw in wanted})


@given(requests())
def test_solve_any_request_counts_fits_and_ranks(request_) -> None:
    limits, clock, bitrate, tolerance, sample_point = request_
    found = solve(limits, clock=clock, bitrate=bitrate, tolerance=tolerance, sample_point=sample_point)
    listed = list(found)
    assert len(listed) == len(found)
    assert [(s.timing.prescaler, s.timing.tseg1, s.timing.phase_seg2) for s in listed] == list(found.ranked())
    variants = list(found.variants())
    keys = []
    for solution in listed:
        timing = solution.timing
        assert not limits.violations(timing)
        twins = [t for t in variants if (t.prescaler, t.tseg1, t.phase_seg2) ==
                 (timing.prescaler, timing.tseg1, timing.phase_seg2)]  # fmt: skip
        assert timing in twins
        # Widest jump among all splits, but never at the price of an empty propagation segment.
        widest = max(t.sjw for t in twins if t.prop_seg > 0 or timing.prop_seg == 0)
        assert timing.sjw == widest
        rate_error = abs(timing.rate - bitrate)
        point_error = abs(Fraction(100 * (1 + timing.tseg1), timing.quanta) - found.sample_point)
        keys.append((rate_error, point_error, timing.prescaler, -timing.sjw))
    assert keys == sorted(keys)


@given(
    clock=st.integers(20, 400),
    bitrate=st.integers(1, 20),
    faster=st.integers(0, 20),
    equal=st.booleans(),
    nominal=small_limits(),
    data=small_limits(),
)
def test_solve_fd_any_request_gives_the_whole_product_ranked(clock, bitrate, faster, equal, nominal, data) -> None:
    pairs = solve_fd(nominal, data, clock=clock, bitrate=bitrate, data_bitrate=bitrate + faster, tolerance=10,
                     equal_prescalers=equal)  # fmt: skip
    if len(pairs.nominal) * len(pairs.data) > 2000:
        return
    found = list(pairs.ranked())
    wanted = {(n, d) for n in pairs.nominal.triples() for d in pairs.data.triples() if not equal or n[0] == d[0]}
    assert len(found) == len(pairs) == len(set(found))
    assert set(found) == wanted
    keys = []
    for pair in pairs:
        n, d = pair.nominal, pair.data
        keys.append(
            (
                abs(n.timing.rate - bitrate),
                abs(d.timing.rate - bitrate - faster),
                abs(Fraction(100 * (1 + n.timing.tseg1), n.timing.quanta) - pairs.nominal.sample_point),
                abs(Fraction(100 * (1 + d.timing.tseg1), d.timing.quanta) - pairs.data.sample_point),
                n.timing.prescaler != d.timing.prescaler,
                n.timing.prescaler + d.timing.prescaler,
                -n.timing.sjw,
                -d.timing.sjw,
            )
        )
    assert keys == sorted(keys)


def test_solve_fd_at_80_mhz_has_the_13770_pairs_of_design() -> None:
    fdcan = controller("fdcan")
    assert fdcan.data is not None
    pairs = solve_fd(fdcan.nominal, fdcan.data, clock=80_000_000, bitrate=500_000, data_bitrate=2_000_000,
                     sample_point=80, data_sample_point=80, tolerance=0)  # fmt: skip
    assert (len(pairs.nominal), len(pairs.data), len(pairs)) == (306, 45, 13_770)
    first = pairs.best(1)[0]
    assert first.nominal.timing == Timing(80_000_000, 1, 95, 32, 32, 32)
    assert first.data.timing == Timing(80_000_000, 1, 23, 8, 8, 8)


@pytest.mark.parametrize("item", CONTROLLERS, ids=lambda item: item.name)
def test_solve_500_kbit_s_on_every_controller_fits_it(item) -> None:
    clock = 66_000_000 if item.name == "at91" else 8_000_000 if item.clock_divider == 2 else 80_000_000
    best = solve(item.nominal, clock=clock, bitrate=500_000, sample_point=75).best(50)
    assert best
    assert all(not item.nominal.violations(solution.timing) for solution in best)
    assert best[0].bitrate == 500_000


def test_solve_mcp2515_keeps_the_rules_of_its_datasheet() -> None:
    found = solve(controller("mcp2515").nominal, clock=8_000_000, bitrate=125_000, sample_point=50)
    timings = list(found.variants())
    assert timings
    assert all(t.tseg1 >= t.phase_seg2 > t.sjw and t.prop_seg >= 1 for t in timings)


def test_solve_equal_errors_prefer_the_lowest_prescaler_then_the_widest_jump() -> None:
    limits = controller("bxcan").nominal
    found = solve(limits, clock=16_000_000, bitrate=1_000_000, sample_point=75, tolerance=0).best(5)
    # 16, 8 and 4 tq hit 75 %; 11 and 13 of 16 tq miss it equally.
    assert [(s.sample_point, s.timing.prescaler, s.timing.sjw) for s in found] == [
        (75, 1, 4),
        (75, 2, 2),
        (75, 4, 1),
        (68.75, 1, 4),
        (81.25, 1, 3),
    ]


def test_solve_rates_above_and_below_the_target_are_found() -> None:
    # 80 MHz / 161 and / 159 tq: 0.62 % below, 0.63 % above.
    found = solve(controller("fdcan").nominal, clock=80_000_000, bitrate=500_000, tolerance=0.63)
    assert {quanta for prescaler, quanta, _low, _high in found.windows if prescaler == 1} == {159, 160, 161}
    assert list(found)[-1].bitrate > 500_000


def test_solve_split_of_tseg1_leaves_room_for_propagation() -> None:
    # tseg1 4, tseg2 5: equal phases would leave none.
    found = solve(controller("bxcan").nominal, clock=10_000_000, bitrate=1_000_000, sample_point=50, tolerance=0)
    first = found.best(1)[0].timing
    assert (first.prop_seg, first.phase_seg1, first.phase_seg2, first.sjw) == (1, 3, 5, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clock", 0), ("clock", -80), ("clock", 10**30), ("clock", float("nan")), ("clock", 1.5),
        ("clock", "80"),
        ("clock", None), ("clock", True),
        ("bitrate", 0), ("bitrate", -5), ("bitrate", 10**9), ("bitrate", float("inf")),
        ("sample_point", 0), ("sample_point", -1), ("sample_point", 100), ("sample_point", float("nan")),
        ("sample_point", "80"), ("tolerance", -0.1), ("tolerance", 11), ("tolerance", float("nan")),
    ],
)  # fmt: skip
def test_solve_number_out_of_range_is_refused_by_name(name: str, value: object) -> None:
    request = {"clock": 8_000_000, "bitrate": 500_000, name: value}
    with pytest.raises(Invalid) as caught:
        solve(controller("bxcan").nominal, **request)
    assert caught.value.facts["field"] == name


@pytest.mark.parametrize("name", ["prescaler", "prop_seg", "phase_seg1", "phase_seg2", "sjw", "clock"])
@pytest.mark.parametrize("value", [-1, 10**12, float("nan"), 2.5, "4", None])
def test_timing_that_is_no_bit_is_refused_by_name(name: str, value: object) -> None:
    fields = {"clock": 80_000_000, "prescaler": 1, "prop_seg": 5, "phase_seg1": 2, "phase_seg2": 2, "sjw": 1}
    with pytest.raises(Invalid) as caught:
        Timing(**(fields | {name: value}))
    assert caught.value.facts["field"] == name


def test_timing_jump_wider_than_a_phase_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        Timing(80_000_000, 1, 5, 2, 3, 3)
    assert caught.value.facts["field"] == "sjw"


def test_limits_that_are_impossible_are_refused_by_name() -> None:
    good = {"tseg1_min": 1, "tseg1_max": 16, "tseg2_min": 1, "tseg2_max": 8, "sjw_max": 4, "brp_max": 64}
    assert Limits.from_mapping(good).brp_inc == 1
    for name, value in (("tseg1_max", 10**9), ("tseg1_min", 17), ("brp_inc", 0), ("sjw_max", float("nan")),
                        ("brp_max", None), ("other", 1)):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            Limits.from_mapping(good | {name: value})
        assert caught.value.facts["field"] in (name, "tseg1_max")
    with pytest.raises(Invalid) as caught:
        Limits.from_mapping({name: value for name, value in good.items() if name != "tseg2_max"})
    assert caught.value.facts["field"] == "tseg2_max"


def test_solve_too_many_solutions_are_refused() -> None:
    wide = Limits(1, 1024, 1, 1024, 1024, 1, 65536)
    with pytest.raises(Invalid) as caught:
        solve(wide, clock=2**32 - 1, bitrate=1000, tolerance=10)
    assert caught.value.code == "timing.too-many"


def test_solve_fd_slower_or_missing_data_phase_is_refused() -> None:
    fdcan = controller("fdcan")
    with pytest.raises(Invalid) as caught:
        solve_fd(fdcan.nominal, fdcan.limits("data"), clock=80_000_000, bitrate=500_000, data_bitrate=250_000)
    assert caught.value.facts["field"] == "data_bitrate"
    with pytest.raises(Invalid):
        controller("bxcan").limits("data")
    with pytest.raises(NotFound):
        controller("nonsense")


def test_solve_lowest_bit_rate_is_solved_promptly() -> None:
    found = solve(controller("fdcan").nominal, clock=80_000_000, bitrate=10_000, tolerance=2)
    assert len(list(islice(found.ranked(), 10))) == 10


@examples(30)
@given(requests())
def test_nearest_has_the_least_error_that_brute_force_finds(request_: tuple) -> None:
    limits, clock, bitrate, _tolerance, sample_point = request_
    found = nearest(limits, clock=clock, bitrate=bitrate, sample_point=sample_point)
    everything = brute_force(limits, clock, bitrate, Fraction(10**9))
    assert (found is None) is (not everything)
    if found is not None:
        errors = [
            abs(Fraction(clock, prescaler * (1 + prop + phase1 + phase2)) - bitrate)
            for prescaler, prop, phase1, phase2, _sjw in everything
        ]
        assert abs(found.timing.rate - bitrate) == min(errors)
        assert not limits.violations(found.timing)


@pytest.mark.parametrize(
    ("bitrate", "percent"), [(500_000, 87.5), (500_001, 80), (800_000, 80), (800_001, 75), (1_000_000, 75), (1, 87.5)]
)
def test_cia_sample_point_changes_above_500_and_800_kbit_per_second(bitrate: int, percent: float) -> None:
    assert cia_sample_point(bitrate) == percent


def test_solve_fd_data_sample_point_of_one_percent_is_asked_for_and_less_is_refused() -> None:
    fdcan = controller("fdcan")
    assert fdcan.data is not None

    def solved(data_sample_point: float) -> object:
        return solve_fd(fdcan.nominal, fdcan.data, clock=80_000_000, bitrate=500_000, data_bitrate=2_000_000,
                        data_sample_point=data_sample_point)  # fmt: skip

    solved(1)
    with pytest.raises(Invalid):
        solved(0.9)


def test_solution_says_how_far_its_sample_point_and_bit_rate_are_from_what_was_asked_for() -> None:
    (found,) = solve(controller("bxcan").nominal, clock=8_000_000, bitrate=1_000_000, sample_point=80).best(1)
    assert (found.sample_point, found.sample_point_error, found.bitrate_error) == (75.0, 5.0, 0)


def test_solve_controller_whose_jump_has_a_least_width_leaves_room_for_it() -> None:
    wide = Limits(1, 16, 1, 8, 4, 1, 64, sjw_min=3, prop_min=2)
    found = solve(wide, clock=8_000_000, bitrate=500_000, sample_point=80)
    assert {timing.sjw >= 3 and timing.phase_seg1 >= 3 and timing.prop_seg >= 2 for timing in found.variants()} == {
        True
    }
    assert min(tseg1 for _prescaler, tseg1, _tseg2 in found.triples()) >= 5


def test_bit_rates_at_the_ends_of_what_a_clock_allows_are_in_reach_and_beyond_them_the_end_is_named() -> None:
    limits = Limits(1, 16, 1, 8, 4, 1, 64)
    slowest, fastest = 8_000_000 / (64 * 25), 8_000_000 / 3
    for rate in (slowest, fastest):
        assert bit_rate_out_of_reach(limits, clock=8_000_000, bitrate=rate) == ""
    assert bit_rate_out_of_reach(limits, clock=8_000_000, bitrate=slowest - 1) == (
        "The slowest bit rate that a CAN clock of 8 MHz allows is 5 kbit/s."
    )
    assert bit_rate_out_of_reach(limits, clock=8_000_000, bitrate=fastest + 1) == (
        "The fastest bit rate that a CAN clock of 8 MHz allows is 2.666667 Mbit/s."
    )
    assert bit_rate_range(limits, clock=8_000_000) == (5_000, 2_666_666)
    assert bit_rate_range(limits, clock=8_000_000, tolerance=1) == (4_951, 2_693_602)
    none = Limits(1, 4, 8, 8, 4, 1, 4, 8)
    assert bit_rate_range(none, clock=8_000_000) is None
    assert bit_rate_out_of_reach(none, clock=8_000_000, bitrate=1) == ""


def test_solve_fd_refusal_of_a_slower_data_phase_has_its_code() -> None:
    limits = controller("fdcan")
    assert limits.data is not None
    for rate, sample, code in ((250_000, 80, "timing.data-slower"), (500_000, 0.5, "timing.number")):
        with pytest.raises(Invalid) as caught:
            solve_fd(
                limits.nominal, limits.data, clock=80_000_000, bitrate=500_000, data_bitrate=rate,
                data_sample_point=sample,
            )  # fmt: skip
        assert caught.value.code == code


def test_solve_fd_equal_pairs_prefer_the_smaller_prescalers() -> None:
    limits = controller("fdcan")
    assert limits.data is not None
    pairs = solve_fd(limits.nominal, limits.data, clock=80_000_000, bitrate=500_000, data_bitrate=2_000_000)
    best = next(iter(pairs))
    assert (best.nominal.timing.prescaler, best.data.timing.prescaler) == (1, 1)
