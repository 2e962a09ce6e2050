"""Runs programs as `python -m module` does, each in a process of its own, forked from one that has imported everything.

A fresh interpreter spends most of a second importing before it does what a test asks about. As a program this module
is that one process: it takes requests on the socket it inherited, forks for each, and answers how the child ended.
"""

import gc
import importlib
import json
import os
import runpy
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

_PATIENCE_S = 120
_IMPORTED = (
    *(f"benchboard.cli.{room}" for room in ("main", "account", "audit", "can", "dashboard", "db", "dongle", "people")),
    "alembic.command",
    "benchboard.analytics.queries",
    "benchboard.dashboards.home_layout",
    "benchboard.storage.models",
    "psycopg",
    "rich.table",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
    "sqlcipher3",
)


class Programs:
    """What forks them."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def run(
        self, module: str, *arguments: str, environment: Mapping[str, str], typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """`python -m module arguments` with `typed` on standard input; a negative status is the signal it died of."""
        request = {"module": module, "arguments": arguments, "environment": dict(environment), "typed": typed}
        self._stream.write(json.dumps(request) + "\n")
        self._stream.flush()
        answer: dict[str, Any] = json.loads(self._stream.readline())
        return subprocess.CompletedProcess([module, *arguments], answer["status"], answer["out"], answer["err"])


@contextmanager
def warmed() -> Iterator[Programs]:
    """The process that forks, until the block ends; it ends with this one too."""
    ours, its = socket.socketpair()
    ours.settimeout(_PATIENCE_S)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BENCHBOARD_", "PG"))}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-m", "support.programs", str(its.fileno())]
    with (
        subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, pass_fds=[its.fileno()]),
        ours,
        ours.makefile("rw", encoding="utf-8") as stream,
    ):
        its.close()
        yield Programs(stream)


def main(descriptor: int) -> None:
    with socket.socket(fileno=descriptor) as asked, asked.makefile("rw", encoding="utf-8") as stream:
        for name in _IMPORTED:
            importlib.import_module(name)
        gc.freeze()
        for line in stream:
            request = json.loads(line)
            with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
                given.write(request["typed"].encode())
                given.seek(0)
                child = os.fork()
                if child == 0:
                    for number, file in enumerate((given, out, err)):
                        os.dup2(file.fileno(), number)
                    break
                _pid, status = os.waitpid(child, 0)
                told = {"status": os.waitstatus_to_exitcode(status)}
                for name, file in (("out", out), ("err", err)):
                    file.seek(0)
                    told[name] = file.read().decode()
            stream.write(json.dumps(told) + "\n")
            stream.flush()
        else:
            return
    # The child alone comes here, and ends as any interpreter does.
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = [request["module"], *request["arguments"]]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
