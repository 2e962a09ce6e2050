"""The search over the palette's entries, with scores."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final

from benchboard.i18n import _

_STEP: Final = 1_000
_EXACT, _BEGINNING, _WORDS, _TERM, _INITIALS, _INSIDE, _SUBTITLE = (_STEP * rank for rank in range(8, 1, -1))
"""The least scores of the ways to match, from the best to the worst."""


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """One row of the palette: a command, a view, or a search result.

    `keys` are as on key caps; `why_not` says why it can't be run now. `name` is the part of a view's title by which
    the user knows it: a query that is this name, or its first words, finds it before anything else. `recent` is 0 for
    an entry that wasn't used lately, otherwise higher the later it was.
    """

    title: str
    run: Callable[[], object]
    subtitle: str = ""
    icon: str = ""
    keys: str = ""
    group: str = ""
    search_terms: str = ""
    why_not: str = ""
    name: str = ""
    recent: int = 0
    where: str = ""
    """What it belongs to, shown where it has no subtitle; it isn't searched."""
    leads: bool = False
    """Whether it leads to a view or to what was found in one, and is no command."""


@dataclass(frozen=True, slots=True)
class CommandMatch:
    """A matching entry: its score, and the matching letters of its title or the matching search term."""

    entry: PaletteEntry
    score: int
    letters: tuple[int, ...] = ()
    word: str = ""


@lru_cache(maxsize=8_192)  # every key asks for the same titles again
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


@lru_cache(maxsize=8_192)
def _beginnings(text: str) -> tuple[int, ...]:
    """Where the words of a text begin."""
    return tuple(at for at in range(len(text)) if text[at].isalnum() and _is_word_start(text, at))


def _is_word_start(text: str, at: int) -> bool:
    return at == 0 or not text[at - 1].isalnum()


def search(query: str, entries: Sequence[PaletteEntry]) -> list[CommandMatch]:
    """The entries that match `query`, in groups, first that of the best one that can be run; with `>` in front, only
    commands, with `@` people and with `#` dongles. Without a query, the commands and views that can be run now, those
    used last first.

    The words of the query may begin the words of a title in any order. Exact titles come first, then those that begin
    with the query, those with all its words, search terms, other parts of a title and subtitles. Letters scattered over
    a title, from the beginning of a word on, count only if nothing else matches.
    """
    scope, query = split_scope(query)
    candidates = [entry for entry in entries if _is_in_scope(entry, scope)]
    if not query and scope in ("@", "#"):
        return [CommandMatch(entry, 0) for entry in candidates]
    if not query:
        offered = [entry for entry in candidates if entry.group != page_group() and not entry.why_not]
        used = sorted((entry for entry in offered if entry.recent), key=lambda entry: -entry.recent)
        offered = [*(replace(entry, group=recent_group()) for entry in used), *(e for e in offered if not e.recent)]
        return _group([CommandMatch(entry, 0) for entry in offered], list(dict.fromkeys(one.group for one in offered)))
    hits = [match_ for entry in candidates if (match_ := _match_entry(query, entry)) is not None]
    others = [] if hits else _other_wordings(query)
    hits = hits or [match_ for entry in candidates if (match_ := _best_match(others, entry)) is not None]
    if not hits:
        found = [(entry, match(query, entry.title)) for entry in candidates]
        loose = [CommandMatch(entry, *one) for entry, one in found if one and _is_likely(entry.title, one[1])]
        best = max((hit.score for hit in loose), default=0)
        hits = [hit for hit in loose if best <= 0 or hit.score * 5 >= best * 3]
    ranked = sorted(hits, key=lambda hit: (bool(hit.entry.why_not), -hit.score))
    return _group(hits, list(dict.fromkeys(hit.entry.group for hit in ranked)))


def _is_likely(title: str, letters: tuple[int, ...]) -> bool:
    """Whether letters scattered over a title may be meant: each begins a word, or the first does and they are in few
    pieces. Else “stati” finds *Set as time zero*, and Enter sets it."""
    pieces = [letters[0], *(at for before, at in pairwise(letters) if at != before + 1)]
    return all(_is_word_start(title, at) for at in pieces) or (
        _is_word_start(title, letters[0]) and len(pieces) * 3 <= len(letters) * 2
    )


def split_scope(query: str) -> tuple[str, str]:
    """The character in front that says what is searched, if there is one, and the rest."""
    text = query.strip()
    return (text[0], text[1:].lstrip()) if text[:1] in (">", "@", "#") else ("", text)


def _is_in_scope(entry: PaletteEntry, scope: str) -> bool:
    if scope == ">":
        return not entry.leads and entry.group != page_group()
    return not scope or entry.group == {"@": people_group, "#": dongles_group}[scope]()


def _other_wordings(query: str) -> list[str]:
    """The query with each of its words for making something replaced by the others: “new role” is “create role” too."""
    local = _("new, create, add")  # the words of the present language; those of English are understood too
    made = {fold(word.strip()) for word in f"{local},new,create,add".split(",")}
    words = query.split()
    places = [at for at, word in enumerate(words) if fold(word) in made]
    if not places or len(words) < 2:
        return []
    at = places[0]
    return [" ".join((*words[:at], other, *words[at + 1 :])) for other in sorted(made - {fold(words[at])})]


def _best_match(queries: Sequence[str], entry: PaletteEntry) -> CommandMatch | None:
    """The best match of an entry by one of several queries; None if none finds it."""
    found = [one for query in queries if (one := _match_entry(query, entry)) is not None]
    return max(found, key=lambda one: one.score, default=None)


def _match_entry(query: str, entry: PaletteEntry) -> CommandMatch | None:
    """Match by the title, by a search term, or by the subtitle; None if only scattered letters match."""
    if entry.name and (letters := _match_name(query, entry)):
        return CommandMatch(entry, _EXACT + 1, letters)
    by_title, by_term = _match_title(query, entry.title), _match_search_terms(query, entry)
    if by_title is not None and (by_term is None or by_title[0] >= by_term.score):
        return CommandMatch(entry, *by_title)
    if by_term is not None:
        return by_term
    if len(query) > 1 and _word_starts(query, entry.subtitle) is not None:
        return CommandMatch(entry, _SUBTITLE)
    return None


def _match_name(query: str, entry: PaletteEntry) -> tuple[int, ...]:
    """The letters of the title that are the query, if that is the entry's name or the first words of it."""
    wanted, name = " ".join(fold(query).split()), fold(entry.name)
    at = fold(entry.title).find(name)
    if at < 0 or not f"{name} ".startswith(f"{wanted} "):
        return ()
    return tuple(range(at, at + len(wanted)))


def _match_title(query: str, title: str) -> tuple[int, tuple[int, ...]] | None:
    """The score of a title that is, begins with or contains the query, its words or its initials, and the letters that
    match. Equally good ones stay in the order of the entries."""
    wanted, folded = " ".join(fold(query).split()), fold(title)
    if folded.startswith(wanted):
        letters = tuple(range(len(wanted)))
        return (_EXACT if len(folded) == len(wanted) else _BEGINNING), letters
    if (at_words := _word_starts(query, title)) is not None:
        lengths = [len(word) for word in wanted.split()]
        letters = tuple(at + k for at, length in zip(at_words, lengths, strict=True) for k in range(length))
        return _WORDS + (_STEP // 2 if at_words == sorted(at_words) else 0), tuple(sorted(letters))
    starts = _beginnings(folded)
    initials = "".join(folded[at] for at in starts)
    if len(wanted) > 1 and (at := initials.find(wanted)) >= 0:
        return _INITIALS, tuple(starts[at : at + len(wanted)])
    if len(wanted) > 2 and (at := folded.find(wanted)) >= 0:
        return _INSIDE, tuple(range(at, at + len(wanted)))
    return None


def _word_starts(query: str, text: str) -> list[int] | None:
    """Where in `text` the words of `query` begin, each at the beginning of another word of it; None if one doesn't."""
    folded, words = fold(text), fold(query).split()
    free = list(_beginnings(folded))
    starts: dict[int, int] = {}
    for place in sorted(range(len(words)), key=lambda place: -len(words[place])):  # a short one fits more of them
        start = next((at for at in free if folded.startswith(words[place], at)), None)
        if start is None:
            return None
        free.remove(start)
        starts[place] = start
    return [starts[place] for place in range(len(words))] or None


def _match_search_terms(query: str, entry: PaletteEntry) -> CommandMatch | None:
    """Match by a search term that begins with the query or has its words, in the present language or in English. Words
    of the title may stand beside those of a term."""
    folded = fold("".join(query.split()))
    if len(folded) < 2 or not entry.search_terms:
        return None
    for phrase in f"{_(entry.search_terms)},{entry.search_terms}".split(","):
        words = fold(phrase).split()
        joined = any("".join(words[at:]).startswith(folded) for at in range(len(words)))
        if joined or _word_starts(query, f"{phrase} {entry.title}") is not None:
            exact = folded == "".join(words)
            return CommandMatch(entry, _TERM + (_STEP // 2 if exact else 0), word=phrase.strip())
    return None


def _group(hits: list[CommandMatch], order: list[str]) -> list[CommandMatch]:
    """The hits by group, in each those that can be run now first."""
    return sorted(
        hits, key=lambda hit: (order.index(hit.entry.group), bool(hit.entry.why_not), -hit.score, -hit.entry.recent)
    )


def page_group() -> str:
    """The title of the group of what is on the open page."""
    return _("On this page")


def elsewhere_group() -> str:
    """The title of the group of commands that aren't available on the open page."""
    return _("On other pages")


def go_to_group() -> str:
    """The title of the group of views."""
    return _("Open")


def people_group() -> str:
    """The title of the group of people."""
    return _("People")


def dongles_group() -> str:
    """The title of the group of dongles."""
    return _("Dongles")


def recent_group() -> str:
    """The title of the group of what was run last."""
    return _("Recently used")
