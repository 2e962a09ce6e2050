"""A dongle in this process with a port of its own: real bytes both ways, no cable, and a clock that never waits."""

import secrets
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchboard.dongles import protocol
from benchboard.dongles.protocol import (
    ConsoleDecoder,
    DeviceDescription,
    DeviceSide,
    DongleConfig,
    Packet,
    PersistentState,
)

DESCRIPTION = DeviceDescription("1.0.0", "Test dongle", "FDCAN", 80_000_000, True)
CONFIG = DongleConfig(
    controller="FDCAN", clock_hz=80_000_000, bitrate=500_000, sample_point=87.5,
    prescaler=10, prop_seg=6, phase_seg1=7, phase_seg2=2, sjw=2,
)  # fmt: skip


def after_reset(persistent: PersistentState) -> PersistentState:
    """What a dongle holds after FACTORY_RESET: its counters and revoked claims stay (docs/protocol.md, section 5)."""
    revoked = (*persistent.revoked, persistent.claim_id) if persistent.claim_id is not None else persistent.revoked
    return PersistentState(CONFIG, key_version=persistent.key_version, revision=persistent.revision, revoked=revoked)


class LoopbackDongle:
    """A dongle with the port it is on. While `pressing`, its button is held down; `worn_out`, it stores nothing."""

    def __init__(self, path: str = "loop0") -> None:
        self.path = path
        self.now = 1000.0
        self.pressing = True
        self.worn_out = False
        self.saved = PersistentState(CONFIG)
        self.before_write: Callable[[], None] = lambda: None
        self.after_write: Callable[[], None] = lambda: None
        self._identity = Ed25519PrivateKey.generate()
        self.power_cycle()

    def power_cycle(self) -> None:
        """Switch the power off and on: a pending claim ends, what was saved stays."""
        self.machine = DeviceSide(
            self._identity, self.saved, self._save,
            description=DESCRIPTION, factory_config=CONFIG, random=secrets.token_bytes,
        )  # fmt: skip
        self.replug()

    def replug(self) -> None:
        """Plug it into another host: bytes on their way are lost."""
        self._console = ConsoleDecoder()
        self._answers = b""

    def factory_reset(self) -> None:
        """Forget the owner and the settings, as FACTORY_RESET does."""
        self.saved = after_reset(self.saved)
        self.power_cycle()

    def clock(self) -> float:
        return self.now

    def write(self, data: bytes) -> None:
        self.before_write()
        for found in self._console.feed(data):
            if isinstance(found, Packet):
                answer = self.machine.handle(found, self.now)
                if answer is not None:
                    self._answers += protocol.encode(answer)
                if self.pressing:
                    self.machine.press(self.now)
        self.after_write()

    def read(self, timeout: float) -> bytes:
        if not self._answers:
            self.now += timeout
        found, self._answers = self._answers, b""
        return found

    def put_back(self, answers: bytes) -> None:
        """Let these answers, which were read, be read again."""
        self._answers = answers

    def close(self) -> None:
        """Nothing to give back."""

    def _save(self, persistent: PersistentState) -> None:
        if self.worn_out:
            raise OSError
        self.saved = persistent
