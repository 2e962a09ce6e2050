"""Names shortened to the room that they have, so that they can still be told apart."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF

_LEAST_CHARACTERS: Final = 10
"""Characters that must be left of a name that is cut."""


def short_names(names: Sequence[str], metrics: QFontMetricsF, room: float) -> list[str]:
    """Names of at most `room` pixels, cut at the end. Where different names would become the same, words that all begin
    with are dropped, as few as possible; if that doesn't help, they are cut in the middle."""
    cut = [metrics.elidedText(name, Qt.TextElideMode.ElideRight, room) for name in names]
    if len(set(cut)) == len(set(names)):
        return cut
    shorter: Sequence[str] = names
    for begin in _shared_words(names):
        shorter = [f"…{name[begin:]}" for name in names]
        if all(metrics.horizontalAdvance(name) <= room for name in shorter):
            break
    cut = [metrics.elidedText(name, Qt.TextElideMode.ElideRight, room) for name in shorter]
    if len(set(cut)) == len(set(names)):
        return cut
    return [metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room) for name in names]


def _shared_words(names: Sequence[str]) -> list[int]:
    """Where the words after the first begin, as far as all names are equal before them."""
    first, *others = (name.split(" ") for name in names)
    count = 0
    while all(len(words) > count + 1 and words[count] == first[count] for words in [first, *others]):
        count += 1
    return list(accumulate(len(word) + 1 for word in first[:count]))


def are_legible(names: Sequence[str], metrics: QFontMetricsF, room: float) -> bool:
    """Whether each name is whole within `room` pixels, or enough of it is left to read it."""
    return all(
        metrics.horizontalAdvance(name) <= room or len(cut.replace("…", "")) >= _LEAST_CHARACTERS
        for name, cut in zip(names, short_names(names, metrics, room), strict=True)
    )
