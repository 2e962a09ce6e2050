"""CPU time per received frame: our reader compared with python-can's slcan reader over the same pseudo-terminal.

Another process simulates a dongle that sends as fast as it is read, so that only the reader is measured: its CPU time
(both of our threads, with the live view's polling) over the frames that arrived. Prints one JSON line; fails below 50×,
or if a frame is missing. Run: PYTHONPATH=desktop python benchmarks/frames_vs_python_can.py
"""

import json
import os
import pty
import subprocess
import sys
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager

import can

from benchboard.canbus import link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.capture import Capture

OURS, THEIRS = 400_000, 20_000
ROUNDS = 5
REACH = 50
POLL_S = 0.1

# Answers every command, then, from `O` on, sends the frames; stays until its input ends. Eight frames share a
# millisecond, as on a full bus of 1 Mbit/s.
DONGLE = """
import os, sys
port, count, stamped = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "stamped"
lines = [f"t{0x100 + n:03X}8{n:016X}" if n % 4 else f"T{0x18FEF100 + n:08X}8{n:016X}" for n in range(1000)]
begun = False
while not begun:
    told = os.read(port, 4096)
    begun = b"O\\r" in told
    os.write(port, b"\\r" * told.count(b"\\r"))
block = "".join(f"{line}{n // 8:04X}\\r" if stamped else f"{line}\\r" for n, line in enumerate(lines)).encode()
for _ in range(count // len(lines)):
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(port, rest):]
sys.stdin.read()
"""


@contextmanager
def dongle(count: int, *, stamped: bool) -> Iterator[str]:
    """The path of a terminal on which `count` frames come once its channel is opened."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    command = [sys.executable, "-c", DONGLE, str(master), str(count), "stamped" if stamped else "plain"]
    with subprocess.Popen(command, pass_fds=[master], stdin=subprocess.PIPE) as process:
        try:
            yield os.ttyname(slave)
        finally:
            process.terminate()
            os.close(master)
            os.close(slave)


def ours(*, stamped: bool) -> float:
    """Microseconds of processor time a frame."""
    with dongle(OURS, stamped=stamped) as port:
        capture = Capture(SlcanBus(link.open_port(port), bitrate=500_000), bitrate=500_000)
        capture.start()
        began, seen = time.process_time(), 0
        while capture.counters().frames < OURS:
            time.sleep(POLL_S)
            seen = capture.since(seen).next
        took = time.process_time() - began
        assert capture.counters().bus.malformed == 0
        capture.stop()
    return took / OURS * 1e6


def theirs() -> float:
    """Microseconds of processor time a frame."""
    with (
        dongle(THEIRS, stamped=False) as port,
        can.Bus(interface="slcan", channel=port, bitrate=500_000, sleep_after_open=0) as bus,
    ):
        began = time.process_time()
        for _frame in range(THEIRS):
            assert bus.recv(10) is not None
        took = time.process_time() - began
    return took / THEIRS * 1e6


def main() -> int:
    rounds = [(ours(stamped=False), ours(stamped=True), theirs()) for _round in range(ROUNDS)]
    plain, stamped, reader = (sorted(column)[ROUNDS // 2] for column in zip(*rounds, strict=True))
    result = {
        "ours_us": round(plain, 2),
        "ours_with_device_stamps_us": round(stamped, 2),
        "python_can_us": round(reader, 2),
        "ratio": round(reader / plain, 1),
        "ratio_with_device_stamps": round(reader / stamped, 1),
    }
    print(json.dumps(result))
    return 0 if result["ratio"] >= REACH else 1


if __name__ == "__main__":
    sys.exit(main())
