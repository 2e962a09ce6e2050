"""The provisioning messages: their numbers, and the members of each body. docs/protocol.md specifies them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import IntEnum, unique
from typing import Any, Final

from benchboard.dongles.protocol.framing import Body

VERSION: Final = 1
GROUP: Final = 0x4242  # "BB"; MCUmgr leaves 64 and above to vendors
OS_GROUP: Final = 0
CLAIM_SECONDS: Final = 60.0
MAX_REVOKED: Final = 64
MAX_FILTERS: Final = 28
MAX_COUNT: Final = 2**32 - 1
MAX_KEY_VERSION: Final = 2**31 - 1  # a signed 32-bit column of the host's database holds it
READ, READ_ANSWER, WRITE, WRITE_ANSWER = range(4)
ENOTSUP: Final = 8  # MCUmgr's "command not supported"
EINVAL: Final = 3  # MCUmgr's "invalid value"


@unique
class ProtocolCommand(IntEnum):
    """The commands in `GROUP`. 11 and 12 are reserved: TRANSFER_OFFER, TRANSFER_ACCEPT."""

    HELLO = 0
    IDENTIFY = 1
    STATUS = 2
    CONFIG_READ = 3
    CONFIG_WRITE = 4
    CLAIM_BEGIN = 5
    CLAIM_PROVE = 6
    CLAIM_COMMIT = 7
    CLAIM_CONFIRM = 8
    ROTATE = 9
    RELEASE = 10
    FACTORY_RESET = 13


OPERATIONS: Final = {
    command: READ if command in (ProtocolCommand.HELLO, ProtocolCommand.STATUS, ProtocolCommand.CONFIG_READ) else WRITE
    for command in ProtocolCommand
}


@unique
class OwnershipState(IntEnum):
    """Who owns a dongle, as the dongle knows it. TRANSFER_PENDING and LOST exist in the host's database only."""

    UNCLAIMED = 0
    CLAIM_PENDING = 1
    CLAIMED_ACTIVE = 2
    REVOKED = 3


@unique
class ErrorCode(IntEnum):
    """Why a dongle refused a request: the `rc` of an error in `GROUP`."""

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


class ProtocolError(Exception):
    """One side refuses what the other sent, for the reason `code`. `device_errors` has the sentences.

    `member` is the member of the body that is wrong, empty if it isn't known.
    """

    def __init__(self, code: ErrorCode, member: str = "") -> None:
        super().__init__(code.name)
        self.code = code
        self.member = member


Check = Callable[[object], bool]
"""Returns whether a value read from the wire or from flash is valid in this field."""


def byte_string(size: int) -> Check:
    """Exactly `size` bytes."""
    return lambda value: isinstance(value, bytes) and len(value) == size


def byte_string_up_to(limit: int) -> Check:
    """At most `limit` bytes."""
    return lambda value: isinstance(value, bytes) and len(value) <= limit


@dataclass(frozen=True, slots=True)
class IntegerRange:
    """Accepts the integers from `low` to `high`, both included; a bool is none."""

    low: int
    high: int

    def __call__(self, value: object) -> bool:
        return type(value) is int and self.low <= value <= self.high


def integer(low: int, high: int) -> Check:
    """`low` to `high`, both included; a bool is none."""
    return IntegerRange(low, high)


def text(limit: int) -> Check:
    """Printable ASCII, 1 to `limit` characters."""
    return lambda value: isinstance(value, str) and 0 < len(value) <= limit and value.isascii() and value.isprintable()


def boolean(value: object) -> bool:
    """True or False."""
    return isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Nullable:
    """Accepts None, and what `check` accepts."""

    check: Check

    def __call__(self, value: object) -> bool:
        return value is None or self.check(value)


def nullable(check: Check) -> Check:
    """None, or what `check` accepts."""
    return Nullable(check)


def _filters(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MAX_FILTERS
        and all(isinstance(one, list) and len(one) == 3 and _filter(*one) for one in value)
    )


def _filter(ident: object, mask: object, extended: object) -> bool:
    limit = 0x1FFF_FFFF if extended is True else 0x7FF
    return boolean(extended) and integer(0, limit)(ident) and integer(0, limit)(mask)


COUNT: Final = integer(0, MAX_COUNT)
KEY_VERSION: Final = integer(0, MAX_KEY_VERSION)
_COUNTER: Final = integer(0, 2**63 - 1)
_NONCE: Final = byte_string(16)
_SIGNED: Final[Mapping[str, Check]] = {"signed": byte_string_up_to(1024), "signature": byte_string(64)}
MODES: Final = ("NORMAL", "LISTEN_ONLY", "LOOPBACK", "SILENT_LOOPBACK")

REQUESTS: Final[Mapping[ProtocolCommand, Mapping[str, Check]]] = {
    ProtocolCommand.HELLO: {"nonce": _NONCE},
    ProtocolCommand.IDENTIFY: {"ms": integer(0, 60_000)},
    ProtocolCommand.STATUS: {"nonce": _NONCE},
    ProtocolCommand.CONFIG_READ: {"nonce": _NONCE},
    ProtocolCommand.CONFIG_WRITE: {
        "config": byte_string_up_to(1024),
        "revision": COUNT,
        "signature": nullable(byte_string(64)),
    },
    ProtocolCommand.CLAIM_BEGIN: {
        "version": integer(0, 255),
        "claim_id": byte_string(16),
        "device_id": byte_string(8),
        "organisation": byte_string(16),
        "organisation_key": byte_string(32),
        "host_nonce": byte_string(32),
        "host_ephemeral": byte_string(32),
    },
    ProtocolCommand.CLAIM_PROVE: {"claim_id": byte_string(16), "signature": byte_string(64)},
    ProtocolCommand.CLAIM_COMMIT: {"claim_id": byte_string(16), "counter": _COUNTER, "sealed": byte_string_up_to(256)},
    ProtocolCommand.CLAIM_CONFIRM: {"claim_id": byte_string(16), "nonce": _NONCE, "mac": byte_string(32)},
    ProtocolCommand.ROTATE: {
        "claim_id": byte_string(16),
        "host_nonce": byte_string(32),
        "host_ephemeral": byte_string(32),
        "mac": byte_string(32),
        "signature": byte_string(64),
    },
    ProtocolCommand.FACTORY_RESET: {"nonce": _NONCE},
    ProtocolCommand.RELEASE: {
        "claim_id": byte_string(16),
        "nonce": _NONCE,
        "mac": byte_string(32),
        "signature": byte_string(64),
    },
}
ANSWERS: Final[Mapping[ProtocolCommand, Mapping[str, Check]]] = {
    ProtocolCommand.HELLO: _SIGNED,
    ProtocolCommand.IDENTIFY: {},
    ProtocolCommand.STATUS: _SIGNED,
    ProtocolCommand.CONFIG_READ: _SIGNED,
    ProtocolCommand.CONFIG_WRITE: {"revision": COUNT},
    ProtocolCommand.CLAIM_BEGIN: {
        "device_key": byte_string(32),
        "device_nonce": byte_string(32),
        "device_ephemeral": byte_string(32),
        "key_version": KEY_VERSION,
        "signature": byte_string(64),
    },
    ProtocolCommand.CLAIM_PROVE: {"present": boolean, "remaining_ms": integer(0, 60_000)},
    ProtocolCommand.CLAIM_COMMIT: {"counter": _COUNTER, "sealed": byte_string_up_to(256)},
    ProtocolCommand.CLAIM_CONFIRM: {"mac": byte_string(32)},
    ProtocolCommand.ROTATE: {
        "device_nonce": byte_string(32),
        "device_ephemeral": byte_string(32),
        "key_version": KEY_VERSION,
        "signature": byte_string(64),
    },
    ProtocolCommand.RELEASE: _SIGNED,
    ProtocolCommand.FACTORY_RESET: {"done": boolean, "remaining_ms": integer(0, 60_000)},
}
CLOCK_HZ: Final = (1_000_000, 1_000_000_000)
"""The slowest and the fastest CAN clock of a dongle."""
HELLO_SIGNED: Final[Mapping[str, Check]] = {
    "version": integer(0, 255),
    "nonce": _NONCE,
    "device_key": byte_string(32),
    "firmware": text(32),
    "hardware": text(64),
    "controller": text(32),
    "clock_hz": integer(*CLOCK_HZ),
    "fd": boolean,
    "state": integer(0, 3),
    "key_version": KEY_VERSION,
}
STATUS_SIGNED: Final[Mapping[str, Check]] = {
    "nonce": _NONCE,
    "state": integer(0, 3),
    "key_version": KEY_VERSION,
    "claim_id": nullable(byte_string(16)),
    "organisation": nullable(byte_string(16)),
    "organisation_key": nullable(byte_string(32)),
    "token_mac": nullable(byte_string(32)),
    "revision": COUNT,
    "tx_errors": integer(0, 65_535),
    "rx_errors": integer(0, 65_535),
    "bus_errors": COUNT,
    "bus_off": boolean,
}
CONFIG_SIGNED: Final[Mapping[str, Check]] = {"nonce": _NONCE, "revision": COUNT, "config": byte_string_up_to(1024)}
RELEASED_SIGNED: Final[Mapping[str, Check]] = {
    "nonce": _NONCE,
    "claim_id": byte_string(16),
    "key_version": KEY_VERSION,
}
TOKEN_PLAIN: Final[Mapping[str, Check]] = {"token": byte_string(32), "key_version": KEY_VERSION}
COMMITTED_PLAIN: Final[Mapping[str, Check]] = {"state": integer(0, 3), "key_version": KEY_VERSION}


def validate(body: Body | None, shape: Mapping[str, Check]) -> Body:
    """`body`, if it has exactly the members of `shape` and each passes its check; else raises `ProtocolError`
    (MALFORMED)."""
    if body is None or body.keys() != shape.keys():
        raise ProtocolError(ErrorCode.MALFORMED)
    wrong = next((name for name, check in shape.items() if not check(body[name])), None)
    if wrong is not None:
        raise ProtocolError(ErrorCode.MALFORMED, wrong)
    return body


@dataclass(frozen=True, slots=True)
class CanFilter:
    """Lets frames of this format with (frame id & mask) == (id & mask) pass. A channel without filters gets all."""

    id: int
    mask: int
    extended: bool = False


@dataclass(frozen=True, slots=True)
class DongleConfig:
    """The settings that a CAN channel opens with: a field for each column of `can_configs`.

    Segments in time quanta, bit rates in bit/s, clock in Hz, sample points in percent (with three decimals),
    `tdc_offset` in clock periods, `auto_restart_ms` after bus-off (0: stay off), `termination_ohm` None where it can't
    be switched. The `data_*` fields are None without CAN FD.
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


_SEGMENT: Final = integer(0, 512)
CONFIG: Final[Mapping[str, Check]] = {
    "controller": text(32),
    "clock_hz": integer(*CLOCK_HZ),
    "bitrate": integer(1_000, 1_000_000),
    "sample_point": integer(1, 99_999),
    "prescaler": integer(1, 4_096),
    "prop_seg": _SEGMENT,
    "phase_seg1": integer(1, 512),
    "phase_seg2": integer(1, 512),
    "sjw": integer(1, 512),
    "fd_enabled": boolean,
    "data_bitrate": nullable(integer(1_000, 20_000_000)),
    "data_sample_point": nullable(integer(1, 99_999)),
    "data_prescaler": nullable(integer(1, 4_096)),
    "data_prop_seg": nullable(_SEGMENT),
    "data_phase_seg1": nullable(integer(1, 512)),
    "data_phase_seg2": nullable(integer(1, 512)),
    "data_sjw": nullable(integer(1, 512)),
    "tdc_enabled": boolean,
    "tdc_offset": integer(0, 127),
    "mode": lambda value: value in MODES,
    "auto_retransmit": boolean,
    "auto_restart_ms": integer(0, 65_535),
    "triple_sampling": boolean,
    "termination_ohm": nullable(integer(0, 1_000)),
    "filters": _filters,
}
_PERCENT: Final = ("sample_point", "data_sample_point")


def config_to_body(config: DongleConfig) -> Body:
    """`config` as a CBOR map. Raises `ProtocolError`: MALFORMED or CONFIG_REFUSED, like `config_from_body`."""
    body: Body = {field.name: getattr(config, field.name) for field in fields(DongleConfig)}
    for name in _PERCENT:
        if isinstance(body[name], float | int):
            body[name] = round(body[name] * 1000)
    body["filters"] = [[one.id, one.mask, one.extended] for one in config.filters]
    config_from_body(body)
    return body


def config_from_body(body: Body | None) -> DongleConfig:
    """The settings in a CBOR map. Raises `ProtocolError`: MALFORMED, or CONFIG_REFUSED where they contradict."""
    values: dict[str, Any] = dict(validate(body, CONFIG))
    for name in _PERCENT:
        if values[name] is not None:
            values[name] = values[name] / 1000
    values["filters"] = tuple(CanFilter(*one) for one in values["filters"])
    config = DongleConfig(**values)
    if not (_is_phase_consistent(config, "") and _is_data_phase_consistent(config)):
        raise ProtocolError(ErrorCode.CONFIG_REFUSED)
    return config


def config_with_changes(config: DongleConfig, changes: Mapping[str, object]) -> DongleConfig:
    """`config` with some fields replaced by values from JSON or a form; filters are lists [id, mask, extended].

    Raises `ProtocolError`: MALFORMED for an unknown field or a value of the wrong kind, CONFIG_REFUSED.
    """
    body: Body = {field.name: getattr(config, field.name) for field in fields(DongleConfig)}
    body["filters"] = [[one.id, one.mask, one.extended] for one in config.filters]
    body |= changes
    for name in _PERCENT:
        value = body[name]
        if value is not None:
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 100:
                raise ProtocolError(ErrorCode.MALFORMED, name)
            body[name] = round(value * 1000)
    return config_from_body(body)


def _is_data_phase_consistent(config: DongleConfig) -> bool:
    names = [field.name for field in fields(DongleConfig) if field.name.startswith("data_")]
    given = [getattr(config, name) is not None for name in names]
    return (all(given) and _is_phase_consistent(config, "data_")) if config.fd_enabled else not any(given)


def _is_phase_consistent(config: DongleConfig, prefix: str) -> bool:
    """Whether clock, prescaler and segments give the named bit rate within 5 %, as Linux too allows, and SJW fits."""
    quanta = 1 + sum(getattr(config, f"{prefix}{name}") for name in ("prop_seg", "phase_seg1", "phase_seg2"))
    named = getattr(config, f"{prefix}bitrate")
    actual = config.clock_hz / (getattr(config, f"{prefix}prescaler") * quanta)
    return bool(
        abs(actual - named) <= 0.05 * named
        and getattr(config, f"{prefix}sjw") <= getattr(config, f"{prefix}phase_seg2")
    )


_DEVICE_ID: Final = re.compile(r"[0-9a-f]{16}")


def is_device_id(text: str) -> bool:
    """Whether `text` is 16 lowercase hex digits."""
    return _DEVICE_ID.fullmatch(text) is not None
