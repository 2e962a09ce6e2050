"""A run with a process that crashes comes to its end, and says which test it was."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from xdist.remote import Producer

from support.scheduling import CrashScheduling

_PASSES = "def test_first():\n    pass\n\ndef test_second():\n    pass\n"
_CRASHES = "import os\n\ndef test_crash():\n    os._exit(3)\n"


@pytest.mark.parametrize("after", ["", "\ndef test_last():\n    pass\n"], ids=["at the end", "before one test"])
def test_run_whose_process_crashes_ends_with_one_failure(tmp_path: Path, after: str) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_a.py").write_text(_PASSES)
    (tmp_path / "test_b.py").write_text(_PASSES)
    (tmp_path / "test_c.py").write_text(_CRASHES + after)
    workers = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "xdist",
            "-p",
            "support.scheduling",
            "-p",
            "no:cacheprovider",
            *workers,
        ],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout + run.stderr
    # Where CI or BUILD_NUMBER is set, pytest doesn't cut its summary, and the sentence stands there once more.
    assert set(re.findall(r"worker '\w+' crashed while running '(.*?)'", run.stdout)) == {"test_c.py::test_crash"}
    assert f"1 failed, {5 if after else 4} passed" in run.stdout


class _Process:
    """Stands in for a process that xdist runs tests in, and notes which of them it was given."""

    def __init__(self) -> None:
        self.given: list[int] = []
        self.shutting_down = False
        self.gateway = SimpleNamespace(id="gw")

    def send_runtest_some(self, indices: list[int]) -> None:
        self.given += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def test_processes_that_crash_at_once_are_replaced_one_after_the_other() -> None:
    """The first is ready while the other one still collects its tests: that gets its files when it has them."""
    tests = [f"test_{name}.py::test_{k}" for name in "abcdef" for k in range(2)]
    config = SimpleNamespace(getvalue={"tx": ["2*popen"]}.get, option=SimpleNamespace(loadscopereorder=False))
    scheduling = CrashScheduling(config, Producer("scheduling", enabled=False))  # type: ignore[arg-type]
    one, two, third, fourth = (_Process() for _name in range(4))
    for process in (one, two):
        scheduling.add_node(process)  # type: ignore[arg-type]
        scheduling.add_node_collection(process, tests)  # type: ignore[arg-type]
    scheduling.schedule()
    crashed = [scheduling.remove_node(process) for process in (one, two)]
    for process in (third, fourth):
        scheduling.add_node(process)  # type: ignore[arg-type]

    scheduling.add_node_collection(third, tests)  # type: ignore[arg-type]
    scheduling.schedule()
    assert third.given
    assert not fourth.given

    scheduling.add_node_collection(fourth, tests)  # type: ignore[arg-type]
    scheduling.schedule()
    assert fourth.given
    for process in (third, fourth):  # each gets more files while it runs those it has
        for index in process.given:
            scheduling.mark_test_complete(process, index)  # type: ignore[arg-type]
    run = sorted(tests[index] for process in (third, fourth) for index in process.given)
    assert run == [test for test in tests if test not in crashed]
