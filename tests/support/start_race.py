"""Commands that start at the same moment on a home folder where nothing was ever made.

As a program: `python -m support.start_race FOLDER ROUNDS`. Each round forks one process for each of several commands,
starts all of them together, and opens the database when they have ended. It prints one line of JSON for each round:
the exit status of each command and `"opens"`, the error code of the next start (null: it opens).

Whichever command finds no database key waits until the others have found none either, so that all of them would make
one. Where a lock lets one command look at a time, that cannot happen, and it goes on after `_PATIENCE_MS`.
"""

import json
import os
import select
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path

from benchboard import workspace
from benchboard.cli.main import main as run_command
from benchboard.errors import AppError
from benchboard.storage import upgrade
from benchboard.vault import Vault
from support import forked

COMMANDS = (("user", "list"), ("db", "current"), ("db", "upgrade"), ("db", "check"), ("db", "seed"), ("whoami",))
_PATIENCE_MS = 300


class _Meeting:
    """A point that processes wait at until each of them has come there or has ended."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()

    def join(self, timeout_ms: int | None = None) -> None:
        if self._write != -1:
            self.leave()
            poll = select.poll()
            poll.register(self._read, select.POLLHUP)
            poll.poll(timeout_ms)

    def leave(self) -> None:
        """What the process that forked the others does: it does not take part."""
        os.close(self._write)
        self._write = -1


def main(folder: Path, rounds: int) -> None:
    os.environ["BENCHBOARD_KEYRING"] = "off"
    _import_everything(folder / "warm")
    for number in range(rounds):
        home = folder / str(number)
        os.environ["BENCHBOARD_HOME"] = str(home)
        statuses = {" ".join(command): status for command, status in zip(COMMANDS, _race(), strict=True)}
        print(json.dumps({"statuses": statuses, "opens": _error_of_next_start(home)}), flush=True)


def _import_everything(home: Path) -> None:
    """What a start imports late is imported here, so that the forked processes begin at once."""
    workspace.open_local(home).close()
    upgrade.check(workspace.connect(home).database)


def _race() -> list[int]:
    start, no_key = _Meeting(), _Meeting()
    children = [forked.start(partial(_run, arguments, start, no_key)) for arguments in COMMANDS]
    start.leave()
    no_key.leave()
    return [forked.wait(child) for child in children]


def _run(arguments: tuple[str, ...], start: _Meeting, no_key: _Meeting) -> int:
    look_up = Vault.get

    def get(vault: Vault, name: str) -> bytes | None:
        secret = look_up(vault, name)
        if secret is None and name.startswith("database."):
            no_key.join(_PATIENCE_MS)
        return secret

    Vault.get = get  # type: ignore[method-assign]
    start.join()
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        return run_command(arguments)


def _error_of_next_start(home: Path) -> str | None:
    """The next start is a process of its own too: nothing of it is left in the one that forks."""
    read, write = os.pipe()
    child = forked.start(partial(_open, home, write))
    os.close(write)
    with os.fdopen(read) as answer:
        error = answer.read()
    return f"status {status}" if (status := forked.wait(child)) else error or None


def _open(home: Path, answer: int) -> None:
    try:
        workspace.open_local(home).close()
    except AppError as error:
        os.write(answer, error.code.encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
