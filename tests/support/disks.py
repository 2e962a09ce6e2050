"""A disk as the operating system describes it, for tests that can't fill one."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


def fake_disk(monkeypatch: pytest.MonkeyPatch, *, blocks: int, files: int = 1000, flags: int = 0) -> None:
    """Make every disk report `blocks` free blocks of 4096 bytes, `files` free file entries of 1000, and `flags`."""
    answer = (4096, 4096, 10_000, blocks, blocks, 1000, files, files, flags, 255)
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(answer))


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file of this process can grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
