"""Which IDs come in which part of many frames, without going through all of them. No I/O."""

from collections.abc import Callable
from typing import Final

IdKey = tuple[int, bool]
"""An ID, and whether it is extended."""
_BLOCK: Final = 1_024


class IdBlocks:
    """Of frames that are added in their order, the IDs of each block of `_BLOCK`, a bit for each ID."""

    def __init__(self) -> None:
        self._bits: dict[IdKey, int] = {}
        self._blocks: list[int] = []
        self._count = 0

    def add(self, key: IdKey | None) -> None:
        """Add the next frame; None if it has no ID."""
        if not self._count % _BLOCK:
            self._blocks.append(0)
        self._count += 1
        if key is not None:
            bit = self._bits.get(key)
            if bit is None:
                bit = self._bits[key] = 1 << len(self._bits)
            self._blocks[-1] |= bit

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
