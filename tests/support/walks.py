"""Walks: the calls that lead from an event to what it causes, recorded as they happen, and compared with a page.

A walk has stages. A stage is the stack at the first call of a function (its end): the files of the program that were
called to get there. Between two stages the work is handed over, to another thread, a timer or a buffer.
"""

import functools
import itertools
import linecache
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final, NamedTuple

import grimp

import benchboard

_PACKAGE: Final = Path(benchboard.__file__).parent
PAGE: Final = Path(__file__).parents[2] / "docs/structure.md"


class Stage(NamedTuple):
    """Its title on the page, and its end as `file:function`."""

    title: str
    end: str


class _Call(NamedTuple):
    file: str
    function: str
    signals: bool
    """Whether it is emitting a signal, rather than calling the next one."""


class Walk:
    """Records the stages of a walk, one after the other."""

    def __init__(self, *stages: Stage) -> None:
        self._stages = stages
        self._stacks: list[list[_Call]] = []
        self._recording = False
        self._lock = threading.Lock()

    @property
    def complete(self) -> bool:
        """Whether the end of the last stage was called."""
        return len(self._stacks) == len(self._stages)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record what happens meanwhile, on this thread and on those that begin after `watch_threads`."""
        self._recording = True
        sys.setprofile(self._observe)
        try:
            yield
        finally:
            sys.setprofile(None)
            self._recording = False

    @contextmanager
    def watch_threads(self) -> Iterator[None]:
        """Observe the threads that begin meanwhile."""
        threading.setprofile(self._observe)
        try:
            yield
        finally:
            threading.setprofile(None)  # type: ignore[arg-type]  # typeshed does not know that it takes None

    def text(self) -> str:
        """The walk as the page shows it: a line for each visit of a file, with the climbs marked."""
        lines = []
        for stage, stack in zip(self._stages, self._stacks, strict=True):
            lines.append(stage.title)
            before: _Call | None = None
            for call in stack:
                if before is None or call.file != before.file:
                    climb = _climb(before, call) if before is not None else ""
                    lines.append(f"  {call.file:<52} {climb:<8} {call.function}".rstrip())
                before = call
        return "\n".join(lines)

    @property
    def climbs(self) -> int:
        """How often a file calls one that imports it."""
        pairs = [pair for stack in self._stacks for pair in itertools.pairwise(stack)]
        return sum(_climb(before, call) != "" for before, call in pairs)

    def _observe(self, frame: FrameType, event: str, _argument: Any) -> None:
        stage = len(self._stacks)  # read once: another thread may record the last one meanwhile
        if event != "call" or not self._recording or stage >= len(self._stages):
            return
        if _call(frame.f_code) == self._stages[stage].end:
            with self._lock:
                if not self.complete and _call(frame.f_code) == self._stages[len(self._stacks)].end:
                    self._stacks.append(_stack(frame))


def page_walk(heading: str) -> str:
    """The walk below a heading of the page: the last block of that section."""
    section = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (text,) = [part for part in section if part.startswith(heading)]
    return re.findall(r"```\n(.*?)\n```", text, re.DOTALL)[-1]


@functools.cache
def _call(code: CodeType) -> str:
    path = Path(code.co_filename)
    return f"{path.relative_to(_PACKAGE).as_posix()}:{code.co_qualname}" if path.is_relative_to(_PACKAGE) else ""


def _stack(frame: FrameType | None) -> list[_Call]:
    """The calls of the program, from the outermost to this one."""
    calls: list[_Call] = []
    while frame is not None:
        if call := _call(frame.f_code):
            file, _colon, function = call.partition(":")
            line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
            calls.append(_Call(file, function.replace(".<locals>", ""), ".emit(" in line))
        frame = frame.f_back
    return calls[::-1]


@functools.cache
def _imports() -> grimp.ImportGraph:
    return grimp.build_graph("benchboard", cache_dir=None)


def _climb(caller: _Call, called: _Call) -> str:
    """How a call climbs, if it does: by a signal, or by a callback."""
    modules: Sequence[str] = [
        f"benchboard.{call.file.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}"
        for call in (caller, called)
    ]
    if modules[0] == modules[1] or not _imports().chain_exists(importer=modules[1], imported=modules[0]):
        return ""
    return "signal" if caller.signals else "callback"
