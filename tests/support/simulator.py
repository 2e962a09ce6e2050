"""`benchboard dongle simulate` as a process, in a home folder of its own."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMAND = (
    "import sys\n"
    "from benchboard.cli.dongle_group import dongle\n"
    "from benchboard.errors import AppError\n"
    "try:\n    dongle(sys.argv[1:])\n"
    "except AppError as error:\n    sys.exit(str(error))\n"
)
ROOT = Path(__file__).parents[2]


def environment(home: Path) -> dict[str, str]:
    return os.environ | {"BENCHBOARD_HOME": str(home), "PYTHONPATH": str(ROOT / "desktop")}


class Simulator:
    """The running process and what it serves: `ports`, `device_ids`."""

    def __init__(self, process: subprocess.Popen[str], served: list[dict[str, str]]) -> None:
        self.process = process
        self.ports = [one["port"] for one in served]
        self.device_ids = [one["device_id"] for one in served]
        self.served = served

    def kill(self) -> None:
        """kill -9, and wait until it is dead."""
        self.process.kill()
        self.process.wait(60)

    def say(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def heard(self) -> str:
        """The next line on its standard error, within a minute."""
        assert self.process.stderr is not None
        readable, _, _ = select.select([self.process.stderr], [], [], 60)
        assert readable, "the simulator says nothing"
        return self.process.stderr.readline()


@contextmanager
def simulator(home: Path, *arguments: str, count: int = 1) -> Iterator[Simulator]:
    """Serve `count` dongles while the block runs; then SIGTERM, and a clean exit is asserted."""
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "simulate", "--json", "--count", str(count), *arguments],
        env=environment(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, bufsize=1,
    )  # fmt: skip
    assert process.stdout is not None
    served = []
    try:
        for _one in range(count):
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            served.append(json.loads(line))
        yield Simulator(process, served)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
