"""Whether a file writes the day or the month first, by all of its dates."""

from dataclasses import replace
from typing import Final

import duckdb

from benchboard.analytics.files.column_candidates import swapped
from benchboard.analytics.files.inspection_types import OptionGuess
from benchboard.analytics.files.scan import DateOrder, FileScan, ReadOptions, ScanColumn
from benchboard.analytics.files.value_counts import FittingValues, candidate_sql
from benchboard.i18n import _, number, percent

_SWAPPED: Final[dict[DateOrder, DateOrder]] = {"day-first": "month-first", "month-first": "day-first"}


def choose_order(
    connection: duckdb.DuckDBPyConnection,
    scan: FileScan,
    options: ReadOptions,
    candidates: list[tuple[ScanColumn, ...]],
    counts: FittingValues,
) -> tuple[ReadOptions, OptionGuess]:
    """Which order of day and month fits more dates of the whole file. Puts the chosen formats into `candidates`."""
    order, other = options.date_order, _SWAPPED[options.date_order]
    places = [place for place, found in enumerate(counts.swapped) if found is not None]
    at = {place: next(k for k, each in enumerate(candidates[place]) if each.formats) for place in places}
    total = sum(counts.present[place] for place in places)
    mine = sum(counts.fits[place][at[place]] for place in places)
    theirs = sum(counts.swapped[place] or 0 for place in places)
    if theirs > mine:
        for place in places:
            counts.fits[place][at[place]], counts.swapped[place] = (
                counts.swapped[place] or 0,
                counts.fits[place][at[place]],
            )
            candidates[place] = tuple(swapped(each, order) for each in candidates[place])
        order, other, mine, theirs = other, order, theirs, mine
    names = {"day-first": _("Day first"), "month-first": _("Month first")}
    if theirs == mine:
        reason = (
            _("All dates could be day first or month first. Check which is right.")
            if mine
            else _("Neither order fits.")
        )
        if 0 < mine < total:
            reason = _("{count} of {total} dates could be day first or month first. Check which is right.").format(
                count=number(mine), total=number(total)
            )
        return replace(options, date_order=order), OptionGuess("date_order", order, "guess", reason)
    fits = (
        _("all lines")
        if mine == total
        else _("{count} of {total} lines").format(count=number(mine), total=number(total))
    )
    reason = _("{order} fits {share}; {other} fits {other_share}.").format(
        order=names[order], share=fits, other=names[other].lower(), other_share=percent(theirs * 100 / total, 0)
    )
    place = max(places, key=lambda each: counts.fits[each][at[each]] - (counts.swapped[each] or 0))
    chosen = candidates[place][at[place]]
    raw = scan.raw_sql(place)
    deciding = connection.execute(
        f"SELECT {raw} FROM {scan.rows_sql()} WHERE ({candidate_sql(scan, place, chosen)}) IS NOT NULL"  # noqa: S608  # quoted
        f" AND ({candidate_sql(scan, place, swapped(chosen, order))}) IS NULL LIMIT 1"
    ).fetchall()
    if deciding:
        reason += " " + _("The first date that shows it is {date}.").format(date=str(deciding[0][0])[:40])
    certainty = "sure" if mine >= 0.99 * total and theirs < mine else "likely"
    return replace(options, date_order=order), OptionGuess("date_order", order, certainty, reason)  # type: ignore[arg-type]  # one of the two
