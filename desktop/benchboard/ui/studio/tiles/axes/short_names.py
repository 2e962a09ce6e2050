"""Names shortened to the room that they have, so that they can still be told apart."""

import re
from collections.abc import Sequence
from itertools import accumulate, takewhile
from typing import Final, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF

_LEAST_SHARED: Final = 4
"""Signs that names must have in common to be shown without them."""
_WORD: Final = re.compile(r"[^\s/_-]+[\s/_-]*")
_BETWEEN: Final = " /_-"


class OwnWords(NamedTuple):
    """Names without the words that all of them have, and those words: “Lyon” of “Warehouse … North”."""

    names: list[str]
    shared: str


def own_words(names: Sequence[str]) -> OwnWords | None:
    """Names without the words that all begin with and all end with; None if something would be left of none, or if
    they have nothing of a certain length in common. A number keeps the word before it: “line 3”."""
    if len(set(names)) < 2:
        return None
    words = [_WORD.findall(name) for name in names]
    if any("".join(parts) != name for parts, name in zip(words, names, strict=True)):
        return None
    first, fewest = words[0], min(map(len, words))
    begin = sum(1 for _place in takewhile(lambda at: len({one[at] for one in words}) == 1, range(fewest - 1)))
    if begin and all(one[begin][0].isdigit() for one in words):
        begin -= 1
    end = sum(
        1 for _place in takewhile(lambda at: len({one[-1 - at] for one in words}) == 1, range(fewest - begin - 1))
    )
    own = ["".join(one[begin : len(one) - end]).rstrip(_BETWEEN) for one in words]
    before, after = "".join(first[:begin]), "".join(first[len(first) - end :])
    if len(before + after) < _LEAST_SHARED or len(set(own)) < len(set(names)):
        return None
    return OwnWords(own, f"{before}…{' ' if after else ''}{after}")


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


def names_in_lines(names: Sequence[str], metrics: QFontMetricsF, room: float, most: int) -> list[tuple[str, ...]]:
    """Names of up to `most` lines of at most `room` pixels: one where that is enough, else more that are broken between
    words. Where different names would become the same, all are as `short_names` makes them."""
    found = [_in_lines(name, metrics, room, most) for name in names]
    if len(set(found)) == len(set(names)):
        return found
    return [(name,) for name in short_names(names, metrics, room)]


def _in_lines(name: str, metrics: QFontMetricsF, room: float, most: int) -> tuple[str, ...]:
    breaks = [
        place for place, sign in enumerate(name) if sign == " " and metrics.horizontalAdvance(name[:place]) <= room
    ]
    if metrics.horizontalAdvance(name) <= room or not breaks or most < 2:
        return (metrics.elidedText(name, Qt.TextElideMode.ElideRight, room),)
    return name[: breaks[-1]], *_in_lines(name[breaks[-1] + 1 :], metrics, room, most - 1)


def _shared_words(names: Sequence[str]) -> list[int]:
    """Where the words after the first begin, as far as all names are equal before them."""
    first, *others = (name.split(" ") for name in names)
    count = 0
    while all(len(words) > count + 1 and words[count] == first[count] for words in [first, *others]):
        count += 1
    return list(accumulate(len(word) + 1 for word in first[:count]))
