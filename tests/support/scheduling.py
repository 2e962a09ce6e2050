"""Which file's tests a process of pytest-xdist gets next, also after one of the processes crashed."""

from typing import Any, Final

import pytest
from xdist.scheduler import LoadFileScheduling

_TOGETHER: Final = "tests/unit/ground/"
"""The files that share the source they parse (`support.source`): one process gets them all."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Take part in runs with `--dist loadfile`."""
    return CrashScheduling(config, log) if config.getoption("dist") == "loadfile" else None


class CrashScheduling(LoadFileScheduling):
    """Files as a whole, as `--dist loadfile` does; a test that crashed its process has failed, and the others are run.

    xdist gives that test to the next process, which crashes too. And a process starts a test only once it knows the
    next one, or that there is none: one that replaces a crashed process would wait for ever with a single test. And
    where several processes crash at once, xdist would hand files to one that still collects.
    """

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return _TOGETHER if file.startswith(_TOGETHER) else file

    def remove_node(self, node: Any) -> str | None:
        """Hand what a process did not run to the others; returns the test that crashed it."""
        left = {
            file: [test for test, done in tests.items() if not done] for file, tests in self.assigned_work[node].items()
        }
        crashed = next((test for tests in left.values() for test in tests), None)
        self.assigned_work[node] = {}
        super().remove_node(node)
        for file, tests in left.items():
            if others := [test for test in tests if test != crashed]:
                self.workqueue[file] = dict.fromkeys(others, False)
        for other in self.nodes:
            self._reschedule(other)
        return crashed

    def _reschedule(self, node: Any) -> None:
        if node not in self.registered_collections:
            return  # it replaces a crashed process, and gets files once it has collected the tests
        super()._reschedule(node)
        while not node.shutting_down and self._pending_of(self.assigned_work[node]) < 2:
            super()._reschedule(node)
