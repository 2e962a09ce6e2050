"""The words of CiA 301 (4.2.0) for commands, states, abort codes and error codes of CANopen."""

from collections.abc import Mapping
from typing import Final

NMT_COMMANDS: Final[Mapping[int, str]] = {
    1: "start",
    2: "stop",
    128: "enter pre-operational",
    129: "reset node",
    130: "reset communication",
}
STATES: Final[Mapping[int, str]] = {0: "boot-up", 4: "stopped", 5: "operational", 127: "pre-operational"}

ABORT_CODES: Final[Mapping[int, str]] = {
    0x0503_0000: "toggle bit not alternated",
    0x0504_0000: "SDO protocol timed out",
    0x0504_0001: "command specifier not valid or unknown",
    0x0504_0002: "invalid block size",
    0x0504_0003: "invalid sequence number",
    0x0504_0004: "CRC error",
    0x0504_0005: "out of memory",
    0x0601_0000: "unsupported access to an object",
    0x0601_0001: "attempt to read a write-only object",
    0x0601_0002: "attempt to write a read-only object",
    0x0602_0000: "object does not exist",
    0x0604_0041: "object cannot be mapped to the PDO",
    0x0604_0042: "PDO length exceeded",
    0x0604_0043: "general parameter incompatibility",
    0x0604_0047: "general internal incompatibility in the device",
    0x0606_0000: "access failed due to a hardware error",
    0x0607_0010: "data type or length does not match",
    0x0607_0012: "data type does not match, length too high",
    0x0607_0013: "data type does not match, length too low",
    0x0609_0011: "sub-index does not exist",
    0x0609_0030: "invalid value for parameter",
    0x0609_0031: "value of parameter too high",
    0x0609_0032: "value of parameter too low",
    0x0609_0036: "maximum value is less than minimum value",
    0x060A_0023: "resource not available",
    0x0800_0000: "general error",
    0x0800_0020: "data cannot be transferred or stored",
    0x0800_0021: "data cannot be transferred or stored because of local control",
    0x0800_0022: "data cannot be transferred or stored because of the device state",
    0x0800_0023: "no object dictionary, or it cannot be generated",
    0x0800_0024: "no data available",
}

ERROR_CODES: Final[Mapping[int, str]] = {
    0x8110: "CAN overrun",
    0x8120: "CAN in error passive mode",
    0x8130: "life guard or heartbeat error",
    0x8140: "recovered from bus off",
    0x8150: "CAN-ID collision",
    0x8210: "PDO not processed due to length error",
    0x8220: "PDO length exceeded",
    0x8230: "DAM MPDO not processed",
    0x8240: "unexpected SYNC data length",
    0x8250: "RPDO timeout",
}
ERROR_CLASSES: Final[Mapping[int, str]] = {
    0x00: "error reset or no error",
    0x10: "generic error",
    0x20: "current",
    0x21: "current, device input side",
    0x22: "current inside the device",
    0x23: "current, device output side",
    0x30: "voltage",
    0x31: "mains voltage",
    0x32: "voltage inside the device",
    0x33: "output voltage",
    0x40: "temperature",
    0x41: "ambient temperature",
    0x42: "device temperature",
    0x50: "device hardware",
    0x60: "device software",
    0x61: "internal software",
    0x62: "user software",
    0x63: "data set",
    0x70: "additional modules",
    0x80: "monitoring",
    0x81: "communication",
    0x82: "protocol error",
    0x90: "external error",
    0xF0: "additional functions",
    0xFF: "device specific",
}
"""By the upper byte of the error code."""
