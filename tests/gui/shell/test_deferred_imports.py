"""What importing a module costs once Qt is there."""

import subprocess
import sys

_COUNTED = """
import PySide6.QtWidgets
import benchboard.ui
import linecache
before = set(linecache.cache)
import benchboard.ui.shell.shell
print(sum(name.endswith(".py") for name in set(linecache.cache) - before))
"""


def test_no_module_is_read_again_as_source_when_it_is_imported() -> None:
    """PySide reads the source of each to look for its features; that took an eighth of the time to the first room."""
    result = subprocess.run([sys.executable, "-c", _COUNTED], capture_output=True, text=True, check=True)
    assert int(result.stdout) < 10
