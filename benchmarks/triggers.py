"""Triggers on a bus with 20,000 frames/s, against their filters alone.

    python benchmarks/triggers.py

One second of frames of 50 identifiers goes through a `TriggerWatch`, and through `FrameFilter.matches` of the same
conditions, with the message and the frame before of each already found. CPU time of this thread.
"""

import statistics
import struct
import time
from collections.abc import Callable

from benchboard.canbus.dbc import CanDatabase, Message, Signal
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.frame_filter import FrameFilter, parse_frame_filter
from benchboard.canbus.traffic_shares import traffic_key
from benchboard.canbus.triggers import Trigger, TriggerWatch
from support.measured import machine

RATE, IDS, BATCH = 20_000, 50, 600
MESSAGES = [
    Message(f"M{n}", 0x100 + n, False, 8, tuple(Signal(f"S{n}_{k}", 16 * k, 16, scale=0.1) for k in range(4)))
    for n in range(IDS)
]
CASES = {
    "1 ID": ["105"],
    "1 signal": ["S3_1>6000"],
    "1 ID of every frame": ["100-1FF"],
    "1 change of every frame": ["changed"],
    "10 IDs": [f"{0x100 + n:03X}" for n in range(10)],
    "10 signals": [f"S{n}_1>6000" for n in range(10)],
    "50 IDs, signals and silences": [
        *(f"{0x100 + n:03X}" for n in range(20)), *(f"S{n}_2>6000" for n in range(20)),
        *(f"{0x100 + n:03X}@0.5" for n in range(10)),
    ],
}  # fmt: skip


def cpu_ms(work: Callable[[], object]) -> float:
    """The median CPU time of a call, in ms."""
    found = []
    for _time in range(5):
        start = time.thread_time()
        work()
        found.append((time.thread_time() - start) * 1000)
    return statistics.median(found)


def trigger(text: str) -> Trigger:
    condition, _mark, silence = text.partition("@")
    return Trigger(condition, float(silence or 0))


def main() -> None:
    database = CanDatabase(MESSAGES)
    frames = [
        Frame(0x100 + n % IDS, data=struct.pack("<4H", *(((n + k) * 7919) % 65_536 for k in range(4))),
              timestamp=Timestamp(1e9 + n / RATE, TimeSource.DEVICE, 1e-6))
        for n in range(RATE)
    ]  # fmt: skip
    previous: dict[object, Frame] = {}
    known = []
    for one in frames:
        known.append((one, database.find(one), previous.get(traffic_key(one))))
        previous[traffic_key(one)] = one
    print(machine())
    for name, texts in CASES.items():
        triggers = [trigger(one) for one in texts]
        filters = [parse_frame_filter(one.condition) for one in triggers]

        def watch(triggers: list[Trigger] = triggers) -> None:
            watched = TriggerWatch(triggers, database)
            for begin in range(0, RATE, BATCH):
                watched.add(frames[begin : begin + BATCH], 1e9 + (begin + BATCH) / RATE)

        def filtered(filters: list[FrameFilter] = filters) -> None:
            for one, message, before in known:
                for each in filters:
                    each.matches(one, message, before)

        ours, alone = cpu_ms(watch), cpu_ms(filtered)
        print(f"{name}: {ours:.1f} ms a second of bus, {ours / alone:.2f} times the filters alone ({alone:.1f} ms)")


if __name__ == "__main__":
    main()
