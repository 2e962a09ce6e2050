"""A dongle's protocol side at the other end of a handle, in this process and on a clock of its own.

The bytes are the real ones both ways (frames, CBOR, signatures); only the cable and the waiting are missing.
"""

import secrets
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchboard.dongles import protocol
from benchboard.dongles.protocol import CanConfig, Console, DeviceSide, Durable, Facts, Packet

FACTS = Facts("1.0.0", "Test dongle", "FDCAN", 80_000_000, True)
CONFIG = CanConfig(
    controller="FDCAN", clock_hz=80_000_000, bitrate=500_000, sample_point=87.5,
    prescaler=10, prop_seg=6, phase_seg1=7, phase_seg2=2, sjw=2,
)  # fmt: skip


class LoopDongle:
    """A dongle and the port it is on. `power_cycle` forgets what a power cut would; `pressing` is a finger on it."""

    def __init__(self, path: str = "loop0") -> None:
        self.path = path
        self.now = 1000.0
        self.pressing = True
        self.saved = Durable(CONFIG)
        self.before_write: Callable[[], None] = lambda: None
        self.after_write: Callable[[], None] = lambda: None
        self._identity = Ed25519PrivateKey.generate()
        self.power_cycle()

    def power_cycle(self) -> None:
        """Off and on: a claim under way is forgotten, what was saved stays."""
        self.machine = DeviceSide(self._identity, self.saved, self._save, facts=FACTS, random=secrets.token_bytes)
        self.replug()

    def replug(self) -> None:
        """The host is another one: what was in the cable is gone."""
        self._console = Console()
        self._answers = b""

    def factory_reset(self) -> None:
        """As its button would: identity key and token generation stay."""
        spent = (*self.saved.revoked, self.saved.claim_id) if self.saved.claim_id else self.saved.revoked
        self.saved = Durable(CONFIG, key_version=self.saved.key_version, revoked=spent)
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

    def close(self) -> None:
        """Nothing to give back."""

    def _save(self, durable: Durable) -> None:
        self.saved = durable
