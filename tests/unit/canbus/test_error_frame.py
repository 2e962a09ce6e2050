"""Error frames in words."""

import pytest

from benchboard.canbus.error_frame import error_title, is_recovery, is_state_report
from benchboard.canbus.frame import Frame


@pytest.mark.parametrize(
    ("error_class", "status", "title"),
    [
        (0x04, 0x20, "Controller: error passive"),
        (0x04, 0x10, "Controller: error passive"),
        (0x04, 0x08, "Controller: error warning"),
        (0x04, 0x40, "Controller: error active again"),
        (0x04, 0x00, ""),
        (0x40, 0x00, "Bus off"),
        (0x20, 0x20, "No acknowledgement"),
        (0x88, 0x00, "Protocol error, Bus error"),
        (0x24, 0x08, "Controller: error warning, No acknowledgement"),
    ],
)
def test_error_frame_is_named_by_its_class_and_the_controllers_status(
    error_class: int, status: int, title: str
) -> None:
    assert error_title(Frame(error_class, error=True, data=bytes([0, status, 0, 0, 0, 0, 0, 0]))) == title


def test_error_frame_without_data_is_named_by_its_class_alone() -> None:
    assert error_title(Frame(0x44, error=True)) == "Bus off"


@pytest.mark.parametrize(
    ("error_class", "status", "recovers", "is_state"),
    [
        (0x04, 0x40, True, True),
        (0x204, 0x40, True, True),  # with the error counters (CAN_ERR_CNT)
        (0x100, 0x00, True, True),
        (0x104, 0x40, True, True),
        (0x04, 0x48, False, True),
        (0x04, 0x20, False, True),
        (0x40, 0x00, False, True),  # bus off, which has the same bit in the class
        (0x140, 0x00, False, True),
        (0x24, 0x40, False, False),
        (0x88, 0x00, False, False),
    ],
)
def test_error_frame_that_says_that_an_error_is_over_is_none(
    error_class: int, status: int, *, recovers: bool, is_state: bool
) -> None:
    """Its row was red, as that of an error."""
    frame = Frame(error_class, error=True, data=bytes([0, status, 0, 0, 0, 0, 0, 0]))
    assert is_recovery(frame) is recovers
    assert is_state_report(frame) is is_state
