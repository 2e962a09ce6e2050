"""All CAN FD timings at 80 MHz, compared with python-can's sample-point sweep, in one run.

python-can offers solutions for one pair of sample points at a time (`BitTimingFd.iterate_from_sample_point`), so
finding all of them takes a sweep over both, in steps of 1 %. We enumerate both lists; pairs are their product.
Prints one JSON line; fails below 5,000×. Run: PYTHONPATH=desktop python benchmarks/timing_vs_python_can.py
"""

import json
import sys
from itertools import product
from time import perf_counter

import can

from benchboard.canbus.timing import controller, solve_fd

CLOCK, BITRATE, DATA_BITRATE = 80_000_000, 500_000, 2_000_000
ROUNDS = 200
REACH = 5_000


def ours() -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    fdcan = controller("fdcan")
    pairs = solve_fd(
        fdcan.nominal,
        fdcan.limits("data"),
        clock=CLOCK,
        bitrate=BITRATE,
        data_bitrate=DATA_BITRATE,
        tolerance=0,
    )
    return pairs.nominal.triples(), pairs.data.triples()


def theirs() -> set[tuple[int, ...]]:
    return {
        (t.nom_brp, t.nom_tseg1, t.nom_tseg2, t.data_brp, t.data_tseg1, t.data_tseg2)
        for nominal in range(50, 100)
        for data in range(50, 100)
        for t in can.BitTimingFd.iterate_from_sample_point(CLOCK, BITRATE, nominal, DATA_BITRATE, data)
    }


def main() -> int:
    began = perf_counter()
    found = theirs()
    sweep = perf_counter() - began
    times = []
    for _round in range(ROUNDS):
        began = perf_counter()
        nominal, data = ours()
        times.append(perf_counter() - began)
    enumeration = sorted(times)[ROUNDS // 2]
    began = perf_counter()
    listed = list(product(nominal, data))
    listing = perf_counter() - began
    pairs = {(*n, *d) for n, d in listed}
    known = {pair for pair in found if pair in pairs}
    result = {
        "ours_ms": round(enumeration * 1e3, 3),
        "ours_with_every_pair_ms": round((enumeration + listing) * 1e3, 3),
        "python_can_ms": round(sweep * 1e3, 1),
        "ratio": round(sweep / enumeration),
        "ours_pairs": len(pairs),
        "python_can_pairs": len(known),
        "python_can_outside_the_limits": len(found - pairs),
        "python_can_finds_percent": round(100 * len(known) / len(pairs), 1),
    }
    print(json.dumps(result))
    return 0 if result["ratio"] >= REACH else 1


if __name__ == "__main__":
    sys.exit(main())
