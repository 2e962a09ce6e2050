"""Runs a function in a forked child process that can never go on as a second test run."""

import os
import sys
import traceback
from collections.abc import Callable

FAILED = 70
"""The exit status of a child whose function raised; its traceback is on standard error."""


def start(work: Callable[[], int | None], *, uid: int | None = None) -> int:
    """Fork a child that calls `work`, as another user if `uid` is given, and ends with its answer as exit status.

    Answers the child's process id. Neither an exception nor `SystemExit` leaves the child.
    """
    child = os.fork()
    if child:
        return child
    status = FAILED
    try:
        if uid is not None:
            os.setuid(uid)
        status = work() or 0
    except BaseException:  # noqa: BLE001  # also SystemExit and KeyboardInterrupt: nothing may go on from here
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def wait(child: int) -> int:
    """The exit status of a child; a negative one is the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run(work: Callable[[], int | None], *, uid: int | None = None) -> int:
    """The exit status of a child that calls `work`, which it waits for."""
    return wait(start(work, uid=uid))
