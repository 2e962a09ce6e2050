"""Simulated dongles that this window started, in a child process that ends with it."""

import contextlib
import json
import subprocess
import sys
from typing import Final

from benchboard import settings
from benchboard.errors import Unavailable
from benchboard.i18n import _
from benchboard.vault import require_known_home

_DONGLES: Final = 2
_TRAFFIC: Final = 120
DEMO_BUS: Final = "demo"
"""The bus of the dongles that are simulated for the demo. They are others than those of one's own bench: a dongle that
is paired in the demo couldn't be paired there.
"""


class SimulatorProcess:
    """A child process that simulates dongles; this window can press their buttons.

    Raises `Unavailable` if it doesn't start, or the data folder is gone.
    """

    def __init__(self, *, demo: bool = False) -> None:
        require_known_home(settings.home())  # the process would make an empty one
        command = [sys.executable, "-m", "benchboard", "dongle", "simulate", "--count", str(_DONGLES)]
        if demo:
            command += ["--bus", DEMO_BUS]
        try:
            self._process = subprocess.Popen(
                [*command, "--traffic", str(_TRAFFIC), "--manual", "--until-eof", "--json"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        except OSError as error:
            raise _start_failed() from error
        self.device_ids: list[str] = []
        output = self._process.stdout
        assert output is not None
        try:
            for _one in range(_DONGLES):
                self.device_ids.append(json.loads(output.readline())["device_id"])
        except (ValueError, KeyError, TypeError) as error:
            self.stop()
            raise _start_failed() from error

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def press(self, device_id: str) -> None:
        if device_id in self.device_ids and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.write(f"press {self.device_ids.index(device_id) + 1}\n")
                self._process.stdin.flush()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _start_failed() -> Unavailable:
    return Unavailable(
        "bench.simulator",
        _("The simulator didn't start."),
        do=_("Run “benchboard dongle simulate” in a terminal to see why."),
    )
