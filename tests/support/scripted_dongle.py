"""A dongle on a real pseudo-terminal that answers each slcan command as a test tells it to."""

import fcntl
import os
import pty
import select
import sys
import termios
import threading
import tty
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class ScriptedDongle:
    """Answers CR to every command but those in `answers`, and nothing to the host's questions for its state.

    `commands` is what it was told, each with its CR. `answers` may be changed while it runs.
    """

    def __init__(self, answers: Mapping[bytes, bytes]) -> None:
        self.commands: list[bytes] = []
        self.answers = {b"e\r": b"", b"F\r": b"", **answers}
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._wake_read, self._wake_write = os.pipe()
        self._gone = False
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def say(self, data: bytes) -> None:
        """Send `data` to the host, in one piece."""
        os.write(self._master, data)

    def unread(self) -> int:
        """How many bytes the host has not read yet."""
        waiting = fcntl.ioctl(self._slave, termios.FIONREAD, bytes(4))
        return int.from_bytes(waiting, sys.byteorder)

    def stop_reading(self) -> None:
        """Read nothing any more; the port accepts not one byte more.

        Its output is stopped, as by an XOFF: a buffer that was filled has room again when the kernel has moved
        what is in it, a moment later.
        """
        self._stop_serving()
        termios.tcflow(self._slave, termios.TCOOFF)

    def unplug(self) -> None:
        """Be gone, as when somebody pulls the cable."""
        self._stop_serving()
        if not self._gone:
            self._gone = True
            for descriptor in (self._master, self._slave, self._wake_read, self._wake_write):
                os.close(descriptor)

    def _stop_serving(self) -> None:
        if self._thread.is_alive():
            os.write(self._wake_write, b"!")
            self._thread.join()

    def _serve(self) -> None:
        rest = b""
        while True:
            readable, _, _ = select.select([self._master, self._wake_read], [], [])
            if self._wake_read in readable:
                return
            *lines, rest = (rest + os.read(self._master, 4096)).split(b"\r")
            for line in lines:
                command = line + b"\r"
                self.commands.append(command)
                self.say(self.answers.get(command, b"\r"))


@contextmanager
def scripted_dongle(answers: Mapping[bytes, bytes] | None = None) -> Iterator[ScriptedDongle]:
    """A scripted dongle until the block ends."""
    dongle = ScriptedDongle(answers or {})
    try:
        yield dongle
    finally:
        dongle.unplug()
