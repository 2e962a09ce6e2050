"""The provisioning messages: numbers, bodies and what a well-formed one looks like. docs/protocol.md is
their page."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Final

from benchboard.dongles.protocol.framing import Body

VERSION: Final = 1
GROUP: Final = 0x4242  # "BB"; MCUmgr leaves 64 and above to vendors
OS_GROUP: Final = 0
CLAIM_SECONDS: Final = 60.0
MAX_REVOKED: Final = 64
MAX_FILTERS: Final = 28
READ, READ_ANSWER, WRITE, WRITE_ANSWER = range(4)
ENOTSUP: Final = 8  # MCUmgr's "command not supported"
EINVAL: Final = 3  # MCUmgr's "invalid value"


class Command(IntEnum):
    """Command numbers in `GROUP`. 9 to 13 are reserved: ROTATE, RELEASE, TRANSFER_OFFER, TRANSFER_ACCEPT,
    FACTORY_RESET."""

    HELLO = 0
    IDENTIFY = 1
    STATUS = 2
    CONFIG_READ = 3
    CONFIG_WRITE = 4
    CLAIM_BEGIN = 5
    CLAIM_PROVE = 6
    CLAIM_COMMIT = 7
    CLAIM_CONFIRM = 8


OPERATIONS: Final = {
    command: READ if command in (Command.HELLO, Command.STATUS, Command.CONFIG_READ) else WRITE for command in Command
}


class State(IntEnum):
    """Ownership as the device knows it. TRANSFER_PENDING and LOST exist on the host's side only."""

    UNCLAIMED = 0
    CLAIM_PENDING = 1
    CLAIMED_ACTIVE = 2
    REVOKED = 3


class Code(IntEnum):
    """Why a device refused: the `rc` of an error in `GROUP`."""

    MALFORMED = 1
    VERSION = 2
    WRONG_DEVICE = 3
    ALREADY_CLAIMED = 4
    CLAIM_REVOKED = 5
    NO_CLAIM = 6
    BAD_SIGNATURE = 7
    PRESENCE_MISSING = 8
    NOT_AUTHENTIC = 9
    TOKEN_CONFLICT = 10
    STORAGE_FAILED = 11
    CONFIG_REFUSED = 12
    REVISION_CONFLICT = 13
    SIGNATURE_REQUIRED = 14
    CLAIMS_EXHAUSTED = 15


class Refused(Exception):
    """One side does not accept what the other sent; the code says why. device.py turns it into words."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.name)
        self.code = code


Check = Callable[[object], bool]


def _bytes(size: int) -> Check:
    return lambda value: isinstance(value, bytes) and len(value) == size


def _blob(limit: int) -> Check:
    return lambda value: isinstance(value, bytes) and len(value) <= limit


def _uint(low: int, high: int) -> Check:
    return lambda value: type(value) is int and low <= value <= high


def _text(limit: int) -> Check:
    return lambda value: isinstance(value, str) and 0 < len(value) <= limit and value.isascii() and value.isprintable()


def _bool(value: object) -> bool:
    return isinstance(value, bool)


def _or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _filters(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MAX_FILTERS
        and all(isinstance(one, list) and len(one) == 3 and _filter(*one) for one in value)
    )


def _filter(ident: object, mask: object, extended: object) -> bool:
    limit = 0x1FFF_FFFF if extended is True else 0x7FF
    return _bool(extended) and _uint(0, limit)(ident) and _uint(0, limit)(mask)


_COUNT: Final = _uint(0, 2**32 - 1)
_COUNTER: Final = _uint(0, 2**63)
_NONCE: Final = _bytes(16)
_SIGNED: Final[Mapping[str, Check]] = {"signed": _blob(1024), "signature": _bytes(64)}
_MODES: Final = ("NORMAL", "LISTEN_ONLY", "LOOPBACK", "SILENT_LOOPBACK")

REQUESTS: Final[Mapping[Command, Mapping[str, Check]]] = {
    Command.HELLO: {"nonce": _NONCE},
    Command.IDENTIFY: {"ms": _uint(0, 60_000)},
    Command.STATUS: {"nonce": _NONCE},
    Command.CONFIG_READ: {"nonce": _NONCE},
    Command.CONFIG_WRITE: {"config": _blob(1024), "revision": _COUNT, "signature": _or_null(_bytes(64))},
    Command.CLAIM_BEGIN: {
        "version": _uint(0, 255),
        "claim_id": _bytes(16),
        "device_id": _bytes(8),
        "organisation": _bytes(16),
        "organisation_key": _bytes(32),
        "host_nonce": _bytes(32),
        "host_ephemeral": _bytes(32),
    },
    Command.CLAIM_PROVE: {"claim_id": _bytes(16), "signature": _bytes(64)},
    Command.CLAIM_COMMIT: {"claim_id": _bytes(16), "counter": _COUNTER, "sealed": _blob(256)},
    Command.CLAIM_CONFIRM: {"claim_id": _bytes(16), "nonce": _NONCE, "mac": _bytes(32)},
}
ANSWERS: Final[Mapping[Command, Mapping[str, Check]]] = {
    Command.HELLO: _SIGNED,
    Command.IDENTIFY: {},
    Command.STATUS: _SIGNED,
    Command.CONFIG_READ: _SIGNED,
    Command.CONFIG_WRITE: {"revision": _COUNT},
    Command.CLAIM_BEGIN: {
        "device_key": _bytes(32),
        "device_nonce": _bytes(32),
        "device_ephemeral": _bytes(32),
        "key_version": _COUNT,
        "signature": _bytes(64),
    },
    Command.CLAIM_PROVE: {"present": _bool, "remaining_ms": _uint(0, 60_000)},
    Command.CLAIM_COMMIT: {"counter": _COUNTER, "sealed": _blob(256)},
    Command.CLAIM_CONFIRM: {"mac": _bytes(32)},
}
HELLO_SIGNED: Final[Mapping[str, Check]] = {
    "version": _uint(0, 255),
    "nonce": _NONCE,
    "device_key": _bytes(32),
    "firmware": _text(32),
    "hardware": _text(64),
    "controller": _text(32),
    "clock_hz": _uint(1_000_000, 1_000_000_000),
    "fd": _bool,
    "state": _uint(0, 3),
    "key_version": _COUNT,
}
STATUS_SIGNED: Final[Mapping[str, Check]] = {
    "nonce": _NONCE,
    "state": _uint(0, 3),
    "key_version": _COUNT,
    "claim_id": _or_null(_bytes(16)),
    "organisation": _or_null(_bytes(16)),
    "organisation_key": _or_null(_bytes(32)),
    "token_mac": _or_null(_bytes(32)),
    "revision": _COUNT,
    "tx_errors": _uint(0, 65_535),
    "rx_errors": _uint(0, 65_535),
    "bus_errors": _COUNT,
    "bus_off": _bool,
}
CONFIG_SIGNED: Final[Mapping[str, Check]] = {"nonce": _NONCE, "revision": _COUNT, "config": _blob(1024)}
TOKEN_PLAIN: Final[Mapping[str, Check]] = {"token": _bytes(32), "key_version": _COUNT}
COMMITTED_PLAIN: Final[Mapping[str, Check]] = {"state": _uint(0, 3), "key_version": _COUNT}


def checked(body: Body | None, shape: Mapping[str, Check]) -> Body:
    """`body` if it has exactly the members of `shape`, each as its check wants it. Raises `Refused`
    (MALFORMED)."""
    if body is None or body.keys() != shape.keys():
        raise Refused(Code.MALFORMED)
    if not all(check(body[name]) for name, check in shape.items()):
        raise Refused(Code.MALFORMED)
    return body


@dataclass(frozen=True, slots=True)
class CanFilter:
    """Frames with (id & mask) == (this id & mask) and this format pass. No filter at all passes
    everything."""

    id: int
    mask: int
    extended: bool = False


@dataclass(frozen=True, slots=True)
class CanConfig:
    """A channel's stored settings: one field a column of `can_configs`.

    Segments in time quanta, clock in Hz, sample points in percent (three decimals are kept), `tdc_offset`
    in clock periods, `termination_ohm` None where it cannot be switched. The `data_*` fields are None
    without CAN FD.
    """

    controller: str
    clock_hz: int
    bitrate: int
    sample_point: float
    prescaler: int
    prop_seg: int
    phase_seg1: int
    phase_seg2: int
    sjw: int
    fd_enabled: bool = False
    data_bitrate: int | None = None
    data_sample_point: float | None = None
    data_prescaler: int | None = None
    data_prop_seg: int | None = None
    data_phase_seg1: int | None = None
    data_phase_seg2: int | None = None
    data_sjw: int | None = None
    tdc_enabled: bool = False
    tdc_offset: int = 0
    mode: str = "NORMAL"
    auto_retransmit: bool = True
    auto_restart_ms: int = 0
    triple_sampling: bool = False
    termination_ohm: int | None = None
    filters: tuple[CanFilter, ...] = ()


_SEGMENT: Final = _uint(0, 512)
CONFIG: Final[Mapping[str, Check]] = {
    "controller": _text(32),
    "clock_hz": _uint(1_000_000, 1_000_000_000),
    "bitrate": _uint(1_000, 1_000_000),
    "sample_point": _uint(1, 99_999),
    "prescaler": _uint(1, 4_096),
    "prop_seg": _SEGMENT,
    "phase_seg1": _uint(1, 512),
    "phase_seg2": _uint(1, 512),
    "sjw": _uint(1, 512),
    "fd_enabled": _bool,
    "data_bitrate": _or_null(_uint(1_000, 20_000_000)),
    "data_sample_point": _or_null(_uint(1, 99_999)),
    "data_prescaler": _or_null(_uint(1, 4_096)),
    "data_prop_seg": _or_null(_SEGMENT),
    "data_phase_seg1": _or_null(_uint(1, 512)),
    "data_phase_seg2": _or_null(_uint(1, 512)),
    "data_sjw": _or_null(_uint(1, 512)),
    "tdc_enabled": _bool,
    "tdc_offset": _uint(0, 127),
    "mode": lambda value: value in _MODES,
    "auto_retransmit": _bool,
    "auto_restart_ms": _uint(0, 65_535),
    "triple_sampling": _bool,
    "termination_ohm": _or_null(_uint(0, 1_000)),
    "filters": _filters,
}
_PERCENT: Final = ("sample_point", "data_sample_point")


def config_body(config: CanConfig) -> Body:
    """`config` as its map on the wire. Raises `Refused` (CONFIG_REFUSED) if no dongle could run on it."""
    body: Body = {one.name: getattr(config, one.name) for one in fields(CanConfig)}
    for name in _PERCENT:
        if isinstance(body[name], float | int):
            body[name] = round(body[name] * 1000)
    body["filters"] = [[one.id, one.mask, one.extended] for one in config.filters]
    read_config(body)
    return body


def read_config(body: Body | None) -> CanConfig:
    """The config in a map from the wire. Raises `Refused`: MALFORMED, or CONFIG_REFUSED where values
    disagree."""
    values: dict[str, Any] = dict(checked(body, CONFIG))
    for name in _PERCENT:
        if values[name] is not None:
            values[name] = values[name] / 1000
    values["filters"] = tuple(CanFilter(*one) for one in values["filters"])
    config = CanConfig(**values)
    if not (_phase_agrees(config, "") and _data_agrees(config)):
        raise Refused(Code.CONFIG_REFUSED)
    return config


def changed(config: CanConfig, changes: Mapping[str, object]) -> CanConfig:
    """`config` with some fields replaced, as JSON or a form gives them; filters are lists [id, mask,
    extended].

    Raises `Refused`: MALFORMED for an unknown field or a value of the wrong kind, CONFIG_REFUSED.
    """
    body: Body = {one.name: getattr(config, one.name) for one in fields(CanConfig)}
    body["filters"] = [[one.id, one.mask, one.extended] for one in config.filters]
    body |= changes
    for name in _PERCENT:
        value = body[name]
        if value is not None:
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 100:
                raise Refused(Code.MALFORMED)
            body[name] = round(value * 1000)
    return read_config(body)


def _data_agrees(config: CanConfig) -> bool:
    names = [one.name for one in fields(CanConfig) if one.name.startswith("data_")]
    given = [getattr(config, name) is not None for name in names]
    return (all(given) and _phase_agrees(config, "data_")) if config.fd_enabled else not any(given)


def _phase_agrees(config: CanConfig, prefix: str) -> bool:
    """Whether the segments give the bitrate that is named, within the 5 % that Linux allows too."""
    quanta = 1 + sum(getattr(config, f"{prefix}{name}") for name in ("prop_seg", "phase_seg1", "phase_seg2"))
    named = getattr(config, f"{prefix}bitrate")
    real = config.clock_hz / (getattr(config, f"{prefix}prescaler") * quanta)
    return bool(
        abs(real - named) <= 0.05 * named and getattr(config, f"{prefix}sjw") <= getattr(config, f"{prefix}phase_seg2")
    )


_DEVICE_ID: Final = re.compile(r"[0-9a-f]{16}")


def is_device_id(text: str) -> bool:
    """Whether `text` is 16 lowercase hex digits."""
    return _DEVICE_ID.fullmatch(text) is not None
