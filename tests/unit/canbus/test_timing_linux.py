"""Linux's algorithm against the answers of can-utils (tests/data/cases/timing_canutils.jsonl)."""

import json
from pathlib import Path

import pytest

from benchboard.canbus.timing import Limits, controller, solve_linux
from benchboard.errors import Invalid

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data/cases/timing_canutils.jsonl").read_text().splitlines()
]


def test_cases_file_has_all_206_cases() -> None:
    assert len(CASES) == 206


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["case"]))
def test_solve_linux_case_of_can_utils_gives_its_answer(case: dict) -> None:
    found = solve_linux(
        Limits.from_mapping(case["limits"]),
        clock=case["clock"],
        bitrate=case["bitrate"],
        sample_point=case["sample_point"],
        kernel=case["algorithm"],
    )
    answer = found and {
        name: getattr(found.timing, name) for name in ("prescaler", "prop_seg", "phase_seg1", "phase_seg2", "sjw")
    } | {"bitrate": found.bitrate, "sample_point": found.sample_point}
    assert answer == case["expect"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["case"]))
def test_limits_case_of_can_utils_has_the_same_limits(case: dict) -> None:
    limits = controller(case["controller"]).limits(case["phase"])
    assert {name: getattr(limits, name) for name in case["limits"]} == case["limits"]


def test_solve_linux_without_kernel_or_sample_point_is_v6_3_at_cias_point() -> None:
    limits = controller("bxcan").nominal
    newest = solve_linux(limits, clock=48_000_000, bitrate=500_000, kernel="linux")
    assert newest == solve_linux(limits, clock=48_000_000, bitrate=500_000, sample_point=87.5, kernel="v6.3")
    assert newest is not None
    assert newest.sample_point == 87.5


def test_solve_linux_v5_19_and_v6_3_choose_different_jump_widths() -> None:
    # 5.19 kept the first of equal solutions (most quanta), 5.16 the last; 6.3 widened the jump.
    limits = controller("mcan-v3.1+").nominal
    jumps = {
        kernel: solve_linux(limits, clock=80_000_000, bitrate=500_000, sample_point=80, kernel=kernel)
        for kernel in ("v6.3", "v5.19")
    }
    assert jumps["v6.3"].timing.sjw == 16
    assert jumps["v5.19"].timing.sjw == 1


def test_solve_linux_rate_error_is_truncated_before_the_limit_of_5_percent() -> None:
    # can-calc-bit-timing -c 8000000 -s 800 bxcan: -b 1053000 (5.03 %) answers, -b 1054000 (5.12 %) does not.
    limits = controller("bxcan").nominal
    found = solve_linux(limits, clock=8_000_000, bitrate=1_053_000, sample_point=80)
    assert found is not None
    assert (found.bitrate, found.timing.quanta, found.sample_point) == (1_000_000, 8, 75.0)
    assert solve_linux(limits, clock=8_000_000, bitrate=1_054_000, sample_point=80) is None


def test_solve_linux_longest_bit_is_tried_with_the_prescaler_rounded_up() -> None:
    # can-calc-bit-timing -c 8000000 -b 160080 -s 680 bxcan: 8 8 8 4 2.
    found = solve_linux(controller("bxcan").nominal, clock=8_000_000, bitrate=160_080, sample_point=68)
    assert found is not None
    assert (found.timing.prescaler, found.timing.quanta, found.bitrate) == (2, 25, 160_000)


def test_solve_linux_answer_below_tseg1_min_does_not_fit() -> None:
    # The kernel never checks tseg1_min for the split it chose.
    found = solve_linux(controller("flexcan").nominal, clock=8_000_000, bitrate=1_000_000, sample_point=40)
    assert found is not None
    assert found.timing.tseg1 < 4
    assert not found.fits


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clock", 0), ("clock", -1), ("clock", 2**32), ("clock", float("nan")), ("clock", 8e6 + 0.5),
        ("clock", True),
        ("bitrate", 0), ("bitrate", 10**12), ("bitrate", float("inf")),
        ("sample_point", 0.5), ("sample_point", 100), ("sample_point", float("nan")),
    ],
)  # fmt: skip
def test_solve_linux_number_out_of_range_is_refused_by_name(name: str, value: float) -> None:
    request = {"clock": 8_000_000, "bitrate": 500_000, "sample_point": 80.0} | {name: value}
    with pytest.raises(Invalid) as caught:
        solve_linux(controller("bxcan").nominal, **request)
    assert caught.value.facts["field"] == name


def test_solve_linux_unknown_kernel_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        solve_linux(controller("bxcan").nominal, clock=8_000_000, bitrate=500_000, kernel="v9.9")
    assert caught.value.facts["field"] == "algorithm"


SHORTEST = Limits(4, 16, 2, 8, 4, 1, 64, 1)


def test_solve_linux_no_bit_is_shorter_than_the_shortest_segments() -> None:
    assert solve_linux(SHORTEST, clock=7_000_000, bitrate=1_000_000, sample_point=70) is not None
    assert solve_linux(SHORTEST, clock=6_000_000, bitrate=1_000_000, sample_point=70) is None


def test_solve_linux_prescaler_is_a_multiple_of_its_increment() -> None:
    by_two = Limits(1, 16, 1, 8, 4, 2, 64, 2)
    found = solve_linux(by_two, clock=80_000_000, bitrate=500_000, sample_point=80)
    assert found is not None
    assert (found.timing.prescaler % 2, found.bitrate) == (0, 500_000)


def test_solve_linux_product_that_wraps_to_zero_is_passed_over() -> None:
    """256 quanta at 2²⁴ bit/s: the kernel's product of both has 32 bits, and can't be divided by."""
    wide = Limits(1, 256, 1, 128, 128, 1, 512, 1)
    found = solve_linux(wide, clock=2**27, bitrate=2**24, sample_point=75)
    assert found is not None
    assert (found.bitrate, found.timing.quanta) == (2**24, 8)


def test_solve_linux_lowest_bit_rate_is_one() -> None:
    assert solve_linux(controller("bxcan").nominal, clock=8_000_000, bitrate=1) is None


def test_solve_linux_answer_says_how_far_it_is_from_what_was_asked_for() -> None:
    found = solve_linux(controller("bxcan").nominal, clock=8_000_000, bitrate=1_053_000, sample_point=80)
    assert found is not None
    assert found.bitrate_error == pytest.approx(100 * 53 / 1053)
    assert (found.sample_point, found.sample_point_error) == (75.0, 5.0)


def test_solve_linux_unknown_kernel_is_named_with_40_characters_at_most() -> None:
    with pytest.raises(Invalid) as caught:
        solve_linux(controller("bxcan").nominal, clock=8_000_000, bitrate=500_000, kernel="v" * 50)
    assert caught.value.code == "timing.algorithm"
    assert caught.value.what == f"Unknown algorithm “{'v' * 40}”."
