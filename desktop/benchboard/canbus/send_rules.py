"""What changes in the data of a row of the send table with each frame: an alive counter, then a checksum. No I/O."""

import enum
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Final

from benchboard.canbus.frame import Frame
from benchboard.errors import Invalid
from benchboard.i18n import _, number

_POLYNOMIAL: Final = 0x1D
"""Of CRC8 SAE J1850, which begins with FF and is inverted at its end (AUTOSAR SWS CRC Library, 7.2.1.1)."""


class CounterBits(enum.Enum):
    """Which bits of its byte an alive counter has."""

    BYTE = "byte"
    LOW = "low"
    HIGH = "high"

    @property
    def mask(self) -> int:
        return {CounterBits.BYTE: 0xFF, CounterBits.LOW: 0x0F, CounterBits.HIGH: 0xF0}[self]


class ChecksumKind(enum.Enum):
    """How a checksum is calculated from all bytes of the data but its own."""

    CRC8_J1850 = "crc8-j1850"
    XOR = "xor"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class SendRules:
    """`counter` and `checksum` are the bytes that have them, from 0; None without one."""

    counter: int | None = None
    counter_bits: CounterBits = CounterBits.LOW
    checksum: int | None = None
    checksum_kind: ChecksumKind = ChecksumKind.CRC8_J1850

    @property
    def are_any(self) -> bool:
        """Whether the data changes with each frame."""
        return self.counter is not None or self.checksum is not None

    def applied(self, frame: Frame, turn: int) -> Frame:
        """The frame that is sent at this turn, from 0: its counter counts on from what the data has there."""
        if not self.are_any or frame.remote:
            return frame
        data = bytearray(frame.data)
        if self.counter is not None:
            mask = self.counter_bits.mask
            step = mask & -mask
            data[self.counter] = (data[self.counter] & ~mask & 0xFF) | (
                (data[self.counter] & mask) + turn * step
            ) & mask
        if self.checksum is not None:
            others = bytes(data[: self.checksum] + data[self.checksum + 1 :])
            data[self.checksum] = checksum(self.checksum_kind, others)
        return frame._replace(data=bytes(data))


def rules_text(rules: SendRules) -> str:
    """What changes with each frame, in words; empty if nothing does."""
    kinds = {ChecksumKind.CRC8_J1850: _("CRC8 SAE J1850"), ChecksumKind.XOR: _("XOR"), ChecksumKind.SUM: _("Sum")}
    said = []
    if rules.counter is not None:
        said.append(_("Counter in byte {byte}").format(byte=rules.counter))
    if rules.checksum is not None:
        said.append(_("{checksum} in byte {byte}").format(checksum=kinds[rules.checksum_kind], byte=rules.checksum))
    return ", ".join(said)


NO_RULES: Final = SendRules()
"""The data stays as it is."""


def checksum(kind: ChecksumKind, data: bytes) -> int:
    """The checksum of these bytes, one byte."""
    if kind is ChecksumKind.XOR:
        return reduce(xor, data, 0)
    if kind is ChecksumKind.SUM:
        return sum(data) & 0xFF
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _bit in range(8):
            crc = (crc << 1 ^ _POLYNOMIAL) & 0xFF if crc & 0x80 else crc << 1
    return crc ^ 0xFF


def require_rules(rules: SendRules, frame: Frame) -> None:
    """Raise `Invalid` (`send.rules`), with the `field` `counter` or `checksum`, unless this frame has room for them."""
    last = -1 if frame.remote else len(frame.data) - 1
    for name, place in (("counter", rules.counter), ("checksum", rules.checksum)):
        if place is not None and not 0 <= place <= last:
            what = _("The data has the bytes 0 to {last}.").format(last=number(last))
            if last < 0:
                what = _("The frame has no data.")
            raise Invalid("send.rules", what, field=name)
    if rules.counter is not None and rules.counter == rules.checksum:
        raise Invalid("send.rules", _("The counter and the checksum need bytes of their own."), field="checksum")


def plain_rules(rules: SendRules) -> dict[str, object]:
    """The rules as plain values, which `rules_of` takes."""
    plain: dict[str, object] = {}
    if rules.counter is not None:
        plain["counter"] = {"byte": rules.counter, "bits": rules.counter_bits.value}
    if rules.checksum is not None:
        plain["checksum"] = {"byte": rules.checksum, "kind": rules.checksum_kind.value}
    return plain


def rules_of(plain: dict[str, object]) -> SendRules:
    """The rules of plain values. Raises ValueError for others."""
    counter, check = plain.get("counter"), plain.get("checksum")
    rules = SendRules()
    if counter is not None:
        place, bits = _parts(counter, "bits")
        rules = SendRules(place, CounterBits(bits))
    if check is not None:
        place, kind = _parts(check, "kind")
        rules = SendRules(rules.counter, rules.counter_bits, place, ChecksumKind(kind))
    return rules


def _parts(plain: object, name: str) -> tuple[int, str]:
    if isinstance(plain, dict):
        place, word = plain.get("byte"), plain.get(name)
        if isinstance(place, int) and not isinstance(place, bool) and isinstance(word, str):
            return place, word
    raise ValueError(name)
