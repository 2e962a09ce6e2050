"""How well a typed word matches a name, and by which of its letters."""

from typing import NamedTuple

EXACT, BEGINS, WORD_BEGINS, CONTAINS, SCATTERED = range(5)


class LetterMatch(NamedTuple):
    """`rank`: the lower, the better. `letters`: the places of the letters that match."""

    rank: int
    letters: tuple[int, ...]


def letter_match(typed: str, name: str) -> LetterMatch | None:
    """How `typed` matches `name`, whatever the case: as a whole, its beginning, that of one of its words, a part of it,
    or letters in this order that begin with the first; None if it doesn't."""
    if not typed:
        return LetterMatch(BEGINS, ())
    wanted, known = typed.lower(), name.lower()
    if len(known) != len(name):
        known = name  # a letter that is two in lower case would shift the others
    if known.startswith(wanted):
        return LetterMatch(EXACT if known == wanted else BEGINS, tuple(range(len(wanted))))
    at = known.find(wanted)
    while at >= 0:
        if not known[at - 1].isalnum():
            return LetterMatch(WORD_BEGINS, tuple(range(at, at + len(wanted))))
        at = known.find(wanted, at + 1)
    at = known.find(wanted)
    if at >= 0:
        return LetterMatch(CONTAINS, tuple(range(at, at + len(wanted))))
    return _scattered(wanted, known)


def _scattered(wanted: str, known: str) -> LetterMatch | None:
    if not known or wanted[0] != known[0]:
        return None
    letters, at = [], -1
    for letter in wanted:
        at = known.find(letter, at + 1)
        if at < 0:
            return None
        letters.append(at)
    return LetterMatch(SCATTERED, tuple(letters))
