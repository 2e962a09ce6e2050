"""A forked child of a test ends with its function, whatever that does."""

import os
import signal
from pathlib import Path

import pytest

from support import forked


def test_run_with_a_function_that_answers_gives_its_status() -> None:
    assert forked.run(lambda: None) == 0
    assert forked.run(lambda: 3) == 3


@pytest.mark.parametrize("error", [PermissionError("unexpected"), SystemExit(0), KeyboardInterrupt()])
def test_run_with_a_function_that_raises_ends_the_child(
    error: BaseException, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail() -> int:
        raise error

    parent = os.getpid()
    assert forked.run(fail) == forked.FAILED
    assert os.getpid() == parent
    assert type(error).__name__ in capfd.readouterr().err


def test_run_with_a_function_that_is_killed_gives_the_signal() -> None:
    assert forked.run(lambda: os.kill(os.getpid(), signal.SIGKILL)) == -signal.SIGKILL


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_run_as_another_user_may_not_read_what_is_closed_to_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "file").touch()
    assert forked.run(lambda: len(os.listdir(tmp_path))) == 1  # noqa: PTH208
    assert forked.run(lambda: len(os.listdir(tmp_path)), uid=65534) == forked.FAILED  # noqa: PTH208
