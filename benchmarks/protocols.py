"""Decoding J1939, ISO-TP and CANopen on a live bus with 20,000 frames/s, against its trace without a protocol.

    QT_QPA_PLATFORM=offscreen python benchmarks/protocols.py

One second of frames becomes rows of the live bus's list, as it polls it ten times a second; then the same with their
messages decoded and listed. CPU time of this thread; the ratio is that of the two. Exit status 1 if decoding adds more
than the trace itself takes.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice

from PySide6.QtWidgets import QApplication, QWidget

from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.protocols.protocol_choice import ProtocolChoice, ProtocolMode
from benchboard.canbus.protocols.protocol_decoder import ProtocolDecoder
from benchboard.ui.bench.frame_table import FrameModel
from benchboard.ui.bench.protocols.message_model import ListedMessage, MessageModel
from support.measured import machine
from support.protocol_frames import broadcast, connection, segmented

RATE, BATCH = 20_000, 2_000
MOST_ADDED = 1.0


def stamped(frames: Sequence[Frame]) -> list[Frame]:
    """One second of these frames, again and again."""
    return [
        frame._replace(timestamp=Timestamp(1e9 + place / RATE, TimeSource.DEVICE, 1e-6))
        for place, frame in enumerate(islice(cycle(frames), RATE))
    ]


def truck() -> list[Frame]:
    """Fifty periodic groups of J1939, and a transfer of 39 bytes among every 200 frames."""
    periodic = [Frame(0x0CF00400 + 256 * place, extended=True, data=bytes(8)) for place in range(50)]
    return [*periodic * 3, *broadcast(bytes(39), 0xFECA, 0), *periodic, *connection(bytes(60), 0xEF00, 3, 33, 4)]


def transfers() -> list[Frame]:
    """Nothing but transfers."""
    return broadcast(bytes(1785), 0xFECA, 0)


def tester() -> list[Frame]:
    """Forty periodic identifiers, and an answer of UDS with 200 bytes."""
    periodic = [Frame(0x100 + place, data=bytes(8)) for place in range(40)]
    return [*periodic * 4, *segmented(b"\x22\xf1\x90", 0x7E0), *segmented(b"\x62\xf1\x90" + bytes(200), 0x7E8)]


def network() -> list[Frame]:
    """PDOs of ten nodes, their heartbeats, and SDOs."""
    pdos = [Frame(0x180 + 0x100 * kind + node, data=bytes(8)) for kind in range(4) for node in range(1, 11)]
    beats = [Frame(0x700 + node, data=b"\x05") for node in range(1, 11)]
    return [*pdos * 4, *beats, Frame(0x605, data=bytes.fromhex("4041600000000000"))]


def cpu_ms(work: Callable[[], object]) -> float:
    """The median CPU time of a call, in ms."""
    found = []
    for _time in range(7):
        start = time.thread_time()
        work()
        found.append((time.thread_time() - start) * 1000)
    return statistics.median(found)


def main() -> int:
    app = QApplication.instance() or QApplication(sys.argv[:1])
    owner = QWidget()
    print(machine())
    worst = 0.0
    for name, choice, frames in (
        ("J1939, a truck", ProtocolMode.J1939, truck()),
        ("J1939, transfers alone", ProtocolMode.J1939, transfers()),
        ("ISO-TP, an answer among others", ProtocolMode.ISOTP, tester()),
        ("CANopen, ten nodes", ProtocolMode.CANOPEN, network()),
        ("guessed, a truck", ProtocolMode.AUTO, truck()),
        ("none, a truck", ProtocolMode.NONE, truck()),
    ):
        second = stamped(frames)
        batches = [second[begin : begin + BATCH] for begin in range(0, RATE, BATCH)]

        def trace(batches: list[list[Frame]] = batches) -> None:
            model = FrameModel(owner)
            for batch in batches:
                model.add_frames(batch)

        def decoded(batches: list[list[Frame]] = batches, choice: ProtocolMode = choice) -> None:
            model, listed = FrameModel(owner), MessageModel(owner)
            decoder = ProtocolDecoder(ProtocolChoice(choice))
            for batch in batches:
                model.add_frames(batch)
                if choice is not ProtocolMode.NONE:
                    listed.add([ListedMessage(message, frame) for frame, message in decoder.add_all(batch)])

        without, both = cpu_ms(trace), cpu_ms(decoded)
        added = (both - without) / without
        worst = max(worst, added)
        print(
            f"{name}: trace {1000 * without / RATE:.2f} µs a frame, with messages {1000 * both / RATE:.2f} µs, "
            f"ratio {both / without:.2f}"
        )
    del app
    return int(worst > MOST_ADDED)


if __name__ == "__main__":
    raise SystemExit(main())
