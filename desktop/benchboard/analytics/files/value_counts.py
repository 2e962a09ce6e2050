"""The one pass over a text file: how many of its values fit each of the kinds that a column may be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from benchboard.analytics.files.column_candidates import has_order, in_currency, is_number_column, swapped
from benchboard.analytics.files.scan import FileScan, ScanColumn
from benchboard.analytics.files.spaces import trimmed_sql
from benchboard.analytics.files.sql_text import literal
from benchboard.analytics.files.value_expressions import other_currency_pattern
from benchboard.analytics.files.wrong_lines import MAX_REJECTS


@dataclass(slots=True)
class FittingValues:
    """What one pass over a file counted; the lists have an item for each column."""

    rows: int
    breaks: int
    present: list[int]
    distinct: list[int]
    exact: bool
    fits: list[list[int]]
    """For each column and each of its candidates, how many values fit."""
    spaced: list[int]
    """How many values have spaces around them, in text of a file."""
    others: list[int]
    """How many amounts are in another currency than that of the candidates."""
    zeros: list[int]
    """How many numbers begin with a zero that a number would lose."""
    swapped: list[int | None]
    """How many dates fit with day and month in the other order; None for a column without such dates."""
    nothing: list[int] = field(default_factory=list)
    """How many values are words for nothing."""
    rejects: int = 0
    """Lines that DuckDB can't divide into the columns, those that are too short among them."""

    def filled(self, place: int) -> int:
        """How many values of a column are neither empty nor a word for nothing."""
        return self.present[place] - self.nothing[place]

    @classmethod
    def of(
        cls, found: Sequence[Any], candidates: Sequence[Sequence[ScanColumn]], *, words: bool, exact: bool
    ) -> "FittingValues":
        """The counts from the one row that `_counted_sql` answers."""
        numbers: Iterator[Any] = iter(found)
        counts = cls(next(numbers), next(numbers), [], [], exact, [], [], [], [], [])
        for each in candidates:
            present = next(numbers)
            counts.present.append(present)
            counts.distinct.append(min(next(numbers), present))
            counts.spaced.append(int(next(numbers) or 0))
            counts.fits.append([next(numbers) for _candidate in each])
            counts.nothing.append(int(next(numbers) or 0) if each and words else 0)
            counts.others.append(int(next(numbers) or 0) if in_currency(each) else 0)
            counts.zeros.append(int(next(numbers) or 0) if is_number_column(each) else 0)
            counts.swapped.append(next(numbers) if has_order(each) else None)
        return counts


def count_values(
    connection: duckdb.DuckDBPyConnection, scan: FileScan, candidates: Sequence[Sequence[ScanColumn]], *, exact: bool
) -> FittingValues:
    """Count the rows of `scan` and what fits; distinct values exactly or, as that takes memory, approximately."""
    trimmed = _Trimmed.of(scan)
    expressions, words = ", ".join(_counted_sql(trimmed, candidates, exact=exact)), bool(scan.options.null_words)
    relation = trimmed.relation_sql(scan.rows_sql(store_rejects=MAX_REJECTS))
    found = connection.execute(f"SELECT {expressions} FROM {relation}").fetchall()[0]  # noqa: S608  # quoted
    counts = FittingValues.of(found, candidates, words=words, exact=exact)
    # A quote that isn't closed holds line breaks too, in a line that was rejected.
    rejects, short, breaks = connection.execute(
        "SELECT count(DISTINCT (file_id, line_byte_position)), count_if(error_type = 'MISSING COLUMNS'),"
        " coalesce(count_if(contains(csv_line, chr(10))), 0) FROM reject_errors"
    ).fetchall()[0]
    breaks += counts.breaks
    if short and scan.options.wrong_values == "empty":
        # DuckDB doesn't pad the lines that it notes as too short. They are read, so their values count.
        padded = trimmed.relation_sql(replace(scan, options=replace(scan.options, quoted_breaks=breaks > 0)).rows_sql())
        found = connection.execute(f"SELECT {expressions} FROM {padded}").fetchall()[0]  # noqa: S608  # quoted
        counts = FittingValues.of(found, candidates, words=words, exact=exact)
    counts.rejects, counts.breaks = rejects, breaks
    return counts


@dataclass(frozen=True, slots=True)
class _Trimmed:
    """A scan whose text is without spaces around it before anything is counted.

    To trim takes three regular expressions. In each of the counts, DuckDB compiled them anew: half a second for a file
    of three lines with 32 columns.
    """

    scan: FileScan
    """It reads the `relation_sql`."""
    places: frozenset[int]

    @classmethod
    def of(cls, scan: FileScan) -> "_Trimmed":
        places = (place for place in range(len(scan.columns)) if scan.text_sql(place) != scan.raw_sql(place))
        return cls(scan.with_options(trim_spaces=False), frozenset(places))

    def relation_sql(self, rows: str) -> str:
        """The relation `rows` with trimmed text in place of the text of the file, which `raw_sql` names."""
        if not self.places:
            return rows
        named = [(self.scan.raw_sql(place), self.raw_sql(place)) for place in sorted(self.places)]
        texts = ", ".join(f"{trimmed_sql(raw)} AS {raw}" for raw, _kept in named)
        return f"(SELECT * REPLACE ({texts}), {', '.join(f'{raw} AS {kept}' for raw, kept in named)} FROM {rows})"  # noqa: S608  # quoted

    def raw_sql(self, place: int) -> str:
        """The column at a place as the file has it."""
        return f'"r{place}"' if place in self.places else self.scan.raw_sql(place)

    def spaced_sql(self, place: int) -> str:
        """Whether a value has spaces around it, as a condition."""
        text = self.scan.raw_sql(place)
        return f"{self.raw_sql(place)} IS DISTINCT FROM {text if place in self.places else trimmed_sql(text)}"


def _counted_sql(trimmed: _Trimmed, candidates: Sequence[Sequence[ScanColumn]], *, exact: bool) -> Iterator[str]:
    """What is counted, in the order in which `FittingValues.of` takes it."""
    scan = trimmed.scan
    yield "count(*)"
    breaks = [f"contains({trimmed.raw_sql(place)}, chr(10))" for place, each in enumerate(candidates) if not each]
    yield f"coalesce(count_if({' OR '.join(breaks)}), 0)" if breaks else "0"
    for place, each in enumerate(candidates):
        text = scan.text_sql(place)
        yield f"count({text})"
        yield distinct_sql(text, exact=exact)
        yield f"count_if({trimmed.spaced_sql(place)})"
        yield from (f"count({candidate_sql(scan, place, candidate)})" for candidate in each)
        if each and scan.options.null_words:
            yield f"count_if({scan.null_word_sql(place)})"
        if (amount := in_currency(each)) is not None:
            pattern = other_currency_pattern(_with_column(scan, place, amount).reading(place))
            yield f"count_if(regexp_full_match({text}, {literal(pattern)}))"
        if is_number_column(each):
            # 007 is no number that people calculate with.
            yield rf"count_if(regexp_full_match({text}, '\s*[+-]?0\d+\s*'))"
        if has_order(each):
            dated = next(candidate for candidate in each if candidate.formats)
            yield f"count({candidate_sql(scan, place, swapped(dated, scan.options.date_order))})"


def distinct_sql(raw: str, *, exact: bool) -> str:
    """How many different values a column has."""
    return f"count(DISTINCT {raw})" if exact else f"approx_count_distinct({raw})"


def candidate_sql(scan: FileScan, place: int, column: ScanColumn) -> str:
    """The value of the column at a place, if it were read as `column`; NULL where it doesn\'t fit."""
    return _with_column(scan, place, column).value_sql(place)


def _with_column(scan: FileScan, place: int, column: ScanColumn) -> FileScan:
    return scan.with_columns((*scan.columns[:place], column, *scan.columns[place + 1 :]))
