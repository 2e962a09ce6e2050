"""The marks in a tile's header of what its title doesn't say: filters that it doesn't use, data that aren't new, rows
that are counted several times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchboard.analytics.converted_amounts import ConvertedAmounts, missing_text, rates_text
from benchboard.analytics.mixed_currencies import MixedCurrencies, mixed_text
from benchboard.analytics.pivoted_table import no_total_text
from benchboard.analytics.query_builder.combined import RepeatedRows
from benchboard.analytics.query_builder.currency_conversion import (
    CurrencyConversion,
    conversion_text,
    conversions_in,
)
from benchboard.analytics.repeated_rows import repeated_text
from benchboard.analytics.sources.file_news import SourceNews, live_text, problems_text
from benchboard.analytics.table_references import Why
from benchboard.dashboards.editing.unused_filters import UnusedFilters
from benchboard.dashboards.undated_rows import undated_text, undated_words
from benchboard.i18n import N_, _, ngettext, number
from benchboard.ui.time_format import day_and_time, relative_time, short_date

FILTER_ICON = "ph.funnel"
_MOST_SHORT: Final = 3
"""Up to so many currencies are named beside their mark."""
SOURCE_ICON = "ph.clock-counter-clockwise"
REPEATED_ICON = "ph.warning"
UNDATED_ICON = "ph.calendar-blank"

_WHY: Final[Mapping[Why, str]] = {
    "recursive": N_("Filters can't be added to SQL with WITH RECURSIVE."),
    "shadow": N_("Filters can't be added to its SQL: a WITH has the name of the table."),
    "form": N_("Filters can't be added to SQL of this form."),
    "long": N_("With filters its SQL would be too long, or read too many tables."),
}


@dataclass(frozen=True, slots=True)
class TileNote:
    """A mark: its icon (none: it is told, but not drawn), the theme's colour of it, and what it means. `struck`: the
    icon is crossed out."""

    icon: str
    role: str
    text: str
    struck: bool = False
    words: str = ""
    """What it means in few words, beside its icon where the header has room."""


def tile_notes(
    unused: UnusedFilters | None,
    news: SourceNews | None,
    repeated: Sequence[RepeatedRows],
    limited: str = "",
    mixed: MixedCurrencies | None = None,
    untotalled: Sequence[str] = (),
    converted: Sequence[CurrencyConversion] = (),
    by_table: Sequence[ConvertedAmounts] = (),
    undated: int = 0,
) -> tuple[TileNote, ...]:
    """The marks of a widget that doesn't use these filters, whose source has these news, whose joins repeat these rows,
    which has the first rows alone, as its header says in these words where they have room, which adds up amounts in
    these currencies, which has no total because of these, which converts amounts so, or by tables of rates, and whose
    time range leaves out so many rows without a date."""
    notes = []
    if unused is not None:
        notes.append(TileNote(FILTER_ICON, "text.muted", filters_text(unused), struck=True))
    if news is not None and (text := source_text(news)):
        notes.append(TileNote(SOURCE_ICON, "warn", text))
    if repeated:
        notes.append(TileNote(REPEATED_ICON, "warn", repeated_text(repeated)))
    if mixed is not None:
        notes.append(TileNote(REPEATED_ICON, "warn", mixed_text(mixed), words=_short_text(mixed.currencies)))
    elif untotalled:
        notes.append(TileNote(REPEATED_ICON, "warn", no_total_text(), words=_short_text(untotalled)))
    notes += [TileNote("ph.info", "text.muted", conversion_text(one), words=f"→ {one.target}") for one in converted]
    notes += map(_converted_note, by_table)
    if undated:
        notes.append(TileNote(UNDATED_ICON, "text.muted", undated_text(undated), words=undated_words(undated)))
    if limited:
        notes.append(TileNote("", "text.muted", _("A limit left out rows: {rows}.").format(rows=limited)))
    return tuple(notes)


def _converted_note(one: ConvertedAmounts) -> TileNote:
    """The mark of amounts converted by a table of rates: a warning where rows have none."""
    missing = missing_text(one)
    text = " ".join(part for part in (rates_text(one, short_date), missing) if part)
    if not missing:
        return TileNote("ph.info", "text.muted", text, words=f"→ {one.target}")
    words = f"→ {one.target}"
    if count := one.missing_rows:
        words = ngettext("{count} row without a rate", "{count} rows without a rate", count).format(count=number(count))
    return TileNote(REPEATED_ICON, "warn", text, words=words)


def shown_conversions(query: str) -> tuple[CurrencyConversion, ...]:
    """The conversions of amounts that a query makes, in whichever language it is."""
    return conversions_in(query, "duckdb") or conversions_in(query, "mysql")


def _short_text(codes: Sequence[str]) -> str:
    return " + ".join(codes) if len(codes) <= _MOST_SHORT else _("Mixed currencies")


def filters_text(unused: UnusedFilters) -> str:
    """Which filters of the page a widget doesn't use."""
    names = ", ".join(unused.variables)
    if unused.time and names:
        text = _("Not filtered by {names} or the time range").format(names=names)
    elif unused.time:
        text = _("Not filtered by the time range")
    else:
        text = _("Not filtered by {names}").format(names=names)
    return f"{text}. {_(_WHY[unused.why])}" if unused.why is not None else text


def source_text(news: SourceNews) -> str:
    """What makes the data of a source not those that are in it now, and what to do; empty if nothing does."""
    read = relative_time(news.read_at, in_sentence=True)
    if news.live is not None:
        return live_text(news.name, news.live, day_and_time)
    if news.problem and news.is_answer:
        return _("Data from {time}. The last refresh failed. {problem}").format(time=read, problem=news.problem)
    if news.problem:
        return news.problem
    if news.unreadable:
        return problems_text(news.unreadable, day_and_time)
    if news.news == "changed" and news.copied and news.is_folder:
        return _("Data from {time}. Files in the folder have changed since.").format(time=read)
    if news.news == "changed" and news.copied:
        return _("Data from {time}. The file has changed since.").format(time=read)
    if news.news == "moved" and news.is_folder:
        return _("The folder was moved or deleted. Find it in the Data view, or put it back.")
    if news.news == "moved":
        return _("The file was moved or deleted. Find it in the Data view, or put it back.")
    if news.news == "original_gone":
        gone = (
            _("Data from {time}. The original folder is gone.")
            if news.is_folder
            else _("Data from {time}. The original file is gone.")
        )
        gone = gone.format(time=read)
        return gone + " " + _("To refresh, find it in the Data view or put it back.")
    return ""
