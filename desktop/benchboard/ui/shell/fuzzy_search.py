"""Fuzzy search over the palette's entries, with scores."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchboard.i18n import _


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """One row of the palette: a command, a view, or a search result.

    `keys` are as on key caps; `why_not` says why it can't be run now.
    """

    title: str
    run: Callable[[], object]
    subtitle: str = ""
    icon: str = ""
    keys: str = ""
    group: str = ""
    search_terms: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class CommandMatch:
    """A matching entry: its score, and the matching letters of its title or the matching search term."""

    entry: PaletteEntry
    score: int
    letters: tuple[int, ...] = ()
    word: str = ""


def fold(text: str) -> str:
    """`text` for comparison: lower case, no accents, letter by letter (so that positions are kept)."""
    folded = []
    for letter in text:
        plain = unicodedata.normalize("NFD", letter)[0].lower()
        folded.append("i" if plain in ("ı", "i̇") else plain[0])
    return "".join(folded)


def match(query: str, text: str) -> tuple[int, tuple[int, ...]] | None:
    """The score of `query`'s letters in `text`, in order, and their positions; None if they don't match.

    A run at the start of a word scores most, a run inside a word less, scattered letters little.
    """
    letters, folded = fold("".join(query.split())), fold(text)
    if not letters:
        return 0, ()
    best: tuple[int, tuple[int, ...]] | None = None
    for start in (index for index, letter in enumerate(folded) if letter == letters[0]):
        found = _match_from(letters, folded, start)
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    return best


def _match_from(letters_wanted: str, text: str, start: int) -> tuple[int, tuple[int, ...]] | None:
    letters = [start]
    for position, letter in enumerate(letters_wanted[1:], 2):
        at = text.find(letter, letters[-1] + 1)
        if at < 0:
            return None
        if at != letters[-1] + 1:
            # Prefer the next start of a word, if the rest still matches after it.
            start_of_word = next((i for i in range(at, len(text)) if text[i] == letter and _is_word_start(text, i)), at)
            at = start_of_word if _is_subsequence(letters_wanted[position:], text, start_of_word + 1) else at
        letters.append(at)
    score = 0 if _is_word_start(text, start) else -6
    for index, at in enumerate(letters):
        run = index > 0 and at == letters[index - 1] + 1
        score += 12 if _is_word_start(text, at) else 8 if run else 1
        score -= 0 if run or index == 0 else 3
    return score * 4 - letters[0] - (letters[-1] - letters[0]) // 4, tuple(letters)


def _is_subsequence(letters: str, text: str, at: int) -> bool:
    """Whether `letters` are in `text` from `at` on, in order."""
    rest = iter(text[at:])
    return all(letter in rest for letter in letters)


def _is_word_start(text: str, at: int) -> bool:
    return at == 0 or not text[at - 1].isalnum()


def search(query: str, entries: Sequence[PaletteEntry]) -> list[CommandMatch]:
    """The entries that match `query`, in groups, first that of the best one that can be run; with `>` in front, only
    commands.
    """
    only_commands = query.lstrip().startswith(">")
    query = query.lstrip().removeprefix(">").strip()
    candidates = [entry for entry in entries if not only_commands or entry.group != go_to_group()]
    hits = [match_ for entry in candidates if (match_ := _match_entry(query, entry)) is not None]
    if not query:
        return _group(hits, list(dict.fromkeys(hit.entry.group for hit in hits)))
    # Letters scattered over a title are noise if another entry matches well.
    best = max((hit.score for hit in hits), default=0)
    hits = [hit for hit in hits if best <= 0 or hit.score * 5 >= best * 3]
    ranked = sorted(hits, key=lambda hit: (bool(hit.entry.why_not), -hit.score))
    return _group(hits, list(dict.fromkeys(hit.entry.group for hit in ranked)))


def _match_entry(query: str, entry: PaletteEntry) -> CommandMatch | None:
    """Match by title, with a lower score by a search term, and lower still by the subtitle.

    Letters scattered over the title score less than a search term.
    """
    by_title, by_term = match(query, entry.title), _match_search_terms(query, entry)
    if by_title is not None and (by_term is None or by_title[0] >= by_term.score):
        return CommandMatch(entry, *by_title)
    if by_term is not None:
        return by_term
    if len(query) > 1 and entry.subtitle and (by_subtitle := match(query, entry.subtitle)) is not None:
        return CommandMatch(entry, by_subtitle[0] // 3)
    return None


def _match_search_terms(query: str, entry: PaletteEntry) -> CommandMatch | None:
    """Match by a search term that begins with the query, in the present language or in English."""
    folded = fold("".join(query.split()))
    whole = match(folded, folded)
    if len(folded) < 2 or not entry.search_terms or whole is None:
        return None
    for phrase in f"{_(entry.search_terms)},{entry.search_terms}".split(","):
        words = fold(phrase).split()
        if any("".join(words[at:]).startswith(folded) for at in range(len(words))):
            return CommandMatch(entry, whole[0] * 3 // 4, word=phrase.strip())
    return None


def _group(hits: list[CommandMatch], order: list[str]) -> list[CommandMatch]:
    """The hits by group, in each those that can be run now first."""
    return sorted(hits, key=lambda hit: (order.index(hit.entry.group), bool(hit.entry.why_not), -hit.score))


def go_to_group() -> str:
    """The title of the group of views."""
    return _("Go to")
