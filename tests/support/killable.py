"""Calls with a time limit: they run in a process that is killed when the test ends."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import TimeoutError as NoAnswer
from typing import Any

HANG_SECONDS = 60
"""No call that these tests make takes a second on an idle machine; one that hangs would take hours."""


@contextmanager
def killable() -> Iterator[Callable[..., Any]]:
    """`call(function, *arguments)` runs a function of an importable module and fails if it hangs."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:  # leaving the block kills the process

        def call(function: Callable[..., Any], *arguments: object) -> Any:
            try:
                return pool.apply_async(function, arguments).get(HANG_SECONDS)
            except NoAnswer:
                raise AssertionError(f"{function.__name__} took more than {HANG_SECONDS} s") from None

        yield call
