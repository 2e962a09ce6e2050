"""A run with a process that crashes comes to its end, and says which test it was."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

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
