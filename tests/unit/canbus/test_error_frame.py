"""Error frames in words."""

import pytest

from benchboard.canbus.error_frame import error_title
from benchboard.canbus.frame import Frame


@pytest.mark.parametrize(
    ("error_class", "status", "title"),
    [
        (0x04, 0x20, "Controller: error passive"),
        (0x04, 0x10, "Controller: error passive"),
        (0x04, 0x08, "Controller: error warning"),
        (0x04, 0x40, "Controller: error active"),
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
