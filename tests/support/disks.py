"""A disk as the operating system describes it, for tests that can't fill one."""

import os

import pytest


def fake_disk(monkeypatch: pytest.MonkeyPatch, *, blocks: int, files: int = 1000, flags: int = 0) -> None:
    """Make every disk report `blocks` free blocks of 4096 bytes, `files` free file entries of 1000, and `flags`."""
    answer = (4096, 4096, 10_000, blocks, blocks, 1000, files, files, flags, 255)
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(answer))
