"""Statistics of frames, and replaying them."""

import pytest

from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.frame_statistics import FrameStatistics, bus_shares
from benchboard.canbus.replay import replay_frames
from benchboard.canbus.stuffing import bits_on_bus


def at(seconds: float) -> Timestamp:
    return Timestamp(seconds, TimeSource.DEVICE, 1e-6)


def test_statistics_of_uneven_times() -> None:
    found = FrameStatistics()
    found.add(Frame(0x100, data=bytes([n]), timestamp=at(seconds)) for n, seconds in enumerate((10, 11, 13, 14)))
    found.add([Frame(4, error=True, timestamp=at(20)), Frame(0x100, sent=True, timestamp=at(21))])
    received, sent = found.ids()
    totals = found.totals()
    assert (totals.frames, totals.errors, totals.seconds) == (5, 1, 11)
    assert (received.count, received.changes, received.min_s, received.max_s) == (4, 3, 1, 2)
    assert received.mean_s == pytest.approx(4 / 3)
    assert received.jitter_s == pytest.approx((2 / 9) ** 0.5)
    assert received.rate == pytest.approx(0.75)
    assert (sent.sent, sent.rate, sent.min_s) == (True, None, None)


def test_replay_keeps_the_distances_says_how_late_it_was_and_sends_no_error_frame() -> None:
    now, sent = [100.0], []

    def wait(seconds: float) -> None:
        now[0] += seconds

    def send(frame: Frame) -> None:
        sent.append((frame.id, now[0]))
        now[0] += 0.3 if frame.id == 2 else 0.0  # this one takes long

    frames = [
        Frame(1, timestamp=at(5.0)), Frame(4, error=True, timestamp=at(5.1)), Frame(2, timestamp=at(6.0), sent=True),
        Frame(3, timestamp=at(6.2)),
    ]  # fmt: skip
    played = replay_frames(frames, send, speed=2.0, clock=lambda: now[0], wait=wait)
    assert [(ident, round(when, 6)) for ident, when in sent] == [(1, 100.0), (2, 100.5), (3, 100.8)]
    assert (played.sent, round(played.most_late_s, 6)) == (3, 0.2)


def test_replay_ends_while_it_waits() -> None:
    now, sent = [0.0], []

    def wait(seconds: float) -> None:
        now[0] += seconds

    frames = [Frame(1, timestamp=at(0.0)), Frame(2, timestamp=at(3600.0))]
    played = replay_frames(frames, sent.append, goes_on=lambda: now[0] < 1, clock=lambda: now[0], wait=wait)
    assert (played.sent, len(sent), now[0] < 1.1) == (1, 1, True)


def test_bus_shares_are_those_of_the_bits_on_the_bus_of_each_channel() -> None:
    found = FrameStatistics()
    sent = [
        *(Frame(0x100, data=bytes(8), timestamp=at(n), channel="a") for n in range(3)),
        Frame(0x100, data=b"\x55" * 8, timestamp=at(3), channel="a"),  # of the same ID and length, not as many bits
        Frame(0x200, extended=True, timestamp=at(4), channel="a"),
        Frame(0x100, fd=True, brs=True, data=bytes(16), timestamp=at(5), channel="b"),
    ]
    found.add([*sent, Frame(4, error=True, data=bytes(8), timestamp=at(6), channel="b")])
    bits = [sum(bits_on_bus(part)) for part in (sent[:4], sent[5:], sent[4:5])]
    assert [one.bits for one in found.ids()] == bits
    assert bits[0] > 4 * 111  # stuff bits count
    assert bus_shares(found.ids()) == pytest.approx([bits[0] / (bits[0] + bits[2]), 1.0, bits[2] / (bits[0] + bits[2])])
