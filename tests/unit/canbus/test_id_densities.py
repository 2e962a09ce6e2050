"""How often each ID comes when."""

import pytest

from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.frame_block import FrameBlock
from benchboard.canbus.frame_statistics import FrameKey
from benchboard.canbus.id_densities import BINS, MOST_IDS, IdDensities

FAST: FrameKey = (0x100, False, False, False, "can0")
SLOW: FrameKey = (0x200, False, False, False, "can0")


def count(densities: IdDensities, *frames: tuple[FrameKey, float]) -> None:
    block = FrameBlock.of(
        [
            Frame(key[0], key[1], timestamp=Timestamp(seconds, TimeSource.DEVICE, 1e-6), channel=key[4])
            for key, seconds in frames
        ]
    )
    densities.add(block.groups(), block.seconds)


def test_rates_of_each_id_are_kept_however_long_the_recording_becomes() -> None:
    densities = IdDensities()
    for begin in range(0, 100_000, 1_000):
        places = range(begin, begin + 1_000)
        count(
            densities,
            *((FAST, 50.0 + place / 100) for place in places),
            *((SLOW, 50.0 + place / 100) for place in places if not place % 10 and place >= 50_000),
        )
    assert densities.seconds == pytest.approx(999.99)
    assert densities.width_s * BINS < 2 * 1_000 * 1.3
    assert densities.rates(FAST, 1_000.0, 10) == pytest.approx([100.0] * 10, rel=0.01)
    assert densities.rates(SLOW, 1_000.0, 10) == pytest.approx([0.0] * 5 + [10.0] * 5, abs=0.2)
    assert densities.rates((0x300, False, False, False, ""), 1_000.0, 3) == [0.0] * 3
    assert densities.knows(SLOW)
    assert not densities.knows((0x300, False, False, False, ""))


def test_ids_beyond_the_most_are_not_counted() -> None:
    densities = IdDensities()
    count(densities, *(((ident, True, False, False, ""), 1.0) for ident in range(MOST_IDS + 1)))
    count(densities, ((0, True, False, False, ""), 3.0))
    assert densities.knows((MOST_IDS - 1, True, False, False, ""))
    assert not densities.knows((MOST_IDS, True, False, False, ""))
    assert densities.seconds == 2.0


def test_without_frames_there_is_no_time() -> None:
    densities = IdDensities()
    assert (densities.start, densities.seconds) == (0.0, 0.0)
