"""An X server for one test, and xdotool on it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

missing = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
"""What these tests need and this machine does not have."""


def skip_without_qt_libraries(said: str) -> None:
    """Skip the test if a window ended since Qt lacks the libraries of X11, and fail if it said anything else."""
    assert "no Qt platform plugin" in said, f"the window ended and said: {said}"
    pytest.skip(f"no X11 for Qt here: {said}")


@contextmanager
def screen() -> Iterator[str]:
    """A screen of 1440 by 900 pixels; yields its DISPLAY."""
    read, write = os.pipe()
    # Else it starts anew whenever its last client goes, as each xdotool does, and refuses a window meanwhile.
    command = ["Xvfb", "-noreset", "-displayfd", str(write), "-screen", "0", "1440x900x24"]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


class Xdotool:
    """Mouse and keyboard of a screen."""

    def __init__(self, display: str) -> None:
        self._environment = {**os.environ, "DISPLAY": display}

    def __call__(self, *arguments: object) -> str:
        """Run it; answers what it said, nothing where it found nothing."""
        command = ["xdotool", *(str(argument) for argument in arguments)]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        return done.stdout.strip()
