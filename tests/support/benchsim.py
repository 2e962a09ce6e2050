"""The product's own simulator as a process, and a look into its dongles' memories."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchboard.dongles.protocol import PersistentState, crypto
from benchboard.dongles.simulator.flash import Flash


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator: `ports` to open, by device id; `say` types on its standard input."""

    process: subprocess.Popen[str]
    ports: dict[str, str]
    home: Path

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def persistent(self, device_id: str) -> PersistentState:
        """What the dongle's memory holds, read as a new dongle would read it."""
        for path in (self.home / "simulated").glob("*.flash"):
            flash = Flash(path.read_bytes())
            seed = flash.identity()
            if seed is not None and _id_of(seed) == device_id:
                found = PersistentState.decode(flash.load() or b"")
                if found is None:
                    break
                return found
        from benchboard.dongles.simulator.node import FACTORY_CONFIG

        return PersistentState(FACTORY_CONFIG)


def _id_of(seed: bytes) -> str:
    return crypto.device_id(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


@contextmanager
def simulated(home: Path, count: int = 1, *options: str, pressed: bool = False) -> Iterator[Simulator]:
    """`benchboard dongle simulate` with BENCHBOARD_HOME `home`, until the block ends.

    With `pressed` somebody presses each button the moment it is asked for, instead of the dongle 0.3 s later.
    """
    command = [sys.executable, "-m", "benchboard", "dongle", "simulate", "--count", str(count), "--json", *options]
    environment = {**os.environ, "BENCHBOARD_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe, told = subprocess.PIPE, subprocess.PIPE if pressed else subprocess.DEVNULL
    with subprocess.Popen(
        [*command, "--manual"] if pressed else command,
        env=environment, stdin=pipe, stdout=pipe, stderr=told, text=True,
    ) as process:  # fmt: skip
        presser = threading.Thread(target=_press, args=(process,))
        try:
            assert process.stdout is not None
            served = [json.loads(process.stdout.readline()) for _one in range(count)]
            if pressed:
                presser.start()
            yield Simulator(process, {one["device_id"]: one["port"] for one in served}, home)
        finally:
            process.terminate()
            if presser.is_alive():
                presser.join()


def _press(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stderr is not None
    for line in process.stderr:
        if asked := re.match(r"Dongle \w+ \(number (\d+)\) is waiting for a button press", line):
            process.stdin.write(f"press {asked[1]}\n")
            process.stdin.flush()
