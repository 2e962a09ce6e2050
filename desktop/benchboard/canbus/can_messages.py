"""Frames as python-can has them, and back."""

from typing import TYPE_CHECKING

from benchboard.canbus.frame import Frame, Timestamp

if TYPE_CHECKING:
    from can import Message


def to_frame(message: "Message", stamp: Timestamp, channel: str = "") -> Frame:
    """The frame in a message of python-can, with a stamp of ours, and what its channel is called."""
    remote, data = message.is_remote_frame, b"" if message.is_remote_frame else bytes(message.data)
    return Frame(
        message.arbitration_id, message.is_extended_id and not message.is_error_frame, remote, message.is_fd,
        message.bitrate_switch, message.error_state_indicator, message.is_error_frame,
        data, message.dlc if remote else 0, stamp, not message.is_rx, channel,
    )  # fmt: skip


def to_message(frame: Frame) -> "Message":
    """The message of python-can for `frame`, with its time if it has one."""
    from can import Message

    return Message(
        timestamp=frame.timestamp.seconds if frame.timestamp is not None else 0.0,
        arbitration_id=frame.id, is_extended_id=frame.extended, is_remote_frame=frame.remote,
        is_error_frame=frame.error, is_fd=frame.fd, bitrate_switch=frame.brs, error_state_indicator=frame.esi,
        dlc=frame.remote_dlc if frame.remote else len(frame.data), data=None if frame.remote else frame.data,
        is_rx=not frame.sent,
    )  # fmt: skip
