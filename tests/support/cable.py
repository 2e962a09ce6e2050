"""A serial cable in memory between `Device` and a simulated dongle, which can be cut after any byte; and its clock."""

import random
from collections.abc import Callable

from benchboard.dongles.device import Device
from benchboard.dongles.simulator.bus import VirtualBus
from benchboard.dongles.simulator.flash import Flash
from benchboard.dongles.simulator.node import SimulatedDongle
from benchboard.errors import DeviceFailure


def seeded(seed: int) -> Callable[[int], bytes]:
    """Bytes that are the same in every run."""
    return random.Random(seed).randbytes


class Clock:
    """A clock that only advances when a read waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def new_dongle(flash: Flash | None = None, *, seed: int = 1, press_after: float | None = 0.0) -> SimulatedDongle:
    """A dongle alone on its bus; the same seed on an empty flash is the same dongle."""
    return SimulatedDongle(flash or Flash(), VirtualBus(), random=seeded(seed), press_after=press_after)


class Cable:
    """One connection. It is cut once `to_device` or `to_host` bytes have passed that way (None: never).

    The host sees a cut cable as `port.gone`; with `silent` it only drops all bytes. `tamper` may change them.
    """

    def __init__(
        self,
        dongle: SimulatedDongle,
        clock: Clock,
        *,
        to_device: int | None = None,
        to_host: int | None = None,
        silent: bool = False,
    ) -> None:
        self.path = "/dev/ttyTEST"
        self.passed = [0, 0]
        self.log: list[tuple[int, bytes]] = []
        self._left = [to_device, to_host]
        self.dongle = dongle
        self._clock = clock
        self._silent = silent
        self._cut = False
        self.tamper: Callable[[int, bytes], bytes] = lambda _way, data: data

    def write(self, data: bytes) -> None:
        self._check()
        passed = self._pass(0, self.tamper(0, data))
        self.dongle.feed(passed, self._clock.now)
        self._check()

    def read(self, timeout: float) -> bytes:
        self._check()
        self.dongle.tick(self._clock.now)
        data = b"" if self._cut else self.dongle.take_output()
        if not data:
            self._clock.now += timeout
            self.dongle.tick(self._clock.now)
            data = b"" if self._cut else self.dongle.take_output()
        passed = self._pass(1, self.tamper(1, data))
        if not passed:
            self._check()
        return passed

    def close(self) -> None:
        self._cut = True

    def _pass(self, way: int, data: bytes) -> bytes:
        if self._cut:
            return b""
        left = self._left[way]
        if left is not None and len(data) > left:
            data, self._cut = data[:left], True
        if left is not None:
            self._left[way] = left - len(data)
        self.passed[way] += len(data)
        self.log.append((way, data))
        return data

    def _check(self) -> None:
        if self._cut and not self._silent:
            raise DeviceFailure("port.gone", "The device is gone.")


def connect(dongle: SimulatedDongle, clock: Clock, *, seed: int = 2) -> Device:
    """A `Device` over a cable of its own."""
    return Device(Cable(dongle, clock), clock=clock, random=seeded(seed))
