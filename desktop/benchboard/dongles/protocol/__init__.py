"""The provisioning protocol, both sides, without any I/O. docs/protocol.md is its specification.

framing (bytes ↔ packets), messages (numbers and members), crypto, device_side, host_side.
"""

from benchboard.dongles.protocol.device_side import DeviceDescription, DeviceSide, ErrorCounters, PersistentState
from benchboard.dongles.protocol.framing import MESSAGE_START, ConsoleDecoder, Packet, encode
from benchboard.dongles.protocol.host_side import ConfigSigner, Hello, HostClaim, Sign, Status, StoredConfig
from benchboard.dongles.protocol.messages import (
    CanFilter,
    DongleConfig,
    ErrorCode,
    OwnershipState,
    ProtocolCommand,
    ProtocolError,
    is_device_id,
)

__all__ = [
    "MESSAGE_START",
    "CanFilter",
    "ConfigSigner",
    "ConsoleDecoder",
    "DeviceDescription",
    "DeviceSide",
    "DongleConfig",
    "ErrorCode",
    "ErrorCounters",
    "Hello",
    "HostClaim",
    "OwnershipState",
    "Packet",
    "PersistentState",
    "ProtocolCommand",
    "ProtocolError",
    "Sign",
    "Status",
    "StoredConfig",
    "encode",
    "is_device_id",
]
