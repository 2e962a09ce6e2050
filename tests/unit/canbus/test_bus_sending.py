"""What a bus can send."""

import pytest

from benchboard.canbus.bus import Capabilities, require_sendable
from benchboard.canbus.frame import Frame, TimeSource
from benchboard.errors import Invalid


@pytest.mark.parametrize(
    ("frame", "listen_only", "needs_fd"),
    [
        (Frame(1), True, False),
        (Frame(1, fd=True), True, False),
        (Frame(0x800), False, False),
        (Frame(1, fd=True), False, True),
    ],
)
def test_frame_that_cannot_be_sent_says_whether_a_data_phase_is_all_that_lacks(
    frame: Frame, listen_only: bool, needs_fd: bool
) -> None:
    capabilities = Capabilities(fd=False, listen_only=listen_only, error_counters=False, time_source=TimeSource.HOST)
    with pytest.raises(Invalid) as refused:
        require_sendable(frame, capabilities)
    assert (refused.value.code, refused.value.facts["needs_fd"]) == ("bus.frame", needs_fd)
    assert bool(refused.value.do) == needs_fd
