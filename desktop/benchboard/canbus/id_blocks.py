"""Which IDs come in which part of many frames, without going through all of them. No I/O."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

IdKey = tuple[int, bool]
"""An ID, and whether it is extended."""
_BLOCK: Final = 1_024


class IdBlocks:
    """Of frames that are added in their order, the IDs of each block of `_BLOCK`, a bit for each ID."""

    def __init__(self) -> None:
        self._bits: dict[IdKey, int] = {}
        self._blocks: list[int] = []
        self._count = 0

    def add(self, keys: Sequence[IdKey | None], which: NDArray[Any]) -> None:
        """Add the next frames: for each, the place of its ID in `keys`; None there if it has no ID."""
        bits = [0 if key is None else self._bits.setdefault(key, 1 << len(self._bits)) for key in keys]
        begin = 0
        while begin < len(which):
            if not self._count % _BLOCK:
                self._blocks.append(0)
            part = which[begin : begin + _BLOCK - self._count % _BLOCK]
            for place in np.unique(part).tolist():
                self._blocks[-1] |= bits[place]
            self._count += len(part)
            begin += len(part)

    def between(self, first: int, end: int, key_of: Callable[[int], IdKey | None]) -> frozenset[IdKey]:
        """The IDs of the frames from `first` to before `end`. `key_of` has the ID of a frame, for the blocks at the
        ends.
        """
        whole = range(-(-first // _BLOCK), end // _BLOCK)
        if not whole:
            return frozenset(key for place in range(first, end) if (key := key_of(place)) is not None)
        bits = 0
        for block in self._blocks[whole.start : whole.stop]:
            bits |= block
        edges = (*range(first, whole.start * _BLOCK), *range(whole.stop * _BLOCK, end))
        found = {key for key, bit in self._bits.items() if bits & bit}
        return frozenset(found.union(key for place in edges if (key := key_of(place)) is not None))
