"""How many examples a property test tries, and how much of an enumeration is run: all of it in `make fuzz`, a part
that is always the same in `make test`."""

import os
from typing import Any, Final

from hypothesis import settings

FUZZING: Final = os.environ.get("BENCHBOARD_HYPOTHESIS") == "fuzz"
_FEWEST: Final = 20


def examples(count: int, *, costly: bool = False, **options: Any) -> settings:
    """Settings for `count` new examples where we look for faults, else for a third of them, 20 at the least, or if one
    is `costly` (it takes a second) for a tenth of them.

    `make test` tries the same ones every time, to see what a change broke: more of them say little more.
    """
    tried = count // 10 if costly else max(_FEWEST, count // 3)
    return settings(max_examples=count if FUZZING else min(count, tried), **options)


def every(step: int) -> int:
    """The step of an enumeration: 1 where we look for faults, else `step`, a prime, to meet each kind of case."""
    return 1 if FUZZING else step
