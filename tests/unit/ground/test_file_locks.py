"""Who holds a lock, with a real one of another process."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchboard import file_locks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who holds a lock")
_HOLD = """
import fcntl, sys
with open(sys.argv[1]) as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print(flush=True)
    input()
"""


@pytest.mark.parametrize("locked", [True, False])
def test_lock_holder_is_the_process_with_the_lock(tmp_path: Path, locked: bool) -> None:
    paths = tmp_path / "asked", tmp_path / "other"
    for path in paths:
        path.touch()
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(paths[not locked])], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert file_locks.lock_holder(paths[0]) == (process.pid if locked else None)
        process.communicate(b"\n")
    assert file_locks.lock_holder(paths[0]) is None


def test_lock_holder_of_a_file_with_this_inode_on_another_device_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.touch()
    inode, read_text = path.stat().st_ino, Path.read_text

    def locks(at: Path, encoding: str | None = None) -> str:
        elsewhere = f"1: FLOCK  ADVISORY  WRITE 812 ff:ff:{inode} 0 EOF\n"
        return elsewhere if at == Path("/proc/locks") else read_text(at, encoding)

    monkeypatch.setattr(Path, "read_text", locks)
    assert file_locks.lock_holder(path) is None


def test_lock_holder_of_a_missing_file_is_none(tmp_path: Path) -> None:
    assert file_locks.lock_holder(tmp_path / "missing") is None
