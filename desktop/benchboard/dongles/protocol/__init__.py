"""The provisioning protocol, both sides, without any I/O. docs/protocol.md is its specification.

framing (bytes ↔ packets), messages (numbers and shapes), session (cryptography), device_side, host_side.
"""

from benchboard.dongles.protocol.device_side import BusErrors, DeviceSide, Durable, Facts
from benchboard.dongles.protocol.framing import Console, Packet, encode
from benchboard.dongles.protocol.host_side import Hello, HostClaim, Sign, Status, StoredConfig
from benchboard.dongles.protocol.messages import (
    CanConfig,
    CanFilter,
    Code,
    Command,
    Refused,
    State,
    is_device_id,
)

__all__ = [
    "BusErrors",
    "CanConfig",
    "CanFilter",
    "Code",
    "Command",
    "Console",
    "DeviceSide",
    "Durable",
    "Facts",
    "Hello",
    "HostClaim",
    "Packet",
    "Refused",
    "Sign",
    "State",
    "Status",
    "StoredConfig",
    "encode",
    "is_device_id",
]
