"""Devices on real pseudo-terminals that fail their check, linked in BENCHBOARD_HOME/ports as a simulator's are."""

import contextlib
import os
import pty
import random
import select
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from benchboard.canbus import link
from benchboard.dongles import protocol
from benchboard.dongles.protocol import ConsoleDecoder, Packet
from support.cable import new_dongle

Answer = Callable[[bytes], bytes]


def _forger() -> tuple[str, Answer]:
    """A dongle whose signatures are false, and its id."""
    dongle, decoder = new_dongle(), ConsoleDecoder()

    def answer(data: bytes) -> bytes:
        dongle.feed(data, time.monotonic())
        packets = [found for found in decoder.feed(dongle.take_output()) if isinstance(found, Packet)]
        forged = [replace(one, body={**one.body, "signature": bytes(64)}) for one in packets]
        return b"".join(map(protocol.encode, forged))

    return dongle.device_id, answer


@contextmanager
def hostile_devices() -> Iterator[dict[str, str]]:
    """Their ids while the block runs: `flood` sends frames without end, `noise` answers at random, `forger` falsely."""
    forger, forge = _forger()
    ids = {"flood": "f" * 16, "noise": "0" * 16, "forger": forger}
    answers: dict[str, Answer] = {
        "flood": lambda _data: b"t12381122334455667788\r" * 20,
        "noise": lambda data: random.Random(len(data)).randbytes(200),
        "forger": forge,
    }
    with contextlib.ExitStack() as stack:
        served: dict[int, str] = {}
        for kind, device_id in ids.items():
            master, slave = pty.openpty()
            tty.setraw(slave)
            os.set_blocking(master, False)
            stack.callback(os.close, slave)
            stack.callback(os.close, master)
            served[master] = kind
            path = link.links_folder() / device_id
            path.parent.mkdir(mode=0o700, exist_ok=True)
            lock = link.lock_link(path, wait=True)
            assert lock is not None
            stack.enter_context(lock)
            path.symlink_to(os.ttyname(slave))
            stack.callback(path.unlink)
        ended_read, ended_write = os.pipe()
        stack.callback(os.close, ended_read)
        thread = threading.Thread(target=_serve, args=(served, answers, ended_read))
        thread.start()
        try:
            yield ids
        finally:
            os.close(ended_write)
            thread.join()


def _serve(served: dict[int, str], answers: dict[str, Answer], ended: int) -> None:
    while True:
        readable = select.select([*served, ended], [], [], 0.01)[0]
        if ended in readable:
            return
        for master, kind in served.items():
            data = os.read(master, 65_536) if master in readable else b""
            if data or kind == "flood":
                with contextlib.suppress(BlockingIOError):
                    os.write(master, answers[kind](data))
